//! JPEG files of all structures against libjpeg-turbo, and files that are not whole.

use kvant::Limits;

use super::super::super::read::Warning;
use super::super::{Inventory, Source};
use super::*;

/// Files and pixels that `jpegs.py` made.
const PACKED: &[u8] = include_bytes!("../../../../tests/data/jpegs.bin");

struct Sample {
    name: String,
    file: Vec<u8>,
    /// By libjpeg-turbo; none where it refuses the file.
    pixels: Vec<u8>,
}

fn samples() -> Vec<Sample> {
    let unpacked = miniz_oxide::inflate::decompress_to_vec_zlib(PACKED).unwrap();
    let mut rest = unpacked.as_slice();
    let mut samples = Vec::new();
    while !rest.is_empty() {
        let lengths = [0, 4, 8].map(|at| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap()) as usize);
        rest = &rest[12..];
        let [name, file, pixels] = lengths.map(|length| {
            let (field, behind) = rest.split_at(length);
            rest = behind;
            field.to_vec()
        });
        samples.push(Sample { name: String::from_utf8(name).unwrap(), file, pixels });
    }
    samples
}

fn sample(name: &str) -> Sample {
    samples().into_iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn read_with(data: &[u8], partial: bool) -> std::result::Result<(DynamicImage, Vec<Warning>), String> {
    let mut found = Inventory::default();
    let source = Source { name: "x.jpg", data, limits: &Limits::default(), partial };
    let image = read(&source, &mut found).map_err(|e| e.to_string())?;
    Ok((image, found.finish(true).1))
}

fn texts(warnings: &[Warning]) -> String {
    warnings.iter().filter(|w| w.code != "jpeg-input").map(|w| w.text.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_structure_is_read_as_libjpeg_turbo_reads_it_or_refused() {
    let (mut read, mut refused) = (0, 0);
    for Sample { name, file, pixels } in samples() {
        match read_with(&file, false) {
            Err(text) => {
                assert!(pixels.is_empty() && text.contains("not supported"), "{name}: {text}");
                refused += 1;
            }
            Ok((image, warnings)) => {
                let found = image.into_bytes();
                assert_eq!(found.len(), pixels.len(), "{name}");
                // Inks become RGB with other roundings there.
                let most = u8::from(name.starts_with("four"));
                let off = found.iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(off <= Some(most), "{name}: {off:?}");
                assert_eq!(texts(&warnings).is_empty(), !name.starts_with("four"), "{name}: {warnings:?}");
                read += 1;
            }
        }
    }
    assert!(read >= 290 && refused >= 80, "{read} {refused}");
}
