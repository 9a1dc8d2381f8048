//! Directional prediction: 62 of the 64 angles (the straight ones are in `straight`), interpolated
//! with four taps between reference samples. BITSTREAM.md §9.3.6; the scheme and the angles are
//! VVC's.
//!
//! The angles of the left side are those of the top side mirrored at the diagonal: they are
//! predicted downwards from the left column and transposed on the way out.

use crate::image::plane::Block;
use crate::predict::by_side::by_side;
use crate::predict::edges::MAX_SIDE;
use crate::predict::edges::{Edges, MAX_EDGE, MAX_LINE};
use crate::predict::pdpc::{self, FILLED};
use crate::simd::{Kernel, LANES, Lanes, Simd};

/// Displacement per row in 1/32 sample, by distance from the straight mode. VVC's values: finer
/// near the straight modes, where edges of natural pictures gather.
pub(crate) const DISPLACEMENT: [i32; 17] = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 23, 26, 29, 32];

/// Rows per sample of displacement in 1/512, by distance from the straight mode: 16384 /
/// displacement, rounded.
static INVERSE: [i32; 17] = {
    let mut table = [0; 17];
    let mut i = 1;
    while i < 17 {
        table[i] = (16384 + DISPLACEMENT[i] / 2) / DISPLACEMENT[i];
        i += 1;
    }
    table
};

/// The smooth filter serves distances from the straight mode above this, by the mean of the sides'
/// logarithms minus 2 (VVC's thresholds).
pub(crate) const SMOOTH_ABOVE: [usize; 5] = [24, 14, 2, 0, 0];

/// Interpolation filter for fractions of a sample, sum 128: taps by twos.
type Filter = [[[i16; 2]; 2]; 32];

/// Cubic convolution (Keys, 1981, a = -1/2): interpolates, with negative outer taps.
static SHARP: Filter = sharp();
/// Linear interpolation after a smoothing by 1 2 1: exact in 1/128.
static SMOOTH: Filter = smooth();

const fn sharp() -> Filter {
    let mut filter = [[[0; 2]; 2]; 32];
    let mut p = 0;
    while p < 32 {
        let outer_left = sharp_outer(p);
        let outer_right = sharp_outer(32 - p);
        let inner_right = sharp_inner(32 - p);
        filter[p as usize] = [[outer_left, 128 - outer_left - inner_right - outer_right], [inner_right, outer_right]];
        p += 1;
    }
    filter
}

/// 128 (-t^3 + 2 t^2 - t) / 2 at t = p / 32, rounded half up.
const fn sharp_outer(p: i32) -> i16 {
    ((-p * p * p + 64 * p * p - 1024 * p + 256) >> 9) as i16
}

/// 128 (3 t^3 - 5 t^2 + 2) / 2 at t = p / 32, rounded half up.
const fn sharp_inner(p: i32) -> i16 {
    ((3 * p * p * p - 160 * p * p + 65536 + 256) >> 9) as i16
}

const fn smooth() -> Filter {
    let mut filter = [[[0; 2]; 2]; 32];
    let mut p = 0;
    while p < 32 {
        let f = p as i16;
        filter[p] = [[32 - f, 64 - f], [32 + f, f]];
        p += 1;
    }
    filter
}

/// Where the corner stands in the main reference: room for the longest projection of the other side
/// before it.
const ORIGIN: usize = MAX_SIDE + MAX_LINE;
/// The longest main reference, and samples past its end for taps and for what further lines shift
/// it by.
const MAIN: usize = ORIGIN + 1 + MAX_EDGE + 4 + MAX_LINE;

/// The main reference of a direction: see [`ORIGIN`].
type Main = [i16; MAIN];

/// Predicts from angle `a` of 0..64.
pub(crate) fn predict(simd: Simd, a: usize, edges: &Edges, depth: u32, out: &mut Block<'_>) {
    // The length of the main reference beside the block.
    by_side!(simd, if a < 32 { out.h } else { out.w }, Angle { a, edges, depth, out });
}

/// An angle and the block to predict from it, whose side along the main reference is `W`.
struct Angle<'a, 'b, const W: usize> {
    a: usize,
    edges: &'a Edges,
    depth: u32,
    out: &'a mut Block<'b>,
}

impl<const W: usize> Kernel for Angle<'_, '_, W> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { a, edges, depth, out } = self;
        let &Edges { corner, distance, .. } = edges;
        let mut room = [0; MAIN];
        if a < 32 {
            let sides = Sides { main: &edges.left, side: &edges.top, corner, distance };
            Direction::new::<W>(a, &sides, &mut room, out.w, depth).sideways::<L, W>(lanes, out);
        } else {
            let sides = Sides { main: &edges.top, side: &edges.left, corner, distance };
            Direction::new::<W>(a, &sides, &mut room, out.h, depth).downwards::<L, W>(lanes, out);
        }
    }
}

/// The two sides as a direction sees them: `main` is the one it starts from.
struct Sides<'a> {
    main: &'a [u16; MAX_EDGE],
    side: &'a [u16; MAX_EDGE],
    corner: u16,
    /// How far from the block they lie: see [`Edges`].
    distance: usize,
}

