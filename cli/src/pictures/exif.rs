//! Exif blocks: where they begin, the orientation in them, and taking out of them what says where a
//! picture was taken.

use std::ops::Range;

use kvant::Orientation;

use super::position::speaks_of_position;

/// What stands before a block in JPEG files, and by mistake in others; one more byte follows, which
/// says nothing.
pub(super) const PREFIX: &[u8] = b"Exif\0";
/// Bytes of the header of a TIFF structure.
const HEADER: usize = 8;
/// Directories that are followed; a block has five or so.
const DIRECTORIES: usize = 64;
/// Entries of them together; a block has a hundred or so.
const ENTRIES: usize = 4096;
/// How often a byte is part of a value, on average; once is enough for what cameras write.
const READINGS: usize = 4;
/// Times that a block is gone over; one is enough for those that cameras write.
const PASSES: usize = 8;
/// Bytes of a value by its type, 1 to 13 (TIFF 6.0 and its supplement).
const VALUE_BYTES: [usize; 14] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const RATIONAL: u16 = 5;
const SIGNED_RATIONAL: u16 = 10;

/// Tags by what they do here.
mod tag {
    /// The last tag of positions; below the first that other directories use, but for the directory
    /// of interoperability.
    pub(super) const LAST_OF_GPS: u16 = 0x1f;
    pub(super) const ORIENTATION: u16 = 0x112;
    pub(super) const STRIP_OFFSETS: u16 = 0x111;
    pub(super) const STRIP_BYTES: u16 = 0x117;
    pub(super) const SUB_DIRECTORIES: u16 = 0x14a;
    pub(super) const THUMBNAIL: u16 = 0x201;
    pub(super) const THUMBNAIL_BYTES: u16 = 0x202;
    pub(super) const IPTC: u16 = 0x83bb;
    pub(super) const PHOTOSHOP: u16 = 0x8649;
    pub(super) const EXIF: u16 = 0x8769;
    pub(super) const GPS: u16 = 0x8825;
    pub(super) const MAKER_NOTE: u16 = 0x927c;
    pub(super) const INTEROPERABILITY: u16 = 0xa005;
    /// A maker's notes in a DNG file.
    pub(super) const PRIVATE: u16 = 0xc634;
}

/// `data` from the byte order mark on; `None` where it is no Exif block.
pub(super) fn block(data: &[u8]) -> Option<&[u8]> {
    let block = match data.strip_prefix(PREFIX) {
        Some(rest) => rest.get(1..)?,
        None => data,
    };
    let tiff = Tiff::of(block)?;
    tiff.entries(tiff.u32(4)?).map(|_| block)
}

/// What a block says of how the picture is turned, if anything.
pub(super) fn orientation(block: &[u8]) -> Option<Orientation> {
    let tiff = Tiff::of(block)?;
    Orientation::from_exif(tiff.u16(tiff.orientation_place()?)?.try_into().ok()?)
}

/// `block` of a picture whose pixels stand upright.
pub(super) fn upright(block: &[u8]) -> Vec<u8> {
    let mut out = block.to_vec();
    if let Some(tiff) = Tiff::of(block)
        && let Some(place) = tiff.orientation_place()
        && let Some(bytes) = out.get_mut(place..place + 2)
    {
        bytes.copy_from_slice(&if tiff.big { 1u16.to_be_bytes() } else { 1u16.to_le_bytes() });
    }
    out
}

/// A block without all that may say where a picture was taken, of the same length: directories of
/// positions, maker's notes and what other programs put in, which nobody can check, texts that
/// speak of positions, and all bytes that no directory leads to are zero. `None` where it cannot be
/// gone through.
pub(super) fn without_positions(block: &[u8]) -> Option<Vec<u8>> {
    let mut out = block.to_vec();
    // What goes may have led to more, in blocks that are made to confuse.
    for _ in 0..PASSES {
        let keep = survey(&out)?;
        let mut changed = false;
        for (byte, _) in out.iter_mut().zip(keep).filter(|(_, keep)| !keep) {
            changed |= *byte != 0;
            *byte = 0;
        }
        if !changed {
            return Some(out);
        }
    }
    None
}

