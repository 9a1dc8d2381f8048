//! The documents name things that exist: links, sections, commands and the library's example.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kvant_tests::root;
use kvant_tests::sources;

const DOCUMENTS: [&str; 18] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/BITSTREAM.md",
    "docs/BLOCKS.md",
    "docs/CLUSTERS.md",
    "docs/GLOSSARY.md",
    "docs/LABORATORY.md",
    "docs/PERFORMANCE.md",
    "docs/QUANTISATION.md",
    "docs/SERVING.md",
    "docs/TUNING.md",
    "fuzz/README.md",
    "bindings/c/README.md",
    "bindings/desktop/README.md",
    "bindings/python/README.md",
    "bindings/wasm/README.md",
];

fn text(file: impl AsRef<Path>) -> String {
    let file = root().join(file);
    fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The targets of the links `[text](target)` in `document`.
fn links(document: &str) -> impl Iterator<Item = &str> {
    document.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()).filter(|target| !target.is_empty())
}

#[test]
fn every_relative_link_leads_to_a_file() {
    for document in DOCUMENTS {
        let folder = Path::new(document).parent().map(PathBuf::from).unwrap_or_default();
        let text = text(document);
        for target in links(&text).filter(|target| !target.contains("://")) {
            assert!(root().join(&folder).join(target).exists(), "{document} links to {target}");
        }
    }
}

/// What stands in backticks in `document` and has the form of a path: names with a slash between or
/// behind them.
fn paths(document: &str) -> impl Iterator<Item = &str> {
    let is_path = |text: &&str| {
        let parts = text.trim_end_matches('/').split('/');
        let is_name = |part: &str| part.starts_with(|c: char| c == '.' || c.is_ascii_alphanumeric());
        let legal = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        text.contains('/') && text.chars().all(legal) && parts.into_iter().all(is_name)
    };
    // Code that is set apart has its own backticks, three of them.
    let prose = document.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2)).filter(is_path)
}

/// From the root, or as ARCHITECTURE.md writes them: from a folder that it speaks of, and without
/// `.rs`.
#[test]
fn every_path_that_the_maps_name_exists() {
    const FOLDERS: [&str; 5] = ["", "codec/src", "codec/src/encoder", "cli", "cli/src"];
    for document in ["CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/GLOSSARY.md", "docs/QUANTISATION.md"] {
        let text = text(document);
        let found: BTreeSet<&str> = paths(&text).collect();
        assert!(found.len() > 10, "{document} has {found:?}");
        for path in found {
            let is_there = |folder: &str| {
                let path = root().join(folder).join(path);
                path.exists() || path.with_extension("rs").is_file()
            };
            assert!(FOLDERS.into_iter().any(is_there), "{document} names {path}");
        }
    }
}

#[test]
fn every_section_that_the_sources_cite_stands_in_bitstream_md() {
    let document = text("docs/BITSTREAM.md");
    let headings = document.lines().filter_map(|line| line.strip_prefix('#'));
    let numbers = headings.filter_map(|heading| heading.trim_start_matches(['#', ' ', '§']).split(' ').next());
    let sections: BTreeSet<&str> = numbers.map(|number| number.trim_end_matches('.')).collect();
    for file in sources::files("codec/src") {
        for cited in sources::read(&file).split('§').skip(1) {
            let end = cited.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(cited.len());
            let number = cited[..end].trim_end_matches('.');
            // `§n` speaks of sections in general.
            assert!(
                sections.contains(number) || number.is_empty() && cited.starts_with('n'),
                "{} cites §{number}: docs/BITSTREAM.md has {sections:?}",
                file.display()
            );
        }
    }
}

#[test]
fn the_draft_that_the_format_is_called_is_the_one_that_its_header_has() {
    let (document, draft) = (text("docs/BITSTREAM.md"), kvant::DRAFT);
    for said in [format!("# The Kvant bitstream, draft {draft}\n"), format!("| 1 | draft number: {draft}. ")] {
        assert!(document.contains(&said), "docs/BITSTREAM.md does not say: {said}");
    }
}

#[test]
fn the_example_of_the_readme_is_one_that_rustdoc_runs() {
    let readme = text("README.md");
    let example = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    let documented = text("codec/src/encoder/encode.rs");
    let lines = documented.lines().filter_map(|line| line.strip_prefix("///"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let example = example.expect("README.md has an example of the library");
    assert!(lines.join("\n").contains(example.trim_end()), "`kvant::encode` lacks README.md's example:\n{example}");
}

#[test]
fn serving_md_shows_the_files_of_nginx_that_its_test_tries() {
    let document = text("docs/SERVING.md");
    let shown: Vec<&str> = document.split("```nginx\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(shown, [text("docs/nginx/kvant-http.conf"), text("docs/nginx/kvant-server.conf")]);
}

#[test]
fn the_tables_of_the_format_are_as_long_as_bitstream_md_says_and_have_its_checksums() {
    let document = text("docs/BITSTREAM.md");
    let rows = document.lines().filter(|line| line.starts_with("| [") && line.contains(".bin](../"));
    let mut tables = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let file = links(cells[1]).next().expect("a link");
        let bytes = fs::read(root().join("docs").join(file)).expect(file);
        let found = (bytes.len().to_string(), format!("{:08X}", crc32fast::hash(&bytes)));
        assert_eq!((cells[2], cells[3]), (found.0.as_str(), found.1.as_str()), "{file}");
        tables += 1;
    }
    assert_eq!(tables, 5);
}

#[test]
fn the_gates_begin_with_the_test_command_of_the_readme() {
    let readme = text("README.md");
    let command = readme.split("Run the tests:\n\n```\n").nth(1).and_then(|rest| rest.lines().next());
    let command = command.expect("README.md says how to run the tests");
    let gates = text(".ci/run");
    let first = gates.lines().find(|line| line.trim_start().starts_with("cargo "));
    assert_eq!(first, Some(command));
}
