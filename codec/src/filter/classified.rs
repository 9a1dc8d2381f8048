//! The classified filter: after deblocking, each 4x4 unit of a plane goes through one of a trained bank of filters, which
//! its direction and its activity choose. BITSTREAM.md §10.7 to §10.10; the scheme is VVC's adaptive loop filter with
//! clipping, but the bank is fixed, and classes and clips are measured by the quantiser step instead of sent.

use crate::filter::deblock::power;
use crate::filter::{BlockMap, Unit};
use crate::image::plane::Plane;
use crate::simd::Simd;

/// Pairs of samples that lie opposite each other around the one that is filtered: half of a 7x7 diamond, as (dy, dx).
const PAIRS: [(i32, i32); 12] =
    [(0, 1), (0, 2), (0, 3), (1, -2), (1, -1), (1, 0), (1, 1), (1, 2), (2, -1), (2, 0), (2, 1), (3, 0)];
/// Bounds of the differences to the sample, in 1/16 step. Each has coefficients of its own.
const CLIPS: [u64; 2] = [4, 16];
/// Least activities of classes 1 and up: the sum of the absolute second differences of 8x8 samples, in steps.
const ACTIVITIES: [u64; 5] = [10, 19, 32, 51, 77];
/// No direction; horizontal or vertical, weak and strong; diagonal, weak and strong.
const DIRECTIONS: usize = 5;
const CLASSES: usize = DIRECTIONS * (ACTIVITIES.len() + 1);
/// Coefficients of a filter.
const TAPS: usize = PAIRS.len() * CLIPS.len();
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
const MARGIN: usize = LANES;

/// The filters of every class in every orientation, by 4 * class + orientation.
struct Bank([[i16; TAPS]; CLASSES * 4]);

impl Bank {
    fn new(table: &[u8; CLASSES * TAPS]) -> Self {
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

/// Bounds of the differences where the quantiser parameter is `qp`.
#[inline(always)]
fn bounds(qp: u16) -> [i16; CLIPS.len()] {
    CLIPS.map(|clip| ((clip * power(qp.into()) + (1 << 20)) >> 21).min(1023) as i16)
}

/// `plane` (10 bits) filtered at `strength` eighths, which is not 0.
pub(crate) fn classified(simd: Simd, plane: &Plane, map: &BlockMap, chroma: bool, strength: u8) -> Plane {
    debug_assert!(map.stride * 4 == plane.width() && map.rows * 4 == plane.height());
    let bank = Bank::new(if chroma { CHROMA } else { LUMA });
    let mut out = Plane::new(plane.width(), plane.height());
    simd.run(
        #[inline(always)]
        || {
            let padded = Padded::new(plane);
            let mut strip = Strip::new(padded.width);
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

/// A plane whose outermost samples are repeated around it.
struct Padded {
    data: Vec<i16>,
    stride: usize,
    /// Of the plane, rounded up to whole lanes.
    width: usize,
}

impl Padded {
    #[inline(always)]
    fn new(plane: &Plane) -> Self {
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
    fn at(&self, x: usize, y: usize) -> usize {
        (y + REACH) * self.stride + x
    }
}

#[inline(always)]
fn load(data: &[i16], at: usize) -> [i16; LANES] {
    std::array::from_fn(|l| data[at..at + LANES][l])
}

/// What a row of units is filtered with, a value per column.
struct Strip {
    width: usize,
    /// Coefficients, row by row of `width`, in the order of a filter's.
    taps: Vec<i16>,
    /// Bounds of differences, likewise.
    bounds: Vec<i16>,
    /// Sums of second differences over 8 rows, likewise in the order of [`Gradients`], with a margin on either side.
    sums: Vec<i16>,
}

impl Strip {
    fn new(width: usize) -> Self {
        Self {
            width,
            taps: vec![0; width * TAPS],
            bounds: vec![0; width * CLIPS.len()],
            sums: vec![0; (width + 2 * MARGIN) * 4],
        }
    }

    /// Classifies the units of row `y4`.
    #[inline(always)]
    fn prepare(&mut self, padded: &Padded, y4: usize, units: &[Unit], bank: &Bank) {
        self.differences(padded, 4 * y4);
        let stride = self.width + 2 * MARGIN;
        for (x4, unit) in units.iter().enumerate() {
            let at = MARGIN + 4 * x4 - 2;
            let gradients: Gradients =
                std::array::from_fn(|g| self.sums[g * stride + at..][..8].iter().map(|&s| s as u32).sum());
            let filter = &bank.0[classify(gradients, unit.qp)];
            for (row, &tap) in self.taps.chunks_exact_mut(self.width).zip(filter) {
                row[4 * x4..4 * x4 + 4].fill(tap);
            }
            for (row, bound) in self.bounds.chunks_exact_mut(self.width).zip(bounds(unit.qp)) {
                row[4 * x4..4 * x4 + 4].fill(bound);
            }
        }
    }

    /// Sums the second differences of rows `y` - 2 to `y` + 5, column by column.
    #[inline(always)]
    fn differences(&mut self, padded: &Padded, y: usize) {
        let stride = padded.stride;
        for x in (MARGIN - LANES / 2..MARGIN + self.width + LANES / 2).step_by(LANES) {
            let mut sums = [[0i16; LANES]; 4];
            for row in 0..8 {
                let at = padded.at(x, y) + row * stride - 2 * stride;
                let middle = load(&padded.data, at);
                for (sum, step) in sums.iter_mut().zip([stride, 1, stride + 1, stride - 1]) {
                    let (a, b) = (load(&padded.data, at - step), load(&padded.data, at + step));
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
                *to = (i32::from(middle[l]) + change).clamp(0, 1023) as u16;
            }
        }
    }
}
