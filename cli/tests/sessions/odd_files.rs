//! Files of every kind that a person may have: each comes back, or gets a clear error.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::png::{Png, Row};
use crate::world::Folder;

/// What a file is, its name and its bytes.
struct Case {
    what: String,
    name: String,
    file: Vec<u8>,
}

fn case(what: impl Into<String>, name: &str, file: Vec<u8>) -> Case {
    Case { what: what.into(), name: name.to_owned(), file }
}

/// Every colour type and depth of PNG, with and without interlacing, with transparency where there
/// is a way.
fn pngs() -> Vec<Case> {
    let mut out = Vec::new();
    for (colour, depths) in
        [(0, &[1, 2, 4, 8, 16][..]), (2, &[8, 16]), (3, &[1, 2, 4, 8]), (4, &[8, 16]), (6, &[8, 16])]
    {
        for &depth in depths {
            for (interlaced, transparent) in [(false, false), (true, false), (false, true)] {
                if transparent && colour >= 4 {
                    continue;
                }
                let png = Png { width: 33, height: 21, colour, depth, interlaced, transparent };
                let name = format!(
                    "c{colour}d{depth}{}{}.png",
                    if interlaced { "i" } else { "" },
                    if transparent { "t" } else { "" }
                );
                out.push(case(format!("PNG, colour type {colour}, {depth} bits"), &name, png.file(&[])));
            }
        }
    }
    out
}

fn photo() -> RgbImage {
    RgbImage::from_fn(40, 24, |x, y| Rgb([(x * 6) as u8, (y * 9) as u8, (x + y) as u8]))
}

fn as_file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// The other formats.
fn others() -> Vec<Case> {
    let photo = photo();
    let deep = DynamicImage::from(photo.clone()).into_rgb16();
    let deep_gray = DynamicImage::from(photo.clone()).into_luma16();
    let clear = DynamicImage::from(photo.clone()).into_rgba8();
    let mut cmyk = Vec::new();
    let pixels: Vec<u8> = photo.pixels().flat_map(|p| [255 - p[0], 255 - p[1], 255 - p[2], 20]).collect();
    jpeg_encoder::Encoder::new(&mut cmyk, 90).encode(&pixels, 40, 24, jpeg_encoder::ColorType::Cmyk).unwrap();
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 90);
    encoder.set_progressive(true);
    encoder.encode(photo.as_raw(), 40, 24, jpeg_encoder::ColorType::Rgb).unwrap();
    let pnm = |magic: &str, rest: &[u8]| [magic.as_bytes(), rest].concat();
    vec![
        case("TIFF, RGB of 16 bits", "rgb16.tiff", as_file(deep, ImageFormat::Tiff)),
        case("TIFF, gray of 16 bits", "gray16.tiff", as_file(deep_gray, ImageFormat::Tiff)),
        case("TIFF, RGBA", "rgba.tiff", as_file(clear.clone(), ImageFormat::Tiff)),
        case("WebP, lossless", "a.webp", as_file(clear.clone(), ImageFormat::WebP)),
        case("QOI", "a.qoi", as_file(clear, ImageFormat::Qoi)),
        case("BMP", "a.bmp", as_file(photo.clone(), ImageFormat::Bmp)),
        case("JPEG", "a.jpg", as_file(photo, ImageFormat::Jpeg)),
        case("JPEG, CMYK", "cmyk.jpg", cmyk),
        case("JPEG, progressive", "progressive.jpg", progressive),
        case("PNM, text, largest value 9", "a.pgm", pnm("P2\n3 2\n9\n", b"0 1 2 3 4 9\n")),
        case("PNM, bits", "a.pbm", pnm("P4\n10 2\n", &[0xaa, 0x80, 0x55, 0x40])),
        case("PNM, largest value 1023", "b.pgm", pnm("P5\n2 1\n1023\n", &[3, 255, 1, 0])),
        case(
            "PAM, RGBA",
            "a.pam",
            pnm("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n", &[1, 2, 3, 4]),
        ),
    ]
}

/// The picture as the `image` crate shows it: upright, in 16 bits, with alpha.
fn shown(file: &[u8]) -> image::ImageBuffer<image::Rgba<u16>, Vec<u16>> {
    image::load_from_memory(file).expect("a picture").into_rgba16()
}

