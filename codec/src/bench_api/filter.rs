//! What training of the classified filter's banks and of filters behind it needs.

pub use crate::encoder::statistics::{Equations, FilteredPlane, no_equations};
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

/// Encodes `image`; its planes behind the filters.
///
/// # Errors
/// As of [`crate::encode`].
pub fn filtered_planes(image: &ImageView<'_>, config: &EncoderConfig) -> Result<Vec<FilteredPlane>, EncodeError> {
    Encoder::new(config.clone())?.filtered_planes(image)
}
