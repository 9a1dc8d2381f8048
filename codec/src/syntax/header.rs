//! The picture header: everything that holds for the whole picture. BITSTREAM.md §4.

use crate::colour::{Chroma, Depths};
use crate::entropy::BinCoder;
use crate::entropy::Profile;
use crate::entropy::learnt::Start;
use crate::filter::Deblock;
use crate::image::format::PixelFormat;
use crate::image::plane::Rect;
use crate::metadata::Orientation;
use crate::quant::family::Family;
use crate::quant::matrix::MatrixShape;
use crate::quant::step::MAX_QP;

/// Adaptive quantisation: a QP offset per cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Adaptive {
    /// Log2 of a cell's side in luma samples: 5 or 4.
    pub(crate) cell_log2: u32,
    /// Log2 of the QP steps that an offset of 1 stands for: 0 to 3.
    pub(crate) resolution: u32,
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PictureHeader {
    /// In pixels, 1 to 2^24.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Bits of the pixels' samples, 8 to 16.
    pub(crate) depth: u8,
    /// Pixels are to have 16 bits a sample all the same. Not in the stream.
    pub(crate) full_depth: bool,
    /// One plane only.
    pub(crate) gray: bool,
    /// A plane of alpha, coded without loss.
    pub(crate) alpha: bool,
    /// All planes are those of the pixels, coded without loss: what follows `sections` says
    /// nothing.
    pub(crate) lossless: bool,
    /// Chroma at half the resolution both ways (4:2:0).
    pub(crate) subsampled: bool,
    /// Log2 of the side of a tile in luma samples: 9 or 10.
    pub(crate) tile_log2: u32,
    /// How the pixels are turned when they are shown.
    pub(crate) orientation: Orientation,
    /// Sections stand between the header and the tiles.
    pub(crate) sections: bool,
    pub(crate) profile: Profile,
    /// Blocks may be copies, have palettes or go without a transform.
    pub(crate) screen: bool,
    /// What levels stand for.
    pub(crate) quantiser: Family,
    /// Base quantiser parameter in 1/32 octave, 0 to 447.
    pub(crate) qp: u16,
    /// Offsets of Cb and Cr to the luma QP, -64 to 63, in 1/32 octave times 4.
    pub(crate) chroma_qp: [i8; 2],
    /// Shapes of the quantisation matrices of luma and chroma.
    pub(crate) matrices: [MatrixShape; 2],
    /// How far levels of 1, 2 and above are reconstructed towards zero, in 1/32 step, -8 to 7.
    pub(crate) shrink: [i8; 3],
    pub(crate) adaptive: Option<Adaptive>,
    /// Of luma and of chroma.
    pub(crate) deblock: [Deblock; 2],
    /// Strength of the classified filter of luma and of chroma in eighths: 0 (off) or 2 to 8.
    pub(crate) classified: [u8; 2],
}

/// A value of `bits` bits.
fn field<C: BinCoder>(c: &mut C, bits: u32, value: &mut u32) {
    *value = c.bypass(bits, *value);
}

/// A signed value of `bits` bits, two's complement.
fn signed<C: BinCoder>(c: &mut C, bits: u32, value: &mut i8) {
    let raw = c.bypass(bits, *value as u32 & ((1 << bits) - 1));
    *value = ((raw << (32 - bits)) as i32 >> (32 - bits)) as i8;
}

fn flag<C: BinCoder>(c: &mut C, value: &mut bool) {
    *value = c.bypass(1, u32::from(*value)) != 0;
}

/// A side in pixels: the length of (side - 1) in 5 bits, then that many bits.
fn side<C: BinCoder>(c: &mut C, value: &mut u32) {
    let before = value.wrapping_sub(1);
    let bits = c.bypass(5, (u32::BITS - before.leading_zeros()).min(31));
    if bits > 24 {
        c.corrupt("bits of a picture side", bits as u64, 24);
        return;
    }
    *value = c.bypass(bits, before & ((1 << bits) - 1)) + 1;
}

impl PictureHeader {
    /// A header to read into.
    pub(crate) fn blank() -> Self {
        Self {
            width: 1,
            height: 1,
            depth: 8,
            full_depth: false,
            gray: false,
            alpha: false,
            lossless: false,
            subsampled: false,
            tile_log2: 10,
            orientation: Orientation::Upright,
            sections: false,
            profile: Profile::Fast,
            screen: false,
            quantiser: Family::Scalar,
            qp: 0,
            chroma_qp: [0; 2],
            matrices: [MatrixShape::FLAT; 2],
            shrink: [0; 3],
            adaptive: None,
            deblock: [Deblock::OFF; 2],
            classified: [0; 2],
        }
    }

