//! The page that sets pictures side by side.

use std::collections::BTreeMap;
use std::path::Path;

use askama::Template;
use serde::Serialize;

use crate::base::error::{CliError, Result};
use crate::base::output::write_file;

/// The name of the page in the gallery's folder.
pub(super) const FILE: &str = "index.html";

/// What both pages need: how panes look, and how they pan and zoom.
pub(super) const STYLE: &str = include_str!("../../../templates/gallery.css");
pub(super) const VIEWER: &str = include_str!("../../../templates/viewer.js");

/// All that there is to look at.
#[derive(Debug, Serialize)]
pub(super) struct Gallery {
    pub(super) codecs: Vec<String>,
    pub(super) levels: Vec<String>,
    pub(super) pictures: Vec<PictureView>,
    /// A line for each codec that does not run here, or is another version now.
    #[serde(skip)]
    pub(super) notes: Vec<String>,
}

/// An original and what codecs made of it.
#[derive(Debug, Serialize)]
pub(super) struct PictureView {
    pub(super) name: String,
    pub(super) w: u32,
    pub(super) h: u32,
    pub(super) file: String,
    pub(super) coded: Vec<CodedView>,
}

/// A picture by one codec at one level: places in the gallery's lists.
#[derive(Debug, Serialize)]
pub(super) struct CodedView {
    pub(super) level: usize,
    pub(super) codec: usize,
    pub(super) file: String,
    pub(super) q: f64,
    pub(super) bytes: u64,
    pub(super) bpp: f64,
    pub(super) scores: BTreeMap<String, f64>,
    /// Whether it is not at the level, which the codec does not reach.
    pub(super) off: bool,
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Page<'a> {
    style: &'a str,
    viewer: &'a str,
    script: &'a str,
    data: String,
    notes: &'a [String],
}

/// Writes the page into `folder`.
pub(super) fn write(gallery: &Gallery, folder: &Path) -> Result<()> {
    let script = include_str!("../../../templates/gallery.js");
    let page = Page { style: STYLE, viewer: VIEWER, script, data: json(gallery)?, notes: &gallery.notes };
    let html = page.render().map_err(|e| CliError::Run(format!("cannot write the gallery: {e}")))?;
    write_file(&folder.join(FILE), html.as_bytes(), true)
}

/// JSON for a page's script, which nothing in it can end.
pub(super) fn json(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(value).map_err(|e| CliError::Run(format!("cannot write JSON: {e}")))?;
    Ok(text.replace('<', "\\u003c"))
}
