//! A plane at one scale: differences of structure and edges, measured on the way down its rows.
//! Nothing is kept but the rows that a window spans, and what each cell has of every measure.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::encoder::adaptive::cells::CellGrid;

/// Numbers that are worked on at a time; rows have a multiple of them.
const CHUNK: usize = 32;
/// Rows and columns of the window on either side of its middle.
const REACH: usize = 4;
/// Rows of the window.
const ROWS: usize = 2 * REACH + 1;
/// The binomial window from its middle outwards, near a Gaussian of deviation 1.4.
const WINDOW: [f32; REACH + 1] = [70.0 / 256.0, 56.0 / 256.0, 28.0 / 256.0, 8.0 / 256.0, 1.0 / 256.0];
/// What keeps the structure of flat ground from counting, in squared units of the measure.
const FLOOR: f32 = 0.0009;
/// Smaller differences are none: their fourth powers would be where arithmetic is slow.
const LEAST: f32 = 1e-9;

/// The maps that go through the window.
#[derive(Debug, Clone, Copy)]
enum Map {
    /// The source.
    Source,
    /// Source less reconstruction.
    Error,
    /// The sum of the squares of source and reconstruction.
    Energy,
    SquaredError,
}

const MAPS: usize = 4;

/// What is summed up over a cell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sum {
    /// Difference of structure.
    Structure,
    /// Its fourth power.
    Fourth,
    /// Fourth power of edges that appear or vanish.
    Edges,
    SquaredError,
}

const SUMS: usize = 4;

/// Numbers for every column.
type Columns = Vec<f32>;

/// The plane, as far as it has come.
#[derive(Debug)]
pub(super) struct Scale {
    width: usize,
    height: usize,
    /// 1 where edges that appear count, -1 where those that vanish do; `None` where the plane only
    /// goes on to coarser scales.
    sign: Option<f32>,
    /// Rows that have come, and rows that are measured.
    come: usize,
    done: usize,
    /// The last rows of each map, row y at y modulo [`ROWS`].
    maps: [Vec<Columns>; MAPS],
    /// Each map smoothed down the columns, with [`REACH`] more on either side.
    smoothed: [Columns; MAPS],
    /// Of the rows of a row of cells.
    columns: [Columns; SUMS],
    grid: CellGrid,
    log2: u32,
    /// What each cell has.
    cells: [Vec<f64>; SUMS],
}

impl Scale {
    /// Before the first row of a plane of `width` x `height` whose pixels span 2^`log2` luma
    /// samples each way, with cells of `grid`.
    pub(super) fn new((width, height): (usize, usize), log2: u32, grid: CellGrid, sign: Option<f32>) -> Self {
        let columns = vec![0.0; width.next_multiple_of(CHUNK)];
        let maps = if sign.is_some() { ROWS } else { 2 };
        Self {
            width,
            height,
            sign,
            come: 0,
            done: 0,
            maps: std::array::from_fn(|_| vec![columns.clone(); maps]),
            smoothed: std::array::from_fn(|_| vec![0.0; columns.len() + 2 * REACH]),
            columns: std::array::from_fn(|_| columns.clone()),
            grid,
            log2,
            cells: std::array::from_fn(|_| vec![0.0; grid.len()]),
        }
    }

    /// What each cell has of `sum`.
    pub(super) fn cells(&self, sum: Sum) -> &[f64] {
        &self.cells[sum as usize]
    }

    /// log2 of the luma samples that a pixel spans each way.
    pub(super) fn log2(&self) -> u32 {
        self.log2
    }

    pub(super) fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// Where row `y` is kept.
    fn slot(&self, y: usize) -> usize {
        y % self.maps[0].len()
    }

    /// The next row of the source and of the error, to be filled in for [`Scale::advance`]; at
    /// least as long as the width.
    #[inline(always)]
    pub(super) fn next(&mut self) -> [&mut [f32]; 2] {
        let slot = self.slot(self.come);
        let [source, error, ..] = &mut self.maps;
        [&mut source[slot], &mut error[slot]]
    }

