//! Writing pictures in the formats that need no choices.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Cursor};
use std::path::Path;

use image::codecs::bmp::BmpEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::qoi::QoiEncoder;
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult};
use kvant::{Metadata, PixelFormat};

use super::embed::{self, Fitted};
use super::message::one_line;
use super::{Picture, RowFile, convert};
use crate::error::{CliError, Result};
use crate::names::shown;

/// Quality of JPEG output: it is for viewing where nothing else is understood, so it should not show.
const JPEG_QUALITY: u8 = 95;

/// A format to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    Png,
    /// Portable pixmap: always colour.
    Ppm,
    /// Portable graymap: gray only.
    Pgm,
    /// Pixmap or graymap, as the picture is.
    Pnm,
    Pam,
    Tiff,
    Bmp,
    /// Lossless.
    WebP,
    Qoi,
    Jpeg,
}

impl OutputFormat {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Png,
        Self::Ppm,
        Self::Pgm,
        Self::Pnm,
        Self::Pam,
        Self::Tiff,
        Self::Bmp,
        Self::WebP,
        Self::Qoi,
        Self::Jpeg,
    ];

    /// The names that [`OutputFormat::from_extension`] knows.
    pub(crate) const NAMES: &str = "png, ppm, pgm, pnm, pam, tiff, bmp, webp, qoi, jpg";

    /// The format of a file extension.
    pub(crate) fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "png" => Self::Png,
            "ppm" => Self::Ppm,
            "pgm" => Self::Pgm,
            "pnm" => Self::Pnm,
            "pam" => Self::Pam,
            "tif" | "tiff" => Self::Tiff,
            "bmp" => Self::Bmp,
            "webp" => Self::WebP,
            "qoi" => Self::Qoi,
            "jpg" | "jpeg" => Self::Jpeg,
            _ => return None,
        })
    }

    /// The format that a file's name asks for.
    pub(crate) fn from_path(path: &Path) -> Result<Self> {
        path.extension().and_then(|e| Self::from_extension(&e.to_string_lossy())).ok_or_else(|| {
            let name = shown(path);
            CliError::Usage(format!("{name}: the extension names no format to write; there are {}", Self::NAMES))
        })
    }

    /// The extension of a derived name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Ppm => "ppm",
            Self::Pgm => "pgm",
            Self::Pnm => "pnm",
            Self::Pam => "pam",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::WebP => "webp",
            Self::Qoi => "qoi",
            Self::Jpeg => "jpg",
        }
    }

    /// Whether files of the two are told apart by nobody: the portable formats say themselves which they are.
    pub(crate) fn holds_same(self, other: Self) -> bool {
        let portable = |format| matches!(format, Self::Ppm | Self::Pgm | Self::Pnm | Self::Pam);
        self == other || (portable(self) && portable(other))
    }

    /// Whether gray pictures must be given three channels.
    fn colour_only(self) -> bool {
        matches!(self, Self::Ppm | Self::Qoi)
    }

    /// Whether the pixels of a file have three channels of colour; the TIFF writer has no gray with alpha.
    pub(super) fn stores_colour(self, pixels: PixelFormat) -> bool {
        match self {
            Self::WebP => true,
            Self::Tiff => pixels.has_colour() || pixels.has_alpha(),
            _ => pixels.has_colour() || self.colour_only(),
        }
    }

    /// Whether samples may have 16 bits.
    fn has_wide_samples(self) -> bool {
        matches!(self, Self::Png | Self::Tiff | Self::Ppm | Self::Pgm | Self::Pnm | Self::Pam)
    }

    /// Whether a picture of `depth` bits loses some of them.
    pub(crate) fn reduces(self, depth: u8) -> bool {
        depth > 8 && !self.has_wide_samples()
    }

    /// Most pixels that a side may have.
    fn max_side(self) -> u32 {
        match self {
            Self::WebP => 16383,
            Self::Jpeg => 65535,
            Self::Png | Self::Bmp => i32::MAX as u32,
            _ => u32::MAX,
        }
    }

    /// Most pixels in all.
    fn max_pixels(self) -> u64 {
        // What all readers of QOI refuse.
        if self == Self::Qoi { 400_000_000 } else { u64::MAX }
    }

    /// Most bytes that all samples may take: files of some formats count their bytes in 32 bits, those before the samples too.
    fn max_bytes(self) -> u64 {
        if matches!(self, Self::Tiff | Self::Bmp) { u64::from(u32::MAX) - (1 << 20) } else { u64::MAX }
    }

    /// That it has a place for such pixels, but for their alpha, which may turn out to hide nothing.
    ///
    /// # Errors
    /// [`CliError::Run`] with what it has no place for.
    pub(crate) fn check_kind(self, pixel: PixelFormat) -> Result<()> {
        if self == Self::Pgm && pixel.has_colour() {
            return Err(CliError::Run("pgm holds gray pictures only; this one has colour: use ppm".to_owned()));
        }
        Ok(())
    }

    /// That it has a place for a picture of this size.
    ///
    /// # Errors
    /// [`CliError::Run`] with the format's limit.
    pub(crate) fn check_size(self, width: u32, height: u32, pixel: PixelFormat) -> Result<()> {
        let kept = PixelFormat::new(
            pixel.has_colour() || self.colour_only(),
            pixel.has_alpha() && self.has_alpha(),
            pixel.is_wide() && self.has_wide_samples(),
        );
        let pixels = u64::from(width) * u64::from(height);
        for (value, limit, what) in [
            (width.max(height).into(), self.max_side().into(), "pixels a side"),
            (pixels, self.max_pixels(), "pixels"),
            (pixels * kept.bytes_per_pixel() as u64, self.max_bytes(), "bytes of pixels"),
        ] {
            if value > limit {
                let name = self.extension();
                let text =
                    format!("{name} holds up to {limit} {what}, and this picture has {width}x{height}; png holds it");
                return Err(CliError::Run(text));
            }
        }
        Ok(())
    }

    /// Whether it has a place for alpha.
    fn has_alpha(self) -> bool {
        matches!(self, Self::Png | Self::Pam | Self::Tiff | Self::WebP | Self::Qoi)
    }
}

