//! One folder on the way down: the rules that hold in it, the work tree and the service it belongs to.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::context::{By, Context};
use super::git::{TrustedFolder, WorkTree};
use super::names;
use super::package::{Marks, Package};
use super::paths;
use super::rules::Rules;
use super::trust;
use crate::model::{Exposure, SkipReason};

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link.
    Symlink,
    /// Anything else.
    Special,
}

/// What stands in a folder. Version control's own folders are left out.
#[derive(Default)]
pub(super) struct Listing {
    /// Names and what they are.
    pub(super) entries: Vec<(OsString, Kind)>,
    /// Whether some entries could not be read.
    pub(super) broken: bool,
    git: bool,
    /// Which of `HEAD`, `objects` and `refs` there are: with all three it is a git directory itself.
    git_parts: u8,
    git_ignore: bool,
    own_ignore: bool,
    marks: Marks,
}

impl Listing {
    /// Lists a folder.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut listing = Self::default();
        for entry in fs::read_dir(path)? {
            let Ok((name, kind)) = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) else {
                listing.broken = true;
                continue;
            };
            let kind = match kind {
                _ if kind.is_dir() => Kind::Folder,
                _ if kind.is_file() => Kind::File,
                _ if kind.is_symlink() => Kind::Symlink,
                _ => Kind::Special,
            };
            match (name.as_encoded_bytes(), kind) {
                (b".git", _) => {
                    listing.git = true;
                    continue;
                }
                (b"HEAD", Kind::File) | (b"objects" | b"refs", Kind::Folder) => listing.git_parts += 1,
                (b".gitignore", Kind::File) => listing.git_ignore = true,
                (name, Kind::File) if name == trust::IGNORE_FILE.as_bytes() => listing.own_ignore = true,
                (bytes, Kind::File) => listing.marks.add(bytes),
                _ => {}
            }
            listing.entries.push((name, kind));
        }
        Ok(listing)
    }
}

/// Where a folder stands towards git.
#[derive(Clone)]
enum Place {
    /// In no work tree.
    Outside,
    /// In a work tree.
    WorkTree(Arc<WorkTree>),
    /// In a bare repository, or in a git directory that was named as a root.
    GitDir,
}

/// A folder with all that its parents hand down.
pub(super) struct Folder {
    /// Index of the root it is reported under.
    pub(super) root: usize,
    /// Where it is, without links.
    pub(super) path: PathBuf,
    /// The service its files belong to: a path from the root's base.
    package: Package<Arc<str>>,
    /// How it was reached.
    pub(super) state: State,
    place: Place,
    /// Whether it is the outermost folder of a git directory.
    is_git_top: bool,
    repository: Option<usize>,
    git_rules: Option<Arc<Rules>>,
    own_rules: Option<Arc<Rules>>,
    /// The same folder in the commit that is trusted, if there is one.
    trusted: Option<Arc<TrustedFolder>>,
}

/// How a folder was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// It, or a folder above it, is git-ignored.
    pub(super) ignored: bool,
    /// It is git-ignored and nobody asked for it: only what the index holds is read.
    pub(super) tracked_only: bool,
    /// It is left out, and by what. Such a folder is only entered on the way to a root.
    pub(super) excluded: Option<By>,
}

/// What to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Read it.
    Read(State),
    /// Do not: counted.
    LeaveOut(By),
    /// Pass over it: what is in it is read in another way.
    Pass,
}

