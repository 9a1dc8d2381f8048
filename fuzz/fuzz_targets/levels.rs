//! Kernels give the same at every CPU level.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::levels(data));
