//! `.env` files: `NAME=value`, `export NAME="value"`, values over several lines in quotes.
//!
//! Commented-out settings are no values; names of variables in `${NAME:-default}` are uses, and the default is part of
//! the value. A reader of our own, because the libraries for this format tell no positions. They disagree on details;
//! what is read here is what most of them accept, and whatever else stands in a line belongs to its value.

use std::ops::Range;

use crate::model::{ScopeId, Used};

use super::lines::{closing, end_of_line, is_name, start, text, trimmed, unquoted};
use super::quoted::{self, Escapes};
use super::tree::Tree;

/// What may stand in front of an assignment.
const LEADS: [&[u8]; 7] = [b"export ", b"set ", b"setenv ", b"declare -x ", b"local ", b"readonly ", b"env "];

/// Commands of `.envrc` that load a file.
const LOADS: [&[u8]; 6] = [b"dotenv", b"dotenv_if_exists", b"source_env", b"source_env_if_exists", b"source", b"."];

/// Most assignments that are read in one line.
const MOST_IN_A_LINE: usize = 200;

/// Reads the lines of `bytes` into `scope`. Whatever does not look like an assignment is passed over.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut at = start(bytes);
    while at < bytes.len() {
        at = line(bytes, at, scope, tree);
    }
}

/// Reads the assignment that begins at `at`, and says where the next line begins.
fn line(bytes: &[u8], start: usize, scope: ScopeId, tree: &mut Tree) -> usize {
    let end = end_of_line(bytes, start);
    let line = trimmed(bytes, start..end);
    if matches!(bytes[line.clone()].first(), None | Some(b'#' | b';')) {
        return end + 1;
    }
    let Some((name, from)) = assignment(bytes, line.clone()) else {
        load(&bytes[line], scope, tree);
        return end + 1;
    };
    let mut next = end + 1;
    let (mut name, mut from) = (name, from);
    for _ in 0..MOST_IN_A_LINE {
        let (value, behind) = value(bytes, from, end);
        let setting = text(bytes, name);
        // A value may be JSON, whose objects are scopes of their own.
        let quoted = value.start.checked_sub(1).is_some_and(|before| bytes[before] == b'"');
        let escapes = if quoted { Escapes::Backslash } else { Escapes::None };
        let json = matches!(bytes[value.clone()].first(), Some(b'{' | b'['));
        let read = json && quoted::settings(bytes, scope, &setting, value.clone(), escapes, tree);
        tree.value(if read { &[] } else { bytes }, scope, &setting, value);
        next = next.max(if behind > end { end_of_line(bytes, behind) + 1 } else { next });
        // Several on one line, as behind `export` and `env -S`.
        let rest = trimmed(bytes, behind.min(end)..end);
        match assignment(bytes, rest).filter(|(name, _)| behind <= end && is_name(&bytes[name.clone()])) {
            Some((another, at)) => (name, from) = (another, at),
            None => break,
        }
    }
    next
}

/// The name in front of the sign that assigns, and where the value begins.
fn assignment(bytes: &[u8], line: Range<usize>) -> Option<(Range<usize>, usize)> {
    let content = &bytes[line.clone()];
    let at = content.iter().enumerate().position(|(at, byte)| match byte {
        b'=' => true,
        b':' => matches!(content.get(at + 1), None | Some(b' ' | b'\t')),
        _ => false,
    })?;
    let mut name = trimmed(bytes, line.start..line.start + at);
    for lead in LEADS {
        if bytes[name.clone()].starts_with(lead) {
            name = trimmed(bytes, name.start + lead.len()..name.end);
        }
    }
    let name = unquoted(bytes, name);
    let shape = str::from_utf8(&bytes[name.clone()]).ok()?;
    let fits = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':' | '[' | ']');
    (!shape.is_empty() && shape.chars().all(fits)).then(|| {
        let from = line.start + at + 1;
        (name, from + bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count())
    })
}

