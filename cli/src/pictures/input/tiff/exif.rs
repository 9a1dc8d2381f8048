//! An Exif block of what a file says of its picture: where it was taken, with what, by whom.
//!
//! The block is a TIFF file itself, classic and in the byte order of its source.

use std::collections::BTreeMap;

use super::directory::{Directory, Entry, File};
use super::tags;

/// Tags of the picture's own directory that go into the block; those of Windows and of ratings among them.
const DESCRIPTIVE: [u16; 16] = [
    tags::DOCUMENT_NAME,
    tags::IMAGE_DESCRIPTION,
    tags::MAKE,
    tags::MODEL,
    tags::PAGE_NAME,
    tags::SOFTWARE,
    tags::DATE_TIME,
    tags::ARTIST,
    tags::HOST_COMPUTER,
    tags::COPYRIGHT,
    18246,
    18249,
    40091,
    40092,
    40093,
    40094,
];
/// The last of Windows'.
const XP_SUBJECT: u16 = 40095;

/// A value in the block to be.
enum Field<'a> {
    Value { kind: u16, count: u32, bytes: &'a [u8] },
    Directory(Fields<'a>),
}

/// A directory by its tags.
type Fields<'a> = BTreeMap<u16, Field<'a>>;

/// Whether a tag of the picture's own directory goes into the block.
pub(super) fn describes(tag: u16) -> bool {
    DESCRIPTIVE.contains(&tag) || tag == XP_SUBJECT
}

/// The block, if there is anything to say, and whether all of it could be read.
pub(super) fn block(file: &File<'_>, directory: &Directory<'_>) -> (Option<Vec<u8>>, bool) {
    let mut whole = true;
    let mut fields = Fields::new();
    for (&tag, entry) in directory.entries.iter().filter(|(tag, _)| describes(**tag)) {
        put(&mut fields, tag, entry, &mut whole);
    }
    for (tag, below) in [(tags::EXIF, Some(tags::INTEROPERABILITY)), (tags::GPS, None)] {
        if directory.has(tag) {
            match child(file, directory, tag, below, &mut whole) {
                Some(child) if !child.is_empty() => drop(fields.insert(tag, Field::Directory(child))),
                Some(_) => {}
                None => whole = false,
            }
        }
    }
    if fields.is_empty() {
        return (None, whole);
    }
    if let Some(entry) = directory.entries.get(&tags::ORIENTATION) {
        put(&mut fields, tags::ORIENTATION, entry, &mut whole);
    }
    let mut out = Block { bytes: Vec::new(), big_endian: file.big_endian };
    out.bytes.extend(if file.big_endian { b"MM\0*\0\0\0\x08" } else { b"II*\0\x08\0\0\0" });
    out.directory(&fields);
    (Some(out.bytes), whole)
}

/// Adds a value, if there is one that a block can hold.
fn put<'a>(fields: &mut Fields<'a>, tag: u16, entry: &Entry<'a>, whole: &mut bool) {
    match (entry.bytes(), u32::try_from(entry.count)) {
        (Some(bytes), Ok(count)) if (1..=12).contains(&entry.kind) => {
            fields.insert(tag, Field::Value { kind: entry.kind, count, bytes });
        }
        _ => *whole = false,
    }
}

/// The values of the directory that `tag` points to; below it, there may be one more.
fn child<'a>(
    file: &File<'a>,
    directory: &Directory<'a>,
    tag: u16,
    below: Option<u16>,
    whole: &mut bool,
) -> Option<Fields<'a>> {
    let child = file.directory(directory.number(tag).ok()??)?;
    let mut fields = Fields::new();
    for (&tag, entry) in &child.entries {
        if Some(tag) != below {
            put(&mut fields, tag, entry, whole);
            continue;
        }
        match self::child(file, &child, tag, None, whole) {
            Some(values) => drop(fields.insert(tag, Field::Directory(values))),
            None => *whole = false,
        }
    }
    Some(fields)
}

/// The block, as far as it is written.
struct Block {
    bytes: Vec<u8>,
    big_endian: bool,
}

impl Block {
    fn short(&mut self, value: u16) {
        self.bytes.extend(if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn long(&mut self, value: u32) {
        self.bytes.extend(if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    /// Where the next value goes: at an even offset.
    fn place(&mut self) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
        self.bytes.len() as u32
    }

    /// A directory's table, and behind it the values that do not fit there.
    fn directory(&mut self, fields: &Fields<'_>) {
        let table = self.bytes.len();
        let mut rest = Self { bytes: vec![0; table + 2 + 12 * fields.len() + 4], big_endian: self.big_endian };
        self.short(fields.len() as u16);
        for (&tag, field) in fields {
            self.short(tag);
            match field {
                Field::Value { kind, count, bytes } => {
                    self.short(*kind);
                    self.long(*count);
                    if bytes.len() <= 4 {
                        let mut inline = [0; 4];
                        inline[..bytes.len()].copy_from_slice(bytes);
                        self.bytes.extend(inline);
                    } else {
                        self.long(rest.place());
                        rest.bytes.extend(*bytes);
                    }
                }
                Field::Directory(fields) => {
                    // One LONG: where it lies.
                    self.short(4);
                    self.long(1);
                    self.long(rest.place());
                    rest.directory(fields);
                }
            }
        }
        self.long(0);
        self.bytes.extend(&rest.bytes[self.bytes.len()..]);
    }
}
