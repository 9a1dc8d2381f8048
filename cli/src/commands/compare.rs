//! `kvant compare`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::batch::{self, Split};
use crate::args::CompareArgs;
use crate::args::values::MetricName;
use crate::base::error::{CliError, Result};
use crate::base::names::display_name;
use crate::commands::console::{Console, Metrics, Outcome, bits_per_pixel};
use crate::metrics::{BACKGROUNDS, Reference, Scores, Selection};
use crate::pictures::{Loaded, Picture, ReadOptions, Transparency, read_bytes, read_picture};

const SCHEMA: &str = "kvant.compare/1";

/// What JSON says of one pair.
#[derive(Serialize)]
struct CompareReport {
    reference: String,
    width: u32,
    height: u32,
    /// Size of a .kvt: that of another format says nothing of the picture's quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bpp: Option<f64>,
    identical: bool,
    /// The backgrounds whose worst scores these are, where a picture has alpha.
    #[serde(skip_serializing_if = "Option::is_none")]
    composited: Option<[&'static str; BACKGROUNDS.len()]>,
    metrics: Metrics,
    missed_thresholds: Vec<String>,
    /// For reading the picture and comparing it.
    seconds: f64,
}

/// Runs the command.
pub(crate) fn execute(args: &CompareArgs) -> Result<()> {
    let stdin = Path::new("-");
    if std::iter::once(&args.reference).chain(&args.distorted).filter(|p| *p == stdin).count() > 1 {
        return Err(CliError::Usage("standard input (-) can be read once only".to_owned()));
    }
    let console = Console::new(SCHEMA, &args.console, false)?;
    let transparency = args.background.map_or(Transparency::Keep, Transparency::Over);
    let options = ReadOptions { transparency, decoder: args.limits.decoder(0)?, ..ReadOptions::default() };
    let selection = selection(args);
    let reference = load(&args.reference, &options, &console)?.0.upright()?;
    let prepared = Reference::new(&reference, selection)?;
    let pair = Pair { args, options, console, reference, prepared };
    let split = Split { files: 1, threads: 0 };
    let work = |path: &PathBuf| pair.score(path).map(Outcome::Done);
    let ended = batch::run(&args.distorted, split, &pair.console, |path| path, work);
    pair.console.finish(&ended)?;
    let missed: Vec<String> = ended
        .iter()
        .zip(&args.distorted)
        .filter_map(|(e, path)| Some((e.report()?, path)))
        .flat_map(|(r, path)| r.missed_thresholds.iter().map(move |m| format!("{}: {m}", display_name(path))))
        .collect();
    if missed.is_empty() { Ok(()) } else { Err(CliError::Threshold(missed.join("; "))) }
}

/// The metrics asked for, and those that a threshold needs.
fn selection(args: &CompareArgs) -> Selection {
    if args.metrics.is_empty() {
        return Selection::ALL;
    }
    let mut selection = Selection::NONE;
    for metric in args.metrics.iter().copied().chain(args.fail_under.iter().map(|t| t.metric)) {
        metric.select(&mut selection);
    }
    selection
}

fn load(path: &Path, options: &ReadOptions, console: &Console) -> Result<(Loaded, u64)> {
    let name = display_name(path);
    let data = read_bytes(path, &options.decoder.limits)?;
    let loaded = read_picture(&name, &data, options)?;
    // The other warnings are about what encoding loses.
    for warning in loaded.warnings.iter().filter(|w| w.code == "depth-reduced") {
        console.warn(&name, warning);
    }
    Ok((loaded, data.len() as u64))
}

/// A reference and what is the same for every picture compared with it.
struct Pair<'a> {
    args: &'a CompareArgs,
    options: ReadOptions,
    console: Console,
    reference: Picture,
    prepared: Reference,
}

impl Pair<'_> {
    fn score(&self, path: &Path) -> Result<CompareReport> {
        let start = Instant::now();
        let (name, reference) = (display_name(path), display_name(&self.args.reference));
        let (loaded, bytes) = load(path, &self.options, &self.console)?;
        let kvt = loaded.kvt.is_some();
        let picture = &loaded.upright()?;
        let scores = self.prepared.compare(picture).map_err(|e| CliError::Run(format!("{reference}, {name}: {e}")))?;
        let shown = self.shown(&scores);
        let bytes = kvt.then_some(bytes);
        let report = CompareReport {
            reference,
            width: picture.width(),
            height: picture.height(),
            bytes,
            bpp: bytes.map(|b| bits_per_pixel(b, picture.pixels())),
            identical: self.reference.looks_like(picture),
            composited: self.prepared.composites(picture).then(|| BACKGROUNDS.map(|(name, _)| name)),
            metrics: Metrics::from(&shown),
            missed_thresholds: self.args.fail_under.iter().filter_map(|t| t.missed_by(&scores)).collect(),
            seconds: start.elapsed().as_secs_f64(),
        };
        let mut text = lines(&name, &report, &shown);
        if self.console.verbose > 0 {
            let samples = |p: &Picture| format!("{}{}", p.channels(), p.depth());
            let (one, two) = (samples(&self.reference), samples(picture));
            text += &format!("  {one} and {two}, read and compared in {:.3} s\n", report.seconds);
        }
        self.console.text(&text)?;
        Ok(report)
    }

    /// The scores that were asked for: a metric may come with others that its computation gives
    /// too.
    fn shown(&self, scores: &Scores) -> Scores {
        let wanted =
            |names: &[MetricName]| self.args.metrics.is_empty() || self.args.metrics.iter().any(|m| names.contains(m));
        Scores {
            ssim2: scores.ssim2.filter(|_| wanted(&[MetricName::Ssimulacra2])),
            ba_p3: scores.ba_p3.filter(|_| wanted(&[MetricName::Butteraugli])),
            ba_max: scores.ba_max.filter(|_| wanted(&[MetricName::ButteraugliMax])),
            psnr_y: scores.psnr_y.filter(|_| wanted(&[MetricName::PsnrY, MetricName::Psnr])),
            psnr_rgb: scores.psnr_rgb.filter(|_| wanted(&[MetricName::PsnrRgb, MetricName::Psnr])),
            ms_ssim: scores.ms_ssim.filter(|_| wanted(&[MetricName::MsSsim])),
            ms_ssim_rgb: None,
        }
    }
}

/// The lines for people.
fn lines(name: &str, r: &CompareReport, scores: &Scores) -> String {
    let mut text = format!("{name}  {}x{}", r.width, r.height);
    if let (Some(bytes), Some(bpp)) = (r.bytes, r.bpp) {
        text += &format!("  {bytes} bytes  {bpp:.3} bpp");
    }
    text += if r.identical { "  identical\n" } else { "\n" };
    if let Some(backgrounds) = r.composited {
        text += &format!("  transparent pixels laid on {}: the worst scores\n", backgrounds.join(", "));
    }
    let rows = [
        ("PSNR-Y", scores.psnr_y.map(|v| format!("{v:.3} dB"))),
        ("PSNR-RGB", scores.psnr_rgb.map(|v| format!("{v:.3} dB"))),
        ("SSIMULACRA2", scores.ssim2.map(|v| format!("{v:.3}"))),
        ("Butteraugli 3-norm", scores.ba_p3.map(|v| format!("{v:.4}"))),
        ("Butteraugli max", scores.ba_max.map(|v| format!("{v:.4}"))),
        ("MS-SSIM", scores.ms_ssim.map(|v| format!("{v:.5}"))),
    ];
    for (label, value) in rows {
        if let Some(value) = value {
            text += &format!("  {label:20} {value}\n");
        }
    }
    text
}
