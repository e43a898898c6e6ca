//! From the paths on the command line to roots, and to the folders and files that the walk starts at.
//!
//! Roots come in the order of their paths, not in that in which they were given. A folder is a root. Files that are named one by one (a commit hook's list) share a root: their work tree, or
//! outside git their folder. A path inside an earlier root is reported under that one. Whatever was named is a job of
//! its own, and the walk passes over it, so that everything is read exactly once.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::context::{By, Context, Root};
use super::folder::{Folder, Listing, State};
use super::git::WorkTree;
use super::{Options, SourceError, paths};
use crate::model::{RootInfo, SkipReason};

/// A path that the walk starts at.
struct Given {
    /// As the user wrote it.
    typed: PathBuf,
    /// Without links.
    real: PathBuf,
    /// What stands there.
    kind: GivenKind,
    /// Whether it comes from a list, not from the command line itself.
    listed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum GivenKind {
    Folder,
    File,
    /// Not to be read, for this reason.
    Not(SkipReason),
}

/// Where the walk starts.
#[derive(Default)]
pub(super) struct Starts {
    /// Folders: root, path, the folder around it, state.
    pub(super) folders: Vec<(usize, PathBuf, Option<Arc<Folder>>, State)>,
    /// Files by the folder they lie in: name, and whether it is git-ignored.
    pub(super) files: Vec<(Arc<Folder>, OsString, bool)>,
    /// All of them, for the walk to pass over.
    pub(super) named: HashSet<PathBuf>,
}

/// Finds the roots, and where to start. Fails on a path that is not there, before anything is read.
pub(super) fn starts(context: &mut Context<'_>) -> Result<Starts, SourceError> {
    let mut given = given(context)?;
    // In whatever order the paths were given, the report is the same. What was named outweighs what is on a list.
    given.sort_by(|one, other| (&one.real, one.listed, &one.typed).cmp(&(&other.real, other.listed, &other.typed)));
    let folders: Vec<PathBuf> =
        given.iter().filter(|given| given.kind == GivenKind::Folder).map(|given| given.real.clone()).collect();
    let mut tops: HashMap<PathBuf, Option<PathBuf>> = HashMap::new();
    let mut owners: HashMap<PathBuf, usize> = HashMap::new();
    let mut starts = Starts::default();
    let mut chains = HashMap::new();

    // Folders before files: a file inside any named folder is reported under that folder.
    let (folders_given, others): (Vec<Given>, Vec<Given>) =
        given.into_iter().partition(|given| given.kind == GivenKind::Folder);
    for given in folders_given {
        if !starts.named.insert(given.real.clone()) {
            continue;
        }
        let owner = owner(&given.real, &folders, &owners);
        let root = owner.unwrap_or_else(|| {
            let base = top_of(&mut tops, &given.real).unwrap_or_else(|| given.real.clone());
            owners.insert(given.real.clone(), context.roots.len());
            add_root(context, &given.typed, &given.real, base)
        });
        let around = around(context, root, &given.real, &mut chains);
        let state = around.as_ref().map_or_else(State::default, |folder| folder.named(context, &given.real, true));
        if let Some(by) = state.excluded.filter(|_| given.listed) {
            context.leave_out(by);
            continue;
        }
        starts.folders.push((root, given.real, around, state));
    }

    let mut groups: HashMap<PathBuf, usize> = HashMap::new();
    for given in others {
        if !starts.named.insert(given.real.clone()) {
            continue;
        }
        let folder = given.real.parent().unwrap_or(&given.real).to_path_buf();
        let root = owner(&given.real, &folders, &owners).unwrap_or_else(|| {
            let base = top_of(&mut tops, &folder).unwrap_or_else(|| folder.clone());
            let typed = context.near(&base);
            *groups.entry(base.clone()).or_insert_with(|| add_root(context, &typed, &base, base.clone()))
        });
        if let GivenKind::Not(reason) = given.kind {
            context.skip(root, &given.real, reason);
            continue;
        }
        let around = around(context, root, &given.real, &mut chains);
        let Some((folder, name)) = around.zip(given.real.file_name()) else { continue };
        let state = folder.named(context, &given.real, false);
        match state.excluded.filter(|_| given.listed) {
            Some(by) => context.leave_out(by),
            None if given.listed && !context.includes(root, &given.real) => context.leave_out(By::NotIncluded),
            None => starts.files.push((folder, name.to_owned(), state.ignored)),
        }
    }
    Ok(starts)
}

/// The paths asked for, resolved. Links on the command line are followed, because somebody named them; links in a
/// list are not, because a program wrote it down from a tree.
fn given(context: &Context<'_>) -> Result<Vec<Given>, SourceError> {
    let Options { paths, files_from, .. } = context.options;
    let default = [PathBuf::from(".")];
    let typed: &[PathBuf] = if paths.is_empty() && files_from.is_none() { &default } else { paths };
    let listed = files_from.iter().flatten().map(|path| (path, true));
    typed.iter().map(|path| (path, false)).chain(listed).map(|(path, listed)| resolve(context, path, listed)).collect()
}

fn resolve(context: &Context<'_>, path: &Path, listed: bool) -> Result<Given, SourceError> {
    let missing = |kind| matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput);
    let is_link = || path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let found = if listed && is_link() {
        let name = path.file_name().unwrap_or_default();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder.canonicalize().map(|folder| (folder.join(name), GivenKind::Not(SkipReason::Symlink)))
    } else {
        path.canonicalize().and_then(|real| {
            let kind = match fs::metadata(&real)? {
                kind if kind.is_dir() => GivenKind::Folder,
                kind if kind.is_file() => GivenKind::File,
                _ => GivenKind::Not(SkipReason::SpecialFile),
            };
            Ok((real, kind))
        })
    };
    match found {
        Ok((real, kind)) => Ok(Given { typed: path.to_path_buf(), real, kind, listed }),
        Err(error) if missing(error.kind()) => {
            Err(SourceError::Missing { path: (context.redact)(&paths::text(path).0) })
        }
        Err(_) => {
            let real = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            Ok(Given { typed: path.to_path_buf(), real, kind: GivenKind::Not(SkipReason::Unreadable), listed })
        }
    }
}

