//! What the black-box tests share: key generators, a runner, generated trees, file shapes.

pub mod addresses;
pub mod catalogue;
pub mod formats;
pub mod layouts;
pub mod library;
pub mod prng;
pub mod run;
pub mod sqlite;
pub mod tables;
pub mod template;
pub mod tree;
pub mod yaml;

pub use run::{Run, findings, fingerprint, keyscan, keyscan_with, occurrences, report};
pub use template::{expand, modern};
pub use tree::{Tree, place};
