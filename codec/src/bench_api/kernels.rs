//! Single kernels, each as the codec calls it. Samples are of 10 bits.
//!
//! Sizes are (width, height) in samples: sides 4, 8, 16, 32 or 64, neither more than 4 times the
//! other. A block's samples and residuals are `width * height` values row by row; its coefficients
//! `min(height, 32)` rows of `min(width, 32)`, the orthonormal transform's times 4.

use crate::colour::{self, Chroma, Depths, LEAST_DEPTH as DEPTH};
use crate::encoder::analysis::Analysis;
use crate::encoder::analysis::content::Census;
use crate::encoder::input::colour::to_planes;
use crate::encoder::kernels::forward::forward;
use crate::encoder::kernels::satd::{Pair, satd};
use crate::encoder::plan::Plan;
use crate::encoder::quantise::{Coefficients, LevelChoice, Reciprocals, Rule, Scratch, Viterbi};
use crate::encoder::{Content, EncoderConfig, Quantiser};
use crate::entropy::cost::Counter;
use crate::entropy::learnt::Learnt;
use crate::error::ConfigError;
use crate::filter::{BlockMap, Deblock, Unit, classified, deblock};
use crate::image::format::PixelFormat;
use crate::image::plane::{self, Block};
use crate::image::view::{ImageSpec, ImageView, ImageViewMut};
use crate::predict::cclm::predict_cclm;
use crate::predict::cfl::predict_cfl;
use crate::predict::edges::{Available, Edges};
use crate::predict::luma::LumaSamples;
use crate::predict::{IntraMode, predict};
use crate::quant::matrix::Matrices;
use crate::quant::step::step;
use crate::recon::dequant::{Coded, Dequantiser};
use crate::simd::{CpuLevel, Simd};
use crate::syntax::ctx::Place;
use crate::syntax::level::Template;
use crate::syntax::state::UnitMap;
use crate::syntax::tree::Node;
use crate::threads::Workers;
use crate::transform::{self, ROOM, TxShape, TxType, inverse};

/// A one-dimensional transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// DCT-II, sides 4 to 64.
    Dct2,
    /// DST-VII, sides 4 to 16.
    Dst7,
}

impl Basis {
    fn inner(self) -> transform::Basis {
        match self {
            Self::Dct2 => transform::Basis::Dct2,
            Self::Dst7 => transform::Basis::Dst7,
        }
    }
}

/// At 10 bits.
fn shape((w, h): (usize, usize), tx: [Basis; 2]) -> TxShape {
    TxShape { w, h, tx: tx_type(tx), extra: 0 }
}

fn tx_type([vertical, horizontal]: [Basis; 2]) -> TxType {
    TxType { vertical: vertical.inner(), horizontal: horizontal.inner() }
}

/// A rectangle of samples of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// (Width, height).
    pub size: (usize, usize),
}

impl Rect {
    fn inner(self) -> plane::Rect {
        plane::Rect { x: self.x, y: self.y, w: self.size.0, h: self.size.1 }
    }

    /// All neighbours that a block here can have.
    fn available(self) -> Available {
        let reach = self.size.0 + self.size.1;
        Available { top: reach, left: reach, corner: true }
    }
}

/// A plane of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane(plane::Plane);

impl Plane {
    /// `samples` row by row, in rows of `width`.
    pub fn new(width: usize, samples: &[u16]) -> Self {
        let mut plane = plane::Plane::new(width, samples.len() / width);
        plane.data_mut().copy_from_slice(samples);
        Self(plane)
    }
}

/// The planes of a picture: Y, or Y, Cb and Cr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes(pub(super) Vec<plane::Plane>);

/// Number of intra modes.
pub const MODES: u8 = IntraMode::COUNT as u8;

/// The samples around a block that it is predicted from.
#[derive(Debug, Clone)]
pub struct References(Edges);

impl References {
    /// Those of the block at `rect`. The plane must reach a row and a column before it, and
    /// `width + height` samples to the right and downwards from its first sample.
    pub fn gather(plane: &Plane, rect: Rect) -> Self {
        let mut edges = Edges::new();
        edges.fill(&plane.0, rect.inner(), rect.available(), DEPTH, 0);
        Self(edges)
    }
}

/// Luma samples over a chroma block and beside it.
#[derive(Debug, Clone)]
pub struct Luma(Box<LumaSamples>);

impl Default for Luma {
    /// None yet.
    fn default() -> Self {
        Self(Box::new(LumaSamples::new()))
    }
}

