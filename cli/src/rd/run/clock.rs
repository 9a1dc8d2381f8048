//! The times of a measurement: taken while the run is alone on the machine, as often as is asked.

use crate::pictures::Picture;
use crate::rd::codecs::{Codec, CodedPicture, DecodedPicture, Outcome};
use crate::rd::points::{Point, TIMING};
use crate::rd::presence::Presence;

/// How often a picture was encoded and decoded, where that is more than once, and the shortest and
/// longest of those times.
pub(super) const COLUMNS: [&str; 5] = ["reps", "enc_min_s", "enc_max_s", "dec_min_s", "dec_max_s"];

/// A picture there and back.
pub(super) type Trip = (CodedPicture, DecodedPicture);

/// Takes times.
pub(crate) struct Clock<'a> {
    pub(crate) presence: &'a Presence,
    /// Times that each picture is encoded and decoded.
    pub(crate) reps: u32,
}

/// The times of one measurement.
pub(super) struct Times {
    timing: &'static str,
    reps: u32,
    /// `None` where a program should have told its time and has not.
    enc: Option<Spread>,
    dec: Option<Spread>,
}

/// What several measurements of one time come to.
#[derive(Debug, PartialEq)]
struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Clock<'_> {
    /// Makes a trip by `trip`, and more where the times count: those of a run that is alone.
    pub(super) fn take(
        &self,
        codec: &dyn Codec,
        picture: &Picture,
        q: f64,
        trip: impl FnOnce() -> Outcome<Trip>,
    ) -> Outcome<(Trip, Option<Times>)> {
        let (result, alone) = self.presence.alone(|alone| {
            let (coded, decoded) = trip()?;
            let (mut enc, mut dec) = (vec![coded.seconds], vec![decoded.seconds]);
            for _ in 1..if alone { self.reps } else { 1 } {
                enc.push(codec.encode(picture, q)?.seconds);
                dec.push(codec.decode(&coded.stream)?.seconds);
            }
            let [enc, dec] = [enc, dec].map(Spread::of);
            Ok(((coded, decoded), Times { timing: codec.timing().name(), reps: self.reps, enc, dec }))
        });
        result.map(|(trip, times)| (trip, alone.then_some(times)))
    }

    /// Whether a point has all times that this clock would give it.
    pub(super) fn has_run_for(&self, point: &Point) -> bool {
        let reps = point.extra(COLUMNS[0]).and_then(|reps| reps.parse().ok()).unwrap_or(1);
        point.extra(TIMING).is_some() && reps >= self.reps
    }
}

impl Times {
    /// The mean over several pictures that stand for one, such as those of a picture with alpha;
    /// there is one at least.
    pub(super) fn mean(times: Vec<Self>) -> Self {
        let spread = |of: fn(&Self) -> &Option<Spread>| {
            Spread::mean(times.iter().map(|t| of(t).as_ref()).collect::<Option<_>>()?)
        };
        let (enc, dec) = (spread(|t| &t.enc), spread(|t| &t.dec));
        Self { enc, dec, ..times[0] }
    }

    /// Whether a time is missing.
    pub(super) fn lacks_some(&self) -> bool {
        self.enc.is_none() || self.dec.is_none()
    }

    /// Puts the times into their point, in place of others.
    pub(super) fn put(&self, point: &mut Point) {
        let [enc_s, dec_s] = [&self.enc, &self.dec].map(|spread| spread.as_ref().map(|s| s.median));
        (point.enc_s, point.dec_s) = (enc_s, dec_s);
        point.extra.retain(|(column, _)| column != TIMING && !COLUMNS.contains(&column.as_str()));
        point.extra.insert(0, (TIMING.to_owned(), self.timing.to_owned()));
        if self.reps > 1 {
            let ends = [&self.enc, &self.dec].map(|s| s.as_ref().map_or([None; 2], |s| [Some(s.min), Some(s.max)]));
            let ends = ends.concat().into_iter().map(|end| end.map(|s| format!("{s:.5}")));
            let values = std::iter::once(Some(self.reps.to_string())).chain(ends);
            let columns = COLUMNS.iter().zip(values).filter_map(|(column, value)| Some(((*column).to_owned(), value?)));
            point.extra.extend(columns);
        }
    }
}

impl Spread {
    /// Of one time at least, where all are told.
    fn of(seconds: Vec<Option<f64>>) -> Option<Self> {
        let mut seconds = seconds.into_iter().collect::<Option<Vec<_>>>()?;
        seconds.sort_by(f64::total_cmp);
        let (n, last) = (seconds.len(), seconds.len() - 1);
        let median = (seconds[last / 2] + seconds[n / 2]) / 2.0;
        Some(Self { median, min: seconds[0], max: seconds[last] })
    }

    /// The mean of each figure.
    fn mean(all: Vec<&Self>) -> Option<Self> {
        let mean = |of: fn(&Self) -> f64| all.iter().map(|spread| of(spread)).sum::<f64>() / all.len() as f64;
        Some(Self { median: mean(|s| s.median), min: mean(|s| s.min), max: mean(|s| s.max) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_there() {
        for (seconds, median, min, max) in [
            (vec![2.0], 2.0, 2.0, 2.0),
            (vec![5.0, 1.0], 3.0, 1.0, 5.0),
            (vec![9.0, 1.0, 2.0], 2.0, 1.0, 9.0),
            (vec![8.0, 1.0, 3.0, 2.0], 2.5, 1.0, 8.0),
        ] {
            assert_eq!(Spread::of(seconds.into_iter().map(Some).collect()), Some(Spread { median, min, max }));
        }
    }
}
