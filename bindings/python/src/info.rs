//! What a stream says besides its pixels.

use kvant::{Cicp, Decoder, ImageInfo, Orientation, Resolution, Scale};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::errors::{ArgumentError, named, of_decode};
use crate::options::{LimitArgs, open};
use crate::pixels::{bytes_of, shape};

/// What the header of a stream says.
#[pyclass(frozen, module = "kvant")]
pub(crate) struct Info {
    of: ImageInfo,
}

#[pymethods]
impl Info {
    /// Width in pixels, as they are stored.
    #[getter]
    fn width(&self) -> u32 {
        self.of.width
    }

    /// Height in pixels, as they are stored.
    #[getter]
    fn height(&self) -> u32 {
        self.of.height
    }

    /// Channels of a pixel, alpha among them: 1 to 4.
    #[getter]
    fn channels(&self) -> usize {
        self.of.format.channels()
    }

    /// Bits of a sample, 8 to 16.
    #[getter]
    fn depth(&self) -> u8 {
        self.of.depth
    }

    /// The type of decoded samples, as NumPy names it: 'uint8' or 'uint16'.
    #[getter]
    fn dtype(&self) -> &'static str {
        if self.of.format.is_wide() { "uint16" } else { "uint8" }
    }

    /// The shape of decoded pixels: (height, width), or (height, width, channels).
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        shape(py, (self.of.width, self.of.height), self.of.format)
    }

    /// How the pixels are turned when they are shown, 1 to 8 as in Exif.
    #[getter]
    fn orientation(&self) -> u8 {
        self.of.orientation.to_exif()
    }

    /// '444' or '420'; None for gray.
    #[getter]
    fn chroma(&self) -> Option<&'static str> {
        self.of.format.has_colour().then(|| self.of.chroma.name())
    }

    /// Whether the pixels are exactly those that were encoded.
    #[getter]
    fn lossless(&self) -> bool {
        self.of.lossless
    }

    /// How it is coded: 'mixed' or 'fast'.
    #[getter]
    fn profile(&self) -> &'static str {
        self.of.profile.name()
    }

    /// Draft of the format.
    #[getter]
    fn draft(&self) -> u8 {
        self.of.draft
    }

    /// Width and height of a tile in pixels.
    #[getter]
    fn tile_size(&self) -> u32 {
        self.of.tile_size
    }

    /// Number of tiles.
    #[getter]
    fn tiles(&self) -> u32 {
        self.of.tiles
    }

    /// Bytes of header and metadata.
    #[getter]
    fn header_bytes(&self) -> u64 {
        self.of.header_bytes
    }

    /// The shape of the preview's pixels; None where there is none.
    #[getter]
    fn preview_shape<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let size = (Scale::Eighth.of(self.of.width), Scale::Eighth.of(self.of.height));
        self.of.preview.as_ref().map(|_| shape(py, size, self.of.format)).transpose()
    }

    /// Bytes from the start of the stream on that preview() needs; None where there is none.
    #[getter]
    fn preview_needs(&self) -> Option<u64> {
        self.of.preview_needs()
    }

    fn __repr__(&self) -> String {
        let ImageInfo { width, height, draft, tiles, .. } = self.of;
        let word = |b| if b { "True" } else { "False" };
        let chroma = self.chroma().map_or("None".to_owned(), |name| format!("'{name}'"));
        format!(
            "Info(width={width}, height={height}, channels={}, depth={}, dtype='{}', orientation={}, chroma={chroma}, \
             lossless={}, profile='{}', draft={draft}, tiles={tiles}, preview={})",
            self.channels(),
            self.depth(),
            self.dtype(),
            self.orientation(),
            word(self.lossless()),
            self.profile(),
            word(self.of.preview.is_some()),
        )
    }
}

/// Reads the header of a stream, and decodes nothing.
///
/// Args:
///     data: a .kvt stream or its first bytes, any object with the buffer protocol.
///
/// The limits and what it raises are as for decode(): of what stands behind the header nothing is
/// looked at.
#[pyfunction]
#[pyo3(signature = (data, *, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None))]
pub(crate) fn info(
    data: &Bound<'_, PyAny>,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Info> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    let of = open(&bytes_of(data)?, limits.decoder(1, false))?.info().clone();
    Ok(Info { of })
}

