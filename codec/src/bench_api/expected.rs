//! What of the format the golden streams must reach between them, by the names that `features`
//! gives: each case that the code's own lists have, whether a stream reaches it or not.

use std::collections::BTreeSet;

use super::features::LARGE;
use super::trace::context_groups;
use crate::metadata::Orientation;
use crate::metadata::section::FIRST_OTHER;
use crate::predict::IntraMode;
use crate::predict::edges::LINES;
use crate::syntax::header::PictureHeader;
use crate::syntax::modes::CHROMA_OWN;
use crate::syntax::palette::MAX_COLOURS;
use crate::syntax::tree::Split;

const CHANNELS: [&str; 2] = ["luma", "chroma"];
const LOSSES: [&str; 2] = ["lossy", "lossless"];
const QUANTISERS: [&str; 2] = ["scalar", "trellis"];
const SUBSAMPLINGS: [&str; 2] = ["4:4:4", "4:2:0"];

/// All parts of the format.
pub fn expected_features() -> BTreeSet<String> {
    [file(), planes(), header(), blocks(), luma(), chroma(), transforms(), filters()].into_iter().flatten().collect()
}

/// Each of `a` with each of `b`.
fn pairs<A: Copy, B>(
    a: impl IntoIterator<Item = A>,
    b: impl IntoIterator<Item = B> + Clone,
    name: impl Fn(A, B) -> String,
) -> Vec<String> {
    let of = |a: A| b.clone().into_iter().map(|b| name(a, b)).collect::<Vec<_>>();
    a.into_iter().flat_map(of).collect()
}

fn owned<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).into()
}

fn file() -> Vec<String> {
    let kinds = ["gray", "colour", "gray with alpha", "colour with alpha"];
    [
        (8..=16).map(|depth| format!("{depth} bits a sample")).collect(),
        pairs(kinds, LOSSES, |kind, loss| format!("{kind}, {loss}")),
        pairs(["one tile", "several tiles"], LOSSES, |tiles, loss| format!("{tiles}, {loss}")),
        owned(["tiles of 512", "tiles of 1024", "section of an unknown type"]),
        Orientation::ALL.iter().map(|orientation| format!("orientation {}", orientation.to_exif())).collect(),
        (1..FIRST_OTHER).map(|kind| format!("section {kind}")).collect(),
    ]
    .concat()
}

/// What is coded without loss: §13.
fn planes() -> Vec<String> {
    let cases = [
        "listed values",
        "one value",
        "run as long as expected",
        "run that ends early",
        "no run where one is expected",
        "number without mixing",
        "negative for want of room above",
        "positive for want of room below",
        "magnitude settled by its room",
        "class settled by its room",
        "symbol for upper bits",
        "magnitude beyond the symbols",
    ];
    [
        pairs(0..3, 0..3, |plane, model| format!("lossless: model {model} of plane {plane}")),
        (0..3).map(|model| format!("alpha: model {model} of plane 0")).collect(),
        (0..4).map(|transform| format!("lossless: transform {transform}")).collect(),
        pairs(["lossless", "alpha"], cases, |what, case| format!("{what}: {case}")),
        // Alpha has 16 bits, and no transform makes them 17.
        owned(["lossless: class of 2^16 and more"]),
    ]
    .concat()
}

fn header() -> Vec<String> {
    let matrices = ["curve above 0", "curve below 0", "not flat"];
    let contents = ["a screen", "no screen"];
    let kinds = pairs(["gray", "4:2:0", "4:4:4"], ["mixed", "fast"], |chroma, profile| format!("{chroma}, {profile}"));
    let kinds = pairs(kinds.iter(), QUANTISERS, |kind, quantiser| format!("{kind}, {quantiser}"));
    let inside = |depth| PictureHeader { depth, ..PictureHeader::blank() }.internal_depth();
    [
        pairs(kinds.iter(), contents, |kind, content| format!("{kind}, {content}")),
        (8..=16).map(|depth| format!("{} bits a sample inside", inside(depth))).collect(),
        QUANTISERS.map(|quantiser| format!("shrink with the {quantiser} quantiser")).into(),
        pairs(CHANNELS, matrices, |channel, case| format!("{channel} matrix: {case}")),
        owned(["cells of 16", "cells of 32"]),
        (0..4).map(|resolution| format!("offsets of resolution {resolution}")).collect(),
        pairs(CHANNELS, ["", ", sharpness above 0"], |channel, case| format!("{channel} deblocked{case}")),
    ]
    .concat()
}

/// What all blocks have.
fn blocks() -> Vec<String> {
    let splits = [Split::Quad, Split::H2, Split::V2, Split::H3, Split::V3, Split::H4, Split::V4];
    let sides = [4, 8, 16, 32, 64];
    let sizes = sides.iter().flat_map(|w| sides.iter().map(move |h| (w, h)));
    let sizes: Vec<_> = sizes.filter(|&(w, h)| w <= &(4 * h) && h <= &(4 * w)).collect();
    [
        pairs(context_groups(), 0..2, |(group, ..), bin| format!("a bin of {group} that is {bin}")),
        owned(["shared tree", "sixteen recent colours", "four recent vectors"]),
        pairs(CHANNELS, splits, |channel, split| format!("{channel} split {split:?}")),
        pairs(CHANNELS, sizes, |channel, (w, h)| format!("{channel} block {w}x{h}")),
        pairs(CHANNELS, [0, 447], |channel, limit| format!("{channel} QP limited to {limit}")),
        pairs(CHANNELS, LARGE, |channel, (_, least)| format!("{channel} level of {least} and more")),
    ]
    .concat()
}

fn luma() -> Vec<String> {
    [
        IntraMode::all().map(|mode| format!("luma mode {}", mode.number())).collect(),
        owned(["luma copy"]),
        (1..=MAX_COLOURS).map(|colours| format!("palette of {colours}")).collect(),
        LINES[1..].iter().map(|back| format!("references {back} further back")).collect(),
    ]
    .concat()
}

fn chroma() -> Vec<String> {
    let modes = [
        "copy",
        "derived",
        "fitted to both sides",
        "fitted above",
        "fitted to the left",
        "quadratic",
        "quadratic from above",
        "quadratic from the left",
        "with slopes",
    ];
    [
        CHROMA_OWN.map(|mode| format!("chroma mode {}", mode.number())).into(),
        pairs(modes, SUBSAMPLINGS, |mode, sampling| format!("chroma {mode} at {sampling}")),
    ]
    .concat()
}

fn transforms() -> Vec<String> {
    let bases = ["DCT-II", "DST-VII"];
    let quantisers = ["scalars", "the trellis"];
    [
        pairs(bases, bases, |down, across| format!("luma transform {down} down, {across} across")),
        owned(["chroma transform DCT-II down, DCT-II across"]),
        pairs(CHANNELS, quantisers, |channel, quantiser| {
            format!("{channel} without a transform in a picture of {quantiser}")
        }),
    ]
    .concat()
}

fn filters() -> Vec<String> {
    let cases = ["of plane 0", "of plane 1", "of plane 2", "limited to 0", "limited to the largest sample"];
    pairs(["deblocking", "classified filter"], cases, |filter, case| format!("{filter} {case}"))
}
