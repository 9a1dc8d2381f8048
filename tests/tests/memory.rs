//! Decoding takes no more memory than `Limits::max_memory` allows. Alone in its binary: it measures
//! every allocation.

use std::cell::RefCell;

use kvant::bench_api::SplitMix64;
use kvant::{
    Chroma, Content, DecodeError, Decoder, DecoderOptions, EncoderConfig, Image, ImageInfo, ImageViewMut, Limits,
    PixelFormat, Profile, PushDecoder, Scale, TileSize,
};
use kvant_tests::campaign::every;
use kvant_tests::check::{config, encode};
use kvant_tests::damage::{LIMITS, overwrite, survive};
use kvant_tests::pictures::{crop, mirrored, testdata};
use kvant_tests::repaired;
use kvant_tests::synth::{Kind, picture};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What error values, thread handles and the like may take beside the accounted buffers.
const SLACK: usize = 256 << 10;

/// Bytes that `work` takes at its peak, beyond what was taken before.
fn peak_of<R>(work: impl FnOnce() -> R) -> (usize, R) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let result = work();
    (HEAP.peak_usage().saturating_sub(before), result)
}

type Way = fn(&[u8], DecoderOptions) -> Result<(), DecodeError>;

/// Ways to decode all of a picture.
const WAYS: [(&str, Way); 8] = [
    ("whole", |stream, options| Decoder::with_options(stream, options)?.decode().map(drop)),
    ("into a buffer", |stream, options| {
        let decoder = Decoder::with_options(stream, options)?;
        into_buffer(&decoder)
    }),
    ("as a region", |stream, options| {
        let decoder = Decoder::with_options(stream, options)?;
        let (width, height) = (decoder.info().width, decoder.info().height);
        decoder.decode_region(0, 0, width, height).map(drop)
    }),
    ("in part", |stream, options| Decoder::with_options(stream, options)?.decode_partial().map(drop)),
    ("pushed at once", |stream, options| {
        let mut decoder = PushDecoder::new(options);
        decoder.push(stream)?;
        decoder.finish().map(drop)
    }),
    ("pushed in pieces", |stream, options| {
        let mut decoder = PushDecoder::new(options);
        stream.chunks(700).try_for_each(|piece| decoder.push(piece))?;
        decoder.finish().map(drop)
    }),
    ("reduced", |stream, options| Decoder::with_options(stream, options)?.decode_scaled(Scale::Half).map(drop)),
    ("by rows", |stream, options| Decoder::with_options(stream, options)?.decode_rows(|_, _| Ok(()))),
];

/// Decodes into memory that is not counted: it is the caller's.
fn into_buffer(decoder: &Decoder<'_>) -> Result<(), DecodeError> {
    let ImageInfo { width, height, format, .. } = *decoder.info();
    BUFFER.with_borrow_mut(|buffer| {
        let stride = width as usize * format.bytes_per_pixel();
        decoder.decode_into(&mut ImageViewMut::new(buffer, width, height, stride, format).expect("it is large enough"))
    })
}

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 8 << 20]);
}

/// Streams of every kind that has buffers of its own.
fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let stream = |picture: &Image, change: fn(EncoderConfig) -> EncoderConfig| {
        let config = config(20.0, 1, Chroma::Yuv444).with_tile_size(TileSize::T512);
        encode(picture, &change(config)).stream
    };
    let smooth = |size: (u32, u32), format| picture(Kind::Gradient, size.0, size.1, format, 4);
    let coffee = mirrored(&testdata("coffee.png"), 530, 520);
    vec![
        ("four tiles", stream(&coffee, |c| c)),
        ("4:2:0, fast", stream(&coffee, |c| c.with_chroma(Chroma::Yuv420).with_profile(Profile::Fast))),
        ("with a preview", stream(&smooth((1100, 300), PixelFormat::Rgb8), |c| c.with_preview(true))),
        ("gray", stream(&smooth((300, 1000), PixelFormat::Gray16), |c| c)),
        ("a screen", stream(&smooth((600, 80), PixelFormat::Rgb8), |c| c.with_content(Content::Screen))),
        ("deep, with alpha", stream(&smooth((600, 200), PixelFormat::Rgba16), |c| c)),
        ("lossless", stream(&smooth((530, 200), PixelFormat::Rgba8), |c| c.with_lossless(true))),
        ("one tile", stream(&smooth((500, 200), PixelFormat::Rgb8), |c| c)),
    ]
}

