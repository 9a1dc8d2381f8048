//! What the C programs are tried on: `fixtures FOLDER` writes a picture of `testdata/` as PPM, and
//! 1000 damaged streams, made of the golden ones by a seeded generator. Half of them have their
//! checksums repaired, so that damage is met behind those.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use codec::bench_api::{SplitMix64, repair_checksums};

const DAMAGED: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args_os().nth(1).ok_or("fixtures FOLDER")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    picture(&root.join("testdata/astronaut.png"), &out.join("picture.ppm"))?;

    let mut golden: Vec<PathBuf> = fs::read_dir(root.join("tests/golden"))?.flatten().map(|e| e.path()).collect();
    golden.retain(|path| path.extension().is_some_and(|e| e == "kvt"));
    golden.sort();
    fs::create_dir_all(out.join("damaged"))?;
    let mut random = SplitMix64::new(1);
    for i in 0..DAMAGED {
        let mut stream = fs::read(&golden[i % golden.len()])?;
        damage(&mut stream, &mut random);
        if i / golden.len() % 2 == 1 {
            repair_checksums(&mut stream);
        }
        fs::write(out.join(format!("damaged/{i:04}.kvt")), stream)?;
    }
    Ok(())
}

/// Flips one to eight bits; of every fourth stream, only some of the bytes stay.
fn damage(stream: &mut Vec<u8>, random: &mut SplitMix64) {
    if stream.is_empty() {
        return;
    }
    for _ in 0..=random.below(8) {
        let at = random.below(stream.len());
        stream[at] ^= 1 << random.below(8);
    }
    if random.below(4) == 0 {
        stream.truncate(random.below(stream.len()));
    }
}

fn picture(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(from)?)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("the picture is too large")?];
    let info = reader.next_frame(&mut pixels)?;
    if info.color_type != png::ColorType::Rgb {
        return Err("the picture is not RGB".into());
    }
    let mut file = File::create(to)?;
    write!(file, "P6\n{} {}\n255\n", info.width, info.height)?;
    Ok(file.write_all(&pixels)?)
}
