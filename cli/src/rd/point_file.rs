//! CSV files of measured points.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use csv::{Reader, ReaderBuilder, StringRecord, Terminator, Writer};

use super::metric::Metrics;
use super::points::{KEY, LOSSLESS, Point, TIMING};
use crate::base::error::{CliError, Result};
use crate::base::names::shown;

/// The columns that every file of points has. Programs outside this one read and write them too:
/// they stay.
pub(crate) const COLUMNS: [&str; 14] = [
    "codec", "image", "q", "bytes", "bpp", "ssim2", "ba_p3", "ba_max", "psnr_y", "psnr_rgb", "enc_s", "dec_s", "w", "h",
];

/// The name of the file of points in a folder of results.
pub(crate) const RESULTS: &str = "results.csv";

/// The scores among [`COLUMNS`].
const SCORES: [&str; 5] = ["ssim2", "ba_p3", "ba_max", "psnr_y", "psnr_rgb"];
/// A score that our own runs have besides.
const MS_SSIM: &str = "ms_ssim";

/// The columns of a file.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// Those behind [`COLUMNS`]: scores, then others.
    scores: Vec<String>,
    extra: Vec<String>,
}

impl Columns {
    /// The columns of what this program measures, and every extra column of `points`.
    pub(crate) fn of(points: &[Point]) -> Self {
        Self::with_scores(&[], points)
    }

    /// The same with the columns of further metrics.
    pub(crate) fn with_scores(metrics: &[&str], points: &[Point]) -> Self {
        let mut scores: Vec<String> = [&[MS_SSIM], metrics].concat().into_iter().map(str::to_owned).collect();
        for name in points.iter().flat_map(|p| p.scores.keys()) {
            if !SCORES.contains(&name.as_str()) && !scores.contains(name) {
                scores.push(name.clone());
            }
        }
        let mut extra = [TIMING, KEY, LOSSLESS].map(str::to_owned).to_vec();
        for (name, _) in points.iter().flat_map(|p| &p.extra) {
            if !extra.contains(name) {
                extra.push(name.clone());
            }
        }
        Self { scores, extra }
    }

    /// The first record of a file, with its line break.
    pub(crate) fn header(&self) -> String {
        record(COLUMNS.into_iter().chain(self.scores.iter().chain(&self.extra).map(String::as_str)))
    }

    /// The record of a point, with its line break.
    pub(crate) fn record(&self, point: &Point) -> String {
        let score = |name: &str| point.scores.get(name).map_or(String::new(), |v| format!("{v:.6}"));
        let time = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.5}"));
        let mut fields = vec![
            point.codec.clone(),
            point.image.clone(),
            point.q.to_string(),
            point.bytes.to_string(),
            format!("{:.6}", point.bpp),
        ];
        fields.extend(SCORES.map(score));
        fields.extend([point.enc_s, point.dec_s].map(time));
        fields.extend([point.w, point.h].map(|side| side.to_string()));
        fields.extend(self.scores.iter().map(|column| score(column)));
        fields.extend(self.extra.iter().map(|column| point.extra(column).unwrap_or_default().to_owned()));
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

/// Reads a file of points. Columns may come in any order, with others among them; those of
/// `metrics` are scores.
///
/// # Errors
/// [`CliError::Input`] names the file, the line and the field.
pub(crate) fn read_csv(path: &Path, metrics: &Metrics) -> Result<Vec<Point>> {
    let text = fs::read_to_string(path).map_err(|e| CliError::reading(path, &e))?;
    parse_csv(&text, metrics).map_err(|e| CliError::Input(format!("{}: {e}", shown(path))))
}

/// Reads a file of points, or that of a folder of results.
pub(crate) fn read_points(path: &Path, metrics: &Metrics) -> Result<Vec<Point>> {
    if path.is_dir() { read_csv(&path.join(RESULTS), metrics) } else { read_csv(path, metrics) }
}

/// The points in the text of a file.
///
/// # Errors
/// The line and the field that is wrong.
pub(crate) fn parse_csv(text: &str, metrics: &Metrics) -> std::result::Result<Vec<Point>, String> {
    let ended = format!("{text}\n");
    let whole = whole_records(&ended);
    if !ended[whole.len()..].trim().is_empty() {
        return Err(format!("line {}: a quote is opened and never closed", 1 + whole.matches('\n').count()));
    }
    let mut records = Records { text, reader: reader(text) };
    let header = records.next().transpose()?.unwrap_or_default();
    let columns: Vec<_> = header.fields.iter().map(|c| c.trim().to_owned()).collect();
    let missing: Vec<_> = COLUMNS.into_iter().filter(|c| !columns.iter().any(|have| have == c)).collect();
    if !missing.is_empty() {
        return Err(format!("line 1: no column {}", missing.join(", ")));
    }
    let mut points = Vec::new();
    for record in records {
        let Record { line, fields } = record?;
        if fields.iter().all(|field| field.trim().is_empty()) && fields.len() == 1 {
            continue;
        }
        points.push(point(&columns, &fields, metrics).map_err(|e| format!("line {line}: {e}"))?);
    }
    Ok(points)
}

/// The points in the text of a file that a program may have been stopped in: a last record without
/// its end is left out.
///
/// # Errors
/// The line and the field that is wrong. What is left out has no measurement but the last: a quote
/// that is never closed, with others behind it, is a fault.
pub(crate) fn parse_unfinished(text: &str, metrics: &Metrics) -> std::result::Result<Vec<Point>, String> {
    let whole = whole_records(text);
    let is_record = |line: &str| line.ends_with('\n') && line.matches(',').count() + 1 >= COLUMNS.len();
    match text[whole.len()..].split_inclusive('\n').skip(1).any(is_record) {
        true => parse_csv(text, metrics),
        false => parse_csv(whole, metrics),
    }
}

/// The records of `text` that have their ends.
fn whole_records(text: &str) -> &str {
    // One more letter is part of the record that has no end, or a new one where all have theirs.
    let longer = format!("{text}x");
    let (mut reader, mut record, mut start) = (reader(&longer), StringRecord::new(), 0);
    while reader.read_record(&mut record).is_ok_and(|more| more) {
        start = record.position().map_or(0, |position| position.byte() as usize);
    }
    &text[..start]
}

/// Lines end with LF. A CR alone may be in a field without quotes, as earlier drafts wrote it.
fn reader(text: &str) -> Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.flexible(true).has_headers(false).terminator(Terminator::Any(b'\n')).from_reader(text.as_bytes())
}

