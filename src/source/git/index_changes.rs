//! The entries of an index that the tree of a commit does not have.
//!
//! The index remembers the ids of the trees that it would make; git forgets one as soon as anything in it is changed. So
//! mostly a few trees are read and the rest is known to be equal. An index from the commit is never built: for fifty
//! thousand files that alone would cost more than everything else.

use std::ops::Range;

use gix_hash::ObjectId;
use gix_index::State;
use gix_index::entry::{Flags, Mode};
use gix_index::extension::Tree;

use super::compare::{Compare, EntryKind, Found, Problem, by_name};

/// A folder of the index to compare with the tree at the same path.
struct Step<'a> {
    entries: Range<usize>,
    /// Length of the path of the folder, with its last slash.
    prefix: usize,
    tree: Option<ObjectId>,
    remembered: Option<&'a Tree>,
}

/// The files of an index that a tree does not have at the same path, sorted, each side of a conflict for itself. Without
/// a tree these are all. What of the tree cannot be read counts as empty, so that nothing is missed.
pub(super) fn changes(
    index: &State,
    tree: Option<ObjectId>,
    trees: &mut Compare<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Found> {
    let mut found = Vec::new();
    let first = Step { entries: 0..index.entries().len(), prefix: 0, tree, remembered: index.tree() };
    let mut steps = vec![first];
    while let Some(step) = steps.pop() {
        let equal = step.remembered.is_some_and(|known| known.num_entries.is_some() && Some(known.id) == step.tree);
        if !equal {
            compare(index, &step, trees, &mut steps, &mut found, problems);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn compare<'a>(
    index: &'a State,
    step: &Step<'a>,
    trees: &mut Compare<'_>,
    steps: &mut Vec<Step<'a>>,
    found: &mut Vec<Found>,
    problems: &mut Vec<Problem>,
) {
    let bytes = step.tree.and_then(|tree| trees.read(tree).ok());
    let there = bytes.as_deref().map(|bytes| by_name(trees.entries(bytes).0)).unwrap_or_default();
    let entries = index.entries();
    let mut at = step.entries.start;
    while at < step.entries.end {
        let entry = &entries[at];
        let path: &[u8] = entry.path(index);
        at += 1;
        let name = path.get(step.prefix..).unwrap_or_default();
        let slash = name.iter().position(|&byte| byte == b'/').filter(|slash| slash + 1 < name.len());
        if let Some(slash) = slash {
            let prefix = step.prefix + slash + 1;
            let first = at - 1;
            while at < step.entries.end && entries[at].path(index).starts_with(&path[..prefix]) {
                at += 1;
            }
            let name = &name[..slash];
            let tree = there.get(name).filter(|(kind, _)| *kind == EntryKind::Tree).map(|(_, id)| *id);
            let remembered = step.remembered.and_then(|known| {
                let child = known.children.binary_search_by(|child| child.name.as_slice().cmp(name)).ok()?;
                known.children.get(child)
            });
            steps.push(Step { entries: first..at, prefix, tree, remembered });
        } else if entry.mode == Mode::DIR {
            // A folder that is not checked out stands as a whole.
            let name = name.strip_suffix(b"/").unwrap_or(name);
            let others = there.get(name).filter(|(kind, _)| *kind == EntryKind::Tree).map(|(_, id)| *id);
            let path = path.strip_suffix(b"/").unwrap_or(path).to_vec();
            found.extend(trees.introduced(entry.id, others.into_iter().collect(), path, problems));
        } else if !entry.flags.contains(Flags::INTENT_TO_ADD) {
            let submodule = entry.mode == Mode::COMMIT;
            let wanted = if submodule { EntryKind::Other } else { EntryKind::Blob };
            let known = there.get(name).is_some_and(|(kind, id)| *kind == wanted && *id == entry.id);
            if !known {
                found.push(Found { path: path.to_vec(), id: entry.id, submodule });
            }
        }
    }
}
