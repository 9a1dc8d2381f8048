//! The WebAssembly half of the JavaScript package in `package/`, whose worker is the only caller.
//! Pixels are as they are stored: `package/pixels.js` turns and converts them.

mod decode;
#[cfg(feature = "encoder")]
mod encode;
mod fault;
mod info;
mod picture;
#[cfg(feature = "encoder")]
mod score;

pub use decode::{Feed, Source};
#[cfg(feature = "encoder")]
pub use encode::Encoding;
pub use info::{Info, Metadata};
pub use picture::Picture;
#[cfg(feature = "encoder")]
pub use score::score;
