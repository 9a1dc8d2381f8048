//! One scan: what its header says, and the levels that are coded in it.

use std::ops::Range;

use super::frame::{BLOCK, Component, Frame};
use super::huffman::{Bits, Broken, Table};

/// Frequencies in the order in which they are coded.
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Tables and the restart interval, as segments set them.
#[derive(Debug, Default)]
pub(super) struct Setting {
    pub(super) steps: [Option<[u16; 64]>; 4],
    /// Of lowest frequencies and of others.
    pub(super) codes: [[Option<Table>; 4]; 2],
    /// Units between restarts.
    pub(super) restart: usize,
}

/// What of a scan is not there.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Rows of the picture that miss something.
    pub(super) lost: Option<Range<usize>>,
    /// Bytes that nothing was decoded from.
    pub(super) unused: usize,
    /// Units of a row, and rows of the picture in one.
    across: usize,
    height: usize,
}

impl Outcome {
    /// Units are not there.
    fn lose(&mut self, units: Range<usize>) {
        if !units.is_empty() {
            let rows = units.start / self.across * self.height..((units.end - 1) / self.across + 1) * self.height;
            self.lost = union(self.lost.take(), Some(rows));
        }
    }
}

/// What holds both ranges.
pub(super) fn union(a: Option<Range<usize>>, b: Option<Range<usize>>) -> Option<Range<usize>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.start.min(b.start)..a.end.max(b.end)),
        (a, b) => a.or(b),
    }
}

/// A component in a scan.
struct ScanComponent<'a> {
    component: usize,
    low: Option<&'a Table>,
    others: Option<&'a Table>,
}

/// A scan header.
pub(super) struct Scan<'a> {
    parts: Vec<ScanComponent<'a>>,
    /// Frequencies.
    band: Range<usize>,
    /// Lowest bits before and after; the first is zero where there are none before.
    high: u8,
    low: u8,
    progressive: bool,
}

