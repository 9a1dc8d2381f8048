//! What the classified filter's bank is trained from: normal equations of least squares, class by class.

use crate::filter::BlockMap;
use crate::filter::classified::{Bank, CLASSES, MARGIN, PAIRS, Padded, Strip, TAPS, bounds};
use crate::image::plane::Plane;

/// The equations of a class.
#[derive(Debug, Clone)]
pub struct Equations {
    /// Weighed sums of products of two inputs.
    pub products: Vec<[f64; TAPS]>,
    /// Weighed sums of products of an input and the error.
    pub errors: [f64; TAPS],
}

/// Equations without a sample, one for each class.
pub fn no_equations() -> Vec<Equations> {
    vec![Equations { products: vec![[0.0; TAPS]; TAPS], errors: [0.0; TAPS] }; CLASSES]
}

/// Adds the samples of a deblocked plane, each weighed by 1 over its squared step.
pub(crate) fn add(equations: &mut [Equations], source: &Plane, deblocked: &Plane, map: &BlockMap) {
    // A bank whose coefficients are their own places shows where each comes from in its orientation.
    let bank = Bank::new(&std::array::from_fn(|i| (i % TAPS) as u8));
    let padded = Padded::new(deblocked);
    let mut strip = Strip::new(padded.width, 0);
    for (i, unit) in map.units.iter().enumerate() {
        let (x4, y4) = (i % map.stride, i / map.stride);
        if x4 == 0 {
            strip.differences(&padded, 4 * y4);
        }
        let filter = strip.filter_of(x4, *unit);
        let weight = (-f64::from(unit.qp) / 16.0).exp2();
        let equations = &mut equations[filter / 4];
        for k in 0..16 {
            let (x, y) = (4 * x4 + k % 4, 4 * y4 + k / 4);
            let mut inputs = [0.0; TAPS];
            for (slot, input) in inputs_of(&padded, x, y, unit.qp).into_iter().enumerate() {
                inputs[bank.0[filter][slot] as usize] = f64::from(input);
            }
            let error = f64::from(source.get(x, y)) - f64::from(deblocked.get(x, y));
            for (i, row) in equations.products.iter_mut().enumerate() {
                let a = weight * inputs[i];
                row.iter_mut().zip(&inputs).for_each(|(sum, b)| *sum += a * b);
                equations.errors[i] += a * error;
            }
        }
    }
}

/// The clipped differences of the pairs of sample (x, y), in the order of a filter's coefficients.
fn inputs_of(padded: &Padded, x: usize, y: usize, qp: u16) -> [i16; TAPS] {
    let bounds = bounds(qp, 0);
    std::array::from_fn(|slot| {
        let ((dy, dx), bound) = (PAIRS[slot % PAIRS.len()], bounds[slot / PAIRS.len()]);
        let at = padded.at(MARGIN + x, y);
        let step = (dy * padded.stride as i32 + dx) as usize;
        [at - step, at + step].map(|i| (padded.data[i] - padded.data[at]).clamp(-bound, bound)).iter().sum()
    })
}