/// One angle of one block, seen as if it came from above.
struct Direction<'a> {
    main: &'a Main,
    displacement: i32,
    /// How far from the block the references lie.
    distance: usize,
    filter: &'static Filter,
    max: i16,
    /// Index of the last sample of the other side.
    side_last: usize,
    /// Its samples where columns are blended with them; some more like the last one follow.
    side: [u16; MAX_EDGE],
    /// Number of those columns, for each the row offset and the weight of the side's sample.
    blended: usize,
    offsets: [u16; FILLED],
    weights: [i32; FILLED],
}

/// The samples under each of four taps, for lanes that start at each of `starts` in turn, `N` at a
/// time; `M` is `N + 4`.
#[inline(always)]
fn windows<const N: usize, const M: usize>(main: &Main, starts: &[usize]) -> [[i16; LANES]; 4] {
    let mut windows = [[0; LANES]; 4];
    for (k, &start) in starts.iter().enumerate() {
        let from: &[i16; M] = main[start..].first_chunk().expect("room for all taps");
        for (i, window) in windows.iter_mut().enumerate() {
            window[N * k..N * k + N].copy_from_slice(&from[i..i + N]);
        }
    }
    windows
}

impl<'a> Direction<'a> {
    /// Angle `a` of 0..64 over a block of `W` columns along the main side and `h` rows along the
    /// other. `room` keeps the main reference.
    #[inline(always)]
    fn new<const W: usize>(a: usize, sides: &Sides<'a>, room: &'a mut Main, h: usize, depth: u32) -> Self {
        let straight = if a < 32 { 16 } else { 48 };
        let turn = a.abs_diff(straight);
        let positive = !(16..=48).contains(&a);
        let displacement = if positive { DISPLACEMENT[turn] } else { -DISPLACEMENT[turn] };
        let distance = sides.distance;
        let n = W + h + distance;
        room[ORIGIN] = sides.corner as i16;
        // As many as the tallest block of this width needs: a constant, for fixed vector code.
        for (to, &from) in room[ORIGIN + 1..].iter_mut().zip(&sides.main[..W + MAX_SIDE.min(4 * W) + MAX_LINE + 1]) {
            *to = from as i16;
        }
        room[ORIGIN + 1 + n..ORIGIN + 4 + n + distance].fill(sides.main[n - 1] as i16);
        if displacement < 0 {
            // The main reference goes on before the corner with the side's samples, projected along
            // the angle.
            let (inverse, rows) = (INVERSE[turn], h + distance);
            let reach = (rows * DISPLACEMENT[turn] as usize).div_ceil(32);
            for (k, to) in (1..=reach).zip(room[..ORIGIN].iter_mut().rev()) {
                let row = ((k as i32 * inverse + 256) >> 9) as usize;
                *to = sides.side[row.min(rows) - 1] as i16;
            }
        }
        let size_class = ((W.ilog2() + h.ilog2()) / 2 - 2) as usize;
        let mut direction = Self {
            main: room,
            displacement,
            distance,
            filter: if distance == 0 && turn > SMOOTH_ABOVE[size_class] { &SMOOTH } else { &SHARP },
            max: ((1 << depth) - 1) as i16,
            side_last: n - 1,
            side: [0; MAX_EDGE],
            blended: 0,
            offsets: [0; FILLED],
            weights: [0; FILLED],
        };
        if positive && distance == 0 {
            direction.set_blending(sides.side, W, h, INVERSE[turn]);
        }
        direction
    }

    /// Prepares the blending with the other side, which the angle meets on its way down.
    #[inline(always)]
    fn set_blending(&mut self, side: &[u16; MAX_EDGE], w: usize, h: usize, inverse: i32) {
        let scale = (h.ilog2() as i32 - (3 * inverse - 2).ilog2() as i32 + 8).min(2);
        if scale < 0 {
            return;
        }
        self.side = *side;
        self.side[self.side_last + 1..][..3].fill(side[self.side_last]);
        self.blended = pdpc::reach(scale as u32).min(w);
        for x in 0..self.blended {
            self.offsets[x] = (((x as i32 + 1) * inverse + 256) >> 9) as u16;
            self.weights[x] = pdpc::weight(x, scale as u32);
        }
    }

