//! What a walk codes, noted for a range coder that follows later; models may learn from it
//! meanwhile.

use super::coder::{BinCoder, Ctx, LevelPlace};
use super::interval::{Interval, SYMBOLS};
use super::learnt::Learnt;

/// One thing that was coded.
#[derive(Debug, Clone, Copy)]
enum Note {
    Bin(Ctx, bool),
    /// A level: its slots, whether it is the last one, its magnitude cut at 4 or 5.
    Level(Slots, bool, u8),
    /// Bypass bits: how many, and their value.
    Bypass(u8, u32),
}

/// Numbers of the slots of a level.
#[derive(Debug, Clone, Copy)]
struct Slots(u16, u16);

impl LevelPlace for Slots {
    #[inline(always)]
    fn slots(&self) -> (usize, usize) {
        (self.0.into(), self.1.into())
    }
}

/// What was coded, in order.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

impl Notes {
    /// Has `coder` code all of it.
    pub(crate) fn code(&self, coder: &mut impl BinCoder) {
        for &note in &self.0 {
            match note {
                Note::Bin(ctx, value) => {
                    coder.bin(ctx, value);
                }
                Note::Level(slots, last, magnitude) => {
                    coder.level(&slots, last, magnitude.into());
                }
                Note::Bypass(bits, value) => {
                    coder.bypass(bits.into(), value);
                }
            }
        }
    }

    /// Forgets all of it.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Notes what it is given in the profile `FAST` or mixed.
#[derive(Debug, Default)]
pub(crate) struct Noter<const FAST: bool> {
    pub(crate) notes: Notes,
    /// What learns from it, where that is asked for.
    pub(crate) learnt: Option<Learnt>,
}

impl<const FAST: bool> BinCoder for Noter<FAST> {
    const DECODING: bool = false;

    #[inline]
    fn bin(&mut self, ctx: Ctx, value: bool) -> bool {
        if let Some(learnt) = &mut self.learnt {
            learnt.models.get_mut(ctx).update(value);
        }
        self.notes.0.push(Note::Bin(ctx, value));
        value
    }

    #[inline]
    fn level(&mut self, place: &impl LevelPlace, last: bool, magnitude: u32) -> u32 {
        let (near, far) = place.slots();
        let slots = Slots(near as u16, far as u16);
        let magnitude = if magnitude < 4 { magnitude } else { 4 + (magnitude & 1) };
        if let Some(learnt) = &mut self.learnt {
            learnt.levels.code::<FAST>(&slots, last, magnitude, &mut Nowhere);
        }
        self.notes.0.push(Note::Level(slots, last, magnitude as u8));
        magnitude
    }

    #[inline]
    fn bypass(&mut self, bits: u32, value: u32) -> u32 {
        self.notes.0.push(Note::Bypass(bits as u8, value));
        value
    }

    fn corrupt(&mut self, what: &'static str, value: u64, limit: u64) {
        debug_assert!(false, "encoder made {what} of {value}, limit {limit}");
    }
}

/// No interval at all: what learns needs none.
struct Nowhere;

impl Interval for Nowhere {
    const DECODING: bool = false;

    #[inline(always)]
    fn code(&mut self, _p: u32, bin: bool) -> bool {
        bin
    }

    fn symbol(&mut self, _bounds: &[u32; SYMBOLS], symbol: usize) -> usize {
        symbol
    }

    #[inline(always)]
    fn bypass(&mut self, _bits: u32, value: u32) -> u32 {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Profile;
    use crate::entropy::learnt::Start;
    use crate::entropy::range::RangeEncoder;
    use crate::random::SplitMix64;

    fn code(coder: &mut impl BinCoder) {
        let mut numbers = SplitMix64::new(1);
        for _ in 0..20_000 {
            let random = (numbers.next() >> 40) as u32;
            match random % 4 {
                0 => {
                    coder.bin(Ctx(random as u16 >> 2 & 31), random >> 8 & 3 == 0);
                }
                1 => {
                    coder.bypass(5, random >> 3 & 31);
                }
                _ => {
                    let last = random >> 16 & 7 == 0;
                    let slots = Slots(random as u16 >> 4 & 1023, random as u16 >> 3 & 2047);
                    coder.level(&slots, last, (random >> 14 & 7) * (random >> 17 & 3) + u32::from(last));
                }
            }
        }
    }

    #[test]
    fn what_was_noted_is_written_as_if_at_once_and_models_learn_the_same() {
        let mut at_once = RangeEncoder::<false>::new(Start::default());
        code(&mut at_once);
        let mut noter =
            Noter::<false> { notes: Notes::default(), learnt: Some(Learnt::new(Profile::Mixed, Start::default())) };
        code(&mut noter);
        let mut later = RangeEncoder::<false>::new(Start::default());
        noter.notes.code(&mut later);
        let (learnt, written) = (noter.learnt.unwrap(), later.learnt());
        assert!(learnt.models.iter().eq(written.models.iter()));
        for place in [Slots(3, 17), Slots(512, 1024)] {
            let [found, expected] = [&learnt, written].map(|l| l.levels.slots(Profile::Mixed, &place));
            assert_eq!(found, expected);
        }
        assert_eq!(later.finish(), at_once.finish());
    }

    #[test]
    fn a_note_is_small() {
        assert_eq!(size_of::<Note>(), 8);
    }
}
