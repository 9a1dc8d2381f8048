//! The alpha plane, and the colours that it hides.

use bitvec::vec::BitVec;

use crate::colour;
use crate::encoder::adaptive::cells::CellGrid;
use crate::error::ImageError;
use crate::image::plane::{Plane, Rect};
use crate::image::view::{Image, ImageView};

/// The alpha of the pixels in `rect`, in as many different values as `quality` (0 to 100) asks for.
pub(in crate::encoder) fn plane(image: &ImageView<'_>, rect: Rect, quality: u8) -> Plane {
    let channel = image.format().channels() - 1;
    let mut out = crate::encoder::lossless::channel(image, rect, channel);
    if let Some(levels) = levels(quality) {
        let max = (1u64 << image.depth()) - 1;
        // The lowest is transparent and the highest opaque, the rest evenly between.
        let steps = levels - 1;
        let settle = |v: u16| ((u64::from(v) * steps + max / 2) / max * max + steps / 2) / steps;
        out.data_mut().iter_mut().for_each(|v| *v = settle(*v) as u16);
    }
    out
}

/// Different values at `quality`; `None` for all. (The scale of WebP's alpha quality.)
fn levels(quality: u8) -> Option<u64> {
    match quality {
        100.. => None,
        0..=70 => Some(2 + u64::from(quality) / 5),
        _ => Some(16 + 8 * (u64::from(quality) - 70)),
    }
}

/// Gives samples of `planes` that are not `shown` values that cost little: means of those around.
pub(in crate::encoder) fn clean(shown: &Mask, planes: &mut [Plane]) {
    if shown.bits.not_any() {
        planes.iter_mut().for_each(|plane| plane.data_mut().fill(0));
        return;
    }
    for plane in planes {
        // A sample of chroma at half resolution is shown by any of its pixels.
        if plane.width() == shown.width { fill(plane, shown) } else { fill(plane, &shown.halved()) }
    }
}

/// What colours stand under pixels of no alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::encoder) enum Hidden {
    Black,
    White,
    /// Those of the last pixel that shows to the left, else of the pixel above.
    Beside,
}

/// `image` with other colours under pixels of no alpha; `None` where it has no such pixels.
pub(in crate::encoder) fn hide(image: &ImageView<'_>, with: Hidden) -> Result<Option<Image>, ImageError> {
    let format = image.format();
    if !format.has_alpha() {
        return Ok(None);
    }
    let mut out = Image::of(image)?;
    let (n, stride) = (format.bytes_per_pixel(), image.width() as usize * format.bytes_per_pixel());
    let colours = n / format.channels() * (format.channels() - 1);
    let max = (((1u32 << image.depth()) - 1) as u16).to_ne_bytes();
    let white = if format.is_wide() { max.repeat(colours / 2) } else { vec![u8::MAX; colours] };
    let mut found = false;
    let data = out.data_mut();
    for at in (0..data.len()).step_by(n) {
        if data[at + colours..at + n].iter().any(|&byte| byte != 0) {
            continue;
        }
        found = true;
        let from = if at % stride > 0 { at - n } else { at.saturating_sub(stride) };
        match with {
            Hidden::Beside if at > 0 => data.copy_within(from..from + colours, at),
            Hidden::White => data[at..at + colours].copy_from_slice(&white),
            _ => data[at..at + colours].fill(0),
        }
    }
    Ok(found.then_some(out))
}

/// Which samples of a plane count: a bit for each.
#[derive(Debug, Clone)]
pub(in crate::encoder) struct Mask {
    width: usize,
    bits: BitVec,
}

/// Side of the blocks that say what a picture is like.
const BLOCK: usize = 16;

impl Mask {
    /// The samples of a plane of `width` x `height` that show in `image`, none beyond its sides;
    /// `None` where no pixel of it is hidden.
    pub(in crate::encoder) fn shown(image: &ImageView<'_>, width: usize, height: usize) -> Option<Self> {
        if !image.format().has_alpha() {
            return None;
        }
        let mut out = Self { width, bits: BitVec::repeat(false, width * height) };
        let channel = image.format().channels() - 1;
        let mut row = vec![0; image.width() as usize];
        let mut hidden = false;
        for (y, bits) in (0..image.height()).zip(out.bits.chunks_exact_mut(width)) {
            colour::read_channel(image.format(), channel, u16::MAX, image.row(y), &mut row);
            row.iter().enumerate().for_each(|(x, &alpha)| bits.set(x, alpha > 0));
            hidden |= bits[..row.len()].not_all();
        }
        hidden.then_some(out)
    }

    /// The blocks of `plane` all of whose samples count, one below the other: what hidden ones are
    /// like is no matter. `None` where there are none.
    pub(in crate::encoder) fn blocks(&self, plane: &Plane) -> Option<Plane> {
        let mut rows: Vec<&[u16]> = Vec::new();
        for y in (0..plane.height() / BLOCK).map(|y| y * BLOCK) {
            for x in (0..plane.width() / BLOCK).map(|x| x * BLOCK) {
                if (y..y + BLOCK).all(|y| self.bits[y * self.width + x..][..BLOCK].all()) {
                    rows.extend((y..y + BLOCK).map(|y| &plane.row(y)[x..x + BLOCK]));
                }
            }
        }
        let mut out = Plane::new(BLOCK, rows.len());
        rows.iter().enumerate().for_each(|(y, row)| out.row_mut(y).copy_from_slice(row));
        (!rows.is_empty()).then_some(out)
    }

