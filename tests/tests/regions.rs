//! Regions: the same pixels as in the whole picture, from the tiles that they need.

use kvant::bench_api::SplitMix64;
use kvant::{Chroma, Content, DecodeError, Decoder, DecoderOptions, Image, PixelFormat, TileSize};
use kvant_tests::check::{config, encode};
use kvant_tests::pictures::{crop, mirrored, testdata, with_depth};
use kvant_tests::synth::{Kind, picture};

fn stream(picture: &Image, quality: f32, chroma: Chroma, lossless: bool) -> Vec<u8> {
    let config =
        config(quality, 2, chroma).with_tile_size(TileSize::T512).with_lossless(lossless).with_content(Content::Photo);
    encode(picture, &config).stream
}

fn photo() -> Image {
    mirrored(&testdata("astronaut.png"), 1060, 570)
}

/// Streams of several tiles, and what they are. Tiles without loss are small: they take longest.
fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let photo = photo();
    let alpha = picture(Kind::Screen, 570, 70, PixelFormat::Rgba8, 3);
    let deep = with_depth(&picture(Kind::Screen, 530, 540, PixelFormat::GrayAlpha16, 4), 12);
    vec![
        ("4:4:4", stream(&photo, 30.0, Chroma::Yuv444, false)),
        ("4:2:0", stream(&photo, 10.0, Chroma::Yuv420, false)),
        ("alpha", stream(&alpha, 50.0, Chroma::Yuv420, false)),
        ("12 bits", stream(&deep, 50.0, Chroma::Yuv444, false)),
        ("lossless", stream(&alpha, 50.0, Chroma::Yuv444, true)),
    ]
}

/// What stops a decoder that hands out rows: its own errors, and ours.
#[derive(Debug, PartialEq)]
enum Stop {
    Fault(DecodeError),
    Enough(u32),
}

impl From<DecodeError> for Stop {
    fn from(fault: DecodeError) -> Self {
        Self::Fault(fault)
    }
}

#[test]
fn rows_one_after_the_other_are_the_whole_picture() {
    let one_tile = stream(&mirrored(&testdata("coffee.png"), 300, 210), 60.0, Chroma::Yuv420, false);
    for (what, stream) in streams().into_iter().chain([("one tile", one_tile)]) {
        for threads in [1, 3] {
            let options = DecoderOptions { threads, ..DecoderOptions::default() };
            let decoder = Decoder::with_options(&stream, options).expect("an intact stream");
            let whole = decoder.decode().expect("an intact stream");
            let (mut next, mut pixels) = (0, Vec::new());
            let ended = decoder.decode_rows(|y, rows| {
                assert_eq!((y, rows.width(), rows.depth()), (next, whole.width(), whole.depth()), "{what}");
                next += rows.height();
                (0..rows.height()).for_each(|y| pixels.extend_from_slice(rows.row(y)));
                Ok::<_, Stop>(())
            });
            assert_eq!(ended, Ok(()), "{what}");
            assert!(pixels == whole.data(), "{what} on {threads} threads");
            let ended = decoder.decode_rows(|y, _| Err(Stop::Enough(y)));
            assert_eq!(ended, Err(Stop::Enough(0)), "{what} on {threads} threads");
        }
        let cut = Decoder::new(&stream[..stream.len() - 9]).expect("an intact header");
        let ended = cut.decode_rows(|_, _| Ok::<_, Stop>(()));
        assert_eq!(ended, Err(Stop::Fault(cut.decode().expect_err("cut off"))), "{what}");
    }
}

#[test]
fn regions_are_cut_out_of_the_whole_picture() {
    let mut random = SplitMix64::new(1);
    for (what, stream) in streams() {
        let decoder = Decoder::new(&stream).expect("an intact stream");
        let whole = decoder.decode().expect("an intact stream");
        let (width, height) = (whole.width(), whole.height());
        let mut regions = vec![(0, 0, width, height), (512, 0, 1, height), (width - 1, height - 1, 1, 1)];
        // At the edges of tiles and beside them, where filters reach over.
        let beside = [
            (511, 511, 2, 2),
            (511, 30, 2, 2),
            (488, 512, 40, 3),
            (400, 487, 112, 2),
            (0, 536, 512, 1),
            (0, 520, 512, 9),
        ];
        regions.extend(beside.into_iter().filter(|&(x, y, w, h)| x + w <= width && y + h <= height));
        for _ in 0..12 {
            let (x, y) = (random.below(width as usize) as u32, random.below(height as usize) as u32);
            let side =
                |from: u32, all: u32, random: &mut SplitMix64| 1 + random.below((all - from).min(300) as usize) as u32;
            let (w, h) = (side(x, width, &mut random), side(y, height, &mut random));
            regions.push((x, y, w, h));
        }
        for (x, y, w, h) in regions {
            let found = decoder.decode_region(x, y, w, h).expect("a region of the picture");
            let expected = crop(&whole, (x, y), (w, h));
            assert!(found.data() == expected.data() && found.depth() == whole.depth(), "{what}: {w}x{h}+{x}+{y}");
        }
    }
}

#[test]
fn tiles_outside_are_not_touched() {
    let mut stream = stream(&photo(), 30.0, Chroma::Yuv444, false);
    let whole = kvant::decode(&stream).expect("an intact stream");
    // The last tile's data.
    let at = stream.len() - 100;
    stream[at] ^= 1;
    let decoder = Decoder::new(&stream).expect("an intact header");
    assert!(decoder.decode().is_err());
    let region = decoder.decode_region(10, 20, 400, 300).expect("other tiles are intact");
    assert!(region.data() == crop(&whole, (10, 20), (400, 300)).data());
    assert!(decoder.decode_region(1030, 530, 30, 30).is_err());
}

#[test]
fn regions_outside_are_refused() {
    let stream = encode(&crop(&testdata("chelsea.png"), (0, 0), (40, 30)), &config(50.0, 1, Chroma::Yuv444)).stream;
    let decoder = Decoder::new(&stream).expect("an intact stream");
    for (x, y, width, height) in [(0, 0, 0, 5), (0, 0, 5, 0), (36, 0, 5, 5), (0, 26, 5, 5), (u32::MAX, 0, 2, 2)] {
        let expected = DecodeError::Region { x, y, width, height, all_width: 40, all_height: 30 };
        assert_eq!(decoder.decode_region(x, y, width, height), Err(expected));
    }
}
