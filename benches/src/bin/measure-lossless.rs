//! Measures lossless planes: codes pictures (8 or 16 bits; gray or RGB, without their alpha),
//! decodes them, compares, and prints bytes and megapixels a second.
//!
//! `cargo run --release -p kvant-benches --bin measure-lossless -- PICTURE...`

use std::path::Path;
use std::time::Instant;

use image::DynamicImage;
use kvant::CpuLevel;
use kvant::bench_api::{decode_lossless, encode_lossless};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The planes of a picture and their depth: one of gray or three.
fn planes(picture: &DynamicImage) -> (Vec<Vec<u16>>, u32) {
    let deep = matches!(
        picture,
        DynamicImage::ImageLuma16(_)
            | DynamicImage::ImageLumaA16(_)
            | DynamicImage::ImageRgb16(_)
            | DynamicImage::ImageRgba16(_)
    );
    let (depth, shift) = if deep { (16, 0) } else { (8, 8) };
    let planes = if picture.color().has_color() {
        let samples = picture.to_rgb16().into_raw();
        (0..3).map(|k| samples.iter().skip(k).step_by(3).map(|s| s >> shift).collect()).collect()
    } else {
        vec![picture.to_luma16().into_raw().iter().map(|s| s >> shift).collect()]
    };
    (planes, depth)
}

fn main() -> Result<(), Error> {
    let cpu = CpuLevel::detect();
    let mut all = (0, 0.0, 0.0, 0.0);
    for file in std::env::args().skip(1) {
        let picture = image::open(&file)?;
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let (planes, depth) = planes(&picture);
        let start = Instant::now();
        let bytes = encode_lossless(cpu, &planes, width, depth);
        let encode = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let back = decode_lossless(cpu, &bytes, (width, height), planes.len(), depth)?;
        let decode = start.elapsed().as_secs_f64();
        if back != planes {
            return Err(format!("{file}: came back otherwise").into());
        }
        let pixels = (width * height) as f64 / 1e6;
        let name = Path::new(&file).file_name().unwrap_or_default().to_string_lossy();
        println!("{name}: {} bytes, MP/s: encode {:.2}, decode {:.2}", bytes.len(), pixels / encode, pixels / decode);
        all = (all.0 + bytes.len(), all.1 + pixels, all.2 + encode, all.3 + decode);
    }
    println!("all: {} bytes, MP/s: encode {:.2}, decode {:.2}", all.0, all.1 / all.2, all.1 / all.3);
    Ok(())
}
