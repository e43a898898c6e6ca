//! Files that hold files: their members one after the other, and never more of them than the limits allow.
//!
//! [`kind`] tells what a file is by its first bytes. [`zip`], [`sqlite`] and [`mail`] need to seek; [`tar`], [`ar`] and [`stream`] read from front to
//! back, so that nothing but the member at hand is in memory. [`open`] puts one in another, [`work`] bounds it all. What is
//! done with a member is the caller's business. Nothing is written anywhere, and a member's name is never more than a text
//! in a report, see [`path`].
//!
//! A tar archive in a packed stream is one archive: `x.tar.gz!conf/.env`. A packed file has one member, called as the file
//! was: `x.log.gz!x.log`. The layers of an image are archives in an archive, each read with all that a later one deletes.
//!
//! *Limits* hold for an archive with all that is nested in it, and count what is unpacked, never seconds, so that they are
//! the same for every run. What lies behind one is listed.

mod ar;
mod kind;
mod lines;
mod mail;
mod office;
mod open;
mod path;
mod sqlite;
mod stream;
mod tar;
mod unused;
mod work;
mod zip;

use std::io::{Read, Seek};

pub(super) use kind::{HEAD, Kind, TAIL, ends_zip, may_be_appended};
pub(super) use path::MemberPath;

use crate::model::Limits;
use kind::Method;
use open::Unpacking;
use work::{Meter, Most, UNMEASURED, Work};

/// Largest member that is handed on whole.
pub(super) const WHOLE: usize = 16 * 1024 * 1024;

/// Memory that the largest window of a packed stream needs: 64 MiB, as the strongest common setting of xz has it.
const WINDOW: u64 = 65 * 1024 * 1024;

/// Why a member, or the rest of an archive, was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Behind a limit.
    Limit(Bound),
    /// None is to be opened.
    Unwanted,
    /// It has a password.
    Encrypted,
    /// It cannot be unpacked.
    Damaged,
    /// It is packed in a way that is not known.
    Unknown,
    /// The archive breaks off behind members that were read.
    Cut,
}

/// The limits that something may lie behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// [`Limits::member_size`].
    MemberSize,
    /// [`Limits::archive_size`].
    ArchiveSize,
    /// [`Limits::archive_ratio`].
    Ratio,
    /// [`Limits::archive_members`].
    Members,
    /// [`Limits::archive_depth`].
    Depth,
    /// Memory: for the window of a stream, or to hold a nested archive.
    Memory,
}

/// Receives the members.
pub(super) trait Visitor {
    /// A member, or a block of whole lines of one. What could be read of it, if there is trouble too.
    fn whole(&mut self, path: &MemberPath, bytes: &[u8]);

    /// A member longer than [`WHOLE`]: what has been read, and the rest of it.
    fn long(&mut self, path: &MemberPath, begun: Vec<u8>, rest: &mut dyn Read);

    /// Something that was not read.
    fn trouble(&mut self, path: &MemberPath, trouble: Trouble);

    /// Whether it has seen enough.
    fn is_done(&self) -> bool {
        false
    }
}

/// What can be read at any place.
pub(super) trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

/// Memory that a packed stream's decoder may take.
const fn window(method: Method) -> u64 {
    match method {
        Method::Deflate | Method::Gzip => UNMEASURED,
        Method::Bzip2 => 8 * UNMEASURED,
        Method::Xz | Method::Lzma | Method::ZipLzma | Method::Zstd => WINDOW,
    }
}

/// Bytes that an archive of `length` bytes may need while it is read, nested ones apart.
pub(super) fn needs(kind: Kind, length: u64, limits: &Limits) -> u64 {
    let most = match kind {
        Kind::Packed(method) => WHOLE as u64 + window(method),
        // The mail, its text without the parts, and the parts.
        Kind::Mail => 3 * mail::LARGEST,
        Kind::Zip | Kind::Appended | Kind::Sqlite | Kind::Tar | Kind::Ar => WHOLE as u64,
    };
    length.saturating_mul(limits.archive_ratio).clamp(UNMEASURED, most)
}

/// Unpacks an archive of `length` bytes that is called `name`, and what is nested in it. False where nothing could be read
/// as an archive, so that its own bytes are all there is to look at.
pub(super) fn members(
    kind: Kind,
    archive: &mut dyn Seekable,
    length: u64,
    name: &[u8],
    limits: Limits,
    visit: &mut dyn Visitor,
) -> bool {
    let work = Work::new(limits, Some(length));
    let mut unpacking = Unpacking::new(&work, name, visit);
    let path = MemberPath::default();
    match kind {
        _ if limits.archive_depth == 0 => {
            // A text that begins like a mail is read as any other.
            if kind != Kind::Mail {
                unpacking.trouble(&path, Trouble::Unwanted);
            }
            false
        }
        Kind::Zip => unpacking.zip(archive, length, &path, 1),
        Kind::Sqlite => unpacking.database(archive, length, &path, 1),
        Kind::Mail => unpacking.mail(archive, &path, 1),
        Kind::Appended => unpacking.appended(archive, length),
        Kind::Tar | Kind::Ar | Kind::Packed(_) => unpacking.outermost(kind, &mut *archive, Some(length)),
    }
}

/// The same of an archive that is read once, from front to back; no zip archive and no database can be.
pub(super) fn stream_members(
    kind: Kind,
    archive: &mut dyn Read,
    name: &[u8],
    limits: Limits,
    visit: &mut dyn Visitor,
) -> bool {
    let work = Work::new(limits, None);
    let mut unpacking = Unpacking::new(&work, name, visit);
    if limits.archive_depth == 0 {
        unpacking.trouble(&MemberPath::default(), Trouble::Unwanted);
        return false;
    }
    unpacking.outermost(kind, archive, None)
}

impl Unpacking<'_, '_> {
    /// Reads a file that is a tar archive or a packed stream.
    fn outermost(&mut self, kind: Kind, archive: &mut dyn Read, length: Option<u64>) -> bool {
        let path = MemberPath::default();
        match kind {
            Kind::Tar | Kind::Ar => {
                let mut source = Meter::counting(archive, self.work, Most::Bytes(u64::MAX));
                let read = match kind {
                    Kind::Ar => self.ar(&mut source, &path, 1),
                    _ => self.tar(&mut source, &path, 1),
                };
                match source.stop() {
                    Some(work::Stop::Limit(bound)) => self.trouble(&path, Trouble::Limit(bound)),
                    Some(work::Stop::Failed(_)) => self.trouble(&path, Trouble::Damaged),
                    None => {}
                }
                read
            }
            Kind::Packed(method) => self.stream(method, window(method), archive, length, &path, 1),
            Kind::Zip | Kind::Appended | Kind::Sqlite | Kind::Mail => false,
        }
    }
}