    /// Four rows of the block, from `y` on.
    #[inline(always)]
    fn rows<L: Lanes, const W: usize>(&self, lanes: L, y: usize) -> [[u16; W]; 4] {
        let (mut starts, mut taps) = ([0; 4], [[[0; 2]; 2]; 4]);
        for (r, (start, taps)) in starts.iter_mut().zip(&mut taps).enumerate() {
            let d = ((y + r + self.distance) as i32 + 1) * self.displacement;
            *start = ((ORIGIN + self.distance) as i32 + (d >> 5)) as usize;
            *taps = self.filter[(d & 31) as usize];
        }
        let mut rows = [[0; W]; 4];
        for (k, out) in rows.as_flattened_mut().as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let (row, x) = (LANES * k / W, LANES * k % W);
            let windows = match W {
                4 => windows::<4, 8>(self.main, &starts),
                8 => windows::<8, 12>(self.main, &starts[row..row + 2]),
                _ => windows::<16, 20>(self.main, &[starts[row] + x]),
            };
            let mut sums = lanes.nothing();
            for half in 0..2 {
                let mut pairs = [[0; 2]; 4];
                for (q, pair) in pairs.iter_mut().enumerate() {
                    *pair = taps[row + 4 * q / W.min(LANES)][half];
                }
                let [a, b] = [lanes.load(&windows[2 * half]), lanes.load(&windows[2 * half + 1])];
                sums = lanes.weigh(sums, a, b, &lanes.weights(pairs));
            }
            let words = lanes.clamp(lanes.shifted(sums, 7), lanes.splat(0), lanes.splat(self.max));
            *out = lanes.stored(words);
        }
        if self.blended > 0 {
            self.blend(y, &mut rows);
        }
        rows
    }

    /// Blends four rows, from `y` on, with the other side.
    #[inline(always)]
    fn blend<const W: usize>(&self, y: usize, rows: &mut [[u16; W]; 4]) {
        let mut sides = [[0; FILLED]; 4];
        for (x, &offset) in self.offsets.iter().enumerate().take(self.blended) {
            let from = (y + usize::from(offset)).min(self.side_last);
            let samples: &[u16; 4] = self.side[from..].first_chunk().expect("room for four rows");
            for (sides, &sample) in sides.iter_mut().zip(samples) {
                sides[x] = i32::from(sample);
            }
        }
        for (row, sides) in rows.iter_mut().zip(&sides) {
            for x in 0..W.min(FILLED) {
                let own = (64 - self.weights[x]) * i32::from(row[x]);
                row[x] = ((sides[x] * self.weights[x] + own + 32) >> 6) as u16;
            }
        }
    }

    /// Predicts a block of width `W` from above.
    #[inline(always)]
    fn downwards<L: Lanes, const W: usize>(&self, lanes: L, out: &mut Block<'_>) {
        for y in (0..out.h).step_by(4) {
            for (r, row) in self.rows::<L, W>(lanes, y).iter().enumerate() {
                *out.at(0, y + r) = *row;
            }
        }
    }

    /// Predicts a block of height `H` from the left.
    #[inline(always)]
    fn sideways<L: Lanes, const H: usize>(&self, lanes: L, out: &mut Block<'_>) {
        if out.w == 4 || H == 4 {
            for x in (0..out.w).step_by(4) {
                let [a, b, c, d] = self.rows::<L, H>(lanes, x);
                for y in 0..H {
                    *out.at(x, y) = [a[y], b[y], c[y], d[y]];
                }
            }
            return;
        }
        for x in (0..out.w).step_by(8) {
            let columns = [self.rows::<L, H>(lanes, x), self.rows::<L, H>(lanes, x + 4)];
            for y in (0..H).step_by(8) {
                let mut square = [[0; 8]; 8];
                for (to, from) in square.iter_mut().zip(columns.as_flattened()) {
                    to.copy_from_slice(&from[y..y + 8]);
                }
                for (i, row) in transpose(square).iter().enumerate() {
                    *out.at(x, y + i) = *row;
                }
            }
        }
    }
}

/// Transposes by interleaving row i with row i + 4, three times: in vector code each is one
/// instruction.
#[inline(always)]
fn transpose(mut rows: [[u16; 8]; 8]) -> [[u16; 8]; 8] {
    for _ in 0..3 {
        let mut next = [[0; 8]; 8];
        for i in 0..4 {
            for k in 0..4 {
                next[2 * i][2 * k] = rows[i][k];
                next[2 * i][2 * k + 1] = rows[i + 4][k];
                next[2 * i + 1][2 * k] = rows[i][k + 4];
                next[2 * i + 1][2 * k + 1] = rows[i + 4][k + 4];
            }
        }
        rows = next;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_sum_to_one_and_mirror() {
        for filter in [&SHARP, &SMOOTH] {
            let filter = filter.map(|taps| taps.concat());
            for p in 0..32 {
                assert_eq!(filter[p].iter().sum::<i16>(), 128);
                if p > 0 {
                    let mut mirrored = filter[32 - p].clone();
                    mirrored.reverse();
                    assert!(filter[p].iter().zip(&mirrored).all(|(&a, &b)| a.abs_diff(b) <= 1));
                }
            }
        }
        assert_eq!(SHARP[0], [[0, 128], [0, 0]]);
        assert_eq!(SHARP[16], [[-8, 72], [72, -8]]);
    }

    #[test]
    fn inverse_angles_are_the_published_ones() {
        // VVC specification, table of invAngle.
        let published = [16384, 8192, 5461, 4096, 2731, 2048, 1638, 1365, 1170, 1024, 910, 819, 712, 630, 565, 512];
        assert_eq!(INVERSE[1..], published);
    }
}
