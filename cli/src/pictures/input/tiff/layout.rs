//! How a picture's samples are stored, as its tags say: what is not read is refused here, by names
//! that people know.

use super::directory::{Directory, File};
use super::tags;

/// What the samples of a pixel are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Colours {
    Gray {
        /// The largest value is black.
        inverted: bool,
    },
    Rgb,
    /// Places in a table of this many entries, all red before all green before all blue.
    Palette(Vec<u16>),
    Cmyk,
    YCbCr {
        /// Weights of red, green and blue in luma.
        weights: [f64; 3],
        /// Black and white of each channel.
        range: [f64; 6],
    },
}

impl Colours {
    /// Samples of a pixel, without alpha.
    pub(super) fn channels(&self) -> usize {
        match self {
            Self::Gray { .. } | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr { .. } => 3,
            Self::Cmyk => 4,
        }
    }
}

/// The sample that says how opaque a pixel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alpha {
    /// Its place among the pixel's samples.
    pub(super) index: usize,
    /// The colours are multiplied by it.
    pub(super) premultiplied: bool,
}

/// How the bytes of a strip or tile are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Lzw,
    Deflate,
    PackBits,
    Group3,
    Group4,
    Jpeg,
}

/// What samples are stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    /// Themselves.
    None,
    /// Differences from the pixel on the left.
    Horizontal,
    /// The same of the bytes of floating point numbers, split by their significance.
    FloatingPoint,
}

/// How a picture's samples are stored.
#[derive(Debug)]
pub(super) struct SampleLayout {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits: u8,
    pub(super) floating: bool,
    /// Samples of a pixel, of which those beyond the colours and alpha are passed over.
    pub(super) samples: usize,
    pub(super) colours: Colours,
    pub(super) alpha: Option<Alpha>,
    /// Each sample has strips or tiles of its own.
    pub(super) planar: bool,
    pub(super) compression: Compression,
    pub(super) predictor: Predictor,
    /// Pixels that share their chroma, across and down.
    pub(super) subsampling: (u32, u32),
    pub(super) chunks: Chunks,
}

/// Strips or tiles: rectangles of pixels, each packed by itself.
#[derive(Debug)]
pub(super) struct Chunks {
    pub(super) tiled: bool,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Offset and bytes of each.
    pub(super) places: Vec<(u64, u64)>,
    /// The first bit of a byte is its lowest.
    pub(super) reversed: bool,
}

/// Width and height of the picture.
///
/// # Errors
/// Where nothing says them.
pub(super) fn size(directory: &Directory<'_>) -> Result<(u32, u32), String> {
    let side = |tag| match directory.number(tag)?.map(u32::try_from) {
        Some(Ok(side)) => Ok(side),
        _ => Err("damaged: the size of the picture is not there".to_owned()),
    };
    Ok((side(tags::IMAGE_WIDTH)?, side(tags::IMAGE_LENGTH)?))
}

impl SampleLayout {
    /// # Errors
    /// What is not supported, or damaged.
    pub(super) fn new(file: &File<'_>, directory: &Directory<'_>) -> Result<Self, String> {
        let (width, height) = size(directory)?;
        let samples = samples(directory)?;
        let bits = bits(directory)?;
        let compression = compression(directory)?;
        let colours = colours(directory, bits)?;
        let planar = directory.number_or(tags::PLANAR_CONFIGURATION, 1)? == 2 && samples > 1;
        let layout = Self {
            width,
            height,
            bits,
            floating: floating(directory, bits)?,
            samples,
            alpha: alpha(directory, &colours, samples)?,
            planar,
            compression,
            predictor: predictor(directory, compression)?,
            subsampling: subsampling(directory, &colours, compression)?,
            chunks: Chunks::new(file, directory, (width, height), if planar { samples } else { 1 })?,
            colours,
        };
        layout.check()?;
        Ok(layout)
    }

    /// Places of the samples that are kept, among those of a pixel.
    pub(super) fn kept(&self) -> Vec<usize> {
        (0..self.colours.channels()).chain(self.alpha.map(|alpha| alpha.index)).collect()
    }

