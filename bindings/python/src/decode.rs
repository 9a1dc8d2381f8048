//! Streams to pixels.

use kvant::{DecodeError, Decoder, DecoderOptions, ImageViewMut, Observer, Scale};
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::errors::{named, of_decode};
use crate::options::{LimitArgs, open};
use crate::pixels::{bytes_of, shown, viewed};
use crate::work::interruptible;

/// What `work` makes of `data`.
fn decoded<T: Send>(
    data: &Bound<'_, PyAny>,
    options: DecoderOptions,
    work: impl FnOnce(&Decoder<'_>) -> Result<T, DecodeError> + Send,
) -> PyResult<T> {
    let bytes = bytes_of(data)?;
    let decoder = open(&bytes, options)?;
    interruptible(data.py(), move |observer| work(&decoder.with_observer(observer)))?.map_err(of_decode)
}

/// The pixels of a part of `data`, or of all of it. They are decoded to where Python has them: that
/// memory counts towards the limit as if it were the crate's.
fn region_of<'py>(
    data: &Bound<'py, PyAny>,
    options: DecoderOptions,
    part: Option<[u32; 4]>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, bytes) = (data.py(), bytes_of(data)?);
    let decoder = open(&bytes, options)?;
    let info = decoder.info();
    let [x, y, width, height] = part.unwrap_or([0, 0, info.width, info.height]);
    decoder.check_region(x, y, width, height).map_err(of_decode)?;
    let format = info.format;
    let len = width as usize * height as usize * format.bytes_per_pixel();
    let limits = options.limits.with_max_memory(options.limits.max_memory.saturating_sub(len as u64));
    let decoder = open(&bytes, options.with_limits(limits))?;
    let pixels = PyByteArray::new_with(py, len, |pixels| {
        let work = |observer: &dyn Observer| {
            let mut view = ImageViewMut::packed(pixels, width, height, format)?;
            decoder.with_observer(observer).decode_region_into(x, y, &mut view)
        };
        interruptible(py, work)?.map_err(of_decode)
    })?;
    viewed(&pixels, (width, height), format)
}

/// Decodes a picture.
///
/// Args:
///     data: a .kvt stream, any object with the buffer protocol. One that is not bytes is copied.
///     reduce: 1, 2, 4 or 8: what width and height are divided by, rounded up. At 8 the pixels are
///         the preview where the stream has one; otherwise each is the mean of those that it stands
///         for.
///     full_depth: whether samples have 16 bits whatever the source had.
///     threads: 1 for one, 0 for one a core. The pixels do not depend on it.
///     max_pixels: most pixels of the picture; 2**28 where it is None.
///     max_dimension: largest width and height, in pixels; 65535 where it is None.
///     max_memory: most bytes of working memory and pixels; 2 GiB where it is None.
///     max_metadata: most bytes of metadata, packed and unpacked; 64 MiB where it is None.
///
/// Returns:
///     A writable memoryview of shape (height, width) for gray, else (height, width, channels):
///     gray and alpha, RGB, or RGBA. Its format is 'B' (uint8), or 'H' (uint16) where the source
///     had more than 8 bits a sample; samples are then 0 to 2**depth - 1, with the depth of info().
///     numpy.asarray makes an array of it without a copy. Alpha is straight. The pixels are not
///     turned as the orientation says.
///
/// Raises:
///     TypeError: data has no buffer.
///     OverflowError: a number is negative, or too large for any picture.
///     UnsupportedError, DamagedError, TruncatedError, LimitError, ArgumentError: see each.
#[pyfunction]
#[pyo3(signature = (data, *, reduce=1, full_depth=false, threads=1, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None))]
#[allow(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn decode<'py>(
    data: &Bound<'py, PyAny>,
    reduce: u32,
    full_depth: bool,
    threads: usize,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Bound<'py, PyAny>> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    let options = limits.decoder(threads, full_depth);
    if reduce == 1 {
        return region_of(data, options, None);
    }
    let scale: Scale = named(&format!("1/{reduce}"))?;
    let scaled = decoded(data, options, |decoder| decoder.decode_scaled(scale))?;
    shown(data.py(), &scaled.image)
}

