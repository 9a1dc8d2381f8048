//! What goes into files of other formats besides pixels.

use image::{ImageEncoder, ImageResult};
use img_parts::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use kvant::Metadata;

use super::exif;
use super::{OutputFormat, Warning};
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
    /// What files of this format can hold besides pixels.
    fn holds(self) -> &'static [Kind] {
        match self {
            Self::Png | Self::Jpeg => &[Kind::Icc, Kind::Exif, Kind::Xmp],
            Self::WebP => &[Kind::Icc, Kind::Exif],
            Self::Tiff => &[Kind::Icc],
            _ => &[],
        }
    }
}

/// A line that names what of `metadata` a file of `format` will not have.
pub(crate) fn lost(metadata: &Metadata, format: OutputFormat) -> Option<Warning> {
    let holds = |kind| format.holds().contains(&kind);
    let segments = format == OutputFormat::Jpeg;
    let fits = |block: &[u8], lead: usize| !segments || block.len() + lead <= SEGMENT;
    let missing = |kind, block: &Option<Vec<u8>>, lead| block.as_ref().is_some_and(|b| !holds(kind) || !fits(b, lead));
    let names: Vec<_> = [
        ("ICC profile", metadata.icc.is_some() && !holds(Kind::Icc)),
        ("Exif", missing(Kind::Exif, &metadata.exif, 6)),
        ("XMP", missing(Kind::Xmp, &metadata.xmp, JPEG_XMP.len())),
        ("code points of the colours", metadata.cicp.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, lost)| lost.then_some(name))
    .collect();
    let text = format!("{} not written to the {} file", names.join(", "), format.extension());
    (!names.is_empty()).then_some(Warning { code: "metadata-dropped", text })
}

/// Gives `encoder` the profile and the Exif block that a file of `format` holds, of a picture whose pixels are upright.
pub(super) fn set(encoder: &mut impl ImageEncoder, metadata: &Metadata, format: OutputFormat) -> ImageResult<()> {
    let holds = |kind| format.holds().contains(&kind);
    if let Some(icc) = metadata.icc.clone().filter(|_| holds(Kind::Icc)) {
        encoder.set_icc_profile(icc).map_err(image::ImageError::Unsupported)?;
    }
    let fits = |exif: &Vec<u8>| format != OutputFormat::Jpeg || exif.len() + 6 <= SEGMENT;
    if let Some(exif) = metadata.exif.as_ref().filter(|exif| holds(Kind::Exif) && fits(exif)) {
        encoder.set_exif_metadata(exif::upright(exif)).map_err(image::ImageError::Unsupported)?;
    }
    Ok(())
}

/// `file`, of `format`, with the XMP packet that it can hold.
pub(super) fn with_xmp(file: Vec<u8>, xmp: Option<&[u8]>, format: OutputFormat) -> Result<Vec<u8>> {
    let Some(xmp) = xmp.filter(|_| format.holds().contains(&Kind::Xmp)) else { return Ok(file) };
    let fault = |e: img_parts::Error| CliError::Run(format!("cannot write {}: {e}", format.extension()));
    let bytes = Bytes::from(file);
    Ok(match format {
        OutputFormat::Png => {
            let mut png = Png::from_bytes(bytes).map_err(fault)?;
            let contents = [PNG_XMP, xmp].concat();
            // After the header.
            png.chunks_mut().insert(1, PngChunk::new(*b"iTXt", contents.into()));
            png.encoder().bytes().to_vec()
        }
        _ if xmp.len() + JPEG_XMP.len() > SEGMENT => bytes.to_vec(),
        _ => {
            let mut jpeg = Jpeg::from_bytes(bytes).map_err(fault)?;
            let contents = [JPEG_XMP, xmp].concat();
            // Before the tables, after JFIF's and Exif's segments.
            let first = |s: &JpegSegment| !matches!(s.marker(), markers::APP0 | markers::APP1);
            let at = jpeg.segments().iter().position(first).unwrap_or(0);
            jpeg.segments_mut().insert(at, JpegSegment::new_with_contents(markers::APP1, contents.into()));
            jpeg.encoder().bytes().to_vec()
        }
    })
}
