//! Streams to pixels.

use kvant::{Decoder, DecoderOptions, Limits, PushDecoder, Scale};
use wasm_bindgen::prelude::*;

use crate::fault::{named, of_decode};
use crate::info::{Info, Metadata};
use crate::picture::Picture;

/// The limits of the library, with these for pixels and for bytes of memory. Numbers are those of
/// JavaScript; what is negative or not a number is 0.
pub(crate) fn limits(max_pixels: f64, max_memory: f64) -> Limits {
    Limits::default().with_max_pixels(max_pixels as u64).with_max_memory(max_memory as u64)
}

fn options(max_pixels: f64, max_memory: f64) -> DecoderOptions {
    DecoderOptions::default().with_limits(limits(max_pixels, max_memory))
}

/// A stream of which all bytes are there, or those that are asked for.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Source {
    data: Vec<u8>,
    options: DecoderOptions,
}

impl Source {
    fn decoder(&self) -> Result<Decoder<'_>, JsValue> {
        Decoder::with_options(&self.data, self.options).map_err(of_decode)
    }
}

#[wasm_bindgen]
impl Source {
    /// Takes the bytes; nothing of them is looked at yet.
    #[wasm_bindgen(constructor)]
    pub fn new(data: Vec<u8>, max_pixels: f64, max_memory: f64) -> Self {
        Self { data, options: options(max_pixels, max_memory) }
    }

    /// What the header says.
    pub fn info(&self) -> Result<Info, JsValue> {
        Ok(Info::of(self.decoder()?.info()))
    }

    /// What stands beside the pixels.
    pub fn metadata(&self) -> Result<Metadata, JsValue> {
        self.decoder()?.metadata().map(Metadata::from).map_err(of_decode)
    }

    /// The pixels, at 1/`reduce` of the size each way: 1, 2, 4 or 8.
    pub fn decode(&self, reduce: u32) -> Result<Picture, JsValue> {
        let decoder = self.decoder()?;
        let image = match reduce {
            1 => decoder.decode(),
            _ => {
                let scale: Scale = named(&["1", &reduce.to_string()].join("/"))?;
                decoder.decode_scaled(scale).map(|scaled| scaled.image)
            }
        };
        image.map(Picture::from).map_err(of_decode)
    }

    /// Some of the pixels.
    pub fn region(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Picture, JsValue> {
        self.decoder()?.decode_region(x, y, width, height).map(Picture::from).map_err(of_decode)
    }

    /// The preview, where there is one.
    pub fn preview(&self) -> Result<Option<Picture>, JsValue> {
        Ok(self.decoder()?.preview().map_err(of_decode)?.map(Picture::from))
    }
}

/// A stream whose bytes come piece by piece.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Feed {
    decoder: PushDecoder,
}

#[wasm_bindgen]
impl Feed {
    /// Without any bytes yet.
    #[wasm_bindgen(constructor)]
    pub fn new(max_pixels: f64, max_memory: f64) -> Self {
        Self { decoder: PushDecoder::new(options(max_pixels, max_memory)) }
    }

    /// Takes the next bytes, and decodes what can be decoded with them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        self.decoder.push(bytes).map_err(of_decode)
    }

    /// What the header says, once it is there.
    pub fn info(&self) -> Option<Info> {
        self.decoder.info().map(Info::of)
    }

    /// The preview, once it is there.
    pub fn preview(&self) -> Result<Option<Picture>, JsValue> {
        Ok(self.decoder.preview().map_err(of_decode)?.map(Picture::from))
    }

    /// What stands beside the pixels, once it is there.
    pub fn metadata(&self) -> Result<Option<Metadata>, JsValue> {
        Ok(self.decoder.metadata().map_err(of_decode)?.map(Metadata::from))
    }

    /// The picture, after the last byte.
    pub fn finish(self) -> Result<Picture, JsValue> {
        self.decoder.finish().map(Picture::from).map_err(of_decode)
    }
}
