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

/// Pixels of cyan, magenta, yellow and black, with or without alpha behind them, as sRGB: by the profile that `found`
/// has, which is then done with, else by a plain formula.
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
