//! Keys that a hard wrap broke into lines: e-mails, copies from terminals, folded YAML, text in PDF files.
//!
//! A line says nothing of whether the next one belongs to it. So a key is put together only where it is whole then, by its
//! halves or the length of its format, and was not in front.

use std::ops::Range;

use super::super::bytes::{is_key_byte, run_after, run_before};
use super::super::marker::MARKER;
use super::complete::{is_whole, prefix};
use super::pieces::Pieces;
use super::{HEAD, Seen, Stretch};

/// Literals of the prefilter.
pub(super) const LITERALS: &[&[u8]] = &[];

/// The most lines of one key.
const MOST_LINES: usize = 4;

/// The longest piece of a key.
const LONGEST: usize = 400;

/// What may stand at the beginning of a line, in bytes: indentation, marks of quotes, comments and changes.
const WIDEST: usize = 80;

/// Blanks at the end of a line.
const MOST_TRAILING: usize = 2;

const BEGINNING: &[u8] = b"sk-";

/// The shortest piece in front of the first break of a key that has no marker.
const SHORTEST_BEGINNING: usize = 24;

/// How far back the beginning of a line is looked for.
const LONGEST_LINE: usize = 4096;

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(_bytes: &[u8], _at: usize) -> bool {
    true
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(_bytes: &[u8], _at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    &room[..0]
}

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut found: Vec<Stretch> = Vec::new();
    let mut read_to = 0;
    let prefixes = seen.prefixes.iter().map(|&at| (at, false));
    let mut places: Vec<(usize, bool)> = prefixes.chain(seen.markers.iter().map(|&at| (at, true))).collect();
    places.sort_unstable();
    for (at, marked) in places {
        if at < read_to {
            continue;
        }
        let starts = if marked { beginnings(bytes, at, read_to) } else { vec![at] };
        let Some(pieces) = starts.into_iter().find_map(|start| lines(bytes, start)) else { continue };
        read_to = pieces.ranges.last().map_or(at, |last| last.end);
        found.extend(pieces.stretch(bytes, true));
    }
    found
}

/// Where the key may begin whose marker stands at `at`, or begins to: its own line and those in front.
fn beginnings(bytes: &[u8], at: usize, floor: usize) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut line = run_before_line(bytes, at, floor)..at + MARKER.len();
    let mut behind: Vec<u8> = Vec::new();
    for _ in 0..MOST_LINES {
        // A prefix that is cut goes on behind: what stands there is looked at, too.
        let text = [&bytes[line.clone()], behind.as_slice()].concat();
        let own = line.len();
        starts.extend(memchr::memmem::find_iter(&text, BEGINNING).filter(|&at| at < own).map(|at| line.start + at));
        if !starts.is_empty() {
            break;
        }
        behind = text[..text.len().min(BEGINNING.len())].to_vec();
        let Some(end) = previous_line(bytes, line.start).filter(|&end| end > floor) else { break };
        line = run_before_line(bytes, end, floor)..end;
    }
    starts
}

/// Where the run of key bytes begins that ends at `end`.
fn run_before_line(bytes: &[u8], end: usize, floor: usize) -> usize {
    end - run_before(bytes, end, LONGEST.min(end - floor.min(end)), is_key_byte)
}

/// The lines of the key that begins at `start`, at least two, if it is whole with one of them.
fn lines(bytes: &[u8], start: usize) -> Option<Pieces> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut token: Vec<u8> = Vec::new();
    let mut next = start;
    while ranges.len() < MOST_LINES {
        let line = next..next + run_after(bytes, next, LONGEST, is_key_byte);
        token.extend_from_slice(&bytes[line.clone()]);
        ranges.push(line.clone());
        if is_whole(&token) {
            break;
        }
        next = next_line(bytes, line.end)?;
    }
    // A prefix at the end of a line and a hash on the next one are no key: without the marker it begins to be one in front
    // of the break.
    let first = ranges.first().map_or(0, Range::len);
    let assigned = start > 0 && matches!(bytes[start - 1], b'=' | b'"' | b'\'' | b'`');
    let begun = first >= SHORTEST_BEGINNING || prefix(&token).is_some_and(|prefix| first < prefix || assigned);
    let sure = begun || memchr::memmem::find(&token, MARKER).is_some();
    (ranges.len() > 1 && sure && is_whole(&token)).then_some(Pieces { ranges })
}

/// Where the text goes on behind the line that ends at `end`.
pub(super) fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let blanks = run_after(bytes, end, MOST_TRAILING, |byte| byte == b' ');
    let rest = &bytes[end + blanks..];
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
    let line = bytes.len() - rest.len();
    // A line that is added does not go on one that was taken away.
    let floor = end.saturating_sub(LONGEST_LINE);
    let own = memchr::memrchr(b'\n', &bytes[floor..end]).map_or(floor, |newline| floor + newline + 1);
    if rest.starts_with(b"+") && !bytes[own..].starts_with(b"+") {
        return None;
    }
    let next = line + run_after(bytes, line, WIDEST, stands_in_front);
    bytes.get(next).is_some_and(|&byte| is_key_byte(byte)).then_some(next)
}

/// The end of the line in front of the one whose text begins at `start`.
fn previous_line(bytes: &[u8], start: usize) -> Option<usize> {
    let front = run_before(bytes, start, WIDEST, stands_in_front);
    let line = bytes[..start - front].strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let end = line.len() - run_before(line, line.len(), MOST_TRAILING, |byte| byte == b' ');
    (end > 0 && is_key_byte(bytes[end - 1]) && next_line(bytes, end) == Some(start)).then_some(end)
}

/// Indentation, and the marks of quotes, comments, lists of changes and borders of tables.
const fn stands_in_front(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'>' | b'#' | b'/' | b'*' | b'+' | b';' | b'|' | b'%')
}
