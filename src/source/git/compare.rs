//! Comparing trees: looking a path up, and what one of them holds that others do not.
//!
//! A stranger's trees may share their branches so that few objects spell out millions of paths, or be nested without
//! end. So the walk has a stack of its own, goes no deeper than [`DEPTH`], and enters the same trees again only as
//! long as that costs little.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gix_hash::ObjectId;
use gix_object::{Kind, TreeRefIter};

use super::commit;
use super::objects::{Objects, ReadError, Reader};
use super::trees::{DEPTH, PATH, join};
use crate::model::SkipReason;

/// Bytes of trees that one reader keeps: the trees of a commit are mostly those of its parent.
const KEPT: usize = 32 * 1024 * 1024;

/// Bytes of trees entered again under another path, for each comparison.
const AGAIN: usize = 256 * 1024;

/// Bytes of trees read for each comparison.
const MOST: usize = 1024 * 1024 * 1024;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A folder.
    Tree,
    /// A file, or the text of a link.
    Blob,
    /// A commit of another repository.
    Other,
}

/// An entry of a tree.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
}

/// A file of a tree, or a submodule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// Its path, as git writes it.
    pub(super) path: Vec<u8>,
    /// What it holds.
    pub(super) id: ObjectId,
    /// Whether that is a commit of another repository.
    pub(super) submodule: bool,
}

/// Reads trees, for one thread.
pub(super) struct Compare<'a> {
    hash: gix_hash::Kind,
    reader: Reader<'a>,
    kept: HashMap<ObjectId, Arc<[u8]>>,
    held: usize,
    buffer: Vec<u8>,
}

/// A tree to compare with those that stand at the same path.
struct Step {
    tree: ObjectId,
    others: Vec<ObjectId>,
    path: Vec<u8>,
    depth: usize,
}

/// An object that could not be read, and why.
pub(super) type Problem = (ObjectId, SkipReason);

impl<'a> Compare<'a> {
    pub(super) fn new(objects: &'a Objects) -> Self {
        let kept = HashMap::new();
        Self { hash: objects.hash(), reader: objects.reader(), kept, held: 0, buffer: Vec::new() }
    }

    /// The reader of its objects.
    pub(super) fn reader(&mut self) -> &mut Reader<'a> {
        &mut self.reader
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&mut self, commit: ObjectId) -> Result<ObjectId, ReadError> {
        commit::read_commit(&mut self.reader, commit, &mut self.buffer).map(|commit| commit.tree)
    }

    /// The bytes of a tree.
    pub(super) fn read(&mut self, id: ObjectId) -> Result<Arc<[u8]>, ReadError> {
        if let Some(bytes) = self.kept.get(&id) {
            return Ok(Arc::clone(bytes));
        }
        // Every repository has this one, whether it is stored or not.
        if id == ObjectId::empty_tree(self.hash) {
            return Ok(Arc::from([]));
        }
        if self.reader.read(&id, &mut self.buffer)? != Kind::Tree {
            return Err(ReadError::Damaged);
        }
        let bytes: Arc<[u8]> = Arc::from(self.buffer.as_slice());
        if self.held + bytes.len() > KEPT {
            self.kept.clear();
            self.held = 0;
        }
        self.held += bytes.len();
        self.kept.insert(id, Arc::clone(&bytes));
        Ok(bytes)
    }

    /// The entries of a tree, and whether it could be read to its end.
    pub(super) fn entries<'b>(&self, bytes: &'b [u8]) -> (Vec<Entry<'b>>, bool) {
        let mut entries = Vec::new();
        for entry in TreeRefIter::from_bytes(bytes, self.hash) {
            let Ok(entry) = entry else { return (entries, false) };
            entries.push(Entry { name: entry.filename, kind: kind_of(entry.mode), id: entry.oid.to_owned() });
        }
        (entries, true)
    }

    /// What stands at a path of a tree.
    pub(super) fn find(&mut self, tree: ObjectId, path: &[u8]) -> Option<(EntryKind, ObjectId)> {
        let mut at = (EntryKind::Tree, tree);
        for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
            if at.0 != EntryKind::Tree {
                return None;
            }
            let bytes = self.read(at.1).ok()?;
            let mut entries = TreeRefIter::from_bytes(&bytes, self.hash).map_while(Result::ok);
            at = entries
                .find(|entry| entry.filename == name)
                .map(|entry| (kind_of(entry.mode), entry.oid.to_owned()))?;
        }
        Some(at)
    }

    /// The files of `tree` that none of `others` has at the same path, sorted. `path` is where all of them stand. What of
    /// `others` cannot be read counts as empty, so that nothing is missed.
    pub(super) fn introduced(
        &mut self,
        tree: ObjectId,
        others: Vec<ObjectId>,
        path: Vec<u8>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let mut seen: HashSet<(ObjectId, Vec<ObjectId>)> = HashSet::new();
        let (mut again, mut all) = (0, 0);
        let mut steps = vec![Step { tree, others, path, depth: 0 }];
        while let Some(Step { tree, others, path, depth }) = steps.pop() {
            if others.contains(&tree) {
                continue;
            }
            if depth > DEPTH || path.len() > PATH || all > MOST {
                problems.push((tree, SkipReason::Limit));
                continue;
            }
            let bytes = match self.read(tree) {
                Ok(bytes) => bytes,
                Err(error) => {
                    problems.push((tree, error.into()));
                    continue;
                }
            };
            all += bytes.len();
            if !seen.insert((tree, others.clone())) {
                again += bytes.len();
                if again > AGAIN {
                    continue;
                }
            }
            let others: Vec<Arc<[u8]>> = others.into_iter().filter_map(|other| self.read(other).ok()).collect();
            all += others.iter().map(|other| other.len()).sum::<usize>();
            let others: Vec<_> = others.iter().map(|other| by_name(self.entries(other).0)).collect();
            let (entries, complete) = self.entries(&bytes);
            if !complete {
                problems.push((tree, SkipReason::DamagedObject));
            }
            for Entry { name, kind, id } in entries {
                let there = others.iter().filter_map(|other| other.get(name)).filter(|(other, _)| *other == kind);
                let there: Vec<ObjectId> = there.map(|(_, id)| *id).collect();
                if there.contains(&id) {
                    continue;
                }
                let path = join(&path, name);
                match kind {
                    EntryKind::Tree => steps.push(Step { tree: id, others: distinct(there), path, depth: depth + 1 }),
                    _ => found.push(Found { path, id, submodule: kind == EntryKind::Other }),
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn kind_of(mode: gix_object::tree::EntryMode) -> EntryKind {
    if mode.is_tree() {
        EntryKind::Tree
    } else if mode.is_commit() {
        EntryKind::Other
    } else {
        EntryKind::Blob
    }
}

/// Entries by their names.
pub(super) fn by_name(entries: Vec<Entry<'_>>) -> HashMap<&[u8], (EntryKind, ObjectId)> {
    entries.into_iter().map(|entry| (entry.name, (entry.kind, entry.id))).collect()
}

fn distinct(mut ids: Vec<ObjectId>) -> Vec<ObjectId> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
