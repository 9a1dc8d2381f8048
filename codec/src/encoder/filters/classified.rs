//! Choosing the strength of the classified filter.

use super::super::parameters::Parameters;
use super::sample::{Sample, SamplePlane};
use crate::filter::Deblock;
use crate::image::plane::Plane;
use crate::simd::Simd;
use crate::threads::Workers;

/// Side of the blocks whose texture masks what is in them.
const BLOCK: usize = 8;

/// The strength for `planes`, luma or chroma: the one that is `set`, or the one with the least
/// squared error after deblocking, weighed down where texture masks it. The filter's change is
/// proportional to its strength, so one run at full strength tells.
pub(super) fn choose(
    simd: Simd,
    workers: &Workers,
    sample: &Sample,
    (planes, deblocking): (&mut [SamplePlane], Deblock),
    (set, parameters): (f64, &Parameters),
) -> u8 {
    if set >= 0.0 {
        return coded(set);
    }
    let mut after: Vec<_> = planes.iter().map(|_| None).collect();
    workers.each(planes.iter_mut().zip(&mut after), |(plane, after)| {
        sample.deblock(simd, plane, deblocking);
        *after = Some(sample.classified(simd, plane));
    });
    let mut fit = Fit { extra: sample.header.extra_depth(), mask: parameters.classified_mask, ..Fit::default() };
    for (plane, after) in planes.iter().zip(after.iter().flatten()) {
        let planes = [&plane.source, &plane.filtered, after];
        for rows in sample.rows(plane) {
            simd.run(
                #[inline(always)]
                || fit.add(planes, rows),
            );
        }
    }
    coded(fit.best() * parameters.classified_share)
}

/// The strength nearest to `eighths` that the header has.
pub(super) fn coded(eighths: f64) -> u8 {
    if eighths < 1.0 { 0 } else { eighths.round().clamp(2.0, 8.0) as u8 }
}

/// Least squares of the strength.
#[derive(Debug, Default)]
struct Fit {
    /// Bits that samples have beyond 10.
    extra: u32,
    /// Variance at which an error counts half, in terms of 8-bit samples.
    mask: f64,
    /// Weighed sum of change times error.
    cross: f64,
    /// Weighed sum of squared changes.
    square: f64,
}

/// Sums over a block.
#[derive(Debug, Default)]
struct Sums {
    /// Of change times error, and of squared changes.
    cross: i64,
    square: i64,
    /// Of the source and of its squares.
    source: u64,
    squares: u64,
}

impl Fit {
    /// Takes in some rows of a plane of the source, as it is before the filter and after it, 8x8
    /// samples (at the edge 8x4, 4x8, 4x4) at a time.
    #[inline(always)]
    fn add(&mut self, planes: [&Plane; 3], rows: std::ops::Range<usize>) {
        let width = planes[0].width();
        for y in rows.clone().step_by(BLOCK) {
            let bottom = rows.end.min(y + BLOCK);
            for x in (0..width).step_by(BLOCK) {
                let mut sums = Sums::default();
                for y in y..bottom {
                    let rows = planes.map(|p| &p.row(y)[x..]);
                    match (rows[0].first_chunk::<BLOCK>(), rows[1].first_chunk(), rows[2].first_chunk()) {
                        (Some(s), Some(b), Some(a)) => sums.add(s, b, a),
                        _ => sums.add::<{ BLOCK / 2 }>(
                            rows[0].first_chunk().unwrap(),
                            rows[1].first_chunk().unwrap(),
                            rows[2].first_chunk().unwrap(),
                        ),
                    }
                }
                let whole = x + BLOCK <= width && y + BLOCK == bottom;
                let masks = if self.mask > 0.0 && whole { sums.variance(self.extra) / self.mask } else { 0.0 };
                self.cross += sums.cross as f64 / (1.0 + masks);
                self.square += sums.square as f64 / (1.0 + masks);
            }
        }
    }

    /// In eighths.
    fn best(&self) -> f64 {
        if self.square > 0.0 { 8.0 * self.cross / self.square } else { 0.0 }
    }
}

impl Sums {
    #[inline(always)]
    fn add<const N: usize>(&mut self, source: &[u16; N], before: &[u16; N], after: &[u16; N]) {
        // Of 14 bits at most: eight products fit.
        let (mut cross, mut square, mut sum, mut squares) = (0i32, 0i32, 0u32, 0u32);
        for i in 0..N {
            let (s, b) = (i32::from(source[i]), i32::from(before[i]));
            let change = i32::from(after[i]) - b;
            cross += change * (s - b);
            square += change * change;
            sum += s as u32;
            squares += (s * s) as u32;
        }
        self.cross += i64::from(cross);
        self.square += i64::from(square);
        self.source += u64::from(sum);
        self.squares += u64::from(squares);
    }

    /// The variance of a whole block, a quarter and up, in terms of 8-bit samples; samples have
    /// `extra` bits beyond 10.
    #[inline(always)]
    fn variance(&self, extra: u32) -> f64 {
        let n = (BLOCK * BLOCK) as u64;
        let scaled = (self.squares - self.source * self.source / n) >> (2 * extra);
        scaled.max(256) as f64 / 1024.0
    }
}
