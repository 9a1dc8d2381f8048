//! Writing the rows of superblocks of a tile, in order, as they are found.

use std::sync::mpsc::Sender;

use crate::entropy::learnt::{Learnt, Start};
use crate::entropy::notes::Notes;
use crate::entropy::range::RangeEncoder;
use crate::recon::{SignNotes, SignWriter};

/// A tile, coded.
#[derive(Debug)]
pub(in super::super) struct CodedTile {
    pub(in super::super) signs: Vec<u8>,
    pub(in super::super) colour: Vec<u8>,
}

/// What is coded of a row of superblocks.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) bins: Notes,
    pub(super) signs: SignNotes,
}

/// The same with its place.
struct Waiting {
    number: usize,
    found: Found,
    learnt: Option<Sender<Learnt>>,
}

/// Takes rows in any order.
pub(super) struct Writer<const FAST: bool> {
    coders: Option<(RangeEncoder<FAST>, SignWriter)>,
    next: usize,
    count: usize,
    waiting: Vec<Waiting>,
    /// Memory of rows that are written.
    spare: Vec<Found>,
    coded: Option<CodedTile>,
}

impl<const FAST: bool> Writer<FAST> {
    /// For `count` rows of a tile that starts so.
    pub(super) fn new(count: usize, start: Start) -> Self {
        let coders = Some((RangeEncoder::new(start), SignWriter::new()));
        Self { coders, next: 0, count, waiting: Vec::new(), spare: Vec::new(), coded: None }
    }

    /// Takes row `number` and writes all that are next; `learnt` takes the models as they stand
    /// after it. Returns memory for another row.
    pub(super) fn put(&mut self, number: usize, found: Found, learnt: Option<Sender<Learnt>>) -> Found {
        // Were there a panic, those who wait for models would not wait for ever.
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.push(Waiting { number, found, learnt });
        while let Some(i) = waiting.iter().position(|row| row.number == self.next) {
            self.write(waiting.swap_remove(i));
        }
        self.waiting = waiting;
        self.spare.pop().unwrap_or_default()
    }

    fn write(&mut self, Waiting { mut found, learnt, .. }: Waiting) {
        let Some((bins, signs)) = &mut self.coders else { return };
        found.bins.code(bins);
        signs.write(&found.signs);
        if let Some(learnt) = learnt {
            // Who has given up does not take it.
            let _ = learnt.send(bins.learnt().clone());
        }
        found.bins.clear();
        found.signs.clear();
        self.spare.push(found);
        self.next += 1;
        if self.next == self.count {
            self.coded = self.coders.take().map(|(b, s)| CodedTile { signs: s.finish(), colour: b.finish() });
            self.spare.clear();
        }
    }

    /// The streams, once all rows are written.
    pub(super) fn finish(self) -> CodedTile {
        self.coded.expect("all rows are written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::notes::Noter;
    use crate::entropy::{BinCoder, Ctx};

    /// A row of some bins.
    fn row(number: usize) -> Found {
        let mut noter = Noter::<false>::default();
        (0..200).for_each(|i| {
            noter.bin(Ctx(i as u16 % 9), (i * (number + 3)) % 5 < 2);
        });
        Found { bins: noter.notes, ..Found::default() }
    }

    #[test]
    fn rows_are_written_in_order_whatever_the_order_that_they_come_in() {
        let coded = |order: [usize; 4]| {
            let mut writer = Writer::<false>::new(4, Start::default());
            for number in order {
                assert!(writer.coded.is_none());
                writer.put(number, row(number), None);
            }
            writer.finish().colour
        };
        let expected = coded([0, 1, 2, 3]);
        assert!(expected.len() > 50);
        assert_eq!(coded([1, 0, 3, 2]), expected);
        assert_eq!(coded([3, 2, 1, 0]), expected);
    }
}