// One test: others at the same time would count too.
#[test]
fn decoding_stays_within_max_memory_or_is_refused() {
    BUFFER.with_borrow_mut(|buffer| buffer.fill(1));
    for (what, stream) in streams() {
        let least = WAYS.map(|(way, decode)| needed(&format!("{what}, {way}"), &stream, decode));
        let [whole, into, region, partial, pushed, pieces, _, _] = least;
        // What one way accepts, all do.
        assert!(into <= whole && [region, partial, pushed, pieces].iter().all(|&n| n == whole), "{what}: {least:?}");
        for (way, decode) in [WAYS[0], WAYS[3], WAYS[4], WAYS[5]] {
            more_memory_is_used_within_its_limit(&format!("{what}, {way}"), &stream, whole, decode);
        }
    }
    damaged_streams();
}

fn within(max_memory: u64, threads: usize) -> DecoderOptions {
    DecoderOptions { limits: Limits { max_memory, ..Limits::default() }, threads, ..DecoderOptions::default() }
}

/// Bytes below which `decode` refuses; checks that it takes as many, and no more.
fn needed(what: &str, stream: &[u8], decode: Way) -> u64 {
    // No more than the stream itself, which decoders that keep it hold against the limit first.
    let refused = decode(stream, within(stream.len() as u64, 1));
    let Err(DecodeError::Limit { value, .. }) = refused else { panic!("{what}: {refused:?}") };
    assert!(decode(stream, within(value - 1, 3)).is_err(), "{what}");
    let (peak, result) = peak_of(|| decode(stream, within(value, 3)));
    assert_eq!(result, Ok(()), "{what}");
    let (peak, stated) = (peak as u64, value);
    assert!(peak <= stated + SLACK as u64, "{what}: {peak} bytes taken, {stated} stated");
    // What is stated counts with superblocks full of small blocks and levels, which these pictures
    // do not have.
    assert!(peak + SLACK as u64 / 2 >= stated * 3 / 4, "{what}: {peak} bytes taken, {stated} stated");
    value
}

fn more_memory_is_used_within_its_limit(what: &str, stream: &[u8], least: u64, decode: Way) {
    for (share, threads) in [(5, 2), (9, 3)] {
        let limit = least * share / 4;
        let (peak, result) = peak_of(|| decode(stream, within(limit, threads)));
        assert_eq!(result, Ok(()), "{what}");
        assert!(peak as u64 <= limit + SLACK as u64, "{what}: {peak} bytes taken, {limit} allowed");
    }
}

fn damaged_streams() {
    let picture = crop(&testdata("chelsea.png"), (200, 100), (40, 28));
    let stream = encode(&picture, &config(45.0, 3, Chroma::Yuv444)).stream;
    let mut random = SplitMix64::new(3);
    for round in 0..3000 / every(6) {
        // Most damage to the header, where sizes stand.
        let head = stream.len().min(if round % 4 == 0 { usize::MAX } else { 24 });
        let mut damaged = overwrite(&stream[..head], 1 + random.below(3), &mut random);
        damaged.extend_from_slice(&stream[head..]);
        let damaged = repaired(&damaged);
        let (peak, _) = peak_of(|| survive(&damaged, 1, &|| format!("round {round}")));
        assert!(peak <= LIMITS.max_memory as usize + SLACK, "{peak} bytes taken in round {round}: {damaged:02x?}");
    }
}
