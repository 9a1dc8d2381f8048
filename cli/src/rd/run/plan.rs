//! What is to be measured: checked, ordered and divided before anything is encoded.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::shard::Shard;
use crate::base::error::{CliError, Result};
use crate::base::hex::hex;
use crate::pictures::Picture;
use crate::rd::codecs::{Codec, Probe};
use crate::rd::corpus::CorpusPicture;
use crate::rd::metric::Scoring;
use crate::rd::points::Identity;
use crate::rd::scale::Scale;

/// What stands as quality of a codec that has none.
const LOSSLESS_QUALITY: f64 = 100.0;

/// A codec and the qualities to measure it at, the highest first: the slowest, and the largest
/// files.
pub(crate) struct CodecSeries {
    pub(crate) codec: Arc<dyn Codec>,
    pub(crate) qualities: Vec<f64>,
    /// What was asked for and is outside of the codec's range.
    pub(crate) outside: Vec<f64>,
    /// What was asked for and is no whole number, as the codec takes them, and the nearest one.
    pub(crate) rounded: Vec<(f64, f64)>,
    /// The scales to measure it at, the largest first.
    pub(crate) scales: Vec<Scale>,
    /// What measures its memory, where that is asked for.
    pub(crate) probe: Option<Probe>,
}

impl CodecSeries {
    /// `codec` at `wanted` qualities, or at its own where there are none, or once where it is
    /// lossless. Each is there once, also where two are rounded to it.
    pub(crate) fn new(codec: Arc<dyn Codec>, wanted: Option<&[f64]>) -> Self {
        if codec.lossless() {
            return Self {
                codec,
                qualities: vec![LOSSLESS_QUALITY],
                outside: Vec::new(),
                rounded: Vec::new(),
                scales: vec![Scale::FULL],
                probe: None,
            };
        }
        let (range, whole) = (codec.quality_range(), codec.whole());
        let all = wanted.unwrap_or(codec.qualities());
        let (inside, outside): (Vec<f64>, Vec<f64>) = all.iter().partition(|q| range.contains(q));
        // What is within whole limits is so when rounded.
        let rounded = inside.iter().map(|&q| (q, q.round())).filter(|(q, to)| whole && q != to).collect();
        let mut qualities: Vec<_> = inside.iter().map(|q| if whole { q.round() } else { *q }).collect();
        qualities.sort_by(|a, b| b.total_cmp(a));
        qualities.dedup();
        Self { codec, qualities, outside, rounded, scales: vec![Scale::FULL], probe: None }
    }

    /// The same at `scales`; a codec that is lossless has no use of any but the picture's own.
    pub(crate) fn at(mut self, scales: &[Scale]) -> Self {
        if !self.codec.lossless() {
            self.scales = scales.to_vec();
            self.scales.sort_by(|a, b| b.cmp(a));
            self.scales.dedup();
        }
        self
    }

    /// What is to be said of the qualities that were rounded.
    pub(crate) fn note(&self) -> Option<String> {
        // Two digits tell fractions apart that ranges make.
        let short = |q: f64| format!("{q:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
        let changes: Vec<_> = self.rounded.iter().map(|(q, to)| format!("{} became {to}", short(*q))).collect();
        let name = self.codec.name();
        (!changes.is_empty()).then(|| format!("{name}: qualities are whole numbers: {}", changes.join(", ")))
    }
}

/// One picture through one codec at one quality and scale: indices into the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measurement {
    pub(crate) source: usize,
    pub(crate) series: usize,
    pub(crate) q: f64,
    pub(crate) scale: Scale,
}

/// Pictures x codecs x scales x qualities.
pub(crate) struct RunPlan {
    pub(crate) series: Vec<CodecSeries>,
    pub(crate) sources: Vec<CorpusPicture>,
    /// The digest of each source's file; `None` where it could not be read, and such a source has
    /// no measurements.
    digests: Vec<Option<String>>,
    pub(crate) scoring: Scoring,
    pub(crate) measurements: Vec<Measurement>,
}

