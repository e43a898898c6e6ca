//! Files too large to be held whole: all threads read them together, by position, and windows around the places that
//! the prefilter wants to see again are handed on.
//!
//! Three passes, the later ones only for files that have a place to look at: the prefilter over every piece, the
//! count of lines in front of the windows, and the windows themselves. Everything is cut at fixed offsets, so the
//! windows do not depend on the number of threads.

use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::context::Context;
use super::folder::Folder;
use super::holes;
use super::lines::{Tally, cut_character};
use super::open::{Opened, fill_at, open};
use super::read::{CARRY, CHUNK, same, with_buffer};
use crate::model::{Blob, HEAD, SkipReason, Start};

/// Pieces that one job reads.
const SEGMENT: u64 = 64;

/// Most pieces in the core of a window: with the carried bytes just under 4 MiB.
const WINDOW: u64 = 63;

/// Pieces in front of a window's core; the first of them makes up for the carried bytes.
const BEFORE: u64 = 2;

/// Bytes behind a window's core.
const MARGIN: u64 = CHUNK as u64;

/// Files that are open at once.
const TOGETHER: usize = 64;

/// A file to be read by all threads.
pub(super) struct Large {
    /// The folder it lies in.
    pub(super) folder: Arc<Folder>,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Whether it is git-ignored.
    pub(super) ignored: bool,
}

/// A large file that is open.
struct Reading {
    large: Large,
    file: File,
    metadata: Metadata,
    length: u64,
    /// Whether some of it may be a hole.
    sparse: bool,
}

/// A window to hand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// First piece of the window.
    piece: u64,
    /// Offsets of the core.
    core: (u64, u64),
    /// Where the window begins for people.
    start: Start,
}

/// Reads large files, on the threads of the current pool.
pub(super) fn read(context: &Context<'_>, mut files: Vec<Large>) {
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut files = files.into_iter().peekable();
    while files.peek().is_some() {
        let together: Vec<Reading> =
            files.by_ref().take(TOGETHER).filter_map(|large| Reading::open(context, large)).collect();
        read_together(context, &together);
    }
}

fn read_together(context: &Context<'_>, files: &[Reading]) {
    let all: Vec<u64> = files.iter().map(|file| file.length.div_ceil(CHUNK as u64)).collect();
    let mut hits = by_segments(context, files, &all, Reading::hits);
    let before: Vec<u64> =
        hits.iter().map(|(hits, _)| hits.last().map_or(0, |last| last.saturating_sub(BEFORE))).collect();
    let tallies = by_segments(context, files, &before, Reading::tallies);
    for ((hits, _), (_, complete)) in hits.iter_mut().zip(&tallies) {
        if !complete {
            hits.clear(); // Listed as unreadable: better no place than a wrong line.
        }
    }
    let windows: Vec<(&Reading, Window)> = (files.iter().zip(&hits).zip(&tallies))
        .flat_map(|((file, (hits, _)), (tallies, _))| {
            windows(hits, tallies, file.length).into_iter().map(move |window| (file, window))
        })
        .collect();
    windows.par_iter().for_each(|(file, window)| {
        if file.emit(context, window).is_err() {
            file.skip(context, SkipReason::Unreadable);
        }
    });
    for file in files {
        if !file.file.metadata().is_ok_and(|now| same(&now, &file.metadata)) {
            file.skip(context, SkipReason::Changed);
        }
        context.count(1, 0);
    }
}

