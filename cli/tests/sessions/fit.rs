//! `kvant decode --fit`: pictures that fit where they are to be shown.

use image::GenericImageView as _;
use image::imageops::{FilterType, resize};

use crate::world::{Folder, colour_ppm};

const PHOTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/astronaut.png");

/// Mean squared difference of the samples of two pictures, in 8 bits.
fn difference(one: &image::RgbImage, two: &image::RgbImage) -> f64 {
    assert_eq!(one.dimensions(), two.dimensions());
    let squares = one.as_raw().iter().zip(two.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    squares.sum::<f64>() / one.as_raw().len() as f64
}

#[test]
fn a_photograph_fits_and_looks_like_the_whole_one_in_that_size() {
    let f = Folder::new("fit");
    f.kvant(&["encode", PHOTO, "-o", "a.kvt", "-e", "1"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "whole.png"]).ok();
    let whole = image::open(f.path("whole.png")).unwrap().to_rgb8();
    assert_eq!(whole.dimensions(), (512, 512));
    // Around the sizes at which less is decoded.
    for side in [40, 64, 65, 128, 129, 200, 256, 257, 400] {
        let said = f.kvant(&["decode", "a.kvt", "--fit", &side.to_string(), "-o", "b.png", "-f", "--json"]).ok().json();
        assert_eq!((&said["results"][0]["width"], &said["results"][0]["height"]), (&side.into(), &side.into()));
        // By another filter, of the whole picture. Half a pixel to the side would be 65 and more.
        let expected = resize(&whole, side, side, FilterType::CatmullRom);
        let found = difference(&image::open(f.path("b.png")).unwrap().to_rgb8(), &expected);
        assert!(found < 20.0, "{side}: {found}");
    }
    // The size at which it is decoded is that of the picture, or of its half.
    for (scale, side) in [("1/2", "256"), ("1/4", "128")] {
        f.kvant(&["decode", "a.kvt", "--fit", side, "-o", "fit.ppm", "-f"]).ok();
        f.kvant(&["decode", "a.kvt", "--scale", scale, "-o", "scale.ppm", "-f"]).ok();
        assert!(f.read("fit.ppm") == f.read("scale.ppm"), "{side}");
    }
    for larger in ["512", "600", "4000x512"] {
        f.kvant(&["decode", "a.kvt", "--fit", larger, "-o", "c.png", "-f"]).ok();
        assert!(f.read("c.png") == f.read("whole.png"), "{larger}");
    }
}

#[test]
fn the_shape_stays_and_both_sides_fit() {
    let f = Folder::new("fit-shape");
    f.write("a.ppm", &colour_ppm(300, 200));
    f.write("thin.ppm", &colour_ppm(300, 2));
    f.kvant(&["encode", "a.ppm", "thin.ppm", "-e", "1"]).ok();
    for (bounds, size) in [("150", (150, 100)), ("150x50", (75, 50)), ("29x400", (29, 19)), ("1", (1, 1))] {
        let small = f.kvant(&["decode", "a.kvt", "--fit", bounds, "-o", "ppm:-"]).ok().stdout;
        assert_eq!(image::load_from_memory(&small).unwrap().dimensions(), size, "{bounds}");
    }
    let small = f.kvant(&["decode", "thin.kvt", "--fit", "30", "-o", "ppm:-"]).ok().stdout;
    assert_eq!(image::load_from_memory(&small).unwrap().dimensions(), (30, 1));
    let region = ["decode", "a.kvt", "--crop", "200x100+100+50", "--fit", "50", "-o", "ppm:-"];
    assert_eq!(image::load_from_memory(&f.kvant(&region).ok().stdout).unwrap().dimensions(), (50, 25));
    let piped = f.kvant_with(&["decode", "-", "--fit", "150", "-o", "-"], &f.read("a.kvt")).ok().stdout;
    assert_eq!(image::load_from_memory(&piped).unwrap().dimensions(), (150, 100));
}

#[test]
fn a_turned_picture_fits_as_it_is_shown() {
    let f = Folder::new("fit-turned");
    // To be turned by 90 degrees: its left edge, which is dark, is the upper one then.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let pixels = image::RgbImage::from_fn(240, 60, |x, _| image::Rgb([x as u8; 3]));
    let mut jpeg = Vec::new();
    let mut writer = image::codecs::jpeg::JpegEncoder::new(&mut jpeg);
    image::ImageEncoder::set_exif_metadata(&mut writer, exif.to_vec()).unwrap();
    image::ImageEncoder::write_image(writer, &pixels, 240, 60, image::ExtendedColorType::Rgb8).unwrap();
    f.write("a.jpg", &jpeg);
    f.kvant(&["encode", "a.jpg", "-e", "1"]).ok();
    for (bounds, size) in [("100", (25, 100)), ("20x240", (20, 80)), ("60x239", (60, 239))] {
        f.kvant(&["decode", "a.kvt", "--fit", bounds, "-o", "b.png", "-f"]).ok();
        let small = image::open(f.path("b.png")).unwrap().to_rgb8();
        assert_eq!(small.dimensions(), size, "{bounds}");
        let (top, bottom) = (small.get_pixel(size.0 / 2, 0)[0], small.get_pixel(size.0 / 2, size.1 - 1)[0]);
        assert!(top < 10 && bottom > 225, "{bounds}: {top} to {bottom}");
    }
}

#[test]
fn alpha_depth_and_preview_are_as_without_it() {
    let f = Folder::new("fit-kinds");
    // Red where it shows, green where it does not.
    let pixels = image::ImageBuffer::from_fn(200, 120, |x, _| match x < 100 {
        true => image::Rgba([50_000u16, 0, 0, 65_535]),
        false => image::Rgba([0, 65_535, 0, 0]),
    });
    image::DynamicImage::ImageRgba16(pixels).save(f.path("a.png")).unwrap();
    f.kvant(&["encode", "a.png", "-q", "lossless", "--exact"]).ok();
    for side in [150, 70, 30] {
        f.kvant(&["decode", "a.kvt", "--fit", &side.to_string(), "-o", "b.png", "-f"]).ok();
        let small = image::open(f.path("b.png")).unwrap();
        assert_eq!((small.color(), small.width()), (image::ColorType::Rgba16, side));
        for pixel in small.to_rgba16().pixels().filter(|p| p[3] > 20_000) {
            assert!(pixel[0].abs_diff(50_000) < 1500 && pixel[1] == 0, "{side}: {pixel:?}");
        }
    }
    f.write("p.ppm", &colour_ppm(320, 160));
    f.kvant(&["encode", "p.ppm", "-e", "1", "--preview"]).ok();
    for (side, preview) in [("40", true), ("30", true), ("41", false)] {
        let said = f.kvant(&["decode", "p.kvt", "--fit", side, "-o", "p.png", "-f", "--json"]).ok().json();
        assert_eq!(said["results"][0]["from_preview"], preview, "{side}");
    }
    let whole = f.read("p.kvt");
    f.write("cut.kvt", &whole[..whole.len() * 2 / 3]);
    f.kvant(&["decode", "cut.kvt", "--fit", "100", "-o", "c.png"]).fails(3, &["cut.kvt"]);
    f.kvant(&["decode", "cut.kvt", "--fit", "100", "--allow-partial", "-o", "c.png"]).fails_with(5);
    assert_eq!(image::open(f.path("c.png")).unwrap().dimensions(), (100, 50));
}

#[test]
fn what_cannot_be_is_refused() {
    let f = Folder::new("fit-refused");
    f.write("a.ppm", &colour_ppm(300, 200));
    f.kvant(&["encode", "a.ppm", "-e", "1"]).ok();
    for wrong in [&["--fit", "0"][..], &["--fit", "80", "--scale", "1/2"], &["--fit", "80", "--preview"]] {
        f.kvant(&[&["decode", "a.kvt", "-o", "b.png"], wrong].concat()).fails_with(2);
    }
    f.write("large.pgm", &crate::world::gray_pgm(4000, 3000));
    f.kvant(&["encode", "large.pgm", "-e", "1"]).ok();
    f.kvant(&["decode", "large.kvt", "--max-mem", "150M"]).ok();
    // The pixels fit into that, but not their samples in floating point.
    let args = ["decode", "large.kvt", "--fit", "3999", "-o", "b.png", "--max-mem", "150M"];
    f.kvant(&args).fails(4, &["large.kvt", "memory bytes", "--max-mem"]);
    f.kvant(&["decode", "large.kvt", "--fit", "400", "-o", "b.png", "--max-mem", "150M"]).ok();
}
