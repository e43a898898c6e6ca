//! The names on the way to blobs. Each tree is read once for all that is looked for in it.

use std::collections::HashMap;

use gix_hash::ObjectId;
use gix_object::{Kind, TreeRefIter};

use super::marks::{Graph, ShortMap, Ways, short};
use crate::source::git::objects::{Objects, ReadError, Reader};
use crate::source::git::trees::{PATH, join};

/// Trees whose names are kept at a time.
const KEPT: usize = 256;

/// What a tree names: whole id, and name.
type Entry = (ObjectId, Vec<u8>);

/// Reads names.
pub(super) struct Names<'a> {
    ways: &'a Ways,
    graph: &'a Graph,
    reader: Reader<'a>,
    buffer: Vec<u8>,
    /// The folder looked at last: its step, and its path.
    folder: (Option<usize>, Vec<u8>),
    /// The steps of which id and name are known.
    known: HashMap<usize, Entry>,
    /// What the trees of steps name that leads somewhere.
    kept: HashMap<usize, ShortMap<Vec<Entry>>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(ways: &'a Ways, graph: &'a Graph, objects: &'a Objects) -> Self {
        Self {
            ways,
            graph,
            reader: objects.reader(),
            buffer: Vec::new(),
            folder: (None, Vec::new()),
            known: HashMap::new(),
            kept: HashMap::new(),
        }
    }

    /// The paths of a blob behind a step: more than one where the tree names it several times.
    pub(super) fn paths(&mut self, step: usize, blob: &ObjectId) -> Result<Vec<Vec<u8>>, (ObjectId, ReadError)> {
        if self.folder.0 != Some(step) {
            self.folder = (Some(step), self.folder_of(step, blob)?);
        }
        let entries = self.entries(step)?.get(&short(blob, false)).cloned().ok_or((*blob, ReadError::Damaged))?;
        let paths: Vec<Vec<u8>> = entries.iter().map(|(_, name)| join(&self.folder.1, name)).collect();
        if paths.iter().any(|path| path.len() > PATH) { Err((*blob, ReadError::TooLarge)) } else { Ok(paths) }
    }

    /// The path of the folder that a step is.
    fn folder_of(&mut self, step: usize, blob: &ObjectId) -> Result<Vec<u8>, (ObjectId, ReadError)> {
        let mut folder = Vec::new();
        for pair in self.ways.to(step).windows(2) {
            let (above, (number, tree)) = (pair[0].0, pair[1]);
            if !self.known.contains_key(&number) {
                let entry = self.entries(above)?.get(&tree).and_then(|entries| entries.first()).cloned();
                self.known.insert(number, entry.ok_or((*blob, ReadError::Damaged))?);
            }
            if !folder.is_empty() {
                folder.push(b'/');
            }
            folder.extend_from_slice(&self.known[&number].1);
            if folder.len() > PATH {
                return Err((*blob, ReadError::TooLarge));
            }
        }
        Ok(folder)
    }

    /// What the tree of a step names. The steps above it are known.
    fn entries(&mut self, step: usize) -> Result<&ShortMap<Vec<Entry>>, (ObjectId, ReadError)> {
        if !self.kept.contains_key(&step) {
            let known = self.known.get(&step).map(|(id, _)| *id).or_else(|| self.ways.root(step));
            let Some(id) = known else { return Ok(self.kept.entry(step).or_default()) };
            match self.reader.read(&id, &mut self.buffer) {
                Ok(Kind::Tree) => {}
                Ok(_) => return Err((id, ReadError::Damaged)),
                Err(error) => return Err((id, error)),
            }
            let mut entries: ShortMap<Vec<Entry>> = ShortMap::default();
            for entry in TreeRefIter::from_bytes(&self.buffer, id.kind()).map_while(Result::ok) {
                let short = short(entry.oid, entry.mode.is_tree());
                if self.graph.has(short) {
                    entries.entry(short).or_default().push((entry.oid.to_owned(), entry.filename.to_vec()));
                }
            }
            if self.kept.len() >= KEPT {
                self.kept.clear();
            }
            self.kept.insert(step, entries);
        }
        Ok(&self.kept[&step])
    }
}
