//! The operations that kernels ask for by name, and what they mean.

/// Numbers of 16 bits that are worked on at a time.
pub(crate) const LANES: usize = 16;

/// As many numbers, in memory.
pub(crate) type Row = [i16; LANES];

/// Operations of a level of the CPU on sixteen numbers of 16 bits. None may overflow but where it
/// says so.
pub(crate) trait Lanes: Copy {
    /// The numbers.
    type Words: Copy;
    /// Sixteen sums of 32 bits, in the order that the level likes; [`Lanes::weigh`] adds to them
    /// and [`Lanes::shifted`] ends them.
    type Sums: Copy;
    /// Pairs of weights for [`Lanes::weigh`], as the level likes them.
    type Weights: Copy;

    fn load(self, row: &Row) -> Self::Words;
    /// Samples, which have less than 16 bits.
    fn samples(self, samples: &[u16; LANES]) -> Self::Words;
    /// The way back.
    fn stored(self, words: Self::Words) -> [u16; LANES];
    fn splat(self, value: i16) -> Self::Words;
    fn add(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// The sum, cut to 16 bits where it has more.
    fn add_cut(self, a: Self::Words, b: Self::Words) -> Self::Words;
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
    /// Of each eight lanes the first four of both in turn, and the last four.
    fn zip(self, a: Self::Words, b: Self::Words) -> [Self::Words; 2];
    /// Columns in place of rows.
    fn transpose(self, rows: [Self::Words; LANES]) -> [Self::Words; LANES];
    /// The same of samples, in memory.
    #[inline(always)]
    fn turn(self, from: &[[u16; LANES]; LANES], to: &mut [[u16; LANES]; LANES]) {
        let mut rows = [self.splat(0); LANES];
        for (row, from) in rows.iter_mut().zip(from) {
            *row = self.samples(from);
        }
        for (to, column) in to.iter_mut().zip(self.transpose(rows)) {
            *to = self.stored(column);
        }
    }

    /// The lanes of three channels, of 0 to 255, pixel by pixel.
    fn interleave(self, channels: [Self::Words; 3]) -> [u8; 3 * LANES];

    /// Sums of nothing.
    fn nothing(self) -> Self::Sums;
    /// Pairs of weights from four, each for four lanes in turn.
    fn weights(self, pairs: [[i16; 2]; 4]) -> Self::Weights;
    /// The sums and `a` times the first weight and `b` times the second.
    fn weigh(self, sums: Self::Sums, a: Self::Words, b: Self::Words, weights: &Self::Weights) -> Self::Sums;
    /// Parts that [`Lanes::weigh_held`] is done in, one after the other for all there is to weigh.
    const PARTS: usize = 1;
    /// The same in part `PART` with what the numbers of `a` and of `b` come to together when they
    /// are held to each of two `ranges`.
    #[inline(always)]
    fn weigh_held<const PART: usize>(
        self,
        sums: Self::Sums,
        [a, b]: [&Row; 2],
        [first, second]: &[[Self::Words; 2]; 2],
        weights: &Self::Weights,
    ) -> Self::Sums {
        let (a, b) = (self.load(a), self.load(b));
        let narrow = self.add(self.clamp(a, first[0], first[1]), self.clamp(b, first[0], first[1]));
        let wide = self.add(self.clamp(a, second[0], second[1]), self.clamp(b, second[0], second[1]));
        self.weigh(sums, narrow, wide, weights)
    }
    /// The sums, rounded to 2^-`shift`, in the order of the lanes; cut to 16 bits.
    fn shifted(self, sums: Self::Sums, shift: u32) -> Self::Words;
    /// In each of `rows` the sums of four lanes in turn.
    fn quads(self, rows: [Self::Words; 4]) -> [[u32; LANES / 4]; 4];

    /// What is read from memory wherever it is used, where that is not left to the compiler.
    #[inline(always)]
    fn anew<T>(self, value: &T) -> &T {
        value
    }

    /// Says that these are to be made before what follows, where that is not left to the compiler.
    #[inline(always)]
    fn now(self, _: [Self::Words; 4]) {}
}
