//! How the slots of a level's models are numbered: by the sum of the levels around it, its place in
//! the block and its role. BITSTREAM.md §7.5.

use crate::entropy::levels::{FAR, NEAR};

/// Classes of a sum of magnitudes.
const CLASSES: usize = 24;
/// Near slots of a class: places (5) x roles (6) x sizes (3) x edges (3).
const NEAR_OF_CLASS: usize = 5 * 6 * 9;
/// Far slots of a class: frequencies (9) x channels (2) x orientations (4) x distances to the end
/// (3) x maxima (2).
const FAR_OF_CLASS: usize = 9 * 2 * 4 * 6;
const _: () = assert!(NEAR == CLASSES * NEAR_OF_CLASS && FAR == CLASSES * FAR_OF_CLASS);

/// Near slots of a place.
pub(super) const PLACE: usize = 6 * 9;
/// Near slots of a role.
pub(super) const ROLE: usize = 9;
/// Role of the levels of a block without a transform.
pub(super) const RESIDUAL: usize = 5;
/// Far slots of a channel, and those behind which the levels of a block without a transform have
/// theirs.
pub(super) const CHANNEL: usize = 4 * 6;
pub(super) const NO_FREQUENCY: usize = 3 * 6;

/// Sums count up to here.
pub(super) const MOST: usize = 256;

/// By the sum of what is around a level: its class among the near slots, three an octave, and among
/// the far slots, four an octave of half the sum, as the slots before those of the class.
pub(super) const BEFORE: [[u16; 2]; MOST + 1] = {
    let mut t = [[0; 2]; MOST + 1];
    let mut sum = 0;
    while sum <= MOST {
        let near = if sum < 6 {
            sum
        } else {
            let log2 = sum.ilog2() as usize;
            let eighths = ((8 * sum) >> log2) & 7;
            5 + 3 * (log2 - 2) + (eighths >= 2) as usize + (eighths >= 5) as usize
        };
        let half = sum / 2;
        let far = if half < 8 {
            half
        } else {
            let log2 = half.ilog2() as usize;
            8 + 4 * (log2 - 3) + ((half >> (log2 - 2)) & 3)
        };
        let last = CLASSES - 1;
        let (near, far) = (if near < last { near } else { last }, if far < last { far } else { last });
        t[sum] = [(near * NEAR_OF_CLASS) as u16, (far * FAR_OF_CLASS) as u16];
        sum += 1;
    }
    t
};

/// What the position (u, v) of a coded area of `w` x `h`, of class `place`, adds to the numbers of
/// the near and the far slot.
pub(super) fn parts(u: usize, v: usize, w: usize, h: usize, place: u8) -> (u16, u16) {
    // Along the diagonals of the scan, and across.
    let (along, across) = if w >= h { (u, v) } else { (v, u) };
    let edge = if along == 0 {
        1
    } else if across == 0 {
        2
    } else {
        0
    };
    let frequency = match u + v {
        low @ 0..=3 => low,
        4..=5 => 4,
        6..=7 => 5,
        8..=11 => 6,
        12..=15 => 7,
        _ => 8,
    };
    let orientation = (u < v) as usize + 2 * (u > v) as usize;
    let near = place as usize * PLACE + size(w, h) * 3 + edge;
    (near as u16, (frequency * 2 * CHANNEL + orientation * 6) as u16)
}

/// Class of a coded area: up to 32 samples, up to 128, above.
const fn size(w: usize, h: usize) -> usize {
    match w * h {
        ..=32 => 0,
        33..=128 => 1,
        _ => 2,
    }
}