impl<'a> Scan<'a> {
    /// What a header says, checked against the frame and what came before.
    pub(super) fn new(contents: &[u8], frame: &mut Frame, setting: &'a Setting) -> Result<Self, String> {
        let damaged = || "a damaged scan header".to_owned();
        let (&count, rest) = contents.split_first().ok_or_else(damaged)?;
        let (entries, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or_else(damaged)?;
        let &[first, last, bits, ..] = rest else { return Err(damaged()) };
        if !(1..=4).contains(&count) {
            return Err(damaged());
        }
        let (high, low) = (bits >> 4, bits & 15);
        let (first, last) = if frame.progressive { (first.into(), last.into()) } else { (0, 63) };
        let (high, low) = if frame.progressive { (high, low) } else { (0, 0) };
        let fits = if first == 0 { last == 0 || !frame.progressive } else { last <= 63 && first <= last && count == 1 };
        if !fits || low > 13 || (high != 0 && high != low + 1) {
            return Err(damaged());
        }
        let mut scan = Self { parts: Vec::new(), band: first..last + 1, high, low, progressive: frame.progressive };
        for &[id, tables] in entries.as_chunks::<2>().0 {
            let taken = |i: usize| scan.parts.iter().any(|p| p.component == i);
            let component = (0..frame.components.len()).find(|&i| frame.components[i].id == id && !taken(i));
            let component = component.ok_or_else(damaged)?;
            let table =
                |class: usize, number: u8| setting.codes[class].get(usize::from(number)).and_then(Option::as_ref);
            scan.parts.push(ScanComponent { component, low: table(0, tables >> 4), others: table(1, tables & 15) });
        }
        scan.check(frame, setting)?;
        Ok(scan)
    }

    /// Checks that everything is there that the scan needs, and notes what will be decoded then.
    fn check(&self, frame: &mut Frame, setting: &Setting) -> Result<(), String> {
        let blocks: usize = self.parts.iter().map(|p| frame.components[p.component].factors).map(|(h, v)| h * v).sum();
        if self.parts.len() > 1 && blocks > 10 {
            return Err(format!("JPEG with {blocks} blocks in a unit is not supported"));
        }
        for part in &self.parts {
            let needs_low = self.band.start == 0 && self.high == 0;
            if (needs_low && part.low.is_none()) || (self.band.end > 1 && part.others.is_none()) {
                return Err("damaged: a Huffman table is missing".to_owned());
            }
            let component = &mut frame.components[part.component];
            if component.steps.is_none() {
                let steps = setting.steps[component.table].ok_or("damaged: a quantisation table is missing")?;
                component.steps = Some(steps);
                component.levels = vec![[0; 64]; component.padded.0 * component.padded.1];
            }
            for lowest in &mut component.lowest[self.band.clone()] {
                if *lowest != (self.high != 0).then_some(self.high) {
                    return Err("damaged: its scans do not follow each other".to_owned());
                }
                *lowest = Some(self.low);
            }
        }
        Ok(())
    }

    /// Units of the scan across and down: of one component, its blocks.
    fn units(&self, frame: &Frame) -> (usize, usize) {
        match self.parts.as_slice() {
            [part] => frame.components[part.component].blocks,
            _ => frame.units,
        }
    }

    /// Rows of the picture that a unit stands for.
    fn unit_height(&self, frame: &Frame) -> usize {
        match self.parts.as_slice() {
            [part] => BLOCK * frame.most.1 / frame.components[part.component].factors.1,
            _ => BLOCK * frame.most.1,
        }
    }

    /// Decodes the data behind the header into the frame's levels.
    pub(super) fn decode(&self, coded: &[u8], frame: &mut Frame, setting: &Setting) -> Outcome {
        let (across, down) = self.units(frame);
        let units = across * down;
        let interval = if setting.restart == 0 { units } else { setting.restart };
        let mut outcome = Outcome { height: self.unit_height(frame), across, ..Outcome::default() };
        let mut first = 0;
        for (data, restart) in intervals(coded) {
            let end = (first + interval).min(units);
            let mut run = Run { scan: self, bits: Bits::new(data), predictions: [0; 4], zero_blocks: 0 };
            let reached = run.units(first..end, across, &mut frame.components);
            outcome.unused += if reached == end { run.bits.left() } else { 0 };
            outcome.lose(reached..end);
            first = end;
            // A number out of order says that restarts are missing.
            if let Some(restart) = restart
                && first < units
            {
                let missing = (usize::from(restart) + 8 - (first / interval - 1) % 8) % 8;
                let resumed = (first + missing * interval).min(units);
                outcome.lose(first..resumed);
                first = resumed;
            }
        }
        outcome.lose(first..units);
        outcome
    }
}

/// Data between restart markers, and the number of the one behind.
fn intervals(coded: &[u8]) -> impl Iterator<Item = (&[u8], Option<u8>)> {
    let mut rest = Some(coded);
    std::iter::from_fn(move || {
        let data = rest?;
        let is_restart = |pair: &[u8]| pair[0] == 0xFF && (0xD0..=0xD7).contains(&pair[1]);
        let at = data.windows(2).position(is_restart);
        rest = at.map(|at| &data[at + 2..]);
        Some(match at {
            Some(at) => (&data[..at], Some(data[at + 1] - 0xD0)),
            None => (data, None),
        })
    })
}

/// Decoding between restarts.
struct Run<'a, 'b> {
    scan: &'a Scan<'b>,
    bits: Bits<'a>,
    predictions: [i32; 4],
    /// Blocks to come that have nothing new in this band.
    zero_blocks: u32,
}

impl Run<'_, '_> {
    /// Decodes units, and says which is the first that is not there.
    fn units(&mut self, units: Range<usize>, across: usize, components: &mut [Component]) -> usize {
        for unit in units.clone() {
            if self.unit((unit % across, unit / across), components).is_err() || self.bits.overrun() {
                return unit;
            }
        }
        units.end
    }

