//! Encoding a lossless picture.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::config::EncoderConfig;
use super::progress::Progress;
use super::setup::Setup;
use crate::colour;
use crate::container::{self, Section};
use crate::error::EncodeError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::ImageView;
use crate::lossless;
use crate::simd::Simd;
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

/// Codes planes of `depth` bits, all of whose samples count as progress, whether they need to be
/// coded or not; `None`, soon, where they take more than `most` bytes.
pub(super) fn exact(
    simd: Simd,
    planes: &[Plane],
    depth: u32,
    most: usize,
    progress: &Progress<'_>,
) -> Result<Option<Vec<u8>>, EncodeError> {
    let (told, stopped) = (Cell::new(0), Cell::new(false));
    let watch = |samples| {
        told.set(told.get() + samples);
        stopped.set(progress.advance(samples).is_err());
        !stopped.get()
    };
    let data = lossless::encode(simd, planes, depth, most, &watch);
    if stopped.get() {
        return Err(EncodeError::Cancelled);
    }
    let all = planes.iter().map(|plane| (plane.width() * plane.height()) as u64).sum::<u64>();
    progress.advance(all.saturating_sub(told.get()))?;
    Ok(data)
}

/// The stream of `image` with `sections`; `None`, as soon as that is known, where it takes more
/// than `most` bytes.
pub(super) fn encode(
    setup: &Setup,
    image: &ImageView<'_>,
    sections: &[Section],
    most: usize,
    progress: &Progress<'_>,
) -> Result<Option<Vec<u8>>, EncodeError> {
    let config = EncoderConfig { lossless: true, ..setup.config.clone() };
    let mut header = setup.plan.header(&config, image.spec());
    header.sections = !sections.is_empty();
    let grid = Grid::new(&header);
    let (simd, depth) = (Simd::new(config.cpu), image.depth().into());
    // Of the tiles that are done: which those are depends on the threads, but not whether all fit.
    let spent = AtomicUsize::new(0);
    let tiles = setup.workers.map(grid.len(), |i| {
        let rect = grid.visible(&header, i);
        let within = |planes: &[Plane], before: usize| match most
            .checked_sub(spent.load(Ordering::Relaxed).saturating_add(before))
        {
            Some(room) => exact(simd, planes, depth, room, progress),
            None => Ok(None),
        };
        let coded = || {
            let alpha = match header.alpha {
                true => match within(&[channel(image, rect, header.planes())], 0)? {
                    Some(alpha) => Some(alpha),
                    None => return Ok(None),
                },
                false => None,
            };
            let planes: Vec<Plane> = (0..header.planes()).map(|c| channel(image, rect, c)).collect();
            let colour = within(&planes, alpha.as_ref().map_or(0, Vec::len))?;
            Ok::<_, EncodeError>(colour.map(|colour| container::tile(alpha.as_deref(), None, &colour)))
        };
        let tile = coded()?;
        spent.fetch_add(tile.as_ref().map_or(most, Vec::len), Ordering::Relaxed);
        Ok::<_, EncodeError>(tile)
    })?;
    let tiles: Option<Vec<_>> = tiles.into_iter().collect();
    let stream = tiles.map(|tiles| container::write(&header, sections, &tiles));
    Ok(stream.filter(|stream| stream.len() <= most))
}
