//! What adaptive quantisation takes for the loss of a reconstruction.

use crate::colour::Chroma;
use crate::encoder::input::colour;
use crate::encoder::{CellGrid, losses as of_planes};
use crate::image::view::ImageView;
use crate::simd::{CpuLevel, Simd};
use crate::threads::Workers;

/// What each cell of 32x32 pixels takes from the score of `reconstruction`, a picture of the size
/// of `source`, row by row.
pub fn losses(source: &ImageView<'_>, reconstruction: &ImageView<'_>) -> Vec<f64> {
    let simd = Simd::new(CpuLevel::detect());
    let [source, reconstruction] =
        [source, reconstruction].map(|i| colour::to_planes(simd, &Workers::new(1), i, Chroma::Yuv444, false));
    of_planes(simd, &source, &reconstruction, 0, &CellGrid::new(5, source[0].width(), source[0].height()), 0.0)
}
