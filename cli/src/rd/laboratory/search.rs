//! The quality at which a codec gives what is wanted of it: so many bytes, or such a score.

/// The most attempts to get there.
const ATTEMPTS: usize = 12;

/// Where to look for it.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// The qualities that there are.
    pub(crate) range: (f64, f64),
    /// Whether they are whole numbers alone.
    pub(crate) whole: bool,
    /// Measured qualities, with how far what they gave is from what is wanted.
    pub(crate) known: Vec<(f64, f64)>,
    /// How much the distance changes over the whole range, where nothing is known.
    pub(crate) span: f64,
    /// The distance that is near enough.
    pub(crate) tolerance: f64,
}

impl Search {
    /// The attempt whose distance is the least, with its quality. Secant steps, kept within what is
    /// known to be too little and too much.
    ///
    /// # Errors
    /// What an attempt gives.
    pub(crate) fn run<T>(
        &self,
        mut attempt: impl FnMut(f64) -> Result<(f64, T), String>,
    ) -> Result<(f64, f64, T), String> {
        let (mut low, mut high) = self.range;
        let (guess, mut slope) = self.guess();
        let mut q = guess.clamp(low, high);
        let mut tried = Vec::<(f64, f64)>::new();
        let mut best: Option<(f64, f64, T)> = None;
        if self.whole {
            q = q.round();
        }
        for number in 1..=ATTEMPTS {
            let (distance, made) = attempt(q)?;
            if best.as_ref().is_none_or(|b| distance.abs() < b.1.abs()) {
                best = Some((q, distance, made));
            }
            if distance.abs() <= self.tolerance {
                break;
            }
            // A larger quality may give more or less.
            if (distance < 0.0) == (slope > 0.0) {
                low = q;
            } else {
                high = q;
            }
            if let Some((last_q, last_distance)) = tried.last() {
                let secant = (distance - last_distance) / (q - last_q);
                if secant.is_finite() && secant * slope > 0.0 {
                    slope = secant;
                }
            }
            tried.push((q, distance));
            let step = q - distance / slope;
            // Every fourth time the middle, lest one end never moves.
            let middle = f64::midpoint(low, high);
            let next = if number % 4 != 0 && low < step && step < high { step } else { middle };
            let choices = match self.whole {
                true => vec![next.round(), next.floor(), next.ceil(), middle.floor(), middle.ceil()],
                false => vec![next],
            };
            match choices.into_iter().find(|next| tried.iter().all(|(q, _)| q != next)) {
                Some(next) => q = next,
                None => break,
            }
        }
        best.ok_or_else(|| "nothing was tried".to_owned())
    }

    /// The quality that what is known suggests, and by how much the distance grows with it.
    fn guess(&self) -> (f64, f64) {
        let (low, high) = self.range;
        let mut near = self.known.clone();
        near.sort_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        if let [(q0, d0), (q1, d1), ..] = near[..] {
            let slope = (d1 - d0) / (q1 - q0);
            if slope.is_finite() && slope != 0.0 {
                return (q0 - d0 / slope, slope);
            }
        }
        (f64::midpoint(low, high), self.span / (high - low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(known: &[(f64, f64)]) -> Search {
        Search { range: (0.0, 100.0), whole: false, known: known.to_vec(), span: 5.0, tolerance: 0.02 }
    }

    #[test]
    fn what_is_wanted_is_found_on_rising_and_falling_scales() {
        for (sign, known) in
            [(1.0, vec![]), (1.0, vec![(10.0, -0.8), (90.0, 9.0)]), (-1.0, vec![(1.0, 1.0), (2.0, 0.9)])]
        {
            let (q, distance, made) = search(&known).run(|q| Ok((sign * (q - 62.5) / 10.0, q))).unwrap();
            assert!(distance.abs() <= 0.02 && (q - 62.5).abs() <= 0.2 && made == q, "{q}");
        }
    }

    #[test]
    fn of_whole_qualities_the_nearest_is_found() {
        let mut search = search(&[(10.0, -5.3), (45.0, -1.75)]);
        search.whole = true;
        let (q, ..) = search.run(|q| Ok(((q - 62.4) / 10.0, assert_eq!(q.fract(), 0.0)))).unwrap();
        assert_eq!(q, 62.0);
    }
}
