//! The encoder, from settings and pixels to a stream. `encode` has its calls and `pipeline` the
//! stages of a lossy picture.

pub(crate) mod adaptive;
pub(crate) mod analysis;
mod config;
mod direct;
mod effort;
mod encode;
mod encoded;
mod filters;
mod graphics;
pub(crate) mod input;
pub(crate) mod kernels;
mod layout;
mod lossless;
mod parameters;
mod pipeline;
pub(crate) mod plan;
mod preview;
mod progress;
pub(crate) mod quantise;
mod rows;
mod search;
mod setup;
mod shared;
#[cfg(feature = "bench-api")]
pub(crate) mod statistics;
mod target;
mod tile;
mod tiles;

#[cfg(feature = "bench-api")]
pub(crate) use self::adaptive::cells::CellGrid;
#[cfg(feature = "bench-api")]
pub(crate) use self::adaptive::perception::losses;
pub use self::config::{Content, EncoderConfig, Quantiser, TileSize, Tune};
pub use self::encode::{Encoder, encode};
pub use self::encoded::{Encoded, Stream};
pub use self::target::{Measure, Target, Targeted};
