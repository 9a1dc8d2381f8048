//! XMP packets: what stands before them in files, and the orientation in them.

use std::collections::HashSet;

/// What a packet in a JPEG file starts with.
pub(super) const JPEG_PREFIX: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The keyword of a packet in a PNG file.
pub(super) const PNG_KEYWORD: &str = "XML:com.adobe.xmp";
/// The namespace of the orientation.
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
/// The name of the orientation, behind a prefix.
const NAME: &[u8] = b":Orientation";

/// What a packet says of how the picture is turned, as in Exif.
pub(super) fn orientation(packet: &[u8]) -> Option<u8> {
    places(packet).first().map(|&at| packet[at] - b'0')
}

/// `packet` of a picture whose pixels stand upright.
pub(super) fn upright(packet: &[u8]) -> Vec<u8> {
    let mut out = packet.to_vec();
    places(packet).into_iter().for_each(|at| out[at] = b'1');
    out
}

/// Where the digits of orientations are, in attributes and elements of any prefix.
fn places(packet: &[u8]) -> Vec<usize> {
    let prefixes = prefixes(packet);
    let digit = |at: usize| {
        let (opening, prefix) = last_word(&packet[..at])?;
        let rest = &packet[at + NAME.len()..];
        let value = prefixes.contains(prefix).then(|| value(opening, rest))??;
        match value {
            [b'1'..=b'8', after, ..] if !after.is_ascii_digit() => Some(packet.len() - value.len()),
            _ => None,
        }
    };
    found(packet, NAME).filter_map(digit).collect()
}

/// What begins with the value of an element, or of an attribute, of which `rest` follows the name.
fn value(opening: u8, rest: &[u8]) -> Option<&[u8]> {
    if opening != b'<' {
        let (quote, value) = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start().split_first()?;
        return matches!(quote, b'"' | b'\'').then_some(value);
    }
    // Up to the next element, so that a packet is gone through once.
    let end = rest.iter().position(|b| matches!(b, b'<' | b'>')).filter(|&end| rest[end] == b'>')?;
    let named = end == 0 || rest[0].is_ascii_whitespace();
    named.then(|| rest[end + 1..].trim_ascii_start())
}

/// The prefixes that are bound to the namespace of the orientation.
fn prefixes(packet: &[u8]) -> HashSet<&[u8]> {
    let prefix = |at: usize| {
        let (b'"' | b'\'', before) = packet[..at].split_last()? else { return None };
        let before = before.trim_ascii_end().strip_suffix(b"=")?.trim_ascii_end();
        let (b':', prefix) = last_word(before)? else { return None };
        let before = before[..before.len() - prefix.len()].strip_suffix(b"xmlns:")?;
        before.last().is_none_or(|b| b.is_ascii_whitespace() || *b == b'<').then_some(prefix)
    };
    found(packet, TIFF.as_bytes()).filter_map(prefix).collect()
}

/// The word at the end of `text`, which has no colon, and what stands before it.
fn last_word(text: &[u8]) -> Option<(u8, &[u8])> {
    let bounds = |&b: &u8| b.is_ascii_whitespace() || matches!(b, b'<' | b':' | b'"' | b'\'');
    let at = text.iter().rposition(bounds)?;
    Some((text[at], &text[at + 1..]))
}

/// Where `word` is in `text`.
fn found(text: &[u8], word: &[u8]) -> impl Iterator<Item = usize> {
    (0..text.len().saturating_sub(word.len() - 1)).filter(move |&at| text[at..].starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientations_become_1_in_attributes_and_elements_of_any_prefix() {
        let bound = |rest: &str| format!("<rdf:Description xmlns:tiff='{TIFF}' xmlns:a = \"{TIFF}\" {rest}");
        for (text, number) in [
            ("tiff:Orientation=\"6\"/>", Some(6)),
            ("\n  tiff:Orientation = '8' />", Some(8)),
            ("a:Orientation='3'/>", Some(3)),
            ("><tiff:Orientation>5</tiff:Orientation>", Some(5)),
            ("><a:Orientation >\n 2 </a:Orientation>", Some(2)),
            ("x:Orientation='6'/>", None),
            ("tiff:Orientation='16'/>", None),
            ("tiff:Orientation=''/>", None),
            ("tiff:OrientationOf='6'/>", None),
            ("><tiff:OrientationOf>6</tiff:OrientationOf>", None),
            ("nottiff:Orientation='6'/>", None),
            ("tiff:Orientation", None),
        ] {
            let packet = bound(text);
            assert_eq!(orientation(packet.as_bytes()), number, "{packet}");
            let upright = String::from_utf8(upright(packet.as_bytes())).unwrap();
            let expected = match number {
                Some(number) => bound(&text.replace(&number.to_string(), "1")),
                None => packet,
            };
            assert_eq!(upright, expected);
        }
        assert_eq!(orientation(b"<x tiff:Orientation='6'/>"), None, "the prefix means nothing");
    }

    #[test]
    fn packets_of_many_prefixes_or_names_are_gone_through_once() {
        let many = |part: &dyn Fn(usize) -> String| (0..40_000).map(part).collect::<String>();
        let bound = many(&|i| format!(" xmlns:p{i}='{TIFF}'"));
        for rest in [String::new(), many(&|i| format!("<p{i}:Orientation")), many(&|_| ":Orientation".to_owned())] {
            assert_eq!(orientation(format!("<x{bound}{rest} p39999:Orientation='6'/>").as_bytes()), Some(6));
        }
        assert_eq!(orientation(many(&|_| format!("='{TIFF}")).as_bytes()), None);
    }
}
