//! Lines that a character at their end continues: `\` in shells, C, Dockerfiles and `.properties`, `^` in batch files,
//! a backtick in PowerShell.

use std::ops::Range;

use super::pieces::{Pieces, Place, best, is_content, is_strict, is_telling, run_at};
use super::{HEAD, Seen, Stretch};
use crate::detect::bytes::{line_start, run_after, run_before};

/// Literals of the prefilter.
pub(super) const LITERALS: &[&[u8]] = &[];

/// The widest indentation of a continued line.
const WIDEST: usize = 120;

/// The most lines of one value.
const MOST_LINES: usize = 64;

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(_bytes: &[u8], _at: usize) -> bool {
    true
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(_bytes: &[u8], _at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    &room[..0]
}

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>, places: &[Place]) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut found: Vec<Stretch> = Vec::new();
    let mut read_to = 0;
    for (index, &(at, _)) in places.iter().enumerate() {
        if at < read_to {
            continue;
        }
        let run = run_at(bytes, at, read_to, is_content);
        // Nearly every value ends on its line.
        if next_line(bytes, run.end).is_none() && previous_line(bytes, run.start).is_none() {
            read_to = run.end.max(at + 1);
            continue;
        }
        let pieces = lines(bytes, run, read_to);
        read_to = pieces.ranges.last().map_or(0, |last| last.end).max(at + 1);
        if pieces.ranges.len() < 2 {
            continue;
        }
        let reason = best(&places[index..], read_to);
        let (text, cuts) = pieces.text(bytes);
        let address = memchr::memmem::find(&text, b"://").is_some();
        // Only some languages drop the indentation of the line behind; where a key is whole without it, one does.
        let indented = pieces.ranges[1..].iter().any(|piece| matches!(bytes[piece.start - 1], b' ' | b'\t'));
        let sound = !indented || !address && drops_indentation(bytes, pieces.ranges[0].start);
        if sound && is_telling(&text, &cuts, reason) {
            found.extend(pieces.stretch(bytes, is_strict(&text, reason)));
        }
    }
    found
}

/// The value that `run` is a line of, line by line, from `floor` on.
fn lines(bytes: &[u8], mut run: Range<usize>, floor: usize) -> Pieces {
    let mut ranges = Vec::new();
    let mut first = run.clone();
    while let Some(end) = previous_line(bytes, first.start).filter(|&end| end > floor && ranges.len() < MOST_LINES) {
        ranges.push(first);
        first = run_at(bytes, end, floor, is_content).start..end;
    }
    if !ranges.is_empty() {
        // What was pushed begins with the line of `at`.
        ranges.push(first);
        ranges.reverse();
    } else {
        ranges.push(first);
    }
    while let Some(next) = next_line(bytes, run.end).filter(|_| ranges.len() < MOST_LINES) {
        run = run_at(bytes, next, next, is_content);
        ranges.push(run.clone());
    }
    Pieces { ranges }
}

/// Where the value goes on that is broken off at `end`.
pub(super) fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let (mark, rest) = rest.split_first()?;
    if !matches!(mark, b'\\' | b'^' | b'`') {
        return None;
    }
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
    let line = bytes.len() - rest.len();
    // A line that is added goes on one that is.
    let added = rest.starts_with(b"+") && bytes[line_start(bytes, end)..].starts_with(b"+");
    let line = line + usize::from(added);
    let next = line + run_after(bytes, line, WIDEST, |byte| matches!(byte, b' ' | b'\t'));
    // Haskell's lines begin with the mark, too.
    let next = next + usize::from(*mark == b'\\' && next > line && bytes.get(next) == Some(&b'\\'));
    bytes.get(next).is_some_and(|&byte| is_content(byte)).then_some(next)
}

/// The end of the line in front of the one whose value begins at `start`, where that goes on in it.
fn previous_line(bytes: &[u8], start: usize) -> Option<usize> {
    let front = bytes[..start].strip_suffix(b"\\").map_or(start, <[u8]>::len);
    let front = front - run_before(bytes, front, WIDEST, |byte| matches!(byte, b' ' | b'\t'));
    let line = bytes[..front].strip_suffix(b"+").unwrap_or(&bytes[..front]).strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let end = line.len().checked_sub(1)?;
    let content = end.checked_sub(1).is_some_and(|last| is_content(bytes[last]));
    (content && next_line(bytes, end) == Some(start)).then_some(end)
}

/// Whether indentation is no part of the value that begins at `start`: without quotes, or as YAML and Rust have them. No
/// shell has a blank between a name and its value.
fn drops_indentation(bytes: &[u8], start: usize) -> bool {
    match bytes[..start].split_last() {
        Some((b'"', [.., b'=', b' '] | [.., b'(' | b'&'])) => true,
        Some((b'"' | b'\'' | b'`', before)) => matches!(before, [.., b':' | b'-' | b'[' | b',', b' ']),
        _ => true,
    }
}