impl Luma {
    /// Reads those of the chroma block at `rect`, in samples of the chroma plane; at 4:2:0 the luma
    /// plane has twice its sides. Reaches as [`References::gather`].
    pub fn gather(&mut self, luma: &Plane, rect: Rect, chroma: Chroma) {
        self.0.gather(&luma.0, rect.inner(), u32::from(chroma == Chroma::Yuv420), rect.available());
    }
}

/// The blocks of a plane, for deblocking.
#[derive(Debug, Clone)]
pub struct Blocks(BlockMap);

impl Blocks {
    /// Squares of 2^`log2` samples (2 to 6), all with coefficients and quantiser parameter `qp` (0
    /// to 447), over `width` x `height` samples (multiples of 4).
    pub fn uniform(width: usize, height: usize, log2: u8, qp: u16) -> Self {
        let mut map = BlockMap::new(width, height);
        map.units.fill(Unit { log2_w: log2, log2_h: log2, phase: [0; 2], coded: true, qp });
        Self(map)
    }
}

/// Working memory of the inverse transform.
#[derive(Debug, Clone)]
pub struct Room(Box<transform::Room>);

impl Default for Room {
    fn default() -> Self {
        Self(Box::new(ROOM))
    }
}

/// The kernels that have CPU levels, at one of them.
#[derive(Debug, Clone, Copy)]
pub struct Kernels {
    simd: Simd,
}

impl Kernels {
    /// At `cpu`, or what the machine has where that is less.
    pub fn new(cpu: CpuLevel) -> Self {
        Self { simd: Simd::new(cpu) }
    }

    /// Adds the residual of coefficients to `samples`; `tx` is vertical, then horizontal.
    /// Coefficients at a column `>= extent.0` or a row `>= extent.1` are zero.
    pub fn inverse(
        &self,
        coefficients: &[i32],
        size: (usize, usize),
        tx: [Basis; 2],
        extent: (usize, usize),
        room: &mut Room,
        samples: &mut [u16],
    ) {
        let out = &mut Block::packed(samples, size.0, size.1);
        inverse(self.simd, coefficients, shape(size, tx), extent, &mut room.0, out);
    }

    /// Coefficients from residuals (within ±1023); `tx` is vertical, then horizontal.
    pub fn forward(&self, residual: &[i32], size: (usize, usize), tx: [Basis; 2], coefficients: &mut [i32]) {
        forward(self.simd, residual, shape(size, tx), coefficients);
    }

    /// Intra prediction by `mode`: 0 DC, 1 planar, 2 Paeth, 3 and 4 smooth (horizontal, vertical),
    /// 5 to 68 the angles, from 69 on the learned ones.
    pub fn predict(&self, mode: u8, references: &References, size: (usize, usize), out: &mut [u16]) {
        let mode = IntraMode::all().nth(mode.into()).expect("a mode's number");
        predict(self.simd, mode, &references.0, DEPTH, &mut Block::packed(out, size.0, size.1));
    }

    /// The linear model fitted to the neighbours of the chroma block at `rect`, which `luma` and
    /// `chroma` were gathered for, and its prediction.
    pub fn predict_cclm(&self, luma: &Luma, chroma: &References, rect: Rect, out: &mut [u16]) {
        let out = &mut Block::packed(out, rect.size.0, rect.size.1);
        predict_cclm(self.simd, &luma.0, &chroma.0, rect.available(), DEPTH, out);
    }

    /// Chroma from `luma` with a slope of `alpha` / 8 (-16 to 16), for the block that it was
    /// gathered for.
    pub fn predict_cfl(&self, luma: &Luma, chroma: &References, alpha: i32, out: &mut [u16]) {
        predict_cfl(self.simd, &luma.0, &chroma.0, alpha, DEPTH, &mut Block::packed(out, luma.0.w, luma.0.h));
    }

    /// Sum of absolute Hadamard coefficients of the difference of two blocks.
    pub fn satd(&self, a: &[u16], b: &[u16], size: (usize, usize)) -> u32 {
        satd(self.simd, Pair { a, a_stride: size.0, b, b_stride: size.0 }, 0, size.0, size.1)
    }

    /// Deblocks `plane` (of full resolution, with the size of `blocks`) at `strength` (0 to 15) and
    /// `sharpness` (0 to 7).
    pub fn deblock(&self, plane: &mut Plane, blocks: &Blocks, strength: u8, sharpness: u8) {
        deblock(self.simd, &mut plane.0, &blocks.0, Deblock { strength, sharpness }, DEPTH, false);
    }

    /// Runs the classified filter over `plane` (of full resolution, with the size of `blocks`) at
    /// `strength` eighths (1 to 8).
    pub fn classified(&self, plane: &mut Plane, blocks: &Blocks, strength: u8) {
        classified(self.simd, &mut plane.0, &blocks.0, 0, false, strength);
    }

