//! Everything that a repository holds besides the files of its work tree.
//!
//! First every object is decoded once and only the ids of those are kept that hold something ([`sweep`]). Only if there are
//! any, the commits are put in order and their trees are searched for the first that names each blob, and the blobs are
//! read again under the path that they have there. Most repositories end behind the first step.

mod emit;
mod marks;
mod metadata;
mod names;
mod order;
mod places;
mod sweep;
mod whole;

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use gix_hash::ObjectId;

use crate::model::SkipReason;
use crate::source::context::Context;
use crate::source::git::leave_out::LeaveOut;
use crate::source::git::objects::Objects;
use crate::source::git::places::Place;
use crate::source::git::references::References;
use crate::source::git::repositories::Located;
use crate::source::git::settings::Settings;
use crate::source::packed;

use order::{History, Tips};
use places::{Places, Search};
use sweep::Seen;

/// Reads the history of every repository that the scan has met. Returns the number of commits read.
pub(in crate::source) fn read(context: &Context<'_>) -> u64 {
    let mut done = 0;
    let mut commits = 0;
    // Repositories that are not checked out are found on the way.
    while let Some(located) = context.repositories.get(done) {
        let references = located.references();
        for module in metadata::modules(&located, &references) {
            context.repositories.add_located(module);
        }
        commits += repository(context, done, &located, &references);
        done += 1;
    }
    commits
}

fn repository(context: &Context<'_>, index: usize, located: &Located, references: &References) -> u64 {
    metadata::read(context, index, located, references);
    let settings = Settings::of(&located.common_dir);
    let (objects, problems) = located.objects(context);
    let largest = context.options.max_file_size.unwrap_or(u64::MAX);
    let (seen, trees_kept) = sweep::sweep(&objects, &|bytes| packed::holds(context, bytes), largest);
    for (path, reason) in problems.iter().chain(&seen.problems) {
        context.skip(located.root, path, *reason);
    }
    for id in &seen.too_large {
        context.skip(located.root, &located.object(id), SkipReason::TooLarge);
    }
    for id in &seen.unreadable {
        context.skip(located.root, &located.object(id), SkipReason::DamagedObject);
    }
    for folder in references.folders() {
        let head = folder.join("HEAD");
        let is_pipe = |kind: std::fs::Metadata| !kind.is_file() && !kind.is_symlink();
        if head.symlink_metadata().is_ok_and(is_pipe) {
            context.skip(located.root, &head, SkipReason::Unreadable);
        }
    }
    let shallow = located.common_dir.join("shallow");
    let borrows = problems.iter().any(|(_, reason)| *reason == SkipReason::MissingObject);
    if shallow.is_file() {
        context.skip(located.root, &shallow, SkipReason::ShallowHistory);
    } else if settings.partial {
        context.skip(located.root, &located.common_dir.join("objects"), SkipReason::MissingObject);
    } else if !borrows {
        whole::check(context, located, references, &objects, &seen, trees_kept);
    }
    if references.unread() {
        context.skip(located.root, &located.common_dir.join("reftable"), SkipReason::Unreadable);
    }
    metadata::names(context, index, located, references);
    context.count(seen.files, seen.bytes);
    let commits = seen.commits.len() as u64;
    if !shallow.is_file() {
        context.repositories.set_root_commit(index, root_commit(references, &seen));
    }
    if !seen.blobs.is_empty() || !seen.messages.is_empty() {
        let scan = Scan { context, index, located, references, objects: &objects };
        scan.hits(seen, trees_kept);
    }
    commits
}

/// The repository that is read.
#[derive(Clone, Copy)]
struct Scan<'a> {
    context: &'a Context<'a>,
    /// Its number among the run's repositories.
    index: usize,
    located: &'a Located,
    references: &'a References,
    objects: &'a Objects,
}

impl Scan<'_> {
    /// Says where everything that holds something stands in the history, and hands it on.
    fn hits(self, seen: Seen, trees_kept: bool) {
        let Self { context, index, located, references, objects } = self;
        let named = references.lasting();
        let peeled = peeled(&seen.tags);
        let peel = |id: &ObjectId| peeled.get(id).copied().unwrap_or(*id);
        let starting = |prefix: &'static [u8]| {
            let named = &named;
            named.iter().filter(move |(name, _)| name.starts_with(prefix)).map(|(_, id)| peel(id)).collect::<Vec<_>>()
        };
        let public =
            named.iter().filter(|(name, _)| !name.starts_with(b"refs/stash") && !name.starts_with(b"refs/notes/"));
        let mut tips = Tips {
            references: public.map(|(_, id)| peel(id)).collect(),
            local: starting(b"refs/stash")
                .into_iter()
                .chain(references.logged())
                .chain(references.passing().into_values())
                .collect(),
            notes: starting(b"refs/notes/"),
        };
        if references.unread() {
            // Nobody knows which commits are forgotten, so none is called so.
            tips.references.extend(seen.commits.iter().map(|commit| commit.id));
        }
        let history = History::new(seen.commits, &tips);
        // Of references that cannot be read the newest commit is the best guess at what is checked out.
        let newest = || references.unread().then(|| history.commits.len().checked_sub(1)).flatten();
        let search = Search {
            blobs: &seen.blobs,
            history: &history,
            objects,
            graph: trees_kept.then(|| seen.named.leading_to(&seen.blobs)),
            head: references.head().and_then(|head| history.place(&head)).or_else(newest),
        };
        let places = Places::find(&search, located, references);
        for (id, error) in &places.problems {
            context.skip(located.root, &located.object(id), (*error).into());
        }
        let tags: Vec<_> = named.iter().map(|(name, id)| (*id, name.clone())).collect();
        let named_directly: HashSet<ObjectId> = named.values().map(peel).collect();
        let place = Place::of_history(located, index);
        let scene = emit::Scene {
            scan: self,
            history: &history,
            tags: &seen.tags,
            names: &tags,
            leave_out: Mutex::new(LeaveOut::new(context, &place)),
            head_tree: search.head.map(|head| history.commits[head].tree),
            named_directly: &named_directly,
        };
        scene.blobs(&seen.blobs, &places);
        scene.messages(&seen.messages);
    }
}

/// The first commit behind `HEAD`, along first parents.
fn root_commit(references: &References, seen: &Seen) -> Option<String> {
    let mut id = references.head()?;
    for _ in 0..=seen.commits.len() {
        let at = seen.commits.binary_search_by_key(&id, |commit| commit.id).ok()?;
        match seen.commits[at].parents.first() {
            Some(parent) => id = *parent,
            None => return Some(id.to_string()),
        }
    }
    None
}

/// What tags point to in the end: a tag may point to a tag.
fn peeled(tags: &[(ObjectId, ObjectId)]) -> HashMap<ObjectId, ObjectId> {
    let direct: HashMap<ObjectId, ObjectId> = tags.iter().copied().collect();
    let mut peeled: HashMap<ObjectId, ObjectId> = HashMap::with_capacity(tags.len());
    for (tag, _) in tags {
        let mut chain = Vec::new();
        let mut id = *tag;
        // Ids are not checked, so that a chain may lead back to itself.
        while let Some(target) = direct.get(&id).filter(|_| !peeled.contains_key(&id) && chain.len() < tags.len()) {
            chain.push(id);
            id = *target;
        }
        let end = peeled.get(&id).copied().unwrap_or(id);
        peeled.extend(chain.into_iter().map(|tag| (tag, end)));
    }
    peeled
}