/// Lets all threads read the first `pieces` of each file, and joins what they found in order. With each file's
/// result it says whether every read went well; if not, the file is listed.
fn by_segments<T: Send>(
    context: &Context<'_>,
    files: &[Reading],
    pieces: &[u64],
    read: impl Fn(&Reading, &Context<'_>, Range<u64>) -> io::Result<Vec<T>> + Sync,
) -> Vec<(Vec<T>, bool)> {
    let jobs: Vec<(usize, Range<u64>)> = (pieces.iter().enumerate())
        .flat_map(|(file, &pieces)| {
            (0..pieces.div_ceil(SEGMENT)).map(move |job| (file, job * SEGMENT..pieces.min((job + 1) * SEGMENT)))
        })
        .collect();
    let results: Vec<(usize, io::Result<Vec<T>>)> =
        jobs.into_par_iter().map(|(file, range)| (file, read(&files[file], context, range))).collect();
    let mut joined: Vec<(Vec<T>, bool)> = files.iter().map(|_| (Vec::new(), true)).collect();
    for (file, result) in results {
        match result {
            Ok(found) => joined[file].0.extend(found),
            Err(_) => {
                joined[file].1 = false;
                files[file].skip(context, SkipReason::Unreadable);
            }
        }
    }
    joined
}

impl Reading {
    /// Opens the file again: nothing of it has been read yet, and waiting files cost no descriptor.
    fn open(context: &Context<'_>, large: Large) -> Option<Self> {
        let reason = match open(&large.path) {
            Ok(Opened::Regular(file, metadata)) => {
                let sparse = holes::may_have(&metadata);
                return Some(Self { length: metadata.len(), large, file, metadata, sparse });
            }
            Ok(Opened::Symlink) => SkipReason::Symlink,
            Ok(Opened::Special) => SkipReason::SpecialFile,
            Err(_) => SkipReason::Unreadable,
        };
        context.skip(large.folder.root, &large.path, reason);
        None
    }

    fn skip(&self, context: &Context<'_>, reason: SkipReason) {
        context.skip(self.large.folder.root, &self.large.path, reason);
    }

    /// Whether a piece, with what is seen again of the one before it, is nothing but a hole. Reports say the same as if its
    /// zeros had been read: where a file has holes is the disk's affair.
    fn is_hole(&self, piece: u64) -> bool {
        let start = piece * CHUNK as u64;
        self.sparse && holes::covers(&self.file, start.saturating_sub(CARRY as u64)..start + CHUNK as u64)
    }

    /// The pieces that the prefilter wants to see again.
    fn hits(&self, context: &Context<'_>, pieces: Range<u64>) -> io::Result<Vec<u64>> {
        with_buffer(|buffer| {
            let mut hits = Vec::new();
            let mut bytes = 0;
            let mut carried = 0;
            if pieces.start > 0 {
                carried = CARRY;
                if fill_at(&self.file, buffer.tail(), pieces.start * CHUNK as u64 - CARRY as u64)? < CARRY {
                    return Ok(hits); // It shrank, which is noticed at the end.
                }
            }
            for piece in pieces {
                let offset = piece * CHUNK as u64;
                let room = usize::try_from(self.length - offset).unwrap_or(CHUNK).min(CHUNK);
                if room == CHUNK && self.is_hole(piece) {
                    buffer.tail().fill(0);
                    bytes += CHUNK as u64;
                    carried = CARRY;
                    continue;
                }
                let count = fill_at(&self.file, &mut buffer.chunk()[..room], offset)?;
                if (context.gate)(buffer.seen(carried, count)) {
                    hits.push(piece);
                }
                bytes += count as u64;
                if count < CHUNK {
                    break;
                }
                buffer.carry();
                carried = CARRY;
            }
            context.count(0, bytes);
            Ok(hits)
        })
    }

    /// What each piece adds to a position.
    fn tallies(&self, _context: &Context<'_>, pieces: Range<u64>) -> io::Result<Vec<Tally>> {
        with_buffer(|buffer| {
            let mut of_hole = None;
            pieces
                .map(|piece| {
                    if self.is_hole(piece) {
                        return Ok(*of_hole.get_or_insert_with(|| {
                            buffer.chunk().fill(0);
                            Tally::of(buffer.chunk())
                        }));
                    }
                    let count = fill_at(&self.file, buffer.chunk(), piece * CHUNK as u64)?;
                    Ok(Tally::of(&buffer.chunk()[..count]))
                })
                .collect()
        })
    }

    /// Reads a window and hands it on, from its first whole character.
    fn emit(&self, context: &Context<'_>, window: &Window) -> io::Result<()> {
        let offset = window.piece * CHUNK as u64;
        let length = (window.core.1 + MARGIN).min(self.length) - offset;
        let _share = context.budget.take(length);
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        let count = fill_at(&self.file, &mut bytes, offset)?;
        let cut = if offset == 0 { 0 } else { cut_character(&bytes[..count]) };
        let offset = offset + cut as u64;
        let bytes = &bytes[cut..count];
        let mut head = [0; HEAD];
        let head = fill_at(&self.file, &mut head, 0).map(|count| &head[..count])?;
        let inside = |place: u64| usize::try_from(place - offset).map_or(bytes.len(), |place| place.min(bytes.len()));
        context.emit(&Blob {
            origin: context.origin(&self.large.folder, &self.large.path, self.large.ignored),
            bytes,
            offset,
            core: inside(window.core.0)..inside(window.core.1),
            start: window.start,
            binary: Blob::is_binary(head),
        });
        Ok(())
    }
}

/// Joins neighbouring pieces to windows. A piece was seen with the tail of the one before it, so the core of a window
/// begins there, unless the window before has it already.
fn windows(hits: &[u64], tallies: &[Tally], length: u64) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    let mut start = Start::FILE;
    let mut counted = 0;
    let mut rest = hits;
    while let Some(&first) = rest.first() {
        let run = rest.iter().zip(first..first + WINDOW).take_while(|(hit, piece)| **hit == *piece).count();
        rest = &rest[run..];
        let piece = first.saturating_sub(BEFORE);
        while counted < piece {
            let tally = usize::try_from(counted).ok().and_then(|index| tallies.get(index)).copied();
            start = tally.unwrap_or_default().advance(start);
            counted += 1;
        }
        let begin = (first * CHUNK as u64).saturating_sub(CARRY as u64);
        let end = ((first + run as u64) * CHUNK as u64).min(length);
        let taken = windows.last().map_or(0, |window| window.core.1);
        windows.push(Window { piece, core: (begin.max(taken), end), start });
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: u64 = CHUNK as u64;

    fn cores(hits: &[u64], length: u64) -> Vec<(u64, (u64, u64))> {
        windows(hits, &[], length).into_iter().map(|window| (window.piece, window.core)).collect()
    }

    #[test]
    fn neighbours_are_one_window() {
        assert_eq!(cores(&[], 9 * PIECE), []);
        assert_eq!(cores(&[0], 9 * PIECE), [(0, (0, PIECE))]);
        assert_eq!(cores(&[4, 5, 6], 9 * PIECE), [(2, (4 * PIECE - 512, 7 * PIECE))]);
        assert_eq!(cores(&[1, 3], 9 * PIECE), [(0, (PIECE - 512, 2 * PIECE)), (1, (3 * PIECE - 512, 4 * PIECE))]);
        assert_eq!(cores(&[8], 8 * PIECE + 7), [(6, (8 * PIECE - 512, 8 * PIECE + 7))]);
    }

    #[test]
    fn cores_are_bounded_and_do_not_overlap() {
        let hits: Vec<u64> = (0..200).collect();
        let cores = cores(&hits, 200 * PIECE);
        assert_eq!(cores.first().unwrap().1.0, 0);
        assert_eq!(cores.last().unwrap().1.1, 200 * PIECE);
        assert!(cores.iter().all(|(_, (begin, end))| end - begin <= 4 * 1024 * 1024));
        assert!(cores.windows(2).all(|pair| pair[0].1.1 == pair[1].1.0));
        assert!(cores.iter().all(|(piece, (begin, _))| *begin == 0 || begin - piece * PIECE >= PIECE));
    }
}
