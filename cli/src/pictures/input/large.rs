//! Pictures that are too large to be in memory as a whole: their rows are read as they are needed, from the top on and as
//! often as somebody wants to. PNM files of bytes, whose pixels stay in the file, and PNG files, which stay packed.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use kvant::{ImageSpec, ImageViewMut, Limits, Metadata};
use png::Reader;

use super::{Inventory, Source, png as png_file, pnm};
use crate::error::{CliError, Result};
use crate::pictures::message::one_line;
use crate::pictures::read::{Warning, read_bytes};

/// Pixels from which on a picture is read row by row. Below, the time to read it several times is worth more.
pub(crate) const LARGE: u64 = 1 << 26;
/// Bytes at the front of a file that tell what it is.
const FRONT: u64 = 1 << 16;

/// A picture whose rows are read.
pub(crate) struct LargePicture {
    spec: ImageSpec<'static>,
    rows: Rows,
    /// Bytes of the file.
    pub(crate) bytes: u64,
    metadata: Metadata,
    warnings: Vec<Warning>,
}

/// Where rows come from.
enum Rows {
    /// A file, and where its pixels begin.
    Pnm(BufReader<File>, u64),
    /// A file, and what has read some rows of it.
    Png(Packed, Option<Box<PackedReader>>),
}

/// A PNG file in memory.
type Packed = Arc<[u8]>;
type PackedReader = Reader<Cursor<Packed>>;

impl LargePicture {
    /// The picture in the file at `path`, which errors call `name`; `None` where it is not of `least` pixels, or of a kind that is
    /// not read so: then it is read like all others, and what is wrong with it is told.
    pub(crate) fn open(name: &str, path: &Path, least: u64, limits: &Limits) -> Result<Option<Self>> {
        let Some((mut file, bytes)) = regular(path) else { return Ok(None) };
        let mut front = Vec::new();
        if file.by_ref().take(FRONT).read_to_end(&mut front).is_err() {
            return Ok(None);
        }
        let source = Source { name, data: &front, limits, partial: false };
        let mut found = Inventory::default();
        let is_large = |spec: &ImageSpec<'_>| u64::from(spec.width()) * u64::from(spec.height()) >= least;
        let (spec, rows) = if let Some((spec, start)) = pnm::binary(&source, bytes, &mut found) {
            (spec, Rows::Pnm(BufReader::new(file), start))
        } else if png_file::plain(&front).is_some_and(|spec| is_large(&spec)) {
            let data = read_bytes(path, limits)?;
            let source = Source { data: &data, ..source };
            match (png_file::plain(&data), png_file::packed(&source, &mut found)?) {
                (Some(spec), packed) if !packed.transparent => (spec, Rows::Png(packed.file.into(), None)),
                _ => return Ok(None),
            }
        } else {
            return Ok(None);
        };
        if !is_large(&spec) {
            return Ok(None);
        }
        source.check_dimensions((spec.width(), spec.height()))?;
        let (metadata, warnings) = found.finish(spec.format().has_colour(), limits.max_metadata);
        Ok(Some(Self { spec, rows, bytes, metadata, warnings }))
    }

    /// What the picture is.
    pub(crate) fn spec(&self) -> &ImageSpec<'static> {
        &self.spec
    }

    /// Takes out what the file says besides, and what of it is in neither.
    pub(crate) fn besides(&mut self) -> (Metadata, Vec<Warning>) {
        (std::mem::take(&mut self.metadata), std::mem::take(&mut self.warnings))
    }

    /// Reads the rows from row `first` on, which follow those that were read last or begin anew.
    pub(crate) fn read(&mut self, first: u32, out: &mut ImageViewMut<'_>) -> Result<()> {
        let fault = |text: String| CliError::Input(format!("the file is cut off or damaged: {text}"));
        match &mut self.rows {
            Rows::Pnm(file, start) => {
                let failed = |e: std::io::Error| fault(e.to_string());
                if first == 0 {
                    file.seek(SeekFrom::Start(*start)).map_err(failed)?;
                }
                (0..out.height()).try_for_each(|y| file.read_exact(out.row_mut(y))).map_err(failed)?;
            }
            Rows::Png(packed, reader) => {
                let failed = |e: png::DecodingError| fault(one_line(&e));
                if first == 0 {
                    *reader = None;
                }
                let reader = match reader {
                    Some(reader) => reader,
                    None => {
                        let decoder = png::Decoder::new(Cursor::new(packed.clone()));
                        reader.insert(Box::new(decoder.read_info().map_err(failed)?))
                    }
                };
                (0..out.height()).try_for_each(|y| reader.read_row(out.row_mut(y)).map(|_| ())).map_err(failed)?;
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

/// A file that can be read time and again, and its length.
fn regular(path: &Path) -> Option<(File, u64)> {
    let file = File::open(path).ok().filter(|_| path != Path::new("-"))?;
    let metadata = file.metadata().ok()?;
    metadata.is_file().then_some((file, metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use kvant::{Image, PixelFormat};

    use super::super::png::tests::{chunk, file};
    use super::*;
    use crate::output::TemporaryFolder;

    /// The picture in a file of these bytes, read row by row, twice.
    fn open(data: &[u8]) -> Option<(LargePicture, Image)> {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, data).unwrap();
        let mut large = LargePicture::open("a", &path, 1, &Limits::default()).unwrap()?;
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
        Some((large, image))
    }

    /// What the usual way reads.
    fn whole(data: &[u8]) -> (Image, Metadata, Vec<Warning>) {
        let source = Source { name: "a", data, limits: &Limits::default(), partial: false };
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
        ];
        for data in files {
            let (large, image) = open(&data).expect("of a kind that is read so");
            let (picture, metadata, warnings) = whole(&data);
            assert_eq!((image, &large.metadata, &large.warnings), (picture, &metadata, &warnings));
            assert_eq!(large.bytes, data.len() as u64);
        }
    }

    #[test]
    fn other_kinds_are_left_to_the_usual_way() {
        let others: [&[u8]; 7] = [
            b"",
            b"P5\n2 2\n255\nabc",
            b"P5\n2 2\n255\nabcde",
            b"P5\n2 2\n100\nabcd",
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
    fn damage_is_told() {
        let mut data = file(true, &[], &[]);
        let at = data.windows(4).position(|w| w == b"IDAT").unwrap();
        data[at + 9] ^= 0x55;
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, &data).unwrap();
        let mut large = LargePicture::open("a", &path, 1, &Limits::default()).unwrap().unwrap();
        let mut bytes = vec![0; 18];
        let error = large.read(0, &mut ImageViewMut::new(&mut bytes, 3, 2, 9, PixelFormat::Rgb8).unwrap()).unwrap_err();
        assert!(error.code() == 3 && error.to_string().contains("cut off or damaged"), "{error}");
    }
}
