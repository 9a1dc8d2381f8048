//! Measured points as JSON: an object a line or in an array, with the columns of tables as names;
//! the results that CompressAI publishes; the batches of codec-compare.

use serde_json::{Map, Value};

use super::record::{Columns, Numbered};
use crate::pictures::has_picture_extension;
use crate::rd::metric::Metrics;
use crate::rd::points::{MEAN_OF_SET, Point};

/// Whether a text can only be JSON.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}

/// The points in a text; `stem` is the name of its file without the extension.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn parse(text: &str, stem: &str, metrics: &Metrics) -> Result<Vec<Point>, String> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => match (object.get("results"), object.get("field_descriptions")) {
            (Some(Value::Object(results)), _) => of_set(results, stem, metrics),
            (_, Some(_)) => batch(&object, stem, metrics),
            _ => objects(vec![("line 1".to_owned(), object)], metrics),
        },
        Ok(Value::Array(entries)) => {
            let entries = entries.into_iter().enumerate().map(|(i, entry)| object(entry, format!("entry {}", i + 1)));
            objects(entries.collect::<Result<_, _>>()?, metrics)
        }
        _ => lines(text, metrics),
    }
}

/// An object a line.
fn lines(text: &str, metrics: &Metrics) -> Result<Vec<Point>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parsed = lines.map(|(i, line)| {
        let place = format!("line {}", i + 1);
        object(serde_json::from_str(line).map_err(|e| format!("{place}: {e}"))?, place)
    });
    objects(parsed.collect::<Result<_, String>>()?, metrics)
}

fn object(value: Value, place: String) -> Result<(String, Map<String, Value>), String> {
    match value {
        Value::Object(object) => Ok((place, object)),
        _ => Err(format!("{place}: no object")),
    }
}

/// Objects with the columns of tables as names. One may lack what another has.
fn objects(entries: Vec<(String, Map<String, Value>)>, metrics: &Metrics) -> Result<Vec<Point>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in entries.iter().flat_map(|(_, entry)| entry.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let records = entries.iter().map(|(place, entry)| {
        let fields = names.iter().map(|name| entry.get(name).map_or(Ok(String::new()), text));
        Ok((place.clone(), fields.collect::<Result<_, _>>().map_err(|e: String| format!("{place}: {e}"))?))
    });
    let records = records.collect::<Result<Vec<_>, String>>()?;
    points(names, records, metrics)
}

/// What CompressAI publishes: of a model by name, for each metric a list of means over the set, one
/// for each quality.
fn of_set(results: &Map<String, Value>, stem: &str, metrics: &Metrics) -> Result<Vec<Point>, String> {
    let mut names = vec!["codec".to_owned(), "image".to_owned()];
    let mut lists: Vec<&[Value]> = Vec::new();
    for (name, value) in results {
        let list = value.as_array().ok_or_else(|| format!("results: {name} is no list"))?;
        // Older files do not say that theirs are of three channels.
        names.push(if name == "ms-ssim" { "ms-ssim-rgb".to_owned() } else { name.clone() });
        lists.push(list);
    }
    let count = lists.iter().map(|list| list.len()).max().unwrap_or_default();
    if let Some(i) = lists.iter().position(|list| list.len() != count) {
        return Err(format!("results: {} has {} values, others {count}", names[i + 2], lists[i].len()));
    }
    let records = (0..count).map(|i| {
        let place = format!("results, value {}", i + 1);
        let mut fields = vec![stem.to_owned(), MEAN_OF_SET.to_owned()];
        for list in &lists {
            fields.push(text(&list[i]).map_err(|e| format!("{place}: {e}"))?);
        }
        Ok((place, fields))
    });
    points(names, records.collect::<Result<Vec<_>, String>>()?, metrics)
}

