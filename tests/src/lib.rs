//! What the cross-cutting tests and the fuzz targets share: pictures, checks, damage, golden
//! streams, and a reader of the project's own sources. The tests stand in `tests/tests/`, one file
//! a concern.

pub mod campaign;
pub mod check;
pub mod code;
pub mod damage;
pub mod fuzzing;
pub mod golden;
pub mod modules;
pub mod pictures;
pub mod seeded;
pub mod sources;
pub mod synth;

use std::path::{Path, PathBuf};

use kvant::Image;
use sha2::{Digest, Sha256};

use crate::check::samples;

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// SHA-256 of `data`, in lower-case hexadecimal.
pub fn sha256(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of the samples of `picture`, row by row without gaps, those of two bytes with the lower
/// byte first: the same on every machine.
pub fn pixels_sha256(picture: &Image) -> String {
    match picture.format().is_wide() {
        false => sha256(picture.data()),
        true => sha256(&samples(picture).into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
    }
}

/// A possibly damaged stream with its checksums made right again, as far as its structure can be
/// parsed, so that tests and fuzz targets reach the parser behind them.
pub fn repaired(stream: &[u8]) -> Vec<u8> {
    let mut stream = stream.to_vec();
    kvant::bench_api::repair_checksums(&mut stream);
    stream
}
