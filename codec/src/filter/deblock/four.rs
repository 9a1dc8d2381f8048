//! The deblocking filters over four segments at once, sixteen lines that lie side by side, in samples of 10 bits: weak and
//! strong in all lanes, the long one, which is rare, by [`Segment`]. BITSTREAM.md §10.4 to §10.6.

use super::segment::{Segment, Thresholds};
use crate::simd::{LANES, Lanes, Row};

/// Segments of four lines.
const SEGMENTS: usize = LANES / 4;
/// Largest sample.
pub(super) const MAX: i32 = 1023;
/// No larger bound makes a difference.
const MAX_TC: i32 = 2 * MAX;

/// What four segments are filtered with; as long as none is set, they stay.
#[derive(Debug, Default)]
pub(super) struct Four {
    /// Where there is no edge both are 0.
    tc: [i16; SEGMENTS],
    beta: [i16; SEGMENTS],
    /// All bits of the sides, p's first, that are not short.
    tall: [[i16; SEGMENTS]; 2],
    /// The segments that the long filter may be for.
    long: [Option<Thresholds>; SEGMENTS],
}

/// The samples of sixteen lines beside the edge, from there on.
struct Lines<L: Lanes> {
    p: [L::Words; 4],
    q: [L::Words; 4],
}

/// [`Four`] in lanes.
struct Bounds<L: Lanes> {
    tc: L::Words,
    beta: L::Words,
    tall: [L::Words; 2],
}

impl Four {
    /// Segment `k` is one of an edge, with these thresholds; `sides` has log2 of the blocks' extent across it, p's first; `long`
    /// allows the long filter.
    #[inline(always)]
    pub(super) fn set(&mut self, k: usize, thresholds: Thresholds, sides: [u8; 2], long: bool) {
        self.tc[k] = thresholds.tc.min(MAX_TC) as i16;
        self.beta[k] = thresholds.beta as i16;
        self.tall[0][k] = -i16::from(sides[0] > 2);
        self.tall[1][k] = -i16::from(sides[1] > 2);
        self.long[k] = (long && sides[0] >= 5 && sides[1] >= 5).then_some(thresholds);
    }

    /// Filters the segments in `data`, where the first sample on side q is at `at`, the next line beside it, and the next
    /// sample of a line `across` further on.
    #[inline(always)]
    pub(super) fn filter<L: Lanes>(&self, lanes: L, data: &mut [u16], at: usize, across: usize) {
        if self.beta == [0; SEGMENTS] {
            return;
        }
        let [tall_p, tall_q] = self.tall;
        let tall = [lanes.spread(tall_p), lanes.spread(tall_q)];
        let bounds = Bounds::<L> { tc: lanes.spread(self.tc), beta: lanes.spread(self.beta), tall };
        let mut lines = Lines::<L> { p: [tall[0]; 4], q: [tall[0]; 4] };
        for k in 0..4 {
            lines.p[k] = load(lanes, data, at - (k + 1) * across);
            lines.q[k] = load(lanes, data, at + k * across);
        }
        let Some((active, strong, calm)) = decide(lanes, &lines, &bounds) else { return };
        let long = self.long(data, at, across, lanes.store(strong));
        let strong = lanes.but(strong, lanes.spread(long));
        let weak = lanes.but(lanes.but(active, strong), lanes.spread(long));
        let mut out = self::weak(lanes, &lines, &bounds, weak, calm);
        if lanes.any(strong) {
            let new = self::strong(lanes, &lines, &bounds);
            for k in 0..3 {
                out.p[k] = lanes.select(strong, new.p[k], out.p[k]);
                out.q[k] = lanes.select(strong, new.q[k], out.q[k]);
            }
            store(lanes, data, at - 3 * across, out.p[2]);
            store(lanes, data, at + 2 * across, out.q[2]);
        }
        for k in 0..2 {
            store(lanes, data, at - (k + 1) * across, out.p[k]);
            store(lanes, data, at + k * across, out.q[k]);
        }
        for (k, thresholds) in self.long.iter().enumerate().filter(|&(k, _)| long[k] != 0) {
            let segment = Segment { at: at + 4 * k, across, along: 1, max: MAX };
            thresholds.iter().for_each(|t| segment.long(data, t.tc));
        }
    }

