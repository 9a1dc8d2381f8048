//! Generation loss: a picture encoded, decoded, encoded again from what was decoded, and so on, as
//! files are that pass through many hands.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::base::error::Result;
use crate::base::output::write_file;
use crate::base::print::print_error;
use crate::metrics::{Reference, Selection};
use crate::pictures::Picture;
use crate::rd::codecs::Codec;
use crate::rd::corpus::spread;
use crate::rd::laboratory::{Laboratory, decode_like, key, nearest};
use crate::rd::metric::Metrics;
use crate::rd::point_file::to_csv;
use crate::rd::points::{ByImage, KEY, Point};
use crate::rd::progress::Progress;
use crate::rd::report::numbers::plural;
use crate::rd::results::appender::{Appender, read_unfinished};

/// The file in the folder of results: points as in any other, with a column for the generation.
const FILE: &str = "generations.csv";
const GENERATION: &str = "generation";
/// How many pictures are sent around.
const PICTURES: usize = 3;
/// The SSIMULACRA2 to begin near: what is called high quality.
const START: f64 = 75.0;

/// What became of the pictures.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Generations {
    /// How many times they were encoded.
    pub(crate) count: u32,
    pub(crate) pictures: Vec<String>,
    pub(crate) codecs: Vec<CodecGenerations>,
    /// A line for each thing that was left out.
    pub(crate) notes: Vec<String>,
}

/// One codec: means over the pictures by generation, the first is 1.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CodecGenerations {
    pub(crate) codec: String,
    /// SSIMULACRA2 against the original.
    pub(crate) ssim2: Vec<f64>,
    /// PSNR-Y against the original in dB.
    pub(crate) psnr_y: Vec<f64>,
    /// Bytes of the file.
    pub(crate) bytes: Vec<f64>,
}

/// Sends pictures spread over the set through each codec that runs here, `count` times. Of
/// `folder`'s earlier results those that are the same are taken instead, and each new one is added
/// as it comes.
///
/// # Errors
/// Where the results cannot be kept. What goes wrong with one codec or picture is a note.
pub(crate) fn measure(
    laboratory: &Laboratory<'_>,
    measured: &[(&str, ByImage<'_>)],
    count: u32,
    folder: Option<&Path>,
    quiet: bool,
) -> Result<Generations> {
    let mut store = Store::open(folder);
    let (mut pictures, mut notes) = (Vec::new(), Vec::new());
    let names = measured.first().map_or(Vec::new(), |(_, images)| spread(images.keys().copied().collect(), PICTURES));
    for name in names {
        match laboratory.picture(name) {
            Ok(picture) => pictures.push((name, picture)),
            Err(e) => notes.push(e),
        }
    }
    let chains = chains(laboratory, measured, &pictures);
    let unfinished = chains.iter().filter(|c| store.find(c, count).is_none()).count();
    let encodes = unfinished * count as usize;
    if unfinished > 0 {
        store.begin()?;
        if !quiet {
            let (chains, pictures) = (plural(unfinished, "chain"), plural(pictures.len(), "picture"));
            print_error(&format!(
                "kvant: generation loss on {pictures}: {chains} of {count} encodes, {encodes} in all\n"
            ));
        }
    }
    let progress = Progress::new(encodes, quiet, false);
    let run: Vec<_> = chains.par_iter().map(|chain| chain.run(count, &store, &progress)).collect::<Result<_>>()?;
    progress.finish();
    let mut results: Vec<Vec<Point>> = Vec::new();
    for (chain, result) in chains.iter().zip(run) {
        match result {
            Ok(points) => results.push(points),
            Err(e) => notes.push(format!("{} on {}: {e}", chain.name, chain.image)),
        }
    }
    store.finish()?;
    // A mean over fewer pictures would lie elsewhere for that alone.
    let complete = |name: &str| {
        let of_codec: Vec<_> = results.iter().filter(|r| r.iter().all(|p| p.codec == name)).collect();
        (!of_codec.is_empty() && of_codec.len() == pictures.len())
            .then(|| CodecGenerations::new(name, &of_codec, count))
    };
    let codecs = measured.iter().filter_map(|(name, _)| complete(name)).collect();
    let pictures = pictures.into_iter().map(|(name, _)| name.to_owned()).collect();
    Ok(Generations { count, pictures, codecs, notes })
}

/// Each codec that runs here on each of `pictures` that it was measured on.
fn chains<'a>(
    laboratory: &'a Laboratory<'_>,
    measured: &[(&'a str, ByImage<'a>)],
    pictures: &'a [(&'a str, Picture)],
) -> Vec<Chain<'a>> {
    let mut chains = Vec::new();
    let ready = measured.iter().filter_map(|(name, images)| Some((*name, images, laboratory.codec(name)?)));
    for (name, images, codec) in ready {
        for (image, picture) in pictures {
            if let Some(start) = images.get(image).and_then(|points| nearest(points, START)) {
                chains.push(Chain { codec, name, image, original: picture, q: start.q, key: key(codec, picture) });
            }
        }
    }
    chains
}

