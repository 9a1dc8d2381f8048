//! What an encode gives.

use crate::image::view::Image;

/// A stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The `.kvt` file.
    pub bytes: Vec<u8>,
    /// As [`Encoded::lossless`].
    pub lossless: bool,
}

/// A stream, and the picture that decoding it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The `.kvt` stream.
    pub stream: Vec<u8>,
    /// What any decoder makes of it.
    pub reconstruction: Image,
    /// Whether the pixels are coded without loss. They are where the settings ask for it
    /// ([`EncoderConfig::lossless`](crate::EncoderConfig::lossless)), and where it takes no more
    /// bytes ([`Content::Auto`](crate::Content::Auto)). Colours of fully transparent pixels may
    /// change even so, unless [`EncoderConfig::exact`](crate::EncoderConfig::exact) keeps them.
    pub lossless: bool,
}
