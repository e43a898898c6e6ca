//! Archives met on the way: their members are blobs like files, under the path of the archive and their own.

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek};

use super::archive::{self, MemberPath, Trouble};
use super::context::Context;
use super::{Gate, Redact, names, paths, stdin};
use crate::model::{Blob, BlobPath, Exposure, Origin, SkipReason, Start};

/// Largest member that is looked at for its name alone.
const SETTINGS: usize = 1024 * 1024;

/// What is done with what is found in an archive.
pub(super) struct Hand<'a> {
    pub(super) gate: Gate<'a>,
    pub(super) redact: Redact<'a>,
    /// Receives blobs.
    pub(super) emit: &'a dyn Fn(&Blob<'_>),
    /// Lists what could not be read.
    pub(super) skip: &'a dyn Fn(&Origin, SkipReason),
}

impl Context<'_> {
    fn hand<T>(&self, read: impl FnOnce(&Hand<'_>) -> T) -> T {
        let emit = |blob: &Blob<'_>| self.emit(blob);
        let skip = |origin: &Origin, reason| self.skip_blob(origin, reason);
        read(&Hand { gate: self.gate, redact: self.redact, emit: &emit, skip: &skip })
    }
}

/// Bytes that an archive of `length` bytes may need while it is read, nested ones apart.
pub(super) fn needs(length: u64) -> u64 {
    length.saturating_mul(archive::HIGHEST_RATIO).clamp(archive::UNMEASURED, archive::LARGEST_MEMBER)
}

/// Whether a text without a name holds something, or where it is an archive one of its members does. What cannot be unpacked
/// counts too: it is to be listed under its name.
pub(super) fn holds(context: &Context<'_>, bytes: &[u8]) -> bool {
    let wanted = |bytes: &[u8]| (context.probe)(bytes);
    if !archive::is_archive(bytes) {
        return wanted(bytes);
    }
    let length = bytes.len() as u64;
    let _share = context.budget.take(needs(length));
    let mut holds = false;
    let mut visit = |_: &MemberPath, content: Result<&[u8], Trouble>| holds |= content.map_or(true, wanted);
    let opened = archive::members(Cursor::new(bytes), length, &mut visit);
    holds || (!opened && wanted(bytes))
}

/// Hands on a blob that is in memory: the members of an archive, windows of what is too long, anything else whole.
pub(super) fn emit_blob(context: &Context<'_>, origin: Origin, bytes: &[u8]) {
    if archive::is_archive(bytes) {
        let length = bytes.len() as u64;
        let _share = context.budget.take(needs(length));
        if context.hand(|hand| read(hand, &origin, false, Cursor::new(bytes), length)) {
            return;
        }
    }
    if bytes.len() > stdin::WHOLE {
        stdin::windows_of(bytes, context.gate, &origin, &|blob| context.emit(blob));
    } else {
        context.emit(&Blob::whole(origin, bytes));
    }
}

/// Hands on the members of an archive that the prefilter wants to see again, and lists what could not be read. `origin` is
/// that of the archive; `asked` says that somebody named it. False where nothing in it could be read as an archive.
pub(super) fn read(hand: &Hand<'_>, origin: &Origin, asked: bool, archive: impl Read + Seek, length: u64) -> bool {
    // An archive that nobody keeps in a repository or named, such as a download, is listed and no more.
    let wanted = asked || matches!(origin.exposure, Exposure::Tracked | Exposure::Staged);
    archive::members(archive, length, &mut |member, content| match content {
        Ok(bytes) => emit(hand, origin, member, bytes),
        Err(trouble) => {
            let reason = match trouble {
                Trouble::Limit => SkipReason::Limit,
                Trouble::Encrypted if wanted => SkipReason::Encrypted,
                Trouble::Damaged if wanted => SkipReason::Damaged,
                Trouble::Encrypted | Trouble::Damaged | Trouble::Cut => SkipReason::Unopened,
            };
            (hand.skip)(&of_member(hand, origin, member), reason);
        }
    })
}

fn emit(hand: &Hand<'_>, origin: &Origin, member: &MemberPath, bytes: &[u8]) {
    let begin = member.begin();
    if begin.bytes > 0 {
        if (hand.gate)(bytes) {
            let start = Start { line: begin.lines + 1, ..Start::FILE };
            let blob = Blob::whole(of_member(hand, origin, member), bytes);
            (hand.emit)(&Blob { offset: begin.bytes, start, ..blob });
        }
        return;
    }
    if bytes.len() > stdin::WHOLE {
        return stdin::windows_of(bytes, hand.gate, &of_member(hand, origin, member), hand.emit);
    }
    let by_name = || bytes.len() <= SETTINGS && names::is_settings(member.name());
    if (hand.gate)(bytes) || by_name() {
        (hand.emit)(&Blob::whole(of_member(hand, origin, member), bytes));
    }
}

/// Where a member comes from: `backup.zip!conf/.env`.
fn of_member(hand: &Hand<'_>, archive: &Origin, member: &MemberPath) -> Origin {
    if member.bytes().is_empty() {
        return archive.clone();
    }
    let (text, raw) = paths::text_of(member.bytes());
    let percent = archive.path.percent || raw;
    // A path is written in one way from end to end.
    let write = |text: &str, written: bool| match percent && !written {
        true => text.replace('%', "%25"),
        false => text.to_owned(),
    };
    let inner = (hand.redact)(&write(&text, raw));
    let joined = |outer: Cow<'_, str>| format!("{outer}!{inner}");
    Origin {
        path: BlobPath { text: joined(write(&archive.path.text, archive.path.percent).into()), percent },
        shown: joined(Cow::Borrowed(&archive.shown)),
        ..archive.clone()
    }
}

/// Like [`read`], for an archive in the tree that is scanned.
pub(super) fn read_file(
    context: &Context<'_>,
    origin: &Origin,
    asked: bool,
    archive: impl Read + Seek,
    length: u64,
) -> bool {
    context.hand(|hand| read(hand, origin, asked, archive, length))
}
