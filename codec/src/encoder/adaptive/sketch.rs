//! A picture as it might be coded, for a small part of the time: blocks of one size, transformed
//! without prediction and quantised with a dead zone. It shows adaptive quantisation where the
//! picture will lose its score.
//!
//! A plane goes through transform, quantiser and measure a row of blocks at a time. All of it is
//! floating point in an order of its own, the same at every level of the CPU.
// An index runs over several arrays at once.
#![allow(clippy::needless_range_loop)]

use crate::encoder::adaptive::cells::Offsets;
use crate::encoder::adaptive::dct8::{self, FACTORS};
use crate::encoder::adaptive::perception::{Losses, MIDDLE, PlaneLosses, UNIT};
use crate::image::plane::Plane;
use crate::quant::family::Family;
use crate::quant::step::{STEP_BITS, step};
use crate::recon::dequant::{Dequantiser, PRODUCT_BITS};
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::transform::TxType;

/// Side of a block.
const BLOCK: usize = 8;
/// Blocks side by side that are worked on at a time.
const BLOCKS: usize = 16;
/// Their samples in a row.
const SPAN: usize = BLOCK * BLOCKS;

/// Numbers below 2^22 are whole once this is added: what is taken off again is the nearest whole
/// number.
const WHOLE: f32 = 12_582_912.0;

/// What a sketch shows of each cell.
#[derive(Debug)]
pub(in crate::encoder) struct Sketch {
    /// What it takes from the score.
    pub(in crate::encoder) losses: Vec<f64>,
    /// Levels that are not zero, those of the lowest frequency apart, which prediction mostly
    /// saves.
    pub(in crate::encoder) levels: Vec<f64>,
}

/// How sketches are made.
#[derive(Debug, Clone, Copy)]
pub(in crate::encoder) struct Sketching {
    /// What the quantiser adds before it rounds down, in steps.
    pub(in crate::encoder) rounding: f64,
    /// What squared error of luma counts in the loss.
    pub(in crate::encoder) error: f64,
    /// The planes have half of the picture's resolution.
    pub(in crate::encoder) half: bool,
}

/// A sketch on the way down a picture.
pub(in crate::encoder) struct Sketcher<'a> {
    header: &'a PictureHeader,
    offsets: &'a Offsets,
    sketching: Sketching,
    /// Of each plane.
    ways: Vec<(Coder, PlaneLosses)>,
    levels: Vec<f64>,
}

impl<'a> Sketcher<'a> {
    /// Of a picture, or of its luma alone where it has half of the resolution, with `offsets`.
    pub(in crate::encoder) fn new(header: &'a PictureHeader, offsets: &'a Offsets, sketching: Sketching) -> Self {
        let half = u32::from(sketching.half);
        let way = |p| {
            let (width, height) = header.plane_size(p);
            let shift = u32::from(p > 0 && header.subsampled) + half;
            let measure = PlaneLosses::new(p, (width >> half, height >> half), shift, offsets.grid);
            (Coder::new(header, p, width >> half, sketching), measure)
        };
        let planes = if sketching.half { 1 } else { header.planes() };
        let levels = vec![0.0; offsets.grid.len()];
        Self { header, offsets, sketching, ways: (0..planes).map(way).collect(), levels }
    }

    /// Takes in the planes, at 10 bits, or their next rows; all but the last come in whole rows of
    /// cells.
    pub(in crate::encoder) fn add(&mut self, simd: Simd, planes: &[Plane]) {
        let Self { header, offsets, ref mut ways, ref mut levels, .. } = *self;
        for (p, (plane, (coder, measure))) in planes.iter().zip(ways).enumerate() {
            let shift = u32::from(p > 0 && header.subsampled) + u32::from(self.sketching.half);
            for y in plane.rows().step_by(BLOCK) {
                coder.set_steps(header, p, offsets, y << shift, shift);
                let cells = &mut levels[offsets.grid.index(0, y << shift)..];
                simd.run(
                    #[inline(always)]
                    || coder.row(plane, y, cells, measure),
                );
            }
        }
    }

