//! What the bins of a level look at: sums of the levels around it that are coded already, its place
//! in the block, what the blocks beside it lead to expect. BITSTREAM.md §7.5.

use super::scan::{MARGIN, PADDED, Position};
use super::slots::{BEFORE, CHANNEL, MOST, NO_FREQUENCY, PLACE, RESIDUAL, ROLE};
use super::spectrum::{BANDS, Spectrum};
use crate::entropy::LevelPlace;
use crate::entropy::levels::{FAR, NEAR};
use crate::quant::family::State;

/// A transform block, as its levels see it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlockLevels {
    /// 0 Y, 1 Cb, 2 Cr.
    plane: usize,
    /// By band: what the blocks beside it add to the sum around a level, 0 to 5.
    expected: [u8; BANDS + 1],
}

impl BlockLevels {
    /// Of plane `plane` (0 to 2), where the spectra of the blocks beside add up to `expected` (0 to
    /// 28).
    pub(crate) fn new(plane: usize, expected: Spectrum) -> Self {
        let mut of_band = [0; BANDS + 1];
        of_band.iter_mut().zip(expected).for_each(|(out, sum)| *out = 3 * sum / 16);
        Self { plane, expected: of_band }
    }
}

/// The levels of a block that are coded so far, in an area with margins.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// Around each position: magnitudes cut at 15, the five nearest ones times 4; from bit 12 on
    /// the number of these above 1.
    sums: [u16; AREA],
    /// Magnitudes, cut at 255.
    magnitudes: [u8; AREA],
    /// Those of Cb while Cr is coded, where it has any.
    cb: [u8; AREA],
    cb_coded: bool,
}

/// Two rows lie below the positions.
const AREA: usize = (MARGIN + 32 + 2) * PADDED;
/// Bits of a sum below the number of levels above 1.
const SUM_BITS: u32 = 12;

/// Steps (u, v) to the levels around one, the nearest first, in an area that is no higher than wide
/// and in one that is; the last one leads along the diagonal of the scan.
const AROUND: [[(isize, isize); 15]; 2] = {
    let mut wide = [(0, 0); 15];
    let nearest = [(1, 0), (2, 0), (0, 1), (1, 1), (0, 2)];
    let further = [(3, 0), (4, 0), (2, 1), (3, 1), (1, 2), (2, 2), (0, 3), (1, 3), (0, 4), (-1, 1)];
    let mut i = 0;
    while i < 15 {
        wide[i] = if i < NEAREST { nearest[i] } else { further[i - NEAREST] };
        i += 1;
    }
    let mut high = wide;
    high[14] = (1, -1);
    [wide, high]
};

/// How many of them count as near.
pub(crate) const NEAREST: usize = 5;

/// Those of an area that is no higher than wide or of one that is.
pub(crate) fn steps_around(high: bool) -> &'static [(isize, isize); 15] {
    &AROUND[usize::from(high)]
}

/// What a level of `magnitude` adds to the sum around the one from which step `i` of [`AROUND`]
/// leads to it.
#[inline(always)]
pub(crate) fn part(i: usize, magnitude: u8) -> u16 {
    let cut = u16::from(magnitude.min(15));
    if i < NEAREST { 4 * cut + (u16::from(magnitude > 1) << SUM_BITS) } else { cut }
}

impl Template {
    pub(crate) fn new() -> Self {
        Self { sums: [0; AREA], magnitudes: [0; AREA], cb: [0; AREA], cb_coded: false }
    }

    /// Empties the area of a block of `h` rows of coefficients.
    pub(crate) fn clear(&mut self, h: usize) {
        self.sums[MARGIN * PADDED..][..h * PADDED].fill(0);
        self.magnitudes[MARGIN * PADDED..][..(h + 2) * PADDED].fill(0);
    }

    /// Keeps the levels of Cb, or that it has none, for Cr.
    pub(crate) fn keep_cb(&mut self, coded: bool) {
        self.cb_coded = coded;
        if coded {
            std::mem::swap(&mut self.cb, &mut self.magnitudes);
        }
    }

    /// Notes the magnitude of a level, without the sums that slots look at.
    #[inline(always)]
    pub(crate) fn set(&mut self, p: &Position, magnitude: u32) {
        self.magnitudes[p.padded as usize] = magnitude.min(255) as u8;
    }

