//! The tests that hold keyscan to its promises, from the outside: one binary, so that they are linked once.
// A test stops at the first thing that is not as it should be, says so where it skips, and exports nothing.
#![allow(clippy::unwrap_used, clippy::print_stdout, unreachable_pub)]

mod support;

mod allow;
mod allow_lines;
mod assess;
mod baseline;
mod ci;
mod cli;
mod config;
mod containers;
mod determinism;
mod encodings;
mod encodings_joined;
mod encodings_text;
mod everywhere;
mod fuzz;
mod git;
#[cfg(unix)]
mod hidden;
mod hooks;
mod hostile;
mod hosts;
mod init;
mod markers;
mod no_leak;
#[cfg(feature = "online")]
mod online;
mod pairing;
mod placeholders;
mod pools;
mod randomness;
mod report;
mod roles;
mod rules;
mod rules_own;
mod scenes;
mod servers;
mod shapes;
mod sharing;
mod source;
mod trust;
