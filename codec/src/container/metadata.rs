//! Metadata as sections of a file: packed where that is shorter, and read within limits.
//! BITSTREAM.md §2.2.

use super::Parsed;
use crate::error::{DecodeError, EncodeError};
use crate::limits::Limits;
use crate::metadata::section::{CICP, EXIF, FIRST_OTHER, ICC, MOST, PREVIEW, RESOLUTION, TEXT, XMP};
use crate::metadata::{Cicp, Metadata, Orientation, Resolution, ResolutionUnit};

/// The first byte of a payload that may be packed: stored as it is, or as a zlib stream.
const STORED: u8 = 0;

const ZLIB: u8 = 1;

/// zlib's slowest.
const LEVEL: u8 = 10;

/// `bytes` as a payload, packed where that is shorter.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(bytes, LEVEL);
    let (method, body) = if packed.len() < bytes.len() { (ZLIB, &packed[..]) } else { (STORED, bytes) };
    let mut out = vec![method];
    out.extend(body);
    out
}

/// What `payload` holds, of at most `limit` bytes.
fn unpack(payload: &[u8], what: &'static str, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let corrupt = |value| DecodeError::Corrupt { what, value, limit: u64::from(ZLIB) };
    match payload.split_first() {
        Some((&STORED, body)) if body.len() <= limit => Ok(body.to_vec()),
        Some((&STORED, body)) => Err(over(body.len(), limit)),
        Some((&ZLIB, body)) => {
            use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
            decompress_to_vec_zlib_with_limit(body, limit).map_err(|e| match e.status {
                TINFLStatus::HasMoreOutput => over(limit + 1, limit),
                _ => corrupt(u64::from(ZLIB)),
            })
        }
        Some((&method, _)) => Err(corrupt(u64::from(method))),
        None => Err(DecodeError::Truncated { what, needed: 1, available: 0 }),
    }
}

fn over(value: usize, limit: usize) -> DecodeError {
    DecodeError::Limit { what: "metadata bytes", value: value as u64, limit: limit as u64 }
}

/// Keywords and texts as a block: a zero byte behind each.
fn joined(text: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in text.iter().flat_map(|(keyword, text)| [keyword, text]) {
        out.extend(part.bytes().filter(|&b| b != 0));
        out.push(0);
    }
    out
}

/// The keywords and texts of a block.
fn split(block: &[u8]) -> Result<Vec<(String, String)>, DecodeError> {
    let corrupt = |what| DecodeError::Corrupt { what, value: block.len() as u64, limit: 0 };
    let text = std::str::from_utf8(block).map_err(|_| corrupt("length of texts that are not UTF-8"))?;
    let mut parts = text.split_terminator('\0').map(str::to_owned);
    let pairs = std::iter::from_fn(|| Some((parts.next()?, parts.next()?))).collect();
    match text.bytes().filter(|&b| b == 0).count() % 2 == 0 && (text.is_empty() || text.ends_with('\0')) {
        true => Ok(pairs),
        false => Err(corrupt("length of texts without an end")),
    }
}

impl Resolution {
    fn payload(self) -> Vec<u8> {
        [&[self.unit as u8][..], &self.x.to_le_bytes(), &self.y.to_le_bytes()].concat()
    }

    fn read(payload: &[u8]) -> Result<Self, DecodeError> {
        let corrupt = |what, value, limit| DecodeError::Corrupt { what, value, limit };
        let Ok(payload) = <&[u8; 9]>::try_from(payload) else {
            return Err(corrupt("length of the resolution", payload.len() as u64, 9));
        };
        let unit = match payload[0] {
            0 => ResolutionUnit::Unknown,
            1 => ResolutionUnit::Metre,
            2 => ResolutionUnit::Inch,
            unit => return Err(corrupt("unit of the resolution", unit.into(), 2)),
        };
        let number = |at: usize| u32::from_le_bytes([payload[at], payload[at + 1], payload[at + 2], payload[at + 3]]);
        Ok(Self { x: number(1), y: number(5), unit })
    }
}

impl Metadata {
    /// The sections that say this, as (type, payload): by ascending type, the unknown ones last.
    /// The orientation has its place in the picture header.
    ///
    /// # Errors
    /// [`EncodeError::Section`]; [`EncodeError::Limit`] where a reader that keeps to `limits` would not unpack all blocks.
    pub(crate) fn sections(&self, limits: &Limits) -> Result<Vec<(u64, Vec<u8>)>, EncodeError> {
        let blocks = [(ICC, &self.icc), (EXIF, &self.exif), (XMP, &self.xmp)];
        let text = joined(&self.text);
        let unpacked = blocks.iter().filter_map(|b| b.1.as_ref()).chain([&text]).map(|block| block.len() as u64);
        limits.check_metadata(unpacked.sum())?;
        let mut others: Vec<&(u64, Vec<u8>)> = self.other.iter().collect();
        others.sort_by_key(|o| o.0);
        let unfit = others.iter().find(|o| !(FIRST_OTHER..=MOST).contains(&o.0));
        let twice = others.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| &pair[0]);
        if let Some(&&(kind, _)) = unfit.or(twice) {
            return Err(EncodeError::Section { kind });
        }
        let mut out = Vec::new();
        if let Some(c) = self.cicp {
            out.push((CICP, vec![c.primaries, c.transfer, c.matrix, u8::from(c.full_range)]));
        }
        out.extend(blocks.into_iter().filter_map(|(kind, block)| Some((kind, pack(block.as_ref()?)))));
        if !self.text.is_empty() {
            out.push((TEXT, pack(&text)));
        }
        out.extend(self.resolution.map(|r| (RESOLUTION, r.payload())));
        out.extend(others.into_iter().cloned());
        Ok(out)
    }

    /// What `sections` say; the blocks come to at most `limit` bytes.
    fn from_sections<'a>(
        orientation: Orientation,
        sections: impl Iterator<Item = (u64, &'a [u8])>,
        limit: u64,
    ) -> Result<Self, DecodeError> {
        let mut out = Self { orientation, ..Self::default() };
        let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
        for (kind, payload) in sections {
            let (slot, what) = match kind {
                CICP => {
                    out.cicp = Some(Cicp::read(payload)?);
                    continue;
                }
                TEXT => {
                    let block = unpack(payload, "method of the texts", left)?;
                    left -= block.len();
                    out.text = split(&block)?;
                    continue;
                }
                RESOLUTION => {
                    out.resolution = Some(Resolution::read(payload)?);
                    continue;
                }
                ICC => (&mut out.icc, "method of the ICC profile"),
                EXIF => (&mut out.exif, "method of the Exif block"),
                XMP => (&mut out.xmp, "method of the XMP packet"),
                PREVIEW => continue,
                _ => {
                    out.other.push((kind, payload.to_vec()));
                    continue;
                }
            };
            let block = unpack(payload, what, left)?;
            left -= block.len();
            *slot = Some(block);
        }
        Ok(out)
    }
}

