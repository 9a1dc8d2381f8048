//! What training of the classified filter's banks needs.

pub use crate::encoder::statistics::{Equations, no_equations};
use crate::encoder::{Encoder, EncoderConfig};
use crate::error::EncodeError;
use crate::image::view::ImageView;

/// Encodes `image` and adds what its deblocked planes lack to the equations of luma and of chroma.
///
/// # Errors
/// As of [`crate::encode`].
pub fn add_equations(
    image: &ImageView<'_>,
    config: &EncoderConfig,
    equations: &mut [Vec<Equations>; 2],
) -> Result<(), EncodeError> {
    Encoder::new(config.clone())?.add_equations(image, equations)
}