    /// How many samples count in each cell.
    pub(in crate::encoder) fn count(&self, grid: &CellGrid) -> Vec<f64> {
        let mut out = vec![0.0; grid.len()];
        for (y, row) in self.bits.chunks_exact(self.width).enumerate() {
            for x in row.iter_ones() {
                out[grid.index(x, y)] += 1.0;
            }
        }
        out
    }

    fn height(&self) -> usize {
        self.bits.len() / self.width
    }

    /// Whether any of 2x2 counts. An odd row or column stands alone.
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height().div_ceil(2));
        let at = |x: usize, y: usize| x < self.width && y < self.height() && self.bits[y * self.width + x];
        let any = |x, y| at(2 * x, 2 * y) || at(2 * x + 1, 2 * y) || at(2 * x, 2 * y + 1) || at(2 * x + 1, 2 * y + 1);
        let bits = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| any(x, y)).collect();
        Self { width, bits }
    }
}

/// Fills what does not count: with means at the coarsest resolution that has any, so that holes are
/// smooth. ("Pull and push", Gortler et al., The Lumigraph, 1996, without weights.)
fn fill(plane: &mut Plane, mask: &Mask) {
    if mask.bits.all() {
        return;
    }
    let coarse_mask = mask.halved();
    let mut coarse = Plane::new(coarse_mask.width, coarse_mask.height());
    for y in 0..coarse.height() {
        for x in 0..coarse.width() {
            let four = [(2 * x, 2 * y), (2 * x + 1, 2 * y), (2 * x, 2 * y + 1), (2 * x + 1, 2 * y + 1)];
            let inside = four.into_iter().filter(|&(x, y)| x < plane.width() && y < plane.height());
            let counted = inside.filter(|&(x, y)| mask.bits[y * mask.width + x]);
            let (sum, n) = counted.fold((0, 0), |(sum, n), (x, y)| (sum + u32::from(plane.get(x, y)), n + 1));
            coarse.row_mut(y)[x] = ((sum + n / 2) / n.max(1)) as u16;
        }
    }
    fill(&mut coarse, &coarse_mask);
    for y in 0..plane.height() {
        let bits = &mask.bits[y * mask.width..][..mask.width];
        let from = coarse.row(y / 2);
        let to = plane.row_mut(y);
        bits.iter_zeros().for_each(|x| to[x] = from[x / 2]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::format::PixelFormat;

    #[test]
    fn quality_sets_how_many_values_there_are() {
        let pixels: Vec<u8> = (0..=255).flat_map(|a| [7, a]).collect();
        let view = ImageView::new(&pixels, 256, 1, 512, PixelFormat::GrayAlpha8).unwrap();
        let rect = Rect { x: 0, y: 0, w: 256, h: 1 };
        for (quality, count) in [(0, 2), (50, 12), (70, 16), (99, 248), (100, 256)] {
            let alpha = plane(&view, rect, quality);
            let mut values = alpha.row(0).to_vec();
            assert_eq!((values[0], values[255]), (0, 255));
            values.dedup();
            assert_eq!(values.len(), count, "{quality}");
            let worst = alpha.row(0).iter().zip(0..).map(|(&a, b): (_, u16)| a.abs_diff(b)).max().unwrap();
            assert!(usize::from(worst) <= 128 / (count - 1) + 1, "{quality}: {worst}");
        }
    }

    #[test]
    fn hidden_samples_take_after_those_around_and_shown_ones_stay() {
        for (width, height) in [(16usize, 16usize), (24, 8), (40, 32)] {
            let hidden = |x: usize, y: usize| (x * y) % 7 != 1 && x > 2;
            let pixels: Vec<u8> = (0..width * height)
                .flat_map(|i| [100, if hidden(i % width, i / width) { 0 } else { 1 + (i % 200) as u8 }])
                .collect();
            let view =
                ImageView::new(&pixels, width as u32, height as u32, 2 * width, PixelFormat::GrayAlpha8).unwrap();
            let mut planes = vec![Plane::new(width, height), Plane::new(width / 2, height / 2)];
            for p in &mut planes {
                p.data_mut().fill(60);
            }
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                planes[0].row_mut(y)[x] = if hidden(x, y) { 1000 } else { 50 + x as u16 };
            }
            let before = planes[0].clone();
            clean(&Mask::shown(&view, width, height).unwrap(), &mut planes);
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let (found, was) = (planes[0].get(x, y), before.get(x, y));
                assert!(if hidden(x, y) { found < 50 + width as u16 } else { found == was }, "{x} {y}: {found}");
            }
            assert!(planes[1].data_mut().iter().all(|&s| s == 60));
        }
    }

    #[test]
    fn nothing_shown_is_nothing() {
        let pixels = [9, 0].repeat(64);
        let view = ImageView::new(&pixels, 8, 8, 16, PixelFormat::GrayAlpha8).unwrap();
        let mut planes = vec![Plane::new(8, 8)];
        planes[0].data_mut().fill(3);
        clean(&Mask::shown(&view, 8, 8).unwrap(), &mut planes);
        assert!(planes[0].data_mut().iter().all(|&s| s == 0));
    }
}
