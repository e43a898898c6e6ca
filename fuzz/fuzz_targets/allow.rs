//! See `tests/fuzz/allow.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::allow::run(data));
