//! Text that is written as the numbers of its characters, one after the other: what hexadecimal digits and lists of codes
//! have in common.

use super::super::bytes::{is_key_byte, run_after};
use super::{Builder, Seen, Stretch};
use super::{Encoding, Lead};

/// The longest text that is read to either side of a lead.
const REACH: usize = 32 * 1024;

/// A shorter text holds nothing.
const SHORTEST: usize = 16;

/// A character, and where its number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) byte: u8,
}

/// How numbers stand behind each other around a lead.
pub(super) trait Row {
    /// The number behind one that ends at `at`.
    fn next(&self, at: usize) -> Option<Unit>;

    /// The number in front of one that begins at `at`; none in front of `floor`.
    fn back(&self, at: usize, floor: usize) -> Option<Unit>;
}

/// The stretches around the leads of an encoding. `row` tells the number at a lead and how others stand beside it.
pub(super) fn stretches<'s, R: Row + 's>(
    seen: &'s Seen<'_>,
    encoding: Encoding,
    row: impl Fn(&'s [u8], usize) -> Option<(Unit, R)>,
) -> Vec<Stretch> {
    let leads = seen.leads.iter().filter(|(_, lead)| *lead == Lead::Of(encoding)).map(|(at, _)| *at);
    at_places(seen.bytes, leads, row)
}

/// The stretches around some places, in order.
pub(super) fn at_places<'s, R: Row + 's>(
    bytes: &'s [u8],
    places: impl Iterator<Item = usize>,
    row: impl Fn(&'s [u8], usize) -> Option<(Unit, R)>,
) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut read_to = 0;
    for at in places {
        if at < read_to {
            continue;
        }
        let Some((unit, row)) = row(bytes, at).filter(|(unit, _)| unit.start >= read_to) else { continue };
        let units = around(unit, &row, read_to);
        if let Some(stretch) = stretch(bytes, &units) {
            read_to = stretch.range.end;
            found.push(stretch);
        }
    }
    found
}

/// The text around a number, as far as it is text.
fn around(unit: Unit, row: &impl Row, floor: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut first = unit;
    while units.len() < REACH
        && let Some(unit) = row.back(first.start, floor).filter(|unit| is_text(unit.byte))
    {
        units.push(unit);
        first = unit;
    }
    units.reverse();
    units.push(unit);
    let mut last = unit;
    while units.len() < 2 * REACH
        && let Some(unit) = row.next(last.end).filter(|unit| is_text(unit.byte))
    {
        units.push(unit);
        last = unit;
    }
    units
}

/// The stretch of some numbers. What a line says stands where the line stands: nobody counts numbers.
fn stretch(bytes: &[u8], units: &[Unit]) -> Option<Stretch> {
    let (first, last) = (units.first()?, units.last()?);
    let text: Vec<u8> = units.iter().map(|unit| unit.byte).collect();
    if text.len() < SHORTEST || !tells(&text) {
        return None;
    }
    let mut builder = Builder::new(first.start).opaque();
    // Digits around it, which say nothing, are no part of what it says.
    let glued = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().is_some_and(is_key_byte);
    if glued(first.start.checked_sub(1)) {
        builder.say(b"\n", 0);
    }
    let newlines = memchr::memchr_iter(b'\n', &bytes[first.start..last.end]).map(|at| first.start + at);
    let mut done = 0;
    for newline in newlines.chain([last.end]) {
        let count = units[done..].partition_point(|unit| unit.end <= newline);
        if count == 0 {
            continue;
        }
        let line = &units[done..done + count];
        builder.skip(line[0].start - first.start - builder.read());
        builder.say(&text[done..done + count], line[count - 1].end - line[0].start);
        done += count;
    }
    if glued(Some(last.end)) {
        builder.say(b"\n", 0);
    }
    builder.finish()
}

/// Whether a text may hold a key or an address, or names a setting.
fn tells(text: &[u8]) -> bool {
    let body = |at: usize| run_after(text, at, SHORTEST, |byte| byte.is_ascii_graphic()) == SHORTEST;
    // Base64 of a key is read in the next view.
    memchr::memmem::find(text, b"c2st").is_some()
        || memchr::memmem::find_iter(text, b"sk-").any(body)
        || memchr::memmem::find(text, b"://").is_some()
}

/// Whether a byte stands in text.
pub(super) const fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b)
}

/// Whether the numbers from one on begin a key or an address.
pub(super) fn starts_telling(unit: Unit, row: &impl Row) -> bool {
    let mut room = [0; 4];
    let length = head(unit, row, &mut room);
    room[..length].starts_with(b"sk-") || room[..length] == *b"c2st" || room[..length].starts_with(b"http")
}

/// What the numbers from one on say, as far as there is room and they are text; says how many there were.
pub(super) fn head(unit: Unit, row: &impl Row, room: &mut [u8]) -> usize {
    let numbers = std::iter::successors(Some(unit), |unit| row.next(unit.end)).take_while(|unit| is_text(unit.byte));
    numbers.zip(room).map(|(unit, place)| *place = unit.byte).count()
}
