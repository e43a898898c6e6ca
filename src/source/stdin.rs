//! Standard input, or any other stream: the same blobs as from a file, read once and from front to back.

use std::cell::{Cell, RefCell};
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::lines::{Tally, cut_character};
use super::packed::{self, Hand};
use super::{Gate, Outcome, Redact, Sink, archive, names};
use crate::model::{Blob, BlobPath, Exposure, HEAD, LeftOut, Origin, RootInfo, SkipReason, Skipped, Start};

/// Largest stream that is handed on whole.
pub(super) const WHOLE: usize = 16 * 1024 * 1024;

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
/// `filename` is what reports call it (`-` otherwise). Beyond `max_file_size` bytes nothing is read; the stream is
/// listed as too large then, or as unreadable when reading fails, and what came before has been looked at.
pub fn stdin(
    reader: impl Read,
    filename: Option<&str>,
    max_file_size: Option<u64>,
    gate: Gate<'_>,
    redact: Redact<'_>,
    sink: Sink<'_>,
) -> Outcome {
    let name = redact(filename.unwrap_or("-"));
    let path = BlobPath { text: name.strip_prefix("./").unwrap_or(&name).to_owned(), percent: false };
    let origin = Origin { shown: name, ..Origin::new(0, path, Exposure::Stdin) };
    let by_name = Path::new(filename.unwrap_or_default()).file_name();
    let mut stream = Stream {
        reader: reader.take(max_file_size.map_or(u64::MAX, |limit| limit.saturating_add(1))),
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
    let is_archive = archive::is_archive(&stream.bytes);
    // A longer one would have to be held whole: its directory stands at the end.
    if is_archive && !stream.ended {
        skip(&origin, SkipReason::Limit);
    }
    let hand = Hand { gate, redact, emit: &hand_on, skip: &skip };
    let length = stream.bytes.len() as u64;
    if is_archive && stream.ended && packed::read(&hand, &origin, true, Cursor::new(&stream.bytes), length) {
        // Its members have been handed on.
    } else if stream.ended {
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
    if max_file_size.is_some_and(|limit| total > limit) {
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
