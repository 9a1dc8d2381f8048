//! Choosing the strength of deblocking for a picture.

use super::parameters::Parameters;
use super::satd::{Pair, sse};
use crate::filter::Deblock;
use crate::image::plane::Plane;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Strengths tried.
const STRENGTHS: [u8; 5] = [2, 3, 4, 5, 6];

/// The parameters for luma and chroma: the strength that is set, or the one with the least squared error.
pub(super) fn choose(
    simd: Simd,
    header: &PictureHeader,
    picture: &PictureSamples,
    source: &[Plane],
    parameters: &Parameters,
) -> [Deblock; 2] {
    let sharpness = parameters.deblock_sharpness as u8;
    let with = |strength: u8| Deblock { strength, sharpness };
    if parameters.deblock >= 0.0 {
        return [with(parameters.deblock as u8); 2];
    }
    let error = |p: usize, a: &Plane| {
        let b = &source[p];
        let pair = Pair { a: a.from(0, 0), a_stride: a.width(), b: b.from(0, 0), b_stride: b.width() };
        sse(simd, pair, a.width(), a.height())
    };
    let mut out = [Deblock::OFF; 2];
    for (channel, planes) in [0..1, 1..header.planes()].into_iter().enumerate() {
        let mut best: u64 = planes.clone().map(|p| error(p, &picture.planes[p])).sum();
        for strength in STRENGTHS {
            let filtered = |p| picture.deblocked(simd, header, p, with(strength));
            let sum = planes.clone().map(|p| error(p, &filtered(p))).sum();
            if sum >= best {
                break;
            }
            best = sum;
            out[channel] = with(strength);
        }
    }
    out
}
