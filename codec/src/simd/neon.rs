//! The operations of [`Lanes`] in NEON, on two registers of eight lanes. All that is compiled for
//! aarch64 has it.
#![allow(unsafe_code)]

use std::arch::aarch64::*;
use std::mem::transmute;

use super::lanes::{LANES, Lanes, Row};

/// NEON is part of the target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neon;

/// Lanes 0 to 7, then 8 to 15.
type Pair = [int16x8_t; 2];

/// Operations on two registers that are one instruction.
macro_rules! binary {
    ($($name:ident: $instruction:ident,)*) => {
        $(
            #[inline(always)]
            fn $name(self, a: Pair, b: Pair) -> Pair {
                // SAFETY: NEON is part of the target.
                unsafe { [$instruction(a[0], b[0]), $instruction(a[1], b[1])] }
            }
        )*
    };
}

impl Lanes for Neon {
    type Words = Pair;
    type Sums = [int32x4_t; 4];
    /// One after the other.
    type Weights = int16x8_t;

    binary! {
        add: vaddq_s16,
        add_cut: vqaddq_s16,
        sub: vsubq_s16,
        min: vminq_s16,
        max: vmaxq_s16,
        and: vandq_s16,
        but: vbicq_s16,
    }

    #[inline(always)]
    fn load(self, row: &Row) -> Pair {
        // SAFETY: both have 32 bytes, and any bits are a value of either.
        unsafe { transmute::<Row, Pair>(*row) }
    }

    #[inline(always)]
    fn samples(self, samples: &[u16; LANES]) -> Pair {
        // SAFETY: as above.
        unsafe { transmute::<[u16; LANES], Pair>(*samples) }
    }

    #[inline(always)]
    fn stored(self, words: Pair) -> [u16; LANES] {
        // SAFETY: as above.
        unsafe { transmute::<Pair, [u16; LANES]>(words) }
    }

    #[inline(always)]
    fn splat(self, value: i16) -> Pair {
        // SAFETY: NEON is part of the target.
        unsafe { [vdupq_n_s16(value); 2] }
    }

    #[inline(always)]
    fn abs(self, a: Pair) -> Pair {
        // SAFETY: as above.
        unsafe { [vabsq_s16(a[0]), vabsq_s16(a[1])] }
    }

    #[inline(always)]
    fn shr(self, a: Pair, bits: u32) -> Pair {
        // SAFETY: as above.
        unsafe {
            let bits = vdupq_n_s16(-(bits as i16));
            [vshlq_s16(a[0], bits), vshlq_s16(a[1], bits)]
        }
    }

    #[inline(always)]
    fn greater(self, a: Pair, b: Pair) -> Pair {
        // SAFETY: as above.
        unsafe {
            let low = vreinterpretq_s16_u16(vcgtq_s16(a[0], b[0]));
            [low, vreinterpretq_s16_u16(vcgtq_s16(a[1], b[1]))]
        }
    }

    #[inline(always)]
    fn select(self, mask: Pair, a: Pair, b: Pair) -> Pair {
        // SAFETY: as above.
        unsafe {
            let low = vbslq_s16(vreinterpretq_u16_s16(mask[0]), a[0], b[0]);
            [low, vbslq_s16(vreinterpretq_u16_s16(mask[1]), a[1], b[1])]
        }
    }

    #[inline(always)]
    fn any(self, a: Pair) -> bool {
        // SAFETY: as above.
        unsafe { vmaxvq_u16(vreinterpretq_u16_s16(vorrq_s16(a[0], a[1]))) != 0 }
    }

    #[inline(always)]
    fn spread(self, values: [i16; LANES / 4]) -> Pair {
        let [a, b, c, d] = values;
        // SAFETY: as above.
        unsafe { [vcombine_s16(vdup_n_s16(a), vdup_n_s16(b)), vcombine_s16(vdup_n_s16(c), vdup_n_s16(d))] }
    }

    #[inline(always)]
    fn first_of_four(self, a: Pair) -> Pair {
        let mut out = a;
        for (to, a) in out.iter_mut().zip(a) {
            // SAFETY: as above.
            unsafe {
                let twos = vreinterpretq_s32_s16(vtrn1q_s16(a, a));
                *to = vreinterpretq_s16_s32(vtrn1q_s32(twos, twos));
            }
        }
        out
    }

    #[inline(always)]
    fn last_of_four(self, a: Pair) -> Pair {
        let mut out = a;
        for (to, a) in out.iter_mut().zip(a) {
            // SAFETY: as above.
            unsafe {
                let twos = vreinterpretq_s32_s16(vtrn2q_s16(a, a));
                *to = vreinterpretq_s16_s32(vtrn2q_s32(twos, twos));
            }
        }
        out
    }

    #[inline(always)]
    fn zip(self, a: Pair, b: Pair) -> [Pair; 2] {
        // SAFETY: as above.
        unsafe { [[vzip1q_s16(a[0], b[0]), vzip1q_s16(a[1], b[1])], [vzip2q_s16(a[0], b[0]), vzip2q_s16(a[1], b[1])]] }
    }