impl Folder {
    /// Enters a folder, from its parent unless it is where a root's paths begin.
    pub(super) fn enter(
        context: &Context<'_>,
        root: usize,
        path: PathBuf,
        parent: Option<&Self>,
        listing: &Listing,
        state: State,
    ) -> Self {
        let mut folder = Self {
            root,
            package: Package::default(),
            state,
            place: parent.map_or(Place::Outside, |parent| parent.place.clone()),
            is_git_top: false,
            repository: parent.and_then(|parent| parent.repository),
            git_rules: parent.and_then(|parent| parent.git_rules.clone()),
            own_rules: parent.and_then(|parent| parent.own_rules.clone()),
            trusted: None,
            path,
        };
        let here = || Some(context.report_text(root, &folder.path)).filter(|here| !here.is_empty());
        let service = || here().map_or(Arc::from("."), Arc::from);
        let name = folder.path.file_name().unwrap_or_default().as_encoded_bytes();
        folder.package = match parent {
            Some(parent) => parent.package.enter(name, listing.marks, service),
            None => Package::top(listing.marks, service),
        };
        let outer = parent.and_then(|parent| parent.trusted.as_ref());
        folder.trusted = trust::enter(context, root, outer, name, &folder.path);
        let is_named_git = folder.path.file_name().is_some_and(|name| name == ".git");
        let keeps = |tree: &WorkTree| is_named_git || (listing.git_parts == 3 && tree.is_kept_in(&folder.path));
        if folder.work_tree().is_some_and(keeps) {
            folder.place = Place::GitDir;
            folder.git_rules = None;
            folder.is_git_top = true;
        } else if listing.git_parts == 3 && matches!(folder.place, Place::Outside) {
            // In a work tree anybody could hide files behind three names; a bare repository lies in none.
            folder.place = Place::GitDir;
            folder.repository = Some(context.repositories.add_bare(root, &context.roots[root].base, &folder.path));
            folder.is_git_top = true;
        } else if let Some(tree) = listing.git.then(|| WorkTree::at(&folder.path)).flatten() {
            // A repository of its own: nothing of the outer one's rules holds in it, and it is a service of its own.
            folder.package = Package::top(listing.marks, service);
            folder.package.root = folder.package.root.or_else(|| here().map(Arc::from));
            if tree.damaged {
                context.skip(root, &folder.path.join(".git").join("index"), SkipReason::Unreadable);
            }
            folder.state.ignored = false;
            folder.state.tracked_only = false;
            let base = &context.roots[root].base;
            let repository = context.repositories.add(root, base, &tree);
            folder.repository = Some(repository);
            // For what lies further down, a repository of its own, the commit does not speak.
            let located = context.repositories.get(repository).filter(|_| folder.path == *base);
            folder.trusted = located.and_then(|located| trust::top(context, root, &located, &folder.path));
            folder.enter_tree(tree);
        }
        if listing.git_parts == 3 && folder.work_tree().is_some() {
            // Its files stay files of the work tree, but its history is one of its own.
            context.repositories.add_bare(root, &context.roots[root].base, &folder.path);
        }
        if listing.git_ignore && matches!(folder.place, Place::WorkTree(_)) {
            chain(&mut folder.git_rules, &folder.path, ".gitignore");
        }
        let (own, outer) = (folder.trusted.as_ref(), folder.own_rules.take());
        folder.own_rules = trust::ignore_rules(context, root, &folder.path, listing.own_ignore, own, outer);
        folder
    }

    /// A folder of git's own files.
    pub(super) fn of_git(root: usize, path: PathBuf, repository: usize) -> Self {
        Self {
            root,
            path,
            package: Package::default(),
            state: State::default(),
            place: Place::GitDir,
            is_git_top: false,
            repository: Some(repository),
            git_rules: None,
            own_rules: None,
            trusted: None,
        }
    }

    fn enter_tree(&mut self, mut tree: WorkTree) {
        self.git_rules = tree.excludes.take().map(Arc::new);
        self.place = Place::WorkTree(Arc::new(tree));
    }

    /// The repository it lies in.
    pub(super) fn repository(&self) -> Option<usize> {
        self.repository
    }

    /// The work tree it lies in.
    pub(super) fn work_tree(&self) -> Option<&WorkTree> {
        match &self.place {
            Place::WorkTree(tree) => Some(tree),
            Place::Outside | Place::GitDir => None,
        }
    }

