//! Paeth (PNG's filter, as AV1 uses it for prediction): top, left or corner, whichever is nearest
//! to top + left - corner; on a tie left before top before corner. BITSTREAM.md §9.3.3.

use crate::image::plane::Block;
use crate::predict::edges::Edges;

#[inline(always)]
pub(crate) fn predict<const W: usize>(edges: &Edges, out: &mut Block<'_>) {
    let top: [u16; W] = *edges.top.first_chunk().expect("shorter than any edge");
    let corner = i32::from(edges.corner);
    for (row, &left) in out.rows().zip(&edges.left) {
        let left = i32::from(left);
        // |base - top| does not depend on the column.
        let to_top = (left - corner).abs();
        let mut line = [0; W];
        for (s, &t) in line.iter_mut().zip(&top) {
            let t = i32::from(t);
            let to_left = (t - corner).abs();
            let to_corner = (t + left - 2 * corner).abs();
            let second = if to_top <= to_corner { t } else { corner };
            *s = if to_left <= to_top && to_left <= to_corner { left } else { second } as u16;
        }
        *row = line;
    }
}
