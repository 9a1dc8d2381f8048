//! Pieces of the pictures where the codec does worst against the anchor, and of the one where it does best: the original,
//! ours and a peer at equal bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kvant::PixelFormat;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Laboratory, decode_like, kept, key, nearest};
use crate::error::{CliError, Result};
use crate::output::write_file;
use crate::pictures::{OutputFormat, Picture, write_picture};
use crate::rd::codecs::Codec;
use crate::rd::metrics::{Reference, Selection};
use crate::rd::points::{ByImage, Point};
use crate::rd::report::data::Report;
use crate::rd::report::window::{self, Window};

/// The file in the folder of results that keeps the pieces.
const FILE: &str = "crops.json";
/// The SSIMULACRA2 to look at: medium to high, where codecs differ visibly.
const SCORE: f64 = 60.0;
/// How far our bytes may be from the peer's.
const TOLERANCE: f64 = 0.02;
/// The most encodes to get there.
const ATTEMPTS: usize = 12;

/// What there is to look at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Crops {
    /// The codec beside ours; `None` where none can be run here.
    pub(crate) peer: Option<String>,
    pub(crate) pictures: Vec<PictureCrops>,
    /// A line for each thing that was left out.
    pub(crate) notes: Vec<String>,
}

/// The pieces of one picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PictureCrops {
    pub(crate) image: String,
    pub(crate) ours: Coded,
    pub(crate) peer: Option<Coded>,
    /// Whether our bytes are as close to the peer's as they should be.
    pub(crate) equal_bytes: bool,
    /// Where ours is worse, then where it is better.
    pub(crate) windows: Vec<WindowCrops>,
}

/// A whole picture as a codec left it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Coded {
    pub(crate) q: f64,
    pub(crate) bytes: u64,
    pub(crate) ssim2: Option<f64>,
    /// Butteraugli 3-norm.
    pub(crate) ba_p3: Option<f64>,
}

/// One piece, three times, as PNG files in base64.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WindowCrops {
    pub(crate) window: Window,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) original: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) ours: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) peer: String,
}

impl Crops {
    /// Forgets the pixels and keeps the figures.
    pub(crate) fn without_pixels(&mut self) {
        for w in self.pictures.iter_mut().flat_map(|p| &mut p.windows) {
            for pixels in [&mut w.original, &mut w.ours, &mut w.peer] {
                pixels.clear();
            }
        }
    }
}

