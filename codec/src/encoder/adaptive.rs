//! Adaptive quantisation: smooth cells get a finer step, busy ones a coarser, since texture masks errors.
//! (Variance-based, as libaom's variance boost, after the idea of x264's adaptive quantisation.)

use super::activity::log2_variance;
use super::parameters::Parameters;
use crate::image::plane::Plane;
use crate::syntax::header::PictureHeader;
use crate::syntax::superblock::MAX_OFFSET;

/// Wanted QP offsets of the cells of a tile, in the header's resolution.
#[derive(Debug)]
pub(crate) struct Offsets {
    log2: u32,
    cols: usize,
    rows: usize,
    cells: Vec<f64>,
}

impl Offsets {
    /// From the luma of a tile.
    pub(crate) fn of(luma: &Plane, header: &PictureHeader, parameters: &Parameters) -> Option<Self> {
        let adaptive = header.adaptive?;
        let size = 1usize << adaptive.cell_log2;
        let (cols, rows) = (luma.width().div_ceil(size), luma.height().div_ceil(size));
        let per_offset = (1u32 << adaptive.resolution) as f64 / 32.0;
        let (finer, coarser) = (parameters.adaptive_finer / per_offset, parameters.adaptive_coarser / per_offset);
        let mut cells = Vec::with_capacity(cols * rows);
        let mut logs = Vec::new();
        for cy in 0..rows {
            for cx in 0..cols {
                logs.clear();
                for y in (cy * size..luma.height().min((cy + 1) * size)).step_by(8) {
                    for x in (cx * size..luma.width().min((cx + 1) * size)).step_by(8) {
                        logs.push(log2_variance(luma, x, y));
                    }
                }
                logs.sort_by(f64::total_cmp);
                // The calmer half decides: an edge must not hide the flat ground beside it.
                let half = &logs[..logs.len().div_ceil(2)];
                let activity = half.iter().sum::<f64>() / half.len() as f64;
                let offset = (activity - parameters.adaptive_middle) * parameters.adaptive / per_offset;
                cells.push(offset.clamp(-finer, coarser));
            }
        }
        Some(Self { log2: adaptive.cell_log2, cols, rows, cells })
    }

    /// The offset for a block: mean over the cells that it covers.
    pub(crate) fn at(&self, x: usize, y: usize, w: usize, h: usize) -> i8 {
        let last = |at: usize, len: usize, count: usize| ((at + len - 1) >> self.log2).min(count - 1);
        let (mut sum, mut n) = (0.0, 0.0);
        for cy in y >> self.log2..=last(y, h, self.rows) {
            for cx in x >> self.log2..=last(x, w, self.cols) {
                sum += self.cells[cy * self.cols + cx];
                n += 1.0;
            }
        }
        let limit = MAX_OFFSET as f64;
        (sum / n).round().clamp(-limit, limit) as i8
    }
}
