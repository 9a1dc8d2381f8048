//! The signs of a block's levels: what continuity across the block's upper and left edge makes of
//! them, and how they are coded by that. After the sign prediction of ECM (JVET-D0031 and its
//! successors), but one coefficient at a time and with a probability in place of a hypothesis. They
//! have a run of the range coder of their own, so that parsing never waits for samples.
//! BITSTREAM.md §6.4.

use super::samples::TileSamples;
use crate::entropy::interval::{Damage, Interval, ReadInterval, WriteInterval};
use crate::entropy::model::Model;
use crate::image::plane::Rect;
use crate::simd::{Simd, run};
use crate::syntax::scan::{self, Position};
use crate::syntax::tree::Node;
use crate::transform::tables::{LOW, border};
use crate::transform::{Basis, TxType};

/// Longest side of a block.
const MAX_SIDE: usize = 64;
/// Variance of the samples beyond the edge around what is expected of them, at least: 150, in
/// 1/256.
const LEAST_VARIANCE: i64 = 150 << 8;

/// Octaves of odds that are told apart.
const OCTAVES: usize = 9;
/// As they start: how often a sign is the expected one.
const START: [Model; OCTAVES] = {
    let probabilities = [32768, 33700, 34610, 36220, 38780, 42880, 48820, 55620, 60400];
    let mut models = [Model::UNSEEN; OCTAVES];
    let mut octave = 0;
    while octave < OCTAVES {
        models[octave] = Model::new(probabilities[octave], 40, 7);
        octave += 1;
    }
    models
};

/// What becomes of the signs of a block's levels before its coefficients are transformed.
pub(crate) trait Signs {
    /// For `block`, whose dequantised `coefficients` have the signs of `levels`, or are their
    /// magnitudes where signs are read; those that are read go into `coefficients`. Levels that are
    /// not zero are at `coded`.
    fn code(&mut self, block: &Edge<'_>, levels: &[i32], coded: &[u16], coefficients: &mut [i32]);
}

/// They are known: nothing.
pub(crate) struct Known;

impl Signs for Known {
    fn code(&mut self, _: &Edge<'_>, _: &[i32], _: &[u16], _: &mut [i32]) {}
}

/// Where signs go to or come from.
pub(crate) trait SignSink {
    /// A sign as it is: whether it is negative. A reader ignores `negative`.
    fn open(&mut self, negative: bool) -> bool;

    /// Whether a sign is the expected one, at odds in `octave`. A reader ignores `hit`.
    fn expected(&mut self, octave: usize, hit: bool) -> bool;
}

/// A run of the range coder, and the models of expected signs.
#[derive(Debug)]
pub(crate) struct SignRun<I> {
    interval: I,
    /// A sign is the expected one, by octave of the odds.
    models: [Model; OCTAVES],
}

impl<I: Interval> SignSink for SignRun<I> {
    fn open(&mut self, negative: bool) -> bool {
        self.interval.bypass(1, u32::from(negative)) != 0
    }

    #[inline(always)]
    fn expected(&mut self, octave: usize, hit: bool) -> bool {
        let model = &mut self.models[octave];
        let hit = self.interval.code(model.p(), hit);
        model.update(hit);
        hit
    }
}

/// Writes the signs of a tile.
pub(crate) type SignWriter = SignRun<WriteInterval>;

impl SignWriter {
    pub(crate) fn new() -> Self {
        Self { interval: WriteInterval::new(), models: START }
    }

    /// Writes what was noted.
    pub(crate) fn write(&mut self, notes: &SignNotes) {
        for &note in &notes.0 {
            let value = note & 1 != 0;
            match note >> 1 {
                SignNotes::OPEN => self.open(value),
                octave => self.expected(octave.into(), value),
            };
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.interval.finish()
    }
}

/// Signs on their way to a writer: each with the octave of its odds, twice, and 1 where it is the
/// expected one; or with [`SignNotes::OPEN`], twice, and 1 where it is negative.
#[derive(Debug, Default)]
pub(crate) struct SignNotes(Vec<u8>);

impl SignNotes {
    const OPEN: u8 = OCTAVES as u8;

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

impl SignSink for SignNotes {
    fn open(&mut self, negative: bool) -> bool {
        self.0.push(2 * Self::OPEN + u8::from(negative));
        negative
    }

