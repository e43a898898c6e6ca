//! Keyscan and the real git's repositories.

mod range;
mod run_git;
mod staged;
