//! What the joint filter sees of a sample: clipped differences to those around it, where another
//! channel does not differ much.

use kvant::bench_api::FilteredPlane;

/// Samples at each edge of a picture that are left out.
pub(crate) const MARGIN: usize = 4;

/// A filter's neighbours, gates and bounds.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Squared distances to the sample; neighbours up to one of them, and beyond the one before,
    /// have weights in common.
    pub(crate) rings: &'static [i32],
    /// Differences of the guide, in its steps, below which a neighbour counts.
    pub(crate) gates: &'static [f32],
    /// Bounds of the differences, in steps.
    pub(crate) bounds: &'static [f32],
}

/// The shapes that are trained, the smaller one first.
pub(crate) const SHAPES: [Shape; 3] = [
    Shape { name: "12 neighbours", rings: &[1, 2, 4], gates: &[0.25, f32::INFINITY], bounds: &[0.5] },
    Shape { name: "44 neighbours, plain", rings: &[2, 8, 13], gates: &[0.25], bounds: &[0.4] },
    Shape { name: "44 neighbours", rings: &[1, 2, 4, 8, 13], gates: &[0.12, 0.4, f32::INFINITY], bounds: &[0.25, 1.0] },
];

/// Most weights of a filter.
pub(crate) const MOST: usize = 30;
/// Activities of a plane's own units.
pub(crate) const CLASSES: usize = 6;

/// The numbers that weights are for; what is beyond [`Shape::weights`] is 0.
pub(crate) type Features = [f32; MOST];

impl Shape {
    /// How many there are.
    pub(crate) fn weights(&self) -> usize {
        self.rings.len() * self.gates.len() * self.bounds.len()
    }
}

/// A plane of a picture, with those that guide it.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) planes: &'a [FilteredPlane],
    /// Number of the plane.
    pub(crate) p: usize,
}

/// Steps of `qp` in samples of 10 bits.
fn step(qp: u16) -> f32 {
    (f32::from(qp) / 32.0 - 2.0).exp2()
}

impl Place<'_> {
    fn unit(&self, (x, y): (usize, usize)) -> usize {
        y / 4 * (self.planes[0].width / 4) + x / 4
    }

    pub(crate) fn step(&self, at: (usize, usize)) -> f32 {
        step(self.planes[self.p].qp[self.unit(at)])
    }

    pub(crate) fn class(&self, at: (usize, usize)) -> usize {
        // There are five directions of each.
        usize::from(self.planes[self.p].class[self.unit(at)]) / 5
    }

    /// What the sample lacks.
    pub(crate) fn error(&self, (x, y): (usize, usize)) -> f32 {
        let (plane, i) = (&self.planes[self.p], y * self.planes[0].width + x);
        f32::from(plane.source[i]) - f32::from(plane.filtered[i])
    }

    /// How much the planes that guide this one differ between two samples, in their steps: luma
    /// guides chroma, and both planes of chroma guide luma.
    fn guide(&self, unit: usize, i: usize, j: usize) -> f32 {
        let difference = |p: usize| {
            let plane = &self.planes[p];
            f32::from(plane.filtered[i].abs_diff(plane.filtered[j])) / step(plane.qp[unit])
        };
        if self.p > 0 { difference(0) } else { difference(1) + difference(2) }
    }

    pub(crate) fn features(&self, shape: &Shape, (x, y): (usize, usize)) -> Features {
        let (plane, width) = (&self.planes[self.p], self.planes[0].width);
        let (i, unit, step) = (y * width + x, self.unit((x, y)), self.step((x, y)));
        let reach = shape.rings.last().expect("rings").isqrt();
        let mut features = [0.0; MOST];
        for (dy, dx) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dy, dx))) {
            let distance = dy * dy + dx * dx;
            let Some(ring) = shape.rings.iter().position(|&most| distance <= most).filter(|_| distance > 0) else {
                continue;
            };
            let j = i.wrapping_add_signed(dy as isize * width as isize + dx as isize);
            let (guide, difference) =
                (self.guide(unit, i, j), f32::from(plane.filtered[j]) - f32::from(plane.filtered[i]));
            for (g, _) in shape.gates.iter().enumerate().filter(|&(_, &gate)| guide < gate) {
                for (b, &bound) in shape.bounds.iter().enumerate() {
                    let k = (ring * shape.gates.len() + g) * shape.bounds.len() + b;
                    features[k] += difference.clamp(-bound * step, bound * step);
                }
            }
        }
        features
    }
}
