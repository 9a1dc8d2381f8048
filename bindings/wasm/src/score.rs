//! SSIMULACRA2, as `kvant compare` computes it of pictures without HDR.

use fast_ssim2::{PixelDescriptor, PixelSlice, Ssimulacra2Error, Ssimulacra2Reference};
use kvant::{EncodeError, ImageView};
use wasm_bindgen::prelude::*;

use crate::encode::view_of;
use crate::fault::{fault, of_encode};

/// Grays that pictures with alpha are laid on, in 8 bits; the worst score counts.
const GROUNDS: [u32; 3] = [0, 255, 128];

/// What ended a search for a score.
#[derive(Debug)]
pub(crate) enum Scored {
    /// The encoder's fault.
    Encode(EncodeError),
    /// The metric's.
    Metric(JsValue),
}

impl From<EncodeError> for Scored {
    fn from(e: EncodeError) -> Self {
        Self::Encode(e)
    }
}

impl From<Scored> for JsValue {
    fn from(e: Scored) -> Self {
        match e {
            Scored::Encode(e) => of_encode(e),
            Scored::Metric(fault) => fault,
        }
    }
}

fn failed(e: Ssimulacra2Error) -> JsValue {
    fault("config", &e.to_string())
}

/// Red, green and blue of pixels that lie on a gray, in 8 bits or in 16.
enum Laid {
    Narrow(Vec<u8>),
    Wide(Vec<u8>),
}

impl Laid {
    /// `view` on a gray of 8 bits; of all 16 bits unless it has 8 and they are kept.
    fn new(view: &ImageView<'_>, ground: u32, narrow: bool) -> Self {
        let format = view.format();
        let (channels, alpha) = (format.channels(), format.has_alpha());
        let peak = (1 << view.depth()) - 1;
        let whole = if narrow { peak } else { 65535 };
        let scaled = |v: u32, from: u32, to: u32| {
            ((u64::from(v) * u64::from(to) + u64::from(from / 2)) / u64::from(from)) as u32
        };
        let ground = scaled(ground, 255, whole);
        let mut out = Vec::with_capacity(view.width() as usize * view.height() as usize * if narrow { 3 } else { 6 });
        for y in 0..view.height() {
            let row = view.row(y);
            let sample = |i: usize| match format.is_wide() {
                true => u32::from(u16::from_ne_bytes([row[2 * i], row[2 * i + 1]])),
                false => u32::from(row[i]),
            };
            for first in (0..view.width() as usize).map(|x| x * channels) {
                for c in 0..3 {
                    let front = scaled(sample(first + if format.has_colour() { c } else { 0 }), peak, whole);
                    let value = if alpha {
                        let part = u64::from(scaled(sample(first + channels - 1), peak, whole));
                        let whole = u64::from(whole);
                        let sum = u64::from(front) * part + u64::from(ground) * (whole - part);
                        ((sum + whole / 2) / whole) as u32
                    } else {
                        front
                    };
                    if narrow { out.push(value as u8) } else { out.extend((value as u16).to_ne_bytes()) }
                }
            }
        }
        if narrow { Self::Narrow(out) } else { Self::Wide(out) }
    }

    fn slice(&self, width: u32, height: u32) -> Result<PixelSlice<'_>, JsValue> {
        let (bytes, descriptor) = match self {
            Self::Narrow(bytes) => (bytes, PixelDescriptor::RGB8_SRGB),
            Self::Wide(bytes) => (bytes, PixelDescriptor::RGB16_SRGB),
        };
        PixelSlice::new(bytes, width, height, bytes.len() / height as usize, descriptor)
            .map_err(|_| fault("config", "SSIMULACRA2 does not take such pixels"))
    }
}

/// What others are compared with.
pub(crate) struct Reference<'a> {
    view: ImageView<'a>,
}

impl<'a> Reference<'a> {
    pub(crate) fn new(view: &ImageView<'a>) -> Result<Self, JsValue> {
        Ok(Self { view: *view })
    }

    /// The score of `other`.
    pub(crate) fn compare(&self, other: &ImageView<'_>) -> Result<f64, JsValue> {
        let views = [&self.view, other];
        let [one, two] = views.map(|view| (view.width(), view.height()));
        if one != two {
            return Err(fault("config", "the pictures differ in size"));
        }
        let narrow = views.iter().all(|view| view.depth() == 8);
        let grounds = if views.iter().any(|view| view.format().has_alpha()) { &GROUNDS[..] } else { &GROUNDS[..1] };
        let scores = grounds.iter().map(|&ground| {
            let [a, b] = views.map(|view| Laid::new(view, ground, narrow));
            let reference = Ssimulacra2Reference::new(&a.slice(one.0, one.1)?).map_err(failed)?;
            reference.compare(&b.slice(one.0, one.1)?).map_err(failed)
        });
        scores.reduce(|a, b| Ok(a?.min(b?))).unwrap_or(Ok(100.0))
    }
}

/// The score of the second picture as a copy of the first.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "two pictures")]
pub fn score(
    one: &[u8],
    one_channels: u32,
    one_depth: u8,
    two: &[u8],
    two_channels: u32,
    two_depth: u8,
    width: u32,
    height: u32,
) -> Result<f64, JsValue> {
    let view = view_of(one, width, height, one_channels, one_depth)?;
    Reference::new(&view)?.compare(&view_of(two, width, height, two_channels, two_depth)?)
}
