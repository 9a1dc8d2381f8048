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
fn full_opacity_is_dropped_and_transparency_is_kept_or_laid_over_a_colour() {
    let f = Folder::new("alpha");
    save(&f, "opaque.png", rgba(|_| 255));
    save(&f, "clear.png", rgba(|x| if x < 12 { 0 } else { 255 }));
    let said = f.kvant(&["encode", "opaque.png"]).ok();
    assert!(said.stderr.is_empty(), "{}", said.stderr);
    assert!(f.kvant(&["info", "opaque.kvt"]).ok().text().contains("rgb8"));
    f.kvant(&["encode", "clear.png"]).ok();
    assert!(f.kvant(&["info", "clear.kvt"]).ok().text().contains("rgba8"));
    f.kvant(&["decode", "clear.kvt", "-o", "back.png"]).ok();
    let back = image::open(f.path("back.png")).unwrap().into_rgba8();
    assert!((0..24).all(|x| back.get_pixel(x, 3)[3] == if x < 12 { 0 } else { 255 }));
    f.kvant(&["decode", "clear.kvt", "-o", "back.jpg"]).fails(1, &["clear.kvt", "jpg", "--background '#ffffff'"]);
    assert_eq!(f.kvant(&["decode", "clear.kvt", "-o", "back.jpg", "--background", "#12"]).code, 2);
    f.kvant(&["decode", "clear.kvt", "-o", "back.jpg", "--background", "#ffffff"]).ok();
    f.kvant(&["encode", "clear.png", "-f", "--background", "#ff0000", "-q", "95"]).ok();
    f.kvant(&["decode", "clear.kvt", "-f", "-o", "back.png"]).ok();
    let back = image::open(f.path("back.png")).unwrap().into_rgb8();
    let Rgb([r, g, b]) = *back.get_pixel(3, 8);
    assert!(r > 225 && g < 30 && b < 30, "{r} {g} {b}");
    f.kvant(&["compare", "clear.png", "clear.kvt", "--background", "#f00"]).ok();
}

#[test]
fn deep_samples_stay_deep_where_the_output_format_has_them() {
    let f = Folder::new("depth");
    let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_fn(24, 16, |x, y| image::Luma([(x * 2000 + y) as u16]));
    save(&f, "deep.png", deep);
    let said = f.kvant(&["encode", "deep.png", "-q", "95"]).ok();
    assert!(said.stderr.is_empty() && said.text().contains("gray16"), "{said:?}");
    f.kvant(&["decode", "deep.kvt", "-o", "back.png"]).ok();
    let DynamicImage::ImageLuma16(back) = image::open(f.path("back.png")).unwrap() else { panic!("not 16 bits") };
    assert!(back.enumerate_pixels().all(|(x, y, p)| p[0].abs_diff((x * 2000 + y) as u16) < 600));
    let said = f.kvant(&["decode", "deep.kvt", "-o", "back.jpg"]).ok();
    assert!(said.stderr.contains("deep.kvt: warning: 16-bit samples are reduced"), "{}", said.stderr);
    let json = f.kvant(&["decode", "deep.kvt", "-f", "-o", "back.jpg", "--json"]).ok().json();
    assert_eq!(json["results"][0]["warnings"][0]["code"], "depth-reduced");
    f.kvant(&["encode", "deep.png", "-f", "-q", "lossless"]).ok();
    assert!(f.kvant(&["compare", "deep.png", "deep.kvt"]).ok().text().contains("identical"));
}

