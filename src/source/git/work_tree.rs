//! What git knows about a work tree, read from its files and never by running it: the index, the excludes, whether
//! the history is cut off. Nothing in the repository's configuration is looked at.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use gix_index::{decode, entry::Mode, hash::Kind};

use super::nesting;
use super::references::References;
use crate::source::open::read_small;
use crate::source::rules::Rules;

/// Longest gitfile or `commondir` that is believed.
const POINTER: u64 = 16 * 1024;

/// Largest index that is read: some three million entries.
const LARGEST_INDEX: u64 = 512 * 1024 * 1024;

/// A folder with a `.git` in it.
pub(in crate::source) struct WorkTree {
    /// The folder.
    pub(in crate::source) top: PathBuf,
    /// Its git directory.
    pub(in crate::source) git_dir: PathBuf,
    /// The git directory that it shares with other work trees of the repository; mostly the same.
    pub(in crate::source) common_dir: PathBuf,
    /// What is tracked; empty where nothing is, or where the index cannot be read.
    index: Option<gix_index::File>,
    /// `info/exclude`, the outermost rules.
    pub(in crate::source) excludes: Option<Rules>,
    /// Whether there is an index that could not be read.
    pub(in crate::source) damaged: bool,
}

impl WorkTree {
    /// Looks for a work tree whose top is this very folder.
    pub(in crate::source) fn at(top: &Path) -> Option<Self> {
        let (git_dir, common) = git_dirs(top)?;
        let (index, damaged) = if git_dir.is_dir() { read_index(&git_dir.join("index")) } else { (None, true) };
        Some(Self {
            top: top.to_path_buf(),
            index,
            excludes: Rules::load(top, &common.join("info/exclude"), None),
            damaged,
            git_dir,
            common_dir: common,
        })
    }

    /// The top of the work tree that holds a folder, if one does.
    pub(in crate::source) fn top_of(folder: &Path) -> Option<&Path> {
        folder.ancestors().find(|folder| git_dirs(folder).is_some())
    }

    /// Whether a folder is the git directory of this very work tree, or the one it shares with others.
    pub(in crate::source) fn is_kept_in(&self, folder: &Path) -> bool {
        let real = folder.canonicalize();
        let is = |own: &Path| own.canonicalize().is_ok_and(|own| real.as_ref().is_ok_and(|real| *real == own));
        is(&self.git_dir) || is(&self.common_dir)
    }

    /// The commit that is checked out at this very folder, in hex.
    pub(in crate::source) fn head(top: &Path) -> Option<String> {
        let bare = || is_git_dir(top).then(|| (top.to_path_buf(), top.to_path_buf()));
        let (git_dir, common) = git_dirs(top).or_else(bare)?;
        References::open(&git_dir, &common).head().map(|id| id.to_string())
    }

    /// Whether the history of the repository at this very folder, if there is one, is cut off.
    pub(in crate::source) fn is_shallow(top: &Path) -> bool {
        let common = git_dirs(top).map(|(_, common)| common).unwrap_or_else(|| top.to_path_buf());
        is_git_dir(&common) && common.join("shallow").is_file()
    }

    /// Whether the index holds this file.
    pub(in crate::source) fn tracks(&self, path: &Path) -> bool {
        self.modes(path).any(|mode| mode != Mode::COMMIT && mode != Mode::DIR)
    }

    /// Whether the index holds anything below this folder, or the folder itself as a submodule.
    pub(in crate::source) fn tracks_below(&self, folder: &Path) -> bool {
        let Some((index, key)) = self.index.as_ref().zip(self.key(folder)) else { return false };
        let mut prefix = key.into_owned();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let entries = index.entries();
        let first = entries.partition_point(|entry| entry.path(index) < prefix.as_slice());
        entries.get(first).is_some_and(|entry| entry.path(index).starts_with(&prefix)) || self.is_submodule(folder)
    }

    /// Whether the index says that another repository belongs here.
    pub(in crate::source) fn is_submodule(&self, folder: &Path) -> bool {
        self.modes(folder).any(|mode| mode == Mode::COMMIT)
    }

