//! Archives met on the way: their members are blobs like files, under the path of the archive and their own.

use std::io::{Cursor, Read};

use super::archive::{self, Bound, Kind, MemberPath, Seekable, Trouble, Visitor};
use super::context::Context;
use super::{Gate, Redact, names, paths, stdin};
use crate::model::{Blob, BlobPath, Exposure, Limit, Limits, Origin, SkipReason, Start};

/// Largest member that is looked at for its name alone.
const SETTINGS: usize = 1024 * 1024;

/// What is done with what is found in an archive.
pub(super) struct Hand<'a> {
    pub(super) gate: Gate<'a>,
    pub(super) redact: Redact<'a>,
    /// How far archives are unpacked.
    pub(super) limits: Limits,
    /// Receives blobs.
    pub(super) emit: &'a dyn Fn(&Blob<'_>),
    /// Lists what could not be read.
    pub(super) skip: &'a dyn Fn(&Origin, SkipReason),
}

impl Context<'_> {
    fn hand<T>(&self, read: impl FnOnce(&Hand<'_>) -> T) -> T {
        let emit = |blob: &Blob<'_>| self.emit(blob);
        let skip = |origin: &Origin, reason| self.skip_blob(origin, reason);
        let limits = self.options.limits;
        read(&Hand { gate: self.gate, redact: self.redact, limits, emit: &emit, skip: &skip })
    }
}

/// Whether a text without a name holds something, or where it is an archive one of its members does. What cannot be unpacked
/// counts too: it is to be listed under its name.
pub(super) fn holds(context: &Context<'_>, bytes: &[u8]) -> bool {
    let Some(kind) = Kind::of_all(bytes) else { return (context.probe)(bytes) };
    let (length, limits) = (bytes.len() as u64, context.options.limits);
    let _share = context.budget.take(archive::needs(kind, length, &limits));
    let mut probing = Probing { probe: context.probe, holds: false };
    let opened = archive::members(kind, &mut Cursor::new(bytes), length, b"", limits, &mut probing);
    probing.holds || (!opened && (context.probe)(bytes))
}

/// Looks for a member that holds something.
struct Probing<'a> {
    probe: Gate<'a>,
    holds: bool,
}

impl Visitor for Probing<'_> {
    fn whole(&mut self, _: &MemberPath, bytes: &[u8]) {
        self.holds = self.holds || (self.probe)(bytes);
    }

    /// So long a member is rare: it is looked at under its name.
    fn long(&mut self, _: &MemberPath, _: Vec<u8>, _: &mut dyn Read) {
        self.holds = true;
    }

    fn trouble(&mut self, _: &MemberPath, _: Trouble) {
        self.holds = true;
    }

    fn is_done(&self) -> bool {
        self.holds
    }
}

/// Hands on a blob that is in memory: the members of an archive, windows of what is too long, anything else whole.
pub(super) fn emit_blob(context: &Context<'_>, origin: Origin, bytes: &[u8]) {
    if let Some(kind) = Kind::of_all(bytes) {
        let length = bytes.len() as u64;
        let _share = context.budget.take(archive::needs(kind, length, &context.options.limits));
        if context.hand(|hand| read(hand, &origin, false, kind, &mut Cursor::new(bytes), length)) {
            return;
        }
    }
    if bytes.len() > archive::WHOLE {
        stdin::windows_of(bytes, context.gate, &origin, &|blob| context.emit(blob));
    } else {
        context.emit(&Blob::whole(origin, bytes));
    }
}

/// Hands on the members of an archive that the prefilter wants to see again, and lists what could not be read. `origin` is
/// that of the archive; `asked` says that somebody named it. False where nothing in it could be read as an archive.
pub(super) fn read(
    hand: &Hand<'_>,
    origin: &Origin,
    asked: bool,
    kind: Kind,
    archive: &mut dyn Seekable,
    length: u64,
) -> bool {
    archive::members(kind, archive, length, &name_of(origin), hand.limits, &mut Emitting::new(hand, origin, asked))
}

/// Like [`read`], of an archive that is read once, from front to back; of any kind but zip.
pub(super) fn read_stream(hand: &Hand<'_>, origin: &Origin, asked: bool, kind: Kind, archive: &mut dyn Read) -> bool {
    archive::stream_members(kind, archive, &name_of(origin), hand.limits, &mut Emitting::new(hand, origin, asked))
}

