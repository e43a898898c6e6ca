//! Scripts: what is set, what is called with which arguments, what is written into which file.
//!
//! ```text
//! lex ─ words, quotes, here-documents ─▶ posix ─ blocks ─▶ simple ─ commands ─▶ command ─ arguments ─▶ tree
//! ```
//!
//! What a script sets belongs together, as in a file of settings. A command with arguments is a unit: the address and the
//! headers of one `curl` say nothing about the next.

mod batch;
mod command;
mod lex;
mod posix;
mod power;
mod power_lex;
mod script;
mod simple;

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

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

pub(super) use lex::bare;
pub(super) use posix::read as read_commands;
pub(super) use script::variables;

/// The words of a part of a text, with their quotes, up to its end.
pub(super) fn words(bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut lexer = lex::Lexer::new(bytes, range);
    let tokens = std::iter::from_fn(|| lexer.next());
    tokens.filter_map(|token| if let lex::Token::Word(word) = token { Some(word.span) } else { None }).collect()
}

/// Reads a part of a text as a file that it is written to.
pub(super) fn write(bytes: &[u8], text: Range<usize>, file: &str, scope: ScopeId, tree: &mut Tree) {
    script::Written::default().add(bytes, text, file, scope, tree);
}

/// Adds a command whose words are known as a call.
pub(super) fn call(bytes: &[u8], words: &[Range<usize>], span: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let (name, from) = command::call_name(bytes, words);
    let call = tree.open(scope, ScopeKind::Call, &name, span.clone());
    if call != scope {
        tree.set_unit(call, true);
    }
    script::variables(bytes, span, &[], call, tree);
    let program = name.split(' ').next().unwrap_or(&name);
    command::arguments(bytes, program, words.get(from..).unwrap_or_default(), call, tree);
    simple::script_in(bytes, &name, words, call, tree);
}

#[cfg(test)]
mod tests;