impl RunPlan {
    /// The measurements of `shard`, and a line for each picture that cannot be read. The largest
    /// pictures come first: small measurements at the end leave no core idle for long.
    pub(crate) fn new(
        series: Vec<CodecSeries>,
        mut sources: Vec<CorpusPicture>,
        scoring: Scoring,
        shard: Option<Shard>,
    ) -> (Self, Vec<String>) {
        sources.sort_by_cached_key(|s| (u64::MAX - s.pixels(), s.name.clone()));
        let mut problems = Vec::new();
        let mut digest = |source: &CorpusPicture| match source.bytes() {
            Ok(bytes) => Some(hex(&Sha256::digest(bytes))),
            Err(e) => {
                problems.push(e.to_string());
                None
            }
        };
        let digests: Vec<_> = sources.iter().map(&mut digest).collect();
        let all = (0..sources.len()).flat_map(|source| {
            series.iter().enumerate().flat_map(move |(series, s)| {
                let at = move |&scale| s.qualities.iter().map(move |&q| Measurement { source, series, q, scale });
                s.scales.iter().flat_map(at)
            })
        });
        // Counted before unreadable pictures leave, so that machines that see different ones agree
        // on the rest.
        let mine = all.enumerate().filter(|(i, _)| shard.is_none_or(|s| i % s.count == s.index - 1));
        let measurements = mine
            .map(|(_, measurement)| measurement)
            .filter(|measurement| digests[measurement.source].is_some())
            .collect();
        (Self { series, sources, digests, scoring, measurements }, problems)
    }

    pub(crate) fn codec(&self, measurement: &Measurement) -> &dyn Codec {
        &*self.series[measurement.series].codec
    }

    /// What measures the memory of a measurement's codec, where that is asked for.
    pub(crate) fn probe(&self, measurement: &Measurement) -> Option<&Probe> {
        self.series[measurement.series].probe.as_ref()
    }

    pub(crate) fn source(&self, measurement: &Measurement) -> &CorpusPicture {
        &self.sources[measurement.source]
    }

    /// What a measurement is called where something is said of it.
    pub(crate) fn name(&self, measurement: &Measurement) -> String {
        let (codec, picture) = (self.codec(measurement).name(), self.source(measurement).location());
        let scale = match measurement.scale {
            Scale::FULL => String::new(),
            scale => format!(" and scale {scale}"),
        };
        format!("{codec} {picture} at quality {}{scale}", measurement.q)
    }

    /// What tells a measurement's point from others in a table.
    pub(crate) fn identity(&self, measurement: &Measurement) -> Identity {
        let (codec, image) = (self.codec(measurement).name(), &self.source(measurement).name);
        (codec.to_owned(), image.clone(), measurement.q.to_bits(), measurement.scale)
    }

