//! A commit whose word counts on what may pass, where whoever wrote the scanned tree is a stranger.
//!
//! Everything is looked up by the names that the commit has: what the work tree has made of them, such as a link, or a
//! repository of its own in the place of a folder, leads nowhere.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gix_hash::ObjectId;
use gix_object::tree::EntryMode;
use gix_object::{Kind, TreeRefIter};

use super::WorkTree;
use super::commit::read_commit;
use super::objects::{Objects, ReadError, Reader, Tools};
use super::places::{at, holding, without_links};
use super::range::cut_off;
use super::repositories::Located;
use super::revision::{Revisions, Wrong};
use crate::model::{BlobPath, SkipReason};
use crate::source::trust::{Lies, lies};
use crate::source::{Mode, Options, paths};

/// Name of keyscan's own ignore files.
const IGNORE_FILE: &[u8] = b".keyscanignore";

/// What is said of a commit that may lie in a folder that is not read.
const BORROWED: &str = "it is not here, and the repository borrows objects from elsewhere (--follow-alternates)";

/// A commit that says what may pass.
pub struct Trusted {
    /// As it was given.
    revision: String,
    located: Located,
    /// The tops of the work trees that are scanned.
    tops: Vec<PathBuf>,
    objects: Objects,
    commit: ObjectId,
    tree: ObjectId,
    /// What readers leave for the next ones.
    tools: Mutex<Vec<Tools>>,
}

/// A folder of the commit.
#[derive(Debug, Default)]
pub(in crate::source) struct Folder {
    folders: HashMap<Vec<u8>, ObjectId>,
    ignore_file: Option<ObjectId>,
}

