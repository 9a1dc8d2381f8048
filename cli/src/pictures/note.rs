//! What formats have in common that say texts and resolutions.

/// The keyword of texts in formats that have none, and of texts without one.
pub(super) const COMMENT: &str = "Comment";
pub(super) const METRES_AN_INCH: f64 = 0.0254;
