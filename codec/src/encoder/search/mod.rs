//! The search: which partition, modes, transforms and levels code a superblock best.
//!
//! Costs are in squared quantiser steps: distortion weighed by matrix and QP offset, plus lambda
//! times bits.

mod chroma;
mod copy;
mod found;
mod hash;
mod learned;
mod luma;
mod memory;
mod palette;
mod partition;
mod ranking;
mod shortlist;
mod slopes;
mod tile;

pub(super) use self::tile::TileSearch;
use crate::encoder::tile::way::{Ground, Way};
use crate::image::plane::Rect;
use crate::recon::SignNoter;
use crate::syntax::block::Superblock;
use crate::syntax::tree::{Channel, Node, SUPERBLOCK, SUPERBLOCK_LOG2};

impl TileSearch<'_> {
    /// Finds the coding of the superblock at luma sample (x, y).
    fn find(&mut self, x: usize, y: usize) {
        let root = Node { x, y, log2_w: SUPERBLOCK_LOG2, log2_h: SUPERBLOCK_LOG2 };
        if let Some(layout) = &mut self.layout {
            layout.plan(root, &self.source[0], self.offsets.as_ref());
        }
        self.found.clear();
        self.partition(Channel::Luma, root, 0, f64::INFINITY);
        let header = self.shared.context.header;
        self.found.shared_tree = !header.gray && !header.subsampled && self.shared.plan.parameters.shared_tree > 0.0;
        if self.found.shared_tree {
            self.follow(root);
        } else if !header.gray {
            let shift = u32::from(header.subsampled);
            let log2 = SUPERBLOCK_LOG2 - shift;
            let root = Node { x: x >> shift, y: y >> shift, log2_w: log2, log2_h: log2 };
            self.partition(Channel::Chroma, root, 0, f64::INFINITY);
        }
    }
}

impl Way for TileSearch<'_> {
    fn ground(&mut self) -> Ground<'_> {
        let (walk, samples) = (&mut self.walk, &mut self.recon.samples);
        Ground { source: &mut self.source, samples, state: &mut walk.state, prices: &mut walk.coder }
    }

    fn begin_row(&mut self, y: usize) {
        if let Some(layout) = &mut self.layout {
            layout.begin_row(&self.source[0], y);
        }
    }

    fn superblock(&mut self, (x, y): (usize, usize), sb: &mut Superblock, signs: &mut SignNoter) {
        self.find(x, y);
        std::mem::swap(sb, &mut self.found);
        // Signs are coded in order, by predictions that stand in their places: all of it once more.
        let (rect, header) = (Rect { x, y, w: SUPERBLOCK, h: SUPERBLOCK }, self.shared.context.header);
        (0..header.planes().min(2)).for_each(|p| self.recon.samples.unmark(p, header.in_plane(rect, p)));
        self.recon.superblock(sb, signs);
    }
}