/// Why a commit cannot be trusted, or a file of it not be used. Paths and revisions are as they were given.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A path lies in no repository.
    #[error("not in a git repository: {path}")]
    NoRepository {
        /// The path.
        path: String,
    },
    /// The paths lie in different repositories.
    #[error("the paths belong to different repositories, and a commit speaks for one of them: {paths}")]
    Several {
        /// The tops of the repositories.
        paths: String,
    },
    /// A bare repository among the files of another one.
    #[error("a repository among the files of another one, where anybody can have put it: {path}")]
    Embedded {
        /// Where it is.
        path: String,
    },
    /// A revision leads to no commit.
    #[error("cannot use the revision '{revision}': {why}")]
    Revision {
        /// The revision.
        revision: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file of the commit cannot be used.
    #[error("{file}: {why}")]
    File {
        /// Revision and path, as git writes them.
        file: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A path from outside leads into the work tree.
    #[error("a link leads into the scanned tree: {path}")]
    LedInto {
        /// The path.
        path: String,
    },
}

impl Trusted {
    /// Looks a revision up in the repository that holds all paths of a scan. Repositories inside it, such as submodules, are
    /// let through: the commit does not speak for them.
    ///
    /// # Errors
    /// If there is no such repository, or the revision leads to no commit in it.
    pub fn open(options: &Options, revision: &str) -> Result<Self, TrustError> {
        let (located, tops) = repository(options)?;
        let follows = |path: &Path| options.follow_alternates || path.starts_with(&located.top);
        let (objects, problems) = located.open(&follows);
        let shallow = cut_off(&located.common_dir);
        let wrong = |why| TrustError::Revision { revision: revision.to_owned(), why };
        let references = located.references();
        let commit = Revisions::new(&objects, &references, &shallow).commit(revision);
        let commit = commit.map_err(|error| match error {
            Wrong::Unknown | Wrong::Missing if problems.iter().any(|(_, why)| *why == SkipReason::MissingObject) => {
                wrong(BORROWED)
            }
            error => wrong(error.text(!shallow.is_empty())),
        })?;
        let tree = read_commit(&mut objects.reader(), commit, &mut Vec::new());
        let tree = tree.map_err(|error| wrong(explain(error)))?.tree;
        Ok(Self { revision: revision.to_owned(), located, tops, objects, commit, tree, tools: Mutex::default() })
    }

    /// The commit's whole id in hex.
    #[must_use]
    pub fn commit_id(&self) -> String {
        self.commit.to_string()
    }

    /// A path of the commit as git writes it: `main:.keyscan.toml`.
    #[must_use]
    pub fn name(&self, path: &str) -> String {
        format!("{}:{path}", self.revision)
    }

    /// The file at a path, which is written with slashes and begins at the top; `None` where there is nothing.
    ///
    /// # Errors
    /// If it is a link, a folder or a submodule, longer than `most` bytes, or cannot be read.
    pub fn read(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, TrustError> {
        let wrong = |why| TrustError::File { file: self.name(path), why };
        let found = self.with(|reader| self.find(reader, path.as_bytes()));
        let Some((mode, id)) = found.map_err(|error| wrong(explain(error)))? else { return Ok(None) };
        if !mode.is_blob() {
            return Err(wrong("not a regular file in that commit"));
        }
        match self.with(|reader| blob(reader, id)) {
            Ok(bytes) if bytes.len() > most => Err(wrong("too large for what it should be")),
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => Err(wrong(explain(error))),
        }
    }

    /// A path of this machine as one of the commit, if it lies in the work tree that is scanned.
    ///
    /// # Errors
    /// If a link from elsewhere leads into the tree: which file is meant depends on what stands in it then.
    pub fn path_of(&self, path: &Path) -> Result<Option<String>, TrustError> {
        match lies(path, &self.tops) {
            Lies::Below(below) => Ok(Some(paths::text(&below).0)),
            Lies::Led => Err(TrustError::LedInto { path: paths::text(path).0 }),
            Lies::Elsewhere => Ok(None),
        }
    }

    /// The file of the commit at the path of a blob that lies in a repository; `None` where it has none, or does not speak for
    /// that repository.
    ///
    /// # Errors
    /// If an object that should be there cannot be read.
    pub fn blob(&self, repository: &Located, path: &BlobPath) -> Result<Option<Vec<u8>>, SkipReason> {
        if !self.speaks_for(repository) {
            return Ok(None);
        }
        let key = paths::to_bytes(&path.text, path.percent);
        let found = self.with(|reader| match self.find(reader, &key)? {
            Some((mode, id)) if mode.is_blob() => blob(reader, id).map(Some),
            _ => Ok(None),
        });
        found.map_err(SkipReason::from)
    }

    /// Whether a repository is the one that the commit belongs to.
    pub(in crate::source) fn speaks_for(&self, repository: &Located) -> bool {
        repository.common_dir == self.located.common_dir
    }

    /// The uppermost folder.
    pub(in crate::source) fn top(&self) -> Result<Folder, ReadError> {
        self.folder(self.tree)
    }

    /// A folder in a folder; an empty one where there is none.
    pub(in crate::source) fn enter(&self, folder: &Folder, name: &[u8]) -> Result<Folder, ReadError> {
        folder.folders.get(name).map_or_else(|| Ok(Folder::default()), |id| self.folder(*id))
    }

    /// What the ignore file of a folder holds, if it has one.
    pub(in crate::source) fn ignore_file(&self, folder: &Folder) -> Result<Option<Vec<u8>>, ReadError> {
        folder.ignore_file.map(|id| self.with(|reader| blob(reader, id))).transpose()
    }

    fn folder(&self, id: ObjectId) -> Result<Folder, ReadError> {
        let mut folder = Folder::default();
        self.with(|reader| {
            each(reader, id, &mut |name, mode, id| {
                if mode.is_tree() {
                    folder.folders.insert(name.to_vec(), id);
                } else if mode.is_blob() && name == IGNORE_FILE {
                    folder.ignore_file = Some(id);
                }
            })
        })?;
        Ok(folder)
    }

    fn find(&self, reader: &mut Reader<'_>, path: &[u8]) -> Result<Option<(EntryMode, ObjectId)>, ReadError> {
        let mut tree = self.tree;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(wanted) = names.next() {
            let mut found = None;
            each(reader, tree, &mut |name, mode, id| {
                if name == wanted {
                    found = Some((mode, id));
                }
            })?;
            match found {
                Some((mode, id)) if names.peek().is_some() && mode.is_tree() => tree = id,
                Some(found) if names.peek().is_none() => return Ok(Some(found)),
                _ => break,
            }
        }
        Ok(None)
    }

    fn with<T>(&self, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let tools = self.tools.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let mut reader = self.objects.reader_with(tools);
        let result = read(&mut reader);
        self.tools.lock().unwrap_or_else(PoisonError::into_inner).push(reader.into_tools());
        result
    }
}

impl fmt::Debug for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trusted").field("commit", &self.commit).finish_non_exhaustive()
    }
}

