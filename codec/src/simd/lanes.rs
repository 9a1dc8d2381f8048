//! The operations that kernels ask for by name, and what they mean.

/// Numbers of 16 bits that are worked on at a time.
pub(crate) const LANES: usize = 16;

/// Sixteen sums of 32 bits, in the order that the level likes; [`Lanes::weigh`] adds to them and [`Lanes::shifted`] ends them.
pub(crate) type Sums = [[i32; 8]; 2];

/// Which lane a sum belongs to: those of both halves of a register of 256 bits, interleaved.
const LANE: [[usize; 8]; 2] = [[0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]];

/// Pairs of weights of the sums, in their order: what [`Lanes::weigh`] takes.
pub(crate) type Weights = [[[i16; 2]; 8]; 2];

/// Operations of a level of the CPU.
pub(crate) trait Lanes: Copy {
    /// Pairs of weights from four, each for four lanes in turn.
    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> Weights {
        let mut weights = [[[0; 2]; 8]; 2];
        for half in 0..2 {
            for i in 0..8 {
                weights[half][i] = pairs[LANE[half][i] / 4];
            }
        }
        weights
    }

    /// Adds `a` times the first weight and `b` times the second to the sums.
    #[inline(always)]
    fn weigh(self, sums: &mut Sums, a: [i16; LANES], b: [i16; LANES], weights: &Weights) {
        for half in 0..2 {
            for i in 0..8 {
                let ([one, two], lane) = (weights[half][i], LANE[half][i]);
                sums[half][i] += i32::from(a[lane]) * i32::from(one) + i32::from(b[lane]) * i32::from(two);
            }
        }
    }

    /// The sums times `factor`, rounded to 2^-`shift`, in the order of the lanes; cut to 16 bits.
    #[inline(always)]
    fn shifted(self, sums: Sums, factor: i32, shift: u32) -> [i16; LANES] {
        let mut out = [0; LANES];
        for half in 0..2 {
            for i in 0..8 {
                let value = (sums[half][i] * factor + (1 << (shift - 1))) >> shift;
                out[LANE[half][i]] = value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
            }
        }
        out
    }

    /// For each four lanes in turn their sums in each of `rows`.
    #[inline(always)]
    fn quads(self, rows: [[i16; LANES]; 4]) -> [[u32; 4]; LANES / 4] {
        let mut out = [[0; 4]; LANES / 4];
        for (i, out) in out.iter_mut().enumerate() {
            for (sum, row) in out.iter_mut().zip(&rows) {
                *sum = row[4 * i..4 * i + 4].iter().map(|&v| i32::from(v)).sum::<i32>() as u32;
            }
        }
        out
    }
}

/// Those of any CPU.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Lanes for Plain {}
