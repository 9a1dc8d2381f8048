//! Streams that seeds make reach what no encoder chooses. They decode to the same pixels on any
//! number of threads and at any CPU level, and where a choice is forbidden the decoder says which.

use kvant::{CpuLevel, DecodeError, Decoder, DecoderOptions, Image};
use kvant_tests::campaign::every;
use kvant_tests::check::first_difference;
use kvant_tests::seeded::Recipe;

fn decode(stream: &[u8], threads: usize, cpu: CpuLevel) -> Result<Image, DecodeError> {
    let options = DecoderOptions { threads, cpu, ..DecoderOptions::default() };
    Decoder::with_options(stream, options)?.decode()
}

/// Decodes the stream of `seed` in all ways; its pixels, which all of them give.
fn agreed(recipe: &Recipe, seed: u64) -> Image {
    let made = recipe.make(seed);
    assert_eq!(made.damage, None, "seed {seed}");
    let plain = decode(&made.stream, 1, CpuLevel::Scalar).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    for (threads, cpu) in [(1, CpuLevel::detect()), (2, CpuLevel::detect())] {
        let other = decode(&made.stream, threads, cpu).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let differ = first_difference(&plain, &other);
        assert_eq!(differ, None, "seed {seed} with {threads} threads on {cpu:?}");
    }
    plain
}

#[test]
fn seeded_streams_decode_alike_on_all_threads_and_cpu_levels() {
    for seed in (0..2000).step_by(every(20)) {
        agreed(&Recipe::new(), seed);
    }
}

#[test]
fn seeded_screens_with_large_levels_decode_alike() {
    let recipe = Recipe::new().field("lossless", 0..=0).field("screen", 1..=1).large_levels();
    for seed in (0..1000).step_by(every(20)) {
        agreed(&recipe, seed);
    }
}

#[test]
fn seeded_pictures_of_several_tiles_decode_alike() {
    let recipe = Recipe::new().field("width", 500..=540).field("height", 0..=40).field("small_tiles", 1..=1);
    for seed in (0..300).step_by(every(20)) {
        agreed(&recipe, seed);
    }
}

#[test]
fn the_same_seed_makes_the_same_stream() {
    let [a, b, c] = [3, 3, 4].map(|seed| Recipe::new().make(seed).stream);
    assert!(a == b && a != c);
}

#[test]
fn what_is_forbidden_is_the_error_of_the_decoder() {
    let forbidden = [
        ("luma mode", 0),
        ("QP offset", 0),
        ("level", 0),
        ("Exp-Golomb prefix", 0),
        ("block vector", 1),
        ("class of a block vector", 1),
        ("block vector of chroma", 1),
    ];
    for (what, screen) in forbidden {
        let recipe = Recipe::new()
            .size(120, 100)
            .field("lossless", 0..=0)
            .field("gray", 0..=0)
            .field("adaptive", 1..=1)
            .field("screen", screen..=screen)
            .bins("OFFSET_MAGNITUDE", 90)
            .bins("CHROMA_DERIVED", 95)
            .large_levels()
            .forbidden(what);
        let damaged = (0..200).map(|seed| recipe.make(seed)).find(|made| made.damage.is_some());
        let damaged = damaged.unwrap_or_else(|| panic!("no stream has {what}"));
        let (found, value, limit) = damaged.damage.expect("damage");
        assert_eq!(found, what);
        for threads in [1, 2] {
            let error = decode(&damaged.stream, threads, CpuLevel::detect()).expect_err(what);
            assert_eq!(error, DecodeError::Corrupt { what, value, limit }, "{what}");
        }
    }
}
