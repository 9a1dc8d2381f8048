//! What a PNG file says besides its pixels.

use kvant::{Cicp, ResolutionUnit};
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::super::super::xmp;
use super::super::colours::Calibration;
use super::header::{Header, PALETTE};
use super::{Chunk, Inventory};

/// What ImageMagick and GIMP call texts that hold blocks as hexadecimal digits.
const RAW_PROFILE: &str = "Raw profile type ";

/// What is said of the colours, of which one counts.
#[derive(Debug, Default)]
struct Colours<'a> {
    cicp: Option<Chunk<'a>>,
    icc: Option<Chunk<'a>>,
    srgb: Option<Chunk<'a>>,
    gamma: Option<Chunk<'a>>,
    points: Option<Chunk<'a>>,
}

/// Goes over the chunks.
#[derive(Debug)]
pub(super) struct Notes<'a, 'f> {
    header: Header,
    /// Bytes that compressed contents may have yet.
    limit: usize,
    found: &'a mut Inventory,
    colours: Colours<'f>,
    /// Blocks out of texts, by what the texts call them; chunks of their own count first.
    raw: Vec<(String, Option<Vec<u8>>)>,
}

impl<'f> Notes<'_, 'f> {
    /// Takes what `chunks` say, all of them.
    pub(super) fn take(chunks: &[Chunk<'f>], header: Header, limit: u64, found: &mut Inventory) {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut notes = Notes { header, limit, found, colours: Colours::default(), raw: Vec::new() };
        let mut behind = false;
        for chunk in chunks {
            behind |= chunk.chunk_type == b"IDAT";
            if chunk.is_critical() || chunk.chunk_type == b"tRNS" {
                continue;
            }
            if !chunk.intact {
                notes.damaged(chunk);
            } else if notes.take_colours(chunk, behind).or_else(|| notes.take_block(chunk)).is_none() {
                notes.name(chunk);
            }
        }
        notes.settle_colours();
        notes.settle_raw();
    }

    fn damaged(&mut self, chunk: &Chunk<'_>) {
        self.found.damaged(format!("the chunk {}", chunk.name()));
    }

    /// Keeps a chunk of colours; `None` for all others.
    fn take_colours(&mut self, chunk: &Chunk<'f>, behind: bool) -> Option<()> {
        let slot = match chunk.chunk_type {
            b"cICP" => &mut self.colours.cicp,
            b"iCCP" => &mut self.colours.icc,
            b"sRGB" => &mut self.colours.srgb,
            b"gAMA" => &mut self.colours.gamma,
            b"cHRM" => &mut self.colours.points,
            _ => return None,
        };
        let name = chunk.name();
        match slot {
            _ if behind => self.found.drops(format!("the chunk {name} behind the pixels")),
            Some(known) if known.contents != chunk.contents => self.found.drops(format!("a second chunk {name}")),
            Some(_) => {}
            None => *slot = Some(*chunk),
        }
        Some(())
    }

    /// Takes a chunk that is carried; `None` for all others.
    fn take_block(&mut self, chunk: &Chunk<'_>) -> Option<()> {
        let text = match chunk.chunk_type {
            b"eXIf" => {
                self.found.set_exif(chunk.contents);
                return Some(());
            }
            b"pHYs" => match resolution(chunk.contents) {
                Some((x, y, unit)) => {
                    self.found.set_resolution(x, y, unit);
                    return Some(());
                }
                None => None,
            },
            b"tEXt" => split_at_zero(chunk.contents).map(|(keyword, text)| (latin(keyword), text.to_vec())),
            b"zTXt" => self.compressed_text(chunk.contents),
            b"iTXt" => self.international_text(chunk.contents),
            _ => return None,
        };
        match text.filter(|(keyword, _)| !keyword.is_empty()) {
            Some((keyword, text)) => self.take_text(keyword, text, chunk.chunk_type == b"iTXt"),
            None => self.damaged(chunk),
        }
        Some(())
    }

    /// Takes a text in UTF-8 or ISO 8859-1, or what else stands in its place.
    fn take_text(&mut self, keyword: String, text: Vec<u8>, utf8: bool) {
        if keyword == xmp::PNG_KEYWORD {
            self.found.set_xmp(&text);
        } else if let Some(profile) = keyword.strip_prefix(RAW_PROFILE) {
            self.raw.push((profile.to_ascii_lowercase(), raw_profile(&latin(&text))));
        } else if utf8 {
            self.found.note(keyword, String::from_utf8(text).unwrap_or_else(|e| latin(e.as_bytes())));
        } else {
            self.found.note(keyword, latin(&text));
        }
    }

    /// What a zlib stream holds. All of them together may hold as much as the limit says.
    fn inflated(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let out = decompress_to_vec_zlib_with_limit(data, self.limit);
        self.limit -= match &out {
            Ok(out) => out.len(),
            Err(e) if e.status == TINFLStatus::HasMoreOutput => self.limit,
            Err(_) => 0,
        };
        out.ok()
    }

    fn compressed_text(&mut self, contents: &[u8]) -> Option<(String, Vec<u8>)> {
        let (keyword, rest) = split_at_zero(contents)?;
        let packed = rest.strip_prefix(&[0])?;
        Some((latin(keyword), self.inflated(packed)?))
    }

    fn international_text(&mut self, contents: &[u8]) -> Option<(String, Vec<u8>)> {
        let (keyword, rest) = split_at_zero(contents)?;
        let ([flag, method], rest) = rest.split_first_chunk()?;
        let (language, rest) = split_at_zero(rest)?;
        let (translated, rest) = split_at_zero(rest)?;
        let text = match (flag, method) {
            (0, _) => rest.to_vec(),
            (1, 0) => self.inflated(rest)?,
            _ => return None,
        };
        if !language.is_empty() || !translated.is_empty() {
            self.found.drops("languages of texts");
        }
        Some((latin(keyword), text))
    }

    /// Names a chunk that is not carried, unless it says nothing.
    fn name(&mut self, chunk: &Chunk<'_>) {
        let depth = if self.header.colour == PALETTE { 8 } else { self.header.depth };
        let name = match chunk.chunk_type {
            // An animation of one frame; where pixels are packed apart.
            b"acTL" | b"fcTL" | b"iDOT" => return,
            b"sBIT" if !chunk.contents.is_empty() && chunk.contents.iter().all(|&bits| bits == depth) => return,
            b"tIME" => "time of change (tIME)",
            b"sBIT" => "significant bits (sBIT)",
            b"bKGD" => "background colour (bKGD)",
            b"mDCV" | b"mDCv" => "mastering display (mDCV)",
            b"cLLI" | b"cLLi" => "light levels (cLLI)",
            b"sPLT" => "suggested palette (sPLT)",
            b"hIST" => "histogram (hIST)",
            b"fdAT" => "a picture behind the first (fdAT)",
            b"caBX" => "content credentials (caBX)",
            b"sTER" => "stereo layout (sTER)",
            b"gIFg" | b"gIFx" | b"gIFt" => "extensions of GIF",
            b"oFFs" => "offset (oFFs)",
            b"vpAg" | b"caNv" => "canvas of ImageMagick",
            _ => return self.found.drops(format!("chunk {}", chunk.name())),
        };
        self.found.drops(name);
    }

    /// What counts of that which is said of the colours: code points, a profile, sRGB, gamma and
    /// chromaticities, in this order (PNG, third edition, 4.3).
    fn settle_colours(&mut self) {
        let Colours { cicp, icc, srgb, gamma, points } = std::mem::take(&mut self.colours);
        if let Some(chunk) = cicp {
            self.set_code_points(chunk.contents);
        }
        if let Some(chunk) = icc {
            match self.profile(chunk.contents) {
                Some(icc) => self.found.set_icc(icc),
                None => self.found.profile_damaged(),
            }
        }
        if self.found.metadata.cicp.is_some() || self.found.metadata.icc.is_some() {
            return;
        }
        match srgb {
            Some(chunk) if matches!(chunk.contents, [0..=3]) => return,
            Some(chunk) => self.damaged(&chunk),
            None => {}
        }
        let number = |bytes: &[u8; 4]| f64::from(u32::from_be_bytes(*bytes)) / 100_000.0;
        let mut calibration = Calibration::default();
        if let Some(chunk) = gamma {
            match <&[u8; 4]>::try_from(chunk.contents) {
                Ok(bytes) => calibration.gamma = Some(1.0 / number(bytes)),
                Err(_) => self.damaged(&chunk),
            }
        }
        if let Some(chunk) = points {
            match <&[[u8; 4]; 8]>::try_from(chunk.contents.as_chunks().0) {
                Ok(values) if chunk.contents.len() == 32 => calibration.points = Some(values.map(|v| number(&v))),
                _ => self.damaged(&chunk),
            }
        }
        self.found.set_calibration(calibration, self.header.has_colour());
    }

    fn set_code_points(&mut self, contents: &[u8]) {
        match *contents {
            [primaries, transfer, 0, range @ (0 | 1)] => {
                self.found.metadata.cicp = Some(Cicp { primaries, transfer, matrix: 0, full_range: range == 1 });
            }
            [primaries, transfer, matrix, range] => {
                let text = format!(
                    "the code points {primaries}/{transfer}/{matrix}/{range} cannot be of a PNG and are dropped; \
                     colours may differ"
                );
                self.found.warn("colours-dropped", text);
            }
            _ => self.found.damaged("the chunk cICP"),
        }
    }

    /// The profile in a chunk: behind its name and the method of compression.
    fn profile(&mut self, contents: &[u8]) -> Option<Vec<u8>> {
        let (_, rest) = split_at_zero(contents)?;
        self.inflated(rest.strip_prefix(&[0])?)
    }

    /// What texts of digits hold.
    fn settle_raw(&mut self) {
        for (profile, block) in std::mem::take(&mut self.raw) {
            let Some(block) = block else {
                self.found.damaged(format!("the text \"{RAW_PROFILE}{}\"", profile.escape_debug()));
                continue;
            };
            // As in a JPEG file.
            let packet = block.strip_prefix(xmp::JPEG_PREFIX);
            match &*profile {
                "exif" | "app1" if packet.is_none() => self.found.set_exif(&block),
                "xmp" | "app1" => self.found.set_xmp(packet.unwrap_or(&block)),
                "icc" | "icm" if self.found.metadata.icc.is_none() => self.found.set_icc(block),
                "icc" | "icm" => {}
                "iptc" => self.found.drops("IPTC"),
                "8bim" => self.found.drops("a Photoshop block"),
                _ => self.found.drops(format!("the profile \"{}\"", profile.escape_debug())),
            }
        }
    }
}

