//! What codecs were run again for, in the words and figures of the page.

use super::data::Report;
use super::evidence::pieces::{CodedFigures, PictureCrops, WindowCrops};
use super::numbers::{kilobytes, percent};

/// One piece of a picture: the original, ours, and a peer.
pub(crate) struct CropView {
    /// The picture and what is to be seen.
    pub(crate) title: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) original: String,
    pub(crate) coded: Vec<CodedView>,
    /// Where it is, and what does not hold.
    pub(crate) note: String,
}

/// The piece as one codec left it.
pub(crate) struct CodedView {
    pub(crate) codec: String,
    pub(crate) caption: String,
    /// A PNG file in base64.
    pub(crate) png: String,
}

/// A row of the table of generations.
pub(crate) struct GenerationView {
    pub(crate) codec: String,
    /// After the first, the last, and the difference.
    pub(crate) ssim2: [String; 3],
    pub(crate) psnr_y: [String; 3],
    pub(crate) bytes: [String; 2],
}

/// The pieces, picture by picture.
pub(crate) fn crops(report: &Report) -> Vec<CropView> {
    let Some(crops) = &report.crops else {
        return Vec::new();
    };
    let peer = crops.peer.as_deref().unwrap_or_default();
    crops
        .pictures
        .iter()
        .flat_map(|p| p.windows.iter().enumerate().map(move |(i, w)| crop(report, peer, p, w, i)))
        .collect()
}

fn crop(report: &Report, peer: &str, picture: &PictureCrops, crop: &WindowCrops, index: usize) -> CropView {
    let image = &picture.image;
    let rate = report.images_by_rate().into_iter().find(|(i, _)| i == image).map(|(_, percent)| percent);
    let rate = rate.map_or(String::new(), |r| format!(" ({} %)", percent(r)));
    let title = match (&picture.peer, index) {
        (None, _) => format!("{image}: where the error is largest"),
        (Some(_), 0) => format!("{image}{rate}: where {} has more error than {peer}", report.codec),
        (Some(_), _) => format!("{image}{rate}: where {} has less error than {peer}", report.codec),
    };
    let ours = coded(&report.codec, &picture.ours, &crop.ours);
    let theirs = picture.peer.as_ref().map(|c| coded(peer, c, &crop.peer));
    let w = crop.window;
    let mut note = format!("{}x{} pixels from {}, {}, enlarged twice.", w.w, w.h, w.x, w.y);
    if !picture.equal_bytes {
        note += " The bytes could not be made equal.";
    }
    CropView {
        title,
        width: w.w,
        height: w.h,
        original: crop.original.clone(),
        coded: [Some(ours), theirs].into_iter().flatten().collect(),
        note,
    }
}

fn coded(codec: &str, coded: &CodedFigures, png: &str) -> CodedView {
    let mut caption = kilobytes(coded.bytes as f64);
    if let Some(ssim2) = coded.ssim2 {
        caption += &format!(", SSIMULACRA2 {ssim2:.1}");
    }
    if let Some(ba) = coded.ba_p3 {
        caption += &format!(", Butteraugli {ba:.2}");
    }
    CodedView { codec: codec.to_owned(), caption, png: png.to_owned() }
}

/// What became of quality and size from the first to the last generation.
pub(crate) fn generations(report: &Report) -> Vec<GenerationView> {
    let codecs = report.generations.as_ref().map_or(&[][..], |g| &g.codecs);
    codecs
        .iter()
        .filter_map(|c| {
            let ends = |values: &[f64]| Some((*values.first()?, *values.last()?));
            let score = |values: &[f64]| {
                let (first, last) = ends(values)?;
                let minus = |text: String| text.replace('-', "\u{2212}");
                Some([format!("{first:.1}"), format!("{last:.1}"), format!("{:+.1}", last - first)].map(minus))
            };
            let (first, last) = ends(&c.bytes)?;
            Some(GenerationView {
                codec: c.codec.clone(),
                ssim2: score(&c.ssim2)?,
                psnr_y: score(&c.psnr_y)?,
                bytes: [kilobytes(first), kilobytes(last)],
            })
        })
        .collect()
}
