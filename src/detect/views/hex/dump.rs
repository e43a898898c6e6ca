//! Lines of a dump: an address, some bytes, and what they are as text.

use super::super::super::bytes::{run_after, run_before};
use super::super::codes::Unit;
use super::byte_at;

/// The longest line.
const LONGEST_LINE: usize = 512;

/// A dump around a place.
pub(super) struct Dump<'b> {
    bytes: &'b [u8],
    /// Blanks that may stand between two bytes; more of them stand in front of the text.
    gap: usize,
}

/// A line of a dump.
struct Line {
    address: u64,
    /// The same where its digits are octal, as those of `od` are.
    octal: Option<u64>,
    /// Its first and its last byte.
    first: Unit,
    last: Unit,
    count: u64,
    /// Where it begins, and the next one.
    start: usize,
    next: usize,
}

impl<'b> Dump<'b> {
    /// The dump of which a byte stands at `at`.
    pub(super) fn around(bytes: &'b [u8], at: usize) -> Option<Self> {
        let start = at - run_before(bytes, at, LONGEST_LINE, |byte| byte != b'\n');
        let (_, behind, colon) = address(bytes, start)?;
        let dump = Self { bytes, gap: if colon { 1 } else { 2 } };
        let line = dump.line(start)?;
        (at >= behind && line.first.start <= at && at <= line.last.start).then_some(dump)
    }

    /// The byte behind one that ends at `at`.
    pub(super) fn next(&self, at: usize) -> Option<Unit> {
        self.in_line(at).or_else(|| {
            let start = at - run_before(self.bytes, at, LONGEST_LINE, |byte| byte != b'\n');
            let line = self.line(start).filter(|line| line.last.end == at)?;
            let next = self.line(line.next)?;
            line.is_in_front_of(&next).then_some(next.first)
        })
    }

    /// The byte in front of one that begins at `at`.
    pub(super) fn back(&self, at: usize, floor: usize) -> Option<Unit> {
        let start = at - run_before(self.bytes, at, LONGEST_LINE, |byte| byte != b'\n');
        let line = self.line(start)?;
        if at > line.first.start {
            let gap = run_before(self.bytes, at, self.gap, |byte| byte == b' ');
            return (at - gap).checked_sub(2).filter(|at| *at >= floor).and_then(|at| byte_at(self.bytes, at));
        }
        let end = line.start.checked_sub(1).filter(|end| *end > floor)?;
        let start = end - run_before(self.bytes, end, LONGEST_LINE, |byte| byte != b'\n');
        let above = self.line(start).filter(|above| above.first.start >= floor && above.next == line.start)?;
        above.is_in_front_of(&line).then_some(above.last)
    }

    /// The byte behind `at` in the same line.
    fn in_line(&self, at: usize) -> Option<Unit> {
        let gap = run_after(self.bytes, at, self.gap + 1, |byte| byte == b' ');
        byte_at(self.bytes, at + gap).filter(|unit| {
            let digits = run_after(self.bytes, at + gap, 17, |byte| byte.is_ascii_hexdigit());
            let ends = matches!(self.bytes.get(unit.start + digits), None | Some(b' ' | b'\n' | b'\r' | b'|'));
            gap <= self.gap && (gap == 0 || ends && digits.is_multiple_of(2))
        })
    }

    fn line(&self, start: usize) -> Option<Line> {
        let (address, behind, _) = address(self.bytes, start)?;
        let octal = octal(self.bytes, start);
        let blanks = run_after(self.bytes, behind, 8, |byte| byte == b' ');
        let first = byte_at(self.bytes, behind + blanks)?;
        let (mut last, mut count) = (first, 1);
        while last.end - start < LONGEST_LINE
            && let Some(unit) = self.in_line(last.end)
        {
            (last, count) = (unit, count + 1);
        }
        let rest = run_after(self.bytes, last.end, LONGEST_LINE, |byte| byte != b'\n');
        Some(Line { address, octal, first, last, count, start, next: last.end + rest + 1 })
    }
}

impl Line {
    fn is_in_front_of(&self, next: &Self) -> bool {
        let octal = self.octal.zip(next.octal).is_some_and(|(own, next)| own + self.count == next);
        octal || next.address == self.address + self.count
    }
}

/// The address at the beginning of a line, if its digits are octal.
fn octal(bytes: &[u8], start: usize) -> Option<u64> {
    let digits = run_after(bytes, start, 17, |byte| matches!(byte, b'0'..=b'7'));
    let text = str::from_utf8(&bytes[start..start + digits]).ok().filter(|_| (6..=16).contains(&digits))?;
    u64::from_str_radix(text, 8).ok()
}

/// The address at the beginning of a line, the offset behind it, and whether a colon follows it.
fn address(bytes: &[u8], start: usize) -> Option<(u64, usize, bool)> {
    let start = start + run_after(bytes, start, 16, |byte| matches!(byte, b' ' | b'\t'));
    let digits = run_after(bytes, start, 17, |byte| byte.is_ascii_hexdigit());
    let end = start + digits;
    let colon = bytes.get(end) == Some(&b':');
    let blanks = run_after(bytes, end + usize::from(colon), 2, |byte| byte == b' ');
    let shaped = (4..=16).contains(&digits) && blanks > 0 && (colon || blanks == 2 || digits >= 6);
    let address = str::from_utf8(bytes.get(start..end)?).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
    // Sums of addresses stay in bounds.
    Some((address.filter(|address| shaped && *address < 1 << 60)?, end + usize::from(colon), colon))
}
