//! Pictures on their way to others: rows without gaps for libraries, files for programs.

use std::borrow::Cow;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use serde::Deserialize;

use crate::base::error::{CliError, Result};
use crate::pictures::{OutputFormat, Picture, write_picture};

/// A format in which programs get pictures or give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Exchange {
    #[default]
    Png,
    Ppm,
}

impl Exchange {
    /// The extension of its files.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Ppm => "ppm",
        }
    }
}

impl From<Exchange> for OutputFormat {
    fn from(exchange: Exchange) -> Self {
        match exchange {
            Exchange::Png => Self::Png,
            Exchange::Ppm => Self::Ppm,
        }
    }
}

/// The picture as a file for programs to read, quickly written.
pub(crate) fn exchange_file(picture: &Picture, format: Exchange) -> Result<Vec<u8>> {
    if format == Exchange::Ppm {
        return write_picture(picture, OutputFormat::Ppm);
    }
    let samples = Samples::of(picture);
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Sub)
        .write_image(&samples.data, samples.width, samples.height, samples.colour())
        .map_err(|e| CliError::Run(format!("cannot write png: {e}")))?;
    Ok(file)
}

/// A picture as others take it: rows without gaps.
pub(crate) struct Samples<'a> {
    pub(crate) data: Cow<'a, [u8]>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Two bytes a sample, in the order of the machine, else one.
    pub(crate) wide: bool,
    /// Alpha after the colour of each pixel.
    pub(crate) alpha: bool,
    /// One sample a pixel, else three: red, green, blue.
    pub(crate) gray: bool,
}

impl<'a> Samples<'a> {
    /// All of `picture`.
    pub(crate) fn of(picture: &'a Picture) -> Self {
        let format = picture.format();
        Self {
            data: picture.whole_bytes(),
            width: picture.width(),
            height: picture.height(),
            wide: format.is_wide(),
            alpha: format.has_alpha(),
            gray: !format.has_colour(),
        }
    }

    /// What PNG files call it.
    pub(crate) fn colour(&self) -> ExtendedColorType {
        match (self.gray, self.alpha, self.wide) {
            (true, false, false) => ExtendedColorType::L8,
            (true, false, true) => ExtendedColorType::L16,
            (true, true, false) => ExtendedColorType::La8,
            (true, true, true) => ExtendedColorType::La16,
            (false, false, false) => ExtendedColorType::Rgb8,
            (false, false, true) => ExtendedColorType::Rgb16,
            (false, true, false) => ExtendedColorType::Rgba8,
            (false, true, true) => ExtendedColorType::Rgba16,
        }
    }
}
