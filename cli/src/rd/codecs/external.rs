//! A peer that is a program, run once for each picture and direction.

use std::ffi::OsString;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};
use sha2::{Digest as _, Sha256};

use super::library::Samples;
use super::peers::{Exchange, Peer};
use super::process::{self, Finished, find_program, short_name};
use super::spec::Spec;
use super::template::{Template, Values};
use super::{Codec, Coded, Decoded, Timing};
use crate::error::{CliError, Result};
use crate::output::TemporaryFolder;
use crate::pictures::{OutputFormat, Picture, ReadOptions, read_picture, write_picture};

/// How a program tells the seconds of its codec's call alone: a line of standard output that begins so.
const SECONDS: &str = "kvant-seconds:";
/// How long a program may take to tell its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(60);

/// A peer with its options.
pub(super) struct External {
    name: String,
    version: String,
    peer: Peer,
}

impl External {
    /// The peer with the options of `spec`; why it cannot run where the inner result is an error.
    ///
    /// # Errors
    /// [`CliError::Usage`] names an option that the peer does not have.
    pub(super) fn new(spec: &Spec, mut peer: Peer) -> Result<std::result::Result<Self, String>> {
        for (key, value) in &spec.options {
            let known = peer.options.keys().cloned().collect::<Vec<_>>().join(", ");
            match peer.options.get_mut(key) {
                Some(_) if value.is_empty() => {
                    return Err(CliError::Usage(format!("codec \"{spec}\": option {key} needs a value")));
                }
                Some(option) => value.clone_into(option),
                None if known.is_empty() => {
                    return Err(CliError::Usage(format!("codec \"{spec}\": no option {key}; there are none")));
                }
                None => {
                    return Err(CliError::Usage(format!("codec \"{spec}\": no option {key}; there are {known}")));
                }
            }
        }
        Ok(version(&peer).map(|version| Self { name: spec.name().to_owned(), version, peer }))
    }

    fn run(&self, template: &Template, values: Values<'_>) -> Result<Finished> {
        let values = with_options(values.with("here", &self.peer.here), &self.peer);
        process::run(&template.fill(&values), self.peer.timeout).map_err(|e| self.fault(&e))
    }

    /// The time that counts: see [`Timing`].
    fn seconds(&self, template: &Template, finished: &Finished) -> Result<f64> {
        if self.peer.timing == Timing::Process {
            return Ok(finished.seconds);
        }
        let told = finished.stdout.lines().rev().find_map(|line| line.trim().strip_prefix(SECONDS));
        let seconds = told.and_then(|s| s.trim().parse::<f64>().ok()).filter(|s| s.is_finite() && *s >= 0.0);
        seconds.ok_or_else(|| {
            let program = self.program(template);
            self.fault(&format!("{program} printed no line '{SECONDS} NUMBER', which timing = \"call\" promises"))
        })
    }

    /// What a program has written.
    fn result(&self, template: &Template, path: &Path) -> Result<Vec<u8>> {
        match fs::read(path) {
            Ok(data) if data.is_empty() => Err(self.fault(&format!("{} wrote an empty file", self.program(template)))),
            Ok(data) => Ok(data),
            Err(_) => Err(self.fault(&format!("{} ended well but wrote no file", self.program(template)))),
        }
    }

    fn program(&self, template: &Template) -> String {
        short_name(&program(template, &self.peer))
    }

    fn fault(&self, what: &str) -> CliError {
        CliError::Run(format!("{}: {what}", self.name))
    }
}

impl Codec for External {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn settings(&self) -> String {
        let Peer { encode, decode, input, output, .. } = &self.peer;
        // Where the files lie does not matter, but what is in them does.
        let commands = [encode, decode].map(|t| t.fill(&with_options(Values::default(), &self.peer)));
        let mut text = format!("{commands:?} {input:?} {output:?}");
        for file in own_files(encode, &self.peer).chain(own_files(decode, &self.peer)) {
            text += &format!(" {}", digest(&file));
        }
        text
    }

    fn qualities(&self) -> &[f64] {
        &self.peer.qualities
    }

    fn quality_range(&self) -> RangeInclusive<f64> {
        self.peer.range[0]..=self.peer.range[1]
    }

    fn timing(&self) -> Timing {
        self.peer.timing
    }