#[test]
fn lossless_is_lossless_and_says_so() {
    let f = Folder::new("lossless");
    f.write("a.ppm", &colour_ppm(60, 45));
    save(&f, "clear.png", rgba(|x| (x * 10) as u8));
    for name in ["a.ppm", "clear.png"] {
        let said = f.kvant(&["encode", name, "-q", "lossless", "-o", "b.kvt", "-f", "--verify"]).ok();
        assert!(said.text().contains("lossless") && said.stderr.is_empty(), "{said:?}");
        assert!(f.kvant(&["compare", name, "b.kvt"]).ok().text().contains("identical"));
        let info = f.kvant(&["info", "b.kvt", "--json"]).ok().json();
        assert_eq!(info["results"][0]["lossless"], true);
    }
    let json = f.kvant(&["encode", "a.ppm", "-q", "lossless", "--json"]).ok().json();
    assert!(json["results"][0]["quality"].is_null() && json["results"][0]["lossless"] == true, "{json}");
    let said = f.kvant(&["encode", "a.ppm", "-q", "lossles"]);
    assert!(said.code == 2 && said.stderr.contains("or lossless"), "{said:?}");
    let said = f.kvant(&["encode", "a.ppm", "-f", "-q", "100", "--preset", "photo"]).ok();
    assert!(said.stderr.contains("not lossless; -q lossless is"), "{}", said.stderr);
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
fn orientation_is_kept_and_applied_to_what_is_decoded() {
    let f = Folder::new("orientation");
    let upright = |number: u8| {
        let mut picture = image::load_from_memory(&jpeg_with_orientation(number)).unwrap();
        picture.apply_orientation(image::metadata::Orientation::from_exif(number).unwrap());
        picture.into_rgb8()
    };
    for number in 1..=8 {
        f.write("a.jpg", &jpeg_with_orientation(number));
        let said = f.kvant(&["encode", "a.jpg", "-f", "-q", "90"]).ok();
        assert_eq!(said.stderr, "kvant: a.jpg: warning: the input was already lossy\n");
        assert_eq!(f.kvant(&["info", "a.kvt", "--json"]).ok().json()["results"][0]["orientation"], number);
        for name in ["back.png", "back.jpg", "back.ppm"] {
            f.kvant(&["decode", "a.kvt", "-f", "-o", name]).ok();
            let back = image::open(f.path(name)).unwrap();
            assert!(image::metadata::Orientation::from_exif_chunk(&f.read(name)).is_none());
            let (back, expected) = (back.into_rgb8(), upright(number));
            assert_eq!(back.dimensions(), expected.dimensions(), "{name} {number}");
            assert!(back.iter().zip(expected.iter()).all(|(a, b)| a.abs_diff(*b) < 60), "{name} {number}");
        }
        let scores = f.kvant(&["compare", "a.jpg", "a.kvt", "--json", "-m", "psnr"]).ok().json();
        // An exact copy has none.
        let psnr = scores["results"][0]["metrics"]["psnr_y"].as_f64();
        assert!(psnr.is_none_or(|psnr| psnr > 30.0), "{number}: {scores}");
    }
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

#[test]
fn a_crop_is_cut_out_of_the_picture_as_it_is_shown() {
    let f = Folder::new("crop");
    f.write("a.ppm", &colour_ppm(90, 70));
    let crop = |file: &str, region: &str| {
        f.kvant(&["decode", file, "-f", "-o", "crop.png", "--crop", region]).ok();
        image::open(f.path("crop.png")).unwrap().into_rgb8()
    };
    f.kvant(&["encode", "a.ppm"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "whole.png"]).ok();
    let whole = image::open(f.path("whole.png")).unwrap();
    assert_eq!(crop("a.kvt", "30x20+5+7"), whole.crop_imm(5, 7, 30, 20).into_rgb8());
    f.kvant(&["decode", "a.kvt", "-o", "b.png", "--crop", "30x20+70+7"]).fails(3, &["a.kvt", "region"]);
    let said = f.kvant(&["decode", "a.kvt", "-o", "b.png", "--crop", "30"]);
    assert!(said.code == 2 && said.stderr.contains("640x480+100+50"), "{said:?}");
    for number in 1..=8 {
        f.write("a.jpg", &jpeg_with_orientation(number));
        f.kvant(&["encode", "a.jpg", "-f", "-q", "95"]).ok();
        f.kvant(&["decode", "a.kvt", "-f", "-o", "whole.png"]).ok();
        let whole = image::open(f.path("whole.png")).unwrap();
        assert_eq!(crop("a.kvt", "9x7+3+8"), whole.crop_imm(3, 8, 9, 7).into_rgb8(), "orientation {number}");
    }
}

#[test]
fn decoding_gives_16_bits_where_they_are_asked_for() {
    let f = Folder::new("depth-16");
    f.write("a.ppm", &colour_ppm(40, 30));
    f.kvant(&["encode", "a.ppm", "-q", "60"]).ok();
    let json = f.kvant(&["decode", "a.kvt", "--depth", "16", "--json"]).ok().json();
    assert_eq!(json["results"][0]["depth"], 16);
    let deep = image::load_from_memory(&f.read("a.png")).unwrap();
    assert_eq!(deep.color(), image::ColorType::Rgb16);
    f.kvant(&["decode", "a.kvt", "-o", "b.png"]).ok();
    let plain = image::load_from_memory(&f.read("b.png")).unwrap().into_rgb8();
    let pairs = plain.iter().zip(deep.as_rgb16().unwrap().iter());
    assert!(pairs.map(|(&a, &b)| (257 * u16::from(a)).abs_diff(b)).max().unwrap() <= 130);
    let said = f.kvant(&["decode", "a.kvt", "-f", "--depth", "12"]);
    assert!(said.code == 2 && said.stderr.contains("--depth"), "{said:?}");
}
