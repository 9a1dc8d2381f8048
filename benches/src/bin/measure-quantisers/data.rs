//! The coefficients, and what all quantisers are told of them.

use kvant::bench_api::{Kernels, Stages};
use kvant::{Chroma, CpuLevel, EncoderConfig};
use kvant_benches::Picture;

use super::Error;

/// Coefficients of a group, which the classes are of. Vectors lie within one.
pub(crate) const GROUP: usize = 8;
/// Classes of the coefficients before a group.
pub(crate) const ACTIVITIES: usize = 8;
/// Classes of groups: by activity and by place, the lowest frequencies apart.
pub(crate) const CLASSES: usize = 3 * ACTIVITIES;

/// Coefficients in a row that are taken or left out together.
const RUN: usize = 1 << 12;

/// A block: coefficients in steps of the encoder, from high to low frequency, and the class of each
/// group of them.
pub(crate) struct Block {
    pub(crate) x: Vec<f32>,
    pub(crate) classes: Vec<usize>,
}

impl Block {
    /// Of coefficients from low to high frequency.
    pub(crate) fn new(scan: &[f32]) -> Self {
        let x: Vec<f32> = scan.iter().rev().copied().collect();
        let mean = |group: &[f32]| group.iter().map(|v| v.abs()).sum::<f32>() / GROUP as f32;
        let means: Vec<f32> = x.chunks_exact(GROUP).map(mean).collect();
        let class = |i: usize| {
            // What was before it tells how large it will be. The coefficients themselves stand for
            // what a decoder has of them, so that the classes are the same for all quantisers.
            let before = |back: usize| i.checked_sub(back).map_or(0.0, |at| means[at]);
            let expected = (2.0 * before(1) + before(2)) / 3.0;
            let activity = ((expected / 0.03).log2() + 1.0).clamp(0.0, (ACTIVITIES - 1) as f32) as usize;
            let place = (means.len() - 1 - i).min(2);
            place * ACTIVITIES + activity
        };
        Self { classes: (0..means.len()).map(class).collect(), x }
    }

    /// Groups, each with its class.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.classes.iter().copied().zip(self.x.chunks_exact(GROUP))
    }
}

/// Blocks to learn from, and others to measure with.
pub(crate) struct Halves {
    pub(crate) train: Vec<Block>,
    pub(crate) test: Vec<Block>,
}

impl Halves {
    /// Takes turns.
    pub(crate) fn of(blocks: Vec<Block>) -> Self {
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (i, block) in blocks.into_iter().enumerate() {
            if i % 2 == 0 { &mut train } else { &mut test }.push(block);
        }
        Self { train, test }
    }
}

/// Luma blocks of the picture in a file, coded at `quality`: a spread of them, of at most `most`
/// coefficients.
pub(crate) fn blocks(path: &str, quality: f32, most: usize) -> Result<Vec<Block>, Error> {
    let picture = Picture::open(path)?;
    let view = picture.view();
    let stream = kvant::encode(&view, &EncoderConfig::default().with_quality(quality))?;
    let cpu = CpuLevel::detect();
    let source = Kernels::new(cpu).to_planes(&view, Chroma::Yuv444);
    let every = picture.pixels().div_ceil(most as u64) as usize;
    let (mut blocks, mut seen) = (Vec::new(), 0);
    Stages::new(cpu, &stream)?.coefficients(&source, |scan| {
        if (seen / RUN).is_multiple_of(every) {
            blocks.push(Block::new(scan));
        }
        seen += scan.len();
    });
    Ok(blocks)
}
