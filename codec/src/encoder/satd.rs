use crate::simd::Simd;
#[inline(always)]
fn had<const N: usize>(a: &[u16], sa: usize, b: &[u16], sb: usize) -> u32 {
    let mut m = [[0i32; N]; N];
    for y in 0..N { for x in 0..N { m[y][x] = a[y*sa+x] as i32 - b[y*sb+x] as i32; } }
    let mut s = 1;
    while s < N { for i in 0..N { if i & s == 0 { for x in 0..N { let (p,q)=(m[i][x],m[i+s][x]); m[i][x]=p+q; m[i+s][x]=p-q; } } } s*=2; }
    let mut t = [[0i32; N]; N];
    for y in 0..N { for x in 0..N { t[x][y]=m[y][x]; } }
    let mut s = 1;
    while s < N { for i in 0..N { if i & s == 0 { for x in 0..N { let (p,q)=(t[i][x],t[i+s][x]); t[i][x]=p+q; t[i+s][x]=p-q; } } } s*=2; }
    let mut sum=0u32; for r in &t { for v in r { sum += v.unsigned_abs(); } }
    sum / N as u32
}
pub(crate) fn satd(simd: Simd, a: &[u16], sa: usize, b: &[u16], sb: usize, w: usize, h: usize) -> u32 {
    simd.run(#[inline(always)] || {
    let mut sum = 0;
    if w >= 8 && h >= 8 { for y in (0..h).step_by(8) { for x in (0..w).step_by(8) { sum += had::<8>(&a[y*sa+x..], sa, &b[y*sb+x..], sb); } } }
    else { for y in (0..h).step_by(4) { for x in (0..w).step_by(4) { sum += had::<4>(&a[y*sa+x..], sa, &b[y*sb+x..], sb); } } }
    sum })
}
pub(crate) fn residual(_s: Simd, a: &[u16], sa: usize, b: &[u16], sb: usize, w: usize, h: usize, o: &mut [i32]) {
    for y in 0..h { for x in 0..w { o[y*w+x] = a[y*sa+x] as i32 - b[y*sb+x] as i32; } }
}
