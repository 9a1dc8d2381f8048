//! Strips and tiles: unpacked, and their samples brought together to those of the picture.

use std::borrow::Cow;

use super::super::Inventory;
use super::super::source::SourceFile;
use super::compression::{self, UnpackFault};
use super::directory::{Directory, File, number};
use super::layout::{Chunks, Colours, Compression, Predictor, SampleLayout};
use super::{jpeg, tags};
use crate::base::error::Result;

/// The samples of all pixels, those of a pixel side by side: its colours, and alpha where it has
/// any.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Samples {
    /// Of up to 8 bits, not scaled.
    Bytes(Vec<u8>),
    /// Of 9 to 16 bits, not scaled.
    Words(Vec<u16>),
    /// Of 17 to 32 bits, not scaled; of 64 the upper half.
    Longs(Vec<u32>),
    Floats(Vec<f32>),
}

/// The part of the picture that a strip or tile holds.
struct ChunkArea {
    plane: usize,
    x: usize,
    y: usize,
    /// What of it lies within the picture.
    width: usize,
    height: usize,
}

/// Bytes of pixels that unpacking may take for each byte of the picture.
const MOST_FOR_A_BYTE: u64 = 64;

/// Where strips and tiles are read from.
struct Reader<'a> {
    source: &'a SourceFile<'a>,
    file: &'a File<'a>,
    layout: &'a SampleLayout,
    /// What JPEG data have in common.
    jpeg_tables: Option<&'a [u8]>,
}

/// All samples of a picture.
///
/// # Errors
/// Which strip or tile is not whole.
pub(super) fn read(
    source: &SourceFile<'_>,
    directory: &Directory<'_>,
    layout: &SampleLayout,
    found: &mut Inventory,
) -> Result<Samples> {
    let file = &File::new(source.data).ok_or_else(|| source.fault("not a TIFF"))?;
    let jpeg_tables = directory.entries.get(&tags::JPEG_TABLES).and_then(|entry| entry.bytes());
    let reader = Reader { source, file, layout, jpeg_tables };
    Ok(match (layout.bits, layout.floating) {
        (16, true) => Samples::Floats(reader.gather(|v| small_float(v, 5, 10), found)?),
        (24, true) => Samples::Floats(reader.gather(|v| small_float(v, 7, 16), found)?),
        (32, true) => Samples::Floats(reader.gather(|v| f32::from_bits(v as u32), found)?),
        (_, true) => Samples::Floats(reader.gather(|v| f64::from_bits(v) as f32, found)?),
        (..=8, false) => Samples::Bytes(reader.gather(|v| v as u8, found)?),
        (9..=16, false) => Samples::Words(reader.gather(|v| v as u16, found)?),
        (17..=32, false) => Samples::Longs(reader.gather(|v| v as u32, found)?),
        _ => Samples::Longs(reader.gather(|v| (v >> 32) as u32, found)?),
    })
}

/// The number that a sign, an exponent and a fraction of so many bits mean.
fn small_float(bits: u64, exponent_bits: u32, fraction_bits: u32) -> f32 {
    let largest = (1 << exponent_bits) - 1;
    let fraction = bits & ((1 << fraction_bits) - 1);
    let exponent = (bits >> fraction_bits & largest) as i32;
    let scale = |power: i32| f64::from(power - (largest / 2) as i32 - fraction_bits as i32).exp2();
    let size = match exponent {
        0 => fraction as f64 * scale(1),
        e if e == largest as i32 && fraction != 0 => f64::NAN,
        e if e == largest as i32 => f64::INFINITY,
        e => (fraction | 1 << fraction_bits) as f64 * scale(e),
    };
    let negative = bits >> (exponent_bits + fraction_bits) & 1 == 1;
    (if negative { -size } else { size }) as f32
}

impl SampleLayout {
    /// Bytes of a row of a strip or tile, unpacked.
    fn row_bytes(&self) -> u64 {
        let samples = u64::from(self.chunks.width).saturating_mul(self.samples_in_chunk() as u64);
        samples.saturating_mul(self.bits.into()).div_ceil(8)
    }

    /// Rows of a strip or tile that are unpacked, where so many lie within the picture: of JPEG
    /// data, all are.
    fn rows(&self, inside: u32) -> u32 {
        if self.compression == Compression::Jpeg && self.chunks.tiled { self.chunks.height } else { inside }
    }

    /// Bytes of the samples that are kept, as they are in memory.
    fn kept_bytes(&self) -> u64 {
        let sample = if self.floating { 4 } else { u64::from(self.bits.div_ceil(8).next_power_of_two().min(4)) };
        (u64::from(self.width) * u64::from(self.height)).saturating_mul(sample * self.kept().len() as u64)
    }

