//! Writes TIFF files: any tags, any arrangement of samples.

use std::io::Write;

use super::tags;

/// What a tag says.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Short(Vec<u16>),
    Long(Vec<u32>),
    /// Of 64 bits, in BigTIFF.
    Long8(Vec<u64>),
    Fraction(Vec<[u32; 2]>),
    Text(&'static str),
    Bytes(Vec<u8>),
    /// So many bytes that lie at an offset already.
    BytesAt {
        count: usize,
        at: u64,
    },
    /// A directory of its own.
    Below(Vec<(u16, Value)>),
}

/// A directory, and the strips or tiles that it points to.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub(super) tags: Vec<(u16, Value)>,
    pub(super) chunks: Vec<Vec<u8>>,
}

impl Page {
    /// With one more tag, or another value of it.
    pub(super) fn with(mut self, tag: u16, value: Value) -> Self {
        self.tags.retain(|(t, _)| *t != tag);
        self.tags.push((tag, value));
        self
    }

    pub(super) fn without(mut self, tag: u16) -> Self {
        self.tags.retain(|(t, _)| *t != tag);
        self
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Writer {
    pub(super) big_endian: bool,
    /// BigTIFF.
    pub(super) big: bool,
}

impl Writer {
    /// All ways.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..4).map(|i| Self { big_endian: i & 1 != 0, big: i & 2 != 0 })
    }

    /// The lowest `size` bytes of a number.
    pub(super) fn number(self, value: u64, size: usize) -> Vec<u8> {
        match self.big_endian {
            true => value.to_be_bytes()[8 - size..].to_vec(),
            false => value.to_le_bytes()[..size].to_vec(),
        }
    }

    fn word(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    /// A file of these pages: of each the strips, then the values, then the directory.
    pub(super) fn file(self, pages: &[Page]) -> Vec<u8> {
        let mark = if self.big_endian { b"MM" } else { b"II" };
        let rest = if self.big { [self.number(43, 2), self.number(8, 4)].concat() } else { self.number(42, 2) };
        let rest = if self.big && self.big_endian { vec![0, 43, 0, 8, 0, 0] } else { rest };
        let mut out = [&mark[..], &rest].concat();
        let mut link = out.len();
        out.extend(self.number(0, self.word()));
        for page in pages {
            let mut tags = page.tags.clone();
            let mut places = (Vec::new(), Vec::new());
            for chunk in &page.chunks {
                places.0.push(out.len() as u32);
                places.1.push(chunk.len() as u32);
                out.extend(chunk);
            }
            let tiled = tags.iter().any(|(tag, _)| *tag == tags::TILE_WIDTH);
            let names = match tiled {
                true => (tags::TILE_OFFSETS, tags::TILE_BYTE_COUNTS),
                false => (tags::STRIP_OFFSETS, tags::STRIP_BYTE_COUNTS),
            };
            for (name, places) in [(names.0, places.0), (names.1, places.1)] {
                if !tags.iter().any(|(tag, _)| *tag == name) && !places.is_empty() {
                    tags.push((name, Value::Long(places)));
                }
            }
            let at = self.directory(&mut out, &tags);
            out.splice(link..link + self.word(), self.number(at as u64, self.word()));
            link = out.len() - self.word();
        }
        out
    }

    /// Writes values and then the table; the link to the next one is last and 0.
    fn directory(self, out: &mut Vec<u8>, tags: &[(u16, Value)]) -> usize {
        let mut tags = tags.to_vec();
        tags.sort_by_key(|(tag, _)| *tag);
        let mut table = self.number(tags.len() as u64, if self.big { 8 } else { 2 });
        for (tag, value) in &tags {
            let (field_type, count, bytes) = self.value(out, value);
            table.extend([self.number((*tag).into(), 2), self.number(field_type, 2)].concat());
            table.extend(self.number(count as u64, self.word()));
            if bytes.len() <= self.word() {
                let mut inline = bytes;
                inline.resize(self.word(), 0);
                table.extend(inline);
            } else {
                table.extend(self.number(out.len() as u64, self.word()));
                out.extend(bytes);
            }
        }
        let at = out.len();
        out.extend(table);
        out.extend(self.number(0, self.word()));
        at
    }

    /// Type, count and bytes.
    fn value(self, out: &mut Vec<u8>, value: &Value) -> (u64, usize, Vec<u8>) {
        let all = |values: &[u64], size| values.iter().flat_map(|&v| self.number(v, size)).collect();
        match value {
            Value::Short(v) => (3, v.len(), v.iter().flat_map(|&v| self.number(v.into(), 2)).collect()),
            Value::Long(v) => (4, v.len(), v.iter().flat_map(|&v| self.number(v.into(), 4)).collect()),
            Value::Long8(v) => (16, v.len(), all(v, 8)),
            Value::Fraction(v) => (5, v.len(), v.iter().flatten().flat_map(|&v| self.number(v.into(), 4)).collect()),
            Value::Text(text) => (2, text.len() + 1, [text.as_bytes(), b"\0"].concat()),
            Value::Bytes(bytes) => (7, bytes.len(), bytes.clone()),
            Value::BytesAt { count, at } => (7, *count, self.number(*at, self.word())),
            Value::Below(tags) => {
                let at = self.directory(out, tags) as u64;
                if self.big { (18, 1, all(&[at], 8)) } else { (4, 1, all(&[at], 4)) }
            }
        }
    }
}

/// How samples are stored.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spec {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: usize,
    pub(super) bits: usize,
    /// PhotometricInterpretation; 0 means 1.
    pub(super) photometric: u16,
    pub(super) floating: bool,
    pub(super) planar: bool,
    pub(super) tiled: bool,
    /// 0 means none.
    pub(super) compression: u16,
    /// 0 means none.
    pub(super) predictor: u16,
    pub(super) reversed: bool,
}

impl Spec {
    /// The picture whose samples are `value(x, y, sample)`; strips of 3 rows, or tiles of 16x16.
    pub(super) fn page(&self, writer: Writer, value: impl Fn(usize, usize, usize) -> u64) -> Page {
        let Spec { width, height, samples, bits, .. } = *self;
        let (across, down) = if self.tiled { (16, 16) } else { (width, 3) };
        let mut chunks = Vec::new();
        for plane in 0..if self.planar { samples } else { 1 } {
            let inside = if self.planar { plane..plane + 1 } else { 0..samples };
            for (top, left) in (0..height.div_ceil(down)).flat_map(|y| (0..width.div_ceil(across)).map(move |x| (y, x)))
            {
                let rows = if self.tiled { down } else { down.min(height - top * down) };
                let row = |y: usize| {
                    let at = |x: usize, s| if x < width && y < height { value(x, y, s) } else { 0 };
                    let inside = &inside;
                    (left * across..(left + 1) * across).flat_map(|x| inside.clone().map(move |s| at(x, s))).collect()
                };
                let bytes =
                    (top * down..top * down + rows).flat_map(|y| self.row(writer, row(y), inside.len())).collect();
                chunks.push(self.packed(bytes));
            }
        }
        let short = |v: usize| Value::Short(vec![v as u16]);
        let mut tags = vec![
            (tags::IMAGE_WIDTH, short(width)),
            (tags::IMAGE_LENGTH, short(height)),
            (tags::BITS_PER_SAMPLE, Value::Short(vec![bits as u16; samples])),
            (tags::COMPRESSION, short(self.compression.max(1).into())),
            (tags::PHOTOMETRIC, short(self.photometric.max(1).into())),
            (tags::SAMPLES_PER_PIXEL, short(samples)),
            (tags::PLANAR_CONFIGURATION, short(if self.planar { 2 } else { 1 })),
            (tags::PREDICTOR, short(self.predictor.max(1).into())),
            (tags::FILL_ORDER, short(if self.reversed { 2 } else { 1 })),
            (tags::SAMPLE_FORMAT, Value::Short(vec![if self.floating { 3 } else { 1 }; samples])),
        ];
        match self.tiled {
            true => tags.extend([(tags::TILE_WIDTH, short(across)), (tags::TILE_LENGTH, short(down))]),
            false => tags.push((tags::ROWS_PER_STRIP, short(down))),
        }
        Page { tags, chunks }
    }