impl CodecGenerations {
    /// `chains` of at least one picture, each of `count` generations.
    fn new(codec: &str, chains: &[&Vec<Point>], count: u32) -> Self {
        let mean = |value: &dyn Fn(&Point) -> f64| -> Vec<f64> {
            let at = |i: usize| chains.iter().map(|chain| value(&chain[i])).sum::<f64>() / chains.len() as f64;
            (0..count as usize).map(at).collect()
        };
        Self {
            codec: codec.to_owned(),
            ssim2: mean(&|p| p.scores.get("ssim2").copied().unwrap_or(f64::NAN)),
            psnr_y: mean(&|p| p.scores.get("psnr_y").copied().unwrap_or(f64::NAN)),
            bytes: mean(&|p| p.bytes.map_or(f64::NAN, |b| b as f64)),
        }
    }
}

/// One picture through one codec, again and again at the same quality.
struct Chain<'a> {
    codec: &'a dyn Codec,
    /// Of the codec in the points.
    name: &'a str,
    image: &'a str,
    original: &'a Picture,
    q: f64,
    key: String,
}

impl Chain<'_> {
    /// All generations; the inner error is the codec's. Where `store` has some of them, the chain
    /// goes through those again without scores, to the picture that the next begins with: codecs
    /// give the same streams again, so that nothing but points has to be kept, and an interrupt
    /// costs the encodes of the chains that it cut. Where one gives another stream, what was kept
    /// of the rest does not count.
    fn run(
        &self,
        count: u32,
        store: &Store<'_>,
        progress: &Progress,
    ) -> Result<std::result::Result<Vec<Point>, String>> {
        if let Some(points) = store.find(self, count) {
            return Ok(Ok(points));
        }
        let selection = Selection { ssim2: true, psnr: true, ..Selection::NONE };
        let reference = match Reference::new(self.original, selection) {
            Ok(reference) => reference,
            Err(e) => return Ok(Err(e.to_string())),
        };
        let (mut picture, mut points, mut known) = (self.original.clone(), Vec::new(), true);
        for generation in 1..=count {
            let passed = self.pass(&picture);
            progress.step(&format!("{} on {}, generation {generation}", self.name, self.image));
            let scored = passed.and_then(|(bytes, decoded)| {
                picture = decoded;
                let kept = store.at(self, generation).filter(|p| known && p.bytes == Some(bytes));
                known = kept.is_some();
                match kept {
                    Some(point) => Ok(point),
                    None => self.point(generation, bytes, &picture, &reference),
                }
            });
            match scored {
                Ok(point) if known => points.push(point),
                Ok(point) => {
                    store.append(&point)?;
                    points.push(point);
                }
                Err(e) => return Ok(Err(format!("generation {generation}: {e}"))),
            }
        }
        Ok(Ok(points))
    }

    /// Through the codec once: the bytes of the stream, and what it decodes to.
    fn pass(&self, picture: &Picture) -> std::result::Result<(u64, Picture), String> {
        let stream = self.codec.encode(picture, self.q).map_err(|e| e.to_string())?.stream;
        Ok((stream.len() as u64, decode_like(self.codec, &stream, self.original)?))
    }

    fn point(
        &self,
        generation: u32,
        bytes: u64,
        picture: &Picture,
        reference: &Reference,
    ) -> std::result::Result<Point, String> {
        let original = self.original;
        Ok(Point {
            codec: self.name.to_owned(),
            image: self.image.to_owned(),
            q: self.q,
            bytes: Some(bytes),
            bpp: bytes as f64 * 8.0 / original.pixels() as f64,
            scores: reference.compare(picture).map_err(|e| e.to_string())?.by_column(),
            enc_s: None,
            dec_s: None,
            size: Some([original.width(), original.height()]),
            extra: vec![(GENERATION.to_owned(), generation.to_string()), (KEY.to_owned(), self.key.clone())],
        })
    }
}

