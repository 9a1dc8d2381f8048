//! Lossy WebP by libwebp.

use std::ops::RangeInclusive;

use kvant::PixelFormat;
use webp::{Decoder, Encoder, WebPConfig};

use super::library::{Library, Samples};
use crate::pictures::Picture;

/// libwebp's effort and way to chroma.
#[derive(Debug)]
pub(super) struct WebP {
    method: u8,
    sharp: bool,
}

impl Default for WebP {
    fn default() -> Self {
        Self { method: 4, sharp: false }
    }
}

impl Library for WebP {
    const QUALITIES: &'static [f64] = &[5.0, 15.0, 30.0, 45.0, 60.0, 75.0, 85.0, 92.0, 97.0];
    const RANGE: RangeInclusive<f64> = 0.0..=100.0;

    fn version() -> String {
        concat!("webp ", env!("KVANT_WEBP"), ", libwebp-sys ", env!("KVANT_LIBWEBP_SYS")).to_owned()
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        match (key, value.parse()) {
            ("m", Ok(method @ 0..=6)) => self.method = method,
            ("sharp", _) if value.is_empty() => self.sharp = true,
            _ => return false,
        }
        true
    }

    fn settings(&self) -> String {
        format!("{self:?}")
    }

    fn encode(&self, samples: &Samples<'_>, q: f64) -> Result<Vec<u8>, String> {
        let mut config = WebPConfig::new().map_err(|()| "libwebp gives no configuration".to_owned())?;
        config.lossless = 0;
        config.quality = q as f32;
        config.method = self.method.into();
        config.use_sharp_yuv = self.sharp.into();
        config.thread_level = 0;
        // The format has no gray.
        let rgb = if samples.gray {
            samples.data.iter().flat_map(|&v| [v; 3]).collect::<Vec<_>>().into()
        } else {
            std::borrow::Cow::Borrowed(&samples.data[..])
        };
        let stream = Encoder::from_rgb(&rgb, samples.width, samples.height)
            .encode_advanced(&config)
            .map_err(|e| format!("{e:?}"))?;
        Ok(stream.to_vec())
    }

    fn decode(&self, stream: &[u8]) -> Result<Picture, String> {
        let decoded = Decoder::new(stream).decode().ok_or("not a WebP picture that libwebp reads")?;
        if decoded.is_alpha() {
            return Err("the picture has alpha, which went into no stream here".to_owned());
        }
        Ok(Picture::new(decoded.width(), decoded.height(), PixelFormat::Rgb8, decoded.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::library::testing::{assert_lossy, codec_of, colour};
    use super::*;

    #[test]
    fn webp_is_lossy_and_near() {
        for spec in ["webp", "webp:m0", "webp:m6:sharp"] {
            assert_lossy(&*codec_of::<WebP>(spec));
        }
    }

    /// By the container (RFC 9649, section 2.5): a lossy stream is one chunk `VP8 `, a lossless one `VP8L`.
    #[test]
    fn streams_are_of_the_lossy_kind() {
        for q in [80.0, 100.0] {
            let stream = codec_of::<WebP>("webp").encode(&colour(), q).unwrap().stream;
            assert_eq!((&stream[..4], &stream[8..16]), (&b"RIFF"[..], &b"WEBPVP8 "[..]));
        }
    }

    #[test]
    fn options_change_the_stream() {
        let stream = |spec| codec_of::<WebP>(spec).encode(&colour(), 50.0).unwrap().stream;
        let plain = stream("webp");
        assert_eq!(plain, stream("webp:m4"));
        for spec in ["webp:m0", "webp:sharp"] {
            assert_ne!(plain, stream(spec), "{spec}");
        }
        let mut webp = WebP::default();
        assert!(!webp.set("m", "7") && !webp.set("m", "") && !webp.set("sharp", "1") && !webp.set("q", "5"));
    }

    #[test]
    fn pictures_beyond_the_format_and_damaged_streams_are_errors() {
        let wide = Picture::new(16384, 1, PixelFormat::Rgb8, vec![0; 3 * 16384]);
        let codec = codec_of::<WebP>("webp");
        assert!(codec.encode(&wide, 50.0).unwrap_err().to_string().contains("DIMENSION"));
        assert_eq!(codec.decode(b"RIFF").unwrap_err().code(), 1);
    }
}
