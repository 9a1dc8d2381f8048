//! Files of formats whose rows are written one after the other, so that no picture need be whole:
//! PNG, and the portable formats PPM, PGM and PAM.

use std::borrow::Cow;
use std::io::{self, Write};

use kvant::{ImageView, Metadata, PixelFormat};
use png::chunk::ChunkType;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter, Info, Writer};

use super::embed;
use super::format::OutputFormat;
use super::picture::Picture;
use super::samples::samples;
use crate::base::output::Out;

/// Bytes of a piece of the pixels' data in a PNG file.
const PNG_PIECE: usize = 1 << 16;

/// A file to write: its format, which takes rows, and what its picture is, which is upright. Both
/// are fit for each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowFile<'a> {
    pub(crate) format: OutputFormat,
    /// Width and height in pixels.
    pub(crate) size: (u32, u32),
    pub(crate) pixel: PixelFormat,
    pub(crate) metadata: &'a Metadata,
}

/// A file of which some rows are written.
pub(crate) struct RowWriter<'a> {
    format: OutputFormat,
    out: &'a mut Out<'a>,
}

impl OutputFormat {
    /// Whether [`RowFile`] is for it.
    pub(crate) fn takes_rows(self) -> bool {
        matches!(self, Self::Png | Self::Ppm | Self::Pgm | Self::Pnm | Self::Pam)
    }
}

impl RowFile<'_> {
    /// Writes the file, of which `work` gives all rows.
    ///
    /// # Errors
    /// Those of `out`, and what `work` returns.
    pub(crate) fn write<E: From<io::Error>>(
        &self,
        out: &mut Out<'_>,
        work: impl FnOnce(&mut RowWriter<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let format = self.format;
        if format == OutputFormat::Png {
            let mut file = self.png(out).map_err(fault)?;
            let mut pixels = file.stream_writer_with_size(PNG_PIECE).map_err(fault)?;
            work(&mut RowWriter { format, out: &mut pixels })?;
            pixels.finish().map_err(fault)?;
            return Ok(file.finish().map_err(fault)?);
        }
        out.write_all(self.portable_header().as_bytes())?;
        work(&mut RowWriter { format, out })
    }

    /// The format of the pixels as they are stored.
    fn stored(&self) -> PixelFormat {
        let Self { format, pixel, .. } = self;
        PixelFormat::new(format.stores_colour(*pixel), pixel.has_alpha(), pixel.is_wide())
    }

    fn portable_header(&self) -> String {
        let ((width, height), stored) = (self.size, self.stored());
        let max = if stored.is_wide() { 65535 } else { 255 };
        if self.format == OutputFormat::Pam {
            let channels = stored.channels();
            let tuple_type = ["GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"][channels - 1];
            let size = format!("WIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\n");
            return format!("P7\n{size}MAXVAL {max}\nTUPLTYPE {tuple_type}\nENDHDR\n");
        }
        let magic = if stored.has_colour() { "P6" } else { "P5" };
        format!("{magic}\n{width} {height}\n{max}\n")
    }

    /// A PNG file up to its pixels.
    fn png<W: Write>(&self, out: W) -> Result<Writer<W>, EncodingError> {
        let mut info = Info::with_size(self.size.0, self.size.1);
        info.icc_profile = self.metadata.icc.clone().map(Cow::Owned);
        info.exif_metadata = self.metadata.exif.clone().map(Cow::Owned);
        let stored = self.stored();
        info.color_type = match (stored.has_colour(), stored.has_alpha()) {
            (false, false) => ColorType::Grayscale,
            (false, true) => ColorType::GrayscaleAlpha,
            (true, false) => ColorType::Rgb,
            (true, true) => ColorType::Rgba,
        };
        info.bit_depth = if stored.is_wide() { BitDepth::Sixteen } else { BitDepth::Eight };
        let mut encoder = Encoder::with_info(out, info)?;
        encoder.set_compression(Compression::Balanced);
        encoder.set_filter(Filter::Adaptive);
        let mut writer = encoder.write_header()?;
        for chunk in embed::png_chunks(self.metadata) {
            writer.write_chunk(ChunkType(chunk.kind()), chunk.contents())?;
        }
        Ok(writer)
    }
}

impl RowWriter<'_> {
    /// Writes the next rows, all of `rows`, which are as wide as the picture, have its pixel format
    /// and no alpha.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn write_view(&mut self, rows: &ImageView<'_>) -> io::Result<()> {
        let pixel = rows.format();
        if pixel.is_wide() || self.format.stores_colour(pixel) != pixel.has_colour() {
            return self.write(&Picture::of_rows(rows));
        }
        (0..rows.height()).try_for_each(|y| self.out.write_all(rows.row(y)))
    }

    /// The same of a picture.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn write(&mut self, rows: &Picture) -> io::Result<()> {
        let (mut bytes, colour_type) = samples(rows, self.format);
        let wide = colour_type.bits_per_pixel() / u16::from(colour_type.channel_count()) == 16;
        if wide && cfg!(target_endian = "little") {
            bytes.to_mut().as_chunks_mut::<2>().0.iter_mut().for_each(|sample| sample.reverse());
        }
        self.out.write_all(&bytes)
    }
}

fn fault(error: EncodingError) -> io::Error {
    match error {
        EncodingError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
