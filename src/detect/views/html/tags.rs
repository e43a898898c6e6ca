//! Tags inside of a key, where a page breaks it or marks a part of it: `sk-proj-ab<wbr>cd`, `<span>sk-proj-</span><b>ab…`.
//!
//! Tags stand between one value and the next, too: only a key that is complete counts.

use super::super::super::bytes::{is_key_byte, run_after, run_before};
use super::super::complete::prefix;
use super::super::{Builder, Stretch};

/// Elements that stand inside a word.
const INLINE: [&[u8]; 15] =
    [b"wbr", b"span", b"b", b"i", b"u", b"s", b"em", b"strong", b"mark", b"font", b"code", b"a", b"tt", b"kbd", b"ins"];

/// The longest tag.
const LONGEST_TAG: usize = 400;

/// The longest key with its tags.
const LONGEST: usize = 4096;

/// A key that is cut by a tag has at least so many characters in a row.
const SHORTEST: usize = 8;

/// The tokens that are cut by tags.
pub(super) fn stretches(bytes: &[u8]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut done = 0;
    for at in memchr::memchr_iter(b'<', bytes) {
        let inside = at > done && is_key_byte(bytes[at - 1]);
        if !inside || tags(bytes, at).is_none_or(|end| !bytes.get(end).copied().is_some_and(is_key_byte)) {
            continue;
        }
        let start = at - run_before(bytes, at, at - done, is_key_byte);
        let (token, end) = token(bytes, start);
        done = end;
        // A prefix that is marked and a hash behind it are no key.
        let apart = prefix(token.text()) == Some(at - start) && !bytes[at..].starts_with(b"<wbr");
        let begins = memchr::memmem::find(token.text(), b"sk-").is_some() && !apart;
        let long = token.text().split(|&byte| !is_key_byte(byte)).any(|run| run.len() >= 2 * SHORTEST);
        if begins && long {
            stretches.extend(token.strict().finish());
        }
    }
    stretches
}

/// The token at `start`, without the tags in it, and the offset behind it.
fn token(bytes: &[u8], start: usize) -> (Builder, usize) {
    let mut token = Builder::new(start);
    let mut at = start;
    while at - start < LONGEST {
        let run = run_after(bytes, at, LONGEST, is_key_byte);
        token.copy(&bytes[at..at + run]);
        at += run;
        match tags(bytes, at) {
            Some(end) if bytes.get(end).copied().is_some_and(is_key_byte) => {
                token.skip(end - at);
                at = end;
            }
            _ => break,
        }
    }
    (token, at)
}

/// The offset behind the tags at `at`, at least one and all of elements that stand inside words.
pub(super) fn tags(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    while end - at < LONGEST_TAG
        && let Some(behind) = tag(bytes, end)
    {
        end = behind;
    }
    (end > at).then_some(end)
}

/// The offset behind the tag at `at`.
fn tag(bytes: &[u8], at: usize) -> Option<usize> {
    let tag = bytes.get(at..bytes.len().min(at + LONGEST_TAG))?;
    let rest = tag.strip_prefix(b"<")?;
    let rest = rest.strip_prefix(b"/").unwrap_or(rest);
    let name = &rest[..run_after(rest, 0, 8, |byte| byte.is_ascii_alphabetic())];
    if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
        return None;
    }
    let ends = matches!(rest.get(name.len()), Some(b'>' | b' ' | b'/' | b'\n' | b'\t'));
    let close = memchr::memchr2(b'>', b'<', rest).filter(|&close| ends && rest[close] == b'>')?;
    Some(at + tag.len() - rest.len() + close + 1)
}
