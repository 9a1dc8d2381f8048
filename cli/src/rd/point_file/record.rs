//! From a record of any file to a point: which of its columns says what.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::rd::metric::Metrics;
use crate::rd::points::Point;

/// What a column says that is no score.
const CODEC: &str = "codec";
const IMAGE: &str = "image";
const QUALITY: &str = "q";
const BYTES: &str = "bytes";
const BPP: &str = "bpp";
const ENCODE: &str = "enc_s";
const DECODE: &str = "dec_s";
const WIDTH: &str = "w";
const HEIGHT: &str = "h";
const OWN: [&str; 9] = [CODEC, IMAGE, QUALITY, BYTES, BPP, ENCODE, DECODE, WIDTH, HEIGHT];

/// Names that other programs give these columns, and those of metrics.
const ALIASES: [(&str, &str); 31] = [
    ("encoder", CODEC),
    ("method", CODEC),
    ("model", CODEC),
    ("picture", IMAGE),
    ("file", IMAGE),
    ("filename", IMAGE),
    ("original_name", IMAGE),
    ("quality", QUALITY),
    ("qp", QUALITY),
    ("size", BYTES),
    ("filesize", BYTES),
    ("file_size", BYTES),
    ("encoded_size", BYTES),
    ("bits_per_pixel", BPP),
    ("rate", BPP),
    ("encoding_time", ENCODE),
    ("encode_time", ENCODE),
    ("decoding_time", DECODE),
    ("decode_time", DECODE),
    ("width", WIDTH),
    ("height", HEIGHT),
    ("ssimulacra2", "ssim2"),
    // Of all three channels, in the literature as in other programs.
    ("psnr", "psnr_rgb"),
    ("butteraugli", "ba_max"),
    ("butteraugli_max", "ba_max"),
    ("p3norm", "ba_p3"),
    ("butteraugli_3norm", "ba_p3"),
    ("butteraugli_3", "ba_p3"),
    ("butteraugli_pnorm", "ba_p3"),
    ("msssim", "ms_ssim"),
    ("msssim_rgb", "ms_ssim_rgb"),
];

/// The columns of a file, by what they say.
pub(super) struct Columns {
    /// The name that each has here.
    names: Vec<String>,
    /// Which of them are scores.
    scores: Vec<bool>,
}

impl Columns {
    /// # Errors
    /// What the file lacks.
    pub(super) fn new(header: Vec<String>, metrics: &Metrics) -> Result<Self, String> {
        let header: Vec<_> = header.into_iter().map(|name| name.trim().to_owned()).collect();
        let is_own = |name: &str| OWN.contains(&name) || metrics.find(name).is_some();
        let name = |given: &String| {
            let plain = given.to_ascii_lowercase().replace(['-', ' '], "_");
            let alias = ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, name)| (*name).to_owned());
            let ours = if is_own(&plain) { Some(plain) } else { alias };
            // Under another name a column counts only where none has its own.
            ours.filter(|ours| ours == given || !header.contains(ours)).unwrap_or_else(|| given.clone())
        };
        let names: Vec<_> = header.iter().map(name).collect();
        let scores: Vec<_> = names.iter().map(|name| metrics.find(name).is_some()).collect();
        let has = |name: &str| names.iter().any(|have| have == name);
        let mut missing: Vec<_> = [CODEC, IMAGE].into_iter().filter(|name| !has(name)).map(str::to_owned).collect();
        if !has(BYTES) && !has(BPP) {
            missing.push(format!("{BPP} or {BYTES}"));
        }
        if !scores.contains(&true) && !has(crate::rd::points::LOSSLESS) {
            let known: Vec<_> = metrics.iter().map(|m| m.key.as_str()).collect();
            missing.push(format!("of a metric ({})", known.join(", ")));
        }
        match missing.is_empty() {
            true => Ok(Self { names, scores }),
            false => Err(format!("no column {}", missing.join(", "))),
        }
    }

    /// The point of a record. Its quality is NaN where the file has none, for [`Numbered`] to
    /// number; its bits per pixel are NaN where only bytes are known, for [`mod@super::settle`] to
    /// find out.
    ///
    /// # Errors
    /// The field that is wrong.
    pub(super) fn point(&self, fields: &[String]) -> Result<Point, String> {
        if fields.len() != self.names.len() {
            return Err(format!("{} fields, {} expected", fields.len(), self.names.len()));
        }
        let each = || self.names.iter().zip(fields).zip(&self.scores);
        let field = |name: &str| each().find(|((n, _), _)| *n == name).map_or("", |((_, field), _)| field.trim());
        let mut scores = BTreeMap::new();
        for ((name, text), _) in each().filter(|(_, is_score)| **is_score) {
            scores.extend(optional(name, text.trim())?.map(|score| (name.clone(), score)));
        }
        let time = |name| optional(name, field(name));
        let size: Option<[u32; 2]> = match (optional(WIDTH, field(WIDTH))?, optional(HEIGHT, field(HEIGHT))?) {
            (Some(w), Some(h)) => Some([w, h]),
            _ => None,
        };
        let bytes: Option<u64> = optional(BYTES, field(BYTES))?;
        let bpp = match (optional(BPP, field(BPP))?, bytes, size) {
            (Some(bpp), ..) => bpp,
            (None, Some(bytes), Some([w, h])) => bytes as f64 * 8.0 / (f64::from(w) * f64::from(h)),
            (None, Some(_), None) => f64::NAN,
            (None, None, _) => return Err(format!("neither {BPP} nor {BYTES}")),
        };
        let extra =
            each().filter(|((name, text), is_score)| !**is_score && !text.is_empty() && !OWN.contains(&name.as_str()));
        Ok(Point {
            codec: field(CODEC).to_owned(),
            image: field(IMAGE).to_owned(),
            q: optional(QUALITY, field(QUALITY))?.unwrap_or(f64::NAN),
            bytes,
            bpp,
            scores,
            enc_s: time(ENCODE)?,
            dec_s: time(DECODE)?,
            size,
            extra: extra.map(|((name, text), _)| (name.clone(), text.clone())).collect(),
        })
    }
}

/// Points, of which those without a quality are numbered: the first of a codec on a picture is 1.
#[derive(Default)]
pub(super) struct Numbered(pub(super) Vec<Point>);

impl Numbered {
    pub(super) fn push(&mut self, mut point: Point) {
        if point.q.is_nan() {
            let same = |p: &&Point| (&p.codec, &p.image) == (&point.codec, &point.image);
            point.q = (self.0.iter().filter(same).count() + 1) as f64;
        }
        self.0.push(point);
    }
}

fn optional<T: FromStr>(name: &str, text: &str) -> Result<Option<T>, String> {
    match text {
        "" => Ok(None),
        _ => text.parse().map(Some).map_err(|_| format!("{name} {text:?} is not a number")),
    }
}
