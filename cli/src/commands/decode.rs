//! `kvant decode`.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use kvant::{
    DecodeError, Decoder, DecoderOptions, Image, ImageInfo, Metadata, Orientation, Partial, PixelFormat, Scale, Scaled,
};
use serde::Serialize;

use super::batch::{self, Amount, Split};
use crate::args::DecodeArgs;
use crate::args::values::Region;
use crate::base::error::{CliError, Result};
use crate::base::names::{display_name, shown};
use crate::base::output::{Destination, WriteFault, WriteOptions, Written};
use crate::base::warning::{PARTIAL, Warning};
use crate::commands::console::{Console, Ended, Output, human_bytes};
use crate::commands::conversions::{BatchPlan, Conversion};
use crate::pictures::{
    OutputFormat, Picture, RowFile, channels_name, decode_error, fit, fitted, is_foreign, is_kvt, lost, read_bytes,
    read_front, resized, resizing_bytes, to_srgb, write_file,
};

const SCHEMA: &str = "kvant.decode/1";

/// What JSON says of one file.
#[derive(Serialize)]
struct DecodeReport {
    #[serde(flatten)]
    output: Output,
    format: &'static str,
    width: u32,
    height: u32,
    depth: u8,
    channels: &'static str,
    bytes_in: u64,
    bytes_out: u64,
    seconds: f64,
    /// With `--scale`, and where `--fit` decodes a reduced picture: whether the pixels are those of the preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_preview: Option<bool>,
    warnings: Vec<Warning>,
}

impl DecodeReport {
    fn amount(&self) -> Amount {
        let pixels = u64::from(self.width) * u64::from(self.height);
        Amount { pixels, bytes_in: self.bytes_in, bytes_out: self.bytes_out }
    }

    /// What is said of a picture that is not whole.
    fn partial(&self) -> Option<&str> {
        self.warnings.iter().find(|w| w.code == PARTIAL).map(|w| w.text.as_str())
    }
}

/// Runs the command.
pub(crate) fn execute(args: &DecodeArgs) -> Result<()> {
    let (prefix, output) = match &args.output {
        Some(output) => split_prefix(output),
        None => (None, None),
    };
    let named = args.to.or(prefix);
    let plan = BatchPlan {
        batch: &args.batch,
        takes: is_kvt,
        output,
        extension: named.unwrap_or(OutputFormat::Png).extension(),
    };
    let conversions = plan.conversions(&args.inputs)?;
    let console = Console::for_conversions(SCHEMA, &args.console, &conversions)?;
    let mut options = args.limits.decoder(Split::new(args.batch.jobs, conversions.len()).threads)?;
    options.full_depth = args.depth.is_some();
    let work = FileDecoder { args, named, options, console: &console };
    let ended =
        batch::convert(&conversions, &args.batch, &console, DecodeReport::amount, |conversion| work.run(conversion))?;
    console.finish(&ended)?;
    let partial = |e: &Ended<DecodeReport>| Some(format!("{}: {}", display_name(&e.input), e.report()?.partial()?));
    let partial: Vec<String> = ended.iter().filter_map(partial).collect();
    if partial.is_empty() { Ok(()) } else { Err(CliError::Partial(partial.join("; "))) }
}

/// Takes the format off `png:-` or `ppm:file`.
fn split_prefix(output: &Path) -> (Option<OutputFormat>, Option<&Path>) {
    let split = output.to_str().and_then(|text| text.split_once(':'));
    match split.and_then(|(format, rest)| Some((OutputFormat::from_extension(format)?, rest))) {
        Some((format, rest)) => (Some(format), (!rest.is_empty()).then(|| Path::new(rest))),
        None => (None, Some(output)),
    }
}

/// The format that is named, else that of the extension, else PNG on standard output.
fn format_of(destination: &Destination, named: Option<OutputFormat>) -> Result<OutputFormat> {
    match (named, destination) {
        (Some(format), _) => Ok(format),
        (None, Destination::Stdout) => Ok(OutputFormat::Png),
        (None, Destination::File(path) | Destination::InFolder(path)) => OutputFormat::from_path(path),
    }
}

