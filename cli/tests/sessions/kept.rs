//! The table of the README that says what of a file is kept: our column of it, row by row, against
//! the program.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::png::Png;
use crate::world::{Ended, Folder};

const README: &str = include_str!("../../../README.md");

/// The rows of the table and what they say of us.
fn table() -> Vec<(&'static str, &'static str)> {
    let rows = README.lines().skip_while(|line| !line.starts_with("| | Kvant |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        (cells[1], cells[2])
    })
    .collect()
}

fn png(colour: u8, depth: u8) -> Png {
    Png { width: 24, height: 16, colour, depth, interlaced: false, transparent: false }
}

/// A session: a file there and back.
struct Trip(Folder);

impl Trip {
    fn encode(&self, name: &str, file: &[u8], args: &[&str]) -> Ended {
        self.0.write(name, file);
        self.0.kvant(&[&["encode", name, "-o", "a.kvt", "-f", "--quiet"], args].concat())
    }

    /// The picture that comes back.
    fn back(&self) -> DynamicImage {
        self.0.kvant(&["decode", "a.kvt", "-o", "back.png", "-f", "--quiet"]).ok();
        image::open(self.0.path("back.png")).unwrap()
    }

    fn there_and_back(&self, name: &str, file: &[u8], args: &[&str]) -> DynamicImage {
        self.encode(name, file, args).ok();
        self.back()
    }

    fn info(&self) -> serde_json::Value {
        self.0.kvant(&["info", "a.kvt", "--json"]).ok().json()["results"][0].clone()
    }

    /// The contents of a chunk of the PNG that came back.
    fn chunk(&self, kind: &[u8; 4]) -> Option<Vec<u8>> {
        let file = img_parts::png::Png::from_bytes(self.0.read("back.png").into()).unwrap();
        file.chunk_by_type(*kind).map(|c| c.contents().to_vec())
    }
}

fn picture(file: &[u8]) -> DynamicImage {
    image::load_from_memory(file).unwrap()
}

fn bits(t: &Trip) {
    for depth in [8, 16] {
        let file = png(2, depth).file(&[]);
        assert_eq!(t.there_and_back("a.png", &file, &["-q", "lossless"]), picture(&file));
        t.there_and_back("a.png", &file, &["-q", "80"]);
        let info = t.info();
        assert_eq!(info["depth"], depth);
        assert_eq!(info["internal_depth"], if depth == 8 { 10 } else { 14 });
    }
}

fn gray(t: &Trip) {
    let back = t.there_and_back("a.png", &png(0, 8).file(&[]), &[]);
    assert_eq!((back.color(), &t.info()["channels"]), (image::ColorType::L8, &"gray".into()));
}

fn alpha(t: &Trip) {
    let file = png(6, 8).file(&[]);
    let values = |picture: &DynamicImage| picture.to_rgba8().pixels().map(|p| p[3]).collect::<Vec<_>>();
    let count = |mut values: Vec<u8>| {
        values.sort_unstable();
        values.dedup();
        values.len()
    };
    let exact = values(&t.there_and_back("a.png", &file, &["-q", "40"]));
    assert_eq!(exact, values(&picture(&file)));
    let fewer = values(&t.there_and_back("a.png", &file, &["-q", "40", "--alpha-quality", "30"]));
    assert!(count(fewer) < count(exact));
}

/// A picture that is noise where it does not show.
fn hidden(t: &Trip) {
    let noise = |x: u32, y: u32| ((x * 97 + y * 61) * 131 % 256) as u8;
    let source = image::RgbaImage::from_fn(64, 64, |x, y| match x < 32 {
        true => image::Rgba([noise(x, y), noise(y, x), noise(x + 9, y), 0]),
        false => image::Rgba([90, 120, 60, 255]),
    });
    let mut file = std::io::Cursor::new(Vec::new());
    source.write_to(&mut file, ImageFormat::Png).unwrap();
    let error = |args: &[&str]| {
        let back = t.there_and_back("a.png", file.get_ref(), args).into_rgba8();
        let pairs = back.pixels().zip(source.pixels()).filter(|(_, p)| p[3] == 0);
        pairs.map(|(a, b)| u32::from(a[0].abs_diff(b[0]))).sum::<u32>() / (32 * 64)
    };
    assert!(error(&["-q", "95", "--exact"]) < 6 && error(&["-q", "95"]) > 30);
}

