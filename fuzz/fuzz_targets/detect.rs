//! See `tests/fuzz/detect.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::detect::run(data));
