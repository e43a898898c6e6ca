//! Where bytes come from: trees, single files, standard input.
//!
//! [`tree`] walks and reads with all threads and hands on the few blobs that are worth a second look; which those are
//! is decided by the prefilter that the caller passes in, so nothing here knows what a key looks like. Nothing found
//! in a tree is obeyed except ignore files, and nothing outside of it is read except the git directory that a linked
//! work tree or submodule names.
//!
//! What is read, and how it counts, stands at [`Options`]; the order of the work in `walk`, `read` and `large`.
//!
//! Why no global git excludes: they lie outside the tree and differ from machine to machine, and the same commit
//! must give the same report everywhere. Leaving them out only ever reads more.

mod accounts;
mod archive;
mod budget;
mod context;
mod folder;
mod git;
mod holes;
mod large;
mod lines;
mod names;
mod open;
mod package;
mod packed;
mod paths;
mod people;
mod read;
mod roots;
mod rules;
mod stdin;
mod trust;
mod walk;
mod words;

use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{Blob, LeftOut, Limits, RootInfo, SetAside, Skipped};

pub use git::{Checkout, Located, TrustError, Trusted, checkout, identify};
pub use stdin::stdin;
pub use trust::{Lies, PolicyFile, Trust, lies};

use context::Context;
use walk::Visit;

/// Stack of each thread: parsers of nested formats run on it. Only what is used of it costs memory.
const STACK: usize = 16 * 1024 * 1024;

/// Decides whether bytes are looked at again. It sees pieces that overlap by 512 bytes and must not depend on
/// anything but the bytes.
pub type Gate<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// Takes keys out of a path.
pub type Redact<'a> = &'a (dyn Fn(&str) -> String + Sync);

/// Receives blobs, from all threads and in no order. It must not wait for other jobs of the same pool.
pub type Sink<'a> = &'a (dyn Fn(&Blob<'_>) + Sync);

/// Which versions of the files to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Those that lie in the work tree, and files outside any.
    #[default]
    Tree,
    /// What the index holds and the commit checked out does not: what would be committed now.
    Staged,
    /// The work tree, and every object of every repository met in it.
    History,
    /// What the commits of a range bring in, `A..B`.
    Range(String),
    /// What the commits behind a revision, or of a date and later, bring in.
    Since(String),
}

impl Mode {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Staged => "staged",
            Self::History => "history",
            Self::Range(_) | Self::Since(_) => "range",
        }
    }
}

