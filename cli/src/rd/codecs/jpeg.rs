//! JPEG by the crate jpeg-encoder, which needs no C: progressive, with optimised Huffman tables.

use std::ops::RangeInclusive;

use image::{DynamicImage, ImageFormat};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use kvant::PixelFormat;

use super::library::{Library, Samples};
use crate::pictures::Picture;

/// The options, for users.
pub(super) const OPTIONS: &str = "420 (default), 444";

/// With chroma at every pixel, or by default at every fourth.
#[derive(Debug, Default)]
pub(super) struct Jpeg {
    full_chroma: bool,
}

impl Library for Jpeg {
    const QUALITIES: &'static [f64] = &[10.0, 15.0, 25.0, 40.0, 55.0, 70.0, 80.0, 88.0, 94.0];
    const RANGE: RangeInclusive<f64> = 1.0..=100.0;
    const EXTENSION: &'static str = "jpg";
    const WHOLE: bool = true;

    fn version() -> String {
        concat!("jpeg-encoder ", env!("KVANT_JPEG_ENCODER")).to_owned()
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        set_chroma(&mut self.full_chroma, key, value)
    }

    fn settings(&self) -> String {
        format!("{self:?}")
    }

    fn encode(&self, samples: &Samples<'_>, q: f64) -> Result<Vec<u8>, String> {
        let too_large = |_| "a side exceeds 65535 pixels".to_owned();
        let width = u16::try_from(samples.width).map_err(too_large)?;
        let height = u16::try_from(samples.height).map_err(too_large)?;
        let mut stream = Vec::new();
        let mut encoder = Encoder::new(&mut stream, whole(q, &Self::RANGE)?);
        encoder.set_sampling_factor(if self.full_chroma { SamplingFactor::F_1_1 } else { SamplingFactor::F_2_2 });
        // As libjpeg does it: the default takes one pixel of four.
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.set_progressive(true);
        encoder.set_optimized_huffman_tables(true);
        let colour = if samples.gray { ColorType::Luma } else { ColorType::Rgb };
        encoder.encode(&samples.data, width, height, colour).map_err(|e| e.to_string())?;
        Ok(stream)
    }

    fn decode(&self, stream: &[u8]) -> Result<Picture, String> {
        let decoded = image::load_from_memory_with_format(stream, ImageFormat::Jpeg).map_err(|e| e.to_string())?;
        let (width, height) = (decoded.width(), decoded.height());
        Ok(match decoded {
            DynamicImage::ImageLuma8(gray) => Picture::new(width, height, PixelFormat::Gray8, gray.into_raw()),
            colour => Picture::new(width, height, PixelFormat::Rgb8, colour.into_rgb8().into_raw()),
        })
    }
}

/// The option of JPEG encoders: `444` or `420`.
pub(super) fn set_chroma(full: &mut bool, key: &str, value: &str) -> bool {
    *full = key == "444";
    value.is_empty() && ["444", "420"].contains(&key)
}

/// A quality that must be a whole number.
pub(super) fn whole(q: f64, range: &RangeInclusive<f64>) -> Result<u8, String> {
    if range.contains(&q) && q.fract() == 0.0 {
        Ok(q as u8)
    } else {
        Err(format!("quality {q} is not a whole number of {} to {}", range.start(), range.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::library::testing::{assert_lossy, codec_of, colour, gray};
    use super::*;

    #[test]
    fn jpeg_is_lossy_and_near() {
        assert_lossy(&*codec_of::<Jpeg>("jpeg"));
        assert_lossy(&*codec_of::<Jpeg>("jpeg:444"));
    }

    /// The frame header (ITU-T T.81, B.2.2): SOF2 is progressive; then length, depth, height,
    /// width, the number of components, and for each its identifier and sampling factors.
    #[test]
    fn streams_are_progressive_with_the_chroma_asked_for() {
        for (spec, picture, sampling) in [
            ("jpeg", colour(), vec![0x22, 0x11, 0x11]),
            ("jpeg:444", colour(), vec![0x11, 0x11, 0x11]),
            ("jpeg:444", gray(), vec![0x11]),
        ] {
            let stream = codec_of::<Jpeg>(spec).encode(&picture, 50.0).unwrap().stream;
            let at = stream.windows(2).position(|w| w == [0xff, 0xc2]).expect("progressive");
            let frame = &stream[at..];
            assert_eq!(frame[5..9], [0, 43, 0, 61]);
            let factors: Vec<_> = frame[10..].chunks(3).take(usize::from(frame[9])).map(|c| c[1]).collect();
            assert_eq!(factors, sampling, "{spec}");
        }
    }

    #[test]
    fn alpha_is_for_the_caller_to_lay_on_something() {
        let codec = codec_of::<Jpeg>("jpeg");
        let clear = Picture::new(1, 1, PixelFormat::GrayAlpha8, vec![100, 100]);
        assert!(!codec.alpha() && codec.encode(&clear, 50.0).unwrap_err().to_string().contains("transparent"));
    }

    #[test]
    fn qualities_are_whole_numbers_in_range() {
        for q in [0.0, 101.0, 50.5, f64::NAN] {
            let fault = codec_of::<Jpeg>("jpeg").encode(&colour(), q).unwrap_err().to_string();
            assert!(fault.starts_with("encode: quality ") && fault.contains("1 to 100"), "{fault}");
        }
    }
}
