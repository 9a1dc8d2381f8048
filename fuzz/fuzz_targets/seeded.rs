//! Bytes as the choices of a stream: it decodes, alike at every CPU level.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kvant_tests::fuzzing::seeded(data));
