//! From the paths on the command line to repositories, for the modes that read what a repository holds and not what
//! lies in its work tree.
//!
//! A path need not be there: what is staged, or was committed once, may have been deleted since. The variables that git
//! gives its hooks are obeyed, because the index of a commit under way is not always the repository's own.

use std::path::{Component, Path, PathBuf};

use super::repositories::Located;
use super::work_tree::{git_dirs, path_in};
use crate::source::context::Context;
use crate::source::open::read_small;
use crate::source::roots::add_root;
use crate::source::{Mode, Options, SourceError, paths};

/// Longest `commondir` that is believed.
const POINTER: u64 = 16 * 1024;

/// A repository to read from.
pub(super) struct Place {
    /// Where it is.
    pub(super) located: Located,
    /// The index of its work tree.
    pub(super) index: PathBuf,
    /// More objects: those of a push that has not been accepted yet.
    pub(super) objects: MoreObjects,
    /// The root that its blobs belong to.
    pub(super) root: usize,
    /// Its number among the run's repositories.
    pub(super) repository: usize,
    /// What of it was asked for; empty: all.
    pub(super) only: Vec<Asked>,
}

/// A folder of objects that git's variables name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MoreObjects {
    /// There is none besides the repository's own.
    None,
    /// One in the repository, which git makes for a push.
    Quarantine(PathBuf),
    /// One somewhere else, which is not read.
    Elsewhere,
}

/// A path that was asked for, below the top of a work tree.
pub(super) struct Asked {
    /// As the user wrote it.
    pub(super) typed: PathBuf,
    /// Without links, as far as there is something at it.
    pub(super) real: PathBuf,
    /// As git writes it: slashes, from the top on.
    pub(super) key: Vec<u8>,
}

impl Place {
    /// All of a repository whose history is read.
    pub(super) fn of_history(located: &Located, repository: usize) -> Self {
        let index = located.git_dir.join("index");
        Self {
            located: located.clone(),
            index,
            objects: MoreObjects::None,
            root: located.root,
            repository,
            only: Vec::new(),
        }
    }

    /// Whether a path, as git writes it, was asked for.
    pub(super) fn wants(&self, path: &[u8]) -> bool {
        self.only.is_empty() || self.only.iter().any(|asked| asked.holds(path))
    }

    /// A path of the repository as one of the file system, whether there is something at it or not.
    pub(super) fn path(&self, key: &[u8]) -> PathBuf {
        self.located.path(key)
    }
}

impl Asked {
    /// Whether a path is this one or lies below it.
    pub(super) fn holds(&self, path: &[u8]) -> bool {
        path.strip_prefix(self.key.as_slice()).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
    }
}

/// Finds the repositories that the paths lie in, each once, and makes a root of each.
pub(super) fn places(context: &mut Context<'_>) -> Result<Vec<Place>, SourceError> {
    let default = [PathBuf::from(".")];
    let typed = &context.options.paths;
    let typed: &[PathBuf] = if typed.is_empty() { &default } else { typed };
    let mut found: Vec<(Located, Vec<Asked>)> = Vec::new();
    for typed in typed {
        let (located, asked) = locate(context, typed)?;
        match found.iter_mut().find(|(known, _)| known.git_dir == located.git_dir) {
            Some((_, all)) => all.push(asked),
            None => found.push((located, vec![asked])),
        }
    }
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    Ok(found.into_iter().map(|(located, asked)| place(context, &here, located, asked)).collect())
}

fn place(context: &mut Context<'_>, here: &Path, mut located: Located, asked: Vec<Asked>) -> Place {
    let top = located.top.clone();
    let root = match asked.as_slice() {
        [one] if one.real.is_dir() => add_root(context, &one.typed, &one.real, top),
        _ => {
            let typed = context.near(&top);
            add_root(context, &typed, &top, top.clone())
        }
    };
    context.roots[root].info.shallow = located.common_dir.join("shallow").is_file();
    located.root = root;
    let repository = context.repositories.add_located(located.clone());
    // Git's variable speaks of the repository that one is in.
    let own = located.git_dir.join("index");
    let index = match &context.options.git.index {
        Some(index) if context.options.git.dir.is_some() || here.starts_with(&located.top) => index.clone(),
        _ => own,
    };
    let all = asked.iter().any(|asked| asked.key.is_empty());
    let objects = more_objects(context.options.git.objects.as_deref(), &located);
    Place { located, index, objects, root, repository, only: if all { Vec::new() } else { asked } }
}

