//! `kvant rd gallery`: a folder of pages to look at pictures with.
//!
//! [`make`] finds or codes the pictures, which [`store`] keeps; [`page`] writes the page to compare
//! them with and the [`blind`] one, and [`stimuli`] copies them for other programs.

mod blind;
mod level;
mod make;
mod page;
mod stimuli;
mod store;
mod votes;

use std::path::PathBuf;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::args::GalleryArgs;
use super::build;
use super::corpus::spread;
use super::laboratory::{Laboratory, key};
use super::points::{ByImage, at_full_size, by_codec};
use super::progress::Progress;
use super::report::Input;
use crate::base::error::{CliError, Result};
use crate::base::hex::hex;
use crate::base::names::shown;
use crate::base::print::{print_error, print_text};
use crate::metrics::{Reference, Selection};
use crate::pictures::Picture;
use make::Maker;
use page::{CodedView, Gallery, PictureView};
use store::Store;

pub(crate) use level::{Level, parse_level};
pub(crate) use votes::votes;

/// Runs the command. What cannot be shown is named, and the rest goes on.
pub(crate) fn gallery(args: &GalleryArgs) -> Result<()> {
    let input = Input::read(&args.results, None)?;
    let no_record = || CliError::Input(format!("{}: no record of a run (run.json)", shown(&args.results[0])));
    let laboratory = Laboratory::open(input.record.as_ref().ok_or_else(no_record)?, &build::identity()?)?;
    let measured = chosen(args, at_full_size(&by_codec(&input.points)))?;
    let mut images: Vec<&str> = measured.iter().flat_map(|(_, images)| images.keys().copied()).collect();
    images.sort_unstable();
    images.dedup();
    let images = spread(images, args.limit);
    let store = Store::open(&args.output)?;
    let work = images.len() * measured.len() * args.at.len();
    let progress = Progress::new(work, args.quiet, false);
    let folders: Vec<PathBuf> = args.results.iter().filter(|path| path.is_dir()).cloned().collect();
    let bench = Bench { args, laboratory: &laboratory, measured: &measured, folders, store, progress };
    let shown_pictures = images.par_iter().map(|image| bench.picture(image)).collect::<Result<Vec<_>>>()?;
    bench.progress.finish();

    let mut problems = input.problems.clone();
    let mut pictures = Vec::new();
    for (picture, faults) in shown_pictures {
        problems.extend(faults);
        pictures.extend(picture);
    }
    for problem in &problems {
        print_error(&format!("kvant: {problem}\n"));
    }
    if pictures.iter().all(|p| p.coded.is_empty()) {
        return Err(CliError::Run("there is no picture to show".to_owned()));
    }
    let gallery = Gallery {
        codecs: measured.iter().map(|(name, _)| (*name).to_owned()).collect(),
        levels: args.at.iter().map(Level::to_string).collect(),
        pictures,
        notes: notes(&laboratory, &measured, &input),
    };
    page::write(&gallery, &args.output)?;
    blind::write(&gallery, &args.output)?;
    if args.stimuli {
        stimuli::write(&gallery, &args.output)?;
    }
    print_text(&format!("{}\n", shown(args.output.join(page::FILE))))?;
    match problems.len() {
        0 => Ok(()),
        1 => Err(CliError::Run("one problem, see above; the rest is there".to_owned())),
        n => Err(CliError::Run(format!("{n} problems, see above; the rest is there"))),
    }
}

/// The codecs to show, in the order in which they were asked for.
fn chosen<'a>(args: &GalleryArgs, measured: Vec<(&'a str, ByImage<'a>)>) -> Result<Vec<(&'a str, ByImage<'a>)>> {
    if args.codec.is_empty() {
        return Ok(measured);
    }
    let find = |wanted: &String| {
        let known = || measured.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let found = measured.iter().find(|(name, _)| name == wanted).cloned();
        found.ok_or_else(|| CliError::Usage(format!("no codec {wanted:?} in the results; there are {}", known())))
    };
    args.codec.iter().map(find).collect()
}