/// Makes the pieces of the `count` worst pictures and the best one; those that `folder` keeps are taken instead.
/// `None` where the codec reported on does not run here.
///
/// # Errors
/// Where the pieces cannot be kept. What goes wrong with one picture is a note.
pub(crate) fn make(
    laboratory: &Laboratory<'_>,
    report: &Report,
    measured: &[(&str, ByImage<'_>)],
    count: usize,
    folder: Option<&Path>,
) -> Result<Option<Crops>> {
    let Some(ours) = laboratory.codec(&report.codec) else {
        return Ok(None);
    };
    let points = |name: &str| measured.iter().find(|(n, _)| *n == name).map(|(_, images)| images);
    let Some(our_points) = points(&report.codec) else {
        return Ok(None);
    };
    let peer = choose_peer(laboratory, report);
    let mut notes = Vec::new();
    match (&peer, &report.anchor) {
        (Some((name, _)), Some(anchor)) if name != anchor => {
            notes.push(format!("{anchor} cannot be run here: {name} is shown instead."));
        }
        (None, Some(_)) => notes.push("No peer can be run here: only the original and ours are shown.".to_owned()),
        _ => {}
    }
    let store = Store::open(folder);
    let made: Vec<_> = choose_pictures(report, our_points, count)
        .par_iter()
        .map(|image| {
            let at = peer.as_ref().and_then(|(name, _)| points(name)).and_then(|p| p.get(image.as_str()));
            let pair = Pair {
                ours,
                our_points: our_points.get(image.as_str()).map_or(&[], Vec::as_slice),
                peer: peer.as_ref().zip(at.and_then(|p| nearest(p, SCORE))).map(|((_, codec), p)| (*codec, p.q)),
            };
            let original = laboratory.picture(image)?;
            let key = pair.key(&original);
            let made = store.0.get(&key).cloned().map_or_else(|| pair.crops(image, &original), Ok);
            made.map(|m| (key, m)).map_err(|e| format!("picture {image}: {e}"))
        })
        .collect();
    let mut pictures = BTreeMap::new();
    let mut shown = Vec::new();
    for result in made {
        match result {
            Ok((key, crops)) => {
                shown.push(crops.clone());
                pictures.insert(key, crops);
            }
            Err(e) => notes.push(e),
        }
    }
    if let Some(folder) = folder.filter(|_| pictures.keys().any(|key| !store.0.contains_key(key))) {
        Store(pictures).save(folder)?;
    }
    Ok(Some(Crops { peer: peer.map(|(name, _)| name.to_owned()), pictures: shown, notes }))
}

/// The anchor where it runs here, else the peer with the smallest files that does.
fn choose_peer<'a>(laboratory: &'a Laboratory<'_>, report: &'a Report) -> Option<(&'a str, &'a dyn Codec)> {
    let others = report.comparisons.iter().map(|c| c.codec.as_str()).filter(|name| *name != report.codec);
    report.anchor.as_deref().into_iter().chain(others).find_map(|name| Some((name, laboratory.codec(name)?)))
}

/// The worst pictures, the very worst first, and last the best. Without an anchor, those that take most bits.
fn choose_pictures(report: &Report, points: &ByImage<'_>, count: usize) -> Vec<String> {
    let mut order: Vec<String> = report.images_by_rate().into_iter().map(|(image, _)| image.to_owned()).collect();
    if order.is_empty() {
        let mut by_bits: Vec<_> =
            points.iter().filter_map(|(image, p)| Some((nearest(p, SCORE)?.bpp, (*image).to_owned()))).collect();
        by_bits.sort_by(|a, b| a.0.total_cmp(&b.0));
        order = by_bits.into_iter().map(|(_, image)| image).collect();
    }
    let mut chosen: Vec<String> = order.iter().skip(1).rev().take(count).cloned().collect();
    chosen.extend(order.first().cloned().filter(|_| count > 0));
    chosen
}

/// The codecs to compare on one picture.
struct Pair<'a> {
    ours: &'a dyn Codec,
    /// The measured points of ours on the picture: where to look for the quality.
    our_points: &'a [&'a Point],
    /// The other codec and its quality.
    peer: Option<(&'a dyn Codec, f64)>,
}

