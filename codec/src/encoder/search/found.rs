//! What the search found for the parts of a superblock: a stack, on which what codes a node better
//! takes the place of what stood there before.

use crate::syntax::block::Superblock;
use crate::syntax::screen::Prediction;

/// How much is coded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    luma_splits: usize,
    chroma_splits: usize,
    pub(super) luma: usize,
    pub(super) chroma: usize,
    levels: usize,
    indices: usize,
}

impl Superblock {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            luma_splits: self.luma_splits.len(),
            chroma_splits: self.chroma_splits.len(),
            luma: self.luma.len(),
            chroma: self.chroma.len(),
            levels: self.levels.len(),
            indices: self.indices.len(),
        }
    }

    /// Whether neither a level nor an index is coded since `mark`.
    pub(super) fn is_empty_since(&self, mark: Mark) -> bool {
        (self.levels.len(), self.indices.len()) == (mark.levels, mark.indices)
    }

    /// Takes back what is coded since `mark`.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.remove(mark, self.mark());
    }

    /// Takes out what is coded between two marks.
    pub(super) fn remove(&mut self, from: Mark, to: Mark) {
        self.luma_splits.drain(from.luma_splits..to.luma_splits);
        self.chroma_splits.drain(from.chroma_splits..to.chroma_splits);
        self.luma.drain(from.luma..to.luma);
        self.chroma.drain(from.chroma..to.chroma);
        self.levels.drain(from.levels..to.levels);
        self.indices.drain(from.indices..to.indices);
        let (levels, indices) = ((to.levels - from.levels) as u32, (to.indices - from.indices) as u32);
        for block in &mut self.luma[from.luma..] {
            block.tb.start -= levels;
            if let Prediction::Palette(_, start) = &mut block.prediction {
                *start -= indices;
            }
        }
        self.chroma[from.chroma..].iter_mut().flat_map(|block| &mut block.tb).for_each(|tb| tb.start -= levels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::IntraMode;
    use crate::syntax::block::{LumaBlock, TransformBlock};
    use crate::syntax::palette::Palette;
    use crate::syntax::tree::{Node, Split};

    /// Adds a block with `levels` and as many indices.
    fn push(found: &mut Superblock, levels: &[i32]) {
        let node = Node { x: 0, y: 0, log2_w: 2, log2_h: 2 };
        let start = found.levels.len() as u32;
        let tb = TransformBlock { end: levels.len() as u16, start, ..TransformBlock::UNCODED };
        let prediction = Prediction::Palette(Palette::new(&[7]), found.indices.len() as u32);
        found.luma.push(LumaBlock { prediction, tb, ..LumaBlock::blank(node, 0, IntraMode::Dc) });
        found.luma_splits.push(Split::None);
        found.levels.extend(levels);
        found.indices.extend(levels.iter().map(|&l| l as u8));
    }

    #[test]
    fn what_follows_takes_the_place_of_what_is_removed() {
        let mut found = Superblock::default();
        push(&mut found, &[1, 2]);
        let from = found.mark();
        assert!(found.is_empty_since(from));
        push(&mut found, &[3, 4, 5]);
        let to = found.mark();
        assert!(!found.is_empty_since(from));
        push(&mut found, &[6]);
        push(&mut found, &[7, 8]);
        found.remove(from, to);
        let levels: Vec<_> = found.luma.iter().map(|b| b.tb.levels(&found.levels)).collect();
        assert_eq!(levels, [&[1, 2][..], &[6], &[7, 8]]);
        for (block, levels) in found.luma.iter().zip(levels) {
            let Prediction::Palette(_, start) = block.prediction else { panic!("it had a palette") };
            assert_eq!(i32::from(found.indices[start as usize]), levels[0]);
        }
        found.back_to(from);
        assert_eq!((found.luma.len(), found.luma_splits.len(), &found.levels[..]), (1, 1, &[1, 2][..]));
    }
}