/// What is to be said of the codecs, of those that are shown alone.
fn notes(laboratory: &Laboratory<'_>, shown: &[(&str, ByImage<'_>)], input: &Input) -> Vec<String> {
    let others: Vec<_> =
        by_codec(&input.points).into_iter().filter(|(name, _)| shown.iter().all(|(other, _)| name != other)).collect();
    let is_of = |note: &str, name: &str| note.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    laboratory.notes.iter().filter(|note| !others.iter().any(|(name, _)| is_of(note, name))).cloned().collect()
}

/// What the pictures of a gallery are made with.
struct Bench<'a> {
    args: &'a GalleryArgs,
    laboratory: &'a Laboratory<'a>,
    measured: &'a [(&'a str, ByImage<'a>)],
    folders: Vec<PathBuf>,
    store: Store,
    progress: Progress,
}

impl Bench<'_> {
    /// A picture by all codecs at all levels, with a line for each thing that is missing.
    fn picture(&self, image: &str) -> Result<(Option<PictureView>, Vec<String>)> {
        let original = match self.laboratory.picture(image) {
            Ok(original) => original,
            Err(e) => return Ok((None, vec![e])),
        };
        let (mut coded, mut problems) = (Vec::new(), Vec::new());
        for (level_index, level) in self.args.at.iter().enumerate() {
            for (codec_index, (name, images)) in self.measured.iter().enumerate() {
                let Some(points) = images.get(image) else { continue };
                let codec = self.laboratory.codec(name);
                let maker = Maker { name, codec, points, original: &original, folders: &self.folders };
                match self.coded(&maker, *level)? {
                    Ok(made) => {
                        let pixels = original.pixels() as f64;
                        let score = made.scores.get(level::SCORE).copied();
                        let distance = level.distance(made.bytes as f64 * 8.0 / pixels, score);
                        coded.push(CodedView {
                            level: level_index,
                            codec: codec_index,
                            file: made.file,
                            q: made.q,
                            bytes: made.bytes,
                            bpp: made.bytes as f64 * 8.0 / pixels,
                            scores: made.scores,
                            off: distance.is_none_or(|d| d.abs() > 2.0 * level.tolerance()),
                        });
                    }
                    Err(e) => problems.push(format!("{name} {image} at {level}: {e}")),
                }
                self.progress.step(&format!("{name} {image} at {level}"));
            }
        }
        let file = match self.store.find(&original_key(&original)) {
            Some(made) => made.file,
            None => self.store.add(&original_key(&original), &original, (0.0, 0), Default::default())?.file,
        };
        let (w, h) = (original.width(), original.height());
        Ok((Some(PictureView { name: image.to_owned(), w, h, file, coded }), problems))
    }

    /// One picture, made or found; the inner error is the codec's.
    fn coded(&self, maker: &Maker<'_>, level: Level) -> Result<std::result::Result<store::Made, String>> {
        let what = maker.codec.map_or_else(|| maker.name.to_owned(), |codec| key(codec, maker.original));
        let key = format!("{what} {} {level}", original_key(maker.original));
        if let Some(made) = self.store.find(&key) {
            return Ok(Ok(made));
        }
        let scored = maker.at(level).and_then(|coded| {
            let selection = Selection { ms_ssim: false, ..Selection::ALL };
            let reference = Reference::new(maker.original, selection).map_err(|e| e.to_string())?;
            let scores = reference.compare(&coded.picture).map_err(|e| e.to_string())?;
            Ok((coded, scores.by_column()))
        });
        match scored {
            Ok((coded, scores)) => self.store.add(&key, &coded.picture, (coded.q, coded.bytes), scores).map(Ok),
            Err(e) => Ok(Err(e)),
        }
    }
}

/// What tells a picture from others.
fn original_key(original: &Picture) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{}x{} {:?}\0", original.width(), original.height(), original.format()));
    digest.update(original.data());
    hex(&digest.finalize()[..16])
}
