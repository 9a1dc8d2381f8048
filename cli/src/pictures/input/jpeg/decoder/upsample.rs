//! Rows of a component at the size of the picture, as libjpeg makes them: smooth where it is half
//! as wide or high.

/// A component's samples.
pub(super) struct Plane {
    pub(super) samples: Vec<u8>,
    /// Samples of a row that are stored.
    pub(super) stride: usize,
    /// Those that count.
    pub(super) size: (usize, usize),
    /// Samples of the picture for each, across and down.
    pub(super) spread: (usize, usize),
}

impl Plane {
    fn row(&self, y: usize) -> &[u8] {
        &self.samples[y * self.stride..][..self.size.0]
    }

    /// Row `y` of the picture, and up to three samples more.
    pub(super) fn upsampled(&self, y: usize, out: &mut Vec<u8>) {
        out.clear();
        // Narrow ones are not smoothed.
        let wide = self.size.0 > 2;
        match self.spread {
            (1, 1) => out.extend_from_slice(self.row(y)),
            (2, 1) if wide => smooth(self.row(y), out),
            (1, 2) => {
                let (near, far) = self.neighbours(y);
                let bias = 1 + (y & 1) as u16;
                out.extend(near.iter().zip(far).map(|(&n, &f)| ((3 * u16::from(n) + u16::from(f) + bias) >> 2) as u8));
            }
            (2, 2) if wide => {
                let (near, far) = self.neighbours(y);
                let sums = near.iter().zip(far).map(|(&n, &f)| 3 * u16::from(n) + u16::from(f));
                smooth_sums(&sums.collect::<Vec<_>>(), out);
            }
            (across, down) => out.extend(self.row(y / down).iter().flat_map(|&v| std::iter::repeat_n(v, across))),
        }
    }

    /// Of a plane of half the height: the row that row `y` of the picture lies in, and the next
    /// nearest.
    fn neighbours(&self, y: usize) -> (&[u8], &[u8]) {
        let near = y / 2;
        let far = if y & 1 == 0 { near.saturating_sub(1) } else { (near + 1).min(self.size.1 - 1) };
        (self.row(near), self.row(far))
    }
}

/// A row of twice the length; both its ends are those of `row`.
fn smooth(row: &[u8], out: &mut Vec<u8>) {
    let mix = |near: u8, far: u8, bias: u16| ((3 * u16::from(near) + u16::from(far) + bias) >> 2) as u8;
    doubled(row, out, |near, before| mix(near, before, 1), |near, behind| mix(near, behind, 2));
    if let ([first, .., last], [start, .., end]) = (row, out.as_mut_slice()) {
        (*start, *end) = (*first, *last);
    }
}

/// The same of sums of two rows, four times as large.
fn smooth_sums(row: &[u16], out: &mut Vec<u8>) {
    let mix = |near: u16, far: u16, bias: u16| ((3 * near + far + bias) >> 4) as u8;
    doubled(row, out, |near, before| mix(near, before, 8), |near, behind| mix(near, behind, 7));
}

/// Two samples of each, of it and the one before, and of it and the one behind; at the ends of it
/// twice.
fn doubled<T: Copy>(row: &[T], out: &mut Vec<u8>, before: impl Fn(T, T) -> u8, behind: impl Fn(T, T) -> u8) {
    out.resize(2 * row.len(), 0);
    let pairs = out.as_chunks_mut::<2>().0;
    for (pair, three) in pairs[1..].iter_mut().zip(row.windows(3)) {
        *pair = [before(three[1], three[0]), behind(three[1], three[2])];
    }
    if let (Some((&first, [second, ..])), Some((&last, [.., third]))) = (row.split_first(), row.split_last()) {
        pairs[0] = [before(first, first), behind(first, *second)];
        pairs[row.len() - 1] = [before(last, *third), behind(last, last)];
    }
}
