//! The decoder's interface.

mod blocks;
mod tile;

pub use self::blocks::{Basis, Block, BlockMode, BlockTree};
use crate::colour::Chroma;
use crate::container::{self, DRAFT, Parsed};
use crate::entropy::mixer::Mixer;
use crate::entropy::predictor::Profile;
use crate::error::{DecodeError, ImageError};
use crate::image::view::{Image, ImageViewMut, PixelFormat};
use crate::limits::Limits;
use crate::simd::{CpuLevel, Simd};
use crate::syntax::header::{DEPTH, PictureHeader};
use crate::threads;

/// How to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecoderOptions {
    /// Bounds; see [`Limits`].
    pub limits: Limits,
    /// Threads: 1 (the default) for the caller's own, 0 for all of rayon's current pool, else a pool of that size.
    pub threads: usize,
    /// CPU level; the machine's best by default.
    pub cpu: CpuLevel,
}

impl Default for DecoderOptions {
    fn default() -> Self {
        Self { limits: Limits::default(), threads: 1, cpu: CpuLevel::detect() }
    }
}

/// What a stream's header says, without any pixel decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageInfo {
    /// Format draft of the stream.
    pub draft: u8,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Format of the decoded pixels.
    pub format: PixelFormat,
    /// Chroma sampling; [`Chroma::Yuv444`] for gray.
    pub chroma: Chroma,
    /// Bits of a source sample.
    pub depth: u8,
    /// Bits of a sample within the codec.
    pub internal_depth: u8,
    /// How the bins are coded.
    pub profile: Profile,
    /// Base quantiser parameter, in 1/32 octave.
    pub qp: u16,
    /// Width and height of a tile, in pixels.
    pub tile_size: u32,
    /// Number of tiles.
    pub tiles: u32,
    /// Bytes before the first tile's data.
    pub header_bytes: u64,
}

impl ImageInfo {
    fn of(parsed: &Parsed) -> Self {
        let header = &parsed.header;
        Self {
            draft: DRAFT,
            width: header.width,
            height: header.height,
            format: if header.gray { PixelFormat::Gray8 } else { PixelFormat::Rgb8 },
            chroma: header.chroma(),
            depth: 8,
            internal_depth: DEPTH as u8,
            profile: header.profile,
            qp: header.qp,
            tile_size: 1 << header.tile_log2,
            tiles: parsed.grid.len() as u32,
            header_bytes: parsed.header_bytes as u64,
        }
    }
}

/// A stream whose header has been read and checked.
#[derive(Debug)]
pub struct Decoder<'a> {
    data: &'a [u8],
    options: DecoderOptions,
    parsed: Parsed,
    info: ImageInfo,
}

impl<'a> Decoder<'a> {
    /// Reads the header of `data`, with default options.
    ///
    /// # Errors
    /// [`DecodeError`] where the header is damaged, of another draft or over a limit.
    pub fn new(data: &'a [u8]) -> Result<Self, DecodeError> {
        Self::with_options(data, DecoderOptions::default())
    }

    /// Reads the header of `data`.
    ///
    /// # Errors
    /// As [`Decoder::new`].
    pub fn with_options(data: &'a [u8], options: DecoderOptions) -> Result<Self, DecodeError> {
        let parsed = container::parse(data, &options.limits)?;
        let info = ImageInfo::of(&parsed);
        Ok(Self { data, options, parsed, info })
    }

    /// What the header says.
    pub fn info(&self) -> &ImageInfo {
        &self.info
    }

    /// Decodes the picture.
    ///
    /// # Errors
    /// [`DecodeError`] where the data is damaged or a limit would be exceeded.
    pub fn decode(&self) -> Result<Image, DecodeError> {
        let index = self.index()?;
        let mut image = Image::new(self.info.width, self.info.height, self.info.format)?;
        self.decode_tiles(&index, &mut image.view_mut())?;
        Ok(image)
    }

    /// Decodes the picture into `out`, which must have its size and format.
    ///
    /// # Errors
    /// As [`Decoder::decode`]; [`DecodeError::Image`] where `out` does not fit. What `out` holds after an error is
    /// unspecified.
    pub fn decode_into(&self, out: &mut ImageViewMut<'_>) -> Result<(), DecodeError> {
        if (out.width(), out.height(), out.format()) != (self.info.width, self.info.height, self.info.format) {
            return Err(ImageError::Mismatch.into());
        }
        let index = self.index()?;
        self.decode_tiles(&index, out)
    }

    /// Everything that can be refused before memory is taken.
    fn index(&self) -> Result<container::TileIndex, DecodeError> {
        let index = self.parsed.index(self.data)?;
        self.options.limits.check_memory(self.memory(&self.parsed.header))?;
        Ok(index)
    }

    fn memory(&self, header: &PictureHeader) -> u64 {
        let pixels = header.width as u64 * header.height as u64 * self.info.format.bytes_per_pixel() as u64;
        let at_once = threads::at_most(self.options.threads).min(self.parsed.grid.len());
        let mixers = if header.profile == Profile::Mixed { at_once as u64 * Mixer::MEMORY } else { 0 };
        pixels + crate::recon::picture::PictureSamples::memory(header) + mixers
    }

    fn decode_tiles(&self, index: &container::TileIndex, out: &mut ImageViewMut<'_>) -> Result<(), DecodeError> {
        let simd = Simd::new(self.options.cpu);
        let tiles = tile::decode_all(simd, self.data, &self.parsed, index, self.options.threads)?;
        let mut picture = crate::recon::picture::PictureSamples::new(&self.parsed.header);
        for (i, (samples, state)) in tiles.iter().enumerate() {
            picture.place(&self.parsed.header, &self.parsed.grid, i, samples, state);
        }
        drop(tiles);
        picture.filter(simd, &self.parsed.header);
        picture.write(simd, &self.parsed.header, out);
        Ok(())
    }
}

/// Decodes `data` with default options and limits.
///
/// # Errors
/// As [`Decoder::decode`].
pub fn decode(data: &[u8]) -> Result<Image, DecodeError> {
    Decoder::new(data)?.decode()
}
