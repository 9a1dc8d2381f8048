//! The peak memory of a codec: that of a process that reads a picture, codes it and writes the
//! file, and of one that goes back.
//!
//! A peer is run as ever, and a built-in codec as if it were a peer: as this program, which codes
//! one file.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::told::Told;
use crate::base::error::{CliError, Result};
use crate::pictures::Picture;
use crate::rd::codecs::codec::{Codec as _, Timing};
use crate::rd::codecs::external::External;
use crate::rd::codecs::peers::{Peer, Peers};
use crate::rd::codecs::spec::Spec;
use crate::rd::programs::{Exchange, Outcome, Template};

/// How long a built-in codec may take.
const TIMEOUT: Duration = Duration::from_secs(3600);

/// Measures the peak memory of one codec.
pub(crate) struct Probe(External);

impl Probe {
    /// For the codec that `spec` describes, with `peers` as the programs there are; `None` where it
    /// is not here.
    pub(crate) fn new(spec: &str, peers: &Peers) -> Result<Option<Self>> {
        if !cfg!(target_os = "linux") {
            return Err(CliError::Usage("--memory: this system does not tell the peak memory of a program".to_owned()));
        }
        let program = env::current_exe();
        let program = program.map_err(|e| CliError::Run(format!("cannot tell this program's own file: {e}")))?;
        let told = Told::by(program.clone());
        let mut parsed = Spec::parse(spec)?;
        let peer = match peers.get(&parsed.codec) {
            Some(peer) => peer.clone(),
            // Built in, and no name of a peer. Its options are in its commands.
            None => {
                parsed.options.clear();
                as_peer(spec, program)?
            }
        };
        Ok(External::new(&parsed, peer)?.ok().map(|external| Self(external.telling(told))))
    }

    /// The peak in bytes of encoding and of decoding.
    pub(crate) fn peaks(&self, picture: &Picture, q: f64) -> Outcome<[u64; 2]> {
        let (codec, bytes) = self.0.alone();
        let stream = codec.encode(picture, q)?.stream;
        let encode = bytes.swap(0, Ordering::Relaxed);
        codec.decode(&stream)?;
        Ok([encode, bytes.load(Ordering::Relaxed)])
    }
}

/// A built-in codec as a peer: this program codes one file.
fn as_peer(spec: &str, program: PathBuf) -> Result<Peer> {
    let command = |arguments: &[&str], known: &[&str]| {
        let program = program.to_str().ok_or((0, "this program's own path is not text".to_owned()))?;
        Template::parse([&[program, "rd", "code"], arguments].concat(), known)
    };
    let encode = command(&["encode", "--codec", spec, "-q", "{q}", "{in}", "{out}"], &["q", "in", "out"]);
    let decode = command(&["decode", "--codec", spec, "{in}", "{out}"], &["in", "out"]);
    let template = |t: std::result::Result<Template, (usize, String)>| t.map_err(|(_, what)| CliError::Usage(what));
    Ok(Peer {
        about: String::new(),
        encode: template(encode)?,
        decode: template(decode)?,
        version: None,
        minimum_version: None,
        extension: "coded".to_owned(),
        input: Exchange::Png,
        output: Exchange::Png,
        depth: 16,
        // It gets pictures as they are.
        alpha: true,
        lossless: true,
        qualities: Vec::new(),
        range: [0.0, 100.0],
        whole: false,
        options: BTreeMap::new(),
        timeout: TIMEOUT,
        timing: Timing::Process,
        here: PathBuf::from("/"),
    })
}
