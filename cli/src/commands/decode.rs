//! `kvant decode`.

use std::path::Path;
use std::time::Instant;

use kvant::{DecodeError, Decoder, DecoderOptions, Image, ImageInfo, Metadata, Partial, Scaled};
use serde::Serialize;

use super::batch::{self, Split};
use crate::args::DecodeArgs;
use crate::error::{CliError, Result};
use crate::output::{Target, plan_targets};
use crate::pictures::{
    OutputFormat, Picture, Warning, decode_error, display_name, lost, read_bytes, read_front, write_file,
};
use crate::report::{Console, human_bytes};
use crate::values::Region;

const SCHEMA: &str = "kvant.decode/1";

/// What JSON says of one file.
#[derive(Serialize)]
struct Report {
    output: String,
    format: &'static str,
    width: u32,
    height: u32,
    depth: u8,
    channels: &'static str,
    bytes_in: u64,
    bytes_out: u64,
    seconds: f64,
    /// With `--scale`: whether the pixels are those of the preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_preview: Option<bool>,
    warnings: Vec<Warning>,
}

/// Code of the warning that a picture is not whole.
const PARTIAL: &str = "partial";

impl Report {
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
    let targets = plan_targets(&args.inputs, output, named.unwrap_or(OutputFormat::Png).extension())?;
    let formats = targets.iter().map(|t| format_of(t, named)).collect::<Result<Vec<_>>>()?;
    let console = Console::new(&args.console, &targets)?;
    let split = Split::new(args.jobs, args.inputs.len());
    let options = args.limits.decoder(split.threads)?;
    let items: Vec<_> = args.inputs.iter().zip(targets.iter().zip(formats)).collect();
    let results = batch::run(&items, split, &console, |(input, (target, format))| {
        decode(input, target, *format, args, options, &console)
    })?;
    let partial: Vec<String> = results
        .iter()
        .zip(&args.inputs)
        .filter_map(|(r, input)| Some(format!("{}: {}", display_name(input), r.as_ref().ok()?.partial()?)))
        .collect();
    console.finish(SCHEMA, args.inputs.iter().map(|i| i.display().to_string()).collect(), results)?;
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
fn format_of(target: &Target, named: Option<OutputFormat>) -> Result<OutputFormat> {
    match (named, target) {
        (Some(format), _) => Ok(format),
        (None, Target::File(path)) => OutputFormat::from_path(path),
        (None, Target::Stdout) => Ok(OutputFormat::Png),
    }
}

fn decode(
    input: &Path,
    target: &Target,
    format: OutputFormat,
    args: &DecodeArgs,
    options: DecoderOptions,
    console: &Console,
) -> Result<Report> {
    let name = display_name(input);
    let data = if args.preview { read_front(input, options)? } else { read_bytes(input, &options.limits)? };
    let decoder = Decoder::with_options(&data, options).map_err(|e| decode_error(&name, &e))?;
    target.check(args.force)?;
    let start = Instant::now();
    let Pixels { image, from_preview, partial } = pixels(&name, &decoder, args)?;
    let picture = Picture::from(image);
    let seconds = start.elapsed().as_secs_f64();
    let metadata = metadata(&decoder, args).map_err(|e| decode_error(&name, &e))?;
    let named = |e: CliError| CliError::Run(format!("{name}: {e}"));
    let mut picture = picture.upright(metadata.orientation).map_err(named)?;
    if let Some(colour) = args.background {
        picture = picture.over(colour).into_owned();
    }
    let mut warnings: Vec<Warning> = lost(&metadata, format).into_iter().collect();
    if format.reduces(picture.depth()) {
        let text = format!("{}-bit samples are reduced to 8 bits", picture.depth());
        warnings.push(Warning { code: "depth-reduced", text });
    }
    for warning in &warnings {
        console.warn(&name, warning);
    }
    // That ends the command with a line of its own.
    warnings.extend(partial);
    let file = write_file(&picture, &metadata, format).map_err(named)?;
    target.write(&file, args.force)?;

    let report = Report {
        output: target.name(),
        format: format.extension(),
        width: picture.width(),
        height: picture.height(),
        depth: decoder.info().depth,
        channels: picture.channels(),
        bytes_in: data.len() as u64,
        bytes_out: file.len() as u64,
        seconds,
        from_preview,
        warnings,
    };
    let r = &report;
    let rate = picture.pixels() as f64 / 1e6 / seconds;
    let mut text = format!("{name}  {}x{} {}{}  {}\n", r.width, r.height, r.channels, r.depth, human_bytes(r.bytes_in));
    text += &format!("  -> {}  {}  {seconds:.3} s ({rate:.1} MP/s)\n", r.output, human_bytes(r.bytes_out));
    if r.from_preview == Some(true) {
        text += "     from the preview\n";
    }
    if console.verbose > 0 {
        text += &format!("     {}\n", super::info::details(decoder.info()));
    }
    console.text(&text)?;
    Ok(report)
}

/// The pixels that are asked for, as they are stored.
struct Pixels {
    image: Image,
    /// Of reduced pictures: whether it is the preview.
    from_preview: Option<bool>,
    /// What is missing.
    partial: Option<Warning>,
}

impl From<Image> for Pixels {
    fn from(image: Image) -> Self {
        Self { image, from_preview: None, partial: None }
    }
}

fn pixels(name: &str, decoder: &Decoder<'_>, args: &DecodeArgs) -> Result<Pixels> {
    let fault = |e: DecodeError| decode_error(name, &e);
    if args.preview {
        let none = || CliError::Run(format!("{name}: the file has no preview; kvant encode --preview stores one"));
        return decoder.preview().map_err(fault)?.map(Pixels::from).ok_or_else(none);
    }
    if let Some(scale) = args.scale {
        let Scaled { image, from_preview, .. } = decoder.decode_scaled(scale).map_err(fault)?;
        return Ok(Pixels { from_preview: Some(from_preview), ..image.into() });
    }
    if args.allow_partial {
        let found = decoder.decode_partial().map_err(fault)?;
        let tiles = decoder.info().tiles;
        let partial = found.fault.as_ref().map(|fault| Warning { code: PARTIAL, text: missing(&found, fault, tiles) });
        return Ok(Pixels { partial, ..found.image.into() });
    }
    if let Some(shown) = args.crop {
        let Region { width, height, x, y } = stored(shown, decoder.info())
            .ok_or_else(|| CliError::Input(format!("{name}: the region is not within the picture")))?;
        return decoder.decode_region(x, y, width, height).map(Pixels::from).map_err(fault);
    }
    decoder.decode().map(Pixels::from).map_err(fault)
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
    let filling = if found.from_preview { "the preview" } else { "gray" };
    format!("{fault}; {regions} (as stored) missing and filled with {filling}")
}

/// What is to be written besides the pixels: of a preview what stands before it, of a damaged file what is intact.
fn metadata(decoder: &Decoder<'_>, args: &DecodeArgs) -> std::result::Result<Metadata, DecodeError> {
    if !args.preview && !args.allow_partial {
        return decoder.metadata();
    }
    let mut metadata = decoder.intact_metadata()?;
    if args.preview {
        (metadata.exif, metadata.xmp) = (None, None);
    }
    Ok(metadata)
}

/// Where the pixels of a region of the picture as it is shown are stored; `None` for one that is not within it.
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
            (format, rest.map(|r| r.display().to_string()))
        };
        assert_eq!(split("png:-"), (Some(OutputFormat::Png), Some("-".to_owned())));
        assert_eq!(split("ppm:a/b"), (Some(OutputFormat::Ppm), Some("a/b".to_owned())));
        assert_eq!(split("png:"), (Some(OutputFormat::Png), None));
        assert_eq!(split("c:/x.png"), (None, Some("c:/x.png".to_owned())));
        assert_eq!(split("x.png"), (None, Some("x.png".to_owned())));
    }
}
