//! Hands on what was found in the history, with where it comes from.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gix_hash::ObjectId;
use gix_object::Kind;
use rayon::prelude::*;

use super::Scan;
use super::order::History;
use super::places::Places;
use crate::model::{Exposure, Origin, Part, Provenance, Reach};
use crate::source::git::authors::Authors;
use crate::source::git::commit;
use crate::source::git::leave_out::LeaveOut;
use crate::source::git::objects::Reader;
use crate::source::packed;

/// What is needed to say where an object comes from.
pub(super) struct Scene<'a> {
    pub(super) scan: Scan<'a>,
    pub(super) history: &'a History,
    /// Tags and what they point to, sorted.
    pub(super) tags: &'a [(ObjectId, ObjectId)],
    /// References: what they point to, and their names.
    pub(super) names: &'a [(ObjectId, Vec<u8>)],
    /// The tree of the commit checked out.
    pub(super) head_tree: Option<ObjectId>,
    /// What `.keyscanignore` and globs leave out.
    pub(super) leave_out: Mutex<LeaveOut<'a>>,
    /// What references name directly, tags undone.
    pub(super) named_directly: &'a HashSet<ObjectId>,
}

impl Scene<'_> {
    /// Hands on blobs under the paths they have.
    pub(super) fn blobs(&self, blobs: &[ObjectId], places: &Places) {
        let authors = Authors::of(self.scan.located, self.scan.objects, self.head_tree);
        blobs.par_iter().for_each_init(
            || (self.scan.objects.reader(), Vec::new()),
            |(reader, buffer), id| {
                let first = places.first(id);
                let by = first.and_then(|(place, _)| self.author(reader, buffer, place, &authors));
                if reader.read(id, buffer).is_err() {
                    return;
                }
                let part = match first {
                    Some((place, _)) if self.history.notes[place] => Part::Note,
                    _ => Part::File,
                };
                // What was renamed or copied since has several places: where it came in, and where it is.
                let today = places.today(id);
                if let Some((place, path)) = first {
                    let exposure = today.iter().find(|(today, _)| *today == path).map(|(_, exposure)| *exposure);
                    let provenance = self.provenance(Some((place, by)), part);
                    let exposure = exposure.unwrap_or(Exposure::History);
                    self.file(path, exposure, provenance, buffer);
                }
                for (path, exposure) in &today {
                    if first.is_none_or(|(_, first)| first != *path) {
                        let provenance = Provenance { reach: Reach::Reference, ..self.provenance(None, part) };
                        self.file(path, *exposure, provenance, buffer);
                    }
                }
                if first.is_none() && today.is_empty() {
                    let mut provenance = self.provenance(None, part);
                    if self.named_directly.contains(id) {
                        provenance.reach = Reach::Reference;
                    }
                    self.object(id, provenance, None, buffer);
                }
            },
        );
    }

    /// Hands on the messages of commits and tags.
    pub(super) fn messages(&self, messages: &[(ObjectId, Kind)]) {
        let authors = Authors::of(self.scan.located, self.scan.objects, self.head_tree);
        let (mut reader, mut buffer) = (self.scan.objects.reader(), Vec::new());
        for (id, kind) in messages {
            if reader.read(id, &mut buffer).is_err() {
                continue;
            }
            let author = authors.of_object(&buffer, self.scan.context.redact);
            let hex = id.to_string();
            let short = &hex[..10];
            let (provenance, shown) = if *kind == Kind::Commit {
                let place = self.history.place(id);
                (
                    self.provenance(place.map(|place| (place, author)), Part::CommitMessage),
                    format!("message of commit {short}"),
                )
            } else {
                let mut names = self.names.iter().filter(|(named, _)| named == id);
                let name = names.next().map(|(_, name)| String::from_utf8_lossy(name).into_owned());
                let target = self.tags.binary_search_by_key(id, |(tag, _)| *tag).ok().map(|at| self.tags[at].1);
                let commit = target.filter(|target| self.history.place(target).is_some());
                // A tag may be named by another tag. What it points to does not lead back to it.
                let by_tag = || self.tags.iter().any(|(_, target)| target == id);
                let reach = if name.is_some() || by_tag() { Reach::Reference } else { Reach::Nowhere };
                let order =
                    commit.and_then(|commit| self.history.place(&commit)).map_or(u64::MAX, |place| place as u64);
                let commit = commit.map(|commit| commit.to_string());
                let provenance = Provenance { order, commit, author, part: Part::TagMessage, reach };
                let name = name.as_deref().map_or(short, |name| name.strip_prefix("refs/tags/").unwrap_or(name));
                (provenance, format!("message of tag {name}"))
            };
            let text = commit::text(&buffer, &|head| (self.scan.context.probe)(head));
            self.object(id, provenance, Some(shown), text);
        }
    }

    /// Hands on a file under a path as git writes it.
    fn file(&self, key: &[u8], exposure: Exposure, provenance: Provenance, bytes: &[u8]) {
        if self.leave_out.lock().unwrap_or_else(PoisonError::into_inner).reads(key) {
            self.emit(&self.scan.located.path(key), exposure, provenance, None, bytes);
        }
    }

    /// Hands on an object that has no path.
    fn object(&self, id: &ObjectId, provenance: Provenance, shown: Option<String>, bytes: &[u8]) {
        let path = self.scan.located.object(id);
        if self.scan.context.includes(self.scan.located.root, &path) {
            self.emit(&path, Exposure::History, provenance, shown, bytes);
        }
    }

    fn emit(&self, path: &Path, exposure: Exposure, provenance: Provenance, shown: Option<String>, bytes: &[u8]) {
        let context = self.scan.context;
        // Of several roots in one repository the one that holds the path.
        let root = context.root_of(self.scan.located.root, path);
        let (text, near) = context.texts(root, path);
        let shown = shown.map_or(near, |shown| (context.redact)(&shown));
        let origin = Origin {
            shown,
            repository: Some(self.scan.index),
            work_tree: Some((context.redact)(&context.report_text(root, &self.scan.located.top))),
            provenance: Some(provenance),
            ..Origin::new(root, text, exposure)
        };
        packed::emit_blob(context, origin, bytes);
    }

    fn provenance(&self, commit: Option<(usize, Option<String>)>, part: Part) -> Provenance {
        match commit {
            Some((place, author)) => Provenance {
                order: place as u64,
                commit: Some(self.history.commits[place].id.to_string()),
                author,
                part,
                reach: self.history.reach[place],
            },
            None => Provenance { order: u64::MAX, commit: None, author: None, part, reach: Reach::Nowhere },
        }
    }

    fn author(&self, reader: &mut Reader<'_>, buffer: &mut Vec<u8>, place: usize, authors: &Authors) -> Option<String> {
        reader.read(&self.history.commits[place].id, buffer).ok()?;
        authors.of_object(buffer, self.scan.context.redact)
    }
}
