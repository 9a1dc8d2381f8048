//! What there is of a damaged or incomplete stream.

use super::region::RegionTiles;
use super::tile::End;
use super::{Decoder, DecoderOptions};
use crate::colour;
use crate::container::Parsed;
use crate::error::DecodeError;
use crate::image::plane::Rect;
use crate::image::view::{Image, ImageViewMut};

/// As much of a picture as a stream gives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Partial {
    /// All of the picture; what is missing has its colours from the preview, where that is intact,
    /// or is gray ([`Missing::shades`] says how).
    pub image: Image,
    /// What is missing, in the order of the tiles. Pixels within 24 of it may differ from what they
    /// should be.
    pub missing: Vec<Missing>,
    /// Whether missing pixels have their colours from the preview.
    pub from_preview: bool,
    /// The first fault of the stream; `None` where it is intact. With a fault and nothing missing,
    /// the damage is to metadata, but in a picture of one tile, whose checksum is that of all of
    /// the file, any pixel may be wrong then.
    pub fault: Option<DecodeError>,
}

/// Pixels that a stream does not give: a tile, or the lower part of one that is cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// Number of the tile, row by row from 0.
    pub tile: u32,
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Rows from the first on that are filled with their shades, without all of their colours:
    /// those of a lossless tile whose last channels are cut off, where there is no preview.
    pub shades: u32,
    /// Why.
    pub fault: DecodeError,
}

/// Fills `rect` of `out`, whose samples have `depth` bits, from the preview, where there is one, or
/// with gray.
pub(super) fn fill(preview: Option<&Image>, out: &mut ImageViewMut<'_>, rect: Rect, depth: u8) {
    match preview {
        Some(preview) => colour::enlarge(&preview.view(), out, rect),
        None => colour::gray(out, rect, depth),
    }
}

/// The preview of `data` to fill gaps of a picture of `pixels` bytes with, where there is one and
/// the limits allow both.
pub(super) fn preview_beside(data: &[u8], parsed: &Parsed, options: DecoderOptions, pixels: u64) -> Option<Image> {
    let max_memory = options.limits.max_memory.saturating_sub(pixels);
    let options = options.with_limits(options.limits.with_max_memory(max_memory));
    Decoder::of_preview(data, parsed, options).and_then(|small| small.map(|small| small.decode()).transpose()).ok()?
}

impl Decoder<'_> {
    /// Decodes what is intact of the picture: tiles, and of one that is cut off the upper part.
    /// What is missing comes from the preview, where that is intact, or is gray.
    ///
    /// # Errors
    /// [`DecodeError`] where a limit would be exceeded, or nothing of the picture can be shown: its
    /// first fault.
    pub fn decode_partial(&self) -> Result<Partial, DecodeError> {
        let header = &self.parsed.header;
        let all = header.area();
        let tiles = RegionTiles::around(&self.parsed, all);
        let pace = self.pace(&tiles.account(), header.pixel_bytes(), tiles.parts.len())?;
        let mut image = Image::with_depth(header.width, header.height, header.pixel_format(), header.output_depth())?;
        let mut fault = self.parsed.index(self.data).err();
        let index = self.parsed.salvage_index(self.data);
        let ends = tiles.salvage(&self.stream(&index), pace, &mut image.view_mut())?;
        let mut missing = Vec::new();
        for (tile, (End { rows, shades, fault: own }, Rect { x, y, w, h })) in (0..).zip(ends) {
            let Some(own) = own else { continue };
            fault.get_or_insert_with(|| own.clone());
            if rows < h {
                let [x, y, width, height] = [x, y + rows, w, h - rows].map(|n| n as u32);
                let shades = (shades.min(h) - rows) as u32;
                missing.push(Missing { tile, x, y, width, height, shades, fault: own });
            }
        }
        let nothing = |m: &Missing| u64::from(m.width) * u64::from(m.height - m.shades);
        let nothing = missing.iter().map(nothing).sum::<u64>() == all.w as u64 * all.h as u64;
        let preview = match missing.is_empty() {
            true => None,
            false => preview_beside(self.data, &self.parsed, self.options, header.pixel_bytes()),
        };
        if let (true, None, Some(fault)) = (nothing, &preview, &fault) {
            return Err(fault.clone());
        }
        for Missing { x, y, width, height, shades, .. } in &mut missing {
            if preview.is_some() {
                *shades = 0;
            }
            let [x, y, w, h] = [*x, *y + *shades, *width, *height - *shades].map(|n| n as usize);
            let rect = Rect { x, y, w, h };
            fill(preview.as_ref(), &mut image.view_mut(), rect, header.output_depth());
        }
        Ok(Partial { image, missing, from_preview: preview.is_some(), fault })
    }
}
