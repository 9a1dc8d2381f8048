//! Which codec a report is about, which one all are compared with, and the order of all.

use super::input::Input;
use super::options::ReportOptions;
use crate::base::error::{CliError, Result};
use crate::rd::codecs::is_ours;
use crate::rd::points::{ByImage, by_codec};

/// The points of codecs, by picture.
pub(crate) type Measured<'a> = Vec<(&'a str, ByImage<'a>)>;

/// The codec reported on and the anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) codec: String,
    /// `None` where no other codec has a picture in common.
    pub(crate) anchor: Option<String>,
}

impl Choice {
    /// What the user names, or what suits the points best.
    ///
    /// # Errors
    /// [`CliError::Usage`] where a codec that the user names was not measured, or is both.
    pub(crate) fn new(input: &Input, options: &ReportOptions) -> Result<Self> {
        let measured = by_codec(&input.points);
        let lossless = by_codec(&input.lossless);
        if let (true, Some((first, _))) = (measured.is_empty(), lossless.first()) {
            return Ok(Self { codec: (*first).to_owned(), anchor: None });
        }
        // A lossless codec is an anchor among its kind only.
        let is_lossless = |name: &String| lossless.iter().any(|(n, _)| n == name);
        let options = &ReportOptions { anchor: options.anchor.clone().filter(|a| !is_lossless(a)), ..options.clone() };
        let codec = choose_codec(&measured, input, options)?;
        let anchor = choose_anchor(&measured, &codec, input, options)?;
        if anchor.as_ref() == Some(&codec) {
            return Err(CliError::Usage(format!(
                "{codec} cannot be compared with itself; give another --anchor or --codec"
            )));
        }
        Ok(Self { codec, anchor })
    }

    /// The points of the codec reported on, of the anchor, then of the others as they were
    /// measured; only the pictures that the first has.
    pub(crate) fn measured<'a>(&self, input: &'a Input) -> Measured<'a> {
        let mut order = by_codec(&input.points);
        order.sort_by_key(|(name, _)| match *name {
            n if n == self.codec => 0,
            n if Some(n) == self.anchor.as_deref() => 1,
            _ => 2,
        });
        let pictures: Vec<&str> = order.first().map_or(Vec::new(), |(_, images)| images.keys().copied().collect());
        for (_, images) in &mut order {
            images.retain(|image, _| pictures.contains(image));
        }
        order.retain(|(_, images)| !images.is_empty());
        order
    }
}

