//! What goes into files of other formats besides pixels.

use image::codecs::jpeg::{PixelDensity, PixelDensityUnit};
use image::{ImageEncoder, ImageResult};
use img_parts::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::PngChunk;
use kvant::{Metadata, PixelFormat, Resolution, ResolutionUnit};
use moxcms::ColorProfile;

use super::format::OutputFormat;
use super::input::colours::Calibration;
use super::note::{COMMENT, METRES_AN_INCH};
use super::srgb::say_colours;
use super::{exif, input, xmp};
use crate::base::error::{CliError, Result};
use crate::base::warning::Warning;

/// What follows a keyword there of a text that is not compressed, of no language.
const PNG_PLAIN: &[u8] = b"\0\0\0\0\0";
/// Bytes that a keyword may have there.
const PNG_KEYWORD: usize = 79;
/// Bytes of what an Exif block in a JPEG file starts with.
const JPEG_EXIF: usize = exif::PREFIX.len() + 1;
/// Bytes that a segment of a JPEG file has room for.
const SEGMENT: usize = 65533;
/// Where a BMP file says its resolution.
const BMP_RESOLUTION: usize = 38;

/// What of a picture's metadata a file of a format will hold, as it is written there, and the names
/// of what it will not.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    pub(super) metadata: Metadata,
    lost: Vec<&'static str>,
}

impl Fitted {
    /// Of `metadata` of a picture of `pixels`, which is upright, in a file of `format`.
    pub(super) fn new(metadata: &Metadata, pixels: PixelFormat, format: OutputFormat) -> Self {
        let mut out = Self::default();
        out.metadata.icc = out.held("ICC profile", metadata.icc.as_ref(), |icc| icc_of(icc, pixels, format));
        out.metadata.exif = out.held("Exif", metadata.exif.as_ref(), |exif| match format {
            OutputFormat::Png | OutputFormat::WebP => Some(exif::upright(exif)),
            OutputFormat::Jpeg => (exif.len() + JPEG_EXIF <= SEGMENT).then(|| exif::upright(exif)),
            _ => None,
        });
        out.metadata.xmp = out.held("XMP", metadata.xmp.as_ref(), |packet| match format {
            OutputFormat::Png => Some(xmp::upright(packet)),
            OutputFormat::Jpeg => (packet.len() + xmp::JPEG_PREFIX.len() <= SEGMENT).then(|| xmp::upright(packet)),
            _ => None,
        });
        out.metadata.cicp = out.held("code points of the colours", metadata.cicp.as_ref(), |&cicp| {
            (format == OutputFormat::Png).then_some(cicp)
        });
        for text in &metadata.text {
            let text = out.held("text", Some(text), |text| match format {
                OutputFormat::Png => Some(text.clone()),
                OutputFormat::Jpeg if text.0 == COMMENT && text.1.len() <= SEGMENT => Some(text.clone()),
                _ => None,
            });
            out.metadata.text.extend(text);
        }
        out.metadata.resolution = out.held("resolution", metadata.resolution.as_ref(), |&stored| {
            // It is said of pixels as they are stored.
            let (x, y) = if metadata.orientation.swaps_sides() { (stored.y, stored.x) } else { (stored.x, stored.y) };
            resolution_of(Resolution { x, y, ..stored }, format)
        });
        // In a PNG file code points would hide the profile even where they say nothing.
        let profile = out.metadata.icc.is_some();
        out.metadata.cicp = out.metadata.cicp.filter(|c| !profile || say_colours(c));
        out
    }

    /// What `fit` makes of something that there is; it is lost where that is nothing.
    fn held<T, U>(&mut self, name: &'static str, thing: Option<&T>, fit: impl Fn(&T) -> Option<U>) -> Option<U> {
        let fitted = fit(thing?);
        if fitted.is_none() && !self.lost.contains(&name) {
            self.lost.push(name);
        }
        fitted
    }
}

/// A line that names what of `metadata`, of a picture of `pixels`, a file of `format` will not
/// have.
pub(crate) fn lost(metadata: &Metadata, pixels: PixelFormat, format: OutputFormat) -> Option<Warning> {
    let names = Fitted::new(metadata, pixels, format).lost;
    let text = format!("{} not written to the {} file", names.join(", "), format.extension());
    (!names.is_empty()).then_some(Warning { code: "metadata-dropped", text })
}

/// A profile as a file of `format` gets it: of RGB where that is what gray pixels become there.
fn icc_of(icc: &[u8], pixels: PixelFormat, format: OutputFormat) -> Option<Vec<u8>> {
    match format {
        OutputFormat::Png | OutputFormat::Jpeg | OutputFormat::WebP | OutputFormat::Tiff => {}
        _ => return None,
    }
    match format.stores_colour(pixels) && !pixels.has_colour() {
        true => rgb_profile(icc),
        false => Some(icc.to_vec()),
    }
}

