//! Directional prediction: 62 of the 64 angles (the straight ones are in `straight`), interpolated with four taps
//! between reference samples. BITSTREAM.md §9.3.6; the scheme and the angles are VVC's.
//!
//! The angles of the left side are those of the top side mirrored at the diagonal: they are predicted downwards from
//! the left column and transposed on the way out.

use crate::image::plane::{Block, clip};
use crate::predict::MAX_SIDE;
use crate::predict::edges::{MAX_EDGE, MAX_LINE};
use crate::predict::pdpc::{self, FILLED};

/// Displacement per row in 1/32 sample, by distance from the straight mode. VVC's values: finer near the straight
/// modes, where edges of natural pictures gather.
pub(crate) const DISPLACEMENT: [i32; 17] = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 23, 26, 29, 32];

/// Rows per sample of displacement in 1/512, by distance from the straight mode: 16384 / displacement, rounded.
static INVERSE: [i32; 17] = {
    let mut table = [0; 17];
    let mut i = 1;
    while i < 17 {
        table[i] = (16384 + DISPLACEMENT[i] / 2) / DISPLACEMENT[i];
        i += 1;
    }
    table
};

/// The smooth filter serves distances from the straight mode above this, by the mean of the sides' logarithms minus 2
/// (VVC's thresholds).
pub(crate) const SMOOTH_ABOVE: [usize; 5] = [24, 14, 2, 0, 0];

/// Interpolation filter for fractions of a sample, sum 128.
type Filter = [[i16; 4]; 32];

/// Cubic convolution (Keys, 1981, a = -1/2): interpolates, with negative outer taps.
static SHARP: Filter = sharp();
/// Linear interpolation after a smoothing by 1 2 1: exact in 1/128.
static SMOOTH: Filter = smooth();

const fn sharp() -> Filter {
    let mut filter = [[0; 4]; 32];
    let mut p = 0;
    while p < 32 {
        let outer_left = sharp_outer(p);
        let outer_right = sharp_outer(32 - p);
        let inner_right = sharp_inner(32 - p);
        filter[p as usize] = [outer_left, 128 - outer_left - inner_right - outer_right, inner_right, outer_right];
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
    let mut filter = [[0; 4]; 32];
    let mut p = 0;
    while p < 32 {
        let f = p as i16;
        filter[p] = [32 - f, 64 - f, 32 + f, f];
        p += 1;
    }
    filter
}

/// Where the corner stands in the main reference: room for the longest projection of the other side before it.
const ORIGIN: usize = MAX_SIDE + MAX_LINE;
/// The longest main reference, and samples past its end for taps and for what further lines shift it by.
const MAIN: usize = ORIGIN + 1 + MAX_EDGE + 3 + MAX_LINE;

/// The main reference of a direction: see [`ORIGIN`].
pub(crate) type Main = [i16; MAIN];
/// Room for a main reference.
pub(crate) const EMPTY: Main = [0; MAIN];

/// The two sides as a direction sees them: `main` is the one it starts from.
pub(crate) struct Sides<'a> {
    pub(crate) main: &'a [u16; MAX_EDGE],
    pub(crate) side: &'a [u16; MAX_EDGE],
    pub(crate) corner: u16,
    /// How far from the block they lie: see [`Edges`](crate::predict::edges::Edges).
    pub(crate) distance: usize,
}

/// One angle of one block, seen as if it came from above.
pub(crate) struct Direction<'a> {
    main: &'a Main,
    side: &'a [u16; MAX_EDGE],
    /// Index of the side's last sample.
    side_last: usize,
    displacement: i32,
    /// How far from the block the references lie.
    distance: usize,
    filter: &'static Filter,
    max: u16,
    /// Number of columns blended with the side, for each the row offset and the weight of the side's sample.
    blended: usize,
    offsets: [u16; FILLED],
    weights: [i32; FILLED],
}

impl<'a> Direction<'a> {
    /// Angle `a` of 0..64 over a block of `W` columns along the main side and `h` rows along the other. `room` keeps
    /// the main reference.
    #[inline(always)]
    pub(crate) fn new<const W: usize>(a: usize, sides: &Sides<'a>, room: &'a mut Main, h: usize, depth: u32) -> Self {
        let straight = if a < 32 { 16 } else { 48 };
        let turn = a.abs_diff(straight);
        let positive = !(16..=48).contains(&a);
        let displacement = if positive { DISPLACEMENT[turn] } else { -DISPLACEMENT[turn] };
        let distance = sides.distance;
        let n = W + h + distance;
        room[ORIGIN] = sides.corner as i16;
        // As many as the tallest block of this width needs: a constant, for fixed vector code.
        for (to, &from) in room[ORIGIN + 1..].iter_mut().zip(&sides.main[..W + MAX_SIDE.min(4 * W) + MAX_LINE]) {
            *to = from as i16;
        }
        room[ORIGIN + 1 + n..ORIGIN + 4 + n + distance].fill(sides.main[n - 1] as i16);
        if displacement < 0 {
            // The main reference goes on before the corner with the side's samples, projected along the angle.
            let inverse = INVERSE[turn];
            for (k, to) in (1..=h + distance).zip(room[..ORIGIN].iter_mut().rev()) {
                let row = ((k as i32 * inverse + 256) >> 9) as usize;
                *to = sides.side[row.min(h + distance) - 1] as i16;
            }
        }
        let size_class = ((W.ilog2() + h.ilog2()) / 2 - 2) as usize;
        let mut direction = Self {
            main: room,
            side: sides.side,
            side_last: n - 1,
            displacement,
            distance,
            filter: if distance == 0 && turn > SMOOTH_ABOVE[size_class] { &SMOOTH } else { &SHARP },
            max: (1 << depth) - 1,
            blended: 0,
            offsets: [0; FILLED],
            weights: [0; FILLED],
        };
        if positive && distance == 0 {
            direction.set_blending(W, h, INVERSE[turn]);
        }
        direction
    }

