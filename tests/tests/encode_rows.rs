//! Pictures whose rows are read as they are needed are coded as those in memory are.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use kvant::{
    Chroma, Content, EncodeError, Encoder, EncoderConfig, Image, ImageError, ImageSpec, Metadata, Observer,
    Orientation, PixelFormat, TileSize,
};
use kvant_tests::check::config;
use kvant_tests::pictures::{from_fn, mirrored, testdata, with_depth};
use kvant_tests::synth::{self, Kind};

/// `picture` coded from its rows, and the numbers of rows that were asked for.
fn from_rows(picture: &Image, spec: &ImageSpec<'_>, config: &EncoderConfig) -> (Vec<u8>, Vec<(u32, u32)>) {
    let (view, mut asked) = (picture.view(), Vec::new());
    let encoder = Encoder::new(config.clone()).unwrap();
    let stream = encoder.encode_rows(spec, |first, rows| {
        asked.push((first, rows.height()));
        (0..rows.height()).for_each(|y| rows.row_mut(y).copy_from_slice(view.row(first + y)));
        Ok::<_, EncodeError>(())
    });
    (stream.unwrap().bytes, asked)
}

fn spec(picture: &Image) -> ImageSpec<'static> {
    ImageSpec::new(picture.width(), picture.height(), picture.format()).unwrap().with_depth(picture.depth()).unwrap()
}

/// That rows and the whole give the same stream, and how often each row was asked for.
fn same(picture: &Image, config: &EncoderConfig) -> usize {
    let (stream, asked) = from_rows(picture, &spec(picture), config);
    let whole = Encoder::new(config.clone()).unwrap().encode(&picture.view()).unwrap();
    assert!(stream == whole, "effort {}: {} bytes and {}", config.effort, stream.len(), whole.len());
    asked.iter().filter(|(first, _)| *first == 0).count()
}

/// Three tiles of 512 below one another, two side by side.
fn photograph() -> Image {
    mirrored(&testdata("chelsea.png"), 530, 1201)
}

fn small_tiles(quality: f32, effort: u8, chroma: Chroma) -> EncoderConfig {
    config(quality, effort, chroma).with_tile_size(TileSize::T512)
}

/// Without a try of what would be the same without loss.
fn lossy(config: EncoderConfig) -> EncoderConfig {
    config.with_parameter("graphics", 0.0)
}

#[test]
fn the_stream_is_that_of_the_picture_in_memory() {
    let picture = photograph();
    // To look and to code; thorough sketches look three times more.
    assert_eq!(same(&picture, &small_tiles(60.0, 1, Chroma::Yuv444)), 2);
    assert_eq!(same(&picture, &small_tiles(40.0, 3, Chroma::Yuv420)), 2);
    assert_eq!(same(&picture, &small_tiles(30.0, 6, Chroma::Yuv420)), 5);
    let threads = small_tiles(75.0, 4, Chroma::Yuv444).with_threads(3);
    assert_eq!(same(&picture, &threads), 2);
    let preview = small_tiles(50.0, 2, Chroma::Yuv444).with_preview(true);
    assert_eq!(same(&picture, &preview), 3);
    let screen = small_tiles(70.0, 1, Chroma::Yuv444).with_content(Content::Screen);
    assert_eq!(same(&picture, &lossy(screen)), 2);
}

#[test]
fn gray_deep_and_tiny_pictures_are_read_too() {
    let gray = mirrored(&testdata("camera.png"), 300, 1100);
    same(&gray, &config(55.0, 1, Chroma::Yuv444));
    let deep = with_depth(&synth::picture(Kind::Noise, 70, 1030, PixelFormat::Rgb16, 3), 12);
    same(&deep, &small_tiles(65.0, 3, Chroma::Yuv444));
    for (width, height) in [(1, 1), (3, 520), (9, 513)] {
        let picture = from_fn(width, height, PixelFormat::Rgb8, |x, y| [x as u8, (y / 3) as u8, (x * y) as u8]);
        same(&picture, &lossy(small_tiles(70.0, 2, Chroma::Yuv420)));
    }
}

#[test]
fn rows_are_asked_for_from_the_top_and_no_more_than_those_of_a_tile_at_a_time() {
    let (_, asked) = from_rows(&photograph(), &spec(&photograph()), &small_tiles(50.0, 1, Chroma::Yuv444));
    assert_eq!(asked, [(0, 512), (512, 512), (1024, 177)].repeat(2));
}

#[test]
fn pictures_with_alpha_and_lossless_ones_are_read_once() {
    let colour = mirrored(&testdata("coffee.png"), 70, 600);
    let rgba = colour.data().chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], p[0] ^ p[1]]).collect();
    let rgba = Image::from_data(rgba, 70, 600, PixelFormat::Rgba8, 8).unwrap();
    assert_eq!(same(&rgba, &small_tiles(60.0, 1, Chroma::Yuv444)), 1);
    let lossless = small_tiles(60.0, 1, Chroma::Yuv444).with_lossless(true);
    assert_eq!(same(&colour, &lossless), 1);
}

#[test]
fn metadata_come_along() {
    let picture = photograph();
    let metadata = Metadata::default().with_orientation(Orientation::Rotate90);
    let config = small_tiles(50.0, 1, Chroma::Yuv444).with_preview(true);
    let (stream, _) = from_rows(&picture, &spec(&picture).with_metadata(&metadata), &config);
    let whole = Encoder::new(config).unwrap().encode(&picture.view().with_metadata(&metadata)).unwrap();
    assert!(stream == whole);
}

/// What a caller's own reading may say.
#[derive(Debug, PartialEq)]
enum Failure {
    Torn(u32),
    Encoding(EncodeError),
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        Self::Encoding(error)
    }
}

#[test]
fn what_reading_says_ends_the_work_and_limits_and_cancelling_hold() {
    let picture = photograph();
    let encoder = Encoder::new(small_tiles(50.0, 1, Chroma::Yuv444)).unwrap();
    let torn = encoder.encode_rows(&spec(&picture), |first, _| match first {
        512 => Err(Failure::Torn(first)),
        _ => Ok(()),
    });
    assert_eq!(torn.unwrap_err(), Failure::Torn(512));
    struct Impatient(AtomicU64);
    impl Observer for Impatient {
        fn progress(&self, done: u64, total: u64) -> ControlFlow<()> {
            assert_eq!(total, 530 * 1201);
            self.0.fetch_max(done, Ordering::Relaxed);
            if done < total / 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }
    }
    let impatient = Impatient(AtomicU64::new(0));
    let cancelled = encoder.clone().with_observer(&impatient).encode_rows(&spec(&picture), |_, _| Ok::<_, Failure>(()));
    assert_eq!(cancelled.unwrap_err(), Failure::Encoding(EncodeError::Cancelled));
    assert!(impatient.0.into_inner() >= 530 * 1201 / 2);
    let wide = ImageSpec::new(1 << 20, 3, PixelFormat::Rgb8).unwrap();
    let refused = encoder.encode_rows(&wide, |_, _| Ok::<_, Failure>(()));
    assert!(matches!(refused.unwrap_err(), Failure::Encoding(EncodeError::Limit { .. })));
    assert_eq!(ImageSpec::new(0, 3, PixelFormat::Rgb8).unwrap_err(), ImageError::Dimensions { width: 0, height: 3 });
}
