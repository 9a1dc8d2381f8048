//! Kvant, a lossy still-image codec: pictures to `.kvt` streams and back. The decoder is
//! integer-only and gives the same samples on every machine and any number of threads, and treats
//! its input as hostile.
//!
//! [`encode`] and [`decode`] do what is usual in a line. [`Encoder`] and [`Decoder`] take settings,
//! tell how far they are, and do the rest of what this page shows.
//!
//! # Depending on it
//!
//! ```toml
//! [dependencies]
//! kvant = { path = "../kvant/codec" }
//!
//! # Without optimisation it takes sixty times as long: have it in debug builds too.
//! [profile.dev.package.kvant]
//! opt-level = 3
//! ```
//!
//! | feature | what it adds |
//! |---|---|
//! | `image` | `interop`: the `image` crate reads and writes `.kvt` files; its pictures and ours are made of one another |
//! | `bench-api` | stages on their own, for this project's benchmarks and tests; not a stable interface |
//!
//! None is on by default. Nothing but Rust 1.89 is needed to build it.
//!
//! # Encoding
//!
//! A picture is bytes of one of the layouts of [`PixelFormat`], seen through an [`ImageView`].
//!
//! ```
//! use kvant::{Encoder, EncoderConfig, ImageView, PixelFormat};
//!
//! // Pixels may come from anywhere.
//! let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/chelsea.png"))?.to_rgb8();
//! let view = ImageView::packed(&photo, photo.width(), photo.height(), PixelFormat::Rgb8)?;
//!
//! // Quality is 0 to 100, effort 1 (fastest) to 9 (smallest).
//! let config = EncoderConfig::default().with_quality(70.0).with_effort(3);
//! let stream = Encoder::new(config)?.encode(&view)?;
//! assert!(stream.len() < photo.len() / 15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Samples of 9 to 16 bits are [`ImageView::from_u16`] and [`ImageView::with_depth`].
//! [`Encoder::encode_to`] writes into a file. [`Encoder::encode_rows`] reads pixels as they are
//! needed, and has few of them in memory at once; all of them where the picture has alpha or is to
//! be lossless.
//!
//! # Decoding
//!
//! ```
//! use kvant::{Decoder, DecoderOptions, ImageViewMut, Limits};
//!
//! let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/rgb444-q90.kvt");
//! let picture = kvant::decode(&std::fs::read(file)?)?;
//!
//! // With settings, and into a buffer that is there already.
//! let stream = std::fs::read(file)?;
//! let limits = Limits::default().with_max_pixels(50_000_000);
//! // 0 threads: as many as the machine has.
//! let options = DecoderOptions::default().with_threads(0).with_limits(limits);
//! let decoder = Decoder::with_options(&stream, options)?;
//! let (width, height, format) = (decoder.info().width, decoder.info().height, decoder.info().format);
//! let mut pixels = vec![0; width as usize * height as usize * format.bytes_per_pixel()];
//! decoder.decode_into(&mut ImageViewMut::packed(&mut pixels, width, height, format)?)?;
//! assert_eq!(pixels, picture.data());
//!
//! // A region takes the time of the tiles that it needs.
//! let region = decoder.decode_region(40, 20, 32, 16)?;
//! assert_eq!(region.view().row(0), &picture.view().row(20)[40 * 3..(40 + 32) * 3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`decode_reader`] reads from a file or a socket. [`Decoder::decode_scaled`] gives a smaller
//! picture, [`Decoder::decode_partial`] what there is of a damaged one.
//!
//! # Previews, and streams as they come
//!
//! ```
//! use kvant::{EncoderConfig, ImageView, PixelFormat, PushDecoder};
//!
//! # let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/coffee.png"))?.to_rgb8();
//! # let view = ImageView::packed(&photo, photo.width(), photo.height(), PixelFormat::Rgb8)?;
//! let config = EncoderConfig::default().with_effort(2).with_preview(true);
//! let stream = kvant::encode(&view, &config)?;
//!
//! let mut decoder = PushDecoder::default();
//! let mut preview = None;
//! for piece in stream.chunks(1024) {
//!     decoder.push(piece)?;
//!     if preview.is_none() {
//!         // An eighth of the picture each way, long before the whole of it.
//!         preview = decoder.preview()?;
//!     }
//! }
//! assert_eq!(preview.map(|p| (p.width(), p.height())), Some((75, 50)));
//! assert_eq!(decoder.finish()?, kvant::decode(&stream)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Progress, and an end before the end
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! use kvant::{EncodeError, Encoder, EncoderConfig};
//!
//! # let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/chelsea.png"))?.to_rgb8();
//! # let (w, h) = photo.dimensions();
//! # let view = kvant::ImageView::packed(&photo, w, h, kvant::PixelFormat::Rgb8)?;
//! let stop = AtomicBool::new(false);
//! let observer = |done: u64, total: u64| {
//!     println!("{} %", 100 * done / total);
//!     // Whoever waits has had enough halfway.
//!     stop.fetch_or(2 * done >= total, Ordering::Relaxed);
//!     if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
//! };
//! let encoder = Encoder::new(EncoderConfig::default().with_effort(1))?.with_observer(&observer);
//! assert_eq!(encoder.encode(&view), Err(EncodeError::Cancelled));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A size instead of a quality
//!
//! ```
//! # use kvant::{Encoder, EncoderConfig};
//! # let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/chelsea.png"))?.to_rgb8();
//! # let (w, h) = photo.dimensions();
//! # let view = kvant::ImageView::packed(&photo, w, h, kvant::PixelFormat::Rgb8)?;
//! let encoder = Encoder::new(EncoderConfig::default().with_effort(2))?;
//! let found = encoder.encode_to_size(&view, 10_000)?;
//! assert!(found.encoded.stream.len().abs_diff(10_000) <= 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Encoder::encode_within`] never takes more. [`Encoder::encode_to_target`] takes a measure of
//! the caller's: a score by any metric.
//!
//! # Metadata
//!
//! ```
//! use kvant::{Decoder, EncoderConfig, Metadata, Orientation};
//!
//! # let view = kvant::ImageView::packed(&[128; 12], 2, 2, kvant::PixelFormat::Rgb8)?;
//! let metadata = Metadata::default().with_orientation(Orientation::Rotate90).with_exif(*b"II*\0\x08\0\0\0\0\0");
//! let stream = kvant::encode(&view.with_metadata(&metadata), &EncoderConfig::default())?;
//! assert_eq!(Decoder::new(&stream)?.metadata()?, metadata);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The stream format is a numbered draft, described in `docs/BITSTREAM.md`, whose sections the
//! sources cite as §n. A decoder reads one draft.

