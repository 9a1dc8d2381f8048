//! Any bytes give an error or lossless planes, the same at every CPU level.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::lossless(data));
