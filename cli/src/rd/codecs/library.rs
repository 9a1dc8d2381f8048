//! Codecs of other projects as libraries in this process: what they have in common.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

use super::codec::{Codec, CodedPicture, DECODE, DecodedPicture, ENCODE, Timing};
use super::spec::Spec;
use crate::base::error::{CliError, Result};
use crate::pictures::Picture;
use crate::rd::programs::{Fault, Outcome};

pub(super) use crate::rd::programs::Samples;

/// What a codec without alpha says of a picture that has some.
pub(super) fn refuse_alpha(picture: &Picture) -> Outcome<()> {
    match picture.format().has_alpha() {
        true => Err(Fault::new("the picture has transparent pixels, which this codec does not store", Vec::new())),
        false => Ok(()),
    }
}

/// One library. A value of it is a configuration; that of `Default` has no options set. Errors are
/// reasons alone.
pub(super) trait Library: Default + Send + Sync + 'static {
    /// The qualities of a sweep.
    const QUALITIES: &'static [f64];
    /// The qualities that there are.
    const RANGE: RangeInclusive<f64>;

    /// The extension of its files.
    const EXTENSION: &'static str;

    /// Whether they are whole numbers alone.
    const WHOLE: bool = false;

    /// Library and version.
    fn version() -> String;

    /// Sets an option; false where there is none of this key and value.
    fn set(&mut self, key: &str, value: &str) -> bool;

    /// Whether it is one without loss, which is given pictures as they are; the others get 8 bits a
    /// sample.
    fn lossless(&self) -> bool {
        false
    }

    /// Whether it stores alpha.
    fn alpha(&self) -> bool {
        self.lossless()
    }

    /// The configuration, whole.
    fn settings(&self) -> String;

    fn encode(&self, samples: &Samples<'_>, q: f64) -> std::result::Result<Vec<u8>, String>;

    fn decode(&self, stream: &[u8]) -> std::result::Result<Picture, String>;
}

/// The library `L` as a codec with the options of `spec`; `options` tells users which there are.
///
/// # Errors
/// [`CliError::Usage`] names an option that there is not.
pub(super) fn codec<L: Library>(spec: &Spec, options: &str) -> Result<Arc<dyn Codec>> {
    let mut library = L::default();
    for (key, value) in &spec.options {
        if !library.set(key, value) {
            let option = if value.is_empty() { key.clone() } else { format!("{key}={value}") };
            return Err(CliError::Usage(format!("codec \"{spec}\": no option {option}; there are {options}")));
        }
    }
    Ok(Arc::new(InProcess { name: spec.name().to_owned(), version: L::version(), library }))
}

struct InProcess<L> {
    name: String,
    version: String,
    library: L,
}

impl<L: Library> Codec for InProcess<L> {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn settings(&self) -> String {
        self.library.settings()
    }

    fn qualities(&self) -> &[f64] {
        L::QUALITIES
    }

    fn quality_range(&self) -> RangeInclusive<f64> {
        L::RANGE
    }

    fn whole(&self) -> bool {
        L::WHOLE
    }

    fn lossless(&self) -> bool {
        self.library.lossless()
    }

    fn alpha(&self) -> bool {
        self.library.alpha()
    }

    fn timing(&self) -> Timing {
        Timing::Call
    }

    fn extension(&self) -> &str {
        L::EXTENSION
    }

    fn encode(&self, picture: &Picture, q: f64) -> Outcome<CodedPicture> {
        if !self.alpha() {
            refuse_alpha(picture).map_err(|e| e.in_step(ENCODE))?;
        }
        let picture = if self.lossless() { Cow::Borrowed(picture) } else { picture.narrowed() };
        let samples = Samples::of(&picture);
        let start = Instant::now();
        let stream = self.library.encode(&samples, q);
        let seconds = Some(start.elapsed().as_secs_f64());
        let stream = stream.map_err(|e| Fault::new(e, Vec::new()).in_step(ENCODE))?;
        Ok(CodedPicture { stream, seconds, reconstruction: None })
    }

    fn decode(&self, stream: &[u8]) -> Outcome<DecodedPicture> {
        let start = Instant::now();
        let picture = self.library.decode(stream);
        let seconds = Some(start.elapsed().as_secs_f64());
        let picture = picture.map_err(|e| Fault::new(e, Vec::new()).in_step(DECODE))?;
        Ok(DecodedPicture { picture, seconds })
    }
}

/// What the tests of the libraries share.
#[cfg(test)]
pub(super) mod testing {
    use kvant::PixelFormat;

    use super::*;

    /// A gradient with texture whose channels differ, of a size that is no multiple of a block.
    pub(crate) fn colour() -> Picture {
        let pixel = |i: u32| {
            let (x, y) = (i % 61, i / 61);
            [x * 4, (y * 5 + x * 7 % 13) % 256, 128 + (x * y) % 64].map(|v| v as u8)
        };
        Picture::new(61, 43, PixelFormat::Rgb8, (0..61 * 43).flat_map(pixel).collect())
    }

    /// The same in gray.
    pub(crate) fn gray() -> Picture {
        let data = colour().to_rgb().chunks_exact(3).map(|p| p[1]).collect();
        Picture::new(61, 43, PixelFormat::Gray8, data)
    }

    /// The codec of the text `spec`.
    pub(crate) fn codec_of<L: Library>(spec: &str) -> Arc<dyn Codec> {
        codec::<L>(&Spec::parse(spec).unwrap(), "").unwrap()
    }

    /// Mean squared difference over all channels.
    pub(crate) fn mse(a: &Picture, b: &Picture) -> f64 {
        assert_eq!((a.width(), a.height()), (b.width(), b.height()));
        let (a, b) = (a.to_rgb(), b.to_rgb());
        let sum: f64 = a.iter().zip(b.iter()).map(|(x, y)| f64::from(x.abs_diff(*y)).powi(2)).sum();
        sum / a.len() as f64
    }

    /// Checks that pictures come back as they were, with those in `more`.
    #[track_caller]
    pub(crate) fn assert_lossless(codec: &dyn Codec, more: &[Picture]) {
        assert!(codec.lossless());
        for picture in more.iter().chain(&[colour(), gray()]) {
            let stream = codec.encode(picture, 100.0).unwrap().stream;
            assert!(codec.decode(&stream).unwrap().picture.is_copy_of(picture), "{:?}", picture.format());
        }
    }

    /// Checks that streams decode to something near the picture but not to the picture, the nearer
    /// the larger they are.
    #[track_caller]
    pub(crate) fn assert_lossy(codec: &dyn Codec) {
        for picture in [colour(), gray()] {
            let run = |q: f64| {
                let stream = codec.encode(&picture, q).unwrap().stream;
                let decoded = codec.decode(&stream).unwrap().picture;
                (stream.len(), mse(&picture, &decoded))
            };
            let [(small, far), (large, near)] = [30.0, 80.0].map(run);
            assert!(small < large && far > near, "{small} bytes at {far}, {large} at {near}");
            assert!(near > 0.0, "lossless");
            assert!(far < 400.0, "not the picture: {far}");
        }
    }
}
