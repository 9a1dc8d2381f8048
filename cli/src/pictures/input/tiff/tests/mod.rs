//! Files that are written here, by the book and by formula, and what is read from them.

mod damage;
mod notes;
mod pages;
mod pixels;
mod writer;

use image::DynamicImage;
use kvant::{Limits, Metadata};

use self::writer::{Page, Spec, Value, Writer};
use super::super::{Inventory, Source};
use super::tags;

/// What is read from a file, with the texts of all warnings.
fn read(data: &[u8]) -> Result<(DynamicImage, Metadata, String), String> {
    let limits = Limits::default();
    let mut found = Inventory::default();
    let image = super::read(&Source { name: "x", data, limits: &limits }, &mut found).map_err(|e| e.to_string())?;
    let (metadata, warnings) = found.finish(image.color().has_color());
    let said: Vec<_> = warnings.into_iter().map(|warning| warning.text).collect();
    Ok((image, metadata, said.join("; ")))
}

/// A little-endian file of one picture, read.
fn read_page(page: Page) -> Result<(DynamicImage, Metadata, String), String> {
    read(&Writer::default().file(&[page]))
}

/// All samples of a picture of 8 or 16 bits.
fn samples(image: &DynamicImage) -> Vec<u16> {
    match image.as_bytes().len() == image.to_rgba8().len() / 4 * usize::from(image.color().channel_count()) {
        true => image.as_bytes().iter().map(|&v| v.into()).collect(),
        false => image.as_bytes().as_chunks().0.iter().map(|&v| u16::from_ne_bytes(v)).collect(),
    }
}

/// A small picture in gray.
fn gray() -> Spec {
    Spec { width: 19, height: 7, samples: 1, bits: 8, ..Spec::default() }
}

/// A small picture in red, green and blue.
fn rgb() -> Spec {
    Spec { samples: 3, photometric: 2, ..gray() }
}
