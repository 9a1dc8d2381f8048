//! Measured points and the CSV files that hold them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::bd::{Axis, Curve};
use crate::error::{CliError, Result};

/// The first line of every file of points. Programs outside this one read and write it too: it stays.
pub(crate) const HEADER: &str = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h";

/// One picture through one codec at one quality. A score that was not measured is `None`, an empty field in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// Codec and its settings.
    pub(crate) codec: String,
    /// File stem of the picture.
    pub(crate) image: String,
    /// Quality on the codec's own scale.
    pub(crate) q: f64,
    /// Size of the stream.
    pub(crate) bytes: u64,
    /// Bits per pixel.
    pub(crate) bpp: f64,
    /// SSIMULACRA2.
    pub(crate) ssim2: Option<f64>,
    /// Butteraugli 3-norm.
    pub(crate) ba_p3: Option<f64>,
    /// Butteraugli maximum.
    pub(crate) ba_max: Option<f64>,
    /// PSNR of the luma, dB.
    pub(crate) psnr_y: Option<f64>,
    /// PSNR over the three channels, dB.
    pub(crate) psnr_rgb: Option<f64>,
    /// Seconds to encode.
    pub(crate) enc_s: f64,
    /// Seconds to decode.
    pub(crate) dec_s: f64,
    /// Width in pixels.
    pub(crate) w: u32,
    /// Height in pixels.
    pub(crate) h: u32,
}

impl Point {
    /// The score on `axis`.
    fn score(&self, axis: Axis) -> Option<f64> {
        match axis {
            Axis::Ssimulacra2 => self.ssim2,
            Axis::Butteraugli => self.ba_p3,
            Axis::PsnrY => self.psnr_y,
        }
    }

    fn to_line(&self) -> String {
        let score = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.6}"));
        format!(
            "{},{},{},{},{:.6},{},{},{},{},{},{:.5},{:.5},{},{}",
            quoted(&self.codec),
            quoted(&self.image),
            self.q,
            self.bytes,
            self.bpp,
            score(self.ssim2),
            score(self.ba_p3),
            score(self.ba_max),
            score(self.psnr_y),
            score(self.psnr_rgb),
            self.enc_s,
            self.dec_s,
            self.w,
            self.h
        )
    }

    fn from_fields(f: &[String]) -> std::result::Result<Self, String> {
        let [codec, image, q, bytes, bpp, ssim2, ba_p3, ba_max, psnr_y, psnr_rgb, enc_s, dec_s, w, h] = f else {
            return Err(format!("{} fields, 14 expected", f.len()));
        };
        fn number<T: std::str::FromStr>(name: &str, s: &str) -> std::result::Result<T, String> {
            s.trim().parse().map_err(|_| format!("{name} {s:?} is not a number"))
        }
        let score = |name: &str, s: &str| {
            if s.trim().is_empty() { Ok(None) } else { number(name, s).map(Some) }
        };
        Ok(Self {
            codec: codec.clone(),
            image: image.clone(),
            q: number("q", q)?,
            bytes: number("bytes", bytes)?,
            bpp: number("bpp", bpp)?,
            ssim2: score("ssim2", ssim2)?,
            ba_p3: score("ba_p3", ba_p3)?,
            ba_max: score("ba_max", ba_max)?,
            psnr_y: score("psnr_y", psnr_y)?,
            psnr_rgb: score("psnr_rgb", psnr_rgb)?,
            enc_s: number("enc_s", enc_s)?,
            dec_s: number("dec_s", dec_s)?,
            w: number("w", w)?,
            h: number("h", h)?,
        })
    }
}

/// A field, in quotes where a comma or a quote within it asks for them.
fn quoted(field: &str) -> String {
    if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

/// The fields of a line.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut in_quotes = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if in_quotes && chars.peek() == Some(&'"') => {
                chars.next();
                fields.last_mut().expect("never empty").push('"');
            }
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => fields.push(String::new()),
            _ => fields.last_mut().expect("never empty").push(c),
        }
    }
    fields
}

/// The points as the text of a file.
pub(crate) fn to_csv(points: &[Point]) -> String {
    let mut text = format!("{HEADER}\n");
    for p in points {
        let _ = writeln!(text, "{}", p.to_line());
    }
    text
}

/// Reads a file of points.
///
/// # Errors
/// [`CliError::Input`] names the file, the line and the field.
pub(crate) fn read_csv(path: &Path) -> Result<Vec<Point>> {
    let text = fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?;
    parse_csv(&text).map_err(|e| CliError::Input(format!("{}: {e}", path.display())))
}

fn parse_csv(text: &str) -> std::result::Result<Vec<Point>, String> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some(HEADER) {
        return Err(format!("line 1: expected {HEADER}"));
    }
    lines
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| Point::from_fields(&split(line)).map_err(|e| format!("line {}: {e}", i + 2)))
        .collect()
}

/// The points of each codec, each picture.
pub(crate) type ByImage<'a> = BTreeMap<&'a str, Vec<&'a Point>>;

/// Groups points by codec, codecs in the order of their first point, and by picture.
pub(crate) fn by_codec(points: &[Point]) -> Vec<(&str, ByImage<'_>)> {
    let mut codecs: Vec<(&str, ByImage<'_>)> = Vec::new();
    for p in points {
        let at = codecs.iter().position(|(name, _)| *name == p.codec).unwrap_or_else(|| {
            codecs.push((&p.codec, BTreeMap::new()));
            codecs.len() - 1
        });
        codecs[at].1.entry(&p.image).or_default().push(p);
    }
    codecs
}

/// The curve of one codec on one picture over `axis`; `None` where too few points have that score.
pub(crate) fn curve(points: &[&Point], axis: Axis) -> Option<Curve> {
    let on_axis: Vec<_> = points.iter().filter_map(|p| Some((axis.position(p.score(axis)?)?, p.bpp))).collect();
    Curve::fit(&on_axis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point() -> Point {
        Point {
            codec: "a,b".into(),
            image: "say \"x\"".into(),
            q: 62.5,
            bytes: 1234,
            bpp: 0.25,
            ssim2: Some(70.5),
            ba_p3: None,
            ba_max: None,
            psnr_y: Some(f64::INFINITY),
            psnr_rgb: Some(40.0),
            enc_s: 0.125,
            dec_s: 0.5,
            w: 768,
            h: 512,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(parse_csv(&to_csv(&[point(), point()])).unwrap(), [point(), point()]);
    }

    #[test]
    fn faults_name_their_line_and_field() {
        assert!(parse_csv("a,b\n").unwrap_err().starts_with("line 1"));
        let text = format!("{HEADER}\n{}\nx,y\n", point().to_line());
        assert_eq!(parse_csv(&text).unwrap_err(), "line 3: 2 fields, 14 expected");
        let text = to_csv(&[point()]).replace("1234", "many");
        assert_eq!(parse_csv(&text).unwrap_err(), "line 2: bytes \"many\" is not a number");
    }
}
