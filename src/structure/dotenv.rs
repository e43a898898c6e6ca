//! `.env` files: `NAME=value`, `export NAME="value"`, values over several lines in quotes.
//!
//! Commented-out settings are no values; names of variables in `${NAME:-default}` are uses, and the default is part of
//! the value. A reader of our own, because the libraries for this format tell no positions.

use crate::model::ScopeId;

use super::tree::Tree;

/// Reads the lines of `bytes` into `scope`. Whatever does not look like an assignment is passed over.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut at = 0;
    while at < bytes.len() {
        at = line(bytes, at, scope, tree);
    }
}

/// Reads the assignment that begins at `at`, and says where the next line begins.
fn line(bytes: &[u8], start: usize, scope: ScopeId, tree: &mut Tree) -> usize {
    let end = end_of_line(bytes, start);
    let text = &bytes[start..end];
    let Some(equals) = memchr::memchr(b'=', text).or_else(|| colon(text)) else { return end + 1 };
    let mut name = text[..equals].trim_ascii();
    for lead in [&b"export "[..], b"set ", b"setenv ", b"declare -x ", b"local "] {
        name = name.strip_prefix(lead).map_or(name, <[u8]>::trim_ascii_start);
    }
    let Ok(name) = str::from_utf8(name) else { return end + 1 };
    let name = name.trim_matches(['"', '\'', '\u{feff}']);
    if name.is_empty() || !name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':')) {
        return end + 1;
    }
    let blanks = text[equals + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut from = start + equals + 1 + blanks;
    let mut to;
    let mut next = end + 1;
    match bytes.get(from) {
        Some(&quote @ (b'"' | b'\'' | b'`')) if from < end => {
            from += 1;
            to = closing(bytes, from, quote).unwrap_or(end);
            next = end_of_line(bytes, to) + 1;
        }
        _ => {
            let value = &bytes[from..end];
            let comment = memchr::memmem::find(value, b" #").or_else(|| memchr::memmem::find(value, b"\t#"));
            to = from + comment.unwrap_or(value.len());
            // A line may go on behind a backslash at its end.
            while bytes[from..to].ends_with(b"\\") && comment.is_none() && to < bytes.len() {
                to = end_of_line(bytes, to + 1);
                next = to + 1;
            }
        }
    }
    to = from + bytes[from..to].trim_ascii_end().len();
    tree.value(bytes, scope, name, from..to);
    next
}

fn colon(text: &[u8]) -> Option<usize> {
    memchr::memchr(b':', text).filter(|&at| matches!(text.get(at + 1), Some(b' ' | b'\t')))
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |found| at + found)
}

/// Where the quote that was opened in front of `at` closes; none if it does not.
fn closing(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut from = at;
    loop {
        let found = from + memchr::memchr(quote, &bytes[from..])?;
        let escapes = bytes[at..found].iter().rev().take_while(|byte| **byte == b'\\').count();
        if quote == b'\'' || escapes % 2 == 0 {
            return Some(found);
        }
        from = found + 1;
    }
}

#[cfg(test)]
mod tests {
    fn outline(text: &str) -> String {
        let structure = super::super::read(".env", text.as_bytes()).unwrap().unwrap();
        structure.outline(text.as_bytes())
    }

    #[test]
    fn assignments_are_values_with_their_places() {
        let text = "\u{feff}A=1\r\nexport B=\"two # no comment\"\n# C=3\nD = 'x' # y\nE=${OPENAI_KEY:-d} # z\nF=\"a\nb\"\nno assignment\nG=\n";
        let wanted = "file uses OPENAI_KEY\n  A = 1\n  B = two # no comment\n  D = x\n  E = ${OPENAI_KEY:-d}\n  F = a\nb\n  G = \n";
        assert_eq!(outline(text), wanted);
    }
}
