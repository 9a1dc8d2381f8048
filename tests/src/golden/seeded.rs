//! Golden streams that seeds make: what no encoder chooses, or seldom.

use super::Case;
use crate::seeded::Recipe;

fn case(name: &'static str, why: &'static str, seed: u64, recipe: Recipe) -> Case {
    let make = move || {
        let made = recipe.make(seed);
        assert_eq!(made.damage, None, "{name}");
        made.stream
    };
    Case { name, why, make: Box::new(make) }
}

/// A lossy picture of 8 bits without alpha, in one tile.
fn lossy(width: u32, height: u32) -> Recipe {
    let recipe = Recipe::new().size(width, height).set("lossless", 0).set("alpha", 0);
    recipe.set("depth", 0).set("gray", 0).set("orientation", 0).field("qp", 60..=300).dense()
}

/// Without subsampling, in the mixed profile.
fn full(width: u32, height: u32) -> Recipe {
    lossy(width, height).set("subsampled", 0).set("mixed", 1)
}

/// A gray picture.
fn gray(width: u32, height: u32) -> Recipe {
    lossy(width, height).set("gray", 1)
}

/// A lossless picture.
fn lossless(width: u32, height: u32) -> Recipe {
    let recipe = Recipe::new().size(width, height).set("lossless", 1).set("orientation", 0);
    recipe.set("alpha", 0).set("gray", 0)
}

/// What they are made of.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = lossy_cases();
    cases.extend(extreme_cases());
    cases.extend(screen_cases());
    cases.extend(depth_cases());
    cases.extend(other_cases());
    cases.extend(lossless_cases());
    cases
}

/// Subsampling, profiles and quantisers.
fn lossy_cases() -> Vec<Case> {
    vec![
        case(
            "seeded-444",
            "any blocks at 4:4:4: shared and own trees, cells of 16",
            1,
            full(96, 72).set("screen", 0).set("quantiser", 0).set("adaptive", 1).set("small_cells", 1),
        ),
        case(
            "seeded-444-trellis",
            "the same with a trellis, shrink, and offsets of 8 steps",
            2,
            full(80, 72)
                .set("screen", 0)
                .set("quantiser", 1)
                .set("adaptive", 1)
                .set("small_cells", 0)
                .set("resolution", 3),
        ),
        case(
            "seeded-420",
            "any blocks at 4:2:0, an odd size, offsets of 2 steps",
            3,
            lossy(93, 71)
                .set("subsampled", 1)
                .set("mixed", 1)
                .set("screen", 0)
                .set("quantiser", 0)
                .set("adaptive", 1)
                .set("resolution", 1),
        ),
        case(
            "seeded-420-fast-trellis",
            "the fast profile with a trellis at 4:2:0, offsets of 4 steps",
            4,
            lossy(90, 66)
                .set("subsampled", 1)
                .set("mixed", 0)
                .set("screen", 0)
                .set("quantiser", 1)
                .set("adaptive", 1)
                .set("resolution", 2),
        ),
        case(
            "seeded-gray-fast",
            "a gray picture in the fast profile, curves below 0",
            5,
            gray(80, 60).set("mixed", 0).set("screen", 0).set("quantiser", 0).field("curve", 0..=4),
        ),
    ]
}

/// Limits of quantisers and filters, and several tiles.
fn extreme_cases() -> Vec<Case> {
    vec![
        case(
            "seeded-fine",
            "the finest steps: QPs limited to 0, large levels",
            6,
            full(80, 64)
                .set("screen", 0)
                .field("qp", 0..=6)
                .set("adaptive", 1)
                .set("resolution", 3)
                .field("cb_qp", 0..=20)
                .field("cr_qp", 0..=20)
                .bins("OFFSET_SIGN", 85)
                .large_levels(),
        ),
        case(
            "seeded-coarse",
            "the coarsest steps: QPs limited to 447, the filters at their limits, curves above 0",
            7,
            full(96, 64)
                .set("screen", 0)
                .field("qp", 446..=447)
                .set("adaptive", 1)
                .set("resolution", 3)
                .field("cb_qp", 90..=127)
                .field("cr_qp", 90..=127)
                .field("curve", 12..=15)
                .field("strength", 10..=15)
                .set("filter", 7)
                .bins("OFFSET_SIGN", 15),
        ),
        case(
            "seeded-tiles-alpha",
            "two tiles with alpha, turned",
            8,
            lossy(530, 20)
                .set("subsampled", 0)
                .set("small_tiles", 1)
                .set("alpha", 1)
                .set("orientation", 6)
                .set("screen", 0),
        ),
    ]
}

fn screen_cases() -> Vec<Case> {
    let screen = |recipe: Recipe| recipe.set("screen", 1).bins("COPY", 35).bins("PALETTE", 45);
    vec![
        case(
            "seeded-screen-444",
            "copies, palettes of 1 to 8 colours, further lines, no transform, scalar",
            9,
            screen(full(96, 72)).set("quantiser", 0).bins("LINE", 60).bins("IDENTITY", 50),
        ),
        case(
            "seeded-screen-444-trellis",
            "the same with a trellis",
            10,
            screen(full(96, 72)).set("quantiser", 1).bins("LINE", 60).bins("IDENTITY", 50),
        ),
        case(
            "seeded-screen-420",
            "copies of chroma at 4:2:0",
            11,
            screen(lossy(110, 70))
                .set("subsampled", 1)
                .set("mixed", 1)
                .bins("COPY", 60)
                .bins("CHROMA_CROSS", 15)
                .bins("CHROMA_DERIVED", 85),
        ),
        case(
            "seeded-screen-420-fast-trellis",
            "the same in the fast profile with a trellis",
            12,
            screen(lossy(75, 75))
                .set("subsampled", 1)
                .set("mixed", 0)
                .set("quantiser", 1)
                .bins("COPY", 60)
                .bins("CHROMA_CROSS", 15)
                .bins("CHROMA_DERIVED", 85),
        ),
        case(
            "seeded-screen-gray",
            "palettes one after the other: sixteen recent colours",
            13,
            screen(gray(80, 80)).set("mixed", 1).bins("COPY", 10).bins("PALETTE", 80),
        ),
    ]
}

