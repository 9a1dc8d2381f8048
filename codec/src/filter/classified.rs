//! The classified filter: after deblocking, each 4x4 unit of a plane goes through one of a trained bank of filters, which
//! its direction and its activity choose. BITSTREAM.md §10.7 to §10.10; the scheme is VVC's adaptive loop filter with
//! clipping, but the bank is fixed, and classes and clips are measured by the quantiser step instead of sent.

use crate::filter::deblock::power;
use crate::filter::{BlockMap, Unit};
use crate::image::plane::Plane;
use crate::simd::Simd;

/// Pairs of samples that lie opposite each other around the one that is filtered: half of a 7x7 diamond, as (dy, dx).
pub(crate) const PAIRS: [(i32, i32); 12] =
    [(0, 1), (0, 2), (0, 3), (1, -2), (1, -1), (1, 0), (1, 1), (1, 2), (2, -1), (2, 0), (2, 1), (3, 0)];
/// Bounds of the differences to the sample, in 1/16 step. Each has coefficients of its own.
const CLIPS: [u64; 2] = [4, 16];
/// Least activities of classes 1 and up: the sum of the absolute second differences of 8x8 samples, in steps.
const ACTIVITIES: [u64; 5] = [10, 19, 32, 51, 77];
/// No direction; horizontal or vertical, weak and strong; diagonal, weak and strong.
const DIRECTIONS: usize = 5;
pub(crate) const CLASSES: usize = DIRECTIONS * (ACTIVITIES.len() + 1);
/// Coefficients of a filter.
pub(crate) const TAPS: usize = PAIRS.len() * CLIPS.len();
/// How far a filter and the differences of a class read.
const REACH: usize = 3;
/// Coefficients are in 2^-8, strengths in 1/8.
const SHIFT: u32 = 8 + 3;

/// Trained on luma and on both planes of chroma, class by class, the coefficients of the narrower clip first.
static LUMA: &[u8; CLASSES * TAPS] = include_bytes!("luma.bin");
static CHROMA: &[u8; CLASSES * TAPS] = include_bytes!("chroma.bin");

/// Samples that are filtered at a time.
const LANES: usize = 16;
/// Columns before a row of the padded plane.
pub(crate) const MARGIN: usize = LANES;

/// The filters of every class in every orientation, by 4 * class + orientation.
pub(crate) struct Bank(pub(crate) [[i16; TAPS]; CLASSES * 4]);

impl Bank {
    pub(crate) fn new(table: &[u8; CLASSES * TAPS]) -> Self {
        let mut filters = [[0; TAPS]; CLASSES * 4];
        for (i, filter) in filters.iter_mut().enumerate() {
            let (class, orientation) = (i / 4, i % 4);
            for (k, &(dy, dx)) in PAIRS.iter().enumerate() {
                let turned = match orientation {
                    0 => (dy, dx),
                    1 => (dx, dy),
                    2 => (-dy, dx),
                    _ => (dx, -dy),
                };
                let opposite = (-turned.0, -turned.1);
                let to = PAIRS.iter().position(|&p| p == turned || p == opposite).unwrap_or(k);
                for clip in 0..CLIPS.len() {
                    let at = clip * PAIRS.len();
                    filter[at + to] = i16::from(table[class * TAPS + at + k] as i8);
                }
            }
        }
        Self(filters)
    }
}

/// Second differences around a unit, summed over 8x8 samples: vertical, horizontal, along the falling and along the
/// rising diagonal.
type Gradients = [u32; 4];

