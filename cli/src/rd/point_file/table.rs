//! Tables of measured points: fields between commas, tabs or semicolons (RFC 4180, but for the end
//! of lines).

use csv::{Reader, ReaderBuilder, StringRecord, Terminator};

use super::record::{Columns, Numbered};
use super::write::COLUMNS;
use crate::rd::metric::Metrics;
use crate::rd::points::Point;

/// What some programs begin a text with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The points in the text of a file.
///
/// # Errors
/// The line and the field that is wrong.
pub(crate) fn parse_csv(text: &str, metrics: &Metrics) -> std::result::Result<Vec<Point>, String> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let ended = format!("{text}\n");
    let whole = whole_records(&ended);
    if !ended[whole.len()..].trim().is_empty() {
        return Err(format!("line {}: a quote is opened and never closed", 1 + whole.matches('\n').count()));
    }
    let mut records = Records { text, reader: reader(text) };
    let header = records.next().transpose()?.unwrap_or_default();
    let columns = Columns::new(header.fields, metrics).map_err(|e| format!("line 1: {e}"))?;
    let mut points = Numbered::default();
    for record in records {
        let Record { line, mut fields } = record?;
        if fields.iter().all(|field| field.trim().is_empty()) && fields.len() == 1 {
            continue;
        }
        if separator(text) == b';' {
            fields.iter_mut().for_each(decimal_point);
        }
        points.push(columns.point(&fields).map_err(|e| format!("line {line}: {e}"))?);
    }
    Ok(points.0)
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
    builder.flexible(true).has_headers(false).terminator(Terminator::Any(b'\n')).delimiter(separator(text));
    builder.from_reader(text.as_bytes())
}

/// What stands between fields: what the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|b| *b == separator).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|s| count(*s)).unwrap_or(b',')
}

/// Where fields end with semicolons, a comma may stand for the decimal point.
fn decimal_point(field: &mut String) {
    let plain = field.replacen(',', ".", 1);
    if field.contains(',') && plain.trim().parse::<f64>().is_ok() {
        *field = plain;
    }
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

#[cfg(test)]
mod tests {
    use super::super::write::to_csv;
    use super::*;
    use crate::rd::points::{KEY, TIMING};

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
            bytes: Some(1234),
            bpp: 0.25,
            scores: [("ssim2", 70.5), ("psnr_y", f64::INFINITY), ("psnr_rgb", 40.0)]
                .map(|(name, score)| (name.to_owned(), score))
                .into(),
            enc_s: Some(0.125),
            dec_s: None,
            size: Some([768, 512]),
            extra: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut other = point();
        other.scores.insert("ms_ssim".to_owned(), 0.987_654);
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
        let line = "kvant:e5,kodim 01,62.5,1234,0.250000,70.500000,,,inf,40.000000,0.12500,,768,512,,call,0123abcd,,\n";
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
        for (from, to) in [(",i5,", ",\"i5,"), (",512,,,,,\n", ",512,,,,,\"\n")] {
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
        assert_eq!((points[0].size, points[0].scores["ssim2"]), (Some([768, 512]), 70.0));
        assert_eq!(points[0].extra("note"), Some("hello"));
        assert!(to_csv(&points).starts_with("codec,image,q,bytes,") && to_csv(&points).contains(",note\n"));
    }

    #[test]
    fn tables_of_other_programs_need_little_and_may_be_separated_otherwise() {
        let text = "codec,image,bpp,psnr_y\na b,i,0.25,30.5\na b,i,0.5,33\n";
        let plain = parse_csv(text).unwrap();
        assert_eq!(
            plain.iter().map(|p| (p.q, p.bpp, p.bytes)).collect::<Vec<_>>(),
            [(1.0, 0.25, None), (2.0, 0.5, None)]
        );
        assert_eq!(parse_csv(&format!("\u{feff}{text}")).unwrap(), plain);
        assert_eq!(parse_csv(&text.replace(',', "\t")).unwrap(), plain);
        assert_eq!(parse_csv(&text.replace(',', ";")).unwrap(), plain);
        // Where a comma is the decimal point, semicolons stand between fields.
        assert_eq!(parse_csv(&text.replace(',', ";").replace('.', ",")).unwrap(), plain);
        // Names that other programs give.
        let text = "Encoder,File Name,Filename,Encoded-Size,Width,Height,SSIMULACRA2\na,other,i,1000,40,20,70\n";
        let points = parse_csv(text).unwrap();
        assert_eq!((points[0].codec.as_str(), points[0].image.as_str(), points[0].bytes), ("a", "i", Some(1000)));
        assert_eq!((points[0].size, points[0].scores["ssim2"]), (Some([40, 20]), 70.0));
        assert_eq!(points[0].extra("File Name"), Some("other"));
        // A name of ours counts before another's.
        let text = "codec,image,bytes,size,bpp,psnr,psnr_rgb\na,i,1000,3,1,10,30\n";
        let points = parse_csv(text).unwrap();
        assert_eq!((points[0].bytes, points[0].scores["psnr_rgb"], points[0].extra.len()), (Some(1000), 30.0, 2));
    }

    #[test]
    fn faults_name_their_line_and_field() {
        let fault = parse_csv("image,q\n").unwrap_err();
        assert!(fault.starts_with("line 1: no column codec, bpp or bytes, of a metric (ssim2, "), "{fault}");
        let text = format!("{}x,y\n", to_csv(&[point()]));
        assert_eq!(parse_csv(&text).unwrap_err(), "line 3: 2 fields, 19 expected");
        let text = to_csv(&[point()]).replace("1234", "many");
        assert_eq!(parse_csv(&text).unwrap_err(), "line 2: bytes \"many\" is not a number");
        let text = text.replacen('\n', "\n\n\n", 1);
        assert_eq!(parse_csv(&text).unwrap_err(), "line 4: bytes \"many\" is not a number");
    }
}