/// The root of the first named folder that holds a path, if that has been added already.
fn owner(path: &Path, folders: &[PathBuf], owners: &HashMap<PathBuf, usize>) -> Option<usize> {
    folders.iter().filter(|folder| path.starts_with(folder)).find_map(|folder| owners.get(folder).copied())
}

fn top_of(tops: &mut HashMap<PathBuf, Option<PathBuf>>, folder: &Path) -> Option<PathBuf> {
    if let Some(top) = tops.get(folder) {
        return top.clone();
    }
    let top = WorkTree::top_of(folder).map(Path::to_path_buf);
    tops.insert(folder.to_path_buf(), top.clone());
    top
}

/// Adds a root; `base` is where its report paths begin.
pub(super) fn add_root(context: &mut Context<'_>, typed: &Path, real: &Path, base: PathBuf) -> usize {
    let name = real.file_name().map_or_else(|| real.to_path_buf(), PathBuf::from);
    let redacted = |path: &Path| (context.redact)(&paths::text(path).0);
    let info = RootInfo {
        path: redacted(typed),
        name: redacted(&name),
        commit: WorkTree::head(&base),
        root_commit: None,
        shallow: WorkTree::is_shallow(&base),
    };
    context.roots.push(Root { info, base, real: real.to_path_buf(), typed: typed.to_path_buf() });
    context.roots.len() - 1
}

/// Folders entered on the way from a root's base to what was named in it.
type Chains = HashMap<(usize, PathBuf), Arc<Folder>>;

/// The folder around a path, entered from the root's base downwards; `None` for the base itself.
fn around(context: &Context<'_>, root: usize, path: &Path, chains: &mut Chains) -> Option<Arc<Folder>> {
    let base = &context.roots[root].base;
    if path == base {
        return None;
    }
    let mut way: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| folder.starts_with(base)).collect();
    let mut inner: Option<Arc<Folder>> = None;
    while let Some(folder) = way.pop() {
        let entered = chains.entry((root, folder.to_path_buf())).or_insert_with(|| {
            // A folder that can be passed through but not listed has rules that nobody can see.
            let listing = Listing::of(folder).unwrap_or_default();
            let state = inner.as_ref().map_or_else(State::default, |around| around.named(context, folder, true));
            Arc::new(Folder::enter(context, root, folder.to_path_buf(), inner.as_deref(), &listing, state))
        });
        inner = Some(Arc::clone(entered));
    }
    inner
}
