//! JPEG by mozjpeg: progressive with searched scans and trellis quantisation, its defaults.

use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use kvant::PixelFormat;
use mozjpeg::{ColorSpace, Compress, Decompress};

use super::jpeg::{set_chroma, whole};
use super::library::{Library, Samples};
use crate::pictures::Picture;

/// With chroma at every pixel, or by default at every fourth.
#[derive(Debug, Default)]
pub(super) struct MozJpeg {
    full_chroma: bool,
}

impl Library for MozJpeg {
    const QUALITIES: &'static [f64] = &[10.0, 15.0, 25.0, 40.0, 55.0, 70.0, 80.0, 88.0, 94.0];
    const RANGE: RangeInclusive<f64> = 1.0..=100.0;
    const EXTENSION: &'static str = "jpg";
    const WHOLE: bool = true;

    fn version() -> String {
        concat!("mozjpeg-sys ", env!("KVANT_MOZJPEG_SYS")).to_owned()
    }

    fn set(&mut self, key: &str, value: &str) -> bool {
        set_chroma(&mut self.full_chroma, key, value)
    }

    fn settings(&self) -> String {
        format!("{self:?}")
    }

    fn encode(&self, samples: &Samples<'_>, q: f64) -> Result<Vec<u8>, String> {
        let q = whole(q, &Self::RANGE)?;
        caught(|| {
            let mut encoder = Compress::new(if samples.gray { ColorSpace::JCS_GRAYSCALE } else { ColorSpace::JCS_RGB });
            encoder.set_size(samples.width as usize, samples.height as usize);
            encoder.set_quality(f32::from(q));
            if !samples.gray {
                let size = if self.full_chroma { (1, 1) } else { (2, 2) };
                encoder.set_chroma_sampling_pixel_sizes(size, size);
            }
            let mut started = encoder.start_compress(Vec::new())?;
            started.write_scanlines(&samples.data)?;
            started.finish()
        })
    }

    fn decode(&self, stream: &[u8]) -> Result<Picture, String> {
        caught(|| {
            let decoder = Decompress::new_mem(stream)?;
            let gray = decoder.color_space() == ColorSpace::JCS_GRAYSCALE;
            let mut started = if gray { decoder.grayscale() } else { decoder.rgb() }?;
            let (width, height) = (started.width() as u32, started.height() as u32);
            let data = started.read_scanlines::<u8>()?;
            started.finish()?;
            let format = if gray { PixelFormat::Gray8 } else { PixelFormat::Rgb8 };
            Ok(Picture::new(width, height, format, data))
        })
    }
}

/// The library reports errors by unwinding.
fn caught<T>(work: impl FnOnce() -> std::io::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(payload) => {
            Err(payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "a fault of mozjpeg".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::jpeg::Jpeg;
    use super::super::library::testing::{assert_lossy, codec_of, colour};
    use super::*;

    #[test]
    fn mozjpeg_is_lossy_and_near() {
        assert_lossy(&*codec_of::<MozJpeg>("mozjpeg"));
        assert_lossy(&*codec_of::<MozJpeg>("mozjpeg:444"));
    }

    /// By the frame header (ITU-T T.81, B.2.2) that [`Jpeg`]'s tests describe.
    #[test]
    fn streams_are_progressive_with_the_chroma_asked_for() {
        for (spec, luma) in [("mozjpeg", 0x22), ("mozjpeg:444", 0x11)] {
            let stream = codec_of::<MozJpeg>(spec).encode(&colour(), 50.0).unwrap().stream;
            let at = stream.windows(2).position(|w| w == [0xff, 0xc2]).expect("progressive");
            assert_eq!(stream[at + 11], luma, "{spec}");
        }
    }

    #[test]
    fn damaged_streams_are_errors() {
        let codec = codec_of::<MozJpeg>("mozjpeg");
        for stream in [&b""[..], b"\xff\xd8\xff", b"no JPEG at all"] {
            assert!(codec.decode(stream).unwrap_err().to_string().starts_with("decode: "));
        }
    }

    /// Two independent decoders agree but for rounding and the interpolation of chroma.
    #[test]
    fn the_pure_decoder_sees_the_same_picture() {
        use super::super::library::testing::mse;
        let codec = codec_of::<MozJpeg>("mozjpeg:444");
        let stream = codec.encode(&colour(), 90.0).unwrap().stream;
        let other = codec_of::<Jpeg>("jpeg").decode(&stream).unwrap().picture;
        assert!(mse(&codec.decode(&stream).unwrap().picture, &other) < 1.0);
    }
}
