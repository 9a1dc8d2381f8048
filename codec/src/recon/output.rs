//! From planes to the caller's pixels. BITSTREAM.md §11.

use crate::colour;
use crate::image::plane::{Plane, Rect};
use crate::image::view::ImageViewMut;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Pixels to write: those of `region` of the picture of `header`, to `out`, which has the region's size and the picture's
/// format.
#[derive(Debug)]
pub(crate) struct Output<'a, 'b> {
    pub(crate) header: &'a PictureHeader,
    pub(crate) region: Rect,
    pub(crate) out: &'a mut ImageViewMut<'b>,
}

impl<'a, 'b> Output<'a, 'b> {
    /// All of the picture.
    pub(crate) fn whole(header: &'a PictureHeader, out: &'a mut ImageViewMut<'b>) -> Self {
        Self { header, region: header.area(), out }
    }

    /// Writes the colours that `planes` of a lossy picture give.
    pub(crate) fn colours(&mut self, simd: Simd, planes: &[Plane]) {
        let (width, height) = (self.header.width as usize, self.header.height as usize);
        let Rect { x, y, w, h } = self.region;
        let mut scratch = colour::Scratch::new(self.header.depths(), width, height).within(x..x + w);
        let (chroma, format) = (self.header.chroma(), self.out.format());
        for line in 0..h {
            let to = self.out.row_mut(line as u32);
            colour::row_to_pixels(simd, planes, chroma, format, y + line, &mut scratch, to);
        }
    }

    /// Writes what the region has of a channel whose samples over `tile` are those of `plane`.
    pub(crate) fn channel(&mut self, tile: Rect, channel: usize, plane: &Plane) {
        let (region, format) = (self.region, self.out.format());
        let (left, right) = (tile.x.max(region.x), (tile.x + tile.w).min(region.x + region.w));
        if left >= right {
            return;
        }
        let bytes = format.bytes_per_pixel();
        let mut deeper = Vec::new();
        for y in tile.y.max(region.y)..(tile.y + tile.h).min(region.y + region.h) {
            let row = self.out.row_mut((y - region.y) as u32);
            let to = &mut row[bytes * (left - region.x)..bytes * (right - region.x)];
            let values = &plane.row(y - tile.y)[left - tile.x..right - tile.x];
            if self.header.full_depth {
                let max = (1u32 << self.header.depth) - 1;
                deeper.clear();
                deeper.extend(values.iter().map(|&v| colour::widened(v, max)));
                colour::write_channel(format, channel, &deeper, to);
            } else {
                colour::write_channel(format, channel, values, to);
            }
        }
    }
}
