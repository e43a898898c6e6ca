//! Classes of bytes and small walks over them, shared by everything that reads around a hit.

/// Whether a byte can stand in a key: letters, digits, `_` and `-`.
pub(super) const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Length of the run of bytes of a class that ends at `end` (exclusive), at most `max`.
pub(super) fn run_before(bytes: &[u8], end: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    bytes[..end].iter().rev().take(max).take_while(|&&byte| class(byte)).count()
}

/// Length of the run of bytes of a class that starts at `start`, at most `max`.
pub(super) fn run_after(bytes: &[u8], start: usize, max: usize, class: impl Fn(u8) -> bool) -> usize {
    bytes[start.min(bytes.len())..].iter().take(max).take_while(|&&byte| class(byte)).count()
}

/// How far a line is followed to either side of a match. A longer line is cut there, so that a file of one long line
/// costs no more for each match than any other.
pub(super) const LINE_REACH: usize = 8 * 1024;

/// Start of the line that holds offset `at`, at most [`LINE_REACH`] in front of it.
pub(super) fn line_start(bytes: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(LINE_REACH);
    memchr::memrchr(b'\n', &bytes[floor..at]).map_or(floor, |newline| floor + newline + 1)
}

/// End of the line that holds offset `at`, without its line break, at most [`LINE_REACH`] behind it.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let ceiling = bytes.len().min(at + LINE_REACH);
    memchr::memchr(b'\n', &bytes[at..ceiling]).map_or(ceiling, |newline| at + newline)
}

/// Whether the byte before `at` leaves room for a token to start there.
///
/// A letter or digit in front means that the token is the tail of a longer word, unless it is the tail of an escape:
/// `\n`, `%22`, `\u0022`, `\x22` and the like stand in front of a key without being a part of it.
pub(super) fn starts_token(bytes: &[u8], at: usize) -> bool {
    let Some(previous) = at.checked_sub(1).map(|index| bytes[index]) else { return true };
    if !is_key_byte(previous) {
        return true;
    }
    // The hyphen of a default: `${NAME:-value}`.
    if bytes[..at].ends_with(b":-") {
        return true;
    }
    let before = &bytes[at.saturating_sub(10)..at];
    let ends_with = |length: usize, lead: &[u8], digits: usize| {
        before.len() >= length
            && before[before.len() - length..].starts_with(lead)
            && before[before.len() - digits..].iter().all(u8::is_ascii_hexdigit)
    };
    ends_with(2, b"\\", 0) && matches!(previous, b'n' | b't' | b'r' | b'b' | b'f' | b'v' | b'0' | b'e')
        || ends_with(2, b"`", 0) && matches!(previous, b'n' | b't' | b'r')
        || ends_with(3, b"%", 2)
        || ends_with(4, b"\\x", 2)
        || ends_with(4, b"\\", 3) && before[before.len() - 3..].iter().all(|&byte| matches!(byte, b'0'..=b'7'))
        || ends_with(6, b"\\u", 4)
        || ends_with(10, b"\\U", 8)
        || ends_with(3, b"=", 2) && QUOTED_PRINTABLE.iter().any(|code| before.ends_with(code.as_bytes()))
        || reference_before(bytes, at)
        || terminal_sequence_before(bytes, at)
}

/// How long the string at `at` is where a program or a data file writes the length in front of it, in a byte or as a number
/// of seven bits each below 512, and so many bytes are there. Signs that texts have in front of values are lengths only behind a byte that
/// no text has.
pub(super) fn measured(bytes: &[u8], at: usize) -> Option<usize> {
    let byte = *bytes.get(at.checked_sub(1)?)?;
    let behind_data = at.checked_sub(2).is_some_and(|index| is_data(bytes[index]));
    if (byte.is_ascii_punctuation() || byte.is_ascii_whitespace()) && !behind_data {
        return None;
    }
    let last = usize::from(byte);
    let lower = at.checked_sub(2).map(|index| usize::from(bytes[index])).filter(|lower| lower & 0x80 != 0);
    let length = match lower {
        Some(lower) if (1..4).contains(&last) => lower & 0x7f | last << 7,
        _ => last,
    };
    (length > 0 && length <= bytes.len() - at).then_some(length)
}

fn is_data(byte: u8) -> bool {
    byte >= 0x80 || byte < b' ' && !byte.is_ascii_whitespace()
}

/// Whether bytes in front of `at` are such as data files have in front of a length, and no text has.
pub(super) fn begins_data(bytes: &[u8], at: usize) -> bool {
    let byte = at.checked_sub(2).map_or(b' ', |index| bytes[index]);
    (byte < b' ' && !byte.is_ascii_whitespace() && byte != 0x1b) || byte == MESSAGEPACK_TEXT
}

/// In front of the length of a text in MessagePack.
const MESSAGEPACK_TEXT: u8 = 0xd9;

/// What stands in front of values in quoted-printable: blanks, line breaks, quotes and the signs behind names.
const QUOTED_PRINTABLE: [&str; 10] = ["09", "0A", "0D", "20", "22", "27", "2C", "3A", "3D", "3E"];

/// Whether a reference of HTML without its semicolon ends at `at`: `&#34`.
fn reference_before(bytes: &[u8], at: usize) -> bool {
    let digits = run_before(bytes, at, 5, |byte| byte.is_ascii_digit());
    digits > 0 && bytes[..at - digits].ends_with(b"&#")
}

/// Whether what tells a terminal how to show text (`ESC [ … m`, `ESC ( B`) ends at `at`, raw or as code and viewers write it.
fn terminal_sequence_before(bytes: &[u8], at: usize) -> bool {
    if !bytes[at - 1].is_ascii_alphabetic() {
        return false;
    }
    let parameters = run_before(bytes, at - 1, 16, |byte| byte.is_ascii_digit() || matches!(byte, b';' | b':' | b'?'));
    let rest = &bytes[..at - 1 - parameters];
    const LEADS: [&[u8]; 7] = [b"\x1b[", b"\\e[", b"033[", b"x1b[", b"u001b[", b"^[[", b"\xe2\x90\x9b["];
    let ends = |lead: &[u8]| rest.len() >= lead.len() && rest[rest.len() - lead.len()..].eq_ignore_ascii_case(lead);
    LEADS.iter().any(|lead| ends(lead)) || parameters == 0 && rest.ends_with(b"\x1b(")
}

/// Whether a byte sequence holds a letter sequence without regard to ASCII case; `needle` is lower case and not empty.
pub(super) fn contains_ignore_case(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(last) = haystack.len().checked_sub(needle.len()) else { return false };
    let first = needle[0];
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), &haystack[..=last])
        .any(|at| haystack[at..at + needle.len()].eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_start_behind_punctuation_and_escapes() {
        for text in [
            "=K",
            "\"K",
            " K",
            "/K",
            "K",
            "\\nK",
            "\\tK",
            "%22K",
            "\\u0022K",
            "\\x22K",
            "\x1b[32mK",
            "${X:-K",
            "\u{ff1a}K",
            "\\040K",
            "\\U00000022K",
            "=3DK",
            "&#34K",
            "\x1b[01;31m\x1b[KK",
            "\x1b(BK",
            "\\u001b[0mK",
            "^[[0mK",
        ] {
            assert!(starts_token(text.as_bytes(), text.len() - 1), "{text:?}");
        }
        for text in ["taK", "ta-K", "0K", "_K", "4K", "%2K", "\\q2K", "32mK", "\\0840K", "=2dK", "#34K", "[0mK"] {
            assert!(!starts_token(text.as_bytes(), text.len() - 1), "{text:?}");
        }
    }
}
