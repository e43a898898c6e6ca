//! Tar archives, from front to back: of any age (v7, ustar, GNU, pax), of programs that write them a little wrong, and of
//! people who want them read wrongly.
//!
//! Why not a library: the one there is reads long names and pax records whole, whatever size their header claims, and
//! in its mode that does not it loses the place behind sparse files and large ones. All that is needed here is names and
//! content.
//!
//! Of a sparse file what is stored is read, without the holes. Behind the end of the archive another may follow: it is read
//! as well. What else there is belongs to no member, see [`super::unused`]: targets of links, records that are no names, the
//! room behind contents, and blocks that are no headers, up to the next that is one. Such blocks between members are damage,
//! and listed. Links and folders that have content against all rules are members like files.

use std::io::Read;

use super::kind::Kind;
use super::open::Unpacking;
use super::unused::Unused;
use super::{MemberPath, Trouble};
use crate::source::open::fill;
use crate::source::words;

/// Everything in an archive comes in blocks of so many bytes.
const BLOCK: usize = 512;

/// Longest name or set of pax records that is read.
const LONGEST: u64 = 64 * 1024;

/// Whether a file begins with the header of a member: the sum of its bytes is in it.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.split_first_chunk::<BLOCK>().is_some_and(|(block, _)| block[0] != 0 && Header(block).is_sound())
}

struct Header<'b>(&'b [u8; BLOCK]);

impl Header<'_> {
    /// Whether the sum is right. Old programs took the bytes for signed ones.
    fn is_sound(&self) -> bool {
        let Some(wanted) = number(&self.0[148..156]) else { return false };
        let sum = |value: fn(u8) -> i64| {
            let all = self.0.iter().enumerate();
            all.map(|(at, byte)| value(if (148..156).contains(&at) { b' ' } else { *byte })).sum::<i64>()
        };
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        wanted > 0 && (sum(i64::from) == wanted || sum(|byte| i64::from(byte.cast_signed())) == wanted)
    }

    /// Whether it can be the header of a member.
    fn is_member(&self) -> bool {
        self.is_sound() && self.size().is_some()
    }

    fn size(&self) -> Option<u64> {
        number(&self.0[124..136])
    }

    fn kind(&self) -> u8 {
        self.0[156]
    }

    /// The name; the standard's headers have the folder in a field of its own, GNU's have times there.
    fn name(&self) -> Vec<u8> {
        let name = text(&self.0[..100]);
        match text(&self.0[345..500]) {
            folder if self.0[257..263] == *b"ustar\0" && !folder.is_empty() => [folder, b"/", name].concat(),
            _ => name.to_vec(),
        }
    }

    /// Where a link leads. What fills the field may go on elsewhere.
    fn target(&self) -> &[u8] {
        let target = text(&self.0[157..257]);
        if target.len() < 100 { target } else { &target[..words::whole(target)] }
    }

    /// Whether blocks with the rest of a sparse file's map follow.
    fn has_more_of_map(&self) -> bool {
        self.kind() == b'S' && self.0[482] != 0
    }
}

/// A field up to its end or the first NUL.
fn text(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A number in octal digits, or binary where the first bit says so. Nothing where it is neither, or negative.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let bytes = field[1..].iter().fold(u64::from(field[0] & 0x7f), |sum, byte| {
            sum.checked_mul(256).map_or(u64::MAX, |sum| sum | u64::from(*byte))
        });
        return (field[0] & 0x40 == 0).then_some(bytes);
    }
    let blank = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().take_while(|byte| blank(byte)).count();
    let digits = field[start..].split(blank).next().unwrap_or_default();
    digits.iter().try_fold(0_u64, |sum, digit| matches!(digit, b'0'..=b'7').then(|| sum * 8 + u64::from(digit - b'0')))
}