/// Index of the filter for a unit.
#[inline(always)]
fn classify([v, h, falling, rising]: Gradients, qp: u16) -> usize {
    let (straight, diagonal) = ((v.max(h), v.min(h)), (falling.max(rising), falling.min(rising)));
    let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
    let is_diagonal = product(diagonal.0, straight.1) > product(straight.0, diagonal.1);
    let (most, least) = if is_diagonal { diagonal } else { straight };
    let strength = usize::from(most > 2 * least) + usize::from(2 * most > 9 * least);
    let direction = if strength == 0 { 0 } else { strength + 2 * usize::from(is_diagonal) };
    let sum = u64::from(v + h) << 17;
    let activity = ACTIVITIES.iter().filter(|&&a| sum >= a * power(qp.into())).count();
    let orientation = usize::from(h < v) + 2 * usize::from(falling < rising);
    4 * (DIRECTIONS * activity + direction) + orientation
}

/// Bounds of the differences, of samples of 10 bits and `extra` more, where the quantiser parameter is `qp`.
#[inline(always)]
pub(crate) fn bounds(qp: u16, extra: u32) -> [i16; CLIPS.len()] {
    CLIPS.map(|clip| (((clip * power(qp.into()) + (1 << 20)) >> 21).min(1023) << extra) as i16)
}

/// `plane` (10 bits a sample and `extra` more) filtered at `strength` eighths, which is not 0.
pub(crate) fn classified(simd: Simd, plane: &Plane, map: &BlockMap, extra: u32, chroma: bool, strength: u8) -> Plane {
    debug_assert!(map.stride * 4 == plane.width() && map.rows * 4 == plane.height());
    let bank = Bank::new(if chroma { CHROMA } else { LUMA });
    let mut out = Plane::new(plane.width(), plane.height());
    simd.run(
        #[inline(always)]
        || {
            let padded = Padded::new(plane);
            let mut strip = Strip::new(padded.width, extra);
            for (y4, units) in map.units.chunks_exact(map.stride).enumerate().take(map.rows) {
                strip.prepare(&padded, y4, units, &bank);
                for y in 4 * y4..4 * y4 + 4 {
                    strip.filter(&padded, y, i32::from(strength), out.row_mut(y));
                }
            }
        },
    );
    out
}

/// Bytes that filtering a plane of `width` x `height` samples takes beside it: a padded copy, what comes of it, and rows of
/// sums.
pub(crate) fn memory(width: usize, height: usize) -> u64 {
    let padded = (width.next_multiple_of(LANES) + 2 * MARGIN) as u64;
    let row = (TAPS + CLIPS.len() + 4) as u64 * size_of::<i32>() as u64;
    2 * padded * (height + 2 * REACH) as u64 + 2 * width as u64 * height as u64 + padded * row
}

/// A plane whose outermost samples are repeated around it.
pub(crate) struct Padded {
    pub(crate) data: Vec<i16>,
    pub(crate) stride: usize,
    /// Of the plane, rounded up to whole lanes.
    pub(crate) width: usize,
}

impl Padded {
    #[inline(always)]
    pub(crate) fn new(plane: &Plane) -> Self {
        let width = plane.width().next_multiple_of(LANES);
        let stride = width + 2 * MARGIN;
        let mut data = vec![0; stride * (plane.height() + 2 * REACH)];
        for (i, to) in data.chunks_exact_mut(stride).enumerate() {
            let from = plane.row(i.saturating_sub(REACH).min(plane.height() - 1));
            let (before, rest) = to.split_at_mut(MARGIN);
            let (middle, after) = rest.split_at_mut(from.len());
            before.fill(from[0] as i16);
            after.fill(from[from.len() - 1] as i16);
            for (to, &from) in middle.iter_mut().zip(from) {
                *to = from as i16;
            }
        }
        Self { data, stride, width }
    }

    /// Index of sample (x, y), x counted from the margin's start.
    #[inline(always)]
    pub(crate) fn at(&self, x: usize, y: usize) -> usize {
        (y + REACH) * self.stride + x
    }
}

#[inline(always)]
fn load(data: &[i16], at: usize) -> [i16; LANES] {
    std::array::from_fn(|l| data[at..at + LANES][l])
}

