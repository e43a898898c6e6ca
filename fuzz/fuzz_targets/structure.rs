//! See `tests/fuzz/structure.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::structure::run(data));
