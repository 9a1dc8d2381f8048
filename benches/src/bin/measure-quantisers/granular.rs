//! What the shape of cells alone gains: the squared error of evenly spread numbers against that of
//! cubes of the same volume, as rates of many bits have it.

use kvant_benches::Random;

use super::lattice::{nearest_d, nearest_e8};
use super::trellis;

/// Numbers that are quantised.
const NUMBERS: usize = 1 << 16;
/// They lie between these, away from zero, where the points of the trellis are irregular.
const RANGE: (f64, f64) = (20.0, 60.0);

fn numbers() -> Vec<f32> {
    let mut random = Random::new(1);
    (0..NUMBERS).map(|_| (RANGE.0 + (RANGE.1 - RANGE.0) * random.uniform()) as f32).collect()
}

/// dB below cubes, for points of which there are one in `volume` for `n` numbers.
fn gain(pairs: impl Iterator<Item = (f32, f32)>, volume: f64, n: f64) -> f64 {
    let error: f64 = pairs.map(|(x, point)| f64::from(x - point).powi(2)).sum::<f64>() / NUMBERS as f64;
    -10.0 * (12.0 * error / volume.powf(2.0 / n)).log10()
}

/// Of D4, of E8 and of the trellis.
fn gains() -> [f64; 3] {
    let x = numbers();
    let d4: Vec<f32> = x.as_chunks::<4>().0.iter().flat_map(nearest_d).collect();
    let e8: Vec<f32> = x.as_chunks::<8>().0.iter().flat_map(nearest_e8).collect();
    let path = trellis::search(&x, |_, _, _| 0.0);
    let trellis = path.iter().map(|&(state, level)| trellis::point(state, level));
    let pairs = |points: &[f32]| x.clone().into_iter().zip(points.to_vec());
    [gain(pairs(&d4), 2.0, 4.0), gain(pairs(&e8), 1.0, 8.0), gain(x.iter().copied().zip(trellis), 1.0, 1.0)]
}

/// Prints them.
pub(crate) fn print() {
    let [d4, e8, trellis] = gains();
    println!("granular gain in dB: D4 {d4:.2}, E8 {e8:.2}, trellis {trellis:.2}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Second moments after J. H. Conway and N. J. A. Sloane, Sphere Packings, Lattices and Groups,
    /// table 2.3: 0.076603 of D4 and 0.071682 of E8, against 1/12.
    #[test]
    fn lattices_gain_what_their_second_moments_say() {
        let [d4, e8, trellis] = gains();
        let known = [0.076603, 0.071682].map(|g: f64| -10.0 * (12.0 * g).log10());
        assert!((d4 - known[0]).abs() < 0.03 && (e8 - known[1]).abs() < 0.03, "{d4} and {e8}, not {known:?}");
        // More than E8, less than any quantiser can: 1.53 dB.
        assert!((e8..1.5).contains(&trellis), "{trellis}");
    }
}