/// What a stream says of its picture besides the pixels. The names are those of encode()'s
/// keywords.
#[pyclass(frozen, module = "kvant")]
pub(crate) struct Metadata {
    pub(crate) icc_profile: Option<Vec<u8>>,
    pub(crate) exif: Option<Vec<u8>>,
    pub(crate) xmp: Option<Vec<u8>>,
    pub(crate) text: Vec<(String, String)>,
    pub(crate) cicp: Option<(u8, u8, u8, bool)>,
    pub(crate) orientation: u8,
    pub(crate) resolution: Option<(u32, u32, String)>,
}

impl Metadata {
    fn of(decoder: &Decoder<'_>) -> PyResult<Self> {
        let found = decoder.metadata().map_err(of_decode)?;
        Ok(Self {
            icc_profile: found.icc,
            exif: found.exif,
            xmp: found.xmp,
            text: found.text,
            cicp: found.cicp.map(|c| (c.primaries, c.transfer, c.matrix, c.full_range)),
            orientation: found.orientation.to_exif(),
            resolution: found.resolution.map(|r| (r.x, r.y, r.unit.name().to_owned())),
        })
    }

    /// As the crate takes it.
    pub(crate) fn to_crate(&self) -> PyResult<kvant::Metadata> {
        let orientation = Orientation::from_exif(self.orientation)
            .ok_or_else(|| ArgumentError::new_err(format!("orientation {} is outside 1 to 8", self.orientation)))?;
        let cicp =
            self.cicp.map(|(primaries, transfer, matrix, full_range)| Cicp { primaries, transfer, matrix, full_range });
        let resolution = match &self.resolution {
            Some((x, y, unit)) => Some(Resolution { x: *x, y: *y, unit: named(unit)? }),
            None => None,
        };
        let mut metadata =
            kvant::Metadata::default().with_orientation(orientation).with_cicp(cicp).with_resolution(resolution);
        metadata.icc.clone_from(&self.icc_profile);
        metadata.xmp.clone_from(&self.xmp);
        // As files other than .kvt begin it.
        metadata.exif = self.exif.as_deref().map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif).to_vec());
        metadata.text.clone_from(&self.text);
        Ok(metadata)
    }
}

fn python_bytes<'py>(py: Python<'py>, block: &Option<Vec<u8>>) -> Option<Bound<'py, PyBytes>> {
    block.as_ref().map(|bytes| PyBytes::new(py, bytes))
}

#[pymethods]
impl Metadata {
    /// An ICC profile, or None.
    #[getter]
    fn icc_profile<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        python_bytes(py, &self.icc_profile)
    }

    /// An Exif block from its byte order mark on, or None. Its orientation does not count.
    #[getter]
    fn exif<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        python_bytes(py, &self.exif)
    }

    /// An XMP packet, or None.
    #[getter]
    fn xmp<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        python_bytes(py, &self.xmp)
    }

    /// Pairs of keyword and text.
    #[getter]
    fn text(&self) -> Vec<(String, String)> {
        self.text.clone()
    }

    /// Code points of H.273, (primaries, transfer, matrix, full_range), or None.
    #[getter]
    fn cicp(&self) -> Option<(u8, u8, u8, bool)> {
        self.cicp
    }

    /// How the pixels are turned when they are shown, 1 to 8 as in Exif.
    #[getter]
    fn orientation(&self) -> u8 {
        self.orientation
    }

    /// (columns, rows, unit), or None; the unit is 'inch', 'metre' or 'unknown'.
    #[getter]
    fn resolution(&self) -> Option<(u32, u32, String)> {
        self.resolution.clone()
    }

    fn __repr__(&self) -> String {
        let bytes =
            |block: &Option<Vec<u8>>| block.as_ref().map_or("None".to_owned(), |b| format!("<{} bytes>", b.len()));
        format!(
            "Metadata(icc_profile={}, exif={}, xmp={}, texts={}, orientation={})",
            bytes(&self.icc_profile),
            bytes(&self.exif),
            bytes(&self.xmp),
            self.text.len(),
            self.orientation
        )
    }
}

/// Reads what a stream says of its picture besides the pixels.
///
/// Args:
///     data: a .kvt stream, any object with the buffer protocol.
///
/// The limits and what it raises are as for decode().
#[pyfunction]
#[pyo3(signature = (data, *, max_pixels=None, max_dimension=None, max_memory=None, max_metadata=None))]
pub(crate) fn metadata(
    data: &Bound<'_, PyAny>,
    max_pixels: Option<u64>,
    max_dimension: Option<u32>,
    max_memory: Option<u64>,
    max_metadata: Option<u64>,
) -> PyResult<Metadata> {
    let limits = LimitArgs { max_pixels, max_dimension, max_memory, max_metadata };
    Metadata::of(&open(&bytes_of(data)?, limits.decoder(1, false))?)
}
