//! What a picture shows: a photograph, or a screen, a drawing, text.

// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::image::plane::Plane;
use crate::simd::Simd;

/// Side of the blocks looked at.
const BLOCK: usize = 16;
/// Blocks whose 8-bit luma spans less are flat, whatever they show.
const CONTRAST: usize = 48;
/// Part of a block's samples that one value has at least where strokes stand on a ground: of 256.
const GROUND: u16 = 77;

/// Samples of a block, of every other row and column, that have its ground as a rule are three
/// times as many as this.
const GLANCE: u8 = 7;

/// The rows of a block.
type Rows<'a> = [&'a [u16; BLOCK]; BLOCK];

/// Blocks, those with contrast, and those of them with a ground.
#[derive(Debug, Clone, Default)]
pub(crate) struct Census {
    all: usize,
    contrasty: usize,
    grounded: usize,
}

impl Census {
    /// Takes in the luma of a picture, or its next rows; all but the last come in whole blocks.
    pub(crate) fn add(&mut self, simd: Simd, luma: &Plane) {
        for y in luma.rows().step_by(BLOCK).take(luma.height() / BLOCK) {
            simd.run(
                #[inline(always)]
                || self.row(luma, y),
            );
        }
    }

    /// Whether the picture is a screen or a drawing: of the blocks with contrast, two in five have
    /// a ground of one value, and those are a hundredth of all blocks; or three in ten and a tenth
    /// of all, beside photographs. (After the counts of colours in libaom's detection of screen
    /// content.)
    pub(crate) fn is_screen(&self) -> bool {
        let Self { all, contrasty, grounded } = *self;
        let alone = 5 * grounded >= 2 * contrasty && 100 * grounded >= all;
        let beside_photographs = 10 * grounded >= 3 * contrasty && 10 * grounded >= all;
        grounded > 0 && (alone || beside_photographs)
    }

    /// Counts the blocks at row `y`.
    #[inline(always)]
    fn row(&mut self, luma: &Plane, y: usize) {
        for x in 0..luma.width() / BLOCK {
            let mut rows: Rows<'_> = [&[0; BLOCK]; BLOCK];
            for (i, row) in rows.iter_mut().enumerate() {
                *row = &luma.row(y + i).as_chunks().0[x];
            }
            self.all += 1;
            if span(&rows) >= 4 * CONTRAST {
                self.contrasty += 1;
                self.grounded += usize::from(has_ground(&rows));
            }
        }
    }
}

/// From the least sample to the greatest.
#[inline(always)]
fn span(rows: &Rows<'_>) -> usize {
    let (mut low, mut high) = (*rows[0], *rows[0]);
    for row in &rows[1..] {
        for i in 0..BLOCK {
            low[i] = low[i].min(row[i]);
            high[i] = high[i].max(row[i]);
        }
    }
    let (low, high) = (low.into_iter().min(), high.into_iter().max());
    usize::from(high.unwrap_or(0) - low.unwrap_or(0))
}

/// Whether one value of 8 bits has its share of the samples. Few blocks of photographs stand a
/// glance.
#[inline(never)]
fn has_ground(rows: &Rows<'_>) -> bool {
    let mut glance = [0u8; 256];
    for row in rows.iter().step_by(2) {
        row.iter().step_by(2).for_each(|&s| glance[usize::from(s >> 2) % 256] += 1);
    }
    if glance.iter().fold(0, |most, &n| n.max(most)) < GLANCE {
        return false;
    }
    let mut counts = [0u16; 256];
    rows.iter().flat_map(|row| row.iter()).for_each(|&s| counts[usize::from(s >> 2) % 256] += 1);
    counts.iter().fold(0, |most, &n| n.max(most)) >= GROUND
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::CpuLevel;

    fn plane(law: impl Fn(usize, usize) -> usize) -> Plane {
        let mut plane = Plane::new(128, 128);
        for y in 0..128 {
            for (x, s) in plane.row_mut(y).iter_mut().enumerate() {
                *s = law(x, y) as u16;
            }
        }
        plane
    }

    #[test]
    fn strokes_on_a_ground_are_a_screen_and_ramps_noise_and_nothing_are_none() {
        let is_screen = |plane: &Plane| {
            let mut census = Census::default();
            census.add(Simd::new(CpuLevel::detect()), plane);
            census.is_screen()
        };
        assert!(is_screen(&plane(|x, y| if x % 7 < 2 && y % 11 < 8 { 40 } else { 1020 })));
        assert!(!is_screen(&plane(|x, y| 4 * (x + y))));
        assert!(!is_screen(&plane(|x, y| (x * 7919 + y * 104_729) * 31 % 1021)));
        assert!(!is_screen(&plane(|_, _| 500)));
        // Strokes above noise: in three of eight rows of blocks, and in two.
        let beside_noise = |rows: usize| {
            plane(|x, y| match y < rows * BLOCK {
                true if x % 7 < 2 && y % 11 < 8 => 40,
                true => 1020,
                false => (x * 7919 + y * 104_729) * 31 % 1021,
            })
        };
        assert!(is_screen(&beside_noise(3)) && !is_screen(&beside_noise(2)));
    }
}