    /// A row of samples, as the file has it before it is packed; a pixel has `stride` of them.
    fn row(&self, writer: Writer, mut row: Vec<u64>, stride: usize) -> Vec<u8> {
        let size = self.bits / 8;
        if self.predictor == 2 {
            (stride..row.len()).rev().for_each(|i| row[i] = row[i].wrapping_sub(row[i - stride]));
        }
        if self.predictor == 3 {
            let highest_first = Writer { big_endian: true, big: false };
            let whole: Vec<_> = row.iter().map(|&v| highest_first.number(v, size)).collect();
            let mut bytes: Vec<u8> = (0..size).flat_map(|k| whole.iter().map(move |bytes| bytes[k])).collect();
            (stride..bytes.len()).rev().for_each(|i| bytes[i] = bytes[i].wrapping_sub(bytes[i - stride]));
            return bytes;
        }
        if [8, 16, 24, 32, 64].contains(&self.bits) {
            return row.iter().flat_map(|&v| writer.number(v, size)).collect();
        }
        let bit = |v: u64, i: usize| v >> (self.bits - 1 - i) & 1;
        let bits: Vec<u64> = row.iter().flat_map(|&v| (0..self.bits).map(move |i| bit(v, i))).collect();
        bits.chunks(8).map(|bits| bits.iter().enumerate().map(|(i, &bit)| (bit as u8) << (7 - i)).sum()).collect()
    }

    fn packed(&self, bytes: Vec<u8>) -> Vec<u8> {
        let packed = match self.compression {
            5 => weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&bytes).unwrap(),
            8 => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(&bytes).unwrap();
                encoder.finish().unwrap()
            }
            // Copied runs, each behind a byte that means nothing.
            32773 => bytes.chunks(50).flat_map(|run| [&[0x80, run.len() as u8 - 1], run].concat()).collect(),
            _ => bytes,
        };
        if self.reversed { packed.into_iter().map(u8::reverse_bits).collect() } else { packed }
    }
}
