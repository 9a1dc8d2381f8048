//! Golden streams decode to the pixels recorded for them, damaged ones to errors, and they reach
//! what the list says.

use std::collections::BTreeSet;
use std::fs;

use kvant::bench_api::expected_features;
use kvant::{CpuLevel, Decoder};
use kvant_tests::check::decode;
use kvant_tests::golden::{Manifest, coverage, folder, format_name, manifest, recorded_coverage, refusal, rules};
use kvant_tests::pixels_sha256;

fn recorded() -> Manifest {
    manifest().unwrap_or_else(|e| {
        panic!("tests/golden/golden.json: {e}; `cargo run -p kvant-tests --bin regenerate-golden` writes it")
    })
}

/// Threads and CPU level of the runs that must all come to the same: each level alone, and the best
/// one with help.
fn runs() -> impl Iterator<Item = (usize, CpuLevel)> {
    CpuLevel::available().map(|cpu| (1, cpu)).chain([(2, CpuLevel::detect())])
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
        for (threads, cpu) in runs() {
            let pixels = pixels_sha256(&decode(&stream, threads, cpu));
            assert_eq!(pixels, entry.pixels_sha256, "{} with {threads} threads on {cpu:?}", entry.file);
        }
    }
}

#[test]
fn every_damaged_golden_stream_is_refused_as_recorded_at_every_level() {
    let manifest = recorded();
    assert!(!manifest.damaged.is_empty());
    for damaged in manifest.damaged {
        let stream = fs::read(folder().join(&damaged.file)).expect(&damaged.file);
        for (threads, cpu) in runs() {
            let found = refusal(&stream, threads, cpu).unwrap_or_else(|| panic!("{} decodes", damaged.file));
            assert_eq!(found, damaged.refusal, "{} with {threads} threads on {cpu:?}", damaged.file);
        }
    }
}

#[test]
fn every_error_of_the_format_has_a_damaged_golden_stream() {
    let rules = rules().expect("docs/BITSTREAM.md");
    assert!(rules.len() > 20, "the table of errors is read");
    let damaged = recorded().damaged;
    for rule in &rules {
        let shown = damaged.iter().any(|damaged| (&damaged.rule, &damaged.section) == (&rule.0, &rule.1));
        assert!(shown, "no damaged stream for: {}", rule.0);
    }
    for damaged in damaged {
        assert!(rules.contains(&(damaged.rule, damaged.section)), "{}: no such row", damaged.file);
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
fn golden_streams_reach_every_part_of_the_format_that_the_code_has() {
    let found: BTreeSet<String> = coverage(&recorded()).into_keys().collect();
    let expected = expected_features();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "no stream reaches {missing:#?}");
    let unknown: Vec<_> = found.difference(&expected).collect();
    assert!(unknown.is_empty(), "reached, but not among what is expected: {unknown:#?}");
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