fn depth_cases() -> Vec<Case> {
    let deep = |bits: u32, recipe: Recipe| recipe.set("depth", bits - 8);
    vec![
        case(
            "seeded-9-bits",
            "9 bits a sample, 11 inside",
            14,
            deep(9, full(56, 40).set("screen", 0)).set("orientation", 1),
        ),
        case(
            "seeded-11-bits",
            "11 bits a sample, 13 inside, a screen",
            15,
            deep(11, full(56, 48).set("screen", 1)).set("orientation", 2),
        ),
        case(
            "seeded-13-bits",
            "13 bits a sample, 14 inside",
            16,
            deep(13, lossy(50, 40).set("subsampled", 1)).set("orientation", 4),
        ),
        case("seeded-14-bits", "14 bits a sample and inside", 17, deep(14, full(50, 40)).set("orientation", 7)),
        case("seeded-15-bits", "15 bits a sample, 14 inside, gray with alpha", 18, {
            deep(15, gray(50, 40)).set("alpha", 1)
        }),
        case("seeded-16-bits-coarse", "16 bits a sample, the filters at their limits", 19, {
            deep(16, full(64, 48)).field("qp", 400..=447).field("strength", 10..=15).set("filter", 7)
        }),
    ]
}

/// The profiles, quantisers and contents that no other case puts together.
fn other_cases() -> Vec<Case> {
    let of = |chroma: u32, mixed: u32, quantiser: u32, screen: u32| {
        let recipe = if chroma == 0 { gray(64, 64) } else { lossy(64, 40).set("subsampled", chroma - 1) };
        recipe.set("mixed", mixed).set("quantiser", quantiser).set("screen", screen)
    };
    vec![
        case("seeded-screen-444-fast", "a screen in the fast profile", 31, of(1, 0, 0, 1)),
        case("seeded-screen-444-fast-trellis", "the same with a trellis", 32, of(1, 0, 1, 1)),
        case("seeded-screen-420-fast", "the same at 4:2:0, scalar", 33, of(2, 0, 0, 1)),
        case("seeded-screen-420-trellis", "the mixed profile at 4:2:0, a screen and a trellis", 34, of(2, 1, 1, 1)),
        case("seeded-gray-fast-trellis", "gray, the fast profile with a trellis", 35, of(0, 0, 1, 0)),
        case("seeded-screen-gray-fast", "the same of a screen, scalar", 36, of(0, 0, 0, 1)),
        case("seeded-screen-gray-fast-trellis", "the same with a trellis", 37, of(0, 0, 1, 1)),
        case("seeded-gray-trellis", "gray, the mixed profile with a trellis", 38, of(0, 1, 1, 0)),
    ]
}

fn lossless_cases() -> Vec<Case> {
    let of = |transform: u32, model: u32, recipe: Recipe| recipe.set("transform", transform).set("model", model);
    vec![
        case(
            "seeded-lossless-green",
            "lossless: red and blue less green, models of any kind",
            20,
            lossless(40, 30).set("transform", 1),
        ),
        case(
            "seeded-lossless-ycocg",
            "lossless: YCoCg-R, 16 bits, all bins mixed",
            21,
            of(2, 1, lossless(24, 20)).set("depth", 8),
        ),
        case(
            "seeded-lossless-palette",
            "lossless: a palette, modelled as a drawing",
            22,
            of(3, 2, lossless(60, 40)).set("depth", 0).set("samples", 1),
        ),
        case(
            "seeded-lossless-listed",
            "lossless: lists of the values that occur",
            23,
            lossless(40, 30).set("transform", 0).set("listed", 1).set("depth", 4).set("samples", 1),
        ),
        case(
            "seeded-lossless-gray-alpha",
            "lossless: gray with alpha",
            24,
            lossless(40, 30).set("gray", 1).set("alpha", 1).set("depth", 2),
        ),
        case(
            "seeded-lossless-tiles",
            "lossless: three tiles with alpha, turned",
            25,
            lossless(1030, 3)
                .set("samples", 2)
                .set("small_tiles", 1)
                .set("alpha", 1)
                .set("orientation", 3)
                .set("depth", 0),
        ),
        case(
            "seeded-lossless-photograph",
            "lossless: wide ranges, noise without mixing",
            26,
            of(1, 0, lossless(40, 30)).set("depth", 0).set("samples", 2),
        ),
        case(
            "seeded-lossless-flat",
            "lossless: planes of one value",
            27,
            lossless(20, 10).set("transform", 0).set("samples", 0).set("margin", 0),
        ),
        case(
            "seeded-lossless-jumps",
            "lossless: flat parts with jumps that no symbol has, 16 bits",
            28,
            of(0, 0, lossless(40, 30)).set("depth", 8).set("samples", 1),
        ),
        case(
            "seeded-lossless-far",
            "lossless: residuals of 17 bits, modelled as a drawing",
            29,
            of(2, 2, lossless(24, 20)).set("depth", 8).set("samples", 3),
        ),
    ]
}
