//! Streams that are read and written piece by piece: files, sockets, whatever else has [`Read`] and
//! [`Write`].

use std::io::{self, Read, Write};

use crate::decoder::PushDecoder;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};
use crate::image::view::{Image, ImageView};

/// Bytes that are read first, and at once at most.
const FIRST: u64 = 64 << 10;
const MOST: u64 = 16 << 20;

/// Reads a stream to its end and decodes its picture, with the default
/// [`DecoderOptions`](crate::DecoderOptions), as it comes: what is known not to be decodable is not
/// read further. The only tile of a picture goes to the end of the stream: bytes behind it are read
/// up to [`Limits::max_memory`](crate::Limits::max_memory), and then are an error.
///
/// The stream is in memory as a whole, and is decoded in pieces, each of twice the bytes of the one
/// before: [`decode`](crate::decode) is faster where all bytes are there.
///
/// ```no_run
/// let picture = kvant::decode_reader(std::fs::File::open("photo.kvt")?)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Those of `reader`, and those of decoding: [`io::ErrorKind::UnexpectedEof`] where the stream is
/// known to be cut off, else [`io::ErrorKind::InvalidData`], around a [`DecodeError`].
///
/// ```
/// use kvant::DecodeError;
///
/// let error = kvant::decode_reader(&b"something else"[..]).unwrap_err();
/// let cause = error.get_ref().and_then(|e| e.downcast_ref::<DecodeError>());
/// assert_eq!(cause, Some(&DecodeError::NotKvant));
/// ```
pub fn decode_reader(mut reader: impl Read) -> io::Result<Image> {
    let mut decoder = PushDecoder::default();
    let (mut piece, mut length) = (Vec::new(), FIRST);
    while reader.by_ref().take(length).read_to_end(&mut piece)? > 0 {
        decoder.push(&piece)?;
        piece.clear();
        length = MOST.min(2 * length);
    }
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
    /// Encodes a picture, writes its stream to `writer` and flushes that.
    ///
    /// ```no_run
    /// # let view = kvant::ImageView::packed(&[0; 3], 1, 1, kvant::PixelFormat::Rgb8)?;
    /// let encoder = kvant::Encoder::new(kvant::EncoderConfig::default().with_quality(70.0))?;
    /// encoder.encode_to(&view, std::fs::File::create("photo.kvt")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of `writer`; [`io::ErrorKind::InvalidInput`] around an [`EncodeError`],
    /// [`io::ErrorKind::Other`] around [`EncodeError::Cancelled`], before which nothing is written.
    pub fn encode_to(&self, image: &ImageView<'_>, mut writer: impl Write) -> io::Result<()> {
        writer.write_all(&self.encode(image)?)?;
        // What a writer keeps back may fail to be written, and it says so only here.
        writer.flush()
    }
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        let kind = match error {
            DecodeError::Truncated { .. } => io::ErrorKind::UnexpectedEof,
            DecodeError::Cancelled => io::ErrorKind::Other,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

impl From<EncodeError> for io::Error {
    fn from(error: EncodeError) -> Self {
        let kind = match error {
            EncodeError::Cancelled => io::ErrorKind::Other,
            _ => io::ErrorKind::InvalidInput,
        };
        Self::new(kind, error)
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

    /// Takes all bytes and then cannot write them: a buffer before a full disk.
    struct Full;

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn a_full_disk_behind_a_buffer_is_an_error() {
        let view = ImageView::packed(&[0; 3], 1, 1, PixelFormat::Rgb8).unwrap();
        let error = Encoder::new(EncoderConfig::default()).unwrap().encode_to(&view, Full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn errors_have_the_kinds_of_io() {
        let kind = |error: DecodeError| io::Error::from(error).kind();
        let truncated = DecodeError::Truncated { what: "tile", needed: 2, available: 1 };
        assert_eq!(kind(truncated), io::ErrorKind::UnexpectedEof);
        assert_eq!(kind(DecodeError::Cancelled), io::ErrorKind::Other);
        assert_eq!(io::Error::from(EncodeError::Cancelled).kind(), io::ErrorKind::Other);
    }

    /// Counts the bytes that it is asked for.
    struct Counted<'a>(&'a mut u64);

    impl Read for Counted<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            *self.0 += out.len() as u64;
            io::repeat(b'x').read(out)
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_read_for_one_piece() {
        let mut bytes = 0;
        assert!(decode_reader(Counted(&mut bytes)).is_err());
        assert_eq!(bytes, FIRST);
    }

    #[test]
    fn what_is_no_stream_is_not_read_to_its_end() {
        let error = decode_reader(io::repeat(b'x')).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (io::ErrorKind::InvalidData, DecodeError::NotKvant.to_string()));
    }
}
