//! Streams that are read and written piece by piece: files, sockets, whatever else has [`Read`] and
//! [`Write`].

use std::io::{self, Read, Write};

use crate::decoder::PushDecoder;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};
use crate::image::view::{Image, ImageView};

/// Reads a stream to its end and decodes its picture, with the default
/// [`DecoderOptions`](crate::DecoderOptions), as it comes: what cannot be decoded is not read
/// further.
///
/// ```no_run
/// let picture = kvant::decode_reader(std::fs::File::open("photo.kvt")?)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Those of `reader`; [`io::ErrorKind::InvalidData`] around a [`DecodeError`].
pub fn decode_reader(mut reader: impl Read) -> io::Result<Image> {
    let mut decoder = PushDecoder::default();
    io::copy(&mut reader, &mut decoder)?;
    Ok(decoder.finish()?)
}

/// Writing is [`PushDecoder::push`]: [`io::copy`] decodes what a reader gives.
impl Write for PushDecoder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoder<'_> {
    /// Encodes a picture and writes its stream to `writer`.
    ///
    /// ```no_run
    /// # let view = kvant::ImageView::packed(&[0; 3], 1, 1, kvant::PixelFormat::Rgb8)?;
    /// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default().with_quality(70.0))?;
    /// encoder.encode_to(&view, std::fs::File::create("photo.kvt")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of `writer`; [`io::ErrorKind::InvalidInput`] around an [`EncodeError`], before which
    /// nothing is written.
    pub fn encode_to(&self, image: &ImageView<'_>, mut writer: impl Write) -> io::Result<()> {
        writer.write_all(&self.encode(image)?)
    }
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

impl From<EncodeError> for io::Error {
    fn from(error: EncodeError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::EncoderConfig;
    use crate::image::format::PixelFormat;

    /// Gives a few bytes at a time, as a socket does.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = out.len().min(7);
            self.0.read(&mut out[..n])
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let pixels: Vec<u8> = (0..50 * 40 * 3u32).map(|i| (i * i / 97) as u8).collect();
        let view = ImageView::packed(&pixels, 50, 40, PixelFormat::Rgb8).unwrap();
        let encoder = Encoder::new(EncoderConfig::default()).unwrap();
        let mut file = Vec::new();
        encoder.encode_to(&view, &mut file).unwrap();
        assert_eq!(decode_reader(Trickle(&file)).unwrap(), crate::decode(&file).unwrap());
        let error = decode_reader(Trickle(&file[..file.len() / 2])).unwrap_err();
        assert!(error.get_ref().is_some_and(|e| e.is::<DecodeError>()), "{error:?}");
    }

    #[test]
    fn what_is_no_stream_is_not_read_to_its_end() {
        let error = decode_reader(io::repeat(b'x')).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (io::ErrorKind::InvalidData, DecodeError::NotKvant.to_string()));
    }
}
