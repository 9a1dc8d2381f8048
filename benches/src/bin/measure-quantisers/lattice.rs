//! The lattices D4 and E8. The nearest point is found as J. H. Conway and N. J. A. Sloane do (Fast
//! quantizing and decoding algorithms for lattice quantizers and codes, IEEE Trans. Inf. Theory 28,
//! 1982).

use super::data::{Block, GROUP};
use super::quantise::{Coded, Quantise, letter};
use super::rates::{Letter, Rates, coefficient, lead};

/// The point of D_n nearest to `x`: whole numbers with an even sum.
pub(crate) fn nearest_d<const N: usize>(x: &[f32; N]) -> [f32; N] {
    let mut point = x.map(f32::round);
    if point.iter().sum::<f32>().rem_euclid(2.0) == 1.0 {
        // The one that was hardest to round goes the other way.
        let off = |i: usize| (x[i] - point[i]).abs();
        let worst = (0..N).fold(0, |worst, i| if off(i) > off(worst) { i } else { worst });
        point[worst] += if x[worst] >= point[worst] { 1.0 } else { -1.0 };
    }
    point
}

/// The point of E8 nearest to `x`: one of D8, or of D8 moved by a half in every direction.
pub(crate) fn nearest_e8(x: &[f32; 8]) -> [f32; 8] {
    let whole = nearest_d(x);
    let halves = nearest_d(&x.map(|v| v - 0.5)).map(|v| v + 0.5);
    if distance(x, &halves) < distance(x, &whole) { halves } else { whole }
}

/// Squared.
fn distance<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// The shortest vectors of D_n, and of E8 where `halves` are among them.
fn shortest<const N: usize>(halves: bool) -> Vec<[f32; N]> {
    let mut all = Vec::new();
    for (i, j) in (0..N).flat_map(|i| (i + 1..N).map(move |j| (i, j))) {
        for (a, b) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
            let mut v = [0.0; N];
            (v[i], v[j]) = (a, b);
            all.push(v);
        }
    }
    if halves {
        let signs = (0..1u32 << N).filter(|signs| signs.count_ones() % 2 == 0);
        all.extend(signs.map(|signs| std::array::from_fn(|i| if signs >> i & 1 == 0 { 0.5 } else { -0.5 })));
    }
    all
}

/// The letters of `point`, coefficients `first` and on of a group. D_n: levels, each told whether
/// the sum so far is odd. E8 tells besides, before them, whether they are halves; then the last
/// sign follows from the others.
fn letters<const N: usize>(point: &[f32; N], class: usize, first: usize, e8: bool, mut each: impl FnMut(Letter)) {
    let halves = point[0].fract() != 0.0;
    if e8 {
        each(Letter { context: lead(class), side: 0, value: u32::from(halves), signed: false });
    }
    let mut odd = false;
    for (i, v) in point.iter().enumerate() {
        let (context, value) = (coefficient(class, first + i), v.abs() as u32);
        if halves {
            each(Letter { context, side: 2, value, signed: i + 1 < N });
        } else {
            each(letter(context, usize::from(odd), value));
            odd ^= value % 2 == 1;
        }
    }
}

/// A lattice, of eight dimensions or of four.
pub(crate) struct Lattice {
    e8: bool,
    lambda: f32,
    of_four: Vec<[f32; 4]>,
    of_eight: Vec<[f32; 8]>,
}

impl Lattice {
    /// D4; the nearest point, or the cheapest around where a bit has a price.
    pub(crate) fn d4(lambda: f32) -> Self {
        Self { e8: false, lambda, of_four: shortest(false), of_eight: Vec::new() }
    }

    /// E8 likewise.
    pub(crate) fn e8(lambda: f32) -> Self {
        Self { e8: true, lambda, of_four: Vec::new(), of_eight: shortest(true) }
    }

    /// Goes from `start` to the cheapest of the points around it as long as that is cheaper.
    fn cheapest<const N: usize>(
        &self,
        (x, start): (&[f32; N], [f32; N]),
        around: &[[f32; N]],
        bits: impl Fn(&[f32; N]) -> f32,
    ) -> [f32; N] {
        if self.lambda == 0.0 || start == [0.0; N] && distance(x, &start) < 0.3 {
            return start;
        }
        let cost = |point: &[f32; N]| {
            let error = distance(x, point);
            (error + self.lambda * bits(point), *point)
        };
        let cheaper = |a: (f32, [f32; N]), b: (f32, [f32; N])| if b.0 < a.0 { b } else { a };
        let mut best = cheaper(cost(&start), cost(&[0.0; N]));
        loop {
            let next =
                around.iter().map(|step| cost(&std::array::from_fn(|i| best.1[i] + step[i]))).fold(best, cheaper);
            if next.1 == best.1 {
                return best.1;
            }
            best = next;
        }
    }

