//! From planes to the caller's pixels. BITSTREAM.md §11.

use crate::colour;
use crate::image::format::PixelFormat;
use crate::image::plane::{Plane, Rect};
use crate::image::view::ImageViewMut;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;

/// Bits of a sample of pixels of `format` that the picture of `header` becomes: its own, or 16
/// where samples of a byte become ones of two.
pub(crate) fn depth_in(header: &PictureHeader, format: PixelFormat) -> u8 {
    if format.is_wide() && !header.pixel_format().is_wide() { 16 } else { header.output_depth() }
}

/// Pixels to write: those of `region` of the picture of `header`, to `out`, which has the region's
/// size and all channels that the picture has.
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

    /// Whether samples get more bits than the picture has.
    fn is_deeper(&self) -> bool {
        depth_in(self.header, self.out.format()) > self.header.depth
    }

    /// Writes the colours that `planes` of a lossy picture give.
    pub(crate) fn colours(&mut self, simd: Simd, planes: &[Plane]) {
        let (width, height) = (self.header.width as usize, self.header.height as usize);
        let Rect { x, y, w, h } = self.region;
        let depths = if self.is_deeper() { self.header.depths().full() } else { self.header.depths() };
        let mut scratch = colour::Scratch::new(depths, width, height).within(x..x + w);
        let (chroma, format) = (self.header.chroma(), self.out.format());
        for line in 0..h {
            let to = self.out.row_mut(line as u32);
            colour::row_to_pixels(simd, planes, chroma, format, y + line, &mut scratch, to);
        }
    }

    /// Writes what the region has of a channel of the picture, of which alpha is the last, whose
    /// samples over `tile` are those of `plane`.
    pub(crate) fn channel(&mut self, tile: Rect, channel: usize, plane: &Plane) {
        let (region, format) = (self.region, self.out.format());
        let (left, right) = (tile.x.max(region.x), (tile.x + tile.w).min(region.x + region.w));
        if left >= right {
            return;
        }
        let channel = if channel < self.header.planes() { channel } else { format.channels() - 1 };
        let bytes = format.bytes_per_pixel();
        let is_deeper = self.is_deeper();
        let mut deeper = Vec::new();
        for y in tile.y.max(region.y)..(tile.y + tile.h).min(region.y + region.h) {
            let row = self.out.row_mut((y - region.y) as u32);
            let to = &mut row[bytes * (left - region.x)..bytes * (right - region.x)];
            let values = &plane.row(y - tile.y)[left - tile.x..right - tile.x];
            if is_deeper {
                let max = (1u32 << self.header.depth) - 1;
                deeper.clear();
                deeper.extend(values.iter().map(|&v| colour::widened(v, max)));
                colour::write_channel(format, channel, &deeper, to);
            } else {
                colour::write_channel(format, channel, values, to);
            }
        }
    }

    /// Gives the pixels what their format has and the picture has not: its gray as colours, and
    /// opaque alpha.
    pub(crate) fn complete(&mut self) {
        let (header, format) = (self.header, self.out.format());
        let (colours, alpha) = (header.gray && format.has_colour(), !header.alpha && format.has_alpha());
        if !colours && !alpha {
            return;
        }
        let most = ((1u32 << depth_in(header, format)) - 1) as u16;
        let opaque = if alpha { vec![most; self.region.w] } else { Vec::new() };
        for y in 0..self.out.height() {
            let row = self.out.row_mut(y);
            if colours {
                let bytes = format.bytes_per_sample();
                for pixel in row.chunks_exact_mut(format.bytes_per_pixel()) {
                    (1..3).for_each(|channel| pixel.copy_within(..bytes, channel * bytes));
                }
            }
            if alpha {
                colour::write_channel(format, format.channels() - 1, &opaque, row);
            }
        }
    }
}
