//! The pictures under names that tell nothing, with a list: what programs of subjective tests take.

use std::fs;
use std::path::Path;

use csv::Writer;
use sha2::{Digest as _, Sha256};

use super::page::{CodedView, Gallery, PictureView};
use crate::base::error::{CliError, Result};
use crate::base::output::write_file;

/// The folder within the gallery's, and the list in it.
const FOLDER: &str = "stimuli";
const LIST: &str = "stimuli.csv";
/// The scores in the list.
const SCORES: [&str; 5] = ["ssim2", "ba_p3", "ba_max", "psnr_y", "psnr_rgb"];

/// Writes the folder of stimuli into that of the gallery.
pub(super) fn write(gallery: &Gallery, folder: &Path) -> Result<()> {
    let place = folder.join(FOLDER);
    // An earlier one, which may have more of them: it is ours where the list is in it.
    if place.join(LIST).is_file() {
        fs::remove_dir_all(&place).map_err(|e| CliError::writing(&place, &e))?;
    }
    fs::create_dir_all(&place).map_err(|e| CliError::writing(&place, &e))?;
    let copy = |from: &str, to: &str| {
        let to = place.join(to);
        fs::copy(folder.join(from), &to).map(drop).map_err(|e| CliError::writing(&to, &e))
    };
    let mut rows: Vec<(&PictureView, String, &CodedView)> = Vec::new();
    for (i, picture) in gallery.pictures.iter().enumerate() {
        let reference = format!("reference{:04}.png", i + 1);
        copy(&picture.file, &reference)?;
        rows.extend(picture.coded.iter().map(|coded| (picture, reference.clone(), coded)));
    }
    rows.sort_by_cached_key(|(_, _, coded)| Sha256::digest(&coded.file));
    let mut list = Writer::from_writer(Vec::new());
    let header = ["stimulus", "reference", "image", "codec", "level", "q", "bytes", "bpp"];
    let fault = |e: csv::Error| CliError::Run(format!("cannot write {LIST}: {e}"));
    list.write_record(header.iter().chain(&SCORES)).map_err(fault)?;
    for (i, (picture, reference, coded)) in rows.into_iter().enumerate() {
        let stimulus = format!("stimulus{:04}.png", i + 1);
        copy(&coded.file, &stimulus)?;
        let mut row = vec![
            stimulus,
            reference,
            picture.name.clone(),
            gallery.codecs[coded.codec].clone(),
            gallery.levels[coded.level].clone(),
            coded.q.to_string(),
            coded.bytes.to_string(),
            format!("{:.6}", coded.bpp),
        ];
        row.extend(SCORES.map(|s| coded.scores.get(s).map_or(String::new(), |v| format!("{v:.6}"))));
        list.write_record(row).map_err(fault)?;
    }
    let text = list.into_inner().map_err(|e| CliError::Run(format!("cannot write {LIST}: {e}")))?;
    write_file(&place.join(LIST), &text, true)
}
