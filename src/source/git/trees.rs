//! Walks through trees, which anybody can have made: deep ones, ones that name each other a billion times, ones that are
//! not there.

use std::collections::HashSet;

use gix_hash::ObjectId;
use gix_object::{Kind, TreeRefIter};

use super::objects::{ReadError, Reader};

/// Deepest tree, in folders, and longest path, in bytes, that are followed.
pub(in crate::source) const DEPTH: usize = 4096;
pub(in crate::source) const PATH: usize = 64 * 1024;

/// Receives folder, name and id of a file; whether to go on.
pub(in crate::source) type Visit<'v> = dyn FnMut(&[u8], &[u8], ObjectId) -> bool + 'v;

/// Walks trees, none of them twice.
pub(in crate::source) struct Trees<'a> {
    reader: Reader<'a>,
    hash: gix_hash::Kind,
    seen: HashSet<ObjectId>,
    /// Trees that could not be read.
    pub(in crate::source) problems: Vec<(ObjectId, ReadError)>,
}

impl<'a> Trees<'a> {
    /// Begins with none seen.
    pub(in crate::source) fn new(reader: Reader<'a>, hash: gix_hash::Kind) -> Self {
        Self { reader, hash, seen: HashSet::new(), problems: Vec::new() }
    }

    /// Calls `visit` with folder, name and id of every file and link below a tree, in an order that is always the same,
    /// until it returns false. What stands in a tree that was walked before is passed over, wherever it was.
    pub(in crate::source) fn walk(&mut self, root: ObjectId, visit: &mut Visit<'_>) {
        let mut open = vec![(root, Vec::new(), 0)];
        let mut buffer = Vec::new();
        while let Some((id, path, depth)) = open.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            match self.reader.read(&id, &mut buffer) {
                Ok(Kind::Tree) => {}
                Ok(_) => {
                    self.problems.push((id, ReadError::Damaged));
                    continue;
                }
                Err(error) => {
                    self.problems.push((id, error));
                    continue;
                }
            }
            let first = open.len();
            for entry in TreeRefIter::from_bytes(&buffer, self.hash) {
                let Ok(entry) = entry else {
                    self.problems.push((id, ReadError::Damaged));
                    break;
                };
                if entry.mode.is_commit() {
                    continue;
                }
                if !entry.mode.is_tree() {
                    if !visit(&path, entry.filename, entry.oid.to_owned()) {
                        return;
                    }
                } else if depth < DEPTH && path.len() + entry.filename.len() < PATH {
                    open.push((entry.oid.to_owned(), join(&path, entry.filename), depth + 1));
                } else {
                    self.problems.push((entry.oid.to_owned(), ReadError::TooLarge));
                }
            }
            open[first..].reverse();
        }
    }
}

/// A path of folder and name.
pub(in crate::source) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}
