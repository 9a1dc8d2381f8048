//! Pixels to a stream.

use codec::Encoder;

use crate::error::{Error, Failure, Status};
use crate::options::{self, EncodeOptions};
use crate::pixels::Image;
use crate::{Bytes, boundary};

/// Encodes `image`. `*stream` becomes the stream, which `kvant_free` releases; none where the call
/// fails. `options` may be NULL, for the defaults, and `error` may be NULL.
///
/// # Safety
/// `image` points to a `kvant_image` whose `pixels` have `size` bytes, `options` is NULL or as
/// `kvant_encode_options_init` made it and its pointers are NULL or have as many bytes as it says,
/// and `stream` points to a `kvant_bytes`, of which nothing is read. Nobody writes to any of them
/// meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kvant_encode(
    image: *const Image,
    options: *const EncodeOptions,
    stream: *mut Bytes,
    error: *mut Error,
) -> Status {
    boundary::guard(error, || {
        // SAFETY: the caller vouches for each.
        let (stream, image, options) = unsafe {
            let stream = boundary::borrowed_mut("stream", stream)?;
            *stream = Bytes::NONE;
            (stream, boundary::borrowed("image", image)?, options::given(options)?)
        };
        let encoder = Encoder::new(options.config()?)?;
        // SAFETY: the caller vouches for the bytes of both.
        let (view, metadata) = unsafe { (image.view()?, options.metadata()?) };
        *stream = Bytes::of(encoder.encode(&view.with_metadata(&metadata)).map_err(Failure::from)?);
        Ok(())
    })
}
