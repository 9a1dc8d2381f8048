//! What a gallery has made already: its picture files, and a line for each in `made.jsonl`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use kvant::Metadata;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::base::error::{CliError, Result};
use crate::base::hex::hex;
use crate::base::output::{Destination, WriteOptions};
use crate::pictures::{OutputFormat, Picture, write_file};

/// The name of the list in the folder.
const FILE: &str = "made.jsonl";

/// A picture of the gallery.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Made {
    key: String,
    /// The file, from the gallery's folder. Its name tells nothing of what is in it.
    pub(super) file: String,
    pub(super) q: f64,
    pub(super) bytes: u64,
    /// By the columns of result files.
    pub(super) scores: BTreeMap<String, f64>,
}

/// The folder, open for more.
pub(super) struct Store {
    folder: PathBuf,
    made: BTreeMap<String, Made>,
    list: Mutex<File>,
}

impl Store {
    /// Lines that cannot be read are of what is made anew.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| CliError::writing(folder, &e))?;
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Made>(line).ok());
        let made: BTreeMap<_, _> = lines.map(|made| (made.key.clone(), made)).collect();
        let mut list =
            File::options().append(true).create(true).open(&path).map_err(|e| CliError::writing(&path, &e))?;
        if !text.is_empty() && !text.ends_with('\n') {
            list.write_all(b"\n").map_err(|e| CliError::writing(&path, &e))?;
        }
        Ok(Self { folder: folder.to_owned(), made, list: Mutex::new(list) })
    }

    /// What was made under `key`, where its file is still there.
    pub(super) fn find(&self, key: &str) -> Option<Made> {
        self.made.get(key).filter(|made| self.folder.join(&made.file).is_file()).cloned()
    }

    /// Writes a picture, then its line.
    pub(super) fn add(
        &self,
        key: &str,
        picture: &Picture,
        (q, bytes): (f64, u64),
        scores: BTreeMap<String, f64>,
    ) -> Result<Made> {
        let name = &hex(&Sha256::digest(key))[..16];
        let file = format!("pictures/{name}.png");
        let metadata = Metadata::default().with_cicp(picture.cicp());
        let data = write_file(picture, &metadata, OutputFormat::Png)?;
        let options = WriteOptions { force: true, like: None };
        Destination::InFolder(self.folder.join(&file)).write(&data, options)?;
        // Six decimals, as in files of results: JSON gives those back as they were. An exact copy
        // has an infinite PSNR, which it does not have.
        let rounded = |v: f64| (v * 1e6).round() / 1e6;
        let scores = scores.into_iter().filter(|(_, v)| v.is_finite()).map(|(name, v)| (name, rounded(v))).collect();
        let made = Made { key: key.to_owned(), file, q: rounded(q), bytes, scores };
        let line = serde_json::to_string(&made).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.write_all((line + "\n").as_bytes()).map_err(|e| CliError::writing(&self.folder.join(FILE), &e))?;
        Ok(made)
    }
}
