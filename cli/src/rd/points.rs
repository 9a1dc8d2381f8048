//! Measured points and the CSV files that hold them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::base::print::print_error;
use crate::metrics::Scores;

/// The columns that every file of points has. Programs outside this one read and write them too: they stay.
pub(crate) const COLUMNS: [&str; 14] = [
    "codec", "image", "q", "bytes", "bpp", "ssim2", "ba_p3", "ba_max", "psnr_y", "psnr_rgb", "enc_s", "dec_s", "w", "h",
];

/// The name of the file of points in a folder of results.
pub(crate) const RESULTS: &str = "results.csv";

/// MS-SSIM, where it was computed.
const MS_SSIM: &str = "ms_ssim";
/// What the times of a row are the times of: see [`super::codecs::Timing`].
pub(crate) const TIMING: &str = "timing";
/// What the row was measured from: a digest of picture, codec version and settings.
pub(crate) const KEY: &str = "key";

/// Says `yes` where the codec is lossless and the picture came back exactly.
pub(crate) const LOSSLESS: &str = "lossless";

/// One picture through one codec at one quality. What was not measured is `None`, an empty field in the file.
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
    /// How the decoded picture compares with the source.
    pub(crate) scores: Scores,
    /// Seconds to encode.
    pub(crate) enc_s: Option<f64>,
    /// Seconds to decode.
    pub(crate) dec_s: Option<f64>,
    /// Width in pixels.
    pub(crate) w: u32,
    /// Height in pixels.
    pub(crate) h: u32,
    /// Columns beyond [`COLUMNS`] and MS-SSIM, by name, in the order of the file; empty fields are left out.
    pub(crate) extra: Vec<(String, String)>,
}

/// What tells points apart: codec, picture, and quality as its bits.
pub(crate) type Identity = (String, String, u64);

impl Point {
    pub(crate) fn identity(&self) -> Identity {
        (self.codec.clone(), self.image.clone(), self.q.to_bits())
    }

    /// The value of an extra column.
    pub(crate) fn extra(&self, column: &str) -> Option<&str> {
        self.extra.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_lossless(&self) -> bool {
        self.extra(LOSSLESS).is_some()
    }

    fn to_line(&self, extra: &[&str]) -> String {
        let score = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.6}"));
        let time = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.5}"));
        let s = &self.scores;
        let mut line =
            format!("{},{},{},{},{:.6}", quoted(&self.codec), quoted(&self.image), self.q, self.bytes, self.bpp);
        for v in [s.ssim2, s.ba_p3, s.ba_max, s.psnr_y, s.psnr_rgb] {
            let _ = write!(line, ",{}", score(v));
        }
        let _ = write!(line, ",{},{},{},{}", time(self.enc_s), time(self.dec_s), self.w, self.h);
        for column in extra {
            let value = match *column {
                MS_SSIM => score(s.ms_ssim),
                other => quoted(self.extra(other).unwrap_or_default()),
            };
            let _ = write!(line, ",{value}");
        }
        line
    }

    fn from_fields(columns: &[String], fields: Vec<String>) -> std::result::Result<Self, String> {
        if fields.len() != columns.len() {
            return Err(format!("{} fields, {} expected", fields.len(), columns.len()));
        }
        let field = |name: &str| columns.iter().position(|c| c == name).map_or("", |i| fields[i].trim());
        let score = |name: &str| optional(name, field(name));
        Ok(Self {
            codec: field("codec").to_owned(),
            image: field("image").to_owned(),
            q: number("q", field("q"))?,
            bytes: number("bytes", field("bytes"))?,
            bpp: number("bpp", field("bpp"))?,
            scores: Scores {
                ssim2: score("ssim2")?,
                ba_p3: score("ba_p3")?,
                ba_max: score("ba_max")?,
                psnr_y: score("psnr_y")?,
                psnr_rgb: score("psnr_rgb")?,
                ms_ssim: score(MS_SSIM)?,
            },
            enc_s: score("enc_s")?,
            dec_s: score("dec_s")?,
            w: number("w", field("w"))?,
            h: number("h", field("h"))?,
            extra: columns
                .iter()
                .zip(&fields)
                .filter(|(c, f)| is_extra(c) && !f.is_empty())
                .map(|(c, f)| (c.clone(), f.clone()))
                .collect(),
        })
    }
}

fn is_extra(column: &str) -> bool {
    column != MS_SSIM && !COLUMNS.contains(&column)
}

fn number<T: FromStr>(name: &str, text: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|_| format!("{name} {text:?} is not a number"))
}

fn optional(name: &str, text: &str) -> std::result::Result<Option<f64>, String> {
    if text.is_empty() { Ok(None) } else { number(name, text).map(Some) }
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

/// The first line of a file, and the lines of points in the same columns.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    extra: Vec<String>,
}

