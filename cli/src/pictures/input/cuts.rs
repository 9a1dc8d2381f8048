//! Files of all formats that end early: never a picture without a word.

use image::{ExtendedColorType, ImageEncoder as _, codecs};

use super::super::read::{Loaded, ReadOptions, read_picture};
use super::png::tests::chunk;
use crate::base::error::Result;
use crate::base::warning::PARTIAL;

const WIDTH: u32 = 24;
const HEIGHT: u32 = 18;

/// RGB.
fn pixels() -> Vec<u8> {
    let pixel = |i: u32| [(i % WIDTH) * 9, (i / WIDTH) * 11, (i * 7) % 256].map(|v| v as u8);
    (0..WIDTH * HEIGHT).flat_map(pixel).collect()
}

/// By the seven passes of Adam7.
fn interlaced_png() -> Vec<u8> {
    let pixels = pixels();
    let mut rows = Vec::new();
    for (x0, y0, dx, dy) in
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    {
        for y in (y0..HEIGHT).step_by(dy) {
            rows.push(0);
            let at = |x: u32| 3 * (y * WIDTH + x) as usize;
            rows.extend((x0..WIDTH).step_by(dx).flat_map(|x| &pixels[at(x)..at(x) + 3]));
        }
    }
    let header = [&WIDTH.to_be_bytes()[..], &HEIGHT.to_be_bytes(), &[8, 2, 0, 0, 1]].concat();
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6);
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &packed), chunk(b"IEND", b"")].concat()
}

fn jpeg(progressive: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.set_progressive(progressive);
    encoder.encode(&pixels(), WIDTH as u16, HEIGHT as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

/// Ten kinds of files.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut out = std::io::Cursor::new(Vec::new());
    let mut written = |write: &dyn Fn(&mut std::io::Cursor<Vec<u8>>) -> image::ImageResult<()>| {
        write(&mut out).unwrap();
        std::mem::take(&mut out).into_inner()
    };
    let (pixels, colour_type) = (pixels(), ExtendedColorType::Rgb8);
    vec![
        ("png", written(&|out| codecs::png::PngEncoder::new(out).write_image(&pixels, WIDTH, HEIGHT, colour_type))),
        ("interlaced png", interlaced_png()),
        ("jpeg", jpeg(false)),
        ("progressive jpeg", jpeg(true)),
        ("tiff", written(&|out| codecs::tiff::TiffEncoder::new(out).write_image(&pixels, WIDTH, HEIGHT, colour_type))),
        ("bmp", written(&|out| codecs::bmp::BmpEncoder::new(out).write_image(&pixels, WIDTH, HEIGHT, colour_type))),
        (
            "webp",
            written(&|out| {
                codecs::webp::WebPEncoder::new_lossless(out).write_image(&pixels, WIDTH, HEIGHT, colour_type)
            }),
        ),
        // A gradient by libwebp at quality 80.
        ("lossy webp", include_bytes!("../../../tests/data/lossy.webp").to_vec()),
        ("qoi", written(&|out| codecs::qoi::QoiEncoder::new(out).write_image(&pixels, WIDTH, HEIGHT, colour_type))),
        ("pnm", written(&|out| codecs::pnm::PnmEncoder::new(out).write_image(&pixels, WIDTH, HEIGHT, colour_type))),
    ]
}

fn read(data: &[u8], partial: bool) -> Result<Loaded> {
    read_picture("x", data, &ReadOptions { partial, ..ReadOptions::default() })
}

#[test]
fn a_file_of_any_format_that_is_cut_off_anywhere_is_refused_or_warned_of() {
    for (name, file) in files() {
        let whole = read(&file, false).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(whole.warnings.iter().all(|w| w.code == "lossy-input"), "{name}: {:?}", whole.warnings);
        for i in 0..50 {
            let length = 1 + i * (file.len() - 1) / 50;
            match read(&file[..length], false) {
                Err(e) => assert!(e.code() == 3 && e.to_string().contains("cut off"), "{name} {length}: {e}"),
                Ok(read) => {
                    let warned = read.warnings.iter().any(|w| w.code != "lossy-input");
                    assert!(warned, "{name} {length} of {}", file.len());
                }
            }
        }
        for length in file.len() - 12..file.len() {
            let silent = |read: Loaded| read.warnings.iter().all(|w| w.code == "lossy-input");
            assert!(!read(&file[..length], false).is_ok_and(silent), "{name} {length} of {}", file.len());
        }
    }
}

#[test]
fn what_there_is_of_a_png_or_jpeg_file_is_taken_where_that_is_wanted() {
    for (name, file) in files() {
        for eighths in [3, 5, 7] {
            let found = read(&file[..file.len() * eighths / 8], true);
            match (name.contains("png") || name.contains("jpeg"), found) {
                (true, Ok(found)) => {
                    assert_eq!((found.picture.width(), found.picture.height()), (WIDTH, HEIGHT));
                    let warning = found.warnings.iter().find(|w| w.code == PARTIAL).unwrap();
                    assert!(warning.text.contains("cut off"), "{name}: {}", warning.text);
                }
                // Its tables are not there yet.
                (true, Err(e)) => assert!(name.contains("jpeg") && eighths == 3, "{name}: {e}"),
                (false, Ok(_)) => panic!("{name}"),
                (false, Err(e)) => assert!(e.to_string().contains("only PNG and JPEG"), "{name}: {e}"),
            }
        }
    }
    // The upper rows are those of the whole file.
    let (_, file) = files().swap_remove(0);
    let (whole, part) = (read(&file, true).unwrap(), read(&file[..file.len() * 3 / 4], true).unwrap());
    assert!(whole.warnings.is_empty());
    let half = whole.picture.data().len() / 2;
    assert_eq!(whole.picture.data()[..half], part.picture.data()[..half]);
}
