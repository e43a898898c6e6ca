//! See `tests/fuzz/rules.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::rules::run(data));
