//! Structure of a TIFF file: byte order, and directories of tags; classic files and BigTIFF.

use std::collections::BTreeMap;

/// Bytes of a value by its type (TIFF 6.0 §2, BigTIFF); 0 for types that nobody has defined.
const TYPE_BYTES: [usize; 19] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/// Entries that a directory may have: all that a classic file can say.
const MOST_ENTRIES: u64 = 65535;

/// A file, as far as its header says.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) data: &'a [u8],
    pub(super) big_endian: bool,
    /// BigTIFF: offsets of 64 bits.
    big: bool,
}

/// A tag's value, or values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// The type, as the file numbers it.
    pub(super) field_type: u16,
    pub(super) count: u64,
    /// In the byte order of the file; none where the type is not known or the file ends before.
    bytes: Option<&'a [u8]>,
}

/// What the file says of one picture, by tags.
#[derive(Debug, Default)]
pub(super) struct Directory<'a> {
    pub(super) entries: BTreeMap<u16, Entry<'a>>,
    /// Lines of its table; those that say a tag again are not among its entries.
    pub(super) lines: u64,
    big_endian: bool,
    /// Where the next one lies, or 0; none where the file ends before it says.
    pub(super) next: Option<u64>,
}

/// The unsigned number in `bytes`, at most 8 of them.
pub(super) fn number(bytes: &[u8], big_endian: bool) -> u64 {
    let join = |sum: u64, &byte: &u8| sum << 8 | u64::from(byte);
    if big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

impl<'a> File<'a> {
    /// A file that begins as a TIFF does; none where this one does not.
    pub(super) fn new(data: &'a [u8]) -> Option<Self> {
        let big_endian = match data.get(..2)? {
            b"II" => false,
            b"MM" => true,
            _ => return None,
        };
        match number(data.get(2..4)?, big_endian) {
            42 => Some(Self { data, big_endian, big: false }),
            43 => Some(Self { data, big_endian, big: true }),
            _ => None,
        }
    }

    /// Bytes at an offset, as far as the file has all of them.
    pub(super) fn bytes(&self, at: u64, length: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(at).ok()?;
        self.data.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }

    fn number(&self, at: u64, length: u64) -> Option<u64> {
        self.bytes(at, length).map(|bytes| number(bytes, self.big_endian))
    }

    /// Where the first directory lies.
    pub(super) fn first(&self) -> Option<u64> {
        if self.big { self.number(8, 8) } else { self.number(4, 4) }
    }

    /// The directory at an offset; none where the file ends before it does.
    pub(super) fn directory(&self, at: u64) -> Option<Directory<'a>> {
        let (head, entry, word) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(at, head).filter(|&count| count <= MOST_ENTRIES)?;
        let start = at + head;
        let table = self.bytes(start, count * entry)?;
        let mut entries = BTreeMap::new();
        for line in table.chunks_exact(entry as usize) {
            let tag = number(&line[..2], self.big_endian) as u16;
            // Where a tag comes twice, others read the first as well.
            entries.entry(tag).or_insert_with(|| self.entry(line));
        }
        let next = self.number(start + count * entry, word);
        Some(Directory { entries, lines: count, big_endian: self.big_endian, next })
    }

    /// A line of a directory's table: tag, type, count, and the value or where it lies.
    fn entry(&self, line: &'a [u8]) -> Entry<'a> {
        let field = line.len() - 4 - if self.big { 8 } else { 4 };
        let (count, place) = line[4..].split_at(field);
        let field_type = number(&line[2..4], self.big_endian) as u16;
        let count = number(count, self.big_endian);
        let size = TYPE_BYTES.get(usize::from(field_type)).copied().unwrap_or(0) as u64;
        let bytes = count.checked_mul(size).filter(|_| size > 0).and_then(|length| {
            match place.get(..usize::try_from(length).ok()?) {
                Some(bytes) => Some(bytes),
                None => self.bytes(number(place, self.big_endian), length),
            }
        });
        Entry { field_type, count, bytes }
    }
}

impl<'a> Entry<'a> {
    /// Its bytes, in the file's order.
    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        self.bytes
    }
}

impl<'a> Directory<'a> {
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.contains_key(&tag)
    }

    /// All unsigned numbers of a tag, one after the other; none where it is not there.
    ///
    /// # Errors
    /// Which tag is damaged.
    pub(super) fn each(&self, tag: u16) -> Result<impl Iterator<Item = u64> + use<'a>, String> {
        let (bytes, size) = match self.entries.get(&tag) {
            None => (&[][..], 1),
            Some(Entry { bytes: None, .. }) => {
                return Err(format!("the file is cut off: the value of tag {tag} is not there"));
            }
            Some(Entry { field_type: field_type @ (1 | 3 | 4 | 13 | 16 | 18), bytes: Some(bytes), .. }) => {
                (*bytes, TYPE_BYTES[usize::from(*field_type)])
            }
            Some(entry) => return Err(format!("tag {tag} is damaged: type {} where numbers belong", entry.field_type)),
        };
        let big_endian = self.big_endian;
        Ok(bytes.chunks_exact(size).map(move |value| number(value, big_endian)))
    }

    /// All unsigned numbers of a tag; empty where it is not there.
    ///
    /// # Errors
    /// As [`Directory::each`].
    pub(super) fn numbers(&self, tag: u16) -> Result<Vec<u64>, String> {
        Ok(self.each(tag)?.collect())
    }

    /// The first number of a tag, where it is there.
    ///
    /// # Errors
    /// As [`Directory::each`].
    pub(super) fn number(&self, tag: u16) -> Result<Option<u64>, String> {
        Ok(self.each(tag)?.next())
    }

    /// The first number of a tag, or what it is where it is not there.
    ///
    /// # Errors
    /// As [`Directory::each`].
    pub(super) fn number_or(&self, tag: u16, default: u64) -> Result<u64, String> {
        Ok(self.number(tag)?.unwrap_or(default))
    }

    /// Numbers of a tag, in floating point or not; none where they are not there, or of another
    /// type.
    pub(super) fn reals(&self, tag: u16) -> Option<Vec<f64>> {
        let entry = self.entries.get(&tag)?;
        let whole = |value: &[u8]| number(value, self.big_endian);
        match entry.field_type {
            11 => Some(entry.bytes?.chunks_exact(4).map(|v| f32::from_bits(whole(v) as u32).into()).collect()),
            12 => Some(entry.bytes?.chunks_exact(8).map(|v| f64::from_bits(whole(v))).collect()),
            _ => Some(self.each(tag).ok()?.map(|v| v as f64).collect()),
        }
    }

    /// Fractions of a tag of type RATIONAL, as far as it is whole.
    pub(super) fn fractions(&self, tag: u16) -> Option<Vec<f64>> {
        let entry = self.entries.get(&tag).filter(|entry| entry.field_type == 5)?;
        let fraction = |value: &[u8]| {
            let (above, below) = value.split_at(4);
            number(above, self.big_endian) as f64 / number(below, self.big_endian) as f64
        };
        Some(entry.bytes?.chunks_exact(8).map(fraction).collect())
    }
}
