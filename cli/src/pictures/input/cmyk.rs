//! Pictures in the four inks of print, made RGB.

use moxcms::{CmsError, ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::Inventory;

/// How much of an ink is on the paper: 0 is none.
pub(super) trait Ink: Copy + Default + Into<u32> + TryFrom<u32> + 'static {
    /// All of it.
    const FULL: u32;

    /// Inks, four of a pixel, as sRGB by colour management.
    fn managed(inks: &[Self], profile: &ColorProfile) -> Result<Vec<Self>, CmsError>;
}

macro_rules! ink {
    ($type:ty, $transform:ident) => {
        impl Ink for $type {
            const FULL: u32 = <$type>::MAX as u32;

            fn managed(inks: &[Self], profile: &ColorProfile) -> Result<Vec<Self>, CmsError> {
                let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
                let transform = profile.$transform(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options)?;
                let mut rgb = vec![0; inks.len() / 4 * 3];
                transform.transform(inks, &mut rgb)?;
                Ok(rgb)
            }
        }
    };
}

ink!(u8, create_transform_8bit);
ink!(u16, create_transform_16bit);

/// Pixels of cyan, magenta, yellow and black, with or without alpha behind them, as sRGB: by the
/// profile that `found` has, which is then done with, else by a plain formula.
pub(super) fn to_rgb<T: Ink>(data: &[T], alpha: bool, found: &mut Inventory) -> Vec<T> {
    let channels = if alpha { 5 } else { 4 };
    let inks: Vec<T> = data.chunks_exact(channels).flat_map(|pixel| &pixel[..4]).copied().collect();
    let profile = found.metadata.icc.take().map(|icc| by_profile(&inks, &icc));
    let rgb = match profile {
        Some(Ok(rgb)) => {
            found.warn("colours-converted", "CMYK was made sRGB by its ICC profile, which is not carried");
            rgb
        }
        Some(Err(why)) => {
            let text = format!("CMYK was made RGB by a plain formula, as {why}; colours may differ");
            found.warn("colours-converted", text);
            plain(&inks)
        }
        None => {
            let text = "CMYK was made RGB by a plain formula, as there is no ICC profile for it; colours may differ";
            found.warn("colours-converted", text);
            plain(&inks)
        }
    };
    match alpha {
        false => rgb,
        true => rgb.chunks_exact(3).zip(data.chunks_exact(5)).flat_map(|(p, q)| [p[0], p[1], p[2], q[4]]).collect(),
    }
}

fn by_profile<T: Ink>(inks: &[T], icc: &[u8]) -> Result<Vec<T>, String> {
    let profile = ColorProfile::new_from_slice(icc).map_err(|e| format!("its ICC profile is damaged ({e})"))?;
    if profile.color_space != DataColorSpace::Cmyk {
        return Err("its ICC profile is of other channels".to_owned());
    }
    T::managed(inks, &profile).map_err(|e| format!("its ICC profile cannot be used ({e})"))
}

/// Each colour as what its ink and black leave of the light.
fn plain<T: Ink>(inks: &[T]) -> Vec<T> {
    let light = |ink: T, black: T| {
        let (ink, black): (u32, u32) = (ink.into(), black.into());
        let product = u64::from(T::FULL - ink) * u64::from(T::FULL - black) + u64::from(T::FULL / 2);
        T::try_from((product / u64::from(T::FULL)) as u32).unwrap_or_default()
    };
    inks.as_chunks().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| light(ink, k))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A profile of a press whose inks are gray: each of the three takes a third of the lightness,
    /// black all of it.
    fn gray_press() -> Vec<u8> {
        let lightness = |corner: u8| {
            let inks = (corner >> 1).count_ones() as u8;
            if corner & 1 == 1 { 0 } else { 255 - 85 * inks }
        };
        let straight = |tables: usize| (0..tables).flat_map(|_| 0..=255u8);
        let matrix = [1u32 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 16];
        // A table of two points for each ink (ICC.1:2001, 6.5.8), to L*, a* and b*.
        let mut table = [&b"mft1\0\0\0\0\x04\x03\x02\0"[..], &matrix.map(u32::to_be_bytes).concat()].concat();
        table.extend(straight(4));
        table.extend((0..16).flat_map(|corner| [lightness(corner), 128, 128]));
        table.extend(straight(3));
        let white = [b"XYZ \0\0\0\0".to_vec(), [0xf6d6u32, 0x10000, 0xd32d].map(u32::to_be_bytes).concat()].concat();
        let (first, second) = (128 + 4 + 24, 128 + 4 + 24 + table.len());
        let size = second + white.len();
        let mut icc = vec![0; 128];
        icc[..4].copy_from_slice(&(size as u32).to_be_bytes());
        icc[8] = 2;
        icc[12..24].copy_from_slice(b"prtrCMYKLab ");
        icc[36..40].copy_from_slice(b"acsp");
        icc[68..80].copy_from_slice(&[0xf6d6u32, 0x10000, 0xd32d].map(u32::to_be_bytes).concat());
        let entry = |name: &[u8; 4], at: usize, length: usize| {
            [&name[..], &(at as u32).to_be_bytes(), &(length as u32).to_be_bytes()].concat()
        };
        let tags = [entry(b"A2B0", first, table.len()), entry(b"wtpt", second, white.len())].concat();
        [icc, vec![0, 0, 0, 2], tags, table, white].concat()
    }

    #[test]
    fn a_profile_says_what_inks_look_like() {
        // Two inks of three leave a third of the lightness: 33.3, which is 78 in sRGB; one leaves
        // 66.7, which is 162.
        let inks = [[0u8, 0, 0, 0], [255, 0, 0, 0], [0, 255, 255, 0], [255, 255, 255, 0], [0, 0, 0, 255]];
        let mut found = Inventory::default();
        found.metadata.icc = Some(gray_press());
        let rgb = to_rgb(inks.as_flattened(), false, &mut found);
        let expected = [255u8, 162, 78, 0, 0].into_iter().flat_map(|v| [v; 3]);
        assert!(rgb.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 2), "{rgb:?}");
        assert!(found.metadata.icc.is_none());
    }

    #[test]
    fn alpha_stays_beside_the_colours() {
        let rgb = to_rgb(&[0u16, 65535, 0, 0, 7, 0, 0, 0, 65535, 9], true, &mut Inventory::default());
        assert_eq!(rgb, [65535, 0, 65535, 7, 0, 0, 0, 9]);
    }
}
