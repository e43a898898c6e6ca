//! Runs of base64: the lines that belong together, and what they say.

use std::ops::Range;

use super::super::super::bytes::{run_after, run_before};
use super::super::{Builder, Stretch};
use super::form::begins_run;
use super::{is_digit, value_of};

/// The shortest line of a run that goes on in the next line.
const SHORTEST_LINE: usize = 24;

/// The deepest indentation of a line.
const INDENT: usize = 256;

/// The longest text that is read to either side of a lead.
const REACH: usize = 32 * 1024;

/// Length of what may stand between two lines of a run, at `at`; 0 where nothing of that kind does. The ends of lines may be
/// written as escapes, once or twice, and a backslash may stand in front of one that goes on.
pub(in crate::detect::views) fn joint(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at.min(bytes.len())..];
    let slashes = rest.iter().take(4).take_while(|&&byte| byte == b'\\').count();
    let mut length = 0;
    while slashes > 0
        && rest[length..].iter().take(slashes).all(|&byte| byte == b'\\')
        && matches!(rest.get(length + slashes), Some(b'n' | b'r'))
        && length < 3 * slashes
    {
        length += slashes + 1;
    }
    length += usize::from(rest[length..].starts_with(b"\\\n") || rest[length..].starts_with(b"\\\r\n"));
    let line = if rest[length..].starts_with(b"\r\n") { 2 } else { usize::from(rest[length..].starts_with(b"\n")) };
    length += line;
    if length == 0 { 0 } else { length + run_after(rest, length, INDENT, |byte| matches!(byte, b' ' | b'\t')) }
}

/// Where the line ends in front of a place at which another line of the run begins; none where none of that kind does.
pub(in crate::detect::views) fn joint_before(bytes: &[u8], floor: usize, at: usize) -> Option<usize> {
    let blanks = run_before(bytes, at, INDENT.min(at - floor), |byte| matches!(byte, b' ' | b'\t'));
    let breaks = run_before(bytes, at - blanks, 2.min(at - blanks - floor), |byte| matches!(byte, b'\n' | b'\r'));
    let mut end = at - blanks - breaks;
    // `\r\n` of two escapes, or a backslash.
    for _ in 0..2 {
        let letter = usize::from(end > floor && matches!(bytes[end - 1], b'n' | b'r'));
        let slashes = run_before(bytes, end - letter, 4.min(end - letter - floor), |byte| byte == b'\\');
        if slashes > 0 && (letter > 0 || breaks > 0) {
            end -= letter + slashes;
        }
    }
    (end < at && joint(bytes, end) == at - end).then_some(end)
}

/// A run: its lines, in order.
pub(super) struct Run<'b> {
    bytes: &'b [u8],
    lines: Vec<Range<usize>>,
    /// How many digits stand in front of each line.
    before: Vec<usize>,
    /// The values of all digits.
    values: Vec<u8>,
}

/// What a part of a run says.
pub(super) struct Said {
    /// The digits that say it; the first group of four may say something else before.
    digits: Range<usize>,
    /// So many bytes.
    left_out: usize,
    pub(super) text: Vec<u8>,
}

