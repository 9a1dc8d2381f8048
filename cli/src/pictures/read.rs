//! Reading: any of the file formats ([`input`]), or `.kvt`, by their first bytes, to gray or RGB
//! with all bits.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use kvant::{DecodeError, Decoder, DecoderOptions, ImageInfo, Limits, Metadata};

use super::input;
use super::input::source::SourceFile;
use super::picture::Picture;
use crate::base::error::{CliError, Result, limit_option};
use crate::base::names::display_name;
use crate::base::warning::Warning;

/// How to read a picture.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReadOptions {
    /// What becomes of transparent pixels.
    pub(crate) transparency: Transparency,
    /// Whether what there is of a damaged file of another format is taken, with a warning of code
    /// [`PARTIAL`](crate::base::warning::PARTIAL).
    pub(crate) partial: bool,
    /// Options for `.kvt` input; their limits hold for every format.
    pub(crate) decoder: DecoderOptions,
}

/// What becomes of pixels that are not opaque. Alpha that is opaque everywhere is dropped in any
/// case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Transparency {
    /// The picture has alpha.
    #[default]
    Keep,
    /// They are laid over a colour.
    Over([u8; 3]),
}

/// A picture, and what its file said besides.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The pixels as they are stored.
    pub(crate) picture: Picture,
    /// What the file says besides: how the pixels are turned, among others.
    pub(crate) metadata: Metadata,
    /// What of the file is in neither.
    pub(crate) warnings: Vec<Warning>,
    /// The header, where the file is a `.kvt`.
    pub(crate) kvt: Option<ImageInfo>,
}

impl Loaded {
    /// The pixels turned as they are shown.
    pub(crate) fn upright(self) -> Result<Picture> {
        self.picture.upright(self.metadata.orientation)
    }
}

/// All bytes of a file, or of standard input for `-`; no more than the memory limit.
pub(crate) fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    read_until(path, limits.max_memory, |_| false)
}

/// Bytes that are read first, and then as many again as there are: few reads, and no more than
/// twice what is needed.
const FIRST_READ: u64 = 4096;

/// The first bytes of a `.kvt` file: up to the end of its preview and little more, or as many as
/// show that it has none.
pub(crate) fn read_front(path: &Path, options: DecoderOptions) -> Result<Vec<u8>> {
    read_until(path, options.limits.max_memory, |data| match Decoder::with_options(data, options) {
        Ok(decoder) => decoder.info().preview.is_some() || !matches!(decoder.preview(), Err(e) if is_cut(&e)),
        Err(e) => !is_cut(&e),
    })
}

fn is_cut(error: &DecodeError) -> bool {
    matches!(error, DecodeError::Truncated { .. })
}

/// The bytes of a file, or of standard input for `-`, until they are `enough` or all; no more than
/// `limit`.
fn read_until(path: &Path, limit: u64, enough: impl Fn(&[u8]) -> bool) -> Result<Vec<u8>> {
    let name = display_name(path);
    let failed = |e: io::Error| CliError::Input(format!("{name}: cannot read: {e}"));
    let mut source: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).map_err(failed)?),
    };
    let mut data = Vec::new();
    loop {
        let chunk = (data.len() as u64).max(FIRST_READ).min(limit.saturating_add(1) - data.len() as u64);
        let read = source.by_ref().take(chunk).read_to_end(&mut data).map_err(failed)?;
        if data.len() as u64 > limit {
            return Err(CliError::Limit(format!("{name}: more than the {limit} bytes that --max-mem allows")));
        }
        if data.is_empty() {
            return Err(CliError::Input(format!("{name}: the file is empty")));
        }
        if (read as u64) < chunk || enough(&data) {
            return Ok(data);
        }
    }
}

/// The picture in `data`; `name` is what errors call it.
pub(crate) fn read_picture(name: &str, data: &[u8], options: &ReadOptions) -> Result<Loaded> {
    match Decoder::with_options(data, options.decoder) {
        Ok(decoder) => {
            let metadata = decoder.metadata().map_err(|e| decode_error(name, &e))?;
            let picture = Picture::from(decoder.decode().map_err(|e| decode_error(name, &e))?).with_cicp(metadata.cicp);
            let picture = settle(picture, options.transparency);
            Ok(Loaded { picture, metadata, warnings: Vec::new(), kvt: Some(decoder.info().clone()) })
        }
        Err(DecodeError::NotKvant) => {
            let source = SourceFile { name, data, limits: &options.decoder.limits, partial: options.partial };
            let (picture, metadata, warnings) = input::read(&source)?;
            let picture = settle(picture.with_cicp(metadata.cicp), options.transparency);
            Ok(Loaded { picture, metadata, warnings, kvt: None })
        }
        Err(e) => Err(decode_error(name, &e)),
    }
}

/// The library's decode error as one line about `name`.
pub(crate) fn decode_error(name: &str, error: &DecodeError) -> CliError {
    let text = format!("{name}: {error}");
    match error {
        DecodeError::Limit { what, .. } => CliError::Limit(text + limit_option(what)),
        _ => CliError::Input(text),
    }
}

fn settle(picture: Picture, transparency: Transparency) -> Picture {
    match transparency {
        Transparency::Over(colour) => picture.over(colour).into_owned(),
        Transparency::Keep => picture,
    }
}

#[cfg(test)]
mod tests {
    use image::DynamicImage;
    use kvant::PixelFormat;

    use super::super::convert;
    use super::*;

    fn picture(pixels: DynamicImage, transparency: Transparency) -> Picture {
        settle(convert::from_dynamic("x", pixels).unwrap(), transparency)
    }

    #[test]
    fn full_opacity_is_dropped_and_real_alpha_is_kept_or_laid_over_a_colour() {
        let rgba =
            |alpha| DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(2, 1, image::Rgba([10, 20, 30, alpha])));
        let opaque = Picture::new(2, 1, PixelFormat::Rgb8, [10, 20, 30].repeat(2));
        assert_eq!(picture(rgba(255), Transparency::Keep), opaque);
        let clear = Picture::new(2, 1, PixelFormat::Rgba8, [10, 20, 30, 254].repeat(2));
        assert_eq!(picture(rgba(254), Transparency::Keep), clear);
        assert_eq!(picture(rgba(0), Transparency::Over([1, 2, 3])).to_rgb()[..3], [1, 2, 3]);
    }

    #[test]
    fn depth_and_gray_stay() {
        let pixels = DynamicImage::ImageLumaA16(image::ImageBuffer::from_pixel(1, 1, image::LumaA([1000, 7])));
        let found = picture(pixels, Transparency::Keep);
        assert_eq!((found.format(), found.depth()), (PixelFormat::GrayAlpha16, 16));
    }
}
