//! keyscan
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assess;
pub mod config;
pub mod detect;
pub mod model;
pub mod report;
pub mod rules;
pub mod scan;
pub mod source;
