//! Decoding at a fraction of the size, in bounded memory.

use super::sweep::Sweep;
use super::tile::Part;
use super::{Decoder, check_memory};
use crate::colour::{Scale, reduce};
use crate::error::DecodeError;
use crate::image::view::Image;
use crate::simd::Simd;
use crate::threads;

/// A picture at a fraction of its size.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scaled {
    /// The pixels.
    pub image: Image,
    /// Whether they are the stream's preview, which is quick to decode and of a quality of its own, and not what decoding
    /// the picture and reducing it gives.
    pub from_preview: bool,
}

impl Decoder<'_> {
    /// Decodes the picture at `scale`. At [`Scale::Eighth`] that is the preview where the stream has one, and nothing else of
    /// the stream is looked at. Otherwise the picture is decoded tile after tile, and each pixel is the mean of those that it
    /// stands for, of their values and not of their light; colours count as much as they are opaque.
    ///
    /// # Errors
    /// As [`Decoder::decode`]; the limit on memory is for a few tiles and the smaller picture.
    pub fn decode_scaled(&self, scale: Scale) -> Result<Scaled, DecodeError> {
        if scale == Scale::Eighth
            && let Some(image) = self.preview()?
        {
            return Ok(Scaled { image, from_preview: true });
        }
        let (header, grid) = (&self.parsed.header, self.parsed.grid);
        let index = self.parsed.index(self.data)?;
        // Twice as many as threads, since tiles take unequal times.
        let at_once = grid.len().min(2 * threads::at_most(self.options.threads));
        let (width, height) = (scale.of(header.width), scale.of(header.height));
        let working = Sweep::memory(header, &grid, at_once as u64);
        check_memory(&self.options.limits, header.pixel_format(), (width.into(), height.into()), working)?;
        let mut image = Image::with_depth(width, height, header.pixel_format(), header.depth)?;
        let stream = self.stream(&index);
        let mut sweep = Sweep::new(Simd::new(self.options.cpu), header, grid);
        let tiles: Vec<Part> = (0..grid.len()).map(|tile| Part { tile, rows: usize::MAX }).collect();
        for tiles in tiles.chunks(at_once) {
            for tile in stream.decode(tiles, self.options.threads)? {
                let (pixels, place) = sweep.push(tile)?;
                let to = [place.x, place.y].map(|at| at as u32 / scale.factor());
                reduce(&pixels.view(), scale, &mut image.view_mut(), (to[0], to[1]));
            }
        }
        Ok(Scaled { image, from_preview: false })
    }
}