    /// The next row is there. Measures what can be; returns whether it is the second of two that
    /// make one of the scale above.
    #[inline(always)]
    pub(super) fn advance(&mut self) -> bool {
        let y = self.come;
        self.come += 1;
        if self.sign.is_some() {
            self.complete(y);
            while self.done < self.come && (self.done + REACH < self.come || self.come == self.height) {
                self.measure(self.done);
                self.done += 1;
            }
        }
        y % 2 == 1
    }

    /// Puts the means of 2x2 of the last two rows into the next one of `to`.
    #[inline(always)]
    pub(super) fn halve(&self, to: &mut Self) {
        let slots = [self.slot(self.come - 2), self.slot(self.come - 1)];
        for (map, out) in to.next().into_iter().enumerate() {
            let [upper, lower] = [&self.maps[map][slots[0]], &self.maps[map][slots[1]]];
            let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            for (to, (u, l)) in out.iter_mut().zip(pairs) {
                *to = 0.25 * ((u[0] + u[1]) + (l[0] + l[1]));
            }
        }
    }

    /// Repeats the last column of row `y` to the end of its chunk, and makes the other maps of it.
    #[inline(always)]
    fn complete(&mut self, y: usize) {
        let slot = self.slot(y);
        for map in [Map::Source, Map::Error] {
            let row = &mut self.maps[map as usize][slot];
            let last = row[self.width - 1];
            row[self.width..].fill(last);
        }
        let [source, error, energy, squares] = &mut self.maps;
        let rows = source[slot].iter().zip(&error[slot]).zip(&mut energy[slot]).zip(&mut squares[slot]);
        for (((&s, &e), energy), square) in rows {
            let coded = s - e;
            *energy = s * s + coded * coded;
            *square = e * e;
        }
    }

    /// Measures row `y`.
    #[inline(always)]
    fn measure(&mut self, y: usize) {
        for map in 0..MAPS {
            let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
            for (i, row) in rows.iter_mut().enumerate() {
                // The edge goes on outside.
                let y = (y + i).saturating_sub(REACH).min(self.height - 1);
                *row = &self.maps[map][y % ROWS];
            }
            smooth(&rows, &mut self.smoothed[map]);
        }
        let slot = self.slot(y);
        let [source, error, ..] = &self.maps;
        compare(&self.smoothed, [&source[slot], &error[slot]], self.sign.unwrap_or(1.0), &mut self.columns);
        let side = 1usize << (self.grid.log2 - self.log2);
        if (y + 1).is_multiple_of(side) || y + 1 == self.height {
            let first = self.grid.index(0, y << self.log2);
            for (cells, columns) in self.cells.iter_mut().zip(&mut self.columns) {
                for (cell, part) in cells[first..].iter_mut().zip(columns[..self.width].chunks(side)) {
                    *cell += part.iter().map(|&v| f64::from(v)).sum::<f64>();
                }
                columns.fill(0.0);
            }
        }
    }
}

/// The chunk of `row` at `x`, with whatever more it is to have.
#[inline(always)]
fn chunk<const N: usize>(row: &[f32], x: usize) -> &[f32; N] {
    row[x..].first_chunk().expect("rows have whole chunks")
}

/// Smooths down the columns of the rows of a window.
#[inline(always)]
fn smooth(rows: &[&[f32]; ROWS], out: &mut [f32]) {
    let width = rows[0].len();
    for x in (0..width).step_by(CHUNK) {
        let mut r = [chunk::<CHUNK>(rows[0], x); ROWS];
        for (r, row) in r.iter_mut().zip(rows) {
            *r = chunk(row, x);
        }
        let mut sums = [0.0; CHUNK];
        for i in 0..CHUNK {
            let near = WINDOW[0] * r[4][i] + WINDOW[1] * (r[3][i] + r[5][i]);
            let far = WINDOW[3] * (r[1][i] + r[7][i]) + WINDOW[4] * (r[0][i] + r[8][i]);
            sums[i] = near + WINDOW[2] * (r[2][i] + r[6][i]) + far;
        }
        out[REACH + x..][..CHUNK].copy_from_slice(&sums);
    }
    let (first, last) = (out[REACH], out[REACH + width - 1]);
    out[..REACH].fill(first);
    out[REACH + width..].fill(last);
}

