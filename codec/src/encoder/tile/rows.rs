//! Handing out the rows of superblocks of a tile, in order, with what leads from one to those that follow.
//!
//! A lane waits only for what others send that began before it. Where one gives up, its ends of the channels go with it,
//! and those who wait give up too.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::entropy::learnt::Learnt;
use crate::recon::Stitch;

/// A row starts with the models as they stand after the row so many before it: so many lanes can go on side by side.
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
