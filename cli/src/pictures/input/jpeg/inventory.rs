//! What the segments of a JPEG file hold besides pixels, and what follows its picture.

use kvant::ResolutionUnit;

use super::super::super::exif::PREFIX as EXIF;
use super::super::Inventory;
use super::segments::{Segment, Walk, marker};
use super::xmp::Xmp;
use crate::pictures::note::COMMENT;

const ICC: &[u8] = b"ICC_PROFILE\0";
const JFIF: &[u8] = b"JFIF\0";
const XMP_NAMES: &[u8] = b"http://ns.adobe.com/x";
const MULTI_PICTURE: &[u8] = b"MPF\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// Metadata of a gain map (ISO 21496-1).
const GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";

/// Goes over all that a file holds besides its picture.
pub(super) fn take(walk: &Walk<'_>, found: &mut Inventory) {
    take_exif(walk, found);
    let xmp = Xmp::of(walk);
    xmp.packet.iter().for_each(|packet| found.set_xmp(packet));
    xmp.dropped.into_iter().for_each(|name| found.drops(name));
    match profile(walk) {
        Ok(icc) => icc.into_iter().for_each(|icc| found.set_icc(icc)),
        Err(why) => {
            let text = format!("the ICC profile is damaged ({why}) and is dropped; colours may differ");
            found.warn("profile-dropped", text);
        }
    }
    let blocks: Vec<u8> = walk.named(marker::APP0 + 13, PHOTOSHOP).flatten().copied().collect();
    photoshop(&blocks, found);
    for segment in &walk.segments {
        name_segment(segment, found);
    }
    name_pictures(walk, found);
}

/// Exif goes over several segments where one is too small for it.
fn take_exif(walk: &Walk<'_>, found: &mut Inventory) {
    let mut exif: Option<Vec<u8>> = None;
    for block in walk.named(marker::APP0 + 1, EXIF).filter_map(|behind| behind.get(1..)) {
        let starts = block.starts_with(b"II") || block.starts_with(b"MM");
        match &mut exif {
            None => exif = Some(block.to_vec()),
            Some(first) if !starts => first.extend_from_slice(block),
            Some(first) if first != block => found.drops("a second Exif block"),
            Some(_) => {}
        }
    }
    exif.iter().for_each(|exif| found.set_exif(exif));
}

/// The profile, whose parts are numbered from 1 on and say how many they are.
fn profile(walk: &Walk<'_>) -> Result<Option<Vec<u8>>, String> {
    let mut parts: Vec<&[u8]> = walk.named(marker::APP0 + 2, ICC).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    if parts.iter().any(|part| part.len() < 2) {
        return Err("a part has no number".to_owned());
    }
    parts.sort_by_key(|part| part[0]);
    let count = usize::from(parts[0][1]);
    if parts.iter().any(|part| usize::from(part[1]) != count || part[0] == 0 || usize::from(part[0]) > count) {
        return Err("its parts are numbered wrongly".to_owned());
    }
    if let Some(pair) = parts.windows(2).find(|pair| pair[0][0] == pair[1][0]) {
        return Err(format!("part {} of {count} comes twice", pair[0][0]));
    }
    if let Some(missing) =
        (1..=count).find(|&number| parts.get(number - 1).is_none_or(|part| usize::from(part[0]) != number))
    {
        return Err(format!("part {missing} of {count} is missing"));
    }
    Ok(Some(parts.into_iter().flat_map(|part| &part[2..]).copied().collect()))
}

/// Names what Photoshop's blocks hold: `8BIM`, a number, a name, and contents, the last two of even
/// length.
fn photoshop(mut blocks: &[u8], found: &mut Inventory) {
    while let Some(rest) = blocks.strip_prefix(b"8BIM") {
        let Some((number, rest)) = rest.split_first_chunk() else { break };
        let Some(&name) = rest.first() else { break };
        let Some(rest) = rest.get((usize::from(name) + 2) & !1..) else { break };
        let Some((length, rest)) = rest.split_first_chunk() else { break };
        let length = u32::from_be_bytes(*length) as usize;
        match u16::from_be_bytes(*number) {
            _ if length == 0 => {}
            0x0404 => found.drops("IPTC"),
            0x07D0..=0x0BB7 => found.drops("a clipping path"),
            // Of interest to Photoshop alone: how a window or a print was set, digests, thumbnails.
            _ => {}
        }
        let Some(rest) = rest.get((length.saturating_add(1)) & !1..) else { break };
        blocks = rest;
    }
}

