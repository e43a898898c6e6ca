//! Keys that are found by their prefix, and keys that only their setting tells.

use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::rules::compile;
use crate::rules::schema::{Anchor, KeyFormat, Proves};

use super::bytes::{measured, starts_token};

/// Prefixes of this length are no part of ordinary words: no boundary is asked for in front of them.
pub(super) const UNMISTAKABLE_PREFIX: usize = 7;

/// Shortest body that its length in front tells: any byte is the length of something.
const SHORTEST_MEASURED: usize = 16;

/// How the end of a token is told where nothing parts strings, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unquoted {
    /// By the length in front of it.
    Measured,
    /// By what follows, and its length is one that such keys have.
    Usual,
    /// By the length that such keys have, whatever is glued to it.
    Cut,
    /// By what follows.
    Any,
}

impl Unquoted {
    /// All of them, surest first.
    pub(super) const ALL: [Self; 4] = [Self::Measured, Self::Usual, Self::Cut, Self::Any];
}

/// A format with its body compiled at first use.
pub(super) struct Format<'r> {
    /// The entry in the rules.
    pub(super) entry: &'r KeyFormat,
    body: OnceLock<Option<Regex>>,
}

/// A token that has a format's shape.
pub(super) struct Token {
    /// Offset of the prefix.
    pub(super) start: usize,
    /// Offset behind the canonical key.
    pub(super) end: usize,
}

impl<'r> Format<'r> {
    pub(super) fn new(entry: &'r KeyFormat) -> Self {
        Self { entry, body: OnceLock::new() }
    }

    fn body(&self) -> Option<&Regex> {
        // The loader refuses bodies that do not compile, so that `None` cannot hide a format.
        self.body.get_or_init(|| compile(self.entry).ok()).as_ref()
    }

    /// Reads a token of this format that starts at `start`.
    pub(super) fn read(&self, bytes: &[u8], start: usize) -> Option<Token> {
        let prefix = self.entry.prefix.as_bytes();
        let behind = start + prefix.len();
        if !bytes[start..].starts_with(prefix) || (prefix.len() < UNMISTAKABLE_PREFIX && !starts_token(bytes, start)) {
            return None;
        }
        // A token is never longer than this; the slice keeps the search linear on text without an end.
        let window = &bytes[behind..bytes.len().min(behind + 4096)];
        let found = self.body()?.captures(window)?;
        let whole = found.get(0)?;
        let key = found.name("key").unwrap_or(whole);
        let text_end = behind + whole.end();
        ends_token(bytes, text_end, self.entry).then_some(Token { start, end: behind + key.end() })
    }

    /// Reads a token in a program or a data file, where nothing parts strings and their lengths may stand in front of them.
    pub(super) fn read_unquoted(&self, bytes: &[u8], start: usize, how: Unquoted) -> Option<Token> {
        let prefix = self.entry.prefix.as_bytes();
        let behind = start + prefix.len();
        if !bytes[start..].starts_with(prefix) {
            return None;
        }
        // A format that proves nothing and has no length fits whatever is glued to a key.
        let any = self.entry.typical.is_empty() && self.entry.proves != Proves::Nothing;
        let usual = |length: usize| any || self.entry.typical.contains(&length);
        let exact = |length: usize| {
            let body = bytes.get(behind..behind + length)?;
            let found =
                self.body()?.captures(body).filter(|found| found.get(0).is_some_and(|all| all.end() == length))?;
            Some(Token { start, end: behind + found.name("key").or_else(|| found.get(0))?.end() })
        };
        match how {
            Unquoted::Measured => {
                let length = measured(bytes, start)?.checked_sub(prefix.len())?;
                // Any letter in front is the length of something, too.
                (length >= SHORTEST_MEASURED && usual(length)).then(|| exact(length)).flatten()
            }
            Unquoted::Usual => self.read(bytes, start).filter(|token| usual(token.end - behind)),
            Unquoted::Cut => {
                let distinct = prefix.len() >= UNMISTAKABLE_PREFIX
                    || self.entry.proves != Proves::Nothing
                    || starts_token(bytes, start);
                // The most usual length is named first.
                self.entry.typical.iter().filter(|_| distinct).find_map(|&length| exact(length))
            }
            Unquoted::Any => self.read(bytes, start),
        }
    }

    /// Whether `value` is a token of this format, which has no prefix: the whole value has to fit.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        matches!(self.entry.anchor, Anchor::Setting | Anchor::Infix)
            && self.body().is_some_and(|body| body.find(value).is_some_and(|found| found.end() == value.len()))
    }
}

/// How much of a token's beginning is its family's name and may be shown.
pub(super) fn shown_prefix(entry: &KeyFormat) -> usize {
    if entry.anchor == Anchor::Infix { 0 } else { entry.prefix.len() }
}

/// Whether no part of a longer word follows. Structured tokens know their own end.
fn ends_token(bytes: &[u8], end: usize, entry: &KeyFormat) -> bool {
    let next = bytes.get(end).copied().unwrap_or(b' ');
    let after = bytes.get(end + 1).copied().unwrap_or(b' ');
    // A name of a file: `sk-<digits>.png`.
    let extension = &bytes[bytes.len().min(end + 1)..bytes.len().min(end + 6)];
    let letters = extension.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if next == b'.' && (2..=4).contains(&letters) && entry.proves == Proves::Nothing {
        return false;
    }
    let word_goes_on = next.is_ascii_alphanumeric() || (matches!(next, b'-' | b'_') && after.is_ascii_alphanumeric());
    !word_goes_on || (next == b'_' && entry.prefix.len() >= UNMISTAKABLE_PREFIX)
}
