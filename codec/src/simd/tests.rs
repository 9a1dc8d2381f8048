//! Each level's operations against those of loops.

use super::scalar::Plain;
use super::*;
use crate::random::SplitMix64;

/// Pseudo-random rows, of as many bits as are asked for.
struct Rows(SplitMix64);

impl Rows {
    fn next(&mut self, bits: u32) -> [i16; LANES] {
        [(); LANES].map(|()| self.0.next() as i16 >> (16 - bits))
    }
}

/// Every operation on the same rows; what comes of each.
struct Every {
    seed: u64,
}

impl Kernel for Every {
    type Output = Vec<u16>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Vec<u16> {
        let mut rows = Rows(SplitMix64::new(self.seed));
        // Sums and differences of these do not overflow.
        let (a, b) = (lanes.load(&rows.next(15)), lanes.load(&rows.next(15)));
        let equal = lanes.select(lanes.greater(a, b), a, b);
        let mut words = vec![
            lanes.samples(&[4095; LANES]),
            lanes.splat(-7),
            lanes.add(a, b),
            // Beyond both ends too.
            lanes.add_cut(lanes.sub(a, lanes.splat(12_000)), b),
            lanes.add_cut(lanes.add(a, lanes.splat(12_000)), b),
            lanes.sub(a, b),
            lanes.min(a, b),
            lanes.max(a, b),
            lanes.abs(a),
            lanes.shr(a, 0),
            lanes.shr(a, 5),
            lanes.clamp(a, lanes.splat(-100), b),
            lanes.greater(a, b),
            lanes.greater(equal, a),
            lanes.and(a, b),
            lanes.but(a, b),
            equal,
            lanes.spread([1, -2, 300, i16::MIN]),
            lanes.first_of_four(a),
            lanes.last_of_four(a),
        ];
        let mut square = [a; LANES];
        for row in &mut square {
            *row = lanes.load(&rows.next(16));
        }
        words.extend(lanes.transpose(square));
        words.extend(lanes.zip(a, b));
        let pairs = [[127, -128], [-1, 0], [300, 5], [-77, 1000]];
        let (few, more) = (lanes.load(&rows.next(12)), lanes.load(&rows.next(12)));
        let sums = lanes.weigh(lanes.nothing(), few, more, &lanes.weights(pairs));
        let sums = lanes.weigh(sums, more, few, &lanes.weights(pairs));
        // Beyond 16 bits as well.
        words.extend([lanes.shifted(sums, 1), lanes.shifted(sums, 8), lanes.shifted(sums, 14)]);
        let mut out = Vec::new();
        for words in words {
            out.extend(lanes.stored(words));
        }
        let quads = lanes.quads([few, lanes.splat(0), lanes.abs(more), lanes.splat(4)]);
        out.extend(quads.as_flattened().iter().flat_map(|&sum| [sum as u16, (sum >> 16) as u16]));
        let mut channels = [a; 3];
        for channel in &mut channels {
            *channel = lanes.and(lanes.load(&rows.next(16)), lanes.splat(255));
        }
        out.extend(lanes.interleave(channels).map(u16::from));
        let one = lanes.load(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0]);
        out.extend([lanes.any(one), lanes.any(lanes.splat(0))].map(u16::from));
        out
    }
}

#[test]
fn every_level_gives_what_loops_give() {
    for level in CpuLevel::available() {
        for seed in 1..200 {
            assert_eq!(Simd::new(level).launch(Every { seed }), Every { seed }.run(Plain), "{level:?}, {seed}");
        }
    }
}

#[test]
fn levels_ascend_and_none_is_used_that_the_machine_lacks() {
    assert!(CpuLevel::ALL.is_sorted());
    for level in CpuLevel::ALL {
        let used = Simd::new(level).level;
        assert!(used <= level && used.is_available(), "{level:?} became {used:?}");
        assert_eq!(used == level, level.is_available());
    }
}
