//! The classified filter: after deblocking, each 4x4 unit of a plane goes through one of a trained bank of filters, which
//! its direction and its activity choose. BITSTREAM.md §10.7 to §10.10; the scheme is VVC's adaptive loop filter with
//! clipping, but the bank is fixed, and classes and clips are measured by the quantiser step instead of sent.

mod strip;

pub(crate) use self::strip::Strip;
use crate::filter::BlockMap;
use crate::filter::deblock::power;
use crate::image::plane::Plane;
use crate::simd::{Kernel, LANES, Lanes, Simd, Sums};

/// Pairs of samples that lie opposite each other around the one that is filtered: half of a 7x7 diamond, as (dy, dx).
pub(crate) const PAIRS: [(i32, i32); 12] =
    [(0, 1), (0, 2), (0, 3), (1, -2), (1, -1), (1, 0), (1, 1), (1, 2), (2, -1), (2, 0), (2, 1), (3, 0)];
/// Bounds of the differences to the sample, in 1/16 step. Each has coefficients of its own.
pub(crate) const CLIPS: [u64; 2] = [4, 16];
/// Least activities of classes 1 and up: the sum of the absolute second differences of 8x8 samples, in steps.
const ACTIVITIES: [u64; 5] = [10, 19, 32, 51, 77];
/// No direction; horizontal or vertical, weak and strong; diagonal, weak and strong.
const DIRECTIONS: usize = 5;
pub(crate) const CLASSES: usize = DIRECTIONS * (ACTIVITIES.len() + 1);
/// Coefficients of a filter.
pub(crate) const TAPS: usize = PAIRS.len() * CLIPS.len();
/// Coefficients are in 2^-8, strengths in 1/8.
const SHIFT: u32 = 8 + 3;

/// Trained on luma and on both planes of chroma, class by class, the coefficients of the narrower clip first.
static LUMA: &[u8; CLASSES * TAPS] = include_bytes!("luma.bin");
static CHROMA: &[u8; CLASSES * TAPS] = include_bytes!("chroma.bin");

/// A filter: for each pair of samples the coefficients of the narrower and of the wider clip.
pub(crate) type Filter = [[i16; CLIPS.len()]; PAIRS.len()];

/// The filters of every class in every orientation, by 4 * class + orientation.
pub(crate) struct Bank(pub(crate) [Filter; CLASSES * 4]);

impl Bank {
    pub(crate) fn new(table: &[u8; CLASSES * TAPS]) -> Self {
        let mut filters = [[[0; CLIPS.len()]; PAIRS.len()]; CLASSES * 4];
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
                    filter[to][clip] = i16::from(table[class * TAPS + clip * PAIRS.len() + k] as i8);
                }
            }
        }
        Self(filters)
    }
}

/// Second differences around a unit, summed over 8x8 samples: vertical, horizontal, along the falling and along the
/// rising diagonal.
type Gradients = [u32; 4];

/// What the quantiser parameter of a unit decides.
#[derive(Debug, Clone, Copy)]
struct Scale {
    qp: u16,
    /// Least sums of second differences of each class of activity.
    activities: [u32; ACTIVITIES.len()],
    bounds: [i16; CLIPS.len()],
}

impl Scale {
    #[inline(always)]
    fn of(qp: u16, extra: u32) -> Self {
        // Sums stay below 2^19, and a bound that none reaches stays so when it is cut.
        let least = |activity: u64| ((activity * power(qp.into())).div_ceil(1 << 17)).min(u32::MAX.into()) as u32;
        Self { qp, activities: ACTIVITIES.map(least), bounds: bounds(qp, extra) }
    }
}

/// Index of the filter for a unit.
#[inline(always)]
fn classify([v, h, falling, rising]: Gradients, scale: &Scale) -> usize {
    let (straight, diagonal) = ((v.max(h), v.min(h)), (falling.max(rising), falling.min(rising)));
    let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
    let is_diagonal = product(diagonal.0, straight.1) > product(straight.0, diagonal.1);
    let (most, least) = if is_diagonal { diagonal } else { straight };
    let strength = usize::from(most > 2 * least) + usize::from(2 * most > 9 * least);
    let direction = if strength == 0 { 0 } else { strength + 2 * usize::from(is_diagonal) };
    let activity = scale.activities.iter().map(|&least| usize::from(v + h >= least)).sum::<usize>();
    let orientation = usize::from(h < v) + 2 * usize::from(falling < rising);
    4 * (DIRECTIONS * activity + direction) + orientation
}

/// Bounds of the differences, of samples of 10 bits and `extra` more, where the quantiser parameter is `qp`.
#[inline(always)]
pub(crate) fn bounds(qp: u16, extra: u32) -> [i16; CLIPS.len()] {
    CLIPS.map(|clip| (((clip * power(qp.into()) + (1 << 20)) >> 21).min(1023) << extra) as i16)
}