/// The bytes of a file that holds `picture` and nothing else.
///
/// # Errors
/// [`CliError::Run`] where the format cannot hold the picture.
pub(crate) fn write_picture(picture: &Picture, format: OutputFormat) -> Result<Vec<u8>> {
    write_file(picture, &Metadata::default(), format)
}

/// The bytes of a file that holds `picture`, which is upright, and of `metadata` what the format has a place for. Samples
/// have 16 bits where the picture's have more than 8 and the format holds that.
///
/// # Errors
/// As [`write_picture`].
pub(crate) fn write_file(picture: &Picture, metadata: &Metadata, format: OutputFormat) -> Result<Vec<u8>> {
    let (width, height, pixel) = (picture.width(), picture.height(), picture.format());
    let metadata = fitted(metadata, (width, height), pixel, format)?;
    let fault = |e: &dyn Display| CliError::Run(format!("cannot write {}: {e}", format.extension()));
    if format.takes_rows() {
        let mut file = Vec::new();
        let whole = RowFile { format, size: (width, height), pixel, metadata: &metadata };
        let written: io::Result<()> = whole.write(&mut file, |rows| rows.write(picture));
        return written.map(|()| file).map_err(|e| fault(&e));
    }
    let (pixels, colour) = samples(picture, format);
    let file = encode(&pixels, width, height, colour, &metadata, format).map_err(|e| fault(&one_line(&e)))?;
    embed::completed(file, &metadata, format)
}

/// What of `metadata` a file of `format` has a place for, of upright pixels of format `pixel`.
///
/// # Errors
/// [`CliError::Run`] where it has none for the pixels.
pub(crate) fn fitted(
    metadata: &Metadata,
    (width, height): (u32, u32),
    pixel: PixelFormat,
    format: OutputFormat,
) -> Result<Metadata> {
    format.check_kind(pixel)?;
    format.check_size(width, height, pixel)?;
    if pixel.has_alpha() && !format.has_alpha() {
        let name = format.extension();
        let text = format!(
            "{name} cannot hold transparent pixels; png, tiff, webp, pam and qoi can, or give a colour to lay them over, \
             such as --background '#ffffff'"
        );
        return Err(CliError::Run(text));
    }
    Ok(Fitted::new(metadata, pixel, format).metadata)
}

