//! What every thread of one scan shares: the wishes, the callbacks, the counters and the list of what was not read.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::budget::Budget;
use super::folder::{Folder, relative_text};
use super::git::Repositories;
use super::large::Large;
use super::rules::Globs;
use super::{Gate, Options, Progress, Redact, Sink, SourceError, open, paths, people};
use crate::model::{Blob, BlobPath, Exposure, LeftOut, Origin, RootInfo, SetAside, SetAsideKind, SkipReason, Skipped};

/// One root with what its paths are relative to.
pub(super) struct Root {
    /// What the report says of it.
    pub(super) info: RootInfo,
    /// Where report paths begin: the top of the work tree that holds the root, else the root itself.
    pub(super) base: PathBuf,
    /// The root itself, without links.
    pub(super) real: PathBuf,
    /// The root as the user wrote it.
    pub(super) typed: PathBuf,
}

/// Shared by all threads of one scan.
pub(super) struct Context<'a> {
    /// The user's wishes.
    pub(super) options: &'a Options,
    /// The prefilter.
    pub(super) gate: Gate<'a>,
    /// Tells whether a text without a name holds something.
    pub(super) probe: Gate<'a>,
    /// Takes keys out of paths.
    pub(super) redact: Redact<'a>,
    /// Bounds the large blobs in memory.
    pub(super) budget: Budget,
    /// The roots.
    pub(super) roots: Vec<Root>,
    /// Files that many threads read together, when the walk is over.
    pub(super) large: Mutex<Vec<Large>>,
    /// Number of blobs handed on.
    pub(super) blobs: AtomicU64,
    /// Number of files and folders left out.
    left_out: [AtomicU64; 6],
    /// The repositories met, each once.
    pub(super) repositories: Repositories,
    sink: Sink<'a>,
    progress: &'a Progress,
    exclude: Globs,
    include: Globs,
    working_directory: PathBuf,
    skipped: Mutex<Vec<Skipped>>,
    set_aside: Mutex<Vec<SetAside>>,
}

/// What leaves something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A `.keyscanignore`.
    IgnoreFile,
    /// `--exclude`.
    Glob,
    /// It is a report that this run writes.
    Report,
    /// `--include` does not name it.
    NotIncluded,
    /// git ignores the file.
    IgnoredFile,
    /// git ignores the folder.
    IgnoredFolder,
}

impl<'a> Context<'a> {
    /// Compiles the globs.
    pub(super) fn new(
        options: &'a Options,
        gate: Gate<'a>,
        probe: Gate<'a>,
        redact: Redact<'a>,
        sink: Sink<'a>,
        progress: &'a Progress,
    ) -> Result<Self, SourceError> {
        let globs = |globs: &[String]| Globs::new(globs).map_err(|glob| SourceError::Glob { glob: redact(&glob) });
        Ok(Self {
            options,
            gate,
            probe,
            redact,
            budget: Budget::new(),
            roots: Vec::new(),
            large: Mutex::default(),
            blobs: AtomicU64::new(0),
            left_out: Default::default(),
            repositories: Repositories::default(),
            sink,
            progress,
            exclude: globs(&options.exclude)?,
            include: globs(&options.include)?,
            working_directory: std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default(),
            skipped: Mutex::default(),
            set_aside: Mutex::default(),
        })
    }

    /// What of the command line leaves a path out, if anything does.
    pub(super) fn excludes(&self, root: usize, path: &Path, is_folder: bool) -> Option<By> {
        let matches = !self.exclude.is_empty() && self.exclude.matches(self.relative(root, path), is_folder);
        matches.then_some(By::Glob)
    }

    /// Whether a file is among those asked for.
    pub(super) fn includes(&self, root: usize, path: &Path) -> bool {
        self.include.is_empty() || self.include.match_below(self.relative(root, path))
    }

    /// Whether a folder may be read that a repository borrows objects from: it lies in a tree that is scanned, or the user
    /// allows it.
    pub(super) fn follows(&self, path: &Path) -> bool {
        self.options.follow_alternates || self.roots.iter().any(|root| path.starts_with(&root.base))
    }

    /// Where a file comes from, for a blob that is handed on.
    pub(super) fn origin(&self, folder: &Folder, path: &Path, ignored: bool) -> Origin {
        let (path_text, shown) = self.texts(folder.root, path);
        let exposure = folder.exposure(self, path, ignored);
        let place = people::Place {
            path,
            base: &self.roots[folder.root].base,
            work_tree: folder.work_tree().map(|tree| tree.top.as_path()),
            handed_out: matches!(exposure, Exposure::Tracked | Exposure::Staged),
            package: folder.service(),
        };
        Origin {
            shown,
            service: folder.service().map(self.redact),
            part_of: folder.part_of().map(self.redact),
            repository: folder.repository(),
            work_tree: folder.work_tree().map(|tree| (self.redact)(&self.report_text(folder.root, &tree.top))),
            person: people::holder(&place).map(|name| (self.redact)(&name)),
            above: (exposure == Exposure::OutsideGit).then(|| self.above(folder.root)),
            world_readable: exposure == Exposure::OutsideGit && open::is_world_readable(path),
            ..Origin::new(folder.root, path_text, exposure)
        }
    }

