//! See `tests/fuzz/report.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::report::run(data));