    /// What it shows, all rows taken in.
    pub(in crate::encoder) fn finish(self) -> Sketch {
        let mut losses = Losses::new(&self.offsets.grid);
        self.ways.iter().for_each(|(_, measure)| losses.add(measure));
        Sketch { losses: losses.cells(self.sketching.error), levels: self.levels }
    }
}

/// Puts means of 2x2 samples of some rows of a plane of even sides into `out`, which has half of
/// its size.
pub(in crate::encoder) fn halve(simd: Simd, plane: &Plane, out: &mut Plane) {
    for y in plane.rows().step_by(2) {
        let (upper, lower) = (plane.row(y), plane.row(y + 1));
        simd.run(
            #[inline(always)]
            || {
                let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
                for (to, (u, l)) in out.row_mut(y / 2).iter_mut().zip(pairs) {
                    *to = (u[0] + u[1] + l[0] + l[1] + 2) >> 2;
                }
            },
        );
    }
}

/// Numbers by frequency, vertical and horizontal.
type Matrix = [[f32; BLOCK]; BLOCK];
/// The rows of blocks side by side.
type Rows = [[f32; SPAN]; BLOCK];
/// Numbers by block.
type Lanes = [f32; BLOCKS];

/// What the blocks of a plane are coded with.
#[derive(Debug)]
struct Coder {
    /// What a coefficient is multiplied by to be in steps, and what is left of it to go back, where
    /// the step is 1.
    to_steps: Matrix,
    from_steps: Matrix,
    /// What is added to a level before it becomes the nearest whole number.
    rounding: f32,
    /// What levels 1, 2, and above are smaller by, in steps.
    shrink: [f32; 3],
    /// log2 of the blocks side by side in a cell, and the step of each cell at hand.
    cell: u32,
    steps: Vec<f32>,
    /// Rows of samples, and of what quantising takes off them, one after the other.
    source: Vec<f32>,
    error: Vec<f32>,
}

impl Coder {
    /// For plane `p`, of `width` samples.
    fn new(header: &PictureHeader, p: usize, width: usize, sketching: Sketching) -> Self {
        let dequantiser = Dequantiser::new(header);
        // At parameter 0 the step is 1.
        let log2 = BLOCK.ilog2() + u32::from(sketching.half);
        let steps = dequantiser.steps(p, (log2, log2), 0, TxType::DCT);
        // A block of half the resolution has the low frequencies of one twice as large, at half
        // their size.
        let size = f64::from(1u32 << log2) / BLOCK as f64;
        let (mut to_steps, mut from_steps) = ([[0.0; BLOCK]; BLOCK], [[0.0; BLOCK]; BLOCK]);
        for (v, u) in (0..BLOCK).flat_map(|v| (0..BLOCK).map(move |u| (v, u))) {
            let weight = steps.at((v << log2) + u) as f64 / (size * f64::from(1u32 << PRODUCT_BITS));
            let factors = FACTORS[v] * FACTORS[u];
            // Coefficients are 4 times those of an orthonormal transform.
            to_steps[v][u] = (4.0 / (8.0 * factors * weight)) as f32;
            from_steps[v][u] = (f64::from(UNIT) * weight * factors / (4.0 * 8.0)) as f32;
        }
        let [one, two, more] = header.shrink;
        let shrink = if header.quantiser == Family::Trellis { [two, more, more] } else { [one, two, more] };
        let rows = vec![0.0; BLOCK * width.next_multiple_of(SPAN)];
        Self {
            to_steps,
            from_steps,
            rounding: sketching.rounding as f32 - 0.5,
            shrink: shrink.map(|s| f32::from(s) / 32.0),
            cell: 0,
            steps: Vec::new(),
            source: rows.clone(),
            error: rows,
        }
    }