/// What a file is called.
fn name_of(origin: &Origin) -> Vec<u8> {
    let path = paths::to_bytes(&origin.path.text, origin.path.percent);
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
}

/// Hands on members under the path of their archive.
struct Emitting<'h, 'a> {
    hand: &'h Hand<'a>,
    origin: &'h Origin,
    /// Whether the archive is to be complete. One that nobody keeps in a repository or named, such as a download, is listed
    /// and no more.
    wanted: bool,
}

impl<'h, 'a> Emitting<'h, 'a> {
    fn new(hand: &'h Hand<'a>, origin: &'h Origin, asked: bool) -> Self {
        Self { hand, origin, wanted: asked || matches!(origin.exposure, Exposure::Tracked | Exposure::Staged) }
    }
}

impl Visitor for Emitting<'_, '_> {
    fn whole(&mut self, path: &MemberPath, bytes: &[u8]) {
        let begin = path.begin();
        if begin.bytes > 0 {
            if (self.hand.gate)(bytes) {
                let start = Start { line: begin.lines + 1, ..Start::FILE };
                let blob = Blob::whole(of_member(self.hand, self.origin, path), bytes);
                (self.hand.emit)(&Blob { offset: begin.bytes, start, ..blob });
            }
            return;
        }
        let by_name = || bytes.len() <= SETTINGS && names::is_settings(path.file_name());
        if (self.hand.gate)(bytes) || by_name() {
            (self.hand.emit)(&Blob::whole(of_member(self.hand, self.origin, path), bytes));
        }
    }

    fn long(&mut self, path: &MemberPath, begun: Vec<u8>, rest: &mut dyn Read) {
        let origin = of_member(self.hand, self.origin, path);
        stdin::windows_of_stream(begun, rest, self.hand.gate, &origin, self.hand.emit);
    }

    fn trouble(&mut self, path: &MemberPath, trouble: Trouble) {
        let reason = match trouble {
            Trouble::Limit(bound) => match bound {
                Bound::MemberSize => SkipReason::Beyond(Limit::MemberSize),
                Bound::ArchiveSize => SkipReason::Beyond(Limit::ArchiveSize),
                Bound::Ratio => SkipReason::Beyond(Limit::ArchiveRatio),
                Bound::Members => SkipReason::Beyond(Limit::ArchiveMembers),
                Bound::Depth => SkipReason::Beyond(Limit::ArchiveDepth),
                Bound::Memory => SkipReason::Limit,
            },
            Trouble::Unwanted => SkipReason::NotOpened,
            Trouble::Encrypted if self.wanted => SkipReason::Encrypted,
            Trouble::Damaged if self.wanted => SkipReason::Damaged,
            Trouble::Unknown if self.wanted => SkipReason::Unsupported,
            Trouble::Encrypted | Trouble::Damaged | Trouble::Unknown | Trouble::Cut => SkipReason::Unopened,
        };
        (self.hand.skip)(&of_member(self.hand, self.origin, path), reason);
    }
}

/// Where a member comes from: `backup.zip!conf/.env`. A `!` in the name of the archive is written like one in the name of a
/// member.
fn of_member(hand: &Hand<'_>, archive: &Origin, member: &MemberPath) -> Origin {
    if member.is_archive() {
        return archive.clone();
    }
    let BlobPath { text, percent: encoded } = &archive.path;
    // A path is written in one way from end to end.
    let percent = *encoded || member.is_escaped() || text.contains('!');
    let outer = match percent {
        true if *encoded => text.replace('!', "%21"),
        true => text.replace('%', "%25").replace('!', "%21"),
        false => text.clone(),
    };
    let inner = (hand.redact)(&member.text(percent));
    Origin {
        path: BlobPath { text: format!("{outer}!{inner}"), percent },
        shown: format!("{}!{inner}", archive.shown),
        ..archive.clone()
    }
}

/// Like [`read`], for an archive in the tree that is scanned.
pub(super) fn read_file(
    context: &Context<'_>,
    origin: &Origin,
    asked: bool,
    kind: Kind,
    archive: &mut dyn Seekable,
    length: u64,
) -> bool {
    context.hand(|hand| read(hand, origin, asked, kind, archive, length))
}