/// What is said of a file whose name says another format than it has.
fn misnamed(destination: &Destination, format: OutputFormat) -> Option<Warning> {
    let path = destination.path()?;
    let extension = path.extension()?.to_string_lossy();
    let named = OutputFormat::from_extension(&extension);
    let wrong = if named.is_some() { !named?.holds_same(format) } else { is_kvt(path) || is_foreign(path) };
    let text = format!("{} holds {}, which its name does not say", shown(path), format.extension());
    wrong.then_some(Warning { code: "name-mismatch", text })
}

/// What is the same for every file.
struct FileDecoder<'a> {
    args: &'a DecodeArgs,
    named: Option<OutputFormat>,
    options: DecoderOptions,
    console: &'a Console,
}

/// A picture as it is shown, what its file said besides, and how it came about.
struct ShownPicture {
    picture: Picture,
    metadata: Metadata,
    from_preview: Option<bool>,
    partial: Option<Warning>,
    seconds: f64,
}

/// A file to write.
struct OutputFile<'a> {
    /// That of the input.
    name: &'a str,
    format: OutputFormat,
    destination: &'a Destination,
    options: WriteOptions<'a>,
}

/// What was written, and how it came about.
struct WrittenFile {
    width: u32,
    height: u32,
    pixel: PixelFormat,
    seconds: f64,
    from_preview: Option<bool>,
    partial: Option<Warning>,
    written: Written,
    warnings: Vec<Warning>,
}

/// What ends a picture that is written row by row.
enum Halt {
    Decoding(DecodeError),
    Writing(io::Error),
}