    /// Pixels to the planes that are coded, sides rounded up to 8 luma samples.
    pub fn to_planes(&self, view: &ImageView<'_>, chroma: Chroma) -> Planes {
        Planes(to_planes(self.simd, &Workers::new(1), view, chroma, false))
    }

    /// Planes of a picture with this sampling to the pixels of `out`, which has the size and format
    /// they came from, 8 bits a sample.
    pub fn to_pixels(&self, planes: &Planes, chroma: Chroma, out: &mut ImageViewMut<'_>) {
        let depths = Depths::new(8);
        let mut scratch = colour::Scratch::new(depths, out.width() as usize, out.height() as usize);
        let format = out.format();
        for y in 0..out.height() {
            colour::row_to_pixels(self.simd, &planes.0, chroma, format, y as usize, &mut scratch, out.row_mut(y));
        }
    }
}

/// Quantisation of luma blocks of one size, with default settings: matrices, rounding and price of
/// a bit. Rates are those of the initial models, for a block without neighbours.
#[derive(Debug)]
pub struct Quantisation {
    node: Node,
    place: Place,
    qp: u16,
    rule: Rule,
    trellis: Option<Rule>,
    reciprocals: Reciprocals,
    dequantiser: Dequantiser,
    coded: Coded,
    counter: Counter,
    template: Template,
    scratch: Scratch,
    viterbi: Viterbi,
    levels: Vec<i32>,
}

impl Quantisation {
    /// For blocks of `size` at `quality` (0 to 100).
    ///
    /// # Errors
    /// [`ConfigError::Quality`] where the quality is out of range.
    pub fn new(size: (usize, usize), quality: f32, quantiser: Quantiser) -> Result<Self, ConfigError> {
        let config = EncoderConfig { quality, quantiser: Some(quantiser), ..EncoderConfig::default() };
        let blank = plane::Plane::new(8, 8);
        let simd = Simd::new(CpuLevel::detect());
        let mut analysis = Analysis::default();
        analysis.add(simd, &blank);
        let plan = Plan::new(&config)?.for_picture(Content::Photo, (&analysis, &Census::default()), None);
        let pixel = ImageSpec::new(1, 1, PixelFormat::Gray8).expect("a pixel is a picture");
        let header = plan.header(&config, &pixel);
        let node = Node { x: 0, y: 0, log2_w: size.0.ilog2(), log2_h: size.1.ilog2() };
        Ok(Self {
            node,
            place: Place::of(&UnitMap::new(64, 64), &node, 0, false),
            qp: header.qp,
            rule: plan.rule,
            trellis: plan.trellis,
            reciprocals: Reciprocals::new(&Matrices::new(header.matrices[0])),
            dequantiser: Dequantiser::new(&header),
            coded: Coded::new(),
            counter: Counter::new(header.profile, Learnt::new(header.profile, header.start())),
            template: Template::new(),
            scratch: Scratch::new(),
            viterbi: Viterbi::new(),
            levels: Vec::new(),
        })
    }

    /// Step of a coefficient of weight 1, in coefficient units.
    pub fn step(&self) -> f64 {
        step(self.qp) as f64 / 4096.0
    }

    /// Levels of a block's coefficients, `values`, in scan order up to the last that is not zero.
    pub fn quantise(&mut self, values: &[i32]) -> &[i32] {
        let (node, reciprocals, rule) = (&self.node, &self.reciprocals, self.trellis.as_ref().unwrap_or(&self.rule));
        let simd = Simd::new(CpuLevel::detect());
        let coefficients = Coefficients { simd, node, values, tx: TxType::DCT, reciprocals, qp: self.qp };
        let job = LevelChoice { coefficients, place: self.place, rule };
        self.levels.clear();
        if self.trellis.is_some() {
            job.run_trellis(&mut self.counter, &self.template, &mut self.viterbi, &mut self.levels);
        } else {
            job.run(&mut self.counter, &mut self.template, &mut self.scratch, &mut self.levels);
        }
        &self.levels
    }

    /// Coefficients, zeros before, of levels in scan order; returns how many columns and rows hold
    /// any.
    pub fn dequantise(&mut self, levels: &[i32], coefficients: &mut [i32]) -> (usize, usize) {
        let steps = self.dequantiser.steps(0, (self.node.log2_w, self.node.log2_h), self.qp, TxType::DCT);
        steps.dequantise(&self.node, levels, self.coded.of(levels), coefficients)
    }
}
