//! `--strip`: no file that is written says where its picture was taken, whatever said it in the
//! input.

use image::{ExtendedColorType, ImageEncoder as _};
use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::png::Png;
use crate::world::Folder;

/// The latitude as three rationals, which nothing else in a file looks like.
const SECRET: [u8; 24] = *b"!latitude-longitude-here";
/// The same in words.
const WORDS: &[u8] = b"48.8566 N";

/// Makes the numbers of a TIFF structure.
struct Tiff(bool);

impl Tiff {
    fn two(&self, v: u16) -> [u8; 2] {
        if self.0 { v.to_be_bytes() } else { v.to_le_bytes() }
    }

    fn four(&self, v: u32) -> [u8; 4] {
        if self.0 { v.to_be_bytes() } else { v.to_le_bytes() }
    }

    fn entry(&self, tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
        let value = if kind == 3 { [self.two(value as u16), [0; 2]].concat() } else { self.four(value).to_vec() };
        [&self.two(tag)[..], &self.two(kind), &self.four(count), &value].concat()
    }

    fn directory(&self, entries: &[Vec<u8>]) -> Vec<u8> {
        [&self.two(entries.len() as u16)[..], &entries.concat(), &[0; 4]].concat()
    }

    fn header(&self) -> Vec<u8> {
        [if self.0 { b"MM" } else { b"II" }, &self.two(42)[..], &self.four(8)].concat()
    }

    /// A directory of positions at `at`, with the secret.
    fn positions(&self, at: u32) -> Vec<u8> {
        [self.directory(&[self.entry(2, 5, 3, at + 18)]), SECRET.to_vec()].concat()
    }

    /// An Exif block with an orientation of 6 and a position.
    fn exif(&self) -> Vec<u8> {
        let first = self.directory(&[self.entry(0x112, 3, 1, 6), self.entry(0x8825, 4, 1, 38)]);
        [self.header(), first, self.positions(38)].concat()
    }

    /// The same with the position in a maker's note.
    fn note(&self) -> Vec<u8> {
        let first = self.directory(&[self.entry(0x8769, 4, 1, 26)]);
        let exif = self.directory(&[self.entry(0x927c, 7, 42, 44)]);
        [self.header(), first, exif, self.positions(44)].concat()
    }

    /// The same with a position that no pointer leads to.
    fn lost(&self) -> Vec<u8> {
        [self.header(), self.directory(&[self.entry(0x8825, 4, 1, 9000)]), self.positions(26)].concat()
    }

    /// A picture of 3 by 2 gray pixels with a position.
    fn file(&self) -> Vec<u8> {
        let at = 8 + 2 + 10 * 12 + 4;
        let pairs = [(256, 3), (257, 2), (258, 8), (259, 1), (262, 1), (273, at), (277, 1), (278, 2), (279, 6)];
        let mut entries: Vec<_> = pairs.map(|(tag, value)| self.entry(tag, 4, 1, value)).to_vec();
        entries.push(self.entry(0x8825, 4, 1, at + 6));
        [self.header(), self.directory(&entries), vec![9, 8, 7, 6, 5, 4], self.positions(at + 6)].concat()
    }
}

fn png(before: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    Png { width: 3, height: 2, colour: 2, depth: 8, interlaced: false, transparent: false }.file(before)
}

/// The same with the first chunk behind the pixels.
fn png_behind(chunk: ([u8; 4], Vec<u8>)) -> Vec<u8> {
    let length = chunk.1.len() + 12;
    let mut file = png(&[chunk]);
    let end = file.len() - 12;
    file[33..end].rotate_left(length);
    file
}

fn webp(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut file);
    encoder.write_image(&[7; 18], 3, 2, ExtendedColorType::Rgb8).unwrap();
    let pixels = file[12..].to_vec();
    let chunk = [&kind[..], &(contents.len() as u32).to_le_bytes(), contents, &[0][..contents.len() % 2]].concat();
    let head = b"VP8X\x0a\0\0\0\x0c\0\0\0\x02\0\0\x01\0\0";
    let body = [b"WEBP", &head[..], &pixels, &chunk].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

fn jpeg(contents: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new(&mut file);
    encoder.write_image(&[7; 18], 3, 2, ExtendedColorType::Rgb8).unwrap();
    let segment = [&[0xff, 0xe1], &(contents.len() as u16 + 2).to_be_bytes()[..], contents].concat();
    file.splice(2..2, segment);
    file
}

