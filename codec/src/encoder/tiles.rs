//! The tiles of a picture, shared among threads: first each tile by one of them, then those that
//! are left by several.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::tile::{CodedTile, Picture, Tile};
use crate::entropy::Profile;
use crate::error::EncodeError;
use crate::syntax::tree::SUPERBLOCK;
use crate::threads::Workers;

/// Codes some tiles of `picture`, and does for each what is to be done `beside` its colours; in
/// order.
pub(super) fn encode<B: Send + Sync>(
    workers: &Workers,
    picture: &Picture<'_>,
    which: Range<usize>,
    beside: impl Fn(usize) -> Result<B, EncodeError> + Sync,
) -> Result<Vec<(CodedTile, B)>, EncodeError> {
    match picture.shared.context.header.profile {
        Profile::Mixed => encode_in::<false, B>(workers, picture, which, beside),
        Profile::Fast => encode_in::<true, B>(workers, picture, which, beside),
    }
}

fn encode_in<const FAST: bool, B: Send + Sync>(
    workers: &Workers,
    picture: &Picture<'_>,
    which: Range<usize>,
    beside: impl Fn(usize) -> Result<B, EncodeError> + Sync,
) -> Result<Vec<(CodedTile, B)>, EncodeError> {
    let (first, count) = (which.start, which.len());
    let tiles: Vec<OnceLock<Tile<'_, FAST>>> = (0..count).map(|_| OnceLock::new()).collect();
    let besides: Vec<OnceLock<B>> = (0..count).map(|_| OnceLock::new()).collect();
    let code = |i: usize| tiles[i].get_or_init(|| Tile::new(picture, first + i)).work();
    let (next, failed) = (AtomicUsize::new(0), OnceLock::new());
    let work = || {
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                i if i >= 2 * count => break,
                i if i % 2 == 0 => besides[i / 2].set(beside(first + i / 2)?).unwrap_or(()),
                i => code(i / 2)?,
            }
        }
        (0..count).try_for_each(code)
    };
    let rows: usize = which.map(|i| picture.grid.rect(i, 0).h.div_ceil(SUPERBLOCK)).sum();
    workers.share(workers.count().min(rows) - 1, || {
        if let Err(error) = work() {
            // The first one tells.
            let _ = failed.set(error);
        }
    });
    if let Some(error) = failed.into_inner() {
        return Err(error);
    }
    let both = tiles.into_iter().zip(besides);
    Ok(both.filter_map(|(tile, beside)| Some((tile.into_inner()?.finish(), beside.into_inner()?))).collect())
}
