//! Pixels on their way to JavaScript.

use kvant::Image;
use wasm_bindgen::prelude::*;

/// Decoded pixels, as they are stored.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Picture {
    image: Image,
}

#[wasm_bindgen]
impl Picture {
    /// Width in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.image.width()
    }

    /// Height in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.image.height()
    }

    /// Channels of a pixel, alpha among them: 1 to 4.
    #[wasm_bindgen(getter)]
    pub fn channels(&self) -> u32 {
        self.image.format().channels() as u32
    }

    /// Bits of a sample, 8 to 16.
    #[wasm_bindgen(getter)]
    pub fn depth(&self) -> u8 {
        self.image.depth()
    }

    /// All bytes of the pixels. Nothing else is left of the picture then.
    #[wasm_bindgen(js_name = intoData)]
    pub fn into_data(self) -> Vec<u8> {
        self.image.into_data()
    }
}

impl From<Image> for Picture {
    fn from(image: Image) -> Self {
        Self { image }
    }
}