/// What headers in front of a member say of it.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Said {
    /// Takes in pax records: `length key=value\n`. Those that say nothing of a name or a size are handed to `other`.
    fn records(&mut self, mut records: &[u8], mut other: impl FnMut(&[u8])) {
        while let Some(blank) = records.iter().take(20).position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&records[..blank]).ok().and_then(|digits| digits.parse().ok());
            let Some(length) = length.filter(|length| (blank + 2..=records.len()).contains(length)) else { break };
            let record = &records[blank + 1..length - 1];
            records = &records[length..];
            let Some(equals) = memchr::memchr(b'=', record) else {
                other(record);
                continue;
            };
            let value = &record[equals + 1..];
            match &record[..equals] {
                b"path" | b"GNU.sparse.name" => self.name = Some(text(value).to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok()),
                _ => other(record),
            }
        }
        other(records);
    }
}

/// The content of a member in the stream of its archive.
struct Content<'r> {
    source: &'r mut dyn Read,
    left: u64,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.source.read(&mut buffer[..room])?;
        self.left -= count as u64;
        match count {
            // Whoever reads it is to know that there should be more.
            0 if room > 0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

impl Content<'_> {
    /// Passes by what is left, and reads the room behind it in the last block; false where the archive ends before.
    fn pass(mut self, size: u64, room: &mut [u8; BLOCK]) -> bool {
        let mut piece = [0; 16 * 1024];
        while self.left > 0 {
            if self.read(&mut piece).unwrap_or(0) == 0 {
                return false;
            }
        }
        let behind = (size.wrapping_neg() % BLOCK as u64) as usize;
        room[behind..].fill(0);
        fill(self.source, &mut room[..behind]).is_ok_and(|count| count == behind)
    }
}

/// Blocks that are no headers, up to one that is, or to one of zeros.
struct Strange<'r> {
    source: &'r mut dyn Read,
    block: [u8; BLOCK],
    at: usize,
    end: usize,
    /// Whether the last block read is none of them.
    over: bool,
}