/// The value that begins at `from` in a line that ends at `end`, and where what stands behind it begins.
fn value(bytes: &[u8], from: usize, end: usize) -> (Range<usize>, usize) {
    if let Some(&quote @ (b'"' | b'\'' | b'`')) = bytes.get(from).filter(|_| from < end)
        && let Some(close) = closing_quote(bytes, from + 1, quote)
    {
        return (from + 1..close, close + 1);
    }
    let line = from.min(end)..end;
    let content = &bytes[line.clone()];
    let another = another(content);
    let content = &content[..another.unwrap_or(content.len())];
    let comment = content.windows(2).position(|pair| matches!(pair, b" #" | b"\t#"));
    let mut to = line.start + comment.unwrap_or(content.len());
    let mut behind = if another.is_some() && comment.is_none() { to } else { end };
    // A line may go on behind a backslash at its end.
    while behind >= end
        && comment.is_none()
        && to < bytes.len()
        && bytes[line.start..to].trim_ascii_end().ends_with(b"\\")
    {
        to = end_of_line(bytes, to + 1);
        behind = to;
    }
    let value = unquoted(bytes, line.start..to);
    let value = if bytes[value.clone()].ends_with(b";") { value.start..value.end - 1 } else { value };
    (value, behind)
}

/// Where in an unquoted value the next assignment of the line begins. Only capitals count: `host=a user=b` is one value.
fn another(value: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'=', value).find_map(|equals| {
        let word =
            value[..equals].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let begin = equals - word;
        let capitals = value[begin..equals].iter().all(|byte| !byte.is_ascii_lowercase());
        let apart = begin > 0 && matches!(value[begin - 1], b' ' | b'\t');
        (apart && word > 1 && capitals && is_name(&value[begin..equals])).then_some(begin)
    })
}

/// Where the quote that was opened in front of `at` closes; none where it does not, so that the value is the line.
///
/// Behind a closing quote stands nothing, a comment or another assignment. Otherwise a quote within the value was not
/// escaped, or the quote was never closed and the one that was found opens the value of another line.
fn closing_quote(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let end = end_of_line(bytes, at);
    let close = closing(bytes, at..bytes.len(), quote).or_else(|| {
        // In single quotes a backslash at the end is itself.
        let last = trimmed(bytes, at..end);
        (quote == b'\'' && bytes[last.clone()].ends_with(b"'")).then(|| last.end - 1)
    })?;
    let rest = &bytes[close + 1..end_of_line(bytes, close)];
    let fits = match rest.first() {
        None | Some(b';' | b'\r') => true,
        Some(b' ' | b'\t') => {
            let rest = rest[..rest.len().min(200)].trim_ascii();
            rest.is_empty() || matches!(rest[0], b'#' | b';' | b'&') || another(&[b" ", rest].concat()) == Some(1)
        }
        Some(_) => false,
    };
    fits.then_some(close)
}

/// `dotenv ../.env` and its like.
fn load(line: &[u8], scope: ScopeId, tree: &mut Tree) {
    let Some(blank) = line.iter().position(|byte| matches!(byte, b' ' | b'\t')) else { return };
    let (command, path) = line.split_at(blank);
    if LOADS.contains(&command) {
        let path = path.trim_ascii();
        let path = unquoted(path, 0..path.len()).len().min(500);
        let line = line[blank..].trim_ascii();
        let inner = unquoted(line, 0..line.len());
        if path > 0 {
            tree.uses(scope, Used::File(text(line, inner.start..inner.start + path).into_owned()));
        }
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

    #[test]
    fn several_assignments_may_share_a_line() {
        let text = "export A1=1 B2='2' C3=3 # c\nDSN=host=a user=b\nX=\"a\" Y1=b\n";
        assert_eq!(outline(text), "file\n  A1 = 1\n  B2 = 2\n  C3 = 3\n  DSN = host=a user=b\n  X = a\n  Y1 = b\n");
    }

    #[test]
    fn quotes_may_be_missing_or_not_escaped() {
        let text = "A=\"open\nB=\"closed\"\nC=\"{\"k\": \"v\"}\"\nD=\"say \\\"x\\\" y\"\nE='it\\'\nF: `tick`\nG=a;\n";
        let wanted = "file\n  A = \"open\n  B = closed\n  C = {\"k\": \"v\"}\n  D = say \\\"x\\\" y\n  E = it\\\n  F = tick\n  G = a\n";
        assert_eq!(outline(text), wanted);
    }

    #[test]
    fn lines_may_go_on_and_url_may_hold_equals() {
        let text = "A=one\\\r\n  two\r\nURL: https://h/?a=b\nB=2";
        assert_eq!(outline(text), "file\n  A = one\\\r\n  two\n  URL = https://h/?a=b\n  B = 2\n");
    }

    #[test]
    fn files_are_loaded() {
        assert_eq!(outline("dotenv ../.env\nsource_env \"a b\"\n"), "file reads ../.env reads a b\n");
    }
}
