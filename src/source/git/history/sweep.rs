//! Every object of a repository, each decoded once: which blobs and messages hold something, and how the commits follow
//! one another.
//!
//! A pack is read in the order of its deltas, so that each version is made from the one before it exactly once. What a
//! pack's order breaks on (a damaged object, one that is too large) is then read object by object.

use std::mem;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use gix_hash::ObjectId;
use gix_object::Kind;
use gix_pack::cache::lru::MemoryCappedHashmap;
use gix_pack::index::traverse::{Algorithm, Options, SafetyCheck};
use rayon::prelude::*;

use super::marks::{Named, Room};
use crate::model::SkipReason;
use crate::source::git::commit::{self, Commit};
use crate::source::git::objects::{self, Objects, Problem, ReadError, Store};

/// Objects of a pack below which it is read by one thread, beside other packs.
const SMALL: u32 = 10_000;

/// Bytes of decoded objects that a thread keeps where a pack is read object by object.
const CACHE: usize = 16 * 1024 * 1024;

/// Decides whether an object's text is looked at again, and by its path.
pub(super) type Probe<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// How objects are looked at.
#[derive(Clone, Copy)]
struct How<'a> {
    probe: Probe<'a>,
    /// For what trees name.
    room: &'a Room,
    /// Larger blobs are not looked at, in bytes.
    largest: u64,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Blobs that hold something.
    pub(super) blobs: Vec<ObjectId>,
    /// Blobs that are larger than the user wants.
    pub(super) too_large: Vec<ObjectId>,
    /// Commits, trees and tags that break the rules of their format.
    pub(super) unreadable: Vec<ObjectId>,
    /// Commits and tags whose messages hold something.
    pub(super) messages: Vec<(ObjectId, Kind)>,
    /// All commits.
    pub(super) commits: Vec<Commit>,
    /// All tags with what they point to.
    pub(super) tags: Vec<(ObjectId, ObjectId)>,
    /// What the trees name.
    pub(super) named: Named,
    /// Number of blobs.
    pub(super) files: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
}

impl Seen {
    fn take(&mut self, kind: Kind, id: ObjectId, bytes: &[u8], how: How<'_>) {
        match kind {
            Kind::Blob => {
                self.files += 1;
                self.bytes += bytes.len() as u64;
                self.named.take_blob(&id, how.room);
                if bytes.len() as u64 > how.largest {
                    self.too_large.push(id);
                } else if (how.probe)(bytes) {
                    self.blobs.push(id);
                }
            }
            Kind::Commit => {
                match Commit::read(id, bytes) {
                    Some(commit) => self.commits.push(commit),
                    None => self.unreadable.push(id),
                }
                if (how.probe)(bytes) {
                    self.messages.push((id, kind));
                }
            }
            Kind::Tag => {
                match commit::target(bytes) {
                    Some(target) => self.tags.push((id, target)),
                    None => self.unreadable.push(id),
                }
                if (how.probe)(bytes) {
                    self.messages.push((id, kind));
                }
            }
            Kind::Tree => {
                if !self.named.take_tree(&id, bytes, how.room) {
                    self.unreadable.push(id);
                }
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.blobs.extend(other.blobs);
        self.too_large.extend(other.too_large);
        self.unreadable.extend(other.unreadable);
        self.messages.extend(other.messages);
        self.commits.extend(other.commits);
        self.tags.extend(other.tags);
        self.files += other.files;
        self.bytes += other.bytes;
        self.problems.extend(other.problems);
        self.named.add(other.named);
    }

    /// Sorts everything, and keeps one of objects that are stored several times.
    fn settle(&mut self) {
        self.blobs.sort_unstable();
        self.blobs.dedup();
        self.unreadable.sort_unstable();
        self.unreadable.dedup();
        self.too_large.sort_unstable();
        self.too_large.dedup();
        self.messages.sort_unstable();
        self.messages.dedup();
        self.commits.sort_unstable_by_key(|commit| commit.id);
        self.commits.dedup_by_key(|commit| commit.id);
        self.tags.sort_unstable();
        self.tags.dedup();
        self.problems.sort_unstable();
        self.problems.dedup();
    }
}

/// Reads all objects, with the threads of the pool that this runs in. Also says whether all trees could be kept.
pub(super) fn sweep(objects: &Objects, probe: Probe<'_>, largest: u64) -> (Seen, bool) {
    let all = Mutex::new(Seen::default());
    let room = &Room::new();
    let how = How { probe, room, largest };
    let add = |seen| all.lock().unwrap_or_else(PoisonError::into_inner).add(seen);
    for store in objects.stores() {
        let (small, large): (Vec<_>, Vec<_>) = store.packs.iter().partition(|pack| pack.index.num_objects() < SMALL);
        large.into_iter().for_each(|pack| add(packed(pack, rayon::current_num_threads(), how)));
        small.into_par_iter().for_each(|pack| add(packed(pack, 1, how)));
        add(loose(store, objects.hash(), how));
    }
    let mut seen = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.settle();
    (seen, room.sufficed())
}

/// All objects of a pack.
fn packed(pack: &gix_pack::Bundle, threads: usize, how: How<'_>) -> Seen {
    // The library divides by the number of objects.
    if pack.index.num_objects() == 0 {
        return Seen::default();
    }
    let all = Mutex::new(Seen::default());
    let mut local = Local { all: &all, seen: Seen::default(), how };
    let outcome = pack.index.traverse(
        &pack.pack,
        &mut gix_utils::progress::Discard,
        &AtomicBool::new(false),
        move |kind: Kind, bytes: &[u8], entry: &gix_pack::index::Entry, _: &dyn gix_utils::progress::Progress| {
            local.seen.take(kind, entry.oid, bytes, local.how);
            Ok(())
        },
        Options {
            traversal: Algorithm::DeltaTreeLookup,
            thread_limit: Some(threads),
            check: SafetyCheck::SkipFileAndObjectChecksumVerification,
            alloc_limit_bytes: Some(objects::LARGEST),
            make_pack_lookup_cache: || gix_pack::cache::Never,
        },
    );
    match outcome {
        Ok(_) => all.into_inner().unwrap_or_else(PoisonError::into_inner),
        Err(_) => one_by_one(pack, how),
    }
}

/// What one thread has seen of a pack. The library hands out copies of it, and drops them when they are done.
struct Local<'a> {
    all: &'a Mutex<Seen>,
    seen: Seen,
    how: How<'a>,
}

impl Clone for Local<'_> {
    fn clone(&self) -> Self {
        Self { all: self.all, seen: Seen::default(), how: self.how }
    }
}

