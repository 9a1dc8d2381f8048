//! Choosing the strengths of the filters for a picture.

mod classified;
mod deblock;
mod rule;
mod sample;

use self::sample::Sample;
use super::parameters::Parameters;
use crate::image::plane::{Plane, Rect};
use crate::recon::TileSamples;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::threads::Workers;

/// What is kept of the tiles of a picture as they are coded.
pub(super) struct Kept {
    /// All of them, where the caller wants the picture.
    pub(super) picture: Option<PictureSamples>,
    /// The rows that the filters are chosen by, where the choice looks at them.
    sample: Option<Sample>,
}

impl Kept {
    /// Nothing yet of the picture of `header`.
    pub(super) fn new(header: &PictureHeader, parameters: &Parameters, picture: bool) -> Self {
        let sample = (parameters.filter_rule <= 0.0).then(|| Sample::new(header));
        Self { picture: picture.then(|| PictureSamples::new(header)), sample }
    }

    /// Keeps `part` of a tile, a row of superblocks, which begins at `to` in the picture and comes
    /// of `source`.
    pub(super) fn place(
        &mut self,
        header: &PictureHeader,
        (samples, source): (&TileSamples, &[Plane]),
        part: Rect,
        to: (usize, usize),
    ) {
        if let Some(picture) = &mut self.picture {
            picture.place(header, samples.parts(), part, to);
        }
        if let Some(sample) = &mut self.sample {
            sample.place((samples, source), part, to);
        }
    }
}

/// Puts the strengths of both filters into the header of a picture: those that are set, else those
/// of the rule or, where a sample of its rows was kept, the best by squared error in that.
pub(super) fn choose(
    simd: Simd,
    workers: &Workers,
    header: &mut PictureHeader,
    kept: &mut Kept,
    parameters: &Parameters,
) {
    let Some(mut sample) = kept.sample.take() else {
        (header.deblock, header.classified) = rule::strengths(header.qp, parameters);
        return;
    };
    let mut planes = sample.take_planes();
    let (luma, chroma) = planes.split_at_mut(1);
    let strengths = header.deblock.iter_mut().zip(&mut header.classified);
    let channels = [(luma, parameters.classified), (chroma, parameters.classified_chroma)].into_iter().zip(strengths);
    workers.each(channels, |((planes, set), (deblock, classified))| {
        *deblock = deblock::choose(simd, workers, &sample, planes, parameters);
        *classified = classified::choose(simd, workers, &sample, (planes, *deblock), (set, parameters));
    });
}
