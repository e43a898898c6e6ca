//! Where blobs stand: in which commit first, and whether the commit checked out or the index still holds them.

use std::collections::HashMap;

use gix_hash::ObjectId;

use super::marks::{Graph, Ways};
use super::names::Names;
use super::order::History;
use crate::model::Exposure;
use crate::source::git::objects::{Objects, ReadError};
use crate::source::git::references::References;
use crate::source::git::repositories::Located;
use crate::source::git::trees::{Trees, join};
use crate::source::git::work_tree;

/// The places of blobs.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The first commit that holds a blob, by its place in the history, and the path it has there.
    first: HashMap<ObjectId, (usize, Vec<u8>)>,
    /// The paths of a blob in the commit checked out.
    head: HashMap<ObjectId, Vec<Vec<u8>>>,
    /// The paths of a blob in the index.
    index: HashMap<ObjectId, Vec<Vec<u8>>>,
    /// Trees that could not be read.
    pub(super) problems: Vec<(ObjectId, ReadError)>,
}

/// Most copies of a blob in one commit, or in the index, that are told.
const MOST_COPIES: usize = 1000;

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
    pub(super) fn find(search: &Search<'_>, located: &Located, references: &References) -> Self {
        let mut places = Self::default();
        if search.blobs.is_empty() {
            return places;
        }
        match &search.graph {
            Some(graph) => places.by_graph(search, graph),
            None => places.by_trees(search),
        }
        // The work tree that is scanned goes first, then the others of the repository.
        let others = references.folders().into_iter().filter(|folder| *folder != located.git_dir);
        for git_dir in [located.git_dir.clone()].into_iter().chain(others) {
            work_tree::each_entry(&git_dir, &mut |path, id| {
                if search.blobs.binary_search(&id).is_ok() {
                    let known = places.index.entry(id).or_default();
                    if known.len() < MOST_COPIES {
                        known.push(path.to_vec());
                    }
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
        let mut ways = Ways::default();
        let mut first: Vec<Option<(usize, usize)>> = vec![None; search.blobs.len()];
        for (place, commit) in commits.iter().enumerate() {
            graph.walk(commit.tree, &mut ways, &mut |blob, step| {
                first[blob].get_or_insert((place, step));
            });
        }
        // In the order of the trees, so that each is read once.
        let found = first.into_iter().enumerate().filter_map(|(blob, found)| Some((found?, blob)));
        let mut found: Vec<((usize, usize), usize)> = found.collect();
        found.sort_unstable_by_key(|&((_, step), blob)| (step, blob));
        let mut names = Names::new(&ways, graph, search.objects);
        for ((place, step), blob) in found {
            let blob = search.blobs[blob];
            match names.paths(step, &blob) {
                Ok(paths) => self.first.extend(paths.into_iter().next().map(|path| (blob, (place, path)))),
                Err(problem) => self.problems.push(problem),
            }
        }
        let Some(head) = search.head else { return };
        let mut ways = Ways::through_everything();
        let mut today = Vec::new();
        graph.walk(commits[head].tree, &mut ways, &mut |blob, step| today.push((step, blob)));
        let mut names = Names::new(&ways, graph, search.objects);
        for (step, blob) in today {
            let blob = search.blobs[blob];
            let paths = names.paths(step, &blob).unwrap_or_default();
            let known = self.head.entry(blob).or_default();
            known.extend(paths.into_iter().take(MOST_COPIES.saturating_sub(known.len())));
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
                    self.head.entry(id).or_default().push(join(folder, name));
                }
                true
            });
            self.problems.extend(trees.problems);
        }
    }

    /// Where a blob is held today: the paths in the commit checked out, and those in an index alone.
    pub(super) fn today(&self, id: &ObjectId) -> Vec<(&[u8], Exposure)> {
        let head = self.head.get(id).into_iter().flatten();
        let mut today: Vec<(&[u8], Exposure)> = head.map(|path| (path.as_slice(), Exposure::Tracked)).collect();
        for path in self.index.get(id).into_iter().flatten() {
            if today.iter().all(|(known, _)| known != path) {
                today.push((path, Exposure::Staged));
            }
        }
        today
    }

    /// The first commit that holds a blob, by its place in the history, and the path there.
    pub(super) fn first(&self, id: &ObjectId) -> Option<(usize, &[u8])> {
        self.first.get(id).map(|(place, path)| (*place, path.as_slice()))
    }
}
