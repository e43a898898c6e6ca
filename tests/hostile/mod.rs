//! Input that wants to break the scanner: limits, files that are none, names, and amounts.

mod amounts;
#[cfg(unix)]
mod files;
mod limits;
#[cfg(unix)]
mod names;
