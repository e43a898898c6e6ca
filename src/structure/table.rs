//! Tables as text: the first line names the columns, every other one is a record.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::Unread;
use super::tree::Tree;

/// Larger tables are not taken on.
const LARGEST: usize = 16 << 20;

/// Shorter values are numbers and flags: too many to keep, and neither keys nor addresses.
const SHORTEST: usize = 4;

/// Reads the records of a table into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let start = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    let separator = separator(&bytes[start..]);
    let (head, mut at) = record(bytes, start, separator);
    let names: Vec<String> =
        head.into_iter().map(|span| String::from_utf8_lossy(&bytes[span]).trim().to_owned()).collect();
    while at < bytes.len() {
        let (fields, next) = record(bytes, at, separator);
        if fields.iter().any(|field| field.len() >= SHORTEST) {
            let item = tree.open(scope, ScopeKind::Item, "", at..next);
            for (column, field) in fields.into_iter().enumerate().filter(|(_, field)| field.len() >= SHORTEST) {
                tree.value(bytes, item, names.get(column).map_or("", String::as_str), field);
            }
        }
        at = next;
    }
    Ok(())
}

/// The sign between fields: the one that the first line has most of.
fn separator(bytes: &[u8]) -> u8 {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| memchr::memchr_iter(sign, line).count();
    [b'\t', b';', b','].into_iter().max_by_key(|&sign| count(sign)).unwrap_or(b',')
}

/// The fields of the record at `at`, without their quotes, and where the next one begins.
fn record(bytes: &[u8], start: usize, separator: u8) -> (Vec<Range<usize>>, usize) {
    let mut fields = Vec::new();
    let mut at = start;
    loop {
        let field;
        if bytes.get(at) == Some(&b'"') {
            let end = closing(bytes, at + 1);
            field = at + 1..end;
            at = (end + 1).min(bytes.len());
            at += memchr::memchr2(separator, b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
        } else {
            let length = memchr::memchr2(separator, b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
            field = at..at + bytes[at..at + length].trim_ascii_end().len();
            at += length;
        }
        fields.push(field);
        match bytes.get(at) {
            Some(&byte) if byte == separator => at += 1,
            _ => return (fields, at + 1),
        }
    }
}

/// Where a field in quotes ends: a doubled quote is part of it.
fn closing(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        let found = at + found;
        if bytes.get(found + 1) != Some(&b'"') {
            return found;
        }
        at = found + 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    fn outline(text: &str) -> String {
        super::super::read("channels.csv", text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn records_are_named_by_the_first_line() {
        let text = "\u{feff}id;key;url\r\n1;\"key;\"\"one\";https://a.example\r\n2;kéy two;\r\n\r\n";
        let wanted = "file\n  item (unit)\n    key = key;\"\"one\n    url = https://a.example\n  item (unit)\n    key = kéy two\n";
        assert_eq!(outline(text), wanted);
        for text in ["", "a,b", "a,\"b", "a\n\"b"] {
            outline(text);
        }
    }
}
