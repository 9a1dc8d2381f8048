//! Arithmetic on short arrays, which becomes vector code where it is inlined into `Simd::run`.

/// A loop of at most eight turns, each written out: what it works on is then in registers however
/// little the compiler unrolls.
macro_rules! unrolled {
    ($i:ident in $n:tt $body:block) => {
        unrolled!($i, $n, $body, 0 1 2 3 4 5 6 7)
    };
    ($i:ident, $n:tt, $body:block, $($turn:literal)*) => {
        $(
            if $turn < $n {
                let $i = $turn;
                $body
            }
        )*
    };
}
pub(crate) use unrolled;

#[inline(always)]
pub(crate) fn load<const L: usize>(from: &[i32], at: usize) -> [i32; L] {
    from[at..at + L].try_into().unwrap()
}

#[inline(always)]
pub(crate) fn store<const L: usize>(to: &mut [i32], at: usize, value: [i32; L]) {
    to[at..at + L].copy_from_slice(&value);
}

#[inline(always)]
pub(crate) fn add<const L: usize>(mut a: [i32; L], b: [i32; L]) -> [i32; L] {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}

#[inline(always)]
pub(crate) fn sub<const L: usize>(mut a: [i32; L], b: [i32; L]) -> [i32; L] {
    for (a, b) in a.iter_mut().zip(b) {
        *a -= b;
    }
    a
}

#[inline(always)]
pub(crate) fn mul_add<const L: usize>(mut sum: [i32; L], factor: i32, x: [i32; L]) -> [i32; L] {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum += factor * x;
    }
    sum
}

/// The sample next to `value` from 0 to `max`. Vector code packs with saturation first and cuts
/// then, but in WebAssembly, whose compiler does not find that.
#[inline(always)]
pub(crate) fn clip(value: i32, max: u16) -> u16 {
    if cfg!(target_arch = "wasm32") {
        value.clamp(0, max.into()) as u16
    } else {
        (value.clamp(0, u16::MAX.into()) as u16).min(max)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use super::wasm::add_clipped;

/// Adds `sums` >> `shift` to samples and keeps these from 0 to `max`, which has 14 bits at most.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn add_clipped<const N: usize>(samples: &mut [u16; N], sums: &[i32; N], shift: u32, max: u16) {
    let mut line = *samples;
    for (sample, sum) in line.iter_mut().zip(sums) {
        *sample = clip(i32::from(*sample) + (sum >> shift), max);
    }
    *samples = line;
}

/// Stands in the loops over frequencies and over sums, so that the compiler lets them be and makes
/// vectors of what is in them: left alone it gathers vectors across them, and transposes to and
/// fro, at several times the cost.
#[inline(always)]
pub(crate) fn one_by_one() {
    std::hint::black_box(());
}

/// Hides a table's values from the compiler: where it knows some, it takes the vectors apart to
/// make use of it.
#[inline(always)]
pub(crate) fn opaque<T>(table: &T) -> &T {
    std::hint::black_box(table)
}

/// Copies the numbers that both have. Not inlined where the whole of a vector is copied otherwise:
/// the compiler would make one copy of any length of both.
#[cold]
#[inline(never)]
pub(crate) fn copy_part(to: &mut [u16], from: &[u16]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
    }
}
