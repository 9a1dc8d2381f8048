//! What an encode should come to.

use kvant::{Encoded, Encoder, ImageView, Measure};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::errors::ArgumentError;
use crate::work::{Asking, Fault};

/// A score that an encoded picture should come to, by a measure of yours.
///
/// Args:
///     measure: is called with the pixels given to encode(), and with decoded ones as decode()
///         gives them, and returns a number. It rises or falls with quality. It is called a few
///         times for each picture, on the thread that called encode(). What it raises ends the
///         encode.
///     value: the number wanted.
///     scale: 'ssimulacra2', 'butteraugli' or 'psnr' for numbers on the scale of these; else what
///         the measure gives at quality 0 and at quality 100, roughly, as a pair.
///     tolerance: what is near enough, either way. None for 0.3 points of SSIMULACRA2, 0.02 of
///         Butteraugli, 0.1 dB, or 0.3 % between the numbers of the pair.
///     max_passes: how many times the picture may be encoded; two to four are usual.
#[pyclass(frozen, module = "kvant", skip_from_py_object)]
pub(crate) struct Target {
    pub(crate) measure: Py<PyAny>,
    target: kvant::Target,
}

/// A scale of the crate's by name, or the values at its ends.
#[derive(FromPyObject)]
enum Scale {
    Name(String),
    Ends(f64, f64),
}

#[pymethods]
impl Target {
    #[new]
    #[pyo3(signature = (measure, value, *, scale=None, tolerance=None, max_passes=8))]
    fn new(
        measure: Bound<'_, PyAny>,
        value: f64,
        scale: Option<Scale>,
        tolerance: Option<f64>,
        max_passes: u32,
    ) -> PyResult<Self> {
        if !measure.is_callable() {
            return Err(PyTypeError::new_err("measure is not callable"));
        }
        let scale = match scale.unwrap_or_else(|| Scale::Name("ssimulacra2".to_owned())) {
            Scale::Ends(at_0, at_100) => Measure::Other { at_0, at_100 },
            Scale::Name(name) => match name.as_str() {
                "ssimulacra2" => Measure::Ssimulacra2,
                "butteraugli" => Measure::Butteraugli,
                "psnr" => Measure::Psnr,
                _ => {
                    let text = format!("'{name}' is no scale; there are ssimulacra2, butteraugli, psnr, and pairs");
                    return Err(ArgumentError::new_err(text));
                }
            },
        };
        let target = kvant::Target::new(scale, value).with_max_passes(max_passes);
        let target = tolerance.map_or(target, |tolerance| target.with_tolerance(tolerance));
        Ok(Self { measure: measure.unbind(), target })
    }
}

/// What an encode is to come to.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    /// The quality that is set.
    Quality,
    /// So many bytes, about.
    Bytes(f64),
    /// So many bytes at most.
    Within(f64),
    /// A score.
    Score(kvant::Target),
}

impl Aim {
    pub(crate) fn new(
        size: Option<u64>,
        bpp: Option<f64>,
        within: Option<u64>,
        score: Option<&Target>,
        pixels: f64,
    ) -> PyResult<Self> {
        match (size, bpp, within, score) {
            (None, None, None, None) => Ok(Self::Quality),
            (Some(bytes), None, None, None) => Ok(Self::Bytes(bytes as f64)),
            (None, Some(bpp), None, None) => Ok(Self::Bytes(bpp * pixels / 8.0)),
            (None, None, Some(bytes), None) => Ok(Self::Within(bytes as f64)),
            (None, None, None, Some(score)) => Ok(Self::Score(score.target)),
            _ => {
                Err(ArgumentError::new_err("of target_size, target_bpp, max_size and target one at most can be given"))
            }
        }
    }

    /// The stream of `view`, or none where every one is too large: the bytes of the smallest.
    pub(crate) fn encode(
        self,
        encoder: &Encoder<'_>,
        view: &ImageView<'_>,
        asking: &Asking,
    ) -> Result<Result<Vec<u8>, f64>, Fault> {
        let bytes = |e: &Encoded| Ok::<_, Fault>(e.stream.len() as f64);
        Ok(match self {
            Self::Quality => Ok(encoder.encode(view)?),
            Self::Bytes(size) => {
                let target = kvant::Target::new(Measure::Bytes, size);
                Ok(encoder.encode_to_target(view, &target, bytes)?.encoded.stream)
            }
            Self::Score(target) => {
                let score = |e: &Encoded| asking.measure(&e.reconstruction);
                Ok(encoder.encode_to_target(view, &target, score)?.encoded.stream)
            }
            Self::Within(size) => {
                let found = encoder.encode_at_most(view, &kvant::Target::new(Measure::Bytes, size), bytes)?;
                if found.met { Ok(found.encoded.stream) } else { Err(found.value) }
            }
        })
    }
}