    /// Takes the steps of the cells at luma row `y` from `offsets`; samples of plane `p` span
    /// 2^`shift` of luma.
    fn set_steps(&mut self, header: &PictureHeader, p: usize, offsets: &Offsets, y: usize, shift: u32) {
        self.cell = offsets.grid.log2 - shift - BLOCK.ilog2();
        self.steps.clear();
        self.steps.extend((0..offsets.grid.cols).map(|cx| {
            let qp = header.plane_qp(header.block_qp(offsets.at(cx << offsets.grid.log2, y, 1, 1)), p);
            step(qp) as f32 / (1 << STEP_BITS) as f32
        }));
    }

    /// Codes the blocks at row `y` of `plane`, shows them to `measure` and counts their levels in
    /// the row of `cells`.
    #[inline(always)]
    fn row(&mut self, plane: &Plane, y: usize, cells: &mut [f64], measure: &mut PlaneLosses) {
        let stride = self.source.len() / BLOCK;
        for x in (0..plane.width()).step_by(SPAN) {
            self.blocks(plane, (x, y), cells);
        }
        for row in 0..BLOCK.min(plane.rows().end - y) {
            let [source, error] = measure.next();
            let n = source.len();
            source.copy_from_slice(&self.source[row * stride..][..n]);
            error.copy_from_slice(&self.error[row * stride..][..n]);
            measure.advance();
        }
    }

    /// Codes some blocks side by side from (`x`, `y`) on.
    #[inline(always)]
    fn blocks(&mut self, plane: &Plane, (x, y): (usize, usize), cells: &mut [f64]) {
        let source = load(plane, x, y);
        let (mut steps, mut inverses, mut levels) = ([1.0; BLOCKS], [1.0; BLOCKS], [0.0; BLOCKS]);
        let blocks = (plane.width() - x).div_ceil(BLOCK).min(BLOCKS);
        for i in 0..blocks {
            steps[i] = self.steps[(x / BLOCK + i) >> self.cell];
            inverses[i] = 1.0 / steps[i];
        }
        let mut rows = source;
        dct8::forward(&mut rows);
        for v in 0..BLOCK {
            let mut block = turned(&rows[v]);
            dct8::forward(&mut block);
            for u in 0..BLOCK {
                let some = self.quantise((v, u), &mut block[u], &steps, &inverses);
                if (v, u) != (0, 0) {
                    for i in 0..BLOCKS {
                        levels[i] += some[i];
                    }
                }
            }
            dct8::backward(&mut block);
            rows[v] = turned_back(&block);
        }
        dct8::backward(&mut rows);
        let stride = self.source.len() / BLOCK;
        for v in 0..BLOCK {
            let mut scaled = [0.0; SPAN];
            for i in 0..SPAN {
                let s = source[v][i] * UNIT;
                // No decoder leaves the range.
                rows[v][i] = s - (s - rows[v][i]).clamp(-MIDDLE * UNIT, (MIDDLE - 1.0) * UNIT);
                scaled[i] = s;
            }
            self.source[v * stride + x..][..SPAN].copy_from_slice(&scaled);
            self.error[v * stride + x..][..SPAN].copy_from_slice(&rows[v]);
        }
        for i in 0..blocks {
            cells[(x / BLOCK + i) >> self.cell] += f64::from(levels[i]);
        }
    }

