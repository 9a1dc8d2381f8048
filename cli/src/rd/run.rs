//! `kvant rd run`: pictures x qualities through the library, in this process.

use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use kvant::{Decoder, DecoderOptions, Encoder, EncoderConfig};
use rayon::prelude::*;

use super::analysis::tables::{against_table, anchors_table};
use super::args::RunArgs;
use super::codecs::apply_set;
use super::metrics::{Reference, Selection};
use super::points::{Point, by_codec, read_csv, to_csv};
use super::summary::by_quality;
use crate::cpu;
use crate::error::{CliError, Result};
use crate::output::{print_text, write_file};
use crate::pictures::{Picture, ReadOptions, read_bytes, read_picture};

/// Runs the command.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let plan = Plan::new(args)?;
    // Files to compare with are read first: a mistyped name should not cost a run.
    let anchors = args.anchor.iter().map(|p| read_csv(p)).collect::<Result<Vec<_>>>()?;
    let olds = args.against.iter().map(|p| read_csv(p)).collect::<Result<Vec<_>>>()?;
    let points = plan.execute(args.jobs)?;
    if let Some(path) = &args.output {
        write_file(path, to_csv(&points).as_bytes(), true)?;
    }

    let mut text = by_quality(&points, &plan.qualities());
    let codecs = by_codec(&points);
    let (name, ours) = &codecs[0];
    for anchor in &anchors {
        text += "\n";
        text += &anchors_table(name, ours, &by_codec(anchor))
            .unwrap_or_else(|| "no picture in common with the anchors\n".to_owned());
    }
    for (path, old) in args.against.iter().zip(&olds) {
        for (old_name, old) in by_codec(old) {
            text += "\n";
            let title = format!("{old_name} of {}", path.display());
            text +=
                &against_table(ours, &title, &old).unwrap_or_else(|| format!("no picture in common with {title}\n"));
        }
    }
    print_text(&text)
}

/// What is to be measured: checked before anything is encoded.
struct Plan {
    codec: String,
    /// One encoder a quality, the highest quality (the slowest) first.
    encoders: Vec<(f32, Encoder)>,
    decoder: DecoderOptions,
    sources: Vec<Source>,
    selection: Selection,
}

/// A picture on disk, and in memory while a job needs it.
struct Source {
    path: PathBuf,
    stem: String,
    pixels: u64,
    loaded: Mutex<Option<Arc<Subject>>>,
    jobs_left: AtomicUsize,
}

/// A picture in memory, with the reference for its scores once one is needed.
struct Subject {
    picture: Picture,
    reference: Mutex<Option<Arc<Reference>>>,
}

impl Plan {
    fn new(args: &RunArgs) -> Result<Self> {
        let cpu = cpu::level()?;
        let mut config = EncoderConfig::default();
        config.effort = args.effort;
        config.cpu = cpu;
        // The time of one thread is what a run measures; the jobs keep the other cores busy.
        config.threads = 1;
        let named = [("chroma", &args.chroma), ("tune", &args.tune)];
        for (key, value) in named.iter().filter_map(|(k, v)| Some((*k, v.as_deref()?))) {
            apply_set(&mut config, key, value)?;
        }
        for (key, value) in &args.set {
            apply_set(&mut config, key, value)?;
        }
        let mut qualities = args.quality.clone();
        qualities.sort_by(|a, b| b.total_cmp(a));
        qualities.dedup();
        let encoder = |q: f32| {
            let mut config = config.clone();
            config.quality = q;
            Ok((q, Encoder::new(config).map_err(|e| CliError::Usage(e.to_string()))?))
        };
        let encoders = qualities.into_iter().map(encoder).collect::<Result<Vec<_>>>()?;
        let mut paths = list_pictures(&args.input)?;
        paths = paths.into_iter().step_by(args.every as usize).take(args.limit.unwrap_or(usize::MAX)).collect();
        let mut sources =
            paths.into_iter().map(|path| Source::new(path, encoders.len())).collect::<Result<Vec<_>>>()?;
        // The largest first: small jobs at the end leave no core idle for long.
        sources.sort_by(|a, b| b.pixels.cmp(&a.pixels).then_with(|| a.stem.cmp(&b.stem)));
        let codec = args.name.clone().unwrap_or_else(|| format!("kvant_e{}", config.effort));
        let decoder = DecoderOptions { threads: 1, cpu, ..DecoderOptions::default() };
        Ok(Self { codec, encoders, decoder, sources, selection: args.metrics })
    }

    /// The qualities, ascending, as the points have them.
    fn qualities(&self) -> Vec<f64> {
        self.encoders.iter().rev().map(|(q, _)| exact(*q)).collect()
    }