    /// Samples of a pixel in one strip or tile.
    pub(super) fn samples_in_chunk(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Refuses what does not go together.
    fn check(&self) -> Result<(), String> {
        let whole_bytes = matches!(self.bits, 8 | 16 | 32 | 64) || (self.floating && self.bits == 24);
        let fits = match (&self.colours, self.predictor, self.compression) {
            (_, _, Compression::Group3 | Compression::Group4) if self.bits != 1 || self.samples_in_chunk() != 1 => {
                Err("fax compression of samples that are not of 1 bit")
            }
            (_, _, Compression::Jpeg) if self.bits != 8 => Err("JPEG compression of samples that are not of 8 bits"),
            (_, _, Compression::Jpeg) if !matches!(self.samples_in_chunk(), 1 | 3 | 4) => {
                Err("JPEG compression of pixels that have not 1, 3 or 4 samples")
            }
            (Colours::YCbCr { .. }, _, _) if self.bits != 8 => Err("YCbCr of samples that are not of 8 bits"),
            (Colours::Palette(_), _, _) if self.floating || self.bits > 16 => Err("a palette of that many entries"),
            (_, Predictor::Horizontal, _) if !whole_bytes || self.subsampling != (1, 1) => {
                Err("prediction of such samples")
            }
            (_, Predictor::FloatingPoint, _) if !self.floating => Err("prediction of such samples"),
            _ if self.subsampling != (1, 1) && (self.planar || self.samples != 3) => {
                Err("reduced chroma in planes, or with alpha")
            }
            _ => Ok(()),
        };
        fits.map_err(unsupported)
    }
}

fn unsupported(what: impl std::fmt::Display) -> String {
    format!("TIFF: {what} is not supported")
}

/// Samples of a pixel; the tag has 16 bits, though files may store it in more.
fn samples(directory: &Directory<'_>) -> Result<usize, String> {
    let samples = directory.number_or(tags::SAMPLES_PER_PIXEL, 1)?;
    match u16::try_from(samples) {
        Ok(samples) => Ok(samples.into()),
        Err(_) => Err(format!("damaged: pixels of {samples} samples, where {} are the most", u16::MAX)),
    }
}

/// Bits of a sample, of which all have as many.
fn bits(directory: &Directory<'_>) -> Result<u8, String> {
    let all = directory.numbers(tags::BITS_PER_SAMPLE)?;
    let first = all.first().copied().unwrap_or(1);
    if all.iter().any(|&bits| bits != first) {
        let list = all.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        return Err(unsupported(format!("a pixel of samples of different depths ({list} bits)")));
    }
    match u8::try_from(first) {
        Ok(bits @ (1..=32 | 64)) => Ok(bits),
        _ => Err(unsupported(format!("a depth of {first} bits a sample"))),
    }
}

/// Whether samples are floating point numbers.
fn floating(directory: &Directory<'_>, bits: u8) -> Result<bool, String> {
    let all = directory.numbers(tags::SAMPLE_FORMAT)?;
    let first = all.first().copied().unwrap_or(1);
    match first {
        _ if all.iter().any(|&format| format != first) => Err(unsupported("a pixel of samples of different kinds")),
        // 4 says that nobody knows.
        1 | 4 => Ok(false),
        2 => Err(unsupported("a picture of signed samples")),
        3 if matches!(bits, 16 | 24 | 32 | 64) => Ok(true),
        3 => Err(unsupported(format!("floating point of {bits} bits"))),
        _ => Err(unsupported("a picture of complex numbers")),
    }
}

fn compression(directory: &Directory<'_>) -> Result<Compression, String> {
    let number = directory.number_or(tags::COMPRESSION, 1)?;
    let name = match number {
        1 => return Ok(Compression::None),
        3 if directory.number_or(tags::T4_OPTIONS, 0)? & 3 == 0 => return Ok(Compression::Group3),
        4 if directory.number_or(tags::T6_OPTIONS, 0)? & 2 == 0 => return Ok(Compression::Group4),
        5 => return Ok(Compression::Lzw),
        7 => return Ok(Compression::Jpeg),
        8 | 32946 => return Ok(Compression::Deflate),
        32773 => return Ok(Compression::PackBits),
        2 | 32771 => "modified Huffman",
        3 => "two-dimensional Group 3 fax",
        4 => "Group 4 fax with uncompressed parts",
        6 => "old-style JPEG",
        9 | 10 | 34661 => "JBIG",
        32766 => "NeXT",
        32809 => "ThunderScan",
        32908 | 32909 => "Pixar",
        33003 | 33004 | 33005 | 34712 => "JPEG 2000",
        34676 | 34677 => "SGI LogLuv",
        34713 => "Nikon NEF",
        34887 => "LERC",
        34892 => "lossy JPEG of raw files",
        34925 => "LZMA",
        50000 => "Zstandard",
        50001 => "WebP",
        50002 | 52546 => "JPEG XL",
        _ => return Err(unsupported(format!("compression {number}"))),
    };
    Err(unsupported(format!("{name} compression")))
}

fn predictor(directory: &Directory<'_>, compression: Compression) -> Result<Predictor, String> {
    // With other compressions the tag means nothing.
    if !matches!(compression, Compression::Lzw | Compression::Deflate) {
        return Ok(Predictor::None);
    }
    match directory.number_or(tags::PREDICTOR, 1)? {
        1 => Ok(Predictor::None),
        2 => Ok(Predictor::Horizontal),
        3 => Ok(Predictor::FloatingPoint),
        other => Err(unsupported(format!("predictor {other}"))),
    }
}

fn colours(directory: &Directory<'_>, bits: u8) -> Result<Colours, String> {
    let number = directory.number(tags::PHOTOMETRIC)?;
    let number = number.ok_or("damaged: nothing says what the samples mean (PhotometricInterpretation)")?;
    let name = match number {
        0 | 1 => return Ok(Colours::Gray { inverted: number == 0 }),
        2 => return Ok(Colours::Rgb),
        3 => return palette(directory, bits),
        5 if directory.number_or(tags::INK_SET, 1)? == 1 => return Ok(Colours::Cmyk),
        6 => return Ok(ycbcr(directory)),
        4 => "a mask without its picture",
        5 => "a picture in other inks than CMYK",
        8 => "a picture in CIELab",
        9 => "a picture in ICCLab",
        10 => "a picture in ITULab",
        32803 => "raw camera data (a colour filter array)",
        34892 => "raw camera data (LinearRaw)",
        32844 => "a picture in LogL",
        32845 => "a picture in LogLuv",
        51177 => "a depth map",
        _ => return Err(unsupported(format!("a picture in colours of number {number}"))),
    };
    Err(unsupported(name))
}

fn palette(directory: &Directory<'_>, bits: u8) -> Result<Colours, String> {
    let map: Vec<_> = directory.numbers(tags::COLOR_MAP)?.iter().map(|&v| v as u16).collect();
    if bits <= 16 && map.len() < 3 << bits {
        return Err("damaged: the palette is too short".to_owned());
    }
    Ok(Colours::Palette(map))
}

/// By BT.601, and all values of a byte, where the file says nothing else.
fn ycbcr(directory: &Directory<'_>) -> Colours {
    let weights = directory.fractions(tags::YCBCR_COEFFICIENTS).and_then(|all| all.try_into().ok());
    let range = directory.fractions(tags::REFERENCE_BLACK_WHITE).and_then(|all| all.try_into().ok());
    Colours::YCbCr {
        weights: weights
            .filter(|w: &[f64; 3]| w.iter().all(|w| (0.0..1.0).contains(w)) && w[1] > 0.0)
            .unwrap_or([0.299, 0.587, 0.114]),
        range: range
            .filter(|r: &[f64; 6]| r.chunks(2).all(|r| r[1] > r[0]))
            .unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]),
    }
}

