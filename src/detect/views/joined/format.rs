//! Texts with places that a call fills with literals: `fmt.Sprintf("%s%s", "…", "…")`, `"{}{}".format("…", "…")`,
//! `"%s%s" % ("…", "…")`, `'{0}{1}' -f '…', '…'`.

use std::ops::Range;

use super::joint::{LONGEST, is_quote};
use crate::detect::bytes::{run_after, run_before};

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It stands for itself.
    Text(Range<usize>),
    /// The next argument stands here.
    Argument,
}

/// A format in front of its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Format {
    /// Where the expression begins: at the name of the call, or at the quote of the format.
    pub(super) start: usize,
    pub(super) parts: Vec<Part>,
}

/// The format whose arguments begin at `open`, with the quote of the first; it takes all `count` of them in order.
pub(super) fn before(bytes: &[u8], open: usize, count: usize) -> Option<Format> {
    let floor = open.saturating_sub(LONGEST);
    let text = bytes[floor..open].trim_ascii_end();
    let called = text.strip_suffix(b",").and_then(|text| {
        let (format, before) = literal(text.trim_ascii_end())?;
        let before = before.trim_ascii_end().strip_suffix(b"(")?;
        let length =
            run_before(before, before.len(), 48, |byte| byte.is_ascii_alphanumeric() || b"._:!".contains(&byte));
        let word = before[before.len() - length..].to_ascii_lowercase();
        let fills = [&b"printf"[..], b"format", b"format!"].iter().any(|name| word.ends_with(name));
        fills.then_some((format, before.len() - length))
    });
    let method = || {
        let text = text.strip_suffix(b"(").unwrap_or(text).trim_ascii_end();
        let operand = text.strip_suffix(b"%").map(<[u8]>::trim_ascii_end);
        let operand = operand.or_else(|| text.strip_suffix(b".format")).or_else(|| text.strip_suffix(b".formatted"));
        // PowerShell's
        let operand = operand.or_else(|| text.strip_suffix(b" -f").or_else(|| text.strip_suffix(b" -F")))?;
        let operand = operand.trim_ascii_end();
        let (format, before) = literal(operand)?;
        Some((format, before.len()))
    };
    let (format, start) = called.or_else(method)?;
    let parts = parts(text, format)?;
    let taken = parts.iter().filter(|part| **part == Part::Argument).count();
    let moved = |part: Part| match part {
        Part::Text(range) => Part::Text(floor + range.start..floor + range.end),
        Part::Argument => Part::Argument,
    };
    (taken == count && count > 0)
        .then(|| Format { start: floor + start, parts: parts.into_iter().map(moved).collect() })
}

/// The inside of the literal that a text ends with, and what stands in front of it.
fn literal(text: &[u8]) -> Option<(Range<usize>, &[u8])> {
    let (&quote, rest) = text.split_last().filter(|(last, _)| is_quote(**last))?;
    let open = memchr::memrchr(quote, rest)?;
    Some((open + 1..rest.len(), &text[..open]))
}

/// The parts of the format in a range of a text; none where it does more than fill in.
fn parts(text: &[u8], range: Range<usize>) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let (mut at, mut index) = (range.start, 0);
    while at < range.end {
        let rest = &text[at..range.end];
        let place = match rest[0] {
            b'%' => 1 + place(&rest[1..], index)?,
            b'{' => braces(rest, index)?,
            b'}' | b'\\' => return None,
            _ => {
                let length = run_after(rest, 0, rest.len(), |byte| !matches!(byte, b'%' | b'{' | b'}' | b'\\'));
                parts.push(Part::Text(at..at + length));
                at += length;
                continue;
            }
        };
        parts.push(Part::Argument);
        index += 1;
        at += place;
    }
    Some(parts)
}

/// Length of what follows a `%`: `s`, `v`, `1$s`.
fn place(rest: &[u8], index: usize) -> Option<usize> {
    let digits = run_after(rest, 0, 2, |byte| byte.is_ascii_digit());
    let numbered = digits > 0 && rest.get(digits) == Some(&b'$');
    if numbered && rest[..digits] != *(index + 1).to_string().as_bytes() {
        return None;
    }
    let letter = if numbered { digits + 1 } else { 0 };
    matches!(rest.get(letter), Some(b's' | b'v' | b'@')).then_some(letter + 1)
}

/// Length of `{}`, `{0}`.
fn braces(rest: &[u8], index: usize) -> Option<usize> {
    let close = memchr::memchr(b'}', &rest[..rest.len().min(4)])?;
    let number = &rest[1..close];
    (number.is_empty() || *number == *index.to_string().as_bytes()).then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_in_front_of_their_arguments() {
        for (text, said) in [
            ("k = fmt.Sprintf(\"%s%s\", @", "<><>"),
            ("k = \"%s%s\" % (@", "<><>"),
            ("k = \"sk-%s-%s\".format(@", "sk-<>-<>"),
            ("k = '{}-{}'.format(@", "<>-<>"),
            ("k = string.Format(\"{0}{1}\", @", "<><>"),
            ("k = format!(\"{}{}\", @", "<><>"),
            ("k = String.format(\"%1$s%2$s\", @", "<><>"),
            ("k = '{0}{1}' -f @", "<><>"),
            ("k = \"sk-{0}{1}\" -f (@", "sk-<><>"),
        ] {
            let open = text.find('@').unwrap();
            let format = before(text.as_bytes(), open, 2).unwrap_or_else(|| panic!("{text}"));
            let say = |part: &Part| match part {
                Part::Text(range) => text[range.clone()].to_owned(),
                Part::Argument => "<>".to_owned(),
            };
            assert_eq!(format.parts.iter().map(say).collect::<String>(), said, "{text}");
            assert_eq!(format.start, 4, "{text}");
            assert_eq!(before(text.as_bytes(), open, 3), None);
        }
        for text in ["f(\"%s%s\", @", "format(\"%d%s\", @", "format(\"{1}{0}\", @", "x % (@", "format(\"{a}{b}\", @"] {
            assert_eq!(before(text.as_bytes(), text.find('@').unwrap(), 2), None, "{text}");
        }
    }
}
