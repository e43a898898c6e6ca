//! What lets findings wait: the file, who writes it, and what it never hides.

mod edits;
mod format;
mod merge;
mod runs;

use crate::support::expand;

/// An OpenAI project key; another for each seed.
fn key(seed: u64) -> String {
    expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x6261_7365 + seed)
}