/// Smooths along a row; `i` is where the window begins.
#[inline(always)]
fn across(row: &[f32; CHUNK + 2 * REACH], i: usize) -> f32 {
    let near = WINDOW[0] * row[i + 4] + WINDOW[1] * (row[i + 3] + row[i + 5]);
    let far = WINDOW[3] * (row[i + 1] + row[i + 7]) + WINDOW[4] * (row[i] + row[i + 8]);
    near + WINDOW[2] * (row[i + 2] + row[i + 6]) + far
}

#[inline(always)]
fn counted(difference: f32) -> f32 {
    if difference > LEAST { difference } else { 0.0 }
}

/// Adds what a row of the source, and of the error, loses to the sums of its columns. The maps are
/// smoothed down the columns.
#[inline(always)]
fn compare(smoothed: &[Columns; MAPS], rows: [&[f32]; 2], sign: f32, columns: &mut [Columns; SUMS]) {
    for x in (0..rows[0].len()).step_by(CHUNK) {
        let mut maps = [chunk::<{ CHUNK + 2 * REACH }>(&smoothed[0], x); MAPS];
        for (map, row) in maps.iter_mut().zip(smoothed) {
            *map = chunk(row, x);
        }
        let [source, error] = [chunk::<CHUNK>(rows[0], x), chunk::<CHUNK>(rows[1], x)];
        let mut sums = [[0.0; CHUNK]; SUMS];
        for i in 0..CHUNK {
            let (mean, shift) = (across(maps[Map::Source as usize], i), across(maps[Map::Error as usize], i));
            let coded_mean = mean - shift;
            let energy = across(maps[Map::Energy as usize], i) - (mean * mean + coded_mean * coded_mean);
            let square = across(maps[Map::SquaredError as usize], i) - shift * shift;
            let (s, e) = (source[i], error[i]);
            // One less what is alike, of means and of what varies: the variance of the error over
            // that of both. And how much stronger edges are. Both are quotients; one division does.
            let (contrast, coded_contrast) = ((s - mean).abs(), ((s - e) - coded_mean).abs());
            let (both, edges) = (energy.max(0.0) + FLOOR, 1.0 + contrast);
            let inverse = 1.0 / (both * edges);
            let (varied, shifted) = (square.max(0.0) * (edges * inverse), shift * shift);
            let structure = counted(varied + shifted - varied * shifted);
            let edge = counted(sign * (coded_contrast - contrast) * (both * inverse));
            sums[Sum::Structure as usize][i] = structure;
            sums[Sum::Fourth as usize][i] = (structure * structure) * (structure * structure);
            sums[Sum::Edges as usize][i] = (edge * edge) * (edge * edge);
            sums[Sum::SquaredError as usize][i] = e * e;
        }
        for (columns, sums) in columns.iter_mut().zip(&sums) {
            for (column, sum) in columns[x..x + CHUNK].iter_mut().zip(sums) {
                *column += sum;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `law` gives at each place of a plane, whose edge goes on outside.
    struct Field<F: Fn(usize, usize) -> f64> {
        size: (usize, usize),
        law: F,
    }

    impl<F: Fn(usize, usize) -> f64> Field<F> {
        /// The mean over the window around (`x`, `y`).
        fn mean(&self, x: usize, y: usize) -> f64 {
            let weight = |i: usize| f64::from(WINDOW[i.abs_diff(REACH)]);
            let at = |at: usize, i: usize, size: usize| (at + i).saturating_sub(REACH).min(size - 1);
            let places = (0..ROWS).flat_map(|j| (0..ROWS).map(move |i| (i, j)));
            let values =
                places.map(|(i, j)| weight(i) * weight(j) * (self.law)(at(x, i, self.size.0), at(y, j, self.size.1)));
            values.sum()
        }
    }

    fn source(x: usize, y: usize) -> f64 {
        ((x * 7 + y * 13) % 29) as f64 / 40.0 + x as f64 / 300.0
    }

    fn error(x: usize, y: usize) -> f64 {
        ((x * 5 + y * 11) % 17) as f64 / 100.0 - 0.08
    }

    /// The four sums of each cell, place by place in the open.
    fn expected(size: (usize, usize), grid: &CellGrid, log2: u32, sign: f64) -> [Vec<f64>; SUMS] {
        let coded = |x, y| source(x, y) - error(x, y);
        let mut out = std::array::from_fn(|_| vec![0.0; grid.len()]);
        for (x, y) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y))) {
            let mean_s = Field { size, law: source }.mean(x, y);
            let mean_c = Field { size, law: coded }.mean(x, y);
            let variance_s = Field { size, law: |x, y| source(x, y).powi(2) }.mean(x, y) - mean_s * mean_s;
            let variance_c = Field { size, law: |x, y| coded(x, y).powi(2) }.mean(x, y) - mean_c * mean_c;
            let covariance = Field { size, law: |x, y| source(x, y) * coded(x, y) }.mean(x, y) - mean_s * mean_c;
            let floor = f64::from(FLOOR);
            let alike = (2.0 * covariance + floor) / (variance_s + variance_c + floor);
            let structure = 1.0 - alike * (1.0 - (mean_s - mean_c).powi(2));
            let edge = (1.0 + (coded(x, y) - mean_c).abs()) / (1.0 + (source(x, y) - mean_s).abs()) - 1.0;
            let sums = [structure, structure.powi(4), (sign * edge).max(0.0).powi(4), error(x, y).powi(2)];
            for (out, sum) in out.iter_mut().zip(sums) {
                out[grid.index(x << log2, y << log2)] += sum;
            }
        }
        out
    }

    #[test]
    fn cells_have_what_the_formulas_give_place_by_place() {
        for (size, log2, sign) in [((67, 70), 0, -1.0), ((36, 33), 1, 1.0), ((5, 3), 2, 1.0), ((1, 1), 4, -1.0)] {
            let grid = CellGrid::new(5, size.0 << log2, size.1 << log2);
            let mut scale = Scale::new(size, log2, grid, Some(sign as f32));
            for y in 0..size.1 {
                let rows = scale.next();
                for (row, law) in rows.into_iter().zip([source, error]) {
                    row[..size.0].iter_mut().enumerate().for_each(|(x, v)| *v = law(x, y) as f32);
                }
                assert_eq!(scale.advance(), y % 2 == 1);
            }
            for (found, expected) in scale.cells.iter().zip(expected(size, &grid, log2, sign)) {
                for (found, expected) in found.iter().zip(expected) {
                    assert!((found - expected).abs() < 1e-3 * expected + 1e-7, "{size:?}: {found}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn halving_takes_means_of_four() {
        let mut fine = Scale::new((7, 2), 0, CellGrid::new(5, 7, 2), None);
        let mut coarse = Scale::new((3, 1), 1, CellGrid::new(5, 7, 2), None);
        for y in 0..2 {
            for (m, row) in fine.next().into_iter().enumerate() {
                row.iter_mut().enumerate().for_each(|(x, v)| *v = (x + 10 * y + 100 * m) as f32);
            }
            fine.advance();
        }
        fine.halve(&mut coarse);
        assert_eq!(coarse.next().map(|row| [row[0], row[1], row[2]]), [[5.5, 7.5, 9.5], [105.5, 107.5, 109.5]]);
    }
}