/// Files that say where they were taken.
fn carriers() -> Vec<(&'static str, Vec<u8>)> {
    let exif = |prefix: &[u8], block: Vec<u8>| [prefix, &block].concat();
    let lead = b"Exif\0\0";
    let packet = [b"<x:xmpmeta xmlns:x='adobe:ns:meta/' exif:GPSLatitude='", WORDS, b"'/>"].concat();
    let element = [b"<e:GPSLatitude>", WORDS, b"</e:GPSLatitude>"].concat();
    let itxt = |flags: &[u8], text: &[u8]| (*b"iTXt", [b"XML:com.adobe.xmp\0", flags, b"\0\0", text].concat());
    let digits = Tiff(true).exif().iter().map(|b| format!("{b:02x}")).collect::<String>();
    let raw = format!("Raw profile type exif\0\nexif\n{}\n{digits}\n", digits.len() / 2).into_bytes();
    let json = [b"parameters\0{\"gps_latitude\": \"", WORDS, b"\"}"].concat();
    let extended = [&b"http://ns.adobe.com/xmp/extension/\0"[..], &[b'0'; 32], &[0, 0, 0, 99, 0, 0, 0, 0], &packet];
    let mut files = vec![
        ("PNG, behind the pixels", png_behind((*b"eXIf", exif(lead, Tiff(false).exif())))),
        ("PNG, in digits", png(&[(*b"tEXt", raw)])),
        ("PNG, in XMP", png(&[itxt(b"\0\0", &packet)])),
        ("PNG, in packed XMP", png(&[itxt(b"\x01\0", &compress_to_vec_zlib(&element, 6))])),
        ("PNG, in a text", png(&[(*b"tEXt", json)])),
        ("PNG, in a keyword of XMP", png(&[itxt(b"\0\0", &[b"<li>geo:lat=", WORDS, b"</li>"].concat())])),
        ("PNG, in XMP behind a reference", png(&[itxt(b"\0\0", &[b"<li>&#x47;PS ", WORDS, b"</li>"].concat())])),
        ("PNG, as a place in XMP", png(&[itxt(b"\0\0", &[b"<x p:City='", WORDS, b"'/>"].concat())])),
        ("PNG, as a place in a text", png(&[(*b"tEXt", [b"Location\0", WORDS].concat())])),
        ("PNG, in a maker's note", png(&[(*b"eXIf", Tiff(true).note())])),
        ("WebP, in XMP", webp(b"XMP ", &packet)),
        ("WebP, in a maker's note", webp(b"EXIF", &exif(lead, Tiff(false).note()))),
        ("WebP, where nothing leads to", webp(b"EXIF", &Tiff(false).lost())),
        ("JPEG, in XMP", jpeg(&[b"http://ns.adobe.com/xap/1.0/\0", &packet[..]].concat())),
        ("JPEG, in extended XMP", jpeg(&extended.concat())),
        ("JPEG, in a maker's note", jpeg(&exif(lead, Tiff(false).note()))),
        ("JPEG, where nothing leads to", jpeg(&exif(lead, Tiff(true).lost()))),
    ];
    for big in [false, true] {
        files.push(("PNG", png(&[(*b"eXIf", Tiff(big).exif())])));
        files.push(("PNG, with a prefix", png(&[(*b"eXIf", exif(lead, Tiff(big).exif()))])));
        files.push(("WebP", webp(b"EXIF", &Tiff(big).exif())));
        files.push(("WebP, with a prefix", webp(b"EXIF", &exif(lead, Tiff(big).exif()))));
        files.push(("JPEG", jpeg(&exif(lead, Tiff(big).exif()))));
        files.push(("TIFF", Tiff(big).file()));
    }
    files
}

/// Whether bytes say the position, in numbers or in words.
fn says_position(data: &[u8]) -> bool {
    let holds = |word: &[u8]| data.windows(word.len()).any(|w| w == word);
    holds(&SECRET) || holds(WORDS)
}

#[test]
fn no_position_is_left_by_any_carrier() {
    let f = Folder::new("privacy");
    let carriers = carriers();
    assert!(carriers.len() >= 20);
    for (name, file) in carriers {
        f.write("in", &file);
        let back = |args: &[&str]| {
            f.kvant(&[&["encode", "in", "-o", "a.kvt", "-f", "--quiet", "-e", "1"], args].concat()).ok();
            f.kvant(&["decode", "a.kvt", "-o", "a.png", "-f", "--quiet"]).ok();
            f.read("a.png")
        };
        // Where the input's is not carried at all there is nothing to strip.
        let carried = !name.starts_with("TIFF") && name != "JPEG, in extended XMP";
        assert!(!carried || says_position(&back(&[])), "{name}: the position is in the file at first");
        for kinds in ["gps", "all"] {
            assert!(!says_position(&back(&["--strip", kinds])), "{name}: --strip {kinds}");
        }
    }
}

#[test]
fn orientation_and_all_that_says_no_position_survive() {
    let f = Folder::new("privacy-kept");
    for big in [false, true] {
        f.write("a.png", &png(&[(*b"eXIf", Tiff(big).exif()), (*b"tEXt", b"Author\0me".to_vec())]));
        for (kind, exif, text) in [("gps", 80, 8), ("exif", 0, 8), ("text", 80, 0), ("all", 0, 0)] {
            f.kvant(&["encode", "a.png", "-f", "--quiet", "--strip", kind]).ok();
            let info = f.kvant(&["info", "a.kvt", "--json"]).ok().json()["results"][0].clone();
            assert_eq!(info["orientation"], 6, "{kind}");
            assert_eq!((&info["metadata"]["exif"], &info["metadata"]["text"]), (&exif.into(), &text.into()), "{kind}");
        }
    }
}

#[test]
fn exif_that_cannot_be_read_is_dropped_and_named() {
    let f = Folder::new("privacy-damaged");
    for (name, file) in [
        ("a.png", png(&[(*b"eXIf", [b"Exif\0\0??", &SECRET[..]].concat())])),
        ("a.webp", webp(b"EXIF", &[b"XX*\0", &SECRET[..]].concat())),
        ("a.jpg", jpeg(&[b"Exif\0\0II*\0\xff\xff\xff\xff", &SECRET[..]].concat())),
    ] {
        f.write(name, &file);
        for args in [&[][..], &["--strip", "gps"]] {
            let said = f.kvant(&[&["encode", name, "-f", "-o", "a.kvt"], args].concat()).ok().stderr;
            assert!(said.contains("the Exif block is damaged and dropped"), "{name}: {said}");
            assert!(!f.kvant(&["info", "a.kvt"]).ok().text().contains("Exif"), "{name}");
        }
    }
}
