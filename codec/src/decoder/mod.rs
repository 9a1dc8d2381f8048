//! The decoder's interface.

#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]

mod blocks;
mod filtering;
mod info;
mod into;
mod open_tile;
mod options;
mod parsing;
mod partial;
mod pipeline;
mod progress;
mod push;
mod region;
mod rows;
mod scaled;
mod schedule;
#[cfg(test)]
mod tests;
mod tile;

pub use self::blocks::{Basis, Block, BlockMode, BlockTree};
pub use self::info::ImageInfo;
pub use self::options::DecoderOptions;
pub use self::partial::{Missing, Partial};
pub use self::push::PushDecoder;
use self::region::RegionTiles;
pub use self::scaled::Scaled;
use self::tile::Stream;
use crate::colour::Scale;
use crate::container::{self, Parsed, TileIndex};
use crate::error::DecodeError;
use crate::image::plane::Rect;
use crate::image::view::Image;
use crate::memory::{Account, Pace};
use crate::metadata::{Metadata, section};
use crate::observer::Observer;
use crate::simd::Simd;
use crate::threads::Workers;

/// A stream whose header has been read and checked.
#[derive(Debug)]
pub struct Decoder<'a> {
    data: &'a [u8],
    options: DecoderOptions,
    parsed: Parsed,
    info: ImageInfo,
    workers: Workers,
    observer: Option<&'a dyn Observer>,
}

/// A decode of which all is known but the pixels.
struct Ready {
    tiles: RegionTiles,
    index: TileIndex,
    pace: Pace,
}

impl<'a> Decoder<'a> {
    /// Reads the header of `data`, with default options.
    ///
    /// # Errors
    /// [`DecodeError`] where the header is damaged, of another draft or over a limit. Damage behind
    /// it is an error of what needs the damaged part: `data` may end behind a preview that is to be
    /// decoded.
    pub fn new(data: &'a [u8]) -> Result<Self, DecodeError> {
        Self::with_options(data, DecoderOptions::default())
    }

    /// Reads the header of `data`.
    ///
    /// # Errors
    /// As [`Decoder::new`].
    pub fn with_options(data: &'a [u8], options: DecoderOptions) -> Result<Self, DecodeError> {
        let mut parsed = container::parse(data, &options.limits)?;
        parsed.header.full_depth = options.full_depth;
        let info = ImageInfo::of(&parsed);
        Ok(Self { data, options, parsed, info, workers: Workers::new(options.threads), observer: None })
    }

    /// The same decoder, which tells `observer` how many pixels are decoded, of the whole picture
    /// or of the region asked for, and stops with [`DecodeError::Cancelled`] where it says so. It
    /// hears of some rows of pixels at a time, of a tile in lossless pictures, and nothing of a
    /// preview.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use std::ops::ControlFlow;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// use kvant::{DecodeError, Decoder};
    ///
    /// let closed = AtomicBool::new(true);
    /// let observer = |done: u64, total: u64| {
    ///     eprint!("\r{} %", 100 * done / total);
    ///     match closed.load(Ordering::Relaxed) {
    ///         true => ControlFlow::Break(()),
    ///         false => ControlFlow::Continue(()),
    ///     }
    /// };
    /// let decoded = Decoder::new(&stream)?.with_observer(&observer).decode();
    /// assert_eq!(decoded, Err(DecodeError::Cancelled));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_observer(self, observer: &'a dyn Observer) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// What the header says.
    pub fn info(&self) -> &ImageInfo {
        &self.info
    }

    /// What the stream says of the picture besides its pixels.
    ///
    /// # Errors
    /// [`DecodeError`] where a block is damaged or cannot be unpacked, or all of them exceed
    /// [`Limits::max_metadata`](crate::Limits::max_metadata).
    pub fn metadata(&self) -> Result<Metadata, DecodeError> {
        self.parsed.intact()?;
        self.intact_metadata()
    }

    /// What those parts of the stream that are intact say of the picture besides its pixels.
    ///
    /// # Errors
    /// [`DecodeError`] where a block cannot be unpacked, or all of them exceed
    /// [`Limits::max_metadata`](crate::Limits::max_metadata).
    pub fn intact_metadata(&self) -> Result<Metadata, DecodeError> {
        self.parsed.metadata(self.data, &self.options.limits)
    }

    /// Decodes the preview: the picture at an eighth of its size each way, in the same format and
    /// depth, and as little turned. `None` where the stream has none. Needs as much of the data as
    /// [`ImageInfo::preview_needs`] says, and no more.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let config = kvant::EncoderConfig::default().with_preview(true);
    /// # let stream = kvant::encode(&view, &config)?;
    /// let decoder = kvant::Decoder::new(&stream)?;
    /// let preview = decoder.preview()?.expect("the encoder was asked for one");
    /// assert_eq!((preview.width(), preview.height()), (8, 6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode`], for the preview.
    pub fn preview(&self) -> Result<Option<Image>, DecodeError> {
        Self::of_preview(self.data, &self.parsed, self.options)?.map(|small| small.decode()).transpose()
    }

