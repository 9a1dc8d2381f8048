//! The codecs that this program can contain.

use std::sync::Arc;

use super::codec::Codec;
#[cfg(feature = "peer-mozjpeg")]
use super::mozjpeg;
use super::spec::Spec;
#[cfg(feature = "peer-webp")]
use super::webp;
use super::{jpeg, library, ours, png};
use crate::base::error::Result;

/// A codec that this program can contain.
pub(crate) struct BuiltIn {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) options: &'static str,
    pub(super) make: Make,
}

/// Where a built-in codec comes from.
pub(super) enum Make {
    /// A function of specification and build.
    With(fn(&Spec, &str) -> Result<Arc<dyn Codec>>),
    /// Nowhere: the Cargo feature that was off.
    #[cfg(not(all(feature = "peer-mozjpeg", feature = "peer-webp")))]
    Feature(&'static str),
}

/// The options of WebP, for users: here since the library's own module may be left out.
const WEBP_OPTIONS: &str = "m (method, 0 to 6, default 4), sharp (careful reduction of chroma), lossless";

pub(crate) const BUILT_IN: [BuiltIn; 5] = [
    BuiltIn {
        name: "kvant",
        about: "the codec of this project",
        options: ours::OPTIONS,
        make: Make::With(ours::codec),
    },
    BuiltIn {
        name: "jpeg",
        about: "progressive JPEG by jpeg-encoder",
        options: jpeg::OPTIONS,
        make: Make::With(|spec, _| library::codec::<jpeg::Jpeg>(spec, jpeg::OPTIONS)),
    },
    BuiltIn {
        name: "png",
        about: "lossless PNG by the crate png",
        options: png::OPTIONS,
        make: Make::With(|spec, _| library::codec::<png::Png>(spec, png::OPTIONS)),
    },
    BuiltIn {
        name: "mozjpeg",
        about: "progressive JPEG by mozjpeg, with trellis quantisation",
        options: jpeg::OPTIONS,
        #[cfg(feature = "peer-mozjpeg")]
        make: Make::With(|spec, _| library::codec::<mozjpeg::MozJpeg>(spec, jpeg::OPTIONS)),
        #[cfg(not(feature = "peer-mozjpeg"))]
        make: Make::Feature("peer-mozjpeg"),
    },
    BuiltIn {
        name: "webp",
        about: "WebP by libwebp, lossy or lossless",
        options: WEBP_OPTIONS,
        #[cfg(feature = "peer-webp")]
        make: Make::With(|spec, _| library::codec::<webp::WebP>(spec, WEBP_OPTIONS)),
        #[cfg(not(feature = "peer-webp"))]
        make: Make::Feature("peer-webp"),
    },
];
