//! File formats, and what of a file is not in the stream.

use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage, RgbaImage};

use crate::world::{Folder, colour_ppm, gray_pgm};

fn save(f: &Folder, name: &str, image: impl Into<DynamicImage>) {
    image.into().save(f.path(name)).unwrap();
}

fn rgba(alpha: impl Fn(u32) -> u8) -> RgbaImage {
    RgbaImage::from_fn(24, 16, |x, y| image::Rgba([(x * 10) as u8, (y * 15) as u8, 80, alpha(x)]))
}

#[test]
fn every_format_is_read_and_gives_the_same_stream() {
    let f = Folder::new("formats-in");
    let ppm = colour_ppm(40, 30);
    f.write("a.ppm", &ppm);
    f.kvant(&["encode", "a.ppm"]).ok();
    let pixels = image::load_from_memory_with_format(&ppm, ImageFormat::Pnm).unwrap();
    for name in ["a.png", "a.bmp", "a.tiff", "a.webp", "a.qoi"] {
        save(&f, name, pixels.clone());
        f.kvant(&["encode", name, "-f", "-o", "b.kvt"]).ok();
        assert_eq!(f.read("a.kvt"), f.read("b.kvt"), "{name}");
    }
    // The content counts, not the name.
    f.write("liar.jpg", &ppm);
    f.kvant(&["encode", "liar.jpg", "-f", "-o", "b.kvt"]).ok();
    assert_eq!(f.read("a.kvt"), f.read("b.kvt"));
}

#[test]
fn the_output_format_follows_extension_prefix_or_flag() {
    let f = Folder::new("formats-out");
    f.write("a.ppm", &colour_ppm(40, 30));
    f.kvant(&["encode", "a.ppm"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "b.ppm"]).ok();
    let ppm = f.read("b.ppm");
    assert!(ppm.starts_with(b"P6"));
    assert_eq!(f.kvant(&["decode", "a.kvt", "-o", "ppm:-"]).ok().stdout, ppm);
    assert_eq!(f.kvant(&["decode", "a.kvt", "-o", "-", "--to", "ppm"]).ok().stdout, ppm);
    assert!(f.kvant(&["decode", "a.kvt", "-o", "-"]).ok().stdout.starts_with(b"\x89PNG"));
    f.kvant(&["decode", "a.kvt", "-o", "odd.name", "--to", "ppm"]).ok();
    assert_eq!(f.read("odd.name"), ppm);
    f.kvant(&["decode", "a.kvt", "--to", "bmp"]).ok();
    assert!(f.read("a.bmp").starts_with(b"BM"));
    for name in ["c.png", "c.tiff", "c.webp", "c.qoi", "c.pam", "c.pnm"] {
        f.kvant(&["decode", "a.kvt", "-o", name]).ok();
        assert!(f.kvant(&["compare", "b.ppm", name]).ok().text().contains("identical"), "{name}");
    }
}

#[test]
fn gray_stays_gray() {
    let f = Folder::new("gray");
    f.write("g.pgm", &gray_pgm(40, 30));
    f.kvant(&["encode", "g.pgm"]).ok();
    assert!(f.kvant(&["info", "g.kvt"]).ok().text().contains("gray8"));
    f.kvant(&["decode", "g.kvt"]).ok();
    assert!(matches!(image::open(f.path("g.png")).unwrap(), DynamicImage::ImageLuma8(_)));
    // A colour format is given three channels rather than refused.
    f.kvant(&["decode", "g.kvt", "-o", "g.ppm"]).ok();
    assert!(f.read("g.ppm").starts_with(b"P6"));
    assert!(f.kvant(&["compare", "g.png", "g.ppm"]).ok().text().contains("identical"));
}

