//! Alpha: laying transparent pixels over a colour, and what two pictures with alpha have in common.

use std::borrow::Cow;

use kvant::{Image, PixelFormat};

use super::convert::{stored, widened};
use super::picture::Picture;

impl Picture {
    /// The picture laid over `background`, without alpha. Gray stays gray over gray.
    pub(crate) fn over(&self, background: [u8; 3]) -> Cow<'_, Self> {
        let format = self.format();
        if !format.has_alpha() {
            return Cow::Borrowed(self);
        }
        let max = u32::from(self.max());
        let [r, g, b] = background.map(|v| (u32::from(v) * max + 127) / 255);
        let channels = format.channels();
        let samples = self.samples();
        let pixels = samples.chunks_exact(channels).map(|p| (p, u32::from(p[channels - 1])));
        let (colour, laid): (bool, Vec<u16>) = match format.has_colour() {
            false if r == g && g == b => (false, pixels.map(|(p, a)| over(p[0], r, a, max)).collect()),
            false => (true, pixels.flat_map(|(p, a)| [r, g, b].map(|back| over(p[0], back, a, max))).collect()),
            true => {
                let pixels = pixels.flat_map(|(p, a)| [0, 1, 2].map(|c| over(p[c], [r, g, b][c], a, max)));
                (true, pixels.collect())
            }
        };
        let data = stored(laid, format.is_wide());
        let to = PixelFormat::new(colour, false, format.is_wide());
        let image = Image::from_data(data, self.width(), self.height(), to, self.depth());
        Cow::Owned(Self::from(image.expect("as many pixels as before")).with_cicp(self.cicp()))
    }

    /// Whether both look the same over any colour: pixels are equal, but for the colour of those
    /// that do not show, and for gray stored as RGB. The sizes are the same.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        self.shown().eq(other.shown())
    }

    /// Whether all samples are equal, those of colours that do not show among them; gray may be
    /// stored as RGB. The sizes are the same.
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        self.pixels_in_16_bits().eq(other.pixels_in_16_bits())
    }

    /// Red, green, blue and alpha of each pixel in 16 bits; no colour where nothing shows.
    fn shown(&self) -> impl Iterator<Item = [u16; 4]> {
        self.pixels_in_16_bits().map(|pixel| if pixel[3] == 0 { [0; 4] } else { pixel })
    }

    /// Red, green, blue and alpha of each pixel in 16 bits.
    fn pixels_in_16_bits(&self) -> impl Iterator<Item = [u16; 4]> {
        let (format, max) = (self.format(), u32::from(self.max()));
        let (samples, n) = (self.samples(), self.format().channels());
        (0..samples.len() / n).map(move |i| {
            let pixel = &samples[i * n..(i + 1) * n];
            let alpha = if format.has_alpha() { pixel[n - 1] } else { max as u16 };
            let [r, g, b] = if format.has_colour() { [pixel[0], pixel[1], pixel[2]] } else { [pixel[0]; 3] };
            [r, g, b, alpha].map(|v| widened(v, max))
        })
    }
}

/// `front` over `back` at `alpha` of `max`, rounded, on the encoded values as browsers do.
fn over(front: u16, back: u32, alpha: u32, max: u32) -> u16 {
    let sum = u64::from(front) * u64::from(alpha) + u64::from(back) * u64::from(max - alpha);
    ((sum + u64::from(max / 2)) / u64::from(max)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opacity_is_exact_at_both_ends() {
        for v in 0..=255 {
            assert_eq!((over(v, 77, 255, 255), over(77, v.into(), 0, 255)), (v, v));
        }
        assert_eq!((over(255, 0, 128, 255), over(65535, 0, 32768, 65535)), (128, 32768));
    }

    #[test]
    fn gray_stays_gray_over_gray_only() {
        let clear = Picture::new(1, 1, PixelFormat::GrayAlpha8, vec![100, 0]);
        assert_eq!(*clear.over([9; 3]), Picture::new(1, 1, PixelFormat::Gray8, vec![9]));
        assert_eq!(*clear.over([9, 8, 7]), Picture::new(1, 1, PixelFormat::Rgb8, vec![9, 8, 7]));
    }

    #[test]
    fn deep_pictures_stay_deep() {
        let wide = |values: &[u16]| values.iter().flat_map(|v| v.to_ne_bytes()).collect();
        let half = Picture::new(1, 1, PixelFormat::Rgba16, wide(&[40000, 0, 65535, 32768]));
        assert_eq!(*half.over([255; 3]), Picture::new(1, 1, PixelFormat::Rgb16, wide(&[52767, 32767, 65535])));
    }

    #[test]
    fn colours_that_do_not_show_make_no_difference() {
        let picture = |colour: u8, alpha: u8| Picture::new(2, 1, PixelFormat::GrayAlpha8, vec![50, 100, colour, alpha]);
        assert!(picture(1, 0).looks_like(&picture(2, 0)));
        assert!(!picture(1, 0).is_copy_of(&picture(2, 0)) && picture(1, 0).is_copy_of(&picture(1, 0)));
        assert!(!picture(1, 1).looks_like(&picture(2, 1)));
        assert!(!picture(1, 0).looks_like(&picture(1, 1)));
        assert!(!picture(1, 0).looks_like(&Picture::new(2, 1, PixelFormat::Gray8, vec![50, 1])));
        let wide = [50u16, 100, 7, 0].iter().flat_map(|v| (257 * v).to_ne_bytes()).collect();
        assert!(picture(1, 0).looks_like(&Picture::new(2, 1, PixelFormat::GrayAlpha16, wide)));
    }
}
