//! Backslash escapes of JSON, C, JavaScript, Python, YAML, Java, shells, PHP, Go, Rust, CSS and RTF: `\u002d`, `\x2d`,
//! `\055`, `\u{2d}`, `\U0000002d`, `\N{HYPHEN-MINUS}`, `\2d `, `\'2d`, and PowerShell's `` `u{2d} ``.
//!
//! Which language a text is in is not asked: what one means by an escape no other means by the same, but for CSS, whose
//! escapes are hexadecimal without saying so. A token is in CSS if one of its escapes can be nothing else.

mod code;
mod literal;

use super::super::bytes::{is_key_byte, run_after};
use super::codes;
use super::framed::{Frame, Framed};
use super::unit::{Unit, tokens};
use super::{HEAD, Seen, Stretch, head};

pub(super) use code::unit;
pub(super) use literal::next_piece;

/// How documents in RTF begin.
const RTF: &[u8] = br"{\rtf";

/// Literals of the prefilter: the end of the prefix in front of a hyphen; the ends of the first escape of a key and of an
/// address that are escaped as a whole, in hexadecimal, octal and CSS, and its beginning in braces; the slashes of an
/// address.
pub(super) const LITERALS: &[&[u8]] = &[
    br"sk\", b"sk`", br"73\", br"68\", br"63\15", br"50\16", br"73 \6", b"{73", br"{68}\", br"2f\", br"2F\x2",
    br"2F\u0", br":\\/\", br":\\u0", br":\\x2",
];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    let worth_it = match rest[..3] {
        [b's', _, b'`'] => rest[3..].starts_with(b"u{"),
        [b'{', ..] => rest.get(3) == Some(&b'}'),
        [b':', ..] => matches!(rest.get(3), Some(b'/' | b'\\' | b'u' | b'x')),
        _ => true,
    };
    worth_it && start(bytes, at).is_some_and(|start| head::begins(bytes, start).is_some())
}

/// The beginning of what is escaped where the literal at `at` stands.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    head::read(bytes, start(bytes, at).unwrap_or(at), room)
}

/// Where the text begins that the literal at `at` is a part of: a key with its prefix or the escape of its first letter, an
/// address with its scheme.
fn start(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes[at] {
        b's' => return Some(at),
        b':' | b'2' => return head::scheme_before(bytes, at),
        _ => {}
    }
    let floor = at.saturating_sub(10);
    let lead = bytes[floor..at].iter().rposition(|&byte| matches!(byte, b'\\' | b'`'))?;
    Some(floor + lead)
}

/// What the escape at `at` says: in RTF, in CSS where it can be nothing else, or in any other language.
pub(super) fn any(bytes: &[u8], at: usize) -> Option<Unit> {
    if bytes.starts_with(RTF) {
        rtf(bytes, at)
    } else if is_css(bytes, at) {
        css(bytes, at)
    } else {
        unit(bytes, at)
    }
}

/// The stretches that are worth decoding: what stands without blanks and quotes around an escape, and the strings in which
/// keys go on behind one.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let ends = |byte| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`');
    if bytes.starts_with(RTF) {
        return tokens(bytes, memchr::memchr_iter(b'\\', bytes), |byte| ends(byte) && byte != b'\'', rtf);
    }
    let mut any = tokens(bytes, memchr::memchr2_iter(b'\\', b'`', bytes), ends, unit);
    let literals = literal::stretches(seen);
    if !literals.is_empty() {
        any.retain(|one| !super::overlaps(&literals, one));
        any.extend(literals);
        any.sort_unstable_by_key(|stretch| stretch.range.start);
    }
    let decimals = decimals(bytes);
    if !decimals.is_empty() {
        any.retain(|one| !super::overlaps(&decimals, one));
        any.extend(decimals);
        any.sort_unstable_by_key(|stretch| stretch.range.start);
    }
    let styles = tokens(bytes, memchr::memchr_iter(b'\\', bytes).filter(|&at| is_css(bytes, at)), ends, css);
    if styles.is_empty() {
        return any;
    }
    let mut all: Vec<Stretch> = any.into_iter().filter(|one| !super::overlaps(&styles, one)).collect();
    all.extend(styles);
    all.sort_unstable_by_key(|stretch| stretch.range.start);
    all
}

/// Lua's decimal escapes, which say something else in octal: those of a key, where all of it is written so.
fn decimals(bytes: &[u8]) -> Vec<Stretch> {
    let places = memchr::memmem::find_iter(bytes, br"\115\107\");
    codes::at_places(bytes, places, |bytes, at| {
        let row = Framed { bytes, frame: Frame::Decimal };
        row.at(at).filter(|unit| codes::starts_telling(*unit, &row)).map(|unit| (unit, row))
    })
}

/// Whether the escape at `at` is one of CSS: as octal it would say a control character, or a blank ends it, or another
/// escape of CSS follows. Octal escapes of two digits in front of a blank are rare.
fn is_css(bytes: &[u8], at: usize) -> bool {
    let Some(unit) = css(bytes, at).filter(|unit| unit.text()[0].is_ascii_graphic()) else { return false };
    let two = |at: usize| {
        bytes
            .get(at..at + 2)
            .is_some_and(|digits| digits[0].is_ascii_digit() && matches!(digits[1], b'a'..=b'f' | b'A'..=b'F'))
    };
    let behind = at + unit.source;
    // Three digits with a zero in front are octal: nobody pads to three.
    let octal = matches!(bytes[at + 1..], [b'0', b'1'..=b'7', b'0'..=b'7', b' ', ..]);
    let blank = bytes[behind - 1] == b' ' && !octal;
    two(at + 1)
        || bytes[at + 1..].starts_with(b"000")
        || blank && is_key_byte(unit.text()[0])
        || bytes.get(behind) == Some(&b'\\') && (blank || two(behind + 1))
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