/// What of git's variable for objects concerns a repository.
fn more_objects(named: Option<&Path>, located: &Located) -> MoreObjects {
    let own = located.common_dir.join("objects");
    match (named.map(Path::canonicalize), own.canonicalize()) {
        (None, _) => MoreObjects::None,
        (Some(Ok(named)), Ok(own)) if named == own => MoreObjects::None,
        (Some(Ok(named)), Ok(own)) if named.parent() == Some(&own) => MoreObjects::Quarantine(named),
        _ => MoreObjects::Elsewhere,
    }
}

/// The repository that a path lies in, and where in it.
fn locate(context: &Context<'_>, typed: &Path) -> Result<(Located, Asked), SourceError> {
    let text = || (context.redact)(&paths::text(typed).0);
    let real = without_links(typed).ok_or_else(|| SourceError::Missing { path: text() })?;
    let located = holding(context.options, &real).ok_or_else(|| match &context.options.git.dir {
        Some(dir) => SourceError::Variable { path: (context.redact)(&paths::text(dir).0) },
        None => SourceError::NoRepository { path: text() },
    })?;
    if context.options.mode == Mode::Staged && located.is_bare() {
        return Err(SourceError::NoWorkTree { path: text() });
    }
    let below = real.strip_prefix(&located.top).map_err(|_| SourceError::NoRepository { path: text() })?;
    let asked = Asked { typed: typed.to_path_buf(), key: key_of(below), real };
    Ok((located, asked))
}

/// The repository that git's variables name, or that an absolute path without links lies in.
pub(super) fn holding(options: &Options, real: &Path) -> Option<Located> {
    match &options.git.dir {
        Some(dir) => by_variable(dir, options.git.work_tree.as_deref()),
        None => real.ancestors().find_map(at),
    }
}

/// The repository whose work tree, or whose bare self, is this very folder.
pub(super) fn at(top: &Path) -> Option<Located> {
    match git_dirs(top) {
        Some((git_dir, common)) => Some(located(top, &git_dir, &common)),
        None => is_git_dir(top).then(|| located(top, top, top)),
    }
}

fn located(top: &Path, git_dir: &Path, common_dir: &Path) -> Located {
    let common_dir = common_dir.canonicalize().unwrap_or_else(|_| common_dir.to_path_buf());
    Located {
        root: 0,
        is_top: true,
        top: top.to_path_buf(),
        git_dir: git_dir.to_path_buf(),
        common_dir,
        ..Located::default()
    }
}

/// The repository that git's variables name. Its work tree is the working directory where they do not say: so it is in a
/// hook.
fn by_variable(dir: &Path, work_tree: Option<&Path>) -> Option<Located> {
    let git_dir = dir.canonicalize().ok()?;
    let common = read_small(&git_dir.join("commondir"), POINTER)
        .and_then(|text| path_in(&text))
        .map_or_else(|| git_dir.clone(), |path| git_dir.join(path));
    let top = work_tree.unwrap_or(Path::new(".")).canonicalize().ok()?;
    (git_dir.join("HEAD").symlink_metadata().is_ok() && common.join("objects").is_dir())
        .then(|| located(&top, &git_dir, &common))
}

/// Whether a folder is a git directory, judged as git itself does.
fn is_git_dir(folder: &Path) -> bool {
    folder.join("HEAD").symlink_metadata().is_ok() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// An absolute path without links, as far as there is something at it. A link that is named itself stays one, where it
/// can be a file of a repository.
pub(super) fn without_links(typed: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(typed).ok()?;
    if absolute.symlink_metadata().is_ok_and(|kind| kind.is_symlink()) {
        let link = absolute.parent()?.canonicalize().ok()?.join(absolute.file_name()?);
        if link.ancestors().skip(1).any(|folder| at(folder).is_some()) {
            return Some(link);
        }
    }
    let (there, real) = absolute.ancestors().find_map(|path| Some((path, path.canonicalize().ok()?)))?;
    let rest = absolute.strip_prefix(there).ok()?;
    let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

/// A relative path as git writes it.
fn key_of(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(windows) {
        bytes.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect()
    } else {
        bytes.to_vec()
    }
}
