//! The deblocking filters over one segment: four lines across an edge. BITSTREAM.md §10.4 to §10.6.
//!
//! Samples of a line are called p0, p1, ... from the edge to the left (or up), q0, q1, ... to the
//! right (or down).

/// What is smooth and what is a step, in samples.
#[derive(Debug, Copy, Clone, Default)]
pub(crate) struct Thresholds {
    /// Bound of the change of a sample, and measure of the steps that blocks can cause.
    pub(crate) tc: i32,
    /// Bound of the activity beside the edge.
    pub(crate) beta: i32,
}

/// Where a segment lies in a slice of samples.
#[derive(Debug, Copy, Clone)]
pub(crate) struct Segment {
    /// Index of q0 in the first line.
    pub(crate) at: usize,
    /// From a sample to the next across the edge.
    pub(crate) across: usize,
    /// From a line to the next.
    pub(crate) along: usize,
    /// Largest sample value.
    pub(crate) max: i32,
}

/// Four samples, one of each line.
type Lanes = [i32; 4];

/// Bounds of the long filter's changes in tc / 2, from the edge outwards (VVC's).
const LONG_BOUNDS: [i32; 7] = [6, 5, 4, 3, 2, 1, 1];
/// Weight of the middle of the edge in the long filter, of 64: a line through the edge's middle and
/// the far reference.
pub(super) const LONG_WEIGHTS: [i32; 7] = [59, 50, 41, 32, 23, 14, 5];

/// What the decision came to.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
enum Filter {
    /// Whether the second sample of each side changes too.
    Weak([bool; 2]),
    Strong,
    Long,
}

impl Segment {
    /// Filters the segment in `data`. `sides` has log2 of the blocks' extent across the edge, p's
    /// first; `long` allows the long filter.
    #[inline(always)]
    pub(crate) fn filter(self, data: &mut [u16], sides: [u8; 2], thresholds: Thresholds, long: bool) {
        let Some(filter) = self.decide(data, sides, thresholds, long) else { return };
        match filter {
            Filter::Weak(second) => self.weak(data, second, thresholds.tc),
            Filter::Strong => self.strong(data, thresholds.tc),
            Filter::Long => self.long(data, thresholds.tc),
        }
    }

    /// Sample `k` of side p in line `i`.
    #[inline(always)]
    fn p(self, data: &[u16], k: usize, i: usize) -> i32 {
        i32::from(data[self.at - (k + 1) * self.across + i * self.along])
    }

    /// Sample `k` of side q in line `i`.
    #[inline(always)]
    fn q(self, data: &[u16], k: usize, i: usize) -> i32 {
        i32::from(data[self.at + k * self.across + i * self.along])
    }

    /// Decides by the first and the last line.
    #[inline(always)]
    fn decide(self, data: &[u16], sides: [u8; 2], t: Thresholds, long: bool) -> Option<Filter> {
        let [short_p, short_q] = sides.map(|log2| log2 == 2);
        let (mut activity_p, mut activity_q) = (0, 0);
        let mut lines = [0; 2];
        for (line, i) in lines.iter_mut().zip([0, 3]) {
            let dp = activity(|k| self.p(data, k, i), short_p);
            let dq = activity(|k| self.q(data, k, i), short_q);
            (activity_p, activity_q) = (activity_p + dp, activity_q + dq);
            *line = dp + dq;
        }
        if t.tc == 0 || activity_p + activity_q >= t.beta {
            return None;
        }
        if short_p || short_q || ![0, 3].into_iter().zip(lines).all(|(i, d)| self.is_strong(data, i, d, t)) {
            let bound = (t.beta + (t.beta >> 1)) >> 3;
            return Some(Filter::Weak([!short_p && activity_p < bound, !short_q && activity_q < bound]));
        }
        let far = long && sides[0] >= 5 && sides[1] >= 5 && self.is_long(data, t);
        Some(if far { Filter::Long } else { Filter::Strong })
    }

    /// Whether line `i`, of activity `d`, is flat on both sides and its step one that blocks cause.
    #[inline(always)]
    fn is_strong(self, data: &[u16], i: usize, d: i32, t: Thresholds) -> bool {
        let (p0, q0) = (self.p(data, 0, i), self.q(data, 0, i));
        let spread = (self.p(data, 3, i) - p0).abs() + (self.q(data, 3, i) - q0).abs();
        2 * d < t.beta >> 2 && spread < t.beta >> 3 && (p0 - q0).abs() < (5 * t.tc + 1) >> 1
    }

    /// Whether the first and the last line of a strong segment are straight as far as the long
    /// filter reads.
    #[inline(always)]
    fn is_long(self, data: &[u16], t: Thresholds) -> bool {
        let mut straight = true;
        for i in [0, 3] {
            let p = |k| self.p(data, k, i);
            let q = |k| self.q(data, k, i);
            let bend = (p(6) - 2 * p(3) + p(0)).abs() + (q(6) - 2 * q(3) + q(0)).abs();
            let spread = (p(7) - p(0)).abs() + (q(7) - q(0)).abs();
            straight &= bend < t.beta >> 3 && spread < t.beta >> 2;
        }
        straight
    }

    #[inline(always)]
    fn read_p(self, data: &[u16], k: usize) -> Lanes {
        std::array::from_fn(|i| self.p(data, k, i))
    }

