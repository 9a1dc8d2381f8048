//! Pools of threads that are the caller's.

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use super::{Decoder, DecoderOptions, Partial};
use crate::{DecodeError, EncoderConfig, Image, ImageView, PixelFormat, TileSize};

/// A picture of `width` x `height` pixels, and of tiles of 512.
fn stream(width: u32, height: u32, format: PixelFormat) -> Vec<u8> {
    let stride = width as usize * format.bytes_per_pixel();
    let value = |i: usize| ((i % stride / 5) ^ (i / stride * i / 70_000)) as u8;
    let pixels: Vec<u8> = (0..height as usize * stride).map(value).collect();
    let view = ImageView::new(&pixels, width, height, stride, format).expect("a picture");
    let config = EncoderConfig { effort: 1, quality: 30.0, tile_size: TileSize::T512, ..EncoderConfig::default() };
    crate::encode(&view, &config).expect("a stream")
}

fn streams() -> Vec<Vec<u8>> {
    vec![stream(500, 500, PixelFormat::Rgb8), stream(600, 530, PixelFormat::Rgb8), stream(530, 300, PixelFormat::Rgba8)]
}

fn decode(stream: &[u8], threads: usize) -> Image {
    let options = DecoderOptions { threads, ..DecoderOptions::default() };
    Decoder::with_options(stream, options).and_then(|decoder| decoder.decode()).expect("an intact stream")
}

fn partial(stream: &[u8], threads: usize) -> Result<Partial, DecodeError> {
    let options = DecoderOptions { threads, ..DecoderOptions::default() };
    Decoder::with_options(stream, options).and_then(|decoder| decoder.decode_partial())
}

#[test]
fn pools_of_any_size_serve_one_decoder_or_many() {
    let streams = streams();
    let expected: Vec<Image> = streams.iter().map(|stream| decode(stream, 1)).collect();
    for threads in [1, 2, 3, 6] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        for (stream, expected) in streams.iter().zip(&expected) {
            assert!(pool.install(|| decode(stream, 0)) == *expected, "in a pool of {threads}");
        }
        let many =
            (0..12).into_par_iter().map(|i| decode(&streams[i % streams.len()], 0) == expected[i % streams.len()]);
        assert!(pool.install(|| many.all(|same| same)), "in a pool of {threads}");
    }
}

#[test]
fn a_tile_that_is_cut_off_gives_the_same_rows_on_any_number_of_threads() {
    for stream in streams() {
        for part in 1..8 {
            let cut = &stream[..stream.len() * part / 8];
            let expected = partial(cut, 1);
            for threads in [2, 3, 5] {
                assert!(partial(cut, threads) == expected, "{part} eighths on {threads} threads");
            }
        }
    }
}