impl Layout {
    /// The columns of what this program measures, and every extra column of `points`.
    pub(crate) fn of(points: &[Point]) -> Self {
        let mut extra = [MS_SSIM, TIMING, KEY, LOSSLESS].map(str::to_owned).to_vec();
        for (name, _) in points.iter().flat_map(|p| &p.extra) {
            if !extra.contains(name) {
                extra.push(name.clone());
            }
        }
        Self { extra }
    }

    pub(crate) fn header(&self) -> String {
        let columns: Vec<_> = COLUMNS.into_iter().chain(self.extra.iter().map(String::as_str)).map(quoted).collect();
        columns.join(",")
    }

    pub(crate) fn line(&self, point: &Point) -> String {
        point.to_line(&self.extra.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// The points as the text of a file.
pub(crate) fn to_csv(points: &[Point]) -> String {
    let layout = Layout::of(points);
    let mut text = layout.header() + "\n";
    for p in points {
        let _ = writeln!(text, "{}", layout.line(p));
    }
    text
}

/// Reads a file of points. Columns may come in any order, with others among them.
///
/// # Errors
/// [`CliError::Input`] names the file, the line and the field.
pub(crate) fn read_csv(path: &Path) -> Result<Vec<Point>> {
    let text = fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?;
    parse_csv(&text).map_err(|e| CliError::Input(format!("{}: {e}", shown(path))))
}

/// Reads a file of points, or that of a folder of results.
pub(crate) fn read(path: &Path) -> Result<Vec<Point>> {
    if path.is_dir() { read_csv(&path.join(RESULTS)) } else { read_csv(path) }
}

/// The last of the points of each codec, picture and quality, in the place of the first. Says on standard error how many
/// others there were.
pub(crate) fn latest(points: Vec<Point>) -> Vec<Point> {
    let all = points.len();
    let mut places = BTreeMap::new();
    let mut kept: Vec<Point> = Vec::with_capacity(all);
    for point in points {
        let place = *places.entry(point.identity()).or_insert(kept.len());
        if place == kept.len() {
            kept.push(point);
        } else {
            kept[place] = point;
        }
    }
    if kept.len() < all {
        let n = all - kept.len();
        print_error(&format!(
            "kvant: {n} points are there more than once (same codec, picture and q): the last counts\n"
        ));
    }
    kept
}

/// Sorts by codec (those of `order` first, in that order), picture and quality.
pub(crate) fn sort(points: &mut [Point], order: &[&str]) {
    let place = |p: &Point| order.iter().position(|name| *name == p.codec).unwrap_or(order.len());
    points.sort_by(|a, b| {
        let by_codec = place(a).cmp(&place(b)).then_with(|| a.codec.cmp(&b.codec));
        by_codec.then_with(|| a.image.cmp(&b.image)).then(a.q.total_cmp(&b.q))
    });
}

pub(crate) fn parse_csv(text: &str) -> std::result::Result<Vec<Point>, String> {
    let mut lines = text.lines();
    let columns: Vec<_> = split(lines.next().unwrap_or_default()).iter().map(|c| c.trim().to_owned()).collect();
    let missing: Vec<_> = COLUMNS.into_iter().filter(|c| !columns.iter().any(|have| have == c)).collect();
    if !missing.is_empty() {
        return Err(format!("line 1: no column {}", missing.join(", ")));
    }
    lines
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| Point::from_fields(&columns, split(line)).map_err(|e| format!("line {}: {e}", i + 2)))
        .collect()
}

/// The points of each picture, of one codec.
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
            scores: Scores {
                ssim2: Some(70.5),
                psnr_y: Some(f64::INFINITY),
                psnr_rgb: Some(40.0),
                ..Scores::default()
            },
            enc_s: Some(0.125),
            dec_s: None,
            w: 768,
            h: 512,
            extra: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut other = point();
        other.scores.ms_ssim = Some(0.987_654);
        other.extra = vec![("camera".to_owned(), "x, y".to_owned())];
        assert_eq!(parse_csv(&to_csv(&[point(), other.clone()])).unwrap(), [point(), other]);
    }

    #[test]
    fn columns_may_come_in_any_order_and_others_are_kept() {
        let text = "h,note,w,codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s\n\
                    512,hello,768,c,i,5,100,0.5,70,,,,,,\n";
        let points = parse_csv(text).unwrap();
        assert_eq!((points[0].h, points[0].w, points[0].scores.ssim2), (512, 768, Some(70.0)));
        assert_eq!(points[0].extra("note"), Some("hello"));
        assert!(to_csv(&points).starts_with("codec,image,q,bytes,") && to_csv(&points).contains(",note\n"));
    }

    #[test]
    fn faults_name_their_line_and_field() {
        assert!(parse_csv("codec,image,q\n").unwrap_err().starts_with("line 1: no column bytes, bpp"));
        let text = format!("{}x,y\n", to_csv(&[point()]));
        assert_eq!(parse_csv(&text).unwrap_err(), "line 3: 2 fields, 18 expected");
        let text = to_csv(&[point()]).replace("1234", "many");
        assert_eq!(parse_csv(&text).unwrap_err(), "line 2: bytes \"many\" is not a number");
    }
}
