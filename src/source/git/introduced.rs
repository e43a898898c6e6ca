//! What commits bring in: the files that none of their parents has at the same path, and their messages.
//!
//! Merges are compared with every parent, so that what somebody slipped into one is seen. Each distinct blob is read
//! once. It belongs to the oldest commit that has it, and besides to every path where the newest commit still has it: a
//! file that was only moved has not gone.

use std::cell::RefCell;
use std::collections::HashSet;

use gix_hash::ObjectId;
use rayon::prelude::*;

use super::authors::Authors;
use super::commit::{self, Commit};
use super::compare::{Compare, EntryKind, Found, Problem};
use super::leave_out::LeaveOut;
use super::objects::Objects;
use super::places::Place;
use super::{hand_on, staged};
use crate::model::{Exposure, Origin, Part, Provenance, Reach, SkipReason};
use crate::source::context::Context;
use crate::source::package::{Marks, Package};
use crate::source::paths;

/// A file that a commit brings in.
struct Introduced {
    file: Found,
    /// Place of the commit in the order of the range.
    commit: usize,
}

/// What is needed to say where a blob comes from.
struct Scene<'a> {
    context: &'a Context<'a>,
    place: &'a Place,
    commits: &'a [Commit],
    /// The tree of the newest commit.
    newest: Option<ObjectId>,
    authors: Authors,
}

/// Reads what commits bring in, oldest first, on the threads of the current pool; says what could not be read.
pub(super) fn read(
    context: &Context<'_>,
    place: &Place,
    objects: &Objects,
    newest: ObjectId,
    commits: &[Commit],
) -> Vec<Problem> {
    let mut compare = Compare::new(objects);
    let newest = compare.tree_of(newest).ok();
    let authors = Authors::of(&place.located, objects, newest);
    let scene = Scene { context, place, commits, newest, authors };
    let mut problems = Vec::new();
    let mut files = scene.files(&mut compare, &mut problems);
    drop(compare);
    files.sort_by_key(|introduced| introduced.file.id);
    let same: Vec<&[Introduced]> = files.chunk_by(|one, other| one.file.id == other.file.id).collect();
    same.par_iter().for_each_init(
        || (RefCell::new(Compare::new(objects)), Vec::new()),
        |(compare, buffer), places| scene.file(compare, buffer, places),
    );
    (0..commits.len()).into_par_iter().for_each_init(
        || (RefCell::new(Compare::new(objects)), Vec::new()),
        |(compare, buffer), commit| scene.message(compare, buffer, commit),
    );
    problems
}

impl Scene<'_> {
    /// The files that the commits bring in, by the order of the commits and then by path.
    fn files(&self, compare: &mut Compare<'_>, problems: &mut Vec<Problem>) -> Vec<Introduced> {
        let mut leave_out = LeaveOut::new(self.context, self.place);
        let mut blobs = HashSet::new();
        let mut noted = HashSet::new();
        let mut submodules = HashSet::new();
        let mut files = Vec::new();
        for (at, commit) in self.commits.iter().enumerate() {
            let parents = commit.parents.iter().filter_map(|parent| compare.tree_of(*parent).ok()).collect();
            for file in compare.introduced(commit.tree, parents, Vec::new(), problems) {
                if !leave_out.reads(&file.path) {
                    continue;
                }
                // What it holds lies in another repository: that it was not read is said once.
                if file.submodule {
                    if submodules.insert(file.path.clone()) {
                        self.context.skip(self.place.root, &self.place.path(&file.path), SkipReason::Submodule);
                    }
                    continue;
                }
                let is_new = blobs.insert(file.id);
                if (is_new || self.holds(compare, &file)) && noted.insert((file.path.clone(), file.id)) {
                    files.push(Introduced { file, commit: at });
                }
            }
        }
        files
    }

    /// Whether the newest commit has this very file.
    fn holds(&self, compare: &mut Compare<'_>, file: &Found) -> bool {
        let found = self.newest.and_then(|tree| compare.find(tree, &file.path));
        found == Some((EntryKind::Blob, file.id))
    }

    fn file(&self, compare: &RefCell<Compare<'_>>, buffer: &mut Vec<u8>, places: &[Introduced]) {
        let Some(Introduced { file, .. }) = places.first() else { return };
        let read = staged::blob(compare.borrow_mut().reader(), file.id, buffer);
        match read {
            Ok(()) => {
                let origins = || places.iter().map(|place| self.origin(&mut compare.borrow_mut(), place)).collect();
                hand_on::file(self.context, self.place, &file.path, buffer, &origins);
            }
            Err(error) => self.context.skip(self.place.root, &self.place.path(&file.path), error.into()),
        }
    }

    fn message(&self, compare: &RefCell<Compare<'_>>, buffer: &mut Vec<u8>, at: usize) {
        let id = self.commits[at].id;
        let path = self.place.located.object(&id);
        if let Err(error) = commit::read_commit(compare.borrow_mut().reader(), id, buffer) {
            return self.context.skip(self.place.root, &path, SkipReason::from(error));
        }
        let message = commit::text(buffer, &|head| (self.context.probe)(head));
        let origins = || {
            let (path, _) = self.context.texts(self.place.root, &path);
            let shown = format!("message of commit {}", id.to_hex_with_len(10));
            let provenance = Some(self.provenance(&mut compare.borrow_mut(), at, Part::CommitMessage));
            let repository = Some(self.place.repository);
            vec![Origin { shown, provenance, repository, ..Origin::new(self.place.root, path, Exposure::History) }]
        };
        self.context.count(0, message.len() as u64);
        hand_on::text(self.context, message, false, &origins);
    }

    fn origin(&self, compare: &mut Compare<'_>, introduced: &Introduced) -> Origin {
        let Introduced { file, commit } = introduced;
        let (path, shown) = self.context.texts(self.place.root, &self.place.path(&file.path));
        let exposure = if self.holds(compare, file) { Exposure::Tracked } else { Exposure::History };
        let tree = self.commits[*commit].tree;
        let package = Package::<&[u8]>::of_file(&file.path, |folder| marks(compare, tree, folder));
        let text = |folder: &[u8]| (self.context.redact)(&paths::folder_text(folder));
        Origin {
            shown,
            service: package.root.map(text),
            part_of: package.part_of.map(text),
            repository: Some(self.place.repository),
            provenance: Some(self.provenance(compare, *commit, Part::File)),
            ..Origin::new(self.place.root, path, exposure)
        }
    }

    fn provenance(&self, compare: &mut Compare<'_>, at: usize, part: Part) -> Provenance {
        let commit = &self.commits[at];
        let mut bytes = Vec::new();
        let read = commit::read_commit(compare.reader(), commit.id, &mut bytes).ok();
        let author = read.and_then(|_| self.authors.of_object(&bytes, self.context.redact));
        let hex = Some(commit.id.to_hex().to_string());
        Provenance { order: at as u64, commit: hex, author, part, reach: Reach::Reference }
    }
}

/// What the files of a folder of a tree say of it.
fn marks(compare: &mut Compare<'_>, tree: ObjectId, folder: &[u8]) -> Marks {
    let mut marks = Marks::default();
    let Some((EntryKind::Tree, id)) = compare.find(tree, folder) else { return marks };
    if let Ok(bytes) = compare.read(id) {
        let (entries, _) = compare.entries(&bytes);
        entries.iter().filter(|entry| entry.kind == EntryKind::Blob).for_each(|entry| marks.add(entry.name));
    }
    marks
}
