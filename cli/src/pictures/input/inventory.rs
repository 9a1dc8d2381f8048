//! What a file holds besides pixels, as far as it has been looked through.

use std::collections::HashSet;

use kvant::{Metadata, Resolution, ResolutionUnit};

use super::super::{exif, xmp};
use super::gray_profile::gray_of;
use crate::base::warning::{LOSSY_INPUT, Warning};

/// Names in one warning.
const NAMED: usize = 20;

/// What was found: what is carried, the names of what is not, and faults that cost no pixel.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// What is carried.
    pub(super) metadata: Metadata,
    /// What is not, by names that people know.
    dropped: Names,
    /// What is not since it is damaged.
    damaged: Names,
    warnings: Vec<Warning>,
}

impl Inventory {
    /// Something is not carried: `name` says what, such as `IPTC`.
    pub(super) fn drops(&mut self, name: impl Into<String>) {
        self.dropped.add(name.into());
    }

    /// Bytes behind the end of a picture are not carried.
    pub(super) fn drops_rest(&mut self, bytes: usize) {
        if bytes > 0 {
            self.drops(format!("the rest of the file ({bytes} bytes behind the end of the picture)"));
        }
    }

    /// Something is wrong or changed, and the picture is read all the same.
    pub(super) fn warn(&mut self, code: &'static str, text: impl Into<String>) {
        self.warnings.push(Warning { code, text: text.into() });
    }

    /// Something that is not pixels is damaged, and is dropped.
    pub(super) fn damaged(&mut self, what: impl Into<String>) {
        self.damaged.add(what.into());
    }

    /// The pixels went through a lossy codec.
    pub(super) fn already_lossy(&mut self) {
        self.warn(LOSSY_INPUT, "the input was already lossy");
    }

    /// An Exif block, whatever stands before its byte order mark. Of several the first counts. It
    /// says how the picture is turned.
    pub(super) fn set_exif(&mut self, data: &[u8]) {
        let Some(block) = exif::block(data) else {
            return self.damaged("the Exif block");
        };
        match &self.metadata.exif {
            Some(known) if known != block => self.drops("a second Exif block"),
            Some(_) => {}
            None => {
                self.metadata.orientation = exif::orientation(block).unwrap_or(self.metadata.orientation);
                self.metadata.exif = Some(block.to_vec());
            }
        }
    }

    /// An XMP packet. Of several the first counts.
    pub(super) fn set_xmp(&mut self, packet: &[u8]) {
        match &self.metadata.xmp {
            _ if packet.is_empty() => {}
            Some(known) if known != packet => self.drops("a second XMP packet"),
            Some(_) => {}
            None => self.metadata.xmp = Some(packet.to_vec()),
        }
    }

    /// An ICC profile. Of several the first counts.
    pub(super) fn set_icc(&mut self, icc: Vec<u8>) {
        match &self.metadata.icc {
            Some(known) if *known != icc => self.drops("a second ICC profile"),
            Some(_) => {}
            None if is_profile(&icc) => self.metadata.icc = Some(icc),
            None => self.profile_damaged(),
        }
    }

    /// The ICC profile cannot be read.
    pub(super) fn profile_damaged(&mut self) {
        self.warn("profile-dropped", "the ICC profile is damaged and is dropped; colours may differ");
    }

    /// A text, by the keyword that says what it is.
    pub(super) fn note(&mut self, keyword: impl Into<String>, text: impl Into<String>) {
        self.metadata.text.push((keyword.into(), text.into()));
    }

    /// Pixels to a length; square pixels of no known size say nothing.
    pub(super) fn set_resolution(&mut self, x: u32, y: u32, unit: ResolutionUnit) {
        if x > 0 && y > 0 && (unit != ResolutionUnit::Unknown || x != y) {
            self.metadata.resolution = Some(Resolution { x, y, unit });
        }
    }

