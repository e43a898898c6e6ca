//! Reading one file: the prefilter sees it piece by piece in a buffer that is used again and again, and only a file
//! that it wants to see again is held whole.
//!
//! Most files fit in one piece, and then the buffer itself is the blob. The buffer is aligned to 64 bytes, because
//! the system copies into it measurably faster then; the tail of the piece before, carried along so that nothing is
//! cut in two, lies in front of the aligned place.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::archive::{self, Kind};
use super::context::Context;
use super::folder::Folder;
use super::large::Large;
use super::open::{Opened, fill, fill_at, open};
use super::{names, packed};
use crate::model::{Blob, SkipReason};

/// Size of a piece.
pub(super) const CHUNK: usize = 64 * 1024;

/// Bytes of the piece before that are seen again: more than the longest thing the prefilter looks at (a host and
/// its scheme, or the head of a key).
pub(super) const CARRY: usize = 512;

/// Largest file that is handed on whole.
pub(super) const WHOLE: u64 = 16 * 1024 * 1024;

/// How many bytes of memory a byte of a file held whole may need: its structure, every name and every address. Of the largest
/// one is looked at at a time.
const NEEDED: u64 = 8;

/// Largest file that is looked at for its name alone.
pub(super) const SETTINGS: u64 = 1024 * 1024;

/// Longest Git LFS pointer, and how it begins (git-lfs, docs/spec.md).
pub(super) const LFS_LENGTH: usize = 1024;
pub(super) const LFS_HEAD: &[u8] = b"version https://git-lfs.github.com/spec/v1";

const ALIGNMENT: usize = 64;

/// What one job has read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Number of files.
    pub(super) files: u64,
    /// Their bytes, each counted once.
    pub(super) bytes: u64,
}

/// Room for one piece, aligned, behind room for the tail of the piece before.
pub(super) struct Buffer {
    memory: Box<[u8]>,
    start: usize,
}

impl Buffer {
    fn new() -> Self {
        let memory = vec![0; CARRY + ALIGNMENT + CHUNK].into_boxed_slice();
        let start = CARRY + memory[CARRY..].as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { memory, start }
    }

    /// Where a piece is read to.
    pub(super) fn chunk(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + CHUNK]
    }

    /// Where the tail of the piece before is read to, if this buffer did not read that piece itself.
    pub(super) fn tail(&mut self) -> &mut [u8] {
        &mut self.memory[self.start - CARRY..self.start]
    }

    /// The last `carried` bytes of the tail, and `length` bytes of the piece.
    pub(super) fn seen(&self, carried: usize, length: usize) -> &[u8] {
        &self.memory[self.start - carried..self.start + length]
    }

    /// Keeps the end of a full piece as the next one's tail.
    pub(super) fn carry(&mut self) {
        let end = self.start + CHUNK;
        self.memory.copy_within(end - CARRY..end, self.start - CARRY);
    }
}

/// Lends the thread's buffer. It is taken out of its place meanwhile: a callback that makes this thread run another
/// job finds none and makes a new one.
pub(super) fn with_buffer<R>(work: impl FnOnce(&mut Buffer) -> R) -> R {
    thread_local! {
        static BUFFER: Cell<Option<Box<Buffer>>> = const { Cell::new(None) };
    }
    let mut buffer = BUFFER.take().unwrap_or_else(|| Box::new(Buffer::new()));
    let result = work(&mut buffer);
    BUFFER.set(Some(buffer));
    result
}

/// Reads files of one folder: names, and whether each is git-ignored.
pub(super) fn files(context: &Context<'_>, folder: &Arc<Folder>, names: Vec<(OsString, bool)>) {
    let mut path = folder.path.clone();
    let mut counts = Counts::default();
    with_buffer(|buffer| {
        for (name, ignored) in names {
            path.push(&name);
            file(context, folder, &path, ignored, buffer, &mut counts);
            path.pop();
        }
    });
    context.count(counts.files, counts.bytes);
}

/// Reads a file and hands it on if it is worth a second look.
pub(super) fn file(
    context: &Context<'_>,
    folder: &Arc<Folder>,
    path: &Path,
    ignored: bool,
    buffer: &mut Buffer,
    counts: &mut Counts,
) {
    let skip = |reason| context.skip(folder.root, path, reason);
    let (mut file, metadata) = match open(path) {
        Ok(Opened::Regular(file, metadata)) => (file, metadata),
        Ok(Opened::Symlink) => return skip(SkipReason::Symlink),
        Ok(Opened::Special) => return skip(SkipReason::SpecialFile),
        Err(_) => return skip(SkipReason::Unreadable),
    };
    let length = metadata.len();
    if context.options.max_file_size.is_some_and(|limit| length > limit) {
        return skip(SkipReason::TooLarge);
    }
    if length > WHOLE {
        let kind = kind_of(&file, length, None);
        if kind.is_some_and(|kind| packed_file(context, folder, path, ignored, (&mut file, &metadata), kind)) {
            counts.files += 1;
            counts.bytes += length;
            return;
        }
        let large = Large { folder: Arc::clone(folder), path: path.to_path_buf(), ignored };
        return context.large.lock().unwrap_or_else(PoisonError::into_inner).push(large);
    }
    match small_or_whole(context, folder, path, ignored, (&mut file, &metadata), buffer) {
        Ok(bytes) => {
            counts.files += 1;
            counts.bytes += bytes;
        }
        Err(_) => skip(SkipReason::Unreadable),
    }
}

