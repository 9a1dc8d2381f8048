//! Encoding a lossless picture.

use std::cell::Cell;

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

/// Codes planes of `depth` bits, all of whose samples count as progress, whether they need to be coded or not.
pub(super) fn exact(simd: Simd, planes: &[Plane], depth: u32, progress: &Progress<'_>) -> Result<Vec<u8>, EncodeError> {
    let told = Cell::new(0);
    let watch = |samples| {
        told.set(told.get() + samples);
        progress.advance(samples).is_ok()
    };
    let data = lossless::encode(simd, planes, depth, &watch).ok_or(EncodeError::Cancelled)?;
    let all = planes.iter().map(|plane| (plane.width() * plane.height()) as u64).sum::<u64>();
    progress.advance(all.saturating_sub(told.get()))?;
    Ok(data)
}

/// The stream of `image`.
pub(super) fn encode(
    encoder: &Encoder,
    image: &ImageView<'_>,
    observer: Option<&dyn Observer>,
) -> Result<Vec<u8>, EncodeError> {
    let config = &encoder.config;
    let progress = Progress::new(observer, image, image.format().channels());
    let sections = preview::sections(config, image, &progress)?;
    let mut header = encoder.plan.header(config, image);
    header.sections = !sections.is_empty();
    let grid = Grid::new(&header);
    let (simd, depth) = (Simd::new(config.cpu), image.depth().into());
    let tiles = threads::map(config.threads, grid.len(), |i| {
        let rect = grid.visible(&header, i);
        let planes: Vec<Plane> = (0..header.planes()).map(|c| channel(image, rect, c)).collect();
        let colour = exact(simd, &planes, depth, &progress)?;
        let alpha = match header.alpha {
            true => Some(exact(simd, &[channel(image, rect, header.planes())], depth, &progress)?),
            false => None,
        };
        Ok::<_, EncodeError>(container::tile(alpha, colour))
    })?;
    Ok(container::write(&header, &sections, &tiles))
}
