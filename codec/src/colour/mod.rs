use crate::simd::Simd; use crate::image::plane::Plane;
/// Chroma sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chroma {
    /// Chroma at every pixel.
    Yuv444,
    /// Chroma at every second pixel of every second row, sited at the centre of its four pixels.
    Yuv420,
}
pub(crate) struct Rows<'a> { planes: &'a [Plane] }
impl<'a> Rows<'a> { pub(crate) fn new(_s: Simd, planes: &'a [Plane], _sub: bool, _w: u32, _h: u32) -> Self { Self{planes} }
 pub(crate) fn write(&mut self, y: u32, out: &mut [u8]) {
   if self.planes.len()==1 { for (x,o) in out.iter_mut().enumerate() { *o = ((self.planes[0].get(x,y as usize)+2)>>2).min(255) as u8; } return; }
   for (x,o) in out.chunks_exact_mut(3).enumerate() { let l=self.planes[0].get(x,y as usize) as f64; let cb=self.planes[1].get(x,y as usize) as f64-512.0; let cr=self.planes[2].get(x,y as usize) as f64-512.0;
     let r=l+1.402*cr; let b=l+1.772*cb; let g=(l-0.299*r-0.114*b)/0.587;
     o[0]=(r/4.0).round().clamp(0.0,255.0) as u8; o[1]=(g/4.0).round().clamp(0.0,255.0) as u8; o[2]=(b/4.0).round().clamp(0.0,255.0) as u8; }
 } }
