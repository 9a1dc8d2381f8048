//! What the bins of a level look at.

use super::super::residual::Template;
use super::super::scan::Position;
use super::bit_length;
use super::block::BlockInputs;
use super::spectrum::BANDS;
use crate::entropy::inputs::{self, EXTRA, Inputs};

/// Magnitudes count as at most this much.
const MOST: u8 = 31;

/// What is coded of a block so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// The last three magnitudes, the last one first, cut at 31.
    last: [u8; 3],
}

impl Seen {
    /// Notes the magnitude of a level.
    #[inline(always)]
    pub(crate) fn push(&mut self, magnitude: u32) {
        self.last = [magnitude.min(MOST as u32) as u8, self.last[0], self.last[1]];
    }
}

/// Of one level.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LevelInputs {
    significant: [u32; EXTRA],
    size: [u32; EXTRA],
    significant_set: u32,
    size_set: u32,
}

/// A frequency in eight classes.
const FREQUENCY: [u8; 32] =
    [0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7];

/// Ends of the sixteen classes of a sum.
const SUM_ENDS: [u32; 15] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 23, 31, 45, 70];
/// Class of a sum, cut at 71.
const SUM: [u8; 72] = {
    let mut t = [0; 72];
    let (mut i, mut class) = (0, 0);
    while i < 72 {
        if class < 15 && i as u32 > SUM_ENDS[class as usize] {
            class += 1;
        }
        t[i] = class;
        i += 1;
    }
    t
};

#[inline(always)]
fn sum_class(sum: u32) -> u32 {
    SUM[(sum as usize).min(71)] as u32
}

impl LevelInputs {
    /// For the level at `p`, scan position `i` of `end`, in block `b`.
    #[inline(always)]
    pub(crate) fn of(b: &BlockInputs, template: &Template, p: &Position, i: usize, end: usize, seen: Seen) -> Self {
        let near = template.near(p).map(|m| m.min(MOST) as u32);
        let [e, s, se, ee, ss, ..] = near;
        let [l1, l2, l3] = seen.last.map(u32::from);
        let cb = template.cb(p).min(2) as u32;
        let (ch, place, band) = (b.channel, p.place as u32, p.band as usize);
        let role = b.plane + if b.plane == 2 { cb } else { 0 };
        let inner = 2 * (e + s) + se + ee + ss;
        let outer: u32 = near[5..].iter().sum();
        let expected = b.expected[band] as u32;
        let inner_class = sum_class(inner);
        let wide_class = sum_class(inner + (l1 + l2 + outer) / 2);
        let all_class = sum_class((3 * inner + 2 * (l1 + l2 + l3) + outer) / 2 + expected);
        let frequency = (FREQUENCY[p.u as usize] * 8 + FREQUENCY[p.v as usize]) as u32;
        let path = (ch * 11 + bit_length(i as u32)) * 6 + bit_length((end - 1 - i) as u32).min(5);
        let around = (ch * BANDS as u32 + band as u32) * 16 + expected.min(15);
        let setting = b.setting * 5 + place;
        let beside = ((ch * 8 + b.other[band] as u32) * 5 + place) * 16 + all_class;
        let position = (b.size * 2 + ch) * 64 + frequency;
        let ones = ((e.min(2) * 3 + s.min(2)) * 3 + se.min(2)) * 4 + ee.min(1) * 2 + ss.min(1);
        let twos = ((e.min(3) * 4 + s.min(3)) * 4 + se.min(3)) * 3 + (ee + ss).min(2);
        Self {
            significant: [
                position * 6 + inner_class.min(5),
                (ones * 3 + l1.min(2)) * 25 + place * 5 + role,
                path * 16 + wide_class,
                around * 8 + wide_class.min(7),
                setting * 8 + wide_class.min(7),
                beside,
            ],
            size: [
                position * 4 + (inner_class / 2).min(3),
                twos * 15 + place.min(2) * 5 + role,
                path * 16 + wide_class,
                around * 8 + wide_class / 2,
                setting * 8 + wide_class / 2,
                beside,
            ],
            significant_set: (ch * 5 + place) * 3 + inner_class.min(2),
            size_set: ch * 5 + place,
        }
    }

    /// It is not zero.
    pub(crate) fn significant(&self) -> Inputs {
        inputs::SIGNIFICANT.at(self.significant, self.significant_set)
    }

    /// It is above one.
    pub(crate) fn above_one(&self) -> Inputs {
        inputs::ABOVE_ONE.at(self.size, self.size_set)
    }

    /// Its parity, where it is above one.
    pub(crate) fn parity(&self) -> Inputs {
        inputs::PARITY.at(self.size, self.size_set)
    }

    /// It is above three.
    pub(crate) fn above_three(&self) -> Inputs {
        inputs::ABOVE_THREE.at(self.size, self.size_set)
    }
}
