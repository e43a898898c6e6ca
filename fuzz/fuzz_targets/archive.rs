//! See `tests/fuzz/archive.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::archive::run(data));