/// Earlier results, and the file that the new ones go to.
struct Store<'a> {
    folder: Option<&'a Path>,
    /// By key, quality and generation.
    points: BTreeMap<(String, u64, u32), Point>,
    file: Option<Appender>,
}

impl<'a> Store<'a> {
    /// What cannot be read is made anew.
    fn open(folder: Option<&'a Path>) -> Self {
        let points = folder
            .and_then(|folder| read_unfinished(&folder.join(FILE), &Metrics::built_in()).ok())
            .unwrap_or_default();
        let mut store = Self { folder, points: BTreeMap::new(), file: None };
        store.insert(&points);
        store
    }

    fn insert(&mut self, points: &[Point]) {
        for p in points {
            if let (Some(key), Some(generation)) = (p.extra(KEY), p.extra(GENERATION).and_then(|g| g.parse().ok())) {
                self.points.insert((key.to_owned(), p.q.to_bits(), generation), p.clone());
            }
        }
    }

    /// From now on points can be added.
    fn begin(&mut self) -> Result<()> {
        let points: Vec<_> = self.points.values().cloned().collect();
        let open = |folder: &Path| Appender::new(&folder.join(FILE), &points, &[GENERATION]);
        self.file = self.folder.map(open).transpose()?;
        Ok(())
    }

    fn append(&self, point: &Point) -> Result<()> {
        self.file.as_ref().map_or(Ok(()), |file| file.append(point))
    }

    /// A generation of a chain, under the name that it has now.
    fn at(&self, chain: &Chain<'_>, generation: u32) -> Option<Point> {
        let point = self.points.get(&(chain.key.clone(), chain.q.to_bits(), generation))?;
        Some(Point { codec: chain.name.to_owned(), image: chain.image.to_owned(), ..point.clone() })
    }

    /// All generations of a chain.
    fn find(&self, chain: &Chain<'_>, count: u32) -> Option<Vec<Point>> {
        (1..=count).map(|generation| self.at(chain, generation)).collect()
    }

    /// Puts the file in order.
    fn finish(&mut self) -> Result<()> {
        let (Some(folder), Some(_)) = (self.folder, self.file.take()) else {
            return Ok(());
        };
        let points = read_unfinished(&folder.join(FILE), &Metrics::built_in())?;
        self.insert(&points);
        let points: Vec<_> = self.points.values().cloned().collect();
        write_file(&folder.join(FILE), to_csv(&points).as_bytes(), true)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::ops::RangeInclusive;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};

    use kvant::PixelFormat;

    use super::*;
    use crate::base::names::utf8;
    use crate::base::output::TemporaryFolder;
    use crate::pictures::{OutputFormat, write_picture};
    use crate::rd::codecs::{CodedPicture, DecodedPicture, Timing};
    use crate::rd::points::by_codec;
    use crate::rd::programs::Outcome;
    use crate::rd::results::record::{PictureRecord, Record};

    /// A codec that makes every pixel brighter by one.
    #[derive(Default)]
    struct Brighter {
        encodes: AtomicU32,
        /// How many lines the file of results has at each encode.
        lines: Mutex<Vec<usize>>,
        folder: PathBuf,
        /// Bytes behind the samples.
        more: AtomicU32,
    }

    impl Codec for Brighter {
        fn name(&self) -> &str {
            "brighter"
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

        fn timing(&self) -> Timing {
            Timing::Call
        }

        fn extension(&self) -> &str {
            "x"
        }

        fn encode(&self, picture: &Picture, _: f64) -> Outcome<CodedPicture> {
            self.encodes.fetch_add(1, Ordering::Relaxed);
            let kept = fs::read_to_string(self.folder.join(FILE)).unwrap_or_default();
            self.lines.lock().unwrap().push(kept.lines().count());
            let mut stream: Vec<u8> = picture.to_rgb().iter().map(|v| v + 1).collect();
            stream.resize(768 + self.more.load(Ordering::Relaxed) as usize, 0);
            Ok(CodedPicture { stream, seconds: None, reconstruction: None })
        }

        fn decode(&self, stream: &[u8]) -> Outcome<DecodedPicture> {
            Ok(DecodedPicture {
                picture: Picture::new(16, 16, PixelFormat::Rgb8, stream[..768].to_vec()),
                seconds: None,
            })
        }
    }

