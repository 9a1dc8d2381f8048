//! The codecs of a measurement: ours, those built in, and programs outside, behind one interface.

mod built_in;
mod codec;
mod external;
mod jpeg;
mod library;
mod memory;
#[cfg(feature = "peer-mozjpeg")]
mod mozjpeg;
mod ours;
mod peers;
mod png;
mod settings;
mod spec;
#[cfg(feature = "peer-webp")]
mod webp;

use std::sync::Arc;

use built_in::Make;
use external::External;
use spec::Spec;

use crate::base::error::{CliError, Result};

pub(crate) use built_in::BUILT_IN;
pub(crate) use codec::{Codec, CodedPicture, DecodedPicture, Timing};
pub(crate) use memory::{Probe, code, launch};
pub(crate) use peers::Peers;
pub(crate) use settings::apply_set;

/// A codec that was asked for.
pub(crate) enum Resolved {
    Ready(Arc<dyn Codec>),
    /// A codec that is known but not here: its name in results, and why it is not in one line.
    Missing {
        name: String,
        reason: String,
    },
}

/// The codec that `spec` describes, with `peers` as the programs there are; `build` identifies this
/// build of ours.
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

/// Whether a specification, or the name of a codec in results, is one of ours.
pub(crate) fn is_ours(spec: &str) -> bool {
    // The first part is the codec, with or without a label of the user's.
    let codec = spec.split(':').next().unwrap_or_default();
    matches!(codec.rsplit('=').next(), Some("kvant" | "ours")) || codec.starts_with("kvant_")
}

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
