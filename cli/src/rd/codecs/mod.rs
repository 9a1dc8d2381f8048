//! The codecs of a measurement: ours, those built in, and programs outside, behind one interface.

mod external;
mod jpeg;
mod library;
pub(crate) mod list;
#[cfg(feature = "peer-mozjpeg")]
mod mozjpeg;
mod ours;
mod peers;
mod png;
mod process;
mod settings;
mod spec;
mod template;
#[cfg(feature = "peer-webp")]
mod webp;

use std::ops::RangeInclusive;
use std::sync::Arc;

use external::External;
use spec::Spec;

use crate::error::{CliError, Result};
use crate::pictures::Picture;

pub(crate) use peers::Peers;
pub(crate) use settings::apply_set;

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
pub(crate) struct Coded {
    /// The whole file, as its size counts.
    pub(crate) stream: Vec<u8>,
    /// Time to encode.
    pub(crate) seconds: f64,
    /// What the encoder says that a decoder will give, where it can tell.
    pub(crate) reconstruction: Option<Picture>,
}

/// A decoded picture.
#[derive(Debug, Clone)]
pub(crate) struct Decoded {
    pub(crate) picture: Picture,
    /// Time to decode.
    pub(crate) seconds: f64,
}

/// One codec with one configuration, at any quality. Jobs on several threads share it.
pub(crate) trait Codec: Send + Sync {
    /// Its name in results: that of the user, or the specification that it was made from.
    fn name(&self) -> &str;

    /// Program or library with its version.
    fn version(&self) -> &str;

    /// All that decides the stream besides version, picture and quality; part of the key of a cached result.
    fn settings(&self) -> String;

    /// The qualities that a sweep uses where the user names none, in any order.
    fn qualities(&self) -> &[f64];

    /// The qualities that there are.
    fn quality_range(&self) -> RangeInclusive<f64>;

    /// Whether every picture comes back exactly. Such a codec has no quality, and one point a picture.
    fn lossless(&self) -> bool {
        false
    }

    fn timing(&self) -> Timing;

    /// Encodes on one thread, a picture of any depth; a codec of 8 bits a sample brings it down to that itself.
    ///
    /// # Errors
    /// [`crate::error::CliError::Run`] says what the codec does not take, or how a program ended.
    fn encode(&self, picture: &Picture, q: f64) -> Result<Coded>;

    /// Decodes what [`Codec::encode`] gave, on one thread. The size is the caller's to check.
    fn decode(&self, stream: &[u8]) -> Result<Decoded>;
}

/// A codec that was asked for.
pub(crate) enum Resolved {
    Ready(Arc<dyn Codec>),
    /// A codec that is known but not here: its name in results, and why it is not in one line.
    Missing {
        name: String,
        reason: String,
    },
}

/// The codec that `spec` describes, with `peers` as the programs there are; `build` identifies this build of ours.
///
/// # Errors
/// [`CliError::Usage`] where there is no such codec or option.
pub(crate) fn resolve(spec: &str, peers: &Peers, build: &str) -> Result<Resolved> {
    let spec = Spec::parse(spec)?;
    let missing = |reason| Resolved::Missing { name: spec.name().to_owned(), reason };
    let name = if spec.codec == "ours" { "kvant" } else { &spec.codec };
    if let Some(built_in) = BUILT_IN.iter().find(|b| b.name == name) {
        return Ok(match built_in.make {
            Make::With(make) => Resolved::Ready(make(&spec, build)?),
            #[cfg(not(all(feature = "peer-mozjpeg", feature = "peer-webp")))]
            Make::Feature(feature) => missing(format!("this program was built without it (cargo feature {feature})")),
        });
    }
    let Some(peer) = peers.get(name) else {
        let known: Vec<_> = BUILT_IN.iter().map(|b| b.name).chain(peers.iter().map(|(name, _)| name)).collect();
        return Err(CliError::Usage(format!("no codec {name:?}; there are {}", known.join(", "))));
    };
    Ok(match External::new(&spec, peer.clone())? {
        Ok(codec) => Resolved::Ready(Arc::new(codec)),
        Err(reason) => missing(reason),
    })
}

/// The names of the codecs that this program contains, ours first.
pub(crate) fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().filter(|b| matches!(b.make, Make::With(_))).map(|b| b.name)
}

/// A codec that this program can contain.
struct BuiltIn {
    name: &'static str,
    about: &'static str,
    options: &'static str,
    make: Make,
}

/// Where a built-in codec comes from.
enum Make {
    /// A function of specification and build.
    With(fn(&Spec, &str) -> Result<Arc<dyn Codec>>),
    /// Nowhere: the Cargo feature that was off.
    #[cfg(not(all(feature = "peer-mozjpeg", feature = "peer-webp")))]
    Feature(&'static str),
}

/// The options of WebP, for users: here since the library's own module may be left out.
const WEBP_OPTIONS: &str = "m (method, 0 to 6, default 4), sharp (careful reduction of chroma), lossless";

const BUILT_IN: [BuiltIn; 5] = [
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

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(spec: &str) -> String {
        match resolve(spec, &Peers::default(), "build") {
            Err(e) if e.code() == 2 => e.to_string(),
            Err(e) => panic!("{spec}: {e}"),
            Ok(_) => panic!("{spec} was taken"),
        }
    }

    fn ready(spec: &str) -> Arc<dyn Codec> {
        match resolve(spec, &Peers::default(), "build").unwrap() {
            Resolved::Ready(codec) => codec,
            Resolved::Missing { reason, .. } => panic!("{spec}: {reason}"),
        }
    }

    #[test]
    fn ours_takes_all_settings_and_short_names() {
        let settings = |spec| ready(spec).settings();
        assert_eq!(settings("kvant"), settings("ours:e5"));
        assert_eq!(settings("kvant:e7:quant=rdoq"), settings("x=kvant:quantiser=rdoq:effort=7"));
        let all = ["kvant", "kvant:lossless", "kvant:e6", "kvant:tune=psnr", "kvant:chroma=420", "kvant:lambda=0.06"]
            .map(settings);
        for (i, s) in all.iter().enumerate() {
            assert!(!all[..i].contains(s), "{s}");
        }
        assert_eq!((ready("a=kvant").name(), ready("kvant:e2").name()), ("a", "kvant:e2"));
        assert!(ready("kvant").version().contains("build"));
    }

    #[test]
    fn what_there_is_not_is_a_usage_error_that_says_what_there_is() {
        for (spec, words) in [
            ("nothing", &["nothing", "kvant, jpeg, png, mozjpeg, webp"][..]),
            ("kvant:e10", &["kvant:e10", "1 to 9"]),
            ("kvant:quality=5", &["quality"]),
            ("kvant:fast", &["fast", "effort"]),
            ("kvant:no_such_number=5", &["no_such_number", "effort"]),
            ("kvant:chroma=422", &["422", "444, 420"]),
            ("jpeg:422", &["422", "444"]),
            ("jpeg:q=5", &["q=5", "444"]),
        ] {
            let text = usage(spec);
            assert!(words.iter().all(|w| text.contains(w)) && !text.contains("--set"), "{text}");
        }
    }

    #[cfg(not(feature = "peer-webp"))]
    #[test]
    fn a_library_that_was_left_out_is_missing_not_wrong() {
        let Resolved::Missing { name, reason } = resolve("w=webp:m6", &Peers::default(), "").unwrap() else {
            panic!("the library is here");
        };
        assert_eq!((name.as_str(), reason.contains("peer-webp")), ("w", true));
    }
}
