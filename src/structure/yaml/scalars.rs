//! What a scalar says, with the places of its bytes: blocks without their indentation, quoted texts without escapes.

use std::ops::Range;

use saphyr_parser::ScalarStyle;

use super::super::mapped::Mapped;

/// The text of a scalar that lies at `span`.
pub(super) fn text_of(bytes: &[u8], style: ScalarStyle, span: Range<usize>) -> Mapped {
    let mut text = Mapped::default();
    append(bytes, style, span, &mut text);
    text
}

/// Adds the text of a scalar to another.
pub(super) fn append(bytes: &[u8], style: ScalarStyle, span: Range<usize>, text: &mut Mapped) {
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => block(bytes, span, style == ScalarStyle::Folded, text),
        _ => line(bytes, span, style, text),
    }
}

/// The lines of a block without the indentation of the first. `folded` lines go on in the next one.
fn block(bytes: &[u8], span: Range<usize>, folded: bool, text: &mut Mapped) {
    let line_start = memchr::memrchr(b'\n', &bytes[..span.start]).map_or(0, |at| at + 1);
    let indent = span.start - line_start;
    let mut at = span.start;
    while at < span.end {
        let end = memchr::memchr(b'\n', &bytes[at..span.end]).map_or(span.end, |found| at + found);
        text.push(bytes[at..end].strip_suffix(b"\r").unwrap_or(&bytes[at..end]), at);
        if end == span.end {
            break;
        }
        let rest = &bytes[end + 1..span.end];
        let blanks = rest.iter().take(indent).take_while(|byte| **byte == b' ').count();
        let next = rest.get(blanks);
        let goes_on = folded && end > at && next.is_some_and(|byte| !byte.is_ascii_whitespace());
        text.push_for(if goes_on { b" " } else { b"\n" }, end..end + 1);
        at = end + 1 + blanks;
    }
}

/// A scalar in quotes or without: a break in it is a blank, escapes are what they stand for.
fn line(bytes: &[u8], span: Range<usize>, style: ScalarStyle, text: &mut Mapped) {
    let mut at = span.start;
    while at < span.end {
        let rest = &bytes[at..span.end];
        let plain = memchr::memchr3(b'\n', b'\\', b'\'', rest).unwrap_or(rest.len());
        text.push(&rest[..plain], at);
        at += plain;
        let rest = &bytes[at..span.end];
        let mut buffer = [0; 4];
        let (meant, length): (&[u8], usize) = match (rest.first(), rest.get(1)) {
            (None, _) => break,
            (Some(b'\n'), _) => (b" ", rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()),
            (Some(b'\\'), Some(&kind)) if style == ScalarStyle::DoubleQuoted => escape(rest, kind, &mut buffer),
            (Some(b'\''), Some(b'\'')) if style == ScalarStyle::SingleQuoted => (b"'", 2),
            _ => (&rest[..1], 1),
        };
        text.push_for(meant, at..at + length);
        at += length;
    }
}

/// What an escape stands for, and how long it is.
fn escape<'b>(rest: &[u8], kind: u8, buffer: &'b mut [u8; 4]) -> (&'b [u8], usize) {
    let digits = match kind {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let code = rest.get(2..2 + digits).and_then(|digits| str::from_utf8(digits).ok());
        let char = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let length = rest.len().min(2 + digits);
        return (char.unwrap_or('?').encode_utf8(buffer).as_bytes(), length);
    }
    buffer[0] = match kind {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'\n' => return (b"", 1 + rest[1..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()),
        other => other,
    };
    // An escaped character of several bytes goes on as it is.
    (&buffer[..1], 2)
}
