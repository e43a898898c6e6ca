//! Hexadecimal digits: in one run, as dumps of databases have them, each byte for itself, as the tables of programs and
//! certificates have them, and lines of a dump with addresses.

mod dump;

use super::super::bytes::{run_after, run_before};
use super::base64::{joint, joint_before};
use super::codes::{self, Row, Unit, starts_telling};
use super::{Encoding, HEAD, Seen, Stretch};
use dump::Dump;

/// Literals of the prefilter: the beginning of a key, of which the second byte may be in either case, the same where a line
/// ends behind its first byte, and the beginning of an address.
pub(super) const LITERALS: &[&[u8]] =
    &[b"736b", b"736B", b"73 6", b"73:6", b"73,6", b"0x73", b"0X73", b"6b2d", b"6b 2d", b"6B 2D", b"68747470"];

/// The shortest line of digits that goes on in the next line.
const SHORTEST_LINE: usize = 32;

/// The longest gap between two numbers.
const LONGEST_GAP: usize = 64;

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    // The cheap question first: numbers stand in any table.
    let apart = bytes[at] == b'7' && matches!(bytes[at + 2], b' ' | b':' | b',');
    (!apart || bytes.get(at + 4).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'b')))
        && row(bytes, at).is_some_and(|(unit, row)| starts_telling(unit, &row))
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let length = row(bytes, at).map_or(0, |(unit, row)| codes::head(unit, &row, room));
    &room[..length]
}

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut found = codes::stretches(seen, Encoding::Hex, row);
    // These begin with too common digits for the prefilter.
    let rare = RARE.iter().flat_map(|literal| memchr::memmem::find_iter(bytes, literal));
    let mut rare: Vec<usize> = rare.collect();
    rare.sort_unstable();
    rare.dedup();
    if !rare.is_empty() {
        let more = codes::at_places(bytes, rare.into_iter(), rare_row);
        let free: Vec<Stretch> = more.into_iter().filter(|one| !super::overlaps(&found, one)).collect();
        found.extend(free);
        found.sort_unstable_by_key(|stretch| stretch.range.start);
    }
    found
}

/// The beginning of a key in UTF-16, and in base64, in what passed for another reason.
const RARE: [&[u8]; 6] =
    [b"73006b002d", b"73006B002D", b"73,00,6b,00,2d", b"73 00 6b 00 2d", b"73 00 6B 00 2D", b"63327374"];

/// The number at one of [`RARE`], and how others stand beside it.
fn rare_row(bytes: &[u8], at: usize) -> Option<(Unit, Wide<'_>)> {
    let unit = byte_at(bytes, at)?;
    let row = row_of(bytes, unit, b"")?;
    let unit = if matches!(row, Hex::Run(_)) { with_prefix(bytes, unit) } else { unit };
    let wide = unit.byte == b's';
    let row = Wide { row, wide };
    let unit = if wide { row.closed(unit)? } else { unit };
    starts_telling(unit, &row).then_some((unit, row))
}

/// Bytes, or those of UTF-16 with a NUL behind each.
struct Wide<'b> {
    row: Hex<'b>,
    wide: bool,
}

impl Wide<'_> {
    /// With the NUL behind it.
    fn closed(&self, unit: Unit) -> Option<Unit> {
        let nul = self.row.next(unit.end).filter(|nul| nul.byte == 0)?;
        Some(Unit { end: nul.end, ..unit })
    }
}

impl Row for Wide<'_> {
    fn next(&self, at: usize) -> Option<Unit> {
        let unit = self.row.next(at)?;
        if self.wide { self.closed(unit) } else { Some(unit) }
    }

    fn back(&self, at: usize, floor: usize) -> Option<Unit> {
        let last = self.row.back(at, floor)?;
        if !self.wide {
            return Some(last);
        }
        let unit = self.row.back(last.start, floor).filter(|_| last.byte == 0)?;
        Some(Unit { end: last.end, ..unit })
    }
}

/// The number at a lead, and how others stand beside it.
fn row(bytes: &[u8], at: usize) -> Option<(Unit, Hex<'_>)> {
    let prefix = if matches!(bytes[at + 1], b'x' | b'X') { &bytes[at..at + 2] } else { b"" };
    let unit = Unit { start: at, ..byte_at(bytes, at + prefix.len())? };
    match (unit.byte, row_of(bytes, unit, prefix)?) {
        (b'k' | b'K', row) => Some((row.back(at, 0).filter(|unit| unit.byte == b's')?, row)),
        (_, Hex::Run(_)) => Some((with_prefix(bytes, unit), Hex::Run(bytes))),
        (_, row) => Some((unit, row)),
    }
}

/// How others stand beside a number.
fn row_of<'b>(bytes: &'b [u8], unit: Unit, prefix: &'b [u8]) -> Option<Hex<'b>> {
    if let Some(dump) = Dump::around(bytes, unit.start) {
        return Some(Hex::Dump(dump));
    }
    let digits = run_after(bytes, unit.end, 4, |byte| byte.is_ascii_hexdigit());
    let gap = gap_after(bytes, unit.end + digits);
    if gap.is_empty() || digits == 4 {
        return Some(Hex::Run(bytes));
    }
    Some(Hex::Apart { bytes, prefix, between: essence(gap)? })
}

