//! Rows of a component at the size of the picture, as libjpeg makes them: smooth where it is half as wide or high.

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

    /// Of a plane of half the height: the row that row `y` of the picture lies in, and the next nearest.
    fn neighbours(&self, y: usize) -> (&[u8], &[u8]) {
        let near = y / 2;
        let far = if y & 1 == 0 { near.saturating_sub(1) } else { (near + 1).min(self.size.1 - 1) };
        (self.row(near), self.row(far))
    }
}

/// A row of twice the length.
fn smooth(row: &[u8], out: &mut Vec<u8>) {
    let last = row.len() - 1;
    for (i, &v) in row.iter().enumerate() {
        let mix = |other: u8, bias: u16| ((3 * u16::from(v) + u16::from(other) + bias) >> 2) as u8;
        out.push(if i == 0 { v } else { mix(row[i - 1], 1) });
        out.push(if i == last { v } else { mix(row[i + 1], 2) });
    }
}

/// The same of sums of two rows, four times as large.
fn smooth_sums(row: &[u16], out: &mut Vec<u8>) {
    let last = row.len() - 1;
    for (i, &v) in row.iter().enumerate() {
        let mix = |other: u16, bias: u16| ((3 * v + other + bias) >> 4) as u8;
        out.push(mix(row[i.saturating_sub(1)], 8));
        out.push(mix(row[(i + 1).min(last)], 7));
    }
}
