use crate::simd::Simd; use crate::image::plane::Plane; use crate::image::view::*; use crate::colour::Chroma;
pub(crate) fn to_planes(_s: Simd, v: &ImageView<'_>, c: Chroma) -> Vec<Plane> {
    let (pw, ph) = ((v.width() as usize).next_multiple_of(8), (v.height() as usize).next_multiple_of(8));
    let n = if v.format() == PixelFormat::Gray8 { 1 } else { 3 };
    let mut out: Vec<Plane> = (0..n).map(|_| Plane::new(pw, ph)).collect();
    for y in 0..ph { let row = v.row((y as u32).min(v.height()-1));
        for x in 0..pw { let x0 = x.min(v.width() as usize - 1);
            if n == 1 { out[0].row_mut(y)[x] = (row[x0] as u16) << 2; continue; }
            let (r,g,b) = (row[3*x0] as f64, row[3*x0+1] as f64, row[3*x0+2] as f64);
            let l = 0.299*r+0.587*g+0.114*b; let cb = (b-l)/1.772; let cr=(r-l)/1.402;
            out[0].row_mut(y)[x] = (4.0*l).round() as u16;
            out[1].row_mut(y)[x] = (512.0+4.0*cb).round().clamp(0.0,1023.0) as u16;
            out[2].row_mut(y)[x] = (512.0+4.0*cr).round().clamp(0.0,1023.0) as u16;
    } }
    assert!(c == Chroma::Yuv444);
    out
}