/// Names a segment that is neither carried nor of use for the pixels alone.
fn name_segment(segment: &Segment<'_>, found: &mut Inventory) {
    let contents = segment.contents;
    let starts = |with: &[u8]| contents.starts_with(with);
    match segment.marker - marker::APP0.min(segment.marker) {
        _ if segment.marker == marker::COM => comment(contents, found),
        _ if !(marker::APP0..=marker::APP15).contains(&segment.marker) => name_other(segment.marker, found),
        0 if starts(JFIF) => density(contents, found),
        // A thumbnail; which field of a video it is.
        0 if starts(b"JFXX\0") || starts(b"AVI1") => {}
        1 if starts(EXIF) || starts(XMP_NAMES) => {}
        2 if starts(ICC) || starts(MULTI_PICTURE) || starts(GAIN_MAP) => {}
        11 if contents.windows(4).any(|w| w == b"c2pa") => found.drops("C2PA content credentials"),
        11 if starts(b"JP") => found.drops("JUMBF boxes"),
        // Settings of Photoshop's export.
        12 if starts(b"Ducky") => {}
        13 if starts(PHOTOSHOP) => {}
        14 if starts(b"Adobe") => {}
        number => found.drops(match identifier(contents) {
            Some(identifier) => format!("a segment of its maker (APP{number} {identifier})"),
            None => format!("a segment of its maker (APP{number})"),
        }),
    }
}

/// Segments for decoders are no news; of others only the marker is known.
fn name_other(marker: u8, found: &mut Inventory) {
    let known = matches!(marker, 0xC0..=0xCF | marker::DQT | marker::SOS | marker::DRI | marker::DNL | marker::EXP);
    if !known {
        found.drops(format!("an unknown segment ({marker:02X})"));
    }
}

/// A comment, in UTF-8 or else in Latin-1; some end with a zero.
fn comment(contents: &[u8], found: &mut Inventory) {
    let bytes = contents.strip_suffix(b"\0").unwrap_or(contents);
    let text =
        std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned);
    if !text.is_empty() {
        found.note(COMMENT, text);
    }
}

/// What a segment calls itself.
fn identifier(contents: &[u8]) -> Option<&str> {
    let end = contents.iter().take(24).position(|b| !b.is_ascii_graphic()).unwrap_or(contents.len().min(24));
    std::str::from_utf8(&contents[..end]).ok().filter(|text| text.len() > 1)
}

/// Samples to an inch or a centimetre, where they say more than 72 to an inch, which programs write
/// who know nothing; and pixels that are not square.
fn density(contents: &[u8], found: &mut Inventory) {
    let Some(&[unit, x1, x0, y1, y0]) = contents.get(JFIF.len() + 2..JFIF.len() + 7) else { return };
    let (x, y) = (u16::from_be_bytes([x1, x0]), u16::from_be_bytes([y1, y0]));
    match (unit, x, y) {
        (1, 72, 72) | (_, 0, _) | (_, _, 0) => {}
        (1, ..) => found.set_resolution(x.into(), y.into(), ResolutionUnit::Inch),
        (2, ..) => found.set_resolution(u32::from(x) * 100, u32::from(y) * 100, ResolutionUnit::Metre),
        _ => found.set_resolution(x.into(), y.into(), ResolutionUnit::Unknown),
    }
}

/// Names pictures behind the first one, and whatever else is there.
fn name_pictures(walk: &Walk<'_>, found: &mut Inventory) {
    let mut tail = walk.tail.unwrap_or_default();
    let mut pictures = 0;
    loop {
        let padding = tail.iter().take_while(|&&b| b == 0).count();
        let rest = &tail[padding..];
        if !rest.starts_with(&[0xFF, marker::SOI, 0xFF]) {
            break;
        }
        let other = Walk::new(rest);
        let number = if pictures == 0 { "second" } else { "further" };
        let purpose = purpose(&other).or((pictures == 0 && describes_gain(walk)).then_some("a gain map"));
        found.drops(match purpose {
            Some(purpose) => format!("a {number} picture ({purpose})"),
            None => format!("a {number} picture"),
        });
        pictures += 1;
        tail = other.tail.unwrap_or_default();
    }
    if pictures == 0 && describes_gain(walk) {
        found.drops("what describes a gain map");
    } else if pictures == 0 && walk.named(marker::APP0 + 2, MULTI_PICTURE).next().is_some() {
        found.drops("an index of further pictures");
    }
    let padding = tail.iter().take_while(|&&b| b == 0).count();
    match tail.len() - padding {
        0 => {}
        _ if tail.get(4..8) == Some(b"ftyp") => found.drops("a video"),
        bytes => found.drops_rest(bytes),
    }
}

fn has_xmp(walk: &Walk<'_>, words: &[&[u8]]) -> bool {
    let mut packets = walk.named(marker::APP0 + 1, XMP_NAMES);
    packets.any(|packet| words.iter().any(|word| packet.windows(word.len()).any(|w| w == *word)))
}

/// Whether a picture is a gain map, or has one.
fn describes_gain(walk: &Walk<'_>) -> bool {
    walk.named(marker::APP0 + 2, GAIN_MAP).next().is_some()
        || has_xmp(walk, &[b"/hdr-gain-map/", b"hdrgainmap", b"HDRGainMap"])
}

/// What a picture behind the first one is for.
fn purpose(walk: &Walk<'_>) -> Option<&'static str> {
    if describes_gain(walk) {
        Some("a gain map")
    } else if has_xmp(walk, &[b"epth", b"isparity"]) {
        Some("a depth map")
    } else if has_xmp(walk, &[b"matte"]) {
        Some("a mask")
    } else {
        None
    }
}
