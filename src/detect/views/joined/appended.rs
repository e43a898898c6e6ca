//! Values that the statements behind their first piece go on with: `k = "…"; k += "…"`, `$k .= '…'`, `k = k .. "…"`,
//! `K="${K}…"`.

use std::ops::Range;

use super::super::pieces::{Pieces, is_content, run_at};
use super::super::{Seen, Stretch};
use super::constants::constant;
use super::joint::is_quote;
use crate::detect::bytes::{is_key_byte, run_after, run_before};

/// The most between two statements, indentation included.
const LONGEST_GAP: usize = 120;

/// The most pieces of one value.
const MOST: usize = 16;

/// The longest piece.
const LONGEST: usize = 400;

/// Between a name and what is appended to it.
const OPERATORS: [&[u8]; 4] = [b"+=", b".=", b"..=", b"<<"];

/// Between a name and a literal in an expression.
const JOINTS: [&[u8]; 6] = [b"..", b"||", b"<>", b"+", b".", b"&"];

/// The values that begin with the prefix of a key.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut found = Vec::new();
    let mut read_to = 0;
    for &at in seen.prefixes {
        if at < read_to {
            continue;
        }
        let Some((name, first)) = assigned(bytes, at, read_to) else { continue };
        let mut ranges = vec![first];
        while let Some(next) = ranges.last().and_then(|last| appended(bytes, name, last.end))
            && ranges.len() < MOST
        {
            ranges.push(next);
        }
        read_to = ranges.last().map_or(at, |last| last.end);
        if ranges.len() > 1 {
            found.extend(Pieces { ranges }.stretch(bytes, true));
        }
    }
    found
}

/// The name that the value around `at` is assigned to, and the value.
fn assigned(bytes: &[u8], at: usize, floor: usize) -> Option<(&[u8], Range<usize>)> {
    let run = run_at(bytes, at, floor, is_content);
    let equals = match memchr::memchr(b'=', &bytes[run.start..at]) {
        Some(equals) => run.start + equals,
        None => {
            let quote = bytes[..run.start].last().filter(|byte| is_quote(**byte));
            let front = run.start - usize::from(quote.is_some());
            let front = front - run_before(bytes, front, 2, |byte| byte.is_ascii_alphabetic() || byte == b'@');
            front.checked_sub(1 + run_before(bytes, front, 8, |byte| matches!(byte, b' ' | b'\t')))?
        }
    };
    let (name, value) = constant(bytes, equals).filter(|_| bytes[equals] == b'=')?;
    value.contains(&at).then_some((name, value))
}

/// What the statement behind the value that ends at `end` appends to the same name.
fn appended(bytes: &[u8], name: &[u8], end: usize) -> Option<Range<usize>> {
    let quoted = bytes.get(end).is_some_and(|&byte| is_quote(byte));
    let mut at = end + usize::from(quoted);
    let gap = run_after(bytes, at, LONGEST_GAP, |byte| byte.is_ascii_whitespace() || byte == b';');
    if gap == 0 {
        return None;
    }
    at = strip(bytes, at + gap, b"export ");
    at = blank(bytes, named(bytes, strip(bytes, at, b"$"), name)?);
    let rest = &bytes[at..];
    if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(operator)) {
        return literal(bytes, blank(bytes, at + operator.len()));
    }
    if !rest.starts_with(b"=") {
        return None;
    }
    // The name again, in front of what is new.
    at = blank(bytes, at + 1);
    let open = bytes.get(at).copied().filter(|&byte| byte == b'"');
    let inside = at + usize::from(open.is_some());
    let dollar = bytes.get(inside) == Some(&b'$');
    let brace = inside + usize::from(dollar);
    let braced = bytes.get(brace) == Some(&b'{');
    let mut behind = named(bytes, brace + usize::from(braced), name)?;
    if braced {
        behind += usize::from(bytes.get(behind) == Some(&b'}'));
    }
    if dollar && (braced || open.is_some()) {
        let closed = bytes.get(behind).copied() == open && open.is_some();
        let start = behind + usize::from(closed);
        return piece(bytes, start + usize::from(closed && bytes.get(start) == Some(&b'"')));
    }
    at = blank(bytes, behind);
    let operator = JOINTS.iter().find(|operator| open.is_none() && bytes[at..].starts_with(operator))?;
    literal(bytes, blank(bytes, at + operator.len())).filter(|piece| is_quote(bytes[piece.start - 1]))
}

/// The literal at `at`, or what stands there without quotes.
fn literal(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let lead = run_after(bytes, at, 2, |byte| byte.is_ascii_alphabetic() || byte == b'@');
    match bytes.get(at + lead) {
        Some(&quote) if is_quote(quote) => {
            piece(bytes, at + lead + 1).filter(|piece| bytes.get(piece.end) == Some(&quote))
        }
        _ => piece(bytes, at),
    }
}

/// The bytes of a key at `at`, which end as a value does.
fn piece(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let range = at..at + run_after(bytes, at, LONGEST, is_key_byte);
    let ends = bytes.get(range.end).is_none_or(|&byte| byte.is_ascii_whitespace() || byte == b';' || is_quote(byte));
    (ends && !range.is_empty()).then_some(range)
}

/// Behind a name at `at`.
fn named(bytes: &[u8], at: usize, name: &[u8]) -> Option<usize> {
    let rest = bytes.get(at..)?.strip_prefix(name)?;
    let ends = rest.first().is_none_or(|&byte| !byte.is_ascii_alphanumeric() && byte != b'_');
    ends.then_some(at + name.len())
}

fn strip(bytes: &[u8], at: usize, word: &[u8]) -> usize {
    if bytes[at.min(bytes.len())..].starts_with(word) { at + word.len() } else { at }
}

fn blank(bytes: &[u8], at: usize) -> usize {
    at + run_after(bytes, at, 8, |byte| matches!(byte, b' ' | b'\t'))
}
