//! The pictures of `testdata/` are what their manifest says.

use std::collections::BTreeSet;
use std::fs;

use kvant_tests::golden::format_name;
use kvant_tests::pictures::testdata;
use kvant_tests::{root, sha256};
use serde::Deserialize;

#[derive(Deserialize)]
struct Manifest {
    pictures: Vec<Picture>,
}

#[derive(Deserialize)]
struct Picture {
    name: String,
    sha256: String,
    width: u32,
    height: u32,
    format: String,
    licence: String,
    source: String,
    why: String,
}

fn manifest() -> Manifest {
    let json = fs::read(root().join("testdata/manifest.json")).expect("testdata/manifest.json");
    serde_json::from_slice(&json).expect("testdata/manifest.json")
}

#[test]
fn every_picture_has_the_hash_and_shape_of_the_manifest() {
    for entry in manifest().pictures {
        let file = fs::read(root().join("testdata").join(&entry.name)).expect(&entry.name);
        assert_eq!(sha256(&file), entry.sha256, "{}", entry.name);
        let picture = testdata(&entry.name);
        let shape = (picture.width(), picture.height(), format_name(picture.format()));
        assert_eq!(shape, (entry.width, entry.height, entry.format.as_str()), "{}", entry.name);
    }
}

#[test]
fn every_picture_states_licence_source_and_reason() {
    for entry in manifest().pictures {
        for (field, text) in [("licence", entry.licence), ("source", entry.source), ("why", entry.why)] {
            assert!(!text.trim().is_empty(), "{} of {} is empty", field, entry.name);
        }
    }
}

#[test]
fn the_folder_holds_what_the_manifest_lists_in_3_mb_at_most() {
    let mut bytes = 0;
    let mut present = BTreeSet::new();
    for entry in fs::read_dir(root().join("testdata")).expect("testdata/").flatten() {
        bytes += entry.metadata().expect("metadata").len();
        present.insert(entry.file_name().into_string().expect("a plain name"));
    }
    let mut listed: BTreeSet<String> = manifest().pictures.into_iter().map(|p| p.name).collect();
    listed.insert("manifest.json".into());
    assert_eq!(present, listed);
    assert!(bytes <= 3 << 20, "testdata/ has {bytes} bytes");
}
