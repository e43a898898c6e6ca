//! Where blobs stand: in which commit first, and whether the commit checked out or the index still holds them.

use std::collections::HashMap;

use gix_hash::ObjectId;
use gix_object::{Kind, TreeRefIter};
use rayon::prelude::*;

use super::marks::{Graph, ShortSet, short};
use super::order::History;
use crate::source::git::objects::{Objects, ReadError, Reader};
use crate::source::git::repositories::Located;
use crate::source::git::trees::{Trees, join};
use crate::source::git::work_tree;

/// The places of blobs.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The first commit that holds a blob, by its place in the history, and the path it has there.
    first: HashMap<ObjectId, (usize, Vec<u8>)>,
    /// The path of a blob in the commit checked out.
    head: HashMap<ObjectId, Vec<u8>>,
    /// The path of a blob in the index.
    index: HashMap<ObjectId, Vec<u8>>,
    /// Trees that could not be read.
    pub(super) problems: Vec<(ObjectId, ReadError)>,
}

/// How a blob is held today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held<'a> {
    /// By the commit checked out, under this path.
    Head(&'a [u8]),
    /// By the index alone.
    Index(&'a [u8]),
    /// By none of them.
    No,
}

/// What the search looks through.
pub(super) struct Search<'a> {
    pub(super) blobs: &'a [ObjectId],
    pub(super) history: &'a History,
    pub(super) objects: &'a Objects,
    /// The trees that lead to the blobs; without it all trees are read.
    pub(super) graph: Option<Graph>,
    /// The commit checked out, by its place in the history.
    pub(super) head: Option<usize>,
}

impl Places {
    /// Looks for blobs.
    pub(super) fn find(search: &Search<'_>, located: &Located) -> Self {
        let mut places = Self::default();
        if search.blobs.is_empty() {
            return places;
        }
        match &search.graph {
            Some(graph) => places.by_graph(search, graph),
            None => places.by_trees(search),
        }
        // The work tree that is scanned goes first, then the others of the repository.
        let others = located.references().folders().into_iter().filter(|folder| *folder != located.git_dir);
        for git_dir in [located.git_dir.clone()].into_iter().chain(others) {
            work_tree::each_entry(&git_dir, &mut |path, id| {
                if search.blobs.binary_search(&id).is_ok() {
                    places.index.entry(id).or_insert_with(|| path.to_vec());
                }
            });
        }
        places.problems.sort_unstable();
        places.problems.dedup();
        places
    }

    /// Follows the graph, and reads only the trees on the way to each blob, for their names.
    fn by_graph(&mut self, search: &Search<'_>, graph: &Graph) {
        let commits = &search.history.commits;
        let mut visited = ShortSet::default();
        let mut ways: Vec<Option<(usize, Vec<u64>)>> = vec![None; search.blobs.len()];
        for (place, commit) in commits.iter().enumerate() {
            graph.walk(&commit.tree, &mut visited, &mut |blob, way| {
                ways[blob].get_or_insert_with(|| (place, way.to_vec()));
            });
        }
        let mut today: Vec<Option<(usize, Vec<u64>)>> = vec![None; search.blobs.len()];
        if let Some(head) = search.head {
            graph.walk(&commits[head].tree, &mut ShortSet::default(), &mut |blob, way| {
                today[blob].get_or_insert_with(|| (head, way.to_vec()));
            });
        }
        let paths = |ways: Vec<Option<(usize, Vec<u64>)>>| -> Vec<_> {
            let found = search.blobs.par_iter().zip(ways).filter_map(|(blob, way)| Some((*blob, way?)));
            found
                .map_init(
                    || search.objects.reader(),
                    |reader, (blob, (place, way))| (blob, place, path(reader, commits[place].tree, &way[1..], &blob)),
                )
                .collect()
        };
        for (blob, place, path) in paths(ways) {
            match path {
                Ok(path) => drop(self.first.insert(blob, (place, path))),
                Err(problem) => self.problems.push(problem),
            }
        }
        for (blob, _, path) in paths(today) {
            self.head.extend(path.ok().map(|path| (blob, path)));
        }
    }

    fn by_trees(&mut self, search: &Search<'_>) {
        let wanted = |id: &ObjectId| search.blobs.binary_search(id).is_ok();
        let mut trees = Trees::new(search.objects.reader(), search.objects.hash());
        for (place, commit) in search.history.commits.iter().enumerate() {
            trees.walk(commit.tree, &mut |folder, name, id| {
                if wanted(&id) {
                    self.first.entry(id).or_insert_with(|| (place, join(folder, name)));
                }
                self.first.len() < search.blobs.len()
            });
            if self.first.len() == search.blobs.len() {
                break;
            }
        }
        self.problems = trees.problems;
        if let Some(head) = search.head {
            let mut trees = Trees::new(search.objects.reader(), search.objects.hash());
            trees.walk(search.history.commits[head].tree, &mut |folder, name, id| {
                if wanted(&id) {
                    self.head.entry(id).or_insert_with(|| join(folder, name));
                }
                true
            });
            self.problems.extend(trees.problems);
        }
    }

    /// How a blob is held today.
    pub(super) fn held(&self, id: &ObjectId) -> Held<'_> {
        match (self.head.get(id), self.index.get(id)) {
            (Some(path), _) => Held::Head(path),
            (None, Some(path)) => Held::Index(path),
            (None, None) => Held::No,
        }
    }

    /// The first commit that holds a blob, by its place in the history, and the path there.
    pub(super) fn first(&self, id: &ObjectId) -> Option<(usize, &[u8])> {
        self.first.get(id).map(|(place, path)| (*place, path.as_slice()))
    }
}

/// The path of a blob: the names of the trees on the way to it, below a root.
fn path(
    reader: &mut Reader<'_>,
    root: ObjectId,
    way: &[u64],
    blob: &ObjectId,
) -> Result<Vec<u8>, (ObjectId, ReadError)> {
    let mut path = Vec::new();
    let mut tree = root;
    let mut buffer = Vec::new();
    for next in way.iter().copied().chain([short(blob, false)]) {
        match reader.read(&tree, &mut buffer) {
            Ok(Kind::Tree) => {}
            Ok(_) => return Err((tree, ReadError::Damaged)),
            Err(error) => return Err((tree, error)),
        }
        let mut entries = TreeRefIter::from_bytes(&buffer, tree.kind()).map_while(Result::ok);
        let entry =
            entries.find(|entry| short(entry.oid, entry.mode.is_tree()) == next).ok_or((tree, ReadError::Damaged))?;
        path = join(&path, entry.filename);
        tree = entry.oid.to_owned();
    }
    Ok(path)
}
