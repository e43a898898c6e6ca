//! What stands between two literals that are one value.

use super::super::pieces::{is_content, run_at};
use crate::detect::bytes::{is_key_byte, run_after};
use crate::detect::name::is_name_byte;

/// The most that stands between two literals, comments and indentation included.
pub(super) const LONGEST: usize = 512;

/// How two pieces are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By an operator, a method, or one inside the other.
    Operator,
    /// They stand behind each other.
    Adjacent,
    /// Quotes alone stand between them.
    Glued,
    /// A comma stands between them.
    Comma,
}

/// A joint, and where the piece behind it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Joint {
    pub(super) next: usize,
    pub(super) kind: Kind,
}

pub(super) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Two of one make an operator as well as one does: `+`, `++`; `.`, `..`; `<>`, `<<`; `||`; `&`, `&&`; `^`; `~`.
const OPERATORS: [&[u8]; 13] = [b"+%+", b"%+%", b"<>", b"<<", b"||", b"++", b"..", b"&&", b"+", b".", b"&", b"^", b"~"];

/// Methods that append their argument.
const METHODS: [&[u8]; 8] =
    [b".concat(", b".append(", b".Append(", b".plus(", b".push_str(", b".Concat(", b".WriteString(", b".write("];

/// Methods behind a literal that leave it as it is.
const KEEPS: [&[u8]; 9] = [
    b".to_string()",
    b".to_owned()",
    b".toString()",
    b".into()",
    b".as_str()",
    b".to_s",
    b".String()",
    b".freeze",
    b".trim()",
];

/// Calls that leave a literal as it is.
const WRAPS: [&[u8]; 12] = [
    b"String::from(",
    b"std::string(",
    b"std::string{",
    b"new String(",
    b"String(",
    b"string(",
    b"str(",
    b"TEXT(",
    b"_T(",
    b"T(",
    b"(",
    b"&",
];

/// Reads what stands behind the piece that ends at `at`; commas only count where `lists` says so.
pub(super) fn read(bytes: &[u8], at: usize, lists: bool) -> Option<Joint> {
    let bytes = &bytes[..bytes.len().min(at + LONGEST)];
    if let Some(next) = template(bytes, at) {
        return Some(Joint { next, kind: Kind::Operator });
    }
    let quote = bytes.get(at).copied().filter(|&byte| is_quote(byte))?;
    let quotes = run_after(bytes, at, 6, |byte| byte == quote);
    let mut at = at + quotes;
    if quotes % 2 == 0 {
        return piece(bytes, at, Kind::Glued);
    }
    if let Some(next) = behind_template(bytes, at) {
        return Some(Joint { next, kind: Kind::Operator });
    }
    let behind = at;
    let (mut kind, mut parens) = (None, false);
    loop {
        at = blank(bytes, at);
        if let Some((open, mark)) = opening(bytes, at) {
            let kind = kind.unwrap_or(if at > behind { Kind::Adjacent } else { Kind::Glued });
            let asked = parens && kind != Kind::Operator || kind == Kind::Comma && !lists;
            if asked {
                return None;
            }
            if bytes.get(open) == Some(&mark) {
                // An empty literal.
                at = open + 1;
                continue;
            }
            return template(bytes, open)
                .map(|next| Joint { next, kind: Kind::Operator })
                .or_else(|| piece(bytes, open, kind));
        }
        let rest = &bytes[at.min(bytes.len())..];
        let starts = |words: &[&[u8]]| words.iter().find(|word| rest.starts_with(word)).map(|word| word.len());
        if let Some(length) = starts(&METHODS) {
            (kind, at) = (Some(Kind::Operator), at + length);
        } else if let Some(length) = starts(&KEEPS) {
            at += length;
        } else if let Some(length) = starts(&OPERATORS).filter(|_| kind.is_none_or(|kind| kind == Kind::Operator)) {
            (kind, at) = (Some(Kind::Operator), at + length);
        } else if lists && rest.starts_with(b",") {
            (kind, at) = (Some(kind.unwrap_or(Kind::Comma)), at + 1);
        } else if rest.starts_with(b")") {
            (parens, at) = (true, at + 1);
        } else if let Some(length) = starts(&WRAPS).filter(|_| kind.is_some()) {
            (parens, at) = (true, at + length);
        } else if at == behind && rest.first().is_some_and(|&byte| is_key_byte(byte)) {
            return piece(bytes, at, Kind::Glued);
        } else {
            return None;
        }
    }
}

