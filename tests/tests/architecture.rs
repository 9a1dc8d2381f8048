//! The rules that keep the sources in order (docs/ARCHITECTURE.md), read from the sources
//! themselves. What clippy and the compiler can hold stands in `Cargo.toml` and `clippy.toml`; here
//! are the lines that switch it on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kvant_tests::code::Found;
use kvant_tests::modules::{Modules, Name};
use kvant_tests::root;
use kvant_tests::sources::{files, read};

/// All crates, the fuzz targets and the bindings among them.
const CRATES: [&str; 6] = ["codec", "cli", "tests", "benches", "fuzz", "bindings"];

/// Where `unsafe` may stand: instructions of a CPU level, and pointers of C programs.
const WITH_UNSAFE: [&str; 2] = ["codec/src/simd", "bindings/c/src"];

/// The folders that the decoder needs, and that the encoder reconstructs with, end with this one in
/// the map.
const LAST_NORMATIVE: &str = "decoder";

/// Of those the one that has floats: errors tell of the encoder's settings.
const WITH_FLOATS: &str = "error";

/// What keeps floating point out of a module.
const NO_FLOATS: &str = "#![cfg_attr(not(test), deny(clippy::disallowed_types, clippy::float_arithmetic))]";

const FLOAT_LINTS: [&str; 2] = ["clippy::disallowed_types", "clippy::float_arithmetic"];

const MAX_LINES: usize = 600;

/// Whether a file holds nothing but tests.
fn is_test_file(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

fn text(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

fn path(name: &Name) -> String {
    if name.is_empty() { String::from("(root)") } else { name.join("/") }
}

/// The words in backticks of a cell of a table.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(String::from).collect()
}

/// The table of folders in a section of docs/ARCHITECTURE.md: each folder, and the other cells of
/// its row.
fn table(section: &str) -> Vec<(String, Vec<String>)> {
    let document = text("docs/ARCHITECTURE.md");
    let section = document.split(&format!("\n## {section}")).nth(1).expect("a section on folders");
    let rows = section.split("\n## ").next().unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
    let row = |row: &str| {
        let mut cells = row.trim_matches('|').split('|').map(String::from);
        let folder = cells.next().and_then(|cell| quoted(&cell).pop_first());
        (folder.expect("a folder"), cells.collect())
    };
    rows.map(row).collect()
}

/// The map of docs/ARCHITECTURE.md: each folder of the codec with what it may name, in order.
fn map() -> Vec<(String, BTreeSet<String>)> {
    let mut map: Vec<(String, BTreeSet<String>)> = Vec::new();
    for (folder, cells) in table("Folders of") {
        let mut names = quoted(&cells[1]);
        if cells[1].contains("all above") {
            names.extend(map.iter().map(|(folder, _)| folder.clone()));
        }
        map.push((folder, names));
    }
    map
}

/// What each folder of a crate, whose sources lie in `sources`, names of the others.
fn folders(sources: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, named) in Modules::read(sources).names() {
        let Some(folder) = name.first() else { continue };
        let others = named.keys().filter_map(|other| other.first()).filter(|other| *other != folder);
        folders.entry(folder.clone()).or_default().extend(others.cloned());
    }
    folders
}

#[test]
fn the_map_says_what_each_folder_names() {
    let (map, folders) = (map(), folders("codec/src"));
    let mapped: BTreeSet<&String> = map.iter().map(|(folder, _)| folder).collect();
    assert_eq!(mapped, folders.keys().collect(), "folders of docs/ARCHITECTURE.md, and those of codec/src");
    assert_eq!(mapped.len(), map.len(), "a folder has one row");
    let mut wrong = Vec::new();
    for (place, (folder, listed)) in map.iter().enumerate() {
        let named = &folders[folder];
        wrong.extend(named.difference(listed).map(|other| format!("{folder} names {other}; the map does not say so")));
        wrong.extend(listed.difference(named).map(|other| format!("{folder} does not name {other}; the map says so")));
        let below = map[place..].iter().filter(|(other, _)| named.contains(other));
        wrong.extend(below.map(|(other, _)| format!("{folder} names {other}, which stands below it")));
    }
    assert_none(&wrong, "docs/ARCHITECTURE.md maps the folders of codec/src");
}

#[test]
fn folders_of_the_command_name_only_what_stands_above_them() {
    let chain: Vec<String> = table("The command").into_iter().map(|(folder, _)| folder).collect();
    let folders = folders("cli/src");
    let mapped: BTreeSet<&String> = chain.iter().collect();
    assert_eq!(mapped, folders.keys().collect(), "folders of docs/ARCHITECTURE.md, and those of cli/src");
    assert_eq!(mapped.len(), chain.len(), "a folder has one row");
    let below = chain.iter().enumerate().flat_map(|(place, folder)| {
        let named = chain[place..].iter().filter(|other| folders[folder].contains(*other));
        named.map(move |other| format!("{folder} names {other}"))
    });
    assert_none(&below.collect::<Vec<_>>(), "folders of cli/src form a chain");
}

