//! PNG by the crate of that name, which needs no C: every picture as it is.

use std::ops::RangeInclusive;

use image::ImageEncoder as _;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::library::{Library, Samples};
use crate::pictures::{Picture, ReadOptions, read_picture};

/// The options, for users.
pub(super) const OPTIONS: &str = "fast, default, best (default best)";

/// How hard deflate looks.
#[derive(Debug)]
pub(super) struct Png {
    compression: CompressionType,
}

impl Default for Png {
    fn default() -> Self {
        Self { compression: CompressionType::Best }
    }
}

impl Library for Png {
    const QUALITIES: &'static [f64] = &[100.0];
    const RANGE: RangeInclusive<f64> = 100.0..=100.0;
    const EXTENSION: &'static str = "png";

    fn version() -> String {
        concat!("png ", env!("KVANT_PNG")).to_owned()
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        self.compression = match key {
            "fast" => CompressionType::Fast,
            "default" => CompressionType::Default,
            "best" => CompressionType::Best,
            _ => return false,
        };
        value.is_empty()
    }

    fn lossless(&self) -> bool {
        true
    }

    fn settings(&self) -> String {
        format!("{self:?}")
    }

    fn encode(&self, samples: &Samples<'_>, _: f64) -> Result<Vec<u8>, String> {
        let mut stream = Vec::new();
        PngEncoder::new_with_quality(&mut stream, self.compression, FilterType::Adaptive)
            .write_image(&samples.data, samples.width, samples.height, samples.colour())
            .map_err(|e| e.to_string())?;
        Ok(stream)
    }

    fn decode(&self, stream: &[u8]) -> Result<Picture, String> {
        let loaded = read_picture("the stream", stream, &ReadOptions::default());
        loaded.map(|l| l.picture).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use kvant::PixelFormat;

    use super::super::library::testing::{assert_lossless, codec_of, colour};
    use super::*;

    #[test]
    fn png_gives_every_format_back() {
        let more: Vec<_> = PixelFormat::ALL
            .into_iter()
            .map(|format| Picture::new(3, 2, format, (0..6 * format.bytes_per_pixel()).map(|v| v as u8 * 5).collect()))
            .collect();
        for spec in ["png", "png:fast", "png:default"] {
            assert_lossless(&*codec_of::<Png>(spec), &more);
        }
    }

    #[test]
    fn more_work_makes_no_larger_files() {
        let bytes = |spec| codec_of::<Png>(spec).encode(&colour(), 100.0).unwrap().stream.len();
        assert!(bytes("png") < bytes("png:fast"));
    }
}
