//! `kvant rd list`: the codecs that a run can take, and why some are not here.

use std::fmt::Write as _;

use super::{BUILT_IN, Peers, Resolved, resolve};
use crate::base::error::Result;
use crate::base::output::TemporaryFolder;
use crate::base::print::print_text;
use crate::rd::args::ListArgs;

/// Runs the command; `build` identifies this build of ours.
pub(crate) fn execute(args: &ListArgs, build: &str) -> Result<()> {
    if args.show_peers {
        return print_text(Peers::shipped());
    }
    let folder = TemporaryFolder::new()?;
    let peers = Peers::with_file(folder.path(), args.peers.as_deref())?;
    print_text(&text(&peers, build)?)
}

/// A paragraph for each codec.
fn text(peers: &Peers, build: &str) -> Result<String> {
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
