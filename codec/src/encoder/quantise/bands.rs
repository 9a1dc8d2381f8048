//! What estimates ask of the bands of frequency of a block.

use crate::entropy::log2;
use crate::syntax::scan;

/// Bands of frequency that a block is divided into.
pub(super) const BANDS: usize = 7;

/// Log2 of the largest number in [`PRODUCTS`].
const PRODUCTS_LOG2: u32 = 12;

/// By n: n log2 n.
static PRODUCTS: [f32; (1 << PRODUCTS_LOG2) + 1] = {
    let mut t = [0.0; (1 << PRODUCTS_LOG2) + 1];
    let mut n = 1;
    while n < t.len() {
        t[n] = n as f32 * (log2(n as u32, 16) as f32 / 65536.0);
        n += 1;
    }
    t
};

/// n log2 n, about.
pub(super) fn product(n: u32) -> f32 {
    let shift = (u32::BITS - n.leading_zeros()).saturating_sub(PRODUCTS_LOG2);
    if shift == 0 {
        return PRODUCTS[n as usize];
    }
    let high = n >> shift;
    n as f32 * (PRODUCTS[high as usize] / high as f32 + shift as f32)
}

/// The bands of frequency of a coded area.
#[derive(Debug, Clone, Default)]
pub(super) struct Bands {
    /// That of each coefficient ([`scan::Position::band`]), row by row.
    pub(super) of: Vec<u32>,
    /// How many coefficients each has, and [`product`] of that.
    pub(super) counts: [(u32, f32); BANDS],
}

impl Bands {
    /// Of an area of `w` x `h`.
    pub(super) fn new(w: usize, h: usize) -> Self {
        let mut of = vec![0; w * h];
        scan::of(w, h).iter().for_each(|p| of[usize::from(p.raster)] = p.band.into());
        Self { of, counts: scan::bands(w, h).map(|count| (count.into(), product(count.into()))) }
    }
}