/// Whether a block holds anything that [`without_positions`] takes out.
pub(super) fn may_say_position(block: &[u8]) -> bool {
    without_positions(block).is_none_or(|without| without != block)
}

/// A TIFF structure.
#[derive(Debug, Clone, Copy)]
struct Tiff<'a> {
    data: &'a [u8],
    big: bool,
}

/// An entry of a directory, and where the bytes of its value are.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    field_type: u16,
    count: usize,
    /// As far as the block goes.
    start: usize,
    end: usize,
}

impl Entry {
    /// Where its value is.
    fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl<'a> Tiff<'a> {
    fn of(data: &'a [u8]) -> Option<Self> {
        match data.get(..4)? {
            b"MM\0*" => Some(Self { data, big: true }),
            b"II*\0" => Some(Self { data, big: false }),
            _ => None,
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<usize> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize)
    }

    /// The entries of the directory at `at`, as far as they are there, and where they end.
    fn entries(&self, at: usize) -> Option<(Vec<Entry>, usize)> {
        let count = usize::from(self.u16(at)?);
        let entries: Vec<_> = (0..count).map_while(|i| self.entry(at + 2 + 12 * i)).collect();
        let end = at + 2 + 12 * entries.len();
        Some((entries, end))
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let (tag, field_type, count) = (self.u16(at)?, self.u16(at + 2)?, self.u32(at + 4)?);
        let offset = self.u32(at + 8)?;
        let bytes = count.saturating_mul(VALUE_BYTES.get(usize::from(field_type)).copied().unwrap_or(0));
        let start = if bytes <= 4 { at + 8 } else { offset.min(self.data.len()) };
        let end = start.saturating_add(bytes).min(self.data.len());
        Some(Entry { tag, field_type, count, start, end })
    }

    /// The numbers of an entry of whole ones.
    fn numbers(&self, entry: &Entry) -> Vec<usize> {
        let Entry { field_type, start, end, .. } = *entry;
        match field_type {
            3 => (start..end).step_by(2).map_while(|at| self.u16(at).map(usize::from)).collect(),
            4 | 13 => (start..end).step_by(4).map_while(|at| self.u32(at)).collect(),
            _ => Vec::new(),
        }
    }

    /// Where the number of the orientation is.
    fn orientation_place(&self) -> Option<usize> {
        let (entries, _) = self.entries(self.u32(4)?)?;
        let entry = entries.iter().find(|e| e.tag == tag::ORIENTATION)?;
        match entry.field_type {
            3 if entry.count > 0 => Some(entry.start),
            // Some write it as a long number.
            4 if entry.count == 1 => Some(if self.big { entry.start + 2 } else { entry.start }),
            _ => None,
        }
    }
}

/// What a directory is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directory {
    /// Pictures and how they were taken; those of the main chain are followed by others.
    Plain {
        chain: bool,
    },
    Positions,
    Interoperability,
}

/// How much of a block may yet be looked at: values may overlap.
#[derive(Debug)]
struct Budget {
    entries: usize,
    bytes: usize,
}

impl Budget {
    /// Takes entries, and the ranges that are theirs; `None` where that is too much.
    fn take(&mut self, entries: usize, mut ranges: impl Iterator<Item = Range<usize>>) -> Option<()> {
        self.entries = self.entries.checked_sub(entries)?;
        self.bytes = ranges.try_fold(self.bytes, |left, range| left.checked_sub(range.len()))?;
        Some(())
    }
}

