//! Kvant, a lossy still-image codec: pictures to `.kvt` streams and back, exactly.
//!
//! ```
//! use kvant::{EncoderConfig, ImageView, PixelFormat};
//!
//! let pixels = vec![128u8; 48 * 32 * 3];
//! let view = ImageView::new(&pixels, 48, 32, 48 * 3, PixelFormat::Rgb8)?;
//! let stream = kvant::encode(&view, &EncoderConfig::default())?;
//! let picture = kvant::decode(&stream)?;
//! assert_eq!((picture.width(), picture.height()), (48, 32));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The decoder is integer-only and gives the same samples on every machine; the stream format is a numbered
//! draft described in `docs/BITSTREAM.md`, whose sections the sources cite as §n.

#[cfg(feature = "bench-api")]
pub mod bench_api;
mod colour;
mod container;
mod decoder;
mod encoder;
mod entropy;
mod error;
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
mod recon;
mod simd;
mod syntax;
mod threads;
mod tile;
mod transform;

pub use crate::colour::{Chroma, Scale};
pub use crate::decoder::{
    Basis, Block, BlockMode, BlockTree, Decoder, DecoderOptions, ImageInfo, Missing, Partial, PushDecoder, Scaled,
    decode,
};
pub use crate::encoder::{
    Content, Encoded, Encoder, EncoderConfig, Measure, Quantiser, Stream, Target, Targeted, TileSize, Tune, encode,
};
pub use crate::entropy::Profile;
pub use crate::error::{ConfigError, DecodeError, EncodeError, ImageError};
pub use crate::image::format::PixelFormat;
pub use crate::image::view::{Image, ImageSpec, ImageView, ImageViewMut};
pub use crate::limits::Limits;
pub use crate::metadata::{Cicp, Metadata, Orientation, Resolution, ResolutionUnit};
pub use crate::names::UnknownName;
pub use crate::observer::Observer;
pub use crate::simd::CpuLevel;
