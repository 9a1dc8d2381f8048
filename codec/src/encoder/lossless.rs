//! Encoding a lossless picture.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Encoder, EncoderConfig, Progress};
use crate::colour;
use crate::container::{self, Section};
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

/// The stream of `image` with `sections`; `None`, as soon as that is known, where it takes more than `most` bytes.
pub(super) fn encode(
    encoder: &Encoder,
    image: &ImageView<'_>,
    sections: &[Section],
    most: usize,
    progress: &Progress<'_>,
) -> Result<Option<Vec<u8>>, EncodeError> {
    let config = EncoderConfig { lossless: true, ..encoder.config.clone() };
    let mut header = encoder.plan.header(&config, image);
    header.sections = !sections.is_empty();
    let grid = Grid::new(&header);
    let (simd, depth) = (Simd::new(config.cpu), image.depth().into());
    // Of the tiles that are done: which those are depends on the threads, but not whether all fit.
    let spent = AtomicUsize::new(0);
    let tiles = threads::map(config.threads, grid.len(), |i| {
        let rect = grid.visible(&header, i);
        let within = |planes: &[Plane], before: usize| {
            let room = most.checked_sub(spent.load(Ordering::Relaxed).saturating_add(before))?;
            lossless::encode_within(simd, planes, depth, room)
        };
        let coded = || {
            let alpha = match header.alpha {
                true => Some(within(&[channel(image, rect, header.planes())], 0)?),
                false => None,
            };
            let planes: Vec<Plane> = (0..header.planes()).map(|c| channel(image, rect, c)).collect();
            let colour = within(&planes, alpha.as_ref().map_or(0, Vec::len))?;
            Some(container::tile(alpha, colour))
        };
        let tile = coded();
        spent.fetch_add(tile.as_ref().map_or(most, Vec::len), Ordering::Relaxed);
        progress.advance((rect.w * rect.h) as u64)?;
        Ok::<_, EncodeError>(tile)
    })?;
    let tiles: Option<Vec<_>> = tiles.into_iter().collect();
    let stream = tiles.map(|tiles| container::write(&header, sections, &tiles));
    Ok(stream.filter(|stream| stream.len() <= most))
}
