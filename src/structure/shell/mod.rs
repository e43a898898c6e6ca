//! Scripts: what is set, what is called with which arguments, what is written into which file.
//!
//! ```text
//! lex ─ words, quotes, here-documents ─▶ posix ─ blocks ─▶ command ─ names of arguments ─▶ tree
//! ```
//!
//! What a script sets belongs together, as in a file of settings. A command with arguments is a unit: the address and the
//! headers of one `curl` say nothing about the next.

mod batch;
mod command;
mod lex;
mod posix;
mod power;
mod script;

use crate::model::ScopeId;

use super::Unread;
use super::format::Shell;
use super::tree::Tree;

/// Larger scripts are not taken on.
const LARGEST: usize = 4 << 20;

/// Reads a script into `scope`.
pub(super) fn read(shell: Shell, bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    match shell {
        Shell::Posix => posix::read(bytes, 0..bytes.len(), scope, tree),
        Shell::Power => power::read(bytes, scope, tree),
        Shell::Batch => batch::read(bytes, scope, tree),
    }
    Ok(())
}

pub(super) use command::{arguments, call_name};
pub(super) use posix::read as read_commands;

#[cfg(test)]
mod tests;
