//! The walk through a superblock: luma tree, then chroma tree, blocks with all that they carry.
//! BITSTREAM.md §5.

use super::block::{ChromaBlock, LumaBlock, Superblock, TransformBlock};
use super::copy::{self, Expected};
use super::ctx::{self, Place};
use super::header::PictureHeader;
use super::level::Template;
use super::modes::{self, MostProbable};
use super::palette::{self, Palette};
use super::partition;
use super::residual::{self, TxChoice};
use super::screen::Prediction;
use super::spectrum::Spectrum;
use super::state::{CellMap, TileState};
use super::tree::{Channel, Node, SUPERBLOCK_LOG2, Split};
use super::vector::Vector;
use crate::entropy::BinCoder;
use crate::entropy::contexts as group;
use crate::predict::{ChromaMode, IntraMode};

/// Largest magnitude of a QP offset, in the header's resolution.
pub(crate) const MAX_OFFSET: i32 = 31;

/// A walk through the superblocks of a tile.
#[derive(Debug)]
pub(crate) struct Walk<'a, C> {
    pub(crate) coder: C,
    pub(crate) header: &'a PictureHeader,
    pub(crate) state: TileState,
    pub(crate) template: Template,
}

/// How far the walk is in what it writes.
#[derive(Debug, Default)]
struct Cursor {
    splits: usize,
    blocks: usize,
}

impl<'a, C: BinCoder> Walk<'a, C> {
    pub(crate) fn new(coder: C, header: &'a PictureHeader, state: TileState) -> Self {
        Self { coder, header, state, template: Template::new() }
    }

    /// Codes the superblock whose upper left luma sample is (x, y). A reader fills `sb`, which must
    /// be empty.
    pub(crate) fn superblock(&mut self, sb: &mut Superblock, x: usize, y: usize) {
        let root = Node { x, y, log2_w: SUPERBLOCK_LOG2, log2_h: SUPERBLOCK_LOG2 };
        self.tree(sb, Channel::Luma, &mut Cursor::default(), root);
        if self.header.gray {
            return;
        }
        let shift = u32::from(self.header.subsampled);
        if shift == 0 {
            sb.shared_tree = self.coder.bin(group::SHARED_TREE.at(0), sb.shared_tree);
        }
        let root =
            Node { x: x >> shift, y: y >> shift, log2_w: SUPERBLOCK_LOG2 - shift, log2_h: SUPERBLOCK_LOG2 - shift };
        self.tree(sb, Channel::Chroma, &mut Cursor::default(), root);
    }

    fn tree(&mut self, sb: &mut Superblock, channel: Channel, at: &mut Cursor, node: Node) {
        let units = match channel {
            Channel::Luma => &self.state.luma,
            Channel::Chroma => &self.state.chroma,
        };
        if node.x >= units.width() || node.y >= units.height() {
            return;
        }
        if C::DECODING {
            sb.splits_mut(channel).push(Split::None);
        }
        let value = sb.splits_mut(channel)[at.splits];
        let split = if channel == Channel::Chroma && sb.shared_tree {
            sb.luma_splits[at.splits]
        } else {
            partition::split(&mut self.coder, channel, units, &node, value)
        };
        sb.splits_mut(channel)[at.splits] = split;
        at.splits += 1;
        if split == Split::None {
            match channel {
                Channel::Luma => self.luma_block(sb, at.blocks, node),
                Channel::Chroma => self.chroma_block(sb, at.blocks, node),
            }
            at.blocks += 1;
            return;
        }
        for child in node.children(split) {
            self.tree(sb, channel, at, child);
        }
    }

    fn luma_block(&mut self, sb: &mut Superblock, index: usize, node: Node) {
        if C::DECODING {
            sb.luma.push(LumaBlock::blank(node, 0, IntraMode::Dc));
        }
        let mut block = sb.luma[index];
        let spectrum = self.luma_syntax(&mut block, &mut sb.levels, &mut sb.indices);
        sb.luma[index] = block;
        self.note_luma(&block, spectrum);
    }