    #[inline(always)]
    fn expected(&mut self, octave: usize, hit: bool) -> bool {
        self.0.push(2 * octave as u8 + u8::from(hit));
        hit
    }
}

/// They are read, or noted for a writer.
#[derive(Debug)]
pub(crate) struct SignCoder<S> {
    pub(crate) sink: S,
    /// Signs are expected; else they are coded as they are.
    expects: bool,
    expected: Box<Expected>,
}

/// Reads those of a tile.
pub(crate) type SignReader<'a> = SignCoder<SignRun<ReadInterval<'a>>>;
/// Notes them.
pub(crate) type SignNoter = SignCoder<SignNotes>;

impl<'a> SignReader<'a> {
    pub(crate) fn new(interval: ReadInterval<'a>, expects: bool) -> Self {
        Self::with(SignRun { interval, models: START }, expects)
    }

    /// The same where the data lies elsewhere.
    pub(crate) fn over(self, data: &[u8]) -> SignReader<'_> {
        let Self { sink: SignRun { interval, models }, expects, expected } = self;
        SignCoder { sink: SignRun { interval: interval.over(data), models }, expects, expected }
    }

    /// Whether no more was read past the end than the zeros that an encoder leaves out.
    pub(crate) fn is_sound(&self) -> bool {
        self.sink.interval.overrun().is_none()
    }

    /// Damage, or data left over behind what was read.
    pub(crate) fn finish(&self) -> Option<Damage> {
        self.sink.interval.overrun().or_else(|| self.sink.interval.unread())
    }
}

impl SignNoter {
    pub(crate) fn new(expects: bool) -> Self {
        Self::with(SignNotes::default(), expects)
    }
}

impl<S: SignSink> SignCoder<S> {
    pub(crate) fn with(sink: S, expects: bool) -> Self {
        Self { sink, expects, expected: Box::new(Expected::NOTHING) }
    }
}

impl<S: SignSink> Signs for SignCoder<S> {
    fn code(&mut self, block: &Edge<'_>, levels: &[i32], coded: &[u16], coefficients: &mut [i32]) {
        let Self { sink, expects, expected } = self;
        let (w, h) = block.node.coded_area();
        let scan = &scan::of(w, h)[..levels.len()];
        if !*expects || block.tx == TxType::IDENTITY {
            for &i in coded {
                let i = usize::from(i);
                set(&mut coefficients[scan[i].raster as usize], sink.open(levels[i] < 0));
            }
            return;
        }
        expected.begin(block);
        for &i in coded {
            let p = &scan[usize::from(i)];
            expected.expect(p, coefficients[p.raster as usize].abs());
        }
        for &i in coded {
            let i = usize::from(i);
            let p = &scan[i];
            let c = &mut coefficients[p.raster as usize];
            // Positive where that is expected, the more surely the larger they are.
            let odds = expected.odds(p, c.abs());
            let negative = sink.expected(octave(odds), (levels[i] < 0) == (odds < 0)) == (odds < 0);
            set(c, negative);
            expected.take(p, *c);
        }
    }
}

/// Gives a coefficient its sign.
fn set(c: &mut i32, negative: bool) {
    *c = if negative { -c.abs() } else { c.abs() };
}

/// Octave of the odds, the number of a model: 0 below 1/8, where next to nothing is expected.
#[inline(always)]
fn octave(odds: i64) -> usize {
    let octave = (odds.unsigned_abs() | 7).ilog2() - 2;
    octave.min(OCTAVES as u32 - 1) as usize
}

/// A block about to be reconstructed, where its prediction stands, and the samples around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge<'a> {
    pub(crate) simd: Simd,
    pub(crate) samples: &'a TileSamples,
    pub(crate) plane: usize,
    pub(crate) node: &'a Node,
    pub(crate) tx: TxType,
}

/// One edge of a block, by frequency along it: the lowest [`LOW`], as higher ones say next to
/// nothing. Amplitudes are in 1/16 of an orthonormal one of samples of 10 bits.
#[derive(Debug)]
struct Side {
    /// Frequencies that tell: none where there is nothing beyond the edge.
    count: usize,
    /// What the residual is expected to be along the edge, less what the coefficients known so far
    /// give.
    wanted: [i64; LOW],
    /// Energy of all of it.
    energy: i64,
    /// Log2 of four times the length of the edge.
    shift: u32,
    /// Energy that the coefficients of unknown sign give.
    unknown: [i64; LOW],
    /// Least variance and mean squared slope across the samples beyond the edge, in 1/256.
    spread: i64,
    /// First samples of the basis along the other side, by frequency.
    first: &'static [i32],
}

impl Side {
    /// An edge with nothing beyond it.
    const MISSING: Self =
        Self { count: 0, wanted: [0; LOW], energy: 0, shift: 0, unknown: [0; LOW], spread: 0, first: &[] };

