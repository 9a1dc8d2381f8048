//! Pixels to streams.

use std::ops::ControlFlow;

use kvant::{
    Cicp, EncodeError, Encoded, Encoder, EncoderConfig, ImageView, Measure, Metadata, Orientation, PixelFormat,
    Resolution, ResolutionUnit, Target, Targeted,
};
use wasm_bindgen::prelude::*;

use crate::decode::limits;
use crate::fault::{fault, named, of_encode, of_image};
use crate::score::{Reference, Scored};

#[wasm_bindgen(raw_module = "../progress.js")]
extern "C" {
    /// Tells that `done` of `total` pixels are coded.
    fn progress(done: f64, total: f64);
}

/// What an encode should come to.
#[derive(Debug, Clone, Copy)]
enum Aim {
    /// The quality that is set.
    Quality,
    /// So many bytes, about.
    Size(f64),
    /// So many bytes at most.
    Within(f64),
    /// So many points of SSIMULACRA2.
    Score(f64),
}

/// Settings and metadata of an encode, which are set by their names in JavaScript.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Encoding {
    config: EncoderConfig,
    metadata: Metadata,
    aim: Aim,
}

fn unknown(name: &str) -> JsValue {
    fault("config", &["there is no option '", name, "', or it has another type"].concat())
}

#[wasm_bindgen]
impl Encoding {
    /// The defaults of the library.
    #[wasm_bindgen(constructor)]
    pub fn new(max_pixels: f64, max_memory: f64) -> Self {
        let config = EncoderConfig::default().with_limits(limits(max_pixels, max_memory));
        Self { config, metadata: Metadata::default(), aim: Aim::Quality }
    }

    /// Sets a number.
    #[wasm_bindgen(js_name = setNumber)]
    pub fn set_number(&mut self, name: &str, value: f64) -> Result<(), JsValue> {
        let config = &mut self.config;
        match name {
            "quality" => config.quality = value as f32,
            "effort" => config.effort = value as u8,
            "alphaQuality" => config.alpha_quality = value as u8,
            "tileSize" => config.tile_size = named(&value.to_string())?,
            "orientation" => {
                let orientation = Orientation::from_exif(value as u8);
                self.metadata.orientation =
                    orientation.ok_or_else(|| fault("config", "the orientation is outside 1 to 8"))?;
            }
            "targetSize" => self.aim(Aim::Size(value))?,
            "maxSize" => self.aim(Aim::Within(value))?,
            "targetScore" => self.aim(Aim::Score(value))?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// Sets what is on or off.
    #[wasm_bindgen(js_name = setFlag)]
    pub fn set_flag(&mut self, name: &str, value: bool) -> Result<(), JsValue> {
        match name {
            "lossless" => self.config.lossless = value,
            "preview" => self.config.preview = value,
            "exact" => self.config.exact = value,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// Sets what has a word.
    #[wasm_bindgen(js_name = setWord)]
    pub fn set_word(&mut self, name: &str, value: &str) -> Result<(), JsValue> {
        let config = &mut self.config;
        match name {
            "chroma" => config.chroma = named(value)?,
            "tune" => config.tune = named(value)?,
            "profile" => config.profile = named(value)?,
            "content" => config.content = named(value)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// Sets a block of the metadata.
    #[wasm_bindgen(js_name = setBlock)]
    pub fn set_block(&mut self, name: &str, value: Vec<u8>) -> Result<(), JsValue> {
        match name {
            "icc" => self.metadata.icc = Some(value),
            // As files other than .kvt begin it.
            "exif" => self.metadata.exif = Some(value.strip_prefix(b"Exif\0\0").unwrap_or(&value).to_vec()),
            "xmp" => self.metadata.xmp = Some(value),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// Sets code points of H.273.
    #[wasm_bindgen(js_name = setCicp)]
    pub fn set_cicp(&mut self, primaries: u8, transfer: u8, matrix: u8, full_range: bool) {
        self.metadata.cicp = Some(Cicp { primaries, transfer, matrix, full_range });
    }

    /// Sets columns and rows in a unit.
    #[wasm_bindgen(js_name = setResolution)]
    pub fn set_resolution(&mut self, x: u32, y: u32, unit: &str) -> Result<(), JsValue> {
        let unit: ResolutionUnit = named(unit)?;
        self.metadata.resolution = Some(Resolution { x, y, unit });
        Ok(())
    }

    /// Adds a text.
    #[wasm_bindgen(js_name = addText)]
    pub fn add_text(&mut self, keyword: String, text: String) {
        self.metadata.text.push((keyword, text));
    }

    /// Encodes pixels of so many channels and bits.
    pub fn encode(self, pixels: &[u8], width: u32, height: u32, channels: u32, depth: u8) -> Result<Vec<u8>, JsValue> {
        let view = view_of(pixels, width, height, channels, depth)?.with_metadata(&self.metadata);
        let encoder = Encoder::new(self.config).map_err(|e| of_encode(e.into()))?;
        let observer = |done: u64, total: u64| {
            progress(done as f64, total as f64);
            ControlFlow::Continue(())
        };
        let encoder = encoder.with_observer(&observer);
        let bytes = |e: &Encoded| Ok::<_, EncodeError>(e.stream.len() as f64);
        let found = match self.aim {
            Aim::Quality => return encoder.encode(&view).map_err(of_encode),
            Aim::Size(size) => encoder.encode_to_target(&view, &Target::new(Measure::Bytes, size), bytes),
            Aim::Within(size) => encoder.encode_at_most(&view, &Target::new(Measure::Bytes, size), bytes),
            Aim::Score(score) => {
                let reference = Reference::new(&view)?;
                let of = |e: &Encoded| reference.compare(&e.reconstruction.view()).map_err(Scored::Metric);
                let found = encoder.encode_to_target(&view, &Target::new(Measure::Ssimulacra2, score), of);
                return found.map(|found| found.encoded.stream).map_err(JsValue::from);
            }
        };
        self.aim.kept(found.map_err(of_encode)?)
    }
}

impl Encoding {
    fn aim(&mut self, aim: Aim) -> Result<(), JsValue> {
        let first = matches!(self.aim, Aim::Quality);
        self.aim = aim;
        let words = "of targetSize, maxSize and targetScore one at most can be given";
        if first { Ok(()) } else { Err(fault("config", words)) }
    }
}

impl Aim {
    /// The stream found, unless every one is too large.
    fn kept(self, found: Targeted) -> Result<Vec<u8>, JsValue> {
        match self {
            Self::Within(size) if !found.met => {
                let (smallest, size) = (found.value.to_string(), size.to_string());
                let words =
                    ["not met: the smallest encoding takes ", &smallest, " bytes, maxSize allows ", &size].concat();
                Err(fault("target", &words))
            }
            _ => Ok(found.encoded.stream),
        }
    }
}

/// Pixels as the library takes them.
pub(crate) fn view_of(
    pixels: &[u8],
    width: u32,
    height: u32,
    channels: u32,
    depth: u8,
) -> Result<ImageView<'_>, JsValue> {
    let format = PixelFormat::new(channels >= 3, channels.is_multiple_of(2), depth > 8);
    ImageView::packed(pixels, width, height, format).and_then(|view| view.with_depth(depth)).map_err(of_image)
}
