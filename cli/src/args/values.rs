//! Values on the command line that are more than a number.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::metrics::{Scores, Selection};
use crate::pictures::OutputFormat;

/// How good a coded picture should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Quality {
    /// 0 to 100.
    Lossy(f32),
    /// All pixels exactly.
    Lossless,
}

/// A quality, 0 to 100.
pub(crate) fn parse_quality(text: &str) -> Result<Quality, String> {
    if text == "lossless" {
        return Ok(Quality::Lossless);
    }
    let q: f32 = text.parse().map_err(|_| "a number from 0 to 100, or lossless, is expected".to_owned())?;
    if (0.0..=100.0).contains(&q) { Ok(Quality::Lossy(q)) } else { Err("outside 0 to 100".to_owned()) }
}

/// Pixels of a picture, as they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) x: u32,
    pub(crate) y: u32,
}

/// A region as X11 writes it, such as 640x480+100+50; without the offsets it starts at the corner.
pub(crate) fn parse_region(text: &str) -> Result<Region, String> {
    let wrong = || "a region such as 640x480+100+50 is expected".to_owned();
    let (size, offsets) = text.split_once('+').unwrap_or((text, "0+0"));
    let pair = |text: &str, separator| -> Option<(u32, u32)> {
        let (a, b) = text.split_once(separator)?;
        Some((a.parse().ok()?, b.parse().ok()?))
    };
    let (width, height) = pair(size, 'x').ok_or_else(wrong)?;
    let (x, y) = pair(offsets, '+').ok_or_else(wrong)?;
    if width == 0 || height == 0 { Err("the region is empty".to_owned()) } else { Ok(Region { width, height, x, y }) }
}

/// A width and a height in which a picture is to fit, such as 800x600; one number is both.
pub(crate) fn parse_bounds(text: &str) -> Result<(u32, u32), String> {
    let wrong = || "a size such as 256 or 800x600 is expected".to_owned();
    let side = |text: &str| text.parse().ok().filter(|v: &u32| *v > 0).ok_or_else(wrong);
    let (width, height) = text.split_once('x').unwrap_or((text, text));
    Ok((side(width)?, side(height)?))
}

/// Takes one of these names, of each of which the help says something.
pub(crate) fn choices(names: &'static [(&'static str, &'static str)]) -> PossibleValuesParser {
    PossibleValuesParser::new(names.iter().map(|&(name, help)| PossibleValue::new(name).help(help)))
}

/// A count with an optional K, M or G (2^10, 2^20, 2^30).
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.trim_end_matches(|c: char| c.is_ascii_alphabetic()) {
        digits if digits.len() == text.len() => (digits, 0),
        digits => match text[digits.len()..].to_ascii_uppercase().as_str() {
            "K" => (digits, 10),
            "M" => (digits, 20),
            "G" => (digits, 30),
            _ => return Err("the suffixes are K, M and G".to_owned()),
        },
    };
    let number: u64 = digits.parse().map_err(|_| "a number such as 4000, 256M or 2G is expected".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

/// A number above 0.
pub(crate) fn parse_positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|v: &f64| v.is_finite() && *v > 0.0)
        .ok_or_else(|| "a number above 0 is expected".to_owned())
}

/// A size to come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TargetSize {
    Bytes(f64),
    /// Of the bytes of the input file.
    Percent(f64),
}

/// Bytes with an optional k or M (1000, 1000000, as reports print them), or a percentage.
pub(crate) fn parse_target_size(text: &str) -> Result<TargetSize, String> {
    let fault = |_| "a size such as 40000, 40k, 1.5M or 5% is expected".to_owned();
    let number = |digits: &str| parse_positive(digits).map_err(fault);
    if let Some(digits) = text.strip_suffix('%') {
        return number(digits).map(TargetSize::Percent);
    }
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => text.strip_suffix('M').map_or((text, 1.0), |digits| (digits, 1e6)),
    };
    number(digits).map(|n| TargetSize::Bytes((n * unit).max(1.0)))
}