    /// All bits of the segments that the long filter is for, where `strong` has those of strong ones.
    #[inline(always)]
    fn long(&self, data: &[u16], at: usize, across: usize, strong: Row) -> [i16; SEGMENTS] {
        let mut long = [0; SEGMENTS];
        for (k, thresholds) in self.long.iter().enumerate() {
            if let (Some(thresholds), true) = (thresholds, strong[4 * k] != 0) {
                let segment = Segment { at: at + 4 * k, across, along: 1, max: MAX };
                long[k] = -i16::from(segment.is_long(data, *thresholds));
            }
        }
        long
    }
}

/// All bits of the lanes whose segments are filtered, of those of strong ones, and of those whose sides are calm, p's first;
/// `None` where all segments stay.
#[inline(always)]
fn decide<L: Lanes>(
    lanes: L,
    Lines { p, q }: &Lines<L>,
    Bounds { tc, beta, tall }: &Bounds<L>,
) -> Option<(L::Words, L::Words, [L::Words; 2])> {
    let dp = activity(lanes, p, tall[0]);
    let dq = activity(lanes, q, tall[1]);
    let sum_p = lanes.add(lanes.first_of_four(dp), lanes.last_of_four(dp));
    let sum_q = lanes.add(lanes.first_of_four(dq), lanes.last_of_four(dq));
    let active = lanes.greater(*beta, lanes.add(sum_p, sum_q));
    if !lanes.any(active) {
        return None;
    }
    let bound = lanes.shr(lanes.add(*beta, lanes.shr(*beta, 1)), 3);
    let calm_p = lanes.and(tall[0], lanes.greater(bound, sum_p));
    let calm_q = lanes.and(tall[1], lanes.greater(bound, sum_q));
    let both = lanes.add(dp, dq);
    let flat = lanes.greater(lanes.shr(*beta, 2), lanes.add(both, both));
    let spread = lanes.add(distance(lanes, p[3], p[0]), distance(lanes, q[3], q[0]));
    let narrow = lanes.greater(lanes.shr(*beta, 3), spread);
    let twice = lanes.add(*tc, *tc);
    let five = lanes.add(lanes.add(twice, twice), *tc);
    let step = lanes.greater(lanes.shr(lanes.add(five, lanes.splat(1)), 1), distance(lanes, p[0], q[0]));
    let line = lanes.and(lanes.and(flat, narrow), step);
    let lines = lanes.and(lanes.first_of_four(line), lanes.last_of_four(line));
    let strong = lanes.and(lanes.and(lines, active), lanes.and(tall[0], tall[1]));
    Some((active, strong, [calm_p, calm_q]))
}

/// Second difference beside the edge; of a side that is not `tall`, the first difference.
#[inline(always)]
fn activity<L: Lanes>(lanes: L, side: &[L::Words; 4], tall: L::Words) -> L::Words {
    let near = lanes.sub(side[1], side[0]);
    let far = lanes.and(tall, lanes.sub(side[2], side[1]));
    lanes.abs(lanes.sub(far, near))
}

/// The weak filter in the lanes of `weak`.
#[inline(always)]
fn weak<L: Lanes>(
    lanes: L,
    Lines { p, q }: &Lines<L>,
    Bounds { tc, .. }: &Bounds<L>,
    weak: L::Words,
    calm: [L::Words; 2],
) -> Lines<L> {
    let (zero, most) = (lanes.splat(0), lanes.splat(MAX as i16));
    let outer = lanes.sub(three(lanes, lanes.sub(q[0], p[0])), lanes.sub(q[1], p[1]));
    let delta = lanes.shr(lanes.add(three(lanes, outer), lanes.splat(8)), 4);
    // A step this large is the picture's own: the line stays.
    let twice = lanes.add(*tc, *tc);
    let ten = lanes.add(lanes.add(lanes.add(twice, twice), lanes.add(twice, twice)), twice);
    let weak = lanes.and(weak, lanes.greater(ten, lanes.abs(delta)));
    let delta = lanes.and(weak, lanes.clamp(delta, lanes.sub(zero, *tc), *tc));
    let half = lanes.shr(*tc, 1);
    let opposite = lanes.sub(zero, delta);
    let half = lanes.and(half, weak);
    let p1 = second(lanes, p, delta, lanes.and(half, calm[0]));
    let q1 = second(lanes, q, opposite, lanes.and(half, calm[1]));
    Lines {
        p: [lanes.clamp(lanes.add(p[0], delta), zero, most), lanes.clamp(p1, zero, most), p[2], p[3]],
        q: [lanes.clamp(lanes.add(q[0], opposite), zero, most), lanes.clamp(q1, zero, most), q[2], q[3]],
    }
}