#[test]
fn no_files_name_each_other_in_a_circle() {
    for folder in ["codec/src", "cli/src"] {
        let modules = Modules::read(folder);
        let names = modules.names();
        let circles = modules.circles().into_iter().map(|way| {
            let steps = way.iter().zip(way.iter().cycle().skip(1));
            let steps = steps.map(|(a, b)| format!("{} -> {} {:?}", path(a), path(b), names[a][b]));
            steps.collect::<Vec<_>>().join("\n    ")
        });
        assert_none(&circles.collect::<Vec<_>>(), &format!("circles among the files of {folder}"));
    }
}

#[test]
fn no_float_takes_part_in_what_the_decoder_needs() {
    let map = map();
    let last = map.iter().position(|(folder, _)| folder == LAST_NORMATIVE).expect("the decoder is on the map");
    let normative = map[..=last].iter().map(|(folder, _)| folder).filter(|folder| *folder != WITH_FLOATS);
    let mut wrong = Vec::new();
    for folder in normative {
        let (inside, alone) = (format!("codec/src/{folder}"), format!("codec/src/{folder}.rs"));
        let root_of = if root().join(&alone).exists() { alone.clone() } else { format!("{inside}/mod.rs") };
        if !text(&root_of).lines().any(|line| line == NO_FLOATS) {
            wrong.push(format!("{root_of}: clippy is to hold it, by {NO_FLOATS}"));
        }
        for file in files(&inside).into_iter().chain([PathBuf::from(root_of)]).filter(|file| !is_test_file(file)) {
            let Found { float_literals, allowed, .. } = Found::in_file(&file);
            let lax = allowed.into_iter().filter(|(_, lint)| FLOAT_LINTS.contains(&lint.as_str()));
            let lines = float_literals.into_iter().chain(lax.map(|(line, _)| line));
            wrong.extend(lines.map(|line| format!("{}:{line}", file.display())));
        }
    }
    assert_none(&wrong, "prediction to filters and models are integers only");
}

#[test]
fn unsafe_stands_in_the_simd_folder_and_at_the_border_to_c_only() {
    let allowed_in = |file: &Path| WITH_UNSAFE.into_iter().any(|folder| file.starts_with(folder));
    let elsewhere = CRATES.into_iter().flat_map(files).filter(|file| !allowed_in(file));
    let lines = elsewhere.flat_map(|file| {
        let Found { unsafe_code, allowed, .. } = Found::in_file(&file);
        let lax = allowed.into_iter().filter(|(_, lint)| lint == "unsafe_code").map(|(line, _)| line);
        let lines: Vec<usize> = unsafe_code.into_iter().chain(lax).collect();
        lines.into_iter().map(move |line| format!("{}:{line}", file.display()))
    });
    assert_none(&lines.collect::<Vec<_>>(), &format!("`unsafe` belongs to {}", WITH_UNSAFE.join(" and ")));
    assert!(text("Cargo.toml").contains("\nunsafe_code = \"deny\"\n"), "the compiler refuses `unsafe` elsewhere");
}

#[test]
fn hand_written_files_have_fewer_than_600_lines() {
    let long = CRATES.into_iter().flat_map(files).filter(|file| {
        let source = read(file);
        let generated = source.lines().take(5).any(|line| line.to_lowercase().contains("generated by"));
        source.lines().count() >= MAX_LINES && !generated
    });
    assert_none(&names(long), "a file does one thing (a generated table says `Generated by ...` at its top)");
}

#[test]
fn every_file_opens_with_what_it_does() {
    let silent = CRATES.into_iter().flat_map(files).filter(|file| !read(file).starts_with("//!"));
    assert_none(&names(silent), "a module opens with `//!`");
}

#[test]
fn the_codec_depends_on_few_crates_and_no_c() {
    let manifest = text("codec/Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).expect("a section [dependencies]");
    let section = section.split("\n[").next().unwrap_or_default();
    let always = section.lines().filter(|line| !line.contains("optional = true"));
    let depended = always.filter_map(|line| line.split(['.', '=', ' ']).next()).filter(|name| !name.is_empty());
    let known = ["bitvec", "bytemuck", "crc", "miniz_oxide", "rayon", "thiserror"];
    let others: Vec<String> = depended.filter(|name| !known.contains(name)).map(String::from).collect();
    assert_none(&others, &format!("dependencies of the codec, without features, are {}", known.join(", ")));
}

fn names(files: impl Iterator<Item = impl AsRef<Path>>) -> Vec<String> {
    files.map(|file| PathBuf::from(file.as_ref()).display().to_string()).collect()
}
