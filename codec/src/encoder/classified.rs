//! Choosing the strength of the classified filter for a picture.

use super::activity::log2_variance;
use super::parameters::Parameters;
use crate::image::plane::Plane;
use crate::recon::picture::PictureSamples;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// The strengths for luma and chroma: those that are set, or the ones with the least squared error, weighed down where
/// texture masks it. The filter's change is proportional to its strength, so one run at full strength tells.
pub(super) fn choose(
    simd: Simd,
    header: &PictureHeader,
    picture: &PictureSamples,
    source: &[Plane],
    analysed: &[Plane],
    parameters: &Parameters,
) -> [u8; 2] {
    let mut out = [0; 2];
    let set = [parameters.classified, parameters.classified_chroma];
    for (channel, planes) in [0..1, 1..header.planes()].into_iter().enumerate() {
        if set[channel] >= 0.0 {
            out[channel] = coded(set[channel]);
            continue;
        }
        let mut fit = Fit::default();
        for p in planes {
            let before = picture.deblocked(simd, header, p, header.deblock[channel]);
            let after = picture.classified(simd, header, &before, p);
            fit.add([&source[p], &before, &after], &analysed[p], parameters.classified_mask);
        }
        out[channel] = coded(fit.best() * parameters.classified_share);
    }
    out
}

/// The strength nearest to `eighths` that the header has.
fn coded(eighths: f64) -> u8 {
    if eighths < 1.0 { 0 } else { eighths.round().clamp(2.0, 8.0) as u8 }
}

/// Least squares of the strength.
#[derive(Debug, Default)]
struct Fit {
    /// Weighed sum of change times error.
    cross: f64,
    /// Weighed sum of squared changes.
    square: f64,
}

impl Fit {
    /// Takes in a plane of the source, as it is before the filter and after it, 8x8 samples (at the edge 8x4, 4x8, 4x4) at a
    /// time; `analysed` is the source at 10 bits.
    fn add(&mut self, [source, before, after]: [&Plane; 3], analysed: &Plane, mask: f64) {
        let (width, height) = (source.width(), source.height());
        for y in (0..height).step_by(8) {
            for x in (0..width).step_by(8) {
                let (mut cross, mut square) = (0i64, 0i64);
                let (right, bottom) = (width.min(x + 8), height.min(y + 8));
                for y in y..bottom {
                    let rows = [source, before, after].map(|p| &p.row(y)[x..right]);
                    for ((&s, &b), &a) in rows[0].iter().zip(rows[1]).zip(rows[2]) {
                        let change = i64::from(a) - i64::from(b);
                        cross += change * (i64::from(s) - i64::from(b));
                        square += change * change;
                    }
                }
                let whole = right == x + 8 && bottom == y + 8;
                let masks = if mask > 0.0 && whole { log2_variance(analysed, x, y).exp2() / mask } else { 0.0 };
                self.cross += cross as f64 / (1.0 + masks);
                self.square += square as f64 / (1.0 + masks);
            }
        }
    }

    /// In eighths.
    fn best(&self) -> f64 {
        if self.square > 0.0 { 8.0 * self.cross / self.square } else { 0.0 }
    }
}
