//! What would be committed now: the blobs of the index that the commit checked out does not have at the same path. They
//! are read from the repository, never from the work tree, which may say something else.

use std::collections::BTreeSet;

use gix_hash::ObjectId;
use gix_index::{Entry, State};
use gix_object::Kind;
use rayon::prelude::*;

use super::commit;
use super::compare::{Compare, Found};
use super::hand_on;
use super::index_changes::changes;
use super::leave_out::LeaveOut;
use super::objects::{Objects, ReadError, Reader};
use super::places::{Place, places};
use super::work_tree::read_index;
use crate::model::{Exposure, Origin, SkipReason};
use crate::source::context::Context;
use crate::source::package::{Marks, Package};
use crate::source::{SourceError, paths};

/// Fewest blobs that one job reads.
const TOGETHER: usize = 16;

/// Reads what is staged in the repositories that hold the paths asked for, on the threads of the
/// current pool. Of the history nothing is: no commit is counted.
pub(in crate::source) fn read(context: &mut Context<'_>) -> Result<u64, SourceError> {
    let places = places(context)?;
    let context = &*context;
    let mut indexes = Vec::with_capacity(places.len());
    for place in &places {
        // Without the commit checked out everything would count as staged.
        if place.located.references().unread() {
            let typed = place.only.first().map_or(&place.located.top, |asked| &asked.typed);
            return Err(SourceError::References { path: (context.redact)(&paths::text(typed).0) });
        }
        let (index, damaged) = read_index(&place.index);
        missing(context, place, index.as_deref())?;
        indexes.push((index, damaged));
    }
    for (place, (index, damaged)) in places.iter().zip(indexes) {
        if damaged {
            context.skip(place.root, &place.index, SkipReason::Unreadable);
        }
        if let Some(index) = index {
            read_place(context, place, &index);
        }
    }
    Ok(0)
}

/// Refuses a path that is neither there nor in the index: nothing found would say nothing then.
fn missing(context: &Context<'_>, place: &Place, index: Option<&State>) -> Result<(), SourceError> {
    let tracked = |key: &[u8]| index.is_some_and(|index| holds(index, key));
    let wrong = place.only.iter().find(|asked| asked.real.symlink_metadata().is_err() && !tracked(&asked.key));
    match wrong {
        Some(asked) => Err(SourceError::Missing { path: (context.redact)(&paths::text(&asked.typed).0) }),
        None => Ok(()),
    }
}

/// The path of an entry, as git writes it.
fn path<'i>(index: &'i State, entry: &Entry) -> &'i [u8] {
    entry.path(index)
}

/// Whether an index has a file at a path, or below it.
fn holds(index: &State, key: &[u8]) -> bool {
    let entries = index.entries();
    let first = entries.partition_point(|entry| path(index, entry) < key);
    let next = entries[first..].iter().map(|entry| path(index, entry)).take_while(|path| path.starts_with(key));
    next.into_iter().any(|path| matches!(path.get(key.len()), None | Some(b'/')))
}

fn read_place(context: &Context<'_>, place: &Place, index: &State) {
    let (objects, problems) = place.located.objects(context);
    for (path, reason) in problems {
        context.skip(place.root, &path, reason);
    }
    let mut trees = Compare::new(&objects);
    let head = place
        .located
        .references()
        .head()
        .and_then(|head| commit::read_commit(trees.reader(), head, &mut Vec::new()).ok());
    let tree = head.map(|commit| commit.tree);
    let mut problems = Vec::new();
    let mut found = changes(index, tree, &mut trees, &mut problems);
    for (id, reason) in problems {
        context.skip(place.root, &place.located.object(&id), reason);
    }
    let mut leave_out = LeaveOut::new(context, place);
    found.retain(|file| leave_out.reads(&file.path));
    let (submodules, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|file| file.submodule);
    let paths: BTreeSet<_> = submodules.iter().map(|submodule| &submodule.path).collect();
    for path in paths {
        context.skip(place.root, &place.path(path), SkipReason::Submodule);
    }
    read_files(context, place, index, &objects, &found);
}

fn read_files(context: &Context<'_>, place: &Place, index: &State, objects: &Objects, files: &[Found]) {
    let packages = Packages { index };
    files.par_iter().with_min_len(TOGETHER).for_each_init(
        || (objects.reader(), Vec::new()),
        |(reader, buffer), file| {
            let origins = || {
                let (path, shown) = context.texts(place.root, &place.path(&file.path));
                let package = packages.of(&file.path);
                let text = |folder: &[u8]| (context.redact)(&paths::folder_text(folder));
                let (service, part_of) = (package.root.map(text), package.part_of.map(text));
                let repository = Some(place.repository);
                let origin = Origin::new(place.root, path, Exposure::Staged);
                vec![Origin { shown, service, part_of, repository, ..origin }]
            };
            match blob(reader, file.id, buffer) {
                Ok(()) => hand_on::file(context, place, &file.path, buffer, &origins),
                Err(error) => context.skip(place.root, &place.path(&file.path), error.into()),
            }
        },
    );
}

/// Reads a blob.
pub(super) fn blob(reader: &mut Reader<'_>, id: ObjectId, buffer: &mut Vec<u8>) -> Result<(), ReadError> {
    // Every repository has the empty one, whether it is stored or not.
    if id == ObjectId::empty_blob(id.kind()) {
        buffer.clear();
        return Ok(());
    }
    match reader.read(&id, buffer)? {
        Kind::Blob => Ok(()),
        Kind::Tree | Kind::Commit | Kind::Tag => Err(ReadError::Damaged),
    }
}

/// The packages of an index. They are looked for only when something has been found.
struct Packages<'a> {
    index: &'a State,
}

impl Packages<'_> {
    /// The package that a file belongs to.
    fn of<'p>(&self, path: &'p [u8]) -> Package<&'p [u8]> {
        Package::<&[u8]>::of_file(path, |folder| match folder {
            b"" => self.marks(b""),
            folder => self.marks(&[folder, b"/"].concat()),
        })
    }

    /// What the files in the folder with this path, which ends with a slash, say of it. What lies deeper is leapt over.
    fn marks(&self, folder: &[u8]) -> Marks {
        let entries = self.index.entries();
        let mut marks = Marks::default();
        let mut at = entries.partition_point(|entry| path(self.index, entry) < folder);
        while let Some(name) = entries.get(at).and_then(|entry| entry.path(self.index).strip_prefix(folder)) {
            match name.iter().position(|&byte| byte == b'/') {
                None => {
                    marks.add(name);
                    at += 1;
                }
                Some(slash) => {
                    // The slash comes before the zero: nothing else does that names can hold there.
                    let behind = [folder, &name[..slash], b"0"].concat();
                    at += entries[at..].partition_point(|entry| path(self.index, entry) < behind.as_slice()).max(1);
                }
            }
        }
        marks
    }
}