impl Parsed {
    /// What the intact sections of `data` say, whose blocks keep to `limits`.
    pub(crate) fn metadata(&self, data: &[u8], limits: &Limits) -> Result<Metadata, DecodeError> {
        let sections = self.sections.iter().map(|(kind, place)| (*kind, &data[place.clone()]));
        Metadata::from_sections(self.header.orientation, sections, limits.max_metadata)
    }
}

impl Cicp {
    fn read(payload: &[u8]) -> Result<Self, DecodeError> {
        match *payload {
            [primaries, transfer, matrix, range @ (0 | 1)] => {
                Ok(Self { primaries, transfer, matrix, full_range: range == 1 })
            }
            [_, _, _, range] => {
                Err(DecodeError::Corrupt { what: "range of the code points", value: u64::from(range), limit: 1 })
            }
            _ => {
                let value = payload.len() as u64;
                Err(DecodeError::Corrupt { what: "length of the code points", value, limit: 4 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sections: &[(u64, Vec<u8>)], limit: u64) -> Result<Metadata, DecodeError> {
        Metadata::from_sections(Orientation::Upright, sections.iter().map(|s| (s.0, &s.1[..])), limit)
    }

    fn sample() -> Metadata {
        Metadata {
            cicp: Some(Cicp { primaries: 9, transfer: 16, matrix: 0, full_range: true }),
            icc: Some(b"profile ".repeat(100)),
            exif: Some(b"II*\0".to_vec()),
            xmp: Some(Vec::new()),
            text: vec![("Author".to_owned(), "Zo\u{eb}".to_owned()), (String::new(), String::new())],
            resolution: Some(Resolution { x: 300, y: 0x1234_5678, unit: ResolutionUnit::Inch }),
            other: vec![(70, vec![1, 2, 3])],
            ..Metadata::default()
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let sections = sample().sections(&Limits::default()).unwrap();
        assert_eq!(sections.iter().map(|s| s.0).collect::<Vec<_>>(), [1, 2, 4, 5, 6, 7, 70]);
        assert!(sections[1].1.len() < 60 && sections[2].1.len() == 5, "packed where that is shorter");
        assert_eq!(read(&sections, 1 << 20), Ok(sample()));
        assert_eq!(Metadata::default().sections(&Limits::default()), Ok(Vec::new()));
    }

    #[test]
    fn zero_characters_are_left_out_of_texts() {
        let text = vec![("a\0b".to_owned(), "\0".to_owned())];
        let sections = Metadata { text, ..Metadata::default() }.sections(&Limits::default()).unwrap();
        assert_eq!(read(&sections, 100).unwrap().text, [("ab".to_owned(), String::new())]);
    }

    #[test]
    fn blocks_may_not_grow_beyond_the_limit() {
        let sections = sample().sections(&Limits::default()).unwrap();
        assert!(read(&sections, 804 + 14).is_ok());
        let error = |limit| read(&sections, limit).unwrap_err();
        assert_eq!(error(804 + 13), over(14, 13));
        assert_eq!(error(803), over(4, 3));
        assert_eq!(error(700), over(701, 700));
    }

    #[test]
    fn damage_is_named() {
        let error = |kind, payload: &[u8]| read(&[(kind, payload.to_vec())], 100).unwrap_err().to_string();
        assert!(error(ICC, &[]).contains("ICC profile"));
        assert!(error(EXIF, &[2, 0]).contains("method of the Exif block is 2"));
        assert!(error(XMP, &[ZLIB, 1, 2, 3]).contains("XMP packet"));
        assert!(error(CICP, &[1, 2, 3]).contains("length of the code points is 3"));
        assert!(error(CICP, &[1, 2, 3, 4]).contains("range of the code points is 4"));
        assert!(error(TEXT, b"\0key\0text").contains("without an end"));
        assert!(error(TEXT, b"\0key\0text\0key\0").contains("without an end"));
        assert!(error(TEXT, b"\0key\0\xff\0").contains("not UTF-8"));
        assert!(error(RESOLUTION, &[1, 0, 0]).contains("length of the resolution is 3"));
        assert!(error(RESOLUTION, &[3, 0, 0, 0, 0, 0, 0, 0, 0]).contains("unit of the resolution is 3"));
    }
}
