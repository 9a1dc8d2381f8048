//! Decodes baseline and progressive JPEG as libjpeg does, to the bit, and says which rows are not
//! there.
//!
//! It is our own since crates get unusual samplings and orders of scans wrong in silence, are
//! several levels off at others, and give gray for what a file has lost, without a word.

mod colour;
mod frame;
mod huffman;
mod idct;
mod scan;
mod upsample;

use std::ops::Range;

use rayon::prelude::*;

use self::colour::Colours;
use self::frame::{BLOCK, Component, Frame, is_frame};
use self::huffman::Table;
use self::scan::{Scan, Setting, ZIGZAG, union};
use self::upsample::Plane;
use super::super::source::SourceFile;
use super::segments::{Segment, Walk, marker};
use crate::base::error::Result;

/// Rows that are made at a time.
const STRIPE: usize = 16;

/// Pixels, and what there is to say of them.
#[derive(Debug)]
pub(super) struct DecodedJpeg {
    pub(super) size: (u32, u32),
    /// Samples of a pixel: 1 gray, 3 RGB, 4 inks (cyan, magenta, yellow, black; 255 covers most);
    /// or as they are stored.
    pub(super) channels: usize,
    pub(super) pixels: Vec<u8>,
    /// Rows that miss samples or bits of them.
    pub(super) lost: Option<Range<usize>>,
    /// Whether frequencies of a progressive picture have bits that no scan codes.
    pub(super) coarse: bool,
    /// Bytes of coded data that nothing was decoded from: what is before them may be wrong.
    pub(super) unused: usize,
}

/// The picture in a file; its channels stay what they are where they are to be as `stored`.
pub(super) fn decode(source: &SourceFile<'_>, walk: &Walk<'_>, stored: bool) -> Result<DecodedJpeg> {
    let mut reader =
        Reader { source, lines: lines(walk), setting: Setting::default(), frame: None, lost: None, unused: 0 };
    for segment in &walk.segments {
        reader.segment(segment)?;
    }
    let Reader { frame, lost, unused, .. } = reader;
    let Some(frame) = frame else {
        let cut = if walk.tail.is_none() { "cut off" } else { "damaged" };
        return Err(source.fault(format!("{cut}: there is no picture in this JPEG file")));
    };
    let height = frame.size.1;
    let levels = || frame.components.iter().map(|c| &c.lowest);
    let empty = levels().any(|lowest| lowest[0].is_none());
    let lost = if empty { Some(0..height) } else { lost };
    let colours = if stored { Colours::EmbeddedPicture(frame.components.len()) } else { Colours::new(&frame, walk) };
    let decoded = DecodedJpeg {
        size: (frame.size.0 as u32, height as u32),
        channels: colours.channels(),
        pixels: Vec::new(),
        lost: lost.map(|rows| rows.start.min(height)..rows.end.min(height)).filter(|rows| !rows.is_empty()),
        coarse: levels().flatten().any(|&lowest| lowest != Some(0)),
        unused,
    };
    let pixels = if empty_everywhere(&frame) { Vec::new() } else { pixels(frame, colours) };
    Ok(DecodedJpeg { pixels, ..decoded })
}

/// Whether there is nothing of any component.
fn empty_everywhere(frame: &Frame) -> bool {
    frame.components.iter().all(|c| c.levels.is_empty())
}

/// The height as a segment behind the first scan says it, where the frame header does not.
fn lines(walk: &Walk<'_>) -> Option<usize> {
    let bytes = walk.named(marker::DNL, b"").find_map(|contents| contents.first_chunk().copied());
    bytes.map(u16::from_be_bytes).map(usize::from)
}

/// What segments have said so far.
struct Reader<'a> {
    source: &'a SourceFile<'a>,
    lines: Option<usize>,
    setting: Setting,
    frame: Option<Frame>,
    lost: Option<Range<usize>>,
    unused: usize,
}