/// How bytes stand beside each other.
enum Hex<'b> {
    /// In one run.
    Run(&'b [u8]),
    /// Each for itself or in groups, with the same character and blanks between them, each with the same prefix.
    Apart { bytes: &'b [u8], prefix: &'b [u8], between: Option<u8> },
    /// In lines of a dump.
    Dump(Dump<'b>),
}

impl Row for Hex<'_> {
    fn next(&self, at: usize) -> Option<Unit> {
        match self {
            Self::Run(bytes) => byte_at(bytes, at).or_else(|| {
                let line = at + joint(bytes, at);
                let length = run_after(bytes, line, 4096, |byte| byte.is_ascii_hexdigit());
                let ends = matches!(bytes.get(line + length), None | Some(b'\n' | b'\r' | b'"' | b'\'' | b'\\'));
                let above = run_before(bytes, at, 4096, |byte| byte.is_ascii_hexdigit());
                (line > at && ends && above >= SHORTEST_LINE && length <= above).then(|| byte_at(bytes, line)).flatten()
            }),
            Self::Apart { bytes, prefix, between } => {
                if prefix.is_empty()
                    && let Some(unit) = byte_at(bytes, at)
                {
                    return Some(unit);
                }
                let gap = gap_after(bytes, at);
                let start = at + gap.len();
                let number = start + prefix.len();
                let alike = !gap.is_empty() && essence(gap) == Some(*between) && bytes[start..].starts_with(prefix);
                let unit = alike.then(|| byte_at(bytes, number)).flatten()?;
                is_even(bytes, number).then_some(Unit { start, ..unit })
            }
            Self::Dump(dump) => dump.next(at),
        }
    }

    fn back(&self, at: usize, floor: usize) -> Option<Unit> {
        match self {
            Self::Run(bytes) => {
                if let Some(unit) = byte_before(bytes, at, floor) {
                    return Some(with_prefix(bytes, unit));
                }
                let end = joint_before(bytes, floor, at)?;
                let length = run_before(bytes, end, 4096.min(end - floor), |byte| byte.is_ascii_hexdigit());
                let below = run_after(bytes, at, 4096, |byte| byte.is_ascii_hexdigit());
                (length >= SHORTEST_LINE && below <= length).then(|| byte_before(bytes, end, floor)).flatten()
            }
            Self::Apart { bytes, prefix, between } => {
                if prefix.is_empty()
                    && let Some(unit) = byte_before(bytes, at, floor)
                {
                    return Some(unit);
                }
                let gap = run_before(bytes, at, LONGEST_GAP.min(at - floor), is_gap);
                let unit = byte_before(bytes, at - gap, floor)?;
                let start = unit.start.checked_sub(prefix.len()).filter(|start| *start >= floor)?;
                let alike = gap > 0 && essence(&bytes[at - gap..at]) == Some(*between);
                (alike && bytes[start..].starts_with(prefix)).then_some(Unit { start, ..unit })
            }
            Self::Dump(dump) => dump.back(at, floor),
        }
    }
}

/// What stands between the number that ends at `at` and the next.
fn gap_after(bytes: &[u8], at: usize) -> &[u8] {
    &bytes[at..at + run_after(bytes, at, LONGEST_GAP, is_gap)]
}

/// The one character of a gap that is no blank, if it has one; nothing where it has more.
fn essence(gap: &[u8]) -> Option<Option<u8>> {
    // A backslash at the end of a line belongs to the line.
    let mut marks = gap.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'\\');
    let mark = marks.next().copied();
    marks.next().is_none().then_some(mark)
}

const fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b';' | b'-' | b'\\')
}

/// The byte of two digits at `at`.
fn byte_at(bytes: &[u8], at: usize) -> Option<Unit> {
    let digits = bytes.get(at..at + 2)?;
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = value(digits[0])? << 4 | value(digits[1])?;
    Some(Unit { start: at, end: at + 2, byte: byte as u8 })
}

/// The byte of two digits that end at `at`.
fn byte_before(bytes: &[u8], at: usize, floor: usize) -> Option<Unit> {
    at.checked_sub(2).filter(|start| *start >= floor).and_then(|start| byte_at(bytes, start))
}

/// Whether the digits at `at` are whole bytes.
fn is_even(bytes: &[u8], at: usize) -> bool {
    run_after(bytes, at, 64, |byte| byte.is_ascii_alphanumeric()).is_multiple_of(2)
}

/// With the `0x` or `\\x` that a run begins with.
fn with_prefix(bytes: &[u8], unit: Unit) -> Unit {
    let Some(before) = bytes[..unit.start].strip_suffix(b"x").or_else(|| bytes[..unit.start].strip_suffix(b"X")) else {
        return unit;
    };
    let slashes = run_before(before, before.len(), 2, |byte| byte == b'\\');
    let zero = usize::from(before.ends_with(b"0"));
    Unit { start: if slashes + zero == 0 { unit.start } else { before.len() - slashes - zero }, ..unit }
}
