//! Code, logs and letters inside of a string: source maps, notebooks, requests in a log.
//!
//! There a key in pieces has escapes between them, `\" + \"` or `\n`, and what puts them together is only seen where all
//! of the string is decoded.

use std::ops::Range;

use super::super::super::bytes::{is_key_byte, run_after, run_before};
use super::super::{Builder, Seen, Stretch};
use super::unit;

/// The most that is read to either side of a piece of a key.
const REACH: usize = 32 * 1024;

/// The most that stands between two pieces.
const LONGEST_JOINT: usize = 96;

/// A shorter second piece is none.
const SHORTEST: usize = 8;

/// The longest beginning of a key that is looked at.
const LONGEST: usize = 200;

/// The most between two lines of a notebook.
const LONGEST_GAP: usize = 64;

/// The strings around keys that go on behind an escape, in order.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let prefixes = seen.prefixes.iter().filter(|&&at| {
        let begins = at == 0 || !is_key_byte(bytes[at - 1]) || unit(bytes, at.saturating_sub(2)).is_some();
        begins && next_piece(bytes, at + run_after(bytes, at, LONGEST, is_key_byte)).is_some()
    });
    let markers = seen.markers.iter().filter(|&&at| {
        let start = at - run_before(bytes, at, LONGEST, is_key_byte);
        let escaped = start >= 2 && bytes[start - 2] == b'\\';
        escaped || next_piece(bytes, at + run_after(bytes, at, LONGEST, is_key_byte)).is_some()
    });
    let mut places: Vec<usize> = prefixes.chain(markers).copied().collect();
    places.sort_unstable();
    let mut found = Vec::new();
    let mut read_to = 0;
    for at in places {
        if at < read_to {
            continue;
        }
        let range = around(bytes, at, read_to);
        read_to = range.end.max(at + 1);
        found.extend(stretch(bytes, range));
    }
    found
}

/// Where the piece begins that an escape, with what else stands between two literals or lines, parts from the one that
/// ends at `end`.
pub(in crate::detect::views) fn next_piece(bytes: &[u8], end: usize) -> Option<usize> {
    // `' + \"`: a quote of the other kind needs no escape.
    if !matches!(bytes.get(end), Some(b'\\' | b'\'' | b'`')) {
        return None;
    }
    let most = bytes.len().min(end + LONGEST_JOINT);
    let mut at = end;
    let mut escape = false;
    while at < most {
        match bytes[at] {
            b'\\' => at += 1,
            // A method: `.concat(`.
            b'.' => {
                let name = run_after(bytes, at + 1, 12, |byte| byte.is_ascii_alphabetic() || byte == b'_');
                at += 1 + if bytes.get(at + 1 + name) == Some(&b'(') { name } else { 0 };
            }
            b'"' | b'\'' | b'n' | b'r' | b't' if at > 0 && bytes[at - 1] == b'\\' => {
                escape = true;
                at += 1;
            }
            b' ' | b'"' | b'\'' | b'`' | b'+' | b'&' | b'|' | b'~' | b'(' | b')' | b',' | b'>' | b'<' | b'#' | b'*'
            | b'\n' | b'\r' => {
                at += 1;
            }
            _ => break,
        }
    }
    let run = &bytes[at..at + run_after(bytes, at, LONGEST, is_key_byte)];
    (escape && run.len() >= SHORTEST && run.iter().any(u8::is_ascii_digit)).then_some(at)
}

/// The inside of the string around `at`, from `floor` on, as far as it is read. The lines of a notebook, each a string of
/// its own, are one.
fn around(bytes: &[u8], at: usize, floor: usize) -> Range<usize> {
    let floor = floor.max(at.saturating_sub(REACH));
    let mut start = at;
    loop {
        let end = memchr::memrchr2(b'"', b'\n', &bytes[floor..start]).map(|end| floor + end);
        start = match end {
            None => {
                // No escape is cut.
                floor + run_after(bytes, floor, at - floor, |byte| byte == b'\\')
            }
            Some(quote) if bytes[quote] == b'"' && is_escaped(bytes, quote) => {
                start = quote;
                continue;
            }
            Some(quote) => match line_before(bytes, quote).filter(|end| *end > floor) {
                Some(end) => {
                    start = end;
                    continue;
                }
                None => quote + 1,
            },
        };
        break;
    }
    let most = bytes.len().min(at + REACH);
    let mut end = at;
    while let Some(quote) = memchr::memchr2(b'"', b'\n', &bytes[end..most]).map(|quote| end + quote) {
        if bytes[quote] == b'"' && is_escaped(bytes, quote) {
            end = quote + 1;
        } else if let Some(next) = line_behind(bytes, quote).filter(|next| *next < most) {
            end = next;
        } else {
            return start..quote;
        }
    }
    start..most
}

/// Whether the quote at `at` belongs to the string.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    run_before(bytes, at, REACH, |byte| byte == b'\\') % 2 == 1
}

/// Where the next line of a notebook begins, where the quote at `at` ends one.
fn line_behind(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes[at] != b'"' || !bytes[..at].ends_with(b"\\n") {
        return None;
    }
    let comma = at + 1;
    let next = comma + 1 + run_after(bytes, comma + 1, LONGEST_GAP, |byte| byte.is_ascii_whitespace());
    (bytes.get(comma) == Some(&b',') && bytes.get(next) == Some(&b'"')).then_some(next + 1)
}

/// The quote that ends the line of a notebook in front of the one that the quote at `at` begins.
fn line_before(bytes: &[u8], at: usize) -> Option<usize> {
    let blanks = run_before(bytes, at, LONGEST_GAP, |byte| byte.is_ascii_whitespace());
    let quote = bytes[..at - blanks].strip_suffix(b"\",")?.len();
    (line_behind(bytes, quote) == Some(at + 1)).then_some(quote)
}

/// What the string says.
fn stretch(bytes: &[u8], range: Range<usize>) -> Option<Stretch> {
    let mut builder = Builder::new(range.start);
    let mut at = range.start;
    let mut copied = at;
    while let Some(next) = memchr::memchr2(b'\\', b'"', &bytes[at..range.end]).map(|next| at + next) {
        let (said, source) = match (unit(bytes, next), line_behind(bytes, next)) {
            (Some(unit), _) => (Some(unit), unit.source),
            (None, Some(line)) => (None, line - next),
            (None, None) => {
                at = next + 1;
                continue;
            }
        };
        if next + source > range.end {
            break;
        }
        builder.copy(&bytes[copied..next]);
        builder.say(said.as_ref().map_or(b"", |unit| unit.text()), source);
        at = next + source;
        copied = at;
    }
    builder.copy(&bytes[copied..range.end]);
    builder.finish()
}
