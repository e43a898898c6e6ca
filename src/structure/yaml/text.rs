//! What is done to a text before it is parsed, byte for byte, so that every offset holds.
//!
//! The parser counts characters and we count bytes: with one ASCII byte for each byte they are the same, and what a
//! scalar says is read from the file anyway. Charts and playbooks are templates of YAML rather than YAML: their tags
//! become plain words, and lines of nothing but tags become empty.

use std::ops::Range;

/// Stands for what the parser is not to see.
const FILLER: u8 = b'x';

/// A byte of a tag, until it is known whether there is more in its line.
const TAG: u8 = 1;

/// The text to parse: as long as `bytes` without the byte order mark in front, and how long that mark is.
pub(super) fn prepare(bytes: &[u8]) -> (String, usize) {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut text = bytes[mark..].to_vec();
    for byte in &mut text {
        if !matches!(*byte, b'\t' | b'\n' | b'\r' | b' '..=b'~') {
            *byte = FILLER;
        }
    }
    let mut from = 0;
    // A tag that does not end is the last one looked at, so that this takes one pass.
    while let Some(tag) = next_tag(&text, from) {
        text[tag.clone()].iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = TAG);
        from = tag.end;
    }
    if from > 0 {
        for line in text.split_mut(|byte| *byte == b'\n') {
            let alone = line.iter().all(|byte| *byte == TAG || byte.is_ascii_whitespace());
            let fill = if alone { b' ' } else { FILLER };
            line.iter_mut().filter(|byte| **byte == TAG).for_each(|byte| *byte = fill);
        }
    }
    // Only ASCII is left.
    (String::from_utf8(text).unwrap_or_default(), mark)
}

/// The next `{{ … }}`, `{% … %}` or `{# … #}`.
fn next_tag(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'{', text.get(at..)?)?;
        let end: &[u8] = match text.get(at + 1) {
            Some(b'{') => b"}}",
            Some(b'%') => b"%}",
            Some(b'#') => b"#}",
            _ => {
                at += 1;
                continue;
            }
        };
        let length = memchr::memmem::find(&text[at + 2..], end)?;
        return Some(at..at + 2 + length + 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_other_bytes_keep_their_length() {
        let text = "\u{feff}{{- if .a }}\na: {{ .Values.b }}\n{{/* two\nlines */}}\n{% if x %}{% endif %}\n\u{e9}: {b: {c: 1}}\n";
        let (prepared, mark) = prepare(text.as_bytes());
        assert_eq!(mark, 3);
        let wanted = format!(
            "{}\na: {}\n{}\n{}\n{}\nxx: {{b: {{c: 1}}}}\n",
            " ".repeat(12),
            "x".repeat(15),
            " ".repeat(8),
            " ".repeat(10),
            " ".repeat(21)
        );
        assert_eq!(prepared, wanted);
        assert_eq!(prepare(b"a: {{ b\n{%").0, "a: {{ b\n{%");
    }
}
