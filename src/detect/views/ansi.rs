//! Colours and links of a terminal inside a text: `ESC[32m`, `ESC]8;;…`, `ESC(B`, raw or as source code and viewers write
//! them: `\x1b[32m`, `\033[0m`, `\u001b[32m`, `\e[0m`, `^[[32m`, `␛[32m`.

use super::unit::{Unit, tokens};
use super::{Seen, Stretch};

/// Literals of the prefilter: a prefix that is marked, as by a search.
pub(super) const LITERALS: &[&[u8]] = &[b"sk\x1b"];

/// The longest sequence: a link with its address.
const LONGEST: usize = 2048;

/// What stands for the escape character, with the bracket behind it.
const LEADS: [&[u8]; 10] =
    [b"\x1b", b"\\x1b", b"\\x1B", b"\\033", b"\\u001b", b"\\u001B", b"\\e", b"\\E", b"^[", b"\xe2\x90\x9b"];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    unit(bytes, at + 2).is_some()
}

/// The stretches that are worth decoding: tokens with a sequence in their middle.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let escapes = memchr::memchr3_iter(0x1b, b'\\', 0xe2, bytes).chain(memchr::memmem::find_iter(bytes, b"^[["));
    let mut at: Vec<usize> = escapes.filter(|&at| unit(bytes, at).is_some()).collect();
    at.sort_unstable();
    let ends = |byte| byte <= b' ' && byte != 0x1b || matches!(byte, b'"' | b'\'' | b'`');
    tokens(bytes, at.into_iter(), ends, unit)
}

/// The sequence at `at`.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    if !matches!(bytes[at], 0x1b | b'\\' | b'^' | 0xe2) {
        return None;
    }
    let rest = &bytes[at..bytes.len().min(at + LONGEST)];
    let lead = LEADS.into_iter().find(|lead| rest.starts_with(lead))?;
    let rest = &rest[lead.len()..];
    let length = match rest.first()? {
        b'[' => {
            let parameters =
                rest[1..].iter().take(32).take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':' | b'?')).count();
            rest.get(1 + parameters).filter(|last| last.is_ascii_alphabetic())?;
            parameters + 2
        }
        b']' if lead.len() == 1 => {
            let end = memchr::memchr2(0x07, 0x1b, rest)?;
            end + if rest[end] == 0x07 { 1 } else { 1 + usize::from(rest.get(end + 1) == Some(&b'\\')) }
        }
        b'(' | b')' if lead.len() == 1 => {
            rest.get(1).filter(|set| set.is_ascii_alphanumeric())?;
            2
        }
        _ => return None,
    };
    Some(Unit::nothing(lead.len() + length))
}
