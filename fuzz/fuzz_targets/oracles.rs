//! However a stream is decoded, the same comes of it.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::oracles(data));
