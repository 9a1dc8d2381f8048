//! What of the format a stream reaches, by name: what the list of the golden streams' coverage is
//! made of. All names that there are stand in `expected`.

use std::collections::BTreeSet;

use super::stages::{Reconstructed, Stages};
use super::trace::context_groups;
use super::walk::walk;
use crate::container::{self, Parsed};
use crate::entropy::Profile;
use crate::entropy::trace::{Event, Trace};
use crate::error::DecodeError;
use crate::image::plane::Plane;
use crate::limits::Limits;
use crate::lossless::Shape;
use crate::lossless::reached::reached;
use crate::predict::edges::LINES;
use crate::predict::{ChromaMode, ModelSides};
use crate::quant::step::MAX_QP;
use crate::simd::{CpuLevel, Simd};
use crate::syntax::block::{ChromaBlock, LumaBlock, Superblock, TransformBlock};
use crate::syntax::header::PictureHeader;
use crate::syntax::screen::{History, Prediction};
use crate::syntax::tree::{Node, Split};
use crate::transform::{Basis, TxType};

/// Levels from which on their size is told.
pub(super) const LARGE: [(u32, &str); 3] = [(1 << 8, "2^8"), (1 << 12, "2^12"), (1 << 16, "2^16")];

/// The parts of the format that an intact stream reaches.
///
/// # Errors
/// As decoding.
pub fn features(data: &[u8]) -> Result<BTreeSet<String>, DecodeError> {
    let parsed = container::parse(data, &Limits::default())?;
    let mut found = Found(BTreeSet::new());
    found.file(&parsed);
    found.exact(data, &parsed)?;
    if !parsed.header.lossless {
        found.header(&parsed.header);
        found.blocks(data, &parsed.header)?;
        found.filters(data, &parsed.header)?;
    }
    Ok(found.0)
}

struct Found(BTreeSet<String>);

impl Found {
    fn note(&mut self, feature: impl Into<String>) {
        self.0.insert(feature.into());
    }

    fn note_if(&mut self, reached: bool, feature: &str) {
        if reached {
            self.note(feature);
        }
    }

    /// What holds for any picture.
    fn file(&mut self, parsed: &Parsed) {
        let header = &parsed.header;
        self.note(format!("{} bits a sample", header.depth));
        let colours = if header.gray { "gray" } else { "colour" };
        let kind = if header.lossless { "lossless" } else { "lossy" };
        let alpha = if header.alpha { " with alpha" } else { "" };
        self.note(format!("{colours}{alpha}, {kind}"));
        let tiles = if parsed.grid.len() == 1 { "one tile" } else { "several tiles" };
        self.note(format!("{tiles}, {kind}"));
        self.note(format!("tiles of {}", 1 << header.tile_log2));
        self.note(format!("orientation {}", header.orientation.to_exif()));
        for (kind, _) in &parsed.sections {
            self.note(match kind {
                0..8 => format!("section {kind}"),
                _ => "section of an unknown type".to_owned(),
            });
        }
    }

    /// How planes are coded without loss.
    fn exact(&mut self, data: &[u8], parsed: &Parsed) -> Result<(), DecodeError> {
        let header = &parsed.header;
        let index = parsed.index(data)?;
        for i in 0..parsed.grid.len() {
            let (tile, visible) = (parsed.tile(data, &index, i)?, parsed.grid.visible(header, i));
            let mut planes = |what: &str, data: &[u8], planes| {
                let shape = Shape { width: visible.w, height: visible.h, planes, depth: header.depth.into() };
                for case in reached(Simd::new(CpuLevel::Scalar), data, &shape) {
                    self.note(format!("{what}: {case}"));
                }
            };
            if header.alpha {
                planes("alpha", tile.alpha, 1);
            }
            if header.lossless {
                planes("lossless", tile.colour, header.planes());
            }
        }
        Ok(())
    }

