//! The decoder gives what the encoder reconstructed, for any settings and any small picture.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::roundtrip(data));