    /// Puts what quantising takes off coefficient (`v`, `u`) of some blocks in its place, to go
    /// back. Returns 1 for each level that is not zero.
    #[inline(always)]
    fn quantise(&self, (v, u): (usize, usize), row: &mut Lanes, steps: &Lanes, inverses: &Lanes) -> Lanes {
        let (to_steps, from_steps, rounding) = (self.to_steps[v][u], self.from_steps[v][u], self.rounding);
        let [one, two, more] = self.shrink;
        let mut some = [0.0; BLOCKS];
        for i in 0..BLOCKS {
            let value = row[i] * (to_steps * inverses[i]);
            let magnitude = value.abs();
            let level = ((magnitude + rounding) + WHOLE) - WHOLE;
            let shrink = if level > 2.0 { more } else { two };
            let shrink = if level > 1.0 { shrink } else { one };
            let shrink = if level > 0.0 { shrink } else { 0.0 };
            some[i] = if level > 0.0 { 1.0 } else { 0.0 };
            let left = magnitude - (level - shrink);
            let left = if value < 0.0 { -left } else { left };
            row[i] = left * (from_steps * steps[i]);
        }
        some
    }
}

/// The samples of blocks side by side from (`x`, `y`) of `plane` on, less the middle of their
/// range; its last column and row go on outside.
#[inline(always)]
fn load(plane: &Plane, x: usize, y: usize) -> Rows {
    let mut rows = [[0.0; SPAN]; BLOCK];
    for v in 0..BLOCK {
        let from = &plane.row((y + v).min(plane.rows().end - 1))[x..];
        let mut samples = [0; SPAN];
        match from.first_chunk() {
            Some(from) => samples = *from,
            None => {
                samples[..from.len()].copy_from_slice(from);
                samples[from.len()..].fill(from[from.len() - 1]);
            }
        }
        for i in 0..SPAN {
            rows[v][i] = f32::from(samples[i]) - MIDDLE;
        }
    }
    rows
}

/// A row of blocks, by column of the block and by block.
#[inline(always)]
fn turned(row: &[f32; SPAN]) -> [Lanes; BLOCK] {
    let mut out = [[0.0; BLOCKS]; BLOCK];
    for u in 0..BLOCK {
        for i in 0..BLOCKS {
            out[u][i] = row[BLOCK * i + u];
        }
    }
    out
}