    /// A folder of results with a flat picture, and the record of it and of one that is gone.
    fn flat() -> (TemporaryFolder, Record) {
        let folder = TemporaryFolder::new().unwrap();
        let file = folder.path().join("flat.png");
        let flat = Picture::new(16, 16, PixelFormat::Rgb8, vec![100; 768]);
        fs::write(&file, write_picture(&flat, OutputFormat::Png).unwrap()).unwrap();
        let picture = PictureRecord { name: "flat".to_owned(), location: utf8(&file) };
        let gone = PictureRecord { name: "gone".to_owned(), location: "no/such/file.png".to_owned() };
        let record = Record {
            schema: String::new(),
            runs: Vec::new(),
            codecs: Vec::new(),
            metrics: Vec::new(),
            pictures: vec![picture, gone],
            problems: Vec::new(),
        };
        (folder, record)
    }

    fn point(image: &str) -> Point {
        Point {
            codec: "b".to_owned(),
            image: image.to_owned(),
            q: 5.0,
            bytes: Some(768),
            bpp: 24.0,
            scores: [("ssim2".to_owned(), 70.0)].into(),
            enc_s: None,
            dec_s: None,
            size: Some([16, 16]),
            extra: Vec::new(),
        }
    }

    #[test]
    fn each_generation_begins_with_the_last_and_results_are_kept() {
        let (folder, record) = flat();
        let codec = Arc::new(Brighter::default());
        let laboratory = Laboratory::of(&record, vec![("b".to_owned(), codec.clone())]);
        let points = [point("flat"), point("gone")];
        let measured = by_codec(&points);
        let measure = |count| measure(&laboratory, &measured, count, Some(folder.path()), true).unwrap();
        let made = measure(3);
        assert_eq!((made.pictures.as_slice(), made.notes.len()), (&["flat".to_owned()][..], 1), "{:?}", made.notes);
        assert!(made.notes[0].contains("gone"), "{}", made.notes[0]);
        // An error of n everywhere after n generations: 20 log10(255 / n).
        for (psnr, n) in made.codecs[0].psnr_y.iter().zip(1..) {
            let expected = 20.0 * (255.0 / f64::from(n)).log10();
            assert!((psnr - expected).abs() < 1e-9, "{psnr} is not {expected}");
        }
        assert_eq!((made.codecs[0].bytes.as_slice(), codec.encodes.load(Ordering::Relaxed)), (&[768.0; 3][..], 3));

        let again = measure(2);
        assert_eq!(codec.encodes.load(Ordering::Relaxed), 3, "the first two generations are known");
        assert!((again.codecs[0].psnr_y[1] - made.codecs[0].psnr_y[1]).abs() < 1e-5);
    }

    #[test]
    fn every_generation_is_kept_as_it_comes_and_a_chain_goes_on_in_its_middle() {
        let (folder, record) = flat();
        let codec = Arc::new(Brighter { folder: folder.path().to_owned(), ..Brighter::default() });
        let laboratory = Laboratory::of(&record, vec![("b".to_owned(), codec.clone())]);
        let points = [point("flat")];
        let measured = by_codec(&points);
        let measure = |count| measure(&laboratory, &measured, count, Some(folder.path()), true).unwrap();
        measure(3);
        // The header, and then a line more each time.
        assert_eq!(*codec.lines.lock().unwrap(), [1, 2, 3]);

        // As if stopped while the third was written, with scores that no picture gives, so that
        // they can be told from new ones.
        let file = folder.path().join(FILE);
        let rows = |edit: &dyn Fn(&mut Point)| {
            let mut points = read_unfinished(&file, &Metrics::built_in()).unwrap();
            points.iter_mut().for_each(edit);
            to_csv(&points)
        };
        let known = rows(&|p| {
            p.scores.insert("psnr_y".to_owned(), -7.0);
        });
        let cut = known.match_indices('\n').nth(2).unwrap().0 + 20;
        fs::write(&file, &known[..cut]).unwrap();
        let psnr = |made: &Generations| made.codecs[0].psnr_y.clone();
        let expected = 20.0 * (255.0f64 / 3.0).log10();
        let after = psnr(&measure(3));
        assert_eq!(after[..2], [-7.0; 2], "what was kept is not measured again");
        assert!((after[2] - expected).abs() < 1e-9, "{after:?}: the third begins with what the second gave");

        // An encoder that gives other streams than it did: what was kept does not fit.
        codec.more.store(1, Ordering::Relaxed);
        let after = psnr(&measure(4));
        assert!(after.iter().all(|v| *v > 0.0) && (after[2] - expected).abs() < 1e-9, "{after:?}");
        let made = read_unfinished(&file, &Metrics::built_in()).unwrap();
        assert_eq!(made.iter().map(|p| p.bytes).collect::<Vec<_>>(), [Some(769); 4]);
    }
}
