//! Reading: any of the file formats, or `.kvt`, by their first bytes, down to 8-bit gray or RGB.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};
use kvant::{DecodeError, Decoder, DecoderOptions, ImageInfo, Limits, PixelFormat};

use super::Picture;
use crate::error::{CliError, Result};

/// How to read a picture.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReadOptions {
    /// What becomes of transparent pixels.
    pub(crate) transparency: Transparency,
    /// Options for `.kvt` input; their limits hold for every format.
    pub(crate) decoder: DecoderOptions,
}

/// What becomes of pixels that are not opaque. Alpha that is opaque everywhere is dropped in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Transparency {
    /// A picture that has some is refused.
    #[default]
    Refuse,
    /// They are laid over a colour.
    Over([u8; 3]),
    /// The picture has a plane of alpha.
    Keep,
}

/// Something the user should know that does not stop the work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Warning {
    /// A word for programs; stays the same.
    pub(crate) code: &'static str,
    /// A line for people.
    pub(crate) text: String,
}

/// A picture, and what its file said besides.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The pixels, upright.
    pub(crate) picture: Picture,
    /// What of the file is not in the pixels.
    pub(crate) warnings: Vec<Warning>,
    /// The header, where the file is a `.kvt`.
    pub(crate) kvt: Option<ImageInfo>,
}

/// What errors call an input.
pub(crate) fn display_name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// All bytes of a file, or of standard input for `-`; no more than the memory limit.
pub(crate) fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    let limit = limits.max_memory;
    let result = if path == Path::new("-") {
        io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut data)
    } else {
        File::open(path).and_then(|f| f.take(limit.saturating_add(1)).read_to_end(&mut data))
    };
    let name = display_name(path);
    result.map_err(|e| CliError::Input(format!("{name}: cannot read: {e}")))?;
    if data.is_empty() {
        return Err(CliError::Input(format!("{name}: the file is empty")));
    }
    if data.len() as u64 > limit {
        return Err(CliError::Limit(format!("{name}: more than the {limit} bytes that --max-mem allows")));
    }
    Ok(data)
}

/// The picture in `data`; `name` is what errors call it.
pub(crate) fn read_picture(name: &str, data: &[u8], options: &ReadOptions) -> Result<Loaded> {
    match Decoder::with_options(data, options.decoder) {
        Ok(decoder) => {
            let picture = decoder.decode().map_err(|e| decode_error(name, &e))?.into();
            Ok(Loaded { picture, warnings: Vec::new(), kvt: Some(decoder.info().clone()) })
        }
        Err(DecodeError::NotKvant) => read_foreign(name, data, options),
        Err(e) => Err(decode_error(name, &e)),
    }
}

/// The library's decode error as one line about `name`.
pub(crate) fn decode_error(name: &str, error: &DecodeError) -> CliError {
    let text = format!("{name}: {error}");
    match error {
        DecodeError::Limit { .. } => CliError::Limit(text),
        _ => CliError::Input(text),
    }
}

fn foreign_error(name: &str, error: &ImageError) -> CliError {
    // Some decoders put line breaks into their messages; ours are one line.
    let text = format!("{name}: {error}").split_whitespace().collect::<Vec<_>>().join(" ");
    match error {
        ImageError::Limits(_) => CliError::Limit(text),
        _ => CliError::Input(text),
    }
}

fn read_foreign(name: &str, data: &[u8], options: &ReadOptions) -> Result<Loaded> {
    let mut reader = ImageReader::new(Cursor::new(data))
        .with_guessed_format()
        .map_err(|e| CliError::Input(format!("{name}: cannot read: {e}")))?;
    let Some(format) = reader.format() else {
        return Err(CliError::Input(format!(
            "{name}: not a picture in a known format (.kvt, PNG, JPEG, PNM, TIFF, BMP, WebP, QOI)"
        )));
    };
    let limits = &options.decoder.limits;
    let mut image_limits = image::Limits::default();
    image_limits.max_alloc = Some(limits.max_memory);
    reader.limits(image_limits);
    let mut decoder = reader.into_decoder().map_err(|e| foreign_error(name, &e))?;
    check_dimensions(name, decoder.dimensions(), limits)?;
    let (bytes, limit) = (decoder.total_bytes(), limits.max_memory);
    if bytes > limit {
        let text = format!("{name}: {bytes} bytes of pixels exceed the limit of {limit} (--max-mem)");
        return Err(CliError::Limit(text));
    }

    let mut warnings = Vec::new();
    if format == ImageFormat::Jpeg {
        warnings.push(Warning { code: "jpeg-input", text: "the input was already lossy".to_owned() });
    }
    warnings.extend(metadata_warning(&mut decoder));
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(|e| foreign_error(name, &e))?;
    pixels.apply_orientation(orientation);
    let color = pixels.color();
    let depth = u32::from(color.bits_per_pixel()) / u32::from(color.channel_count());
    if depth > 8 {
        let text = format!("{depth}-bit samples are reduced to 8 bits");
        warnings.push(Warning { code: "depth-reduced", text });
    }
    let picture = settle(name, reduce(pixels), options.transparency)?;
    Ok(Loaded { picture, warnings, kvt: None })
}

