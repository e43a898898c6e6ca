//! Files that hold files: their members one after the other, in memory, and never more of them than the limits here allow.
//!
//! [`zip`] unpacks; what is done with a member is the caller's business. Nothing is written anywhere, and a member's name is
//! never more than a text in a report.
//!
//! *Limits* hold for an archive with all that is nested in it, and count what is unpacked, never seconds, so that they are
//! the same for every run. What lies behind one is listed.

mod sqlite;
mod zip;

use std::io::{Read, Seek};

/// Most members.
pub(super) const MOST_MEMBERS: u64 = 10_000;

/// Most bytes of one member.
pub(super) const LARGEST_MEMBER: u64 = 64 * 1024 * 1024;

/// Most bytes of all members together.
pub(super) const LARGEST_ARCHIVE: u64 = 256 * 1024 * 1024;

/// How many times larger than its packed form a member may be, where it is larger than [`UNMEASURED`].
pub(super) const HIGHEST_RATIO: u64 = 200;

/// Bytes of a member that may come from any packed form: text that repeats itself packs well.
pub(super) const UNMEASURED: u64 = 1024 * 1024;

/// How deep archives are opened in each other, the outermost counted.
pub(super) const DEEPEST: usize = 3;

/// Most members of an archive that are listed because they could not be read; behind them the archive is, once.
const MOST_TROUBLES: usize = 100;

/// Longest path of a member that is kept, in bytes.
const LONGEST_PATH: usize = 4096;

/// Bytes that an archive begins with, enough for [`is_archive`].
pub(super) const HEAD: usize = 16;

/// Why a member, or the rest of an archive, was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Behind a limit.
    Limit,
    /// It has a password.
    Encrypted,
    /// It cannot be unpacked.
    Damaged,
    /// The archive breaks off behind members that were read.
    Cut,
}

/// The path of a member inside an archive as the archive writes it, with forward slashes; `!` parts nested archives. Empty
/// for the archive itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MemberPath(Vec<u8>, Begin);

/// Where a block of a member begins that comes in several: bytes and lines in front of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Begin {
    pub(super) bytes: u64,
    pub(super) lines: u64,
}

impl MemberPath {
    /// The bytes; of any kind.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part: what the file itself is called.
    pub(super) fn name(&self) -> &[u8] {
        self.0.rsplit(|byte| matches!(byte, b'/' | b'!')).next().unwrap_or_default()
    }

    /// A member of this archive. Programs on Windows write backslashes.
    fn member(&self, name: &[u8]) -> Self {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push(b'!');
        }
        path.extend(name.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }));
        path.truncate(LONGEST_PATH);
        Self(path, Begin::default())
    }

    /// Where the content begins that comes with this path.
    pub(super) fn begin(&self) -> Begin {
        self.1
    }

    /// The member from behind a block of whole lines on.
    fn advance(&mut self, block: &[u8]) {
        self.1.bytes += block.len() as u64;
        self.1.lines += memchr::memchr_iter(b'\n', block).count() as u64;
    }
}

/// Receives the members: the content of each, or why there is none. A member may come with both, when only its beginning
/// could be read, and in several blocks of whole lines.
pub(super) type Visit<'v> = dyn FnMut(&MemberPath, Result<&[u8], Trouble>) + 'v;

/// Whether a file that begins so is an archive.
pub(super) fn is_archive(head: &[u8]) -> bool {
    zip::is_zip(head) || sqlite::is_database(head)
}

/// Unpacks an archive of `length` bytes, the nested ones with it. False where nothing could be read as an archive, so that
/// its own bytes are all there is to look at.
pub(super) fn members(mut archive: impl Read + Seek, length: u64, visit: &mut Visit<'_>) -> bool {
    let mut head = [0; HEAD];
    let read = archive.rewind().and_then(|()| archive.read_exact(&mut head)).is_ok();
    if read && sqlite::is_database(&head) {
        return sqlite::tables(archive, length, &MemberPath::default(), visit);
    }
    zip::Unpacking::new(visit).archive(archive, length, &MemberPath::default(), 1)
}
