//! Golden streams decode to the pixels recorded for them, damaged ones to errors, and they reach what the list says.

use std::collections::BTreeSet;
use std::fs;

use kvant::{CpuLevel, Decoder, DecoderOptions};
use kvant_tests::check::decode;
use kvant_tests::golden::{Manifest, coverage, folder, format_name, manifest, recorded_coverage};
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
        let shape = (info.draft, info.width, info.height, format_name(info.format), info.depth);
        let recorded = (manifest.draft, entry.width, entry.height, entry.format.as_str(), entry.depth);
        assert_eq!(shape, recorded, "{}", entry.file);
        for (threads, cpu) in [(1, CpuLevel::Scalar), (1, CpuLevel::detect()), (2, CpuLevel::detect())] {
            let pixels = pixels_sha256(&decode(&stream, threads, cpu));
            assert_eq!(pixels, entry.pixels_sha256, "{} with {threads} threads on {cpu:?}", entry.file);
        }
    }
}

#[test]
fn every_damaged_golden_stream_is_refused_in_the_same_way_by_all() {
    for damaged in recorded().damaged {
        let stream = fs::read(folder().join(&damaged.file)).expect(&damaged.file);
        let error = |threads, cpu| {
            let options = DecoderOptions { threads, cpu, ..DecoderOptions::default() };
            let decoded = Decoder::with_options(&stream, options)
                .and_then(|decoder| decoder.metadata().and_then(|_| decoder.decode()));
            decoded.err().unwrap_or_else(|| panic!("{} decodes, but {}", damaged.file, damaged.why))
        };
        let plain = error(1, CpuLevel::Scalar);
        assert_eq!(error(1, CpuLevel::detect()), plain, "{}", damaged.file);
        assert_eq!(error(2, CpuLevel::detect()), plain, "{}", damaged.file);
    }
}

#[test]
fn golden_streams_reach_what_the_list_says() {
    let recorded = recorded_coverage().expect("tests/golden/coverage.json");
    let found = coverage(&manifest().expect("tests/golden/golden.json"));
    let differ = |a: &_, b: &_| format!("{a:?} and not {b:?}");
    for (feature, files) in &recorded {
        let now = found.get(feature);
        assert_eq!(now, Some(files), "{feature}: {}", differ(&now, &Some(files)));
    }
    assert_eq!(found, recorded, "`cargo run -p kvant-tests --bin regenerate-golden` lists what is new");
}

#[test]
fn the_folder_holds_what_the_manifest_lists() {
    let Manifest { streams, damaged, .. } = recorded();
    let files = streams.into_iter().map(|entry| entry.file).chain(damaged.into_iter().map(|damaged| damaged.file));
    let listed: BTreeSet<String> = files.collect();
    let files = fs::read_dir(folder()).expect("tests/golden/").flatten();
    let present: BTreeSet<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
    assert_eq!(
        present,
        listed.into_iter().chain(["README.md", "coverage.json", "golden.json"].map(String::from)).collect()
    );
}
