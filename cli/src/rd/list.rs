//! `kvant rd list`: the codecs and metrics that a run can take, and why some are not here.

use std::fmt::Write as _;

use super::codecs::{BUILT_IN, Peers, Resolved, resolve};
use super::metric::{Metrics, shipped_text};
use crate::base::error::Result;
use crate::base::output::TemporaryFolder;
use crate::base::print::print_text;
use crate::rd::args::ListArgs;

/// Runs the command; `build` identifies this build of ours.
pub(crate) fn execute(args: &ListArgs, build: &str) -> Result<()> {
    if args.show_peers {
        return print_text(Peers::shipped());
    }
    if args.show_metrics {
        return print_text(shipped_text());
    }
    let folder = TemporaryFolder::new()?;
    let peers = Peers::with_file(folder.path(), args.peers.as_deref())?;
    Metrics::install(folder.path())?;
    let metrics = Metrics::known(folder.path(), args.metric_file.as_deref())?;
    print_text(&(codecs(&peers, build)? + &programs(&metrics)))
}

/// A paragraph for each codec.
fn codecs(peers: &Peers, build: &str) -> Result<String> {
    let mut text = String::new();
    for built_in in &BUILT_IN {
        paragraph(&mut text, built_in.name, built_in.about, built_in.options, peers, build)?;
    }
    for (name, peer) in peers.iter() {
        let options: Vec<_> = peer.options.iter().map(|(key, default)| format!("{key} (default {default})")).collect();
        let options = if options.is_empty() { "none".to_owned() } else { options.join(", ") };
        paragraph(&mut text, name, &peer.about, &options, peers, build)?;
    }
    text += "\nUse: kvant rd run -c CODEC[:OPTION]...,...  as in  kvant:e7,mine=kvant:tune=psnr,avif:s6:y=444\n";
    Ok(text)
}

/// A paragraph for each metric that is a program.
fn programs(metrics: &Metrics) -> String {
    let mut text = String::from("\nMetrics (besides those of this program):\n\n");
    for program in metrics.programs() {
        let metric = &program.metric;
        let _ = writeln!(text, "{:12} {} {}", metric.key, metric.name, metric.about);
        let _ = match program.version() {
            Ok(version) => writeln!(text, "  version    {version}"),
            Err(reason) => writeln!(text, "  missing    {reason}"),
        };
    }
    text += "\nUse: kvant rd run --metrics ssim2,vmaf,...\n";
    text
}

fn paragraph(text: &mut String, name: &str, about: &str, options: &str, peers: &Peers, build: &str) -> Result<()> {
    let _ = writeln!(text, "{name:12} {about}");
    match resolve(name, peers, build)? {
        Resolved::Ready(codec) => {
            let qualities: Vec<_> = codec.qualities().iter().map(f64::to_string).collect();
            let range = codec.quality_range();
            let _ = writeln!(text, "  version    {}", codec.version());
            let _ = match codec.lossless() {
                true => writeln!(text, "  qualities  none: lossless"),
                false => {
                    writeln!(text, "  qualities  {} (of {} to {})", qualities.join(","), range.start(), range.end())
                }
            };
        }
        Resolved::Missing { reason, .. } => {
            let _ = writeln!(text, "  missing    {reason}");
        }
    }
    let _ = writeln!(text, "  options    {options}");
    Ok(())
}