/// What a row of units is filtered with, a value per column.
pub(crate) struct Strip {
    width: usize,
    /// Bits of a sample above 10.
    extra: u32,
    /// Coefficients, row by row of `width`, in the order of a filter's.
    taps: Vec<i16>,
    /// Bounds of differences, likewise.
    bounds: Vec<i16>,
    /// Sums of second differences over 8 rows, likewise in the order of [`Gradients`], with a margin on either side.
    sums: Vec<i16>,
}

impl Strip {
    pub(crate) fn new(width: usize, extra: u32) -> Self {
        Self {
            width,
            extra,
            taps: vec![0; width * TAPS],
            bounds: vec![0; width * CLIPS.len()],
            sums: vec![0; (width + 2 * MARGIN) * 4],
        }
    }

    /// Classifies the units of row `y4`.
    #[inline(always)]
    fn prepare(&mut self, padded: &Padded, y4: usize, units: &[Unit], bank: &Bank) {
        self.differences(padded, 4 * y4);
        for (x4, unit) in units.iter().enumerate() {
            let filter = &bank.0[self.filter_of(x4, *unit)];
            for (row, &tap) in self.taps.chunks_exact_mut(self.width).zip(filter) {
                row[4 * x4..4 * x4 + 4].fill(tap);
            }
            for (row, bound) in self.bounds.chunks_exact_mut(self.width).zip(bounds(unit.qp, self.extra)) {
                row[4 * x4..4 * x4 + 4].fill(bound);
            }
        }
    }

    /// Index of the filter for unit `x4`, once [`Self::differences`] has been through its rows.
    #[inline(always)]
    pub(crate) fn filter_of(&self, x4: usize, unit: Unit) -> usize {
        let stride = self.width + 2 * MARGIN;
        let at = MARGIN + 4 * x4 - 2;
        let sum = |g: usize| self.sums[g * stride + at..][..8].iter().map(|&s| s as u32).sum();
        classify(std::array::from_fn(sum), unit.qp)
    }

    /// Sums the second differences of rows `y` - 2 to `y` + 5, column by column.
    #[inline(always)]
    pub(crate) fn differences(&mut self, padded: &Padded, y: usize) {
        let stride = padded.stride;
        for x in (MARGIN - LANES / 2..MARGIN + self.width + LANES / 2).step_by(LANES) {
            let mut sums = [[0i16; LANES]; 4];
            for row in 0..8 {
                let at = padded.at(x, y) + row * stride - 2 * stride;
                // Classes are those of 10 bits: what is below does not count.
                let load = |at| load(&padded.data, at).map(|s| s >> self.extra);
                let middle = load(at);
                for (sum, step) in sums.iter_mut().zip([stride, 1, stride + 1, stride - 1]) {
                    let (a, b) = (load(at - step), load(at + step));
                    for l in 0..LANES {
                        sum[l] += (2 * middle[l] - a[l] - b[l]).abs();
                    }
                }
            }
            for (g, sum) in sums.iter().enumerate() {
                self.sums[g * stride + x..][..LANES].copy_from_slice(sum);
            }
        }
    }

