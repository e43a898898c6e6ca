//! See `tests/fuzz/views.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyscan_fuzz::views::run(data));
