//! The classified filter: after deblocking, each 4x4 unit of a plane goes through one of a trained
//! bank of filters, which its direction and its activity choose. BITSTREAM.md §10.7 to §10.10; the
//! scheme is VVC's adaptive loop filter with clipping, but the bank is fixed, and classes and clips
//! are measured by the quantiser step instead of sent.

mod class;
mod strip;

use std::ops::Range;
use std::sync::LazyLock;

pub(crate) use self::strip::Strip;
use self::strip::{Around, MARGIN, REACH, SPAN, UNITS};
use crate::filter::deblock::power;
use crate::filter::{BlockMap, Unit};
use crate::image::plane::Plane;
use crate::simd::arrays::copy_part;
use crate::simd::{Kernel, LANES, Lanes, Row, Simd};

/// Pairs of samples that lie opposite each other around the one that is filtered: half of a 7x7
/// diamond, as (dy, dx).
pub(crate) const PAIRS: [(i32, i32); 12] =
    [(0, 1), (0, 2), (0, 3), (1, -2), (1, -1), (1, 0), (1, 1), (1, 2), (2, -1), (2, 0), (2, 1), (3, 0)];
/// Bounds of the differences to the sample, in 1/16 step. Each has coefficients of its own.
pub(crate) const CLIPS: [u64; 2] = [4, 16];
/// Least activities of classes 1 and up: the sum of the absolute second differences of 8x8 samples,
/// in steps.
const ACTIVITIES: [u64; 5] = [10, 19, 32, 51, 77];
/// No direction; horizontal or vertical, weak and strong; diagonal, weak and strong.
const DIRECTIONS: usize = 5;
pub(crate) const CLASSES: usize = DIRECTIONS * (ACTIVITIES.len() + 1);
/// Coefficients of a filter.
pub(crate) const TAPS: usize = PAIRS.len() * CLIPS.len();
/// Coefficients are in 2^-8, strengths in 1/8.
const SHIFT: u32 = 8 + 3;

/// Trained on luma and on both planes of chroma, class by class, the coefficients of the narrower
/// clip first.
static LUMA: &[u8; CLASSES * TAPS] = include_bytes!("luma.bin");
static CHROMA: &[u8; CLASSES * TAPS] = include_bytes!("chroma.bin");

/// A filter: for each pair of samples the coefficients of the narrower and of the wider clip; then
/// those of the sample in the middle, for that all are of differences to it.
pub(crate) type Filter = [[i16; CLIPS.len()]; PAIRS.len() + 1];

/// The filters of every class in every orientation, by 4 * class + orientation.
pub(crate) type Bank = [Filter; CLASSES * 4];

static LUMA_BANK: LazyLock<Bank> = LazyLock::new(|| bank(LUMA));
static CHROMA_BANK: LazyLock<Bank> = LazyLock::new(|| bank(CHROMA));

/// The filters that a table stands for.
pub(crate) fn bank(table: &[u8; CLASSES * TAPS]) -> Bank {
    let mut bank = [[[0; CLIPS.len()]; PAIRS.len() + 1]; CLASSES * 4];
    for (filters, table) in bank.chunks_exact_mut(4).zip(table.chunks_exact(TAPS)) {
        for (orientation, filter) in filters.iter_mut().enumerate() {
            for (i, &coefficient) in table.iter().enumerate() {
                let (clip, k) = (i / PAIRS.len(), i % PAIRS.len());
                let coefficient = i16::from(coefficient as i8);
                filter[turned(k, orientation)][clip] = coefficient;
                filter[PAIRS.len()][clip] -= 2 * coefficient;
            }
        }
    }
    bank
}

/// The pair that `orientation` turns pair `k` into.
fn turned(k: usize, orientation: usize) -> usize {
    let (dy, dx) = PAIRS[k];
    let (dy, dx) = match orientation {
        0 => (dy, dx),
        1 => (dx, dy),
        2 => (-dy, dx),
        _ => (dx, -dy),
    };
    let mut to = 0;
    while !((PAIRS[to].0 == dy && PAIRS[to].1 == dx) || (PAIRS[to].0 == -dy && PAIRS[to].1 == -dx)) {
        to += 1;
    }
    to
}

/// What the quantiser parameter of a unit decides.
#[derive(Debug, Clone, Copy)]
struct QpScale {
    qp: u16,
    /// Least sums of second differences of each class of activity.
    activities: [u32; ACTIVITIES.len()],
    bounds: [i16; CLIPS.len()],
}

impl QpScale {
    #[inline(always)]
    fn of(qp: u16, extra: u32) -> Self {
        // Sums stay below 2^19, and a bound that none reaches stays so when it is cut.
        let least = |activity: u64| ((activity * power(qp.into())).div_ceil(1 << 17)).min(u32::MAX.into()) as u32;
        Self { qp, activities: ACTIVITIES.map(least), bounds: bounds(qp, extra) }
    }
}

