//! Taking a file apart, trusting nothing. BITSTREAM.md §2.

use std::ops::Range;

use super::index::{Lengths, read_varint, tile_end};
use super::sections::Steps;
use super::{CRC_BYTES, DRAFT, SIGNATURE, TileIndex, checksum};
use crate::entropy::interval::INTERVAL_BYTES;
use crate::entropy::raw::RawReader;
use crate::error::DecodeError;
use crate::limits::Limits;
use crate::metadata::section;
use crate::syntax::header::PictureHeader;
use crate::tile::Grid;

/// A file's header, and its sections as far as they are intact.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) header: PictureHeader,
    pub(crate) grid: Grid,
    /// Type and place of the payload of each intact section.
    pub(crate) sections: Vec<(u64, Range<usize>)>,
    /// Types of sections that are damaged, and what is wrong with each.
    damaged: Vec<(u64, DecodeError)>,
    /// Why there may be more sections than could be found.
    broken: Option<DecodeError>,
    /// Behind the sections that were read.
    steps: Steps,
    /// Whether these are all of them, so that index and tiles follow.
    located: bool,
}

/// A tile, taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TileData<'a> {
    /// Empty where the picture has none.
    pub(crate) alpha: &'a [u8],
    /// Those of the levels; empty in a lossless picture.
    pub(crate) signs: &'a [u8],
    pub(crate) colour: &'a [u8],
}

fn truncated(what: &'static str, needed: usize, available: usize) -> DecodeError {
    DecodeError::Truncated { what, needed: needed as u64, available: available as u64 }
}

/// Reads signature, draft and picture header; with where that ends.
pub(super) fn picture_header(data: &[u8], limits: &Limits) -> Result<(PictureHeader, usize), DecodeError> {
    let lead = SIGNATURE.len().min(data.len());
    if data[..lead] != SIGNATURE[..lead] || data.is_empty() {
        return Err(DecodeError::NotKvant);
    }
    let Some(&draft) = data.get(SIGNATURE.len()) else {
        return Err(truncated("signature", SIGNATURE.len() + 1, data.len()));
    };
    if draft != DRAFT {
        return Err(DecodeError::Draft { found: draft, supported: DRAFT });
    }
    let start = SIGNATURE.len() + 1;
    let mut header = PictureHeader::blank();
    let mut bits = RawReader::new(&data[start..]);
    header.walk(&mut bits);
    let position = start + bits.position();
    if position > data.len() {
        return Err(truncated("header", position, data.len()));
    }
    if let Some((what, value, limit)) = bits.finish() {
        return Err(match what {
            "header extension" => DecodeError::Unsupported { what, value },
            _ => DecodeError::Corrupt { what, value, limit },
        });
    }
    limits.check_size(header.width, header.height)?;
    Ok((header, position))
}

/// Reads signature, draft, header and sections; not the index, nor any tile. Damage to sections is
/// an error of what needs them ([`Parsed::intact`]): the header stands, and with it a preview.
pub(crate) fn parse(data: &[u8], limits: &Limits) -> Result<Parsed, DecodeError> {
    let (header, position) = picture_header(data, limits)?;
    let grid = Grid::new(&header);
    let (steps, located) = (Steps::new(position), !header.sections);
    let (sections, damaged) = (Vec::new(), Vec::new());
    let mut parsed = Parsed { header, grid, sections, damaged, broken: None, steps, located };
    parsed.read_on(data, limits);
    Ok(parsed)
}

/// What `bytes` begin with: a length and so many bytes of `what`; and the rest.
fn first_part<'a>(bytes: &'a [u8], what: &'static str) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    let mut position = 0;
    // A length that goes on behind the last byte is beyond any.
    let length = read_varint(bytes, &mut position, what).unwrap_or(u64::MAX);
    let left = &bytes[position..];
    let parts = usize::try_from(length).ok().and_then(|length| left.split_at_checked(length));
    parts.ok_or(DecodeError::Corrupt { what, value: length, limit: left.len() as u64 })
}

/// Places of tiles of these lengths, each followed by its checksum, the first at `start`.
fn one_after_another(start: usize, lengths: &[u64]) -> Vec<(usize, usize)> {
    let mut position = start;
    let mut tiles = Vec::with_capacity(lengths.len());
    for &length in lengths {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        tiles.push((position, length));
        position = tile_end(&(position, length));
    }
    tiles
}

/// The checksums, stored and found, where they differ.
fn compare_crc(data: &[u8], stored: &[u8]) -> Result<(), (u32, u32)> {
    let number = |b: &[u8]| b.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b));
    let found = checksum(data);
    if stored == found { Ok(()) } else { Err((number(stored), number(&found))) }
}