    #[inline(always)]
    fn transpose(self, rows: [Pair; LANES]) -> [Pair; LANES] {
        let mut columns = rows;
        for across in 0..2 {
            for down in 0..2 {
                let mut part = [rows[0][0]; 8];
                for (to, row) in part.iter_mut().zip(&rows[8 * down..]) {
                    *to = row[across];
                }
                let turned = eights(&part);
                for (to, from) in columns[8 * across..].iter_mut().zip(turned) {
                    to[down] = from;
                }
            }
        }
        columns
    }

    #[inline(always)]
    fn interleave(self, channels: [Pair; 3]) -> [u8; 3 * LANES] {
        let mut out = [0; 3 * LANES];
        // SAFETY: as above, and 48 bytes are stored.
        unsafe {
            let mut bytes = [vdupq_n_u8(0); 3];
            for (to, words) in bytes.iter_mut().zip(channels) {
                *to = vqmovun_high_s16(vqmovun_s16(words[0]), words[1]);
            }
            vst3q_u8(out.as_mut_ptr(), uint8x16x3_t(bytes[0], bytes[1], bytes[2]));
        }
        out
    }

    #[inline(always)]
    fn nothing(self) -> [int32x4_t; 4] {
        // SAFETY: as above.
        unsafe { [vdupq_n_s32(0); 4] }
    }

    #[inline(always)]
    fn weights(self, pairs: [[i16; 2]; 4]) -> int16x8_t {
        // SAFETY: both have 16 bytes, and any bits are a value of either.
        unsafe { transmute::<[[i16; 2]; 4], int16x8_t>(pairs) }
    }

    #[inline(always)]
    fn weigh(self, sums: [int32x4_t; 4], a: Pair, b: Pair, weights: &int16x8_t) -> [int32x4_t; 4] {
        let weights = *weights;
        // SAFETY: as above.
        unsafe {
            let mut out = sums;
            out[0] = vmlal_laneq_s16::<0>(out[0], vget_low_s16(a[0]), weights);
            out[0] = vmlal_laneq_s16::<1>(out[0], vget_low_s16(b[0]), weights);
            out[1] = vmlal_high_laneq_s16::<2>(out[1], a[0], weights);
            out[1] = vmlal_high_laneq_s16::<3>(out[1], b[0], weights);
            out[2] = vmlal_laneq_s16::<4>(out[2], vget_low_s16(a[1]), weights);
            out[2] = vmlal_laneq_s16::<5>(out[2], vget_low_s16(b[1]), weights);
            out[3] = vmlal_high_laneq_s16::<6>(out[3], a[1], weights);
            out[3] = vmlal_high_laneq_s16::<7>(out[3], b[1], weights);
            out
        }
    }

    #[inline(always)]
    fn shifted(self, sums: [int32x4_t; 4], shift: u32) -> Pair {
        // SAFETY: as above.
        unsafe {
            let half = vdupq_n_s32(1 << (shift - 1));
            let shift = vdupq_n_s32(-(shift as i32));
            let mut rounded = [half; 4];
            for (to, sums) in rounded.iter_mut().zip(sums) {
                *to = vshlq_s32(vaddq_s32(half, sums), shift);
            }
            let low = vqmovn_high_s32(vqmovn_s32(rounded[0]), rounded[1]);
            [low, vqmovn_high_s32(vqmovn_s32(rounded[2]), rounded[3])]
        }
    }

    #[inline(always)]
    fn quads(self, rows: [Pair; 4]) -> [[u32; LANES / 4]; 4] {
        let mut out = [[0; LANES / 4]; 4];
        for (to, row) in out.iter_mut().zip(rows) {
            // SAFETY: as above, and both have 16 bytes.
            unsafe {
                let sums = vpaddq_s32(vpaddlq_s16(row[0]), vpaddlq_s16(row[1]));
                *to = transmute::<int32x4_t, [u32; LANES / 4]>(sums);
            }
        }
        out
    }
}

/// Columns in place of rows of eight registers.
#[inline(always)]
fn eights(rows: &[int16x8_t; 8]) -> [int16x8_t; 8] {
    // SAFETY: NEON is part of the target.
    unsafe {
        // Of rows 2i and 2i + 1 the even columns, then the odd ones.
        let mut twos = [vdupq_n_s32(0); 8];
        for i in 0..4 {
            twos[i] = vreinterpretq_s32_s16(vtrn1q_s16(rows[2 * i], rows[2 * i + 1]));
            twos[i + 4] = vreinterpretq_s32_s16(vtrn2q_s16(rows[2 * i], rows[2 * i + 1]));
        }
        // Of rows 0 to 3, then of rows 4 to 7, columns 0 and 4, 1 and 5, 2 and 6, 3 and 7.
        let mut fours = [[vdupq_n_s64(0); 4]; 2];
        for (half, fours) in fours.iter_mut().enumerate() {
            for odd in 0..2 {
                let (upper, lower) = (twos[4 * odd + 2 * half], twos[4 * odd + 2 * half + 1]);
                fours[odd] = vreinterpretq_s64_s32(vtrn1q_s32(upper, lower));
                fours[odd + 2] = vreinterpretq_s64_s32(vtrn2q_s32(upper, lower));
            }
        }
        let mut columns = *rows;
        for x in 0..4 {
            columns[x] = vreinterpretq_s16_s64(vtrn1q_s64(fours[0][x], fours[1][x]));
            columns[x + 4] = vreinterpretq_s16_s64(vtrn2q_s64(fours[0][x], fours[1][x]));
        }
        columns
    }
}
