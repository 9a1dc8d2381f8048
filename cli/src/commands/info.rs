//! `kvant info`.

use std::path::{Path, PathBuf};

use kvant::{
    Chroma, Decoder, DecoderOptions, ImageInfo, Metadata, Orientation, Profile, Resolution, ResolutionUnit, Scale,
};
use serde::Serialize;

use super::batch::{self, Split};
use super::blocks::{self, Counts};
use crate::args::InfoArgs;
use crate::base::cicp::numbers;
use crate::base::error::{CliError, Result};
use crate::base::identity::Inputs;
use crate::base::names::display_name;
use crate::base::output::{Destination, WriteOptions};
use crate::commands::console::{Console, Outcome, bits_per_pixel, human_bytes};
use crate::pictures::{OutputFormat, channels_name, decode_error, read_bytes, write_picture};

const SCHEMA: &str = "kvant.info/1";

/// What JSON says of one file.
#[derive(Serialize)]
struct InfoReport {
    bytes: u64,
    bpp: f64,
    draft: u8,
    width: u32,
    height: u32,
    channels: &'static str,
    orientation: u8,
    lossless: bool,
    chroma: &'static str,
    depth: u8,
    internal_depth: u8,
    profile: &'static str,
    qp: u16,
    tile_size: u32,
    tiles: u32,
    header_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    preview: Option<Preview>,
    metadata: Sizes,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<Counts>,
}

/// Size of the preview; it takes `bytes` bytes, and needs the first `needs` of the file.
#[derive(Serialize)]
struct Preview {
    width: u32,
    height: u32,
    bytes: u64,
    needs: u64,
}

impl Preview {
    fn of(info: &ImageInfo) -> Option<Self> {
        let place = info.preview.as_ref()?;
        let (width, height) = (Scale::Eighth.of(info.width), Scale::Eighth.of(info.height));
        Some(Self { width, height, bytes: place.end - place.start, needs: info.preview_needs()? })
    }
}

/// Bytes of what a stream holds besides pixels; `cicp` as primaries/transfer/matrix/range.
#[derive(Serialize)]
struct Sizes {
    icc: usize,
    exif: usize,
    xmp: usize,
    /// Of all texts and their keywords.
    text: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cicp: Option<String>,
    /// Sections of types that this program does not know.
    other: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    #[serde(rename = "type")]
    number: u64,
    bytes: usize,
}

impl Sizes {
    fn of(metadata: &Metadata) -> Self {
        let bytes = |block: &Option<Vec<u8>>| block.as_ref().map_or(0, Vec::len);
        Self {
            icc: bytes(&metadata.icc),
            exif: bytes(&metadata.exif),
            xmp: bytes(&metadata.xmp),
            text: metadata.text.iter().map(|(keyword, text)| keyword.len() + text.len()).sum(),
            resolution: metadata.resolution.as_ref().map(resolution),
            cicp: metadata.cicp.as_ref().map(numbers),
            other: metadata.other.iter().map(|(number, data)| Section { number: *number, bytes: data.len() }).collect(),
        }
    }

    /// On one line; empty where there is nothing.
    fn line(&self) -> String {
        let blocks = [("ICC profile", self.icc), ("Exif", self.exif), ("XMP", self.xmp), ("text", self.text)];
        let named = blocks.into_iter().filter(|b| b.1 > 0).map(|(name, bytes)| format!("{name} {bytes} B"));
        let cicp = self.cicp.iter().map(|c| format!("CICP {c}"));
        let other = self.other.iter().map(|s| format!("section {} {} B", s.number, s.bytes));
        named.chain(cicp).chain(self.resolution.clone()).chain(other).collect::<Vec<_>>().join(", ")
    }
}

/// Such as `300 dpi`.
fn resolution(r: &Resolution) -> String {
    let Resolution { x, y, unit } = *r;
    let pair = |x: String, y: String, unit| if x == y { format!("{x} {unit}") } else { format!("{x}x{y} {unit}") };
    let per_inch = |metre: u32| format!("{}", (f64::from(metre) * 2.54).round() / 100.0);
    match unit {
        ResolutionUnit::Unknown => format!("pixels of {y}:{x}"),
        ResolutionUnit::Metre => pair(per_inch(x), per_inch(y), "dpi"),
        ResolutionUnit::Inch => pair(x.to_string(), y.to_string(), "dpi"),
    }
}

/// Where the drawing of the blocks goes.
struct Drawing {
    destination: Destination,
    format: OutputFormat,
    force: bool,
}

/// Runs the command.
pub(crate) fn execute(args: &InfoArgs) -> Result<()> {
    let console = Console::new(SCHEMA, &args.console, false)?;
    let options = args.limits.decoder(0)?;
    let drawing = match &args.blocks {
        Some(_) if args.inputs.len() > 1 => {
            return Err(CliError::Usage("--blocks takes one input, since it names one picture".to_owned()));
        }
        Some(path) => {
            let (destination, format) = (Destination::File(path.clone()), OutputFormat::from_path(path)?);
            Inputs::of(args.inputs.iter().map(PathBuf::as_path)).spare(&destination)?;
            Some(Drawing { destination, format, force: args.force })
        }
        None => None,
    };
    let split = Split { files: 1, threads: 0 };
    let work = |input: &PathBuf| show(input, options, args.check, drawing.as_ref(), &console).map(Outcome::Done);
    let ended = batch::run(&args.inputs, split, &console, |input| input, work);
    console.finish(&ended)
}

