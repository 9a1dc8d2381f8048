//! WebP by libwebp, lossy or lossless.

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
    lossless: bool,
}

impl Default for WebP {
    fn default() -> Self {
        Self { method: 4, sharp: false, lossless: false }
    }
}

impl Library for WebP {
    const QUALITIES: &'static [f64] = &[5.0, 15.0, 30.0, 45.0, 60.0, 75.0, 85.0, 92.0, 97.0];
    const RANGE: RangeInclusive<f64> = 0.0..=100.0;
    const EXTENSION: &'static str = "webp";

    fn version() -> String {
        concat!("webp ", env!("KVANT_WEBP"), ", libwebp-sys ", env!("KVANT_LIBWEBP_SYS")).to_owned()
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        match (key, value.parse()) {
            ("m", Ok(method @ 0..=6)) => self.method = method,
            ("sharp", _) if value.is_empty() => self.sharp = true,
            ("lossless", _) if value.is_empty() => self.lossless = true,
            _ => return false,
        }
        true
    }

    fn lossless(&self) -> bool {
        self.lossless
    }

    fn alpha(&self) -> bool {
        true
    }

    fn settings(&self) -> String {
        format!("{self:?}")
    }

    fn encode(&self, samples: &Samples<'_>, q: f64) -> Result<Vec<u8>, String> {
        let mut config = WebPConfig::new().map_err(|()| "libwebp gives no configuration".to_owned())?;
        if samples.wide {
            return Err("the picture has samples of more than 8 bits, which WebP does not hold".to_owned());
        }
        config.lossless = self.lossless.into();
        // Of a lossless stream, how hard to search; cwebp's own choice.
        config.quality = if self.lossless { 75.0 } else { q as f32 };
        // Colours stay where nothing shows.
        config.exact = self.lossless.into();
        config.method = self.method.into();
        config.use_sharp_yuv = self.sharp.into();
        config.thread_level = 0;
        // The format has no gray.
        let pixels = match (samples.gray, samples.alpha) {
            (true, false) => samples.data.iter().flat_map(|&v| [v; 3]).collect::<Vec<_>>().into(),
            (true, true) => {
                samples.data.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect::<Vec<_>>().into()
            }
            (false, _) => std::borrow::Cow::Borrowed(&samples.data[..]),
        };
        let encoder = if samples.alpha { Encoder::from_rgba } else { Encoder::from_rgb };
        let stream =
            encoder(&pixels, samples.width, samples.height).encode_advanced(&config).map_err(|e| format!("{e:?}"))?;
        Ok(stream.to_vec())
    }

    fn decode(&self, stream: &[u8]) -> Result<Picture, String> {
        let decoded = Decoder::new(stream).decode().ok_or("not a WebP picture that libwebp reads")?;
        let format = PixelFormat::new(true, decoded.is_alpha(), false);
        Ok(Picture::new(decoded.width(), decoded.height(), format, decoded.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::library::testing::{assert_lossless, assert_lossy, codec_of, colour};
    use super::*;

    #[test]
    fn webp_is_lossy_and_near() {
        for spec in ["webp", "webp:m0", "webp:m6:sharp"] {
            assert_lossy(&*codec_of::<WebP>(spec));
        }
    }

    #[test]
    fn alpha_is_stored_without_loss() {
        let data = (0..61 * 43u32).flat_map(|i| [(i % 61 * 4) as u8, 90, 200, (i / 61 * 5) as u8]).collect();
        let clear = Picture::new(61, 43, PixelFormat::Rgba8, data);
        let codec = codec_of::<WebP>("webp");
        let decoded = codec.decode(&codec.encode(&clear, 50.0).unwrap().stream).unwrap().picture;
        let alpha = |p: &Picture| p.data().iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
        assert!(codec.alpha() && alpha(&decoded) == alpha(&clear) && decoded != clear);
    }

    #[test]
    fn webp_can_be_lossless_with_alpha_and_hidden_colours() {
        let clear = Picture::new(2, 1, PixelFormat::Rgba8, vec![1, 2, 3, 0, 4, 5, 6, 7]);
        let gray = Picture::new(2, 1, PixelFormat::GrayAlpha8, vec![9, 0, 8, 255]);
        assert_lossless(&*codec_of::<WebP>("webp:lossless"), &[clear, gray]);
        let deep = Picture::new(1, 1, PixelFormat::Gray16, vec![1, 2]);
        assert!(codec_of::<WebP>("webp:lossless").encode(&deep, 100.0).unwrap_err().to_string().contains("8 bits"));
    }

    /// By the container (RFC 9649, section 2.5): a lossy stream is one chunk `VP8 `, a lossless one
    /// `VP8L`.
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
        assert!(codec.decode(b"RIFF").unwrap_err().to_string().starts_with("decode: "));
    }
}
