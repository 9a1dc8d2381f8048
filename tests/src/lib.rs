//! What the cross-cutting tests and the fuzz targets share: pictures, checks, damage, golden streams, and a reader of
//! the project's own sources. The tests stand in `tests/tests/`, one file a concern.

pub mod campaign;
pub mod check;
pub mod damage;
pub mod fuzzing;
pub mod golden;
pub mod pictures;
pub mod sources;
pub mod synth;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// SHA-256 of `data`, in lower-case hexadecimal.
pub fn sha256(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A possibly damaged stream with its checksums made right again, as far as its structure can be parsed, so that tests
/// and fuzz targets reach the parser behind them.
pub fn repaired(stream: &[u8]) -> Vec<u8> {
    let mut stream = stream.to_vec();
    kvant::bench_api::repair_checksums(&mut stream);
    stream
}
