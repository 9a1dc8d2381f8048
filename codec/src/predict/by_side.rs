//! One kernel for each side that a block can have: their loops have a fixed length.

/// Runs a kernel at a CPU level, compiled for each side that a block can have: a function, or a
/// [`Kernel`](crate::simd::Kernel).
macro_rules! by_side {
    ($simd:expr, $side:expr, $kernel:ident { $($field:ident),* }) => {
        match $side {
            4 => $simd.launch($kernel::<4> { $($field),* }),
            8 => $simd.launch($kernel::<8> { $($field),* }),
            16 => $simd.launch($kernel::<16> { $($field),* }),
            32 => $simd.launch($kernel::<32> { $($field),* }),
            _ => $simd.launch($kernel::<64> { $($field),* }),
        }
    };
    ($simd:expr, $side:expr, $($kernel:ident)::+($($argument:expr),*)) => {
        match $side {
            4 => by_side!(@ $simd, $($kernel::)+<4>($($argument),*)),
            8 => by_side!(@ $simd, $($kernel::)+<8>($($argument),*)),
            16 => by_side!(@ $simd, $($kernel::)+<16>($($argument),*)),
            32 => by_side!(@ $simd, $($kernel::)+<32>($($argument),*)),
            _ => by_side!(@ $simd, $($kernel::)+<64>($($argument),*)),
        }
    };
    (@ $simd:expr, $call:expr) => {
        $simd.run(
            #[inline(always)]
            || $call,
        )
    };
}
pub(crate) use by_side;