/// `#rrggbb`, `#rgb`, with or without the `#`, or black or white.
pub(crate) fn parse_background(text: &str) -> Result<[u8; 3], String> {
    let fault = || "a colour such as '#ff8000' is expected".to_owned();
    let hex = match text {
        "white" => "ffffff",
        "black" => "000000",
        other => other.strip_prefix('#').unwrap_or(other),
    };
    let digits: Vec<u8> =
        hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>().ok_or_else(fault)?;
    match digits[..] {
        [r, g, b] => Ok([r * 17, g * 17, b * 17]),
        [r, r0, g, g0, b, b0] => Ok([r * 16 + r0, g * 16 + g0, b * 16 + b0]),
        _ => Err(fault()),
    }
}

impl ValueEnum for OutputFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.extension());
        Some(match self {
            Self::Tiff => value.alias("tif"),
            Self::Jpeg => value.alias("jpeg"),
            _ => value,
        })
    }
}

/// A metric by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetricName {
    PsnrY,
    PsnrRgb,
    /// Both PSNRs.
    Psnr,
    Ssimulacra2,
    Butteraugli,
    ButteraugliMax,
    MsSsim,
}

impl ValueEnum for MetricName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::PsnrY,
            Self::PsnrRgb,
            Self::Psnr,
            Self::Ssimulacra2,
            Self::Butteraugli,
            Self::ButteraugliMax,
            Self::MsSsim,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.name());
        Some(if *self == Self::Ssimulacra2 { value.alias("ssim2") } else { value })
    }
}

impl MetricName {
    fn name(self) -> &'static str {
        match self {
            Self::PsnrY => "psnr-y",
            Self::PsnrRgb => "psnr-rgb",
            Self::Psnr => "psnr",
            Self::Ssimulacra2 => "ssimulacra2",
            Self::Butteraugli => "butteraugli",
            Self::ButteraugliMax => "butteraugli-max",
            Self::MsSsim => "ms-ssim",
        }
    }

    /// Which computation it needs, added to `selection`.
    pub(crate) fn select(self, selection: &mut Selection) {
        match self {
            Self::PsnrY | Self::PsnrRgb | Self::Psnr => selection.psnr = true,
            Self::Ssimulacra2 => selection.ssim2 = true,
            Self::Butteraugli | Self::ButteraugliMax => selection.butteraugli = true,
            Self::MsSsim => selection.ms_ssim = true,
        }
    }

    /// Its score; `None` where that was not computed.
    fn score(self, scores: &Scores) -> Option<f64> {
        match self {
            Self::PsnrY | Self::Psnr => scores.psnr_y,
            Self::PsnrRgb => scores.psnr_rgb,
            Self::Ssimulacra2 => scores.ssim2,
            Self::Butteraugli => scores.ba_p3,
            Self::ButteraugliMax => scores.ba_max,
            Self::MsSsim => scores.ms_ssim,
        }
    }

    fn lower_is_better(self) -> bool {
        matches!(self, Self::Butteraugli | Self::ButteraugliMax)
    }
}

/// The worst score that passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    pub(crate) metric: MetricName,
    pub(crate) value: f64,
}

impl Threshold {
    /// A line that says how `scores` miss the threshold; a score that could not be computed misses
    /// it.
    pub(crate) fn missed_by(&self, scores: &Scores) -> Option<String> {
        let (name, limit) = (self.metric.name(), self.value);
        match self.metric.score(scores) {
            None => Some(format!("{name} cannot be computed for this picture, {limit} is asked for")),
            Some(v) if self.metric.lower_is_better() => (v > limit).then(|| format!("{name} {v:.4} is above {limit}")),
            Some(v) => (v < limit).then(|| format!("{name} {v:.4} is under {limit}")),
        }
    }
}