    /// Filters row `y` into `out`.
    #[inline(always)]
    fn filter(&self, padded: &Padded, y: usize, strength: i32, out: &mut [u16]) {
        let max = (1024 << self.extra) - 1;
        for (x, to) in out.chunks_mut(LANES).enumerate().map(|(i, to)| (i * LANES, to)) {
            let at = padded.at(MARGIN + x, y);
            let middle = load(&padded.data, at);
            let bounds: [_; CLIPS.len()] = std::array::from_fn(|c| load(&self.bounds, c * self.width + x));
            let mut sums = [0i32; LANES];
            for (k, &(dy, dx)) in PAIRS.iter().enumerate() {
                let step = (dy * padded.stride as i32 + dx) as usize;
                let (a, b) = (load(&padded.data, at - step), load(&padded.data, at + step));
                for (c, bound) in bounds.iter().enumerate() {
                    let tap = load(&self.taps, (c * PAIRS.len() + k) * self.width + x);
                    for l in 0..LANES {
                        let clip = |s: i16| (s - middle[l]).max(-bound[l]).min(bound[l]);
                        sums[l] += i32::from(clip(a[l]) + clip(b[l])) * i32::from(tap[l]);
                    }
                }
            }
            for (l, to) in to.iter_mut().enumerate() {
                let change = (sums[l] * strength + (1 << (SHIFT - 1))) >> SHIFT;
                *to = (i32::from(middle[l]) + change).clamp(0, max) as u16;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::CpuLevel;

    /// A step of 64 samples.
    const QP: u16 = 256;

    fn blocks(width: usize, height: usize, qp: impl Fn(usize) -> u16) -> BlockMap {
        let mut map = BlockMap::new(width, height);
        for (i, unit) in map.units.iter_mut().enumerate() {
            unit.qp = qp(i);
        }
        map
    }

    /// A plane whose sample at (x, y) is `law(x, y)`.
    fn plane(width: usize, height: usize, law: impl Fn(usize, usize) -> u16) -> Plane {
        let mut plane = Plane::new(width, height);
        for y in 0..height {
            for (x, s) in plane.row_mut(y).iter_mut().enumerate() {
                *s = law(x, y);
            }
        }
        plane
    }

    fn noise(width: usize, height: usize, amplitude: u32) -> Plane {
        plane(width, height, |x, y| {
            let hash = ((x * 7919 + y * 104_729) as u32).wrapping_mul(2_654_435_761) >> 12;
            let edge = if 3 * x + y > width + 20 { 300 } else { 0 };
            (edge + hash % amplitude) as u16
        })
    }

    fn filtered(plane: &Plane, map: &BlockMap, extra: u32, chroma: bool, strength: u8) -> Plane {
        let [scalar, best] = [CpuLevel::Scalar, CpuLevel::detect()]
            .map(|level| classified(Simd::new(level), plane, map, extra, chroma, strength));
        assert!(scalar == best, "the levels differ");
        best
    }

    /// The filter as BITSTREAM.md §10.7 to §10.10 has it, sample by sample.
    fn by_the_book(plane: &Plane, map: &BlockMap, extra: u32, table: &[u8], strength: i64) -> Plane {
        let (w, h) = (plane.width() as i64, plane.height() as i64);
        let s = |x: i64, y: i64| i64::from(plane.get(x.clamp(0, w - 1) as usize, y.clamp(0, h - 1) as usize));
        let mut out = Plane::new(plane.width(), plane.height());
        for y in 0..h {
            for x in 0..w {
                let (x0, y0) = (x & !3, y & !3);
                let qp = usize::from(map.units[(y0 / 4) as usize * map.stride + (x0 / 4) as usize].qp);
                let mut sums = [0; 4];
                for (g, (dx, dy)) in [(0, 1), (1, 0), (1, 1), (1, -1)].into_iter().enumerate() {
                    for y in y0 - 2..y0 + 6 {
                        sums[g] += (x0 - 2..x0 + 6)
                            .map(|x| {
                                let s = |x, y| s(x, y) >> extra;
                                (2 * s(x, y) - s(x + dx, y + dy) - s(x - dx, y - dy)).abs()
                            })
                            .sum::<i64>();
                    }
                }
                let [v, h, d0, d1] = sums;
                let diagonal = d0.max(d1) * v.min(h) > v.max(h) * d0.min(d1);
                let (a, b) = if diagonal { (d0.max(d1), d0.min(d1)) } else { (v.max(h), v.min(h)) };
                let d = i64::from(a > 2 * b) + i64::from(2 * a > 9 * b);
                let direction = if d == 0 { 0 } else { d + 2 * i64::from(diagonal) };
                let reaches = |k: &&i64| (v + h) << 17 >= **k * power(qp) as i64;
                let activity = [10, 19, 32, 51, 77].iter().filter(reaches).count() as i64;
                let mut sum = 0;
                for (c, clip) in [4, 16].into_iter().enumerate() {
                    let bound = ((clip * power(qp) as i64 + (1 << 20)) >> 21).min(1023) << extra;
                    for (i, (dy, dx)) in PAIRS.into_iter().enumerate() {
                        let (dx, dy) = match (h < v, d0 < d1) {
                            (false, false) => (dx, dy),
                            (true, false) => (dy, dx),
                            (false, true) => (dx, -dy),
                            (true, true) => (-dy, dx),
                        };
                        let (dx, dy) = (i64::from(dx), i64::from(dy));
                        let tap = table[(24 * (5 * activity + direction)) as usize + 12 * c + i] as i8;
                        let near = |sample: i64| (sample - s(x, y)).clamp(-bound, bound);
                        sum += i64::from(tap) * (near(s(x + dx, y + dy)) + near(s(x - dx, y - dy)));
                    }
                }
                let result = s(x, y) + ((sum * strength + 1024) >> 11);
                out.row_mut(y as usize)[x as usize] = result.clamp(0, (1024 << extra) - 1) as u16;
            }
        }
        out
    }

    #[test]
    fn every_level_does_what_the_book_says() {
        for (width, height) in [(4, 4), (12, 20), (72, 40), (100, 36)] {
            for (amplitude, extra) in [(3, 0), (40, 0), (400, 0), (700, 0), (60, 2), (3000, 2), (100, 4), (15_000, 4)] {
                let plane = noise(width, height, amplitude);
                let map = blocks(width, height, |i| [0, 90, 200, 255, 320, 447][i % 6]);
                for (chroma, table) in [(false, LUMA), (true, CHROMA)] {
                    for strength in [2, 5, 8] {
                        let out = filtered(&plane, &map, extra, chroma, strength);
                        let expected = by_the_book(&plane, &map, extra, table, strength.into());
                        assert!(out == expected, "{width} {amplitude} {extra}");
                    }
                }
            }
        }
    }

    #[test]
    fn orientations_turn_every_pair_into_another() {
        let mut table = [0; CLASSES * TAPS];
        for (i, c) in table.iter_mut().enumerate() {
            *c = (i % TAPS) as u8;
        }
        for filter in Bank::new(&table).0 {
            let mut sorted = filter;
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..TAPS as i16));
        }
    }

    #[test]
    fn flat_stays_flat_and_extremes_stay_in_range() {
        for value in [0, 500, 1023] {
            let flat = plane(32, 16, |_, _| value);
            assert!(filtered(&flat, &blocks(32, 16, |_| QP), 0, false, 8) == flat);
        }
        for extra in [0, 4] {
            let max = (1024 << extra) - 1;
            let checks = plane(64, 64, |x, y| if ((x / 3) ^ (y / 2)) & 1 == 0 { 0 } else { max });
            let out = filtered(&checks, &blocks(64, 64, |_| 447), extra, true, 8);
            assert!((0..64).all(|y| out.row(y).iter().all(|&s| s <= max)));
        }
    }

    #[test]
    fn the_finest_step_leaves_all_as_it_is() {
        let plane = noise(64, 32, 100);
        assert!(filtered(&plane, &blocks(64, 32, |_| 0), 0, false, 8) == plane);
    }

    #[test]
    fn a_sample_reaches_six_at_most() {
        let (at, map) = (33usize, blocks(72, 72, |_| QP));
        let original = noise(72, 72, 60);
        let before = filtered(&original, &map, 0, false, 8);
        for shift in 0..4 {
            let mut changed = original.clone();
            changed.row_mut(at + shift)[at + shift] ^= 255;
            let after = filtered(&changed, &map, 0, false, 8);
            for y in 0..72usize {
                for x in 0..72usize {
                    let far = x.abs_diff(at + shift).max(y.abs_diff(at + shift));
                    assert!(before.get(x, y) == after.get(x, y) || far <= 6);
                }
            }
        }
    }
}
