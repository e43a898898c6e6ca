//! One thing in another: members that are archives are opened in their turn, everything else is handed on.

use std::io::{self, Cursor, Read};

use super::kind::{HEAD, Kind, Method};
use super::stream::{Taken, Unpacker};
use super::unused::Unused;
use super::work::{Meter, Most, Stop, UNMEASURED, Work};
use super::{Bound, MemberPath, Trouble, Visitor, WHOLE, office, window};
use crate::source::open::fill;
use crate::source::words::{self, Breaks, Words};

/// Bytes of a member that are kept while it is opened, so that it can be handed on if it is no archive after all.
const KEPT: usize = 64 * 1024;

/// Deepest nesting, whatever the limits say: each level needs some of the stack.
const DEEPEST: u32 = 64;

/// Most members of an archive that are listed because they could not be read; behind them the archive is, once.
const MOST_TROUBLES: usize = 100;

/// An archive while it is unpacked.
pub(super) struct Unpacking<'v, 'w> {
    pub(super) work: &'w Work,
    pub(super) visit: &'v mut dyn Visitor,
    /// What the outermost archive is called.
    name: &'v [u8],
    troubles: usize,
    too_many: bool,
    /// Whether it has been said that what is read breaks off.
    quiet: bool,
    /// Room for members.
    room: Vec<u8>,
}

impl<'v, 'w> Unpacking<'v, 'w> {
    pub(super) fn new(work: &'w Work, name: &'v [u8], visit: &'v mut dyn Visitor) -> Self {
        Self { work, visit, name, troubles: 0, too_many: false, quiet: false, room: Vec::new() }
    }

    /// Whether nothing more is to be read.
    pub(super) fn is_over(&self) -> bool {
        self.too_many || self.work.is_spent() || self.visit.is_done()
    }

    /// Counts a member; one too many is listed, and is the last.
    pub(super) fn count(&mut self, path: &MemberPath) -> bool {
        let counted = self.work.member();
        if !counted && !self.too_many {
            self.too_many = true;
            self.trouble(path, Trouble::Limit(Bound::Members));
        }
        counted
    }

    /// Whether archives in this one may be opened.
    pub(super) fn goes_deeper(&self, depth: u32) -> bool {
        depth < self.work.limits.archive_depth.min(DEEPEST)
    }

    /// Reads a member of an archive at this depth: its own members if it is an archive, or hands it on. It has been counted,
    /// with its bytes; `length` is how many they are, as far as anybody knows.
    pub(super) fn member(&mut self, source: &mut dyn Read, length: Option<u64>, path: &MemberPath, depth: u32) {
        let mut head = Vec::new();
        // What breaks off is told of by what it is read from.
        let _ = (&mut *source).take(HEAD as u64).read_to_end(&mut head);
        let kind = Kind::of(&head);
        let mut member = Replay { kept: head, at: 0, lost: false, source };
        // A text that begins like a mail is no archive that was left closed.
        let kind = kind.filter(|kind| *kind != Kind::Mail || self.goes_deeper(depth));
        if let Some(kind) = kind {
            let opened = if !self.goes_deeper(depth) {
                self.trouble(path, Trouble::Limit(Bound::Depth));
                false
            } else {
                match kind {
                    Kind::Zip | Kind::Appended | Kind::Sqlite | Kind::Mail => {
                        return self.held(kind, &mut member, length, path, depth + 1);
                    }
                    Kind::Tar => self.tar(&mut member, path, depth + 1),
                    Kind::Ar => self.ar(&mut member, path, depth + 1),
                    Kind::Packed(method) => self.nested_stream(method, &mut member, length, path, depth + 1),
                }
            };
            if opened || member.lost {
                return;
            }
            member.at = 0;
        }
        self.leaf(&mut member, path);
    }

    /// Hands on what is no archive.
    pub(super) fn leaf(&mut self, source: &mut dyn Read, path: &MemberPath) {
        self.bounded(source, path, self.work.limits.member_size);
    }

    /// The same, up to so many bytes.
    pub(super) fn bounded(&mut self, source: &mut dyn Read, path: &MemberPath, most: u64) {
        let mut member = Meter::bounded(source, self.work, most, Bound::MemberSize);
        let mut bytes = std::mem::take(&mut self.room);
        bytes.clear();
        // A meter gives no errors.
        let _ = (&mut member).take(WHOLE as u64 + 1).read_to_end(&mut bytes);
        if bytes.len() > WHOLE {
            self.visit.long(path, bytes, &mut Words::of(&mut member));
        } else {
            if member.is_broken() {
                bytes.truncate(words::whole(&bytes));
            }
            if office::is_text(path.file_name(), &bytes) {
                office::join(&mut bytes);
            }
            if !bytes.is_empty() {
                self.visit.whole(path, &bytes);
            }
            self.room = bytes;
        }
        if let Some(Stop::Limit(bound)) = member.stop() {
            self.trouble(path, Trouble::Limit(bound));
        }
    }

