//! What the history of a repository repeats, and what only it still holds.
//!
//! A file that was changed a hundred times holds its key a hundred times. Of each path only the commit that brought the
//! key in is of interest; and where the file still holds it, only the file as it is now, with that commit's name.

use std::collections::BTreeMap;

use crate::model::{BlobPath, Exposure, Part, Provenance, Reach, RuleId, Severity, Signal, SignalId};

use super::Policy;
use super::key_findings::KeyPlace;
use super::placed::Placed;

/// How much of a commit's id is shown.
const SHORT_ID: usize = 10;

/// What the places of one path have in common.
#[derive(Default)]
struct Seen {
    /// Whether the file as it lies in the work tree is among them, and git tracks it.
    in_work_tree: bool,
    /// The earliest place in the index or in the commit checked out.
    in_tree: Option<u64>,
    /// The earliest place of all others.
    earliest: Option<u64>,
    /// The earliest commit with its author.
    introduced: Option<(u64, Option<String>, Option<String>)>,
}

/// Keeps of each path one version: the one that git tracks now, which takes over commit and author of the earliest; of a
/// path that no longer holds it the earliest. Places outside the repository's versions stay as they are.
pub(super) fn fold<W>(places: &mut Vec<Placed<'_, W>>) {
    if places.iter().all(|place| place.origin.provenance.is_none()) {
        return;
    }
    let mut paths: BTreeMap<(usize, BlobPath), Seen> = BTreeMap::new();
    for place in places.iter() {
        let origin = place.origin;
        let seen = paths.entry((origin.root, origin.path.clone())).or_default();
        let Some(Provenance { order, commit, author, .. }) = &origin.provenance else {
            seen.in_work_tree |= is_in_tree(origin.exposure);
            continue;
        };
        let first = if is_in_tree(origin.exposure) { &mut seen.in_tree } else { &mut seen.earliest };
        *first = Some(first.map_or(*order, |first| first.min(*order)));
        if commit.is_some() && seen.introduced.as_ref().is_none_or(|(first, ..)| order < first) {
            seen.introduced = Some((*order, commit.clone(), author.clone()));
        }
    }
    places.retain_mut(|place| {
        let origin = place.origin;
        let Some(seen) = paths.get(&(origin.root, origin.path.clone())) else { return true };
        let in_tree = is_in_tree(origin.exposure);
        let kept = match &origin.provenance {
            None => true,
            Some(_) if seen.in_work_tree => false,
            Some(version) if in_tree => seen.in_tree == Some(version.order),
            Some(version) => seen.in_tree.is_none() && seen.earliest == Some(version.order),
        };
        if let Some((_, commit, author)) = seen.introduced.as_ref().filter(|_| kept && in_tree) {
            place.occurrence.commit.clone_from(commit);
            place.occurrence.author.clone_from(author);
        }
        kept
    });
}

/// What is known of a key that is gone from the tree of a repository.
struct Gone {
    /// The earliest commit: its place in the order, and its id.
    first: (u64, Option<String>),
    /// From where the nearest of its versions can be reached.
    reach: Reach,
}

/// A key that a repository's history holds and its tree does not is out for everybody who has the history, and nobody who
/// looks at the files knows.
pub(super) fn mark_gone(places: &mut [KeyPlace<'_>], policy: &Policy) {
    places.iter_mut().for_each(mark_text);
    let mut gone: BTreeMap<Option<usize>, Gone> = BTreeMap::new();
    for version in places.iter().filter(|place| place.occurrence.exposure == Exposure::History) {
        let Some(Provenance { order, commit, reach, part: Part::File, .. }) = &version.origin.provenance else {
            continue;
        };
        let first = (*order, commit.clone());
        let known = gone.entry(version.origin.repository).or_insert(Gone { first: first.clone(), reach: *reach });
        known.reach = known.reach.min(*reach);
        if first.0 < known.first.0 {
            known.first = first;
        }
    }
    for place in places.iter().filter(|place| is_in_tree(place.occurrence.exposure)) {
        gone.remove(&place.origin.repository);
    }
    // What stands in a message was never in the tree.
    let is_file =
        |place: &&mut KeyPlace<'_>| place.origin.provenance.as_ref().is_some_and(|version| version.part == Part::File);
    let versions = places.iter_mut().filter(|place| place.occurrence.exposure == Exposure::History);
    for place in versions.filter(is_file) {
        if let Some(gone) = gone.get(&place.origin.repository) {
            // "In the history" is what the worse rule says, too.
            place.held.retain(|held| !matches!(held.rule, RuleId::ExposedKey | RuleId::LeakedKey));
            place.hold(RuleId::LeakedKey, Severity::Critical, place.what.key.confidence, policy);
            place.what.signals.push(Signal::new(SignalId::GoneFromTree, detail(gone)));
            if gone.reach == Reach::Nowhere {
                place.what.signals.push(unreachable());
            }
        }
    }
}

/// A message, a note, git's own settings: no file that could be exposed, and out all the same.
fn mark_text(place: &mut KeyPlace<'_>) {
    let version = place.origin.provenance.as_ref().filter(|version| version.part != Part::File);
    let is_text = version.is_some() || place.origin.exposure == Exposure::GitMetadata;
    if is_text && place.held.iter().any(|held| held.rule == RuleId::LeakedKey) {
        place.held.retain(|held| held.rule != RuleId::ExposedKey);
    }
    if version.is_some_and(|version| version.reach == Reach::Nowhere) {
        place.what.signals.push(unreachable());
    }
}

fn unreachable() -> Signal {
    Signal::new(SignalId::Unreachable, "git still keeps the object")
}

fn detail(gone: &Gone) -> String {
    let commit = match &gone.first.1 {
        Some(id) => format!("first in commit {}", id.chars().take(SHORT_ID).collect::<String>()),
        None => "in an object that no commit holds".to_owned(),
    };
    match gone.reach {
        Reach::Reference => commit,
        Reach::Local => format!("{commit}, only in the stash or a reflog"),
        Reach::Nowhere => format!("{commit}, no reference leads to it"),
    }
}

/// Whether git has it in the index or in the commit checked out.
pub(super) const fn is_in_tree(exposure: Exposure) -> bool {
    matches!(exposure, Exposure::Tracked | Exposure::Staged)
}
