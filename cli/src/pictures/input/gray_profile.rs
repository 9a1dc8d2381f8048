//! Profiles of gray pixels out of profiles of RGB.

use moxcms::{ColorProfile, DataColorSpace};

/// A profile of gray pixels that has the curve of one of RGB; `None` where that has none.
pub(super) fn gray_of(icc: &[u8]) -> Option<Vec<u8>> {
    let rgb = ColorProfile::new_from_slice(icc).ok().filter(|profile| profile.color_space == DataColorSpace::Rgb)?;
    let mut gray = ColorProfile::new_gray_with_gamma(1.0);
    gray.gray_trc = Some(rgb.green_trc?);
    gray.encode().ok()
}

#[cfg(test)]
mod tests {
    use kvant::{Metadata, PixelFormat};

    use super::*;
    use crate::pictures::{Picture, to_srgb};

    #[test]
    fn gray_of_a_profile_of_rgb_has_the_same_light() {
        for rgb in [ColorProfile::new_adobe_rgb(), ColorProfile::new_display_p3(), ColorProfile::new_pro_photo_rgb()] {
            let icc = rgb.encode().unwrap();
            let shown = |format: PixelFormat, icc: Vec<u8>| {
                let data = (0..=255).flat_map(|v| vec![v; format.channels()]).collect();
                let mut metadata = Metadata::default().with_icc(icc);
                to_srgb(Picture::new(256, 1, format, data), &mut metadata).unwrap().to_rgb().into_owned()
            };
            let gray = shown(PixelFormat::Gray8, gray_of(&icc).unwrap());
            let colour = shown(PixelFormat::Rgb8, icc);
            assert!(gray.iter().zip(&colour).all(|(a, b)| a.abs_diff(*b) <= 2));
        }
        assert!(gray_of(b"no profile").is_none());
        assert!(gray_of(&ColorProfile::new_gray_with_gamma(2.2).encode().unwrap()).is_none());
    }
}