impl<'b> Run<'b> {
    /// The run around `at`, where a digit stands, from `floor` on.
    pub(super) fn around(bytes: &'b [u8], at: usize, floor: usize) -> Self {
        let mut start = at - run_before(bytes, at, at - floor, is_digit);
        let own = start..at + run_after(bytes, at, bytes.len(), is_digit);
        let mut lines: Vec<Range<usize>> = Vec::from([own]);
        // The letter of an escape in front: `\nc2st…` inside a string.
        let after_escape = |start: usize| {
            let escaped = start > floor && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b't' | b'r');
            start + usize::from(escaped)
        };
        loop {
            start = after_escape(start).min(at);
            let last = lines.len() - 1;
            lines[last].start = start;
            let Some(end) = joint_before(bytes, floor, start) else { break };
            let line = end - run_before(bytes, end, end - floor, is_digit)..end;
            if !goes_on(bytes, &line, &lines[last]) {
                break;
            }
            start = line.start;
            lines.push(line);
        }
        lines.reverse();
        let mut last = lines[lines.len() - 1].clone();
        loop {
            let joint = joint(bytes, last.end);
            let start = last.end + joint;
            let line = start..start + run_after(bytes, start, bytes.len(), is_digit);
            if joint == 0 || !goes_on(bytes, &last, &line) {
                break;
            }
            last = line.clone();
            lines.push(line);
        }
        Self::of(bytes, lines)
    }

    fn of(bytes: &'b [u8], lines: Vec<Range<usize>>) -> Self {
        let (mut before, mut values) = (Vec::with_capacity(lines.len()), Vec::new());
        for line in &lines {
            before.push(values.len());
            values.extend(bytes[line.clone()].iter().copied().filter_map(value_of));
        }
        Self { bytes, lines, before, values }
    }

    /// Its first line alone; none where there are no others.
    pub(super) fn first_line(&self) -> Option<Self> {
        (self.lines.len() > 1).then(|| Self::of(self.bytes, self.lines[..1].to_vec()))
    }

    /// Where it ends, without padding.
    pub(super) fn end(&self) -> usize {
        self.lines.last().map_or(0, |last| last.end)
    }

    /// How many digits it has.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// How many digits stand in front of `at`; none where that is no place in it.
    pub(super) fn index_of(&self, at: usize) -> Option<usize> {
        let line = self.lines.partition_point(|line| line.start <= at).checked_sub(1)?;
        self.lines[line].contains(&at).then(|| self.before[line] + at - self.lines[line].start)
    }

    /// How many digits stand in front of a place, wherever it is.
    fn digits_before(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|line| line.start <= at);
        line.checked_sub(1).map_or(0, |line| self.before[line] + at.min(self.lines[line].end) - self.lines[line].start)
    }

    /// The bytes of the group of four digits that begins behind so many, as many as there are.
    fn group(&self, index: usize) -> ([u8; 3], usize) {
        let digits = &self.values[index.min(self.values.len())..self.values.len().min(index + 4)];
        let bits = digits.iter().fold(0, |bits, &digit| bits << 6 | u32::from(digit)) << (6 * (4 - digits.len()));
        let [_, bytes @ ..] = bits.to_be_bytes();
        (bytes, digits.len().saturating_sub(1))
    }

    /// All that the digits from one on say.
    pub(super) fn all(&self, index: usize) -> Said {
        let mut text = Vec::with_capacity((self.len() - index) / 4 * 3 + 2);
        for at in (index..self.len()).step_by(4) {
            let (bytes, count) = self.group(at);
            text.extend_from_slice(&bytes[..count]);
        }
        Said { digits: index..self.len(), left_out: 0, text }
    }

    /// The text that stands in the group of four at an index, `front` bytes behind its beginning, and around that, from a
    /// place in the bytes on.
    pub(super) fn around_group(&self, index: usize, front: usize, floor: usize, is_text: impl Fn(u8) -> bool) -> Said {
        let floor = self.digits_before(floor);
        let mut text = Vec::new();
        let (mut end, mut skip) = (index, front);
        while end < self.len() && text.len() < REACH {
            let (bytes, count) = self.group(end);
            let bytes = &bytes[skip.min(count)..count];
            let good = bytes.iter().take_while(|byte| is_text(**byte)).count();
            text.extend_from_slice(&bytes[..good]);
            let all = good == bytes.len();
            end += match good {
                0 => 0,
                // What else the digits of the group say may be the beginning of another text.
                _ if !all => (8 * (skip + good)).div_ceil(6),
                _ => (self.len() - end).min(4),
            };
            if good == 0 || !all {
                break;
            }
            skip = 0;
        }
        let (mut start, mut left_out);
        let mut in_front = Vec::new();
        let (mut bytes, mut count) = (self.group(index).0, front);
        start = index;
        loop {
            let good = bytes[..count].iter().rev().take_while(|byte| is_text(**byte)).count();
            in_front.extend(bytes[count - good..count].iter().rev());
            left_out = count - good;
            if left_out > 0 || start < floor + 4 || in_front.len() >= REACH {
                break;
            }
            let (next, _) = self.group(start - 4);
            if !is_text(next[2]) {
                break;
            }
            start -= 4;
            (bytes, count) = (next, 3);
        }
        in_front.reverse();
        in_front.append(&mut text);
        Said { digits: start..end, left_out, text: in_front }
    }

    /// Whether it says nothing else, but for digits of a group that nothing was left of.
    fn is_whole(&self, said: &Said) -> bool {
        said.left_out == 0 && said.digits.start < 4 && said.digits.end + 1 >= self.len()
    }

    /// Where the digit stands that so many stand in front of.
    pub(super) fn place_of(&self, index: usize) -> usize {
        let line = self.before.partition_point(|&before| before <= index).saturating_sub(1);
        self.lines[line].start + index - self.before[line]
    }

    /// All from a digit on as a stretch that says `text` once it is unpacked, or more than that.
    pub(super) fn packed(&self, index: usize, text: &[u8], cut: bool) -> Option<Stretch> {
        let start = self.place_of(index);
        let mut builder = Builder::new(start).opaque();
        if cut {
            builder = builder.cut();
        }
        builder.say(text, self.end() - start);
        builder.finish()
    }

    /// What was decoded as a stretch. Nobody counts characters in base64: what a line says stands where the line stands,
    /// unless that is a part of something else.
    pub(super) fn stretch(&self, said: &Said) -> Option<Stretch> {
        let whole = self.is_whole(said);
        let start = self.place_of(said.digits.start);
        let mut builder = Builder::new(start).opaque();
        // The digits around it, which say nothing, are no part of what it says.
        if !whole || said.digits.start > 0 {
            builder.say(b"\n", 0);
        }
        let mut told = 0;
        for (line, &before) in self.lines.iter().zip(&self.before) {
            let digits = before.max(said.digits.start)..(before + line.len()).min(said.digits.end);
            if digits.is_empty() {
                continue;
            }
            builder.skip(line.start + digits.start - before - (start + builder.read()));
            let last = digits.end == said.digits.end;
            // A byte is said where its first bit stands.
            let to = ((digits.end - said.digits.start) * 3).div_ceil(4).saturating_sub(said.left_out);
            let to = if last { said.text.len() } else { to.min(said.text.len()).max(told) };
            let text = &said.text[told..to];
            if whole {
                let behind = line.start + digits.end - before;
                builder.say(text, digits.len() + if last { padding(self.bytes, behind) } else { 0 });
            } else {
                let group = if told == 0 { text.len().min(3 - said.left_out) } else { 0 };
                let first = if told == 0 { digits.len().min(4) } else { 0 };
                builder.say(&text[..group], first);
                builder.groups(&text[group..], digits.len() - first, 3, 4);
            }
            told = to;
        }
        if !whole {
            builder.say(b"\n", 0);
        }
        builder.finish()
    }
}

