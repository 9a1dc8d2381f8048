//! What fuzzing ever found stays found: every file of `fuzz/regressions/` and `fuzz/seeds/` runs through its target again.

use std::fs;

use kvant_tests::{fuzzing, root};

fn replay(target: &str, run: fn(&[u8])) {
    for folder in ["fuzz/regressions", "fuzz/seeds"] {
        let Ok(files) = fs::read_dir(root().join(folder).join(target)) else { continue };
        for file in files.flatten() {
            println!("{}", file.path().display());
            run(&fs::read(file.path()).expect("a readable file"));
        }
    }
}

#[test]
fn decode_survives_what_fuzzing_found() {
    replay("decode", fuzzing::decode);
}

#[test]
fn header_survives_what_fuzzing_found() {
    replay("header", fuzzing::header);
}

#[test]
fn roundtrip_survives_what_fuzzing_found() {
    replay("roundtrip", fuzzing::roundtrip);
}
