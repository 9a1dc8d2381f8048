//! PNG files of every kind, as no library writes them: all colour types and depths, Adam7, any
//! chunks.

/// What a file should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Png {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.
    pub(crate) colour: u8,
    pub(crate) depth: u8,
    pub(crate) interlaced: bool,
    /// With a `tRNS` chunk.
    pub(crate) transparent: bool,
}

/// The columns and rows of a pass.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) xs: Vec<usize>,
    pub(crate) ys: Vec<usize>,
}

/// First column and row of each pass of Adam7, and how far apart they are.
const ADAM7: [(usize, usize, usize, usize); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

impl Png {
    fn channels(self) -> usize {
        match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        }
    }

    /// Columns and rows of each pass.
    pub(crate) fn passes(self) -> Vec<Row> {
        let all = &[(0, 0, 1, 1)][..];
        let passes = if self.interlaced { &ADAM7[..] } else { all };
        let pass = |&(x, y, dx, dy): &(usize, usize, usize, usize)| Row {
            xs: (x..self.width).step_by(dx).collect(),
            ys: (y..self.height).step_by(dy).collect(),
        };
        passes.iter().map(pass).collect()
    }

    /// A sample: a ramp over the picture, in each channel its own.
    fn sample(self, x: usize, y: usize, channel: usize) -> u16 {
        let value = (x * 1987 + y * 1201 * (channel + 1) + channel * 9000) as u32 % 65536;
        (value >> (16 - u32::from(self.depth))) as u16
    }

    /// The file, with `chunks` before the pixels.
    pub(crate) fn file(self, chunks: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut header = [(self.width as u32).to_be_bytes(), (self.height as u32).to_be_bytes()].concat();
        header.extend([self.depth, self.colour, 0, 0, self.interlaced.into()]);
        chunk(&mut out, *b"IHDR", &header);
        chunks.iter().for_each(|(kind, data)| chunk(&mut out, *kind, data));
        if self.colour == 3 {
            let colours: Vec<u8> =
                (0..1usize << self.depth).flat_map(|i| [i * 37, i * 91, 255 - i].map(|v| v as u8)).collect();
            chunk(&mut out, *b"PLTE", &colours);
        }
        if self.transparent {
            let transparent: &[u8] = match self.colour {
                0 => &[0, 1],
                2 => &[0, 10, 0, 20, 0, 30],
                _ => &[0, 128],
            };
            chunk(&mut out, *b"tRNS", transparent);
        }
        chunk(&mut out, *b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&self.rows(), 6));
        chunk(&mut out, *b"IEND", &[]);
        out
    }

    /// The rows of all passes, none of them filtered.
    fn rows(self) -> Vec<u8> {
        let mut out = Vec::new();
        for Row { xs, ys } in self.passes().iter().filter(|pass| !pass.xs.is_empty()) {
            for &y in ys {
                out.push(0);
                let (mut bits, mut count) = (0u64, 0);
                for (x, c) in xs.iter().flat_map(|&x| (0..self.channels()).map(move |c| (x, c))) {
                    bits = bits << self.depth | u64::from(self.sample(x, y, c));
                    count += u32::from(self.depth);
                    while count >= 8 {
                        count -= 8;
                        out.push((bits >> count) as u8);
                    }
                }
                if count > 0 {
                    out.push((bits << (8 - count)) as u8);
                }
            }
        }
        out
    }
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let crc = crc32fast::hash(&out[start..]);
    out.extend(crc.to_be_bytes());
}