/// Which bytes of a block may stay where a position must not; `None` where it has no directory, or
/// more to look at than any block that is not made to confuse.
fn survey(block: &[u8]) -> Option<Vec<bool>> {
    let tiff = Tiff::of(block)?;
    let first = tiff.u32(4)?;
    tiff.entries(first)?;
    let (mut kept, mut cleared) = (Vec::new(), Vec::new());
    let mut open = vec![(first, Directory::Plain { chain: true })];
    let mut seen = Vec::new();
    let mut budget = Budget { entries: ENTRIES, bytes: READINGS * block.len() };
    while let Some((at, directory)) = open.pop() {
        if at == 0 || seen.contains(&(at, directory)) || seen.len() == DIRECTORIES {
            continue;
        }
        seen.push((at, directory));
        let Some((entries, end)) = tiff.entries(at) else { continue };
        budget.take(entries.len(), entries.iter().map(Entry::range))?;
        if directory == Directory::Positions {
            cleared.push(at..end);
            cleared.extend(entries.iter().map(Entry::range));
            continue;
        }
        // With the offset of the next.
        kept.push(at..end + 4);
        if directory == (Directory::Plain { chain: true }) {
            open.extend(tiff.u32(end).map(|next| (next, directory)));
        }
        for entry in &entries {
            let value = entry.range();
            let text = speaks_of_position(&block[value.clone()]);
            let stays = !text && !is_position(entry, directory);
            if stays { &mut kept } else { &mut cleared }.push(value);
            let sub = match entry.tag {
                tag::EXIF | tag::SUB_DIRECTORIES => Directory::Plain { chain: false },
                tag::INTEROPERABILITY => Directory::Interoperability,
                tag::GPS => Directory::Positions,
                _ => continue,
            };
            open.extend(tiff.numbers(entry).into_iter().map(|at| (at, sub)));
        }
        let plain = |p: &Range<usize>| !speaks_of_position(&block[p.clone()]) && !holds_exif(&block[p.clone()]);
        let pictures = pictures(&tiff, &entries);
        budget.take(0, pictures.iter().cloned())?;
        kept.extend(pictures.into_iter().filter(plain));
    }
    let mut keep = vec![false; block.len()];
    keep[..HEADER].fill(true);
    let mut mark = |range: Range<usize>, stays| {
        let end = range.end.min(block.len());
        if let Some(marks) = keep.get_mut(range.start..end) {
            marks.fill(stays);
        }
    };
    kept.into_iter().for_each(|range| mark(range, true));
    cleared.into_iter().for_each(|range| mark(range, false));
    Some(keep)
}

/// Whether an entry is of a position, or may hold one that cannot be seen.
fn is_position(entry: &Entry, directory: Directory) -> bool {
    let rational = matches!(entry.field_type, RATIONAL | SIGNED_RATIONAL);
    match entry.tag {
        tag::MAKER_NOTE | tag::PRIVATE | tag::PHOTOSHOP | tag::IPTC => true,
        // GeoTIFF, its forerunners, and GDAL's text.
        33550 | 33920 | 33922 | 34264 | 34735..=34737 | 42112 | 50844 => true,
        0..=tag::LAST_OF_GPS => rational || directory != Directory::Interoperability,
        _ => false,
    }
}

/// Whether a reduced picture has an Exif block of its own.
fn holds_exif(picture: &[u8]) -> bool {
    picture.windows(PREFIX.len()).any(|w| w == PREFIX)
}

