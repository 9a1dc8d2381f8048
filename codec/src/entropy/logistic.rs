//! Probabilities as logarithms of their odds, base 2, in 1/256: tables there and back. BITSTREAM.md
//! §7.4.

/// Fractional bits of a log-odds value.
pub(crate) const ODDS_BITS: u32 = 8;
/// Log-odds lie within 12 octaves.
pub(crate) const ODDS_LIMIT: i32 = 12 << ODDS_BITS;
/// Largest magnitude of log-odds.
pub(crate) const MAX_ODDS: i32 = ODDS_LIMIT - 1;

/// log2(`v`) with `bits` fractional bits, rounded down, in integers by repeated squaring; `v` from
/// 1 to 2^13 - 1.
pub(crate) const fn log2(v: u32, bits: u32) -> u32 {
    let top = v.ilog2();
    // v = m * 2^top, m in [1, 2) with 30 fractional bits.
    let mut m = (v as u64) << (30 - top);
    let mut log = top << bits;
    let mut bit = bits;
    while bit > 0 {
        bit -= 1;
        m = (m * m) >> 30;
        if m >= 2 << 30 {
            m >>= 1;
            log += 1 << bit;
        }
    }
    log
}

/// By probability in 1/4096: the log-odds in the middle of the step.
static STRETCH: [i16; 4096] = {
    let mut t = [0i16; 4096];
    let mut i = 0;
    while i < 4096 {
        let v = 2 * i as u32 + 1;
        let odds = log2(v, ODDS_BITS) as i32 - log2(8192 - v, ODDS_BITS) as i32;
        t[i] = if odds > MAX_ODDS {
            MAX_ODDS as i16
        } else if odds < -MAX_ODDS {
            -MAX_ODDS as i16
        } else {
            odds as i16
        };
        i += 1;
    }
    t
};

/// round(2^(15 + i/32)).
const POWERS: [u32; 32] = [
    32768, 33486, 34219, 34968, 35734, 36516, 37316, 38133, 38968, 39821, 40693, 41584, 42495, 43425, 44376, 45348,
    46341, 47356, 48393, 49452, 50535, 51642, 52773, 53928, 55109, 56316, 57549, 58809, 60097, 61413, 62757, 64132,
];

/// By log-odds in 1/32 octave, from -12 octaves on: the probability in 1/65536.
static SQUASH: [u16; 768] = {
    let mut t = [0u16; 768];
    let mut i = 0;
    while i < 768 {
        // 2^(15 + 12 + odds); 2^27 stands for even odds.
        let power = (POWERS[i % 32] as u64) << (i / 32);
        t[i] = ((power << 16) / (power + (1 << 27))) as u16;
        i += 1;
    }
    t
};

/// Log-odds of probability `p` in 1/65536.
#[inline(always)]
pub(crate) fn stretch(p: u32) -> i16 {
    STRETCH[(p as usize >> 4) & 4095]
}

/// Probability in 1/65536, 15 to 65519, of log-odds, which are limited to those of the table.
#[inline(always)]
pub(crate) const fn squash(odds: i32) -> u32 {
    let least = if odds < -ODDS_LIMIT { -ODDS_LIMIT } else { odds };
    let limited = if least > MAX_ODDS { MAX_ODDS } else { least };
    SQUASH[(limited + ODDS_LIMIT) as usize >> 3] as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_the_logistic_function_and_its_inverse() {
        for p in (8..65536u32).step_by(16) {
            let q = p as f64 / 65536.0;
            let exact = (q / (1.0 - q)).log2().clamp(-12.0, 12.0);
            assert!((stretch(p) as f64 / 256.0 - exact).abs() < 0.02, "{p}");
        }
        for odds in -3072..3072 {
            // The table's step is 1/32 octave, and a value stands for the step's lower end.
            let at = |o: f64| 65536.0 / (1.0 + (-o / 256.0).exp2());
            let p = squash(odds) as f64;
            // POWERS are rounded, which half a unit covers.
            assert!(p < at(odds as f64) + 0.5 && p > at(odds as f64 - 8.0) - 1.0, "{odds}: {p}");
        }
    }
}
