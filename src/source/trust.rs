//! Whose word counts on what may pass: the scanned tree's own, that of a commit, or nobody's.
//!
//! Whoever proposes a change writes the tree that is scanned. An ignore file, a policy or a comment of theirs would open
//! the gate to what they bring along, so all of it can be taken from a commit of the team instead. What stands in the
//! tree and differs is not obeyed, and listed.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::context::Context;
use super::git::{Located, Trusted, TrustedFolder};
use super::open::{Opened, open, read_small};
use super::rules::Rules;
use crate::model::SetAsideKind;

/// Name of keyscan's own ignore files.
pub(super) const IGNORE_FILE: &str = ".keyscanignore";

/// Largest file that is compared with that of a commit, in bytes. What is larger is another one.
const COMPARED: u64 = 64 * 1024 * 1024;

/// Whose word counts on what may pass.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The scanned tree's.
    #[default]
    Tree,
    /// A commit's.
    Commit(Arc<Trusted>),
    /// Nobody's in the tree.
    Nobody,
}

impl Trust {
    /// Whether what stands in the scanned tree is obeyed.
    #[must_use]
    pub const fn is_tree(&self) -> bool {
        matches!(self, Self::Tree)
    }
}

/// A file of the scanned tree that would be obeyed if the tree were trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// From the top of the tree on, with slashes.
    pub path: String,
    /// What it is.
    pub kind: SetAsideKind,
}

/// How a path lies towards trees that are scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lies {
    /// At this path below the top of one of them.
    Below(PathBuf),
    /// Elsewhere, and a link leads from there into one of them.
    Led,
    /// Elsewhere.
    Elsewhere,
}

/// How a path lies towards trees, which are given without links. Links are followed only above the trees: those in them are
/// a stranger's, and may lead anywhere.
#[must_use]
pub fn lies(path: &Path, tops: &[PathBuf]) -> Lies {
    let Ok(absolute) = std::path::absolute(path) else { return Lies::Elsewhere };
    let plain = without_dots(&absolute);
    let mut above: Vec<&Path> = plain.ancestors().collect();
    above.reverse();
    let is_top = |folder: &&Path| folder.canonicalize().is_ok_and(|real| tops.contains(&real));
    let below = above.into_iter().find(is_top).and_then(|top| plain.strip_prefix(top).ok());
    let leads_into = || absolute.canonicalize().is_ok_and(|real| tops.iter().any(|top| real.starts_with(top)));
    match below {
        Some(below) => Lies::Below(below.to_path_buf()),
        None if leads_into() => Lies::Led,
        None => Lies::Elsewhere,
    }
}

/// A path with its `.` and `..` taken out by their names alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The uppermost folder of the commit, for a work tree that it speaks for.
pub(super) fn top(context: &Context<'_>, root: usize, repository: &Located, top: &Path) -> Option<Arc<TrustedFolder>> {
    let Trust::Commit(trusted) = &context.options.trust else { return None };
    if !trusted.speaks_for(repository) {
        return None;
    }
    trusted.top().map_err(|error| context.skip(root, top, error.into())).ok().map(Arc::new)
}

/// A folder of the commit, by the one around it.
pub(super) fn enter(
    context: &Context<'_>,
    root: usize,
    outer: Option<&Arc<TrustedFolder>>,
    name: &[u8],
    path: &Path,
) -> Option<Arc<TrustedFolder>> {
    let (Trust::Commit(trusted), Some(outer)) = (&context.options.trust, outer) else { return None };
    trusted.enter(outer, name).map_err(|error| context.skip(root, path, error.into())).ok().map(Arc::new)
}

/// The rules that hold in a folder. `there` says that the tree has an ignore file in it.
pub(super) fn ignore_rules(
    context: &Context<'_>,
    root: usize,
    folder: &Path,
    there: bool,
    trusted: Option<&Arc<TrustedFolder>>,
    outer: Option<Arc<Rules>>,
) -> Option<Arc<Rules>> {
    let file = folder.join(IGNORE_FILE);
    let bytes = match (&context.options.trust, trusted) {
        (Trust::Tree, _) => {
            let own = if there { Rules::load(folder, &file, outer.clone()) } else { None };
            return own.map(Arc::new).or(outer);
        }
        (Trust::Commit(commit), Some(trusted)) => {
            // Without it more is read, and people have to know why.
            commit.ignore_file(trusted).unwrap_or_else(|error| {
                context.skip(root, &file, error.into());
                None
            })
        }
        (Trust::Commit(_) | Trust::Nobody, _) => None,
    };
    if there && !is_same(&file, bytes.as_deref()) {
        context.set_aside(root, &file, SetAsideKind::IgnoreFile);
    }
    bytes.and_then(|bytes| Rules::parse(folder, &bytes, outer.clone())).map(Arc::new).or(outer)
}

/// Lists what of the policy stands in the scanned trees and is not obeyed.
pub(super) fn set_aside_policy(context: &Context<'_>) {
    let trusted = match &context.options.trust {
        Trust::Tree => return,
        Trust::Commit(trusted) => Some(trusted),
        Trust::Nobody => None,
    };
    let mut bases: Vec<(usize, &PathBuf)> = Vec::new();
    for (at, root) in context.roots.iter().enumerate() {
        if bases.iter().all(|(_, base)| *base != &root.base) {
            bases.push((at, &root.base));
        }
    }
    for (root, base) in bases {
        for PolicyFile { path, kind } in &context.options.policy_files {
            let file = base.join(path);
            let most = usize::try_from(COMPARED).unwrap_or(usize::MAX);
            let bytes = trusted.and_then(|trusted| trusted.read(path, most).ok().flatten());
            if file.symlink_metadata().is_ok() && !is_same(&file, bytes.as_deref()) {
                context.set_aside(root, &file, *kind);
            }
        }
    }
}

/// Whether a file is a regular one that holds these bytes, line ends apart: git may have written them as the system
/// likes them.
fn is_same(file: &Path, bytes: Option<&[u8]>) -> bool {
    let Some(bytes) = bytes else { return false };
    let regular = matches!(open(file), Ok(Opened::Regular(..)));
    let lines = |bytes: &[u8]| -> Vec<u8> {
        let mut lines = bytes.to_vec();
        let mut at = 0;
        lines.retain(|&byte| {
            at += 1;
            byte != b'\r' || bytes.get(at) != Some(&b'\n')
        });
        lines
    };
    regular && read_small(file, COMPARED).is_some_and(|there| there == bytes || lines(&there) == lines(bytes))
}