fn split_at_zero(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = data.iter().position(|&b| b == 0)?;
    Some((&data[..at], &data[at + 1..]))
}

/// Text in ISO 8859-1.
fn latin(text: &[u8]) -> String {
    text.iter().map(|&b| char::from(b)).collect()
}

fn resolution(contents: &[u8]) -> Option<(u32, u32, ResolutionUnit)> {
    let ([x, y], [unit]) = contents.as_chunks::<4>() else { return None };
    let unit = match unit {
        0 => ResolutionUnit::Unknown,
        1 => ResolutionUnit::Metre,
        _ => return None,
    };
    Some((u32::from_be_bytes(*x), u32::from_be_bytes(*y), unit))
}

/// The block in a text: a line with a name, one with the number of bytes, then these as digits.
fn raw_profile(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.trim_start().split_once('\n')?;
    let (length, digits) = rest.trim_start().split_once('\n')?;
    let digits = digits.bytes().filter(|b| !b.is_ascii_whitespace());
    let values: Option<Vec<u8>> = digits.map(|b| Some(char::from(b).to_digit(16)? as u8)).collect();
    let (pairs, rest) = values.as_ref()?.as_chunks::<2>();
    let block: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    (rest.is_empty() && length.trim().parse() == Ok(block.len())).then_some(block)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use kvant::{Metadata, Orientation, Resolution};
    use miniz_oxide::deflate::compress_to_vec_zlib;

    use super::super::super::super::exif::tests::Maker;
    use super::super::tests::{chunk, file, kept};
    use super::*;

    fn text_chunk(keyword: &str, text: &[u8], packed: bool) -> Vec<u8> {
        match packed {
            true => chunk(b"zTXt", &[keyword.as_bytes(), &[0, 0], &compress_to_vec_zlib(text, 6)].concat()),
            false => chunk(b"tEXt", &[keyword.as_bytes(), &[0], text].concat()),
        }
    }

    fn profile() -> Vec<u8> {
        moxcms::ColorProfile::new_display_p3().encode().unwrap()
    }

    #[test]
    fn texts_of_all_kinds_are_carried() {
        let packed = compress_to_vec_zlib("zażółć".as_bytes(), 6);
        let chunks = [
            text_chunk("Author", b"Zo\xeb", false),
            text_chunk("parameters", b"steps: 20", true),
            chunk(b"iTXt", b"Title\0\0\0\0\0\xe2\x82\xac"),
            chunk(b"iTXt", &[&b"Copyright\0\x01\0\0\0"[..], &packed].concat()),
        ];
        for file in [file(true, &chunks.concat(), &[]), file(true, &[], &chunks.concat())] {
            let (metadata, said) = kept(&file);
            let texts: Vec<_> = metadata.text.iter().map(|(k, t)| (&**k, &**t)).collect();
            let wanted = [("Author", "Zoë"), ("parameters", "steps: 20"), ("Title", "€"), ("Copyright", "zażółć")];
            assert_eq!((&texts[..], &*said), (&wanted[..], ""));
        }
        assert!(kept(&file(true, &chunk(b"iTXt", b"Title\0\0\0fr\0Titre\0x"), &[])).1.contains("languages of texts"));
    }

    #[test]
    fn xmp_is_read_byte_for_byte_from_all_kinds_of_texts() {
        let packet = b"<x title='Zo\xc3\xab \xff'/>";
        let packed = compress_to_vec_zlib(packet, 6);
        for chunk in [
            chunk(b"iTXt", &[&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &packed].concat()),
            chunk(b"iTXt", &[&b"XML:com.adobe.xmp\0\0\0\0\0"[..], packet].concat()),
            text_chunk(xmp::PNG_KEYWORD, packet, false),
            text_chunk(xmp::PNG_KEYWORD, packet, true),
        ] {
            let (metadata, said) = kept(&file(true, &chunk, &[]));
            assert_eq!((metadata.xmp.as_deref(), &*said), (Some(&packet[..]), ""));
        }
    }

    #[test]
    fn raw_profiles_become_what_they_hold() {
        let exif = Maker { big: true }.sample();
        let prefixed = [b"Exif\0\0", &exif[..]].concat();
        let packet = [xmp::JPEG_PREFIX, b"<x/>"].concat();
        let raw = |profile: &str, block: &[u8], packed| {
            let mut text = format!("\n{profile}\n{:8}\n", block.len());
            for (i, byte) in block.iter().enumerate() {
                let _ = write!(text, "{byte:02x}{}", if i % 36 == 35 { "\n" } else { "" });
            }
            text_chunk(&format!("{RAW_PROFILE}{profile}"), text.as_bytes(), packed)
        };
        let wanted_exif = |m: &Metadata| m.exif.as_ref() == Some(&exif) && m.orientation == Orientation::Rotate90;
        let wanted_xmp = |m: &Metadata| m.xmp.as_deref() == Some(b"<x/>");
        let wanted_icc = |m: &Metadata| m.icc == Some(profile());
        type Wanted<'a> = &'a dyn Fn(&Metadata) -> bool;
        let cases: [(&str, &[u8], Wanted<'_>); 7] = [
            ("exif", &prefixed, &wanted_exif),
            ("exif", &exif, &wanted_exif),
            ("APP1", &prefixed, &wanted_exif),
            ("APP1", &packet, &wanted_xmp),
            ("xmp", b"<x/>", &wanted_xmp),
            ("icc", &profile(), &wanted_icc),
            ("icm", &profile(), &wanted_icc),
        ];
        for packed in [false, true] {
            for (profile, block, wanted) in &cases {
                let (metadata, said) = kept(&file(true, &[], &raw(profile, block, packed)));
                assert!(wanted(&metadata) && said.is_empty() && metadata.text.is_empty(), "{profile}: {said}");
            }
            for (profile, name) in
                [("iptc", "IPTC is"), ("8bim", "a Photoshop block is"), ("odd", "the profile \"odd\" is")]
            {
                assert!(kept(&file(true, &raw(profile, b"abc", packed), &[])).1.contains(name), "{profile}");
            }
        }
        let broken = text_chunk("Raw profile type exif", b"\nexif\n   9\n4949", false);
        assert!(kept(&file(true, &broken, &[])).1.contains("damaged"));
    }

    #[test]
    fn code_points_count_before_a_profile_before_srgb_before_gamma() {
        let icc = [&b"p\0\0"[..], &compress_to_vec_zlib(&profile(), 6)].concat();
        let (cicp, icc) = (chunk(b"cICP", &[9, 16, 0, 1]), chunk(b"iCCP", &icc));
        let (srgb, gamma) = (chunk(b"sRGB", &[0]), chunk(b"gAMA", &100_000u32.to_be_bytes()));
        let of = |chunks: &[&[u8]]| {
            let (metadata, said) = kept(&file(true, &chunks.concat(), &[]));
            (metadata.cicp.map(|c| (c.primaries, c.transfer)), metadata.icc.is_some(), said)
        };
        let quiet = String::new;
        assert_eq!(of(&[&cicp, &icc, &srgb, &gamma]), (Some((9, 16)), true, quiet()));
        assert_eq!(of(&[&icc, &srgb, &gamma]), (None, true, quiet()));
        assert_eq!(of(&[&gamma, &srgb]), (None, false, quiet()));
        assert_eq!(of(&[&gamma]), (Some((1, 8)), false, quiet()));
        let p3 = [31270u32, 32900, 68000, 32000, 26500, 69000, 15000, 6000].map(u32::to_be_bytes).concat();
        let p3 = chunk(b"cHRM", &p3);
        assert_eq!(of(&[&gamma, &p3]), (Some((12, 8)), false, quiet()));
        assert_eq!(of(&[&p3]), (Some((12, 13)), false, quiet()));
        let odd = of(&[&chunk(b"gAMA", &55_556u32.to_be_bytes())]);
        assert_eq!(odd, (None, true, quiet()), "a power of 1.8 becomes a profile");
        // Where what counts is broken, the next does.
        for broken in [&[1, 13, 1, 1][..], &[1, 13, 0, 7], &[1, 13, 0]] {
            let (cicp, icc, said) = of(&[&chunk(b"cICP", broken), &icc, &gamma]);
            assert!(cicp.is_none() && icc && !said.is_empty(), "{broken:?}: {said}");
        }
        let behind = kept(&file(true, &[], &cicp));
        assert!(behind.0.cicp.is_none() && behind.1.contains("cICP behind the pixels"));
    }

    #[test]
    fn texts_that_unpack_to_more_than_the_limit_are_dropped() {
        let bomb = text_chunk("bomb", &vec![b' '; 60 << 20], true);
        let (metadata, said) = kept(&file(true, &[], &[bomb.clone(), bomb].concat()));
        assert_eq!((metadata.text.len(), &*said), (1, "the chunk zTXt is damaged and dropped"));
    }

    #[test]
    fn a_broken_profile_is_dropped_and_named() {
        let packed = compress_to_vec_zlib(&profile(), 6);
        let mut broken = packed.clone();
        broken[40..60].fill(0xff);
        let cases = [
            ("a zlib stream that is broken", [&b"p\0\0"[..], &broken].concat()),
            ("a zlib stream that is cut off", [&b"p\0\0"[..], &packed[..packed.len() - 9]].concat()),
            ("another method", [&b"p\0\x01"[..], &packed].concat()),
            ("garbage", b"garbage garbage garbage garbage".to_vec()),
            ("a name and nothing else", b"p\0".to_vec()),
            ("no profile within", [&b"p\0\0"[..], &compress_to_vec_zlib(&[7; 500], 6)].concat()),
            ("a profile of another length", [&b"p\0\0"[..], &compress_to_vec_zlib(&profile()[..300], 6)].concat()),
        ];
        for (what, contents) in cases {
            let (metadata, said) = kept(&file(true, &chunk(b"iCCP", &contents), &[]));
            assert!(metadata.icc.is_none(), "{what}");
            assert_eq!(said, "the ICC profile is damaged and is dropped; colours may differ", "{what}");
        }
    }

    #[test]
    fn resolution_is_carried_and_all_else_is_named_once() {
        let dots = [&2835u32.to_be_bytes()[..], &5669u32.to_be_bytes(), &[1]].concat();
        let chunks = [
            chunk(b"pHYs", &dots),
            chunk(b"tIME", &[7, 0xe8, 1, 2, 3, 4, 5]),
            chunk(b"sBIT", &[5, 6, 5]),
            chunk(b"bKGD", &[0; 6]),
            chunk(b"mDCV", &[0; 24]),
            chunk(b"cLLI", &[0; 8]),
            chunk(b"abCd", &[0; 3]),
            chunk(b"abCd", &[0; 3]),
        ];
        let (metadata, said) = kept(&file(true, &chunks.concat(), &[]));
        let unit = ResolutionUnit::Metre;
        assert_eq!(metadata.resolution, Some(Resolution { x: 2835, y: 5669, unit }));
        let names = "time of change (tIME), significant bits (sBIT), background colour (bKGD), mastering display (mDCV), \
                     light levels (cLLI), chunk abCd are not carried";
        assert_eq!(said, names);
        let nothing = [chunk(b"sBIT", &[8, 8, 8]), chunk(b"pHYs", &[0, 0, 0, 1, 0, 0, 0, 1, 0])].concat();
        assert_eq!(kept(&file(true, &nothing, &[])), (Metadata::default(), String::new()));
    }
}