    fn vector<const N: usize>(
        &self,
        (x, start): (&[f32; N], [f32; N]),
        around: &[[f32; N]],
        (class, first): (usize, usize),
        rates: &Rates,
        out: &mut Coded,
    ) {
        let bits = |point: &[f32; N]| {
            let mut sum = 0.0;
            letters(point, class, first, self.e8, |letter| sum += rates.bits(letter));
            sum
        };
        let point = self.cheapest((x, start), around, bits);
        letters(&point, class, first, self.e8, |letter| out.letters.push(letter));
        out.points.extend(point);
    }
}

impl Quantise for Lattice {
    fn by_rates(&self) -> bool {
        self.lambda > 0.0
    }

    fn block(&self, block: &Block, scale: f32, rates: &Rates, out: &mut Coded) {
        for (class, group) in block.groups() {
            if self.e8 {
                let x: [f32; GROUP] = std::array::from_fn(|i| group[i] * scale);
                self.vector((&x, nearest_e8(&x)), &self.of_eight, (class, 0), rates, out);
                continue;
            }
            for first in [0, 4] {
                let x: [f32; 4] = std::array::from_fn(|i| group[first + i] * scale);
                self.vector((&x, nearest_d(&x)), &self.of_four, (class, first), rates, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kvant_benches::Random;

    use super::*;

    /// All points of the lattice spanned by halves and whole numbers around `x`, by trying them.
    fn brute<const N: usize>(x: &[f32; N], coset: f32) -> f32 {
        // In each direction the two nearest numbers below and above.
        let choices = x.map(|v| {
            let low = (v - coset).floor() + coset;
            [low - 1.0, low, low + 1.0, low + 2.0]
        });
        let mut best = f32::INFINITY;
        for number in 0..4u32.pow(N as u32) {
            let point: [f32; N] = std::array::from_fn(|i| choices[i][(number >> (2 * i) & 3) as usize]);
            let sum: f32 = point.iter().map(|v| v - coset).sum();
            if sum.rem_euclid(2.0) == 0.0 {
                best = best.min(distance(x, &point));
            }
        }
        best
    }

    #[test]
    fn the_nearest_point_of_d4_is_what_trying_all_of_them_finds() {
        let mut random = Random::new(4);
        for _ in 0..2000 {
            let x: [f32; 4] = std::array::from_fn(|_| random.laplacian(1.5) as f32);
            let found = nearest_d(&x);
            assert!(found.iter().all(|v| v.fract() == 0.0) && found.iter().sum::<f32>() % 2.0 == 0.0, "{found:?}");
            assert!((distance(&x, &found) - brute(&x, 0.0)).abs() < 1e-4, "{x:?} became {found:?}");
        }
    }

    #[test]
    fn the_nearest_point_of_e8_is_what_trying_all_of_them_finds() {
        let mut random = Random::new(8);
        for _ in 0..60 {
            let x: [f32; 8] = std::array::from_fn(|_| random.laplacian(1.2) as f32);
            let found = nearest_e8(&x);
            let half = found[0].fract() != 0.0;
            assert!(found.iter().all(|v| (v.fract() != 0.0) == half), "{found:?} is of one coset");
            assert_eq!(found.iter().sum::<f32>() % 2.0, 0.0, "{found:?}");
            let least = brute(&x, 0.0).min(brute(&x, 0.5));
            assert!((distance(&x, &found) - least).abs() < 1e-4, "{x:?} became {found:?}");
        }
    }

    #[test]
    fn there_are_as_many_shortest_vectors_as_are_known_and_each_is_a_point() {
        let (d4, e8) = (shortest::<4>(false), shortest::<8>(true));
        assert_eq!((d4.len(), e8.len()), (24, 240));
        assert!(d4.iter().all(|v| nearest_d(v) == *v) && e8.iter().all(|v| nearest_e8(v) == *v));
        assert!(e8.iter().all(|v| distance(v, &[0.0; 8]) == 2.0));
    }

    /// What a decoder would do: levels, parities and cosets give the point back, without its signs.
    #[test]
    fn letters_tell_points_apart() {
        let mut random = Random::new(6);
        for _ in 0..200 {
            let x: [f32; 8] = std::array::from_fn(|_| random.laplacian(2.0) as f32);
            let (point, mut read) = (nearest_e8(&x), Vec::new());
            letters(&point, 3, 0, true, |letter| read.push(letter));
            let half = if read[0].value == 1 { 0.5 } else { 0.0 };
            let values: Vec<f32> = read[1..].iter().map(|letter| letter.value as f32 + half).collect();
            assert_eq!(values, point.map(f32::abs));
            let open = read[1..].iter().filter(|letter| letter.signed).count();
            let needed = if half > 0.0 { 7 } else { point.iter().filter(|&&v| v != 0.0).count() };
            assert_eq!(open, needed, "{point:?}");
        }
    }
}