    /// What the header says of a lossy picture.
    fn header(&mut self, header: &PictureHeader) {
        let chroma = match (header.gray, header.subsampled) {
            (true, _) => "gray",
            (_, true) => "4:2:0",
            (_, false) => "4:4:4",
        };
        let profile = if header.profile == Profile::Mixed { "mixed" } else { "fast" };
        let quantiser = if header.is_trellis() { "trellis" } else { "scalar" };
        let screen = if header.screen { "a screen" } else { "no screen" };
        self.note(format!("{chroma}, {profile}, {quantiser}, {screen}"));
        self.note(format!("{} bits a sample inside", header.internal_depth()));
        let shrinks = header.shrink.iter().any(|&shrink| shrink != 0);
        self.note_if(shrinks, &format!("shrink with the {quantiser} quantiser"));
        for (channel, shape) in ["luma", "chroma"].iter().zip(header.matrices).take(header.planes()) {
            self.note_if(shape.curve > 0, &format!("{channel} matrix: curve above 0"));
            self.note_if(shape.curve < 0, &format!("{channel} matrix: curve below 0"));
            self.note_if(shape.dc != 31 || shape.slope != 0, &format!("{channel} matrix: not flat"));
        }
        if let Some(adaptive) = header.adaptive {
            self.note(format!("cells of {}", 1 << adaptive.cell_log2));
            self.note(format!("offsets of resolution {}", adaptive.resolution));
        }
        for (channel, deblock) in ["luma", "chroma"].iter().zip(header.deblock) {
            self.note_if(deblock.strength > 0, &format!("{channel} deblocked"));
            self.note_if(deblock.sharpness > 0, &format!("{channel} deblocked, sharpness above 0"));
        }
    }

    fn blocks(&mut self, data: &[u8], header: &PictureHeader) -> Result<(), DecodeError> {
        let groups = context_groups();
        let mut events = Vec::new();
        walk(
            data,
            Trace::new,
            |c| &c.inner,
            |walk, sb| self.superblock(header, sb, &walk.state.history),
            |c| events.extend(c.events),
        )?;
        for event in events {
            if let Event::Bin(ctx, bin) = event {
                let group = groups.partition_point(|&(_, first, _)| first <= ctx) - 1;
                self.note(format!("a bin of {} that is {}", groups[group].0, u8::from(bin)));
            }
        }
        Ok(())
    }

    fn superblock(&mut self, header: &PictureHeader, sb: &Superblock, history: &History) {
        self.note_if(sb.shared_tree, "shared tree");
        self.note_if(history.colours.values().len() == 16, "sixteen recent colours");
        self.note_if(history.vectors.values().len() == 4, "four recent vectors");
        for (channel, splits) in [("luma", &sb.luma_splits), ("chroma", &sb.chroma_splits)] {
            splits.iter().filter(|&&s| s != Split::None).for_each(|s| self.note(format!("{channel} split {s:?}")));
        }
        sb.luma.iter().for_each(|block| self.luma(header, block, &sb.levels));
        sb.chroma.iter().for_each(|block| self.chroma(header, block, &sb.levels));
    }

    fn luma(&mut self, header: &PictureHeader, block: &LumaBlock, levels: &[i32]) {
        self.size("luma", &block.node);
        match block.prediction {
            Prediction::Intra => self.note(format!("luma mode {}", block.mode.number())),
            Prediction::Copy(_) => self.note("luma copy"),
            Prediction::Palette(palette, _) => self.note(format!("palette of {}", palette.colours().len())),
        }
        let back = LINES[usize::from(block.line)];
        self.note_if(back > 0, &format!("references {back} further back"));
        self.qp(header, block.offset, 0);
        self.transform("luma", header, &block.tb, levels);
    }