#[cfg(feature = "bench-api")]
pub mod bench_api;
mod colour;
mod container;
mod decoder;
mod encoder;
mod entropy;
mod error;
mod files;
mod filter;
mod image;
#[cfg(feature = "image")]
pub mod interop;
mod limits;
mod lossless;
mod memory;
mod metadata;
mod names;
mod observer;
mod predict;
mod quant;
#[cfg(any(test, feature = "bench-api"))]
mod random;
mod recon;
mod simd;
mod syntax;
mod threads;
mod tile;
mod transform;

pub use crate::colour::{Chroma, Scale};
pub use crate::container::DRAFT;
pub use crate::decoder::{
    Basis, Block, BlockMode, BlockTree, Decoder, DecoderOptions, ImageInfo, Missing, Partial, PushDecoder, Scaled,
    decode,
};
pub use crate::encoder::{
    Content, Encoded, Encoder, EncoderConfig, Measure, Quantiser, Stream, Target, Targeted, TileSize, Tune, encode,
};
pub use crate::entropy::Profile;
pub use crate::error::{ConfigError, DecodeError, EncodeError, ImageError};
pub use crate::files::decode_reader;
pub use crate::image::format::PixelFormat;
pub use crate::image::view::{Image, ImageSpec, ImageView, ImageViewMut};
pub use crate::limits::Limits;
pub use crate::metadata::{Cicp, Metadata, Orientation, Resolution, ResolutionUnit};
pub use crate::names::UnknownName;
pub use crate::observer::Observer;
pub use crate::simd::CpuLevel;