/// A joint in front of the piece at `next`, where there is one.
fn piece(bytes: &[u8], next: usize, kind: Kind) -> Option<Joint> {
    bytes.get(next).is_some_and(|&byte| is_content(byte)).then_some(Joint { next, kind })
}

/// Behind the beginning of an inner literal: `${"`, `{'`, `#{"`, `\("`.
fn template(bytes: &[u8], at: usize) -> Option<usize> {
    const OPENERS: [&[u8]; 5] = [b"${", b"#{", b"{", b"\\(", b"$("];
    let opener = OPENERS.iter().find(|opener| bytes[at.min(bytes.len())..].starts_with(opener))?;
    let inner = at + opener.len();
    let inner = inner + run_after(bytes, inner, 2, |byte| byte == b' ');
    let quoted = bytes.get(inner).is_some_and(|&byte| is_quote(byte));
    (quoted && bytes.get(inner + 1).is_some_and(|&byte| is_content(byte))).then_some(inner + 1)
}

/// Behind the end of an inner literal whose quote ends in front of `at`: `"}`, and what follows there.
fn behind_template(bytes: &[u8], at: usize) -> Option<usize> {
    let close = at + run_after(bytes, at, 2, |byte| byte == b' ');
    if !matches!(bytes.get(close), Some(b'}' | b')')) {
        return None;
    }
    let behind = close + 1;
    let goes_on = bytes[close] == b'}' && bytes.get(behind).is_some_and(|&byte| is_key_byte(byte) || byte == b'.');
    if goes_on { Some(behind) } else { template(bytes, behind) }
}

/// The inside of the literal that opens at `at`, with its quote: `r"`, `b'`, `@"`, `"""`.
fn opening(bytes: &[u8], at: usize) -> Option<(usize, u8)> {
    let prefix = run_after(bytes, at, 3, is_prefix);
    let quote = bytes.get(at + prefix).copied().filter(|&byte| is_quote(byte))?;
    let quotes = run_after(bytes, at + prefix, 3, |byte| byte == quote);
    let open = if quotes == 3 { 3 } else { 1 };
    (prefix < 3).then_some((at + prefix + open, quote))
}

/// The letters and marks that stand in front of a literal.
const fn is_prefix(byte: u8) -> bool {
    matches!(byte.to_ascii_lowercase(), b'r' | b'b' | b'u' | b'f' | b'l' | b'n' | b'e' | b's' | b'@' | b'$')
}

/// Behind blanks, lines, continued or not, and comments.
pub(super) fn blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let start = at;
        at += run_after(bytes, at, LONGEST, |byte| byte.is_ascii_whitespace());
        let rest = &bytes[at.min(bytes.len())..];
        let first_line = || rest.len().min(memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
        let spaced = at > start || bytes.get(at.wrapping_sub(1)).is_some_and(|&byte| is_quote(byte));
        if rest.starts_with(b"/*") {
            at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
        } else if rest.starts_with(b"//") || spaced && (rest.starts_with(b"#") || rest.starts_with(b"-- ")) {
            at += first_line();
        } else if matches!(rest.first(), Some(b'\\' | b'`' | b'_')) {
            // A line that is continued.
            let end = first_line();
            if end < 2 || !rest[end - 1].is_ascii_whitespace() || !rest[1..end].iter().all(u8::is_ascii_whitespace) {
                return at;
            }
            at += end;
        }
        if at == start {
            return at;
        }
    }
}

/// The end of the piece in front of the one that begins at `start`, looked for from `floor` on.
pub(super) fn before(bytes: &[u8], start: usize, floor: usize, lists: bool) -> Option<usize> {
    /// How many places may be the end.
    const TRIES: usize = 4;
    let last = *bytes[..start].last()?;
    if !is_quote(last) && !matches!(last, b'}') {
        return None;
    }
    let floor = floor.max(start.saturating_sub(LONGEST / 2)).max(1);
    let ends = (floor..start).rev().filter(|&at| {
        let opens = is_quote(bytes[at]) || matches!(bytes[at], b'$' | b'#' | b'{' | b'\\');
        opens && is_content(bytes[at - 1])
    });
    ends.take(TRIES).find(|&end| {
        let joint = read(bytes, end, lists).filter(|joint| joint.next == start);
        let sound = |joint: Joint| match bytes[end] {
            // `[]string{"…"`: only inside a literal a brace holds another one.
            b'{' => {
                let run = run_at(bytes, end, floor, is_content);
                run.start > 0 && is_quote(bytes[run.start - 1])
            }
            _ => joint.kind != Kind::Glued || !is_prefix_run(bytes, end),
        };
        joint.is_some_and(sound)
    })
}

