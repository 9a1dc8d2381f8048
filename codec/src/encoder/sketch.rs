//! A picture as it might be coded, for a small part of the time: blocks of one size, transformed without prediction and
//! quantised with a dead zone. It shows adaptive quantisation where the picture will lose its score.

use super::adaptive::Offsets;
use super::forward::forward;
use crate::colour::LEAST_DEPTH;
use crate::image::plane::{Plane, Rect};
use crate::quant::dequant::{Dequantiser, PRODUCT_BITS};
use crate::quant::family::State;
use crate::simd::Simd;
use crate::syntax::header::PictureHeader;
use crate::transform::{ROOM, Room, TxShape, TxType, inverse};

/// Side of a block.
const BLOCK: usize = 8;

/// What all blocks are predicted with.
const MIDDLE: i32 = 1 << (LEAST_DEPTH - 1);

/// A sketch.
#[derive(Debug)]
pub(super) struct Sketch {
    pub(super) planes: Vec<Plane>,
    /// Levels that are not zero in each cell, those of the lowest frequency apart, which prediction mostly saves.
    pub(super) levels: Vec<f64>,
}

impl Sketch {
    /// Of the planes of a picture, at 10 bits, with `offsets`; `rounding` is what the quantiser adds before it rounds down, in steps.
    pub(super) fn new(simd: Simd, header: &PictureHeader, source: &[Plane], offsets: &Offsets, rounding: f64) -> Self {
        let mut coder = Coder { simd, dequantiser: Dequantiser::new(header), rounding, room: Box::new(ROOM) };
        let mut levels = vec![0.0; offsets.grid.len()];
        let mut planes = source.to_vec();
        for (p, plane) in planes.iter_mut().enumerate() {
            let shift = u32::from(p > 0 && header.subsampled);
            for rect in blocks(plane.width(), plane.height()) {
                let (x, y) = (rect.x << shift, rect.y << shift);
                let qp = header.plane_qp(header.block_qp(offsets.at(x, y, rect.w << shift, rect.h << shift)), p);
                let count = coder.code(p, plane, rect, qp);
                levels[offsets.grid.index(x, y)] += f64::from(count);
            }
        }
        Self { planes, levels }
    }
}

/// The blocks of a plane whose sides are multiples of 4; the last of a row and of a column may be half as large.
fn blocks(width: usize, height: usize) -> impl Iterator<Item = Rect> {
    let rows = (0..height).step_by(BLOCK);
    rows.flat_map(move |y| {
        (0..width).step_by(BLOCK).map(move |x| Rect { x, y, w: BLOCK.min(width - x), h: BLOCK.min(height - y) })
    })
}

/// What all blocks are coded with.
struct Coder {
    simd: Simd,
    dequantiser: Dequantiser,
    rounding: f64,
    room: Box<Room>,
}

impl Coder {
    /// Puts in place of a block what quantising leaves of it. Returns the levels that are not zero, the first apart.
    fn code(&mut self, p: usize, plane: &mut Plane, rect @ Rect { x, y, w, h }: Rect, qp: u16) -> u32 {
        let (mut residual, mut coefficients) = ([0; BLOCK * BLOCK], [0; BLOCK * BLOCK]);
        for (j, row) in residual.chunks_exact_mut(w).take(h).enumerate() {
            row.iter_mut().zip(&plane.row(y + j)[x..x + w]).for_each(|(r, &s)| *r = i32::from(s) - MIDDLE);
        }
        let shape = TxShape { w, h, tx: TxType::DCT, extra: 0 };
        forward(self.simd, &residual, shape, &mut coefficients);
        let steps = self.dequantiser.steps(p, (w.ilog2(), h.ilog2()), qp, TxType::DCT);
        let mut count = 0;
        for (at, c) in coefficients[..w * h].iter_mut().enumerate() {
            let magnitude = (u64::from(c.unsigned_abs()) << PRODUCT_BITS) as f64 / steps.at(at) as f64;
            let level = (magnitude + self.rounding) as i32;
            count += u32::from(at > 0 && level > 0);
            *c = steps.coefficient(at, if *c < 0 { -level } else { level }, State::START);
        }
        for y in y..y + h {
            plane.row_mut(y)[x..x + w].fill(MIDDLE as u16);
        }
        inverse(self.simd, &coefficients, shape, (w, h), &mut self.room, &mut plane.block(rect));
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_a_plane_once() {
        for (width, height) in [(4, 4), (8, 12), (20, 16), (36, 4)] {
            let mut seen = vec![0; width * height];
            for rect in blocks(width, height) {
                for y in rect.y..rect.y + rect.h {
                    seen[y * width + rect.x..][..rect.w].iter_mut().for_each(|s| *s += 1);
                }
            }
            assert!(seen.iter().all(|&s| s == 1), "{width}x{height}");
        }
    }
}
