//! A JPEG file as its segments: markers, what they hold, and the coded data behind scan headers.

/// Markers that are looked at (ITU-T T.81, table B.1).
pub(super) mod marker {
    pub(in super::super) const DHT: u8 = 0xC4;
    pub(in super::super) const DAC: u8 = 0xCC;
    pub(in super::super) const SOI: u8 = 0xD8;
    pub(in super::super) const EOI: u8 = 0xD9;
    pub(in super::super) const SOS: u8 = 0xDA;
    pub(in super::super) const DQT: u8 = 0xDB;
    pub(in super::super) const DNL: u8 = 0xDC;
    pub(in super::super) const DRI: u8 = 0xDD;
    pub(in super::super) const DHP: u8 = 0xDE;
    pub(in super::super) const EXP: u8 = 0xDF;
    pub(in super::super) const APP0: u8 = 0xE0;
    pub(in super::super) const APP15: u8 = 0xEF;
    pub(in super::super) const COM: u8 = 0xFE;
}

/// A marker and what belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) marker: u8,
    pub(super) contents: &'a [u8],
    /// Behind a scan header, what is coded, with restart markers.
    pub(super) coded: &'a [u8],
}

/// All segments of a picture.
#[derive(Debug, Default)]
pub(super) struct Walk<'a> {
    pub(super) segments: Vec<Segment<'a>>,
    /// What follows the picture's end marker; nothing where the file ends, or another picture
    /// begins, before that.
    pub(super) tail: Option<&'a [u8]>,
    /// Bytes between segments that belong to none.
    pub(super) stray: usize,
}

impl<'a> Walk<'a> {
    /// Goes over a file that begins with a picture's start marker.
    pub(super) fn new(file: &'a [u8]) -> Self {
        let mut walk = Self::default();
        let mut rest = file.get(2..).unwrap_or_default();
        while let Some(at) = rest.iter().position(|&b| b == 0xFF) {
            walk.stray += at;
            rest = &rest[at + 1..];
            let Some((&marker, behind)) = rest.split_first() else { break };
            match marker {
                // A fill byte: what follows is looked at again.
                0xFF => continue,
                // No marker; or one without contents, out of place.
                0x00..=0x01 | 0xD0..=0xD7 => {
                    walk.stray += 2;
                    rest = behind;
                }
                marker::EOI => {
                    walk.tail = Some(behind);
                    break;
                }
                marker::SOI => break,
                _ => match segment(marker, behind) {
                    Some((segment, behind)) => {
                        walk.segments.push(segment);
                        rest = behind;
                    }
                    None => break,
                },
            }
        }
        walk
    }

    /// The contents of all segments of a marker that begin with `identifier`, without it.
    pub(super) fn named<'b>(&'b self, marker: u8, identifier: &'b [u8]) -> impl Iterator<Item = &'a [u8]> + 'b {
        let of_kind = self.segments.iter().filter(move |s| s.marker == marker);
        of_kind.filter_map(|s| s.contents.strip_prefix(identifier))
    }
}

/// The segment whose length `data` begins with, and what follows it; nothing where it is not whole.
fn segment(marker: u8, data: &[u8]) -> Option<(Segment<'_>, &[u8])> {
    let length = usize::from(u16::from_be_bytes(*data.first_chunk()?));
    let (contents, mut rest) = data.split_at_checked(length)?;
    let mut coded = &[][..];
    if marker == marker::SOS {
        (coded, rest) = rest.split_at(coded_bytes(rest));
    }
    Some((Segment { marker, contents: contents.get(2..)?, coded }, rest))
}

/// Bytes up to the next marker that is not one of restarts.
fn coded_bytes(data: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = data[at..].iter().position(|&b| b == 0xFF) {
        at += found;
        match data.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            Some(_) => return at,
            None => break,
        }
    }
    data.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_found_behind_fill_bytes_and_stray_ones() {
        let file = b"\xFF\xD8\xFF\xFF\xFE\0\x05abc12\xFF\xDA\0\x02\x01\xFF\0\xFF\xD0\x02\xFF\xFF\xD9tail";
        let walk = Walk::new(file);
        let found: Vec<_> = walk.segments.iter().map(|s| (s.marker, s.contents, s.coded)).collect();
        let coded = &b"\x01\xFF\0\xFF\xD0\x02\xFF"[..];
        assert_eq!(found, [(marker::COM, &b"abc"[..], &b""[..]), (marker::SOS, b"", coded)]);
        assert_eq!((walk.tail, walk.stray), (Some(&b"tail"[..]), 2));
    }

    #[test]
    fn a_file_that_ends_early_has_no_tail() {
        let file = b"\xFF\xD8\xFF\xFE\0\x05abc\xFF\xDA\0\x02\x01\x02\xFF\xD9";
        for length in 2..file.len() {
            assert!(Walk::new(&file[..length]).tail.is_none(), "{length}");
        }
        assert!(Walk::new(b"\xFF\xD8\xFF\xFE\0\x01").segments.is_empty());
        assert!(Walk::new(b"\xFF\xD8\xFF\xD8\xFF\xD9").tail.is_none());
    }
}