    /// Prepares the blending with the other side, which the angle meets on its way down.
    #[inline(always)]
    fn set_blending(&mut self, w: usize, h: usize, inverse: i32) {
        let scale = (h.ilog2() as i32 - (3 * inverse - 2).ilog2() as i32 + 8).min(2);
        if scale < 0 {
            return;
        }
        self.blended = pdpc::reach(scale as u32).min(w);
        for x in 0..self.blended {
            self.offsets[x] = (((x as i32 + 1) * inverse + 256) >> 9) as u16;
            self.weights[x] = pdpc::weight(x, scale as u32);
        }
    }

    /// One row of the block.
    #[inline(always)]
    fn row<const W: usize>(&self, y: usize, out: &mut [u16; W]) {
        let d = ((y + self.distance) as i32 + 1) * self.displacement;
        let start = ((ORIGIN + self.distance) as i32 + (d >> 5)) as usize;
        let taps = self.filter[(d & 31) as usize].map(i32::from);
        // Four loads of W samples; results in an array of its own, so that nothing aliases.
        let samples = |i: usize| -> [i16; W] { *self.main[start + i..].first_chunk().expect("room for all taps") };
        let (s0, s1, s2, s3) = (samples(0), samples(1), samples(2), samples(3));
        let mut line = [0; W];
        for x in 0..W {
            let sum = taps[0] * i32::from(s0[x])
                + taps[1] * i32::from(s1[x])
                + taps[2] * i32::from(s2[x])
                + taps[3] * i32::from(s3[x]);
            line[x] = clip((sum + 64) >> 7, self.max);
        }
        if self.blended > 0 {
            let mut sides = [0; FILLED];
            for (side, &offset) in sides.iter_mut().zip(&self.offsets).take(self.blended) {
                *side = i32::from(self.side[(y + usize::from(offset)).min(self.side_last)]);
            }
            for x in 0..W.min(FILLED) {
                let own = (64 - self.weights[x]) * i32::from(line[x]);
                line[x] = ((sides[x] * self.weights[x] + own + 32) >> 6) as u16;
            }
        }
        *out = line;
    }

    /// Predicts a block of width `W` from above.
    #[inline(always)]
    pub(crate) fn downwards<const W: usize>(&self, out: &mut Block<'_>) {
        for (y, row) in out.rows().enumerate() {
            self.row::<W>(y, row);
        }
    }

    /// Predicts a block of height `H` from the left.
    #[inline(always)]
    pub(crate) fn sideways<const H: usize>(&self, out: &mut Block<'_>) {
        let w = out.w;
        let mut columns = [[0; H]; 8];
        if w == 4 || H == 4 {
            for x in 0..w {
                self.row::<H>(x, &mut columns[0]);
                for (y, &s) in columns[0].iter().enumerate() {
                    *out.at(x, y) = [s];
                }
            }
            return;
        }
        for x in (0..w).step_by(8) {
            for (i, column) in columns.iter_mut().enumerate() {
                self.row::<H>(x + i, column);
            }
            for y in (0..H).step_by(8) {
                let mut square = [[0; 8]; 8];
                for (to, from) in square.iter_mut().zip(&columns) {
                    to.copy_from_slice(&from[y..y + 8]);
                }
                for (i, row) in transpose(square).iter().enumerate() {
                    *out.at(x, y + i) = *row;
                }
            }
        }
    }
}

/// Transposes by interleaving row i with row i + 4, three times: in vector code each is one instruction.
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
            for p in 0..32 {
                assert_eq!(filter[p].iter().sum::<i16>(), 128);
                if p > 0 {
                    let mut mirrored = filter[32 - p];
                    mirrored.reverse();
                    assert!(filter[p].iter().zip(mirrored).all(|(&a, b)| a.abs_diff(b) <= 1));
                }
            }
        }
        assert_eq!(SHARP[0], [0, 128, 0, 0]);
        assert_eq!(SHARP[16], [-8, 72, 72, -8]);
    }

    #[test]
    fn inverse_angles_are_the_published_ones() {
        // VVC specification, table of invAngle.
        let published = [16384, 8192, 5461, 4096, 2731, 2048, 1638, 1365, 1170, 1024, 910, 819, 712, 630, 565, 512];
        assert_eq!(INVERSE[1..], published);
    }
}
