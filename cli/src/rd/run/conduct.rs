//! How each codec behaves in a run: one that fails again and again is given up on, and what all its
//! measurements have in common is said once.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many failures in a row are no accident, where they are not of one picture alone.
const PATIENCE: usize = 3;
const PICTURES: usize = 2;

/// The codecs of a run, by their index in the plan.
pub(super) struct Conduct(Vec<Mutex<Codec>>);

#[derive(Debug, Clone, Default)]
struct Codec {
    /// The pictures that are to be measured.
    pictures: BTreeSet<usize>,
    /// Measurements that have not begun.
    waiting: usize,
    /// The picture of each failure since the last success, in the order in which measurements end.
    failures: Vec<usize>,
    given_up: bool,
    untimed: bool,
}

/// A codec is given up on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GivenUp {
    /// Failures in a row.
    pub(super) failures: usize,
    /// Measurements that are left out.
    pub(super) left_out: usize,
}

impl Conduct {
    /// For so many codecs; `measurements` are the codec and the picture of what is to be measured.
    pub(super) fn new(codecs: usize, measurements: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut all = vec![Codec::default(); codecs];
        for (codec, picture) in measurements {
            all[codec].waiting += 1;
            all[codec].pictures.insert(picture);
        }
        Self(all.into_iter().map(Mutex::new).collect())
    }

    /// Whether to begin another measurement of a codec, which has not been given up on.
    pub(super) fn begins(&self, codec: usize) -> bool {
        let mut codec = self.of(codec);
        codec.waiting -= 1;
        !codec.given_up
    }

    /// What others were doing when it was given up on does not change that: it has been said.
    pub(super) fn succeeded(&self, codec: usize) {
        self.of(codec).failures.clear();
    }

    /// Counts a failure. What is to be said where that is the one too many, and something is left
    /// out.
    pub(super) fn failed(&self, codec: usize, picture: usize) -> Option<GivenUp> {
        let mut codec = self.of(codec);
        codec.failures.push(picture);
        let pictures = codec.failures.iter().collect::<BTreeSet<_>>().len();
        // A picture that is too large for a format is refused at every quality.
        let too_many = codec.failures.len() >= PATIENCE && pictures >= PICTURES.min(codec.pictures.len());
        if codec.given_up || !too_many {
            return None;
        }
        codec.given_up = true;
        let (failures, left_out) = (codec.failures.len(), codec.waiting);
        (left_out > 0).then_some(GivenUp { failures, left_out })
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

    /// What is done with each measurement of codec 1, of which `x` marks those that fail, and what
    /// was said of failures and of those left out. A blank stands between pictures.
    fn course(fails: &str) -> (String, Vec<(usize, usize)>) {
        let all: Vec<_> = fails.split(' ').enumerate().flat_map(|(i, p)| p.chars().map(move |c| (i, c))).collect();
        let conduct = Conduct::new(2, all.iter().map(|(picture, _)| (1, *picture)).chain([(0, 0); 4]));
        let (mut done, mut said) = (String::new(), Vec::new());
        for (picture, ending) in all {
            if !conduct.begins(1) {
                done.push('-');
                continue;
            }
            done.push(ending);
            match ending {
                'x' => said.extend(conduct.failed(1, picture).map(|g| (g.failures, g.left_out))),
                _ => conduct.succeeded(1),
            }
        }
        assert!(conduct.begins(0), "the other one has done nothing wrong");
        (done, said)
    }

    #[test]
    fn three_failures_in_a_row_end_a_codec_and_a_success_resets_the_count() {
        for (fails, done, said) in [
            ("x x x x x x x", "xxx----", &[(3, 4)][..]),
            ("xx .xx .x x.", "xx.xx.xx.", &[]),
            ("x. xx x..", "x.xxx--", &[(3, 2)]),
            // Nothing is left out.
            ("..x xx", "..xxx", &[]),
        ] {
            assert_eq!(course(fails), (done.to_owned(), said.to_vec()), "{fails}");
        }
    }

    #[test]
    fn one_picture_of_several_does_not_end_a_codec() {
        for (fails, done, said) in [
            ("xxxxx ..... .....", "xxxxx..........", &[][..]),
            ("xxxxx x.... .....", "xxxxxx---------", &[(6, 9)]),
            // There is no other picture to try.
            ("xxxxx", "xxx--", &[(3, 2)]),
        ] {
            assert_eq!(course(fails), (done.to_owned(), said.to_vec()), "{fails}");
        }
    }

    #[test]
    fn what_ends_after_the_end_changes_nothing() {
        let conduct = Conduct::new(1, [(0, 0); 9].into_iter());
        assert!((0..5).all(|_| conduct.begins(0)));
        let said = GivenUp { failures: 3, left_out: 4 };
        assert_eq!([0; 4].map(|codec| conduct.failed(codec, 0)), [None, None, Some(said), None]);
        conduct.succeeded(0);
        assert!(!conduct.begins(0));
    }
}