/// Index of the filter for a unit of this shape, with so much of second differences.
#[inline(always)]
fn number((shape, sum): (usize, u32), scale: &QpScale) -> usize {
    let activity = scale.activities.iter().map(|&least| usize::from(sum >= least)).sum::<usize>();
    4 * DIRECTIONS * activity + shape
}

/// Bounds of the differences, of samples of 10 bits and `extra` more, where the quantiser parameter
/// is `qp`.
#[inline(always)]
pub(crate) fn bounds(qp: u16, extra: u32) -> [i16; CLIPS.len()] {
    CLIPS.map(|clip| (((clip * power(qp.into()) + (1 << 20)) >> 21).min(1023) << extra) as i16)
}

/// Index of the filter for unit `x4` of a row, of 10 bits a sample.
#[cfg(feature = "bench-api")]
pub(crate) fn filter_of(strip: &Strip, x4: usize, qp: u16) -> usize {
    number(strip.unit(x4), &QpScale::of(qp, 0))
}

/// Filters `plane` (10 bits a sample and `extra` more) at `strength` eighths, which is not 0.
pub(crate) fn classified(simd: Simd, plane: &mut Plane, map: &BlockMap, extra: u32, chroma: bool, strength: u8) {
    let height = plane.height();
    Classified::new(plane.width(), extra, chroma, strength).filter(simd, plane, map, 0..map.rows, height);
}

/// The filter on its way down a plane.
#[derive(Debug)]
pub(crate) struct Classified {
    /// In its full strength.
    bank: Box<Bank>,
    strip: Strip,
    /// Units at the left that stay as they are.
    left_out: usize,
}

impl Classified {
    /// Before the first row of a plane of `width` samples of 10 bits and `extra` more, at
    /// `strength` eighths, which is not 0.
    pub(crate) fn new(width: usize, extra: u32, chroma: bool, strength: u8) -> Self {
        let mut bank: Box<Bank> = Box::new(**if chroma { &CHROMA_BANK } else { &LUMA_BANK });
        for coefficient in bank.as_flattened_mut().as_flattened_mut() {
            *coefficient *= i16::from(strength);
        }
        Self { bank, strip: Strip::new(width, extra), left_out: 0 }
    }

    /// The same where units left of column `x4` of units are not needed.
    pub(crate) fn right_of(self, x4: usize) -> Self {
        Self { left_out: x4, ..self }
    }

    /// Bytes that one of a plane of `width` samples takes.
    pub(crate) fn memory(width: usize) -> u64 {
        size_of::<Bank>() as u64 + Strip::memory(width)
    }

    /// Filters the next rows of units, which are `rows` of `plane` and of `map`. `plane` has come
    /// down to row `height`: three rows below the units, or less where it ends.
    pub(crate) fn filter(&mut self, simd: Simd, plane: &mut Plane, map: &BlockMap, rows: Range<usize>, height: usize) {
        debug_assert!(map.stride * 4 == plane.width() && map.rows * 4 == plane.height());
        simd.launch(Pass { filter: self, plane, map, rows, height });
    }

    /// What the units from `x4` on, which are `units`, are filtered with; `scale` is that of the
    /// unit before.
    #[inline(always)]
    fn block<L: Lanes>(&self, lanes: L, x4: usize, units: &[Unit], scale: &mut QpScale) -> Block<'_, L> {
        // One by one: then none is in memory where it is compiled.
        let (a, first) = self.of_unit(x4, units.first(), scale);
        let (b, second) = self.of_unit(x4 + 1, units.get(1), scale);
        let (c, third) = self.of_unit(x4 + 2, units.get(2), scale);
        let (d, fourth) = self.of_unit(x4 + 3, units.get(3), scale);
        let narrow = lanes.spread([first[0], second[0], third[0], fourth[0]]);
        let wide = lanes.spread([first[1], second[1], third[1], fourth[1]]);
        let max = ((1024 << self.strip.extra()) - 1) as i16;
        Block { bounds: [narrow, wide], filters: [a, b, c, d], max }
    }

    /// The filter and the bounds of unit `x4`, if there is one; `scale` is that of the unit before.
    #[inline(always)]
    fn of_unit(&self, x4: usize, unit: Option<&Unit>, scale: &mut QpScale) -> (&Filter, [i16; CLIPS.len()]) {
        let Some(unit) = unit else { return (&self.bank[0], [0; CLIPS.len()]) };
        if unit.qp != scale.qp {
            *scale = QpScale::of(unit.qp, self.strip.extra());
        }
        (&self.bank[number(self.strip.unit(x4), scale)], scale.bounds)
    }
}

/// Some rows of it.
struct Pass<'a> {
    filter: &'a mut Classified,
    plane: &'a mut Plane,
    map: &'a BlockMap,
    rows: Range<usize>,
    height: usize,
}