    /// Codes a luma block, all but the split that led to it, without noting it in the state.
    /// Returns the spectrum of its levels.
    pub(crate) fn luma_syntax(
        &mut self,
        block: &mut LumaBlock,
        levels: &mut Vec<i32>,
        indices: &mut Vec<u8>,
    ) -> Spectrum {
        self.before_levels(block, indices);
        let (c, node) = (&mut self.coder, &block.node);
        let place = Place::of(&self.state.luma, node, 0, false);
        let choice = TxChoice::of(self.header, Some(block.mode));
        residual::transform_block(c, &mut self.template, node, place, choice, &mut block.tb, levels)
    }

    /// Codes what comes before the levels of a luma block.
    pub(crate) fn before_levels(&mut self, block: &mut LumaBlock, indices: &mut Vec<u8>) {
        block.offset = offset(&mut self.coder, self.header, &self.state.cells, &block.node, block.offset);
        self.prediction_syntax(block, indices);
    }

    /// Codes how a luma block is predicted: copied, by a palette or by a mode.
    pub(crate) fn prediction_syntax(&mut self, block: &mut LumaBlock, indices: &mut Vec<u8>) {
        if self.header.screen {
            block.prediction = self.screen_syntax(&block.node, block.prediction, indices);
        }
        if block.prediction != Prediction::Intra {
            (block.mode, block.line) = (IntraMode::Dc, 0);
            return;
        }
        let (c, probable) = (&mut self.coder, MostProbable::of(&self.state.luma, &block.node, self.header.screen));
        block.mode = modes::luma_mode(c, &block.node, &probable, block.mode);
        block.line = modes::line(c, &block.node, &probable, block.mode, block.line);
    }

    fn screen_syntax(&mut self, node: &Node, prediction: Prediction, indices: &mut Vec<u8>) -> Prediction {
        let (c, state) = (&mut self.coder, &self.state);
        c.element("source");
        let near = state.predictions.near(node.x, node.y);
        if c.bin(ctx::copy(&near), matches!(prediction, Prediction::Copy(_))) {
            let expected = Expected::of(near[0], near[1], state.history.vectors.values());
            let vector = prediction.vector().unwrap_or_default();
            return Prediction::Copy(copy::vector(c, &state.luma, node, &expected, vector));
        }
        if !c.bin(ctx::palette(&near), matches!(prediction, Prediction::Palette(..))) {
            return Prediction::Intra;
        }
        let (palette, start) = match prediction {
            Prediction::Palette(palette, start) if !C::DECODING => (palette, start as usize),
            _ => (Palette::new(&[]), indices.len()),
        };
        let palette = palette::palette(c, state.history.colours.values(), &palette);
        indices.resize(indices.len().max(start + node.w() * node.h()), 0);
        palette::index_map(c, node, palette.colours().len(), &mut indices[start..][..node.w() * node.h()]);
        Prediction::Palette(palette, start as u32)
    }

    /// Notes a luma block for those that follow, with the spectrum of its levels.
    pub(crate) fn note_luma(&mut self, block: &LumaBlock, spectrum: Spectrum) {
        let node = &block.node;
        if self.header.adaptive.is_some() {
            self.state.cells.assign(node.x, node.y, node.w(), node.h(), block.offset);
        }
        if self.header.screen {
            self.state.predictions.set((node.x, node.y), (node.w(), node.h()), block.prediction);
            self.state.history.note(&block.prediction);
        }
        let mut unit = block.unit();
        unit.spectrum[0] = spectrum;
        self.state.luma.set(node.x, node.y, unit);
    }

    fn chroma_block(&mut self, sb: &mut Superblock, index: usize, node: Node) {
        if C::DECODING {
            sb.chroma.push(self.blank_chroma(node));
        }
        let mut block = sb.chroma[index];
        let spectra = self.chroma_syntax(&mut block, &mut sb.levels);
        sb.chroma[index] = block;
        self.note_chroma(&block, spectra);
    }