/// The outermost repository of those that hold the paths of a scan, and the tops of all of them.
fn repository(options: &Options) -> Result<(Located, Vec<PathBuf>), TrustError> {
    let here = [PathBuf::from(".")];
    let listed = options.files_from.iter().flatten();
    let typed: Vec<&PathBuf> = options.paths.iter().chain(listed).collect();
    let typed = if typed.is_empty() && options.files_from.is_none() { here.iter().collect() } else { typed };
    // Of a list most lie in a few folders. What is a folder itself may be a repository, or be gone.
    let mut folders: BTreeSet<&Path> = BTreeSet::new();
    for path in typed {
        let is_file = path.symlink_metadata().is_ok_and(|kind| !kind.is_dir());
        let around = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        folders.insert(around.filter(|_| is_file).unwrap_or(path));
    }
    let mut found: Vec<Located> = Vec::new();
    for folder in folders {
        let located = located(options, folder);
        let located = located.ok_or_else(|| TrustError::NoRepository { path: paths::text(folder).0 })?;
        if located.is_bare() && located.top.parent().is_some_and(|above| WorkTree::top_of(above).is_some()) {
            return Err(TrustError::Embedded { path: paths::text(folder).0 });
        }
        if found.iter().all(|known| known.top != located.top) {
            found.push(located);
        }
    }
    found.sort_by(|one, other| one.top.cmp(&other.top));
    let Some(first) = found.first() else {
        let located = located(options, &here[0]).ok_or_else(|| TrustError::NoRepository { path: ".".to_owned() })?;
        let tops = vec![located.top.clone()];
        return Ok((located, tops));
    };
    // Work trees of one repository are one, and what lies in the first one is a part of it.
    let is_apart = |other: &&Located| other.common_dir != first.common_dir && !other.top.starts_with(&first.top);
    match found.iter().find(is_apart) {
        Some(other) => {
            let paths = [&first.top, &other.top].map(|top| paths::text(top).0).join(", ");
            Err(TrustError::Several { paths })
        }
        None => Ok((first.clone(), found.iter().map(|located| located.top.clone()).collect())),
    }
}

/// The repository that a folder lies in. Git's variables hold where they hold for what is read.
fn located(options: &Options, folder: &Path) -> Option<Located> {
    match options.mode {
        Mode::Tree | Mode::History => {
            let real = folder.canonicalize().ok().or_else(|| without_links(folder))?;
            WorkTree::top_of(&real).and_then(at).or_else(|| real.ancestors().find_map(at))
        }
        Mode::Staged | Mode::Range(_) | Mode::Since(_) => holding(options, &without_links(folder)?),
    }
}

/// Calls `visit` with name, mode and id of each entry of a tree.
fn each(
    reader: &mut Reader<'_>,
    tree: ObjectId,
    visit: &mut dyn FnMut(&[u8], EntryMode, ObjectId),
) -> Result<(), ReadError> {
    // Every repository has this one, whether it is stored or not.
    if tree == ObjectId::empty_tree(tree.kind()) {
        return Ok(());
    }
    let mut bytes = Vec::new();
    if reader.read(&tree, &mut bytes)? != Kind::Tree {
        return Err(ReadError::Damaged);
    }
    for entry in TreeRefIter::from_bytes(&bytes, tree.kind()) {
        let entry = entry.map_err(|_| ReadError::Damaged)?;
        visit(entry.filename, entry.mode, entry.oid.to_owned());
    }
    Ok(())
}

fn blob(reader: &mut Reader<'_>, id: ObjectId) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    super::staged::blob(reader, id, &mut bytes).map(|()| bytes)
}

const fn explain(error: ReadError) -> &'static str {
    match error {
        ReadError::Missing => "an object of it is not in this clone; fetch it (fetch-depth: 0, and no filter)",
        ReadError::Damaged => "an object of it is damaged",
        ReadError::TooLarge => "an object of it is too large",
    }
}
