//! Where the files of a policy come from: from the disk, from a commit that is trusted, or from nowhere.
//!
//! This is the one place that knows. A file of the scanned tree is a stranger's wherever `--trust` or `--untrusted` is
//! given, whoever names it: a pipeline that says `--config ci/keyscan.toml` means the team's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Error, Result};
use keyscan::config::{self, BASELINE_NAME, Baseline, Config};
use keyscan::model::SetAsideKind;
use keyscan::source::{Lies, PolicyFile, Trust, TrustError, Trusted};
use keyscan::{scan, source};

use super::args::ScanArgs;
use super::error::hinted;
use super::resolve::roots;

/// Largest config file of a commit that is read, in bytes.
const MAX_CONFIG: usize = 1024 * 1024;
/// Largest other file of a commit that is read, in bytes.
const MAX_OTHER: usize = 16 * 1024 * 1024;
/// Largest baseline of a commit that is read, in bytes.
const MAX_BASELINE: usize = 64 * 1024 * 1024;

/// A file of the policy.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// On the disk.
    Disk(PathBuf),
    /// In the trusted commit, by its path from the top.
    Commit(Arc<Trusted>, String),
}

impl Found {
    /// What people call it: a path, or `main:.keyscan.toml`.
    pub(super) fn name(&self) -> PathBuf {
        match self {
            Self::Disk(path) => path.clone(),
            Self::Commit(trusted, path) => trusted.name(path).into(),
        }
    }

    /// Reads it as a config file.
    pub(super) fn config(&self) -> Result<Config> {
        match self {
            Self::Disk(path) => Ok(config::load(path)?),
            Self::Commit(trusted, path) => Ok(Config::parse(&self.name(), &read(trusted, path, MAX_CONFIG)?)?),
        }
    }

    /// Reads it as a baseline.
    pub(super) fn baseline(&self) -> Result<Baseline, Error> {
        match self {
            Self::Disk(path) => Ok(Baseline::load(path)?),
            Self::Commit(trusted, path) => Ok(Baseline::parse(&self.name(), &read(trusted, path, MAX_BASELINE)?)?),
        }
    }

    /// The bytes of a file that this one, a config file, names.
    pub(super) fn beside(&self, name: &str, what: &'static str) -> Result<Vec<u8>> {
        match (self, self.sibling(name)) {
            (_, Self::Commit(trusted, path)) => read(&trusted, &path, MAX_OTHER),
            (config, Self::Disk(_)) => Ok(config::read_beside(&config.name(), name, what)?),
        }
    }

    /// A file that this one, a config file, names.
    pub(super) fn sibling(&self, name: &str) -> Self {
        match self {
            Self::Disk(config) => Self::Disk(config::beside(config, name)),
            Self::Commit(trusted, config) => {
                let folder = config.rfind('/').map_or("", |end| &config[..=end]);
                let names: Vec<&str> = name.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
                Self::Commit(Arc::clone(trusted), format!("{folder}{}", names.join("/")))
            }
        }
    }

    /// Whether there is no such file. In a commit that is only known when it is read.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Disk(path) if path.symlink_metadata().is_err())
    }

    /// Its path from the top of the scanned tree, where its bytes are those of a commit.
    fn in_tree(&self) -> Option<&str> {
        match self {
            Self::Disk(_) => None,
            Self::Commit(_, path) => Some(path),
        }
    }
}

/// Whose word counts, as the command line says.
pub(super) fn resolve(args: &ScanArgs, input: &scan::Input) -> Result<Trust> {
    let Some(revision) = &args.trust else {
        return Ok(if args.untrusted { Trust::Nobody } else { Trust::Tree });
    };
    // What a pipeline leaves empty must not become the tree's own word, nor the commit checked out.
    if revision.trim().is_empty() {
        return Err(hinted("--trust names no commit", "give the one that the change is based on, such as origin/main"));
    }
    let trusted = match input {
        scan::Input::Tree(options) => Trusted::open(options, revision),
        scan::Input::Stdin { .. } => Trusted::open(&source::Options::default(), revision),
    };
    Ok(Trust::Commit(Arc::new(trusted.map_err(explain)?)))
}

