//! The walk over the values of a plane, written once for both directions: runs, then value by
//! value. BITSTREAM.md §13.4.

use super::canvas::Canvas;
use super::coder::Coder;
use super::modeller::Modeller;
use super::plane::CodedPlane;
use super::residual::Residuals;
use super::runs::Runs;
use crate::entropy::interval::Interval;

/// Codes `rows` rows of the values of a plane, from 0 to `top`; all bins of residuals are mixed
/// where that shall be `FULL`. `v` has what lies beside it and, to be written, the values.
pub(super) fn plane<I: Interval, M: Modeller, const FULL: bool>(
    coder: &mut Coder<'_, I>,
    v: Canvas,
    rows: usize,
    top: i32,
    before: &[CodedPlane],
) -> CodedPlane {
    coder.simd.run(
        #[inline(always)]
        || plane_kernel::<I, M, FULL>(coder, v, rows, top, before),
    )
}

#[inline(always)]
fn plane_kernel<I: Interval, M: Modeller, const FULL: bool>(
    coder: &mut Coder<'_, I>,
    mut v: Canvas,
    wanted: usize,
    top: i32,
    before: &[CodedPlane],
) -> CodedPlane {
    let mut residuals = Residuals::<FULL>::new();
    let mut runs = Runs::new();
    let mut modeller = M::new(v.width(), v.height(), top, before);
    let mut rows = 0;
    for y in 0..wanted {
        v.open_row(y);
        modeller.start_row();
        let mut x = 0;
        while x < v.width() {
            let run = runs.code(coder, &mut v, x, y);
            for x in x..x + run {
                modeller.skip(x);
            }
            x += run;
            if x == v.width() {
                break;
            }
            let expected = modeller.predict(&v, x, y, before);
            let contexts = modeller.contexts(&v, x, y, before);
            let i = v.at(x, y);
            v.data[i] = residuals.code(coder, &contexts, expected, top, v.data[i]);
            modeller.learn(&v, x, y);
            x += 1;
        }
        modeller.end_row(&v, before);
        v.close_row(y);
        if coder.is_over(v.width()) {
            break;
        }
        if coder.interval.is_within() {
            rows = y + 1;
        }
    }
    CodedPlane { values: v, errors: modeller.into_errors(), span: top as u32, rows }
}