fn blocks(t: &Trip) {
    let mut icc: Vec<u8> = (0..400u32).map(|i| (i * i / 3) as u8).collect();
    icc[..4].copy_from_slice(&400u32.to_be_bytes());
    icc[16..20].copy_from_slice(b"RGB ");
    icc[36..40].copy_from_slice(b"acsp");
    icc[128..132].fill(0);
    let exif = b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
    let xmp = [&b"XML:com.adobe.xmp\0\0\0\0\0"[..], b"<x/>"].concat();
    let iccp = [&b"p\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(&icc, 6)].concat();
    let file = png(2, 8).file(&[(*b"iCCP", iccp), (*b"eXIf", exif.clone()), (*b"iTXt", xmp.clone())]);
    t.there_and_back("a.png", &file, &[]);
    let profile = t.chunk(b"iCCP").unwrap();
    let packed = profile.splitn(2, |&b| b == 0).nth(1).unwrap();
    assert_eq!(miniz_oxide::inflate::decompress_to_vec_zlib(&packed[1..]).unwrap(), icc);
    assert_eq!((t.chunk(b"eXIf"), t.chunk(b"iTXt")), (Some(exif), Some(xmp)));
}

fn code_points(t: &Trip) {
    t.there_and_back("a.png", &png(2, 16).file(&[(*b"cICP", vec![9, 16, 0, 1])]), &[]);
    assert_eq!(t.chunk(b"cICP"), Some(vec![9, 16, 0, 1]));
    t.there_and_back("a.png", &png(2, 16).file(&[]), &["--cicp", "hlg"]);
    assert_eq!(t.chunk(b"cICP"), Some(vec![9, 18, 0, 1]));
}

fn gamma_and_primaries(t: &Trip) {
    let linear = (*b"gAMA", 100_000u32.to_be_bytes().to_vec());
    t.there_and_back("a.png", &png(2, 8).file(std::slice::from_ref(&linear)), &[]);
    assert_eq!(t.chunk(b"cICP"), Some(vec![1, 8, 0, 1]));
    let p3 = [31270u32, 32900, 68000, 32000, 26500, 69000, 15000, 6000].map(u32::to_be_bytes).concat();
    t.there_and_back("a.png", &png(2, 8).file(&[linear.clone(), (*b"cHRM", p3.clone())]), &[]);
    assert_eq!(t.chunk(b"cICP"), Some(vec![12, 8, 0, 1]));
    assert_eq!((t.chunk(b"gAMA"), t.chunk(b"cHRM")), (Some(linear.1), Some(p3)));
    t.there_and_back("a.png", &png(2, 8).file(&[(*b"gAMA", 55_556u32.to_be_bytes().to_vec())]), &[]);
    assert!(t.chunk(b"iCCP").is_some() && t.chunk(b"cICP").is_none());
}

fn texts_and_resolution(t: &Trip) {
    let text = b"Author\0Zo\xeb".to_vec();
    let dots = [&11811u32.to_be_bytes()[..], &5906u32.to_be_bytes(), &[1]].concat();
    t.there_and_back("a.png", &png(2, 8).file(&[(*b"tEXt", text.clone()), (*b"pHYs", dots.clone())]), &[]);
    assert_eq!((t.chunk(b"tEXt"), t.chunk(b"pHYs")), (Some(text), Some(dots)));
    assert_eq!(t.info()["metadata"]["resolution"], "300x150.01 dpi");
    t.there_and_back("a.pgm", b"P2\n# made by hand\n2 1\n9\n1 2", &[]);
    assert_eq!(t.chunk(b"tEXt"), Some(b"Comment\0made by hand".to_vec()));
    let density = b"JFIF\0\x01\x01\x01\x01\x2c\0\x96\0\0".to_vec();
    t.there_and_back("a.jpg", &jpeg(&[(0xfe, b"by hand".to_vec()), (0xe0, density)]), &[]);
    assert_eq!(t.chunk(b"tEXt"), Some(b"Comment\0by hand".to_vec()));
    assert_eq!(t.info()["metadata"]["resolution"], "300x150 dpi");
}

/// A JPEG file with `segments`, each a marker and its contents.
fn jpeg(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let gradient = RgbImage::from_fn(24, 16, |x, y| Rgb([(x * 9) as u8, (y * 12) as u8, 70]));
    DynamicImage::from(gradient).write_to(&mut file, ImageFormat::Jpeg).unwrap();
    let mut file = file.into_inner();
    for (marker, contents) in segments {
        let segment = [&[0xff, *marker], &(contents.len() as u16 + 2).to_be_bytes()[..], contents].concat();
        file.splice(2..2, segment);
    }
    file
}

fn orientation(t: &Trip) {
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    let back = t.there_and_back("a.jpg", &jpeg(&[(0xe1, exif)]), &[]);
    assert_eq!((back.width(), back.height(), &t.info()["orientation"]), (16, 24, &6.into()));
}

fn lossless(t: &Trip) {
    for (colour, depth) in [(0, 8), (2, 8), (4, 16), (6, 8)] {
        let file = png(colour, depth).file(&[]);
        assert_eq!(t.there_and_back("a.png", &file, &["-q", "lossless"]), picture(&file), "{colour} {depth}");
    }
}

fn animation(t: &Trip) {
    let file = png(2, 8).file(&[(*b"acTL", vec![0, 0, 0, 2, 0, 0, 0, 0])]);
    t.encode("a.png", &file, &[]).fails(3, &["animation"]);
}

fn iptc_and_cmyk(t: &Trip) {
    let resource = [&b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x08"[..], b"\x1c\x02\x78\0\x03abc"].concat();
    t.0.write("iptc.jpg", &jpeg(&[(0xed, resource)]));
    let said = t.0.kvant(&["encode", "iptc.jpg", "-o", "a.kvt", "-f"]).ok().stderr;
    assert!(said.contains("IPTC is not carried"), "{said}");
    let mut cmyk = Vec::new();
    let pixels: Vec<u8> = (0..24 * 16).flat_map(|i| [i as u8, 40, 90, 20]).collect();
    jpeg_encoder::Encoder::new(&mut cmyk, 90).encode(&pixels, 24, 16, jpeg_encoder::ColorType::Cmyk).unwrap();
    assert_eq!(t.there_and_back("cmyk.jpg", &cmyk, &[]).color(), image::ColorType::Rgb8);
}

/// What shows that a row is true.
type Proof = fn(&Trip);

#[test]
fn the_readme_says_what_the_program_keeps() {
    let proofs: [(&str, &str, Proof); 13] = [
        ("bits a sample", "8 to 16 (lossy pictures are coded with 14 at most)", bits),
        ("gray in one plane", "yes", gray),
        ("alpha", "lossless; fewer values with `--alpha-quality`", alpha),
        ("colours under transparent pixels", "with `--exact`", hidden),
        ("ICC profile", "yes, byte for byte", blocks),
        ("Exif, XMP", "yes, byte for byte", blocks),
        ("code points of the colours (CICP)", "yes: `--cicp`, and PNG's cICP both ways", code_points),
        ("gamma and primaries (PNG, BMP, QOI, TIFF)", "as code points, else as a profile", gamma_and_primaries),
        (
            "texts (author, copyright, comments), resolution",
            "yes: texts of PNG and PNM, comments of JPEG, resolution of PNG, JPEG, TIFF and BMP",
            texts_and_resolution,
        ),
        ("orientation", "yes", orientation),
        ("lossless", "`-q lossless`", lossless),
        ("animation, layers", "no: refused", animation),
        ("IPTC; CMYK", "dropped; made RGB", iptc_and_cmyk),
    ];
    assert_eq!(table(), proofs.map(|(row, cell, _)| (row, cell)));
    let trip = Trip(Folder::new("kept"));
    for (.., proof) in proofs {
        proof(&trip);
    }
}
