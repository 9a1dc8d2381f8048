//! Golden streams decode to the pixels recorded for them.

use std::collections::BTreeSet;
use std::fs;

use kvant::{CpuLevel, Decoder};
use kvant_tests::check::decode;
use kvant_tests::golden::{Manifest, folder, format_name, manifest};
use kvant_tests::pixels_sha256;

fn recorded() -> Manifest {
    manifest().unwrap_or_else(|e| {
        panic!("tests/golden/golden.json: {e}; `cargo run -p kvant-tests --bin regenerate-golden` writes it")
    })
}

#[test]
fn every_golden_stream_decodes_to_its_recorded_pixels() {
    let manifest = recorded();
    assert!(!manifest.streams.is_empty());
    for entry in manifest.streams {
        let stream = fs::read(folder().join(&entry.file)).expect(&entry.file);
        let info = Decoder::new(&stream).unwrap_or_else(|e| panic!("{}: {e}", entry.file)).info().clone();
        let shape = (info.draft, info.width, info.height, format_name(info.format));
        assert_eq!(shape, (manifest.draft, entry.width, entry.height, entry.format.as_str()), "{}", entry.file);
        for (threads, cpu) in [(1, CpuLevel::Scalar), (1, CpuLevel::detect()), (2, CpuLevel::detect())] {
            let pixels = pixels_sha256(&decode(&stream, threads, cpu));
            assert_eq!(pixels, entry.pixels_sha256, "{} with {threads} threads on {cpu:?}", entry.file);
        }
    }
}

#[test]
fn the_folder_holds_what_the_manifest_lists() {
    let listed: BTreeSet<String> = recorded().streams.into_iter().map(|entry| entry.file).collect();
    let files = fs::read_dir(folder()).expect("tests/golden/").flatten();
    let present: BTreeSet<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
    assert_eq!(present, listed.into_iter().chain(["golden.json".into()]).collect());
}
