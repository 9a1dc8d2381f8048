//! What a frame header says: the process, the size, and the components with their samplings.

use super::super::segments::marker;

/// Samples of a block.
pub(super) const BLOCK: usize = 8;

/// One component of a picture.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Samples for each of the largest component's, times that one's factors.
    pub(super) factors: (usize, usize),
    /// Number of its table of quantisation, and the table as it was when its first scan began.
    pub(super) table: usize,
    pub(super) steps: Option<[u16; 64]>,
    /// Samples, of which blocks at the edges have more.
    pub(super) size: (usize, usize),
    /// Blocks of it, and those that are coded where components are interleaved.
    pub(super) blocks: (usize, usize),
    pub(super) padded: (usize, usize),
    /// By frequency, the lowest bit that is decoded; nothing where none is.
    pub(super) lowest: [Option<u8>; 64],
    /// Levels of its blocks, in rows.
    pub(super) levels: Vec<[i16; 64]>,
}

/// A picture's header.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) progressive: bool,
    pub(super) size: (usize, usize),
    pub(super) components: Vec<Component>,
    /// The largest factors.
    pub(super) most: (usize, usize),
    /// Units across and down, where all components are interleaved.
    pub(super) units: (usize, usize),
}

impl Frame {
    /// What a frame header of a marker says, or what of it cannot be read; `lines` is the height
    /// where it says none.
    pub(super) fn new(marker: u8, contents: &[u8], lines: Option<usize>) -> Result<Self, String> {
        refuse_processes(marker)?;
        let damaged = || "a damaged frame header".to_owned();
        let (&[bits, h1, h0, w1, w0, count], rest) = contents.split_first_chunk().ok_or_else(damaged)?;
        if bits != 8 {
            return Err(format!("{bits} bits a sample are not supported in JPEG"));
        }
        let number = |high, low| usize::from(u16::from_be_bytes([high, low]));
        let size = (number(w1, w0), Some(number(h1, h0)).filter(|&h| h != 0).or(lines).unwrap_or(0));
        let entries = rest.as_chunks::<3>().0;
        if count == 0 || entries.len() < count.into() {
            return Err(damaged());
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(format!("JPEG of {count} components is not supported"));
        }
        let entries = &entries[..count.into()];
        let factors = |entry: &[u8; 3]| (usize::from(entry[1] >> 4), usize::from(entry[1] & 15));
        if entries.iter().any(|e| !(1..=4).contains(&factors(e).0) || !(1..=4).contains(&factors(e).1) || e[2] > 3) {
            return Err(damaged());
        }
        let largest = |of: fn((usize, usize)) -> usize| entries.iter().map(|e| of(factors(e))).max().unwrap_or(1);
        let most = (largest(|f| f.0), largest(|f| f.1));
        if let Some((h, v)) = entries.iter().map(factors).find(|f| most.0 % f.0 != 0 || most.1 % f.1 != 0) {
            return Err(format!("JPEG with samplings {}x{} and {h}x{v} together is not supported", most.0, most.1));
        }
        let units = (size.0.div_ceil(BLOCK * most.0), size.1.div_ceil(BLOCK * most.1));
        let component = |entry: &[u8; 3]| {
            let factors = factors(entry);
            let reduced = ((size.0 * factors.0).div_ceil(most.0), (size.1 * factors.1).div_ceil(most.1));
            Component {
                id: entry[0],
                factors,
                table: entry[2].into(),
                steps: None,
                size: reduced,
                blocks: (reduced.0.div_ceil(BLOCK), reduced.1.div_ceil(BLOCK)),
                padded: (units.0 * factors.0, units.1 * factors.1),
                lowest: [None; 64],
                levels: Vec::new(),
            }
        };
        let components = entries.iter().map(component).collect();
        Ok(Self { progressive: marker == 0xC2, size, components, most, units })
    }

    /// Bytes that decoding takes: levels of two bytes a sample, and the samples.
    pub(super) fn bytes(&self) -> u64 {
        self.components.iter().map(|c| 3 * 64 * (c.padded.0 * c.padded.1) as u64).sum()
    }
}

/// Whether a marker begins a frame.
pub(super) fn is_frame(marker: u8) -> bool {
    // JPEG-LS has a marker of its own.
    matches!(marker, 0xC0..=0xCF | 0xF7 | marker::DHP) && !matches!(marker, marker::DHT | 0xC8 | marker::DAC)
}

/// Names the coding processes that are not read.
fn refuse_processes(marker: u8) -> Result<(), String> {
    let name = match marker {
        0xC0..=0xC2 => return Ok(()),
        0xC3 => "a lossless JPEG (Huffman coding)",
        0xCB => "a lossless JPEG (arithmetic coding)",
        0xC9 | 0xCA => "arithmetic coding of JPEG",
        0xF7 => "JPEG-LS",
        _ => "a hierarchical JPEG",
    };
    Err(format!("{name} is not supported"))
}