fn show(
    input: &Path,
    options: DecoderOptions,
    check: bool,
    drawing: Option<&Drawing>,
    console: &Console,
) -> Result<InfoReport> {
    let name = display_name(input);
    let data = read_bytes(input, &options.limits)?;
    let decoder = Decoder::with_options(&data, options).map_err(|e| decode_error(&name, &e))?;
    if check {
        decoder.decode().map_err(|e| decode_error(&name, &e))?;
        decoder.preview().map_err(|e| decode_error(&name, &e))?;
    }
    let metadata = decoder.metadata().map_err(|e| decode_error(&name, &e))?;
    let blocks = drawing.map(|d| d.draw(&name, &decoder)).transpose()?;
    let info = decoder.info();
    let bytes = data.len() as u64;
    let report = InfoReport {
        bytes,
        bpp: bits_per_pixel(bytes, u64::from(info.width) * u64::from(info.height)),
        draft: info.draft,
        width: info.width,
        height: info.height,
        channels: channels_name(info.format),
        orientation: info.orientation.to_exif(),
        lossless: info.lossless,
        chroma: chroma_name(info),
        depth: info.depth,
        internal_depth: info.internal_depth,
        profile: profile_name(info.profile),
        qp: info.qp,
        tile_size: info.tile_size,
        tiles: info.tiles,
        header_bytes: info.header_bytes,
        preview: Preview::of(info),
        metadata: Sizes::of(&metadata),
        checked: check.then_some(true),
        blocks,
    };
    let r = &report;
    let mut text =
        format!("{name}  {}x{} {}{}  {}  {:.3} bpp", r.width, r.height, r.channels, r.depth, human_bytes(bytes), r.bpp);
    text += if check { "  checked\n" } else { "\n" };
    text += &format!("  {}\n", details(info));
    if info.orientation != Orientation::Upright {
        text += &format!("  orientation {} as in Exif\n", r.orientation);
    }
    if let Some(Preview { width, height, bytes, needs }) = &r.preview {
        let (bytes, needs) = (human_bytes(*bytes), human_bytes(*needs));
        text += &format!("  preview {width}x{height}, {bytes}, in the first {needs}\n");
    }
    let line = r.metadata.line();
    if !line.is_empty() {
        text += &format!("  {line}\n");
    }
    if console.verbose > 0 {
        let pixels = u64::from(info.width) * u64::from(info.height);
        let decoded = human_bytes(pixels * info.format.bytes_per_pixel() as u64);
        text += &format!("  {:.2} MP, {decoded} of pixels\n", pixels as f64 / 1e6);
    }
    console.text(&text)?;
    Ok(report)
}

impl Drawing {
    /// Draws the blocks of a stream and counts them.
    fn draw(&self, name: &str, decoder: &Decoder<'_>) -> Result<Counts> {
        self.destination.check(self.force)?;
        let image = decoder.decode().map_err(|e| decode_error(name, &e))?;
        let mut all = Vec::new();
        decoder.blocks(|block| all.push(*block)).map_err(|e| decode_error(name, &e))?;
        let qp = decoder.info().qp;
        let drawing = write_picture(&blocks::draw(&image, &all, qp), self.format)?;
        self.destination.write(&drawing, WriteOptions { force: self.force, like: None })?;
        Ok(Counts::of(&all, qp))
    }
}

fn chroma_name(info: &ImageInfo) -> &'static str {
    match (info.format.has_colour(), info.chroma) {
        (false, _) => "gray",
        (true, Chroma::Yuv444) => "444",
        (true, Chroma::Yuv420) => "420",
    }
}

fn profile_name(profile: Profile) -> &'static str {
    match profile {
        Profile::Mixed => "mixed",
        Profile::Fast => "fast",
    }
}

/// What a header says of the coding, on one line.
pub(crate) fn details(info: &ImageInfo) -> String {
    let ImageInfo { draft, profile, qp, internal_depth, tiles, tile_size, header_bytes, .. } = info;
    let (chroma, profile) = (chroma_name(info), profile_name(*profile));
    let tiles = if *tiles == 1 { "1 tile".to_owned() } else { format!("{tiles} tiles of {tile_size}") };
    if info.lossless {
        return format!("draft {draft}, lossless, {tiles}, {header_bytes} header bytes");
    }
    format!(
        "draft {draft}, {profile}, {chroma}, {internal_depth} bits inside, QP {qp}/32, {tiles}, {header_bytes} header bytes"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_are_said_per_inch() {
        let said = |x, y, unit| resolution(&Resolution { x, y, unit });
        assert_eq!(said(11811, 11811, ResolutionUnit::Metre), "300 dpi");
        assert_eq!(said(2835, 5669, ResolutionUnit::Metre), "72.01x143.99 dpi");
        assert_eq!(said(96, 96, ResolutionUnit::Inch), "96 dpi");
        assert_eq!(said(1, 2, ResolutionUnit::Unknown), "pixels of 2:1");
    }
}
