//! Where the lines in a block run: from the structure tensors of its cells (Bigün and Granlund,
//! 1987).

use crate::image::plane::{Plane, Rect};
use crate::predict::IntraMode;
use crate::predict::angular::DISPLACEMENT;
use crate::simd::{Simd, run};
use crate::syntax::tree::SUPERBLOCK;

/// log2 of the side of a cell.
const CELL_LOG2: usize = 3;
const CELL: usize = 1 << CELL_LOG2;

/// Sums over a cell of the squared differences across and down, and of their products.
#[derive(Debug, Clone, Copy, Default)]
struct Tensor {
    xx: f32,
    yy: f32,
    xy: f32,
}

/// The tensors of a plane's cells in a row of superblocks.
#[derive(Debug)]
pub(super) struct Gradients {
    cols: usize,
    /// Height of the plane.
    height: usize,
    /// Number of the first row of cells.
    top: usize,
    cells: Vec<Tensor>,
}

/// Lines are straight enough to predict along them where the tensor is this much longer one way
/// than it is large.
const COHERENT: f64 = 0.35;

impl Gradients {
    /// Of no row yet of a plane of `width` x `height` samples, multiples of 8 or halves of them.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let cols = width.div_ceil(CELL);
        Self { cols, height, top: 0, cells: vec![Tensor::default(); cols * SUPERBLOCK / CELL] }
    }

    /// Takes those of the row of superblocks of `plane` that begins at row `y`.
    pub(super) fn take(&mut self, simd: Simd, plane: &Plane, y: usize) {
        self.top = y / CELL;
        self.cells.fill(Tensor::default());
        for (y, cells) in (y..).step_by(CELL).zip(self.cells.chunks_exact_mut(self.cols)) {
            for y in y..(y + CELL).min(self.height - 1) {
                let (row, below) = (plane.row(y), plane.row(y + 1));
                run!(simd, add_row(row, below, cells));
            }
        }
    }

    /// The angle along which the lines in `rect` run, if they have one in common.
    pub(super) fn angle(&self, rect: Rect) -> Option<IntraMode> {
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        let across = rect.x >> CELL_LOG2..((rect.x + rect.w).div_ceil(CELL)).min(self.cols);
        for cy in rect.y >> CELL_LOG2..(rect.y + rect.h).div_ceil(CELL) {
            for cell in &self.cells[(cy - self.top) * self.cols..][across.clone()] {
                xx += f64::from(cell.xx);
                yy += f64::from(cell.yy);
                xy += f64::from(cell.xy);
            }
        }
        // The tensor's longer axis lies across the lines.
        let (a, b) = (xx - yy, 2.0 * xy);
        let length = (a * a + b * b).sqrt();
        if length <= COHERENT * (xx + yy) || length == 0.0 {
            return None;
        }
        let (across, down) = if a >= 0.0 { (length + a, b) } else { (b, length - a) };
        Some(angle_along(-down, across))
    }
}

/// The angle nearest to the direction of (`x`, `y`).
fn angle_along(x: f64, y: f64) -> IntraMode {
    let (straight, slope) = if x.abs() <= y.abs() {
        // From above: to the right for each row up.
        (48, -x / y)
    } else {
        // From the left: down for each column to the left.
        (16, -y / x)
    };
    let wanted = 32.0 * slope.abs();
    let turn = (0..=16).min_by(|&a, &b| {
        let off = |t: usize| (f64::from(DISPLACEMENT[t]) - wanted).abs();
        off(a).total_cmp(&off(b))
    });
    let turn = turn.unwrap_or(0) as i32;
    // Positive slopes lie before the angles of the left side and behind those of the upper one.
    let outwards = if straight == 48 { 1 } else { -1 };
    let angle = straight + if slope >= 0.0 { outwards * turn } else { -outwards * turn };
    IntraMode::Angular(angle.clamp(0, 63) as u8)
}

/// Adds the differences of the samples of a row from those to the right and below to their cells.
#[inline(always)]
fn add_row(row: &[u16], below: &[u16], cells: &mut [Tensor]) {
    for (x, to) in (0..row.len() - 1).step_by(CELL).zip(cells) {
        let mut sums = [0; 3];
        match (row[x..].first_chunk::<{ CELL + 1 }>(), below[x..].first_chunk::<CELL>()) {
            (Some(here), Some(down)) => (0..CELL).for_each(|i| add(&mut sums, here[i], here[i + 1], down[i])),
            // The last sample has none to the right.
            _ => (x..row.len() - 1).for_each(|x| add(&mut sums, row[x], row[x + 1], below[x])),
        }
        let [xx, yy, xy] = sums;
        to.xx += xx as f32;
        to.yy += yy as f32;
        to.xy += xy as f32;
    }
}

/// Adds the products of the differences of a sample from those to the right and below.
#[inline(always)]
fn add([xx, yy, xy]: &mut [i32; 3], here: u16, right: u16, down: u16) {
    let (dx, dy) = (i32::from(right) - i32::from(here), i32::from(down) - i32::from(here));
    *xx += dx * dx;
    *yy += dy * dy;
    *xy += dx * dy;
}
