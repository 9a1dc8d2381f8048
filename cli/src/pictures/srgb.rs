//! Colours to sRGB, for what cannot read the profile of a file or its code points.
//!
//! Code points count before a profile where both are there (BITSTREAM.md §2.2).

use kvant::{Cicp, Image, Metadata};
use moxcms::{
    CicpColorPrimaries, CicpProfile, CmsError, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, TransformOptions,
};

use super::convert::{stored, wide_samples};
use super::hdr::{Hdr, HdrSpace};
use super::picture::Picture;

/// What H.273 numbers as not specified, of primaries and transfers alike.
const UNSPECIFIED: u8 = 2;

/// Whether code points say what colours are.
pub(super) fn say_colours(c: &Cicp) -> bool {
    c.primaries != UNSPECIFIED && c.transfer != UNSPECIFIED
}

/// Light up to here stays where highlights are compressed; 1 is a diffuse white.
const KNEE: f32 = 0.5;

/// What colours are before.
enum SourceColours {
    /// What a profile can say.
    Profile(Box<ColorProfile>),
    /// Brighter than sRGB can be.
    Hdr(HdrSpace),
}

/// `picture` with sRGB colours; `metadata` then says nothing of them. Pictures of which it says
/// nothing are sRGB. Where a profile is applied, samples of 9 to 15 bits become 16.
///
/// # Errors
/// What is wrong with the profile, or which code point has no meaning here.
pub(crate) fn to_srgb(picture: Picture, metadata: &mut Metadata) -> Result<Picture, String> {
    let colour = picture.format().has_colour();
    let cicp = metadata.cicp.take().filter(say_colours);
    let source = match (cicp, metadata.icc.take()) {
        (Some(cicp), _) => code_points(&cicp, colour)?,
        (None, Some(icc)) => profile(&icc, colour)?,
        (None, None) => return Ok(picture),
    };
    match source {
        SourceColours::Profile(from) => {
            managed(&picture, &from).map_err(|e| format!("the colours cannot be converted: {e}"))
        }
        SourceColours::Hdr(space) => Ok(tone_mapped(&picture, &space)),
    }
}

/// What code points say of pixels with colour, or of gray ones.
fn code_points(c: &Cicp, colour: bool) -> Result<SourceColours, String> {
    if !c.full_range {
        return Err("code points say that samples are of limited range, which is not converted".to_owned());
    }
    let primaries = CicpColorPrimaries::try_from(c.primaries).ok().filter(|&p| ColorPrimaries::try_from(p).is_ok());
    let primaries = primaries.ok_or_else(|| format!("primaries {} of the code points are not known", c.primaries))?;
    if let Some(space) = HdrSpace::of(c) {
        return Ok(SourceColours::Hdr(space));
    }
    let unknown = || format!("transfer {} of the code points is not known", c.transfer);
    let transfer_characteristics = TransferCharacteristics::try_from(c.transfer).map_err(|_| unknown())?;
    let curve = ToneReprCurve::try_from(transfer_characteristics).map_err(|_| unknown())?;
    if !colour {
        return Ok(SourceColours::Profile(Box::new(gray(curve))));
    }
    Ok(SourceColours::Profile(Box::new(ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    }))))
}

/// What a profile says of pixels with colour, or of gray ones.
fn profile(icc: &[u8], colour: bool) -> Result<SourceColours, String> {
    let profile = ColorProfile::new_from_slice(icc).map_err(|e| format!("the ICC profile is damaged: {e}"))?;
    let wanted = if colour { DataColorSpace::Rgb } else { DataColorSpace::Gray };
    if profile.color_space != wanted {
        return Err(format!("the ICC profile is of {:?} pixels, these are {wanted:?}", profile.color_space));
    }
    // Such profiles carry code points too, and tables for readers that do not know the transfer.
    let hdr = profile.cicp.as_ref().and_then(|c| Hdr::of(c.transfer_characteristics as u8));
    Ok(match hdr {
        Some(hdr) => SourceColours::Hdr(HdrSpace::new(hdr, &profile)),
        None => SourceColours::Profile(Box::new(profile)),
    })
}

fn gray(curve: ToneReprCurve) -> ColorProfile {
    let mut profile = ColorProfile::new_gray_with_gamma(1.0);
    profile.gray_trc = Some(curve);
    profile
}