/// Where the reduced pictures of a directory are.
fn pictures(tiff: &Tiff<'_>, entries: &[Entry]) -> Vec<Range<usize>> {
    let of = |tag| entries.iter().find(|e| e.tag == tag).map(|e| tiff.numbers(e)).unwrap_or_default();
    let pairs = |at, bytes| of(at).into_iter().zip(of(bytes)).collect::<Vec<_>>();
    let all = [pairs(tag::THUMBNAIL, tag::THUMBNAIL_BYTES), pairs(tag::STRIP_OFFSETS, tag::STRIP_BYTES)].concat();
    let size = tiff.data.len();
    all.into_iter().map(|(at, bytes)| at.min(size)..at.saturating_add(bytes).min(size)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Makes blocks.
    pub(in super::super) struct Maker {
        pub(in super::super) big: bool,
    }

    impl Maker {
        pub(in super::super) fn two(&self, v: u16) -> Vec<u8> {
            if self.big { v.to_be_bytes() } else { v.to_le_bytes() }.to_vec()
        }

        pub(in super::super) fn four(&self, v: u32) -> Vec<u8> {
            if self.big { v.to_be_bytes() } else { v.to_le_bytes() }.to_vec()
        }

        fn entry(&self, tag: u16, field_type: u16, count: u32, value: Vec<u8>) -> Vec<u8> {
            [self.two(tag), self.two(field_type), self.four(count), value].concat()
        }

        fn directory(&self, entries: &[Vec<u8>], next: u32) -> Vec<u8> {
            [self.two(entries.len() as u16), entries.concat(), self.four(next)].concat()
        }

        fn header(&self) -> Vec<u8> {
            [if self.big { b"MM".to_vec() } else { b"II".to_vec() }, self.two(42), self.four(8)].concat()
        }

        /// With an orientation of 6 and a position of three rationals, 101 to 124.
        pub(in super::super) fn sample(&self) -> Vec<u8> {
            let orientation = self.entry(tag::ORIENTATION, 3, 1, [self.two(6), self.two(0)].concat());
            let pointer = self.entry(tag::GPS, 4, 1, self.four(38));
            let first = self.directory(&[orientation, pointer], 0);
            let positions = self.directory(&[self.entry(2, 5, 3, self.four(56))], 0);
            [self.header(), first, positions, (101..125).collect()].concat()
        }
    }

    const BOTH: [Maker; 2] = [Maker { big: false }, Maker { big: true }];

    #[test]
    fn positions_go_and_the_rest_stays() {
        for maker in BOTH {
            let before = maker.sample();
            assert_eq!(before.len(), 80);
            let after = without_positions(&before).unwrap();
            assert!(may_say_position(&before) && !may_say_position(&after));
            assert_eq!((&after[..38], after.len()), (&before[..38], before.len()));
            assert!(after[38..].iter().all(|&b| b == 0));
            assert_eq!(orientation(&after), Some(Orientation::Rotate90));
            assert_eq!(orientation(&upright(&after)), Some(Orientation::Upright));
        }
    }

    /// A latitude wherever a directory may be, or no directory is.
    #[test]
    fn positions_go_from_wherever_they_are() {
        let secret: Vec<u8> = (101..125).collect();
        for m in BOTH {
            let behind =
                |entries: &[Vec<u8>], rest: &[u8]| [m.header(), m.directory(entries, 0), rest.to_vec()].concat();
            let latitude = |at| m.entry(2, 5, 3, m.four(at));
            let with_gps = |at: u32| [m.directory(&[latitude(at + 18)], 0), secret.clone()].concat();
            let gps = |at| m.entry(tag::GPS, 4, 1, m.four(at));
            let cases = [
                ("in the first directory itself", behind(&[latitude(26)], &secret)),
                ("behind the Exif directory", {
                    let exif = m.directory(&[gps(44)], 0);
                    behind(&[m.entry(tag::EXIF, 4, 1, m.four(26))], &[exif, with_gps(44)].concat())
                }),
                ("in the Exif directory", {
                    let exif = m.directory(&[latitude(44)], 0);
                    behind(&[m.entry(tag::EXIF, 4, 1, m.four(26))], &[exif, secret.clone()].concat())
                }),
                ("in the directory of interoperability", {
                    let sub = m.directory(&[latitude(44)], 0);
                    behind(&[m.entry(tag::INTEROPERABILITY, 4, 1, m.four(26))], &[sub, secret.clone()].concat())
                }),
                ("by a pointer of type 13", behind(&[m.entry(tag::GPS, 13, 1, m.four(26))], &with_gps(26))),
                ("by the second of two pointers", {
                    let none = m.directory(&[], 0);
                    behind(&[gps(38), gps(44)], &[none, with_gps(44)].concat())
                }),
                ("in a tag of GeoTIFF", behind(&[m.entry(33922, 12, 3, m.four(26))], &secret)),
                ("in GDAL's text", behind(&[m.entry(42112, 2, 24, m.four(26))], &secret)),
                ("in a maker's note", behind(&[m.entry(tag::MAKER_NOTE, 7, 24, m.four(26))], &secret)),
                ("behind a pointer beyond the end", behind(&[gps(5000)], &with_gps(26))),
                ("in the second directory of the chain", {
                    let chained = [m.header(), m.directory(&[], 14), m.directory(&[gps(32)], 0)].concat();
                    [chained, with_gps(32)].concat()
                }),
                ("in a directory that claims more entries than there are", {
                    let mut block = behind(&[gps(26)], &with_gps(26));
                    block.splice(26..28, m.two(9000));
                    block
                }),
                ("where nothing leads to it", behind(&[m.entry(0x10f, 2, 2, b"a\0\0\0".to_vec())], &secret)),
            ];
            for (place, block) in cases {
                let size = block.len();
                assert!(block.windows(8).any(|w| w == &secret[..8]) && may_say_position(&block), "{place}");
                let block = without_positions(&block).unwrap();
                assert!(!may_say_position(&block), "{place}");
                let left = block.windows(3).any(|w| secret.windows(3).any(|s| s == w));
                assert!(!left && block.len() == size, "{place}: {block:?}");
            }
        }
    }

    #[test]
    fn texts_and_small_pictures_go_where_they_speak_of_a_position() {
        for m in BOTH {
            let block = |text: &[u8]| {
                let entry = m.entry(0x9286, 7, text.len() as u32, m.four(26));
                [m.header(), m.directory(&[entry], 0), text.to_vec()].concat()
            };
            assert!(may_say_position(&block(b"UNICODE\0g\0p\0s\0 \x004\x008\0")));
            assert!(may_say_position(&block(b"ASCII\0\0\0Latitude 48.85")));
            assert!(may_say_position(&block(b"g\0e\0o\0:\0l\0a\0t\0=\x004\0")));
            assert!(!may_say_position(&block(b"ASCII\0\0\0a cat")));
            let picture = |text: &[u8]| {
                let at = m.entry(tag::THUMBNAIL, 4, 1, m.four(38));
                let bytes = m.entry(tag::THUMBNAIL_BYTES, 4, 1, m.four(text.len() as u32));
                [m.header(), m.directory(&[at, bytes], 0), text.to_vec()].concat()
            };
            assert!(may_say_position(&picture(b"\xff\xd8\xff\xe1GPSLatitude")));
            assert!(may_say_position(&picture(b"\xff\xd8\xff\xe1\0\x20Exif\0\0II*\0")));
            assert!(!may_say_position(&picture(b"\xff\xd8\xff\xd9 plain")));
        }
    }

    #[test]
    fn blocks_that_are_made_to_be_looked_at_forever_are_not() {
        for m in BOTH {
            let size = 1_200_000;
            let whole = |mut block: Vec<u8>| {
                block.resize(size, b'a');
                block
            };
            let first = |entries: &[Vec<u8>]| whole([m.header(), m.directory(entries, 0)].concat());
            let text = |tag| m.entry(tag, 2, size as u32, m.four(0));
            let small = |count| (0..count).map(|i| m.entry(0x9000 + i, 3, 1, m.four(0))).collect::<Vec<_>>();
            // The whole block again and again as small pictures: their places, then their lengths.
            let pictures = {
                let count = 10_000;
                let at = m.entry(tag::STRIP_OFFSETS, 4, count, m.four(38));
                let bytes = m.entry(tag::STRIP_BYTES, 4, count, m.four(38 + 4 * count));
                let lengths = m.four(size as u32).repeat(count as usize);
                let places = m.four(0).repeat(count as usize);
                whole([m.header(), m.directory(&[at, bytes], 0), places, lengths].concat())
            };
            for block in [first(&vec![text(0x9286); 65_535]), first(&small(4097)), pictures] {
                assert!(block.len() == size && without_positions(&block).is_none() && may_say_position(&block));
            }
            let fits = without_positions(&first(&[small(4000), vec![text(0x9286); 3]].concat())).unwrap();
            assert!(!may_say_position(&fits));
        }
    }

    #[test]
    fn blocks_begin_at_their_byte_order_mark() {
        for maker in BOTH {
            let sample = maker.sample();
            for prefix in [&b""[..], b"Exif\0\0", b"Exif\0\xff"] {
                assert_eq!(block(&[prefix, &sample].concat()), Some(&sample[..]));
            }
        }
        for odd in [&b""[..], b"Exif", b"Exif\0\0", b"II", b"XX*\0\x08\0\0\0\0\0", b"II*\0\xff\0\0\0\0\0", b"garbage"] {
            assert_eq!(block(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn cut_and_odd_blocks_stay_of_their_length() {
        for maker in BOTH {
            let whole = maker.sample();
            for len in 0..whole.len() {
                for at in 0..len {
                    let mut cut = whole[..len].to_vec();
                    cut[at] ^= 0xff;
                    let _ = (orientation(&cut), upright(&cut));
                    let without = without_positions(&cut);
                    assert!(without.is_none_or(|without| without.len() == len && !may_say_position(&without)));
                }
            }
        }
    }
}
