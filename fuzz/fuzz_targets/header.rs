//! Any bytes give an error or a header within the limits.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::header(data));
