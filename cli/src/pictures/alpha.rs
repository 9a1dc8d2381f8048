//! Alpha: laying transparent pixels over a colour, and what two pictures with alpha have in common.

use std::borrow::Cow;

use kvant::PixelFormat;

use super::Picture;

impl Picture {
    /// The picture laid over `background`, without alpha. Gray stays gray over gray.
    pub(crate) fn over(&self, background: [u8; 3]) -> Cow<'_, Self> {
        let Some(alpha) = &self.alpha else {
            return Cow::Borrowed(self);
        };
        let [r, g, b] = background;
        let (format, data) = if self.format == PixelFormat::Gray8 && r == g && g == b {
            (self.format, self.data.iter().zip(alpha).map(|(&v, &a)| over(v, r, a)).collect())
        } else {
            let rgb = self.to_rgb();
            let pixels = rgb.chunks_exact(3).zip(alpha);
            (
                PixelFormat::Rgb8,
                pixels.flat_map(|(p, &a)| [over(p[0], r, a), over(p[1], g, a), over(p[2], b, a)]).collect(),
            )
        };
        Cow::Owned(Self { width: self.width, height: self.height, format, data, alpha: None })
    }

    /// Whether both look the same over any colour: pixels are equal, but for the colour of those that do not show, and for
    /// gray stored as RGB. The sizes are the same.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        let (a, b) = (self.to_rgb(), other.to_rgb());
        match (&self.alpha, &other.alpha) {
            (None, None) => a == b,
            // A plane of alpha has pixels that are not opaque, or it would not be there.
            (Some(_), None) | (None, Some(_)) => false,
            (Some(alpha), Some(other)) => {
                let mut pixels = a.chunks_exact(3).zip(b.chunks_exact(3)).zip(alpha);
                alpha == other && pixels.all(|((a, b), alpha)| *alpha == 0 || a == b)
            }
        }
    }
}

/// `front` over `back` at `alpha`, rounded, on the encoded values as browsers do.
fn over(front: u8, back: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(front) * alpha + u32::from(back) * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_is_exact_at_both_ends() {
        for v in 0..=255 {
            assert_eq!((over(v, 77, 255), over(77, v, 0)), (v, v));
        }
        assert_eq!(over(255, 0, 128), 128);
    }

    #[test]
    fn gray_stays_gray_over_gray_only() {
        let clear = Picture::new(1, 1, PixelFormat::Gray8, vec![100]).with_alpha(vec![0]);
        assert_eq!(*clear.over([9; 3]), Picture::new(1, 1, PixelFormat::Gray8, vec![9]));
        assert_eq!(*clear.over([9, 8, 7]), Picture::new(1, 1, PixelFormat::Rgb8, vec![9, 8, 7]));
    }

    #[test]
    fn colours_that_do_not_show_make_no_difference() {
        let picture = |colour: u8, alpha: u8| {
            Picture::new(2, 1, PixelFormat::Gray8, vec![50, colour]).with_alpha(vec![100, alpha])
        };
        assert!(picture(1, 0).looks_like(&picture(2, 0)));
        assert!(!picture(1, 1).looks_like(&picture(2, 1)));
        assert!(!picture(1, 0).looks_like(&picture(1, 1)));
        assert!(!picture(1, 0).looks_like(&Picture::new(2, 1, PixelFormat::Gray8, vec![50, 1])));
    }
}
