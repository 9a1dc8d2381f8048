//! Handing out the rows of superblocks of a tile, in order, with what leads from one to those that
//! follow.
//!
//! A lane waits only for what others send that began before it. Where one gives up, its ends of the
//! channels go with it, and those who wait give up too.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::entropy::learnt::Learnt;
use crate::recon::Stitch;

/// A row starts with the models as they stand after the row so many before it: so many lanes can go
/// on side by side.
pub(super) const LAG: usize = 2;

/// A row of superblocks to be coded.
pub(super) struct Row {
    pub(super) number: usize,
    /// The stitches of the row above, from left to right.
    pub(super) above: Option<Receiver<Stitch>>,
    /// Takes its own.
    pub(super) below: Option<Sender<Stitch>>,
    /// The models that it starts with.
    pub(super) start: Option<Receiver<Learnt>>,
    /// Takes the models as they stand after it is written.
    pub(super) learnt: Option<Sender<Learnt>>,
}

/// The rows that nobody has begun yet.
#[derive(Debug)]
pub(super) struct Rows {
    next: usize,
    count: usize,
    /// They may be coded side by side; else the one who begins with the first codes all.
    apart: bool,
    stitches: Option<Receiver<Stitch>>,
    models: VecDeque<Receiver<Learnt>>,
}

impl Rows {
    pub(super) fn new(count: usize, apart: bool) -> Self {
        Self { next: 0, count, apart, stitches: None, models: VecDeque::new() }
    }

    /// The next one, for a lane that begins with it; it has models where it `learns`.
    pub(super) fn first(&mut self, learns: bool) -> Option<Row> {
        if self.apart || self.next == 0 { self.next(learns) } else { None }
    }

    /// The next one, for a lane that had one before.
    pub(super) fn next(&mut self, learns: bool) -> Option<Row> {
        let number = self.next;
        if number == self.count {
            return None;
        }
        self.next += 1;
        let above = self.stitches.take();
        let below = (self.apart && self.next < self.count).then(|| {
            let (sender, receiver) = channel();
            self.stitches = Some(receiver);
            sender
        });
        let start = if number < LAG { None } else { self.models.pop_front() };
        let learnt = (learns && number + LAG < self.count).then(|| {
            let (sender, receiver) = channel();
            self.models.push_back(receiver);
            sender
        });
        Some(Row { number, above, below, start, learnt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Profile;
    use crate::entropy::learnt::Start;

    #[test]
    fn each_row_is_led_to_by_the_one_above_and_by_the_models_of_the_one_before_that() {
        let mut rows = Rows::new(4, true);
        let all: Vec<Row> = std::iter::from_fn(|| rows.first(true)).collect();
        assert!(all.iter().map(|row| row.number).eq(0..4));
        for row in &all {
            assert_eq!((row.above.is_some(), row.below.is_some()), (row.number > 0, row.number < 3));
            assert_eq!((row.start.is_some(), row.learnt.is_some()), (row.number >= LAG, row.number < 4 - LAG));
        }
        all[0].learnt.as_ref().unwrap().send(Learnt::new(Profile::Fast, Start::default())).unwrap();
        assert!(all[2].start.as_ref().unwrap().try_recv().is_ok());
        assert!(all[3].start.as_ref().unwrap().try_recv().is_err());
    }

    #[test]
    fn rows_that_are_not_apart_are_for_one_lane() {
        let mut rows = Rows::new(3, false);
        let first = rows.first(false).unwrap();
        assert!(rows.first(false).is_none() && first.below.is_none());
        assert!(rows.next(false).is_some_and(|row| row.number == 1 && row.above.is_none() && row.start.is_none()));
    }

    #[test]
    fn who_waits_for_one_that_gave_up_hears_of_it() {
        let mut rows = Rows::new(3, true);
        let (first, second, third) = (rows.first(true).unwrap(), rows.first(true).unwrap(), rows.first(true).unwrap());
        drop(first);
        assert!(second.above.unwrap().recv().is_err() && third.start.unwrap().recv().is_err());
    }
}
