//! Pixels to streams.

use kvant::{Encoder, EncoderConfig};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{TargetError, named, of_encode};
use crate::info::Metadata;
use crate::options::{LimitArgs, counted};
use crate::pixels::{Pixels, bytes_of};
use crate::target::{Aim, Target};
use crate::work::{Callbacks, Fault, with_callbacks};

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
///     target: a Target: a score to come to, by a measure of yours, by a search over the quality.
///         Where it is not met within the tolerance, the stream is the nearest that was found.
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
///     progress: is called with the pixels that are done and with those of the picture, at most 20
///         times a second and at the end, on the thread that called. Each pass of a search begins
///         anew. What it raises ends the encode.
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
///     What progress and the measure of target raise.
#[pyfunction]
#[pyo3(signature = (
    image, quality=80.0, effort=5, *, lossless=false, target_size=None, target_bpp=None, max_size=None, target=None,
    chroma="444", tune="perceptual", profile="mixed", content="auto", alpha_quality=100, exact=false, preview=false, tile_size=1024,
    depth=None, icc_profile=None, exif=None, xmp=None, text=None, cicp=None, orientation=1, resolution=None, threads=1,
    progress=None, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None
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
    target: Option<&Bound<'py, Target>>,
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
    progress: Option<Py<PyAny>>,
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
    let target = target.map(Bound::get);
    let aim = Aim::new(target_size, target_bpp, max_size, target, pixels.count())?;
    let view = pixels.view().and_then(|view| depth.map_or(Ok(view), |depth| view.with_depth(depth)));
    let view = view.map_err(|e| of_encode(e.into()))?.with_metadata(&metadata);
    let (py, measure) = (image.py(), target.map(|target| &target.measure));
    let measure = measure.map(|measure| (measure.clone_ref(py), image.clone().unbind()));
    let stream = with_callbacks(py, &Callbacks { progress, measure }, move |observer, asking| {
        aim.encode(&encoder.with_observer(observer), &view, asking)
    })?;
    let stream = stream.map_err(|fault| match fault {
        Fault::Encode(e) => of_encode(e),
        Fault::Raised(e) => e,
    })?;
    match stream {
        Ok(stream) => Ok(PyBytes::new(py, &stream)),
        Err(smallest) => Err(TargetError::new_err(format!(
            "not met: the smallest encoding takes {smallest} bytes, max_size allows {}",
            max_size.unwrap_or_default()
        ))),
    }
}