    /// Runs all jobs; points by picture name and ascending quality.
    fn execute(&self, threads: usize) -> Result<Vec<Point>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| CliError::Run(format!("cannot start threads: {e}")))?;
        let total = self.sources.len() * self.encoders.len();
        let progress = Progress { start: Instant::now(), total, done: AtomicUsize::new(0) };
        let jobs = self.sources.iter().flat_map(|s| self.encoders.iter().map(move |e| (s, e)));
        // A bridged iterator hands jobs out one by one and in order, unlike a split range.
        let mut points = pool.install(|| {
            jobs.par_bridge()
                .map(|(source, (q, encoder))| {
                    let point = self.measure(source, *q, encoder);
                    if let Ok(p) = &point {
                        progress.step(p);
                    }
                    point
                })
                .collect::<Result<Vec<_>>>()
        })?;
        points.sort_by(|a, b| a.image.cmp(&b.image).then(a.q.total_cmp(&b.q)));
        Ok(points)
    }

    /// One job. The times are those of the library calls alone; that of encoding includes the reconstruction, which a
    /// plain `encode` leaves out, so that every job can check the decoder against it.
    fn measure(&self, source: &Source, q: f32, encoder: &Encoder) -> Result<Point> {
        let fault = |what: &str| CliError::Run(format!("{} at quality {q}: {what}", source.path.display()));
        let subject = source.subject()?;
        let picture = &subject.picture;
        let view = picture.view().map_err(|e| fault(&e.to_string()))?;

        let start = Instant::now();
        let encoded = encoder.encode_full(&view, None).map_err(|e| fault(&format!("encoding failed: {e}")))?;
        let enc_s = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let decoded = Decoder::with_options(&encoded.stream, self.decoder)
            .and_then(|d| d.decode())
            .map_err(|e| fault(&format!("decoding failed: {e}")))?;
        let dec_s = start.elapsed().as_secs_f64();
        if decoded != encoded.reconstruction {
            return Err(fault("the decoder's picture differs from the encoder's reconstruction"));
        }

        let reference = subject.reference(self.selection)?;
        let scores = reference.compare(&decoded.into()).map_err(|e| fault(&e.to_string()))?;
        let bytes = encoded.stream.len() as u64;
        let point = Point {
            codec: self.codec.clone(),
            image: source.stem.clone(),
            q: exact(q),
            bytes,
            bpp: bytes as f64 * 8.0 / picture.pixels() as f64,
            scores,
            enc_s: Some(enc_s),
            dec_s: Some(dec_s),
            w: picture.width(),
            h: picture.height(),
            extra: Vec::new(),
        };
        source.finish_job();
        Ok(point)
    }
}

impl Source {
    /// `jobs` is how many will ask for the picture.
    fn new(path: PathBuf, jobs: usize) -> Result<Self> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // The size only orders the jobs; a file that tells none goes last and fails there with its reason.
        let pixels = image::image_dimensions(&path).map_or(0, |(w, h)| u64::from(w) * u64::from(h));
        Ok(Self { path, stem, pixels, loaded: Mutex::new(None), jobs_left: AtomicUsize::new(jobs) })
    }

    fn subject(&self) -> Result<Arc<Subject>> {
        let mut slot = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(subject) = &*slot {
            return Ok(Arc::clone(subject));
        }
        let options = ReadOptions::default();
        let data = read_bytes(&self.path, &options.decoder.limits)?;
        let picture = read_picture(&self.path.display().to_string(), &data, &options)?.picture;
        let subject = Arc::new(Subject { picture, reference: Mutex::new(None) });
        *slot = Some(Arc::clone(&subject));
        Ok(subject)
    }

    /// Lets go of the picture with the last job, so that memory does not grow with the corpus.
    fn finish_job(&self) {
        if self.jobs_left.fetch_sub(1, Ordering::Relaxed) == 1 {
            *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Subject {
    fn reference(&self, selection: Selection) -> Result<Arc<Reference>> {
        let mut slot = self.reference.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reference) = &*slot {
            return Ok(Arc::clone(reference));
        }
        let reference = Arc::new(Reference::new(&self.picture, selection)?);
        *slot = Some(Arc::clone(&reference));
        Ok(reference)
    }
}

/// A line a job on standard error.
struct Progress {
    start: Instant,
    total: usize,
    done: AtomicUsize,
}

impl Progress {
    fn step(&self, p: &Point) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let elapsed = self.start.elapsed().as_secs_f64();
        let left = elapsed / done as f64 * (self.total - done) as f64;
        let score = p.scores.ssim2.map_or(String::new(), |s| format!("  ssim2 {s:.2}"));
        // A closed standard error must not end a run of hours.
        let _ = writeln!(
            stderr(),
            "[{done}/{} {elapsed:.0}s, {left:.0}s left] {} q{}  {:.4} bpp{score}  {:.3}s {:.3}s",
            self.total,
            p.image,
            p.q,
            p.bpp,
            p.enc_s.unwrap_or(f64::NAN),
            p.dec_s.unwrap_or(f64::NAN)
        );
    }
}

/// A quality as a person wrote it: 0.1 is not 0.10000000149.
fn exact(q: f32) -> f64 {
    q.to_string().parse().unwrap_or(f64::from(q))
}

/// The picture files among `inputs` and in the folders among them, by name.
fn list_pictures(inputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for input in inputs {
        if !input.is_dir() {
            paths.push(input.clone());
            continue;
        }
        let entries = fs::read_dir(input).map_err(|e| CliError::reading(input, &e))?;
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| CliError::reading(input, &e))?.path();
            if path.is_file() && has_picture_extension(&path) {
                found.push(path);
            }
        }
        if found.is_empty() {
            return Err(CliError::Input(format!("{}: no picture in this folder", input.display())));
        }
        found.sort();
        paths.extend(found);
    }
    Ok(paths)
}

fn has_picture_extension(path: &Path) -> bool {
    image::ImageFormat::from_path(path).is_ok_and(|f| f.reading_enabled())
}
