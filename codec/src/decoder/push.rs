//! Decoding while the bytes come.

use super::filtering::{Filtering, Settled};
use super::parsing::Part;
use super::partial::{Partial, fill, preview_beside};
use super::pipeline::HaltedTile;
use super::tile::Stream;
use super::{Decoder, DecoderOptions, ImageInfo};
use crate::container::{self, Lengths, Parsed, TileIndex, tile_end};
use crate::error::DecodeError;
use crate::image::view::Image;
use crate::memory::{Account, Pace};
use crate::metadata::Metadata;
use crate::simd::Simd;
use crate::threads::Workers;

/// A decoder that is given a stream piece by piece, in order, and says meanwhile what there is: the
/// header, the preview, the metadata, and pixels, row by row where a picture has one tile and tile
/// by tile where it has several. It keeps all bytes.
///
/// Pixels do not change once [`PushDecoder::rows`] counts them. Those of a picture of several tiles
/// are checked: each tile has a checksum. The only tile of a picture has that of the whole file,
/// which is its end: **until [`PushDecoder::finish`], nobody knows whether these pixels are
/// right**, and damage may show among them.
///
/// ```
/// # let pixels: Vec<u8> = (0..128 * 256 * 3u64).map(|i| (i * i / 9700) as u8).collect();
/// # let view = kvant::ImageView::new(&pixels, 128, 256, 128 * 3, kvant::PixelFormat::Rgb8)?;
/// # let mut config = kvant::EncoderConfig::default();
/// # config.content = kvant::Content::Photo;
/// # let stream = kvant::encode(&view, &config)?;
/// use kvant::PushDecoder;
///
/// let mut decoder = PushDecoder::default();
/// let mut shown = 0;
/// for piece in stream.chunks(100) {
///     decoder.push(piece)?;
///     if let (Some(image), true) = (decoder.image(), decoder.rows() > shown) {
///         let rows = shown..decoder.rows();
///         // Here a program shows these rows.
///         assert_eq!(image.view().row(rows.start).len(), 3 * 128);
///         shown = rows.end;
///     }
/// }
/// assert!(shown > 100);
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
    /// What is read of the index of tiles.
    lengths: Lengths,
    pixels: Option<Pixels>,
    fault: Option<DecodeError>,
}

/// The pixels that there are, and the way to more of them.
#[derive(Debug)]
struct Pixels {
    pace: Pace,
    workers: Workers,
    filtering: Filtering,
    image: Image,
    /// Rows of it that are settled over the whole width.
    rows: usize,
    tiles: Tiles,
}

/// The tiles that they come from.
#[derive(Debug)]
enum Tiles {
    /// Several, which are decoded when they are whole.
    Several { index: TileIndex, decoded: usize },
    /// One, which is decoded as far as its data reaches; none of it yet where there is none.
    One(Option<Box<HaltedTile>>),
}

