//! Any bytes give an error or a picture, the same one on every CPU level and number of threads.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::decode(data));
