//! What decoding takes of memory: the one account that limits are held against, whoever decodes and
//! however.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

use crate::entropy::levels::LevelModels;
use crate::image::plane::Rect;
use crate::limits::{Excess, Limits};
use crate::lossless::{self, Shape};
use crate::recon::bands::{Bands, MARGIN, ROWS};
use crate::recon::picture::PictureSamples;
use crate::recon::{LEAST_ROWS, TileSamples};
use crate::syntax::header::PictureHeader;
use crate::syntax::state::TileState;
use crate::tile::Grid;

/// Samples of the tiles at the left and above that a tile is filtered with: those whose pixels wait
/// for it, and those that these depend on, in whole superblocks so that blocks lie at multiples of
/// their sides.
pub(crate) const HALO: usize = (2 * MARGIN).next_multiple_of(64);

/// What walk and reconstruction of a tile take beside models, samples and state: blocks of a
/// superblock and coefficients.
const WALK: u64 = 128 << 10;
/// Superblocks that parsing may be ahead of reconstruction.
pub(crate) const AHEAD: usize = 16;
/// What each tile of the index takes.
const PLACE: u64 = 64;

/// How decoding goes through the tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Tiles in flight, at most.
    pub(crate) at_once: usize,
    /// Whether there is memory for superblocks parsed ahead: for more than one thread.
    pub(crate) ahead: bool,
    /// Whether there is memory for whole tiles, so that each is reconstructed whatever those before
    /// it are at.
    pub(crate) whole: bool,
}

impl Pace {
    /// Luma rows of a tile that there is memory for at a time.
    pub(crate) fn rows(&self, header: &PictureHeader) -> usize {
        if self.whole { usize::MAX } else { least_rows(header) }
    }
}

/// Whether whole tiles are worth their memory: two threads find enough to do in the tile whose turn
/// it is and in parsing others.
fn whole(at_once: usize, threads: usize) -> bool {
    at_once > 1 && threads > 2
}

/// Luma rows of a tile that there must be memory for at a time.
fn least_rows(header: &PictureHeader) -> usize {
    if header.screen { usize::MAX } else { LEAST_ROWS }
}

/// Bytes that decoding takes beside the pixels that it gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    /// All the while: where tiles lie, and what is kept of them for the filters.
    kept: u64,
    /// For each tile in flight, while it is opened: what is coded without loss is decoded.
    opening: u64,
    /// For each afterwards, as few of its rows as can be.
    open: u64,
    /// For all of them besides.
    rest: u64,
    /// For the window of a tile and its neighbours that goes through the filters, and for these.
    window: u64,
    /// For what is made of these at a time.
    made: u64,
}

impl Account {
    /// For the tiles of `grid`, which is that of `header`.
    pub(crate) fn new(header: &PictureHeader, grid: &Grid) -> Self {
        let Rect { w: width, h: height, .. } = grid.visible(header, 0);
        let exact = |planes| lossless::memory(&Shape { width, height, planes, depth: header.depth.into() });
        let alpha = if header.alpha { exact(1) } else { 0 };
        let index = grid.len() as u64 * PLACE;
        let tile = header.with_size(width, height);
        if header.lossless {
            let planes = header.planes() as u64 + u64::from(header.alpha);
            let open = planes * 2 * width as u64 * height as u64;
            let opening = open + exact(header.planes()).max(alpha);
            return Self { kept: index, opening, open, rest: 0, window: 0, made: 0 };
        }
        let surrounded = |tile: usize, all: u32| (tile + HALO).min(all as usize);
        let window = header.with_size(surrounded(width, header.width), surrounded(height, header.height));
        let whole = TileSamples::memory(&tile, usize::MAX);
        let least = TileSamples::memory(&tile, least_rows(header));
        let [rows, columns] = strips(header, grid).map(|strip| piece(&strip));
        Self {
            kept: index + 2 * rows + columns,
            // Alpha comes first, before there is any colour.
            opening: alpha + alpha_plane(&tile),
            open: least + alpha_plane(&tile) + TileState::memory(&tile) + LevelModels::MEMORY + WALK,
            rest: whole - least,
            window: piece(&Bands::window_of(&window)) + Bands::memory(&window),
            made: 0,
        }
    }

    /// Where the pixels that are settled at a time, of `bytes` a pixel, go into a picture of their
    /// own.
    pub(crate) fn with_pixels(self, header: &PictureHeader, bytes: u64) -> Self {
        let side = (1 << header.tile_log2) + HALO as u32;
        // A lossless tile is settled as a whole.
        let rows = if header.lossless { side } else { ROWS as u32 };
        let pixels = u64::from(header.width.min(side)) * u64::from(header.height.min(rows)) * bytes;
        Self { made: pixels, ..self }
    }

    /// Where the data of the only tile is still coming: the walk is kept as it was at the start of
    /// a row of superblocks.
    pub(crate) fn growing(self, header: &PictureHeader) -> Self {
        Self { open: self.open + TileState::memory(header) + LevelModels::MEMORY, ..self }
    }

    /// With `at_once` tiles in flight on `threads` threads, superblocks parsed ahead where there
    /// are several of these.
    fn bytes(&self, at_once: usize, threads: usize) -> u64 {
        let settling = self.window + self.made;
        if threads == 1 && at_once == 1 {
            return self.kept + self.opening.max(self.open + settling);
        }
        let rest = if whole(at_once, threads) { self.rest } else { 0 };
        let ahead = rest + if threads > 1 { AHEAD as u64 * WALK } else { 0 };
        self.kept + at_once as u64 * self.opening.max(self.open + ahead) + settling
    }