    /// The name of a root, with the folder around it.
    fn above(&self, root: usize) -> String {
        let base = &self.roots[root].base;
        let around = base.parent().and_then(Path::file_name).map(PathBuf::from).unwrap_or_default();
        let above = around.join(base.file_name().unwrap_or_default());
        (self.redact)(&paths::text(&above).0)
    }

    /// Hands a blob on.
    pub(super) fn emit(&self, blob: &Blob<'_>) {
        self.blobs.fetch_add(1, Ordering::Relaxed);
        (self.sink)(blob);
    }

    /// Notes something that was not read.
    pub(super) fn skip(&self, root: usize, path: &Path, reason: SkipReason) {
        let (path, shown) = self.texts(root, path);
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.push(Skipped { root, path, shown, reason });
    }

    /// Notes that a blob was not read.
    pub(super) fn skip_blob(&self, origin: &Origin, reason: SkipReason) {
        let (path, shown) = (origin.path.clone(), origin.shown.clone());
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.push(Skipped { root: origin.root, path, shown, reason });
    }

    /// Notes something that stands in the tree and is not obeyed.
    pub(super) fn set_aside(&self, root: usize, path: &Path, kind: SetAsideKind) {
        let root = self.root_of(root, path);
        let (path, shown) = self.texts(root, path);
        let mut set_aside = self.set_aside.lock().unwrap_or_else(PoisonError::into_inner);
        set_aside.push(SetAside { root, path, shown, kind, count: 1 });
    }

    /// Everything that was not obeyed, sorted, each thing once.
    pub(super) fn take_set_aside(&self) -> Vec<SetAside> {
        let mut set_aside = std::mem::take(&mut *self.set_aside.lock().unwrap_or_else(PoisonError::into_inner));
        set_aside.sort();
        set_aside.dedup();
        set_aside
    }

    /// Whether a file is one that this run will write. A stranger could give one of theirs its name: then nothing that a
    /// repository holds is left out.
    pub(super) fn writes(&self, path: &Path, is_held: impl FnOnce() -> bool) -> bool {
        self.options.except.iter().any(|except| except == path) && (self.options.trust.is_tree() || !is_held())
    }

    /// Whether somebody asked for this very file.
    pub(super) fn asked_for(&self, path: &Path) -> bool {
        let options = self.options;
        options.files_from.is_some()
            || options.paths.iter().any(|given| given.canonicalize().is_ok_and(|given| given == path))
    }

    /// Counts something that was left out.
    pub(super) fn leave_out(&self, by: By) {
        self.left_out[by as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// What was left out so far.
    pub(super) fn left_out(&self) -> LeftOut {
        let number = |by: By| self.left_out[by as usize].load(Ordering::Relaxed);
        LeftOut {
            ignore_files: number(By::IgnoreFile),
            globs: number(By::Glob),
            reports: number(By::Report),
            not_included: number(By::NotIncluded),
            ignored_files: number(By::IgnoredFile),
            ignored_folders: number(By::IgnoredFolder),
        }
    }

    /// Adds to what has been read so far.
    pub(super) fn count(&self, files: u64, bytes: u64) {
        self.progress.files.fetch_add(files, Ordering::Relaxed);
        self.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Everything that was not read, sorted, each thing once.
    pub(super) fn into_skipped(self) -> Vec<Skipped> {
        let mut skipped = self.skipped.into_inner().unwrap_or_else(PoisonError::into_inner);
        skipped.sort();
        skipped.dedup();
        skipped
    }

    /// A path from the root's base, as text; empty for the base itself.
    pub(super) fn report_text(&self, root: usize, path: &Path) -> String {
        relative_text(path, &self.roots[root].base)
    }

    /// A path as somebody in the working directory would write it.
    pub(super) fn near(&self, path: &Path) -> PathBuf {
        let here = &self.working_directory;
        match path.strip_prefix(here) {
            Ok(below) if below.as_os_str().is_empty() => PathBuf::from("."),
            Ok(below) if !here.as_os_str().is_empty() => below.to_path_buf(),
            _ => path.to_path_buf(),
        }
    }

    fn relative<'p>(&self, root: usize, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.roots[root].base).unwrap_or(path)
    }

    /// The root that a path of a repository is reported under: of several with the same top the one that holds it.
    pub(super) fn root_of(&self, first: usize, path: &Path) -> usize {
        let base = &self.roots[first].base;
        let holds = |root: &Root| root.base == *base && path.starts_with(&root.real);
        self.roots.iter().position(holds).unwrap_or(first)
    }

    /// A path for reports and for people, both without keys.
    pub(super) fn texts(&self, root: usize, path: &Path) -> (BlobPath, String) {
        let outside = || self.repositories.below_top(root, path);
        let inside = if path.starts_with(&self.roots[root].base) { None } else { outside() };
        let (text, percent) = paths::text(self.relative(root, inside.as_deref().unwrap_or(path)));
        let text = if text.is_empty() { ".".to_owned() } else { text };
        let shown = match path.strip_prefix(&self.roots[root].real) {
            _ if path.starts_with(&self.working_directory) => self.near(path),
            Ok(below) if below.as_os_str().is_empty() => self.roots[root].typed.clone(),
            Ok(below) => self.roots[root].typed.join(below),
            Err(_) => path.to_path_buf(),
        };
        let shown = paths::text(&shown).0;
        (BlobPath { text: (self.redact)(&text), percent }, (self.redact)(&shown))
    }
}