fn check_dimensions(name: &str, (width, height): (u32, u32), limits: &Limits) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(CliError::Input(format!("{name}: picture of {width}x{height} pixels: nothing to encode")));
    }
    let side = width.max(height);
    if side > limits.max_dimension {
        let limit = limits.max_dimension;
        return Err(CliError::Limit(format!(
            "{name}: picture of {width}x{height} pixels: a side of {side} exceeds the limit of {limit} (--max-dim)"
        )));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.max_pixels {
        let limit = limits.max_pixels;
        return Err(CliError::Limit(format!(
            "{name}: picture of {width}x{height}: {pixels} pixels exceed the limit of {limit} (--max-pixels)"
        )));
    }
    Ok(())
}

/// A line naming the metadata that the stream will not carry.
fn metadata_warning(decoder: &mut impl ImageDecoder) -> Option<Warning> {
    let present =
        [("ICC profile", decoder.icc_profile()), ("Exif", decoder.exif_metadata()), ("XMP", decoder.xmp_metadata())];
    let names: Vec<_> =
        present.iter().filter(|(_, data)| matches!(data, Ok(Some(d)) if !d.is_empty())).map(|(n, _)| *n).collect();
    let colours = if names.contains(&"ICC profile") { "; colours are taken as sRGB" } else { "" };
    (!names.is_empty()).then(|| Warning {
        code: "metadata-dropped",
        text: format!("{} not carried by this version{colours}", names.join(", ")),
    })
}

/// Down to 8 bits; gray stays gray.
fn reduce(pixels: DynamicImage) -> Picture {
    let (width, height, color) = (pixels.width(), pixels.height(), pixels.color());
    let picture = |format, data| Picture::new(width, height, format, data);
    match (color.has_color(), color.has_alpha()) {
        (false, false) => picture(PixelFormat::Gray8, pixels.into_luma8().into_raw()),
        (true, false) => picture(PixelFormat::Rgb8, pixels.into_rgb8().into_raw()),
        (false, true) => {
            let (gray, alpha) = pixels.into_luma_alpha8().pixels().map(|p| (p[0], p[1])).unzip();
            picture(PixelFormat::Gray8, gray).with_alpha(alpha)
        }
        (true, true) => {
            let data = pixels.into_rgba8().into_raw();
            let rgb = data.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
            picture(PixelFormat::Rgb8, rgb).with_alpha(data.chunks_exact(4).map(|p| p[3]).collect())
        }
    }
}

fn settle(name: &str, picture: Picture, transparency: Transparency) -> Result<Picture> {
    if picture.alpha().is_none() {
        return Ok(picture);
    }
    match transparency {
        Transparency::Refuse => Err(CliError::Input(format!(
            "{name}: the picture has transparent pixels, which this version does not store; \
             give a colour to lay it over, such as --background '#ffffff'"
        ))),
        Transparency::Over(colour) => Ok(picture.over(colour).into_owned()),
        Transparency::Keep => Ok(picture),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_opacity_is_dropped_and_real_alpha_asks_for_a_background() {
        let rgba = |alpha| {
            reduce(DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(2, 1, image::Rgba([10, 20, 30, alpha]))))
        };
        let opaque = Picture::new(2, 1, PixelFormat::Rgb8, [10, 20, 30].repeat(2));
        assert_eq!(settle("x", rgba(255), Transparency::Refuse).unwrap(), opaque);
        assert_eq!(settle("x", rgba(255), Transparency::Keep).unwrap(), opaque);
        let error = settle("x", rgba(254), Transparency::Refuse).unwrap_err();
        assert!(error.to_string().contains("--background"), "{error}");
        assert_eq!(error.code(), 3);
        assert_eq!(settle("x", rgba(254), Transparency::Keep).unwrap(), opaque.with_alpha(vec![254; 2]));
        assert_eq!(settle("x", rgba(0), Transparency::Over([1, 2, 3])).unwrap().to_rgb()[..3], [1, 2, 3]);
    }

    #[test]
    fn gray_with_alpha_stays_gray() {
        let pixels = DynamicImage::ImageLumaA8(image::GrayAlphaImage::from_pixel(1, 1, image::LumaA([100, 7])));
        assert_eq!(reduce(pixels), Picture::new(1, 1, PixelFormat::Gray8, vec![100]).with_alpha(vec![7]));
    }
}
