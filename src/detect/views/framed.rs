//! Characters that each stand in a frame of their own: the literals of an array, `{'s', 'k', '-'}`, casts of their codes,
//! `[char]115+[char]107`, and decimal escapes, `\115\107`.

use super::super::bytes::{run_after, run_before};
use super::codes::{Row, Unit};

/// The most between two characters.
const LONGEST_GAP: usize = 40;

/// The longest frame.
const LONGEST: usize = 12;

/// How the characters are framed, all of a text alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Framed<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) frame: Frame,
}

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// `'s'`, `b's'`, `L's'`, with commas between.
    Quoted,
    /// `[char]115`, `[char]0x73`, with `+` or a comma between.
    Cast,
    /// `\115`, with nothing between.
    Decimal,
}

impl Framed<'_> {
    /// The character whose frame begins at `start`.
    pub(super) fn at(&self, start: usize) -> Option<Unit> {
        let rest = self.bytes.get(start..)?;
        match self.frame {
            Frame::Quoted => {
                let lead = run_after(rest, 0, 2, |byte| byte.is_ascii_alphanumeric());
                let [b'\'', byte @ (b' '..=b'&' | b'('..=b'[' | b']'..=b'~'), b'\'', ..] = rest[lead..] else {
                    return None;
                };
                Some(Unit { start, end: start + lead + 3, byte })
            }
            Frame::Cast => {
                const CAST: &[u8] = b"[char]";
                let cast = rest.get(..CAST.len()).filter(|cast| cast.eq_ignore_ascii_case(CAST))?;
                let digits = start + cast.len();
                let (lead, radix) = if self.bytes[digits..].starts_with(b"0x") { (2, 16) } else { (0, 10) };
                number(self.bytes, digits + lead, radix).map(|(byte, end)| Unit { start, end, byte })
            }
            Frame::Decimal => {
                let digits = rest.first().filter(|first| **first == b'\\').map(|_| start + 1)?;
                let three = &self.bytes[..self.bytes.len().min(digits + 3)];
                number(three, digits, 10).map(|(byte, end)| Unit { start, end, byte })
            }
        }
    }

    /// Length of what stands between two characters, at `at`.
    fn gap(&self, at: usize) -> Option<usize> {
        let mark = match self.frame {
            Frame::Decimal => return Some(0),
            Frame::Quoted => |byte: u8| byte == b',',
            Frame::Cast => |byte: u8| matches!(byte, b'+' | b','),
        };
        let blank = |at: usize| run_after(self.bytes, at, LONGEST_GAP, |byte| byte.is_ascii_whitespace());
        let before = blank(at);
        let marked = self.bytes.get(at + before).copied().is_some_and(mark);
        marked.then(|| before + 1 + blank(at + before + 1))
    }
}

impl Row for Framed<'_> {
    fn next(&self, at: usize) -> Option<Unit> {
        self.at(at + self.gap(at)?)
    }

    fn back(&self, at: usize, floor: usize) -> Option<Unit> {
        let between = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'+');
        let most = if self.frame == Frame::Decimal { 0 } else { LONGEST_GAP.min(at - floor) };
        let end = at - run_before(self.bytes, at, most, between);
        let first = floor.max(end.saturating_sub(LONGEST));
        // The widest frame that fits: `b'k'` and not `'k'`.
        let mut units = (first..end).filter_map(|start| self.at(start));
        units.find(|unit| unit.end == end && self.gap(end) == Some(at - end))
    }
}

/// The number at `at`, of a byte, and the offset behind it.
fn number(bytes: &[u8], at: usize, radix: u32) -> Option<(u8, usize)> {
    let digits = run_after(bytes, at, 4, |byte| char::from(byte).is_digit(radix));
    let text = str::from_utf8(bytes.get(at..at + digits)?).ok()?;
    u8::from_str_radix(text, radix).ok().map(|byte| (byte, at + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_read_in_both_directions() {
        for (frame, text, said) in [
            (Frame::Quoted, "'s', 'k','-',\n    '1'", "sk-1"),
            (Frame::Quoted, "b's', b'k', b'-', b'1'", "sk-1"),
            (Frame::Cast, "[char]115+[char]107 + [Char]45,[char]0x31", "sk-1"),
            (Frame::Decimal, r"\115\107\045\49", "sk-1"),
        ] {
            let row = Framed { bytes: text.as_bytes(), frame };
            let all: Vec<Unit> = std::iter::successors(row.at(0), |unit| row.next(unit.end)).collect();
            assert_eq!(all.iter().map(|unit| char::from(unit.byte)).collect::<String>(), said, "{text}");
            for pair in all.windows(2) {
                assert_eq!(row.back(pair[1].start, 0), Some(pair[0]), "{text}");
            }
        }
        for (frame, text) in [
            (Frame::Quoted, "'s': 'k'"),
            (Frame::Quoted, "'s' 'k'"),
            (Frame::Quoted, "'s', 'kk'"),
            (Frame::Cast, "[char]115-[char]107"),
            (Frame::Cast, "[char]115+107"),
            (Frame::Decimal, r"\115 \107"),
            (Frame::Decimal, r"\115\999"),
        ] {
            let row = Framed { bytes: text.as_bytes(), frame };
            assert_eq!(row.at(0).and_then(|unit| row.next(unit.end)), None, "{text}");
        }
    }
}
