//! CSV files of measured points.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord, Writer};

use super::points::{KEY, LOSSLESS, Point, TIMING};
use crate::base::error::{CliError, Result};
use crate::base::names::shown;
use crate::metrics::Scores;

/// The columns that every file of points has. Programs outside this one read and write them too:
/// they stay.
pub(crate) const COLUMNS: [&str; 14] = [
    "codec", "image", "q", "bytes", "bpp", "ssim2", "ba_p3", "ba_max", "psnr_y", "psnr_rgb", "enc_s", "dec_s", "w", "h",
];

/// The name of the file of points in a folder of results.
pub(crate) const RESULTS: &str = "results.csv";

/// MS-SSIM, where it was computed.
const MS_SSIM: &str = "ms_ssim";

/// The columns of a file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// Those behind [`COLUMNS`].
    extra: Vec<String>,
}

impl Columns {
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

    /// The first record of a file, with its line break.
    pub(crate) fn header(&self) -> String {
        record(COLUMNS.into_iter().chain(self.extra.iter().map(String::as_str)))
    }

    /// The record of a point, with its line break.
    pub(crate) fn record(&self, point: &Point) -> String {
        let score = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.6}"));
        let time = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.5}"));
        let s = &point.scores;
        let mut fields = vec![
            point.codec.clone(),
            point.image.clone(),
            point.q.to_string(),
            point.bytes.to_string(),
            format!("{:.6}", point.bpp),
        ];
        fields.extend([s.ssim2, s.ba_p3, s.ba_max, s.psnr_y, s.psnr_rgb].map(score));
        fields.extend([point.enc_s, point.dec_s].map(time));
        fields.extend([point.w, point.h].map(|side| side.to_string()));
        fields.extend(self.extra.iter().map(|column| match column.as_str() {
            MS_SSIM => score(s.ms_ssim),
            other => point.extra(other).unwrap_or_default().to_owned(),
        }));
        record(fields)
    }
}

/// A record with its line break, fields in quotes where they need them.
fn record<F: AsRef<[u8]>>(fields: impl IntoIterator<Item = F>) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(fields).expect("memory takes a record");
    let bytes = writer.into_inner().expect("memory takes a record");
    String::from_utf8(bytes).expect("fields are text")
}

/// The points as the text of a file.
pub(crate) fn to_csv(points: &[Point]) -> String {
    let columns = Columns::of(points);
    points.iter().fold(columns.header(), |text, point| text + &columns.record(point))
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
pub(crate) fn read_points(path: &Path) -> Result<Vec<Point>> {
    if path.is_dir() { read_csv(&path.join(RESULTS)) } else { read_csv(path) }
}

/// The points in the text of a file.
///
/// # Errors
/// The line and the field that is wrong.
pub(crate) fn parse_csv(text: &str) -> std::result::Result<Vec<Point>, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| e.to_string())?;
    let columns: Vec<_> = header.iter().map(|c| c.trim().to_owned()).collect();
    let missing: Vec<_> = COLUMNS.into_iter().filter(|c| !columns.iter().any(|have| have == c)).collect();
    if !missing.is_empty() {
        return Err(format!("line 1: no column {}", missing.join(", ")));
    }
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        if record.iter().all(|field| field.trim().is_empty()) && record.len() == 1 {
            continue;
        }
        let line = record.position().map_or(0, |position| position.line());
        points.push(point(&columns, &record).map_err(|e| format!("line {line}: {e}"))?);
    }
    Ok(points)
}

/// The records of `text` that have their ends: a program may have been stopped in the last one.
pub(crate) fn whole_records(text: &str) -> &str {
    let (mut end, mut in_quotes) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' if !in_quotes => end = at + 1,
            _ => {}
        }
    }
    &text[..end]
}

/// The point of a record.
fn point(columns: &[String], fields: &StringRecord) -> std::result::Result<Point, String> {
    if fields.len() != columns.len() {
        return Err(format!("{} fields, {} expected", fields.len(), columns.len()));
    }
    let field = |name: &str| columns.iter().position(|c| c == name).map_or("", |i| fields[i].trim());
    let score = |name: &str| optional(name, field(name));
    Ok(Point {
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
            .zip(fields)
            .filter(|(c, f)| is_extra(c) && !f.is_empty())
            .map(|(c, f)| (c.clone(), f.to_owned()))
            .collect(),
    })
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
    fn fields_may_hold_commas_quotes_and_line_breaks() {
        for text in ["a,b", "say \"x\"", "two\nlines", "two\r\nlines", "\"", ",\n\",", "\n"] {
            let mut one = point();
            (one.codec, one.image) = (format!("c{text}d"), format!("i{text}j"));
            one.extra = vec![("camera".to_owned(), format!("x{text}y")), (format!("p{text}q"), "y".to_owned())];
            let file = to_csv(&[one.clone(), point()]);
            assert_eq!(parse_csv(&file).unwrap(), [one, point()], "{file}");
        }
    }

    #[test]
    fn usual_fields_are_written_bare() {
        let mut one = point();
        (one.codec, one.image) = ("kvant:e5".to_owned(), "kodim 01".to_owned());
        one.extra = vec![(TIMING.to_owned(), "call".to_owned()), (KEY.to_owned(), "0123abcd".to_owned())];
        let line = "kvant:e5,kodim 01,62.5,1234,0.250000,70.500000,,,inf,40.000000,0.12500,,768,512,,call,0123abcd,\n";
        assert_eq!(to_csv(&[one]).split_once('\n').unwrap().1, line);
    }

    #[test]
    fn a_record_without_its_end_is_no_whole_one() {
        let mut one = point();
        one.image = "two\nlines".to_owned();
        let (first, both) = (to_csv(&[one.clone()]), to_csv(&[one.clone(), one]));
        for end in first.len()..both.len() {
            assert_eq!(whole_records(&both[..end]), first, "{end}");
        }
        assert_eq!((whole_records(&both), whole_records("codec,im")), (&*both, ""));
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
