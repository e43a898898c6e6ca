//! See `tests/fuzz/redact.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::redact::run(data));
