//! Whether a repository holds all that it names. Nothing is missed in silence: what is named and not there is listed.

use gix_hash::{ObjectId, Prefix};
use gix_object::TreeRefIter;

use super::marks::{prefix_of, short};
use super::sweep::Seen;
use crate::model::SkipReason;
use crate::source::context::Context;
use crate::source::git::objects::Objects;
use crate::source::git::references::References;
use crate::source::git::repositories::Located;

/// Most objects that are listed one by one.
const MOST: usize = 1000;

/// Lists what is named and cannot be read.
pub(super) fn check(
    context: &Context<'_>,
    located: &Located,
    references: &References,
    objects: &Objects,
    seen: &Seen,
    trees_kept: bool,
) {
    // Names beside `HEAD` may outlive what they named.
    let mut absent: Vec<ObjectId> = references.lasting().into_values().filter(|id| !objects.contains(id)).collect();
    absent.extend(seen.tags.iter().map(|(_, target)| *target).filter(|target| !objects.contains(target)));
    let is_commit = |id: &ObjectId| seen.commits.binary_search_by_key(id, |commit| commit.id).is_ok();
    let parents = seen.commits.iter().flat_map(|commit| &commit.parents);
    absent.extend(parents.filter(|parent| !is_commit(parent)));
    if trees_kept {
        let trees = seen.named.trees();
        absent.extend(seen.commits.iter().map(|commit| commit.tree).filter(|tree| !trees.contains(&short(tree, true))));
        absent
            .extend(seen.named.missing().into_iter().take(MOST).filter_map(|(tree, entry)| full(objects, tree, entry)));
    }
    absent.sort_unstable();
    absent.dedup();
    if absent.len() > MOST {
        context.skip(located.root, &located.common_dir.join("objects"), SkipReason::MissingObject);
    }
    for id in absent.iter().take(MOST) {
        // What is there and not what it is named as has been made by hand, or is broken.
        let reason = if objects.contains(id) { SkipReason::DamagedObject } else { SkipReason::MissingObject };
        context.skip(located.root, &located.object(id), reason);
    }
}

/// The whole id of what a tree names, both in short form.
fn full(objects: &Objects, tree: u64, entry: u64) -> Option<ObjectId> {
    let prefix = Prefix::from_hex(&prefix_of(tree)).ok()?;
    let trees = objects.beginning_with(prefix).into_iter().filter(|id| short(id, true) == tree);
    let (mut reader, mut buffer) = (objects.reader(), Vec::new());
    trees.into_iter().find_map(|id| {
        reader.read(&id, &mut buffer).ok()?;
        let mut entries = TreeRefIter::from_bytes(&buffer, id.kind()).map_while(Result::ok);
        entries.find(|named| short(named.oid, named.mode.is_tree()) == entry).map(|named| named.oid.to_owned())
    })
}
