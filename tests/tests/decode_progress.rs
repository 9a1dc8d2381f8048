//! How far a decode is: told to an observer, who can stop it.

use std::ops::ControlFlow;
use std::sync::Mutex;

use kvant::{
    Chroma, DecodeError, Decoder, DecoderOptions, EncoderConfig, Image, ImageViewMut, Observer, Scale, TileSize,
};
use kvant_tests::check::config;
use kvant_tests::pictures::{crop, mirrored, testdata};

/// Notes what it is told, and goes on until so many pixels are done.
struct Until {
    pixels: u64,
    told: Mutex<Vec<(u64, u64)>>,
}

impl Until {
    fn new(pixels: u64) -> Self {
        Self { pixels, told: Mutex::default() }
    }
}

impl Observer for Until {
    fn progress(&self, done: u64, total: u64) -> ControlFlow<()> {
        self.told.lock().expect("no panic").push((done, total));
        if done < self.pixels { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let coffee = mirrored(&testdata("coffee.png"), 700, 551);
    let stream = |picture: &Image, change: fn(EncoderConfig) -> EncoderConfig| {
        let config = config(40.0, 1, Chroma::Yuv420).with_tile_size(TileSize::T512);
        kvant::encode(&picture.view(), &change(config)).expect("valid settings")
    };
    vec![
        ("four tiles", stream(&coffee, |c| c)),
        ("one tile", stream(&crop(&coffee, (0, 0), (333, 410)), |c| c)),
        ("two lossless tiles", stream(&crop(&coffee, (0, 0), (560, 40)), |c| c.with_lossless(true))),
    ]
}

type Way = fn(&Decoder<'_>) -> Result<(), DecodeError>;

/// How many pixels a way decodes of a picture of these sides.
type Amount = fn(u32, u32) -> u64;

/// Ways to decode.
const WAYS: [(&str, Way, Amount); 6] = [
    ("whole", |decoder| decoder.decode().map(drop), all),
    ("into a buffer", |decoder| decoder.decode_into(&mut buffer(decoder).view_mut()), all),
    ("a region", |decoder| decoder.decode_region(300, 5, 33, 30).map(drop), |_, _| 33 * 30),
    ("rows", |decoder| decoder.decode_rows(|_, _| Ok(())), all),
    ("reduced", |decoder| decoder.decode_scaled(Scale::Quarter).map(drop), all),
    ("what there is", |decoder| decoder.decode_partial().map(drop), all),
];

fn all(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

fn buffer(decoder: &Decoder<'_>) -> Image {
    let info = decoder.info();
    Image::new(info.width, info.height, info.format).expect("a small picture")
}

#[test]
fn an_observer_hears_of_every_pixel_once_in_whatever_way_it_is_decoded() {
    for (what, stream) in streams() {
        for (way, decode, total) in WAYS {
            for threads in [1, 3] {
                let observer = Until::new(u64::MAX);
                let options = DecoderOptions::default().with_threads(threads);
                let decoder = Decoder::with_options(&stream, options).expect("intact").with_observer(&observer);
                assert_eq!(decode(&decoder), Ok(()), "{what}, {way}");
                let total = total(decoder.info().width, decoder.info().height);
                let told = observer.told.lock().expect("no panic");
                assert!(told.windows(2).all(|two| two[0].0 < two[1].0), "{what}, {way}: {told:?}");
                assert!(told.iter().all(|one| one.1 == total), "{what}, {way}: {told:?}");
                assert_eq!(told.last(), Some(&(total, total)), "{what}, {way}");
                assert!(total < 100_000 || told.len() > 5, "{what}, {way}: told {} times", told.len());
            }
        }
    }
}

#[test]
fn an_observer_stops_a_decode_and_is_asked_no_more() {
    for (what, stream) in streams() {
        for (way, decode, total) in WAYS {
            let (width, height) = Decoder::new(&stream).map(|d| (d.info().width, d.info().height)).expect("intact");
            let observer = Until::new(total(width, height) / 3);
            let decoder = Decoder::with_options(&stream, DecoderOptions::default().with_threads(2));
            let decoder = decoder.expect("intact").with_observer(&observer);
            assert_eq!(decode(&decoder), Err(DecodeError::Cancelled), "{what}, {way}");
            let told = observer.told.lock().expect("no panic");
            assert_eq!(told.iter().filter(|one| one.0 >= observer.pixels).count(), 1, "{what}, {way}: {told:?}");
        }
    }
}

#[test]
fn a_buffer_of_another_size_is_refused_before_the_observer_hears_anything() {
    let (_, stream) = &streams()[1];
    let observer = Until::new(0);
    let decoder = Decoder::new(stream).expect("intact").with_observer(&observer);
    let mut pixels = vec![0; 300];
    let mut small = ImageViewMut::new(&mut pixels, 10, 10, 30, decoder.info().format).expect("large enough");
    assert!(matches!(decoder.decode_into(&mut small), Err(DecodeError::Image(_))));
    assert!(observer.told.lock().expect("no panic").is_empty());
}
