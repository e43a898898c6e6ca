//! Where blobs stand: in which commit first, and whether the commit checked out or the index still holds them.

use std::collections::HashMap;

use gix_hash::ObjectId;

use super::order::History;
use crate::source::git::WorkTree;
use crate::source::git::objects::{Objects, ReadError};
use crate::source::git::repositories::Located;
use crate::source::git::trees::{Trees, join};

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
    /// By a commit of the past, or of another branch.
    Past(&'a [u8]),
    /// By none.
    Nowhere,
}

impl Places {
    /// Looks for blobs.
    pub(super) fn find(
        blobs: &[ObjectId],
        history: &History,
        objects: &Objects,
        located: &Located,
        head: Option<ObjectId>,
    ) -> Self {
        let mut places = Self::default();
        if blobs.is_empty() {
            return places;
        }
        let wanted = |id: &ObjectId| blobs.binary_search(id).is_ok();

        let mut trees = Trees::new(objects.reader(), objects.hash());
        for (place, commit) in history.commits.iter().enumerate() {
            trees.walk(commit.tree, &mut |folder, name, id| {
                if wanted(&id) {
                    places.first.entry(id).or_insert_with(|| (place, join(folder, name)));
                }
                places.first.len() < blobs.len()
            });
            if places.first.len() == blobs.len() {
                break;
            }
        }
        places.problems = trees.problems;

        if let Some(place) = head.and_then(|head| history.place(&head)) {
            let mut trees = Trees::new(objects.reader(), objects.hash());
            trees.walk(history.commits[place].tree, &mut |folder, name, id| {
                if wanted(&id) {
                    places.head.entry(id).or_insert_with(|| join(folder, name));
                }
                true
            });
            places.problems.extend(trees.problems);
        }
        if let Some(tree) = WorkTree::at(&located.top) {
            tree.each_entry(&mut |path, id| {
                if wanted(&id) {
                    places.index.entry(id).or_insert_with(|| path.to_vec());
                }
            });
        }
        places.problems.sort_unstable();
        places.problems.dedup();
        places
    }

    /// How a blob is held today.
    pub(super) fn held(&self, id: &ObjectId) -> Held<'_> {
        match (self.head.get(id), self.index.get(id), self.first.get(id)) {
            (Some(path), ..) => Held::Head(path),
            (None, Some(path), _) => Held::Index(path),
            (None, None, Some((_, path))) => Held::Past(path),
            (None, None, None) => Held::Nowhere,
        }
    }

    /// The place in the history of the first commit that holds a blob.
    pub(super) fn first(&self, id: &ObjectId) -> Option<usize> {
        self.first.get(id).map(|(place, _)| *place)
    }
}