    /// The key of a measurement's result: a digest of the picture's file, the codec's version and
    /// settings, the quality, the scale where there is one, and the metrics. A stored point of the
    /// same key need not be measured again.
    pub(crate) fn key(&self, measurement: &Measurement) -> String {
        let codec = self.codec(measurement);
        let picture = self.digests[measurement.source].as_deref().unwrap_or_default();
        let mut digest = Sha256::new();
        let (settings, q, scoring) = (codec.settings(), measurement.q.to_string(), self.scoring.key());
        // Without scales, keys are those of results from before there were any.
        let scale = Some(measurement.scale.to_string()).filter(|_| measurement.scale != Scale::FULL);
        for part in [picture, codec.version(), &settings, &q, &scoring].into_iter().chain(scale.as_deref()) {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        hex(&digest.finalize()[..8])
    }

    /// Reads the picture of a measurement, with all bits of its samples.
    pub(crate) fn load(&self, measurement: &Measurement) -> Result<Picture> {
        self.source(measurement).load()
    }
}

/// Qualities: numbers and ranges `A..B/N` (N of them at equal distances, both ends among them),
/// separated by commas.
pub(crate) fn parse_qualities(text: &str) -> Result<Vec<f64>> {
    let fault = |part: &str| {
        CliError::Usage(format!(
            "{part:?} is not a quality: a list such as 30,50,70 or a range such as 20..90/8 is expected"
        ))
    };
    let mut qualities = Vec::new();
    for part in text.split(',').map(str::trim) {
        let number = |s: &str| s.trim().parse().ok().filter(|q: &f64| q.is_finite()).ok_or_else(|| fault(part));
        match part.split_once("..") {
            None => qualities.push(number(part)?),
            Some((from, rest)) => {
                let (to, count) = rest.split_once('/').ok_or_else(|| fault(part))?;
                let (from, to) = (number(from)?, number(to)?);
                let count: u32 =
                    count.trim().parse().ok().filter(|n| (2..=1000).contains(n)).ok_or_else(|| fault(part))?;
                let step = (to - from) / f64::from(count - 1);
                qualities.extend((0..count).map(|i| from + step * f64::from(i)));
            }
        }
    }
    Ok(qualities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Selection;
    use crate::rd::codecs::{Peers, Resolved, resolve};
    use crate::rd::corpus;

    fn codec(spec: &str) -> Arc<dyn Codec> {
        match resolve(spec, &Peers::default(), "test").unwrap() {
            Resolved::Ready(codec) => codec,
            Resolved::Missing { reason, .. } => panic!("{reason}"),
        }
    }

    fn plan(shard: Option<Shard>) -> RunPlan {
        let series = vec![
            CodecSeries::new(codec("kvant:e1"), Some(&[30.0, 70.0, 130.0])),
            CodecSeries::new(codec("kvant:e2"), Some(&[50.0])),
        ];
        RunPlan::new(series, corpus::embedded(), Selection::ALL.into(), shard).0
    }

    #[test]
    fn shards_are_the_whole_and_share_nothing() {
        let whole = plan(None);
        assert_eq!(whole.measurements.len(), 6 * 3);
        let mut together: Vec<_> = (1..=4)
            .flat_map(|index| plan(Some(Shard { index, count: 4 })).measurements)
            .map(|m| whole.name(&m))
            .collect();
        together.sort();
        let mut all: Vec<_> = whole.measurements.iter().map(|m| whole.name(m)).collect();
        all.sort();
        assert_eq!(together, all);
    }

    #[test]
    fn keys_tell_pictures_settings_qualities_and_scales_apart() {
        let scales = ["1/2", "1", "0.5"].map(|s| s.parse().unwrap());
        let series = |spec, q: &[f64]| CodecSeries::new(codec(spec), Some(q)).at(&scales);
        let all = vec![series("kvant:e1", &[30.0, 70.0]), series("kvant:e2", &[50.0]), series("png", &[50.0])];
        let plan = RunPlan::new(all, corpus::embedded(), Selection::ALL.into(), None).0;
        // The lossless one has neither qualities nor scales.
        assert_eq!(plan.measurements.len(), 6 * (2 * 2 + 2 + 1));
        let mut keys: Vec<_> = plan.measurements.iter().map(|m| plan.key(m)).collect();
        assert_eq!(keys, plan.measurements.iter().map(|m| plan.key(m)).collect::<Vec<_>>());
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), plan.measurements.len());
    }

    #[test]
    fn qualities_outside_of_a_codec_are_told() {
        let series = CodecSeries::new(codec("kvant"), Some(&[101.0, 30.0, 90.0, 30.0, -1.0]));
        assert_eq!((series.qualities, series.outside), (vec![90.0, 30.0], vec![101.0, -1.0]));
        let series = CodecSeries::new(codec("kvant:lossless"), Some(&[101.0, 30.0]));
        assert_eq!((series.qualities, series.outside), (vec![100.0], vec![]));
    }

    #[test]
    fn qualities_of_a_codec_that_takes_whole_numbers_are_rounded_once_and_told() {
        let wanted = [20.0, 110.0 / 3.0, 37.2, 52.5, 100.2, 0.9];
        let series = CodecSeries::new(codec("jpeg"), Some(&wanted));
        assert_eq!((&series.qualities[..], &series.outside[..]), (&[53.0, 37.0, 20.0][..], &[100.2, 0.9][..]));
        let note = "jpeg: qualities are whole numbers: 36.67 became 37, 37.2 became 37, 52.5 became 53";
        assert_eq!(series.note().as_deref(), Some(note));
        let series = CodecSeries::new(codec("kvant"), Some(&wanted[..4]));
        assert_eq!((series.qualities.len(), series.note()), (4, None));
        assert_eq!(CodecSeries::new(codec("jpeg"), None).note(), None);
    }

    #[test]
    fn lists_and_ranges_of_qualities() {
        assert_eq!(parse_qualities("30, 50,70.5").unwrap(), [30.0, 50.0, 70.5]);
        assert_eq!(parse_qualities("10..90/5,95").unwrap(), [10.0, 30.0, 50.0, 70.0, 90.0, 95.0]);
        for bad in ["", "x", "1..2", "1..2/1", "nan", "1,,2", "1..2/x"] {
            assert_eq!(parse_qualities(bad).unwrap_err().code(), 2, "{bad}");
        }
    }
}