    /// The decoder of the preview of `data`, which is what the picture says it is.
    fn of_preview(data: &'a [u8], parsed: &Parsed, options: DecoderOptions) -> Result<Option<Self>, DecodeError> {
        let Some(place) = parsed.section(section::PREVIEW)? else { return Ok(None) };
        let small = Self::with_options(&data[place], options)?;
        let (whole, info) = (&parsed.header, &small.parsed.header);
        let check = |what, value: u32, limit: u32| match value == limit {
            true => Ok(()),
            false => Err(DecodeError::Corrupt { what, value: value.into(), limit: limit.into() }),
        };
        check("width of the preview", info.width, Scale::Eighth.of(whole.width))?;
        check("height of the preview", info.height, Scale::Eighth.of(whole.height))?;
        check("depth of the preview", info.depth.into(), whole.depth.into())?;
        check("gray flag of the preview", info.gray.into(), whole.gray.into())?;
        check("alpha flag of the preview", info.alpha.into(), whole.alpha.into())?;
        Ok(Some(small))
    }

    /// Decodes the picture. The pixels are not turned as [`ImageInfo::orientation`] says.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// let decoder = kvant::Decoder::new(&stream)?;
    /// assert_eq!((decoder.info().width, decoder.info().height), (64, 48));
    /// let image = decoder.decode()?;
    /// assert_eq!(image.data().len(), 64 * 48 * image.format().bytes_per_pixel());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DecodeError`] where the data is damaged or a limit would be exceeded;
    /// [`DecodeError::Cancelled`] where an observer stops it.
    pub fn decode(&self) -> Result<Image, DecodeError> {
        self.decode_region(0, 0, self.info.width, self.info.height)
    }

    /// Decodes the `width` x `height` pixels from column `x` and row `y` on: the same as in the
    /// whole picture. Only tiles that they need are decoded, those within 24 pixels; checksums of
    /// others are not looked at.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// let part = kvant::Decoder::new(&stream)?.decode_region(10, 20, 30, 5)?;
    /// assert_eq!((part.width(), part.height()), (30, 5));
    /// assert_eq!(part.view().row(0), &kvant::decode(&stream)?.view().row(20)[3 * 10..3 * 40]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode`]; [`DecodeError::Region`] where the region is empty or not within the
    /// picture.
    pub fn decode_region(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Image, DecodeError> {
        let ready = self.ready_for(x, y, width, height)?;
        let (format, depth) = (self.info.format, self.parsed.header.output_depth());
        let mut image = Image::with_depth(width, height, format, depth)?;
        ready.tiles.decode(&self.stream(&ready.index), ready.pace, &mut image.view_mut())?;
        Ok(image)
    }

    /// Checks what [`Decoder::decode_region`] checks before it takes memory for pixels: the region,
    /// that the stream is long enough, the limits. A caller may take the memory then, and decode
    /// into it.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..64 * 48 * 3u32).map(|i| (i * i / 97) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 64, 48, 64 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let stream = kvant::encode(&view, &kvant::EncoderConfig::default())?;
    /// use kvant::{DecodeError, Decoder};
    ///
    /// let decoder = Decoder::new(&stream)?;
    /// assert_eq!(decoder.check_region(0, 0, 64, 48), Ok(()));
    /// assert!(matches!(decoder.check_region(0, 0, 65, 48), Err(DecodeError::Region { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Decoder::decode_region`] that are known so early.
    pub fn check_region(&self, x: u32, y: u32, width: u32, height: u32) -> Result<(), DecodeError> {
        self.ready_for(x, y, width, height).map(|_| ())
    }

    fn ready_for(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Ready, DecodeError> {
        let region = self.region((x, y), (width, height))?;
        self.prepare(region, self.info.format.bytes_of(width, height))
    }

    /// The `width` x `height` pixels from column `x` and row `y` on, where the picture has them.
    fn region(&self, (x, y): (u32, u32), (width, height): (u32, u32)) -> Result<Rect, DecodeError> {
        let inside = |from: u32, len: u32, all: u32| len > 0 && from.checked_add(len).is_some_and(|end| end <= all);
        let ImageInfo { width: all_width, height: all_height, .. } = self.info;
        if !inside(x, width, all_width) || !inside(y, height, all_height) {
            return Err(DecodeError::Region { x, y, width, height, all_width, all_height });
        }
        Ok(Rect { x: x as usize, y: y as usize, w: width as usize, h: height as usize })
    }

    /// Everything that can be refused before memory is taken, of which pixels take `pixels` bytes.
    fn prepare(&self, region: Rect, pixels: u64) -> Result<Ready, DecodeError> {
        let index = self.parsed.index(self.data)?;
        let tiles = RegionTiles::around(&self.parsed, region);
        let pace = self.pace(&tiles.account(), pixels, tiles.parts.len())?;
        Ok(Ready { tiles, index, pace })
    }

    /// How many of `tiles` tiles are decoded at once beside `pixels` bytes.
    fn pace(&self, account: &Account, pixels: u64, tiles: usize) -> Result<Pace, DecodeError> {
        Ok(account.pace(&self.options.limits, pixels, self.workers.count(), tiles)?)
    }

    fn stream<'b>(&'b self, index: &'b TileIndex) -> Stream<'b> {
        Stream {
            simd: Simd::new(self.options.cpu),
            data: self.data,
            parsed: &self.parsed,
            index,
            workers: &self.workers,
            observer: self.observer,
        }
    }
}

/// Decodes `data` with default options and limits.
///
/// ```no_run
/// let image = kvant::decode(&std::fs::read("photo.kvt")?)?;
/// println!("{} x {} pixels, {:?}", image.width(), image.height(), image.format());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Decoder::decode`].
pub fn decode(data: &[u8]) -> Result<Image, DecodeError> {
    Decoder::new(data)?.decode()
}