    /// For an edge of `len` samples along which coefficients have `basis`, and the basis `other` of
    /// `depth` samples across it; `across` are near and far samples beyond it, and the first ones
    /// predicted.
    #[inline(always)]
    fn begin(
        &mut self,
        simd: Simd,
        across: impl Iterator<Item = [i32; 3]>,
        twice: &mut [i32; MAX_SIDE],
        (basis, len): (Basis, usize),
        (other, depth): (Basis, usize),
    ) {
        let (mut squares, mut slopes) = (0, 0);
        for (twice, [near, far, inside]) in twice.iter_mut().zip(across) {
            *twice = 3 * near - far - 2 * inside;
            // At most 64 * (6 * 1023)^2.
            squares += twice.unsigned_abs() * twice.unsigned_abs();
            slopes += (near - far) * (near - far);
        }
        self.count = LOW.min(len);
        let sums = run!(simd, project(border(basis, len).low, twice));
        for (wanted, sum) in self.wanted.iter_mut().zip(sums) {
            *wanted = i64::from(sum >> 8);
        }
        self.energy = 64 * i64::from(squares);
        self.shift = 2 + len.ilog2();
        self.unknown = [0; LOW];
        self.spread = LEAST_VARIANCE + ((256 * i64::from(slopes)) >> len.ilog2());
        self.first = border(other, depth).first;
    }

    /// Amplitude along the edge of coefficient `c` of frequency `across` across it.
    #[inline(always)]
    fn amplitude(&self, c: i32, across: usize) -> i64 {
        i64::from((c * self.first[across]) >> 9)
    }

    /// Counts the coefficient of magnitude `c` at frequency `k` along the edge and `across` it
    /// among the unknown ones.
    #[inline(always)]
    fn expect(&mut self, k: usize, across: usize, c: i32) {
        if k < self.count {
            let amplitude = self.amplitude(c, across);
            self.unknown[k] += amplitude * amplitude;
        }
    }

    /// Odds, in 1/64, that it is positive.
    #[inline(always)]
    fn odds(&mut self, k: usize, across: usize, c: i32) -> i64 {
        if k >= self.count {
            return 0;
        }
        let amplitude = self.amplitude(c, across);
        self.unknown[k] -= amplitude * amplitude;
        // None of it is negative.
        let variance = self.spread + (self.unknown[k] >> 2) + (self.energy >> self.shift);
        // Dividing by the nearest power of two is as good as by the variance.
        let scaled = variance + (variance >> 1) - (variance >> 4);
        (64 * amplitude * self.wanted[k]) >> (i64::BITS - 1 - scaled.leading_zeros())
    }

    /// Takes away what a coefficient gives.
    #[inline(always)]
    fn take(&mut self, k: usize, across: usize, c: i32) {
        if k < self.count {
            let amplitude = self.amplitude(c, across);
            self.energy = (self.energy + amplitude * (amplitude - 2 * self.wanted[k])).max(0);
            self.wanted[k] -= amplitude;
        }
    }
}

/// Sums over samples by frequency.
#[inline(always)]
fn project(low: &[[i32; LOW]], samples: &[i32; MAX_SIDE]) -> [i32; LOW] {
    let mut sums = [0; LOW];
    for (row, &sample) in low.iter().zip(samples) {
        for (sum, m) in sums.iter_mut().zip(row) {
            *sum += m * sample;
        }
    }
    sums
}

/// What the edges say of the coefficients to come.
#[derive(Debug)]
struct Expected {
    top: Side,
    left: Side,
    /// Along an edge twice what the samples beyond it, continued by half of their slope, ask for
    /// beyond the prediction.
    twice: [i32; MAX_SIDE],
}

impl Expected {
    const NOTHING: Self = Self { top: Side::MISSING, left: Side::MISSING, twice: [0; MAX_SIDE] };

    /// For `block`, of whose coefficients nothing is known yet.
    fn begin(&mut self, block: &Edge<'_>) {
        let Edge { simd, samples, plane, node, tx } = *block;
        let rect @ Rect { x, y, w, h } = node.rect();
        let available = samples.ready[plane.min(1)].around(rect);
        let (extra, plane) = (samples.depth - 10, &samples.planes[plane]);
        let reduced = |s: u16| i32::from(s >> extra);
        let (vertical, horizontal) = ((tx.vertical, h), (tx.horizontal, w));
        let Self { top, left, twice } = self;
        (top.count, left.count) = (0, 0);
        if available.top >= w {
            let row = |y| plane.row(y)[x..x + w].iter().copied();
            let samples = row(y - 1).zip(row(y - 2)).zip(row(y));
            let across = samples.map(|((near, far), inside)| [near, far, inside].map(reduced));
            top.begin(simd, across, twice, horizontal, vertical);
        }
        if available.left >= h {
            let sample = |y| {
                let row = &plane.row(y)[x - 2..=x];
                [row[1], row[0], row[2]].map(reduced)
            };
            left.begin(simd, (y..y + h).map(sample), twice, vertical, horizontal);
        }
    }