fn check_crc(data: &[u8], stored: &[u8], what: &'static str) -> Result<(), DecodeError> {
    compare_crc(data, stored).map_err(|(stored, found)| DecodeError::Damaged { what, stored, found })
}

/// Checks all of a file of one tile, whose checksum are its last bytes.
fn check_file(data: &[u8]) -> Result<(), DecodeError> {
    let (before, stored) = data.split_at(data.len().saturating_sub(CRC_BYTES));
    compare_crc(before, stored).map_err(|(stored, found)| DecodeError::DamagedOrCut { stored, found })
}

impl Parsed {
    /// Reads sections on where more of `data` may have come. One that is damaged is left out.
    pub(crate) fn read_on(&mut self, data: &[u8], limits: &Limits) {
        self.broken = None;
        while !self.located && self.broken.is_none() {
            match self.steps.next(data, limits) {
                Ok(Some((kind, place))) => {
                    let stored = &data[place.end..self.steps.position];
                    match check_crc(&data[place.clone()], stored, section::name(kind)) {
                        Ok(()) => self.sections.push((kind, place)),
                        Err(fault) => self.damaged.push((kind, fault)),
                    }
                }
                Ok(None) => self.located = true,
                Err(fault) => self.broken = Some(fault),
            }
        }
    }

    /// Bytes of header and sections; of what could be read of them, where they are cut off.
    pub(crate) fn header_bytes(&self) -> usize {
        self.steps.position
    }

    /// That no section is damaged or missing.
    pub(crate) fn intact(&self) -> Result<(), DecodeError> {
        let first = self.damaged.first().map(|d| &d.1).or(self.broken.as_ref());
        first.cloned().map_or(Ok(()), Err)
    }

    /// The place of the payload of a section; `None` where there is no such section.
    ///
    /// # Errors
    /// What is wrong with it, or the fault because of which it may be missing.
    pub(crate) fn section(&self, kind: u64) -> Result<Option<Range<usize>>, DecodeError> {
        // Types ascend.
        if let Ok(at) = self.sections.binary_search_by_key(&kind, |s| s.0) {
            return Ok(Some(self.sections[at].1.clone()));
        }
        if let Ok(at) = self.damaged.binary_search_by_key(&kind, |d| d.0) {
            return Err(self.damaged[at].1.clone());
        }
        let last = self.sections.last().map(|s| s.0).max(self.damaged.last().map(|d| d.0));
        match &self.broken {
            // One that was cut off comes after those that are there.
            Some(DecodeError::Truncated { .. }) if last > Some(kind) => Ok(None),
            Some(fault) => Err(fault.clone()),
            None => Ok(None),
        }
    }

    /// Reads the tile index and checks the checksums over it, or over the whole of a file with one
    /// tile.
    pub(crate) fn index(&self, data: &[u8]) -> Result<TileIndex, DecodeError> {
        self.intact()?;
        let count = self.grid.len();
        if count == 1 {
            let Some(end) = data.len().checked_sub(CRC_BYTES).filter(|&end| end >= self.header_bytes()) else {
                return Err(truncated("tile", self.header_bytes() + CRC_BYTES, data.len()));
            };
            check_file(data)?;
            return Ok(TileIndex { tiles: vec![(self.header_bytes(), end - self.header_bytes())] });
        }
        let index = self.places(data, &mut Lengths::default())?;
        index.check_end(data.len())?;
        Ok(index)
    }

    /// Reads the index but for its checksum: the lengths of all tiles, and where they end.
    fn lengths(&self, data: &[u8]) -> Result<(usize, Vec<u64>), DecodeError> {
        let mut read = Lengths::default();
        let position = read.read(data, self.header_bytes(), self.grid.len())?;
        Ok((position, read.lengths))
    }

    /// Where the tiles lie, whether they are there or not. Keeps in `lengths` what is read of the
    /// index so far.
    ///
    /// # Errors
    /// Where that cannot be told; [`DecodeError::Truncated`] where more data may help.
    pub(crate) fn places(&self, data: &[u8], lengths: &mut Lengths) -> Result<TileIndex, DecodeError> {
        self.intact()?;
        let position = lengths.read(data, self.header_bytes(), self.grid.len())?;
        let start = position + CRC_BYTES;
        check_crc(&data[..position], &data[position..start], "tile index")?;
        Ok(TileIndex { tiles: one_after_another(start, &lengths.lengths) })
    }

