//! Previews, reduced pictures and damaged files under `kvant encode`, `decode` and `info`.

use crate::world::{Folder, colour_ppm};

/// A file with a preview, and one without.
fn encoded(name: &str) -> Folder {
    let f = Folder::new(name);
    f.write("a.ppm", &colour_ppm(300, 200));
    f.kvant(&["encode", "a.ppm", "-e", "1", "--preview"]).ok();
    f.kvant(&["encode", "a.ppm", "-e", "1", "-o", "plain.kvt"]).ok();
    f
}

fn size(file: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(file).unwrap();
    (picture.width(), picture.height())
}

#[test]
fn the_preview_needs_the_first_bytes_only() {
    let f = encoded("preview");
    let info = f.kvant(&["info", "a.kvt", "--json"]).ok().json()["results"][0]["preview"].clone();
    assert_eq!((&info["width"], &info["height"]), (&38.into(), &25.into()), "{info}");
    f.kvant(&["decode", "a.kvt", "--preview", "-o", "b.ppm"]).ok();
    let small = f.read("b.ppm");
    assert_eq!(size(&small), (38, 25));
    let needs = info["needs"].as_u64().unwrap() as usize;
    let whole = f.read("a.kvt");
    f.write("cut.kvt", &whole[..needs]);
    f.kvant(&["decode", "cut.kvt", "--preview", "-o", "c.ppm"]).ok();
    let piped = f.kvant_with(&["decode", "-", "--preview", "-o", "ppm:-"], &whole[..needs]).ok();
    assert!(f.read("c.ppm") == small && piped.stdout == small);
    f.write("cut.kvt", &whole[..needs - 1]);
    f.kvant(&["decode", "cut.kvt", "--preview", "-o", "d.ppm"]).fails(3, &["cut.kvt", "ends within"]);
}

#[test]
fn a_preview_is_shown_by_info_and_missed_where_there_is_none() {
    let f = encoded("preview-none");
    assert!(f.kvant(&["info", "a.kvt"]).ok().text().contains("preview 38x25, "));
    assert!(!f.kvant(&["info", "plain.kvt"]).ok().text().contains("preview"));
    f.kvant(&["decode", "plain.kvt", "--preview", "-o", "b.ppm"]).fails(1, &["plain.kvt", "no preview"]);
    assert!(!f.path("b.ppm").exists());
}

