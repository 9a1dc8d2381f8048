//! What the C programs are tried on: `fixtures FOLDER [SEED]` writes a part of a picture of
//! `testdata/` as PPM, and 1000 damaged streams, made of golden ones by a seeded generator. Half of
//! them have their signature and draft left alone and their checksums repaired, so that damage is
//! met behind those; of these, every second is damaged in its header only, which makes pictures
//! large.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use codec::bench_api::{SplitMix64, repair_checksums};
use codec::{EncoderConfig, Image, PixelFormat};

const DAMAGED: usize = 1000;

/// Bytes of signature and draft.
const DRAFT_END: usize = 5;

/// Bytes that have at least the sides of the picture.
const HEADER_END: usize = 12;

/// The part of the picture that is taken: odd, and so small that valgrind is soon done with it.
const WIDTH: usize = 301;
const HEIGHT: u32 = 203;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args_os().nth(1).ok_or("fixtures FOLDER [SEED]")?);
    let seed = std::env::args().nth(2).map_or(Ok(1), |seed| seed.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let photo = picture(&root.join("testdata/astronaut.png"))?;
    write_part(&photo, &out.join("picture.ppm"))?;

    let mut golden: Vec<PathBuf> = fs::read_dir(root.join("tests/golden"))?.flatten().map(|e| e.path()).collect();
    golden.retain(|path| path.extension().is_some_and(|e| e == "kvt"));
    golden.sort();
    let mut streams = golden.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    // The golden streams are small; these take more memory than the limit of the test allows.
    let config = EncoderConfig::default().with_effort(1);
    streams.push(codec::encode(&photo.view(), &config.clone().with_preview(true))?);
    streams.push(codec::encode(&photo.view(), &config.with_lossless(true))?);
    fs::create_dir_all(out.join("damaged"))?;
    let mut random = SplitMix64::new(seed);
    for i in 0..DAMAGED {
        let mut stream = streams[i % streams.len()].clone();
        match i / streams.len() % 4 {
            0 | 2 => damage(&mut stream, 0..usize::MAX, &mut random),
            1 => damage(&mut stream, DRAFT_END..usize::MAX, &mut random),
            _ => damage(&mut stream, DRAFT_END..HEADER_END, &mut random),
        }
        if i / streams.len() % 2 == 1 {
            repair_checksums(&mut stream);
        }
        fs::write(out.join(format!("damaged/{i:04}.kvt")), stream)?;
    }
    Ok(())
}

/// Flips one to eight bits of these bytes; of every fourth stream, only a part stays.
fn damage(stream: &mut Vec<u8>, within: Range<usize>, random: &mut SplitMix64) {
    let len = stream.len().min(within.end).saturating_sub(within.start);
    if len == 0 {
        return;
    }
    for _ in 0..=random.below(8) {
        stream[within.start + random.below(len)] ^= 1 << random.below(8);
    }
    if random.below(4) == 0 {
        stream.truncate(within.start + random.below(stream.len() - within.start));
    }
}

fn picture(file: &Path) -> Result<Image, Box<dyn Error>> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(file)?)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("the picture is too large")?];
    let info = reader.next_frame(&mut pixels)?;
    if (info.color_type, info.bit_depth) != (png::ColorType::Rgb, png::BitDepth::Eight) {
        return Err("the picture is not RGB of 8 bits".into());
    }
    Ok(Image::from_data(pixels, info.width, info.height, PixelFormat::Rgb8, 8)?)
}

fn write_part(photo: &Image, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut file = File::create(to)?;
    write!(file, "P6\n{WIDTH} {HEIGHT}\n255\n")?;
    for y in 0..HEIGHT {
        file.write_all(&photo.view().row(y)[..3 * WIDTH])?;
    }
    Ok(())
}
