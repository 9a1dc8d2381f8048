//! Which piece of a picture shows best how two codecs differ: where their squared errors of luma
//! differ most.

use serde::{Deserialize, Serialize};

use crate::pictures::Picture;

/// Side of a piece in pixels.
const SIDE: u32 = 160;
/// Pieces begin at multiples of this.
const STEP: u32 = 8;

/// A piece of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) w: u32,
    pub(crate) h: u32,
}

/// The squared error of the luma (BT.601, full range) of each pixel. The pictures have the same
/// size.
pub(crate) fn luma_errors(original: &Picture, decoded: &Picture) -> Vec<f64> {
    let (a, b) = (original.to_rgb(), decoded.to_rgb());
    let luma = |p: &[u8]| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]);
    a.chunks_exact(3).zip(b.chunks_exact(3)).map(|(a, b)| (luma(a) - luma(b)).powi(2)).collect()
}

/// The piece where `ours` exceeds `theirs` most, and the one where it falls short most; one only
/// where they are the same.
pub(crate) fn extremes(ours: &[f64], theirs: &[f64], picture: &Picture) -> Vec<Window> {
    let difference: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
    let opposite: Vec<f64> = difference.iter().map(|d| -d).collect();
    let mut windows = vec![largest(&difference, picture), largest(&opposite, picture)];
    windows.dedup();
    windows
}

/// The piece with the largest sum of `values`, which has one for each pixel; the first of several.
pub(crate) fn largest(values: &[f64], picture: &Picture) -> Window {
    let (width, height) = (picture.width(), picture.height());
    let (w, h) = (SIDE.min(width), SIDE.min(height));
    let sums = Sums::new(values, width as usize);
    let mut best = (f64::NEG_INFINITY, Window { x: 0, y: 0, w, h });
    for y in (0..=height - h).step_by(STEP as usize) {
        for x in (0..=width - w).step_by(STEP as usize) {
            let window = Window { x, y, w, h };
            let sum = sums.of(window);
            if sum > best.0 {
                best = (sum, window);
            }
        }
    }
    best.1
}

/// A summed-area table (Crow, SIGGRAPH 1984): the sum over any rectangle from four values.
struct Sums {
    table: Vec<f64>,
    stride: usize,
}

impl Sums {
    fn new(values: &[f64], width: usize) -> Self {
        let stride = width + 1;
        let mut table = vec![0.0; stride];
        for (y, row) in values.chunks_exact(width).enumerate() {
            table.push(0.0);
            let mut sum = 0.0;
            for (x, value) in row.iter().enumerate() {
                sum += value;
                table.push(table[y * stride + x + 1] + sum);
            }
        }
        Self { table, stride }
    }

    fn of(&self, window: Window) -> f64 {
        let at = |x: u32, y: u32| self.table[y as usize * self.stride + x as usize];
        let (right, bottom) = (window.x + window.w, window.y + window.h);
        at(right, bottom) - at(window.x, bottom) - at(right, window.y) + at(window.x, window.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kvant::PixelFormat;

    fn gray(width: u32, height: u32) -> Picture {
        Picture::new(width, height, PixelFormat::Gray8, vec![100; (width * height) as usize])
    }

    #[test]
    fn the_piece_holds_the_error_and_stays_within_the_picture() {
        let picture = gray(400, 300);
        let mut values = vec![0.0; 400 * 300];
        values[290 * 400 + 395] = 5.0;
        let Window { x, y, w, h } = largest(&values, &picture);
        assert_eq!((w, h), (160, 160));
        // The last multiples of 8 that fit are 240 and 136; the pixel at 395 is within 240..400, at
        // 290 within 136..296.
        assert_eq!((x, y), (240, 136));
        assert_eq!(largest(&[1.0; 12], &gray(4, 3)), Window { x: 0, y: 0, w: 4, h: 3 });
    }

    #[test]
    fn both_ways_are_shown() {
        let picture = gray(500, 160);
        let (mut ours, mut theirs) = (vec![1.0; 500 * 160], vec![1.0; 500 * 160]);
        ours[10] = 50.0;
        theirs[450] = 50.0;
        let windows = extremes(&ours, &theirs, &picture);
        assert_eq!(windows.len(), 2);
        assert_eq!(windows[0].x, 0);
        assert!((296..=340).contains(&windows[1].x), "{windows:?}");
    }

    #[test]
    fn the_error_is_that_of_the_luma() {
        let a = Picture::new(1, 1, PixelFormat::Rgb8, vec![100, 50, 20]);
        let b = Picture::new(1, 1, PixelFormat::Rgb8, vec![110, 50, 20]);
        // (0.299 * 10)²
        assert!((luma_errors(&a, &b)[0] - 8.9401).abs() < 1e-9);
    }
}
