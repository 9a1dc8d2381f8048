//! Decoding takes no more memory than `Limits::max_memory` allows. Alone in its binary: it measures every allocation.

use kvant::{Chroma, DecodeError, Decoder, DecoderOptions, Limits, PushDecoder, Scale, TileSize};
use kvant_tests::campaign::every;
use kvant_tests::check::{config, encode};
use kvant_tests::damage::{LIMITS, overwrite, survive};
use kvant_tests::pictures::{crop, mirrored, testdata};
use kvant_tests::repaired;
use kvant_tests::synth::Random;
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

#[test]
fn decoding_stays_within_max_memory_or_is_refused() {
    intact_streams();
    damaged_streams();
}

fn intact_streams() {
    let mut config = config(30.0, 1, Chroma::Yuv444);
    config.tile_size = TileSize::T512;
    let stream = encode(&mirrored(&testdata("coffee.png"), 900, 600), &config).stream;
    let mut decoded = 0;
    for max_memory in (16..=27).map(|log2| 1u64 << log2) {
        for threads in [1, 2] {
            let limits = Limits { max_memory, ..Limits::default() };
            let options = DecoderOptions { limits, threads, ..DecoderOptions::default() };
            let decode = || Decoder::with_options(&stream, options)?.decode().map(|_| ());
            let scaled = || Decoder::with_options(&stream, options)?.decode_scaled(Scale::Eighth).map(|_| ());
            let partial = || Decoder::with_options(&stream, options)?.decode_partial().map(|_| ());
            let pushed = || {
                let mut decoder = PushDecoder::new(options);
                stream.chunks(5000).try_for_each(|piece| decoder.push(piece))
            };
            let ways: [&dyn Fn() -> Result<(), DecodeError>; 4] = [&decode, &scaled, &partial, &pushed];
            for (way, work) in ways.into_iter().enumerate() {
                let (peak, result) = peak_of(work);
                assert!(peak <= max_memory as usize + SLACK, "{peak} bytes taken, {max_memory} allowed (way {way})");
                match result {
                    Ok(()) => decoded += 1,
                    Err(e) => assert!(matches!(e, DecodeError::Limit { .. }), "{e:?}"),
                }
            }
        }
    }
    assert!(decoded > 0, "a picture of half a megapixel needs more than 128 MiB");
}

fn damaged_streams() {
    let picture = crop(&testdata("chelsea.png"), (200, 100), (40, 28));
    let stream = encode(&picture, &config(45.0, 3, Chroma::Yuv444)).stream;
    let mut random = Random::new(3);
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
