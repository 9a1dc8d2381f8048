//! The times of a measurement: taken while the run is alone on the machine, as often as is asked.

use super::presence::Presence;
use crate::pictures::Picture;
use crate::rd::codecs::{Codec, CodedPicture, DecodedPicture};
use crate::rd::points::{ALL_THREADS, Point, REPEATED, TIMING};
use crate::rd::programs::Outcome;

/// A picture there and back.
pub(super) type Trip = (CodedPicture, DecodedPicture);

/// Takes times.
pub(crate) struct Clock<'a> {
    pub(crate) presence: &'a Presence,
    /// Times that each picture is encoded and decoded.
    pub(crate) reps: u32,
    /// The threads of the machine, where times on all of them are asked for.
    pub(crate) threads: Option<usize>,
}

/// The times of one measurement.
pub(super) struct Times {
    timing: &'static str,
    reps: u32,
    /// To encode and to decode; `None` where a program should have told its time and has not.
    one: [Option<Spread>; 2],
    /// On how many threads besides one, where that was asked for; 1 where the codec has no more.
    threads: Option<usize>,
    /// On those threads.
    all: [Option<Spread>; 2],
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
            let mut seconds = vec![[coded.seconds, decoded.seconds]];
            let reps = if alone { self.reps } else { 1 };
            for _ in 1..reps {
                seconds.push(seconds_of(codec, picture, q)?);
            }
            let (mut threads, mut all) = (self.threads, [None, None]);
            match threads.filter(|_| alone).map(|threads| codec.on_threads(threads)) {
                Some(Some(codec)) => {
                    let seconds = (0..reps).map(|_| seconds_of(&*codec, picture, q));
                    all = Spread::of_both(&seconds.collect::<Outcome<Vec<_>>>()?);
                }
                Some(None) => threads = Some(1),
                None => {}
            }
            let one = Spread::of_both(&seconds);
            Ok(((coded, decoded), Times { timing: codec.timing().name(), reps: self.reps, one, threads, all }))
        });
        result.map(|(trip, times)| (trip, alone.then_some(times)))
    }

    /// Whether a point has all times that this clock would give it.
    pub(super) fn has_run_for(&self, point: &Point) -> bool {
        let reps = point.extra(REPEATED[0]).and_then(|reps| reps.parse().ok()).unwrap_or(1);
        let has_threads = self.threads.is_none() || point.extra(ALL_THREADS[0]).is_some();
        point.extra(TIMING).is_some() && reps >= self.reps && has_threads
    }
}

/// How long it takes to encode and to decode.
fn seconds_of(codec: &dyn Codec, picture: &Picture, q: f64) -> Outcome<[Option<f64>; 2]> {
    let coded = codec.encode(picture, q)?;
    Ok([coded.seconds, codec.decode(&coded.stream)?.seconds])
}

impl Times {
    /// The mean over several pictures that stand for one, such as those of a picture with alpha;
    /// there is one at least.
    pub(super) fn mean(times: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> &[Option<Spread>; 2]| {
            [0, 1].map(|way| {
                let spreads = times.iter().map(|t| of(t)[way].as_ref()).collect::<Option<Vec<_>>>();
                spreads.map(|spreads| Spread::mean(&spreads))
            })
        };
        let (one, all) = (mean(|t| &t.one), mean(|t| &t.all));
        Self { one, all, ..times[0] }
    }

    /// Whether a time is missing.
    pub(super) fn lacks_some(&self) -> bool {
        self.one.iter().any(Option::is_none)
    }

    /// Puts the times into their point, in place of others.
    pub(super) fn put(&self, point: &mut Point) {
        let digits = |seconds: f64| format!("{seconds:.5}");
        [point.enc_s, point.dec_s] = self.one.each_ref().map(|spread| spread.as_ref().map(|s| s.median));
        let is_time = |column: &str| column == TIMING || REPEATED.contains(&column) || ALL_THREADS.contains(&column);
        point.extra.retain(|(column, _)| !is_time(column));
        point.extra.insert(0, (TIMING.to_owned(), self.timing.to_owned()));
        let mut put = |column: &str, value: Option<String>| {
            point.extra.extend(value.map(|value| (column.to_owned(), value)));
        };
        if self.reps > 1 {
            put(REPEATED[0], Some(self.reps.to_string()));
            for (columns, spread) in REPEATED[1..].chunks(2).zip(&self.one) {
                put(columns[0], spread.as_ref().map(|s| digits(s.min)));
                put(columns[1], spread.as_ref().map(|s| digits(s.max)));
            }
        }
        if let Some(threads) = self.threads {
            put(ALL_THREADS[0], Some(threads.to_string()));
            for (column, spread) in ALL_THREADS[1..].iter().zip(&self.all) {
                put(column, spread.as_ref().map(|s| digits(s.median)));
            }
        }
    }
}

impl Spread {
    /// Of encoding and of decoding.
    fn of_both(seconds: &[[Option<f64>; 2]]) -> [Option<Self>; 2] {
        [0, 1].map(|way| Self::of(seconds.iter().map(|both| both[way]).collect()))
    }

    /// Of one time at least, where all are told.
    fn of(seconds: Vec<Option<f64>>) -> Option<Self> {
        let mut seconds = seconds.into_iter().collect::<Option<Vec<_>>>()?;
        seconds.sort_by(f64::total_cmp);
        let (n, last) = (seconds.len(), seconds.len() - 1);
        let median = (seconds[last / 2] + seconds[n / 2]) / 2.0;
        Some(Self { median, min: seconds[0], max: seconds[last] })
    }

    /// The mean of each figure.
    fn mean(all: &[&Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| all.iter().map(|spread| of(spread)).sum::<f64>() / all.len() as f64;
        Self { median: mean(|s| s.median), min: mean(|s| s.min), max: mean(|s| s.max) }
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
