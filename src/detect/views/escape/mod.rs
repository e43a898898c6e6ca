//! Backslash escapes of JSON, C, JavaScript, Python, YAML, Java, shells, PHP, Go, Rust, CSS and RTF: `\u002d`, `\x2d`,
//! `\055`, `\u{2d}`, `\U0000002d`, `\N{HYPHEN-MINUS}`, `\2d `, `\'2d`, and PowerShell's `` `u{2d} ``.
//!
//! Which language a text is in is not asked: what one means by an escape no other means by the same, but for CSS, whose
//! escapes are hexadecimal without saying so. A token is in CSS if one of its escapes can be nothing else.

mod code;

use super::super::bytes::run_after;
use super::unit::{Unit, tokens};
use super::{HEAD, Seen, Stretch, head};

pub(super) use code::unit;

/// Literals of the prefilter: the end of the prefix in front of a hyphen; the ends of the first two escapes of a key and
/// of an address that are escaped as a whole, in hexadecimal, octal and with braces.
pub(super) const LITERALS: &[&[u8]] = &[br"sk\", br"73\", br"68\", br"63\", br"50\", br"3}\", br"8}\"];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    if rest.starts_with(b"sk") {
        // Once in each text that another text quotes.
        let slashes = run_after(bytes, at + 2, 8, |byte| byte == b'\\');
        return unit(bytes, at + 1 + slashes).is_some_and(|unit| unit.text() == b"-")
            || css(bytes, at + 2).is_some_and(|unit| unit.text() == b"-");
    }
    let Some(start) = start(bytes, at) else { return false };
    let (first, second) = match rest[0] {
        b'7' | b'6' if start + 1 == at => (css(bytes, start), css(bytes, at + 2)),
        _ => {
            let first = unit(bytes, start);
            let slashes = first.map_or(0, |first| run_after(bytes, start + first.source, 8, |byte| byte == b'\\'));
            (first, first.and_then(|first| unit(bytes, start + first.source + slashes.max(1) - 1)))
        }
    };
    let (Some(first), Some(second)) = (first, second) else { return false };
    matches!((first.text(), second.text()), (b"s", b"k") | (b"h" | b"H", b"t" | b"T"))
}

/// The beginning of what is escaped where the literal at `at` stands.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let start = start(bytes, at).unwrap_or(at);
    let first = start + run_after(bytes, start, 3, |byte| byte.is_ascii_alphabetic());
    // As octal it says something else, or nothing.
    if unit(bytes, first).is_none_or(|unit| !matches!(unit.text(), [b's' | b'h' | b'H' | b'-' | b'\\'])) {
        let length = head::decode(bytes, start, room, css);
        return &room[..length];
    }
    head::read(bytes, start, room)
}

/// Where the escape begins in which the literal at `at` stands.
fn start(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes[at..].starts_with(b"sk") {
        return Some(at);
    }
    let lead = bytes[at.saturating_sub(10)..at].iter().rposition(|&byte| byte == b'\\')?;
    Some(at.saturating_sub(10) + lead)
}

/// The stretches that are worth decoding: what stands without blanks and quotes around an escape.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let ends = |byte| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`');
    if bytes.starts_with(br"{\rtf") {
        return tokens(bytes, memchr::memchr_iter(b'\\', bytes), |byte| ends(byte) && byte != b'\'', rtf);
    }
    let any = tokens(bytes, memchr::memchr2_iter(b'\\', b'`', bytes), ends, unit);
    let styles = tokens(bytes, memchr::memchr_iter(b'\\', bytes).filter(|&at| is_css(bytes, at)), ends, css);
    if styles.is_empty() {
        return any;
    }
    let mut all: Vec<Stretch> = any.into_iter().filter(|one| !overlaps(&styles, one)).collect();
    all.extend(styles);
    all.sort_unstable_by_key(|stretch| stretch.range.start);
    all
}

/// Whether one of `stretches`, in order, overlaps another one.
fn overlaps(stretches: &[Stretch], other: &Stretch) -> bool {
    let next = stretches.partition_point(|stretch| stretch.range.end <= other.range.start);
    stretches.get(next).is_some_and(|stretch| stretch.range.start < other.range.end)
}

/// Whether the escape at `at` can be one of CSS alone: as octal it would say a control character, or it ends with a blank
/// in front of the next.
fn is_css(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at + 1..];
    let letter = |index: usize| rest.get(index).is_some_and(|byte| matches!(byte, b'a'..=b'f' | b'A'..=b'F'));
    let digits = run_after(bytes, at + 1, 6, |byte| byte.is_ascii_hexdigit());
    let said = css(bytes, at).is_some_and(|unit| unit.text()[0].is_ascii_graphic());
    let digit = rest.first().is_some_and(|byte| matches!(byte, b'0'..=b'7'));
    said && digit
        && (letter(1)
            || rest.starts_with(b"000")
            || rest.get(digits) == Some(&b' ') && rest.get(digits + 1) == Some(&b'\\'))
}

/// What an escape of CSS says: one to six hexadecimal digits, with a blank behind them that ends them.
fn css(bytes: &[u8], at: usize) -> Option<Unit> {
    if bytes[at] != b'\\' {
        return None;
    }
    let digits = run_after(bytes, at + 1, 6, |byte| byte.is_ascii_hexdigit());
    if digits < 2 {
        return None;
    }
    let code = bytes[at + 1..at + 1 + digits]
        .iter()
        .fold(0, |code, &digit| code << 4 | (digit as char).to_digit(16).unwrap_or(0));
    let blank = usize::from(bytes.get(at + 1 + digits) == Some(&b' '));
    char::from_u32(code).filter(char::is_ascii).map(|char| Unit::char(char, 1 + digits + blank))
}

/// What an escape of RTF says.
fn rtf(bytes: &[u8], at: usize) -> Option<Unit> {
    match bytes[at..] {
        [b'\\', b'\'', high, low, ..] => super::percent::hex(high, low).map(|byte| Unit::byte(byte, 4)),
        [b'\\', b'_', ..] => Some(Unit::byte(b'-', 2)),
        [b'\\', b'-', ..] => Some(Unit::nothing(2)),
        [b'\\', b'\\' | b'{' | b'}', ..] => Some(Unit::byte(bytes[at + 1], 2)),
        _ => None,
    }
}