/// The fields of a record, and the line that it begins in.
#[derive(Default)]
struct Record {
    line: u64,
    fields: Vec<String>,
}

/// The records of a text one after the other, the header among them.
struct Records<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
}

impl Iterator for Records<'_> {
    type Item = std::result::Result<Record, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = StringRecord::new();
        let start = self.reader.position().clone();
        match self.reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(e) => return Some(Err(e.to_string())),
        }
        let between = &self.text[start.byte() as usize..self.reader.position().byte() as usize];
        let written = between.trim_start_matches('\n');
        let line = start.line() + (between.len() - written.len()) as u64;
        let mut fields: Vec<_> = record.iter().map(str::to_owned).collect();
        // The reader takes the CR of a CRLF for a part of the last field.
        if let Some(last) = fields.last_mut().filter(|last| last.ends_with('\r') && written.ends_with("\r\n")) {
            last.pop();
        }
        // A field that was in quotes has its own ones twice in the text.
        let is_misread = |field: &&String| {
            let shorter = field.trim_start();
            shorter.len() < field.len() && shorter.starts_with('"') && written.contains(field.as_str())
        };
        Some(match fields.iter().find(is_misread) {
            Some(field) => Err(format!("line {line}: a blank before a quote, in {field:?}; quotes open a field")),
            None => Ok(Record { line, fields }),
        })
    }
}

