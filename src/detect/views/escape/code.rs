//! One escape of a programming language.

use super::super::super::bytes::run_after;
use super::super::percent;
use super::super::unit::Unit;

/// What the escape at `at` says; nothing is said of one that means what is written, or nothing in any language.
pub(in crate::detect::views) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = &bytes[at..];
    if let [b'`', b'u', b'{', ..] = rest {
        return braced(bytes, at + 2).map(|(char, length)| Unit::char(char, 2 + length));
    }
    let [b'\\', kind, ..] = *rest else { return None };
    let byte = match kind {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 0x08,
        b'f' => 0x0c,
        b'v' => 0x0b,
        b'a' => 0x07,
        b'e' => 0x1b,
        // What says the letter of an escape is undone first.
        b'%' if is_written_in_percent(rest) => return None,
        b'&' if rest.get(2) == Some(&b'#') => return None,
        // `\/` is left as it is: addresses are read so. So is `\.`, which regular expressions are full of.
        b'\\' | b'"' | b'\'' | b'`' | b'-' | b'_' | b':' | b'=' | b'@' | b'+' | b'#' | b'&' | b'%' | b'$' | b'~' => {
            kind
        }
        b'x' => {
            let (char, length) = match rest.get(2)? {
                b'{' => braced(bytes, at + 2)?,
                _ => (char::from(u8::try_from(digits(rest, 2, 2)?).ok()?), 2),
            };
            return Some(Unit::char(char, 2 + length));
        }
        b'u' => return unicode(bytes, at),
        b'U' => return char::from_u32(digits(rest, 2, 8)?).map(|char| Unit::char(char, 10)),
        b'N' => return named(rest),
        b'0'..=b'7' => return octal(rest),
        _ => return None,
    };
    Some(Unit::byte(byte, 2))
}

/// Whether the letter or the first digit of an escape stands behind the backslash, percent-encoded.
fn is_written_in_percent(rest: &[u8]) -> bool {
    let said = rest.get(2).zip(rest.get(3)).and_then(|(&high, &low)| percent::hex(high, low));
    said.is_some_and(|said| matches!(said, b'0'..=b'7' | b'x' | b'u' | b'U' | b'N' | b'\\'))
}

/// `\055`, `\55`, `\0`; a single digit refers to a group of a pattern.
fn octal(rest: &[u8]) -> Option<Unit> {
    let most = if matches!(rest[1], b'0'..=b'3') { 3 } else { 2 };
    let length = run_after(rest, 1, most, |byte| matches!(byte, b'0'..=b'7'));
    if length == 1 && rest[1] != b'0' {
        return None;
    }
    let code = rest[1..=length].iter().fold(0, |code, digit| code << 3 | (digit - b'0'));
    Some(Unit::char(char::from(code), 1 + length))
}

/// `\u002d`, `\u{2d}`, `\uuu002d`, and two escapes that say a character beyond the first plane.
fn unicode(bytes: &[u8], at: usize) -> Option<Unit> {
    if bytes.get(at + 2) == Some(&b'{') {
        return braced(bytes, at + 2).map(|(char, length)| Unit::char(char, 2 + length));
    }
    let lead = 1 + run_after(bytes, at + 1, 8, |byte| byte == b'u');
    let rest = &bytes[at..];
    let code = digits(rest, lead, 4)?;
    if !(0xd800..0xe000).contains(&code) {
        return char::from_u32(code).map(|char| Unit::char(char, lead + 4));
    }
    let next = rest.get(lead + 4..)?;
    let low = next.starts_with(br"\u").then(|| digits(next, 2, 4)).flatten();
    let low = low.filter(|low| code < 0xdc00 && (0xdc00..0xe000).contains(low))?;
    let char = char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00))?;
    Some(Unit::char(char, lead + 10))
}

/// The character in the braces at `at`, with their length.
fn braced(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let length = run_after(bytes, at + 1, 8, |byte| byte.is_ascii_hexdigit());
    let code = digits(&bytes[at..], 1, length)?;
    (bytes.get(at + 1 + length) == Some(&b'}')).then_some((char::from_u32(code)?, length + 2))
}

/// Python's names, of what keys and addresses consist of.
fn named(rest: &[u8]) -> Option<Unit> {
    let name = rest.get(3..).filter(|_| rest.get(2) == Some(&b'{'))?;
    let name = &name[..memchr::memchr(b'}', &name[..name.len().min(32)])?];
    const NAMES: [(&[u8], char); 15] = [
        (b"HYPHEN-MINUS", '-'),
        (b"LOW LINE", '_'),
        (b"FULL STOP", '.'),
        (b"COLON", ':'),
        (b"SOLIDUS", '/'),
        (b"DIGIT ZERO", '0'),
        (b"DIGIT ONE", '1'),
        (b"DIGIT TWO", '2'),
        (b"DIGIT THREE", '3'),
        (b"DIGIT FOUR", '4'),
        (b"DIGIT FIVE", '5'),
        (b"DIGIT SIX", '6'),
        (b"DIGIT SEVEN", '7'),
        (b"DIGIT EIGHT", '8'),
        (b"DIGIT NINE", '9'),
    ];
    let listed = NAMES.into_iter().find(|(listed, _)| name.eq_ignore_ascii_case(listed)).map(|(_, char)| char);
    let char = listed.or_else(|| {
        let letter = |lead: &[u8]| Some(char::from(*name.strip_prefix(lead).filter(|rest| rest.len() == 1)?.first()?));
        let small = letter(b"LATIN SMALL LETTER ").map(|letter| letter.to_ascii_lowercase());
        small.or_else(|| letter(b"LATIN CAPITAL LETTER "))
    })?;
    char.is_ascii().then(|| Unit::char(char, name.len() + 4))
}

/// The number that `count` hexadecimal digits say, at least one and at most eight.
fn digits(rest: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = rest.get(at..at + count).filter(|digits| !digits.is_empty())?;
    digits.iter().try_fold(0, |code, &digit| Some(code << 4 | char::from(digit).to_digit(16)?))
}
