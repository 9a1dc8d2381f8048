//! A plane of samples, or some rows of one: 16-bit storage, rows without gaps.

use std::ops::Range;

/// A rectangle of samples, in units of samples of the plane it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) w: usize,
    pub(crate) h: usize,
}

impl Rect {
    /// What it shares with `other`, if anything.
    pub(crate) fn within(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.w).min(other.x + other.w);
        let bottom = (self.y + self.h).min(other.y + other.h);
        (x < right && y < bottom).then(|| Self { x, y, w: right - x, h: bottom - y })
    }
}

/// A block of samples to write, in a plane or by itself.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    /// From its first sample to its last.
    samples: &'a mut [u16],
    stride: usize,
    pub(crate) w: usize,
    pub(crate) h: usize,
}

impl<'a> Block<'a> {
    /// `w` x `h` samples at the start of `samples`, row by row without gaps.
    pub(crate) fn packed(samples: &'a mut [u16], w: usize, h: usize) -> Self {
        Self { samples: &mut samples[..w * h], stride: w, w, h }
    }

    /// Its rows, which have `W` samples.
    #[inline(always)]
    pub(crate) fn rows<const W: usize>(&mut self) -> impl Iterator<Item = &mut [u16; W]> {
        debug_assert_eq!(W, self.w);
        self.samples.chunks_mut(self.stride).filter_map(|row| row.first_chunk_mut())
    }

    /// `N` samples from (`x`, `y`) on along the row.
    #[inline(always)]
    pub(crate) fn at<const N: usize>(&mut self, x: usize, y: usize) -> &mut [u16; N] {
        self.samples[y * self.stride + x..].first_chunk_mut().expect("within the block")
    }
}

/// A plane of `width` x `height` samples, or so many rows of a higher one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plane {
    data: Vec<u16>,
    width: usize,
    height: usize,
    /// Number of the first row.
    top: usize,
}

impl Plane {
    /// A plane of zeros.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { data: vec![0; width * height], width, height, top: 0 }
    }

    /// The same memory for a plane of another size; what it holds is of no use.
    pub(crate) fn resized(mut self, width: usize, height: usize) -> Self {
        self.data.resize(width * height, 0);
        Self { width, height, top: 0, ..self }
    }

    /// Where the sample at (`x`, `y`) stands among all of them.
    #[inline(always)]
    pub(crate) fn place(&self, x: usize, y: usize) -> usize {
        (y - self.top) * self.width + x
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    #[inline(always)]
    pub(crate) fn row(&self, y: usize) -> &[u16] {
        &self.data[self.place(0, y)..][..self.width]
    }

    /// All samples from (x, y) on, row by row.
    #[inline(always)]
    pub(crate) fn from(&self, x: usize, y: usize) -> &[u16] {
        &self.data[self.place(x, y)..]
    }

    #[inline(always)]
    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [u16] {
        let start = self.place(0, y);
        &mut self.data[start..][..self.width]
    }

    #[inline(always)]
    pub(crate) fn get(&self, x: usize, y: usize) -> u16 {
        self.data[self.place(x, y)]
    }

    /// The block at `rect`, to write.
    #[inline(always)]
    pub(crate) fn block(&mut self, rect: Rect) -> Block<'_> {
        let Rect { x, y, w, h } = rect;
        let start = self.place(x, y);
        let samples = &mut self.data[start..][..(h - 1) * self.width + w];
        Block { samples, stride: self.width, w, h }
    }

    /// Copies the block at `from` to (`x`, `y`); they share no sample.
    pub(crate) fn copy_within(&mut self, from: Rect, x: usize, y: usize) {
        for row in 0..from.h {
            let (start, to) = (self.place(from.x, from.y + row), self.place(x, y + row));
            self.data.copy_within(start..start + from.w, to);
        }
    }

    /// All samples, row by row, to write.
    pub(crate) fn data_mut(&mut self) -> &mut [u16] {
        &mut self.data
    }

    /// Gives the rows above row `top` up for as many behind the last one, of which nothing is of
    /// use yet. Rows keep their numbers.
    pub(crate) fn go_on(&mut self, top: usize) {
        if top > self.top {
            let given_up = ((top - self.top) * self.width).min(self.data.len());
            self.data.copy_within(given_up.., 0);
            self.top = top;
        }
    }

    /// The numbers of its rows.
    pub(crate) fn rows(&self) -> Range<usize> {
        self.top..self.top + self.height
    }

    /// The same rows, numbered from `top` on.
    pub(crate) fn numbered(self, top: usize) -> Self {
        Self { top, ..self }
    }

    /// Holds from now on the rows `rows` of the part of `from` that begins at `corner`.
    pub(crate) fn take_rows(&mut self, from: &Self, corner: (usize, usize), rows: Range<usize>) {
        self.top = rows.start;
        for y in rows {
            let row = &from.row(corner.1 + y)[corner.0..][..self.width];
            self.row_mut(y).copy_from_slice(row);
        }
    }

    /// Makes the rows from row `y` on zeros.
    pub(crate) fn blank(&mut self, y: usize) {
        let start = self.place(0, y);
        self.data[start..].fill(0);
    }

    /// Copies `part` of `from` to where `to` begins.
    pub(crate) fn copy(&mut self, from: &Self, part: Rect, to: (usize, usize)) {
        for y in 0..part.h {
            let row = &from.row(part.y + y)[part.x..part.x + part.w];
            self.row_mut(to.1 + y)[to.0..to.0 + part.w].copy_from_slice(row);
        }
    }

    /// Appends `rect` to `out`, row by row.
    pub(crate) fn save(&self, rect: Rect, out: &mut Vec<u16>) {
        for y in rect.y..rect.y + rect.h {
            out.extend_from_slice(&self.row(y)[rect.x..rect.x + rect.w]);
        }
    }

    /// Copies `rect` back from what [`Plane::save`] gave.
    pub(crate) fn restore(&mut self, rect: Rect, saved: &[u16]) {
        for (y, row) in (rect.y..rect.y + rect.h).zip(saved.chunks_exact(rect.w)) {
            self.row_mut(y)[rect.x..rect.x + rect.w].copy_from_slice(row);
        }
    }
}
