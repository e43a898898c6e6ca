//! Lists of character codes: `[115, 107, 45]`, `String.fromCharCode(115, 107)`, `chr(115) . chr(107)`, and those of a buffer
//! in JSON; lists of characters.

use super::super::bytes::{run_after, run_before};
use super::codes::{self, Row, Unit, starts_telling};
use super::framed::{Frame, Framed};
use super::{Encoding, HEAD, Seen, Stretch};

/// Literals of the prefilter: the beginning of a key, in decimal and octal numbers, and of an address, and the second letter
/// of a key for itself.
pub(super) const LITERALS: &[&[u8]] = &[b"115,", b"(115)", b"115 107", b"0163", b"0o163", b"104,", b"'k',"];

/// The longest gap between two numbers.
const LONGEST_GAP: usize = 64;

/// The longest name of a function that makes a character of its code.
const LONGEST_NAME: usize = 40;

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    row(bytes, at).is_some_and(|(unit, row)| starts_telling(unit, &row))
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let length = row(bytes, at).map_or(0, |(unit, row)| codes::head(unit, &row, room));
    &room[..length]
}

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let mut found = codes::stretches(seen, Encoding::Chars, row);
    // Casts are looked for in what passed for another reason.
    let more = codes::at_places(seen.bytes, memchr::memmem::find_iter(seen.bytes, b"]115"), |bytes, at| {
        row(bytes, at).filter(|(unit, row)| starts_telling(*unit, row))
    });
    if !more.is_empty() {
        let free: Vec<Stretch> = more.into_iter().filter(|one| !super::overlaps(&found, one)).collect();
        found.extend(free);
        found.sort_unstable_by_key(|stretch| stretch.range.start);
    }
    found
}

/// The number at a lead, and how others stand beside it.
fn row(bytes: &[u8], at: usize) -> Option<(Unit, Chars<'_>)> {
    let framed = |frame, start: usize| {
        let row = Framed { bytes, frame };
        Some((row.at(start)?, row))
    };
    match bytes[at] {
        b'\'' => {
            let start = at - run_before(bytes, at, 2, |byte| byte.is_ascii_alphanumeric());
            let (unit, row) = framed(Frame::Quoted, start)?;
            let first = row.back(unit.start, 0).filter(|first| first.byte == b's')?;
            Some((first, Chars::Framed(row)))
        }
        b']' => framed(Frame::Cast, at.checked_sub(b"[char".len())?).map(|(unit, row)| (unit, Chars::Framed(row))),
        _ => list(bytes, at).map(|(unit, list)| (unit, Chars::List(list))),
    }
}

/// The code at a lead, and how others stand beside it.
fn list(bytes: &[u8], at: usize) -> Option<(Unit, List<'_>)> {
    let called = bytes[at] == b'(';
    let name = if called { run_before(bytes, at, LONGEST_NAME, is_name) } else { 0 };
    let base = if bytes[at] == b'0' { 8 } else { 10 };
    let list = List { bytes, base, called, name: &bytes[at - name..at], between: &[] };
    let unit = list.number(at - name)?;
    let between = &bytes[unit.end..unit.end + run_after(bytes, unit.end, LONGEST_GAP, is_gap)];
    (called || !between.is_empty()).then_some((unit, List { between, ..list }))
}

/// How characters stand beside each other.
enum Chars<'b> {
    /// Their codes in a list.
    List(List<'b>),
    /// Each in a frame.
    Framed(Framed<'b>),
}

impl Row for Chars<'_> {
    fn next(&self, at: usize) -> Option<Unit> {
        match self {
            Self::List(list) => list.next(at),
            Self::Framed(framed) => framed.next(at),
        }
    }

    fn back(&self, at: usize, floor: usize) -> Option<Unit> {
        match self {
            Self::List(list) => list.back(at, floor),
            Self::Framed(framed) => framed.back(at, floor),
        }
    }
}

/// How numbers stand beside each other: each in a call or none, the same between all but for blanks.
struct List<'b> {
    bytes: &'b [u8],
    base: u32,
    called: bool,
    name: &'b [u8],
    between: &'b [u8],
}

impl List<'_> {
    /// The number, with its call, at `start`.
    fn number(&self, start: usize) -> Option<Unit> {
        let rest = self.bytes.get(start..)?;
        let mut at = start;
        if self.called {
            let name = rest.get(..self.name.len()).filter(|name| name.eq_ignore_ascii_case(self.name))?;
            at += name.len();
            if self.bytes.get(at) != Some(&b'(') {
                return None;
            }
            at += 1;
        }
        at += if self.base == 8 && self.bytes[at..].starts_with(b"0o") { 2 } else { 0 };
        let digits = run_after(self.bytes, at, 5, |byte| byte.is_ascii_digit());
        let text = str::from_utf8(&self.bytes[at..at + digits]).ok().filter(|_| digits < 5)?;
        let byte = u8::from_str_radix(text, self.base).ok()?;
        let end = at + digits;
        if self.called && self.bytes.get(end) != Some(&b')') {
            return None;
        }
        Some(Unit { start, end: end + usize::from(self.called), byte })
    }

    fn is_between(&self, gap: &[u8]) -> bool {
        let essence = |gap: &[u8]| -> Vec<u8> {
            gap.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'_' | b'\\')).collect()
        };
        !gap.is_empty() && essence(gap) == essence(self.between)
    }
}

impl Row for List<'_> {
    fn next(&self, at: usize) -> Option<Unit> {
        let gap = run_after(self.bytes, at, LONGEST_GAP, is_gap);
        self.is_between(&self.bytes[at..at + gap]).then(|| self.number(at + gap)).flatten()
    }

    fn back(&self, at: usize, floor: usize) -> Option<Unit> {
        let gap = run_before(self.bytes, at, LONGEST_GAP.min(at - floor), is_gap);
        let mut end = at - gap;
        let mut start = end;
        if self.called {
            // The gap took the parenthesis along, which belongs to the call.
            end += usize::from(self.bytes.get(end) == Some(&b')'));
            start = self.bytes[floor..end].strip_suffix(b")")?.len() + floor;
        }
        let digits = run_before(self.bytes, start, 6.min(start - floor), |byte| byte.is_ascii_digit() || byte == b'o');
        start -= digits;
        start = start.checked_sub(if self.called { self.name.len() + 1 } else { 0 }).filter(|start| *start >= floor)?;
        let unit = self.number(start).filter(|unit| unit.end == end)?;
        self.is_between(&self.bytes[end..at]).then_some(unit)
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b':')
}

/// Whether a byte stands between two numbers of a list.
const fn is_gap(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && byte < 0x80 && !matches!(byte, b'(' | b'$')
}