impl PushDecoder {
    /// A decoder without any bytes yet.
    pub fn new(options: DecoderOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes the next bytes of the stream, and decodes what can be decoded with them. Decoding goes
    /// on where it stopped: however small the pieces are, a row of blocks is read a few times at
    /// most.
    ///
    /// # Errors
    /// [`DecodeError`] as soon as the stream is known to be damaged or over a limit, and from then
    /// on. A stream of more bytes than [`Limits::max_memory`](crate::Limits::max_memory) is
    /// refused, since it is kept. What decoding takes is held against that limit apart from the
    /// stream, as [`Decoder`] does.
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
                // Bytes that end early are no damage yet; they may be known to be more than there
                // are.
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
            self.read_front()?;
            self.whole_front = true;
        }
        let Some((parsed, _)) = &self.front else { return Ok(()) };
        if self.pixels.is_none() {
            self.pixels = match parsed.grid.len() {
                1 => Pixels::of_one(&self.data, parsed, self.options),
                _ => {
                    let index = parsed.places(&self.data, &mut self.lengths)?;
                    Some(Pixels::of_several(&self.data, parsed, self.options, index)?)
                }
            };
        }
        match &mut self.pixels {
            Some(pixels) => pixels.decode(&self.data, parsed, Simd::new(self.options.cpu)),
            // There is nothing to do before the end.
            None => {
                self.needed = usize::MAX;
                Ok(())
            }
        }
    }

    /// Goes on with header and sections.
    fn read_front(&mut self) -> Result<(), DecodeError> {
        match &mut self.front {
            Some((parsed, info)) => {
                parsed.read_on(&self.data, &self.options.limits);
                *info = ImageInfo::of(parsed);
                parsed.intact()
            }
            None => {
                let mut parsed = container::parse(&self.data, &self.options.limits)?;
                parsed.header.full_depth = self.options.full_depth;
                let info = ImageInfo::of(&parsed);
                let (parsed, _) = self.front.insert((parsed, info));
                parsed.intact()
            }
        }
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
        let Some((parsed, info)) = &self.front else { return Ok(None) };
        match Decoder::of_preview(&self.data, parsed, self.options) {
            Err(DecodeError::Truncated { .. }) if info.preview.is_none() => Ok(None),
            small => small?.map(|small| small.decode()).transpose(),
        }
    }

    /// What the stream says of the picture besides its pixels; `None` where that is not all there
    /// yet.
    ///
    /// # Errors
    /// As [`Decoder::metadata`].
    pub fn metadata(&self) -> Result<Option<Metadata>, DecodeError> {
        match &self.front {
            Some((parsed, _)) if self.whole_front => parsed.metadata(&self.data, &self.options.limits).map(Some),
            _ => Ok(None),
        }
    }

    /// Tiles decoded so far. The only tile of a picture is not before [`PushDecoder::finish`],
    /// though most of its rows may be.
    pub fn tiles(&self) -> u32 {
        match &self.pixels {
            Some(Pixels { tiles: Tiles::Several { decoded, .. }, .. }) => *decoded as u32,
            _ => 0,
        }
    }

    /// Rows of pixels, from the top, that are as they will be. A picture of one tile that is
    /// lossless, or for whose rows [`Limits::max_memory`](crate::Limits::max_memory) leaves no room
    /// beside the picture, has none before [`PushDecoder::finish`].
    pub fn rows(&self) -> u32 {
        self.pixels.as_ref().map_or(0, |pixels| pixels.rows as u32)
    }

    /// The picture as far as it is decoded, once pixels may come. The rest has its colours from the
    /// preview, where there is one, or is gray.
    pub fn image(&self) -> Option<&Image> {
        self.pixels.as_ref().map(|pixels| &pixels.image)
    }

    /// The picture, after the last byte: the same as [`decode`](crate::decode) gives of all bytes
    /// at once.
    ///
    /// # Errors
    /// As [`Decoder::decode`]; what [`PushDecoder::push`] returned, where that was an error.
    pub fn finish(self) -> Result<Image, DecodeError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if let (Some((parsed, _)), Some(pixels)) = (&self.front, self.pixels)
            && let Some(image) = pixels.finish(&self.data, parsed, Simd::new(self.options.cpu))?
        {
            return Ok(image);
        }
        Decoder::with_options(&self.data, self.options)?.decode()
    }

    /// What there is of the picture where no more bytes come, or damage was met: the same as
    /// [`Decoder::decode_partial`] gives of the bytes so far.
    ///
    /// ```
    /// # let pixels: Vec<u8> = (0..128 * 256 * 3u64).map(|i| (i * i / 9700) as u8).collect();
    /// # let view = kvant::ImageView::new(&pixels, 128, 256, 128 * 3, kvant::PixelFormat::Rgb8)?;
    /// # let mut config = kvant::EncoderConfig::default();
    /// # config.content = kvant::Content::Photo;
    /// # let stream = kvant::encode(&view, &config)?;
    /// let mut decoder = kvant::PushDecoder::default();
    /// decoder.push(&stream[..stream.len() * 2 / 3])?;
    /// // Here the connection breaks.
    /// let partial = decoder.into_partial()?;
    /// assert!(partial.missing[0].y >= 64 && partial.fault.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Decoder::decode_partial`].
    pub fn into_partial(self) -> Result<Partial, DecodeError> {
        let Self { options, data, pixels, .. } = self;
        // What follows takes as much memory.
        drop(pixels);
        Decoder::with_options(&data, options)?.decode_partial()
    }
}

impl Pixels {
    /// None of those of several tiles; all memory is taken within the limits.
    fn of_several(
        data: &[u8],
        parsed: &Parsed,
        options: DecoderOptions,
        index: TileIndex,
    ) -> Result<Self, DecodeError> {
        let account = Account::new(&parsed.header, &parsed.grid);
        Self::new(data, parsed, options, &account, Tiles::Several { index, decoded: 0 })
    }

    /// None of those of one tile, where they can be decoded before all data is there, and the
    /// limits allow what that takes.
    fn of_one(data: &[u8], parsed: &Parsed, options: DecoderOptions) -> Option<Self> {
        let header = &parsed.header;
        let account = Account::new(header, &parsed.grid).growing(header);
        if header.lossless { None } else { Self::new(data, parsed, options, &account, Tiles::One(None)).ok() }
    }

    fn new(
        data: &[u8],
        parsed: &Parsed,
        options: DecoderOptions,
        account: &Account,
        tiles: Tiles,
    ) -> Result<Self, DecodeError> {
        let (header, grid) = (&parsed.header, parsed.grid);
        let (workers, pixels) = (Workers::new(options.threads), header.pixel_bytes());
        let pace = account.pace(&options.limits, pixels, workers.count(), grid.len())?;
        let mut image = Image::with_depth(header.width, header.height, header.pixel_format(), header.output_depth())?;
        let preview = preview_beside(data, parsed, options, pixels);
        fill(preview.as_ref(), &mut image.view_mut(), header.area(), header.output_depth());
        // The account holds it or what the filters take, and not both.
        drop(preview);
        let filtering = Filtering::new(Simd::new(options.cpu), header, grid);
        Ok(Self { pace, workers, filtering, image, rows: 0, tiles })
    }