    /// Counts the coefficient of magnitude `c` at `p` among the unknown ones.
    #[inline(always)]
    fn expect(&mut self, p: &Position, c: i32) {
        let (u, v) = (p.u.into(), p.v.into());
        self.top.expect(u, v, c);
        self.left.expect(v, u, c);
    }

    /// Odds, in 1/64, that it is positive.
    #[inline(always)]
    fn odds(&mut self, p: &Position, c: i32) -> i64 {
        let (u, v) = (p.u.into(), p.v.into());
        self.top.odds(u, v, c) + self.left.odds(v, u, c)
    }

    /// Notes a coefficient that is known now.
    #[inline(always)]
    fn take(&mut self, p: &Position, c: i32) {
        let (u, v) = (p.u.into(), p.v.into());
        self.top.take(u, v, c);
        self.left.take(v, u, c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::plane::Plane;
    use crate::recon::dequant::Coded;
    use crate::recon::ready::Ready;
    use crate::simd::CpuLevel;

    /// A tile of 64x64 samples of one plane whose first 16 rows are ready, stripes of 700 and 300,
    /// with a prediction below.
    fn samples(prediction: impl Fn(usize) -> u16) -> TileSamples {
        let mut plane = Plane::new(64, 64);
        for y in 0..64 {
            plane.row_mut(y).iter_mut().enumerate().for_each(|(x, s)| *s = if x / 8 % 2 == 0 { 700 } else { 300 });
        }
        for (y, row) in plane.block(NODE.rect()).rows::<16>().enumerate() {
            row.iter_mut().enumerate().for_each(|(x, s)| *s = prediction(16 * y + x));
        }
        let mut ready = Ready::new(64, 64);
        ready.add(Rect { x: 0, y: 0, w: 64, h: 16 });
        TileSamples { planes: vec![plane], maps: Vec::new(), ready: vec![ready], rows: usize::MAX, top: 0, depth: 10 }
    }

    const NODE: Node = Node { x: 16, y: 16, log2_w: 4, log2_h: 3 };

    fn edge(samples: &TileSamples, tx: TxType) -> Edge<'_> {
        Edge { simd: Simd::new(CpuLevel::detect()), samples, plane: 0, node: &NODE, tx }
    }

    #[test]
    fn what_continues_the_samples_above_is_expected() {
        let samples = samples(|_| 500);
        let block = edge(&samples, TxType::DCT);
        let place = |u, v| *scan::of(16, 8).iter().find(|p| (p.u, p.v) == (u, v)).unwrap();
        let (mean, wave) = (place(0, 0), place(1, 0));
        let expecting = |p: &Position| {
            let mut expected = Expected::NOTHING;
            expected.begin(&block);
            expected.expect(p, 4000);
            expected
        };
        // A half-wave along the top: positive where the stripe above is light, in its left half.
        assert!(expecting(&wave).odds(&wave, 4000) > 64 * 4);
        // Once another coefficient gives twice as much there, the opposite is.
        let mut expected = expecting(&wave);
        expected.take(&wave, 40_000);
        assert!(expected.odds(&wave, 4000) < -64);
        // The mean is right already, and nothing lies to the left.
        assert_eq!(expecting(&mean).odds(&mean, 4000), 0);
    }

    #[test]
    fn signs_come_back() {
        let samples = samples(|i| (400 + i * 37 % 200) as u16);
        for tx in [TxType::DCT, TxType { vertical: Basis::Dst7, horizontal: Basis::Dct2 }, TxType::IDENTITY] {
            let block = edge(&samples, tx);
            let levels: Vec<i32> = (0..100i32).map(|i| (i * i * 7919 % 11) - 5).collect();
            let mut coefficients = vec![0; 128];
            for (p, level) in scan::of(16, 8).iter().zip(&levels) {
                coefficients[p.raster as usize] = level * 900;
            }
            let sent = coefficients.clone();
            let mut noter = SignNoter::new(true);
            noter.code(&block, &levels, Coded::new().of(&levels), &mut coefficients);
            assert_eq!(coefficients, sent, "noting changes nothing");
            let mut writer = SignWriter::new();
            writer.write(&noter.sink);
            let data = writer.finish();
            let mut reader = SignReader::new(ReadInterval::new(&data), true);
            let magnitudes: Vec<i32> = levels.iter().map(|l| l.abs()).collect();
            coefficients.iter_mut().for_each(|c| *c = c.abs());
            reader.code(&block, &magnitudes, Coded::new().of(&levels), &mut coefficients);
            assert_eq!((coefficients, reader.finish()), (sent, None));
        }
    }
}
