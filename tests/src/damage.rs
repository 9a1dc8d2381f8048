//! Damaged streams, and what the decoder must make of them: an error or a picture, within the
//! limits, soon.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use kvant::{DecodeError, Decoder, DecoderOptions, Image, Limits, PushDecoder, Scale};

use kvant::bench_api::SplitMix64;

/// Limits that are tight enough for a damaged stream to do little work within them.
pub const LIMITS: Limits =
    Limits { max_pixels: 1 << 16, max_dimension: 1 << 12, max_memory: 64 << 20, max_metadata: 1 << 20 };

/// Far above what a picture within [`LIMITS`] takes, far below a hang.
const SOON: Duration = Duration::from_secs(10);

/// Decodes `stream` within [`LIMITS`] and panics, saying `what` it is, where the decoder panics,
/// breaks a limit or is slow.
pub fn survive(stream: &[u8], threads: usize, what: &dyn Fn() -> String) -> Result<Image, DecodeError> {
    let options = DecoderOptions { limits: LIMITS, threads, ..DecoderOptions::default() };
    let start = Instant::now();
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let decoder = Decoder::with_options(stream, options)?;
        // Whatever comes of it, and of what says little of pixels.
        let _ = (decoder.preview(), decoder.metadata(), decoder.intact_metadata());
        decoder.decode()
    }));
    let taken = start.elapsed();
    let Ok(result) = decoded else { panic!("the decoder panicked on {}: {stream:02x?}", what()) };
    assert!(taken < SOON, "the decoder took {taken:?} for {}: {stream:02x?}", what());
    match &result {
        Ok(picture) => {
            let pixels = u64::from(picture.width()) * u64::from(picture.height());
            assert!(pixels <= LIMITS.max_pixels, "{pixels} pixels came of {}", what());
        }
        Err(e) => assert!(!e.to_string().is_empty(), "{} gives an error without a message", what()),
    }
    result
}

/// Decodes what there is of `stream`, reduces it and decodes it while it comes, and panics, saying
/// `what` it is, where one of these panics or disagrees with decoding as a whole.
pub fn survive_in_pieces(stream: &[u8], what: &dyn Fn() -> String) {
    let whole = survive(stream, 1, what);
    let options = DecoderOptions { limits: LIMITS, ..DecoderOptions::default() };
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let decoder = Decoder::with_options(stream, options).ok()?;
        let scaled = decoder.decode_scaled(Scale::Quarter).is_ok();
        let partial = decoder.decode_partial();
        Some((scaled, partial))
    }));
    let Ok(found) = decoded else { panic!("decoding in part panicked on {}: {stream:02x?}", what()) };
    if let Some((scaled, partial)) = found {
        assert_eq!(scaled, whole.is_ok(), "{}", what());
        let intact = partial.ok().filter(|p| p.fault.is_none()).map(|p| p.image);
        assert!(intact.as_ref() == whole.as_ref().ok(), "{}", what());
    }
    let middle = stream.len() / 2;
    let halves = catch_unwind(AssertUnwindSafe(|| {
        let mut decoder = PushDecoder::new(options);
        // Whatever is known to be wrong, what there is of the picture is there.
        let _ = decoder.push(&stream[..middle]);
        (decoder.into_partial(), Decoder::with_options(&stream[..middle], options).and_then(|d| d.decode_partial()))
    }));
    let Ok((broken, cut)) = halves else { panic!("half of it panicked on {}: {stream:02x?}", what()) };
    assert!(broken == cut, "{}", what());
    let pushed = catch_unwind(AssertUnwindSafe(|| {
        let mut decoder = PushDecoder::new(options);
        decoder.push(&stream[..middle])?;
        decoder.push(&stream[middle..])?;
        decoder.finish()
    }));
    let Ok(pushed) = pushed else { panic!("decoding while it comes panicked on {}: {stream:02x?}", what()) };
    assert_eq!(pushed.ok(), whole.ok(), "{}", what());
}

/// `stream` with `count` bytes, at random places, replaced by random ones.
pub fn overwrite(stream: &[u8], count: usize, random: &mut SplitMix64) -> Vec<u8> {
    let mut damaged = stream.to_vec();
    for _ in 0..count {
        damaged[random.below(stream.len())] = random.next() as u8;
    }
    damaged
}
