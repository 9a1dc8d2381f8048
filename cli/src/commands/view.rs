//! `kvant view`: pictures, and what is different between two, in a terminal.

use std::env;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, stdout};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use console::Term;
use image::RgbImage;
use image::imageops::{FilterType, resize};
use kvant::PixelFormat;

use crate::args::{Protocol, ViewArgs};
use crate::base::error::{CliError, Result};
use crate::base::names::display_name;
use crate::base::print::print_text;
use crate::pictures::{OutputFormat, Picture, ReadOptions, Transparency, fit, read_bytes, read_picture, write_picture};

/// Pixels of a character cell, about, on terminals that show pixels.
const CELL: u32 = 10;
/// Bytes that a command of kitty's protocol carries at most.
const KITTY_CHUNK: usize = 4096;

/// Runs the command.
pub(crate) fn execute(args: &ViewArgs) -> Result<()> {
    if !stdout().is_terminal() {
        let text = "standard output is no terminal, and kvant view draws in one; kvant decode writes pictures to files";
        return Err(CliError::Usage(text.to_owned()));
    }
    let screen = Screen::new(args);
    let transparency = Transparency::Over(args.background);
    let options = ReadOptions { transparency, decoder: args.limits.decoder(0)?, ..ReadOptions::default() };
    let load = |path: &Path| {
        let name = display_name(path);
        read_picture(&name, &read_bytes(path, &options.decoder.limits)?, &options)?.upright()
    };
    let first = load(&args.file)?;
    let name = display_name(&args.file);
    let Some(other) = &args.other else { return screen.show(&name, &first) };
    let (second, other) = (load(other)?, display_name(other));
    match args.diff {
        Some(gain) => {
            let difference = difference(&first, &second, gain).ok_or_else(|| {
                let [one, two] = [&first, &second].map(|p| format!("{}x{}", p.width(), p.height()));
                CliError::Run(format!("{name}, {other}: pictures of {one} and {two} pixels have no difference to show"))
            })?;
            screen.show(&format!("{name} - {other}, {gain} times"), &difference)
        }
        None => screen.show(&name, &first).and_then(|()| screen.show(&other, &second)),
    }
}

/// How much the samples of two pictures differ, `gain` times, in 8 bits; `None` where the sizes do.
fn difference(one: &Picture, two: &Picture, gain: u8) -> Option<Picture> {
    let (width, height) = (one.width(), one.height());
    if (width, height) != (two.width(), two.height()) {
        return None;
    }
    let (one, two) = (one.to_rgb(), two.to_rgb());
    let data = one.iter().zip(two.iter()).map(|(a, b)| a.abs_diff(*b).saturating_mul(gain)).collect();
    Some(Picture::new(width, height, PixelFormat::Rgb8, data))
}

/// The terminal.
struct Screen {
    protocol: Protocol,
    /// Characters that a picture may take, across and down.
    columns: u32,
    rows: u32,
}

impl Screen {
    fn new(args: &ViewArgs) -> Self {
        // The size that terminals have had since there are any.
        let (rows, columns) = Term::stdout().size_checked().unwrap_or((24, 80));
        let columns = args.width.unwrap_or(columns).max(1).into();
        // One for the name, one for the prompt. A width that is asked for may make the picture
        // higher than the window.
        let rows = if args.width.is_some() { u32::MAX } else { u32::from(rows).saturating_sub(2).max(1) };
        let protocol = if args.protocol == Protocol::Auto { detect(|name| env::var(name).ok()) } else { args.protocol };
        Self { protocol, columns, rows }
    }

    /// Prints a picture's name and the picture.
    fn show(&self, name: &str, picture: &Picture) -> Result<()> {
        let (w, h) = (picture.width(), picture.height());
        let drawn = match self.protocol {
            // A cell is two pixels, one above the other.
            Protocol::Auto | Protocol::Blocks => {
                let (w, h) = fit((w, h), (self.columns, self.rows.saturating_mul(2)));
                blocks(&scaled(picture, w, h))
            }
            Protocol::Kitty | Protocol::Iterm => {
                // Cells are about twice as high as wide.
                let (w, h) = fit((w, h), (self.columns * CELL, self.rows.saturating_mul(2 * CELL)));
                let small = Picture::new(w, h, PixelFormat::Rgb8, scaled(picture, w, h).into_raw());
                let png = write_picture(&small, OutputFormat::Png)?;
                let columns = w.div_ceil(CELL);
                if self.protocol == Protocol::Kitty { kitty(&png, columns) } else { iterm(&png, columns) }
            }
        };
        print_text(&format!("{name}  {w}x{h}\n{drawn}"))
    }
}

/// The best way to draw that a terminal's environment speaks of.
fn detect(variable: impl Fn(&str) -> Option<String>) -> Protocol {
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let term = variable("TERM").unwrap_or_default();
    if variable("TMUX").is_some() || term.starts_with("screen") {
        // What lies between shows text only.
        return Protocol::Blocks;
    }
    let kitty = ["kitty", "ghostty"].iter().any(|name| term.contains(name) || program == *name);
    if kitty || variable("KITTY_WINDOW_ID").is_some() {
        Protocol::Kitty
    } else if ["iTerm.app", "WezTerm"].contains(&program.as_str()) {
        Protocol::Iterm
    } else {
        Protocol::Blocks
    }
}

