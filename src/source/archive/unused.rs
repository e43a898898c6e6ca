//! Bytes of an archive that no member has: comments, extra fields, room between members, what stands behind the end.
//!
//! Nobody sees them who unpacks the archive, and a key in them is given away all the same. They are members of their own,
//! called `(unused)`: short ones together, each in a line, long ones each by itself, opened where they are archives.

use std::io::{Cursor, Read};

use super::kind::{HEAD, Kind};
use super::lines::Lines;
use super::open::Unpacking;
use super::{MemberPath, Trouble};

/// Fewest bytes that are worth a look: shorter than any key, and longer than what programs leave between members.
pub(super) const SHORTEST: usize = 28;

/// Most bytes of a stretch that is no member of its own.
const SHORT: usize = 64 * 1024;

/// What no member of an archive has, while it is gathered.
pub(super) struct Unused {
    archive: MemberPath,
    /// Members made of it so far.
    number: u64,
    lines: Option<Lines>,
}

impl Unused {
    pub(super) fn of(archive: &MemberPath) -> Self {
        Self { archive: archive.clone(), number: 0, lines: None }
    }

    fn next(&mut self) -> MemberPath {
        self.number += 1;
        match self.number {
            1 => self.archive.member(b"(unused)"),
            number => self.archive.member(format!("(unused {number})").as_bytes()),
        }
    }
}

impl Unpacking<'_, '_> {
    /// Keeps a short text. Zeros are room that nothing was ever written to.
    pub(super) fn keep(&mut self, unused: &mut Unused, bytes: &[u8]) {
        let Some(start) = bytes.iter().position(|byte| *byte != 0) else { return };
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(start, |last| last + 1);
        if end - start >= SHORTEST {
            let lines = match unused.lines.take() {
                Some(lines) => lines,
                None => Lines::of(unused.next()),
            };
            let lines = unused.lines.insert(lines);
            lines.bytes.extend_from_slice(&bytes[start..end]);
            lines.bytes.push(b'\n');
            lines.hand_on(false, self.visit);
        }
    }

    /// Reads a stretch of any length in an archive at this depth. An archive is opened, except of the kind that it was found
    /// not to be.
    pub(super) fn stretch(&mut self, unused: &mut Unused, source: &mut dyn Read, not: Option<Kind>, depth: u32) {
        let mut head = Vec::new();
        let (count, start) = loop {
            head.clear();
            // What cannot be read further ends here, and is told of where it was opened.
            let _ = (&mut *source).take(SHORT as u64).read_to_end(&mut head);
            match head.iter().position(|byte| *byte != 0) {
                Some(start) => break (head.len(), start),
                None if head.len() < SHORT => return,
                None => {}
            }
        };
        let kind = Kind::of(&head[start..count.min(start + HEAD)]).filter(|kind| Some(*kind) != not);
        if count < SHORT && kind.is_none() {
            return self.keep(unused, &head[start..count]);
        }
        let path = unused.next();
        let mut whole = Cursor::new(&head[start..count]).chain(source);
        if !self.count(&path) {
            // Listed.
        } else if kind.is_some() {
            self.member(&mut whole, None, &path, depth);
        } else {
            // Nothing of it was packed, so no limit has to keep it small.
            self.bounded(&mut whole, &path, u64::MAX);
        }
    }

    /// Hands on what is left of the lines.
    pub(super) fn finish(&mut self, unused: &mut Unused) {
        if let Some(lines) = &mut unused.lines {
            lines.hand_on(true, self.visit);
        }
    }

    /// The texts that stand beside a packed stream, and whether there are more than were kept.
    pub(super) fn beside(&mut self, unused: &mut Unused, texts: &[Vec<u8>], more: bool) {
        for text in texts {
            self.keep(unused, text);
        }
        if more {
            let path = unused.archive.clone();
            self.trouble(&path, Trouble::Limit(super::Bound::Memory));
        }
    }
}