/// The samples that `format` takes, interleaved, and what they are.
pub(super) fn samples(picture: &Picture, format: OutputFormat) -> (Cow<'_, [u8]>, ExtendedColorType) {
    let pixel = picture.format();
    let wide = pixel.is_wide() && format.has_wide_samples();
    // The WebP writer makes colour of gray by itself.
    let colour = pixel.has_colour() || (format.stores_colour(pixel) && format != OutputFormat::WebP);
    let data = if !pixel.is_wide() && colour == pixel.has_colour() {
        Cow::Borrowed(picture.data())
    } else {
        let values = if wide { convert::wide_samples(picture) } else { picture.narrowed().samples() };
        let values = if colour && !pixel.has_colour() { tripled(&values, pixel.channels()) } else { values };
        Cow::Owned(convert::stored(values, wide))
    };
    let kind = match PixelFormat::new(colour, pixel.has_alpha(), wide) {
        PixelFormat::Gray8 => ExtendedColorType::L8,
        PixelFormat::GrayAlpha8 => ExtendedColorType::La8,
        PixelFormat::Rgb8 => ExtendedColorType::Rgb8,
        PixelFormat::Rgba8 => ExtendedColorType::Rgba8,
        PixelFormat::Gray16 => ExtendedColorType::L16,
        PixelFormat::GrayAlpha16 => ExtendedColorType::La16,
        PixelFormat::Rgb16 => ExtendedColorType::Rgb16,
        _ => ExtendedColorType::Rgba16,
    };
    (data, kind)
}

/// Gray pixels of `channels` channels with their gray as red, green and blue.
fn tripled(values: &[u16], channels: usize) -> Vec<u16> {
    values.chunks_exact(channels).flat_map(|p| [&[p[0], p[0]], p].concat()).collect()
}

