//! A plane with margins, so that neighbours need no checks of borders. BITSTREAM.md §13.3.

/// Columns of margin on either side.
const SIDE: usize = 9;
/// Rows of margin above.
const ABOVE: usize = 8;

/// Columns of a cell: samples whose least squares go together.
pub(super) const CELL: usize = 16;
/// Values behind the last, so that cells may begin anywhere.
const BEHIND: usize = CELL;

/// `width` x `height` values with 9 columns beside, 8 rows above and 1 row below them.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub(super) data: Vec<i32>,
    pub(super) stride: usize,
    width: usize,
    height: usize,
}

impl Canvas {
    /// All values and margins are `fill`.
    pub(super) fn new(width: usize, height: usize, fill: i32) -> Self {
        let stride = width + 2 * SIDE;
        Self { data: vec![fill; stride * (height + ABOVE + 1) + BEHIND], stride, width, height }
    }

    /// Bytes that one of this size takes.
    pub(super) fn memory(width: usize, height: usize) -> u64 {
        ((width + 2 * SIDE) as u64 * (height + ABOVE + 1) as u64 + BEHIND as u64) * size_of::<i32>() as u64
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Index of (x, y) in `data`.
    #[inline(always)]
    pub(super) fn at(&self, x: usize, y: usize) -> usize {
        (y + ABOVE) * self.stride + SIDE + x
    }

    pub(super) fn row_mut(&mut self, y: usize) -> &mut [i32] {
        let start = self.at(0, y);
        &mut self.data[start..start + self.width]
    }

    /// Left of row `y`, before it is known: its upper neighbour.
    pub(super) fn open_row(&mut self, y: usize) {
        let start = self.at(0, y);
        let above = self.data[start - self.stride];
        self.data[start - SIDE..start].fill(above);
    }

    /// Right of row `y`, once it is known: its last value; below the last row: that row.
    pub(super) fn close_row(&mut self, y: usize) {
        let end = self.at(self.width, y);
        let last = self.data[end - 1];
        self.data[end..end + SIDE].fill(last);
        if y + 1 == self.height {
            let start = self.at(0, y) - SIDE;
            self.data.copy_within(start..start + self.stride, start + self.stride);
        }
    }
}