/// Decodes a part of a picture, and of the stream only the tiles that it needs.
///
/// Args:
///     data: a .kvt stream, as for decode().
///     x: first column, from 0.
///     y: first row, from 0.
///     width: columns, 1 and up.
///     height: rows, 1 and up. The part lies in the picture as it is stored, before it is turned.
///
/// The others, what it returns and what it raises are as for decode(); ArgumentError where the part
/// is not within the picture.
#[pyfunction]
#[pyo3(signature = (data, x, y, width, height, *, full_depth=false, threads=1, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None))]
#[allow(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn decode_region<'py>(
    data: &Bound<'py, PyAny>,
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    full_depth: bool,
    threads: usize,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Bound<'py, PyAny>> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    region_of(data, limits.decoder(threads, full_depth), Some([x, y, width, height]))
}

/// Decodes the small picture that a stream may have near its front.
///
/// Args:
///     data: a .kvt stream, or its first bytes, as many as Info.preview_needs says.
///
/// Returns:
///     Pixels as those of decode(), an eighth as wide and as high, rounded up; None where the
///     stream has no preview.
///
/// The others and what it raises are as for decode().
#[pyfunction]
#[pyo3(signature = (data, *, full_depth=false, threads=1, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None))]
#[allow(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn preview<'py>(
    data: &Bound<'py, PyAny>,
    full_depth: bool,
    threads: usize,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    let image = decoded(data, limits.decoder(threads, full_depth), |decoder| decoder.preview())?;
    image.map(|image| shown(data.py(), &image)).transpose()
}

/// Pixels that a damaged stream does not give.
#[pyclass(frozen, get_all, module = "kvant", skip_from_py_object)]
#[derive(Clone)]
pub(crate) struct Missing {
    /// First column.
    x: u32,
    /// First row.
    y: u32,
    /// Columns.
    width: u32,
    /// Rows.
    height: u32,
}

#[pymethods]
impl Missing {
    fn __repr__(&self) -> String {
        let Self { x, y, width, height } = self;
        format!("Missing(x={x}, y={y}, width={width}, height={height})")
    }
}

/// What there is of a damaged picture.
#[pyclass(frozen, get_all, module = "kvant")]
pub(crate) struct Partial {
    /// All pixels, as those of decode(). Missing ones are those of the preview, or gray.
    pixels: Py<PyAny>,
    /// Rectangles that are missing, as a list of Missing.
    missing: Vec<Missing>,
    /// Whether missing pixels have their colours from the preview.
    from_preview: bool,
    /// The first fault, as an exception that was not raised; None where the stream is intact.
    fault: Option<Py<PyAny>>,
}

#[pymethods]
impl Partial {
    fn __repr__(&self) -> String {
        let fault = self.fault.as_ref().map_or("None".to_owned(), |fault| format!("'{fault}'"));
        let from_preview = if self.from_preview { "True" } else { "False" };
        format!("Partial(missing={}, from_preview={from_preview}, fault={fault})", self.missing.len())
    }
}

/// Decodes what there is of a damaged or incomplete stream.
///
/// Returns:
///     A Partial: pixels, missing, from_preview, fault.
///
/// The arguments are as for decode(). Raises where nothing of the picture can be shown, or a limit
/// would be exceeded.
#[pyfunction]
#[pyo3(signature = (data, *, full_depth=false, threads=1, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None))]
#[allow(clippy::too_many_arguments, reason = "keywords in Python")]
pub(crate) fn decode_partial(
    data: &Bound<'_, PyAny>,
    full_depth: bool,
    threads: usize,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Partial> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    let partial = decoded(data, limits.decoder(threads, full_depth), |decoder| decoder.decode_partial())?;
    let py = data.py();
    let missing = |m: &kvant::Missing| Missing { x: m.x, y: m.y, width: m.width, height: m.height };
    Ok(Partial {
        pixels: shown(py, &partial.image)?.unbind(),
        missing: partial.missing.iter().map(missing).collect(),
        from_preview: partial.from_preview,
        fault: partial.fault.map(|fault| of_decode(fault).into_value(py).into_any()),
    })
}
