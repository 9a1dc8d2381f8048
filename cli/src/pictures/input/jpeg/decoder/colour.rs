//! What components mean, and their way to gray, RGB or inks.

use super::super::segments::{Walk, marker};
use super::frame::Frame;

/// What the components of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Colours {
    Gray,
    Rgb,
    /// Luma and chroma.
    Ycc,
    /// Inks; what is stored are their complements.
    Cmyk,
    /// The first three inks as luma and chroma.
    Ycck,
    /// So many channels of which somebody else knows what they are.
    EmbeddedPicture(usize),
}

impl Colours {
    /// What components are by libjpeg's rules: JFIF counts most, then Adobe's marker, then their
    /// names.
    pub(super) fn new(frame: &Frame, walk: &Walk<'_>) -> Self {
        let jfif = walk.named(marker::APP0, b"JFIF\0").any(|contents| contents.len() >= 9);
        let adobe = walk.named(marker::APP0 + 14, b"Adobe").find_map(|contents| contents.get(6).copied());
        let ids: Vec<u8> = frame.components.iter().map(|c| c.id).collect();
        match (ids.len(), adobe) {
            (1, _) => Self::Gray,
            (3, Some(0)) if !jfif => Self::Rgb,
            (3, None) if !jfif && ids == *b"RGB" => Self::Rgb,
            (3, _) => Self::Ycc,
            (_, None | Some(0)) => Self::Cmyk,
            _ => Self::Ycck,
        }
    }

    /// Samples of a pixel: gray, RGB, or four inks.
    pub(in super::super) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb | Self::Ycc => 3,
            Self::Cmyk | Self::Ycck => 4,
            Self::EmbeddedPicture(channels) => channels,
        }
    }

    /// Makes pixels of a row of each component.
    pub(super) fn convert(self, rows: &[Vec<u8>], out: &mut [u8]) {
        let channels = self.channels();
        if let [row] = rows {
            out.copy_from_slice(&row[..out.len()]);
            return;
        }
        if let ([a, b, c], Self::Ycc) = (rows, self) {
            for (((pixel, &y), &cb), &cr) in out.as_chunks_mut::<3>().0.iter_mut().zip(a).zip(b).zip(c) {
                *pixel = rgb(y, cb, cr);
            }
            return;
        }
        for (i, pixel) in out.chunks_exact_mut(channels).enumerate() {
            let at = |k: usize| rows[k][i];
            match self {
                Self::Cmyk => pixel.copy_from_slice(&[255 - at(0), 255 - at(1), 255 - at(2), 255 - at(3)]),
                Self::Ycck => {
                    let [r, g, b] = rgb(at(0), at(1), at(2));
                    pixel.copy_from_slice(&[r, g, b, 255 - at(3)]);
                }
                _ => pixel.iter_mut().enumerate().for_each(|(k, sample)| *sample = at(k)),
            }
        }
    }
}

/// Red, green and blue of luma and chroma, rounded as libjpeg does.
#[inline]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const BITS: u32 = 16;
    const HALF: i32 = 1 << (BITS - 1);
    const fn factor(x: f64) -> i32 {
        (x * (1 << BITS) as f64 + 0.5) as i32
    }
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = y + ((factor(1.402) * cr + HALF) >> BITS);
    let green = y + ((-factor(0.344_14) * cb - factor(0.714_14) * cr + HALF) >> BITS);
    let blue = y + ((factor(1.772) * cb + HALF) >> BITS);
    [red, green, blue].map(|v| v.clamp(0, 255) as u8)
}