/// The second sample of a side, which goes after the first, changed by `bound` at most.
#[inline(always)]
fn second<L: Lanes>(lanes: L, side: &[L::Words; 4], delta: L::Words, bound: L::Words) -> L::Words {
    let mean = lanes.shr(lanes.add(lanes.add(side[2], side[0]), lanes.splat(1)), 1);
    let change = lanes.shr(lanes.add(lanes.sub(mean, side[1]), delta), 1);
    lanes.add(side[1], lanes.clamp(change, lanes.sub(lanes.splat(0), bound), bound))
}

#[inline(always)]
fn distance<L: Lanes>(lanes: L, a: L::Words, b: L::Words) -> L::Words {
    lanes.abs(lanes.sub(a, b))
}

#[inline(always)]
fn three<L: Lanes>(lanes: L, a: L::Words) -> L::Words {
    lanes.add(lanes.add(a, a), a)
}

/// The strong filter, in all lanes.
#[inline(always)]
fn strong<L: Lanes>(lanes: L, Lines { p, q }: &Lines<L>, Bounds { tc, .. }: &Bounds<L>) -> Lines<L> {
    let bound = lanes.add(*tc, *tc);
    Lines { p: strong_side(lanes, p, q, bound), q: strong_side(lanes, q, p, bound) }
}

/// The same on side `a` of the edge, `b` being the other.
#[inline(always)]
fn strong_side<L: Lanes>(lanes: L, a: &[L::Words; 4], b: &[L::Words; 4], bound: L::Words) -> [L::Words; 4] {
    let near = lanes.add(lanes.add(a[0], b[0]), a[1]);
    let all = lanes.add(near, a[2]);
    let inner = lanes.add(lanes.add(near, near), lanes.add(a[2], b[1]));
    let outer = lanes.add(lanes.add(a[3], a[2]), lanes.add(a[3], a[2]));
    let half = lanes.splat(4);
    let mut out = [
        lanes.shr(lanes.add(inner, half), 3),
        lanes.shr(lanes.add(all, lanes.splat(2)), 2),
        lanes.shr(lanes.add(lanes.add(all, outer), half), 3),
        a[3],
    ];
    for k in 0..3 {
        out[k] = lanes.clamp(out[k], lanes.sub(a[k], bound), lanes.add(a[k], bound));
    }
    out
}

#[inline(always)]
fn load<L: Lanes>(lanes: L, data: &[u16], at: usize) -> L::Words {
    lanes.load(&row(data[at..at + LANES].try_into().unwrap()))
}

#[inline(always)]
fn store<L: Lanes>(lanes: L, data: &mut [u16], at: usize, words: L::Words) {
    put(&mut data[at..at + LANES], &lanes.store(words));
}

/// Samples as numbers with a sign.
#[inline(always)]
pub(super) fn row(samples: &[u16; LANES]) -> Row {
    let mut row = [0; LANES];
    for (to, &sample) in row.iter_mut().zip(samples) {
        *to = sample as i16;
    }
    row
}

/// The way back, as far as `to` goes.
#[inline(always)]
pub(super) fn put(to: &mut [u16], row: &Row) {
    for (to, &sample) in to.iter_mut().zip(row) {
        *to = sample as u16;
    }
}