/// The way back.
#[inline(always)]
fn turned_back(columns: &[Lanes; BLOCK]) -> [f32; SPAN] {
    let mut out = [0.0; SPAN];
    for i in 0..BLOCKS {
        for u in 0..BLOCK {
            out[BLOCK * i + u] = columns[u][i];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::adaptive::cells::CellGrid;
    use crate::encoder::kernels::forward::forward;
    use crate::image::plane::Rect;
    use crate::quant::family::State;
    use crate::quant::matrix::MatrixShape;
    use crate::simd::CpuLevel;
    use crate::syntax::header::Adaptive;
    use crate::transform::{ROOM, TxShape, inverse};

    const WHOLE_SIZE: Sketching = Sketching { rounding: 0.25, error: 0.3, half: false };

    fn header(family: Family) -> PictureHeader {
        let mut header = PictureHeader::blank();
        (header.qp, header.quantiser, header.shrink) = (180, family, [1, -3, 4]);
        header.adaptive = Some(Adaptive { cell_log2: 5, resolution: 2 });
        header.matrices = [MatrixShape { dc: 20, slope: 9, curve: 1 }; 2];
        header
    }

    fn plane(width: usize, height: usize) -> Plane {
        let mut plane = Plane::new(width, height);
        for y in 0..height {
            for (x, s) in plane.row_mut(y).iter_mut().enumerate() {
                *s = (((x * x + 3 * y * x) / 37 + (x * 7919 + y * 104_729) % 60) % 1024) as u16;
            }
        }
        plane
    }

    /// What the codec's own transform and quantiser leave of the block at (`x`, `y`), and the
    /// levels that are not zero.
    fn coded(header: &PictureHeader, source: &Plane, (x, y): (usize, usize), qp: u16) -> (Plane, usize) {
        let simd = Simd::new(CpuLevel::Scalar);
        let dequantiser = Dequantiser::new(header);
        let steps = dequantiser.steps(0, (3, 3), qp, TxType::DCT);
        let shape = TxShape { w: 8, h: 8, tx: TxType::DCT, extra: 0 };
        let (mut residual, mut coefficients) = ([0; 64], [0; 64]);
        for (i, r) in residual.iter_mut().enumerate() {
            *r = i32::from(source.get(x + i % 8, y + i / 8)) - 512;
        }
        forward(simd, &residual, shape, &mut coefficients);
        let mut count = 0;
        for (at, c) in coefficients.iter_mut().enumerate() {
            let magnitude = (u64::from(c.unsigned_abs()) << PRODUCT_BITS) as f64 / steps.at(at) as f64;
            let level = (magnitude + 0.25) as i32;
            count += usize::from(at > 0 && level > 0);
            *c = steps.coefficient(at, level * c.signum(), State::START);
        }
        let mut out = Plane::new(8, 8);
        out.data_mut().fill(512);
        let rect = Rect { x: 0, y: 0, w: 8, h: 8 };
        inverse(simd, &coefficients, shape, (8, 8), &mut ROOM.clone(), &mut out.block(rect));
        (out, count)
    }

    #[test]
    fn blocks_are_as_the_codec_would_code_them() {
        for family in [Family::Scalar, Family::Trellis] {
            let (header, source) = (header(family), plane(200, 8));
            let offsets = Offsets::blank(CellGrid::new(5, 200, 8));
            let mut coder = Coder::new(&header, 0, 200, WHOLE_SIZE);
            coder.set_steps(&header, 0, &offsets, 0, 0);
            let mut cells = vec![0.0; 7];
            (0..200).step_by(SPAN).for_each(|x| coder.blocks(&source, (x, 0), &mut cells));
            let (mut far, mut levels) = (0, 0);
            for x in (0..200).step_by(8) {
                let (coded, count) = coded(&header, &source, (x, 0), 180);
                levels += count;
                for i in 0..64 {
                    let (x, y) = (x + i % 8, i / 8);
                    let at = y * 2 * SPAN + x;
                    let s = f32::from(source.get(x, y));
                    assert!((coder.source[at] / UNIT + MIDDLE - s).abs() < 1e-3);
                    // Samples are whole there, and a level on the border may fall to either side.
                    let found = s - coder.error[at] / UNIT;
                    far += usize::from((found - f32::from(coded.get(x % 8, y))).abs() > 1.0);
                }
            }
            assert!(far <= 64 && levels > 200, "{family:?}: {far} of 1600");
            assert!((cells.iter().sum::<f64>() - levels as f64).abs() < 3.0, "{cells:?} {levels}");
        }
    }

    #[test]
    fn sketches_are_the_same_at_every_level_of_the_cpu() {
        for (width, height, subsampled) in [(8, 8, false), (136, 72, true), (72, 24, false), (320, 40, true)] {
            let mut header = header(Family::Scalar).with_size(width, height);
            (header.subsampled, header.gray) = (subsampled, false);
            let shift = u32::from(subsampled);
            let planes =
                [plane(width, height), plane(width >> shift, height >> shift), plane(width >> shift, height >> shift)];
            let offsets = Offsets::blank(CellGrid::new(5, width, height));
            let mut sketches = CpuLevel::available().map(|level| {
                let simd = Simd::new(level);
                let mut half = Plane::new(width / 2, height / 2);
                halve(simd, &planes[0], &mut half);
                let sketch = |planes: &[Plane], sketching| {
                    let mut sketcher = Sketcher::new(&header, &offsets, sketching);
                    sketcher.add(simd, planes);
                    let Sketch { losses, levels } = sketcher.finish();
                    [losses, levels].map(|v| v.into_iter().map(f64::to_bits).collect::<Vec<_>>())
                };
                [sketch(&planes, WHOLE_SIZE), sketch(&[half], Sketching { half: true, ..WHOLE_SIZE })]
            });
            let first = sketches.next().expect("there is a level");
            assert!(sketches.all(|sketch| sketch == first), "{width}x{height}");
        }
    }
}