/// Reads a file of up to [`WHOLE`] bytes; says how many bytes it had.
fn small_or_whole(
    context: &Context<'_>,
    folder: &Folder,
    path: &Path,
    ignored: bool,
    (file, metadata): (&mut File, &Metadata),
    buffer: &mut Buffer,
) -> io::Result<u64> {
    let length = metadata.len();
    let wanted = |bytes: &[u8]| (context.gate)(bytes);
    let by_name =
        || length <= SETTINGS && path.file_name().is_some_and(|name| names::is_settings(name.as_encoded_bytes()));
    let emit = |bytes: &[u8]| {
        if !bytes.is_empty() {
            context.emit(&Blob::whole(context.origin(folder, path, ignored), bytes));
        }
    };

    if length <= CHUNK as u64 {
        let count = read_first(file, length, buffer)?;
        let bytes = buffer.seen(0, count);
        let kind = Kind::of_all(bytes);
        if kind.is_some_and(|kind| packed_file(context, folder, path, ignored, (file, metadata), kind)) {
            return Ok(count as u64);
        }
        // A file that says it is empty and goes on behind the first piece is one of the system's own.
        if (count as u64) < length || (length == 0 && count == CHUNK) {
            context.skip(folder.root, path, SkipReason::Changed);
        }
        if count < LFS_LENGTH && bytes.starts_with(LFS_HEAD) {
            context.skip(folder.root, path, SkipReason::LfsPointer);
        }
        if wanted(bytes) || by_name() {
            emit(bytes);
        }
        return Ok(count as u64);
    }

    let mut seen = 0;
    let mut hit = by_name();
    if hit {
        let kind = kind_of(file, length, None);
        if kind.is_some_and(|kind| packed_file(context, folder, path, ignored, (file, metadata), kind)) {
            return Ok(length);
        }
    }
    while !hit && seen < length {
        let carried = if seen == 0 { 0 } else { CARRY };
        let count = fill(&mut *file, buffer.chunk())?;
        if seen == 0 {
            let kind = kind_of(file, length, Some(buffer.seen(0, count)));
            if kind.is_some_and(|kind| packed_file(context, folder, path, ignored, (file, metadata), kind)) {
                return Ok(length);
            }
        }
        hit = wanted(buffer.seen(carried, count));
        seen += count as u64;
        if count < CHUNK {
            break;
        }
        buffer.carry();
    }
    let mut read = seen;
    if hit {
        let _share = context.budget.take(length * NEEDED);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(CHUNK));
        file.rewind()?;
        file.by_ref().take(length).read_to_end(&mut bytes)?;
        read = bytes.len() as u64;
        emit(&bytes);
    }
    if read < length || !same(&file.metadata()?, metadata) {
        context.skip(folder.root, path, SkipReason::Changed);
    }
    Ok(read)
}

/// What kind of archive a file is, if any, by its first bytes where they have been read. Of a script or a program the end is
/// looked at, too.
fn kind_of(file: &File, length: u64, head: Option<&[u8]>) -> Option<Kind> {
    let mut room = [0; archive::HEAD];
    let head = match head {
        Some(head) => head,
        None => {
            let count = fill_at(file, &mut room, 0).ok()?;
            &room[..count]
        }
    };
    Kind::of(head).or_else(|| {
        let ends = || {
            let mut tail = vec![0; archive::TAIL];
            let count = fill_at(file, &mut tail, length.saturating_sub(archive::TAIL as u64)).unwrap_or(0);
            archive::ends_zip(&tail[..count])
        };
        (archive::may_be_appended(head) && ends()).then_some(Kind::Appended)
    })
}

/// Reads an archive by its members, and leaves the file as it was. False where nothing in it can be read so.
fn packed_file(
    context: &Context<'_>,
    folder: &Folder,
    path: &Path,
    ignored: bool,
    (file, metadata): (&mut File, &Metadata),
    kind: Kind,
) -> bool {
    let length = metadata.len();
    let before = file.stream_position();
    let from_front = file.rewind();
    let _share = context.budget.take(archive::needs(kind, length, &context.options.limits));
    let origin = context.origin(folder, path, ignored);
    let mut archive = BufReader::new(&mut *file);
    let read =
        from_front.is_ok() && packed::read_file(context, &origin, context.asked_for(path), kind, &mut archive, length);
    if read && !file.metadata().is_ok_and(|now| same(&now, metadata)) {
        context.skip(folder.root, path, SkipReason::Changed);
    }
    // What cannot be read as an archive is read as any other file.
    let back = before.and_then(|before| file.seek(SeekFrom::Start(before)));
    if !read && back.is_err() {
        context.skip(folder.root, path, SkipReason::Unreadable);
    }
    read
}

/// The first piece. A file that says it is empty is asked all the same: some systems' own files say so.
fn read_first(file: &mut File, length: u64, buffer: &mut Buffer) -> io::Result<usize> {
    let room = match usize::try_from(length) {
        Ok(length @ 1..=CHUNK) => length,
        _ => CHUNK,
    };
    fill(file, &mut buffer.chunk()[..room])
}

/// Whether a file is as it was when it was opened.
pub(super) fn same(now: &Metadata, then: &Metadata) -> bool {
    now.len() == then.len() && now.modified().ok() == then.modified().ok()
}
