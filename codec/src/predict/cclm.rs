//! Chroma from luma by a linear model fitted to the neighbours.
use super::edges::{Available, Edges};
/// Neighbouring luma samples at chroma resolution: above, left.
pub(crate) fn fitted(luma: &[u16], luma_top: &[u16], luma_left: &[u16], edges: &Edges, available: Available, w: usize, h: usize, depth: u32, out: &mut [u16]) {
    let (nt, nl) = (available.top.min(w), available.left.min(h));
    let (mut n, mut sl, mut sc, mut sll, mut slc) = (0i64, 0i64, 0i64, 0i64, 0i64);
    let mut add = |l: u16, c: u16| { let (l, c) = (l as i64, c as i64); n += 1; sl += l; sc += c; sll += l * l; slc += l * c; };
    let step = |n: usize| (n / 16).max(1);
    for i in (0..nt).step_by(step(nt)) { add(luma_top[i], edges.top[i]); }
    for i in (0..nl).step_by(step(nl)) { add(luma_left[i], edges.left[i]); }
    if n == 0 { out[..w*h].fill(1 << (depth-1)); return; }
    let var = n * sll - sl * sl;
    let a = if var > 0 { (((n * slc - sl * sc) << 8) / var).clamp(-1024, 1024) } else { 0 };
    let b = ((sc << 8) - a * sl).div_euclid(n);
    let max = (1i64 << depth) - 1;
    for (o, &l) in out[..w*h].iter_mut().zip(luma) { *o = ((a * l as i64 + b + 128) >> 8).clamp(0, max) as u16; }
}