    /// What is carried of a picture in colour, or gray, in at most `limit` bytes; and all warnings:
    /// one names all that is dropped.
    pub(super) fn finish(mut self, colour: bool, limit: u64) -> (Metadata, Vec<Warning>) {
        if let Some(icc) = self.metadata.icc.take_if(|icc| !describes(icc, colour)) {
            // Of a profile of RGB, gray pixels need the curve.
            self.metadata.icc = if colour { None } else { gray_of(&icc) };
            if self.metadata.icc.is_none() {
                let text = "the ICC profile is of other channels than the pixels and is dropped; colours may differ";
                self.warn("profile-dropped", text);
            }
        }
        self.keep_within(limit);
        let shown = self.metadata.orientation.to_exif();
        if let Some(other) = self.metadata.xmp.as_deref().and_then(xmp::orientation).filter(|&other| other != shown) {
            let text = format!("XMP says that the orientation is {other}, Exif that it is {shown}, which counts");
            self.warn("orientation-differs", text);
        }
        if let Some(names) = self.damaged.listed() {
            self.warn("metadata-damaged", format!("{names} damaged and dropped"));
        }
        if let Some(names) = self.dropped.listed() {
            self.warn("metadata-dropped", format!("{names} not carried"));
        }
        (self.metadata, self.warnings)
    }

    /// Drops what goes beyond `limit` bytes, which a decoder would refuse.
    fn keep_within(&mut self, limit: u64) {
        let texts: usize = self.metadata.text.iter().map(|(keyword, text)| keyword.len() + text.len() + 2).sum();
        let mut left = limit;
        let mut fits = |bytes: usize| {
            // Room for what says how they are packed.
            let rest = left.checked_sub(bytes as u64 + 64);
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        let mut over = Vec::new();
        let Metadata { icc, exif, xmp, text, .. } = &mut self.metadata;
        for (block, name) in [(icc, "the ICC profile"), (exif, "Exif"), (xmp, "XMP")] {
            if block.take_if(|block| !fits(block.len())).is_some() {
                over.push(name);
            }
        }
        if texts > 0 && !fits(texts) {
            text.clear();
            over.push("text");
        }
        over.into_iter().for_each(|name| self.drops(format!("{name} (beyond {limit} bytes of metadata)")));
    }
}

/// Names, each once.
#[derive(Debug, Default)]
struct Names {
    all: HashSet<String>,
    /// The first of them, as found.
    shown: Vec<String>,
}

impl Names {
    fn add(&mut self, name: String) {
        if self.all.insert(name.clone()) && self.shown.len() < NAMED {
            self.shown.push(name);
        }
    }