    /// The luma sample at the centre of a chroma block, within the tile.
    fn centre(&self, node: &Node) -> (usize, usize) {
        let shift = u32::from(self.header.subsampled);
        let x = ((node.x + node.w() / 2) << shift).min(self.state.luma.width() - 1);
        let y = ((node.y + node.h() / 2) << shift).min(self.state.luma.height() - 1);
        (x, y)
    }

    /// A chroma block at `node` with what it has of the luma block at its centre, derived and
    /// without levels.
    pub(crate) fn blank_chroma(&self, node: Node) -> ChromaBlock {
        let shift = u32::from(self.header.subsampled);
        let (x, y) = self.centre(&node);
        let offset = if self.header.adaptive.is_some() { self.state.cells.get(x, y).unwrap_or(0) } else { 0 };
        ChromaBlock {
            node,
            offset,
            mode: ChromaMode::Derived,
            luma_mode: self.state.luma.at(x, y).luma_mode(),
            luma_vector: self.state.predictions.at(x, y).vector().map(|v: Vector| v.scaled(shift)),
            tb: [TransformBlock::UNCODED; 2],
        }
    }

    /// Codes a chroma block, all but the split that led to it, without noting it in the state.
    /// Returns the spectra of its levels.
    pub(crate) fn chroma_syntax(&mut self, block: &mut ChromaBlock, levels: &mut Vec<i32>) -> [Spectrum; 2] {
        let (c, node) = (&mut self.coder, &block.node);
        let units = &self.state.chroma;
        block.mode = modes::chroma_mode(c, units, node, block.mode);
        if let Some(vector) = block.vector()
            && !copy::is_legal(vector, units, node.rect())
        {
            let reach = |v: i16| u64::from(v.unsigned_abs());
            c.corrupt("block vector of chroma", reach(vector.x), reach(vector.y));
        }
        let choice = TxChoice::of(self.header, None);
        let mut spectra = [Spectrum::default(); 2];
        for (plane, spectrum) in spectra.iter_mut().enumerate() {
            let after_coded = plane == 1 && block.tb[0].end > 0;
            let place = Place::of(units, node, plane + 1, after_coded);
            if plane == 1 {
                self.template.keep_cb(after_coded);
            }
            let tb = &mut block.tb[plane];
            *spectrum = residual::transform_block(c, &mut self.template, node, place, choice, tb, levels);
        }
        spectra
    }

    /// Notes a chroma block for those that follow, with the spectra of its levels.
    pub(crate) fn note_chroma(&mut self, block: &ChromaBlock, spectra: [Spectrum; 2]) {
        let mut unit = block.unit();
        unit.spectrum = spectra;
        self.state.chroma.set(block.node.x, block.node.y, unit);
    }
}

/// The QP offset of a luma block: its cell's, coded with the first block in the cell.
fn offset<C: BinCoder>(c: &mut C, header: &PictureHeader, cells: &CellMap, node: &Node, value: i8) -> i8 {
    if header.adaptive.is_none() {
        return 0;
    }
    if let Some(known) = cells.get(node.x, node.y) {
        return known;
    }
    c.element("QP offset");
    let (expected, differ) = cells.predict(node.x, node.y);
    let difference = value as i32 - expected as i32;
    if !c.bin(group::OFFSET_CODED.at(usize::from(differ)), difference != 0) {
        return expected;
    }
    let negative = c.bin(group::OFFSET_SIGN.at(0), difference < 0);
    let magnitude = difference.unsigned_abs() as i32;
    let mut m = 1;
    while m < 2 * MAX_OFFSET && c.bin(group::OFFSET_MAGNITUDE.at((m as usize - 1).min(7)), m < magnitude) {
        m += 1;
    }
    let offset = expected as i32 + if negative { -m } else { m };
    if offset.abs() > MAX_OFFSET {
        c.corrupt("QP offset", offset.unsigned_abs() as u64, MAX_OFFSET as u64);
        return expected;
    }
    offset as i8
}