    /// Bytes that reading takes at once: all samples of the picture, and a strip or tile.
    pub(super) fn bytes(&self) -> u64 {
        let rows = self.rows(self.chunks.height.min(self.height));
        self.kept_bytes().saturating_add(self.row_bytes().saturating_mul(rows.into()))
    }

    /// Refuses strips and tiles that are far larger than the picture, or share most of their bytes:
    /// unpacking them all would take what no picture is worth.
    ///
    /// # Errors
    /// How much it would take.
    pub(super) fn check_work(&self, source: &SourceFile<'_>) -> Result<()> {
        let Chunks { width, height, ref places, .. } = self.chunks;
        let pieces = if self.chunks.tiled { "tiles" } else { "strips" };
        let (picture, file) = (self.kept_bytes(), source.data.len() as u64);
        let most = picture.saturating_mul(MOST_FOR_A_BYTE).max(source.limits.max_memory);
        let above = (self.height - 1) / height * height;
        let rows = u64::from(above) + u64::from(self.rows(self.height - above));
        let planes = if self.planar { self.kept().len() as u64 } else { 1 };
        let across = u64::from(self.width.div_ceil(width));
        let unpacked = self.row_bytes().saturating_mul(across * planes).saturating_mul(rows);
        if unpacked > most {
            let each = format!("{pieces} of {width}x{height} pixels of {} samples", self.samples_in_chunk());
            let text = format!("TIFF: {each} are not supported: {unpacked} bytes for a picture of {picture}");
            return Err(source.fault(text));
        }
        let packed = places.iter().fold(0, |sum: u64, &(_, length)| sum.saturating_add(length.min(file)));
        if packed > most.saturating_add(file) {
            return Err(source.fault(format!("damaged: {pieces} of {packed} bytes in a file of {file}")));
        }
        Ok(())
    }

    fn area(&self, index: usize) -> ChunkArea {
        let (width, height) = (self.width as usize, self.height as usize);
        let (across, down) = (self.chunks.width as usize, self.chunks.height as usize);
        let in_row = width.div_ceil(across);
        let in_plane = in_row * height.div_ceil(down);
        let (x, y) = (index % in_plane % in_row * across, index % in_plane / in_row * down);
        ChunkArea { plane: index / in_plane, x, y, width: across.min(width - x), height: down.min(height - y) }
    }

    /// Of the samples of a pixel that a strip or tile of this plane has, those that are kept: their
    /// places among all that are kept, and in the pixel.
    fn taken(&self, plane: usize) -> Vec<(usize, usize)> {
        let kept = self.kept().into_iter().enumerate();
        match self.planar {
            true => kept.filter(|&(_, sample)| sample == plane).map(|(slot, _)| (slot, 0)).collect(),
            false => kept.collect(),
        }
    }
}