/// By colour management: relative colorimetric, what sRGB does not have is clipped.
fn managed(picture: &Picture, from: &ColorProfile) -> Result<Picture, CmsError> {
    let srgb = ColorProfile::new_srgb();
    let (layout, to) = match (picture.format().has_colour(), picture.format().has_alpha()) {
        (true, false) => (Layout::Rgb, srgb),
        (true, true) => (Layout::Rgba, srgb),
        (false, alpha) => {
            let curve = srgb.red_trc.ok_or(CmsError::InvalidProfile)?;
            (if alpha { Layout::GrayAlpha } else { Layout::Gray }, gray(curve))
        }
    };
    let options = TransformOptions { prefer_fixed_point: false, ..TransformOptions::default() };
    let data = match picture.format().is_wide() {
        false => {
            let mut out = vec![0; picture.data().len()];
            from.create_transform_8bit(layout, &to, layout, options)?.transform(picture.data(), &mut out)?;
            out
        }
        true => {
            let samples = wide_samples(picture);
            let mut out = vec![0; samples.len()];
            from.create_transform_16bit(layout, &to, layout, options)?.transform(&samples, &mut out)?;
            stored(out, true)
        }
    };
    Ok(Picture::new(picture.width(), picture.height(), picture.format(), data))
}

/// With a diffuse white as white, and the highlights compressed below it: plainly, for a look at
/// the picture.
fn tone_mapped(picture: &Picture, space: &HdrSpace) -> Picture {
    let format = picture.format();
    let max = f32::from(picture.max());
    let channels = format.channels();
    let colours = if format.has_colour() { 3 } else { 1 };
    let light =
        |pixel: &[u16]| space.light([0, 1, 2].map(|c| f32::from(pixel[c.min(colours - 1)]) / max)).map(|v| v.max(0.0));
    let mut samples = picture.samples();
    let brightest = |rgb: [f32; 3]| rgb.into_iter().fold(0.0, f32::max);
    let peak = samples.chunks_exact(channels).map(|p| brightest(light(p))).fold(1.0, f32::max);
    for pixel in samples.chunks_exact_mut(channels) {
        let rgb = light(pixel);
        let before = brightest(rgb);
        let gain = if before > 0.0 { compressed(before, peak) / before } else { 1.0 };
        for (sample, light) in pixel[..colours].iter_mut().zip(rgb) {
            *sample = (encoded((gain * light).min(1.0)) * max).round() as u16;
        }
    }
    let data = stored(samples, format.is_wide());
    let image = Image::from_data(data, picture.width(), picture.height(), format, picture.depth());
    image.expect("as many pixels as before").into()
}

/// Light where the brightest is `peak`, 1 and up: as it is up to the knee, then flatter, up to 1.
fn compressed(light: f32, peak: f32) -> f32 {
    let (x, top) = ((light - KNEE) / (1.0 - KNEE), (peak - KNEE) / (1.0 - KNEE));
    if x <= 0.0 { light } else { KNEE + (1.0 - KNEE) * x * (1.0 + x / (top * top)) / (1.0 + x) }
}

