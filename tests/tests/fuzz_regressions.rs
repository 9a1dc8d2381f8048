//! What fuzzing ever found stays found: every file of `fuzz/regressions/` and `fuzz/seeds/` runs
//! through its target again.

use std::fs;

use kvant_tests::{fuzzing, root};

/// Runs the regressions of `target`, and the seeds of the folder `seeds`.
fn replay(target: &str, seeds: &str, run: fn(&[u8])) {
    let mut count = 0;
    for folder in [root().join("fuzz/regressions").join(target), root().join("fuzz/seeds").join(seeds)] {
        let Ok(files) = fs::read_dir(folder) else { continue };
        for file in files.flatten() {
            println!("{}", file.path().display());
            run(&fs::read(file.path()).expect("a readable file"));
            count += 1;
        }
    }
    assert!(count > 0, "neither fuzz/regressions/{target} nor fuzz/seeds/{seeds} has a file");
}

#[test]
fn decode_survives_what_fuzzing_found() {
    replay("decode", "decode", fuzzing::decode);
}

#[test]
fn header_survives_what_fuzzing_found() {
    replay("header", "header", fuzzing::header);
}

#[test]
fn levels_survive_what_fuzzing_found() {
    replay("levels", "levels", fuzzing::levels);
}

#[test]
fn lossless_survives_what_fuzzing_found() {
    replay("lossless", "lossless", fuzzing::lossless);
}

#[test]
fn oracles_survive_what_fuzzing_found() {
    replay("oracles", "decode", fuzzing::oracles);
}

#[test]
fn roundtrip_survives_what_fuzzing_found() {
    replay("roundtrip", "roundtrip", fuzzing::roundtrip);
}

#[test]
fn seeded_survives_what_fuzzing_found() {
    replay("seeded", "seeded", fuzzing::seeded);
}
