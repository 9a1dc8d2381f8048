//! `kvant info --blocks`: a picture of how a picture was coded, and counts. docs/BLOCKS.md has the
//! legend.

use std::collections::BTreeMap;

use kvant::{Basis, Block, BlockMode, BlockTree, Image, PixelFormat};
use serde::Serialize;

use crate::pictures::Picture;

/// Pixels of the drawing per pixel of the picture.
const SCALE: u32 = 2;
/// Quantiser parameters (an octave of the step) that get the full tint.
const FULL_TINT: f32 = 32.0;

const EDGE: [u8; 3] = [16, 16, 16];
const CODED: [u8; 3] = [255, 240, 80];
const EMPTY: [u8; 3] = [0, 0, 0];
const FINER: [f32; 3] = [40.0, 90.0, 255.0];
const COARSER: [f32; 3] = [255.0, 60.0, 30.0];

/// How many blocks of a kind, and how many pixels they cover.
#[derive(Debug, Default, Serialize)]
struct Count {
    blocks: u64,
    pixels: u64,
}

/// The blocks of a tree by size, mode and transform.
#[derive(Debug, Default, Serialize)]
struct TreeCounts {
    blocks: u64,
    without_levels: u64,
    sizes: BTreeMap<String, Count>,
    modes: BTreeMap<&'static str, Count>,
    /// Of blocks with levels, vertical and horizontal.
    transforms: BTreeMap<&'static str, Count>,
}

/// What JSON says of the blocks.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Counts {
    luma: TreeCounts,
    chroma: TreeCounts,
    /// Luma blocks by their quantiser parameter less that of the picture, in 1/32 octave.
    qp_offsets: BTreeMap<i32, Count>,
}

fn mode_name(mode: BlockMode) -> &'static str {
    match mode {
        BlockMode::Dc => "dc",
        BlockMode::Planar => "planar",
        BlockMode::Paeth => "paeth",
        BlockMode::SmoothHorizontal => "smooth-horizontal",
        BlockMode::SmoothVertical => "smooth-vertical",
        BlockMode::Angular(0, _) => "vertical",
        BlockMode::Angular(_, 0) => "horizontal",
        BlockMode::Angular(..) => "angular",
        BlockMode::Learned(_) => "learned",
        BlockMode::Copied(..) => "copied",
        BlockMode::Palette(_) => "palette",
        BlockMode::Derived => "derived",
        BlockMode::Fitted => "fitted",
        BlockMode::Quadratic => "quadratic",
        BlockMode::Explicit => "explicit",
        _ => "other",
    }
}

fn transform_name(transform: (Basis, Basis)) -> &'static str {
    match transform {
        (Basis::Cosine, Basis::Cosine) => "cosine-cosine",
        (Basis::Cosine, Basis::Sine) => "cosine-sine",
        (Basis::Sine, Basis::Cosine) => "sine-cosine",
        (Basis::Sine, Basis::Sine) => "sine-sine",
        (Basis::Identity, Basis::Identity) => "identity",
        _ => "other",
    }
}

impl Counts {
    /// Of `blocks` of a picture whose quantiser parameter is `qp`.
    pub(crate) fn of(blocks: &[Block], qp: u16) -> Self {
        let mut counts = Self::default();
        for b in blocks {
            let add = |count: &mut Count| {
                count.blocks += 1;
                count.pixels += u64::from(b.width) * u64::from(b.height);
            };
            let tree = if b.tree == BlockTree::Luma { &mut counts.luma } else { &mut counts.chroma };
            tree.blocks += 1;
            tree.without_levels += u64::from(b.levels == 0);
            add(tree.sizes.entry(format!("{}x{}", b.width, b.height)).or_default());
            add(tree.modes.entry(mode_name(b.mode)).or_default());
            if b.levels > 0 {
                add(tree.transforms.entry(transform_name(b.transform)).or_default());
            }
            if b.tree == BlockTree::Luma {
                add(counts.qp_offsets.entry(i32::from(b.qp) - i32::from(qp)).or_default());
            }
        }
        counts
    }
}