    fn chroma(&mut self, header: &PictureHeader, block: &ChromaBlock, levels: &[i32]) {
        self.size("chroma", &block.node);
        let chroma = if header.subsampled { "4:2:0" } else { "4:4:4" };
        self.note(match block.mode {
            ChromaMode::Derived if block.vector().is_some() => format!("chroma copy at {chroma}"),
            ChromaMode::Derived => format!("chroma derived at {chroma}"),
            ChromaMode::Own(mode) => format!("chroma mode {}", mode.number()),
            ChromaMode::Fitted(ModelSides::Both) => format!("chroma fitted to both sides at {chroma}"),
            ChromaMode::Fitted(ModelSides::Above) => format!("chroma fitted above at {chroma}"),
            ChromaMode::Fitted(ModelSides::Left) => format!("chroma fitted to the left at {chroma}"),
            ChromaMode::Quadratic(ModelSides::Both) => format!("chroma quadratic at {chroma}"),
            ChromaMode::Quadratic(ModelSides::Above) => format!("chroma quadratic from above at {chroma}"),
            ChromaMode::Quadratic(ModelSides::Left) => format!("chroma quadratic from the left at {chroma}"),
            ChromaMode::Explicit(_) => format!("chroma with slopes at {chroma}"),
        });
        for (plane, tb) in (1..).zip(&block.tb) {
            self.qp(header, block.offset, plane);
            self.transform("chroma", header, tb, levels);
        }
    }

    fn size(&mut self, channel: &str, node: &Node) {
        self.note(format!("{channel} block {}x{}", node.w(), node.h()));
    }

    /// Whether the quantiser parameter is limited on its way from the header to a plane of a block.
    fn qp(&mut self, header: &PictureHeader, offset: i8, plane: usize) {
        let most = i32::from(MAX_QP);
        let wanted = |from: i32| (from < 0, from > most);
        let scale = header.adaptive.map_or(0, |a| a.resolution);
        let (below, above) = match plane {
            0 => wanted(i32::from(header.qp) + (i32::from(offset) << scale)),
            _ => wanted(i32::from(header.block_qp(offset)) + 4 * i32::from(header.chroma_qp[plane - 1])),
        };
        let channel = if plane == 0 { "luma" } else { "chroma" };
        self.note_if(below, &format!("{channel} QP limited to 0"));
        self.note_if(above, &format!("{channel} QP limited to 447"));
    }

    fn transform(&mut self, channel: &str, header: &PictureHeader, tb: &TransformBlock, levels: &[i32]) {
        if tb.end == 0 {
            return;
        }
        let quantiser = if header.is_trellis() { "in a picture of the trellis" } else { "in a picture of scalars" };
        let name = |kernel| if kernel == Basis::Dst7 { "DST-VII" } else { "DCT-II" };
        self.note(match tb.tx {
            TxType::IDENTITY => format!("{channel} without a transform {quantiser}"),
            TxType { vertical, horizontal } => {
                format!("{channel} transform {} down, {} across", name(vertical), name(horizontal))
            }
        });
        let largest = tb.levels(levels).iter().map(|level| level.unsigned_abs()).max().unwrap_or(0);
        for (least, name) in LARGE {
            self.note_if(largest >= least, &format!("{channel} level of {name} and more"));
        }
    }

    /// Which limits the filters meet.
    fn filters(&mut self, data: &[u8], header: &PictureHeader) -> Result<(), DecodeError> {
        let stages = Stages::new(CpuLevel::Scalar, data)?;
        let most = ((1u32 << header.internal_depth()) - 1) as u16;
        let mut planes = stages.reconstructed();
        type Filter = fn(&Stages, &mut Reconstructed);
        for (name, filter) in [("deblocking", Stages::deblock as Filter), ("classified filter", Stages::classified)] {
            let before = planes.planes();
            filter(&stages, &mut planes);
            for (p, (before, after)) in before.0.iter().zip(&planes.planes().0).enumerate() {
                let changed = |limit| changes(before, after).any(|after| after == limit);
                self.note_if(changes(before, after).next().is_some(), &format!("{name} of plane {p}"));
                self.note_if(changed(0), &format!("{name} limited to 0"));
                self.note_if(changed(most), &format!("{name} limited to the largest sample"));
            }
        }
        Ok(())
    }
}

/// Samples that are others after a filter, as they are then.
fn changes<'a>(before: &'a Plane, after: &'a Plane) -> impl Iterator<Item = u16> + 'a {
    let pairs = before.from(0, 0).iter().zip(after.from(0, 0));
    pairs.filter(|(before, after)| before != after).map(|(_, &after)| after)
}
