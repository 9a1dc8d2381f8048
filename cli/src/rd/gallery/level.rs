//! What is equal among the pictures that a gallery sets side by side.

use std::fmt;

/// The score that levels may be of: SSIMULACRA2.
pub(super) const SCORE: &str = "ssim2";

/// A rate or a quality that all codecs are brought to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Level {
    /// Bits per pixel.
    Rate(f64),
    /// SSIMULACRA2.
    Score(f64),
}

impl Level {
    /// How far a coded picture is from the level: below 0 for one of fewer bytes or a lower score.
    /// `None` where it has no score.
    pub(super) fn distance(self, bpp: f64, score: Option<f64>) -> Option<f64> {
        match self {
            Self::Rate(wanted) => Some((bpp / wanted).ln()),
            Self::Score(wanted) => score.map(|score| score - wanted),
        }
    }

    /// The distance that is as good as none: 2 % of the bytes, or half a point.
    pub(super) fn tolerance(self) -> f64 {
        match self {
            Self::Rate(_) => 1.02f64.ln(),
            Self::Score(_) => 0.5,
        }
    }

    /// By about how much the distance changes over all qualities of a codec.
    pub(super) fn span(self) -> f64 {
        match self {
            Self::Rate(_) => 100f64.ln(),
            Self::Score(_) => 100.0,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(rate) => write!(f, "{rate}bpp"),
            Self::Score(score) => write!(f, "{SCORE}={score}"),
        }
    }
}

/// A level as it is written on the command line.
pub(crate) fn parse_level(text: &str) -> Result<Level, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    let rate = text.strip_suffix("bpp").and_then(number).filter(|rate| *rate > 0.0).map(Level::Rate);
    let score = || text.strip_prefix(SCORE)?.strip_prefix('=').and_then(number).map(Level::Score);
    rate.or_else(score).ok_or_else(|| "a level is expected, such as 0.5bpp or ssim2=70".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_written() {
        for text in ["0.5bpp", "ssim2=70", "ssim2=-3"] {
            assert_eq!(parse_level(text).unwrap().to_string(), text);
        }
        for text in ["", "0.5", "0bpp", "-1bpp", "nanbpp", "ssim2", "ssim2=", "psnr=30", "infbpp"] {
            assert!(parse_level(text).is_err(), "{text}");
        }
    }
}