impl From<DecodeError> for Halt {
    fn from(error: DecodeError) -> Self {
        Self::Decoding(error)
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

impl FileDecoder<'_> {
    fn run(&self, conversion: &Conversion) -> Result<DecodeReport> {
        let Conversion { input, destination } = conversion;
        let (name, force) = (display_name(input), self.args.batch.force);
        let format = format_of(destination, self.named)?;
        let like = batch::preserved(input, &self.args.batch)?;
        let whole = || read_bytes(input, &self.options.limits);
        let data = if self.args.preview { read_front(input, self.options)? } else { whole()? };
        let decoder = Decoder::with_options(&data, self.options).map_err(|e| decode_error(&name, &e))?;
        destination.check(force)?;
        let (width, height) = size(decoder.info(), self.args);
        let pixel = decoder.info().format;
        format.check_colour(pixel).map_err(|e| CliError::Run(format!("{name}: {e}")))?;
        let fits = format.check_size(width, height, pixel);
        fits.map_err(|e| CliError::Run(format!("{name}: {e}, and --crop, --scale and --fit take less of it")))?;
        let file =
            OutputFile { name: &name, format, destination, options: WriteOptions { force, like: like.as_ref() } };
        let done = match self.goes_by_rows(&decoder, format) {
            true => self.by_rows(&decoder, &file)?,
            false => self.whole(&decoder, &file)?,
        };
        let WrittenFile { width, height, pixel, seconds, from_preview, partial, written, mut warnings } = done;
        warnings.extend(misnamed(destination, format));
        warnings.extend(written.warning);
        for warning in &warnings {
            self.console.warn(&name, warning);
        }
        // That ends the command with a line of its own.
        warnings.extend(partial);
        let report = DecodeReport {
            output: destination.into(),
            format: format.extension(),
            width,
            height,
            depth: self.args.depth.unwrap_or(decoder.info().depth),
            channels: channels_name(pixel),
            bytes_in: data.len() as u64,
            bytes_out: written.bytes,
            seconds,
            from_preview,
            warnings,
        };
        self.tell(conversion, &report, decoder.info())?;
        Ok(report)
    }

    /// Whether the pixels go into the file as they are decoded: nothing is asked for that needs all
    /// of them, and no alpha may turn out to hide nothing.
    fn goes_by_rows(&self, decoder: &Decoder<'_>, format: OutputFormat) -> bool {
        let DecodeArgs { crop, scale, fit, preview, allow_partial, to_srgb, .. } = self.args;
        let asked = crop.is_some() || scale.is_some() || fit.is_some() || *preview || *allow_partial || *to_srgb;
        let info = decoder.info();
        format.takes_rows() && !asked && !info.format.has_alpha() && info.orientation == Orientation::Upright
    }

    /// Writes the picture row by row.
    fn by_rows(&self, decoder: &Decoder<'_>, file: &OutputFile<'_>) -> Result<WrittenFile> {
        let &OutputFile { name, format, destination, options } = file;
        let ImageInfo { width, height, format: pixel, .. } = *decoder.info();
        let metadata = metadata(decoder, self.args).map_err(|e| decode_error(name, &e))?;
        let warnings = lost(&metadata, pixel, format).into_iter().collect();
        let metadata =
            fitted(&metadata, (width, height), pixel, format).map_err(|e| CliError::Run(format!("{name}: {e}")))?;
        let whole = RowFile { format, size: (width, height), pixel, metadata: &metadata };
        let mut seconds = 0.0;
        let written = destination.write_by(options, |out| {
            let done = whole.write(out, |file| {
                let (start, mut writing) = (Instant::now(), Duration::ZERO);
                decoder.decode_rows(|_, rows| {
                    let start = Instant::now();
                    file.write_view(rows)?;
                    writing += start.elapsed();
                    Ok::<_, Halt>(())
                })?;
                seconds = (start.elapsed() - writing).as_secs_f64();
                Ok(())
            });
            done.map_err(|halt| match halt {
                Halt::Decoding(e) => WriteFault::Own(decode_error(name, &e)),
                Halt::Writing(e) => WriteFault::System(e),
            })
        })?;
        Ok(WrittenFile { width, height, pixel, seconds, from_preview: None, partial: None, written, warnings })
    }

    /// Writes what is asked for, whole.
    fn whole(&self, decoder: &Decoder<'_>, file: &OutputFile<'_>) -> Result<WrittenFile> {
        let &OutputFile { name, format, destination, options } = file;
        let ShownPicture { picture, metadata, from_preview, partial, seconds } = self.decode(name, decoder)?;
        let mut warnings: Vec<Warning> = lost(&metadata, picture.format(), format).into_iter().collect();
        if format.reduces(picture.depth()) {
            let text = format!("{}-bit samples are reduced to 8 bits", picture.depth());
            warnings.push(Warning { code: "depth-reduced", text });
        }
        let file = write_file(&picture, &metadata, format).map_err(|e| CliError::Run(format!("{name}: {e}")))?;
        let written = destination.write_by(options, |out| Ok(out.write_all(&file)?))?;
        let (width, height, pixel) = (picture.width(), picture.height(), picture.format());
        Ok(WrittenFile { width, height, pixel, seconds, from_preview, partial, written, warnings })
    }

    /// What is asked for of the picture.
    fn decode(&self, name: &str, decoder: &Decoder<'_>) -> Result<ShownPicture> {
        let start = Instant::now();
        let StoredPixels { image, from_preview, partial } = pixels(name, decoder, self.args)?;
        let picture = Picture::from(image);
        let seconds = start.elapsed().as_secs_f64();
        let mut metadata = metadata(decoder, self.args).map_err(|e| decode_error(name, &e))?;
        let upright = picture.upright(metadata.orientation);
        let mut picture = upright.map_err(|e| CliError::Run(format!("{name}: {e}")))?;
        if self.args.fit.is_some() {
            picture = self.resized(picture, decoder.info()).map_err(|e| decode_error(name, &e))?;
        }
        if self.args.to_srgb {
            picture = to_srgb(picture, &mut metadata).map_err(|e| CliError::Input(format!("{name}: {e}")))?;
        }
        if let Some(colour) = self.args.background {
            picture = picture.over(colour).into_owned();
        }
        Ok(ShownPicture { picture, metadata, from_preview, partial, seconds })
    }

    /// The picture in the size that is asked for.
    fn resized(&self, picture: Picture, info: &ImageInfo) -> std::result::Result<Picture, DecodeError> {
        let (width, height) = size(info, self.args);
        let (from, to) = ([picture.width(), picture.height()], [width, height]);
        let (value, limit) = (resizing_bytes(picture.format(), from, to), self.options.limits.max_memory);
        if from != to && value > limit {
            return Err(DecodeError::Limit { what: "memory bytes", value, limit });
        }
        Ok(resized(&picture, to).into_owned())
    }

    /// The lines for people.
    fn tell(&self, conversion: &Conversion, r: &DecodeReport, info: &ImageInfo) -> Result<()> {
        let (name, output) = (display_name(&conversion.input), shown(conversion.destination.name()));
        let (bytes_in, bytes_out) = (human_bytes(r.bytes_in), human_bytes(r.bytes_out));
        let pixels = format!("{}x{} {}{}", r.width, r.height, r.channels, r.depth);
        if self.console.brief() {
            return self.console.text(&format!("{name} -> {output}  {pixels}  {bytes_out}\n"));
        }
        let rate = f64::from(r.width) * f64::from(r.height) / 1e6 / r.seconds;
        let mut text = format!("{name}  {pixels}  {bytes_in}\n");
        text += &format!("  -> {output}  {bytes_out}  {:.3} s ({rate:.1} MP/s)\n", r.seconds);
        if r.from_preview == Some(true) {
            text += "     from the preview\n";
        }
        if self.console.verbose > 0 {
            text += &format!("     {}\n", super::info::details(info));
        }
        self.console.text(&text)
    }
}

/// Width and height of what is asked for, as it is shown.
fn size(info: &ImageInfo, args: &DecodeArgs) -> (u32, u32) {
    let scale = if args.preview { Some(Scale::Eighth) } else { args.scale };
    let side = |side| scale.map_or(side, |scale| scale.of(side));
    let (width, height) = match args.crop {
        Some(region) => (region.width, region.height),
        None if info.orientation.swaps_sides() => (side(info.height), side(info.width)),
        None => (side(info.width), side(info.height)),
    };
    args.fit.map_or((width, height), |bounds| fit((width, height), bounds))
}

/// The scale at which the picture is decoded: with `--fit` the smallest that leaves it as large as
/// it is to be.
fn scale(info: &ImageInfo, args: &DecodeArgs) -> Option<Scale> {
    if args.fit.is_none() || args.crop.is_some() || args.allow_partial {
        return args.scale;
    }
    let (width, height) = size(info, args);
    let (width, height) = if info.orientation.swaps_sides() { (height, width) } else { (width, height) };
    let is_enough = |scale: &Scale| scale.of(info.width) >= width && scale.of(info.height) >= height;
    Scale::ALL.into_iter().rfind(is_enough)
}

/// The pixels that are asked for, as they are stored.
struct StoredPixels {
    image: Image,
    /// Of reduced pictures: whether it is the preview.
    from_preview: Option<bool>,
    /// What is missing.
    partial: Option<Warning>,
}

impl From<Image> for StoredPixels {
    fn from(image: Image) -> Self {
        Self { image, from_preview: None, partial: None }
    }
}

fn pixels(name: &str, decoder: &Decoder<'_>, args: &DecodeArgs) -> Result<StoredPixels> {
    let fault = |e: DecodeError| decode_error(name, &e);
    if args.preview {
        let none = || CliError::Run(format!("{name}: the file has no preview; kvant encode --preview stores one"));
        return decoder.preview().map_err(fault)?.map(StoredPixels::from).ok_or_else(none);
    }
    if let Some(scale) = scale(decoder.info(), args) {
        let Scaled { image, from_preview, .. } = decoder.decode_scaled(scale).map_err(fault)?;
        return Ok(StoredPixels { from_preview: Some(from_preview), ..image.into() });
    }
    if args.allow_partial {
        let found = decoder.decode_partial().map_err(fault)?;
        let tiles = decoder.info().tiles;
        let partial = found.fault.as_ref().map(|fault| Warning { code: PARTIAL, text: missing(&found, fault, tiles) });
        return Ok(StoredPixels { partial, ..found.image.into() });
    }
    if let Some(shown) = args.crop {
        let Region { width, height, x, y } = stored(shown, decoder.info())
            .ok_or_else(|| CliError::Input(format!("{name}: the region is not within the picture")))?;
        return decoder.decode_region(x, y, width, height).map(StoredPixels::from).map_err(fault);
    }
    decoder.decode().map(StoredPixels::from).map_err(fault)
}

/// Regions of a picture that are named one by one.
const NAMED: usize = 4;

/// What a picture lacks, and why.
fn missing(found: &Partial, fault: &DecodeError, tiles: u32) -> String {
    if found.missing.is_empty() {
        return format!(
            "{fault}; all pixels could be read{}",
            if tiles == 1 { ", but any of them may be wrong" } else { "" }
        );
    }
    let named = found.missing.iter().take(NAMED).map(|m| format!("{}x{}+{}+{}", m.width, m.height, m.x, m.y));
    let mut regions = named.collect::<Vec<_>>().join(", ");
    if found.missing.len() > NAMED {
        regions += &format!(" and {} more", found.missing.len() - NAMED);
    }
    let filling = match found.missing.iter().any(|m| m.shades > 0) {
        _ if found.from_preview => "the preview",
        true => "gray, and with its shades where only colours are missing",
        false => "gray",
    };
    format!("{fault}; {regions} (as stored) missing and filled with {filling}")
}

/// What is to be written besides the pixels: of a preview what stands before it, of a damaged file
/// what is intact.
fn metadata(decoder: &Decoder<'_>, args: &DecodeArgs) -> std::result::Result<Metadata, DecodeError> {
    if !args.preview && !args.allow_partial {
        return decoder.metadata();
    }
    let mut metadata = decoder.intact_metadata()?;
    if args.preview {
        (metadata.exif, metadata.xmp, metadata.resolution) = (None, None, None);
        metadata.text.clear();
    }
    Ok(metadata)
}

/// Where the pixels of a region of the picture as it is shown are stored; `None` for one that is
/// not within it.
fn stored(shown: Region, info: &ImageInfo) -> Option<Region> {
    let Region { width, height, x, y } = shown;
    let number = info.orientation.to_exif();
    let swapped = info.orientation.swaps_sides();
    let (all_width, all_height) = if swapped { (info.height, info.width) } else { (info.width, info.height) };
    // From the other side.
    let right = all_width.checked_sub(x.checked_add(width)?)?;
    let bottom = all_height.checked_sub(y.checked_add(height)?)?;
    Some(match number {
        1 => Region { width, height, x, y },
        2 => Region { width, height, x: right, y },
        3 => Region { width, height, x: right, y: bottom },
        4 => Region { width, height, x, y: bottom },
        5 => Region { width: height, height: width, x: y, y: x },
        6 => Region { width: height, height: width, x: y, y: right },
        7 => Region { width: height, height: width, x: bottom, y: right },
        _ => Region { width: height, height: width, x: bottom, y: x },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_names_the_format() {
        let split = |text| {
            let (format, rest) = split_prefix(Path::new(text));
            (format, rest.map(shown))
        };
        assert_eq!(split("png:-"), (Some(OutputFormat::Png), Some("-".to_owned())));
        assert_eq!(split("ppm:a/b"), (Some(OutputFormat::Ppm), Some("a/b".to_owned())));
        assert_eq!(split("png:"), (Some(OutputFormat::Png), None));
        assert_eq!(split("c:/x.png"), (None, Some("c:/x.png".to_owned())));
        assert_eq!(split("x.png"), (None, Some("x.png".to_owned())));
    }
}