#[test]
fn full_opacity_is_dropped_and_transparency_needs_a_background() {
    let f = Folder::new("alpha");
    save(&f, "opaque.png", rgba(|_| 255));
    save(&f, "clear.png", rgba(|x| if x < 12 { 0 } else { 255 }));
    let said = f.kvant(&["encode", "opaque.png"]).ok();
    assert!(said.stderr.is_empty(), "{}", said.stderr);
    f.kvant(&["encode", "clear.png"]).fails(3, &["clear.png", "transparent", "--background '#ffffff'"]);
    assert!(!f.path("clear.kvt").exists());
    f.kvant(&["encode", "clear.png", "--background", "#ff0000", "-q", "95"]).ok();
    f.kvant(&["decode", "clear.kvt", "-o", "back.png"]).ok();
    let back = image::open(f.path("back.png")).unwrap().into_rgb8();
    let Rgb([r, g, b]) = *back.get_pixel(3, 8);
    assert!(r > 225 && g < 30 && b < 30, "{r} {g} {b}");
    f.kvant(&["compare", "clear.png", "clear.kvt", "--background", "#f00"]).ok();
}

#[test]
fn deeper_samples_are_reduced_with_a_warning() {
    let f = Folder::new("depth");
    let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_fn(24, 16, |x, y| image::Luma([(x * 2000 + y) as u16]));
    save(&f, "deep.png", deep);
    let said = f.kvant(&["encode", "deep.png"]).ok();
    assert_eq!(said.stderr.lines().count(), 1);
    assert!(said.stderr.contains("deep.png: warning: 16-bit"), "{}", said.stderr);
    assert!(f.kvant(&["encode", "deep.png", "-f", "--quiet"]).ok().stderr.is_empty());
    let json = f.kvant(&["encode", "deep.png", "-f", "--json"]).ok().json();
    assert_eq!(json["results"][0]["warnings"][0]["code"], "depth-reduced");
}

/// A JPEG file with an Exif block that holds nothing but the orientation.
fn jpeg_with_orientation(orientation: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(32, 16, |x, _| if x < 16 { Rgb([250, 10, 10]) } else { Rgb([10, 10, 250]) });
    let mut file = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut file, ImageFormat::Jpeg).unwrap();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut segment = vec![0xff, 0xe1];
    segment.extend((exif.len() as u16 + 2).to_be_bytes());
    segment.extend(exif);
    let mut jpeg = file.into_inner();
    jpeg.splice(2..2, segment);
    jpeg
}

#[test]
fn orientation_is_applied_and_lost_metadata_is_named() {
    let f = Folder::new("orientation");
    f.write("a.jpg", &jpeg_with_orientation(6));
    let said = f.kvant(&["encode", "a.jpg"]).ok();
    assert!(said.text().contains("16x32"), "{}", said.text());
    assert!(said.stderr.contains("already lossy") && said.stderr.contains("Exif not carried"), "{}", said.stderr);
    f.kvant(&["decode", "a.kvt"]).ok();
    let back = image::open(f.path("a.png")).unwrap().into_rgb8();
    // Turned clockwise by a quarter: what was left is at the top.
    assert!(back.get_pixel(8, 4)[0] > 200 && back.get_pixel(8, 28)[2] > 200);
}

#[test]
fn tiny_pictures_work() {
    let f = Folder::new("tiny");
    for (w, h) in [(1, 1), (1, 9), (7, 3)] {
        save(&f, "t.png", GrayImage::from_fn(w, h, |x, y| image::Luma([(x * 20 + y * 9) as u8])));
        f.kvant(&["encode", "t.png", "-f", "--verify"]).ok();
        f.kvant(&["decode", "t.kvt", "-f", "-o", "back.png"]).ok();
        // Butteraugli is not defined below 8x8: left out, not invented.
        let json = f.kvant(&["compare", "t.png", "back.png", "--json"]).ok().json();
        let metrics = &json["results"][0]["metrics"];
        assert!(metrics["ssimulacra2"].is_number() && metrics.get("butteraugli_3norm").is_none(), "{json}");
    }
}
