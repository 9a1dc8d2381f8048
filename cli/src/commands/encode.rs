//! `kvant encode`.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use kvant::{
    Chroma, Cicp, DecodeError, Decoder, DecoderOptions, Encoded, Encoder, EncoderConfig, Image, ImageSpec, Metadata,
    Stream,
};
use serde::Serialize;

use super::batch::{self, Amount, Split};
use super::progress::Progress;
use super::target::{self, Reached};
use crate::args::shorthand::dashed_name;
use crate::args::values::Quality;
use crate::args::{EncodeArgs, Habits};
use crate::base::error::{CliError, Result};
use crate::base::identity::{Inputs, Place};
use crate::base::names::{display_name, shown, utf8};
use crate::base::output::{Destination, WriteOptions};
use crate::base::warning::{PARTIAL, Warning};
use crate::commands::console::{Console, Metrics, Output, bits_per_pixel, human_bytes, scores_line};
use crate::commands::conversions::{BatchPlan, Conversion};
use crate::metrics::{Reference, Scores, Selection};
use crate::pictures::{
    LARGE, LargePicture, Loaded, OutputFormat, Picture, ReadOptions, Transparency, channels_name, decode_error,
    has_picture_extension, is_foreign, left_over, lost, read_bytes, read_picture, strip, write_file,
};

const SCHEMA: &str = "kvant.encode/1";

/// What JSON says of one file.
#[derive(Serialize)]
struct EncodeReport {
    #[serde(flatten)]
    output: Output,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<String>,
    width: u32,
    height: u32,
    depth: u8,
    channels: &'static str,
    bytes_in: u64,
    bytes_out: u64,
    bpp: f64,
    /// None where the picture is lossless.
    quality: Option<f64>,
    lossless: bool,
    effort: u8,
    chroma: &'static str,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    decode_seconds: Option<f64>,
    passes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Reached>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Metrics>,
    warnings: Vec<Warning>,
}

impl EncodeReport {
    fn amount(&self) -> Amount {
        let pixels = u64::from(self.width) * u64::from(self.height);
        Amount { pixels, bytes_in: self.bytes_in, bytes_out: self.bytes_out }
    }

    /// What is said of a target that was not met.
    fn target_missed(&self) -> Option<&str> {
        self.said(target::MISSED)
    }

    /// What is said of a file whose picture is not whole.
    fn partial(&self) -> Option<&str> {
        self.said(PARTIAL)
    }

    fn said(&self, code: &str) -> Option<&str> {
        self.warnings.iter().find(|w| w.code == code).map(|w| w.text.as_str())
    }
}

