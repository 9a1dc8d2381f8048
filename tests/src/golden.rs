//! Golden streams: files in `tests/golden/` with the SHA-256 of the pixels that every decoder must
//! make of them, the damaged ones that it must refuse, and which parts of the format each of them
//! reaches.
//!
//! `cargo run -p kvant-tests --bin regenerate-golden` adds those that are missing and leaves the
//! others as they are. With `--all` it writes all of them anew, in the commit that raises the draft
//! number. From format 1.0 on they are only added.

mod damaged;
mod encoded;
mod seeded;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use kvant::bench_api::features;
use kvant::{CpuLevel, Decoder, DecoderOptions, PixelFormat};
use serde::{Deserialize, Serialize};

use crate::check::decode;
use crate::{pixels_sha256, root, sha256};

/// `tests/golden/golden.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Draft number of all streams.
    pub draft: u8,
    /// The intact streams.
    pub streams: Vec<Entry>,
    /// The damaged ones.
    #[serde(default)]
    pub damaged: Vec<Damaged>,
}

/// One golden stream and what it decodes to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// File name within the folder.
    pub file: String,
    /// What it holds and why.
    pub why: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Channels and bytes of a sample: `gray8`, `grayalpha8`, `rgb8`, `rgba8`, or the same with 16
    /// where samples have two bytes.
    pub format: String,
    /// Bits of a sample, 8 to 16. Samples are from 0 to 2^depth - 1, in two bytes as in one: they
    /// are not scaled.
    #[serde(default)]
    pub depth: u8,
    /// SHA-256 of the decoded pixels ([`pixels_sha256`]).
    pub pixels_sha256: String,
}

/// One damaged stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Damaged {
    /// File name within the folder.
    pub file: String,
    /// What is wrong with it.
    pub why: String,
    /// The row of the table in BITSTREAM.md §12.1 that says so.
    pub rule: String,
    /// The section of BITSTREAM.md that this row refers to.
    pub section: String,
    /// How a decoder refuses it.
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// How a decoder refuses a damaged stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What is asked for when it is found out, the first of these three: `picture`, `metadata` or
    /// `preview`.
    pub asked: String,
    /// The message of the error.
    pub error: String,
}

/// How a decoder with `threads` on `cpu` refuses `stream`. `None`: it does not.
pub fn refusal(stream: &[u8], threads: usize, cpu: CpuLevel) -> Option<Refusal> {
    let options = DecoderOptions { threads, cpu, ..DecoderOptions::default() };
    let decoder = || Decoder::with_options(stream, options);
    let asked = [
        ("picture", decoder().and_then(|d| d.decode()).err()),
        ("metadata", decoder().and_then(|d| d.metadata()).err()),
        ("preview", decoder().and_then(|d| d.preview()).err()),
    ];
    asked.into_iter().find_map(|(asked, e)| Some(Refusal { asked: asked.into(), error: e?.to_string() }))
}

/// The rows of the table of errors in BITSTREAM.md §12.1: what is an error, and the section that
/// says so.
///
/// # Errors
/// Where the file cannot be read.
pub fn rules() -> io::Result<Vec<(String, String)>> {
    let text = fs::read_to_string(root().join("docs/BITSTREAM.md"))?;
    let lines = text.lines().skip_while(|line| *line != "### 12.1 Errors").skip_while(|line| !line.starts_with("|---"));
    let rows = lines.skip(1).map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    Ok(rows.map(|(what, section)| (what.to_owned(), section.to_owned())).collect())
}

/// By part of the format: the files that reach it, the first three where there are more.
pub type Coverage = BTreeMap<String, Vec<String>>;

/// Files that a part of the format has at most in the list of what is covered.
const FILES: usize = 3;

/// A golden stream to be made.
pub struct Case {
    name: &'static str,
    why: &'static str,
    make: Box<dyn Fn() -> Vec<u8>>,
}

/// The folder of the streams and their manifest.
pub fn folder() -> PathBuf {
    root().join("tests/golden")
}

/// The manifest's text name of a pixel format.
pub fn format_name(format: PixelFormat) -> &'static str {
    match format {
        PixelFormat::Gray8 => "gray8",
        PixelFormat::GrayAlpha8 => "grayalpha8",
        PixelFormat::Rgb8 => "rgb8",
        PixelFormat::Rgba8 => "rgba8",
        PixelFormat::Gray16 => "gray16",
        PixelFormat::GrayAlpha16 => "grayalpha16",
        PixelFormat::Rgb16 => "rgb16",
        PixelFormat::Rgba16 => "rgba16",
        other => unreachable!("no golden stream of {other:?}"),
    }
}

