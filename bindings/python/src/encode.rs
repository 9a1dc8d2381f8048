//! Pixels to streams.

use kvant::{EncodeError, Encoded, Encoder, EncoderConfig, ImageView, Measure, Target};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{ArgumentError, TargetError, named, of_encode};
use crate::info::Metadata;
use crate::options::{LimitArgs, counted};
use crate::pixels::{Pixels, bytes_of};
use crate::work::interruptible;

/// What an encode should come to.
#[derive(Clone, Copy)]
enum Aim {
    /// The quality that is set.
    Quality,
    /// So many bytes, about.
    Bytes(f64),
    /// So many bytes at most.
    Within(f64),
}

impl Aim {
    fn new(size: Option<u64>, bpp: Option<f64>, within: Option<u64>, pixels: f64) -> PyResult<Self> {
        match (size, bpp, within) {
            (None, None, None) => Ok(Self::Quality),
            (Some(bytes), None, None) => Ok(Self::Bytes(bytes as f64)),
            (None, Some(bpp), None) => Ok(Self::Bytes(bpp * pixels / 8.0)),
            (None, None, Some(bytes)) => Ok(Self::Within(bytes as f64)),
            _ => Err(ArgumentError::new_err("of target_size, target_bpp and max_size one at most can be given")),
        }
    }

    /// The stream of `view`, or none where every one is too large: the bytes of the smallest.
    fn encode(self, encoder: &Encoder<'_>, view: &ImageView<'_>) -> Result<Result<Vec<u8>, f64>, EncodeError> {
        let bytes = |e: &Encoded| Ok::<_, EncodeError>(e.stream.len() as f64);
        Ok(match self {
            Self::Quality => Ok(encoder.encode(view)?),
            Self::Bytes(size) => {
                Ok(encoder.encode_to_target(view, &Target::new(Measure::Bytes, size), bytes)?.encoded.stream)
            }
            Self::Within(size) => {
                let found = encoder.encode_at_most(view, &Target::new(Measure::Bytes, size), bytes)?;
                if found.met { Ok(found.encoded.stream) } else { Err(found.value) }
            }
        })
    }
}

/// Encodes a picture.
///
/// Args:
///     image: pixels, any object with the buffer protocol, such as a NumPy array, of shape (height,
///         width) or (height, width, channels): gray, gray and alpha, RGB, or RGBA. Samples are
///         uint8 or uint16. Alpha is straight, and 0 is transparent. What is not bytes is copied.
///     quality: 0 (smallest) to 100 (finest, not lossless); about the mean SSIMULACRA2 score of
///         photographs.
///     effort: 1 (fastest) to 9 (smallest).
///     lossless: whether every pixel comes back as it is.
///     target_size: bytes to come to, within 1 %, by a search over the quality.
///     target_bpp: the same in bits per pixel.
///     max_size: most bytes: at the quality given, or the best that keeps to them.
///     chroma: '444' or '420'.
///     tune: 'perceptual' or 'psnr'.
///     profile: 'mixed' or 'fast': for size or for the speed of decoding.
///     content: 'auto', 'photo' or 'screen'.
///     alpha_quality: 0 to 100, which is lossless.
///     exact: whether colours of fully transparent pixels are kept.
///     preview: whether the stream has a small picture near its front.
///     tile_size: 512 or 1024 pixels.
///     depth: bits of a sample: 8 for uint8, 9 to 16 for uint16. None for all.
///     icc_profile: an ICC profile, as bytes.
///     exif: an Exif block, as bytes; b"Exif\0\0" before it is left out. Nothing in it is acted
///         upon.
///     xmp: an XMP packet, as bytes.
///     text: pairs of keyword and text.
///     cicp: code points of H.273: (primaries, transfer, matrix, full_range).
///     orientation: how the pixels are turned when they are shown, 1 to 8 as in Exif.
///     resolution: (columns, rows, unit) with a unit of 'inch', 'metre' or 'unknown'.
///     threads: 1 for one, 0 for one a core. The bytes do not depend on it.
///     max_pixels, max_dimension, max_memory, max_metadata: limits of those who will decode the
///         stream, as for decode(): what they refuse is not encoded.
///
/// Returns:
///     The .kvt stream.
///
/// Raises:
///     TypeError: an argument has the wrong type.
///     OverflowError: a number is negative, or too large for any picture.
///     ArgumentError: an argument has a value that cannot be.
///     LimitError: a limit would be exceeded.
///     TargetError: no quality keeps to max_size.
#[pyfunction]
#[pyo3(signature = (
    image, quality=80.0, effort=5, *, lossless=false, target_size=None, target_bpp=None, max_size=None, chroma="444",
    tune="perceptual", profile="mixed", content="auto", alpha_quality=100, exact=false, preview=false, tile_size=1024,
    depth=None, icc_profile=None, exif=None, xmp=None, text=None, cicp=None, orientation=1, resolution=None, threads=1,
    max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None
))]
#[allow(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn encode<'py>(
    image: &Bound<'py, PyAny>,
    quality: f32,
    effort: u8,
    lossless: bool,
    target_size: Option<u64>,
    target_bpp: Option<f64>,
    max_size: Option<u64>,
    chroma: &str,
    tune: &str,
    profile: &str,
    content: &str,
    alpha_quality: u8,
    exact: bool,
    preview: bool,
    tile_size: u32,
    depth: Option<u8>,
    icc_profile: Option<Bound<'py, PyAny>>,
    exif: Option<Bound<'py, PyAny>>,
    xmp: Option<Bound<'py, PyAny>>,
    text: Option<Vec<(String, String)>>,
    cicp: Option<(u8, u8, u8, bool)>,
    orientation: u8,
    resolution: Option<(u32, u32, String)>,
    threads: usize,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Bound<'py, PyBytes>> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    let config = EncoderConfig::default()
        .with_quality(quality)
        .with_effort(effort)
        .with_lossless(lossless)
        .with_chroma(named(chroma)?)
        .with_tune(named(tune)?)
        .with_profile(named(profile)?)
        .with_content(named(content)?)
        .with_alpha_quality(alpha_quality)
        .with_exact(exact)
        .with_preview(preview)
        .with_tile_size(named(&tile_size.to_string())?)
        .with_threads(counted(threads))
        .with_limits(limits.limits());
    let encoder = Encoder::new(config).map_err(|e| of_encode(e.into()))?;
    let block = |data: Option<Bound<'py, PyAny>>| -> PyResult<Option<Vec<u8>>> {
        data.map(|data| Ok(bytes_of(&data)?.to_vec())).transpose()
    };
    let (icc_profile, exif, xmp) = (block(icc_profile)?, block(exif)?, block(xmp)?);
    let text = text.unwrap_or_default();
    let metadata = Metadata { icc_profile, exif, xmp, text, cicp, orientation, resolution }.to_crate()?;
    let pixels = Pixels::of(image)?;
    let aim = Aim::new(target_size, target_bpp, max_size, pixels.count())?;
    let view = pixels.view().and_then(|view| depth.map_or(Ok(view), |depth| view.with_depth(depth)));
    let view = view.map_err(|e| of_encode(e.into()))?.with_metadata(&metadata);
    let stream = interruptible(image.py(), move |observer| aim.encode(&encoder.with_observer(observer), &view))?;
    match stream.map_err(of_encode)? {
        Ok(stream) => Ok(PyBytes::new(image.py(), &stream)),
        Err(smallest) => Err(TargetError::new_err(format!(
            "not met: the smallest encoding takes {smallest} bytes, max_size allows {}",
            max_size.unwrap_or_default()
        ))),
    }
}