/// A file that was named: one of the scanned tree is read from the trusted commit.
pub(super) fn named(input: &scan::Input, path: &Path) -> Result<Found> {
    match input.trust() {
        Trust::Tree => Ok(Found::Disk(path.to_owned())),
        Trust::Commit(trusted) => Ok(match trusted.path_of(path).map_err(explain)? {
            Some(inner) => Found::Commit(Arc::clone(trusted), inner),
            None => Found::Disk(path.to_owned()),
        }),
        Trust::Nobody if lies_in_tree(input, path) => Err(hinted(
            format!("{} lies in the scanned tree, which --untrusted does not obey", path.display()),
            "name a file outside of it, or take the tree's own from a commit with --trust REV",
        )),
        Trust::Nobody => Ok(Found::Disk(path.to_owned())),
    }
}

/// The file of a name at the top of the tree, for a tree whose own word does not count.
pub(super) fn own(input: &scan::Input, name: &str) -> Result<Option<Found>> {
    let Trust::Commit(trusted) = input.trust() else { return Ok(None) };
    let there = trusted.read(name, usize::MAX).map_err(explain)?.is_some();
    Ok(there.then(|| Found::Commit(Arc::clone(trusted), name.to_owned())))
}

/// The id of the commit that is trusted, if one is.
pub(super) fn commit_id(trust: &Trust) -> Option<String> {
    match trust {
        Trust::Commit(trusted) => Some(trusted.commit_id()),
        Trust::Tree | Trust::Nobody => None,
    }
}

/// Whose word counts where it is not the tree's, for people.
pub(super) fn note(trust: &Trust) -> String {
    match trust {
        Trust::Tree => String::new(),
        Trust::Commit(trusted) => format!("; trusted: commit {}", trusted.commit_id()),
        Trust::Nobody => "; nothing in the scanned tree is trusted".to_owned(),
    }
}

/// The files of the tree that would be obeyed if its word counted: those that every tree may have, and those in force.
pub(super) fn watched(in_force: &[(Found, SetAsideKind)]) -> Vec<PolicyFile> {
    let own = [(config::FILE_NAME, SetAsideKind::Config), (BASELINE_NAME, SetAsideKind::Baseline)];
    let in_force = in_force.iter().filter_map(|(found, kind)| Some((found.in_tree()?, *kind)));
    let mut files: Vec<PolicyFile> = Vec::new();
    for (path, kind) in own.into_iter().chain(in_force) {
        if files.iter().all(|known| known.path != path) {
            files.push(PolicyFile { path: path.to_owned(), kind });
        }
    }
    files
}

fn read(trusted: &Trusted, path: &str, most: usize) -> Result<Vec<u8>> {
    let bytes = trusted.read(path, most).map_err(explain)?;
    bytes.with_context(|| format!("{}: there is no such file in that commit", trusted.name(path)))
}

/// Whether a file lies in a tree that is scanned, by its name or by where it leads.
fn lies_in_tree(input: &scan::Input, path: &Path) -> bool {
    let scan::Input::Tree(options) = input else { return false };
    let trees: Vec<PathBuf> = roots(options).iter().filter_map(|root| tree_of(root)).collect();
    source::lies(path, &trees) != Lies::Elsewhere
}

/// What a root brings along: the work tree that it lies in, else the folder or file itself.
fn tree_of(root: &Path) -> Option<PathBuf> {
    let top = source::top_of(root)?;
    let alone = root.is_file() && top.join(".git").symlink_metadata().is_err();
    if alone { root.canonicalize().ok() } else { Some(top) }
}

fn explain(error: TrustError) -> Error {
    let hint = match &error {
        TrustError::NoRepository { .. } => "--untrusted needs none: it takes nothing from the scanned tree",
        TrustError::Several { .. } => "scan each in a run of its own",
        TrustError::Embedded { .. } => "name the work tree that it lies in",
        TrustError::Revision { .. } => "name the commit that the change is based on, such as origin/main",
        TrustError::File { .. } => "put it right in that commit, or name another file with --config",
        TrustError::LedInto { .. } => "name the file by its path in the tree",
    };
    hinted(error.to_string(), hint)
}
