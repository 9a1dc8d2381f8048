//! Pieces of pictures, side by side: what the page shows and the folder of results keeps.

use serde::{Deserialize, Serialize};

use crate::rd::report::window::Window;

/// What there is to look at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Crops {
    /// The codec beside ours; `None` where none can be run here.
    pub(crate) peer: Option<String>,
    pub(crate) pictures: Vec<PictureCrops>,
    /// A line for each thing that was left out.
    pub(crate) notes: Vec<String>,
}

/// The pieces of one picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PictureCrops {
    pub(crate) image: String,
    pub(crate) ours: CodedFigures,
    pub(crate) peer: Option<CodedFigures>,
    /// Whether our bytes are as close to the peer's as they should be.
    pub(crate) equal_bytes: bool,
    /// Where ours is worse, then where it is better.
    pub(crate) windows: Vec<WindowCrops>,
}

/// A whole picture as a codec left it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CodedFigures {
    pub(crate) q: f64,
    pub(crate) bytes: u64,
    pub(crate) ssim2: Option<f64>,
    /// Butteraugli 3-norm.
    pub(crate) ba_p3: Option<f64>,
}

/// One piece, three times, as PNG files in base64.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WindowCrops {
    pub(crate) window: Window,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) original: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) ours: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) peer: String,
}

impl Crops {
    /// Forgets the pixels and keeps the figures.
    pub(crate) fn without_pixels(&mut self) {
        for w in self.pictures.iter_mut().flat_map(|p| &mut p.windows) {
            for pixels in [&mut w.original, &mut w.ours, &mut w.peer] {
                pixels.clear();
            }
        }
    }
}
