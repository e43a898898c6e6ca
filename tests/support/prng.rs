//! A small generator with a fixed seed: the same keys on every machine and in every run.

pub use keyscan::rules::sample::SplitMix64;
