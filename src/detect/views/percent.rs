//! Percent-encoding, in part or in whole: `sk%2Dproj`, `%73%6B%2D`, and what `escape()` once wrote, `sk%u002Dproj`.

use super::unit::{Unit, tokens};
use super::{Seen, Stretch, head, invisible};

/// Literals of the prefilter: the end of the prefix in front of a hyphen, the first letter of the prefix and that of `http`,
/// and what encodes either twice.
pub(super) const LITERALS: &[&[u8]] = &[b"sk%", b"%73%6", b"%68%7", b"%u007", b"%u006", b"%2573", b"%2568"];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    let first = |codes: &[&[u8]]| bytes.get(at + 3..at + 5).is_some_and(|code| codes.contains(&code));
    let worth_it = match bytes[at + 1] {
        b'2' | b'u' => first(&[b"73", b"68", b"07", b"06"]),
        _ => true,
    };
    worth_it && head::begins(bytes, at).is_some()
}

/// The stretches that are worth decoding: what stands without blanks and quotes around an encoded byte.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let ends = |byte| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>');
    tokens(seen.bytes, memchr::memchr_iter(b'%', seen.bytes), ends, unit)
}

/// What the encoded byte or character at `at` says.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = &bytes[at..];
    match *rest {
        [b'%', b'u' | b'U', a, b, c, d, ..] => {
            let code = u32::from(hex(a, b)?) << 8 | u32::from(hex(c, d)?);
            char::from_u32(code).map(|char| Unit::char(char, 6))
        }
        [b'%', a, b, ..] => {
            let byte = hex(a, b)?;
            let typeset = if byte < 0x80 { None } else { typeset(rest) };
            Some(typeset.unwrap_or(Unit::byte(byte, 3)))
        }
        _ => None,
    }
}

/// A character that a key says as another one, or not at all: it is told as a whole.
fn typeset(rest: &[u8]) -> Option<Unit> {
    let bytes = rest.chunks(3).take(3).map_while(|chunk| match *chunk {
        [b'%', high, low] => hex(high, low),
        _ => None,
    });
    let mut text = [0; 3];
    let length = bytes.zip(&mut text).map(|(byte, place)| *place = byte).count();
    let said = invisible::unit(&text[..length], 0)?;
    let char = str::from_utf8(&text[..said.source]).ok()?.chars().next()?;
    Some(Unit::char(char, said.source * 3))
}

/// The byte that two hexadecimal digits say.
pub(super) const fn hex(high: u8, low: u8) -> Option<u8> {
    match ((high as char).to_digit(16), (low as char).to_digit(16)) {
        (Some(high), Some(low)) => Some((high << 4 | low) as u8),
        _ => None,
    }
}