    /// How many of `tiles` tiles can be in flight on `threads` threads beside `pixels` bytes: a few
    /// for each thread, since they take unequal times, as far as `limits` allow. One thread has use
    /// for one.
    ///
    /// # Errors
    /// Where there is not enough for one.
    pub(crate) fn pace(&self, limits: &Limits, pixels: u64, threads: usize, tiles: usize) -> Result<Pace, Excess> {
        let bytes = |at_once, threads| pixels.saturating_add(self.bytes(at_once, threads));
        limits.check_memory(bytes(1, 1))?;
        let wished = if threads > 1 { threads.saturating_mul(2).min(tiles).max(1) } else { 1 };
        let fitting = (1..=wished).rev().find(|&n| bytes(n, threads) <= limits.max_memory);
        let threads = if fitting.is_some() { threads } else { 1 };
        let at_once = fitting.unwrap_or(1);
        Ok(Pace { at_once, ahead: threads > 1, whole: whole(at_once, threads) })
    }
}

/// Most rows of pixels that are settled somewhere and not over the whole width of the picture.
pub(crate) fn unsettled_rows(header: &PictureHeader, grid: &Grid) -> u32 {
    let rows = match (header.lossless, grid.cols()) {
        (false, 1) => ROWS,
        (true, _) => 1 << header.tile_log2,
        _ => (1 << header.tile_log2) + MARGIN,
    };
    header.height.min(rows as u32)
}

/// Sizes of what is kept of the tiles above one and of the one at its left; next to nothing where
/// none is needed.
pub(crate) fn strips(header: &PictureHeader, grid: &Grid) -> [PictureHeader; 2] {
    let side = 1 << header.tile_log2;
    let rows = if grid.len() > grid.cols() && !header.lossless { header.width as usize } else { 1 };
    let columns = if grid.cols() > 1 && !header.lossless { side } else { 1 };
    [header.with_size(rows, HALO), header.with_size(HALO, columns)]
}

fn alpha_plane(header: &PictureHeader) -> u64 {
    let (width, height) = header.plane_size(0);
    if header.alpha { 2 * width as u64 * height as u64 } else { 0 }
}

/// Samples of a part of the picture, as large as `header` says, and its blocks.
fn piece(header: &PictureHeader) -> u64 {
    PictureSamples::memory(header) + alpha_plane(header)
}

/// That the default way to decode the picture of `header`, whatever else its header says, keeps to
/// `limits`.
pub(crate) fn check_picture(header: &PictureHeader, limits: &Limits) -> Result<(), Excess> {
    limits.check_size(header.width, header.height)?;
    // What makes most of a lossy picture.
    let header = PictureHeader { screen: true, classified: [8; 2], ..header.clone() };
    let grid = Grid::new(&header);
    Account::new(&header, &grid).pace(limits, header.pixel_bytes(), 1, grid.len()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Profile;
    use crate::image::format::PixelFormat;

    /// Headers of every kind of picture of `width` x `height` pixels.
    fn headers(width: u32, height: u32) -> impl Iterator<Item = PictureHeader> {
        let of = move |format: PixelFormat, lossless, tile_log2| PictureHeader {
            width,
            height,
            depth: format.full_depth(),
            gray: !format.has_colour(),
            alpha: format.has_alpha(),
            lossless,
            tile_log2,
            profile: Profile::Mixed,
            ..PictureHeader::blank()
        };
        let kinds = [(false, 9), (false, 10), (true, 9), (true, 10)];
        PixelFormat::ALL.into_iter().flat_map(move |format| kinds.map(|(lossless, log2)| of(format, lossless, log2)))
    }

    #[test]
    fn pictures_up_to_the_default_limit_of_pixels_are_decoded_within_that_of_memory() {
        let limits = Limits::default();
        for (width, height) in [(12000, 9000), (16384, 16384), (65535, 4096), (4096, 65535), (8000, 100)] {
            for header in headers(width, height) {
                let found = check_picture(&header, &limits);
                // Eight bytes a pixel are as many as the limit by themselves.
                let fills = header.pixel_format() == PixelFormat::Rgba16 && width * height > 1 << 27;
                assert_eq!(found.is_err(), fills && width * height > 260_000_000, "{header:?}: {found:?}");
            }
        }
    }

    #[test]
    fn photographs_of_100_megapixels_fit_into_512_mib_with_their_pixels() {
        let limits = Limits { max_memory: 512 << 20, ..Limits::default() };
        for (width, height) in [(8000, 6000), (6000, 8000), (12288, 8192)] {
            for header in headers(width, height).filter(|h| h.depth == 8) {
                assert!(check_picture(&header, &limits).is_ok(), "{header:?}");
            }
        }
    }

    #[test]
    fn more_threads_never_make_a_picture_refused() {
        for header in headers(3000, 2000) {
            let grid = Grid::new(&header);
            let account = Account::new(&header, &grid);
            let least = account.bytes(1, 1);
            let within = |max_memory, threads| {
                account.pace(&Limits { max_memory, ..Limits::default() }, 1000, threads, grid.len()).ok()
            };
            for threads in [1, 2, 3, 64, usize::MAX] {
                assert_eq!(within(least + 999, threads), None);
                assert_eq!(within(least + 1000, threads).map(|pace| pace.at_once), Some(1));
                let most = if threads > 1 { grid.len().min(threads.saturating_mul(2)) } else { 1 };
                let most = Pace { at_once: most, ahead: threads > 1, whole: most > 1 && threads > 2 };
                assert_eq!(within(u64::MAX, threads), Some(most));
            }
        }
    }
}
