//! Arithmetic on short arrays, which becomes vector code where it is inlined into `Simd::run`.

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
