//! What the fuzzer runs, one file for each target: bytes in, a panic where a promise is broken. `fuzz/` is the package that
//! builds these for the fuzzer; here they are run on their seeds and on all that was ever found.
//!
//! Inputs hold no keys: `{{K1}}` stands for one, and is put in their place before anything is looked at.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod check;
mod input;
mod leak;

pub mod allow;
pub mod archive;
pub mod baseline;
pub mod config;
pub mod detect;
pub mod git;
pub mod redact;
pub mod report;
pub mod rules;
pub mod structure;
pub mod views;

#[cfg(test)]
mod mutate;
#[cfg(test)]
mod regressions;
#[cfg(test)]
mod seeds;

/// A target: what the fuzzer hands its bytes to.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 11] = [
    ("allow", allow::run),
    ("archive", archive::run),
    ("baseline", baseline::run),
    ("config", config::run),
    ("detect", detect::run),
    ("git", git::run),
    ("redact", redact::run),
    ("report", report::run),
    ("rules", rules::run),
    ("structure", structure::run),
    ("views", views::run),
];
