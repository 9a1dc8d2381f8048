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
use crate::threads::Workers;

/// Whether the choice looks at what the picture is reconstructed as.
pub(super) fn look(parameters: &Parameters) -> bool {
    parameters.filter_rule <= 0.0
}

/// Puts the strengths of both filters into the header of `picture`, which comes of `source`: those that are set, else those of
/// the rule or, where that is there, the best by squared error in a sample of its rows.
pub(super) fn choose(
    simd: Simd,
    workers: &Workers,
    header: &mut PictureHeader,
    (picture, source): (Option<&PictureSamples>, &[Plane]),
    parameters: &Parameters,
) {
    let Some(picture) = picture.filter(|_| look(parameters)) else {
        (header.deblock, header.classified) = rule::strengths(header.qp, parameters);
        return;
    };
    let (sample, mut planes) = Sample::new(header, picture, source);
    let (luma, chroma) = planes.split_at_mut(1);
    let strengths = header.deblock.iter_mut().zip(&mut header.classified);
    let channels = [(luma, parameters.classified), (chroma, parameters.classified_chroma)].into_iter().zip(strengths);
    workers.each(channels, |((planes, set), (deblock, classified))| {
        *deblock = deblock::choose(simd, workers, &sample, planes, parameters);
        *classified = classified::choose(simd, workers, &sample, (planes, *deblock), (set, parameters));
    });
}
