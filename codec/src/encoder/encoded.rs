//! What an encode gives.

use crate::image::view::Image;

/// A stream.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The `.kvt` file.
    pub bytes: Vec<u8>,
    /// As [`Encoded::lossless`].
    pub lossless: bool,
}

/// A stream, and the picture that decoding it gives.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The `.kvt` stream.
    pub stream: Vec<u8>,
    /// What any decoder makes of it.
    pub reconstruction: Image,
    /// Whether the pixels are coded without loss: they were to be, or take no more bytes so
    /// ([`Content::Auto`](crate::Content::Auto)). Colours of fully transparent pixels may then be
    /// others all the same, where they were not to be kept.
    pub lossless: bool,
}
