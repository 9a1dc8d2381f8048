//! Adapters for the [`image`] crate (feature `image`): its functions read `.kvt` files once
//! [`register`] was called, and [`KvtEncoder`] writes them. Nothing else of this library knows of
//! that crate.
//!
//! ```
//! # let folder = std::env::temp_dir().join(format!("kvant-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("x.kvt");
//! let picture = image::RgbaImage::from_pixel(40, 30, image::Rgba([200, 120, 40, 255]));
//! let file = std::fs::File::create(&path)?;
//! picture.write_with_encoder(kvant::interop::KvtEncoder::new(file))?;
//!
//! kvant::interop::register();
//! let back = image::open(&path)?;
//! assert_eq!((back.width(), back.height()), (40, 30));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod convert;
mod decoder;
mod encoder;
mod error;
#[cfg(test)]
mod tests;

use image::{ImageDecoder, ImageResult};

pub use self::convert::{from_dynamic, to_dynamic};
pub use self::decoder::KvtDecoder;
pub use self::encoder::KvtEncoder;
use self::error::EXTENSION;
use crate::container::SIGNATURE;

/// Makes the `image` crate read `.kvt` files, by extension and by content. Returns whether it did
/// not before.
pub fn register() -> bool {
    let new = image::hooks::register_decoding_hook(EXTENSION.into(), Box::new(open));
    if new {
        image::hooks::register_format_detection_hook(EXTENSION.into(), &SIGNATURE, None);
    }
    new
}

fn open(reader: image::hooks::GenericReader<'_>) -> ImageResult<Box<dyn ImageDecoder + '_>> {
    Ok(Box::new(KvtDecoder::new(reader)?))
}
