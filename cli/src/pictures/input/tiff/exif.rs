//! An Exif block of what a file says of its picture: where it was taken, with what, by whom.
//!
//! The block is a TIFF file itself, classic and in the byte order of its source.

use std::collections::BTreeMap;

use super::super::Inventory;
use super::directory::{Directory, Entry, File};
use super::tags;

/// Tags of the picture's own directory that go into the block; those of Windows and of ratings
/// among them.
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

/// Bytes before the first directory.
const HEADER: u64 = 8;
/// Bytes of a line of a directory's table.
const LINE: usize = 12;

/// A value in the block to be.
enum Field<'a> {
    Value { field_type: u16, count: u32, bytes: &'a [u8] },
    Directory(Fields<'a>),
}

/// A directory by its tags.
type Fields<'a> = BTreeMap<u16, Field<'a>>;

/// Whether a tag of the picture's own directory goes into the block.
pub(super) fn describes(tag: u16) -> bool {
    DESCRIPTIVE.contains(&tag) || tag == XP_SUBJECT
}

/// The block, where there is anything to say, and in at most `limit` bytes: values may share bytes
/// of the file, so it may be far larger than that.
pub(super) fn take(file: &File<'_>, directory: &Directory<'_>, limit: u64, found: &mut Inventory) {
    let (fields, whole) = fields(file, directory);
    if !fields.is_empty() {
        // Its offsets have 32 bits.
        match HEADER + bytes(&fields) <= limit.min(u32::MAX.into()) {
            true => found.set_exif(&block(file, &fields)),
            false => found.drops(format!("Exif (beyond {limit} bytes of metadata)")),
        }
    }
    if !whole {
        found.damaged("a part of Exif");
    }
}

/// What goes into the block, and whether all of it could be read.
fn fields<'a>(file: &File<'a>, directory: &Directory<'a>) -> (Fields<'a>, bool) {
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
    if let Some(entry) = directory.entries.get(&tags::ORIENTATION).filter(|_| !fields.is_empty()) {
        put(&mut fields, tags::ORIENTATION, entry, &mut whole);
    }
    (fields, whole)
}

/// Bytes of a directory in the block, with all that it points to.
fn bytes(fields: &Fields<'_>) -> u64 {
    let beyond = |field: &Field<'_>| match field {
        Field::Value { bytes, .. } if bytes.len() <= 4 => 0,
        Field::Value { bytes, .. } => bytes.len().next_multiple_of(2) as u64,
        Field::Directory(fields) => bytes(fields),
    };
    let table = 2 + LINE * fields.len() + 4;
    fields.values().fold(table as u64, |sum, field| sum.saturating_add(beyond(field)))
}

/// The block of these values.
fn block(file: &File<'_>, fields: &Fields<'_>) -> Vec<u8> {
    let mut out = Block { bytes: Vec::new(), big_endian: file.big_endian };
    out.bytes.extend(if file.big_endian { b"MM\0*\0\0\0\x08" } else { b"II*\0\x08\0\0\0" });
    out.directory(fields);
    out.bytes
}

/// Adds a value, if there is one that a block can hold.
fn put<'a>(fields: &mut Fields<'a>, tag: u16, entry: &Entry<'a>, whole: &mut bool) {
    match (entry.bytes(), u32::try_from(entry.count)) {
        (Some(bytes), Ok(count)) if (1..=12).contains(&entry.field_type) => {
            fields.insert(tag, Field::Value { field_type: entry.field_type, count, bytes });
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
        let mut rest = Self { bytes: vec![0; table + 2 + LINE * fields.len() + 4], big_endian: self.big_endian };
        self.short(fields.len() as u16);
        for (&tag, field) in fields {
            self.short(tag);
            match field {
                Field::Value { field_type, count, bytes } => {
                    self.short(*field_type);
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
