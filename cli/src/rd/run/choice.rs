//! What a run takes: codecs and pictures, those that the arguments name or those that there are.

use std::collections::BTreeSet;

use super::folder::Folder;
use super::plan::CodecSeries;
use crate::base::error::{CliError, Result};
use crate::base::print::print_error;
use crate::rd::args::RunArgs;
use crate::rd::build;
use crate::rd::codecs::{self, Peers, Probe, Resolved};
use crate::rd::corpus::{self, CorpusPicture, spread};
use crate::rd::results::record::CodecRecord;
use crate::rd::scale::Scale;

/// `--quick`: pictures of each input.
const QUICK_PICTURES: usize = 16;
/// Qualities of each codec in a run that names nothing: it should take a minute.
const FEW_QUALITIES: usize = 5;
/// What a run that names no codec looks for: of each format the first that can be run here.
const USUAL: [&[&str]; 4] =
    [&["avif", "py-avif"], &["jxl", "py-jxl"], &["webp", "cwebp", "py-webp"], &["mozjpeg", "jpeg"]];

/// What a run measures with: codecs, their records, and a line for each quality that one of them
/// does not have.
type Series = (Vec<CodecSeries>, Vec<CodecRecord>, Vec<String>);

/// The codecs that can be run. One that was named and is not there is skipped with a line.
///
/// # Errors
/// [`CliError::Usage`] for a codec that there is not, or one name of two, or for scales that change
/// nothing; [`CliError::Run`] where none can be run.
pub(super) fn series(args: &RunArgs, folder: &Folder, wanted: Option<&[f64]>) -> Result<Series> {
    if !args.scales.is_empty() && args.scales.iter().all(|scale| *scale == Scale::FULL) {
        return Err(CliError::Usage("--scales 1 is what is measured without it: name a part such as 1/2".to_owned()));
    }
    let peers = Peers::with_file(&folder.peers(), args.peers.as_deref())?;
    let build = build::identity()?;
    let specs = match (args.codecs.is_empty(), args.quick) {
        (false, _) => args.codecs.clone(),
        (true, true) => vec!["kvant".to_owned()],
        (true, false) => found(&peers, &build, args.quiet)?,
    };
    let is_short = args.codecs.is_empty() && args.input.is_empty() && wanted.is_none() && !args.quick;
    let (mut series, mut records, mut problems) = (Vec::<CodecSeries>::new(), Vec::new(), Vec::new());
    for spec in &specs {
        let codec = match codecs::resolve(spec, &peers, &build)? {
            Resolved::Ready(codec) => codec,
            Resolved::Missing { name, reason } => {
                print_error(&format!("kvant: {name} is skipped: {reason}\n"));
                continue;
            }
        };
        if series.iter().any(|s| s.codec.name() == codec.name()) {
            let name = codec.name();
            return Err(CliError::Usage(format!("two codecs are called {name}; label one: NAME={spec}")));
        }
        records.push(CodecRecord::new(codec.name(), spec, codec.version(), codec.timing()));
        let mut of_codec = CodecSeries::new(codec, wanted);
        if !args.scales.is_empty() {
            of_codec = of_codec.at(&args.scales);
        }
        if is_short {
            of_codec.qualities = spread(of_codec.qualities, FEW_QUALITIES);
        }
        if args.memory {
            of_codec.probe = Probe::new(spec, &peers)?;
        }
        if let Some(note) = of_codec.note() {
            print_error(&format!("kvant: {note}\n"));
        }
        for q in &of_codec.outside {
            let (name, range) = (of_codec.codec.name(), of_codec.codec.quality_range());
            let problem = format!("{name}: quality {q} is outside {} to {}: left out", range.start(), range.end());
            print_error(&format!("kvant: {problem}\n"));
            problems.push(problem);
        }
        series.push(of_codec);
    }
    if series.is_empty() {
        return Err(CliError::Run("none of the codecs can be run here".to_owned()));
    }
    Ok((series, records, problems))
}

/// Ours, and of each usual format a codec that can be run on this machine. Says what was found, and
/// which formats were not.
fn found(peers: &Peers, build: &str, quiet: bool) -> Result<Vec<String>> {
    let mut specs = vec!["kvant".to_owned()];
    let mut missing = Vec::new();
    for names in USUAL {
        let mut reasons = Vec::new();
        for name in names {
            match codecs::resolve(name, peers, build)? {
                Resolved::Ready(_) => {
                    specs.push((*name).to_owned());
                    reasons.clear();
                    break;
                }
                Resolved::Missing { reason, .. } => reasons.push(reason),
            }
        }
        missing.extend((!reasons.is_empty()).then(|| format!("{} ({})", names[0], reasons.join("; "))));
    }
    if quiet {
        return Ok(specs);
    }
    print_error(&format!("kvant: codecs found here: {}\n", specs.join(", ")));
    if !missing.is_empty() {
        print_error(&format!("kvant: not found: {}\n", missing.join(", ")));
    }
    Ok(specs)
}

/// The pictures that the arguments choose. A quick run prefers those that it can set beside others:
/// of an input that has some of `known`, it takes no others.
pub(super) fn pictures(args: &RunArgs, known: &BTreeSet<&str>) -> Result<Vec<CorpusPicture>> {
    let groups =
        if args.input.is_empty() { vec![corpus::embedded()] } else { corpus::pictures(&args.input, args.recursive)? };
    let limit = args.limit.unwrap_or(if args.quick { QUICK_PICTURES } else { usize::MAX });
    let chosen = |mut group: Vec<CorpusPicture>| {
        if args.quick && group.iter().any(|s| known.contains(s.name.as_str())) {
            group.retain(|s| known.contains(s.name.as_str()));
        }
        spread(group.into_iter().step_by(args.every as usize).collect(), limit)
    };
    Ok(groups.into_iter().flat_map(chosen).collect())
}