    /// The first of them and how many more there are, with their verb; `None` without any.
    fn listed(&self) -> Option<String> {
        let more = match self.all.len() - self.shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let counted = |name: &String| name.starts_with(|c: char| c.is_ascii_digit()) && !name.starts_with("1 ");
        let verb = if self.all.len() == 1 && !self.shown.iter().any(counted) { "is" } else { "are" };
        (!self.all.is_empty()).then(|| format!("{}{more} {verb}", self.shown.join(", ")))
    }
}

/// Whether a block is an ICC profile that is all there: its header, and all tags of its table
/// (ICC.1:2022, 7.2 and 7.3).
fn is_profile(icc: &[u8]) -> bool {
    let number = |at: usize| Some(u32::from_be_bytes(*icc.get(at..)?.first_chunk()?) as usize);
    let (Some(size), Some(tags)) = (number(0), number(128)) else { return false };
    let end = |tag: usize| Some(number(132 + 12 * tag + 4)?.saturating_add(number(132 + 12 * tag + 8)?));
    icc[36..40] == *b"acsp"
        && size <= icc.len()
        && tags < icc.len() / 12
        && (0..tags).all(|tag| end(tag).is_some_and(|end| end <= size))
}

/// Whether a profile is of pixels with colour, or of gray ones: what its header says its data are.
fn describes(icc: &[u8], colour: bool) -> bool {
    match icc.get(16..20) {
        Some(b"RGB ") => colour,
        Some(b"GRAY") => !colour,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::exif::tests::Maker;
    use super::*;
    use kvant::Orientation;

    fn finished(found: Inventory) -> (Metadata, String) {
        let (metadata, warnings) = found.finish(true, 1 << 20);
        (metadata, warnings.into_iter().map(|w| w.text).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn profiles_of_other_channels_are_told_apart() {
        let of = |space: &[u8; 4]| [&[0; 16][..], space, &[0; 100]].concat();
        assert!(describes(&of(b"RGB "), true) && describes(&of(b"GRAY"), false));
        assert!(!describes(&of(b"CMYK"), true) && !describes(&of(b"GRAY"), true) && !describes(b"short", true));
    }

    #[test]
    fn profiles_that_are_not_all_there_are_dropped_and_named() {
        let mut whole = [&200u32.to_be_bytes()[..], &[0; 12], b"RGB ", &[0; 16], b"acsp"].concat();
        whole.resize(200, 0);
        assert!(is_profile(&whole) && !is_profile(&whole[..199]) && !is_profile(&[7; 500]) && !is_profile(b""));
        let with_tag = |end: u32| {
            let tag = [&1u32.to_be_bytes()[..], b"rXYZ", &180u32.to_be_bytes(), &(end - 180).to_be_bytes()].concat();
            [&whole[..128], &tag, &whole[144..]].concat()
        };
        assert!(is_profile(&with_tag(200)) && !is_profile(&with_tag(201)));
        let mut found = Inventory::default();
        found.set_icc(whole[..199].to_vec());
        found.set_icc(whole.clone());
        let (metadata, said) = finished(found);
        assert!(metadata.icc == Some(whole) && said.contains("damaged"), "{said}");
    }

    #[test]
    fn one_warning_names_all_that_is_dropped() {
        let mut found = Inventory::default();
        for name in ["IPTC", "a comment", "IPTC"] {
            found.drops(name);
        }
        let (metadata, warnings) = found.finish(true, 100);
        assert_eq!(metadata, Metadata::default());
        let texts: Vec<_> = warnings.iter().map(|w| (w.code, &*w.text)).collect();
        assert_eq!(texts, [("metadata-dropped", "IPTC, a comment are not carried")]);
        let mut many = Inventory::default();
        (0..23).for_each(|i| many.damaged(format!("chunk {i}")));
        assert!(finished(many).1.ends_with("chunk 19 and 3 more are damaged and dropped"));
        let mut lots = Inventory::default();
        (0..200_000).for_each(|i| lots.drops(format!("chunk {i}")));
        assert!(finished(lots).1.ends_with("chunk 19 and 199980 more are not carried"));
    }

    #[test]
    fn exif_begins_at_its_byte_order_mark_and_says_the_orientation() {
        for big in [false, true] {
            for prefix in [&b""[..], b"Exif\0\0"] {
                let sample = Maker { big }.sample();
                let mut found = Inventory::default();
                found.set_exif(&[prefix, &sample].concat());
                found.set_exif(&sample);
                let (metadata, said) = finished(found);
                assert_eq!((metadata.exif, metadata.orientation), (Some(sample), Orientation::Rotate90));
                assert!(said.is_empty(), "{said}");
            }
        }
        let mut found = Inventory::default();
        found.set_exif(b"Exif\0\0garbage");
        assert_eq!(finished(found), (Metadata::default(), "the Exif block is damaged and dropped".to_owned()));
    }

    #[test]
    fn the_orientation_of_exif_counts_and_another_of_xmp_is_named() {
        let packet = |number| {
            let text = format!("<d xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='{number}'/>");
            text.into_bytes()
        };
        for (number, differs) in [(6, false), (3, true)] {
            let mut found = Inventory::default();
            found.set_exif(&Maker { big: true }.sample());
            found.set_xmp(&packet(number));
            let (metadata, said) = finished(found);
            assert_eq!(metadata.orientation, Orientation::Rotate90);
            assert_eq!(said.contains("XMP says that the orientation is 3, Exif that it is 6"), differs, "{said}");
        }
    }

    #[test]
    fn what_a_decoder_would_refuse_is_not_carried() {
        let mut found = Inventory::default();
        found.set_xmp(&[b'x'; 800]);
        found.note("a", "b".repeat(800));
        let (metadata, warnings) = found.finish(true, 1000);
        assert!(metadata.xmp.is_some() && metadata.text.is_empty());
        assert_eq!(warnings[0].text, "text (beyond 1000 bytes of metadata) is not carried");
    }
}
