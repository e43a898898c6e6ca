//! Standard input, or any other stream: the same blobs as from a file, read once and from front to back.

use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::archive::{self, Kind};
use super::lines::{Tally, cut_character};
use super::packed::{self, Hand};
use super::words::{Beginning, Breaks, Words};
use super::{Gate, Outcome, Redact, Sink, names};
use crate::model::{
    Blob, BlobPath, Exposure, HEAD, LeftOut, Limit, Limits, Origin, RootInfo, SkipReason, Skipped, Start,
};

/// Largest stream that is handed on whole.
const WHOLE: usize = archive::WHOLE;

/// Core of a window of a longer one.
const CORE: usize = 4 * 1024 * 1024;

/// Bytes on either side of a core.
const MARGIN: usize = 64 * 1024;

/// How far the prefilter looks across the edges of a core.
const CARRY: usize = 512;

/// Largest stream that is looked at for its name alone.
const SETTINGS: usize = 1024 * 1024;

/// Reads a stream to its end and hands on what the prefilter wants to see again.
///
/// An archive is read by its members, within the limits. `filename` is what reports call it (`-` otherwise). Beyond `max_file_size` bytes nothing is read, nor the
/// word that they break off in; the stream is listed as too large then, or as unreadable when reading fails, and what came
/// before has been looked at.
pub fn stdin(
    reader: impl Read,
    filename: Option<&str>,
    max_file_size: Option<u64>,
    limits: Limits,
    gate: Gate<'_>,
    redact: Redact<'_>,
    sink: Sink<'_>,
) -> Outcome {
    let name = redact(filename.unwrap_or("-"));
    let path = BlobPath { text: name.strip_prefix("./").unwrap_or(&name).to_owned(), percent: false };
    let origin = Origin { shown: name, ..Origin::new(0, path, Exposure::Stdin) };
    let by_name = Path::new(filename.unwrap_or_default()).file_name();
    let mut stream = Stream {
        reader: Words::of(Beginning::of(reader, max_file_size.unwrap_or(u64::MAX))),
        bytes: Vec::new(),
        ended: false,
        failed: false,
    };
    let blobs = Cell::new(0);
    let hand_on = |blob: &Blob<'_>| {
        blobs.set(blobs.get() + 1);
        sink(blob);
    };
    let mut emit = |blob: Blob<'_>| hand_on(&blob);
    let skipped = RefCell::new(Vec::new());
    let skip = |origin: &Origin, reason| {
        let Origin { path, shown, .. } = origin.clone();
        skipped.borrow_mut().push(Skipped { root: 0, path, shown, reason });
    };

    stream.fill(WHOLE + 1);
    let mut total = stream.bytes.len() as u64;
    let hand = Hand { gate, redact, limits, emit: &hand_on, skip: &skip };
    if opens(&mut stream, &hand, &origin, &mut total) {
        // Its members have been handed on.
    } else if stream.ended && stream.bytes.len() <= WHOLE {
        let small = stream.bytes.len() <= SETTINGS;
        let settings = small && by_name.is_some_and(|name| names::is_settings(name.as_encoded_bytes()));
        if !stream.bytes.is_empty() && (settings || gate(&stream.bytes)) {
            emit(Blob::whole(origin.clone(), &stream.bytes));
        }
    } else {
        total = windows(&mut stream, gate, &origin, &mut emit);
    }

    if stream.failed {
        skip(&origin, SkipReason::Unreadable);
    }
    if stream.reader.source().is_broken() {
        skip(&origin, SkipReason::TooLarge);
    }
    let root = RootInfo { path: "-".into(), name: "stdin".into(), commit: None, root_commit: None, shallow: false };
    Outcome {
        roots: vec![root],
        repositories: Vec::new(),
        files: 1,
        bytes: total,
        blobs: blobs.get(),
        commits: 0,
        left_out: LeftOut::default(),
        skipped: skipped.into_inner(),
        set_aside: Vec::new(),
    }
}

