//! Files that are written here, by the book and by formula, and what is read from them.

mod damage;
mod notes;
mod pages;
mod pixels;
mod writer;

use kvant::Metadata;

use self::writer::{Page, Spec, Value, Writer};
use super::tags;
use crate::pictures::picture::Picture;
use crate::pictures::{ReadOptions, read_picture};

/// What is read from a file, with the texts of all warnings.
fn read(data: &[u8]) -> Result<(Picture, Metadata, String), String> {
    let loaded = read_picture("x", data, &ReadOptions::default()).map_err(|e| e.to_string())?;
    let said: Vec<_> = loaded.warnings.into_iter().map(|warning| warning.text).collect();
    Ok((loaded.picture, loaded.metadata, said.join("; ")))
}

/// A little-endian file of one picture, read.
fn read_page(page: Page) -> Result<(Picture, Metadata, String), String> {
    read(&Writer::default().file(&[page]))
}

/// A small picture in gray.
fn gray() -> Spec {
    Spec { width: 19, height: 7, samples: 1, bits: 8, ..Spec::default() }
}

/// A small picture in red, green and blue.
fn rgb() -> Spec {
    Spec { samples: 3, photometric: 2, ..gray() }
}
