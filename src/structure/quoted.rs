//! Texts in quotes that hold settings themselves: JSON in JSON, the lines of a `.env`, a command.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::embedded;
use super::mapped::Mapped;
use super::names;
use super::tree::Tree;

/// Shorter texts hold no settings of their own.
const SHORTEST: usize = 40;

/// Whether backslashes in a text mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// They do.
    Backslash,
    /// The text stands as it is.
    None,
}

/// Adds the text at `span` as a value called `name`, with all that is in it: a command, settings, the name of a record.
pub(super) fn setting(bytes: &[u8], scope: ScopeId, name: &str, span: Range<usize>, escapes: Escapes, tree: &mut Tree) {
    let text = &bytes[span.clone()];
    if let Some(chosen) = names::chosen(name, text) {
        tree.uses(scope, Used::Name(chosen.to_owned()));
    }
    if crate::rules::normalise(name) == "envfile" {
        tree.uses(scope, Used::File(String::from_utf8_lossy(text).into_owned()));
    }
    for name in placeholders(text).take(20) {
        tree.uses(scope, Used::Name(name.to_owned()));
    }
    if names::holds_command(name) && text.contains(&b' ') && !connection(text) {
        let command = meant(bytes, span.clone(), escapes);
        let read = embedded::read("script", &command, span.clone(), scope, tree);
        tree.value(if read { &[] } else { bytes }, scope, name, span);
        return;
    }
    // The names of variables in settings are used by those, not by the text around them.
    let read = settings(bytes, scope, name, span.clone(), escapes, tree);
    tree.value(if read { &[] } else { bytes }, scope, name, span);
}

/// The variables that a text takes over: `baseUrl` in `{{baseUrl}}/v1`. Those in capitals are known without.
fn placeholders(text: &[u8]) -> impl Iterator<Item = &str> {
    let text = if text.len() <= 2000 { text } else { &[] };
    memchr::memmem::find_iter(text, b"{{").filter_map(|start| {
        let behind = text[start + 2..].trim_ascii_start();
        let length =
            behind.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let (name, rest) = behind.split_at(length);
        let name = str::from_utf8(name).ok().filter(|name| !name.is_empty())?;
        rest.trim_ascii_start().starts_with(b"}}").then_some(name)
    })
}

/// Reads the settings in a text; false where there are none.
pub(super) fn settings(
    bytes: &[u8],
    scope: ScopeId,
    name: &str,
    span: Range<usize>,
    escapes: Escapes,
    tree: &mut Tree,
) -> bool {
    let raw = &bytes[span.clone()];
    if connection(raw) {
        connect(bytes, scope, name, span, tree);
        return true;
    }
    if raw.len() <= SHORTEST || !looks_like_settings(raw) {
        return false;
    }
    let text = meant(bytes, span.clone(), escapes);
    embedded::read(name, &text, span, scope, tree)
}

/// Reads a command that is called `name`.
pub(super) fn command(bytes: &[u8], scope: ScopeId, name: &str, span: Range<usize>, escapes: Escapes, tree: &mut Tree) {
    let text = meant(bytes, span.clone(), escapes);
    let inner = tree.open(scope, ScopeKind::Map, name, span.clone());
    embedded::read("script", &text, span, inner, tree);
}

/// Whether a text is a connection string: `Endpoint=U;Key=K`.
fn connection(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).filter(|part| !part.is_empty()).peekable();
    text.len() <= 4000
        && text.contains(&b';')
        && parts.peek().is_some()
        && parts.all(|part| {
            let name = part.split(|byte| *byte == b'=').next().unwrap_or_default();
            name.len() < part.len()
                && name.first().is_some_and(u8::is_ascii_alphabetic)
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' '))
        })
}

fn connect(bytes: &[u8], scope: ScopeId, name: &str, span: Range<usize>, tree: &mut Tree) {
    let inner = tree.open(scope, ScopeKind::Map, name, span.clone());
    let mut start = span.start;
    for part in bytes[span].split(|byte| *byte == b';') {
        let end = start + part.len();
        if let Some(equals) = memchr::memchr(b'=', part) {
            let name = String::from_utf8_lossy(part[..equals].trim_ascii());
            tree.value(bytes, inner, &name, start + equals + 1..end);
        }
        start = end + 1;
    }
}

fn looks_like_settings(raw: &[u8]) -> bool {
    let open = raw.trim_ascii_start().first();
    let lines = memchr::memmem::find(raw, b"\\n").is_some() || raw.contains(&b'\n');
    matches!(open, Some(b'{' | b'[')) || lines && memchr::memchr2(b'=', b':', raw).is_some()
}

/// The text that is meant.
fn meant(bytes: &[u8], span: Range<usize>, escapes: Escapes) -> Mapped {
    let mut text = Mapped::default();
    unescape(&mut text, bytes, span, escapes);
    text
}

/// Adds the text that is meant.
pub(super) fn unescape(text: &mut Mapped, bytes: &[u8], span: Range<usize>, escapes: Escapes) {
    let mut at = span.start;
    while at < span.end && escapes == Escapes::Backslash {
        let Some(found) = memchr::memchr(b'\\', &bytes[at..span.end]).map(|found| at + found) else { break };
        text.push(&bytes[at..found], at);
        let (meant, length) = escape(&bytes[found..span.end]);
        let mut buffer = [0; 4];
        if let Some(char) = meant {
            text.push_for(char.encode_utf8(&mut buffer).as_bytes(), found..found + length);
        }
        at = found + length;
    }
    text.push(&bytes[at.min(span.end)..span.end], at.min(span.end));
}

/// The character that the escape at the beginning means, and how long it is.
fn escape(text: &[u8]) -> (Option<char>, usize) {
    let hex = |from: usize, length: usize| {
        let digits = text.get(from..from + length).and_then(|digits| str::from_utf8(digits).ok());
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let Some(&kind) = text.get(1) else { return (Some('\\'), 1) };
    match kind {
        b'n' => (Some('\n'), 2),
        b't' => (Some('\t'), 2),
        b'r' => (Some('\r'), 2),
        b'b' | b'f' => (Some(' '), 2),
        b'\n' => (None, 2),
        b'\r' => (None, if text.get(2) == Some(&b'\n') { 3 } else { 2 }),
        b'x' => hex(2, 2).map_or((Some('x'), 2), |code| (char::from_u32(code), 4)),
        b'u' => match hex(2, 4) {
            Some(high @ 0xd800..0xdc00) if text.get(6..8) == Some(b"\\u") => {
                let low = hex(8, 4).filter(|low| (0xdc00..0xe000).contains(low));
                let code = low.map(|low| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                code.map_or((Some('?'), 6), |code| (char::from_u32(code), 12))
            }
            Some(code) => (Some(char::from_u32(code).unwrap_or('?')), 6),
            None => (Some('u'), 2),
        },
        _ if kind < 128 => (Some(char::from(kind)), 2),
        _ => (None, 1),
    }
}
