//! What goes into files of other formats besides pixels.

use image::{ImageEncoder, ImageResult};
use img_parts::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use kvant::Metadata;

use super::srgb::say_colours;
use super::{OutputFormat, Warning, exif, input};
use crate::error::{CliError, Result};

/// Keyword of an XMP packet in a PNG file, and what follows it: not compressed, of no language.
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";
/// What an XMP packet in a JPEG file starts with.
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Bytes that a segment of a JPEG file has room for.
const SEGMENT: usize = 65533;

/// A kind of metadata that a format may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Icc,
    Exif,
    Xmp,
}

impl OutputFormat {
    /// `block`, where files of this format can hold one of this kind and size.
    fn held(self, kind: Kind, block: &Option<Vec<u8>>) -> Option<&Vec<u8>> {
        let holds = match self {
            Self::Png | Self::Jpeg => &[Kind::Icc, Kind::Exif, Kind::Xmp][..],
            Self::WebP => &[Kind::Icc, Kind::Exif],
            Self::Tiff => &[Kind::Icc],
            _ => &[],
        };
        // A profile may go over several segments.
        let lead = match kind {
            Kind::Icc => return block.as_ref().filter(|_| holds.contains(&kind)),
            Kind::Exif => 6,
            Kind::Xmp => JPEG_XMP.len(),
        };
        let fits = |block: &Vec<u8>| self != Self::Jpeg || block.len() + lead <= SEGMENT;
        block.as_ref().filter(|block| holds.contains(&kind) && fits(block))
    }
}

/// A line that names what of `metadata` a file of `format` will not have.
pub(crate) fn lost(metadata: &Metadata, format: OutputFormat) -> Option<Warning> {
    let missing = |kind, block: &Option<Vec<u8>>| block.is_some() && format.held(kind, block).is_none();
    let names: Vec<_> = [
        ("ICC profile", missing(Kind::Icc, &metadata.icc)),
        ("Exif", missing(Kind::Exif, &metadata.exif)),
        ("XMP", missing(Kind::Xmp, &metadata.xmp)),
        ("code points of the colours", metadata.cicp.is_some() && format != OutputFormat::Png),
    ]
    .into_iter()
    .filter_map(|(name, lost)| lost.then_some(name))
    .collect();
    let text = format!("{} not written to the {} file", names.join(", "), format.extension());
    (!names.is_empty()).then_some(Warning { code: "metadata-dropped", text })
}

/// Gives `encoder` the profile and the Exif block that a file of `format` holds, of a picture whose pixels are upright.
pub(super) fn set(encoder: &mut impl ImageEncoder, metadata: &Metadata, format: OutputFormat) -> ImageResult<()> {
    if let Some(icc) = format.held(Kind::Icc, &metadata.icc) {
        encoder.set_icc_profile(icc.clone()).map_err(image::ImageError::Unsupported)?;
    }
    if let Some(exif) = format.held(Kind::Exif, &metadata.exif) {
        encoder.set_exif_metadata(exif::upright(exif)).map_err(image::ImageError::Unsupported)?;
    }
    Ok(())
}

/// `file`, of `format`, with what of `metadata` it can hold and its writer did not write: XMP packet and code points.
pub(super) fn completed(file: Vec<u8>, metadata: &Metadata, format: OutputFormat) -> Result<Vec<u8>> {
    let xmp = format.held(Kind::Xmp, &metadata.xmp);
    let fault = |e: img_parts::Error| CliError::Run(format!("cannot write {}: {e}", format.extension()));
    // In a PNG file they would hide the profile even where they say nothing.
    let cicp = metadata.cicp.as_ref().filter(|c| metadata.icc.is_none() || say_colours(c));
    Ok(match (format, xmp, cicp) {
        (OutputFormat::Png, None, None) => file,
        (OutputFormat::Png, xmp, cicp) => {
            let mut png = Png::from_bytes(Bytes::from(file)).map_err(fault)?;
            let xmp = xmp.map(|xmp| PngChunk::new(*b"iTXt", [PNG_XMP, xmp.as_slice()].concat().into()));
            let cicp = cicp.map(|c| PngChunk::new(*b"cICP", input::png::cicp_chunk(c).into()));
            // After the header.
            png.chunks_mut().splice(1..1, cicp.into_iter().chain(xmp));
            png.encoder().bytes().to_vec()
        }
        (_, Some(xmp), _) => {
            let mut jpeg = Jpeg::from_bytes(Bytes::from(file)).map_err(fault)?;
            let contents = [JPEG_XMP, xmp.as_slice()].concat();
            // Before the tables, after JFIF's and Exif's segments.
            let first = |s: &JpegSegment| !matches!(s.marker(), markers::APP0 | markers::APP1);
            let at = jpeg.segments().iter().position(first).unwrap_or(0);
            jpeg.segments_mut().insert(at, JpegSegment::new_with_contents(markers::APP1, contents.into()));
            jpeg.encoder().bytes().to_vec()
        }
        (_, None, _) => file,
    })
}