/// A drawing in progress.
struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    /// The picture in gray, half as contrasty, enlarged.
    fn new(image: &Image) -> Self {
        let (width, height) = (image.width() * SCALE, image.height() * SCALE);
        let channels = image.format().channels();
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            let row = (y / SCALE) as usize * image.width() as usize;
            for x in 0..width {
                let at = (row + (x / SCALE) as usize) * channels;
                let pixel = &image.data()[at..at + channels];
                let mean = pixel.iter().map(|&v| u32::from(v)).sum::<u32>() / channels as u32;
                pixels.extend([(72 + mean / 2) as u8; 3]);
            }
        }
        Self { width, height, pixels }
    }

    fn at(&mut self, x: i64, y: i64) -> Option<&mut [u8]> {
        let inside = (0..i64::from(self.width)).contains(&x) && (0..i64::from(self.height)).contains(&y);
        inside.then(|| &mut self.pixels[(y as usize * self.width as usize + x as usize) * 3..][..3])
    }

    fn dot(&mut self, x: i64, y: i64, colour: [u8; 3]) {
        if let Some(pixel) = self.at(x, y) {
            pixel.copy_from_slice(&colour);
        }
    }

    /// A line from (x, y) by (dx, dy).
    fn line(&mut self, (x, y): (f32, f32), (dx, dy): (f32, f32), colour: [u8; 3]) {
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
        for i in 0..=steps as u32 {
            let t = i as f32 / steps;
            self.dot((x + t * dx).round() as i64, (y + t * dy).round() as i64, colour);
        }
    }

    fn tint(&mut self, b: &Block, offset: i32) {
        let strength = (offset as f32 / FULL_TINT).clamp(-1.0, 1.0);
        let (colour, t) = if strength < 0.0 { (FINER, -strength) } else { (COARSER, strength) };
        for y in b.y * SCALE..(b.y + b.height) * SCALE {
            for x in b.x * SCALE..(b.x + b.width) * SCALE {
                let Some(pixel) = self.at(x.into(), y.into()) else { continue };
                for (value, c) in pixel.iter_mut().zip(colour) {
                    *value = (f32::from(*value) + 0.6 * t * (c - f32::from(*value))) as u8;
                }
            }
        }
    }

    fn block(&mut self, b: &Block, offset: i32) {
        self.tint(b, offset);
        let [x, y, w, h] = [b.x, b.y, b.width, b.height].map(|v| (v * SCALE) as f32);
        self.line((x, y), (w - 1.0, 0.0), EDGE);
        self.line((x, y), (0.0, h - 1.0), EDGE);
        let colour = if b.levels > 0 { CODED } else { EMPTY };
        let (cx, cy) = (x + w / 2.0, y + h / 2.0);
        let reach = w.min(h) / 3.0;
        match b.mode {
            BlockMode::Angular(dx, dy) => {
                // From the centre towards the reference, and as far beyond.
                let length = f32::from(dx).hypot(f32::from(dy));
                let (dx, dy) = (f32::from(dx) / length * reach, f32::from(dy) / length * reach);
                self.line((cx - dx, cy - dy), (2.0 * dx, 2.0 * dy), colour);
            }
            BlockMode::Dc => self.line((cx, cy), (1.0, 0.0), colour),
            BlockMode::Paeth => {
                let r = reach / 2.0;
                self.line((cx - r, cy - r), (2.0 * r, 2.0 * r), colour);
                self.line((cx - r, cy + r), (2.0 * r, -2.0 * r), colour);
            }
            BlockMode::SmoothHorizontal => {
                for at in [cy - 1.0, cy + 1.0] {
                    self.line((cx - reach / 2.0, at), (reach, 0.0), colour);
                }
            }
            BlockMode::SmoothVertical => {
                for at in [cx - 1.0, cx + 1.0] {
                    self.line((at, cy - reach / 2.0), (0.0, reach), colour);
                }
            }
            BlockMode::Copied(dx, dy) => {
                // A dart from the centre towards where the samples come from.
                let length = f32::from(dx).hypot(f32::from(dy)).max(1.0);
                let (dx, dy) = (f32::from(dx) / length * reach, f32::from(dy) / length * reach);
                self.line((cx, cy), (dx, dy), colour);
                self.line((cx - dy / 4.0, cy + dx / 4.0), (dy / 2.0, -dx / 2.0), colour);
            }
            BlockMode::Palette(_) => {
                let r = reach / 2.0;
                for at in [-r, 0.0, r] {
                    self.line((cx + at, cy - r), (0.0, 2.0 * r), colour);
                }
            }
            BlockMode::Planar => {
                let r = reach / 2.0;
                for at in [-r, r] {
                    self.line((cx - r, cy + at), (2.0 * r, 0.0), colour);
                    self.line((cx + at, cy - r), (0.0, 2.0 * r), colour);
                }
            }
            BlockMode::Learned(_) => {
                let r = reach / 2.0;
                for (dx, dy) in [(r, r), (r, -r)] {
                    self.line((cx - r, cy), (dx, dy), colour);
                    self.line((cx + r, cy), (-dx, -dy), colour);
                }
            }
            _ => {}
        }
    }
}

/// The luma blocks of `image`, whose quantiser parameter is `qp`, drawn over it at twice its size.
pub(crate) fn draw(image: &Image, blocks: &[Block], qp: u16) -> Picture {
    let mut canvas = Canvas::new(image);
    for b in blocks.iter().filter(|b| b.tree == BlockTree::Luma) {
        canvas.block(b, i32::from(b.qp) - i32::from(qp));
    }
    Picture::new(canvas.width, canvas.height, PixelFormat::Rgb8, canvas.pixels)
}
