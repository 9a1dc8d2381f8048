//! Where the same 8x8 samples occur in a tile: the candidates for copies. (Hash search as in HEVC's
//! screen content extensions: Xu et al., 2016.)

use crate::image::plane::Plane;

/// Side of the windows that are compared.
pub(in crate::encoder) const WINDOW: usize = 8;
const BUCKET_BITS: u32 = 16;
/// Odd factors of the sums along a row and along a column.
const ROW_FACTOR: u32 = 0x9e37_79b1;
const COLUMN_FACTOR: u32 = 0x85eb_ca6b;

/// The hash of the window at every sample of a plane, and the samples by their hash.
#[derive(Debug)]
pub(crate) struct BlockHashes {
    width: usize,
    /// Of the window whose upper left sample it is; 0 for windows that do not change both ways, of
    /// which there are too many, and for those that do not fit.
    hashes: Vec<u32>,
    /// Samples, row by row within a bucket.
    positions: Vec<u32>,
    /// Where each bucket starts among them.
    starts: Vec<u32>,
}

fn bucket(hash: u32) -> usize {
    (hash >> (u32::BITS - BUCKET_BITS)) as usize
}

impl BlockHashes {
    /// Of the windows of `luma`.
    pub(crate) fn of(luma: &Plane) -> Self {
        let (width, height) = (luma.width(), luma.height());
        let mut hashes = vec![0; width * height];
        if width >= WINDOW && height >= WINDOW {
            // By row of samples: the hash of eight in a row, and whether they change along and
            // down.
            let rows: Vec<(Vec<u32>, Vec<u8>)> = (0..height).map(|y| row_hashes(luma, y)).collect();
            for (y, out) in hashes.chunks_exact_mut(width).enumerate().take(height - WINDOW + 1) {
                for (x, out) in out.iter_mut().enumerate().take(width - WINDOW + 1) {
                    let window = &rows[y..y + WINDOW];
                    let along = window.iter().any(|(_, change)| change[x] & 1 != 0);
                    let down = window[1..].iter().any(|(_, change)| change[x] & 2 != 0);
                    if along && down {
                        let sum = window.iter().fold(0u32, |sum, (h, _)| (sum ^ h[x]).wrapping_mul(COLUMN_FACTOR));
                        *out = (sum ^ (sum >> 15)).wrapping_mul(ROW_FACTOR).max(1);
                    }
                }
            }
        }
        let mut starts = vec![0u32; (1 << BUCKET_BITS) + 1];
        for &hash in hashes.iter().filter(|&&h| h != 0) {
            starts[bucket(hash) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut next = starts.clone();
        let mut positions = vec![0; starts[1 << BUCKET_BITS] as usize];
        for (position, &hash) in hashes.iter().enumerate().filter(|(_, h)| **h != 0) {
            let at = &mut next[bucket(hash)];
            positions[*at as usize] = position as u32;
            *at += 1;
        }
        Self { width, hashes, positions, starts }
    }

    /// The upper left samples of the windows equal to the one at (x, y) that start in row `last` or
    /// above, the lowest first.
    pub(crate) fn alike(&self, x: usize, y: usize, last: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let hash = self.hashes[y * self.width + x];
        let bucket = bucket(hash);
        let all = &self.positions[self.starts[bucket] as usize..self.starts[bucket + 1] as usize];
        let end = all.partition_point(|&p| (p as usize) < (last + 1) * self.width);
        let of_hash = all[..if hash == 0 { 0 } else { end }].iter().rev().map(|&p| p as usize);
        of_hash
            .filter(move |&p| self.hashes[p] == hash && p != y * self.width + x)
            .map(|p| (p % self.width, p / self.width))
    }
}

/// Of row `y`: the hash of the eight samples from each on, and whether they change along the row
/// (1) and from the row above (2).
fn row_hashes(luma: &Plane, y: usize) -> (Vec<u32>, Vec<u8>) {
    let row = luma.row(y);
    let above = luma.row(y.saturating_sub(1));
    let mut out = (vec![0; row.len()], vec![0; row.len()]);
    for (x, window) in row.windows(WINDOW).enumerate() {
        out.0[x] = window.iter().fold(0u32, |sum, &s| (sum ^ u32::from(s)).wrapping_mul(ROW_FACTOR));
        let along = window.iter().any(|s| *s != window[0]);
        let down = window != &above[x..x + WINDOW];
        out.1[x] = u8::from(along) | u8::from(down) << 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_windows_are_found_from_below_and_flat_ones_are_not() {
        let mut luma = Plane::new(64, 48);
        for (x0, y0) in [(3, 2), (30, 2), (41, 33)] {
            for i in 0..64 {
                luma.row_mut(y0 + i / 8)[x0 + i % 8] = (i * i % 29) as u16 * 8;
            }
        }
        let hashes = BlockHashes::of(&luma);
        let found: Vec<_> = hashes.alike(41, 33, 40).collect();
        assert_eq!(found, [(30, 2), (3, 2)]);
        assert_eq!(hashes.alike(30, 2, 1).count(), 0);
        assert_eq!(hashes.alike(50, 20, 47).count(), 0);
    }
}
