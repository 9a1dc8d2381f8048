//! From quantiser parameter to step: 32 parameters an octave. BITSTREAM.md §8.1.

/// Largest quantiser parameter: 14 octaves.
pub(crate) const MAX_QP: u16 = 447;

/// Fractional bits of a step.
pub(crate) const STEP_BITS: u32 = 12;

/// round(2^[`STEP_BITS`] * 2^(i/32)).
const OCTAVE: [u32; 32] = [
    4096, 4186, 4277, 4371, 4467, 4565, 4664, 4767, 4871, 4978, 5087, 5198, 5312, 5428, 5547, 5668, 5793, 5919, 6049,
    6182, 6317, 6455, 6597, 6741, 6889, 7039, 7194, 7351, 7512, 7677, 7845, 8016,
];

/// The step of `qp` (0 to 447), in 2^-[`STEP_BITS`] of a coefficient unit: below 2^26.
#[inline(always)]
pub(crate) fn step(qp: u16) -> u32 {
    OCTAVE[qp as usize % 32] << (qp / 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_double_every_32() {
        for qp in 0..=MAX_QP {
            let exact = 4096.0 * (qp as f64 / 32.0).exp2();
            assert!((step(qp) as f64 / exact - 1.0).abs() < 2e-4, "{qp}");
        }
    }

    #[test]
    fn octave_is_the_formula() {
        for (i, &s) in OCTAVE.iter().enumerate() {
            assert_eq!(s, (4096.0 * (i as f64 / 32.0).exp2()).round() as u32);
        }
    }
}