    /// Codes the header.
    pub(crate) fn walk<C: BinCoder>(&mut self, c: &mut C) {
        side(c, &mut self.width);
        side(c, &mut self.height);
        // Reserved for colour models.
        let extended = c.bypass(1, 0);
        if extended != 0 {
            c.corrupt("header extension", 1, 0);
        }
        self.walk_depth(c);
        flag(c, &mut self.gray);
        flag(c, &mut self.alpha);
        let small = c.bypass(1, u32::from(self.tile_log2 == 9));
        self.tile_log2 = 10 - small;
        self.walk_orientation(c);
        flag(c, &mut self.sections);
        flag(c, &mut self.lossless);
        if !self.lossless {
            self.walk_lossy(c);
        }
    }

    /// What only lossy pictures have.
    fn walk_lossy<C: BinCoder>(&mut self, c: &mut C) {
        if !self.gray {
            flag(c, &mut self.subsampled);
        }
        let mixed = c.bypass(1, u32::from(self.profile == Profile::Mixed)) != 0;
        self.profile = if mixed { Profile::Mixed } else { Profile::Fast };
        flag(c, &mut self.screen);
        self.walk_quantiser(c);
        let mut qp = self.qp as u32;
        field(c, 9, &mut qp);
        if qp > MAX_QP as u32 {
            c.corrupt("base QP", qp as u64, MAX_QP as u64);
            qp = MAX_QP as u32;
        }
        self.qp = qp as u16;
        if !self.gray {
            signed(c, 7, &mut self.chroma_qp[0]);
            signed(c, 7, &mut self.chroma_qp[1]);
        }
        let channels = if self.gray { 1 } else { 2 };
        for shape in &mut self.matrices[..channels] {
            shape.walk(c);
        }
        for shrink in &mut self.shrink {
            signed(c, 4, shrink);
        }
        self.walk_adaptive(c);
        for deblock in &mut self.deblock[..channels] {
            deblock.walk(c);
        }
        for strength in &mut self.classified[..channels] {
            let coded = c.bypass(3, u32::from(strength.saturating_sub(1)));
            *strength = if coded == 0 { 0 } else { coded as u8 + 1 };
        }
    }

    /// 8 bits, or 9 to 16 as three bits more.
    fn walk_depth<C: BinCoder>(&mut self, c: &mut C) {
        let deep = c.bypass(1, u32::from(self.depth > 8)) != 0;
        self.depth = if deep { 9 + c.bypass(3, u32::from(self.depth.wrapping_sub(9))) as u8 } else { 8 };
    }

    /// Upright, or three bits more.
    fn walk_orientation<C: BinCoder>(&mut self, c: &mut C) {
        let number = self.orientation.to_exif();
        let turned = c.bypass(1, u32::from(number > 1)) != 0;
        let number = if turned { c.bypass(3, u32::from(number - 1)) } else { 0 };
        self.orientation = Orientation::ALL[number as usize];
    }

    fn walk_quantiser<C: BinCoder>(&mut self, c: &mut C) {
        let number = c.bypass(2, u32::from(self.is_trellis()));
        self.quantiser = match number {
            0 => Family::Scalar,
            1 => Family::Trellis,
            _ => {
                c.corrupt("quantiser", number as u64, 1);
                Family::Scalar
            }
        };
    }

    fn walk_adaptive<C: BinCoder>(&mut self, c: &mut C) {
        if c.bypass(1, u32::from(self.adaptive.is_some())) == 0 {
            self.adaptive = None;
            return;
        }
        let a = self.adaptive.unwrap_or(Adaptive { cell_log2: 5, resolution: 0 });
        let cell_log2 = 5 - c.bypass(1, 5u32.wrapping_sub(a.cell_log2) & 1);
        let resolution = c.bypass(2, a.resolution);
        self.adaptive = Some(Adaptive { cell_log2, resolution });
    }

    /// Bits of samples of pixels and planes.
    pub(crate) fn depths(&self) -> Depths {
        let depths = Depths::new(self.depth);
        if self.full_depth { depths.full() } else { depths }
    }

    /// Bits of a sample within the codec, 10 to 14.
    pub(crate) fn internal_depth(&self) -> u32 {
        self.depths().plane
    }

    /// Bits of a sample within the codec above the fewest.
    pub(crate) fn extra_depth(&self) -> u32 {
        self.depths().extra()
    }

