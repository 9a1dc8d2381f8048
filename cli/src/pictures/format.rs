//! The formats to write, and what each has a place for.

use std::path::Path;

use kvant::PixelFormat;

use crate::base::error::{CliError, Result};
use crate::base::names::shown;

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

    /// Whether files of the two are told apart by nobody: the portable formats say themselves which
    /// they are.
    pub(crate) fn holds_same(self, other: Self) -> bool {
        let portable = |format| matches!(format, Self::Ppm | Self::Pgm | Self::Pnm | Self::Pam);
        self == other || (portable(self) && portable(other))
    }

    /// Whether gray pictures must be given three channels.
    fn colour_only(self) -> bool {
        matches!(self, Self::Ppm | Self::Qoi)
    }

    /// Whether the pixels of a file have three channels of colour; the TIFF writer has no gray with
    /// alpha.
    pub(super) fn stores_colour(self, pixels: PixelFormat) -> bool {
        match self {
            Self::WebP => true,
            Self::Tiff => pixels.has_colour() || pixels.has_alpha(),
            _ => pixels.has_colour() || self.colour_only(),
        }
    }

    /// Whether samples may have 16 bits.
    pub(super) fn has_wide_samples(self) -> bool {
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

    /// Most bytes that all samples may take: files of some formats count their bytes in 32 bits,
    /// those before the samples too.
    fn max_bytes(self) -> u64 {
        if matches!(self, Self::Tiff | Self::Bmp) { u64::from(u32::MAX) - (1 << 20) } else { u64::MAX }
    }

    /// That it has a place for such pixels, but for their alpha, which may turn out to hide
    /// nothing.
    ///
    /// # Errors
    /// [`CliError::Run`] with what it has no place for.
    pub(crate) fn check_colour(self, pixel: PixelFormat) -> Result<()> {
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
    pub(super) fn has_alpha(self) -> bool {
        matches!(self, Self::Png | Self::Pam | Self::Tiff | Self::WebP | Self::Qoi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_extensions_agree() {
        assert_eq!(OutputFormat::ALL.map(OutputFormat::extension).join(", "), OutputFormat::NAMES);
        for name in OutputFormat::NAMES.split(", ") {
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
}
