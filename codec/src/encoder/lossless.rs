//! Encoding a lossless picture.

use super::{Encoder, Observer, Progress, preview};
use crate::colour;
use crate::container;
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::ImageView;
use crate::lossless;
use crate::simd::Simd;
use crate::threads;
use crate::tile::Grid;

/// A channel of the pixels of `image` in `rect`.
pub(super) fn channel(image: &ImageView<'_>, rect: Rect, channel: usize) -> Plane {
    let format = image.format();
    let (n, max) = (format.bytes_per_pixel(), (1u32 << image.depth()) - 1);
    let mut out = Plane::new(rect.w, rect.h);
    for y in 0..rect.h {
        let row = &image.row((rect.y + y) as u32)[n * rect.x..n * (rect.x + rect.w)];
        colour::read_channel(format, channel, max as u16, row, out.row_mut(y));
    }
    out
}

/// The stream of `image`.
pub(super) fn encode(
    encoder: &Encoder,
    image: &ImageView<'_>,
    observer: Option<&dyn Observer>,
) -> Result<Vec<u8>, EncodeError> {
    let config = &encoder.config;
    let sections = preview::sections(config, image)?;
    let mut header = encoder.plan.header(config, image);
    header.sections = !sections.is_empty();
    let grid = Grid::new(&header);
    let progress = Progress::new(observer, image);
    let (simd, depth) = (Simd::new(config.cpu), image.depth().into());
    let tiles = threads::map(config.threads, grid.len(), |i| {
        let rect = grid.visible(&header, i);
        let planes: Vec<Plane> = (0..header.planes()).map(|c| channel(image, rect, c)).collect();
        let colour = lossless::encode(simd, &planes, depth);
        let alpha = header.alpha.then(|| lossless::encode(simd, &[channel(image, rect, header.planes())], depth));
        progress.advance((rect.w * rect.h) as u64)?;
        Ok::<_, EncodeError>(container::tile(alpha, colour))
    })?;
    Ok(container::write(&header, &sections, &tiles))
}
