//! Settings out of range are refused by name; observers follow an encode and can end it.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use kvant::{
    Chroma, ConfigError, Content, EncodeError, Encoder, EncoderConfig, Image, Observer, PixelFormat, TileSize,
};
use kvant_tests::check::{config, encode};
use kvant_tests::pictures::{crop, mirrored, testdata};
use kvant_tests::synth::{self, Kind};

fn error_of(quality: f32, effort: u8) -> Option<ConfigError> {
    Encoder::new(EncoderConfig::default().with_quality(quality).with_effort(effort)).err()
}

#[test]
fn quality_and_effort_out_of_range_are_refused() {
    assert_eq!(error_of(-0.5, 5), Some(ConfigError::Quality(-0.5)));
    assert_eq!(error_of(100.5, 5), Some(ConfigError::Quality(100.5)));
    assert!(matches!(error_of(f32::NAN, 5), Some(ConfigError::Quality(q)) if q.is_nan()));
    assert_eq!(error_of(80.0, 0), Some(ConfigError::Effort(0)));
    assert_eq!(error_of(80.0, 10), Some(ConfigError::Effort(10)));
    assert_eq!(error_of(0.0, 1), None);
    assert_eq!(error_of(100.0, 9), None);
}

#[test]
fn screens_are_told_from_photographs_and_get_smaller() {
    let size = |picture: &Image, content| {
        let config = config(60.0, 3, Chroma::Yuv444).with_content(content);
        encode(picture, &config).stream.len()
    };
    let photo = crop(&testdata("chelsea.png"), (130, 60), (160, 120));
    assert_eq!(size(&photo, Content::Auto), size(&photo, Content::Photo));
    let screen = synth::picture(Kind::Text, 160, 120, PixelFormat::Rgb8, 1);
    assert_eq!(size(&screen, Content::Auto), size(&screen, Content::Screen));
    assert!(2 * size(&screen, Content::Screen) < size(&screen, Content::Photo));
}

/// Several tiles, for several calls from several threads.
fn picture() -> Image {
    mirrored(&testdata("coffee.png"), 1040, 300)
}

fn quick(threads: usize) -> EncoderConfig {
    config(30.0, 1, Chroma::Yuv420).with_tile_size(TileSize::T512).with_threads(threads)
}

#[derive(Default)]
struct Recorder(Mutex<Vec<(u64, u64)>>);

impl Observer for Recorder {
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()> {
        self.0.lock().expect("no panic elsewhere").push((done, total));
        ControlFlow::Continue(())
    }
}

#[test]
fn progress_counts_up_to_the_pixels_of_the_picture() {
    let picture = picture();
    for threads in [1, 2] {
        let recorder = Recorder::default();
        let encoder = Encoder::new(quick(threads)).expect("valid settings");
        let encoded = encoder.with_observer(&recorder).encode_full(&picture.view()).expect("nobody cancels");
        let calls = recorder.0.into_inner().expect("no panic elsewhere");
        assert!(calls.len() > 1, "{} calls", calls.len());
        assert!(calls.iter().all(|&(done, total)| done <= total && total == 1040 * 300), "{calls:?}");
        assert!(threads > 1 || calls.is_sorted(), "{calls:?}");
        assert!(encoded.stream == encode(&picture, &quick(threads)).stream, "watching changes the bytes");
    }
}

/// Ends the encode at the given call.
struct EndAt(AtomicU64);

impl Observer for EndAt {
    fn progress(&self, _: u64, _: u64) -> ControlFlow<()> {
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        if left.is_ok_and(|left| left > 1) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

#[test]
fn an_observer_ends_the_encode() {
    // Several tiles, and one that all threads are on.
    let pictures = [picture(), mirrored(&testdata("coffee.png"), 300, 500)];
    for (threads, call) in [1, 2, 3].into_iter().flat_map(|threads| (1..8).map(move |call| (threads, call))) {
        for picture in &pictures {
            let encoder = Encoder::new(quick(threads)).expect("valid settings");
            let result = encoder.with_observer(&EndAt(AtomicU64::new(call))).encode_full(&picture.view());
            assert_eq!(result.err(), Some(EncodeError::Cancelled), "{threads} threads, ended at call {call}");
        }
    }
}

/// Ends the encode at the given call, and counts those after it.
struct Impatient {
    end: usize,
    calls: AtomicUsize,
}

impl Observer for Impatient {
    fn progress(&self, _: u64, _: u64) -> ControlFlow<()> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if call < self.end { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

#[test]
fn alpha_and_lossless_planes_are_progress_and_stop_when_asked_to() {
    let picture = synth::picture(Kind::Noise, 560, 90, PixelFormat::Rgba8, 3);
    for lossless in [false, true] {
        let encoder = Encoder::new(quick(1).with_lossless(lossless)).expect("valid settings");
        let recorder = Recorder::default();
        encoder.clone().with_observer(&recorder).encode_full(&picture.view()).expect("nobody cancels");
        let calls = recorder.0.into_inner().expect("no panic elsewhere");
        assert!(calls.is_sorted() && calls.len() > 2 * 90 && calls.last() == Some(&(560 * 90, 560 * 90)), "{calls:?}");
        // Alpha comes first where colours are lossy, and counts for half.
        let whole = calls.iter().position(|c| c.0 == 512 * 90 / 2);
        assert!(lossless || whole.is_some_and(|at| at >= 90 && at < calls.len() - 90), "{calls:?}");
        for end in [1, 20, 89] {
            let observer = Impatient { end, calls: AtomicUsize::new(0) };
            let result = encoder.clone().with_observer(&observer).encode_full(&picture.view());
            assert_eq!(result.err(), Some(EncodeError::Cancelled), "lossless: {lossless}, call {end}");
            let more = observer.calls.into_inner() - end;
            assert!(more < 20, "lossless: {lossless}, call {end}: {more} calls more");
        }
    }
}

#[test]
fn a_lossless_photograph_tells_how_far_it_is_along_the_way() {
    let picture = crop(&testdata("astronaut.png"), (100, 60), (160, 120));
    let recorder = Recorder::default();
    let encoder = Encoder::new(quick(1).with_lossless(true)).expect("valid settings");
    encoder.with_observer(&recorder).encode(&picture.view()).expect("nobody cancels");
    let mut told: Vec<u64> = recorder.0.into_inner().expect("no panic elsewhere").iter().map(|c| c.0).collect();
    told.dedup();
    assert!(told.is_sorted() && told.len() > 3 * 100 && told.last() == Some(&(160 * 120)), "{told:?}");
    // No step is as long as ten rows.
    assert!(told.windows(2).all(|pair| pair[1] - pair[0] <= 10 * 160), "{told:?}");
}

#[test]
fn a_preview_stops_when_asked_to() {
    let config = quick(1).with_preview(true);
    let observer = Impatient { end: 1, calls: AtomicUsize::new(0) };
    let result = Encoder::new(config).expect("valid settings").with_observer(&observer).encode_full(&picture().view());
    assert_eq!(result.err(), Some(EncodeError::Cancelled));
}
