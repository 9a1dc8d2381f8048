//! The best of what is ranked: the prediction of each stays in a slot of the working memory until
//! it is beaten.

/// One of the best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    cost: f64,
    /// Which it was of those ranked.
    pub(super) index: usize,
    /// Where its prediction stands.
    pub(super) slot: usize,
}

/// The best of what was ranked, best first, of equals the one ranked first.
#[derive(Debug, Default)]
pub(super) struct Shortlist {
    entries: Vec<Entry>,
    most: usize,
    ranked: usize,
    free: usize,
}

impl Shortlist {
    /// Empties it, for the best `most`, one or more; there is a slot more than that.
    pub(super) fn begin(&mut self, most: usize) {
        self.entries.clear();
        (self.most, self.ranked, self.free) = (most, 0, 0);
    }

    /// The slot for the prediction of what is ranked next.
    pub(super) fn free(&self) -> usize {
        self.free
    }

    /// What costs as much or more is not among the best so far.
    pub(super) fn most(&self) -> f64 {
        if self.entries.len() < self.most { f64::INFINITY } else { self.entries[self.most - 1].cost }
    }

    /// Notes what the next one costs.
    pub(super) fn note(&mut self, cost: f64) {
        let entry = Entry { cost, index: self.ranked, slot: self.free };
        self.ranked += 1;
        if self.entries.len() < self.most {
            self.entries.push(entry);
            self.free = self.entries.len();
        } else if let Some(last) = self.entries.last_mut().filter(|last| cost < last.cost) {
            self.free = std::mem::replace(last, entry).slot;
        }
        let mut at = self.entries.len() - 1;
        while at > 0 && self.entries[at].cost < self.entries[at - 1].cost {
            self.entries.swap(at, at - 1);
            at -= 1;
        }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_the_first_of_a_stable_order_by_cost_and_keep_their_slots() {
        // Many cost the same.
        let costs: Vec<f64> = (0..80).map(|i| f64::from(i * 37 % 11)).collect();
        let mut sorted: Vec<usize> = (0..costs.len()).collect();
        sorted.sort_by(|&a, &b| costs[a].total_cmp(&costs[b]));
        let mut list = Shortlist::default();
        for most in [1, 2, 6, 20] {
            list.begin(most);
            let mut slots = vec![usize::MAX; most + 1];
            for (index, &cost) in costs.iter().enumerate() {
                slots[list.free()] = index;
                let most = list.most();
                list.note(cost);
                assert_eq!(cost < most, list.entries().iter().any(|e| e.index == index));
            }
            let best: Vec<usize> = list.entries().iter().map(|e| e.index).collect();
            assert_eq!(best, sorted[..most]);
            assert!(list.entries().iter().all(|e| slots[e.slot] == e.index));
        }
    }
}
