//! The operations that kernels ask for by name, and what they mean.

/// Numbers of 16 bits that are worked on at a time.
pub(crate) const LANES: usize = 16;

/// As many numbers, in memory.
pub(crate) type Row = [i16; LANES];

/// Pairs of weights for [`Lanes::weigh`], in the order of the sums.
pub(crate) type Weights = [[[i16; 2]; 8]; 2];

/// Operations of a level of the CPU on sixteen numbers of 16 bits, none of which may overflow.
pub(crate) trait Lanes: Copy {
    /// The numbers.
    type Words: Copy;
    /// Sixteen sums of 32 bits, in the order that the level likes; [`Lanes::weigh`] adds to them and [`Lanes::shifted`]
    /// ends them.
    type Sums: Copy;

    fn load(self, row: &Row) -> Self::Words;
    /// Samples, which have less than 16 bits.
    fn samples(self, samples: &[u16; LANES]) -> Self::Words;
    /// The way back.
    fn stored(self, words: Self::Words) -> [u16; LANES];
    fn splat(self, value: i16) -> Self::Words;
    fn add(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn sub(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn min(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn max(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn abs(self, a: Self::Words) -> Self::Words;
    /// Towards lower values by `bits`, which are below 16.
    fn shr(self, a: Self::Words, bits: u32) -> Self::Words;

    #[inline(always)]
    fn clamp(self, a: Self::Words, low: Self::Words, high: Self::Words) -> Self::Words {
        self.min(self.max(a, low), high)
    }

    /// All bits of the lanes where `a` is greater, none of the others.
    fn greater(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// The bits of both.
    fn and(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// The bits of `a` that `b` does not have.
    fn but(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// `a` in the lanes that have all bits of `mask`, `b` in those that have none.
    fn select(self, mask: Self::Words, a: Self::Words, b: Self::Words) -> Self::Words;
    /// Whether there are bits in any lane.
    fn any(self, a: Self::Words) -> bool;

    /// Each number in four lanes.
    fn spread(self, values: [i16; LANES / 4]) -> Self::Words;
    /// The first of each four lanes in all of them.
    fn first_of_four(self, a: Self::Words) -> Self::Words;
    /// The last of each four lanes in all of them.
    fn last_of_four(self, a: Self::Words) -> Self::Words;
    /// Columns in place of rows.
    fn transpose(self, rows: [Self::Words; LANES]) -> [Self::Words; LANES];

    /// The lanes of three channels, of 0 to 255, pixel by pixel.
    fn interleave(self, channels: [Self::Words; 3]) -> [u8; 3 * LANES];

    /// Sums of nothing.
    fn nothing(self) -> Self::Sums;
    /// Pairs of weights from four, each for four lanes in turn.
    fn weights(self, pairs: [[i16; 2]; 4]) -> Weights;
    /// The sums and `a` times the first weight and `b` times the second.
    fn weigh(self, sums: Self::Sums, a: Self::Words, b: Self::Words, weights: &Weights) -> Self::Sums;
    /// The sums times `factor`, rounded to 2^-`shift`, in the order of the lanes; cut to 16 bits.
    fn shifted(self, sums: Self::Sums, factor: i32, shift: u32) -> Self::Words;
    /// In each of `rows` the sums of four lanes in turn.
    fn quads(self, rows: [Self::Words; 4]) -> [[u32; LANES / 4]; 4];
}

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
    fn weights(self, pairs: [[i16; 2]; 4]) -> Weights {
        let [a, b, c, d] = pairs;
        [[a, a, a, a, b, b, b, b], [c, c, c, c, d, d, d, d]]
    }

    #[inline(always)]
    fn weigh(self, sums: [i32; LANES], a: Row, b: Row, weights: &Weights) -> [i32; LANES] {
        let weights = weights.as_flattened();
        each!(l, sums[l] + i32::from(a[l]) * i32::from(weights[l][0]) + i32::from(b[l]) * i32::from(weights[l][1]))
    }

    #[inline(always)]
    fn shifted(self, sums: [i32; LANES], factor: i32, shift: u32) -> Row {
        let rounded = |sum: i32| (sum * factor + (1 << (shift - 1))) >> shift;
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
