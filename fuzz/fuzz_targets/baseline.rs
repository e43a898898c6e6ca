//! See `tests/fuzz/baseline.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::baseline::run(data));
