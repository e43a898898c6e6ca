//! Counting lines and columns in bytes that nobody has decoded.
//!
//! A column is counted at the first byte of each character: every byte that is no UTF-8 continuation byte is one
//! code point, and a first byte of `0xF0` or above is two UTF-16 units. In text that is not UTF-8 the count is then
//! a convention, but the same one wherever a file is cut.

use memchr::{memchr_iter, memrchr};

use crate::model::Start;

/// What a run of bytes adds to a position: lines, and what stands behind the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Line ends.
    lines: u32,
    /// Code points behind the last line end, or in all of it without one.
    points: u32,
    /// The same in UTF-16 code units.
    units: u32,
}

impl Tally {
    /// Counts a run of bytes, shorter than 4 GiB.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let lines = count(memchr_iter(b'\n', bytes).count());
        let tail = memrchr(b'\n', bytes).map_or(bytes, |end| &bytes[end + 1..]);
        let points = tail.iter().filter(|&&byte| !is_continuation(byte)).count();
        let pairs = tail.iter().filter(|&&byte| byte >= 0xF0).count();
        Self { lines, points: count(points), units: count(points + pairs) }
    }

    /// The position behind the run, where it begins at `start`.
    pub(super) fn advance(self, start: Start) -> Start {
        let (column, column_utf16) = if self.lines == 0 { (start.column, start.column_utf16) } else { (1, 1) };
        Start {
            line: start.line + u64::from(self.lines),
            column: column + u64::from(self.points),
            column_utf16: column_utf16 + u64::from(self.units),
        }
    }
}

/// How many bytes at the head belong to a character that began before: at most three, as UTF-8 has it.
pub(super) fn cut_character(bytes: &[u8]) -> usize {
    bytes.iter().take(3).take_while(|&&byte| is_continuation(byte)).count()
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Start {
        Tally::of(text.as_bytes()).advance(Start::FILE)
    }

    #[test]
    fn counts_lines_and_both_kinds_of_columns() {
        assert_eq!(at(""), Start::FILE);
        assert_eq!(at("abc"), Start { line: 1, column: 4, column_utf16: 4 });
        assert_eq!(at("a\r\nüß𝄞"), Start { line: 2, column: 4, column_utf16: 5 });
        assert_eq!(at("a\n\n"), Start { line: 3, column: 1, column_utf16: 1 });
    }

    #[test]
    fn any_cut_gives_the_same_sum() {
        let text = "é𝄞\nзд漢字🦀x\n\n🦀🦀y".as_bytes();
        for cut in 0..=text.len() {
            let halves = Tally::of(&text[cut..]).advance(Tally::of(&text[..cut]).advance(Start::FILE));
            assert_eq!(halves, Tally::of(text).advance(Start::FILE), "cut at {cut}");
        }
    }

    #[test]
    fn a_cut_character_is_at_most_three_bytes() {
        assert_eq!(cut_character("🦀".as_bytes()), 0);
        assert_eq!(cut_character(&"🦀x".as_bytes()[1..]), 3);
        assert_eq!(cut_character(&[0x80; 9]), 3);
    }
}
