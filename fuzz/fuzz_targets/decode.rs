//! Any bytes give an error or a picture.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::decode(data));
