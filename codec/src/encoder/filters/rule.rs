//! The strengths of the filters by the quantiser parameter alone: what their choice gives for most
//! pictures. docs/TUNING.md, filters by rule.

use super::super::parameters::Parameters;
use super::classified::coded;
use crate::filter::Deblock;

/// Quantiser parameters from which luma and chroma are deblocked.
const DEBLOCKED: [u16; 2] = [185, 150];
/// The strength that they are deblocked with.
const STRENGTH: u8 = 6;
/// The quantiser parameter from which luma has more of the classified filter, and how much it has
/// below and above, in eighths.
const CLASSIFIED: u16 = 150;
const LUMA: [f64; 2] = [2.0, 8.0];
const CHROMA: f64 = 7.0;

/// Of deblocking and of the classified filter, for luma and chroma, at parameter `qp`; what is set
/// has its way.
pub(super) fn strengths(qp: u16, parameters: &Parameters) -> ([Deblock; 2], [u8; 2]) {
    let deblock = DEBLOCKED.map(|from| {
        let strength = if qp >= from { STRENGTH } else { 0 };
        let strength = if parameters.deblock >= 0.0 { parameters.deblock as u8 } else { strength };
        Deblock { strength, sharpness: parameters.deblock_sharpness as u8 }
    });
    let own = [LUMA[usize::from(qp >= CLASSIFIED)], CHROMA].map(|own| own * parameters.classified_share);
    let set = [parameters.classified, parameters.classified_chroma];
    let classified = [0, 1].map(|i| coded(if set[i] >= 0.0 { set[i] } else { own[i] }));
    (deblock, classified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::config::EncoderConfig;

    #[test]
    fn coarser_steps_have_more_of_each_filter_and_what_is_set_stays() {
        let parameters = Parameters::of(&EncoderConfig::default()).expect("the defaults are within their ranges");
        let all = [0, 160, 200].map(|qp| strengths(qp, &parameters));
        assert_eq!(all.map(|(deblock, _)| deblock.map(|d| d.strength)), [[0, 0], [0, 6], [6, 6]]);
        assert_eq!(all.map(|(_, classified)| classified), [[2, 7], [8, 7], [8, 7]]);
        let set = Parameters { deblock: 3.0, classified: 0.0, classified_chroma: 4.0, ..parameters };
        let (deblock, classified) = strengths(300, &set);
        assert_eq!((deblock.map(|d| d.strength), classified), ([3, 3], [0, 4]));
    }
}
