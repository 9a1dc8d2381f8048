//! Every picture size from 1x1 to 67x67 survives the round trip, a superblock of 64 and an edge
//! beyond it: all of them in a campaign, day by day those with sides near powers of two and a third
//! of the others.

use std::ops::RangeInclusive;

use kvant::{Chroma, Image, TileSize};
use kvant_tests::campaign::every;
use kvant_tests::check::{config, describe, psnr, round_trip};
use kvant_tests::pictures::{crop, mirrored, testdata};

const LARGEST: u32 = 67;

/// Whether an edge at this side is near that of a block.
fn near_a_block(side: u32) -> bool {
    side < 10 || [16, 32, 64].iter().any(|&block| side.abs_diff(block) <= 1)
}

/// Round trips of crops of all widths and of these heights, the quality and the place in the
/// picture ever changing.
fn every_size(picture: &Image, chroma: Chroma, heights: RangeInclusive<u32>) {
    for height in heights {
        for width in 1..=LARGEST {
            let special = near_a_block(width) && near_a_block(height);
            if !special && !(width + height).is_multiple_of(every(3) as u32) {
                continue;
            }
            let place = (
                (width * 37 + height * 11) % (picture.width() - LARGEST),
                (height * 29) % (picture.height() - LARGEST),
            );
            let part = crop(picture, place, (width, height));
            let quality = 15 + (width * 5 + height * 11) % 81;
            let encoded = round_trip(&part, &config(quality as f32, 1, chroma));
            let psnr = psnr(&part, &encoded.reconstruction);
            assert!(psnr > 15.0, "{} at q {quality}: {psnr:.1} dB is no picture of the original", describe(&part));
        }
    }
}

// In parts, for the test runner to share among the cores.
const UPPER: RangeInclusive<u32> = 1..=47;
const LOWER: RangeInclusive<u32> = 48..=LARGEST;

#[test]
fn every_gray_size_up_to_height_47_survives() {
    every_size(&testdata("camera.png"), Chroma::Yuv444, UPPER);
}

#[test]
fn every_gray_size_from_height_48_survives() {
    every_size(&testdata("camera.png"), Chroma::Yuv444, LOWER);
}

#[test]
fn every_444_size_up_to_height_47_survives() {
    every_size(&testdata("chelsea.png"), Chroma::Yuv444, UPPER);
}

#[test]
fn every_444_size_from_height_48_survives() {
    every_size(&testdata("chelsea.png"), Chroma::Yuv444, LOWER);
}

#[test]
fn every_420_size_up_to_height_47_survives() {
    every_size(&testdata("chelsea.png"), Chroma::Yuv420, UPPER);
}

#[test]
fn every_420_size_from_height_48_survives() {
    every_size(&testdata("chelsea.png"), Chroma::Yuv420, LOWER);
}

#[test]
fn sizes_around_one_and_two_tiles_survive() {
    let gray = mirrored(&testdata("brick.png"), 1027, 1027);
    let colour = mirrored(&testdata("chelsea.png"), 1027, 1027);
    for side in [510, 511, 512, 513, 514, 520, 575, 576, 577, 1023, 1024, 1025, 1026] {
        for thin in [1, 5, 8] {
            for size in [(side, thin), (thin, side)] {
                let config = config(60.0, 1, Chroma::Yuv444).with_tile_size(TileSize::T512);
                round_trip(&crop(&gray, (0, 1), size), &config);
                round_trip(&crop(&colour, (1, 0), size), &config);
                let config = config.with_chroma(Chroma::Yuv420);
                round_trip(&crop(&colour, (1, 1), size), &config);
                let config = config.with_tile_size(TileSize::T1024);
                round_trip(&crop(&colour, (0, 1), size), &config);
            }
        }
    }
}