    /// Decodes what can be decoded of `data`.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] with how far the data must reach for more; after the last tile
    /// there may be no more bytes.
    fn decode(&mut self, data: &[u8], parsed: &Parsed, simd: Simd) -> Result<(), DecodeError> {
        let Self { pace, workers, filtering, image, rows, tiles } = self;
        let each = &mut |settled: &Settled<'_>| {
            let place = settled.place;
            settled.write(simd, place, &mut image.view_mut().part(place));
            if place.x + place.w == parsed.header.width as usize {
                *rows = place.y + place.h;
            }
            Ok(())
        };
        let available = data.len() as u64;
        match tiles {
            Tiles::One(halted) => {
                // Nothing is to be taken in hand where there is nothing to begin with.
                parsed.growing_tile(data)?;
                let index = TileIndex { tiles: Vec::new() };
                let stream = Stream { simd, data, parsed, index: &index, workers, observer: None };
                *halted = stream.advance(halted.take().map(|halted| *halted), *pace, filtering, each)?.map(Box::new);
                let more = halted.as_ref().map_or(1, |halted| halted.more()) as u64;
                Err(DecodeError::Truncated { what: "tile", needed: available.saturating_add(more), available })
            }
            Tiles::Several { index, decoded } => {
                let more = index.tiles[*decoded..].iter().take_while(|tile| tile_end(tile) <= data.len()).count();
                let whole = *decoded + more;
                let stream = Stream { simd, data, parsed, index, workers, observer: None };
                if *decoded < whole {
                    let parts: Vec<Part> = (*decoded..whole).map(|tile| Part { tile, rows: usize::MAX }).collect();
                    stream.decode(&parts, *pace, filtering, each)?;
                    *decoded = whole;
                }
                index.check_end(data.len())?;
                Err(DecodeError::Truncated { what: "end", needed: available + 1, available })
            }
        }
    }

    /// The picture, where all of `data` is there and intact; `None` where it has to be decoded from
    /// the start.
    fn finish(self, data: &[u8], parsed: &Parsed, simd: Simd) -> Result<Option<Image>, DecodeError> {
        let Self { pace, workers, mut filtering, mut image, tiles, .. } = self;
        match tiles {
            Tiles::Several { index, decoded } if decoded == index.tiles.len() => Ok(Some(image)),
            Tiles::One(Some(halted)) => {
                let index = parsed.index(data)?;
                let stream = Stream { simd, data, parsed, index: &index, workers: &workers, observer: None };
                stream.complete(*halted, pace, &mut filtering, &mut |settled| {
                    settled.write(simd, settled.place, &mut image.view_mut().part(settled.place));
                    Ok(())
                })?;
                Ok(Some(image))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::CRC_BYTES;
    use crate::limits::Limits;
    use crate::syntax::header::PictureHeader;

    /// A stream of `side` x `side` pixels with `count` empty sections, of tiles of 512 whose data
    /// is no tile.
    fn stream(side: u32, count: u64) -> Vec<u8> {
        let header = PictureHeader {
            width: side,
            height: side,
            lossless: true,
            sections: true,
            tile_log2: 9,
            ..PictureHeader::blank()
        };
        let sections: Vec<_> = (1000..1000 + count).map(|kind| (kind, Vec::new())).collect();
        let tiles = vec![vec![0; 300]; side.div_ceil(512).pow(2) as usize];
        container::write(&header, &sections, &tiles)
    }

    #[test]
    fn many_sections_in_small_pieces_are_read_once() {
        let stream = stream(300, 30_000);
        let mut decoder = PushDecoder::default();
        // It would take minutes, did each byte read all sections before it.
        stream[..stream.len() - 1].iter().for_each(|byte| decoder.push(&[*byte]).expect("an intact stream"));
        assert_eq!(decoder.metadata().map(|m| m.expect("it is there").other.len()), Ok(30_000));
        assert_eq!(decoder.preview(), Ok(None));
    }

    #[test]
    fn the_index_in_small_pieces_reads_nothing_again() {
        let stream = stream(1 << 14, 100_000);
        let mut decoder = PushDecoder::default();
        let sections = stream.len() - 1024 * 306 - CRC_BYTES;
        decoder.push(&stream[..sections]).expect("an intact stream");
        assert!(decoder.whole_front);
        stream[sections..sections + 2048].iter().for_each(|byte| decoder.push(&[*byte]).expect("an intact stream"));
        assert!(decoder.pixels.is_none(), "the checksum of the index is not there");
    }

    #[test]
    fn sections_without_a_payload_keep_to_the_limit_too() {
        let limits = Limits::default().with_max_metadata(1000);
        let mut decoder = PushDecoder::new(DecoderOptions::default().with_limits(limits));
        // 142 of seven bytes, and then one too many.
        let intact = stream(300, 142);
        assert!(decoder.push(&intact[..intact.len() - 1]).is_ok());
        let mut decoder = PushDecoder::new(DecoderOptions::default().with_limits(limits));
        let error = decoder.push(&stream(300, 143)).unwrap_err();
        assert!(matches!(error, DecodeError::Limit { value: 1001, limit: 1000, .. }), "{error:?}");
    }
}
