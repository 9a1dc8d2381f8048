//! Whether a text speaks of where a picture was taken: an XMP packet, a comment, or a value of
//! Exif.

/// Words, small, of which positions are told with, wherever they stand: tags and properties of Exif
/// and XMP, words of texts, and what can hide any word: maker's notes in digits, and entities that
/// a packet makes up.
const WORDS: [&[u8]; 17] = [
    b"gps",
    b"latitude",
    b"longitude",
    b"geolocation",
    b"geotag",
    b"geohash",
    b"geo:",
    b"wgs84",
    b"iso6709",
    b"locationcreated",
    b"locationshown",
    b"shotlocation",
    b"sublocation",
    b"makernote",
    b"shot_log_data",
    b"<!entity",
    b"georss",
];
/// What properties of places are called, or begin with, in whatever namespace.
const PLACES: [&[u8]; 4] = [b"location", b"country", b"provincestate", b"worldregion"];
/// The same of short names, which others begin with too.
const SHORT_PLACES: [&[u8]; 2] = [b"city", b"state"];
/// What coordinates are called; a number follows.
const COORDINATES: [&[u8]; 3] = [b"lat", b"lon", b"lng"];
/// Entities that every XML document knows.
const ENTITIES: [(&[u8], u8); 5] = [(b"amp", b'&'), (b"lt", b'<'), (b"gt", b'>'), (b"quot", b'"'), (b"apos", b'\'')];

/// Whether a text of one or two bytes a character speaks of a position.
pub(super) fn speaks_of_position(text: &[u8]) -> bool {
    let small: Vec<u8> = text.iter().filter(|&&b| b != 0).map(u8::to_ascii_lowercase).collect();
    let text = dereferenced(&small);
    (0..text.len()).any(|at| {
        let (before, rest) = text.split_at(at);
        let before = before.last().copied().unwrap_or(0);
        first_of(&WORDS, rest).is_some()
            || (matches!(before, b':' | b'<') && names_place(rest))
            || (!before.is_ascii_alphanumeric() && names_coordinate(rest))
    })
}

/// Whether a text, by its keyword, does.
pub(super) fn note_speaks_of_position(keyword: &str, text: &str) -> bool {
    // A keyword is a name as that of a property is.
    speaks_of_position(format!(":{keyword}").as_bytes()) || speaks_of_position(text.as_bytes())
}

/// What follows the word of `words` that `text` begins with.
fn first_of<'a>(words: &[&[u8]], text: &'a [u8]) -> Option<&'a [u8]> {
    words.iter().filter(|word| word.first() == text.first()).find_map(|word| text.strip_prefix(*word))
}

fn names_place(text: &[u8]) -> bool {
    let ends = |rest: &[u8]| rest.first().is_none_or(|b| !b.is_ascii_alphanumeric());
    first_of(&PLACES, text).is_some() || first_of(&SHORT_PLACES, text).is_some_and(ends)
}

fn names_coordinate(text: &[u8]) -> bool {
    let marks = |text: &[u8]| text.iter().take_while(|b| matches!(b, b' ' | b'"' | b'\'' | b'\\')).count();
    let Some(rest) = first_of(&COORDINATES, text) else { return false };
    let Some((b':' | b'=' | b'>', value)) = rest[marks(rest)..].split_first() else { return false };
    matches!(value[marks(value)..].first(), Some(b'0'..=b'9' | b'-' | b'+'))
}

/// `text`, small, with the characters that references are to (XML 1.0, 4.1 and 4.6).
fn dereferenced(mut text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    while let Some(at) = text.iter().position(|&b| b == b'&') {
        let (character, length) = reference(&text[at + 1..]).unwrap_or((b'&', 0));
        out.extend(&text[..at]);
        out.push(character);
        text = &text[at + 1 + length..];
    }
    out.extend(text);
    out
}

