//! Files of measured points as this program writes them: CSV.

use csv::Writer;

use crate::rd::points::{ALPHA, KEY, LOSSLESS, Point, TIMING};

/// The columns that every file of ours has. Programs outside this one read and write them too: they
/// stay.
pub(super) const COLUMNS: [&str; 14] = [
    "codec", "image", "q", "bytes", "bpp", "ssim2", "ba_p3", "ba_max", "psnr_y", "psnr_rgb", "enc_s", "dec_s", "w", "h",
];

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
        let mut extra = [TIMING, KEY, LOSSLESS, ALPHA].map(str::to_owned).to_vec();
        for (name, _) in points.iter().flat_map(|p| &p.extra) {
            if !extra.contains(name) {
                extra.push(name.clone());
            }
        }
        Self { scores, extra }
    }

    /// These and those of `names` that are not among them.
    pub(crate) fn with(mut self, names: &[&str]) -> Self {
        for name in names {
            if !self.extra.iter().any(|have| have == name) {
                self.extra.push((*name).to_owned());
            }
        }
        self
    }

    /// The text of a file of `points`.
    pub(crate) fn file(&self, points: &[Point]) -> String {
        points.iter().fold(self.header(), |text, point| text + &self.record(point))
    }

    /// The first record of a file, with its line break.
    pub(crate) fn header(&self) -> String {
        record(COLUMNS.into_iter().chain(self.scores.iter().chain(&self.extra).map(String::as_str)))
    }

    /// The record of a point, with its line break.
    pub(crate) fn record(&self, point: &Point) -> String {
        let score = |name: &str| point.scores.get(name).map_or(String::new(), |v| format!("{v:.6}"));
        let number = |v: Option<u64>| v.map_or(String::new(), |v| v.to_string());
        let time = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.5}"));
        let mut fields = vec![
            point.codec.clone(),
            point.image.clone(),
            point.q.to_string(),
            number(point.bytes),
            format!("{:.6}", point.bpp),
        ];
        fields.extend(SCORES.map(score));
        fields.extend([point.enc_s, point.dec_s].map(time));
        fields.extend([0, 1].map(|side| number(point.size.map(|size| size[side].into()))));
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
    Columns::of(points).file(points)
}