    /// A packed stream in another archive: memory for its window has to be left.
    fn nested_stream(
        &mut self,
        method: Method,
        source: &mut dyn Read,
        length: Option<u64>,
        path: &MemberPath,
        depth: u32,
    ) -> bool {
        let work = self.work;
        let window = window(method).min(work.memory());
        // The smallest are not counted: no thread has to wait for another one's.
        let _held = (window > UNMEASURED).then(|| work.hold(window));
        self.stream(method, window, source, length, path, depth)
    }

    /// Reads a packed stream: the members of a tar archive in it, or its content. False where it is none.
    pub(super) fn stream(
        &mut self,
        method: Method,
        window: u64,
        source: &mut dyn Read,
        length: Option<u64>,
        path: &MemberPath,
        depth: u32,
    ) -> bool {
        let taken = Taken::default();
        let most = match length {
            Some(length) => Most::Bytes(length.saturating_mul(self.work.limits.archive_ratio).max(UNMEASURED)),
            None => Most::Measured(&taken.bytes),
        };
        let unpacker = Unpacker::new(self.work, method, window, source, &taken);
        // Nothing of it outlives this function, the limits do.
        let mut stream = Meter::counting(unpacker, self.work, most);
        let mut head = [0; HEAD];
        let count = fill(&mut stream, &mut head).unwrap_or(0);
        let mut content = Cursor::new(&head[..count]).chain(&mut stream);
        let is_tar = Kind::of(&head[..count]) == Some(Kind::Tar);
        if !is_tar || !self.tar(&mut content, path, depth) {
            let name = path.file_name();
            let name = method.content_name(if path.is_archive() { self.name } else { name });
            let member = path.member(&name);
            if count > 0 && self.count(&member) {
                self.member(&mut content, None, &member, depth);
            }
        }
        let read = stream.read_so_far() > 0;
        match stream.stop() {
            Some(Stop::Limit(bound)) => self.trouble(path, Trouble::Limit(bound)),
            Some(Stop::Failed(io::ErrorKind::UnexpectedEof)) if read => self.trouble(path, Trouble::Cut),
            Some(Stop::Failed(_)) => {
                self.trouble(path, Trouble::Damaged);
                if !read {
                    return false;
                }
            }
            None => {}
        }
        let (beside, behind) = stream.into_inner().rest();
        let mut unused = Unused::of(path);
        self.beside(&mut unused, &beside.texts, beside.more);
        if let Some(mut behind) = behind.filter(|_| !self.is_over()) {
            self.stretch(&mut unused, &mut behind, None, depth);
        }
        self.finish(&mut unused);
        true
    }

    /// What is read at many places has to be held where it is in another archive: the directory of a zip archive stands at
    /// its end.
    fn held(&mut self, kind: Kind, source: &mut dyn Read, length: Option<u64>, path: &MemberPath, depth: u32) {
        let work = self.work;
        let (most, bound) = match work.limits.member_size {
            size if size <= work.memory() => (size, Bound::MemberSize),
            _ => (work.memory(), Bound::Memory),
        };
        let wanted = length.unwrap_or(most).min(most);
        let Some(mut held) = work.hold(wanted) else { return self.trouble(path, Trouble::Limit(bound)) };
        let mut member = Meter::bounded(source, work, most, bound);
        let mut bytes = Vec::new();
        // A meter gives no errors.
        let _ = member.read_to_end(&mut bytes);
        let stop = member.stop();
        let length = bytes.len() as u64;
        held.keep(length);
        // That it breaks off is told here.
        let outer = self.quiet;
        self.quiet |= stop.is_some();
        let mut archive = Cursor::new(&bytes);
        let opened = match kind {
            Kind::Sqlite => self.database(&mut archive, length, path, depth),
            Kind::Mail => self.mail(&mut archive, path, depth),
            _ => self.zip(&mut archive, length, path, depth),
        };
        self.quiet = outer;
        if !opened {
            self.leaf(&mut &bytes[..], path);
        }
        if let Some(Stop::Limit(bound)) = stop {
            self.trouble(path, Trouble::Limit(bound));
        }
    }

    /// Says that something was not read; of very many members only once more, of the archive.
    pub(super) fn trouble(&mut self, path: &MemberPath, trouble: Trouble) {
        if self.quiet && matches!(trouble, Trouble::Cut | Trouble::Damaged) {
            return;
        }
        self.troubles += 1;
        match self.troubles {
            0..=MOST_TROUBLES => self.visit.trouble(path, trouble),
            number if number == MOST_TROUBLES + 1 => self.visit.trouble(&MemberPath::default(), trouble),
            _ => {}
        }
    }
}

/// A member whose first bytes can be read again.
struct Replay<'r> {
    kept: Vec<u8>,
    at: usize,
    /// Whether so much was read that the first bytes are not all kept.
    lost: bool,
    source: &'r mut dyn Read,
}

impl Read for Replay<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.kept.len() {
            let count = Read::read(&mut &self.kept[self.at..], buffer)?;
            self.at += count;
            return Ok(count);
        }
        let count = self.source.read(buffer)?;
        if self.lost || self.kept.len() + count > KEPT {
            self.lost = true;
        } else {
            self.kept.extend_from_slice(&buffer[..count]);
            self.at += count;
        }
        Ok(count)
    }
}