    #[inline(always)]
    fn read_q(self, data: &[u16], k: usize) -> Lanes {
        std::array::from_fn(|i| self.q(data, k, i))
    }

    #[inline(always)]
    fn write_p(self, data: &mut [u16], k: usize, lanes: Lanes) {
        for (i, v) in lanes.into_iter().enumerate() {
            data[self.at - (k + 1) * self.across + i * self.along] = v.clamp(0, self.max) as u16;
        }
    }

    #[inline(always)]
    fn write_q(self, data: &mut [u16], k: usize, lanes: Lanes) {
        for (i, v) in lanes.into_iter().enumerate() {
            data[self.at + k * self.across + i * self.along] = v.clamp(0, self.max) as u16;
        }
    }

    /// Moves p0 and q0 towards each other, and p1 and q1 after them where their sides are calm.
    #[inline(always)]
    fn weak(self, data: &mut [u16], second: [bool; 2], tc: i32) {
        let (p0, p1) = (self.read_p(data, 0), self.read_p(data, 1));
        let (q0, q1) = (self.read_q(data, 0), self.read_q(data, 1));
        let mut delta = [0; 4];
        for i in 0..4 {
            let d = (9 * (q0[i] - p0[i]) - 3 * (q1[i] - p1[i]) + 8) >> 4;
            // A step this large is the picture's own: the line stays.
            delta[i] = if d.abs() < 10 * tc { d.clamp(-tc, tc) } else { 0 };
            if d.abs() >= 10 * tc {
                continue;
            }
            let half = tc >> 1;
            if second[0] {
                let p2 = self.p(data, 2, i);
                let change = ((((p2 + p0[i] + 1) >> 1) - p1[i] + delta[i]) >> 1).clamp(-half, half);
                data[self.at - 2 * self.across + i * self.along] = (p1[i] + change).clamp(0, self.max) as u16;
            }
            if second[1] {
                let q2 = self.q(data, 2, i);
                let change = ((((q2 + q0[i] + 1) >> 1) - q1[i] - delta[i]) >> 1).clamp(-half, half);
                data[self.at + self.across + i * self.along] = (q1[i] + change).clamp(0, self.max) as u16;
            }
        }
        self.write_p(data, 0, std::array::from_fn(|i| p0[i] + delta[i]));
        self.write_q(data, 0, std::array::from_fn(|i| q0[i] - delta[i]));
    }

    /// Low pass over three samples a side.
    #[inline(always)]
    fn strong(self, data: &mut [u16], tc: i32) {
        let p: [Lanes; 4] = std::array::from_fn(|k| self.read_p(data, k));
        let q: [Lanes; 4] = std::array::from_fn(|k| self.read_q(data, k));
        let (new_p, new_q) = (strong_side(&p, &q, tc), strong_side(&q, &p, tc));
        for k in 0..3 {
            self.write_p(data, k, new_p[k]);
            self.write_q(data, k, new_q[k]);
        }
    }

    /// A straight line from the edge's middle to the far samples, seven samples a side.
    #[inline(always)]
    fn long(self, data: &mut [u16], tc: i32) {
        let p: [Lanes; 8] = std::array::from_fn(|k| self.read_p(data, k));
        let q: [Lanes; 8] = std::array::from_fn(|k| self.read_q(data, k));
        // 16 times the mean of the samples around the edge; kept whole, so that a ramp stays as it
        // is.
        let mut middle = [0; 4];
        for i in 0..4 {
            middle[i] += p[0][i] + q[0][i];
            for k in 0..7 {
                middle[i] += p[k][i] + q[k][i];
            }
        }
        for k in 0..7 {
            let bound = (tc * LONG_BOUNDS[k]) >> 1;
            let towards = |side: &[Lanes; 8]| -> Lanes {
                std::array::from_fn(|i| {
                    let far = 8 * (side[6][i] + side[7][i]);
                    let v = (middle[i] * LONG_WEIGHTS[k] + far * (64 - LONG_WEIGHTS[k]) + 512) >> 10;
                    v.clamp(side[k][i] - bound, side[k][i] + bound)
                })
            };
            self.write_p(data, k, towards(&p));
            self.write_q(data, k, towards(&q));
        }
    }
}

/// Second difference beside the edge; of a side of 4 samples, which has only two to itself, the
/// first difference.
#[inline(always)]
fn activity(side: impl Fn(usize) -> i32, short: bool) -> i32 {
    if short { (side(1) - side(0)).abs() } else { (side(2) - 2 * side(1) + side(0)).abs() }
}

/// The strong filter on side `a` of the edge, `b` being the other.
#[inline(always)]
fn strong_side(a: &[Lanes; 4], b: &[Lanes; 4], tc: i32) -> [Lanes; 3] {
    let mut out = [[0; 4]; 3];
    for i in 0..4 {
        let near = a[0][i] + b[0][i];
        out[0][i] = (a[2][i] + 2 * a[1][i] + 2 * near + b[1][i] + 4) >> 3;
        out[1][i] = (a[2][i] + a[1][i] + near + 2) >> 2;
        out[2][i] = (2 * a[3][i] + 3 * a[2][i] + a[1][i] + near + 4) >> 3;
    }
    // HEVC's bound.
    let bound = 2 * tc;
    for k in 0..3 {
        for i in 0..4 {
            out[k][i] = out[k][i].clamp(a[k][i] - bound, a[k][i] + bound);
        }
    }
    out
}
