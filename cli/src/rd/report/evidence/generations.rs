//! Generation loss: a picture encoded, decoded, encoded again from what was decoded, and so on, as files are that pass
//! through many hands.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::{Laboratory, decode_like, kept, key, nearest};
use crate::error::Result;
use crate::output::write_file;
use crate::rd::corpus::spread;
use crate::rd::metrics::{Reference, Selection};
use crate::rd::points::{ByImage, KEY, Point, read_csv, to_csv};

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

/// Sends pictures spread over the set through each codec that runs here, `count` times; all of `folder`'s earlier
/// results that are the same are taken instead, and the new ones added.
///
/// # Errors
/// Where the results cannot be kept. What goes wrong with one codec or picture is a note.
pub(crate) fn measure(
    laboratory: &Laboratory<'_>,
    measured: &[(&str, ByImage<'_>)],
    count: u32,
    folder: Option<&Path>,
) -> Result<Generations> {
    let mut store = Store::open(folder);
    let mut notes = Vec::new();
    let names = measured.first().map_or(Vec::new(), |(_, images)| spread(images.keys().copied().collect(), PICTURES));
    let (mut pictures, mut jobs) = (Vec::new(), Vec::new());
    for name in &names {
        match laboratory.picture(name) {
            Ok(picture) => pictures.push((*name, picture)),
            Err(e) => notes.push(e),
        }
    }
    let ready = measured.iter().filter_map(|(name, images)| Some((*name, images, laboratory.codec(name)?)));
    for (codec_name, images, codec) in ready {
        for (image, picture) in &pictures {
            if let Some(start) = images.get(image).and_then(|points| nearest(points, START)) {
                jobs.push((codec_name, *image, codec, picture, start.q));
            }
        }
    }
    let chains: Vec<_> = jobs
        .par_iter()
        .map(|(name, image, codec, picture, q)| {
            let key = key(*codec, picture);
            let chain = Chain { codec: *codec, name, image, q: *q, key: &key };
            store.find(&chain, count).map_or_else(|| chain.run(picture, count), Ok)
        })
        .collect();
    let mut results: Vec<Vec<Point>> = Vec::new();
    for ((name, image, ..), chain) in jobs.iter().zip(chains) {
        match chain {
            Ok(points) => results.push(points),
            Err(e) => notes.push(format!("{name} on {image}: {e}")),
        }
    }
    store.add(&results)?;
    let pictures: Vec<String> = pictures.iter().map(|(name, _)| (*name).to_owned()).collect();
    let complete = |codec: &&str| results.iter().filter(|r| r[0].codec == **codec).count() == pictures.len();
    // A mean over fewer pictures would lie elsewhere for that alone.
    let codecs = measured
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !pictures.is_empty() && complete(name))
        .map(|name| CodecGenerations::new(name, &results, count))
        .collect();
    Ok(Generations { count, pictures, codecs, notes })
}

impl CodecGenerations {
    fn new(codec: &str, results: &[Vec<Point>], count: u32) -> Self {
        let chains: Vec<_> = results.iter().filter(|r| r[0].codec == codec).collect();
        let mean = |value: &dyn Fn(&Point) -> f64| -> Vec<f64> {
            let at = |i: usize| chains.iter().map(|chain| value(&chain[i])).sum::<f64>() / chains.len() as f64;
            (0..count as usize).map(at).collect()
        };
        Self {
            codec: codec.to_owned(),
            ssim2: mean(&|p| p.scores.ssim2.unwrap_or(f64::NAN)),
            psnr_y: mean(&|p| p.scores.psnr_y.unwrap_or(f64::NAN)),
            bytes: mean(&|p| p.bytes as f64),
        }
    }
}

/// One picture through one codec, again and again at the same quality.
struct Chain<'a> {
    codec: &'a dyn crate::rd::codecs::Codec,
    name: &'a str,
    image: &'a str,
    q: f64,
    key: &'a str,
}

impl Chain<'_> {
    fn run(&self, original: &crate::pictures::Picture, count: u32) -> std::result::Result<Vec<Point>, String> {
        let selection = Selection { ssim2: true, psnr: true, ..Selection::NONE };
        let reference = Reference::new(original, selection).map_err(|e| e.to_string())?;
        let mut picture = original.clone();
        let mut points = Vec::new();
        for generation in 1..=count {
            let in_generation = |e: String| format!("generation {generation}: {e}");
            let coded = self.codec.encode(&picture, self.q).map_err(|e| in_generation(e.to_string()))?;
            picture = decode_like(self.codec, &coded.stream, original).map_err(in_generation)?;
            let bytes = coded.stream.len() as u64;
            points.push(Point {
                codec: self.name.to_owned(),
                image: self.image.to_owned(),
                q: self.q,
                bytes,
                bpp: bytes as f64 * 8.0 / original.pixels() as f64,
                scores: reference.compare(&picture).map_err(|e| in_generation(e.to_string()))?,
                enc_s: None,
                dec_s: None,
                w: original.width(),
                h: original.height(),
                extra: vec![(GENERATION.to_owned(), generation.to_string()), (KEY.to_owned(), self.key.to_owned())],
            });
        }
        Ok(points)
    }
}

/// Earlier results.
struct Store<'a> {
    folder: Option<&'a Path>,
    /// By key, quality and generation.
    points: BTreeMap<(String, u64, u32), Point>,
}

impl<'a> Store<'a> {
    /// What cannot be read is made anew.
    fn open(folder: Option<&'a Path>) -> Self {
        let points = kept(folder, FILE).and_then(|path| read_csv(&path).ok()).unwrap_or_default();
        let mut store = Self { folder, points: BTreeMap::new() };
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

    /// All generations of a chain, under the name that it has now.
    fn find(&self, chain: &Chain<'_>, count: u32) -> Option<Vec<Point>> {
        let at = |generation| self.points.get(&(chain.key.to_owned(), chain.q.to_bits(), generation));
        let rename = |p: &Point| Point { codec: chain.name.to_owned(), image: chain.image.to_owned(), ..p.clone() };
        (1..=count).map(|generation| at(generation).map(rename)).collect()
    }

    fn add(&mut self, results: &[Vec<Point>]) -> Result<()> {
        let before = self.points.len();
        for points in results {
            self.insert(points);
        }
        match self.folder {
            Some(folder) if self.points.len() > before => {
                let points: Vec<_> = self.points.values().cloned().collect();
                write_file(&folder.join(FILE), to_csv(&points).as_bytes(), true)
            }
            _ => Ok(()),
        }
    }
}