/// The transfer of sRGB, of light of 0 to 1.
fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use kvant::PixelFormat;

    use super::*;

    const PQ: Cicp = Cicp { primaries: 9, transfer: 16, matrix: 0, full_range: true };

    fn with(cicp: Option<Cicp>, icc: Option<Vec<u8>>) -> Metadata {
        let mut metadata = Metadata::default();
        (metadata.cicp, metadata.icc) = (cicp, icc);
        metadata
    }

    fn rgb(pixels: &[[u8; 3]]) -> Picture {
        Picture::new(pixels.len() as u32, 1, PixelFormat::Rgb8, pixels.concat())
    }

    fn p3() -> Vec<u8> {
        ColorProfile::new_display_p3().encode().unwrap()
    }

    fn converted(picture: Picture, mut metadata: Metadata) -> Picture {
        let out = to_srgb(picture, &mut metadata).unwrap();
        assert!(metadata.icc.is_none() && metadata.cicp.is_none());
        out
    }

    /// sRGB green in Display P3 is (117, 251, 76), as the CSS Color 4 sample code says.
    #[test]
    fn display_p3_by_profile_and_by_code_points() {
        let pixels = [[117, 251, 76], [255, 255, 255], [0, 0, 0], [128, 128, 128]];
        let expected = [[0, 255, 0], [255, 255, 255], [0, 0, 0], [128, 128, 128]];
        let by_points = Cicp { primaries: 12, transfer: 13, ..PQ };
        for metadata in [with(None, Some(p3())), with(Some(by_points), None)] {
            let out = converted(rgb(&pixels), metadata);
            for (got, wanted) in out.data().iter().zip(expected.as_flattened()) {
                assert!(got.abs_diff(*wanted) <= 6, "{:?}", out.data());
            }
        }
    }

    #[test]
    fn code_points_count_before_a_profile_unless_they_say_nothing() {
        let pixels = [[200, 30, 60]];
        let srgb = Cicp { primaries: 1, transfer: 13, ..PQ };
        let unspecified = Cicp { primaries: 2, transfer: 2, ..PQ };
        let by = |cicp, icc| converted(rgb(&pixels), with(cicp, icc)).data().to_vec();
        assert_eq!(by(Some(srgb), Some(p3())), by(Some(srgb), None));
        assert_eq!(by(Some(unspecified), Some(p3())), by(None, Some(p3())));
        assert_ne!(by(None, Some(p3())), by(None, None));
        assert_eq!(by(Some(unspecified), None), pixels.concat());
    }

    #[test]
    fn gray_profiles_and_alpha() {
        let icc = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        // Linear light of 0.2140 is 127.5 in sRGB, of 1 of 255 it is 12.7.
        let picture = Picture::new(2, 1, PixelFormat::GrayAlpha8, vec![55, 9, 1, 200]);
        let out = converted(picture, with(None, Some(icc.clone())));
        assert_eq!((out.format(), out.data()), (PixelFormat::GrayAlpha8, &[128, 9, 13, 200][..]));
        let wide = [14025u16, 65535].map(u16::to_ne_bytes).concat();
        let out = converted(Picture::new(2, 1, PixelFormat::Gray16, wide), with(None, Some(icc)));
        assert!(out.samples()[0].abs_diff(32768) < 200 && out.samples()[1] == 65535, "{:?}", out.samples());
    }

    #[test]
    fn what_cannot_be_converted_is_said() {
        let error = |picture: Picture, metadata| to_srgb(picture, &mut { metadata }).unwrap_err();
        let one = || rgb(&[[1, 2, 3]]);
        assert!(error(one(), with(None, Some(vec![7; 500]))).contains("ICC profile is damaged"));
        assert!(error(one(), with(None, Some(p3()[..300].to_vec()))).contains("ICC profile"));
        let gray = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        assert!(error(one(), with(None, Some(gray))).contains("Gray pixels"));
        assert!(error(one(), with(Some(Cicp { primaries: 77, ..PQ }), None)).contains("primaries 77"));
        assert!(error(one(), with(Some(Cicp { transfer: 99, ..PQ }), None)).contains("transfer 99"));
        assert!(error(one(), with(Some(Cicp { full_range: false, ..PQ }), None)).contains("limited range"));
    }

    /// Up to a diffuse white that nothing exceeds, light is kept; with highlights it stays below
    /// them, in order.
    #[test]
    fn pq_and_hlg_keep_white_and_order() {
        let code = |percent: u16| (u32::from(percent) * 4095 / 100) as u16;
        let gray = |percents: &[u16]| {
            let data = percents.iter().flat_map(|&p| [code(p).to_ne_bytes(); 3].concat()).collect();
            let image = Image::from_data(data, percents.len() as u32, 1, PixelFormat::Rgb16, 12).unwrap();
            Picture::from(image)
        };
        for (transfer, white) in [(16, 58), (18, 75)] {
            let by = |percents: &[u16]| {
                let out = converted(gray(percents), with(Some(Cicp { transfer, ..PQ }), None));
                assert_eq!(out.depth(), 12);
                out.rgb_samples().chunks_exact(3).map(|p| f32::from(p[1]) / 4095.0).collect::<Vec<_>>()
            };
            let plain = by(&[0, 38, white]);
            // 26 of 203 cd/m² is 0.128 of the light.
            assert!(plain[0] == 0.0 && (plain[1] - encoded(0.128)).abs() < 0.01 && plain[2] > 0.97, "{plain:?}");
            let bright = by(&[0, 38, white, 100]);
            assert!((bright[1] - plain[1]).abs() < 0.001 && bright[3] > 0.999, "{bright:?}");
            assert!(bright[2] > 0.75 && bright[2] < 0.95, "{bright:?}");
        }
    }
}