/// The profile of red, green and blue that are all what the gray of `icc` is: with its curve.
fn rgb_profile(icc: &[u8]) -> Option<Vec<u8>> {
    let curve = ColorProfile::new_from_slice(icc).ok()?.gray_trc?;
    let mut profile = ColorProfile::new_srgb();
    (profile.cicp, profile.description) = (None, None);
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    profile.encode().ok()
}

/// A resolution in units that a file of `format` has, and no larger than it can say.
fn resolution_of(resolution: Resolution, format: OutputFormat) -> Option<Resolution> {
    let unit = resolution.unit;
    match format {
        OutputFormat::Png if unit == ResolutionUnit::Unknown => Some(resolution),
        OutputFormat::Png => Some(scaled(resolution, ResolutionUnit::Metre, 1.0)),
        OutputFormat::Bmp if unit == ResolutionUnit::Unknown => None,
        OutputFormat::Bmp => Some(scaled(resolution, ResolutionUnit::Metre, 1.0)).filter(|r| r.x.max(r.y) < 1 << 31),
        OutputFormat::Jpeg => {
            let inches = match unit {
                ResolutionUnit::Metre => scaled(resolution, ResolutionUnit::Inch, METRES_AN_INCH),
                _ => resolution,
            };
            Some(inches).filter(|r| r.x.max(r.y) <= u32::from(u16::MAX) && r.x.min(r.y) > 0)
        }
        _ => None,
    }
}

/// In another unit, of `factor` metres. What is in metres already stays.
fn scaled(r: Resolution, unit: ResolutionUnit, factor: f64) -> Resolution {
    let metre = if r.unit == ResolutionUnit::Inch { METRES_AN_INCH } else { 1.0 };
    let number = |v: u32| (f64::from(v) * factor / metre).round() as u32;
    Resolution { x: number(r.x), y: number(r.y), unit }
}

/// The resolution as the writer of JPEG files takes it.
pub(super) fn density(fitted: &Metadata) -> PixelDensity {
    fitted.resolution.map_or_else(PixelDensity::default, |r| PixelDensity {
        density: (r.x as u16, r.y as u16),
        unit: match r.unit {
            ResolutionUnit::Unknown => PixelDensityUnit::PixelAspectRatio,
            _ => PixelDensityUnit::Inches,
        },
    })
}

/// Gives `encoder` the profile and the Exif block.
pub(super) fn set(encoder: &mut impl ImageEncoder, fitted: &Metadata) -> ImageResult<()> {
    if let Some(icc) = &fitted.icc {
        encoder.set_icc_profile(icc.clone()).map_err(image::ImageError::Unsupported)?;
    }
    if let Some(exif) = &fitted.exif {
        encoder.set_exif_metadata(exif.clone()).map_err(image::ImageError::Unsupported)?;
    }
    Ok(())
}

/// `file`, of `format`, with what its writer did not write of that which it can hold.
pub(super) fn completed(mut file: Vec<u8>, fitted: &Metadata, format: OutputFormat) -> Result<Vec<u8>> {
    let fault = |e: img_parts::Error| CliError::Run(format!("cannot write {}: {e}", format.extension()));
    match (format, fitted.resolution) {
        (OutputFormat::Jpeg, _) => {
            let segments = jpeg_segments(fitted);
            if segments.is_empty() {
                return Ok(file);
            }
            let mut jpeg = Jpeg::from_bytes(Bytes::from(file)).map_err(fault)?;
            // Before the tables, after JFIF's and Exif's segments.
            let first = |s: &JpegSegment| !matches!(s.marker(), markers::APP0 | markers::APP1);
            let at = jpeg.segments().iter().position(first).unwrap_or(0);
            jpeg.segments_mut().splice(at..at, segments);
            Ok(jpeg.encoder().bytes().to_vec())
        }
        (OutputFormat::Bmp, Some(Resolution { x, y, .. })) => {
            let place = BMP_RESOLUTION..BMP_RESOLUTION + 8;
            file[place].copy_from_slice(&[x.to_le_bytes(), y.to_le_bytes()].concat());
            Ok(file)
        }
        _ => Ok(file),
    }
}

/// Code points, with gamma and chromaticities where these say the same, resolution, texts and XMP
/// packet.
pub(super) fn png_chunks(fitted: &Metadata) -> Vec<PngChunk> {
    let chunk = |chunk_type: &[u8; 4], contents: Vec<u8>| PngChunk::new(*chunk_type, contents.into());
    let cicp = fitted.cicp.iter().map(|c| chunk(b"cICP", input::png::cicp_chunk(c)));
    // Programs that do not know code points read these.
    let powers = fitted.cicp.iter().filter_map(Calibration::of).flat_map(|Calibration { gamma, points }| {
        let number = |v: f64| ((v * 100_000.0).round() as u32).to_be_bytes();
        let points = points.map(|points| chunk(b"cHRM", points.map(number).concat()));
        gamma.map(|gamma| chunk(b"gAMA", number(1.0 / gamma).to_vec())).into_iter().chain(points)
    });
    let resolution = fitted.resolution.iter().map(|r| {
        let unit = u8::from(r.unit != ResolutionUnit::Unknown);
        chunk(b"pHYs", [&r.x.to_be_bytes()[..], &r.y.to_be_bytes(), &[unit]].concat())
    });
    let texts = fitted.text.iter().map(|(keyword, text)| {
        let keyword = png_keyword(keyword);
        match latin(text) {
            Some(text) => chunk(b"tEXt", [&keyword, &b"\0"[..], &text].concat()),
            None => chunk(b"iTXt", [&keyword, PNG_PLAIN, text.as_bytes()].concat()),
        }
    });
    let xmp = fitted.xmp.iter().map(|packet| chunk(b"iTXt", [xmp::PNG_KEYWORD.as_bytes(), PNG_PLAIN, packet].concat()));
    cicp.chain(powers).chain(resolution).chain(texts).chain(xmp).collect()
}

