//! What formats made of lines have in common: lines, quotes, words, flags of commands.
//!
//! Everything works on ranges of the file, so that what is found keeps its place.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::ScopeId;

use super::tree::Tree;

/// Where a text begins behind its byte order mark.
pub(super) fn start(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Where the line ends that holds `at`: its line feed, or the end of the text.
pub(super) fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |found| at + found)
}

/// The lines of a range, without their line ends.
pub(super) fn lines(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        if at >= range.end {
            return None;
        }
        let end = end_of_line(bytes, at).min(range.end);
        let line = at..if bytes[at..end].ends_with(b"\r") { end - 1 } else { end };
        at = end + 1;
        Some(line)
    })
}

/// A range without the blanks around it.
pub(super) fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let end = range.start + bytes[range.clone()].trim_ascii_end().len();
    end - bytes[range.start..end].trim_ascii_start().len()..end
}

/// A range without blanks and without the quotes around it.
pub(super) fn unquoted(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let range = trimmed(bytes, range);
    match bytes[range.clone()] {
        [first @ (b'"' | b'\'' | b'`'), .., last] if first == last => range.start + 1..range.end - 1,
        _ => range,
    }
}

/// Where the quote that was opened in front of the range closes in it.
pub(super) fn closing(bytes: &[u8], range: Range<usize>, quote: u8) -> Option<usize> {
    let mut from = range.start;
    loop {
        let found = from + memchr::memchr(quote, bytes.get(from..range.end)?)?;
        let escapes = bytes[from..found].iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(found);
        }
        from = found + 1;
    }
}

/// The text of a range.
pub(super) fn text(bytes: &[u8], range: Range<usize>) -> Cow<'_, str> {
    String::from_utf8_lossy(&bytes[range])
}

/// Whether a word may name an environment variable.
pub(super) fn is_name(word: &[u8]) -> bool {
    word.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && word.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// The words of a range: parts between blanks, quotes kept together. A backslash in front of a line end is a blank.
pub(super) fn words(bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    separated(bytes, range, |byte| byte.is_ascii_whitespace())
}

/// The parts of a range between separators that stand outside quotes; empty ones are left out.
pub(super) fn separated(bytes: &[u8], range: Range<usize>, separates: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut begun = None;
    let mut quote = None;
    let mut at = range.start;
    while at < range.end {
        let byte = bytes[at];
        match quote {
            Some(open) if byte == open => quote = None,
            Some(b'"') | None if byte == b'\\' && at + 1 < range.end => {
                if !matches!(bytes[at + 1], b'\n' | b'\r') {
                    begun = begun.or(Some(at));
                    at += 1;
                }
            }
            Some(_) => {}
            None if separates(byte) => parts.extend(begun.take().map(|from| from..at)),
            None => {
                begun = begun.or(Some(at));
                quote = matches!(byte, b'"' | b'\'').then_some(byte);
            }
        }
        at += 1;
    }
    parts.extend(begun.map(|from| from..range.end));
    parts
}

/// The name and the value of `NAME=value`, `NAME="value"` or `"NAME=value"`.
pub(super) fn assignment(bytes: &[u8], word: Range<usize>) -> Option<(Cow<'_, str>, Range<usize>)> {
    let word = unquoted(bytes, word);
    let equals = word.start + memchr::memchr(b'=', &bytes[word.clone()])?;
    let name = trimmed(bytes, word.start..equals);
    is_name(&bytes[name.clone()]).then(|| (text(bytes, name), unquoted(bytes, equals + 1..word.end)))
}

/// Adds the values in a command: of flags, of variables in front of it, of headers.
pub(super) fn command(bytes: &[u8], range: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let mut flag: Option<Range<usize>> = None;
    for word in words(bytes, range) {
        let word = unquoted(bytes, word);
        let content = &bytes[word.clone()];
        if content.starts_with(b"-") {
            let dashes = content.iter().take_while(|byte| **byte == b'-').count();
            match memchr::memchr(b'=', content) {
                Some(equals) => {
                    let name = text(bytes, word.start + dashes.min(equals)..word.start + equals);
                    tree.value(bytes, scope, &name, unquoted(bytes, word.start + equals + 1..word.end));
                }
                None => flag = Some(word.start + dashes..word.end),
            }
            continue;
        }
        let flag = flag.take();
        let header = memchr::memmem::find(content, b": ").filter(|_| flag.is_some());
        if let Some((name, value)) = assignment(bytes, word.clone()) {
            tree.value(bytes, scope, &name, value);
        } else if let Some(colon) = header {
            let name = text(bytes, word.start..word.start + colon);
            tree.value(bytes, scope, &name, word.start + colon + 2..word.end);
        } else if let Some(flag) = flag {
            tree.value(bytes, scope, &text(bytes, flag), word);
        }
    }
}

/// The names in a text that stand between `open` and `close`: `name` in `{{name}}`.
pub(super) fn references<'b>(text: &'b [u8], open: &'b [u8], close: u8) -> impl Iterator<Item = &'b str> {
    memchr::memmem::find_iter(text, open).filter_map(move |at| {
        let rest = text[at + open.len()..].trim_ascii_start();
        let length = rest.iter().take(100).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let (name, behind) = rest.split_at(length);
        // What follows is the end or a default value.
        let ends = behind.first().is_some_and(|&byte| byte == close || matches!(byte, b':' | b' ' | b'|'));
        (ends && is_name(name)).then(|| str::from_utf8(name).ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_assignments_are_found_with_their_places() {
        let text = br#"  "A=x y" B="z" C='a"b' D=\" e\ f \
  g"#;
        let shown: Vec<_> = words(text, 0..text.len()).into_iter().map(|word| super::text(text, word)).collect();
        assert_eq!(shown[..4], ["\"A=x y\"", "B=\"z\"", "C='a\"b'", "D=\\\""]);
        assert_eq!(shown.last().unwrap(), "g");
        let (name, value) = assignment(text, 2..9).unwrap();
        assert_eq!((name.as_ref(), &text[value]), ("A", &b"x y"[..]));
        let (name, value) = assignment(text, 10..15).unwrap();
        assert_eq!((name.as_ref(), &text[value]), ("B", &b"z"[..]));
    }

    #[test]
    fn quotes_close_where_they_are_not_escaped() {
        assert_eq!(closing(br#"a\"b"c"#, 0..6, b'"'), Some(4));
        assert_eq!(closing(br#"a\\"b"#, 0..5, b'"'), Some(3));
        assert_eq!(closing(b"abc", 0..3, b'"'), None);
    }
}
