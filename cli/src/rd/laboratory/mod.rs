//! The codecs and pictures of a run, to be run again: what evidence and galleries are made with.

mod search;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::codecs::{Codec, Peers, Resolved, resolve};
use super::corpus::CorpusPicture;
use super::points::Point;
use super::results::record::Record;
use crate::base::error::Result;
use crate::base::hex::hex;
use crate::base::output::TemporaryFolder;
use crate::pictures::Picture;

pub(crate) use search::Search;

/// What is neither light nor dark.
const GRAY: [u8; 3] = [128; 3];

/// The codecs of a record that run here, and its pictures.
pub(crate) struct Laboratory<'a> {
    record: &'a Record,
    codecs: Vec<(String, Arc<dyn Codec>)>,
    /// A line for each codec that does not run here, or that is not what the points were measured
    /// with.
    pub(crate) notes: Vec<String>,
    /// Where the programs of the shipped peers are.
    _folder: TemporaryFolder,
}

impl<'a> Laboratory<'a> {
    /// `build` identifies this build of ours.
    ///
    /// # Errors
    /// Where there is no place for temporary files.
    pub(crate) fn open(record: &'a Record, build: &str) -> Result<Self> {
        let folder = TemporaryFolder::new()?;
        let mut peers = Peers::embedded(folder.path())?;
        let mut notes = Vec::new();
        for path in record.runs.iter().filter_map(|r| r.peers.as_deref()) {
            match Peers::read(path) {
                Ok(more) => peers = peers.with(more),
                Err(e) => notes.push(e.to_string()),
            }
        }
        let mut codecs = Vec::new();
        for recorded in &record.codecs {
            let name = recorded.name.clone();
            match resolve(&recorded.spec, &peers, build) {
                Ok(Resolved::Ready(codec)) => {
                    if codec.version() != recorded.version {
                        let (now, then) = (codec.version(), &recorded.version);
                        notes.push(format!("{name} is {now} here; its points were measured with {then}"));
                    }
                    codecs.push((name, codec));
                }
                Ok(Resolved::Missing { reason, .. }) => notes.push(format!("{name} cannot be run here: {reason}")),
                Err(e) => notes.push(format!("{name} cannot be run here: {e}")),
            }
        }
        Ok(Self { record, codecs, notes, _folder: folder })
    }

    /// With `codecs` by their names in the points.
    #[cfg(test)]
    pub(crate) fn of(record: &'a Record, codecs: Vec<(String, Arc<dyn Codec>)>) -> Self {
        Self { record, codecs, notes: Vec::new(), _folder: TemporaryFolder::new().unwrap() }
    }

    /// The codec of that name in the points, where it runs here.
    pub(crate) fn codec(&self, name: &str) -> Option<&dyn Codec> {
        self.codecs.iter().find(|(n, _)| n == name).map(|(_, codec)| &**codec)
    }

    /// The picture of that name in the points, over gray where it has alpha and one of the codecs
    /// none: what they are compared in is the same for all.
    ///
    /// # Errors
    /// A line where it is gone, or no longer a picture.
    pub(crate) fn picture(&self, name: &str) -> std::result::Result<Picture, String> {
        let recorded = self.record.pictures.iter().find(|p| p.name == name);
        let location =
            &recorded.ok_or_else(|| format!("picture {name}: the run did not record where it was"))?.location;
        let source =
            CorpusPicture::at(name, location).ok_or_else(|| format!("picture {name}: {location} is not known here"))?;
        let picture = source.load().map_err(|e| format!("picture {name}: {e}"))?;
        let all_have_alpha = self.codecs.iter().all(|(_, codec)| codec.alpha());
        Ok(if all_have_alpha { picture } else { picture.over(GRAY).into_owned() })
    }
}

/// What makes the result of a codec on a picture what it is: a digest, for the files that keep
/// results.
pub(crate) fn key(codec: &dyn Codec, picture: &Picture) -> String {
    let mut digest = Sha256::new();
    for part in [codec.version(), &codec.settings(), &format!("{}x{}", picture.width(), picture.height())] {
        digest.update(part);
        digest.update([0]);
    }
    digest.update(picture.data());
    hex(&digest.finalize()[..8])
}

/// The measured point with the SSIMULACRA2 nearest to `score`; where none has one, the middle of
/// all by bits.
pub(crate) fn nearest<'a>(points: &[&'a Point], score: f64) -> Option<&'a Point> {
    let distance = |p: &Point| p.scores.get("ssim2").map(|s| (s - score).abs());
    let mut measured: Vec<_> = points.iter().filter_map(|p| Some((*p, distance(p)?))).collect();
    measured.sort_by(|a, b| a.1.total_cmp(&b.1));
    let middle = || {
        let mut by_bits = points.to_vec();
        by_bits.sort_by(|a, b| a.bpp.total_cmp(&b.bpp));
        by_bits.get(by_bits.len() / 2).copied()
    };
    measured.first().map(|(p, _)| *p).or_else(middle)
}

/// Decodes `stream`, which must give a picture of the size of `original`.
pub(crate) fn decode_like(
    codec: &dyn Codec,
    stream: &[u8],
    original: &Picture,
) -> std::result::Result<Picture, String> {
    let decoded = codec.decode(stream).map_err(|e| e.to_string())?.picture;
    let size = |p: &Picture| (p.width(), p.height());
    if size(&decoded) != size(original) {
        let ((w, h), (ow, oh)) = (size(&decoded), size(original));
        return Err(format!("decoded to {w}x{h}, from {ow}x{oh}"));
    }
    Ok(decoded.with_cicp(original.cicp()))
}