/// Runs the command.
pub(crate) fn execute(args: &EncodeArgs) -> Result<()> {
    answer_habits(&args.habits)?;
    let plan = BatchPlan {
        batch: &args.batch,
        takes: has_picture_extension,
        output: args.output.as_deref(),
        extension: "kvt",
    };
    let conversions = plan.conversions(&args.inputs)?;
    conversions.iter().try_for_each(|conversion| named_kvt(&conversion.destination))?;
    let console = Console::for_conversions(SCHEMA, &args.console, &conversions)?;
    let decoded = match &args.decoded {
        Some(_) if conversions.len() > 1 => {
            return Err(CliError::Usage("--decoded takes one input, since it names one picture".to_owned()));
        }
        Some(path) => Some((decoded_target(path, &conversions[0])?, OutputFormat::from_path(path)?)),
        None => None,
    };
    let threads = Split::new(args.batch.jobs, conversions.len()).threads;
    let decoder = args.limits.decoder(threads)?;
    let encoder = encoder(args, &decoder)?;
    let work = FileEncoder { encoder, decoder, decoded, args, console: &console };
    let ended =
        batch::convert(&conversions, &args.batch, &console, EncodeReport::amount, |conversion| work.run(conversion))?;
    console.finish(&ended)?;
    let told = |of: fn(&EncodeReport) -> Option<&str>| {
        let lines = ended.iter().zip(&conversions).filter_map(|(e, conversion)| Some((of(e.report()?)?, conversion)));
        let lines = lines.map(|(text, conversion)| format!("{}: {text}", display_name(&conversion.input)));
        Some(lines.collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
    };
    match (told(EncodeReport::partial), told(EncodeReport::target_missed)) {
        (Some(partial), missed) => {
            Err(CliError::Partial([Some(partial), missed].into_iter().flatten().collect::<Vec<_>>().join("; ")))
        }
        (None, Some(missed)) => Err(CliError::Threshold(missed)),
        (None, None) => Ok(()),
    }
}

/// That the name of an output does not promise a picture of another format.
fn named_kvt(destination: &Destination) -> Result<()> {
    let Some(path) = destination.path().filter(|path| is_foreign(path)) else { return Ok(()) };
    let (name, extension) = (shown(path), shown(path.extension().unwrap_or_default()));
    let text =
        format!("{name}: the name says {extension}, but kvant encode writes .kvt; give a name that ends with .kvt");
    Err(CliError::Usage(text))
}

/// Where the decoded picture goes: neither over the input nor over the stream.
fn decoded_target(path: &Path, conversion: &Conversion) -> Result<Destination> {
    let target = Destination::File(path.to_owned());
    Inputs::of([conversion.input.as_path()]).spare(&target)?;
    if Place::of(&target) == Place::of(&conversion.destination) {
        let name = shown(path);
        return Err(CliError::Usage(format!("the stream and the decoded picture would both be written to {name}")));
    }
    Ok(target)
}

/// Flags that other encoders have are answered with ours.
fn answer_habits(habits: &Habits) -> Result<()> {
    let answers = [
        ("-s", &habits.speed, "there is no -s/--speed: use -e/--effort, 1 (fastest) to 9 (smallest files)"),
        ("-d", &habits.distance, "there is no -d/--distance: use -q/--quality, 0 to 100 (90 is about a distance of 1)"),
    ];
    let Some((letter, value, answer)) = answers.into_iter().find(|(_, value, _)| value.is_some()) else {
        return Ok(());
    };
    // As in -snow.png.
    let word = format!("{letter}{}", value.as_ref().and_then(Option::as_deref).unwrap_or_default());
    let hint = dashed_name(word.as_ref()).map_or(String::new(), |hint| format!("; {hint}"));
    Err(CliError::Usage(format!("{answer}{hint}")))
}

impl Quality {
    /// The number as it is typed: 71.372 and not the nearest one with more digits.
    fn plain(self) -> Option<f64> {
        match self {
            Self::Lossy(quality) => Some(quality.to_string().parse().unwrap_or(f64::from(quality))),
            Self::Lossless => None,
        }
    }
}

fn counted(passes: u32) -> String {
    format!("{passes} {}", if passes == 1 { "pass" } else { "passes" })
}

fn encoder(args: &EncodeArgs, decoder: &DecoderOptions) -> Result<Encoder<'static>> {
    let config = EncoderConfig::default()
        .with_alpha_quality(args.alpha_quality)
        .with_exact(args.exact)
        .with_preview(args.preview)
        .with_effort(args.effort)
        .with_chroma(args.chroma)
        .with_tile_size(args.tile_size)
        .with_profile(args.profile)
        .with_tune(args.tune)
        .with_quantiser(args.quantiser)
        .with_content(args.preset)
        .with_threads(decoder.threads)
        .with_cpu(decoder.cpu)
        .with_limits(decoder.limits);
    let config = match args.quality {
        Quality::Lossy(quality) => config.with_quality(quality),
        Quality::Lossless => config.with_lossless(true),
    };
    Encoder::new(config).map_err(|e| CliError::Usage(e.to_string()))
}

/// What is the same for every file.
struct FileEncoder<'a> {
    args: &'a EncodeArgs,
    encoder: Encoder<'static>,
    decoder: DecoderOptions,
    /// Where the decoded picture goes.
    decoded: Option<(Destination, OutputFormat)>,
    console: &'a Console,
}

/// A file to encode.
struct InputPicture {
    pixels: PixelSource,
    /// Of the file.
    bytes: u64,
    metadata: Metadata,
    warnings: Vec<Warning>,
}

enum PixelSource {
    Whole(Picture),
    /// Of a large picture, to be read as they are needed.
    Rows(Box<LargePicture>),
}

impl PixelSource {
    /// What the picture is.
    fn spec(&self) -> ImageSpec<'static> {
        match self {
            Self::Whole(picture) => picture.spec(),
            Self::Rows(picture) => *picture.spec(),
        }
    }

    /// The same, whose samples mean what code points say.
    fn with_cicp(self, cicp: Option<Cicp>) -> Self {
        match self {
            Self::Whole(picture) => Self::Whole(picture.with_cicp(cicp)),
            // Nobody but the encoder looks at its pixels.
            rows => rows,
        }
    }
}