    fn encode(&self, picture: &Picture, q: f64) -> Result<Coded> {
        let folder = TemporaryFolder::new()?;
        let input = folder.path().join("in").with_extension(self.peer.input.extension());
        let output = folder.path().join("out").with_extension(&self.peer.extension);
        let file = exchange_file(picture, self.peer.input)?;
        fs::write(&input, file).map_err(|e| CliError::writing(&input, &e))?;
        let values = Values::default().with("in", &input).with("out", &output).with("q", q.to_string());
        let finished = self.run(&self.peer.encode, values)?;
        let stream = self.result(&self.peer.encode, &output)?;
        let seconds = self.seconds(&self.peer.encode, &finished)?;
        Ok(Coded { stream, seconds, reconstruction: None })
    }

    fn decode(&self, stream: &[u8]) -> Result<Decoded> {
        let folder = TemporaryFolder::new()?;
        let input = folder.path().join("in").with_extension(&self.peer.extension);
        let output = folder.path().join("out").with_extension(self.peer.output.extension());
        fs::write(&input, stream).map_err(|e| CliError::writing(&input, &e))?;
        let finished = self.run(&self.peer.decode, Values::default().with("in", &input).with("out", &output))?;
        let file = self.result(&self.peer.decode, &output)?;
        let seconds = self.seconds(&self.peer.decode, &finished)?;
        let name = format!("the picture that {} decoded", self.program(&self.peer.decode));
        let picture = read_picture(&name, &file, &ReadOptions::default()).map_err(|e| self.fault(&e.to_string()))?;
        Ok(Decoded { picture: picture.picture, seconds })
    }
}

fn with_options<'a>(values: Values<'a>, peer: &'a Peer) -> Values<'a> {
    peer.options.iter().fold(values, |values, (key, value)| values.with(key, value))
}

/// The program that a command runs.
fn program(template: &Template, peer: &Peer) -> OsString {
    let values = with_options(Values::default().with("here", &peer.here), peer);
    template.fill(&values).swap_remove(0)
}

/// The arguments that are files in the folder of the peer's description, which may change without their version.
fn own_files(template: &Template, peer: &Peer) -> impl Iterator<Item = OsString> {
    let arguments = template.fill(&Values::default().with("here", &peer.here));
    let here = peer.here.clone();
    arguments.into_iter().filter(move |a| Path::new(a).starts_with(&here))
}

/// The first half of a file's SHA-256; empty where it cannot be read, which the program will say.
fn digest(file: impl AsRef<Path>) -> String {
    let data = fs::read(file).unwrap_or_default();
    Sha256::digest(&data)[..16].iter().map(|b| format!("{b:02x}")).collect()
}

/// The version of a peer's program.
///
/// # Errors
/// Why it cannot run.
fn version(peer: &Peer) -> std::result::Result<String, String> {
    for template in [&peer.encode, &peer.decode] {
        let program = program(template, peer);
        find_program(&program).ok_or_else(|| format!("{} is not installed", program.display()))?;
    }
    let encoder = program(&peer.encode, peer);
    let name = short_name(&encoder);
    let Some(template) = &peer.version else {
        let file = find_program(&encoder).ok_or_else(|| format!("{name} is not installed"))?;
        return Ok(format!("{name} (SHA-256 {})", &digest(file)));
    };
    let ended = process::run(&template.fill(&Values::default().with("here", &peer.here)), VERSION_TIMEOUT)?;
    let line = ended.stdout.lines().chain(ended.stderr.lines()).map(str::trim).find(|line| !line.is_empty());
    let line = line.ok_or_else(|| format!("{name} tells no version"))?;
    if let Some(minimum) = &peer.minimum_version
        && numbers(line) < numbers(minimum)
    {
        return Err(format!("{name} is too old ({line}); {minimum} or later is needed"));
    }
    Ok(if line.contains(&name) { line.to_owned() } else { format!("{name} {line}") })
}

/// The numbers of the first version in a text, such as 1.4.2.
fn numbers(text: &str) -> Vec<u64> {
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else {
        return Vec::new();
    };
    let version = text[start..].split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    version.split('.').map_while(|n| n.parse().ok()).collect()
}

/// The picture as a file for programs to read, quickly written.
fn exchange_file(picture: &Picture, format: Exchange) -> Result<Vec<u8>> {
    if format == Exchange::Ppm {
        return write_picture(picture, OutputFormat::Ppm);
    }
    let samples = Samples::of(picture)?;
    let colour = if samples.gray { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Sub)
        .write_image(&samples.data, samples.width, samples.height, colour)
        .map_err(|e| CliError::Run(format!("cannot write png: {e}")))?;
    Ok(file)
}
