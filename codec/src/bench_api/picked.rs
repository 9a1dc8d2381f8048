//! Streams whose every choice comes from outside: the one walk asks for each bin as if it read it,
//! and what it is given is coded. Any valid stream can be made so, and many that are not.

use super::picker::Picker;
use super::picks::Picks;
use crate::container;
use crate::entropy::Profile;
use crate::entropy::interval::Damage;
use crate::entropy::notes::Notes;
use crate::entropy::range::RangeEncoder;
use crate::filter::Deblock;
use crate::image::plane::Plane;
use crate::lossless::chosen::{self, PlaneChoice};
use crate::metadata::Orientation;
use crate::quant::family::Family;
use crate::quant::matrix::MatrixShape;
use crate::recon::dequant::Dequantiser;
use crate::recon::{Context, Reconstruction, SignCoder, SignSink, SignWriter, TileSamples};
use crate::simd::{CpuLevel, Simd};
use crate::syntax::block::Superblock;
use crate::syntax::header::{Adaptive, PictureHeader};
use crate::syntax::superblock::Walk;
use crate::syntax::tree::SUPERBLOCK;
use crate::tile::Grid;

/// A stream of picked choices.
#[derive(Debug, Clone)]
pub struct Picked {
    /// The file.
    pub stream: Vec<u8>,
    /// Bytes of signature, header and sections.
    pub lead: usize,
    /// What is wrong with it, where something is: the message of the error of the decoder, the
    /// value and the limit.
    pub damage: Option<(&'static str, u64, u64)>,
}

/// Makes a stream by `picks`.
pub fn picked(picks: &mut impl Picks) -> Picked {
    let sections = picks.sections();
    let mut header = header(picks);
    header.sections = !sections.is_empty();
    let grid = Grid::new(&header);
    let (mut tiles, mut damage) = (Vec::new(), None);
    for tile in 0..grid.len() {
        let alpha = header.alpha.then(|| exact(picks, &header, &grid, tile, 1));
        tiles.push(if header.lossless {
            let colour = exact(picks, &header, &grid, tile, header.planes());
            container::tile(alpha.as_deref(), None, &colour)
        } else {
            let (signs, colour, found) = match header.profile {
                Profile::Fast => lossy::<true>(picks, &header, &grid, tile),
                Profile::Mixed => lossy::<false>(picks, &header, &grid, tile),
            };
            damage = damage.or(found);
            container::tile(alpha.as_deref(), Some(&signs), &colour)
        });
    }
    // A file of a tile without data has a checksum besides.
    let lead = container::write(&header, &sections, &[Vec::new()]).len() - container::CRC_BYTES;
    Picked { stream: container::write(&header, &sections, &tiles), lead, damage }
}

fn header(picks: &mut impl Picks) -> PictureHeader {
    let mut field = |name, most| picks.field(name, most);
    let mut header = PictureHeader {
        width: 1 + field("width", (1 << 24) - 1),
        height: 1 + field("height", (1 << 24) - 1),
        depth: 8 + field("depth", 8) as u8,
        gray: field("gray", 1) != 0,
        alpha: field("alpha", 1) != 0,
        tile_log2: 10 - field("small_tiles", 1),
        orientation: Orientation::ALL[field("orientation", 7) as usize],
        lossless: field("lossless", 1) != 0,
        ..PictureHeader::blank()
    };
    if header.lossless {
        return header;
    }
    header.subsampled = !header.gray && field("subsampled", 1) != 0;
    header.profile = if field("mixed", 1) != 0 { Profile::Mixed } else { Profile::Fast };
    header.screen = field("screen", 1) != 0;
    header.quantiser = if field("quantiser", 1) != 0 { Family::Trellis } else { Family::Scalar };
    header.qp = field("qp", 447) as u16;
    let channels = if header.gray { 1 } else { 2 };
    if !header.gray {
        header.chroma_qp = ["cb_qp", "cr_qp"].map(|name| field(name, 127) as i8 - 64);
    }
    for shape in &mut header.matrices[..channels] {
        *shape = MatrixShape {
            dc: field("dc", 31) as u8,
            slope: field("slope", 63) as u8,
            curve: field("curve", 15) as i8 - 8,
        };
    }
    header.shrink = ["shrink1", "shrink2", "shrink3"].map(|name| field(name, 15) as i8 - 8);
    if field("adaptive", 1) != 0 {
        header.adaptive = Some(Adaptive { cell_log2: 5 - field("small_cells", 1), resolution: field("resolution", 3) });
    }
    for deblock in &mut header.deblock[..channels] {
        let strength = field("strength", 15) as u8;
        *deblock = Deblock { strength, sharpness: if strength > 0 { field("sharpness", 7) as u8 } else { 0 } };
    }
    for strength in &mut header.classified[..channels] {
        let coded = field("filter", 7) as u8;
        *strength = if coded == 0 { 0 } else { coded + 1 };
    }
    header
}

/// `planes` planes of the visible pixels of a tile, without loss.
fn exact(picks: &mut impl Picks, header: &PictureHeader, grid: &Grid, tile: usize, planes: usize) -> Vec<u8> {
    let visible = grid.visible(header, tile);
    let most = ((1u32 << header.depth) - 1) as u16;
    let planes: Vec<Plane> = (0..planes)
        .map(|_| {
            let mut plane = Plane::new(visible.w, visible.h);
            picks.plane(plane.data_mut(), visible.w, most);
            plane
        })
        .collect();
    let transform = if planes.len() == 3 { picks.field("transform", 3) } else { 0 };
    chosen::encode(Simd::new(CpuLevel::Scalar), &planes, header.depth.into(), transform, |_| PlaneChoice {
        model: picks.field("model", 2),
        listed: picks.field("listed", 1) != 0,
        margins: [picks.field("margin", 255), picks.field("margin", 255)],
        first: picks.field("first", 255),
    })
}

/// The signs of a lossy tile, the rest of its colour, and what is wrong with it.
fn lossy<const FAST: bool>(
    picks: &mut impl Picks,
    header: &PictureHeader,
    grid: &Grid,
    tile: usize,
) -> (Vec<u8>, Vec<u8>, Option<Damage>) {
    let (superblocks, notes, damage) = parsed(picks, header, grid, tile);
    let mut bins = RangeEncoder::<FAST>::new(header.start());
    notes.iter().for_each(|notes| notes.code(&mut bins));
    let dequantiser = Dequantiser::new(header);
    let context = Context { simd: Simd::new(CpuLevel::Scalar), header, dequantiser: &dequantiser };
    let mut recon = Reconstruction::new(&context, TileSamples::new(header, grid, tile));
    let mut signs = SignCoder::with(PickedSigns { picks, writer: SignWriter::new() }, !FAST);
    superblocks.iter().for_each(|sb| recon.superblock(sb, &mut signs));
    (signs.sink.writer.finish(), bins.finish(), damage)
}

/// The superblocks of a tile, what was coded of each, and what is wrong with the last one.
fn parsed(
    picks: &mut impl Picks,
    header: &PictureHeader,
    grid: &Grid,
    tile: usize,
) -> (Vec<Superblock>, Vec<Notes>, Option<Damage>) {
    let mut walk = Walk::new(Picker::new(picks), header, grid.state(header, tile));
    let (width, height) = (walk.state.luma.width(), walk.state.luma.height());
    let (mut superblocks, mut notes) = (Vec::new(), Vec::new());
    for y in (0..height).step_by(SUPERBLOCK) {
        for x in (0..width).step_by(SUPERBLOCK) {
            let before = walk.state.clone();
            let mut sb = Superblock::default();
            walk.coder.begin();
            walk.superblock(&mut sb, x, y);
            while walk.coder.turn_back() {
                walk.state = before.clone();
                sb.clear();
                walk.superblock(&mut sb, x, y);
            }
            notes.push(walk.coder.notes());
            if walk.coder.damage().is_some() {
                return (superblocks, notes, walk.coder.damage());
            }
            superblocks.push(sb);
        }
    }
    (superblocks, notes, None)
}

/// Writes signs as they are picked.
struct PickedSigns<'p, P> {
    picks: &'p mut P,
    writer: SignWriter,
}

impl<P: Picks> SignSink for PickedSigns<'_, P> {
    fn open(&mut self, _negative: bool) -> bool {
        self.writer.open(self.picks.sign())
    }

    fn expected(&mut self, octave: usize, _hit: bool) -> bool {
        self.writer.expected(octave, self.picks.sign())
    }
}