/// Whether a run goes on from one line to the next: both have nothing else to their ends, and the second is no wider.
fn goes_on(bytes: &[u8], line: &Range<usize>, next: &Range<usize>) -> bool {
    let end = bytes.get(next.end + padding(bytes, next.end));
    let ends = matches!(end, None | Some(b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b'<'));
    // What stands in front of the first line counts for its width.
    let lead = |at: usize| run_before(bytes, at, INDENT, |byte| byte != b'\n');
    let narrower = || next.len() + lead(next.start) <= line.len() + lead(line.start);
    !next.is_empty() && line.len() >= SHORTEST_LINE && ends && (next.len() <= line.len() || narrower())
}

/// Length of the padding at `at`, which may be percent-encoded.
pub(super) fn padding(bytes: &[u8], at: usize) -> usize {
    let mut length = 0;
    for _ in 0..2 {
        let rest = &bytes[bytes.len().min(at + length)..];
        length += match rest {
            [b'=', ..] => 1,
            [b'%', b'3', b'D' | b'd', ..] => 3,
            _ => 0,
        };
    }
    length
}

/// Whether a run begins at `at` and has a value of its own.
pub(super) fn is_value(bytes: &[u8], run: &Run<'_>, at: usize) -> bool {
    let end = run.end();
    let next = bytes.get(end + padding(bytes, end));
    begins_run(bytes, at) && !next.is_some_and(|&byte| is_digit(byte) || matches!(byte, b'.' | b'=' | b'@' | b':'))
}