/// Reads a stream by its members if it is an archive; false where it is none. One whose directory stands at its end has to be
/// held, and is only opened up to the size of a member.
fn opens<R: Read>(stream: &mut Stream<R>, hand: &Hand<'_>, origin: &Origin, total: &mut u64) -> bool {
    let kind = if stream.ended { Kind::of_all(&stream.bytes) } else { Kind::of(&stream.bytes) };
    let Some(kind) = kind else { return false };
    if matches!(kind, Kind::Zip | Kind::Appended | Kind::Sqlite | Kind::Mail) {
        let most = usize::try_from(hand.limits.member_size).unwrap_or(usize::MAX - 1);
        stream.fill(most.saturating_add(1));
        if !stream.ended {
            (hand.skip)(origin, SkipReason::Beyond(Limit::MemberSize));
            return false;
        }
    }
    if stream.ended {
        let length = stream.bytes.len() as u64;
        *total = length;
        return packed::read(hand, origin, true, kind, &mut Cursor::new(&stream.bytes), length);
    }
    let mut rest = Counted { reader: &mut stream.reader, bytes: 0, failed: false };
    let mut all = Cursor::new(&stream.bytes).chain(&mut rest);
    let opened = packed::read_stream(hand, origin, true, kind, &mut all);
    if opened {
        // Whoever writes to a pipe may not be able to bear that nobody reads on.
        let _ = io::copy(&mut rest, &mut io::sink());
    }
    *total += rest.bytes;
    stream.failed |= rest.failed;
    opened
}

/// Counts what is read, and notes a failure.
struct Counted<R> {
    reader: R,
    bytes: u64,
    failed: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer);
        match &count {
            Ok(count) => self.bytes += *count as u64,
            Err(error) => self.failed |= error.kind() != io::ErrorKind::Interrupted,
        }
        count
    }
}

/// A stream and what is held of it.
struct Stream<R> {
    reader: R,
    bytes: Vec<u8>,
    ended: bool,
    failed: bool,
}

impl<R: Read> Stream<R> {
    /// Reads until so many bytes are held, or the stream ends.
    fn fill(&mut self, wanted: usize) {
        while !self.ended && self.bytes.len() < wanted {
            let room = (wanted - self.bytes.len()) as u64;
            match (&mut self.reader).take(room).read_to_end(&mut self.bytes) {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.ended = true;
                    self.failed = true;
                }
            }
        }
    }
}

/// Hands on the windows of long bytes that the prefilter wants to see again.
pub(super) fn windows_of(bytes: &[u8], gate: Gate<'_>, origin: &Origin, emit: &dyn Fn(&Blob<'_>)) {
    let mut stream = Stream { reader: bytes, bytes: Vec::new(), ended: false, failed: false };
    stream.fill(HEAD);
    windows(&mut stream, gate, origin, &mut |blob| emit(&blob));
}

/// The same of bytes of which only the first are held.
pub(super) fn windows_of_stream(
    bytes: Vec<u8>,
    rest: &mut dyn Read,
    gate: Gate<'_>,
    origin: &Origin,
    emit: &dyn Fn(&Blob<'_>),
) {
    let mut stream = Stream { reader: rest, bytes, ended: false, failed: false };
    windows(&mut stream, gate, origin, &mut |blob| emit(&blob));
}

/// Cuts a long stream into windows with cores of fixed length; says how many bytes it had.
fn windows<R: Read>(stream: &mut Stream<R>, gate: Gate<'_>, origin: &Origin, emit: &mut impl FnMut(Blob<'_>)) -> u64 {
    let mut offset = 0;
    let mut core = 0;
    let mut start = Start::FILE;
    let binary = Blob::is_binary(&stream.bytes);
    loop {
        stream.fill(core + CORE + MARGIN);
        let held = stream.bytes.len();
        let end = if stream.ended && held <= core + CORE { held } else { core + CORE };
        let window = &stream.bytes[..held.min(end + MARGIN)];
        if core < end && gate(&window[core.saturating_sub(CARRY)..window.len().min(end + CARRY)]) {
            emit(Blob { origin: origin.clone(), bytes: window, offset, core: core..end, start, binary });
        }
        if stream.ended && end == held {
            return offset + held as u64;
        }
        let mut done = end.saturating_sub(MARGIN);
        done += cut_character(&stream.bytes[done..]);
        start = Tally::of(&stream.bytes[..done]).advance(start);
        offset += done as u64;
        core = end - done;
        stream.bytes.drain(..done);
    }
}
