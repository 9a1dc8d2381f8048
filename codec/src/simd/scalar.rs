//! The operations of [`Lanes`] as loops, for any CPU.

use super::lanes::{LANES, Lanes, Row};

/// Those of any CPU.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

/// What `$value` gives for each lane `$l`.
macro_rules! each {
    ($l:ident, $value:expr) => {{
        let mut out = [0; LANES];
        for $l in 0..LANES {
            out[$l] = $value;
        }
        out
    }};
}

impl Lanes for Plain {
    type Words = Row;
    type Sums = [i32; LANES];
    type Weights = [[i16; 2]; 4];

    #[inline(always)]
    fn load(self, row: &Row) -> Row {
        *row
    }

    #[inline(always)]
    fn samples(self, samples: &[u16; LANES]) -> Row {
        each!(l, samples[l] as i16)
    }

    #[inline(always)]
    fn stored(self, words: Row) -> [u16; LANES] {
        each!(l, words[l] as u16)
    }

    #[inline(always)]
    fn splat(self, value: i16) -> Row {
        [value; LANES]
    }

    #[inline(always)]
    fn add(self, a: Row, b: Row) -> Row {
        each!(l, a[l] + b[l])
    }

    #[inline(always)]
    fn add_cut(self, a: Row, b: Row) -> Row {
        each!(l, a[l].saturating_add(b[l]))
    }

    #[inline(always)]
    fn sub(self, a: Row, b: Row) -> Row {
        each!(l, a[l] - b[l])
    }

    #[inline(always)]
    fn min(self, a: Row, b: Row) -> Row {
        each!(l, a[l].min(b[l]))
    }

    #[inline(always)]
    fn max(self, a: Row, b: Row) -> Row {
        each!(l, a[l].max(b[l]))
    }

    #[inline(always)]
    fn abs(self, a: Row) -> Row {
        each!(l, a[l].abs())
    }

    #[inline(always)]
    fn shr(self, a: Row, bits: u32) -> Row {
        each!(l, a[l] >> bits)
    }

    #[inline(always)]
    fn greater(self, a: Row, b: Row) -> Row {
        each!(l, -i16::from(a[l] > b[l]))
    }

    #[inline(always)]
    fn and(self, a: Row, b: Row) -> Row {
        each!(l, a[l] & b[l])
    }

    #[inline(always)]
    fn but(self, a: Row, b: Row) -> Row {
        each!(l, a[l] & !b[l])
    }

    #[inline(always)]
    fn select(self, mask: Row, a: Row, b: Row) -> Row {
        each!(l, (a[l] & mask[l]) | (b[l] & !mask[l]))
    }

    #[inline(always)]
    fn any(self, a: Row) -> bool {
        a != [0; LANES]
    }

    #[inline(always)]
    fn spread(self, values: [i16; LANES / 4]) -> Row {
        each!(l, values[l / 4])
    }

    #[inline(always)]
    fn first_of_four(self, a: Row) -> Row {
        each!(l, a[l & !3])
    }

    #[inline(always)]
    fn last_of_four(self, a: Row) -> Row {
        each!(l, a[l | 3])
    }

    #[inline(always)]
    fn zip(self, a: Row, b: Row) -> [Row; 2] {
        let from = |l: usize, first: usize| if l.is_multiple_of(2) { a[first + l / 2] } else { b[first + l / 2] };
        let mut out = [[0; LANES]; 2];
        for l in 0..8 {
            (out[0][l], out[0][l + 8]) = (from(l, 0), from(l, 8));
            (out[1][l], out[1][l + 8]) = (from(l, 4), from(l, 12));
        }
        out
    }

    #[inline(always)]
    fn transpose(self, rows: [Row; LANES]) -> [Row; LANES] {
        let mut columns = [[0; LANES]; LANES];
        for (y, row) in rows.iter().enumerate() {
            for (x, &value) in row.iter().enumerate() {
                columns[x][y] = value;
            }
        }
        columns
    }

    #[inline(always)]
    fn interleave(self, channels: [Row; 3]) -> [u8; 3 * LANES] {
        let mut out = [0; 3 * LANES];
        for (l, pixel) in out.chunks_exact_mut(3).enumerate() {
            for (to, channel) in pixel.iter_mut().zip(&channels) {
                *to = channel[l] as u8;
            }
        }
        out
    }

    #[inline(always)]
    fn nothing(self) -> [i32; LANES] {
        [0; LANES]
    }

    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> [[i16; 2]; 4] {
        pairs
    }

    #[inline(always)]
    fn weigh(self, sums: [i32; LANES], a: Row, b: Row, weights: &[[i16; 2]; 4]) -> [i32; LANES] {
        let product = |value: i16, weight: i16| i32::from(value) * i32::from(weight);
        each!(l, sums[l] + product(a[l], weights[l / 4][0]) + product(b[l], weights[l / 4][1]))
    }

    #[inline(always)]
    fn shifted(self, sums: [i32; LANES], shift: u32) -> Row {
        let rounded = |sum: i32| (sum + (1 << (shift - 1))) >> shift;
        each!(l, rounded(sums[l]).clamp(i16::MIN.into(), i16::MAX.into()) as i16)
    }

    #[inline(always)]
    fn quads(self, rows: [Row; 4]) -> [[u32; LANES / 4]; 4] {
        let mut out = [[0; LANES / 4]; 4];
        for (out, row) in out.iter_mut().zip(&rows) {
            for (sum, four) in out.iter_mut().zip(row.chunks_exact(4)) {
                *sum = four.iter().map(|&v| i32::from(v)).sum::<i32>() as u32;
            }
        }
        out
    }
}
