//! Pictures that are too large to be in memory as a whole: their rows are read as they are needed,
//! from the top on and as often as somebody wants to. PNM files of bytes, whose pixels stay in the
//! file, and PNG files, which stay packed.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use kvant::{ImageSpec, ImageViewMut, Limits, Metadata};
use png::{Decoder, DecodingError, Reader};

use super::png::{PixelFile, pixel_file, plain};
use super::source::SourceFile;
use super::{Inventory, pnm};
use crate::base::error::{CliError, Result};
use crate::base::warning::Warning;
use crate::pictures::message::one_line;
use crate::pictures::read::read_bytes;

/// Pixels from which on a picture is read row by row. Below, the time to read it several times is
/// worth more.
pub(crate) const LARGE: u64 = 1 << 26;
/// Bytes that one of deflate's can stand for, rounded up: a smaller file has fewer pixels than that
/// times its bytes.
const PACKED: u64 = 1040;
/// Bytes at the front of a file that tell what it is.
const FRONT: u64 = 1 << 16;

/// A picture whose rows are read.
pub(crate) struct LargePicture {
    spec: ImageSpec<'static>,
    /// Bytes of the file.
    pub(crate) bytes: u64,
    rows: Rows,
}

/// Where rows come from.
enum Rows {
    /// A file, and where its pixels begin.
    Pnm(BufReader<File>, u64),
    Png(PngRows),
}

/// The rows of a PNG file.
struct PngRows {
    file: PngFile,
    /// For the decoder's own memory.
    limit: usize,
    /// What has read some rows.
    reader: Option<Box<Reader<Cursor<PngFile>>>>,
}

/// A PNG file in memory.
#[derive(Clone)]
struct PngFile(Arc<Vec<u8>>);

impl AsRef<[u8]> for PngFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl LargePicture {
    /// The picture in the file at `path`, which errors call `name`, what the file says besides, and
    /// what of it is in neither; `None` where it is not of `least` pixels, or of a kind that is not
    /// read so: then it is read like all others, and what is wrong with it is told.
    pub(crate) fn open(
        name: &str,
        path: &Path,
        least: u64,
        limits: &Limits,
    ) -> Result<Option<(Self, Metadata, Vec<Warning>)>> {
        let Some((mut file, bytes)) = regular(path, least / PACKED) else { return Ok(None) };
        let mut front = Vec::new();
        if file.by_ref().take(FRONT).read_to_end(&mut front).is_err() {
            return Ok(None);
        }
        let source = SourceFile { name, data: &front, limits, partial: false };
        let mut found = Inventory::default();
        let is_large = |spec: &ImageSpec<'_>| spec.pixels() >= least;
        let picture = if let Some((spec, start)) = pnm::binary(&front, bytes, &mut found) {
            Self { spec, bytes, rows: Rows::Pnm(BufReader::new(file), start) }
        } else if plain(&front).is_some_and(|spec| is_large(&spec)) {
            let data = read_bytes(path, limits)?;
            let (spec, bytes, source) = (plain(&data), data.len() as u64, SourceFile { data: &data, ..source });
            let PixelFile { file, transparent } = pixel_file(&source, &mut found)?;
            let Some(spec) = spec.filter(|_| !transparent) else { return Ok(None) };
            let limit = usize::try_from(limits.max_memory).unwrap_or(usize::MAX);
            Self { spec, bytes, rows: Rows::Png(PngRows { file: PngFile(file.into()), limit, reader: None }) }
        } else {
            return Ok(None);
        };
        if !is_large(&picture.spec) {
            return Ok(None);
        }
        source.check_dimensions((picture.spec.width(), picture.spec.height()))?;
        let (metadata, warnings) = found.finish(picture.spec.format().has_colour(), limits.max_metadata);
        Ok(Some((picture, metadata, warnings)))
    }

    /// What the picture is.
    pub(crate) fn spec(&self) -> &ImageSpec<'static> {
        &self.spec
    }

    /// Reads the rows from row `first` on, which follow those that were read last or begin anew.
    pub(crate) fn read(&mut self, first: u32, out: &mut ImageViewMut<'_>) -> Result<()> {
        match &mut self.rows {
            Rows::Pnm(file, start) => read_pnm(file, (first == 0).then_some(*start), out).map_err(|e| not_read(&e))?,
            Rows::Png(rows) => {
                let last = first + out.height() == self.spec.height();
                rows.read(first, out, last).map_err(|e| not_decoded(&e))?;
            }
        }
        if self.spec.format().is_wide() {
            for y in 0..out.height() {
                let samples = out.row_mut(y).as_chunks_mut().0.iter_mut();
                samples.for_each(|sample| *sample = u16::from_be_bytes(*sample).to_ne_bytes());
            }
        }
        Ok(())
    }
}

impl PngRows {
    /// Reads rows; behind the `last` ones what checks them.
    fn read(&mut self, first: u32, out: &mut ImageViewMut<'_>, last: bool) -> std::result::Result<(), DecodingError> {
        if first == 0 {
            self.reader = None;
        }
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => {
                let limits = png::Limits { bytes: self.limit };
                let decoder = Decoder::new_with_limits(Cursor::new(self.file.clone()), limits);
                none.insert(Box::new(decoder.read_info()?))
            }
        };
        for y in 0..out.height() {
            reader.read_row(out.row_mut(y))?;
        }
        if last {
            reader.read_row(&mut [])?;
        }
        Ok(())
    }
}

/// Reads rows of a PNM file, from a `start` where there is one, else from where it is.
fn read_pnm(file: &mut BufReader<File>, start: Option<u64>, out: &mut ImageViewMut<'_>) -> io::Result<()> {
    if let Some(start) = start {
        file.seek(SeekFrom::Start(start))?;
    }
    (0..out.height()).try_for_each(|y| file.read_exact(out.row_mut(y)))
}

