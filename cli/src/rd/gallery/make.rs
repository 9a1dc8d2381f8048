//! Makes the pictures of a gallery: from files that runs have kept, or by coding again.

use std::path::PathBuf;

use super::level::{Level, SCORE};
use crate::metrics::{Reference, Selection};
use crate::pictures::{Picture, ReadOptions, read_bytes, read_picture};
use crate::rd::codecs::Codec;
use crate::rd::laboratory::{Search, decode_like};
use crate::rd::points::Point;
use crate::rd::results::kept::{coded_path, decoded_path};

/// A picture as a codec left it.
pub(super) struct Coded {
    pub(super) q: f64,
    pub(super) bytes: u64,
    pub(super) picture: Picture,
}

/// One codec on one picture.
pub(super) struct Maker<'a> {
    pub(super) name: &'a str,
    /// `None` where it does not run here.
    pub(super) codec: Option<&'a dyn Codec>,
    /// Its measured points of the picture.
    pub(super) points: &'a [&'a Point],
    pub(super) original: &'a Picture,
    /// Folders of results that may keep files.
    pub(super) folders: &'a [PathBuf],
}

impl Maker<'_> {
    /// The picture at `level`, or as near to it as there is.
    pub(super) fn at(&self, level: Level) -> Result<Coded, String> {
        let far = |p: &Point| level.distance(p.bpp, p.scores.get(SCORE).copied());
        let mut near: Vec<_> = self.points.iter().filter_map(|p| Some((far(p)?, *p))).collect();
        near.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
        let close = near.first().filter(|(distance, _)| distance.abs() <= level.tolerance());
        if let Some(coded) = close.and_then(|(_, point)| self.kept(point)) {
            return Ok(coded);
        }
        if let Some(codec) = self.codec {
            return self.search(codec, level, &near);
        }
        let kept = near.iter().find_map(|(_, point)| self.kept(point));
        kept.ok_or_else(|| "the codec cannot be run here, and no run has kept its pictures".to_owned())
    }

    /// What a folder of results keeps of a point.
    fn kept(&self, point: &Point) -> Option<Coded> {
        let name = (point.codec.as_str(), point.image.as_str(), point.q, point.scale());
        let decoded = |folder: &PathBuf| {
            let path = decoded_path(folder, name);
            let limits = ReadOptions::default().decoder.limits;
            let file = read_bytes(&path, &limits).ok()?;
            read_picture("kept", &file, &ReadOptions::default()).ok()?.upright().ok()
        };
        let coded = |folder: &PathBuf| {
            let codec = self.codec?;
            let stream = std::fs::read(coded_path(folder, name, codec.extension())).ok()?;
            let is_whole = Some(stream.len() as u64) == point.bytes;
            is_whole.then(|| decode_like(codec, &stream, self.original).ok()).flatten()
        };
        let picture = self.folders.iter().find_map(|folder| decoded(folder).or_else(|| coded(folder)))?;
        let size = |p: &Picture| (p.width(), p.height());
        // What was laid over gray for other codecs is not what this one was given.
        let is_like = picture.format().has_alpha() == self.original.format().has_alpha();
        (is_like && size(&picture) == size(self.original)).then_some(Coded { q: point.q, bytes: point.bytes?, picture })
    }

    fn search(&self, codec: &dyn Codec, level: Level, near: &[(f64, &Point)]) -> Result<Coded, String> {
        let search = Search {
            range: codec.quality_range().into_inner(),
            whole: codec.whole(),
            known: near.iter().map(|(distance, point)| (point.q, *distance)).collect(),
            span: level.span(),
            tolerance: level.tolerance(),
        };
        let reference = match level {
            Level::Rate(_) => None,
            Level::Score(_) => {
                let selection = Selection { ssim2: true, ..Selection::NONE };
                Some(Reference::new(self.original, selection).map_err(|e| e.to_string())?)
            }
        };
        let attempt = |q: f64| {
            let stream = codec.encode(self.original, q).map_err(|e| e.to_string())?.stream;
            let bpp = stream.len() as f64 * 8.0 / self.original.pixels() as f64;
            let score = match &reference {
                None => None,
                Some(reference) => {
                    let picture = decode_like(codec, &stream, self.original)?;
                    reference.compare(&picture).map_err(|e| e.to_string())?.ssim2
                }
            };
            let distance = level.distance(bpp, score).ok_or("the picture has no score")?;
            Ok((distance, stream))
        };
        let (q, _, stream) = search.run(attempt)?;
        Ok(Coded { q, bytes: stream.len() as u64, picture: decode_like(codec, &stream, self.original)? })
    }
}
