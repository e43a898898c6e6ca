//! The repositories that a run meets: each once, however many work trees it has.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::WorkTree;
use super::objects::{Objects, Problem};
use super::references::References;
use super::settings::Settings;
use crate::source::context::Context;
use crate::source::paths;

/// Where a repository is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// The first commit in hex, where the whole history has been read.
    pub(in crate::source) root_commit: Option<String>,
    /// Index of the root it is reported under.
    pub(in crate::source) root: usize,
    /// Whether nobody has met its work tree, so that its top is told by its name alone.
    pub(in crate::source) is_guess: bool,
    /// Whether the root's paths begin at its top.
    pub(in crate::source) is_top: bool,
    /// The top of the work tree by which it was met first; of a bare repository the repository itself.
    pub(in crate::source) top: PathBuf,
    /// The git directory of that work tree.
    pub(in crate::source) git_dir: PathBuf,
    /// The git directory that all its work trees share, without links.
    pub(in crate::source) common_dir: PathBuf,
}

impl Located {
    /// Its objects, and what of them cannot be used. Folders it borrows from are followed as [`Context::follows`] says.
    pub(in crate::source) fn objects(&self, context: &Context<'_>) -> (Objects, Vec<Problem>) {
        self.open(&|path| context.follows(path))
    }

    /// The same, with the folders it borrows from judged by `follows`.
    pub(super) fn open(&self, follows: &dyn Fn(&Path) -> bool) -> (Objects, Vec<Problem>) {
        Objects::open(&self.common_dir, Settings::of(&self.common_dir).hash(), follows)
    }

    /// Whether the root's paths begin at its top.
    #[must_use]
    pub const fn is_top(&self) -> bool {
        self.is_top
    }

    /// Index of the root it is reported under.
    #[must_use]
    pub const fn root(&self) -> usize {
        self.root
    }

    /// Whether it has no work tree, as far as is known.
    pub(in crate::source) fn is_bare(&self) -> bool {
        self.top == self.git_dir
    }

    /// Where a file of one of its commits would lie, whatever its name is.
    pub(in crate::source) fn path(&self, inner: &[u8]) -> PathBuf {
        let mut path = self.top.clone().into_os_string();
        path.push("/");
        path.push(paths::from_bytes(inner));
        path.into()
    }

    /// The path that reports give to an object that has none: where it would lie in the repository if it were loose.
    pub(in crate::source) fn object(&self, id: &gix_hash::oid) -> PathBuf {
        let hex = id.to_hex().to_string();
        self.git_folder().join("objects").join(&hex[..2]).join(&hex[2..])
    }

    /// A path in its git directory as one below its top, also where that directory lies elsewhere: a linked work tree's
    /// report says the same on every machine.
    fn below_top(&self, path: &Path) -> Option<PathBuf> {
        let inner = path.strip_prefix(&self.common_dir).or_else(|_| path.strip_prefix(&self.git_dir)).ok()?;
        Some(self.git_folder().join(inner))
    }

    fn git_folder(&self) -> PathBuf {
        if self.is_bare() { self.top.clone() } else { self.top.join(".git") }
    }

    /// Its references, as this work tree sees them.
    pub(in crate::source) fn references(&self) -> References {
        References::open(&self.git_dir, &self.common_dir)
    }
}

/// The repositories met so far.
#[derive(Debug, Default)]
pub(in crate::source) struct Repositories(Mutex<Vec<Located>>);

impl Repositories {
    /// Notes the repository of a work tree, and says which one it is.
    pub(in crate::source) fn add(&self, root: usize, base: &Path, tree: &WorkTree) -> usize {
        let common_dir = tree.common_dir.canonicalize().unwrap_or_else(|_| tree.common_dir.clone());
        let is_top = tree.top == base;
        self.add_located(Located {
            root,
            is_top,
            top: tree.top.clone(),
            git_dir: tree.git_dir.clone(),
            common_dir,
            ..Located::default()
        })
    }

    /// Notes a bare repository, and says which one it is.
    pub(in crate::source) fn add_bare(&self, root: usize, base: &Path, folder: &Path) -> usize {
        let common_dir = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let top = folder.to_path_buf();
        self.add_located(Located {
            root,
            is_top: top == base,
            git_dir: top.clone(),
            top,
            common_dir,
            ..Located::default()
        })
    }

    /// Notes a repository, and says which one it is. Of several work trees the first root's stands for it, so that it does
    /// not matter which is met first.
    pub(in crate::source) fn add_located(&self, located: Located) -> usize {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.iter().position(|repository| repository.common_dir == located.common_dir) {
            Some(index) => {
                let repository = &mut known[index];
                let rank = |located: &Located| (located.is_guess, located.root, located.top.clone());
                if rank(&located) < rank(repository) {
                    *repository = located;
                }
                index
            }
            None => {
                known.push(located);
                known.len() - 1
            }
        }
    }

    /// Notes the first commit of a repository.
    pub(in crate::source) fn set_root_commit(&self, index: usize, id: Option<String>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(repository) = known.get_mut(index) {
            repository.root_commit = id;
        }
    }

    /// A path in the git directory of one of those reported under a root, as a path below its top.
    pub(in crate::source) fn below_top(&self, root: usize, path: &Path) -> Option<PathBuf> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|repository| repository.root == root).find_map(|repository| repository.below_top(path))
    }

    /// One of them.
    pub(in crate::source) fn get(&self, index: usize) -> Option<Located> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }

    /// All of them.
    pub(in crate::source) fn all(&self) -> Vec<Located> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