impl Read for Strange<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.end && !self.over {
            self.end = fill(&mut *self.source, &mut self.block)?;
            self.at = 0;
            let whole = self.end == BLOCK;
            self.over = self.end == 0 || (whole && (self.block == [0; BLOCK] || Header(&self.block).is_member()));
        }
        if self.over {
            return Ok(0);
        }
        let count = buffer.len().min(self.end - self.at);
        buffer[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// How far an archive could be read.
#[derive(Default)]
struct State {
    /// Something was read.
    read: bool,
    /// The last block was the end of an archive.
    ended: bool,
    /// Blocks where headers are to be expected were none.
    damaged: bool,
    /// It breaks off inside of a member.
    cut: bool,
}

impl Unpacking<'_, '_> {
    /// Reads the members of an archive. False where it is none.
    pub(super) fn tar(&mut self, source: &mut dyn Read, path: &MemberPath, depth: u32) -> bool {
        let mut state = State::default();
        let mut unused = Unused::of(path);
        self.blocks(source, path, depth, &mut state, &mut unused);
        self.finish(&mut unused);
        // What it is read from has told of itself.
        if !self.work.is_broken() && !self.is_over() {
            match state {
                State { read: false, .. } | State { damaged: true, .. } => self.trouble(path, Trouble::Damaged),
                State { cut: true, .. } => self.trouble(path, Trouble::Cut),
                _ => {}
            }
        }
        state.read
    }

    fn blocks(&mut self, source: &mut dyn Read, path: &MemberPath, depth: u32, state: &mut State, unused: &mut Unused) {
        let mut said = Said::default();
        let mut block = [0; BLOCK];
        let mut next = false;
        while !self.is_over() {
            let count = if std::mem::take(&mut next) { BLOCK } else { fill(&mut *source, &mut block).unwrap_or(0) };
            if count < BLOCK {
                state.cut |= block[..count].iter().any(|byte| *byte != 0) && !state.ended && !state.damaged;
                return self.stretch(unused, &mut &block[..count], Some(Kind::Tar), depth);
            }
            if block == [0; BLOCK] {
                state.ended = true;
                continue;
            }
            let header = Header(&block);
            let Some(size) = header.size().filter(|_| header.is_sound()) else {
                if !state.read {
                    return;
                }
                state.damaged |= !state.ended;
                let mut strange = Strange { source, block, at: 0, end: BLOCK, over: false };
                self.stretch(unused, &mut strange, Some(Kind::Tar), depth);
                // A limit may have ended it before its end.
                let _ = std::io::copy(&mut strange, &mut std::io::sink());
                (block, next) = (strange.block, strange.end == BLOCK);
                continue;
            };
            (state.read, state.ended) = (true, false);
            let about = std::mem::take(&mut said);
            let size = about.size.unwrap_or(size);
            let kind = header.kind();
            let name = about.name.clone().unwrap_or_else(|| header.name());
            if header.has_more_of_map() && !pass_map(source) {
                state.cut = true;
                return;
            }
            // A link to another member has no content, whatever size it claims.
            let mut content = Content { source, left: if kind == b'1' { 0 } else { size } };
            let size = content.left;
            match kind {
                b'L' | b'K' | b'x' | b'X' | b'g' => {
                    said = about;
                    self.about(&mut content, kind, &mut said, unused, depth);
                }
                // Links, devices, folders and pipes have none either, and neither has a label.
                b'1'..=b'6' | b'V' if size == 0 => {
                    if kind == b'2' {
                        self.keep(unused, header.target());
                    }
                }
                _ => {
                    let member = path.member(&name);
                    if !self.count(&member) {
                        return;
                    }
                    if size > 0 {
                        self.member(&mut content, Some(size), &member, depth);
                    }
                }
            }
            let mut room = [0; BLOCK];
            if !content.pass(size, &mut room) {
                state.cut = true;
                return;
            }
            self.keep(unused, &room);
        }
    }

    /// Reads what a header in front of a member says: a name, where a link leads, or records.
    fn about(&mut self, content: &mut Content<'_>, kind: u8, said: &mut Said, unused: &mut Unused, depth: u32) {
        let mut bytes = Vec::new();
        let _ = content.take(LONGEST).read_to_end(&mut bytes);
        match kind {
            b'L' => said.name = Some(text(&bytes).to_vec()),
            b'K' => self.keep(unused, &bytes),
            _ => {
                // What holds for all members is no name.
                let mut all = Said::default();
                let said = if kind == b'g' { &mut all } else { said };
                said.records(&bytes, |record| self.keep(unused, record));
            }
        }
        self.stretch(unused, content, None, depth);
    }
}

/// Passes by the blocks with the rest of a sparse file's map.
fn pass_map(source: &mut dyn Read) -> bool {
    let mut block = [0; BLOCK];
    loop {
        if fill(&mut *source, &mut block).unwrap_or(0) < BLOCK {
            return false;
        }
        if block[504] == 0 {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"        "), Some(0));
        assert_eq!(number(b"77777777"), Some(0o7777_7777));
        assert_eq!(number(b"00006x4\0"), None);
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]), Some(258));
        assert_eq!(number(&[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]), Some(1 << 63));
        assert_eq!(number(&[0xbf; 12]), Some(u64::MAX));
        assert_eq!(number(&[0xff; 12]), None);
    }

    #[test]
    fn records_that_lie_are_left() {
        let said = |records: &[u8]| {
            let mut said = Said::default();
            said.records(records, |_| {});
            (said.name.map(|name| String::from_utf8(name).unwrap()), said.size)
        };
        assert_eq!(said(b"11 path=ab\n12 size=123\n"), (Some("ab".into()), Some(123)));
        assert_eq!(said(b"9999999999 path=ab\n"), (None, None));
        assert_eq!(said(b"99999999999999999999999 path=ab\n"), (None, None));
        assert_eq!(said(b"2 path=ab\n"), (None, None));
        assert_eq!(said(b"0 \n"), (None, None));
        assert_eq!(said(b"11 pathqab\n11 path=ab\n"), (Some("ab".into()), None));
        assert_eq!(said(b"10 size=-1\n"), (None, None));
    }
}
