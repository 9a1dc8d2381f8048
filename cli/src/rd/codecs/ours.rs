//! The codec of this project, in this process.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

use kvant::{Decoder, DecoderOptions, Encoder, EncoderConfig, Metadata};

use super::apply_set;
use super::codec::{Codec, CodedPicture, DECODE, DecodedPicture, ENCODE, Timing};
use super::spec::Spec;
use crate::base::cpu;
use crate::base::error::{CliError, Result};
use crate::pictures::Picture;
use crate::rd::programs::{Fault, Outcome};

/// Nine qualities, closer together where bits are many.
const QUALITIES: [f64; 9] = [15.0, 25.0, 35.0, 45.0, 55.0, 65.0, 75.0, 85.0, 92.0];

/// The options, for users.
pub(super) const OPTIONS: &str = "effort or e (1 to 9, default 5), lossless, chroma (444, 420), profile (mixed, fast), tune (perceptual, psnr), \
    content (auto, photo, screen), quantiser or quant (auto, uniform, deadzone, rdoq, trellis), tile_size (512, 1024), and the numbers of \
    codec/src/encoder/parameters.rs";

/// Ours with the options of `spec`.
///
/// # Errors
/// [`CliError::Usage`] names an option that there is not, or a value that it does not have.
pub(super) fn codec(spec: &Spec, build: &str) -> Result<Arc<dyn Codec>> {
    let fault = |e: &dyn std::fmt::Display| CliError::Usage(format!("codec \"{spec}\": {e}; there are {OPTIONS}"));
    let mut config = EncoderConfig::default();
    for (key, value) in &spec.options {
        if (key.as_str(), value.as_str()) == ("lossless", "") {
            config.lossless = true;
            continue;
        }
        let key = match key.as_str() {
            "e" => "effort",
            "quant" => "quantiser",
            "quality" => return Err(fault(&"quality is not an option of a codec")),
            key => key,
        };
        apply_set(&mut config, key, value).map_err(|e| fault(&e))?;
    }
    let version = format!("kvant {} ({build})", env!("CARGO_PKG_VERSION"));
    Ok(Arc::new(Ours::new(spec.name().to_owned(), version, config).map_err(|e| fault(&e))?))
}

/// `kvant`, one thread.
pub(crate) struct Ours {
    name: String,
    version: String,
    config: EncoderConfig,
    decoder: DecoderOptions,
}

impl Ours {
    /// With `config`, whose quality does not count; `version` tells builds of the program apart.
    ///
    /// # Errors
    /// [`CliError::Usage`] where the encoder refuses the settings.
    pub(crate) fn new(name: String, version: String, config: EncoderConfig) -> Result<Self> {
        let cpu = cpu::level()?;
        let config = config.with_cpu(cpu).with_threads(1);
        Encoder::new(config.clone()).map_err(|e| CliError::Usage(e.to_string()))?;
        let decoder = DecoderOptions { threads: 1, cpu, ..DecoderOptions::default() };
        Ok(Self { name, version, config, decoder })
    }
}

impl Codec for Ours {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn settings(&self) -> String {
        // The level of the CPU and the number of threads do not change the stream.
        let EncoderConfig {
            effort, lossless, chroma, tile_size, profile, tune, content, quantiser, parameters, ..
        } = &self.config;
        format!(
            "{effort} {lossless} {chroma:?} {tile_size:?} {profile:?} {tune:?} {content:?} {quantiser:?} {parameters:?}"
        )
    }

    fn qualities(&self) -> &[f64] {
        &QUALITIES
    }

    fn quality_range(&self) -> RangeInclusive<f64> {
        0.0..=100.0
    }

    fn lossless(&self) -> bool {
        self.config.lossless
    }

    fn timing(&self) -> Timing {
        Timing::Call
    }

    fn extension(&self) -> &str {
        "kvt"
    }

    fn on_threads(&self, threads: usize) -> Option<Arc<dyn Codec>> {
        Some(Arc::new(Self {
            name: self.name.clone(),
            version: self.version.clone(),
            config: self.config.clone().with_threads(threads),
            decoder: DecoderOptions { threads, ..self.decoder },
        }))
    }

    /// The time includes the reconstruction, which a plain `kvant::encode` leaves out, so that
    /// every job can check the decoder against it.
    fn encode(&self, picture: &Picture, q: f64) -> Outcome<CodedPicture> {
        let fault = |e: &dyn std::fmt::Display| Fault::new(e.to_string(), Vec::new()).in_step(ENCODE);
        let config = self.config.clone().with_quality(q as f32);
        let encoder = Encoder::new(config).map_err(|e| fault(&e))?;
        let metadata = Metadata::default().with_cicp(picture.cicp());
        let view = picture.view().with_metadata(&metadata);
        let start = Instant::now();
        let encoded = encoder.encode_full(&view).map_err(|e| fault(&e))?;
        let seconds = Some(start.elapsed().as_secs_f64());
        Ok(CodedPicture { stream: encoded.stream, seconds, reconstruction: Some(encoded.reconstruction.into()) })
    }

    fn decode(&self, stream: &[u8]) -> Outcome<DecodedPicture> {
        let start = Instant::now();
        let decoded = Decoder::with_options(stream, self.decoder)
            .and_then(|d| d.decode())
            .map_err(|e| Fault::new(e.to_string(), Vec::new()).in_step(DECODE))?;
        Ok(DecodedPicture { picture: decoded.into(), seconds: Some(start.elapsed().as_secs_f64()) })
    }
}