/// Whether the letters in front of the quote at `end` only say what kind of literal it is.
fn is_prefix_run(bytes: &[u8], end: usize) -> bool {
    let letters = bytes[..end].iter().rev().take(3).take_while(|&&byte| is_name_byte(byte)).count();
    let start = end - letters;
    letters < 3
        && bytes[start..end].iter().all(|&byte| is_prefix(byte))
        && !start.checked_sub(1).is_some_and(|before| is_quote(bytes[before]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joints_are_read_in_every_language() {
        for (text, kind) in [
            ("a@\" + \"b", Kind::Operator),
            ("a@\"+'b", Kind::Operator),
            ("a@\" +\n    \"b", Kind::Operator),
            ("a@\"\n    + \"b", Kind::Operator),
            ("a@' . 'b", Kind::Operator),
            ("a@\" .. \"b", Kind::Operator),
            ("a@\" & _\r\n  \"b", Kind::Operator),
            ("a@' || 'b", Kind::Operator),
            ("a@\" <> \"b", Kind::Operator),
            ("a@\" ++ \"b", Kind::Operator),
            ("a@\" ^ \"b", Kind::Operator),
            ("a@\" ~ \"b", Kind::Operator),
            ("a@\" + // first\n  /* then */ \"b", Kind::Operator),
            ("a@\".concat(\"b", Kind::Operator),
            ("a@\").append(\"b", Kind::Operator),
            ("a@\".to_string() + &\"b", Kind::Operator),
            ("a@\" + (\"b", Kind::Operator),
            ("a@\" + \"\" + \"b", Kind::Operator),
            ("a@\" + r'b", Kind::Operator),
            ("a@${\"b", Kind::Operator),
            ("a@{'b", Kind::Operator),
            ("a@\"}b", Kind::Operator),
            ("a@\"}${\"b", Kind::Operator),
            ("a@\" \"b", Kind::Adjacent),
            ("a@\" @\"b", Kind::Adjacent),
            ("a@\" \\\n  \"b", Kind::Adjacent),
            ("a@\"  # why\n  f\"b", Kind::Adjacent),
            ("a@\"\"b", Kind::Glued),
            ("a@'\"b", Kind::Glued),
            ("a@\"b", Kind::Glued),
            ("a@\", \"b", Kind::Comma),
            ("a@\",\n  'b", Kind::Comma),
        ] {
            let at = text.find('@').unwrap();
            let text = text.replacen('@', "", 1);
            let next = text.rfind('b').unwrap();
            assert_eq!(read(text.as_bytes(), at, true), Some(Joint { next, kind }), "{text}");
            // Behind the letters of a literal, or in front of its quote, the way back ends.
            let quote = if text.contains('{') { "\"" } else { "" };
            let behind = format!("{quote}xyz{text}");
            assert!(before(behind.as_bytes(), next + 3 + quote.len(), 0, true).is_some(), "{text}");
        }
    }

    #[test]
    fn what_else_stands_between_literals_joins_nothing() {
        for text in [
            "a@\", \"b",
            "a@\": \"b",
            "a@\" = \"b",
            "a@\"; \"b",
            "a@\" == \"b",
            "a@\" - \"b",
            "a@\") (\"b",
            "a@\" if \"b",
            "a@\"] + [\"b",
            "a@\" + x + \"b",
            "a@\"}, {\"b",
            "a@\"}\n{\"b",
            "a@ \"b",
            "a@\" ? \"b",
            "a@\" | \"b",
        ] {
            let at = text.find('@').unwrap();
            let text = text.replacen('@', "", 1);
            assert_eq!(read(text.as_bytes(), at, false), None, "{text}");
        }
    }
}
