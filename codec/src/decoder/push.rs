//! Decoding while the bytes come.

use super::partial::fill;
use super::sweep::Sweep;
use super::tile::{Part, Stream};
use super::{Decoder, DecoderOptions, ImageInfo};
use crate::container::{self, CRC_BYTES, Parsed, TileIndex};
use crate::error::DecodeError;
use crate::image::view::Image;
use crate::memory::{Account, Pace};
use crate::metadata::Metadata;
use crate::simd::Simd;
use crate::threads::Workers;

/// A decoder that is given a stream piece by piece, in order, and says meanwhile what there is: the header, the preview, the
/// metadata, and of pictures of several tiles the pixels. It keeps all bytes.
///
/// ```
/// # use kvant::{EncoderConfig, ImageView, PixelFormat, PushDecoder};
/// # let pixels = vec![128u8; 48 * 32];
/// # let view = ImageView::new(&pixels, 48, 32, 48, PixelFormat::Gray8)?;
/// # let mut config = EncoderConfig::default();
/// # config.preview = true;
/// # let stream = kvant::encode(&view, &config)?;
/// let mut decoder = PushDecoder::default();
/// for piece in stream.chunks(100) {
///     decoder.push(piece)?;
///     if let Some(preview) = decoder.preview()? {
///         assert_eq!((preview.width(), preview.height()), (6, 4));
///     }
/// }
/// assert_eq!(decoder.finish()?, kvant::decode(&stream)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct PushDecoder {
    options: DecoderOptions,
    data: Vec<u8>,
    /// With fewer bytes than that there is nothing new.
    needed: usize,
    front: Option<(Parsed, ImageInfo)>,
    /// The header is followed by all of its sections.
    whole_front: bool,
    tiles: Option<Tiles>,
    fault: Option<DecodeError>,
}

/// The tiles of a picture of several, and what they gave.
#[derive(Debug)]
struct Tiles {
    index: TileIndex,
    pace: Pace,
    workers: Workers,
    decoded: usize,
    sweep: Sweep,
    image: Image,
    /// Rows of it that are settled over the whole width.
    rows: usize,
}

