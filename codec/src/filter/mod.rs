use crate::entropy::BinCoder;
use crate::image::plane::Plane;
use crate::simd::Simd;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deblock;
impl Deblock {
    pub(crate) const OFF: Self = Self;
    pub(crate) fn walk<C: BinCoder>(&mut self, _c: &mut C, _gray: bool) {}
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) log2_w: u8,
    pub(crate) log2_h: u8,
    pub(crate) coded: bool,
    pub(crate) qp: u16,
}
#[derive(Debug, Clone)]
pub(crate) struct BlockMap {
    units: Vec<Unit>,
    stride: usize,
}
impl BlockMap {
    pub(crate) fn new(w: usize, h: usize) -> Self {
        Self { units: vec![Unit { log2_w: 2, log2_h: 2, coded: false, qp: 0 }; w / 4 * (h / 4)], stride: w / 4 }
    }
    pub(crate) fn row_mut(&mut self, y: usize) -> &mut [Unit] {
        &mut self.units[y * self.stride..][..self.stride]
    }
}
pub(crate) fn deblock(_s: Simd, _p: &mut Plane, _m: &BlockMap, _d: &Deblock, _plane: usize, _o: i32) {}