    fn unit(&mut self, (x, y): (usize, usize), components: &mut [Component]) -> Result<(), Broken> {
        let scan = self.scan;
        if let [part] = scan.parts.as_slice() {
            let component = &mut components[part.component];
            return self.block(0, part, &mut component.levels[y * component.padded.0 + x]);
        }
        for (i, part) in scan.parts.iter().enumerate() {
            let Component { factors: (h, v), padded: (stride, _), levels, .. } = &mut components[part.component];
            for row in y * *v..(y + 1) * *v {
                for block in &mut levels[row * *stride + x * *h..][..*h] {
                    self.block(i, part, block)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn block(&mut self, place: usize, part: &ScanComponent<'_>, block: &mut [i16; 64]) -> Result<(), Broken> {
        let Scan { band, high, low, .. } = self.scan;
        if band.start == 0 {
            if *high == 0 {
                let length = self.bits.symbol(part.low.ok_or(Broken)?)?;
                if length > 15 {
                    return Err(Broken);
                }
                let value = self.predictions[place].wrapping_add(self.bits.number(length.into()));
                self.predictions[place] = value;
                block[0] = (value << low) as i16;
            } else if self.bits.take(1) != 0 {
                block[0] |= 1 << low;
            }
        }
        match (band.end > 1, high) {
            (false, _) => Ok(()),
            (true, 0) => self.fresh(part.others.ok_or(Broken)?, block),
            (true, _) => self.refine(part.others.ok_or(Broken)?, block),
        }
    }

    /// Levels of which nothing is known yet.
    #[inline]
    fn fresh(&mut self, table: &Table, block: &mut [i16; 64]) -> Result<(), Broken> {
        if self.zero_blocks > 0 {
            self.zero_blocks -= 1;
            return Ok(());
        }
        let (mut at, end) = (self.scan.band.start.max(1), self.scan.band.end);
        while at < end {
            let (zeros, level) = match self.bits.zeros_and_level(table) {
                Some(found) => found,
                None => {
                    let symbol = self.bits.symbol(table)?;
                    let (zeros, length) = (symbol >> 4, u32::from(symbol & 15));
                    if length == 0 && zeros == 15 {
                        at += 16;
                        continue;
                    }
                    if length == 0 {
                        if self.scan.progressive {
                            self.zero_blocks = (1 << zeros) + self.bits.take(zeros.into()) - 1;
                        }
                        break;
                    }
                    (zeros, self.bits.number(length) as i16)
                }
            };
            at += usize::from(zeros);
            let place = ZIGZAG[..end].get(at).ok_or(Broken)?;
            block[usize::from(*place)] = level << self.scan.low;
            at += 1;
        }
        Ok(())
    }

    /// One more bit of levels that are not zero, and levels that are no longer.
    fn refine(&mut self, table: &Table, block: &mut [i16; 64]) -> Result<(), Broken> {
        let (mut at, end) = (self.scan.band.start, self.scan.band.end);
        let step = 1i16 << self.scan.low;
        while at < end && self.zero_blocks == 0 {
            let symbol = self.bits.symbol(table)?;
            let (zeros, length) = (symbol >> 4, symbol & 15);
            let new = match (zeros, length) {
                (15, 0) => 0,
                (zeros, 0) => {
                    self.zero_blocks = (1 << zeros) + self.bits.take(zeros.into());
                    break;
                }
                (_, 1) if self.bits.take(1) != 0 => step,
                (_, 1) => -step,
                _ => return Err(Broken),
            };
            at = self.correct(block, at..end, Some(zeros));
            if new != 0 {
                block[usize::from(*ZIGZAG[..end].get(at).ok_or(Broken)?)] = new;
            }
            at += 1;
        }
        if self.zero_blocks > 0 {
            self.correct(block, at..end, None);
            self.zero_blocks -= 1;
        }
        Ok(())
    }

    /// Refines levels that are not zero, past so many zeros or to the end; says where it stopped.
    fn correct(&mut self, block: &mut [i16; 64], band: Range<usize>, mut zeros: Option<u8>) -> usize {
        let (step, end) = (1i16 << self.scan.low, band.end);
        for at in band {
            let level = &mut block[usize::from(ZIGZAG[at])];
            if *level == 0 {
                match &mut zeros {
                    Some(0) => return at,
                    Some(zeros) => *zeros -= 1,
                    None => {}
                }
            } else if self.bits.take(1) != 0 && *level & step == 0 {
                *level = level.wrapping_add(if *level > 0 { step } else { -step });
            }
        }
        end
    }
}