/// A batch of codec-compare: a table with one codec, whose constants stand apart.
fn batch(batch: &Map<String, Value>, stem: &str, metrics: &Metrics) -> Result<Vec<Point>, String> {
    let constants = names_of(batch, "constant_descriptions")?;
    let values = batch.get("constant_values").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let constant = |name: &str| {
        let at = constants.iter().position(|c| c == name)?;
        values.get(at).and_then(Value::as_str).map(str::to_owned)
    };
    let codec = constant("name").or_else(|| constant("codec")).unwrap_or_else(|| stem.to_owned());
    // Its SSIM is in decibels, on a scale of its own.
    let own = |name: String| if name == "ssim" { "ssim of codec-compare".to_owned() } else { name };
    let mut names = vec!["codec".to_owned()];
    names.extend(names_of(batch, "field_descriptions")?.into_iter().map(own));
    let rows = batch.get("field_values").and_then(Value::as_array).ok_or("no list field_values")?;
    let records = rows.iter().enumerate().map(|(i, row)| {
        let place = format!("field_values, row {}", i + 1);
        let mut fields = vec![codec.clone()];
        for value in row.as_array().ok_or_else(|| format!("{place}: no list"))? {
            fields.push(text(value).map_err(|e| format!("{place}: {e}"))?);
        }
        Ok((place, fields))
    });
    let mut points = points(names, records.collect::<Result<Vec<_>, String>>()?, metrics)?;
    for point in &mut points {
        if let Some((name, _)) = point.image.rsplit_once('.').filter(|_| has_picture_extension(point.image.as_ref())) {
            point.image = name.to_owned();
        }
    }
    Ok(points)
}

/// The names in a list of objects, each of one name with its description.
fn names_of(batch: &Map<String, Value>, key: &str) -> Result<Vec<String>, String> {
    let list = batch.get(key).and_then(Value::as_array).ok_or_else(|| format!("no list {key}"))?;
    let name = |entry: &Value| entry.as_object().and_then(|e| e.keys().next().cloned());
    list.iter().map(|entry| name(entry).ok_or_else(|| format!("{key}: an entry without a name"))).collect()
}

/// A value as the text of a field.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(yes) => Ok(if *yes { "yes" } else { "" }.to_owned()),
        // A whole number, whether it is written as one or not.
        Value::Number(number) => Ok(match number.as_f64() {
            Some(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
            _ => number.to_string(),
        }),
        Value::String(text) => Ok(text.clone()),
        Value::Array(_) | Value::Object(_) => {
            Err("a list or an object where a number or a text is expected".to_owned())
        }
    }
}

