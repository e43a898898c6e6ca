//! The commits in the order of the history, parents before children, those that everybody has before those that only this
//! copy of the repository keeps.

use std::collections::HashMap;

use gix_hash::ObjectId;

use crate::model::Reach;
use crate::source::git::commit::{Commit, parents_first};

/// The history of a repository.
#[derive(Debug, Default)]
pub(super) struct History {
    /// All commits, oldest first.
    pub(super) commits: Vec<Commit>,
    /// From where each can be reached.
    pub(super) reach: Vec<Reach>,
    /// Whether it belongs to the notes on other commits.
    pub(super) notes: Vec<bool>,
    places: HashMap<ObjectId, usize>,
}

/// Where walks through the history begin.
#[derive(Debug, Default)]
pub(super) struct Tips {
    /// Branches, tags and other references, without the stash.
    pub(super) references: Vec<ObjectId>,
    /// The stash, and what logs name.
    pub(super) local: Vec<ObjectId>,
    /// References to notes.
    pub(super) notes: Vec<ObjectId>,
}

impl History {
    /// Orders commits. Of two that do not follow one another the earlier goes first.
    pub(super) fn new(commits: Vec<Commit>, tips: &Tips) -> Self {
        let places: HashMap<ObjectId, usize> = commits.iter().enumerate().map(|(at, commit)| (commit.id, at)).collect();
        let parents: Vec<Vec<usize>> = commits
            .iter()
            .map(|commit| commit.parents.iter().filter_map(|parent| places.get(parent).copied()).collect())
            .collect();
        let reached = |tips: &[ObjectId]| {
            let mut reached = vec![false; commits.len()];
            let mut open: Vec<usize> = tips.iter().filter_map(|tip| places.get(tip).copied()).collect();
            while let Some(at) = open.pop() {
                if !std::mem::replace(&mut reached[at], true) {
                    open.extend(&parents[at]);
                }
            }
            reached
        };
        let (public, local, notes) = (reached(&tips.references), reached(&tips.local), reached(&tips.notes));
        let reach: Vec<Reach> = (0..commits.len())
            .map(|at| match (public[at] || notes[at], local[at]) {
                (true, _) => Reach::Reference,
                (_, true) => Reach::Local,
                _ => Reach::Nowhere,
            })
            .collect();
        let order = parents_first(&parents, |at| (reach[at], commits[at].time, commits[at].id));

        let mut slots: Vec<Option<Commit>> = commits.into_iter().map(Some).collect();
        let mut history = Self::default();
        for at in order {
            let Some(commit) = slots[at].take() else { continue };
            history.places.insert(commit.id, history.commits.len());
            history.commits.push(commit);
            history.reach.push(reach[at]);
            history.notes.push(notes[at] && !public[at]);
        }
        history
    }

    /// Where a commit stands in the order.
    pub(super) fn place(&self, id: &ObjectId) -> Option<usize> {
        self.places.get(id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ObjectId {
        ObjectId::from_bytes_or_panic(&[number; 20])
    }

    fn commit(number: u8, parents: &[u8], time: i64) -> Commit {
        Commit { id: id(number), tree: id(0), parents: parents.iter().map(|&parent| id(parent)).collect(), time }
    }

    #[test]
    fn parents_go_first_and_what_everybody_has_before_what_only_this_copy_keeps() {
        let commits = vec![
            commit(9, &[1], 5), // a child that claims to be older than its parent
            commit(1, &[], 10),
            commit(2, &[1, 77], 20), // a parent that is missing
            commit(3, &[1], 15),     // stashed
            commit(4, &[1], 11),     // nobody's
            commit(5, &[], 1),       // notes
            commit(6, &[7], 1),      // each other's parents, as only a forged object can be
            commit(7, &[6], 1),
        ];
        let tips = Tips { references: vec![id(2), id(9)], local: vec![id(3)], notes: vec![id(5)] };
        let history = History::new(commits, &tips);
        let order: Vec<u8> = history.commits.iter().map(|commit| commit.id.as_bytes()[0]).collect();
        assert_eq!(order, [5, 1, 9, 2, 3, 4, 6, 7]);
        use Reach::{Local, Nowhere, Reference};
        assert_eq!(history.reach, [Reference, Reference, Reference, Reference, Local, Nowhere, Nowhere, Nowhere]);
        assert_eq!(history.notes, [true, false, false, false, false, false, false, false]);
        assert_eq!(history.place(&id(3)), Some(4));
    }
}
