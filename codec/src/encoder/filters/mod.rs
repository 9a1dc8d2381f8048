//! Choosing the strengths of the filters for a picture.

mod classified;
mod deblock;
mod rule;
mod sample;

use self::sample::Sample;
use super::parameters::Parameters;
use crate::image::plane::Plane;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Whether the choice looks at what the picture is reconstructed as.
pub(super) fn look(parameters: &Parameters) -> bool {
    parameters.filter_rule <= 0.0
}

/// Puts the strengths of both filters into the header of `picture`, which comes of `source`: those that are set, else those of
/// the rule or, where that is there, the best by squared error in a sample of its rows.
pub(super) fn choose(
    simd: Simd,
    header: &mut PictureHeader,
    picture: Option<&PictureSamples>,
    source: &[Plane],
    parameters: &Parameters,
) {
    let Some(picture) = picture.filter(|_| look(parameters)) else {
        (header.deblock, header.classified) = rule::strengths(header.qp, parameters);
        return;
    };
    let mut sample = Sample::new(header, picture, source);
    header.deblock = deblock::choose(simd, &mut sample, parameters);
    header.classified = classified::choose(simd, &mut sample, header.deblock, parameters);
}
