//! The search for the quality at which a measure has a wanted value.
//!
//! A picture's values are about a multiple of the usual curve of its measure, plus an addend. So
//! the secant method runs over what is usual at a quality instead of over the quality itself;
//! always between a quality that was too low and one that was too high, which measures that are not
//! quite monotone need.

use super::curve::Curve;
use super::goal::Target;

/// Qualities are multiples of this: what a user can type again.
const RESOLUTION: f64 = 0.001;
/// Smallest part of the way between two tried qualities that a step goes.
const MARGIN: f64 = 0.1;
/// How much more a picture's values rise than usual, at least and at most, as far as a step
/// believes it.
const STEEPNESS: (f64, f64) = (0.25, 4.0);

/// A quality that was tried.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tried {
    quality: f64,
    /// The curve's value there.
    usual: f64,
    value: f64,
}

impl Tried {
    /// By how much more than on the curve values change from here to `other`.
    fn slope(&self, other: &Self) -> f64 {
        (other.value - self.value) / (other.usual - self.usual)
    }
}

#[derive(Debug)]
pub(super) struct Search {
    curve: Curve,
    wanted: f64,
    /// The best quality that was too low, and the worst that was too high.
    below: Option<Tried>,
    above: Option<Tried>,
    /// The one tried before the last on its side.
    before: Option<Tried>,
}

impl Search {
    /// For a picture of `pixels` pixels.
    pub(super) fn new(target: &Target, pixels: u64) -> Self {
        let curve = Curve::of(target.measure, pixels);
        Self { wanted: curve.scaled(target.value), curve, below: None, above: None, before: None }
    }

    /// The search of an encoding that rises with quality as the one did that this search tried.
    pub(super) fn afresh(self) -> Self {
        let off = |t: &Tried| (t.value - self.wanted).abs();
        let nearest = [self.below, self.above].into_iter().flatten().min_by(|a, b| off(a).total_cmp(&off(b)));
        let steepness = self.steepness();
        let curve = match nearest {
            Some(t) => self.curve.through((t.usual, t.value), steepness),
            None => self.curve,
        };
        Self { curve, wanted: self.wanted, below: None, above: None, before: None }
    }

    /// How much more the picture's values rise than usual, as far as that is known and to be
    /// believed.
    fn steepness(&self) -> f64 {
        let two = match (self.below, self.above, self.before) {
            (Some(a), Some(b), _) | (Some(a), None, Some(b)) | (None, Some(a), Some(b)) => Some((a, b)),
            _ => None,
        };
        two.map_or(1.0, |(a, b)| a.slope(&b)).max(STEEPNESS.0).min(STEEPNESS.1)
    }

    /// Notes what the quality that [`Search::next`] gave came to.
    pub(super) fn note(&mut self, quality: f64, value: f64) {
        let tried = Tried { quality, usual: self.curve.at(quality), value: self.curve.scaled(value) };
        let side = if tried.value < self.wanted { &mut self.below } else { &mut self.above };
        self.before = side.replace(tried).or(self.before);
    }

    /// The quality to try; `None` where no other can come nearer.
    pub(super) fn next(&self) -> Option<f64> {
        let (low, high) = (self.below.map_or(0.0, |t| t.quality), self.above.map_or(100.0, |t| t.quality));
        let margin = if self.below.is_some() && self.above.is_some() { MARGIN * (high - low) } else { RESOLUTION };
        let least = if self.below.is_some() { low + margin } else { low };
        let most = if self.above.is_some() { high - margin } else { high };
        let quality = self.curve.quality_of(self.usual()).min(most).max(least);
        let quality = (quality / RESOLUTION).round() * RESOLUTION;
        let new = [self.below, self.above].iter().flatten().all(|t| (t.quality - quality).abs() > RESOLUTION / 2.0);
        (new && (0.0..=100.0).contains(&quality)).then_some(quality)
    }

