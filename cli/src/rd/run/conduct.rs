//! How each codec behaves in a run: one that fails again and again is given up on, and what all its
//! measurements have in common is said once.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many failures in a row are no accident.
pub(super) const PATIENCE: u32 = 3;

/// The codecs of a run, by their index in the plan.
pub(super) struct Conduct(Vec<Mutex<Codec>>);

#[derive(Debug, Clone, Default)]
struct Codec {
    /// Measurements that have not begun.
    waiting: usize,
    /// Failures since the last success, in the order in which measurements end.
    failures: u32,
    untimed: bool,
}

impl Conduct {
    /// For so many codecs; `measurements` are the codecs of what is to be measured.
    pub(super) fn new(codecs: usize, measurements: impl Iterator<Item = usize>) -> Self {
        let mut all = vec![Codec::default(); codecs];
        measurements.for_each(|codec| all[codec].waiting += 1);
        Self(all.into_iter().map(Mutex::new).collect())
    }

    /// Whether to begin another measurement of a codec, which has not been given up on.
    pub(super) fn begins(&self, codec: usize) -> bool {
        let mut codec = self.of(codec);
        codec.waiting -= 1;
        codec.failures < PATIENCE
    }

    pub(super) fn succeeded(&self, codec: usize) {
        let mut codec = self.of(codec);
        // What others were doing when it was given up on does not change that: it has been said.
        if codec.failures < PATIENCE {
            codec.failures = 0;
        }
    }

    /// Counts a failure. How many measurements are left out, where that is the one too many.
    pub(super) fn failed(&self, codec: usize) -> Option<usize> {
        let mut codec = self.of(codec);
        codec.failures += 1;
        (codec.failures == PATIENCE && codec.waiting > 0).then_some(codec.waiting)
    }

    /// A codec has told no time. Whether that is the first.
    pub(super) fn told_no_time(&self, codec: usize) -> bool {
        !std::mem::replace(&mut self.of(codec).untimed, true)
    }

    fn of(&self, codec: usize) -> MutexGuard<'_, Codec> {
        self.0[codec].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done with each measurement of codec 1, of which `x` marks those that fail, and the
    /// number left out that was said.
    fn course(fails: &str) -> (String, Vec<usize>) {
        let conduct = Conduct::new(2, fails.chars().map(|_| 1).chain([0, 0, 0, 0]));
        let (mut done, mut said) = (String::new(), Vec::new());
        for ending in fails.chars() {
            if !conduct.begins(1) {
                done.push('-');
                continue;
            }
            done.push(ending);
            match ending {
                'x' => said.extend(conduct.failed(1)),
                _ => conduct.succeeded(1),
            }
        }
        assert!(conduct.begins(0), "the other one has done nothing wrong");
        (done, said)
    }

    #[test]
    fn three_failures_in_a_row_end_a_codec_and_a_success_resets_the_count() {
        for (fails, done, said) in [
            ("xxxxxxx", "xxx----", &[4][..]),
            ("xx.xx.xx.", "xx.xx.xx.", &[]),
            ("x.xxx..", "x.xxx--", &[2]),
            // Nothing is left out.
            ("..xxx", "..xxx", &[]),
        ] {
            assert_eq!(course(fails), (done.to_owned(), said.to_vec()), "{fails}");
        }
    }

    #[test]
    fn what_ends_after_the_end_changes_nothing() {
        let conduct = Conduct::new(1, [0; 9].into_iter());
        assert!((0..5).all(|_| conduct.begins(0)));
        assert_eq!([0; 4].map(|codec| conduct.failed(codec)), [None, None, Some(4), None]);
        conduct.succeeded(0);
        assert!(!conduct.begins(0));
    }
}
