//! The families of quantiser, and the state machine of the trellis-coded one. BITSTREAM.md §8.4.

use crate::transform::TxType;

/// Which points the levels of a picture stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Multiples of the step.
    Scalar,
    /// Those of one of two quantisers, half a step apart, which the levels coded before choose
    /// (trellis-coded quantisation; Marcellin and Fischer, IEEE Trans. Commun. 38, 1990).
    Trellis,
}

impl Family {
    /// That of a block with transforms `tx`: the residual itself is always quantised alone, sample
    /// by sample.
    #[inline(always)]
    pub(crate) fn of_block(self, tx: TxType) -> Self {
        if tx == TxType::IDENTITY { Self::Scalar } else { self }
    }
}

/// Number of states.
pub(crate) const STATES: usize = 8;

/// State of a transform block's quantiser between two levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State(u8);

/// The state after a level, by the state before and the level's parity: a trellis of Ungerboeck's
/// code of eight states, which keeps sequences of points as far apart as eight states can, with
/// branches named as in the eight-state proposals to JVET, so that zeros stay in the first state.
/// docs/TUNING.md, trellis.
pub(crate) const NEXT: [[u8; 2]; STATES] = [[0, 2], [5, 7], [1, 3], [6, 4], [2, 0], [4, 6], [3, 1], [7, 5]];

impl State {
    /// Before the first level of a block.
    pub(crate) const START: Self = Self(0);

    /// After a level of `magnitude`.
    #[inline(always)]
    pub(crate) fn next(self, magnitude: u32) -> Self {
        Self(NEXT[self.0 as usize][magnitude as usize & 1])
    }

    /// The quantiser of the next level: 0 has points at whole steps, 1 at odd halves and at 0.
    #[inline(always)]
    pub(crate) fn quantiser(self) -> usize {
        self.0 as usize & 1
    }

    /// Its number, 0 to 7.
    #[inline(always)]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// All states in the order of their numbers.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..STATES as u8).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_lead_from_different_states_to_different_ones_and_so_do_ones() {
        for parity in 0..2 {
            let mut reached = State::all().map(|s| s.next(parity).index()).collect::<Vec<_>>();
            reached.sort_unstable();
            assert!(reached.into_iter().eq(0..STATES));
        }
    }

    #[test]
    fn zeros_stay_with_whole_steps_at_the_start() {
        assert_eq!(State::START.next(0), State::START);
        assert_eq!(State::START.quantiser(), 0);
    }

    /// Squared distance of the nearest two sequences of points that part in a state and meet again
    /// in one, in half steps: 10 for the best code of eight states (Ungerboeck, IEEE Trans. Inf.
    /// Theory 28, 1982, table I).
    #[test]
    fn sequences_of_points_are_as_far_apart_as_ungerboecks() {
        // Points above zero by state and parity, modulo four half steps.
        let point = |state: State, parity: u32| (2 * parity + 4 - state.quantiser() as u32) % 4;
        let mut distances = [[u32::MAX; STATES]; STATES];
        State::all().for_each(|s| distances[s.next(0).index()][s.next(1).index()] = 4);
        for _ in 0..STATES * STATES {
            for (a, b) in State::all().flat_map(|a| State::all().map(move |b| (a, b))).filter(|(a, b)| a != b) {
                let so_far = distances[a.index()][b.index()];
                for (p, q) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let apart = point(a, p).abs_diff(point(b, q));
                    let next = &mut distances[a.next(p).index()][b.next(q).index()];
                    *next = (*next).min(so_far.saturating_add(apart.min(4 - apart).pow(2)));
                }
            }
        }
        assert_eq!((0..STATES).map(|s| distances[s][s]).min(), Some(10));
    }
}