    /// The usual value of the quality at which the picture probably has the value wanted.
    fn usual(&self) -> f64 {
        match (self.below, self.above) {
            (None, None) => self.wanted,
            (Some(below), Some(above)) => below.usual + (self.wanted - below.value) / below.slope(&above),
            (Some(last), None) | (None, Some(last)) => last.usual + (self.wanted - last.value) / self.steepness(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::goal::Measure;
    use super::*;

    /// Qualities and values tried until `target` is met or `max_passes` are gone.
    fn run(target: Target, measure: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let mut search = Search::new(&target, 1 << 20);
        let mut tried = Vec::new();
        while tried.len() < target.max_passes as usize
            && let Some(quality) = search.next()
        {
            let value = measure(quality);
            tried.push((quality, value));
            if (value - target.value).abs() <= target.tolerance {
                break;
            }
            search.note(quality, value);
        }
        tried
    }

    fn met(target: &Target, tried: &[(f64, f64)]) -> bool {
        tried.last().is_some_and(|t| (t.1 - target.value).abs() <= target.tolerance)
    }

    #[test]
    fn sizes_are_found_on_curves_of_many_shapes() {
        for (scale, slope) in [(2e4, 0.03), (2e3, 0.05), (1e5, 0.03), (400.0, 0.08)] {
            for wanted in [3.0, 20.0, 55.0, 92.0] {
                let size = |q: f64| (scale * (slope * q).exp()).round();
                let target = Target::new(Measure::Bytes, size(wanted));
                let tried = run(target, size);
                assert!(met(&target, &tried) && tried.len() <= 7, "{scale} {slope} {wanted}: {tried:?}");
            }
        }
    }

    #[test]
    fn a_search_afresh_begins_near_where_the_one_before_ended() {
        let target = Target::new(Measure::Ssimulacra2, 63.0);
        let mut scout = Search::new(&target, 1 << 20);
        for _ in 0..3 {
            let quality = scout.next().expect("one is nearer");
            scout.note(quality, 1.3 * quality - 20.0);
        }
        let mut search = scout.afresh();
        let tried = search.next().expect("nothing was tried");
        let value = 1.3 * tried - 21.5;
        search.note(tried, value);
        let next = 1.3 * search.next().expect("one is nearer") - 21.5;
        assert!((value - 61.5).abs() < 0.3 && (next - 63.0).abs() < 0.1, "{value} {next}");
    }

    #[test]
    fn falling_measures_are_found_as_rising_ones() {
        let target = Target::new(Measure::Butteraugli, 1.3);
        let tried = run(target, |q| 6.0 * (-0.03 * q).exp());
        assert!(met(&target, &tried) && tried.len() <= 5, "{tried:?}");
        let target = Target::new(Measure::Other { at_0: 50.0, at_100: 0.0 }, 9.0);
        let tried = run(target, |q| 200.0 / (q + 4.0));
        assert!(met(&target, &tried), "{tried:?}");
    }

    #[test]
    fn bumps_do_not_lead_astray() {
        // A score with a ripple of 1.5 points, 5 qualities long: half of the places it rises, half
        // it falls.
        for wanted in 20..90 {
            let score = |q: f64| 0.9 * q + 4.0 + 1.5 * (q * 1.25).sin();
            let target = Target::new(Measure::Ssimulacra2, f64::from(wanted));
            let tried = run(target, score);
            assert!(met(&target, &tried), "{wanted}: {tried:?}");
        }
    }

    #[test]
    fn what_cannot_be_reached_ends_at_the_end_of_the_scale() {
        let size = |q: f64| 1e4 + 100.0 * q;
        for (wanted, end) in [(5e3, 0.0), (9e4, 100.0)] {
            let tried = run(Target::new(Measure::Bytes, wanted), size);
            assert!(tried.len() <= 4 && tried.last().unwrap().0 == end, "{tried:?}");
        }
        // A jump: all passes go there, none is made twice.
        let tried = run(Target::new(Measure::Psnr, 40.0), |q| if q < 61.3 { 30.0 } else { 50.0 });
        assert!(tried.iter().any(|t| (t.0 - 61.3).abs() < 10.0) && tried.len() == 8, "{tried:?}");
        let distinct = tried.iter().all(|a| tried.iter().filter(|b| a.0 == b.0).count() == 1);
        assert!(distinct, "{tried:?}");
    }

    #[test]
    fn exact_copies_and_infinite_scores_are_taken() {
        let tried = run(Target::new(Measure::Psnr, 45.0), |q| if q < 50.0 { 40.0 } else { f64::INFINITY });
        assert!(tried.iter().all(|t| (0.0..=100.0).contains(&t.0)), "{tried:?}");
        let tried = run(Target::new(Measure::Butteraugli, 1.0), |_| 0.0);
        assert_eq!(tried.last().map(|t| t.0), Some(0.0), "{tried:?}");
    }
}