impl Kernel for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { filter, plane, map, rows, height } = self;
        let mut scale = QpScale::of(0, filter.strip.extra());
        for y4 in rows {
            filter.strip.advance(lanes, plane, height, y4);
            let rows = filter.strip.rows();
            for (i, units) in map.row(y4).chunks(UNITS).enumerate().skip(filter.left_out / UNITS) {
                let block = filter.block(lanes, UNITS * i, units, &mut scale);
                let weights = block.weights(lanes);
                for row in 0..4 {
                    let from = |k: usize| rows[row + k][LANES * i..].first_chunk().expect("a margin");
                    let around = [from(0), from(1), from(2), from(3), from(4), from(5), from(6)];
                    let filtered = block.row(lanes, &around, &weights);
                    let to = &mut plane.row_mut(4 * y4 + row)[LANES * i..];
                    match to.first_chunk_mut() {
                        Some(to) => *to = lanes.stored(filtered),
                        None => copy_part(to, &lanes.stored(filtered)),
                    }
                }
            }
        }
    }
}

/// What pairs of samples weigh in four units, and the sample in the middle.
type Weights<L> = [<L as Lanes>::Weights; PAIRS.len() + 1];

/// What four units side by side are filtered with.
struct Block<'a, L: Lanes> {
    /// Of the differences.
    bounds: [L::Words; CLIPS.len()],
    filters: [&'a Filter; UNITS],
    max: i16,
}

/// Samples of a row, and for each clip the least and the greatest that those around them count as.
struct Middle<L: Lanes> {
    samples: L::Words,
    ranges: [[L::Words; 2]; CLIPS.len()],
}

impl<L: Lanes> Block<'_, L> {
    #[inline(always)]
    fn weights(&self, lanes: L) -> Weights<L> {
        // One by one: then none is anywhere else before it is in its place.
        let pair = |k: usize| lanes.weights(self.filters.map(|filter| filter[k]));
        [
            pair(0),
            pair(1),
            pair(2),
            pair(3),
            pair(4),
            pair(5),
            pair(6),
            pair(7),
            pair(8),
            pair(9),
            pair(10),
            pair(11),
            pair(12),
        ]
    }

    /// A row of the units, filtered; it is the middle one of `rows`.
    #[inline(always)]
    fn row(&self, lanes: L, rows: &Around, weights: &Weights<L>) -> L::Words {
        let middle = self.middle(lanes, rows[REACH]);
        // Of clipped samples, not of differences: this takes off what that is too much.
        let weights = lanes.anew(weights);
        let sums = lanes.weigh(lanes.nothing(), middle.samples, middle.samples, &weights[PAIRS.len()]);
        let sums = all_pairs::<L, 0>(lanes, rows, &middle, weights, sums);
        let sums = if L::PARTS > 1 { all_pairs::<L, 1>(lanes, rows, &middle, weights, sums) } else { sums };
        let filtered = lanes.add_cut(middle.samples, lanes.shifted(sums, SHIFT));
        lanes.clamp(filtered, lanes.splat(0), lanes.splat(self.max))
    }

    #[inline(always)]
    fn middle(&self, lanes: L, row: &[i16; SPAN]) -> Middle<L> {
        let samples = lanes.load(at(row, 0));
        let [narrow, wide] = *lanes.anew(&self.bounds);
        let around = |bound| [lanes.sub(samples, bound), lanes.add(samples, bound)];
        Middle { samples, ranges: [around(narrow), around(wide)] }
    }
}

/// Adds what the pairs give in part `PART`.
#[inline(always)]
fn all_pairs<L: Lanes, const PART: usize>(
    lanes: L,
    rows: &Around,
    middle: &Middle<L>,
    weights: &Weights<L>,
    sums: L::Sums,
) -> L::Sums {
    // One by one: then all places are known where it is compiled.
    let sums = pair::<L, PART, 0>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 1>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 2>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 3>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 4>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 5>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 6>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 7>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 8>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 9>(lanes, rows, middle, weights, sums);
    let sums = pair::<L, PART, 10>(lanes, rows, middle, weights, sums);
    pair::<L, PART, 11>(lanes, rows, middle, weights, sums)
}

/// Adds what pair `P` of samples gives.
#[inline(always)]
fn pair<L: Lanes, const PART: usize, const P: usize>(
    lanes: L,
    rows: &Around,
    middle: &Middle<L>,
    weights: &Weights<L>,
    sums: L::Sums,
) -> L::Sums {
    let (dy, dx) = PAIRS[P];
    let around = [at(rows[(REACH as i32 - dy) as usize], -dx), at(rows[(REACH as i32 + dy) as usize], dx)];
    lanes.weigh_held::<PART>(sums, around, &middle.ranges, &weights[P])
}

/// Samples `dx` columns to the right of those in the middle of `row`.
#[inline(always)]
fn at(row: &[i16; SPAN], dx: i32) -> &Row {
    row[(MARGIN as i32 + dx) as usize..][..LANES].try_into().unwrap()
}

#[cfg(test)]
mod tests;