/// A writer that never ends: the reader of a preview does not wait for it.
#[cfg(unix)]
#[test]
fn a_preview_from_a_pipe_does_not_wait_for_the_rest() {
    use std::io::{Read as _, Write as _};
    use std::process::Stdio;
    let f = encoded("preview-pipe");
    let mut child = f
        .command(&["decode", "-", "--preview", "-o", "ppm:-", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Whole reads, and then no end.
    let mut bytes = f.read("a.kvt");
    bytes.resize(bytes.len().next_power_of_two().max(1 << 15), 0);
    stdin.write_all(&bytes).unwrap();
    let mut picture = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut picture).unwrap();
    assert!(child.wait().unwrap().success() && size(&picture) == (38, 25));
    drop(stdin);
}

#[test]
fn previews_are_upright_and_keep_alpha_and_depth() {
    let f = Folder::new("preview-kinds");
    // Wide, and marked as to be turned by 90 degrees.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let pixels = image::RgbImage::from_fn(160, 80, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut jpeg = Vec::new();
    let mut writer = image::codecs::jpeg::JpegEncoder::new(&mut jpeg);
    image::ImageEncoder::set_exif_metadata(&mut writer, exif.to_vec()).unwrap();
    image::ImageEncoder::write_image(writer, &pixels, 160, 80, image::ExtendedColorType::Rgb8).unwrap();
    f.write("turned.jpg", &jpeg);
    let clear = image::ImageBuffer::from_fn(64, 40, |x, _| image::Rgba([9000u16, 500, 60000, (x * 1000) as u16]));
    image::DynamicImage::ImageRgba16(clear).save(f.path("deep.png")).unwrap();
    f.kvant(&["encode", "turned.jpg", "deep.png", "--preview"]).ok();
    for name in ["turned", "deep"] {
        f.kvant(&["decode", &format!("{name}.kvt"), "--preview", "-o", &format!("{name}-small.png")]).ok();
    }
    let turned = image::open(f.path("turned-small.png")).unwrap().to_rgb8();
    assert_eq!(turned.dimensions(), (10, 20));
    // The left edge of the stored picture is the upper one now.
    assert!(turned.get_pixel(5, 0)[0] < 60 && turned.get_pixel(5, 19)[0] > 120, "{turned:?}");
    let deep = image::open(f.path("deep-small.png")).unwrap();
    assert_eq!((deep.color(), deep.width(), deep.height()), (image::ColorType::Rgba16, 8, 5));
    assert!(deep.to_rgba16().get_pixel(7, 2)[3].abs_diff(59_500) < 700);
}

#[test]
fn reduced_pictures_are_means_of_the_decoded_one() {
    let f = encoded("scale");
    f.kvant(&["decode", "plain.kvt", "-o", "whole.png"]).ok();
    let whole = image::open(f.path("whole.png")).unwrap().to_rgb8();
    for (scale, factor) in [("1/2", 2), ("1/4", 4), ("1/8", 8)] {
        f.kvant(&["decode", "plain.kvt", "--scale", scale, "-o", "small.png", "-f"]).ok();
        let small = image::open(f.path("small.png")).unwrap().to_rgb8();
        let (width, height) = whole.dimensions();
        assert_eq!(small.dimensions(), (width.div_ceil(factor), height.div_ceil(factor)));
        for (x, y, pixel) in small.enumerate_pixels() {
            let square = image::imageops::crop_imm(
                &whole,
                x * factor,
                y * factor,
                factor.min(width - x * factor),
                factor.min(height - y * factor),
            );
            let square = square.to_image();
            let mean = |c: usize| square.pixels().map(|p| f64::from(p[c])).sum::<f64>() / square.pixels().len() as f64;
            (0..3).for_each(|c| assert!((mean(c) - f64::from(pixel[c])).abs() <= 0.5, "{scale} {x} {y}"));
        }
    }
}

#[test]
fn an_eighth_is_the_preview_and_says_so() {
    let f = encoded("scale-preview");
    f.kvant(&["decode", "a.kvt", "--preview", "-o", "preview.ppm"]).ok();
    let said = f.kvant(&["decode", "a.kvt", "--scale", "1/8", "-o", "eighth.ppm", "--json"]).ok().json();
    assert_eq!(said["results"][0]["from_preview"], true);
    assert!(f.read("eighth.ppm") == f.read("preview.ppm"));
    assert!(f.kvant(&["decode", "a.kvt", "--scale", "1/8", "-o", "b.ppm"]).ok().text().contains("from the preview"));
    let said = f.kvant(&["decode", "a.kvt", "--scale", "1/4", "-o", "quarter.ppm", "--json"]).ok().json();
    assert_eq!(said["results"][0]["from_preview"], false);
    f.kvant(&["decode", "a.kvt", "--scale", "1/3", "-o", "c.ppm"]).fails_with(2);
    f.kvant(&["decode", "a.kvt", "--scale", "1/2", "--crop", "8x8", "-o", "c.ppm"]).fails_with(2);
}

#[test]
fn what_is_left_of_a_file_is_written_where_that_is_asked_for() {
    let f = encoded("partial");
    for (name, filled) in [("a.kvt", "the preview"), ("plain.kvt", "gray")] {
        let whole = f.read(name);
        f.write("cut.kvt", &whole[..whole.len() * 2 / 3]);
        f.kvant(&["decode", "cut.kvt", "-o", "b.ppm"]).fails(3, &["cut.kvt"]);
        assert!(!f.path("b.ppm").exists());
        let ended = f.kvant(&["decode", "cut.kvt", "--allow-partial", "-o", "b.ppm", "-f", "--json"]);
        assert_eq!(ended.code, 5, "{ended:?}");
        let warning = ended.json()["results"][0]["warnings"][0].clone();
        assert_eq!(warning["code"], "partial");
        let text = warning["text"].as_str().unwrap();
        assert!(text.contains("300x") && text.contains("+0+") && text.contains(filled), "{text}");
        assert_eq!(size(&f.read("b.ppm")), (300, 200));
        std::fs::remove_file(f.path("b.ppm")).unwrap();
    }
    // Nothing but the header: nothing to show.
    let whole = f.read("plain.kvt");
    f.write("cut.kvt", &whole[..40]);
    f.kvant(&["decode", "cut.kvt", "--allow-partial", "-o", "c.ppm"]).fails(3, &["cut.kvt"]);
    // An intact file is as ever.
    let ended = f.kvant(&["decode", "a.kvt", "--allow-partial", "-o", "d.ppm"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "e.ppm"]).ok();
    assert!(ended.stderr.is_empty() && f.read("d.ppm") == f.read("e.ppm"));
}

#[test]
fn a_lossless_file_of_one_tile_gives_the_rows_that_are_there() {
    let f = Folder::new("partial-lossless");
    f.write("a.ppm", &colour_ppm(120, 80));
    f.kvant(&["encode", "a.ppm", "-q", "lossless"]).ok();
    f.kvant(&["decode", "a.kvt", "-o", "whole.ppm"]).ok();
    let whole = f.read("a.kvt");
    f.write("cut.kvt", &whole[..whole.len() * 99 / 100]);
    f.kvant(&["decode", "cut.kvt", "-o", "b.ppm"]).fails(3, &["cut.kvt", "cut off or damaged"]);
    let ended = f.kvant(&["decode", "cut.kvt", "--allow-partial", "-o", "b.ppm"]);
    assert!(ended.code == 5 && ended.stderr.contains("cut off or damaged"), "{ended:?}");
    assert!(ended.stderr.contains("missing and filled with"), "{ended:?}");
    // A ramp, whose last channel takes few bytes: its shades are all there.
    let (found, expected) = (f.read("b.ppm"), f.read("whole.ppm"));
    let near = found.iter().zip(&expected).filter(|(a, b)| a.abs_diff(**b) < 100).count();
    assert!(near * 10 > found.len() * 9, "{near} of {}", found.len());
}

#[test]
fn a_damaged_preview_is_told_from_none() {
    let f = encoded("preview-damaged");
    let info = f.kvant(&["info", "a.kvt", "--json"]).ok().json()["results"][0]["preview"].clone();
    let mut file = f.read("a.kvt");
    file[info["needs"].as_u64().unwrap() as usize - 40] ^= 1;
    f.write("a.kvt", &file);
    for args in [&["decode", "a.kvt", "--preview", "-o", "b.ppm"][..], &["info", "a.kvt"]] {
        f.kvant(args).fails(3, &["a.kvt", "the preview is damaged"]);
    }
}

#[test]
fn one_partial_file_of_several_ends_with_5_and_a_failed_one_with_1() {
    let f = encoded("partial-batch");
    let whole = f.read("a.kvt");
    f.write("cut.kvt", &whole[..whole.len() - 100]);
    f.write("none.kvt", b"nothing");
    let ended = f.kvant(&["decode", "a.kvt", "cut.kvt", "--allow-partial", "-o", "./"]);
    assert!(ended.code == 5 && f.path("a.png").exists() && f.path("cut.png").exists(), "{ended:?}");
    let ended = f.kvant(&["decode", "cut.kvt", "none.kvt", "--allow-partial", "-o", "./", "-f"]);
    assert_eq!(ended.code, 1, "{ended:?}");
}