#[test]
fn every_file_comes_back_exactly_without_loss_and_nearly_with() {
    let f = Folder::new("odd-files");
    let mut table = String::new();
    for Case { what, name, file } in pngs().into_iter().chain(others()) {
        f.write(&name, &file);
        let original = shown(&file);
        f.kvant(&["encode", &name, "-q", "lossless", "-o", "a.kvt", "-f", "--quiet"]).ok();
        let bytes = f.read("a.kvt").len();
        f.kvant(&["decode", "a.kvt", "-o", "back.png", "-f", "--quiet"]).ok();
        // The library decodes JPEG with other roundings.
        let most = if what.starts_with("JPEG") { 4 * 257 } else { 0 };
        let exact = shown(&f.read("back.png"));
        assert!(exact.iter().zip(original.iter()).all(|(a, b)| a.abs_diff(*b) <= most), "{name} ({what}) is not exact");
        f.kvant(&["encode", &name, "-q", "95", "-o", "a.kvt", "-f", "--quiet", "--exact"]).ok();
        f.kvant(&["decode", "a.kvt", "-o", "back.png", "-f", "--quiet"]).ok();
        let back = shown(&f.read("back.png"));
        assert_eq!(back.dimensions(), original.dimensions(), "{name}");
        assert!(back.pixels().zip(original.pixels()).all(|(a, b)| a[3] == b[3]), "{name}: alpha");
        let errors = back.iter().zip(original.iter()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
        let rms = (errors.sum::<f64>() / original.len() as f64).sqrt() / 257.0;
        assert!(rms < 9.0, "{name} ({what}): {rms} of 255");
        let (w, h) = original.dimensions();
        table += &format!("{name:18} {what:32} {w:3}x{h:<3} lossless {bytes:5} B, q 95 within {rms:.2} of 255\n");
    }
    println!("{table}");
}

#[test]
fn animations_and_unknown_formats_are_refused_by_name() {
    let f = Folder::new("odd-refused");
    let png = Png { width: 8, height: 8, colour: 2, depth: 8, interlaced: false, transparent: false };
    f.write("still.png", &png.file(&[(*b"acTL", vec![0, 0, 0, 1, 0, 0, 0, 0])]));
    f.kvant(&["encode", "still.png"]).ok();
    f.write("moving.png", &png.file(&[(*b"acTL", vec![0, 0, 0, 2, 0, 0, 0, 0])]));
    f.kvant(&["encode", "moving.png"]).fails(3, &["moving.png", "animation"]);
    let mut webp = b"RIFF\x46\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0".to_vec();
    webp.extend([&b"ANMF\x10\0\0\0"[..], &[0; 16]].concat().repeat(2));
    f.write("moving.webp", &webp);
    f.kvant(&["encode", "moving.webp"]).fails(3, &["moving.webp", "animation"]);
    f.write("a.gif", b"GIF89a\x01\0\x01\0\0\0\0;");
    f.kvant(&["encode", "a.gif"]).fails(3, &["a.gif", "known format", "PNG"]);
    assert_eq!(f.files(), ["a.gif", "moving.png", "moving.webp", "still.kvt", "still.png"]);
}

/// A profile as far as anyone looks: the channels that it is of.
fn profile(space: &[u8; 4]) -> Vec<u8> {
    let mut icc: Vec<u8> = (0..400u32).map(|i| (i * i / 3) as u8).collect();
    icc[..4].copy_from_slice(&400u32.to_be_bytes());
    icc[16..20].copy_from_slice(space);
    icc[36..40].copy_from_slice(b"acsp");
    icc[128..132].fill(0);
    icc
}

#[test]
fn metadata_is_kept_byte_for_byte_and_stripped_by_name() {
    let f = Folder::new("odd-metadata");
    let png = Png { width: 20, height: 10, colour: 2, depth: 8, interlaced: false, transparent: false };
    let icc = profile(b"RGB ");
    let exif = [
        &b"II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0"[..],
        &[1, 0, 2, 0, 5, 0, 3, 0, 0, 0],
        &[44, 0, 0, 0, 0, 0, 0, 0],
        &[77; 24],
    ]
    .concat();
    let xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>title</x:xmpmeta>";
    let itxt = [&b"XML:com.adobe.xmp\0\0\0\0\0"[..], xmp].concat();
    let iccp = [&b"p\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(&icc, 6)].concat();
    f.write("a.png", &png.file(&[(*b"iCCP", iccp), (*b"eXIf", exif.clone()), (*b"iTXt", itxt)]));
    let kept = |args: &[&str]| {
        f.kvant(&[&["encode", "a.png", "-f", "-q", "50", "--quiet"], args].concat()).ok();
        f.kvant(&["decode", "a.kvt", "-f", "-o", "back.png"]).ok();
        let file = f.read("back.png");
        let mut decoder =
            image::ImageReader::new(std::io::Cursor::new(file)).with_guessed_format().unwrap().into_decoder().unwrap();
        use image::ImageDecoder as _;
        (decoder.icc_profile().unwrap(), decoder.exif_metadata().unwrap(), decoder.xmp_metadata().unwrap())
    };
    let all = (Some(icc.clone()), Some(exif.clone()), Some(xmp.to_vec()));
    assert_eq!(kept(&[]), all);
    assert_eq!(kept(&["--strip", "exif"]), (all.0.clone(), None, all.2.clone()));
    assert_eq!(kept(&["--strip", "xmp,icc"]), (None, all.1.clone(), None));
    assert_eq!(kept(&["--strip", "all"]), (all.0.clone(), None, None));
    let (_, stripped, packet) = kept(&["--strip", "gps"]);
    let stripped = stripped.unwrap();
    assert_eq!((stripped[..26].to_vec(), stripped.len(), packet), (exif[..26].to_vec(), exif.len(), all.2.clone()));
    assert!(stripped[26..].iter().all(|&b| b == 0), "{stripped:?}");
    let info = f.kvant(&["encode", "a.png", "-f"]).ok().stderr;
    assert!(info.is_empty(), "{info}");
    let info = f.kvant(&["info", "a.kvt"]).ok();
    assert!(info.text().contains("ICC profile 400 B, Exif 68 B, XMP 53 B"), "{}", info.text());
    let said = f.kvant(&["decode", "a.kvt", "-o", "a.ppm"]).ok().stderr;
    assert!(said.contains("ICC profile, Exif, XMP not written"), "{said}");
}

#[test]
fn code_points_come_from_the_png_or_the_command_line_and_go_back_into_pngs() {
    let f = Folder::new("odd-cicp");
    let png = Png { width: 20, height: 10, colour: 2, depth: 16, interlaced: false, transparent: false };
    let xmp = [&b"XML:com.adobe.xmp\0\0\0\0\0"[..], b"<x/>"].concat();
    f.write("a.png", &png.file(&[(*b"cICP", vec![9, 16, 0, 1]), (*b"iTXt", xmp)]));
    f.write("plain.png", &png.file(&[]));
    let coded = |args: &[&str]| {
        let said = f.kvant(&[&["encode", "-o", "a.kvt", "-f"], args].concat()).ok();
        let info = f.kvant(&["info", "a.kvt", "--json"]).ok().json();
        f.kvant(&["decode", "a.kvt", "-o", "back.png", "-f"]).ok();
        assert!(image::open(f.path("back.png")).is_ok());
        let file = img_parts::png::Png::from_bytes(f.read("back.png").into()).unwrap();
        let kinds: Vec<_> = file.chunks().iter().map(|c| c.kind()).collect();
        let chunk = file.chunk_by_type(*b"cICP").map(|c| c.contents().to_vec());
        // Its place is before the pixels and a palette.
        let place = |kind| kinds.iter().position(|k| *k == kind);
        assert!(chunk.is_none() || place(*b"cICP") < place(*b"IDAT"), "{kinds:?}");
        (info["results"][0]["metadata"]["cicp"].as_str().map(str::to_owned), chunk, said.stderr)
    };
    let of = |text: &str, chunk: &[u8]| (Some(text.to_owned()), Some(chunk.to_vec()), String::new());
    let none = || (None, None, String::new());
    assert_eq!(coded(&["a.png"]), of("9/16/0/1", &[9, 16, 0, 1]));
    assert_eq!(coded(&["plain.png"]), none());
    assert_eq!(coded(&["plain.png", "--cicp", "p3/srgb/bt601/limited"]), of("12/13/6/0", &[12, 13, 0, 0]));
    assert_eq!(coded(&["a.png", "--cicp", "hlg"]), of("9/18/0/1", &[9, 18, 0, 1]));
    assert_eq!(coded(&["a.png", "--strip", "icc"]), none());
    let iccp = [&b"p\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(&profile(b"RGB "), 6)].concat();
    f.write("profile.png", &png.file(&[(*b"iCCP", iccp)]));
    assert!(coded(&["profile.png", "--cicp", "srgb"]).2.contains("ICC profile is kept"));
    let said = f.kvant(&["decode", "a.kvt", "-o", "a.ppm"]).ok().stderr;
    assert!(said.contains("code points of the colours not written to the ppm"), "{said}");
    let said = f.kvant(&["encode", "plain.png", "--cicp", "bt2020/gamma"]);
    assert!(said.code == 2 && said.stderr.contains("pq, hlg"), "{said:?}");
}

#[test]
fn a_profile_of_other_channels_is_dropped_with_a_warning() {
    let f = Folder::new("odd-profile");
    let png = Png { width: 20, height: 10, colour: 2, depth: 8, interlaced: false, transparent: false };
    let iccp = [&b"p\0\0"[..], &miniz_oxide::deflate::compress_to_vec_zlib(&profile(b"CMYK"), 6)].concat();
    f.write("a.png", &png.file(&[(*b"iCCP", iccp)]));
    let said = f.kvant(&["encode", "a.png"]).ok().stderr;
    assert!(said.contains("ICC profile is of other channels"), "{said}");
    assert!(!f.kvant(&["info", "a.kvt"]).ok().text().contains("ICC"));
}

#[test]
fn rows_of_the_png_writer_have_the_passes_of_the_standard() {
    let png = Png { width: 5, height: 3, colour: 0, depth: 8, interlaced: true, transparent: false };
    let sizes: Vec<_> = png.passes().iter().map(|Row { xs, ys, .. }| (xs.len(), ys.len())).collect();
    assert_eq!(sizes, [(1, 1), (1, 1), (2, 0), (1, 1), (3, 1), (2, 2), (5, 1)]);
}