    /// Adds the magnitude of a level to the sums around it, in an area that is no higher than wide
    /// or one that is.
    #[inline(always)]
    pub(crate) fn add(&mut self, p: &Position, magnitude: u32, high: bool) {
        const HERE: usize = 4 * PADDED;
        let from = p.padded as usize - HERE;
        let Some(window) = self.sums[from..].first_chunk_mut::<{ HERE + PADDED }>() else { return };
        let m = magnitude.min(15) as u16;
        let near = 4 * m + (u16::from(magnitude > 1) << SUM_BITS);
        // What is in the margins is never looked at, nor cleared.
        let mut add = |at: usize, more| window[at] = window[at].wrapping_add(more);
        for back in [1, 2, PADDED, PADDED + 1, 2 * PADDED] {
            add(HERE - back, near);
        }
        let (left, up) = (1, PADDED);
        for back in [3 * left, 4 * left, up + 2, up + 3, 2 * up + 1, 2 * up + 2, 3 * up, 3 * up + 1, 4 * up] {
            add(HERE - back, m);
        }
        // The one along the diagonal of the scan.
        add(if high { HERE + PADDED - 1 } else { HERE - PADDED + 1 }, m);
    }

    /// Around a position: see `sums`.
    #[inline(always)]
    pub(crate) fn around(&self, p: &Position) -> u16 {
        self.sums[p.padded as usize]
    }

    /// Sum over the five neighbours of higher frequency, each cut at 255.
    #[inline(always)]
    pub(crate) fn sum(&self, p: &Position) -> u32 {
        let Some(window) = self.magnitudes[p.padded as usize..].first_chunk::<{ 2 * PADDED + 1 }>() else { return 0 };
        let mut sum = 0;
        for at in [1, 2, PADDED, PADDED + 1, 2 * PADDED] {
            sum += u32::from(window[at]);
        }
        sum
    }
}

/// A level about to be coded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level<'a> {
    pub(crate) block: &'a BlockLevels,
    pub(crate) template: &'a Template,
    pub(crate) state: State,
    /// The block has no transform.
    pub(crate) residual: bool,
    pub(crate) p: &'a Position,
    /// What the levels around it add up to.
    pub(crate) around: u16,
    /// Levels of the block that are coded already.
    pub(crate) before: usize,
}

impl LevelPlace for Level<'_> {
    #[inline(always)]
    fn slots(&self) -> (usize, usize) {
        let BlockLevels { plane, expected } = self.block;
        let (plane, p) = (*plane, self.p);
        let sum =
            usize::from(self.around & ((1 << SUM_BITS) - 1)) + usize::from(expected[p.band as usize % (BANDS + 1)]);
        let [near, far] = BEFORE[sum.min(MOST)].map(usize::from);
        let maximum = usize::from(self.around >> SUM_BITS != 0);
        let distance = usize::from(self.before >= 2) + usize::from(self.before >= 8);
        let channel = if plane > 0 { CHANNEL } else { 0 };
        let far = far + channel + 2 * distance + maximum + self.state.quantiser() * FAR;
        let near = near + self.state.quantiser() * NEAR;
        if self.residual {
            return (near + RESIDUAL * ROLE + usize::from(p.near) % PLACE / 3 * 3, far + NO_FREQUENCY);
        }
        let cb = if plane == 2 && self.template.cb_coded { self.template.cb[p.padded as usize].min(2) } else { 0 };
        (near + usize::from(p.near) + (plane + usize::from(cb)) * ROLE, far + usize::from(p.far))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;
    use crate::syntax::scan;

    /// The sum around each position of an area, by the steps from it.
    fn sums(magnitudes: &[u8], (w, h): (usize, usize)) -> Vec<u16> {
        let around = |p: &Position| {
            let part = |(i, &(x, y)): (usize, &(isize, isize))| {
                let (u, v) = (usize::from(p.u).wrapping_add_signed(x), usize::from(p.v).wrapping_add_signed(y));
                if u < w && v < h { part(i, magnitudes[v * w + u]) } else { 0 }
            };
            steps_around(h > w).iter().enumerate().map(part).sum()
        };
        scan::of(w, h).iter().map(around).collect()
    }

    #[test]
    fn levels_added_are_the_sums_around_each_position() {
        let mut random = SplitMix64::new(1);
        let mut next = || [0, 0, 0, 1, 1, 2, 3, 200][random.below(8)];
        for (w, h) in [(4, 4), (8, 4), (4, 16), (32, 8), (16, 16), (16, 32)] {
            let mut template = Template::new();
            template.clear(h);
            let magnitudes: Vec<u8> = (0..w * h).map(|_| next()).collect();
            for p in scan::of(w, h).iter().rev() {
                let magnitude = magnitudes[p.raster as usize].into();
                template.set(p, magnitude);
                template.add(p, magnitude, h > w);
            }
            let found: Vec<u16> = scan::of(w, h).iter().map(|p| template.around(p)).collect();
            assert_eq!(found, sums(&magnitudes, (w, h)), "{w}x{h}");
        }
    }
}