    /// What to do with a folder in it.
    pub(super) fn judge_folder(&self, context: &Context<'_>, path: &Path) -> Verdict {
        // Packed and compressed: nothing can be read there but through git.
        // Nor is there anything to read in what other systems keep, unless git tracks it all the same.
        let objects = self.is_git_top && path.file_name().is_some_and(|name| name == "objects");
        let foreign = path.file_name().is_some_and(|name| name == ".hg" || name == ".svn");
        if (objects || foreign) && !self.work_tree().is_some_and(|tree| tree.tracks_below(path)) {
            return Verdict::Pass;
        }
        let ignored = self.ignores(path, true);
        // What is ignored from above was named by the user, unless only tracked files are wanted.
        let prune = self.state.tracked_only || (ignored && !self.state.ignored && !context.options.no_ignore);
        if prune && !self.work_tree().is_some_and(|tree| tree.tracks_below(path)) {
            return Verdict::LeaveOut(By::IgnoredFolder);
        }
        if let Some(by) = self.excludes(context, path, true) {
            return Verdict::LeaveOut(by);
        }
        Verdict::Read(State { ignored, tracked_only: prune, excluded: None })
    }

    /// What to do with a file (or a link, or a special file) in it.
    pub(super) fn judge_file(&self, context: &Context<'_>, path: &Path, name: &[u8]) -> Verdict {
        let ignored = self.ignores(path, false);
        let unwanted = self.state.tracked_only
            || (ignored && !self.state.ignored && !context.options.no_ignore && !names::is_config(name));
        if unwanted && !self.tracks(path) {
            return Verdict::LeaveOut(By::IgnoredFile);
        }
        if !context.includes(self.root, path) {
            return Verdict::LeaveOut(By::NotIncluded);
        }
        if let Some(by) = self.excludes(context, path, false) {
            return Verdict::LeaveOut(by);
        }
        if context.writes(path, || self.tracks(path)) {
            return Verdict::LeaveOut(By::Report);
        }
        Verdict::Read(State { ignored, tracked_only: false, excluded: None })
    }

    /// The state of something that the user named, whatever rules say of it.
    pub(super) fn named(&self, context: &Context<'_>, path: &Path, is_folder: bool) -> State {
        State {
            ignored: self.ignores(path, is_folder),
            tracked_only: false,
            excluded: self.state.excluded.or_else(|| self.excludes(context, path, is_folder)),
        }
    }

    /// How far the content of a file in it has got out.
    pub(super) fn exposure(&self, context: &Context<'_>, path: &Path, ignored: bool) -> Exposure {
        match &self.place {
            Place::GitDir => Exposure::GitMetadata,
            Place::Outside if context.options.assume_committed => Exposure::Tracked,
            Place::Outside => Exposure::OutsideGit,
            Place::WorkTree(tree) if tree.tracks(path) => Exposure::Tracked,
            Place::WorkTree(_) if ignored => Exposure::Ignored,
            Place::WorkTree(_) => Exposure::Untracked,
        }
    }

    fn tracks(&self, path: &Path) -> bool {
        self.work_tree().is_some_and(|tree| tree.tracks(path))
    }

    fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        self.state.ignored || self.git_rules.as_ref().is_some_and(|rules| rules.ignore(path, is_folder))
    }

    fn excludes(&self, context: &Context<'_>, path: &Path, is_folder: bool) -> Option<By> {
        let own = self.own_rules.as_ref().is_some_and(|rules| rules.ignore(path, is_folder));
        own.then_some(By::IgnoreFile).or_else(|| context.excludes(self.root, path, is_folder))
    }

    /// The path of the service its files belong to, from the root's base.
    pub(super) fn service(&self) -> Option<&str> {
        self.package.root.as_deref()
    }

    /// The path of the package that its service is a part of.
    pub(super) fn part_of(&self) -> Option<&str> {
        self.package.part_of.as_deref()
    }
}

fn chain(rules: &mut Option<Arc<Rules>>, folder: &Path, name: &str) {
    if let Some(inner) = Rules::load(folder, &folder.join(name), rules.clone()) {
        *rules = Some(Arc::new(inner));
    }
}

/// A relative path as text.
pub(super) fn relative_text(path: &Path, base: &Path) -> String {
    paths::text(path.strip_prefix(base).unwrap_or(path)).0
}
