//! The deblocking filters over four segments at once, sixteen lines that lie side by side, in
//! samples of 10 bits. BITSTREAM.md §10.4 to §10.6.

use super::segment::{LONG_WEIGHTS, Thresholds};
use crate::simd::arrays::unrolled;
use crate::simd::{LANES, Lanes};

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
    /// All bits of the segments that the long filter may be for.
    long: [i16; SEGMENTS],
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

/// All bits of the lanes whose segments are filtered, of those of strong ones, and of those whose
/// sides are calm, p's first.
struct Decision<L: Lanes> {
    active: L::Words,
    strong: L::Words,
    calm: [L::Words; 2],
}

impl Four {
    /// Segment `k` is one of an edge, with these thresholds; `sides` has log2 of the blocks' extent
    /// across it, p's first; `long` allows the long filter.
    #[inline(always)]
    pub(super) fn set(&mut self, k: usize, thresholds: Thresholds, sides: [u8; 2], long: bool) {
        self.tc[k] = thresholds.tc.min(MAX_TC) as i16;
        self.beta[k] = thresholds.beta as i16;
        self.tall[0][k] = -i16::from(sides[0] > 2);
        self.tall[1][k] = -i16::from(sides[1] > 2);
        self.long[k] = -i16::from(long && sides[0] >= 5 && sides[1] >= 5);
    }

    /// Filters the segments in `data`, where the first sample on side q is at `at`, the next line
    /// beside it, and the next sample of a line `across` further on.
    #[inline(always)]
    pub(super) fn filter<L: Lanes>(&self, lanes: L, data: &mut [u16], at: usize, across: usize) {
        if self.beta == [0; SEGMENTS] {
            return;
        }
        let [tall_p, tall_q] = self.tall;
        let tall = [lanes.spread(tall_p), lanes.spread(tall_q)];
        let bounds = Bounds::<L> { tc: lanes.spread(self.tc), beta: lanes.spread(self.beta), tall };
        // Where the samples of each side are, the nearest first.
        let (p_place, q_place) = (|k: usize| at - (k + 1) * across, |k: usize| at + k * across);
        let mut lines = Lines::<L> { p: [tall[0]; 4], q: [tall[0]; 4] };
        unrolled!(k in 4 {
            lines.p[k] = load(lanes, data, p_place(k));
            lines.q[k] = load(lanes, data, q_place(k));
        });
        let Some(Decision { active, strong, calm }) = decide(lanes, &lines, &bounds) else { return };
        let mut long = lanes.and(strong, lanes.spread(self.long));
        if lanes.any(long) {
            let ends = [ends(lanes, data, p_place), ends(lanes, data, q_place)];
            long = lanes.and(long, is_long(lanes, &ends, bounds.beta));
        }
        let strong = lanes.but(strong, long);
        let weak = lanes.but(lanes.but(active, strong), long);
        let mut out = self::weak(lanes, &lines, &bounds, weak, calm);
        let (any_strong, any_long) = (lanes.any(strong), lanes.any(long));
        if any_strong {
            let new = self::strong(lanes, &lines, &bounds);
            unrolled!(k in 3 {
                out.p[k] = lanes.select(strong, new.p[k], out.p[k]);
                out.q[k] = lanes.select(strong, new.q[k], out.q[k]);
            });
        }
        if any_long {
            let middle = middle(lanes, data, p_place, q_place);
            long_side(lanes, data, p_place, middle, bounds.tc, long, &mut out.p);
            long_side(lanes, data, q_place, middle, bounds.tc, long, &mut out.q);
        }
        if any_strong || any_long {
            store(lanes, data, p_place(2), out.p[2]);
            store(lanes, data, q_place(2), out.q[2]);
        }
        unrolled!(k in 2 {
            store(lanes, data, p_place(k), out.p[k]);
            store(lanes, data, q_place(k), out.q[k]);
        });
    }
}