    /// Format of the pixels.
    pub(crate) fn pixel_format(&self) -> PixelFormat {
        PixelFormat::new(!self.gray, self.alpha, self.output_depth() > 8)
    }

    /// Bytes of all of its pixels.
    pub(crate) fn pixel_bytes(&self) -> u64 {
        self.pixel_format().bytes_of(self.width, self.height)
    }

    /// Bits of a sample of its pixels.
    pub(crate) fn output_depth(&self) -> u8 {
        if self.full_depth { 16 } else { self.depth }
    }

    /// Chroma sampling.
    pub(crate) fn chroma(&self) -> Chroma {
        if self.subsampled { Chroma::Yuv420 } else { Chroma::Yuv444 }
    }

    /// Whether levels are those of the two quantisers of a trellis.
    pub(crate) fn is_trellis(&self) -> bool {
        self.quantiser == Family::Trellis
    }

    /// What the models that a tile starts with depend on.
    pub(crate) fn start(&self) -> Start {
        Start { trellis: self.is_trellis(), screen: self.screen }
    }

    /// Number of planes.
    pub(crate) fn planes(&self) -> usize {
        if self.gray { 1 } else { 3 }
    }

    /// Quantiser parameter of a block with a QP offset, before a plane's own.
    pub(crate) fn block_qp(&self, offset: i8) -> u16 {
        let scale = self.adaptive.map_or(0, |a| a.resolution);
        (self.qp as i32 + ((offset as i32) << scale)).clamp(0, MAX_QP as i32) as u16
    }

    /// Quantiser parameter of plane `plane` (0 to 2) where the block's is `qp`.
    pub(crate) fn plane_qp(&self, qp: u16, plane: usize) -> u16 {
        if plane == 0 {
            return qp;
        }
        (qp as i32 + 4 * self.chroma_qp[plane - 1] as i32).clamp(0, MAX_QP as i32) as u16
    }

    /// All of the picture's pixels.
    pub(crate) fn area(&self) -> Rect {
        Rect { x: 0, y: 0, w: self.width as usize, h: self.height as usize }
    }

    /// `rect`, of luma samples, in samples of plane `plane`.
    pub(crate) fn in_plane(&self, rect: Rect, plane: usize) -> Rect {
        let shift = if plane > 0 && self.subsampled { 1 } else { 0 };
        Rect { x: rect.x >> shift, y: rect.y >> shift, w: rect.w >> shift, h: rect.h >> shift }
    }

    /// The same for a picture of another size.
    pub(crate) fn with_size(&self, width: usize, height: usize) -> Self {
        Self { width: width as u32, height: height as u32, ..self.clone() }
    }

    /// Width and height of plane `plane` as stored: padded to 8 luma samples.
    pub(crate) fn plane_size(&self, plane: usize) -> (usize, usize) {
        let shift = if plane > 0 && self.subsampled { 1 } else { 0 };
        let padded = |n: u32| (n as usize).next_multiple_of(8) >> shift;
        (padded(self.width), padded(self.height))
    }

    /// Samples of all planes as stored.
    pub(crate) fn samples(&self) -> u64 {
        let sizes = (0..self.planes()).map(|p| self.plane_size(p));
        sizes.map(|(width, height)| width as u64 * height as u64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::raw::{RawReader, RawWriter};

    #[test]
    fn both_quantisers_come_back_and_other_numbers_are_errors() {
        let write = |mut header: PictureHeader| {
            let mut c = RawWriter::default();
            header.walk(&mut c);
            c.finish()
        };
        let mut written = [Family::Scalar, Family::Trellis]
            .map(|quantiser| write(PictureHeader { quantiser, ..PictureHeader::blank() }));
        for (bytes, quantiser) in written.iter().zip([Family::Scalar, Family::Trellis]) {
            let mut read = PictureHeader::blank();
            let mut c = RawReader::new(bytes);
            read.walk(&mut c);
            assert_eq!((read.quantiser, c.finish()), (quantiser, None));
        }
        // The field is where both differ: its lower bit. The bit before it makes 2 and 3.
        let at = (0..8 * written[0].len()).find(|i| (written[0][i / 8] ^ written[1][i / 8]) >> (7 - i % 8) & 1 != 0);
        let high = at.expect("a field") - 1;
        for bytes in &mut written {
            bytes[high / 8] |= 128 >> (high % 8);
            let mut c = RawReader::new(bytes);
            PictureHeader::blank().walk(&mut c);
            assert_eq!(c.finish().map(|d| (d.0, d.2)), Some(("quantiser", 1)));
        }
    }
}