impl Reader<'_> {
    /// The kept samples of all strips or tiles.
    fn gather<T: Copy + Default>(&self, convert: impl Fn(u64) -> T, found: &mut Inventory) -> Result<Vec<T>> {
        let layout = self.layout;
        let (row_bytes, stride) = (layout.row_bytes() as usize, layout.samples_in_chunk());
        let (width, channels) = (layout.width as usize, layout.kept().len());
        // Its samples are big endian as soon as prediction is undone.
        let big_endian = self.file.big_endian || layout.predictor == Predictor::FloatingPoint;
        let mut out = vec![T::default(); width * layout.height as usize * channels];
        let mut more = false;
        for index in 0..layout.chunks.places.len() {
            let area = layout.area(index);
            let taken = layout.taken(area.plane);
            if taken.is_empty() {
                continue;
            }
            let rows = self.rows(index, &area, &mut more)?;
            for (y, row) in rows.chunks_exact(row_bytes).take(area.height).enumerate() {
                let start = ((area.y + y) * width + area.x) * channels;
                let line = &mut out[start..start + area.width * channels];
                // All that is stored is kept.
                if layout.bits == 8 && stride == channels {
                    line.iter_mut().zip(row).for_each(|(to, &from)| *to = convert(from.into()));
                    continue;
                }
                let values = Values { row, bits: layout.bits.into(), big_endian };
                for (x, pixel) in line.chunks_exact_mut(channels).enumerate() {
                    for &(slot, sample) in &taken {
                        pixel[slot] = convert(values.get(x * stride + sample));
                    }
                }
            }
        }
        if more {
            found.warn("damaged", "bytes of coded pixels are left over: the picture may be damaged");
        }
        Ok(out)
    }

    /// What errors call a strip or tile.
    fn name(&self, index: usize) -> String {
        let piece = if self.layout.chunks.tiled { "tile" } else { "strip" };
        format!("{piece} {} of {}", index + 1, self.layout.chunks.places.len())
    }

    /// Rows of a strip or tile, those within the picture at least, without prediction; none of its
    /// chroma is reduced. `more` becomes true where JPEG data go on behind them.
    fn rows(&self, index: usize, area: &ChunkArea, more: &mut bool) -> Result<Vec<u8>> {
        let layout = self.layout;
        let (at, length) = layout.chunks.places[index];
        let cut = || self.source.fault(format!("the file is cut off: {} is not whole", self.name(index)));
        let packed = self.file.bytes(at, length).filter(|packed| !packed.is_empty()).ok_or_else(cut)?;
        let told = |fault| match fault {
            UnpackFault::Short => cut(),
            UnpackFault::Damaged(how) => self.source.fault(format!("{} is damaged: {how}", self.name(index))),
        };
        if layout.compression == Compression::Jpeg {
            let name = format!("{}: {}", self.source.name, self.name(index));
            let (width, height, samples) = (layout.chunks.width, layout.chunks.height, layout.samples_in_chunk());
            let size = jpeg::Size { width, height, rows: layout.rows(area.height as u32) as usize, samples };
            let source = SourceFile { name: &name, data: packed, ..*self.source };
            return jpeg::rows(&source, self.jpeg_tables, &size, more);
        }
        let packed = match layout.chunks.reversed {
            true => Cow::Owned(packed.iter().map(|byte| byte.reverse_bits()).collect()),
            false => Cow::Borrowed(packed),
        };
        let width = layout.chunks.width as usize;
        let (h, v) = (layout.subsampling.0 as usize, layout.subsampling.1 as usize);
        let reduced = matches!(layout.colours, Colours::YCbCr { .. }) && (h, v) != (1, 1);
        let bytes = match reduced {
            true => width.div_ceil(h) * area.height.div_ceil(v) * (h * v + 2),
            false => layout.row_bytes() as usize * area.height,
        };
        let mut rows = vec![0; bytes];
        compression::unpack(layout.compression, &packed, layout.chunks.width, &mut rows).map_err(told)?;
        if reduced {
            return Ok(full_chroma(&rows, (width, area.height), (h, v)));
        }
        let (stride, size) = (layout.samples_in_chunk(), usize::from(layout.bits / 8));
        for row in rows.chunks_exact_mut(layout.row_bytes() as usize) {
            match layout.predictor {
                Predictor::None => {}
                Predictor::Horizontal => sum_horizontally(row, size, stride, self.file.big_endian),
                Predictor::FloatingPoint => join_floats(row, size, stride),
            }
        }
        Ok(rows)
    }
}

/// Samples of a row.
struct Values<'a> {
    row: &'a [u8],
    bits: usize,
    big_endian: bool,
}

impl Values<'_> {
    fn get(&self, index: usize) -> u64 {
        let (start, end) = (index * self.bits, (index + 1) * self.bits);
        match self.bits {
            8 => self.row[start / 8].into(),
            16 => {
                let pair = [self.row[start / 8], self.row[start / 8 + 1]];
                (if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }).into()
            }
            24 | 32 | 64 => number(&self.row[start / 8..end / 8], self.big_endian),
            // Packed from the highest bit of each byte on, in files of either byte order.
            _ => {
                let bytes = number(&self.row[start / 8..end.div_ceil(8)], true);
                bytes >> (end.next_multiple_of(8) - end) & ((1 << self.bits) - 1)
            }
        }
    }
}

/// Undoes differences of numbers of `size` bytes from those `stride` before them.
fn sum_horizontally(row: &mut [u8], size: usize, stride: usize, big_endian: bool) {
    if size == 1 {
        for i in stride..row.len() {
            row[i] = row[i].wrapping_add(row[i - stride]);
        }
        return;
    }
    for at in (stride * size..row.len()).step_by(size) {
        let before = number(&row[at - stride * size..][..size], big_endian);
        let sum = number(&row[at..][..size], big_endian).wrapping_add(before);
        match big_endian {
            true => row[at..][..size].copy_from_slice(&sum.to_be_bytes()[8 - size..]),
            false => row[at..][..size].copy_from_slice(&sum.to_le_bytes()[..size]),
        }
    }
}

/// Undoes differences of bytes, and joins the bytes of each number, which lie apart: the highest of
/// all first.
fn join_floats(row: &mut [u8], size: usize, stride: usize) {
    sum_horizontally(row, 1, stride, true);
    let (apart, count) = (row.to_vec(), row.len() / size);
    for (i, number) in row.chunks_exact_mut(size).enumerate() {
        number.iter_mut().enumerate().for_each(|(k, byte)| *byte = apart[k * count + i]);
    }
}

/// Rows of luma and both chroma, from blocks of luma that share theirs.
fn full_chroma(blocks: &[u8], (width, height): (usize, usize), (h, v): (usize, usize)) -> Vec<u8> {
    let (across, size) = (width.div_ceil(h), h * v + 2);
    let pixel = |x: usize, y: usize| {
        let block = &blocks[(y / v * across + x / h) * size..][..size];
        [block[y % v * h + x % h], block[h * v], block[h * v + 1]]
    };
    (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect()
}