fn points(names: Vec<String>, records: Vec<(String, Vec<String>)>, metrics: &Metrics) -> Result<Vec<Point>, String> {
    let columns = Columns::new(names, metrics)?;
    let mut points = Numbered::default();
    for (place, fields) in records {
        points.push(columns.point(&fields).map_err(|e| format!("{place}: {e}"))?);
    }
    Ok(points.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Point>, String> {
        assert!(is_json(text));
        parse(text, "file", &Metrics::built_in())
    }

    #[test]
    fn objects_come_a_line_each_or_in_a_list() {
        let one = r#"{"codec": "a", "image": "i", "q": 5, "bytes": 100, "w": 10, "h": 8, "ssim2": 70.5, "note": "x"}"#;
        let two = r#"{"codec": "a", "image": "i", "bpp": 0.5, "ssim2": null, "psnr-rgb": 30}"#;
        let lines = read(&format!("\u{feff}{one}\n\n{two}\n")).unwrap();
        assert_eq!(lines, read(&format!("[{one}, {two}]")).unwrap());
        assert_eq!((lines[0].q, lines[0].bytes, lines[0].size), (5.0, Some(100), Some([10, 8])));
        assert_eq!((lines[0].scores["ssim2"], lines[0].extra("note")), (70.5, Some("x")));
        assert_eq!((lines[1].q, lines[1].bpp, lines[1].scores.len()), (2.0, 0.5, 1));
        assert_eq!(read(one).unwrap()[..], lines[..1]);
    }

    #[test]
    fn faults_tell_their_place() {
        let good = r#"{"codec": "a", "image": "i", "bpp": 0.5, "ssim2": 3}"#;
        for (text, fault) in [
            (format!("{good}\n{{\"codec\": }}"), "line 2: "),
            (format!("{good}\n{}", good.replace('3', "\"much\"")), "line 2: ssim2 \"much\" is not a number"),
            (format!("[{good}, 5]"), "entry 2: no object"),
            (good.replace("0.5", "[1]"), "line 1: a list or an object"),
            (good.replace("bpp", "bits"), "no column bpp or bytes"),
            (good.replace("ssim2", "beauty"), "no column of a metric (ssim2, "),
            (r#"{"results": {"bpp": [1, 2], "psnr": [30]}}"#.to_owned(), "psnr has 1 values, others 2"),
            (r#"{"field_descriptions": [{"bpp": ""}]}"#.to_owned(), "no list constant_descriptions"),
        ] {
            let found = read(&text).unwrap_err();
            assert!(found.starts_with(fault) || found.contains(fault), "{found}");
        }
    }

    /// The shape of the batches that codec-compare publishes.
    #[test]
    fn a_batch_of_codec_compare_is_a_table_of_one_codec() {
        let text = r#"{
            "constant_descriptions": [{"name": "Name of this batch"}, {"codec": "x"}],
            "constant_values": ["WebP m4 4:2:0", "webp"],
            "field_descriptions": [{"original_name": ""}, {"width": ""}, {"height": ""}, {"quality": ""}, {"encoded_size": ""},
                {"encoding_time": ""}, {"psnr": ""}, {"ssim": ""}, {"ssimulacra2": ""}, {"p3norm": ""}, {"butteraugli": ""}],
            "field_values": [["0201.png", 2048, 1365, 4, 37630.0, 0.58995, 26.3685, 6.87873, -16.0336, 6.03052, 20.9901]]
        }"#;
        let points = read(text).unwrap();
        let p = &points[0];
        assert_eq!((p.codec.as_str(), p.image.as_str(), p.q, p.bytes), ("WebP m4 4:2:0", "0201", 4.0, Some(37630)));
        let scores: Vec<_> = p.scores.iter().map(|(name, score)| (name.as_str(), *score)).collect();
        assert_eq!(scores, [("ba_max", 20.9901), ("ba_p3", 6.03052), ("psnr_rgb", 26.3685), ("ssim2", -16.0336)]);
        assert_eq!((p.enc_s, p.size), (Some(0.58995), Some([2048, 1365])));
    }

    /// The first values of CompressAI's file of that model on Kodak.
    #[test]
    fn results_of_compressai_are_means_over_a_set() {
        let text = r#"{"name": "cheng2020-anchor", "description": "Inference (ans)", "results": {
            "psnr-rgb": [28.58235164600031, 29.969272906591517], "ms-ssim-rgb": [0.923588735361894, 0.9465066492557526],
            "bpp": [0.11959499782986115, 0.18379720052083337], "encoding_time": [2.7524550457795462, 2.7260450422763824]}}"#;
        let points = read(text).unwrap();
        assert_eq!(points.len(), 2);
        assert!(points.iter().all(|p| p.codec == "file" && p.image == MEAN_OF_SET && p.bytes.is_none()));
        assert_eq!((points[1].q, points[1].bpp), (2.0, 0.183_797_200_520_833_37));
        assert_eq!(
            (points[0].scores["psnr_rgb"], points[0].scores["ms_ssim_rgb"]),
            (28.582_351_646_000_31, 0.923_588_735_361_894)
        );
        let older = text.replace("psnr-rgb", "psnr").replace("ms-ssim-rgb", "ms-ssim");
        assert_eq!(read(&older).unwrap(), points);
    }
}
