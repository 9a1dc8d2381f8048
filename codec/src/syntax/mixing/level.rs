//! What the bins of a level look at.

use super::super::residual::Template;
use super::super::scan::Position;
use super::bit_length;
use super::block::BlockInputs;
use super::spectrum::BANDS;
use crate::entropy::inputs::{Inputs, Kind};

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
    /// Magnitudes at (1, 0), (0, 1), (1, 1), (2, 0), (0, 2) from it, and the last one of the scan.
    near: [u32; 5],
    last: u32,
    place: u32,
    /// 0 Y, 1 Cb, 2 to 4 Cr by Cb's magnitude.
    role: u32,
    /// Class of a sum of magnitudes.
    wide: u32,
    // What is said of it in terms of the scan and of the blocks beside.
    path: u32,
    around: u32,
}

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
        let [l1, l2, _] = seen.last.map(u32::from);
        let cb = template.cb(p).min(2) as u32;
        let (ch, place, band) = (b.channel, p.place as u32, p.band as usize);
        let inner = 2 * (e + s) + se + ee + ss;
        let outer: u32 = near[5..].iter().sum();
        let expected = b.expected[band] as u32;
        let to_end = bit_length((end - 1 - i) as u32).min(5);
        Self {
            near: [e, s, se, ee, ss],
            last: l1,
            place,
            role: b.plane + if b.plane == 2 { cb } else { 0 },
            wide: sum_class(inner + (l1 + l2 + outer) / 2),
            path: (ch * 11 + bit_length(i as u32)) * 6 + to_end,
            around: (ch * BANDS as u32 + band as u32) * 16 + expected.min(15),
        }
    }

    /// It is not zero.
    pub(crate) fn significant(&self, kind: &Kind) -> Inputs {
        let [e, s, se, ee, ss] = self.near;
        let ones = ((e.min(2) * 3 + s.min(2)) * 3 + se.min(2)) * 4 + ee.min(1) * 2 + ss.min(1);
        let indices = [
            (ones * 3 + self.last.min(2)) * 25 + self.place * 5 + self.role,
            self.path * 16 + self.wide,
            self.around * 8 + self.wide.min(7),
        ];
        kind.at(indices)
    }

    /// A bin of a level that is not zero: above one, its parity above that, above three.
    pub(crate) fn size(&self, kind: &Kind) -> Inputs {
        let [e, s, se, ee, ss] = self.near;
        let twos = ((e.min(3) * 4 + s.min(3)) * 4 + se.min(3)) * 3 + (ee + ss).min(2);
        let indices = [
            twos * 15 + self.place.min(2) * 5 + self.role,
            self.path * 16 + self.wide,
            self.around * 8 + self.wide / 2,
        ];
        kind.at(indices)
    }
}