fn not_read(error: &io::Error) -> CliError {
    CliError::Input(match error.kind() {
        ErrorKind::UnexpectedEof => "the file is cut off".to_owned(),
        _ => format!("cannot read: {error}"),
    })
}

fn not_decoded(error: &DecodingError) -> CliError {
    let text = format!("the file is cut off or damaged: {}", one_line(error));
    match error {
        DecodingError::LimitsExceeded => CliError::Limit(text + " (--max-mem)"),
        _ => CliError::Input(text),
    }
}

/// A file of `least` bytes or more that can be read time and again, and its length. Others, pipes
/// among them, are not touched.
fn regular(path: &Path, least: u64) -> Option<(File, u64)> {
    let found = fs::metadata(path).ok().filter(|found| found.is_file() && path != Path::new("-"))?;
    let length = Some(found.len()).filter(|&length| length >= least)?;
    Some((File::open(path).ok()?, length))
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder as _};
    use kvant::{Image, PixelFormat};

    use super::super::png::tests::{chunk, file};
    use super::*;
    use crate::base::output::TemporaryFolder;

    /// The picture in a file of these bytes, read row by row, twice.
    fn open(data: &[u8]) -> Option<(Image, Metadata, Vec<Warning>)> {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, data).unwrap();
        let (mut large, metadata, warnings) = LargePicture::open("a", &path, 1, &Limits::default()).unwrap()?;
        assert_eq!(large.bytes, data.len() as u64);
        let spec = *large.spec();
        let mut image = Image::with_depth(spec.width(), spec.height(), spec.format(), spec.depth()).unwrap();
        for _ in 0..2 {
            for y in 0..spec.height() {
                let row = spec.width() as usize * spec.format().bytes_per_pixel();
                let mut bytes = vec![0; row];
                large
                    .read(y, &mut ImageViewMut::new(&mut bytes, spec.width(), 1, row, spec.format()).unwrap())
                    .unwrap();
                image.view_mut().row_mut(y).copy_from_slice(&bytes);
            }
        }
        Some((image, metadata, warnings))
    }

    /// Gray of 16 bits.
    fn wide_png() -> Vec<u8> {
        let mut file = Vec::new();
        let pixels: Vec<u8> = (0..40).collect();
        image::codecs::png::PngEncoder::new(&mut file).write_image(&pixels, 4, 5, ExtendedColorType::L16).unwrap();
        file
    }

    /// What the usual way reads.
    fn whole(data: &[u8]) -> (Image, Metadata, Vec<Warning>) {
        let source = SourceFile { name: "a", data, limits: &Limits::default(), partial: false };
        let (picture, metadata, warnings) = super::super::read(&source).unwrap();
        let (w, h, format) = (picture.width(), picture.height(), picture.format());
        (Image::from_data(picture.data().to_vec(), w, h, format, picture.depth()).unwrap(), metadata, warnings)
    }

    #[test]
    fn rows_are_those_of_the_whole_picture_and_so_is_all_else() {
        let pnm = |head: &str, pixels: &[u8]| [head.as_bytes(), pixels].concat();
        let text = chunk(b"tEXt", b"Title\0a cat");
        let files = [
            pnm("P5\n# by hand\n2 3\n255\n", b"abcdef"),
            pnm("P6 1 2 255\n", b"abcdef"),
            pnm("P5\n2 2\n65535\n", b"abcdefgh"),
            pnm("P6\n1 1\n65535\n", b"abcdef"),
            file(true, &text, &[]),
            file(false, &[], &text),
            [&file(true, &[], &text)[..], b"more"].concat(),
            wide_png(),
        ];
        for data in files {
            assert_eq!(open(&data).expect("of a kind that is read so"), whole(&data));
        }
    }

    #[test]
    fn other_kinds_are_left_to_the_usual_way() {
        let others: [&[u8]; 9] = [
            b"",
            b"P5\n2 2\n255\nabc",
            b"P5\n2 2\n255\nabcde",
            b"P5\n2 2\n100\nabcd",
            b"P5\n2 2\n255xabcd",
            b"P5\n2 2\n255#abcd",
            b"P4\n8 1\na",
            b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\na",
            b"not a picture",
        ];
        assert!(others.into_iter().all(|data| open(data).is_none()));
        assert!(open(&file(true, &chunk(b"tRNS", &[0, 1, 0, 2, 0, 3]), &[])).is_none());
    }

    #[test]
    fn small_pictures_are_too() {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("a");
        for data in [b"P5 2 2 255\nabcd".to_vec(), file(true, &[], &[])] {
            fs::write(&path, data).unwrap();
            assert!(LargePicture::open("a", &path, 7, &Limits::default()).unwrap().is_none());
        }
    }

    #[test]
    fn damage_is_told_wherever_it_is() {
        let whole = file(true, &[], &[]);
        let at = whole.windows(4).position(|w| w == b"IDAT").unwrap();
        let length = u32::from_be_bytes(*whole[at - 4..].first_chunk().unwrap()) as usize;
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("a");
        // The packed rows, and the checksum behind them.
        for byte in [9, 4 + length + 1] {
            let mut data = whole.clone();
            data[at + byte] ^= 0x55;
            fs::write(&path, &data).unwrap();
            let (mut large, ..) = LargePicture::open("a", &path, 1, &Limits::default()).unwrap().unwrap();
            let mut bytes = vec![0; 18];
            let mut rows = ImageViewMut::new(&mut bytes, 3, 2, 9, PixelFormat::Rgb8).unwrap();
            let error = large.read(0, &mut rows).unwrap_err();
            assert!(error.code() == 3 && error.to_string().contains("cut off or damaged"), "{byte}: {error}");
        }
    }
}
