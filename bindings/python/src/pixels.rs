//! Pixels and bytes as Python has them: objects with the buffer protocol.
//!
//! What may change while the GIL is released is copied first. Python's stable interface has no
//! buffers before version 3.11, so they are read and made through `memoryview`.

use kvant::{Image, ImageView, PixelFormat};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyTuple};

use crate::errors::ArgumentError;

/// The bytes of `data`, in place where it is `bytes`.
pub(crate) fn bytes_of(data: &Bound<'_, PyAny>) -> PyResult<PyBackedBytes> {
    match data.cast::<PyBytes>() {
        Ok(bytes) => Ok(bytes.clone().into()),
        Err(_) => PyMemoryView::from(data)?
            .call_method0("tobytes")?
            .cast_into::<PyBytes>()
            .map(Into::into)
            .map_err(Into::into),
    }
}

/// Pixels that were given.
pub(crate) struct Pixels {
    bytes: PyBackedBytes,
    width: u32,
    height: u32,
    format: PixelFormat,
}

impl Pixels {
    /// Those of an object of shape (height, width) or (height, width, channels).
    pub(crate) fn of(image: &Bound<'_, PyAny>) -> PyResult<Self> {
        let view = PyMemoryView::from(image)?;
        let samples: String = view.getattr("format")?.extract()?;
        let wide = match samples.as_str() {
            "B" => false,
            "H" | "=H" | "@H" => true,
            "<H" if cfg!(target_endian = "little") => true,
            ">H" if cfg!(target_endian = "big") => true,
            _ => {
                let text = format!("samples of type '{samples}': uint8 and uint16 in native order are expected");
                return Err(ArgumentError::new_err(text));
            }
        };
        let shape = view.getattr("shape")?;
        let sides: Vec<usize> = shape.extract()?;
        let (height, width, channels) = match sides[..] {
            [height, width] => (height, width, 1),
            [height, width, channels @ 1..=4] => (height, width, channels),
            _ => {
                let text = format!("shape {shape}: (height, width) or (height, width, 1 to 4) is expected");
                return Err(ArgumentError::new_err(text));
            }
        };
        // A side that no u32 holds is refused as any other that is too long.
        let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let format = PixelFormat::new(channels >= 3, channels % 2 == 0, wide);
        Ok(Self { bytes: bytes_of(image)?, width, height, format })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> f64 {
        f64::from(self.width) * f64::from(self.height)
    }

    /// As the crate takes them.
    pub(crate) fn view(&self) -> Result<ImageView<'_>, kvant::ImageError> {
        ImageView::packed(&self.bytes, self.width, self.height, self.format)
    }
}

/// A writable memoryview of a copy of the pixels of `image`.
pub(crate) fn shown<'py>(py: Python<'py>, image: &Image) -> PyResult<Bound<'py, PyAny>> {
    viewed(&PyByteArray::new(py, image.data()), (image.width(), image.height()), image.format())
}

/// A memoryview of `pixels` with their shape.
pub(crate) fn viewed<'py>(
    pixels: &Bound<'py, PyByteArray>,
    size: (u32, u32),
    format: PixelFormat,
) -> PyResult<Bound<'py, PyAny>> {
    let shape = shape(pixels.py(), size, format)?;
    let samples = if format.is_wide() { "H" } else { "B" };
    PyMemoryView::from(pixels)?.call_method1("cast", (samples, shape))
}

/// The shape of pixels: (height, width), and the channels where there are several.
pub(crate) fn shape<'py>(
    py: Python<'py>,
    (width, height): (u32, u32),
    format: PixelFormat,
) -> PyResult<Bound<'py, PyTuple>> {
    match format.channels() {
        1 => (height, width).into_pyobject(py),
        channels => (height, width, channels).into_pyobject(py),
    }
}