/// The codec that the user names, else the first one of ours, else the first.
fn choose_codec(measured: &[(&str, ByImage<'_>)], input: &Input, options: &ReportOptions) -> Result<String> {
    if let Some(name) = &options.codec {
        return known(measured, name);
    }
    let ours = measured.iter().map(|(name, _)| *name).find(|name| is_one_of_ours(name, input));
    Ok(ours.unwrap_or(measured[0].0).to_owned())
}

/// Whether a codec is ours: as the record tells, else by its name.
fn is_one_of_ours(name: &str, input: &Input) -> bool {
    let recorded = input.record.as_ref().and_then(|r| r.codecs.iter().find(|c| c.name == name));
    is_ours(recorded.map_or(name, |c| &c.spec))
}

/// The codec that the user names, else the one with the most pictures in common with `codec`, the
/// first of several. One of ours is set against another one only where there is no peer.
fn choose_anchor(
    measured: &[(&str, ByImage<'_>)],
    codec: &str,
    input: &Input,
    options: &ReportOptions,
) -> Result<Option<String>> {
    if let Some(name) = &options.anchor {
        return known(measured, name).map(Some);
    }
    let Some((_, images)) = measured.iter().find(|(name, _)| *name == codec) else {
        return Ok(None);
    };
    let is_ours = is_one_of_ours(codec, input);
    let mut best: Option<(&str, (bool, usize))> = None;
    for (name, other) in measured.iter().filter(|(name, _)| *name != codec) {
        let common = other.keys().filter(|image| images.contains_key(*image)).count();
        let rank = (is_ours && !is_one_of_ours(name, input), common);
        if common > 0 && best.is_none_or(|(_, most)| rank > most) {
            best = Some((name, rank));
        }
    }
    Ok(best.map(|(name, _)| name.to_owned()))
}

fn known(measured: &[(&str, ByImage<'_>)], name: &str) -> Result<String> {
    match measured.iter().find(|(n, _)| *n == name) {
        Some(_) => Ok(name.to_owned()),
        None => {
            let names: Vec<_> = measured.iter().map(|(n, _)| *n).collect();
            Err(CliError::Usage(format!("no codec {name:?} in these results; there are {}", names.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rd::metric::Metrics;
    use crate::rd::point_file::parse_csv;
    use crate::rd::results::record::{CodecRecord, Record};

    const HEADER: &str = "codec,image,q,bytes,bpp,ssim2,ba_p3,ba_max,psnr_y,psnr_rgb,enc_s,dec_s,w,h\n";

    fn input(rows: &[(&str, &str)]) -> Input {
        let lines: Vec<_> =
            rows.iter().map(|(codec, image)| format!("{codec},{image},50,1000,1,70,,,,,,,8,8\n")).collect();
        Input {
            points: parse_csv(&format!("{HEADER}{}", lines.concat()), &Metrics::built_in()).unwrap(),
            ..Input::default()
        }
    }

    fn options(codec: Option<&str>, anchor: Option<&str>) -> ReportOptions {
        let [codec, anchor] = [codec, anchor].map(|name| name.map(str::to_owned));
        ReportOptions { anchor, codec, ..ReportOptions::default() }
    }

    fn choice(input: &Input, codec: Option<&str>, anchor: Option<&str>) -> (String, Option<String>) {
        let choice = Choice::new(input, &options(codec, anchor)).unwrap();
        (choice.codec, choice.anchor)
    }

    #[test]
    fn ours_is_set_against_the_peer_with_most_pictures_in_common() {
        let rows = [
            ("avif", "a"),
            ("kvant:e5", "a"),
            ("kvant:e5", "b"),
            ("webp", "a"),
            ("webp", "b"),
            ("jxl", "a"),
            ("jxl", "b"),
        ];
        let input = input(&rows);
        assert_eq!(choice(&input, None, None), ("kvant:e5".into(), Some("webp".into())));
        assert_eq!(choice(&input, Some("jxl"), None), ("jxl".into(), Some("kvant:e5".into())));
        assert_eq!(choice(&input, None, Some("avif")).1, Some("avif".into()));
        // Two settings of ours are not what a report is about.
        let rows = [("kvant:e5", "a"), ("kvant:e5", "b"), ("kvant:e7", "a"), ("kvant:e7", "b"), ("jxl", "a")];
        let settings = self::input(&rows);
        assert_eq!(choice(&settings, None, None), ("kvant:e5".into(), Some("jxl".into())));
        assert_eq!(choice(&self::input(&rows[..4]), None, None).1, Some("kvant:e7".into()));
        for (codec, anchor) in [(Some("none"), None), (None, Some("none")), (Some("jxl"), Some("jxl"))] {
            assert_eq!(Choice::new(&input, &options(codec, anchor)).unwrap_err().code(), 2);
        }
    }

    #[test]
    fn the_record_tells_which_codec_is_ours() {
        let mut input = input(&[("avif", "a"), ("new", "a")]);
        assert_eq!(choice(&input, None, None).0, "avif");
        let ours = CodecRecord {
            name: "new".to_owned(),
            spec: "new=kvant:tune=psnr".to_owned(),
            version: String::new(),
            timing: String::new(),
        };
        input.record = Some(Record {
            schema: String::new(),
            runs: Vec::new(),
            codecs: vec![ours],
            metrics: Vec::new(),
            pictures: Vec::new(),
            problems: Vec::new(),
        });
        assert_eq!(choice(&input, None, None), ("new".into(), Some("avif".into())));
    }

    #[test]
    fn only_pictures_of_the_codec_reported_on_count() {
        let input = input(&[("webp", "z"), ("webp", "a"), ("other", "z"), ("kvant", "a")]);
        let choice = Choice::new(&input, &options(None, None)).unwrap();
        let measured: Vec<_> = choice.measured(&input).iter().map(|(name, images)| (*name, images.len())).collect();
        assert_eq!(measured, [("kvant", 1), ("webp", 1)]);
    }
}
