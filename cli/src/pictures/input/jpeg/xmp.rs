//! XMP of more than a segment: the packet, and what goes beyond it, joined (XMP specification, part
//! 3, 1.1.3.1).

use super::super::super::xmp::JPEG_PREFIX as PACKET;
use super::segments::{Walk, marker};

/// What segments of what goes beyond a packet start with.
const EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// What names, in the packet, the digest of its extension.
const REFERENCE: &str = "xmpNote:HasExtendedXMP";
/// Bytes of that digest.
const DIGEST: usize = 32;

/// XMP of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Xmp {
    pub(super) packet: Option<Vec<u8>>,
    /// What is not in it.
    pub(super) dropped: Vec<&'static str>,
}

impl Xmp {
    pub(super) fn of(walk: &Walk<'_>) -> Self {
        let mut packets = walk.named(marker::APP0 + 1, PACKET);
        let packet = packets.next();
        let mut dropped = Vec::new();
        if packets.any(|other| Some(other) != packet) {
            dropped.push("a second XMP packet");
        }
        let parts: Vec<&[u8]> = walk.named(marker::APP0 + 1, EXTENSION).collect();
        if parts.is_empty() {
            return Self { packet: packet.map(<[u8]>::to_vec), dropped };
        }
        let text = packet.and_then(|packet| std::str::from_utf8(packet).ok());
        let joined = text.and_then(|text| joined(text, &extension(text, &parts)?));
        if joined.is_none() {
            dropped.push("extended XMP");
        }
        Self { packet: joined.map(String::into_bytes).or(packet.map(<[u8]>::to_vec)), dropped }
    }
}

/// The packet's extension, of parts in any order that are all there, once.
fn extension(packet: &str, parts: &[&[u8]]) -> Option<String> {
    let mut pieces = Vec::new();
    let mut whole = 0;
    for part in parts {
        let (digest, rest) = part.split_at_checked(DIGEST)?;
        let (&[a, b, c, d, e, f, g, h], data) = rest.split_first_chunk()?;
        // Extensions of other packets, which programs have left behind.
        if !packet.contains(std::str::from_utf8(digest).ok()?) {
            continue;
        }
        whole = u32::from_be_bytes([a, b, c, d]) as usize;
        pieces.push((u32::from_be_bytes([e, f, g, h]) as usize, data));
    }
    pieces.sort_unstable();
    pieces.dedup();
    let mut all = Vec::new();
    for (offset, data) in pieces {
        if offset != all.len() {
            return None;
        }
        all.extend_from_slice(data);
    }
    (!all.is_empty() && all.len() == whole).then(|| String::from_utf8(all).ok()).flatten()
}

/// The packet with the extension's descriptions behind its own, and without the reference; nothing
/// where one of them is written in another way than usual.
fn joined(packet: &str, extension: &str) -> Option<String> {
    const END: &str = "</rdf:RDF>";
    let (head, descriptions) = extension.split_once("<rdf:RDF")?;
    let (attributes, descriptions) = descriptions.split_once('>')?;
    let descriptions = descriptions.split_once(END)?.0;
    // Names that are declared further out would have no meaning in the packet.
    let outer = ["xmlns:x=", "xmlns:rdf="];
    let declared = head.matches("xmlns:").count() + attributes.matches("xmlns:").count();
    if declared != outer.iter().map(|name| head.matches(name).count() + attributes.matches(name).count()).sum::<usize>()
    {
        return None;
    }
    let mut packet = packet.to_owned();
    let range = reference(&packet)?;
    packet.replace_range(range, "");
    let end = packet.rfind(END)?;
    packet.insert_str(end, descriptions);
    Some(packet)
}

/// Where a packet refers to its extension: an attribute or an element.
fn reference(packet: &str) -> Option<std::ops::Range<usize>> {
    let at = packet.find(REFERENCE)?;
    let behind = &packet[at + REFERENCE.len()..];
    if packet[..at].ends_with('<') {
        let close = "</xmpNote:HasExtendedXMP>";
        return Some(at - 1..packet.find(close)? + close.len());
    }
    let quote = behind.find(['"', '\''])?;
    let mark = behind[quote..].chars().next()?;
    let end = behind[quote + 1..].find(mark)?;
    Some(at..at + REFERENCE.len() + quote + 1 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "0123456789ABCDEF0123456789ABCDEF";

    fn app1(contents: &[&[u8]]) -> Vec<u8> {
        let contents = contents.concat();
        [&[0xFF, 0xE1][..], &(contents.len() as u16 + 2).to_be_bytes(), &contents].concat()
    }

    fn packet(reference: &str) -> String {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='r'><rdf:Description rdf:about='' xmlns:a='a' a:b='1' \
             {reference}</rdf:RDF></x:xmpmeta>"
        )
    }

    fn attribute() -> String {
        packet(&format!("xmpNote:HasExtendedXMP=\"{GUID}\"/>"))
    }

    fn part(guid: &str, whole: &str, range: std::ops::Range<usize>) -> Vec<u8> {
        let (length, offset) = (whole.len() as u32, range.start as u32);
        let data = &whole.as_bytes()[range];
        app1(&[EXTENSION, guid.as_bytes(), &length.to_be_bytes(), &offset.to_be_bytes(), data])
    }

    const WHOLE: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='r'><rdf:Description rdf:about='' \
                         xmlns:c='c'><c:d>2</c:d></rdf:Description></rdf:RDF></x:xmpmeta>";

    fn read(segments: &[Vec<u8>]) -> Xmp {
        Xmp::of(&Walk::new(&[b"\xFF\xD8".to_vec(), segments.concat()].concat()))
    }

    #[test]
    fn parts_in_any_order_are_joined_with_the_packet() {
        let element = format!("><xmpNote:HasExtendedXMP>{GUID}</xmpNote:HasExtendedXMP></rdf:Description>");
        for packet in [attribute(), packet(&element)] {
            let main = app1(&[PACKET, packet.as_bytes()]);
            let strange = part(&GUID.replace('0', "1"), WHOLE, 0..9);
            let (first, second) = (part(GUID, WHOLE, 0..70), part(GUID, WHOLE, 70..WHOLE.len()));
            let xmp = read(&[second, main, strange, first.clone(), first]);
            let text = String::from_utf8(xmp.packet.unwrap()).unwrap();
            assert!(text.contains("a:b='1'") && text.contains("<c:d>2</c:d></rdf:Description></rdf:RDF>"), "{text}");
            assert!(!text.contains("HasExtendedXMP") && xmp.dropped.is_empty(), "{text}");
        }
    }

    #[test]
    fn an_extension_that_is_not_whole_or_fits_no_packet_is_named() {
        let main = app1(&[PACKET, attribute().as_bytes()]);
        let outer = WHOLE.replace("xmlns:rdf='r'", "xmlns:rdf='r' xmlns:e='e'");
        for parts in [
            vec![part(GUID, WHOLE, 0..70)],
            vec![part(GUID, WHOLE, 0..70), part(GUID, WHOLE, 71..WHOLE.len())],
            vec![part(&GUID.replace('0', "1"), WHOLE, 0..WHOLE.len())],
            vec![part(GUID, &outer, 0..outer.len())],
            vec![app1(&[EXTENSION, b"short"])],
        ] {
            let xmp = read(&[vec![main.clone()], parts].concat());
            assert_eq!((xmp.packet, xmp.dropped), (Some(attribute().into_bytes()), vec!["extended XMP"]));
        }
        assert_eq!(read(&[part(GUID, WHOLE, 0..9)]), Xmp { packet: None, dropped: vec!["extended XMP"] });
    }
}