    /// The modes of a path, one for each side of a conflict.
    fn modes(&self, path: &Path) -> impl Iterator<Item = Mode> {
        let found = self.index.as_ref().zip(self.key(path)).and_then(|(index, key)| {
            let range = index.entry_range(key.as_ref().into())?;
            index.entries().get(range)
        });
        found.unwrap_or_default().iter().map(|entry| entry.mode)
    }

    /// A path as the index writes it.
    fn key<'p>(&self, path: &'p Path) -> Option<Cow<'p, [u8]>> {
        let key = path.strip_prefix(&self.top).ok()?.as_os_str().as_encoded_bytes();
        Some(if cfg!(windows) {
            key.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect()
        } else {
            Cow::Borrowed(key)
        })
    }
}

/// Whether a folder has the parts of a git directory.
fn is_git_dir(folder: &Path) -> bool {
    folder.join("HEAD").symlink_metadata().is_ok() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// The git directory of a work tree, and the one that it shares with other work trees (mostly the same).
///
/// A `.git` folder counts when it has a `HEAD`, as for git itself; a `.git` file counts when it names a folder,
/// whether that is there or not (a linked work tree mounted without its repository is still a work tree). Only what a file
/// names may share the git directory of another place.
pub(super) fn git_dirs(top: &Path) -> Option<(PathBuf, PathBuf)> {
    let dot_git = top.join(".git");
    let kind = fs::metadata(&dot_git).ok()?;
    if kind.is_dir() {
        dot_git.join("HEAD").symlink_metadata().ok()?;
        return Some((dot_git.clone(), dot_git));
    }
    let pointer = read_small(&dot_git, POINTER)?;
    let git_dir = top.join(path_in(pointer.strip_prefix(b"gitdir:")?)?);
    let common = read_small(&git_dir.join("commondir"), POINTER)
        .and_then(|text| path_in(&text))
        .map_or_else(|| git_dir.clone(), |path| git_dir.join(path));
    Some((git_dir, common))
}

/// The path on the only line of a pointer file.
pub(super) fn path_in(text: &[u8]) -> Option<PathBuf> {
    let text = text.trim_ascii();
    if text.is_empty() || text.contains(&0) || text.contains(&b'\n') {
        return None;
    }
    #[cfg(unix)]
    return Some(PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(text)));
    #[cfg(not(unix))]
    return std::str::from_utf8(text).ok().map(PathBuf::from);
}

/// Calls `visit` with path and id of every file and link in the index of a git directory.
pub(super) fn each_entry(git_dir: &Path, visit: &mut dyn FnMut(&[u8], gix_hash::ObjectId)) {
    let (Some(index), _) = read_index(&git_dir.join("index")) else { return };
    for entry in index.entries().iter().filter(|entry| entry.mode != Mode::COMMIT && entry.mode != Mode::DIR) {
        visit(entry.path(&index), entry.id);
    }
}

/// Reads an index, and says whether there is one that cannot be read.
pub(super) fn read_index(path: &Path) -> (Option<gix_index::File>, bool) {
    match path.symlink_metadata() {
        Err(error) => return (None, error.kind() != std::io::ErrorKind::NotFound),
        Ok(_) if !is_harmless(path) || !parts_are_harmless(path) => return (None, true),
        Ok(_) => {}
    }
    // The configuration would say which hash the repository uses; the checksum at the end says it as well.
    let options = decode::Options { thread_limit: Some(1), ..decode::Options::default() };
    let index =
        [Kind::Sha1, Kind::Sha256].into_iter().find_map(|hash| gix_index::File::at(path, hash, false, options).ok());
    let damaged = index.is_none();
    (index, damaged)
}

/// Whether the shared halves of a split index, if any, can be given to the decoder, which opens them by name.
fn parts_are_harmless(index: &Path) -> bool {
    let folder = index.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().all(|entry| {
            !entry.file_name().as_encoded_bytes().starts_with(b"sharedindex.") || is_harmless(&entry.path())
        })
    })
}

/// Whether a file can be given to the decoder: a regular one, not too large, and nothing in it nested too deeply.
fn is_harmless(index: &Path) -> bool {
    read_small(index, LARGEST_INDEX).is_some_and(|bytes| !nesting::is_too_deep(&bytes))
}
