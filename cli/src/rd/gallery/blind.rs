//! The blind page: two pictures without names beside the original, and which is the better one.
//!
//! Which trials come first, and which picture is on the left, is by digests of the page's data. It
//! looks random, and is the same whenever the page is opened. The codecs' names are in the page,
//! for the list of votes, but not so that a glance at its source tells them.

use std::path::Path;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::page::{Gallery, STYLE, VIEWER, json};
use crate::base::error::{CliError, Result};
use crate::base::hex::hex;
use crate::base::output::write_file;

/// The name of the page in the gallery's folder.
const FILE: &str = "blind.html";

/// One question: places in lists, and files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Trial {
    picture: usize,
    level: usize,
    original: String,
    left: String,
    right: String,
    /// The places of the codecs, left and right.
    of: [usize; 2],
}

#[derive(Serialize)]
struct Test<'a> {
    seed: &'a str,
    /// Names of codecs, in base64 of JSON.
    names: String,
    levels: &'a [String],
    pictures: Vec<&'a str>,
    trials: Vec<Trial>,
}

#[derive(Template)]
#[template(path = "blind.html")]
struct Page<'a> {
    style: &'a str,
    viewer: &'a str,
    script: &'a str,
    data: String,
}

/// Writes the page into `folder`.
pub(super) fn write(gallery: &Gallery, folder: &Path) -> Result<()> {
    let seed = hex(&Sha256::digest(json(gallery)?)[..8]);
    let test = Test {
        names: STANDARD.encode(json(&gallery.codecs)?),
        levels: &gallery.levels,
        pictures: gallery.pictures.iter().map(|p| p.name.as_str()).collect(),
        trials: trials(gallery, &seed),
        seed: &seed,
    };
    let script = include_str!("../../../templates/blind.js");
    let page = Page { style: STYLE, viewer: VIEWER, script, data: json(&test)? };
    let html = page.render().map_err(|e| CliError::Run(format!("cannot write the blind test: {e}")))?;
    write_file(&folder.join(FILE), html.as_bytes(), true)
}

/// Each pair of codecs on each picture at each level, in an order of which any part is a fair
/// sample.
fn trials(gallery: &Gallery, seed: &str) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (picture, view) in gallery.pictures.iter().enumerate() {
        for (i, a) in view.coded.iter().enumerate() {
            for b in view.coded[i + 1..].iter().filter(|b| b.level == a.level) {
                let what = format!("{seed} {picture} {} {} {}", a.level, a.codec, b.codec);
                let digest: [u8; 32] = Sha256::digest(what).into();
                let (left, right) = if digest[31] < 128 { (a, b) } else { (b, a) };
                let trial = Trial {
                    picture,
                    level: a.level,
                    original: view.file.clone(),
                    left: left.file.clone(),
                    right: right.file.clone(),
                    of: [left.codec, right.codec],
                };
                trials.push((digest, trial));
            }
        }
    }
    trials.sort_by_key(|(digest, _)| *digest);
    trials.into_iter().map(|(_, trial)| trial).collect()
}

#[cfg(test)]
mod tests {
    use super::super::page::{CodedView, PictureView};
    use super::*;

    fn gallery() -> Gallery {
        let coded = |level, codec| CodedView {
            level,
            codec,
            file: format!("{level}{codec}.png"),
            q: 1.0,
            bytes: 1,
            bpp: 1.0,
            scores: Default::default(),
            off: false,
        };
        let picture = |i: usize| PictureView {
            name: format!("i{i}"),
            w: 1,
            h: 1,
            file: "o.png".to_owned(),
            coded: (0..2).flat_map(|level| (0..4).map(move |codec| coded(level, codec))).collect(),
        };
        let names = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let levels = ["0.5bpp", "1bpp"].map(str::to_owned).to_vec();
        Gallery { codecs: names, levels, pictures: (0..10).map(picture).collect(), notes: Vec::new() }
    }

    #[test]
    fn every_pair_comes_once_in_an_order_and_on_sides_that_tell_nothing() {
        let all = trials(&gallery(), "seed");
        // Ten pictures at two levels, and six pairs of four codecs.
        assert_eq!(all.len(), 10 * 2 * 6);
        assert_eq!(all, trials(&gallery(), "seed"));
        assert_ne!(all, trials(&gallery(), "other"));
        let mut pairs: Vec<_> =
            all.iter().map(|t| (t.picture, t.level, t.of.iter().min(), t.of.iter().max())).collect();
        pairs.sort();
        pairs.dedup();
        assert_eq!(pairs.len(), all.len());
        // Of 120 fair coins, 40 to 80 heads but for once in five thousand times.
        let first_left = all.iter().filter(|t| t.of[0] < t.of[1]).count();
        assert!((40..=80).contains(&first_left), "{first_left}");
        let early = all[..60].iter().filter(|t| t.level == 0).count();
        assert!((15..=45).contains(&early), "{early}");
    }
}
