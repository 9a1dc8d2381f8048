//! Order of the coefficients of a transform block: by diagonal of equal frequency. BITSTREAM.md
//! §6.2.

use std::sync::LazyLock;

use super::slots;

/// Row length of the padded working area of the level walk: 32 positions, and four of margin on
/// either side.
pub(crate) const PADDED: usize = 40;
/// Margin of the working area on the left and above.
pub(crate) const MARGIN: usize = 4;

/// One position of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Index into the block's coefficients, row by row.
    pub(crate) raster: u16,
    /// Index into the padded working area.
    pub(crate) padded: u16,
    /// Band of frequency relative to the block: 0, then three pairs, rather vertical or horizontal.
    pub(crate) band: u8,
    /// Horizontal and vertical frequency.
    pub(crate) u: u8,
    pub(crate) v: u8,
    /// Its part of the numbers of a level's slots ([`slots`]).
    pub(crate) near: u16,
    pub(crate) far: u16,
}

fn position(u: usize, v: usize, w: usize, h: usize) -> Position {
    let place = match u + v {
        0 => 0,
        1 => 1,
        2..=3 => 2,
        4..=7 => 3,
        _ => 4,
    };
    // In 1/64 of the frequencies that are coded.
    let (x, y) = (64 * u / w, 64 * v / h);
    let across = (x > y) as u8;
    let band = match x + y {
        0..=7 => 0,
        8..=23 => 1 + across,
        24..=47 => 3 + across,
        _ => 5 + across,
    };
    let padded = ((v + MARGIN) * PADDED + u + MARGIN) as u16;
    let (near, far) = slots::parts(u, v, w, h, place);
    Position { band, u: u as u8, v: v as u8, raster: (v * w + u) as u16, padded, near, far }
}

/// Positions (u, v) sorted by u / w + v / h, along a diagonal by the coordinate of the shorter
/// side.
fn scan(w: usize, h: usize) -> Box<[Position]> {
    let (long, short) = (w.max(h), w.min(h));
    let ratio = long / short;
    let diagonal = |key: usize| {
        let places = (0..short).filter_map(move |s| Some((key.checked_sub(s * ratio)?, s)));
        places.filter(move |&(l, _)| l < long)
    };
    let all = (0..2 * long).flat_map(diagonal);
    all.map(|(l, s)| if w >= h { position(l, s, w, h) } else { position(s, l, w, h) }).collect()
}

/// Both ways of a scan, made when it is first used.
struct Scan {
    positions: Box<[Position]>,
    /// The scan index of each raster position.
    indices: Box<[u16]>,
    /// Number of positions in each band.
    bands: [u16; 7],
}

impl Scan {
    fn new(w: usize, h: usize) -> Self {
        let positions = scan(w, h);
        let (mut indices, mut bands) = (vec![0; w * h], [0; 7]);
        for (i, p) in (0..).zip(&positions) {
            indices[usize::from(p.raster)] = i;
            bands[usize::from(p.band)] += 1;
        }
        Self { positions, indices: indices.into(), bands }
    }
}

macro_rules! scans {
    ($($name:ident: $w:literal x $h:literal;)*) => {
        $(static $name: LazyLock<Scan> = LazyLock::new(|| Scan::new($w, $h));)*

        /// The scan of a coded area of `w` x `h` coefficients, each side 4 to 32.
        pub(crate) fn of(w: usize, h: usize) -> &'static [Position] {
            match (w, h) {
                $(($w, $h) => &$name.positions,)*
                _ => unreachable!("no block has {w}x{h} coefficients"),
            }
        }

        /// Number of positions of the same area in each band.
        pub(crate) fn bands(w: usize, h: usize) -> [u16; 7] {
            match (w, h) {
                $(($w, $h) => $name.bands,)*
                _ => unreachable!("no block has {w}x{h} coefficients"),
            }
        }

        /// The scan index of each raster position of the same area.
        pub(crate) fn indices(w: usize, h: usize) -> &'static [u16] {
            match (w, h) {
                $(($w, $h) => &$name.indices,)*
                _ => unreachable!("no block has {w}x{h} coefficients"),
            }
        }
    };
}

scans! {
    S4X4: 4 x 4;
    S4X8: 4 x 8;
    S8X4: 8 x 4;
    S4X16: 4 x 16;
    S16X4: 16 x 4;
    S8X8: 8 x 8;
    S8X16: 8 x 16;
    S16X8: 16 x 8;
    S8X32: 8 x 32;
    S32X8: 32 x 8;
    S16X16: 16 x 16;
    S16X32: 16 x 32;
    S32X16: 32 x 16;
    S32X32: 32 x 32;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_comes_once_and_after_those_of_lower_frequency() {
        for (w, h) in [(4, 4), (4, 16), (32, 8), (16, 32), (32, 32), (8, 4)] {
            let scan = of(w, h);
            let mut seen = vec![usize::MAX; w * h];
            for (i, p) in scan.iter().enumerate() {
                seen[p.raster as usize] = i;
            }
            for v in 0..h {
                for u in 0..w {
                    let i = seen[v * w + u];
                    assert!(i < w * h);
                    assert!(u == 0 || seen[v * w + u - 1] < i);
                    assert!(v == 0 || seen[(v - 1) * w + u] < i);
                }
            }
        }
    }
}
