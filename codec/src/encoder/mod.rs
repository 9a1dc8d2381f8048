//! The encoder, from settings and pixels to a stream. `encode` has its calls and `pipeline` the stages of a lossy picture.

mod activity;
mod adaptive;
mod alpha;
pub(crate) mod analysis;
mod cells;
pub(crate) mod colour;
mod config;
pub(crate) mod content;
mod dct8;
mod direct;
mod effort;
mod encode;
mod encoded;
mod filters;
pub(crate) mod forward;
mod graphics;
mod hash;
mod layout;
mod lossless;
mod parameters;
mod perception;
mod pipeline;
pub(crate) mod plan;
mod preview;
mod progress;
pub(crate) mod quantise;
mod rows;
pub(crate) mod satd;
mod search;
mod setup;
mod shared;
mod sketch;
mod source;
#[cfg(feature = "bench-api")]
pub(crate) mod statistics;
mod target;
mod tile;
mod tiles;

#[cfg(feature = "bench-api")]
pub(crate) use self::cells::CellGrid;
pub use self::config::{Content, EncoderConfig, Quantiser, TileSize, Tune};
pub use self::encode::{Encoder, encode};
pub use self::encoded::{Encoded, Stream};
#[cfg(feature = "bench-api")]
pub(crate) use self::perception::losses;
pub use self::target::{Measure, Target, Targeted};