    /// Where the tiles lie in a damaged file; behind its end where that cannot be told. Where the
    /// checksum of the index is wrong, the tiles' own say which lengths are right: those that are
    /// whole.
    pub(crate) fn salvage_index(&self, data: &[u8]) -> TileIndex {
        let nowhere = (data.len(), 0);
        let tiles = match self.lengths(data) {
            _ if !self.located => vec![nowhere; self.grid.len()],
            _ if self.grid.len() == 1 => vec![(self.header_bytes(), data.len().saturating_sub(self.header_bytes()))],
            Err(_) => vec![nowhere; self.grid.len()],
            Ok((position, lengths)) => {
                let start = position + CRC_BYTES;
                let mut tiles = one_after_another(start, &lengths);
                if check_crc(&data[..position], &data[position..start], "tile index").is_err() {
                    tiles.iter_mut().filter(|tile| tile_end(tile) > data.len()).for_each(|tile| *tile = nowhere);
                }
                tiles
            }
        };
        TileIndex { tiles }
    }

    /// The data of a tile, its checksum checked.
    pub(crate) fn tile<'a>(&self, data: &'a [u8], index: &TileIndex, tile: usize) -> Result<TileData<'a>, DecodeError> {
        let (start, length) = index.tiles[tile];
        let bytes = &data[start..start + length];
        if index.tiles.len() > 1 {
            let crc = &data[start + length..start + length + CRC_BYTES];
            check_crc(bytes, crc, "tile")?;
        }
        self.split(bytes)
    }

    /// What there is of the data of a tile of [`Parsed::salvage_index`], and what is wrong with it.
    /// Data that is cut off is right as far as it goes; that of the only tile of a file may be,
    /// since its length is not known, but for the last bytes, which may be of its checksum; other
    /// damage is anywhere.
    pub(crate) fn salvage_tile<'a>(
        &self,
        data: &'a [u8],
        index: &TileIndex,
        tile: usize,
    ) -> Result<(TileData<'a>, Option<DecodeError>), DecodeError> {
        let (start, length) = index.tiles[tile];
        let rest = data.get(start..).unwrap_or_default();
        if index.tiles.len() == 1 {
            let bytes = &rest[..rest.len().saturating_sub(CRC_BYTES)];
            // Where a section is known to be damaged, that is why the checksum of the file is
            // wrong.
            let damage = if self.damaged.is_empty() { check_file(data).err() } else { None };
            return match self.split(bytes) {
                Ok(tile) => Ok((tile, damage)),
                Err(fault) => Err(damage.unwrap_or(fault)),
            };
        }
        let end = length.saturating_add(CRC_BYTES);
        match rest.get(..end) {
            Some(whole) => {
                check_crc(&whole[..length], &whole[length..], "tile")?;
                Ok((self.split(&whole[..length])?, None))
            }
            None => {
                let fault = truncated("tile", start.saturating_add(end), data.len());
                match self.split(&rest[..length.min(rest.len())]) {
                    Ok(tile) => Ok((tile, Some(fault))),
                    Err(_) => Err(fault),
                }
            }
        }
    }

    /// What there is of the data of the only tile, which is lossy, of a file that is still coming:
    /// but for the last bytes, which may be of its checksum.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] where no colour can be read of it: alpha and signs come first.
    pub(crate) fn growing_tile<'a>(&self, data: &'a [u8]) -> Result<TileData<'a>, DecodeError> {
        let end = data.len().saturating_sub(CRC_BYTES);
        let missing = match self.split(data.get(self.header_bytes()..end).unwrap_or_default()) {
            Ok(tile) if tile.colour.len() >= INTERVAL_BYTES => return Ok(tile),
            // A length that cannot be read itself is beyond any.
            Err(DecodeError::Corrupt { value, limit, .. }) if value < u64::MAX => value - limit,
            _ => 1,
        };
        let available = data.len() as u64;
        Err(DecodeError::Truncated { what: "tile", needed: available.saturating_add(missing), available })
    }

    /// Takes the data of a tile apart. No more bytes would help where that fails: `bytes` are all
    /// of it, or of what there is.
    fn split<'a>(&self, bytes: &'a [u8]) -> Result<TileData<'a>, DecodeError> {
        let part = |there: bool, what, bytes| if there { first_part(bytes, what) } else { Ok((&[][..], bytes)) };
        let (alpha, rest) = part(self.header.alpha, "length of the alpha", bytes)?;
        let (signs, colour) = part(!self.header.lossless, "length of the signs", rest)?;
        Ok(TileData { alpha, signs, colour })
    }
}
