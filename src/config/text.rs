//! From bytes to a tree of tables and values, with everything that is wrong before a field is looked at.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::Fault;

/// Up to this size, in bytes, every mistake in the syntax is looked for; of larger files the first is enough.
const MOST_RECOVERED: usize = 64 * 1024;

/// What is said where a list runs into the next field.
const OPEN_LIST: &str = "the list above is not closed; `]` is missing";

/// Mistakes, each with its byte offset.
pub(super) type Faults = Vec<(usize, Fault)>;

/// What a text says, as far as it is TOML.
pub(super) struct Read<'a> {
    /// The tables.
    pub(super) root: Spanned<DeTable<'a>>,
    /// What is wrong with the syntax.
    pub(super) faults: Faults,
    /// What stands in front of this offset was understood.
    pub(super) sure: usize,
}

/// Whether bytes are UTF-16: by its mark, or because one half of the first character is zero.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}

/// Decodes bytes; none in front of the text but a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, (usize, Fault)> {
    if is_utf16(bytes) {
        return Err((0, Fault::Utf16));
    }
    str::from_utf8(bytes).map_err(|error| (error.valid_up_to(), Fault::NotUtf8))
}

/// Reads a text without a byte order mark.
pub(super) fn read(text: &str) -> Read<'_> {
    let (root, errors) = if text.len() <= MOST_RECOVERED {
        DeTable::parse_recoverable(text)
    } else {
        match DeTable::parse(text) {
            Ok(root) => (root, Vec::new()),
            Err(error) => (Spanned::new(0..0, DeTable::new()), vec![error]),
        }
    };
    if errors.is_empty() {
        return Read { root, faults: Vec::new(), sure: text.len() };
    }
    let conflicts = conflicts(text);
    if let Some(&first) = conflicts.first() {
        let faults = conflicts.into_iter().map(|at| (at, Fault::Conflict)).collect();
        return Read { root, faults, sure: first };
    }
    let mut faults: Faults = errors.iter().map(|error| (start(error), fault(error))).collect();
    faults.sort_by_key(|(at, _)| *at);
    // Whatever stands in a list that is not closed is taken for a part of it.
    if let Some(open) = faults.iter().position(|(_, fault)| *fault == Fault::Syntax(OPEN_LIST)) {
        faults.truncate(open + 1);
        let line = line_start(text, faults[open].0);
        faults.retain(|(at, fault)| *fault == Fault::Syntax(OPEN_LIST) || *at < line);
    }
    // What comes behind a mistake on its line is mostly its consequence.
    faults.dedup_by_key(|(at, _)| line_start(text, *at));
    let broken = faults.iter().find(|(_, fault)| matches!(fault, Fault::Syntax(_)));
    let sure = broken.map_or(text.len(), |(at, _)| line_start(text, *at));
    Read { root, faults, sure }
}

fn start(error: &Error) -> usize {
    error.span().map_or(0, |span: Range<usize>| span.start)
}

fn fault(error: &Error) -> Fault {
    // The library's words are only compared; another release of it may make these more general, but never wrong.
    let nothing = error.span().is_some_and(|span| span.is_empty());
    Fault::Syntax(match error.message().split(", expected").next().unwrap_or_default() {
        "duplicate key" => return Fault::Repeated,
        "unexpected `=` in array" => OPEN_LIST,
        "unclosed array" => "a list that is not closed; `]` is missing",
        "unclosed table" | "unclosed array table" => "the name of a table that is not closed; `]` is missing",
        "string values must be quoted" if nothing => "a name without a value",
        "string values must be quoted" => "a text must stand in quotes",
        "invalid basic string" | "invalid literal string" => "a text that is not closed, or has a wrong escape in it",
        "missing comma between array elements" => "a comma is missing in a list",
        "key with no value" | "missing value" | "missing value for key" => "a name without a value",
        "carriage return must be followed by newline" => "a carriage return that ends no line",
        _ => "a mistake in the syntax",
    })
}

/// Where git has begun to show two sides; where that line is gone, another mark of it.
fn conflicts(text: &str) -> Vec<usize> {
    let lines = |mark: &'static str| {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
        starts.filter(move |&start| {
            let behind = text[start..].strip_prefix(mark);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\r', '\n']))
        })
    };
    let begun: Vec<usize> = lines("<<<<<<<").collect();
    if begun.is_empty() {
        [">>>>>>>", "======="].into_iter().find_map(|mark| lines(mark).next()).into_iter().collect()
    } else {
        begun
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1)
}

/// Line and column of a byte offset, both 1-based, the column in code points.
pub(super) fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at.min(bytes.len())];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let text: Cow<'_, str> = String::from_utf8_lossy(&before[line_start..]);
    (line, text.trim_start_matches('\u{feff}').chars().count() + 1)
}