/// What encoding gave.
struct EncodedFile {
    stream: Stream,
    /// The picture that decoding is to give, where it is decoded again.
    reconstruction: Option<Image>,
    /// What was asked for, or found.
    quality: Quality,
    passes: u32,
    /// What a search came to, and the scores it measured.
    reached: Option<Reached>,
    scores: Option<Scores>,
    /// Of all passes.
    seconds: f64,
}

/// What decoding the new stream gave.
struct Verified {
    picture: Picture,
    seconds: f64,
    scores: Option<Scores>,
}

impl FileEncoder<'_> {
    fn run(&self, conversion: &Conversion) -> Result<EncodeReport> {
        let Conversion { input, destination } = conversion;
        let (name, force) = (display_name(input), self.args.batch.force);
        let like = batch::preserved(input, &self.args.batch)?;
        let InputPicture { pixels, bytes, mut metadata, mut warnings } = self.read(&name, input)?;
        warnings.extend(strip(&mut metadata, &self.args.strip));
        metadata.cicp = self.args.cicp.or(metadata.cicp);
        let mut pixels = pixels.with_cicp(metadata.cicp);
        let spec = pixels.spec();
        if self.args.cicp.is_some() && metadata.icc.is_some() {
            let text = "the ICC profile is kept beside the code points, which count; --strip icc drops it".to_owned();
            warnings.push(Warning { code: "profile-kept", text });
        }
        destination.check(force)?;
        if let Some((decoded, format)) = &self.decoded {
            decoded.check(force)?;
            let fits = format.check_size(spec.width(), spec.height(), spec.format());
            fits.map_err(|e| CliError::Run(format!("{}: {e}", shown(decoded.name()))))?;
        }
        let coded = self.encode(&name, &mut pixels, &metadata, bytes)?;
        self.check_stripped(&name, &coded.stream.bytes)?;
        if coded.quality == Quality::Lossy(100.0) && !coded.stream.lossless {
            let text = "quality 100 is the finest quantiser, not lossless; -q lossless is".to_owned();
            warnings.push(Warning { code: "not-lossless", text });
        }
        // A picture that is not whole ends the command with a line of its own, and so does a target
        // that was not met.
        for warning in warnings.iter().filter(|w| w.code != PARTIAL) {
            self.console.warn(&name, warning);
        }
        let quality = coded.quality.plain().unwrap_or_default();
        warnings.extend(coded.reached.as_ref().and_then(|r| r.missed(quality)));
        let verified = match &pixels {
            PixelSource::Whole(picture) => self.verify(&name, picture, &coded)?,
            PixelSource::Rows(_) => None,
        };
        let options = WriteOptions { force, like: like.as_ref() };
        let mut unlike = Vec::from_iter(destination.write(&coded.stream.bytes, options)?);
        if let (Some((decoded, format)), Some(v)) = (&self.decoded, &verified) {
            let upright = v.picture.clone().upright(metadata.orientation)?;
            if let Some(lost) = lost(&metadata, upright.format(), *format) {
                self.console.warn(&name, &lost);
                warnings.push(lost);
            }
            unlike.extend(decoded.write(&write_file(&upright, &metadata, *format)?, options)?);
        }
        unlike.iter().for_each(|warning| self.console.warn(&name, warning));
        warnings.extend(unlike);
        let report = self.report(destination, (&spec, bytes), &coded, verified.as_ref(), warnings);
        self.tell(conversion, &report, &coded.stream.bytes, verified.as_ref())?;
        Ok(report)
    }

    /// What is in a file: a large picture row by row, where nothing asks for all of it at once.
    fn read(&self, name: &str, path: &Path) -> Result<InputPicture> {
        let asked = self.decodes() || self.args.target.is_set() || self.args.quality == Quality::Lossless;
        let whole = asked || self.args.allow_partial;
        if !whole
            && let Some((picture, metadata, warnings)) = LargePicture::open(name, path, LARGE, &self.decoder.limits)?
        {
            let bytes = picture.bytes;
            return Ok(InputPicture { pixels: PixelSource::Rows(Box::new(picture)), bytes, metadata, warnings });
        }
        let data = read_bytes(path, &self.decoder.limits)?;
        let transparency = self.args.background.map_or(Transparency::Keep, Transparency::Over);
        let options = ReadOptions { transparency, partial: self.args.allow_partial, decoder: self.decoder };
        let Loaded { picture, metadata, warnings, kvt } = read_picture(name, &data, &options)?;
        if kvt.is_some() {
            return Err(CliError::Input(format!("{name}: this is a .kvt stream already; kvant decode reads it")));
        }
        Ok(InputPicture { pixels: PixelSource::Whole(picture), bytes: data.len() as u64, metadata, warnings })
    }

    /// Reads a stream again: what was to be left out is not in it.
    fn check_stripped(&self, name: &str, stream: &[u8]) -> Result<()> {
        if self.args.strip.is_empty() {
            return Ok(());
        }
        let again = Decoder::with_options(stream, self.decoder).and_then(|decoder| decoder.metadata());
        let metadata = again.map_err(|e| decode_error(name, &e))?;
        match left_over(&metadata, &self.args.strip) {
            Some(what) => Err(CliError::Input(format!("{name}: {what} could not be removed; nothing is written"))),
            None => Ok(()),
        }
    }

    /// Encodes, once or until a target is met, and says how long that took.
    fn encode(&self, name: &str, pixels: &mut PixelSource, metadata: &Metadata, bytes_in: u64) -> Result<EncodedFile> {
        let progress = Progress::new(name, self.console.may_show_progress());
        let encoder = match &progress {
            Some(progress) => self.encoder.clone().with_observer(progress),
            None => self.encoder.clone(),
        };
        let start = Instant::now();
        let seconds = || start.elapsed().as_secs_f64();
        let (aim, picture) = match (self.args.target.aim(pixels.spec().pixels(), bytes_in), pixels) {
            (Some(aim), PixelSource::Whole(picture)) => (aim, &*picture),
            (_, pixels) => {
                let coded = self.encode_once(&encoder, pixels, metadata).map_err(|e| e.of(name))?;
                let ((stream, reconstruction), quality, seconds) = (coded, self.args.quality, seconds());
                return Ok(EncodedFile {
                    stream,
                    reconstruction,
                    quality,
                    passes: 1,
                    reached: None,
                    scores: None,
                    seconds,
                });
            }
        };
        let (view, gauge) = (picture.view().with_metadata(metadata), aim.gauge(picture)?);
        let found = aim.search(&encoder, &view, &gauge).map_err(|e| e.of(name))?;
        let quality = match self.args.quality {
            Quality::Lossless => Quality::Lossless,
            Quality::Lossy(_) => Quality::Lossy(found.quality),
        };
        if let Some(text) = aim.exceeded(&found, quality) {
            return Err(CliError::Threshold(format!("{name}: {text}")));
        }
        let seconds = seconds();
        let scores = gauge.scores(&found.encoded)?;
        let (reached, passes) = (Some(aim.reached(&found)), found.passes);
        let Encoded { stream: bytes, reconstruction, lossless } = found.encoded;
        let (stream, reconstruction) = (Stream { bytes, lossless }, Some(reconstruction));
        Ok(EncodedFile { stream, reconstruction, quality, passes, reached, scores, seconds })
    }

    /// Whether the stream is decoded again.
    fn decodes(&self) -> bool {
        self.args.verify || self.decoded.is_some()
    }

    /// Encodes; the reconstruction is made where the stream is decoded again.
    fn encode_once(
        &self,
        encoder: &Encoder<'_>,
        pixels: &mut PixelSource,
        metadata: &Metadata,
    ) -> Result<(Stream, Option<Image>)> {
        match pixels {
            PixelSource::Rows(picture) => {
                let spec = picture.spec().with_metadata(metadata);
                Ok((encoder.encode_rows(&spec, |first, rows| picture.read(first, rows))?, None))
            }
            PixelSource::Whole(picture) if self.decodes() => {
                let view = picture.view().with_metadata(metadata);
                let Encoded { stream: bytes, reconstruction, lossless } = encoder.encode_full(&view)?;
                Ok((Stream { bytes, lossless }, Some(reconstruction)))
            }
            PixelSource::Whole(picture) => Ok((encoder.encode_stream(&picture.view().with_metadata(metadata))?, None)),
        }
    }

    /// Decodes the stream, where that is asked for, and scores it. A decoder that disagrees with
    /// the encoder is a fault of this program, and nothing is written then.
    fn verify(&self, name: &str, picture: &Picture, coded: &EncodedFile) -> Result<Option<Verified>> {
        if !self.decodes() {
            return Ok(None);
        }
        let start = Instant::now();
        let decoded = Decoder::with_options(&coded.stream.bytes, self.decoder).and_then(|d| d.decode());
        let seconds = start.elapsed().as_secs_f64();
        let decoded = match decoded {
            Ok(d) if coded.reconstruction.as_ref() == Some(&d) => Picture::from(d),
            Ok(_) => return Err(CliError::Run(format!("{name}: verification failed: the decoder's picture differs"))),
            Err(e @ DecodeError::Limit { .. }) => return Err(decode_error(name, &e)),
            Err(e) => return Err(CliError::Run(format!("{name}: verification failed: {e}"))),
        };
        let scores = match self.args.verify {
            true => Some(Reference::new(picture, Selection::ALL)?.compare(&decoded)?),
            false => None,
        };
        Ok(Some(Verified { picture: decoded, seconds, scores }))
    }

    fn report(
        &self,
        target: &Destination,
        (picture, bytes_in): (&ImageSpec<'_>, u64),
        coded: &EncodedFile,
        verified: Option<&Verified>,
        warnings: Vec<Warning>,
    ) -> EncodeReport {
        let bytes_out = coded.stream.bytes.len() as u64;
        EncodeReport {
            output: target.into(),
            decoded: self.decoded.as_ref().map(|(t, _)| utf8(t.name())),
            width: picture.width(),
            height: picture.height(),
            depth: picture.depth(),
            channels: channels_name(picture.format()),
            bytes_in,
            bytes_out,
            bpp: bits_per_pixel(bytes_out, picture.pixels()),
            quality: coded.quality.plain().filter(|_| !coded.stream.lossless),
            lossless: coded.stream.lossless,
            effort: self.args.effort,
            chroma: match (picture.format().has_colour(), self.args.chroma) {
                (false, _) => "gray",
                (true, _) if coded.stream.lossless => Chroma::Yuv444.name(),
                (true, chroma) => chroma.name(),
            },
            seconds: coded.seconds,
            decode_seconds: verified.map(|v| v.seconds),
            passes: coded.passes,
            target: coded.reached.clone(),
            metrics: verified.and_then(|v| v.scores).or(coded.scores).as_ref().map(Metrics::from),
            warnings,
        }
    }

    /// The lines for people.
    fn tell(
        &self,
        conversion: &Conversion,
        r: &EncodeReport,
        stream: &[u8],
        verified: Option<&Verified>,
    ) -> Result<()> {
        let (name, output) = (display_name(&conversion.input), shown(conversion.destination.name()));
        let megapixels = f64::from(r.width) * f64::from(r.height) / 1e6;
        let percent = 100.0 * r.bytes_out as f64 / r.bytes_in as f64;
        let result = format!("-> {output}  {}  {:.3} bpp  {percent:.1} %", human_bytes(r.bytes_out), r.bpp);
        let mut text = String::new();
        if self.console.brief() {
            let _ = writeln!(text, "{name} {result}");
        } else {
            let pixels = format!("{}x{} {}{}", r.width, r.height, r.channels, r.depth);
            let how = match r.quality {
                Some(quality) => format!("q{quality} e{} {}", r.effort, r.chroma),
                None => "lossless".to_owned(),
            };
            let rate = megapixels / r.seconds;
            let _ = writeln!(text, "{name}  {pixels}  {}\n  {result}", human_bytes(r.bytes_in));
            let _ = writeln!(text, "     {how}  {:.2} s ({rate:.1} MP/s)", r.seconds);
        }
        if let Some(reached) = &r.target {
            let _ = writeln!(text, "     {reached} after {}", counted(r.passes));
        }
        if let Some(v) = verified {
            let rate = megapixels / v.seconds;
            let _ = writeln!(text, "     decoded again: {} bytes  {:.3} s ({rate:.1} MP/s)", r.bytes_out, v.seconds);
            if let Some(scores) = &v.scores {
                let _ = writeln!(text, "     {}", scores_line(scores));
            }
            if let Some((decoded, _)) = &self.decoded {
                let _ = writeln!(text, "     decoded picture: {}", shown(decoded.name()));
            }
        }
        if self.console.verbose > 0
            && let Ok(decoder) = Decoder::with_options(stream, self.decoder)
        {
            let _ = writeln!(text, "     {}", super::info::details(decoder.info()));
        }
        self.console.text(&text)
    }
}
