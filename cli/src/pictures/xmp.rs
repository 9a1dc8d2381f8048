//! XMP packets: the orientation in them, and whether they say where a picture was taken.

/// The namespace of the orientation.
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";

/// Words, small, of which positions are told with: names of tags and properties in Exif, XMP and texts, those of place names among
/// them.
const POSITIONS: [&[u8]; 9] = [
    b"gps",
    b"latitude",
    b"longitude",
    b"geolocation",
    b"iso6709",
    b"iptc4xmpcore:location",
    b"locationcreated",
    b"locationshown",
    b"photoshop:city",
];

/// Whether a text, an XMP packet, or what else holds text of one or two bytes a character, speaks of a position.
pub(super) fn speaks_of_position(text: &[u8]) -> bool {
    let small: Vec<u8> = text.iter().filter(|&&b| b != 0).map(u8::to_ascii_lowercase).collect();
    POSITIONS.iter().any(|word| small.windows(word.len()).any(|w| w == *word))
}

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
    let mut out = Vec::new();
    for prefix in prefixes(packet) {
        let name = [&prefix[..], b":Orientation"].concat();
        for at in found(packet, &name) {
            let opened = at.checked_sub(1).is_some_and(|before| packet[before] == b'<');
            let spaced = at.checked_sub(1).is_some_and(|before| packet[before].is_ascii_whitespace());
            let mut rest = &packet[at + name.len()..];
            if opened {
                let Some(end) = rest.iter().position(|&b| b == b'>') else { continue };
                rest = rest[end + 1..].trim_ascii_start();
            } else if spaced {
                let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else { continue };
                let value = value.trim_ascii_start();
                let Some((b'"' | b'\'', value)) = value.split_first() else { continue };
                rest = value;
            } else {
                continue;
            }
            if let [b'1'..=b'8', after, ..] = rest
                && !after.is_ascii_digit()
            {
                out.push(packet.len() - rest.len());
            }
        }
    }
    out
}

/// The prefixes that are bound to the namespace of the orientation.
fn prefixes(packet: &[u8]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    for at in found(packet, TIFF.as_bytes()) {
        let Some((b'"' | b'\'', before)) = packet[..at].split_last() else { continue };
        let Some(before) = before.trim_ascii_end().strip_suffix(b"=") else { continue };
        let before = before.trim_ascii_end();
        let start = before.iter().rposition(|&b| b.is_ascii_whitespace() || b == b'<').map_or(0, |at| at + 1);
        if let Some(prefix) = before[start..].strip_prefix(b"xmlns:")
            && !out.iter().any(|known| known == prefix)
        {
            out.push(prefix.to_vec());
        }
    }
    out
}

/// Where `word` is in `text`.
fn found(text: &[u8], word: &[u8]) -> Vec<usize> {
    (0..text.len().saturating_sub(word.len() - 1)).filter(|&at| text[at..].starts_with(word)).collect()
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
    fn positions_are_known_by_their_words() {
        for text in [&b"<x exif:GPSLatitude='1'/>"[..], b"<drone:GpsLongitude>", b"{\"latitude\": 1}", b"G\0P\0S\0"] {
            assert!(speaks_of_position(text), "{text:?}");
        }
        assert!(!speaks_of_position(b"<x dc:title='steps'/>"));
    }
}