/// Where git says that a repository is: the environment that it gives its hooks. Relative paths begin at the working
/// directory. Only the modes that read a repository and not its files look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitVariables {
    /// `GIT_DIR`: the git directory, of the work tree that the working directory is the top of.
    pub dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`: the top of that work tree, where it is another folder.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: the index, which `git commit -a` makes anew for each commit.
    pub index: Option<PathBuf>,
    /// `GIT_QUARANTINE_PATH` or `GIT_OBJECT_DIRECTORY`: where the objects of a push lie that has not been accepted yet.
    pub objects: Option<PathBuf>,
}

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which versions of the files.
    pub mode: Mode,
    /// Where git says that the repository is.
    pub git: GitVariables,
    /// Read objects that a repository borrows from places outside the trees scanned.
    pub follow_alternates: bool,
    /// Folders and files; the working directory if there are none and no `files_from`. Links are followed. A file is
    /// read, and a folder walked, whatever any rule or glob says of it; what lies in the folder is judged by them.
    pub paths: Vec<PathBuf>,
    /// More files, from a list. Git's ignore rules do not hold for them, `.keyscanignore` and the globs do; links are
    /// not followed.
    pub files_from: Option<Vec<PathBuf>>,
    /// Globs in gitignore syntax, relative to where report paths begin. What matches is not read, tracked or not.
    pub exclude: Vec<String>,
    /// If there are any: only files that match one of these globs, or lie in a folder that does, are read. They bring
    /// nothing back that another rule leaves out.
    pub include: Vec<String>,
    /// Files that are left out wherever they lie, as absolute paths without links: the reports that this run will
    /// write, so that an earlier run's report is not scanned.
    pub except: Vec<PathBuf>,
    /// Read what git ignores as well.
    pub no_ignore: bool,
    /// Outside git, treat files as committed.
    pub assume_committed: bool,
    /// Larger files are not read, and listed.
    pub max_file_size: Option<u64>,
    /// How much work archives may ask for.
    pub limits: Limits,
    /// Number of threads; 0 for as many as there are processors.
    pub threads: usize,
    /// Whose `.keyscanignore` files are obeyed. Where it is not the tree's, files named by `except` are read if a
    /// repository holds them: their names are no secret.
    pub trust: Trust,
    /// Files of the tree that are to be listed where they are not obeyed.
    pub policy_files: Vec<PolicyFile>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The roots that blobs refer to: named folders that lie in no other one, in the order of their paths, and one for all
    /// files named singly in the same work tree (outside git: folder).
    pub roots: Vec<RootInfo>,
    /// The repositories that blobs refer to.
    pub repositories: Vec<Located>,
    /// Files read.
    pub files: u64,
    /// Their bytes, each counted once.
    pub bytes: u64,
    /// Blobs handed on.
    pub blobs: u64,
    /// Commits read.
    pub commits: u64,
    /// What was left out, by what asked for it.
    pub left_out: LeftOut,
    /// What was not read, sorted.
    pub skipped: Vec<Skipped>,
    /// What of the trees was not obeyed, sorted.
    pub set_aside: Vec<SetAside>,
}

/// How far a scan has got, for a progress bar. Must be fresh for each scan.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files read so far.
    pub files: AtomicU64,
    /// Bytes read so far.
    pub bytes: AtomicU64,
}

/// Why a scan could not start.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path that was asked for is not there.
    #[error("no such file or folder: {path}")]
    Missing {
        /// The path as given, without keys.
        path: String,
    },
    /// A glob of the command line is none.
    #[error("not a valid glob: '{glob}'")]
    Glob {
        /// The glob, without keys.
        glob: String,
    },
    /// A path lies in no repository.
    #[error("not in a git repository: {path}")]
    NoRepository {
        /// The path as given, without keys.
        path: String,
    },
    /// A path lies in no work tree, so nothing of it can be staged.
    #[error("not in a git work tree: {path}")]
    NoWorkTree {
        /// The path as given, without keys.
        path: String,
    },
    /// A repository's references cannot be read, so nobody knows what has changed.
    #[error("this repository keeps its references in a format that keyscan does not read (reftable): {path}")]
    References {
        /// The path as given, without keys.
        path: String,
    },
    /// A variable of git's names no repository.
    #[error("GIT_DIR names no git repository: {path}")]
    Variable {
        /// The path as given, without keys.
        path: String,
    },
    /// A range is none.
    #[error("not a range of commits: '{text}'; git writes them A..B")]
    NoRange {
        /// What was given, without keys.
        text: String,
    },
    /// A revision leads to no commit.
    #[error("cannot use the revision '{revision}': {why}")]
    Revision {
        /// The revision, without keys.
        revision: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The system gives no threads.
    #[error("cannot start {threads} threads")]
    Threads {
        /// How many were asked for; 0 for as many as there are processors.
        threads: usize,
    },
}

/// The folder that a path's own configuration belongs in: the top of the git work tree that holds it, else the path
/// itself, or the folder of a file. What is not there may still be staged: then the folder that is left of its path counts.
#[must_use]
pub fn top_of(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let real = absolute.ancestors().find_map(|path| path.canonicalize().ok())?;
    let folder = if real.is_dir() { real.as_path() } else { real.parent()? };
    Some(git::WorkTree::top_of(folder).unwrap_or(folder).to_path_buf())
}

/// Reads trees and files: `sink` gets every blob that `gate` lets pass, and every small file whose name says that it
/// holds settings. A file of up to 16 MiB is one blob; of a larger one windows are handed on. In the history, `probe` says
/// of what `gate` lets pass whether it holds something, before anybody looks for its name.
///
/// # Errors
///
/// When a path is missing or a glob is wrong, before anything is read. Whatever goes wrong later is listed in
/// [`Outcome::skipped`] and the scan goes on.
pub fn tree(
    options: &Options,
    gate: Gate<'_>,
    probe: Gate<'_>,
    redact: Redact<'_>,
    sink: Sink<'_>,
    progress: &Progress,
) -> Result<Outcome, SourceError> {
    let mut context = Context::new(options, gate, probe, redact, sink, progress)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .stack_size(STACK)
        .build()
        .map_err(|_| SourceError::Threads { threads: options.threads })?;
    let commits = match &options.mode {
        Mode::Tree | Mode::History => walk_files(&mut context, &pool)?,
        Mode::Staged => pool.install(|| git::staged(&mut context))?,
        Mode::Range(range) => pool.install(|| git::range(&mut context, range))?,
        Mode::Since(since) => pool.install(|| git::since(&mut context, since))?,
    };
    trust::set_aside_policy(&context);
    Ok(Outcome {
        set_aside: context.take_set_aside(),
        repositories: context.repositories.all(),
        commits,
        files: progress.files.load(Ordering::Relaxed),
        bytes: progress.bytes.load(Ordering::Relaxed),
        blobs: context.blobs.load(Ordering::Relaxed),
        left_out: context.left_out(),
        roots: context.roots.iter().map(|root| root.info.clone()).collect(),
        skipped: context.into_skipped(),
    })
}

/// Reads what lies in folders, and where it is asked for the history of the repositories met there; says how many commits
/// that were.
fn walk_files(context: &mut Context<'_>, pool: &rayon::ThreadPool) -> Result<u64, SourceError> {
    let roots::Starts { folders, files, named } = roots::starts(context)?;
    let shared = &*context;
    let named = &named;
    pool.scope(|scope| {
        for (root, path, parent, state) in folders {
            scope.spawn(move |scope| walk::visit(shared, named, scope, Visit { root, path, parent, state }));
        }
        for (folder, name, ignored) in files {
            scope.spawn(move |_| read::files(shared, &folder, vec![(name, ignored)]));
        }
    });
    let commits = match context.options.mode {
        Mode::History => pool.install(|| git::history(shared)),
        _ => 0,
    };

    let large = std::mem::take(&mut *context.large.lock().unwrap_or_else(PoisonError::into_inner));
    if !large.is_empty() {
        pool.install(|| large::read(shared, large));
    }
    Ok(commits)
}