/// The point of a record.
fn point(columns: &[String], fields: &[String], metrics: &Metrics) -> std::result::Result<Point, String> {
    if fields.len() != columns.len() {
        return Err(format!("{} fields, {} expected", fields.len(), columns.len()));
    }
    let field = |name: &str| columns.iter().position(|c| c == name).map_or("", |i| fields[i].trim());
    let time = |name: &str| optional(name, field(name));
    let mut scores = BTreeMap::new();
    for column in columns.iter().filter(|c| metrics.find(c).is_some()) {
        scores.extend(optional(column, field(column))?.map(|score| (column.clone(), score)));
    }
    let is_extra = |column: &String| !COLUMNS.contains(&column.as_str()) && metrics.find(column).is_none();
    Ok(Point {
        codec: field("codec").to_owned(),
        image: field("image").to_owned(),
        q: number("q", field("q"))?,
        bytes: number("bytes", field("bytes"))?,
        bpp: number("bpp", field("bpp"))?,
        scores,
        enc_s: time("enc_s")?,
        dec_s: time("dec_s")?,
        w: number("w", field("w"))?,
        h: number("h", field("h"))?,
        extra: columns
            .iter()
            .zip(fields)
            .filter(|(c, f)| is_extra(c) && !f.is_empty())
            .map(|(c, f)| (c.clone(), f.clone()))
            .collect(),
    })
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

    fn parse_csv(text: &str) -> std::result::Result<Vec<Point>, String> {
        super::parse_csv(text, &Metrics::built_in())
    }

    fn parse_unfinished(text: &str) -> std::result::Result<Vec<Point>, String> {
        super::parse_unfinished(text, &Metrics::built_in())
    }

    fn point() -> Point {
        Point {
            codec: "a,b".into(),
            image: "say \"x\"".into(),
            q: 62.5,
            bytes: 1234,
            bpp: 0.25,
            scores: [("ssim2", 70.5), ("psnr_y", f64::INFINITY), ("psnr_rgb", 40.0)]
                .map(|(name, score)| (name.to_owned(), score))
                .into(),
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
        other.scores.insert(MS_SSIM.to_owned(), 0.987_654);
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
            assert_eq!(parse_unfinished(&both[..end]).unwrap().len(), 1, "{end}");
        }
        assert_eq!((whole_records(&both), whole_records("codec,im")), (&*both, ""));
    }

    #[test]
    fn a_quote_within_a_field_ends_no_record_and_hides_none() {
        let mut one = point();
        (one.codec, one.image) = ("c".to_owned(), "i5".to_owned());
        let (good, line) = (to_csv(&[one.clone(), one.clone()]), to_csv(&[one.clone()]).replace(",i5,", ",i5\" disk,"));
        let text = format!("{line}{}", good.split_once('\n').unwrap().1);
        assert_eq!(whole_records(&text), text);
        let mut bare = one.clone();
        bare.image = "i5\" disk".to_owned();
        for parse in [parse_csv, parse_unfinished] {
            assert_eq!(parse(&text).unwrap(), [bare.clone(), one.clone(), one.clone()]);
        }
        // A quote that opens a field and is not closed takes in all that follows: that is told.
        for (from, to) in [(",i5,", ",\"i5,"), (",512,,,,\n", ",512,,,,\"\n")] {
            let text = good.replacen(from, to, 1);
            for parse in [parse_csv, parse_unfinished] {
                assert_eq!(parse(&text).unwrap_err(), "line 2: a quote is opened and never closed");
            }
        }
    }

    #[test]
    fn files_of_earlier_drafts_and_other_programs_are_read() {
        let mut one = point();
        (one.image, one.extra) = ("a\rb".to_owned(), vec![("note".to_owned(), "x\ry".to_owned())]);
        let text = to_csv(&[one.clone(), one.clone()]);
        let bare = text.replace("\"a\rb\"", "a\rb").replace("\"x\ry\"", "x\ry");
        assert_eq!(bare.matches('"').count(), 4, "those of the codec's name alone: {bare:?}");
        for text in [bare.clone(), text.replace('\n', "\r\n"), bare.replace('\n', "\r\n\r\n")] {
            assert_eq!(parse_csv(&text).unwrap(), [one.clone(), one.clone()], "{text:?}");
            assert_eq!(parse_unfinished(&text).unwrap(), [one.clone(), one.clone()], "{text:?}");
        }
        // Of CR and CRLF at the end of a field, that of the line goes and the field's own stays.
        one.extra[0].1 = "x\r".to_owned();
        let text = to_csv(&[one.clone()]);
        for text in [text.replace('\n', "\r\n"), text] {
            assert_eq!(parse_csv(&text).unwrap(), [one.clone()], "{text:?}");
        }
    }

    #[test]
    fn a_blank_before_a_quote_is_told() {
        let text = to_csv(&[point()]);
        for (from, to) in [("\"a,b\"", " \"a,b\""), ("\"say", " \"say"), ("\"a,b\"", "\t\"ab\"")] {
            let fault = parse_csv(&text.replace(from, to)).unwrap_err();
            assert!(fault.starts_with("line 2: a blank before a quote"), "{fault}");
        }
        let mut named = point();
        named.extra = vec![("note".to_owned(), " \"x\", y".to_owned())];
        assert_eq!(parse_csv(&to_csv(&[named.clone()])).unwrap(), [named]);
    }

    #[test]
    fn columns_may_come_in_any_order_and_others_are_kept() {
        let text = "h,note,w,codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s\n\
                    512,hello,768,c,i,5,100,0.5,70,,,,,,\n";
        let points = parse_csv(text).unwrap();
        assert_eq!((points[0].h, points[0].w, points[0].scores["ssim2"]), (512, 768, 70.0));
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
        let text = text.replacen('\n', "\n\n\n", 1);
        assert_eq!(parse_csv(&text).unwrap_err(), "line 4: bytes \"many\" is not a number");
    }
}
