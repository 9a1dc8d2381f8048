//! Writing: 8-bit pictures in the formats that need no choices.

use std::borrow::Cow;
use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::pnm::{PnmEncoder, PnmSubtype, SampleEncoding};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, ImageResult};
use kvant::PixelFormat;

use super::Picture;
use crate::error::{CliError, Result};

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
            let name = path.display();
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

    /// Whether gray pictures must be given three channels.
    fn colour_only(self) -> bool {
        matches!(self, Self::Ppm | Self::Qoi)
    }

    /// Whether it has a place for alpha.
    fn has_alpha(self) -> bool {
        matches!(self, Self::Png | Self::Pam | Self::Tiff | Self::WebP | Self::Qoi)
    }
}

/// The bytes of a file that holds `picture`.
///
/// # Errors
/// [`CliError::Run`] where the format cannot hold the picture.
pub(crate) fn write_picture(picture: &Picture, format: OutputFormat) -> Result<Vec<u8>> {
    let gray = picture.format == PixelFormat::Gray8;
    if format == OutputFormat::Pgm && !gray {
        return Err(CliError::Run("pgm holds gray pictures only; this one has colour: use ppm".to_owned()));
    }
    if picture.alpha.is_some() && !format.has_alpha() {
        let name = format.extension();
        let text = format!("{name} cannot hold transparent pixels; png, tiff, webp, pam and qoi can");
        return Err(CliError::Run(text));
    }
    let (pixels, colour) = samples(picture, format);
    encode(&pixels, picture.width, picture.height, colour, format)
        .map_err(|e| CliError::Run(format!("cannot write {}: {e}", format.extension())))
}

/// The samples that `format` takes, interleaved, and what they are.
fn samples(picture: &Picture, format: OutputFormat) -> (Cow<'_, [u8]>, ExtendedColorType) {
    let gray = picture.format == PixelFormat::Gray8 && !format.colour_only();
    match &picture.alpha {
        None if gray => (Cow::Borrowed(&picture.data[..]), ExtendedColorType::L8),
        None => (picture.to_rgb(), ExtendedColorType::Rgb8),
        // The TIFF writer has no gray with alpha.
        Some(alpha) if gray && format != OutputFormat::Tiff => {
            (picture.data.iter().zip(alpha).flat_map(|(v, a)| [*v, *a]).collect(), ExtendedColorType::La8)
        }
        Some(alpha) => {
            let rgb = picture.to_rgb();
            let pixels = rgb.chunks_exact(3).zip(alpha);
            (pixels.flat_map(|(p, a)| [p[0], p[1], p[2], *a]).collect(), ExtendedColorType::Rgba8)
        }
    }
}

fn encode(
    pixels: &[u8],
    width: u32,
    height: u32,
    colour: ExtendedColorType,
    format: OutputFormat,
) -> ImageResult<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    let whole =
        |out: &mut Cursor<Vec<u8>>, format| image::write_buffer_with_format(out, pixels, width, height, colour, format);
    let pnm = |out: &mut Cursor<Vec<u8>>, subtype| {
        PnmEncoder::new(out).with_subtype(subtype).write_image(pixels, width, height, colour)
    };
    let graymap = PnmSubtype::Graymap(SampleEncoding::Binary);
    let pixmap = PnmSubtype::Pixmap(SampleEncoding::Binary);
    match format {
        OutputFormat::Png => PngEncoder::new_with_quality(&mut out, CompressionType::Default, FilterType::Adaptive)
            .write_image(pixels, width, height, colour),
        OutputFormat::Tiff => whole(&mut out, ImageFormat::Tiff),
        OutputFormat::Bmp => whole(&mut out, ImageFormat::Bmp),
        OutputFormat::WebP => whole(&mut out, ImageFormat::WebP),
        OutputFormat::Qoi => whole(&mut out, ImageFormat::Qoi),
        OutputFormat::Jpeg => {
            JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY).write_image(pixels, width, height, colour)
        }
        OutputFormat::Ppm => pnm(&mut out, pixmap),
        OutputFormat::Pgm => pnm(&mut out, graymap),
        OutputFormat::Pnm => pnm(&mut out, if colour == ExtendedColorType::L8 { graymap } else { pixmap }),
        OutputFormat::Pam => pnm(&mut out, PnmSubtype::ArbitraryMap),
    }?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::{ReadOptions, Transparency, read_picture};

    const ALL: [&str; 10] = ["png", "ppm", "pgm", "pnm", "pam", "tiff", "bmp", "webp", "qoi", "jpg"];

    fn round_trip(picture: &Picture, name: &str) -> Result<Picture> {
        let format = OutputFormat::from_extension(name).unwrap();
        let data = write_picture(picture, format)?;
        let options = ReadOptions { transparency: Transparency::Keep, ..ReadOptions::default() };
        Ok(read_picture(name, &data, &options)?.picture)
    }

    #[test]
    fn every_lossless_format_gives_back_the_pixels() {
        let gray = Picture::new(5, 3, PixelFormat::Gray8, (0..15).map(|v| v * 17).collect());
        let rgb = Picture::new(5, 3, PixelFormat::Rgb8, (0..45).map(|v| v * 5).collect());
        for name in ALL.into_iter().filter(|n| *n != "jpg") {
            let back = round_trip(&gray, name).unwrap();
            assert_eq!(back.to_rgb(), gray.to_rgb(), "{name}");
            // Some formats know only colour; the others must keep gray gray.
            if !["ppm", "qoi", "webp", "bmp"].contains(&name) {
                assert_eq!(back, gray, "{name}");
            }
            match round_trip(&rgb, name) {
                Ok(back) => assert_eq!(back, rgb, "{name}"),
                Err(e) => assert_eq!((name, e.code()), ("pgm", 1)),
            }
        }
    }

    #[test]
    fn alpha_is_kept_where_the_format_has_it_and_refused_elsewhere() {
        let alpha: Vec<u8> = (0..15).map(|v| v * 17).collect();
        let gray = Picture::new(5, 3, PixelFormat::Gray8, (0..15).map(|v| 255 - v * 3).collect());
        let rgb = Picture::new(5, 3, PixelFormat::Rgb8, (0..45).map(|v| v * 5).collect());
        for picture in [gray, rgb] {
            let picture = picture.with_alpha(alpha.clone());
            for name in ALL {
                match round_trip(&picture, name) {
                    Ok(back) => {
                        assert_eq!((back.to_rgb(), back.alpha()), (picture.to_rgb(), picture.alpha()), "{name}");
                    }
                    Err(e) => {
                        assert!(["ppm", "pgm", "pnm", "bmp", "jpg"].contains(&name), "{name}: {e}");
                        assert!(e.code() == 1 && e.to_string().starts_with(name), "{e}");
                    }
                }
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
    fn jpeg_is_close() {
        let gray = Picture::new(8, 8, PixelFormat::Gray8, vec![90; 64]);
        let back = round_trip(&gray, "jpg").unwrap();
        assert!(back.to_rgb().iter().all(|v| v.abs_diff(90) <= 1));
    }
}
