//! What a header says.

use std::ops::Range;

use crate::colour::Chroma;
use crate::container::{CRC_BYTES, DRAFT, Parsed};
use crate::entropy::Profile;
use crate::image::format::PixelFormat;
use crate::metadata::{Orientation, section};

/// What a stream's header says, without any pixel decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageInfo {
    /// Format draft of the stream.
    pub draft: u8,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Format of the decoded pixels.
    pub format: PixelFormat,
    /// How the decoded pixels are turned when they are shown. Width and height are those of the
    /// decoded pixels.
    pub orientation: Orientation,
    /// Chroma sampling; [`Chroma::Yuv444`] for gray.
    pub chroma: Chroma,
    /// Bits of a source sample.
    pub depth: u8,
    /// Bits of a sample within the codec.
    pub internal_depth: u8,
    /// Whether the pixels are exact; the fields below that speak of quantisation then say nothing.
    pub lossless: bool,
    /// How the bins are coded.
    pub profile: Profile,
    /// Base quantiser parameter, in 1/32 octave.
    pub qp: u16,
    /// Width and height of a tile, in pixels.
    pub tile_size: u32,
    /// Number of tiles.
    pub tiles: u32,
    /// Bytes of header and sections; of what can be read of them, where they are cut off.
    pub header_bytes: u64,
    /// Where the preview lies in the stream; `None` where it has none, or where that is damaged.
    pub preview: Option<Range<u64>>,
}

impl ImageInfo {
    pub(super) fn of(parsed: &Parsed) -> Self {
        let header = &parsed.header;
        let preview = parsed.section(section::PREVIEW).ok().flatten();
        Self {
            draft: DRAFT,
            width: header.width,
            height: header.height,
            format: header.pixel_format(),
            orientation: header.orientation,
            chroma: header.chroma(),
            depth: header.depth,
            internal_depth: header.internal_depth() as u8,
            lossless: header.lossless,
            profile: header.profile,
            qp: header.qp,
            tile_size: 1 << header.tile_log2,
            tiles: parsed.grid.len() as u32,
            header_bytes: parsed.header_bytes() as u64,
            preview: preview.map(|place| place.start as u64..place.end as u64),
        }
    }

    /// Bytes from the start of the stream on that decoding the preview needs, if it has one: its
    /// checksum stands behind it.
    pub fn preview_needs(&self) -> Option<u64> {
        self.preview.as_ref().map(|place| place.end + CRC_BYTES as u64)
    }
}