/// Reads the manifest.
///
/// # Errors
/// Where the file is missing or not what [`regenerate`] writes.
pub fn manifest() -> io::Result<Manifest> {
    Ok(serde_json::from_slice(&fs::read(folder().join("golden.json"))?)?)
}

/// The intact streams.
fn cases() -> impl Iterator<Item = Case> {
    encoded::cases().into_iter().chain(seeded::cases())
}

/// The intact streams as they are made now, by encoders and seeds: name and SHA-256 of each, which
/// are the same on every machine.
pub fn made() -> impl Iterator<Item = (&'static str, String)> {
    cases().map(|case| (case.name, sha256(&(case.make)())))
}

/// Adds the streams and the damaged ones that the folder lacks, or writes all anew, and what they
/// cover; returns the manifest.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn regenerate(all: bool) -> io::Result<Manifest> {
    let known = if all { Manifest::default() } else { manifest()? };
    let mut new = Manifest::default();
    for Case { name, why, make } in cases() {
        let file = format!("{name}.kvt");
        let entry = known.streams.iter().find(|entry| entry.file == file);
        if entry.is_none() {
            fs::write(folder().join(&file), make())?;
        }
        new.draft = kvant::DRAFT;
        new.streams.push(described(file, why)?);
        if let Some(entry) = entry {
            let pixels = &new.streams[new.streams.len() - 1].pixels_sha256;
            assert_eq!(&entry.pixels_sha256, pixels, "{name} decodes to other pixels");
        }
    }
    let rules = rules()?;
    for (Case { name, why, make }, begin) in damaged::cases() {
        let file = format!("{name}.kvt");
        let entry = known.damaged.iter().find(|damaged| damaged.file == file);
        if entry.is_none() {
            fs::write(folder().join(&file), make())?;
        }
        let mut rules = rules.iter().filter(|(what, _)| what.starts_with(begin));
        let (Some((rule, section)), None) = (rules.next(), rules.next()) else {
            panic!("{name}: not one row of the table of errors begins with {begin:?}");
        };
        let refusal = refusal(&fs::read(folder().join(&file))?, 1, CpuLevel::Scalar);
        let refusal = refusal.unwrap_or_else(|| panic!("{name} is not refused, but {why}"));
        if let Some(entry) = entry {
            assert_eq!(entry.refusal, refusal, "{name} is refused in another way");
        }
        new.damaged.push(Damaged { file, why: why.into(), rule: rule.clone(), section: section.clone(), refusal });
    }
    write("golden.json", &new)?;
    write("coverage.json", &coverage(&new))?;
    Ok(new)
}

/// What the stream in `file` is like.
fn described(file: String, why: &str) -> io::Result<Entry> {
    let decoded = decode(&fs::read(folder().join(&file))?, 1, CpuLevel::Scalar);
    Ok(Entry {
        file,
        why: why.into(),
        width: decoded.width(),
        height: decoded.height(),
        format: format_name(decoded.format()).into(),
        depth: decoded.depth(),
        pixels_sha256: pixels_sha256(&decoded),
    })
}

fn write(file: &str, value: &impl Serialize) -> io::Result<()> {
    let mut json = serde_json::to_string_pretty(value)?;
    json.push('\n');
    fs::write(folder().join(file), json)
}

/// What the streams of `manifest` reach.
pub fn coverage(manifest: &Manifest) -> Coverage {
    let mut coverage = Coverage::new();
    for Entry { file, .. } in &manifest.streams {
        let stream = fs::read(folder().join(file)).expect(file);
        for feature in features(&stream).unwrap_or_else(|e| panic!("{file}: {e}")) {
            let files = coverage.entry(feature).or_default();
            if files.len() < FILES {
                files.push(file.clone());
            }
        }
    }
    coverage
}

/// Reads the list of what is covered.
///
/// # Errors
/// Where the file is missing or not what [`regenerate`] writes.
pub fn recorded_coverage() -> io::Result<Coverage> {
    Ok(serde_json::from_slice(&fs::read(folder().join("coverage.json"))?)?)
}