fn alpha(directory: &Directory<'_>, colours: &Colours, samples: usize) -> Result<Option<Alpha>, String> {
    let channels = colours.channels();
    if samples < channels {
        return Err(format!("damaged: pixels of {samples} samples, where their colours have {channels}"));
    }
    let extra = directory.numbers(tags::EXTRA_SAMPLES)?;
    // Writers that say nothing of a further sample mean alpha.
    if extra.is_empty() && samples > channels {
        return Ok(Some(Alpha { index: channels, premultiplied: false }));
    }
    let found = extra.iter().take(samples - channels).position(|&meaning| meaning == 1 || meaning == 2);
    Ok(found.map(|place| Alpha { index: channels + place, premultiplied: extra[place] == 1 }))
}

fn subsampling(directory: &Directory<'_>, colours: &Colours, compression: Compression) -> Result<(u32, u32), String> {
    // The JPEG data say it themselves.
    if !matches!(colours, Colours::YCbCr { .. }) || compression == Compression::Jpeg {
        return Ok((1, 1));
    }
    match directory.numbers(tags::YCBCR_SUBSAMPLING)?[..] {
        [] => Ok((2, 2)),
        [h @ (1 | 2 | 4), v @ (1 | 2 | 4)] => Ok((h as u32, v as u32)),
        _ => Err("damaged: the subsampling of chroma".to_owned()),
    }
}

impl Chunks {
    fn new(file: &File<'_>, directory: &Directory<'_>, size: (u32, u32), planes: usize) -> Result<Self, String> {
        let tiled = directory.has(tags::TILE_WIDTH);
        let (width, height) = match tiled {
            true => (directory.number_or(tags::TILE_WIDTH, 0)?, directory.number_or(tags::TILE_LENGTH, 0)?),
            // Files of one strip say that it has any number of rows.
            false => (size.0.into(), directory.number_or(tags::ROWS_PER_STRIP, u64::MAX)?.min(size.1.into())),
        };
        let (Ok(width @ 1..), Ok(height @ 1..)) = (u32::try_from(width), u32::try_from(height)) else {
            return Err("damaged: the size of strips or tiles".to_owned());
        };
        // Some writers keep tiles under the name of strips.
        let of = |tile, strip| directory.numbers(if directory.has(tile) { tile } else { strip });
        let offsets = of(tags::TILE_OFFSETS, tags::STRIP_OFFSETS)?;
        let mut bytes = of(tags::TILE_BYTE_COUNTS, tags::STRIP_BYTE_COUNTS)?;
        if bytes.is_empty() && offsets.len() == 1 {
            bytes.push((file.data.len() as u64).saturating_sub(offsets[0]));
        }
        let in_plane = u64::from(size.0.div_ceil(width)) * u64::from(size.1.div_ceil(height));
        let wanted = in_plane.saturating_mul(planes as u64);
        let there = offsets.len().min(bytes.len()) as u64;
        if there < wanted {
            return Err(format!("the file is cut off or damaged: {there} of {wanted} strips or tiles are there"));
        }
        let places = offsets.into_iter().zip(bytes).take(wanted as usize).collect();
        Ok(Self { tiled, width, height, places, reversed: directory.number_or(tags::FILL_ORDER, 1)? == 2 })
    }
}