/// A text in ISO 8859-1, where it has no other characters.
fn latin(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok().filter(|&b| b != 0)).collect()
}

/// A keyword as the standard allows it, which is this one as a rule.
fn png_keyword(keyword: &str) -> Vec<u8> {
    let allowed = |c: char| u8::try_from(c).ok().filter(|b| matches!(b, 32..=126 | 161..));
    let keyword: Vec<u8> = keyword.chars().filter_map(allowed).take(PNG_KEYWORD).collect();
    if keyword.is_empty() { COMMENT.as_bytes().to_vec() } else { keyword }
}

/// XMP packet and comments.
fn jpeg_segments(fitted: &Metadata) -> Vec<JpegSegment> {
    let segment = |marker, contents: Vec<u8>| JpegSegment::new_with_contents(marker, contents.into());
    let xmp = fitted.xmp.iter().map(|packet| segment(markers::APP1, [xmp::JPEG_PREFIX, packet.as_slice()].concat()));
    let comments = fitted.text.iter().map(|(_, text)| segment(markers::COM, text.clone().into_bytes()));
    xmp.chain(comments).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gray_profile_becomes_one_of_rgb_where_pixels_do_or_is_lost() {
        let gray = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
        for (format, pixels, colour) in [
            (OutputFormat::Png, PixelFormat::Gray8, false),
            (OutputFormat::Jpeg, PixelFormat::Gray8, false),
            (OutputFormat::Tiff, PixelFormat::Gray16, false),
            (OutputFormat::Tiff, PixelFormat::GrayAlpha8, true),
            (OutputFormat::WebP, PixelFormat::Gray8, true),
            (OutputFormat::WebP, PixelFormat::GrayAlpha8, true),
        ] {
            let metadata = |icc: &[u8]| Metadata::default().with_icc(icc.to_vec());
            let Fitted { metadata: fitted, lost } = Fitted::new(&metadata(&gray), pixels, format);
            let icc = fitted.icc.unwrap();
            assert_eq!((&icc[16..20], lost.len()), (if colour { b"RGB " } else { b"GRAY" }.as_slice(), 0));
            assert_eq!(icc == gray, !colour);
            let broken = Fitted::new(&metadata(&gray[..140]), pixels, format);
            assert_eq!(broken.metadata.icc.is_none() && broken.lost == ["ICC profile"], colour);
        }
    }

    #[test]
    fn resolutions_change_their_unit_and_nothing_else() {
        let of = |x, unit, format| {
            let r = resolution_of(Resolution { x, y: x, unit }, format)?;
            Some((r.x, r.unit))
        };
        use OutputFormat::{Bmp, Jpeg, Png, WebP};
        use ResolutionUnit::{Inch, Metre, Unknown};
        assert_eq!(of(11811, Metre, Png), Some((11811, Metre)));
        assert_eq!(of(300, Inch, Png), Some((11811, Metre)));
        assert_eq!(of(11811, Metre, Jpeg), Some((300, Inch)));
        assert_eq!(of(300, Inch, Jpeg), Some((300, Inch)));
        assert_eq!(of(72, Inch, Bmp), Some((2835, Metre)));
        assert_eq!(of(3, Unknown, Png), Some((3, Unknown)));
        assert_eq!(of(3, Unknown, Bmp), None);
        assert_eq!(of(70_000, Inch, Jpeg), None);
        assert_eq!(of(300, Inch, WebP), None);
    }

    #[test]
    fn resolutions_turn_with_the_pixels() {
        let metadata = Metadata::default()
            .with_resolution(Resolution { x: 1000, y: 2000, unit: ResolutionUnit::Metre })
            .with_orientation(kvant::Orientation::Rotate90);
        let fitted = Fitted::new(&metadata, PixelFormat::Rgb8, OutputFormat::Png).metadata.resolution.unwrap();
        assert_eq!((fitted.x, fitted.y), (2000, 1000));
    }

    #[test]
    fn keywords_are_those_that_png_allows() {
        assert_eq!(png_keyword("Author"), b"Author");
        assert_eq!(png_keyword("a\nb\u{20ac}c"), b"abc");
        assert_eq!(png_keyword(""), b"Comment");
        assert_eq!(png_keyword(&"k".repeat(200)).len(), 79);
    }
}
