//! Pieces of the pictures where the codec does worst against the anchor, and of the one where it
//! does best: the original, ours and a peer at equal bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kvant::PixelFormat;
use rayon::prelude::*;

use super::pieces::{CodedFigures, Crops, PictureCrops, WindowCrops};
use crate::base::error::{CliError, Result};
use crate::base::output::write_file;
use crate::metrics::{Reference, Selection};
use crate::pictures::{OutputFormat, Picture, write_picture};
use crate::rd::codecs::Codec;
use crate::rd::laboratory::{Laboratory, Search, decode_like, key, nearest};
use crate::rd::points::{ByImage, Point};
use crate::rd::progress::Progress;
use crate::rd::report::data::Report;
use crate::rd::report::window::{self, Window};

/// The file in the folder of results that keeps the pieces.
const FILE: &str = "crops.json";
/// The SSIMULACRA2 to look at: medium to high, where codecs differ visibly.
const SCORE: f64 = 60.0;
/// How far our bytes may be from the peer's.
const TOLERANCE: f64 = 0.02;

/// Makes the pieces of the `count` worst pictures and the best one; those that `folder` keeps are
/// taken instead. `None` where the codec reported on does not run here.
///
/// # Errors
/// Where the pieces cannot be kept. What goes wrong with one picture is a note.
pub(crate) fn make(
    laboratory: &Laboratory<'_>,
    report: &Report,
    measured: &[(&str, ByImage<'_>)],
    count: usize,
    folder: Option<&Path>,
    quiet: bool,
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
    let chosen = choose_pictures(report, our_points, count);
    let progress = Progress::new(chosen.len(), quiet, false);
    let made: Vec<std::result::Result<_, String>> = chosen
        .par_iter()
        .map(|image| {
            let at = peer.as_ref().and_then(|(name, _)| points(name)).and_then(|p| p.get(image.as_str()));
            let pair = Pair {
                ours,
                our_points: our_points.get(image.as_str()).map_or(&[], Vec::as_slice),
                peer: peer.as_ref().zip(at.and_then(|p| nearest(p, SCORE))).map(|((_, codec), p)| (*codec, p.q)),
            };
            let made = laboratory.picture(image).and_then(|original| {
                let key = pair.key(&original);
                match store.find(&key) {
                    Some(kept) => Ok((key, PictureCrops { image: image.clone(), ..kept })),
                    None => {
                        let crops = pair.crops(image, &original).map_err(|e| format!("picture {image}: {e}"))?;
                        Ok((key, crops))
                    }
                }
            });
            progress.step(&format!("crops of {image}"));
            if let Ok((key, crops)) = &made {
                store.add(key, crops)?;
            }
            Ok(made)
        })
        .collect::<Result<_>>()?;
    progress.finish();
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
    store.finish(pictures)?;
    Ok(Some(Crops { peer: peer.map(|(name, _)| name.to_owned()), pictures: shown, notes }))
}

/// The anchor where it runs here, else the peer with the smallest files that does.
fn choose_peer<'a>(laboratory: &'a Laboratory<'_>, report: &'a Report) -> Option<(&'a str, &'a dyn Codec)> {
    let others = report.comparisons.iter().map(|c| c.codec.as_str()).filter(|name| *name != report.codec);
    report.anchor.as_deref().into_iter().chain(others).find_map(|name| Some((name, laboratory.codec(name)?)))
}

/// The worst pictures, the very worst first, and last the best. Without an anchor, those that take
/// most bits.
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
        let coded = |picture: &Picture, q: f64, bytes: usize| -> std::result::Result<CodedFigures, String> {
            let scores = reference.compare(picture).map_err(|e| e.to_string())?;
            Ok(CodedFigures { q, bytes: bytes as u64, ssim2: scores.ssim2, ba_p3: scores.ba_p3 })
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

    /// Our stream of about `target` bytes, with its quality; the closest of all tried. The measured
    /// points tell where to begin.
    fn encode_to(&self, original: &Picture, target: f64) -> std::result::Result<(f64, Vec<u8>), String> {
        let distance = |bytes: u64| (bytes as f64 / target).ln();
        let search = Search {
            range: self.ours.quality_range().into_inner(),
            whole: self.ours.whole(),
            known: self.our_points.iter().filter_map(|p| Some((p.q, distance(p.bytes?)))).collect(),
            // Files grow a hundredfold over a scale.
            span: 100f64.ln(),
            tolerance: (1.0 + TOLERANCE).ln(),
        };
        let encode = |q| {
            let stream = self.ours.encode(original, q).map_err(|e| e.to_string())?.stream;
            Ok((distance(stream.len() as u64), stream))
        };
        search.run(encode).map(|(q, _, stream)| (q, stream))
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
type Pieces = BTreeMap<String, PictureCrops>;

/// What the folder of results keeps of them.
struct Store<'a> {
    folder: Option<&'a Path>,
    pieces: Mutex<Pieces>,
    /// Whether some are new.
    grown: AtomicBool,
}

impl<'a> Store<'a> {
    /// What cannot be read is made anew.
    fn open(folder: Option<&'a Path>) -> Self {
        let text = folder.and_then(|folder| fs::read_to_string(folder.join(FILE)).ok());
        let pieces = text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
        Self { folder, pieces: Mutex::new(pieces), grown: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, Pieces> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &str) -> Option<PictureCrops> {
        self.lock().get(key).cloned()
    }

    /// Keeps what was made at once: an interrupt does not lose it.
    fn add(&self, key: &str, crops: &PictureCrops) -> Result<()> {
        let mut pieces = self.lock();
        if pieces.contains_key(key) {
            return Ok(());
        }
        self.grown.store(true, Ordering::Relaxed);
        pieces.insert(key.to_owned(), crops.clone());
        self.save(&pieces)
    }

    /// Keeps `shown` alone, where some of them are new.
    fn finish(&self, shown: Pieces) -> Result<()> {
        if self.grown.load(Ordering::Relaxed) { self.save(&shown) } else { Ok(()) }
    }

    fn save(&self, pieces: &Pieces) -> Result<()> {
        let Some(folder) = self.folder else {
            return Ok(());
        };
        let text = serde_json::to_string(pieces).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
        write_file(&folder.join(FILE), text.as_bytes(), true)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;
    use crate::base::output::TemporaryFolder;
    use crate::rd::codecs::{CodedPicture, DecodedPicture, Timing};
    use crate::rd::programs::Outcome;

    /// A codec whose streams have a known size, and whether it takes whole numbers alone.
    struct Sized(fn(f64) -> f64, bool);

    impl Codec for Sized {
        fn name(&self) -> &str {
            "sized"
        }

        fn version(&self) -> &str {
            "1"
        }

        fn settings(&self) -> String {
            String::new()
        }

        fn qualities(&self) -> &[f64] {
            &[]
        }

        fn quality_range(&self) -> RangeInclusive<f64> {
            0.0..=100.0
        }

        fn whole(&self) -> bool {
            self.1
        }

        fn timing(&self) -> Timing {
            Timing::Call
        }

        fn extension(&self) -> &str {
            "x"
        }

        fn encode(&self, _: &Picture, q: f64) -> Outcome<CodedPicture> {
            assert!(!self.1 || q.fract() == 0.0, "{q}");
            Ok(CodedPicture { stream: vec![0; (self.0)(q) as usize], seconds: None, reconstruction: None })
        }

        fn decode(&self, _: &[u8]) -> Outcome<DecodedPicture> {
            Err(CliError::Run("no decoder".to_owned()).into())
        }
    }

    fn point(q: f64, bytes: u64) -> Point {
        Point {
            codec: "sized".to_owned(),
            image: "i".to_owned(),
            q,
            bytes: Some(bytes),
            bpp: 1.0,
            scores: BTreeMap::new(),
            enc_s: None,
            dec_s: None,
            size: Some([8, 8]),
            extra: Vec::new(),
        }
    }

    fn size_for(size: fn(f64) -> f64, points: &[Point], target: f64) -> f64 {
        let picture = Picture::new(8, 8, PixelFormat::Gray8, vec![0; 64]);
        let points: Vec<_> = points.iter().collect();
        let pair = Pair { ours: &Sized(size, false), our_points: &points, peer: None };
        let (q, stream) = pair.encode_to(&picture, target).unwrap();
        assert!((0.0..=100.0).contains(&q));
        stream.len() as f64
    }

    #[test]
    fn bytes_are_made_equal_whatever_the_measured_points_say() {
        let rising = |q: f64| 1000.0 * (q / 20.0).exp();
        let falling = |q: f64| 90_000.0 - 800.0 * q;
        let right = [point(20.0, 2718), point(40.0, 7389)];
        // Measured with an encoder that has changed much since.
        let wrong = [point(60.0, 3000), point(80.0, 3500)];
        for points in [&right[..], &wrong, &[]] {
            for target in [1500.0, 5000.0, 100_000.0] {
                let size = size_for(rising, points, target);
                assert!((size / target - 1.0).abs() <= TOLERANCE, "{size} for {target}");
            }
        }
        // A scale on which more is worse.
        let size = size_for(falling, &[point(10.0, 82_000), point(50.0, 50_000)], 30_000.0);
        assert!((size / 30_000.0 - 1.0).abs() <= TOLERANCE, "{size}");
    }

    #[test]
    fn what_is_made_is_kept_at_once() {
        let folder = TemporaryFolder::new().unwrap();
        let ours = CodedFigures { q: 5.0, bytes: 7, ssim2: None, ba_p3: None };
        let crops = PictureCrops { image: "i".to_owned(), ours, peer: None, equal_bytes: true, windows: Vec::new() };
        let store = Store::open(Some(folder.path()));
        store.add("one", &crops).unwrap();
        let other = Store::open(Some(folder.path()));
        assert!(other.find("one").is_some_and(|c| c.ours.bytes == 7) && other.find("two").is_none());
        other.add("two", &crops).unwrap();
        // Of a report that came to its end, what it shows.
        other.finish([("two".to_owned(), crops)].into()).unwrap();
        let last = Store::open(Some(folder.path()));
        assert!(last.find("one").is_none() && last.find("two").is_some());
    }

    #[test]
    fn of_whole_qualities_the_nearest_is_found() {
        let picture = Picture::new(8, 8, PixelFormat::Gray8, vec![0; 64]);
        let pair = Pair { ours: &Sized(|q| 1000.0 * (q / 10.0).exp(), true), our_points: &[], peer: None };
        // 30.4 and 30.6 would give these.
        for (target, q) in [(20_905.0, 30.0), (21_327.0, 31.0)] {
            assert_eq!(pair.encode_to(&picture, target).unwrap().0, q);
        }
    }

    #[test]
    fn bytes_out_of_reach_are_approached() {
        let size = size_for(|q| 1000.0 * (q / 20.0).exp(), &[], 400.0);
        assert!((1000.0..1200.0).contains(&size), "{size}");
    }
}
