//! Keyscan and the real git's repositories: what the history holds, what is staged, and what strange repositories must not
//! do.

mod expect;
mod forge;
mod history;
#[cfg(unix)]
mod hostile;
mod odd;
mod pack;
mod range;
pub mod run_git;
mod scene;
mod staged;