impl PushDecoder {
    /// A decoder without any bytes yet.
    pub fn new(options: DecoderOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes the next bytes of the stream, and decodes the tiles that are whole with them.
    ///
    /// # Errors
    /// [`DecodeError`] as soon as the stream is known to be damaged or over a limit, and from then on. The bytes that are kept
    /// are held against [`Limits::max_memory`](crate::Limits::max_memory) by themselves, so that what [`Decoder`] accepts is
    /// accepted here.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let result = self.take(bytes);
        self.fault = result.as_ref().err().cloned();
        result
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let length = (self.data.len() as u64).saturating_add(bytes.len() as u64);
        self.options.limits.check_memory(length)?;
        if self.data.capacity() < self.data.len() + bytes.len() {
            // By an eighth: seldom, and not far beyond what is needed.
            self.data.reserve_exact(bytes.len().max(self.data.len() / 8));
        }
        self.data.extend_from_slice(bytes);
        while !self.data.is_empty() && self.data.len() >= self.needed {
            match self.step() {
                // Bytes that end early are no damage yet; they may be known to be more than there are.
                Err(DecodeError::Truncated { needed, .. }) => {
                    self.needed = usize::try_from(needed).unwrap_or(usize::MAX).max(self.data.len() + 1);
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// Goes on as far as the bytes reach, which `Truncated` says.
    fn step(&mut self) -> Result<(), DecodeError> {
        if !self.whole_front {
            let mut parsed = container::parse(&self.data, &self.options.limits)?;
            parsed.header.full_depth = self.options.full_depth;
            let intact = parsed.intact();
            let info = ImageInfo::of(&parsed);
            self.front = Some((parsed, info));
            intact?;
            self.whole_front = true;
        }
        let Some((parsed, _)) = &self.front else { return Ok(()) };
        if parsed.grid.len() == 1 {
            // Where its only tile ends is not known before the end.
            self.needed = usize::MAX;
            return Ok(());
        }
        let tiles = match &mut self.tiles {
            Some(tiles) => tiles,
            none => {
                let index = parsed.places(&self.data)?;
                none.insert(Tiles::new(&Decoder::with_options(&self.data, self.options)?, index)?)
            }
        };
        tiles.decode(&self.data, parsed, Simd::new(self.options.cpu))
    }

    /// What the header says, once it is there.
    pub fn info(&self) -> Option<&ImageInfo> {
        self.front.as_ref().map(|f| &f.1)
    }

    /// Decodes the preview; `None` where it is not there yet or the stream has none.
    ///
    /// # Errors
    /// As [`Decoder::preview`].
    pub fn preview(&self) -> Result<Option<Image>, DecodeError> {
        let Some(info) = self.info() else { return Ok(None) };
        match Decoder::with_options(&self.data, self.options)?.preview() {
            Err(DecodeError::Truncated { .. }) if info.preview.is_none() => Ok(None),
            found => found,
        }
    }

    /// What the stream says of the picture besides its pixels; `None` where that is not all there yet.
    ///
    /// # Errors
    /// As [`Decoder::metadata`].
    pub fn metadata(&self) -> Result<Option<Metadata>, DecodeError> {
        if !self.whole_front {
            return Ok(None);
        }
        Decoder::with_options(&self.data, self.options)?.metadata().map(Some)
    }

    /// Tiles decoded so far. The only tile of a picture is not before [`PushDecoder::finish`].
    pub fn tiles(&self) -> u32 {
        self.tiles.as_ref().map_or(0, |t| t.decoded as u32)
    }

    /// Rows of pixels, from the top, that are as they will be.
    pub fn rows(&self) -> u32 {
        self.tiles.as_ref().map_or(0, |t| t.rows as u32)
    }

    /// The picture as far as it is decoded, once the first of several tiles may come. The rest has its colours from the
    /// preview, where there is one, or is gray.
    pub fn image(&self) -> Option<&Image> {
        self.tiles.as_ref().map(|t| &t.image)
    }

    /// The picture, after the last byte: the same as [`decode`](crate::decode) gives of all bytes at once.
    ///
    /// # Errors
    /// As [`Decoder::decode`].
    pub fn finish(self) -> Result<Image, DecodeError> {
        match (self.fault, self.tiles) {
            (Some(fault), _) => Err(fault),
            (None, Some(tiles)) if tiles.decoded == tiles.index.tiles.len() => Ok(tiles.image),
            _ => Decoder::with_options(&self.data, self.options)?.decode(),
        }
    }
}

impl Tiles {
    /// None decoded yet; all memory is taken within the limits.
    fn new(decoder: &Decoder<'_>, index: TileIndex) -> Result<Self, DecodeError> {
        let (parsed, options) = (&decoder.parsed, &decoder.options);
        let header = &parsed.header;
        let account = Account::new(header, &parsed.grid);
        let pace = decoder.pace(&account, decoder.pixel_bytes(), parsed.grid.len())?;
        let mut image = Image::with_depth(header.width, header.height, header.pixel_format(), header.output_depth())?;
        let preview = decoder.preview_beside(decoder.pixel_bytes());
        fill(preview.as_ref(), &mut image.view_mut(), header.area(), header.output_depth());
        let sweep = Sweep::new(Simd::new(options.cpu), header, parsed.grid);
        let workers = Workers::new(options.threads);
        Ok(Self { index, pace, workers, decoded: 0, sweep, image, rows: 0 })
    }

    /// Decodes the tiles that are whole in `data`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] with the end of the first that is not; after the last tile there may be no more bytes.
    fn decode(&mut self, data: &[u8], parsed: &Parsed, simd: Simd) -> Result<(), DecodeError> {
        let end = |&(start, length): &(usize, usize)| start.saturating_add(length).saturating_add(CRC_BYTES);
        let tiles = &self.index.tiles;
        let whole = tiles.iter().take_while(|tile| end(tile) <= data.len()).count();
        let stream = Stream { simd, data, parsed, index: &self.index, workers: &self.workers, observer: None };
        if self.decoded < whole {
            let parts: Vec<Part> = (self.decoded..whole).map(|tile| Part { tile, rows: usize::MAX }).collect();
            let (image, rows) = (&mut self.image, &mut self.rows);
            stream.decode(&parts, self.pace, &mut self.sweep, &mut |settled| {
                let place = settled.place;
                settled.write(simd, place, &mut image.view_mut().part(place));
                if place.x + place.w == parsed.header.width as usize {
                    *rows = place.y + place.h;
                }
                Ok(())
            })?;
            self.decoded = whole;
        }
        let last = tiles.last().map_or(0, end);
        let available = data.len() as u64;
        match tiles.get(whole) {
            Some(tile) => Err(DecodeError::Truncated { what: "tile", needed: end(tile) as u64, available }),
            None if data.len() > last => {
                let value = (data.len() - last) as u64;
                Err(DecodeError::Corrupt { what: "bytes after the last tile", value, limit: 0 })
            }
            None => Err(DecodeError::Truncated { what: "end", needed: available + 1, available }),
        }
    }
}
