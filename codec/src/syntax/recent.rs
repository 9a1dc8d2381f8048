//! A short list of distinct values, the latest first.

/// Up to `N` distinct values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recent<T, const N: usize> {
    values: [T; N],
    len: usize,
}

impl<T: Copy + Default + PartialEq, const N: usize> Recent<T, N> {
    pub(crate) fn new() -> Self {
        Self { values: [T::default(); N], len: 0 }
    }

    /// The values in order.
    pub(crate) fn values(&self) -> &[T] {
        &self.values[..self.len]
    }

    /// Puts `value` at the front; the last one goes where there is no room.
    pub(crate) fn renew(&mut self, value: T) {
        let at = self.values().iter().position(|v| *v == value).unwrap_or_else(|| {
            self.len = N.min(self.len + 1);
            self.len - 1
        });
        self.values.copy_within(..at, 1);
        self.values[0] = value;
    }

    /// Puts `value` at the end, unless it is there already or there is no room.
    pub(crate) fn append(&mut self, value: T) {
        if self.len < N && !self.values().contains(&value) {
            self.values[self.len] = value;
            self.len += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_moves_to_the_front_and_the_oldest_falls_out() {
        let mut recent: Recent<u8, 3> = Recent::new();
        for (value, expected) in [(5, &[5][..]), (6, &[6, 5]), (5, &[5, 6]), (7, &[7, 5, 6]), (8, &[8, 7, 5])] {
            recent.renew(value);
            assert_eq!(recent.values(), expected);
        }
        recent.append(9);
        assert_eq!(recent.values(), [8, 7, 5]);
    }
}