fn scaled(picture: &Picture, w: u32, h: u32) -> RgbImage {
    let pixels = RgbImage::from_raw(picture.width(), picture.height(), picture.to_rgb().into_owned());
    let pixels = pixels.expect("as many bytes as pixels have");
    if pixels.dimensions() == (w, h) { pixels } else { resize(&pixels, w, h, FilterType::CatmullRom) }
}

/// Two rows of pixels a line: half blocks, whose colours are those of the upper pixel and of the
/// lower one.
fn blocks(pixels: &RgbImage) -> String {
    let (w, h) = pixels.dimensions();
    let mut text = String::new();
    for y in (0..h).step_by(2) {
        for x in 0..w {
            let [r, g, b] = pixels.get_pixel(x, y).0;
            let _ = write!(text, "\x1b[38;2;{r};{g};{b}m");
            if y + 1 < h {
                let [r, g, b] = pixels.get_pixel(x, y + 1).0;
                let _ = write!(text, "\x1b[48;2;{r};{g};{b}m");
            }
            text.push('▀');
        }
        text += "\x1b[0m\n";
    }
    text
}

/// A PNG file by kitty's graphics protocol, `columns` cells wide.
fn kitty(png: &[u8], columns: u32) -> String {
    let data = BASE64.encode(png);
    let mut text = String::new();
    let count = data.len().div_ceil(KITTY_CHUNK);
    for (i, chunk) in data.as_bytes().chunks(KITTY_CHUNK).enumerate() {
        let first = if i == 0 { format!("f=100,a=T,c={columns},") } else { String::new() };
        let more = u8::from(i + 1 < count);
        let chunk = String::from_utf8_lossy(chunk);
        let _ = write!(text, "\x1b_G{first}m={more};{chunk}\x1b\\");
    }
    text + "\n"
}

/// A PNG file by iTerm's protocol, `columns` cells wide.
fn iterm(png: &[u8], columns: u32) -> String {
    let (size, data) = (png.len(), BASE64.encode(png));
    format!("\x1b]1337;File=inline=1;size={size};width={columns}:{data}\x07\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_of_pixels_are_a_line() {
        let pixels = RgbImage::from_raw(1, 3, vec![1, 2, 3, 4, 5, 6, 7, 8, 9]).unwrap();
        let lines = "\x1b[38;2;1;2;3m\x1b[48;2;4;5;6m▀\x1b[0m\n\x1b[38;2;7;8;9m▀\x1b[0m\n";
        assert_eq!(blocks(&pixels), lines);
    }

    #[test]
    fn the_difference_is_amplified_and_has_no_sign() {
        let gray = |v: u8| Picture::new(1, 1, PixelFormat::Gray8, vec![v]);
        let shown = |gain| difference(&gray(100), &gray(103), gain).unwrap().data().to_vec();
        assert_eq!((shown(1), shown(16), shown(255)), (vec![3; 3], vec![48; 3], vec![255; 3]));
        assert_eq!(difference(&gray(103), &gray(100), 1).unwrap().data(), [3; 3]);
        assert!(difference(&gray(1), &Picture::new(2, 1, PixelFormat::Gray8, vec![1, 1]), 8).is_none());
    }

    #[test]
    fn a_file_survives_the_protocols() {
        let png: Vec<u8> = (0..10_000u32).map(|i| (i * i / 7) as u8).collect();
        let sent = kitty(&png, 30);
        let commands: Vec<&str> = sent.split("\x1b_G").skip(1).map(|c| c.split("\x1b\\").next().unwrap()).collect();
        let parts: Vec<_> = commands.iter().map(|c| c.split_once(';').unwrap()).collect();
        let keys: Vec<_> = parts.iter().map(|p| p.0).collect();
        assert_eq!(keys, ["f=100,a=T,c=30,m=1", "m=1", "m=1", "m=0"]);
        assert_eq!(BASE64.decode(parts.iter().map(|p| p.1).collect::<String>()).unwrap(), png);
        let sent = iterm(&png, 30);
        let data = sent.split_once("width=30:").unwrap().1.trim_end_matches(['\n', '\x07']);
        assert_eq!(BASE64.decode(data).unwrap(), png);
    }

    #[test]
    fn terminals_are_told_by_their_environment() {
        let of = |pairs: &[(&str, &str)]| detect(|name| pairs.iter().find(|p| p.0 == name).map(|p| p.1.to_owned()));
        assert_eq!(of(&[("TERM", "xterm-256color")]), Protocol::Blocks);
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Protocol::Kitty);
        assert_eq!(of(&[("TERM_PROGRAM", "iTerm.app")]), Protocol::Iterm);
        assert_eq!(of(&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/x")]), Protocol::Blocks);
    }
}
