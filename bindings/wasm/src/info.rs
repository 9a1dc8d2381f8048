//! What a stream says besides its pixels.

use kvant::ImageInfo;
use wasm_bindgen::prelude::*;

/// What the header says.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Info {
    of: ImageInfo,
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "package/kvant.d.ts tells")]
impl Info {
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.of.width
    }

    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.of.height
    }

    #[wasm_bindgen(getter)]
    pub fn channels(&self) -> u32 {
        self.of.format.channels() as u32
    }

    #[wasm_bindgen(getter)]
    pub fn depth(&self) -> u8 {
        self.of.depth
    }

    #[wasm_bindgen(getter)]
    pub fn lossless(&self) -> bool {
        self.of.lossless
    }

    #[wasm_bindgen(getter)]
    pub fn orientation(&self) -> u8 {
        self.of.orientation.to_exif()
    }

    /// Empty for gray.
    #[wasm_bindgen(getter)]
    pub fn chroma(&self) -> String {
        if self.of.format.has_colour() { self.of.chroma.name().to_owned() } else { String::new() }
    }

    #[wasm_bindgen(getter)]
    pub fn profile(&self) -> String {
        self.of.profile.name().to_owned()
    }

    #[wasm_bindgen(getter)]
    pub fn tiles(&self) -> u32 {
        self.of.tiles
    }

    #[wasm_bindgen(getter, js_name = tileSize)]
    pub fn tile_size(&self) -> u32 {
        self.of.tile_size
    }

    #[wasm_bindgen(getter, js_name = headerBytes)]
    pub fn header_bytes(&self) -> f64 {
        self.of.header_bytes as f64
    }

    #[wasm_bindgen(getter, js_name = previewNeeds)]
    pub fn preview_needs(&self) -> Option<f64> {
        self.of.preview_needs().map(|bytes| bytes as f64)
    }

    #[wasm_bindgen(getter)]
    pub fn draft(&self) -> u8 {
        self.of.draft
    }
}

impl Info {
    pub(crate) fn of(info: &ImageInfo) -> Self {
        Self { of: info.clone() }
    }
}

/// What stands beside the pixels.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Metadata {
    pub(crate) of: kvant::Metadata,
}

impl From<kvant::Metadata> for Metadata {
    fn from(of: kvant::Metadata) -> Self {
        Self { of }
    }
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "package/kvant.d.ts tells")]
impl Metadata {
    #[wasm_bindgen(getter)]
    pub fn orientation(&self) -> u8 {
        self.of.orientation.to_exif()
    }

    #[wasm_bindgen(getter)]
    pub fn icc(&self) -> Option<Vec<u8>> {
        self.of.icc.clone()
    }

    #[wasm_bindgen(getter)]
    pub fn exif(&self) -> Option<Vec<u8>> {
        self.of.exif.clone()
    }

    #[wasm_bindgen(getter)]
    pub fn xmp(&self) -> Option<Vec<u8>> {
        self.of.xmp.clone()
    }

    /// Primaries, transfer, matrix, and 1 for the full range.
    #[wasm_bindgen(getter)]
    pub fn cicp(&self) -> Option<Vec<u8>> {
        self.of.cicp.map(|c| vec![c.primaries, c.transfer, c.matrix, c.full_range.into()])
    }

    /// Columns and rows in a unit, and its number.
    #[wasm_bindgen(getter)]
    pub fn resolution(&self) -> Option<Vec<u32>> {
        self.of.resolution.map(|r| vec![r.x, r.y, r.unit as u32])
    }

    /// Keywords and texts by turns.
    #[wasm_bindgen(getter)]
    pub fn texts(&self) -> Vec<String> {
        self.of.text.iter().flat_map(|(keyword, text)| [keyword.clone(), text.clone()]).collect()
    }
}