/// The samples of a side that tell whether the long filter goes over it.
#[inline(always)]
fn ends<L: Lanes>(lanes: L, data: &[u16], place: impl Fn(usize) -> usize) -> [L::Words; 4] {
    [load(lanes, data, place(0)), load(lanes, data, place(3)), load(lanes, data, place(6)), load(lanes, data, place(7))]
}

/// Decides for each segment; `None` where all of them stay.
#[inline(always)]
fn decide<L: Lanes>(lanes: L, Lines { p, q }: &Lines<L>, Bounds { tc, beta, tall }: &Bounds<L>) -> Option<Decision<L>> {
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
    Some(Decision { active, strong, calm: [calm_p, calm_q] })
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
    unrolled!(k in 3 {
        out[k] = lanes.clamp(out[k], lanes.sub(a[k], bound), lanes.add(a[k], bound));
    });
    out
}

/// All bits of the segments that are straight as far as the long filter reads, by the first, the
/// fourth, the seventh and the last sample of each side.
#[inline(always)]
fn is_long<L: Lanes>(lanes: L, ends: &[[L::Words; 4]; 2], beta: L::Words) -> L::Words {
    let (mut bend, mut spread) = (lanes.splat(0), lanes.splat(0));
    for [first, fourth, seventh, last] in *ends {
        bend = lanes.add(bend, lanes.abs(lanes.sub(lanes.sub(seventh, fourth), lanes.sub(fourth, first))));
        spread = lanes.add(spread, distance(lanes, last, first));
    }
    let line = lanes.and(lanes.greater(lanes.shr(beta, 3), bend), lanes.greater(lanes.shr(beta, 2), spread));
    lanes.and(lanes.first_of_four(line), lanes.last_of_four(line))
}

/// 16 times the mean of the samples around the edge that the long filter changes.
#[inline(always)]
fn middle<L: Lanes>(
    lanes: L,
    data: &[u16],
    p_place: impl Fn(usize) -> usize,
    q_place: impl Fn(usize) -> usize,
) -> L::Words {
    let mut middle = lanes.add(load(lanes, data, p_place(0)), load(lanes, data, q_place(0)));
    for k in 0..7 {
        middle = lanes.add(middle, lanes.add(load(lanes, data, p_place(k)), load(lanes, data, q_place(k))));
    }
    middle
}

/// The long filter on one side of the edge in the lanes of `long`; the first samples go into `out`.
#[inline(always)]
fn long_side<L: Lanes>(
    lanes: L,
    data: &mut [u16],
    place: impl Fn(usize) -> usize,
    middle: L::Words,
    tc: L::Words,
    long: L::Words,
    out: &mut [L::Words; 4],
) {
    let mut far = lanes.add(load(lanes, data, place(6)), load(lanes, data, place(7)));
    for _ in 0..3 {
        far = lanes.add(far, far);
    }
    // From the far end inwards: the bounds are one, one, two and so on halves of tc.
    let mut bound = lanes.splat(0);
    unrolled!(i in 7 {
        let k = 6 - i;
        if k != 5 {
            bound = lanes.add(bound, tc);
        }
        let weight = LONG_WEIGHTS[k] as i16;
        let weights = lanes.weights([[weight, 64 - weight]; 4]);
        let value = lanes.shifted(lanes.weigh(lanes.nothing(), middle, far, &weights), 10);
        let (before, half) = (load(lanes, data, place(k)), lanes.shr(bound, 1));
        let value = lanes.clamp(value, lanes.sub(before, half), lanes.add(before, half));
        if k < 3 {
            out[k] = lanes.select(long, value, out[k]);
        } else {
            store(lanes, data, place(k), lanes.select(long, value, before));
        }
    });
}

#[inline(always)]
fn load<L: Lanes>(lanes: L, data: &[u16], at: usize) -> L::Words {
    lanes.samples(data[at..at + LANES].try_into().unwrap())
}

#[inline(always)]
fn store<L: Lanes>(lanes: L, data: &mut [u16], at: usize, words: L::Words) {
    data[at..at + LANES].copy_from_slice(&lanes.stored(words));
}