/// Index of the filter for unit `x4` of a row, of 10 bits a sample.
#[cfg(feature = "bench-api")]
pub(crate) fn filter_of(strip: &Strip, x4: usize, qp: u16) -> usize {
    classify(strip.gradients(x4), &Scale::of(qp, 0))
}

/// Filters `plane` (10 bits a sample and `extra` more) at `strength` eighths, which is not 0.
pub(crate) fn classified(simd: Simd, plane: &mut Plane, map: &BlockMap, extra: u32, chroma: bool, strength: u8) {
    debug_assert!(map.stride * 4 == plane.width() && map.rows * 4 == plane.height());
    let bank = Bank::new(if chroma { CHROMA } else { LUMA });
    simd.launch(Pass { bank: &bank, plane, map, extra, strength: strength.into() });
}

/// Bytes that filtering a plane of `width` samples takes beside it.
pub(crate) fn memory(width: usize) -> u64 {
    Strip::memory(width) + size_of::<Bank>() as u64
}

/// A pass of the filter over a plane.
struct Pass<'a> {
    bank: &'a Bank,
    plane: &'a mut Plane,
    map: &'a BlockMap,
    extra: u32,
    strength: i32,
}

impl Kernel for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { bank, plane, map, extra, strength } = self;
        let mut strip = Strip::new(plane, extra);
        let mut scale = Scale::of(0, extra);
        for (y4, units) in map.units.chunks_exact(map.stride).enumerate().take(map.rows) {
            if y4 > 0 {
                strip.advance(plane);
            }
            for (i, units) in units.chunks(LANES / 4).enumerate() {
                let mut filters = [&bank.0[0]; LANES / 4];
                let mut bounds = [[0; LANES]; CLIPS.len()];
                for (k, unit) in units.iter().enumerate() {
                    if unit.qp != scale.qp {
                        scale = Scale::of(unit.qp, extra);
                    }
                    let x4 = i * LANES / 4 + k;
                    filters[k] = &bank.0[classify(strip.gradients(x4), &scale)];
                    for (to, bound) in bounds.iter_mut().zip(scale.bounds) {
                        to[4 * k..4 * k + 4].fill(bound);
                    }
                }
                let mut weights = [[[[0; 2]; 8]; 2]; PAIRS.len()];
                for (p, weights) in weights.iter_mut().enumerate() {
                    *weights = lanes.weights([filters[0][p], filters[1][p], filters[2][p], filters[3][p]]);
                }
                let block = Block { bounds, weights, strength, max: ((1024 << extra) - 1) as i16 };
                for row in 0..4 {
                    let x = i * LANES;
                    let end = plane.width().min(x + LANES);
                    let filtered = block.row(lanes, &strip, x, row);
                    for (to, from) in plane.row_mut(4 * y4 + row)[x..end].iter_mut().zip(filtered) {
                        *to = from as u16;
                    }
                }
            }
        }
    }
}

/// Four units side by side, and what they are filtered with.
struct Block {
    /// Of the differences, by column.
    bounds: [[i16; LANES]; CLIPS.len()],
    weights: [[[[i16; 2]; 8]; 2]; PAIRS.len()],
    strength: i32,
    max: i16,
}

impl Block {
    /// Row `row` of the units from column `x` on, filtered.
    #[inline(always)]
    fn row<L: Lanes>(&self, lanes: L, strip: &Strip, x: usize, row: usize) -> [i16; LANES] {
        let middle = strip.samples(x, row, (0, 0));
        let mut sums: Sums = [[0; 8]; 2];
        for (&(dy, dx), weights) in PAIRS.iter().zip(&self.weights) {
            let (a, b) = (strip.samples(x, row, (-dy, -dx)), strip.samples(x, row, (dy, dx)));
            let mut near = [[0; LANES]; CLIPS.len()];
            for (near, bounds) in near.iter_mut().zip(&self.bounds) {
                for l in 0..LANES {
                    let (a, b) = (a[l] - middle[l], b[l] - middle[l]);
                    near[l] = a.max(-bounds[l]).min(bounds[l]) + b.max(-bounds[l]).min(bounds[l]);
                }
            }
            lanes.weigh(&mut sums, near[0], near[1], weights);
        }
        // A change beyond 16 bits leaves the range of samples all the same.
        let change = lanes.shifted(sums, self.strength, SHIFT);
        let mut out = [0; LANES];
        for l in 0..LANES {
            out[l] = middle[l].saturating_add(change[l]).max(0).min(self.max);
        }
        out
    }
}

#[cfg(test)]
mod tests;