/// `METRIC=VALUE`.
pub(crate) fn parse_threshold(text: &str) -> Result<Threshold, String> {
    let (name, value) = text.split_once('=').ok_or("METRIC=VALUE is expected, such as ssimulacra2=70")?;
    let metric = MetricName::from_str(name, false).map_err(|_| {
        let names: Vec<_> = MetricName::value_variants().iter().map(|m| m.name()).collect();
        format!("no metric {name:?}; there are {}", names.join(", "))
    })?;
    let value = value.parse().ok().filter(|v: &f64| v.is_finite()).ok_or("the value is not a number")?;
    Ok(Threshold { metric, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_binary_suffixes() {
        assert_eq!(parse_size("4000"), Ok(4000));
        assert_eq!(parse_size("256M"), Ok(1 << 28));
        assert_eq!(parse_size("2g"), Ok(2 << 30));
        for bad in ["", "M", "2T", "-1", "1.5M", "99999999999G", "2é"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn target_sizes_are_bytes_or_percent() {
        assert_eq!(parse_target_size("40000"), Ok(TargetSize::Bytes(40_000.0)));
        assert_eq!(parse_target_size("41.5k"), Ok(TargetSize::Bytes(41_500.0)));
        assert_eq!(parse_target_size("2M"), Ok(TargetSize::Bytes(2e6)));
        assert_eq!(parse_target_size("5%"), Ok(TargetSize::Percent(5.0)));
        for bad in ["", "k", "%", "0", "-5%", "40G", "inf", "NaN%", "5%k", "4é"] {
            assert!(parse_target_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn colours_are_hexadecimal() {
        assert_eq!(parse_background("#ff8001"), Ok([255, 128, 1]));
        assert_eq!(parse_background("f80"), Ok([255, 136, 0]));
        assert_eq!(parse_background("white"), Ok([255; 3]));
        for bad in ["", "#ff", "#gggggg", "#ff80011", "#éé"] {
            assert!(parse_background(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn thresholds_know_which_way_is_worse() {
        let scores = Scores { ssim2: Some(69.0), ba_p3: Some(1.5), ms_ssim: Some(0.98), ..Scores::default() };
        let missed = |text: &str| parse_threshold(text).unwrap().missed_by(&scores).is_some();
        assert!(missed("ssimulacra2=70") && !missed("ssimulacra2=69"));
        assert!(missed("butteraugli=1.4") && !missed("butteraugli=1.5"));
        assert!(missed("ms-ssim=0.981") && !missed("ms-ssim=0.98"));
        assert!(missed("psnr-y=1"));
        assert!(parse_threshold("ssimulacra2").is_err() && parse_threshold("vmaf=3").is_err());
        assert!(parse_threshold("psnr-y=NaN").is_err());
    }

    #[test]
    fn qualities_are_0_to_100() {
        assert_eq!(parse_quality("62.5"), Ok(Quality::Lossy(62.5)));
        assert_eq!(parse_quality("lossless"), Ok(Quality::Lossless));
        for bad in ["-1", "100.5", "NaN", "x"] {
            assert!(parse_quality(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_are_one_number_or_two() {
        assert_eq!((parse_bounds("256"), parse_bounds("800x600")), (Ok((256, 256)), Ok((800, 600))));
        for bad in ["", "0", "0x9", "9x0", "x9", "9x", "-1", "1x2x3", "4X4"] {
            assert!(parse_bounds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn regions_are_written_as_in_x11() {
        assert_eq!(parse_region("640x480+100+50"), Ok(Region { width: 640, height: 480, x: 100, y: 50 }));
        assert_eq!(parse_region("1x2"), Ok(Region { width: 1, height: 2, x: 0, y: 0 }));
        for bad in ["640", "640x480+1", "0x4", "4x-1", "4x4+1+2+3", "x", "640X480"] {
            assert!(parse_region(bad).is_err(), "{bad}");
        }
    }
}
