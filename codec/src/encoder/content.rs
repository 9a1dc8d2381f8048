//! What a picture shows: a photograph, or a screen, a drawing, text.

use crate::image::plane::Plane;

/// Side of the blocks looked at.
const BLOCK: usize = 16;
/// Blocks whose 8-bit luma spans less are flat, whatever they show.
const CONTRAST: usize = 48;
/// Part of a block's samples that one value has at least where strokes stand on a ground: of 256.
const GROUND: u32 = 77;

/// Whether the picture with this luma is a screen or a drawing: of the blocks with contrast, two in five have a ground of
/// one value, and those are a hundredth of all blocks. (After the counts of colours in libaom's detection of screen
/// content.)
pub(super) fn is_screen(luma: &Plane) -> bool {
    let (mut all, mut contrasty, mut grounded) = (0, 0, 0);
    for y in (0..luma.height() / BLOCK).map(|y| y * BLOCK) {
        for x in (0..luma.width() / BLOCK).map(|x| x * BLOCK) {
            all += 1;
            let rows = (y..y + BLOCK).map(|y| &luma.row(y)[x..x + BLOCK]);
            let (low, high) = rows.clone().flatten().fold((u16::MAX, 0), |(low, high), &s| (low.min(s), high.max(s)));
            if usize::from(high - low) < 4 * CONTRAST {
                continue;
            }
            contrasty += 1;
            let mut counts = [0u32; 256];
            rows.flatten().for_each(|&s| counts[usize::from(s >> 2)] += 1);
            grounded += usize::from(counts.iter().any(|&n| n >= GROUND));
        }
    }
    5 * grounded >= 2 * contrasty && 100 * grounded >= all && grounded > 0
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(is_screen(&plane(|x, y| if x % 7 < 2 && y % 11 < 8 { 40 } else { 1020 })));
        assert!(!is_screen(&plane(|x, y| 4 * (x + y))));
        assert!(!is_screen(&plane(|x, y| (x * 7919 + y * 104_729) * 31 % 1021)));
        assert!(!is_screen(&plane(|_, _| 500)));
    }
}