impl Pair<'_> {
    fn key(&self, original: &Picture) -> String {
        let peer = self.peer.map_or(String::new(), |(codec, q)| format!("-{}-{q}", key(codec, original)));
        format!("{}{peer}", key(self.ours, original))
    }

    fn crops(&self, image: &str, original: &Picture) -> std::result::Result<PictureCrops, String> {
        let selection = Selection { ssim2: true, butteraugli: true, ..Selection::NONE };
        let reference = Reference::new(original, selection).map_err(|e| e.to_string())?;
        let coded = |picture: &Picture, q: f64, bytes: usize| -> std::result::Result<Coded, String> {
            let scores = reference.compare(picture).map_err(|e| e.to_string())?;
            Ok(Coded { q, bytes: bytes as u64, ssim2: scores.ssim2, ba_p3: scores.ba_p3 })
        };
        let peer = match self.peer {
            Some((codec, q)) => {
                let stream = codec.encode(original, q).map_err(|e| format!("{}: {e}", codec.name()))?.stream;
                let picture = decode_like(codec, &stream, original).map_err(|e| format!("{}: {e}", codec.name()))?;
                Some((coded(&picture, q, stream.len())?, picture))
            }
            None => None,
        };
        let (q, stream) = match &peer {
            Some((peer, _)) => self.encode_to(original, peer.bytes as f64)?,
            None => {
                let q = nearest(self.our_points, SCORE).ok_or("no measured point to begin with")?.q;
                (q, self.ours.encode(original, q).map_err(|e| e.to_string())?.stream)
            }
        };
        let ours = decode_like(self.ours, &stream, original)?;
        let errors = window::luma_errors(original, &ours);
        let windows = match &peer {
            Some((_, theirs)) => window::extremes(&errors, &window::luma_errors(original, theirs), original),
            None => vec![window::largest(&errors, original)],
        };
        let windows = windows.into_iter().map(|window| {
            Ok(WindowCrops {
                window,
                original: png(original, window)?,
                ours: png(&ours, window)?,
                peer: peer.as_ref().map_or(Ok(String::new()), |(_, theirs)| png(theirs, window))?,
            })
        });
        let windows = windows.collect::<Result<_>>().map_err(|e| e.to_string())?;
        let ours = coded(&ours, q, stream.len())?;
        let peer = peer.map(|(coded, _)| coded);
        let equal_bytes = peer.as_ref().is_none_or(|p| is_close(ours.bytes as f64, p.bytes as f64));
        Ok(PictureCrops { image: image.to_owned(), ours, peer, equal_bytes, windows })
    }

    /// Our stream of about `target` bytes, with its quality: by the false position method on ln(bytes) between the
    /// measured points on both sides, or the ends of the scale; the closest of all tried.
    fn encode_to(&self, original: &Picture, target: f64) -> std::result::Result<(f64, Vec<u8>), String> {
        let encode = |q: f64| self.ours.encode(original, q).map(|c| c.stream).map_err(|e| e.to_string());
        let side = |p: &Point| (p.q, (p.bytes as f64 / target).ln());
        let below =
            self.our_points.iter().map(|p| side(p)).filter(|(_, d)| *d <= 0.0).max_by(|a, b| a.0.total_cmp(&b.0));
        let above =
            self.our_points.iter().map(|p| side(p)).filter(|(_, d)| *d > 0.0).min_by(|a, b| a.0.total_cmp(&b.0));
        let range = self.ours.quality_range();
        // Beyond the measured points the first guess is the middle.
        let mut low = below.unwrap_or((*range.start(), -1.0));
        let mut high = above.unwrap_or((*range.end(), 1.0));
        let mut best: Option<(f64, f64, Vec<u8>)> = None;
        for attempt in 0..ATTEMPTS {
            let t = if attempt % 3 == 2 { 0.5 } else { (-low.1 / (high.1 - low.1)).clamp(0.02, 0.98) };
            let q = low.0 + t * (high.0 - low.0);
            let stream = encode(q)?;
            let distance = (stream.len() as f64 / target).ln();
            if best.as_ref().is_none_or(|b| distance.abs() < b.1.abs()) {
                best = Some((q, distance, stream));
            }
            if distance.exp() > 1.0 - TOLERANCE && distance.exp() < 1.0 + TOLERANCE {
                break;
            }
            if distance <= 0.0 {
                low = (q, distance);
            } else {
                high = (q, distance);
            }
        }
        best.map(|(q, _, stream)| (q, stream)).ok_or_else(|| "no stream".to_owned())
    }
}

fn is_close(ours: f64, peer: f64) -> bool {
    (ours / peer - 1.0).abs() <= TOLERANCE
}

/// The window of a picture as a PNG file in base64; transparent pixels show their colour.
fn png(picture: &Picture, window: Window) -> Result<String> {
    let rgb = picture.to_rgb();
    let stride = picture.width() as usize * 3;
    let rows = (window.y..window.y + window.h).map(|y| y as usize * stride + window.x as usize * 3);
    let pixels = rows.flat_map(|start| &rgb[start..start + window.w as usize * 3]).copied().collect();
    let piece = Picture::new(window.w, window.h, PixelFormat::Rgb8, pixels);
    Ok(STANDARD.encode(write_picture(&piece, OutputFormat::Png)?))
}

/// Pieces by what they were made from.
#[derive(Default, Serialize, Deserialize)]
struct Store(BTreeMap<String, PictureCrops>);

impl Store {
    /// What cannot be read is made anew.
    fn open(folder: Option<&Path>) -> Self {
        let text = kept(folder, FILE).and_then(|path| fs::read_to_string(path).ok());
        text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
    }

    fn save(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string(self).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
        write_file(&folder.join(FILE), text.as_bytes(), true)
    }
}