/// A file of a format that does not take rows.
fn encode(
    pixels: &[u8],
    width: u32,
    height: u32,
    colour: ExtendedColorType,
    metadata: &Metadata,
    format: OutputFormat,
) -> ImageResult<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    macro_rules! write {
        ($encoder:expr) => {{
            let mut encoder = $encoder;
            embed::set(&mut encoder, metadata)?;
            encoder.write_image(pixels, width, height, colour)
        }};
    }
    match format {
        OutputFormat::Tiff => write!(TiffEncoder::new(&mut out)),
        OutputFormat::Bmp => write!(BmpEncoder::new(&mut out)),
        OutputFormat::WebP => write!(WebPEncoder::new_lossless(&mut out)),
        OutputFormat::Qoi => write!(QoiEncoder::new(&mut out)),
        _ => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
            encoder.set_pixel_density(embed::density(metadata));
            write!(encoder)
        }
    }?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use kvant::{Cicp, Resolution, ResolutionUnit};

    use super::*;
    use crate::pictures::{ReadOptions, Transparency, read_picture};

    const ALL: [&str; 10] = ["png", "ppm", "pgm", "pnm", "pam", "tiff", "bmp", "webp", "qoi", "jpg"];

    fn round_trip(picture: &Picture, name: &str) -> Result<Picture> {
        let format = OutputFormat::from_extension(name).unwrap();
        let data = write_picture(picture, format)?;
        let options = ReadOptions { transparency: Transparency::Keep, ..ReadOptions::default() };
        Ok(read_picture(name, &data, &options)?.picture)
    }

    /// A picture of `format`, all samples different enough.
    fn sample(format: PixelFormat) -> Picture {
        let n = 15 * format.bytes_per_pixel();
        Picture::new(5, 3, format, (0..n).map(|v| (v * 5 + v / 7) as u8).collect())
    }

    #[test]
    fn every_lossless_format_gives_back_what_it_can_hold() {
        for format in PixelFormat::ALL {
            let picture = sample(format);
            for name in ALL.into_iter().filter(|n| *n != "jpg") {
                let output = OutputFormat::from_extension(name).unwrap();
                let back = match round_trip(&picture, name) {
                    Ok(back) => back,
                    Err(e) => {
                        assert!(e.code() == 1 && e.to_string().starts_with(name), "{e}");
                        assert!(if name == "pgm" { format != PixelFormat::Gray8 } else { format.has_alpha() }, "{e}");
                        assert!(!format.has_alpha() || !output.has_alpha(), "{name}: {e}");
                        continue;
                    }
                };
                let expected =
                    if output.reduces(picture.depth()) { picture.narrowed() } else { Cow::Borrowed(&picture) };
                assert!(back.looks_like(&expected), "{name} {format:?}");
                // Some formats know only colour; the others must keep gray gray.
                let gray_lost = ["ppm", "qoi", "webp", "bmp"].contains(&name) || (name == "tiff" && format.has_alpha());
                if !gray_lost {
                    assert_eq!(back, *expected, "{name} {format:?}");
                }
            }
        }
    }

    /// A block that can be told from others.
    fn block(seed: u8) -> Vec<u8> {
        (0..600u16).map(|i| (i as u8).wrapping_mul(seed)).collect()
    }

    #[test]
    fn metadata_comes_back_from_formats_that_hold_it_and_is_named_where_not() {
        let mut metadata = Metadata::default();
        let mut icc = block(3);
        icc[..4].copy_from_slice(&600u32.to_be_bytes());
        icc[16..20].copy_from_slice(b"RGB ");
        icc[36..40].copy_from_slice(b"acsp");
        icc[128..132].fill(0);
        metadata.icc = Some(icc);
        metadata.exif = Some([&b"II*\0\x08\0\0\0\0\0\0\0\0\0"[..], &block(5)].concat());
        metadata.xmp = Some(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".to_vec());
        metadata.cicp = Some(Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: true });
        metadata.text = vec![("Comment".to_owned(), "by hand".to_owned())];
        metadata.resolution = Some(Resolution { x: 11811, y: 5906, unit: ResolutionUnit::Metre });
        // JPEG has no metres.
        let inches = Some(Resolution { x: 300, y: 150, unit: ResolutionUnit::Inch });
        let picture = sample(PixelFormat::Rgb8);
        for name in ALL.into_iter().filter(|n| *n != "pgm") {
            let format = OutputFormat::from_extension(name).unwrap();
            let file = write_file(&picture, &metadata, format).unwrap();
            let loaded = read_picture(name, &file, &ReadOptions::default()).unwrap();
            let said = embed::lost(&metadata, PixelFormat::Rgb8, format).map_or(String::new(), |w| w.text);
            for (kind, kept) in [
                ("ICC", loaded.metadata.icc == metadata.icc),
                ("Exif", loaded.metadata.exif == metadata.exif),
                ("XMP", loaded.metadata.xmp == metadata.xmp),
                ("code points", loaded.metadata.cicp == metadata.cicp),
                ("text", loaded.metadata.text == metadata.text),
                ("resolution", [metadata.resolution, inches].contains(&loaded.metadata.resolution)),
            ] {
                assert_eq!(kept, !said.contains(kind), "{name} {kind}: {said}");
            }
        }
    }

    #[test]
    fn names_and_extensions_agree() {
        assert_eq!(ALL.join(", "), OutputFormat::NAMES);
        for name in ALL {
            assert_eq!(OutputFormat::from_extension(name).unwrap().extension(), name);
        }
        assert_eq!(OutputFormat::from_path(Path::new("a.TIF")).unwrap(), OutputFormat::Tiff);
        assert_eq!(OutputFormat::from_path(Path::new("a.xyz")).unwrap_err().code(), 2);
        assert_eq!(OutputFormat::from_path(Path::new("png")).unwrap_err().code(), 2);
    }

    #[test]
    fn what_a_format_cannot_hold_is_known_from_the_size() {
        let fits = |name: &str, width, height, pixel| {
            OutputFormat::from_extension(name).unwrap().check_size(width, height, pixel).is_ok()
        };
        let (gray, rgb, rgba) = (PixelFormat::Gray8, PixelFormat::Rgb8, PixelFormat::Rgba8);
        for (name, most) in [("webp", 16383), ("jpg", 65535)] {
            assert!(fits(name, most, 1, rgb) && fits(name, 1, most, rgb), "{name}");
            assert!(!fits(name, most + 1, 1, rgb) && !fits(name, 1, most + 1, rgb), "{name}");
        }
        // 3 and 2 bytes a pixel, of which 2^32 have no place.
        assert!(fits("bmp", 1 << 15, 43_000, rgb) && !fits("bmp", 1 << 15, 44_000, rgb));
        assert!(fits("bmp", 1 << 15, 44_000, gray) && fits("bmp", 1 << 15, 43_000, rgba));
        assert!(
            fits("tiff", 1 << 16, 32_000, PixelFormat::Gray16) && !fits("tiff", 1 << 16, 32_768, PixelFormat::Gray16)
        );
        assert!(fits("qoi", 20_000, 20_000, rgb) && !fits("qoi", 20_000, 20_001, rgb));
        for name in ["png", "ppm", "pnm", "pam"] {
            assert!(fits(name, 1 << 24, 1 << 24, rgb), "{name}");
        }
        let said = OutputFormat::WebP.check_size(20_000, 7, rgb).unwrap_err().to_string();
        assert!(said.contains("webp") && said.contains("16383") && said.contains("20000x7"), "{said}");
    }

    #[test]
    fn jpeg_is_close() {
        let gray = Picture::new(8, 8, PixelFormat::Gray8, vec![90; 64]);
        let back = round_trip(&gray, "jpg").unwrap();
        assert!(back.to_rgb().iter().all(|v| v.abs_diff(90) <= 1));
    }
}