/// The character of a reference, and the bytes behind its first.
fn reference(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().position(|b| matches!(b, b';' | b'&')).filter(|&end| text[end] == b';')?;
    let name = &text[..end];
    let character = match name.strip_prefix(b"#") {
        Some(number) => {
            let (digits, radix) = number.strip_prefix(b"x").map_or((number, 10), |digits| (digits, 16));
            let number = u32::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()?;
            // No word has any but the first 128.
            u8::try_from(number).unwrap_or(u8::MAX).to_ascii_lowercase()
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_known_by_their_words() {
        for text in [
            "<x exif:GPSLatitude='1'/>",
            "<drone:GpsLongitude>",
            "{\"latitude\": 1}",
            "G\0P\0S\0",
            "<rdf:li>geo:lat=48.85</rdf:li>",
            "g\0e\0o\0:\0l\0o\0n\0=\x002\0",
            "geo:48.85,2.35",
            "xmlns:p='http://www.w3.org/2003/01/geo/wgs84_pos#'",
            "Geotagged",
            "{\"lat\": 48.85, \"lng\": 2.35}",
            "{\\\"lon\\\":-2}",
            "<p:lat>48.85</p:lat>",
            "GCamera:HdrPlusMakernote='SERSUA'",
            "<!DOCTYPE x [<!ENTITY a 'G'>]><x exif:&a;PSLatitude='1'/>",
        ] {
            assert!(speaks_of_position(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn places_are_known_by_their_names_in_any_namespace() {
        let names = ["City", "State", "Country", "CountryCode", "Location", "LocationName", "ProvinceState"];
        for name in names.into_iter().chain(["LocationCreated", "LocationShown", "Sublocation", "shotLocation"]) {
            for prefix in ["photoshop", "Iptc4xmpCore", "p"] {
                assert!(speaks_of_position(format!("<x {prefix}:{name}='Paris'/>").as_bytes()), "{name}");
                assert!(speaks_of_position(format!("<{prefix}:{name}>Paris").as_bytes()), "{name}");
            }
            assert!(speaks_of_position(format!("<{name} xmlns='photoshop'>Paris").as_bytes()), "{name}");
            assert!(note_speaks_of_position(name, "Paris"), "{name}");
        }
        assert!(note_speaks_of_position("Comment", "GPS") && !note_speaks_of_position("Comment", "a cat"));
    }

    #[test]
    fn references_to_characters_hide_no_word() {
        for text in
            ["geo&#58;lat", "&#x47;PS", "&#0000071;&#X050;s", "&lt;city&gt;", "&&quot;lat&quot;:1", "&amp;&#103;ps"]
        {
            assert!(speaks_of_position(text.as_bytes()), "{text}");
        }
        for text in ["&#;&#x;&;&", "g&#9999999999;ps", "&g;&ps", "&#x147;PS", "&#x80;"] {
            assert!(!speaks_of_position(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn ordinary_packets_and_texts_speak_of_no_position() {
        let packet = "<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Adobe XMP Core 7.0'><rdf:RDF><rdf:Description \
            xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/' \
            xmp:CreatorTool='Adobe Photoshop Lightroom Classic 12.3' xmp:Rating='5' photoshop:ColorMode='3' \
            photoshop:DateCreated='2024-05-01T12:00:00' exif:SubjectLocation='3' tiff:Orientation='6' aux:Lens='24-70' \
            crs:PerspectiveUpright='0' crs:CropConstrainToWarp='0' crs:LensManualDistortionAmount='0' \
            crs:GrainAmount='1' xmpRights:WebStatement='https://example.org/a?b=c&amp;d=e' c:Statement='x' \
            xmpMM:DocumentID='xmp.did:5f4e' Iptc4xmpCore:CiAdrExtadr='x' dc:format='image/jpeg' e:Stateless='1'>\
            <xmpMM:History><rdf:li stEvt:action='saved' stEvt:changed='/' stEvt:when='2024'/></xmpMM:History>\
            <dc:title><rdf:li xml:lang='lat'>Geometric steps, geology, capacity</rdf:li></dc:title>\
            <dc:description>flat: 3, salon=4, relation: 5, translat: 6, lat: none</dc:description>";
        let texts =
            ["a cat", "solid state: 1", "city at night", "1girl, geometric, (city:1.2), lora:flat:1", "Plat: 2"];
        for text in texts.into_iter().chain([packet]) {
            assert!(!speaks_of_position(text.as_bytes()), "{text}");
        }
        for (keyword, text) in [("Software", "GIMP 2.10"), ("Title", "x"), ("date:create", "2024"), ("Stateful", "")] {
            assert!(!note_speaks_of_position(keyword, text), "{keyword}");
        }
    }

    #[test]
    fn long_texts_of_broken_references_are_gone_through_once() {
        for part in ["&", "&#", "&#1", "lat ", "lat=", "<g:", "&amp"] {
            assert!(!speaks_of_position(part.repeat(1_000_000).as_bytes()), "{part}");
        }
    }
}
