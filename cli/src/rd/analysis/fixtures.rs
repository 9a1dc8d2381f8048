//! Expected values of other programs. `tests/data/bd_rates.json` holds them, with the lines of
//! Python that made them and the versions of the packages. And measured points to make tests of.

use serde::Deserialize;

use crate::rd::points::{Point, SCALE};

/// The rate-distortion curves of two codecs, and what others make of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Pair {
    pub(crate) name: String,
    /// Position on the axis and bits per pixel.
    pub(crate) anchor: Vec<(f64, f64)>,
    pub(crate) test: Vec<(f64, f64)>,
    /// BD-rate in percent.
    pub(crate) pchip: f64,
    pub(crate) akima: f64,
    /// BD-quality in the unit of the axis.
    pub(crate) quality_pchip: f64,
    pub(crate) quality_akima: f64,
    /// Places on the anchor's curve, and ln(bits per pixel) there by PCHIP and by Akima.
    pub(crate) at: Vec<(f64, f64, f64)>,
}

/// All of them.
pub(crate) fn pairs() -> Vec<Pair> {
    #[derive(Deserialize)]
    struct File {
        pairs: Vec<Pair>,
    }
    let file: File = serde_json::from_str(include_str!("../../../tests/data/bd_rates.json")).unwrap();
    file.pairs
}

/// A point of a picture of 400x200 pixels, by SSIMULACRA2 alone: 10 000 bytes are one bit per
/// pixel.
pub(crate) fn point(codec: &str, image: &str, q: f64, bytes: u64, ssim2: f64) -> Point {
    Point {
        codec: codec.to_owned(),
        image: image.to_owned(),
        q,
        bytes: Some(bytes),
        bpp: bytes as f64 / 10_000.0,
        scores: [("ssim2".to_owned(), ssim2)].into(),
        enc_s: None,
        dec_s: None,
        size: Some([400, 200]),
        extra: Vec::new(),
    }
}

/// The same points as if measured at a scale.
pub(crate) fn at_scale(scale: &str, mut points: Vec<Point>) -> Vec<Point> {
    points.iter_mut().for_each(|p| p.extra.push((SCALE.to_owned(), scale.to_owned())));
    points
}

/// Points of one codec on one picture, by q, bytes and SSIMULACRA2.
pub(crate) fn points(codec: &str, image: &str, figures: &[(f64, u64, f64)]) -> Vec<Point> {
    figures.iter().map(|(q, bytes, ssim2)| point(codec, image, *q, *bytes, *ssim2)).collect()
}
