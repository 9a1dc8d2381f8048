//! What a codec is to a measurement: it encodes and decodes pictures, and says how long that took.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::pictures::Picture;
use crate::rd::programs::Outcome;

/// What the times of a codec are the times of. Those of different kinds do not compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timing {
    /// The library call alone, pixels in memory, one thread.
    Call,
    /// A whole process, with its start and the reading and writing of files.
    Process,
}

impl Timing {
    /// What result files call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Process => "process",
        }
    }
}

/// A coded picture.
#[derive(Debug, Clone)]
pub(crate) struct CodedPicture {
    /// The whole file, as its size counts.
    pub(crate) stream: Vec<u8>,
    /// Time to encode; `None` where a program should have told it and has not.
    pub(crate) seconds: Option<f64>,
    /// What the encoder says that a decoder will give, where it can tell.
    pub(crate) reconstruction: Option<Picture>,
}

/// A decoded picture.
#[derive(Debug, Clone)]
pub(crate) struct DecodedPicture {
    pub(crate) picture: Picture,
    /// Time to decode, as that to encode.
    pub(crate) seconds: Option<f64>,
}

/// The steps that faults name.
pub(super) const ENCODE: &str = "encode";
pub(super) const DECODE: &str = "decode";

/// One codec with one configuration, at any quality. Jobs on several threads share it.
pub(crate) trait Codec: Send + Sync {
    /// Its name in results: that of the user, or the specification that it was made from.
    fn name(&self) -> &str;

    /// Program or library with its version.
    fn version(&self) -> &str;

    /// All that decides the stream besides version, picture and quality; part of the key of a
    /// cached result.
    fn settings(&self) -> String;

    /// The qualities that a sweep uses where the user names none, in any order.
    fn qualities(&self) -> &[f64];

    /// The qualities that there are.
    fn quality_range(&self) -> RangeInclusive<f64>;

    /// Whether qualities are whole numbers alone.
    fn whole(&self) -> bool {
        false
    }

    /// Whether every picture comes back exactly. Such a codec has no quality, and one point a
    /// picture.
    fn lossless(&self) -> bool {
        false
    }

    /// Whether it stores alpha. One that does not takes pictures without.
    fn alpha(&self) -> bool {
        true
    }

    fn timing(&self) -> Timing;

    /// The extension of its files, without the dot.
    fn extension(&self) -> &str;

    /// The same codec on `threads` threads; `None` where it has no more than one.
    fn on_threads(&self, _threads: usize) -> Option<Arc<dyn Codec>> {
        None
    }

    /// Encodes on one thread, a picture of any depth; a codec of 8 bits a sample brings it down to
    /// that itself.
    ///
    /// # Errors
    /// What the codec does not take, or how a program ended.
    fn encode(&self, picture: &Picture, q: f64) -> Outcome<CodedPicture>;

    /// Decodes what [`Codec::encode`] gave, on one thread. The size is the caller's to check.
    fn decode(&self, stream: &[u8]) -> Outcome<DecodedPicture>;
}
