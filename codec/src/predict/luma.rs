use crate::image::plane::{Plane, Rect};
pub(crate) fn luma_at_chroma(luma: &Plane, rect: Rect, shift: u32, out: &mut [u16]) {
    for y in 0..rect.h { for x in 0..rect.w {
        out[y*rect.w+x] = if shift==0 { luma.get(rect.x+x, rect.y+y) } else {
            let (a,b)=(2*(rect.x+x),2*(rect.y+y));
            (luma.get(a,b)+luma.get(a+1,b)+luma.get(a,b+1)+luma.get(a+1,b+1)+2)>>2 };
    }}
}