impl Reader<'_> {
    fn segment(&mut self, segment: &Segment<'_>) -> Result<()> {
        let (source, contents) = (self.source, segment.contents);
        let damaged = |what: &str| source.fault(format!("a damaged {what}"));
        match segment.marker {
            marker::DQT => set_steps(contents, &mut self.setting).ok_or_else(|| damaged("quantisation table")),
            marker::DHT => set_codes(contents, &mut self.setting).ok_or_else(|| damaged("Huffman table")),
            marker::DRI => {
                let units = contents.first_chunk().ok_or_else(|| damaged("restart interval"))?;
                self.setting.restart = u16::from_be_bytes(*units).into();
                Ok(())
            }
            marker::SOS => self.scan(segment),
            start if is_frame(start) => {
                if self.frame.is_some() {
                    return Err(damaged("file: a second frame header"));
                }
                let frame = Frame::new(start, contents, self.lines).map_err(|e| source.fault(e))?;
                source.check_dimensions((frame.size.0 as u32, frame.size.1 as u32))?;
                source.check_bytes(frame.bytes())?;
                self.frame = Some(frame);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scan(&mut self, segment: &Segment<'_>) -> Result<()> {
        let Some(frame) = &mut self.frame else {
            return Err(self.source.fault("damaged: a scan before the frame header"));
        };
        let scan = Scan::new(segment.contents, frame, &self.setting).map_err(|e| self.source.fault(e))?;
        let outcome = scan.decode(segment.coded, frame, &self.setting);
        self.unused += outcome.unused;
        self.lost = union(self.lost.take(), outcome.lost);
        Ok(())
    }
}

/// Takes tables of quantisation: 64 steps each, of one byte or two.
fn set_steps(mut contents: &[u8], setting: &mut Setting) -> Option<()> {
    while let Some((&head, rest)) = contents.split_first() {
        let bytes = match head >> 4 {
            0 => 1,
            1 => 2,
            _ => return None,
        };
        let (values, rest) = rest.split_at_checked(64 * bytes)?;
        let mut steps = [0; 64];
        for (value, place) in values.chunks_exact(bytes).zip(ZIGZAG) {
            steps[usize::from(place)] = value.iter().fold(0, |all, &byte| all << 8 | u16::from(byte));
        }
        *setting.steps.get_mut(usize::from(head & 15))? = Some(steps);
        contents = rest;
    }
    Some(())
}

/// Takes tables of codes: how many there are of each length, and their symbols.
fn set_codes(mut contents: &[u8], setting: &mut Setting) -> Option<()> {
    while let Some((&head, rest)) = contents.split_first() {
        let (counts, rest) = rest.split_first_chunk::<16>()?;
        let symbols = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest.split_at_checked(symbols)?;
        let class = setting.codes.get_mut(usize::from(head >> 4))?;
        *class.get_mut(usize::from(head & 15))? = Some(Table::new(counts, symbols)?);
        contents = rest;
    }
    Some(())
}

/// All pixels of levels.
fn pixels(frame: Frame, colours: Colours) -> Vec<u8> {
    let ((width, height), most) = (frame.size, frame.most);
    // One after another, so that the levels of each go before the samples of the next come.
    let planes: Vec<Plane> = frame.components.into_iter().map(|c| plane(c, most)).collect();
    let mut pixels = vec![0; width * height * colours.channels()];
    let row_bytes = width * colours.channels();
    pixels.par_chunks_mut(row_bytes * STRIPE).enumerate().for_each(|(stripe, out)| {
        let mut rows = vec![Vec::new(); planes.len()];
        for (y, out) in out.chunks_exact_mut(row_bytes).enumerate() {
            for (row, plane) in rows.iter_mut().zip(&planes) {
                plane.upsampled(stripe * STRIPE + y, row);
            }
            colours.convert(&rows, out);
        }
    });
    pixels
}

/// The samples of a component: gray where there is nothing of it.
fn plane(component: Component, most: (usize, usize)) -> Plane {
    let Component { levels, steps, padded, size, factors, .. } = component;
    let stride = padded.0 * BLOCK;
    let mut samples = vec![128; stride * padded.1 * BLOCK];
    let steps = steps.unwrap_or([1; 64]);
    let rows = samples.par_chunks_mut(stride * BLOCK).zip(levels.par_chunks(padded.0));
    rows.for_each(|(out, levels)| {
        for (x, levels) in levels.iter().enumerate() {
            idct::inverse(levels, &steps, &mut out[x * BLOCK..], stride);
        }
    });
    Plane { samples, stride, size, spread: (most.0 / factors.0, most.1 / factors.1) }
}