impl Drop for Local<'_> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).add(mem::take(&mut self.seen));
    }
}

/// The objects of a pack that cannot be read in the order of its deltas.
fn one_by_one(pack: &gix_pack::Bundle, how: How<'_>) -> Seen {
    let mut entries: Vec<_> = pack.index.iter().map(|entry| (entry.pack_offset, entry.oid)).collect();
    entries.sort_unstable();
    let parts = entries.par_chunks(256).map(|entries| {
        let mut seen = Seen::default();
        let mut inflate = gix_zlib::Inflate::default();
        let mut cache = MemoryCappedHashmap::new(CACHE);
        let mut buffer = Vec::new();
        for (_, id) in entries {
            match pack.find(id, &mut buffer, &mut inflate, &mut cache) {
                Ok(Some((object, _))) => seen.take(object.kind, *id, object.data, how),
                _ => seen.problems.push((object_path(pack.pack.path(), id), objects::why(pack, id).into())),
            }
        }
        seen
    });
    parts.reduce(Seen::default, |mut left, right| {
        left.add(right);
        left
    })
}

/// The name that a packed object would have if it were loose.
fn object_path(pack: &std::path::Path, id: &ObjectId) -> PathBuf {
    let hex = id.to_string();
    let folder = pack.parent().and_then(std::path::Path::parent).unwrap_or(pack);
    folder.join(&hex[..2]).join(&hex[2..])
}

/// All loose objects of a folder.
fn loose(store: &Store, hash: gix_hash::Kind, how: How<'_>) -> Seen {
    let parts = store.loose(hash).into_par_iter().fold(
        || (Seen::default(), Vec::new()),
        |(mut seen, mut buffer), id| {
            let path = store.loose_path(&id);
            match objects::read_loose(&path, &mut buffer) {
                Ok(kind) => seen.take(kind, id, &buffer, how),
                // It was there a moment ago: packed by somebody at work.
                Err(ReadError::Missing) => seen.problems.push((path, SkipReason::Changed)),
                Err(error) => seen.problems.push((path, error.into())),
            }
            (seen, buffer)
        },
    );
    parts.map(|(seen, _)| seen).reduce(Seen::default, |mut left, right| {
        left.add(right);
        left
    })
}
