//! The walk: one job for each folder, further jobs for the files of large ones. No job waits for another, so depth
//! costs no stack, and nothing depends on who comes first.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::Scope;

use super::context::Context;
use super::folder::{Folder, Kind, Listing, State, Verdict};
use super::read;
use crate::model::SkipReason;

/// Files of one folder that one job reads.
const BATCH: usize = 128;

/// A folder to walk.
pub(super) struct Visit {
    /// Index of its root.
    pub(super) root: usize,
    /// Where it is.
    pub(super) path: PathBuf,
    /// The folder it lies in, unless it is where the root's paths begin.
    pub(super) parent: Option<Arc<Folder>>,
    /// How it was reached.
    pub(super) state: State,
}

/// Walks a folder and all below it. Paths in `named` are jobs of their own and passed over.
pub(super) fn visit<'s>(context: &'s Context<'_>, named: &'s HashSet<PathBuf>, scope: &Scope<'s>, visit: Visit) {
    let Visit { root, mut path, parent, state } = visit;
    let listing = match Listing::of(&path) {
        Ok(listing) => listing,
        Err(_) => return context.skip(root, &path, SkipReason::Unreadable),
    };
    if listing.broken {
        context.skip(root, &path, SkipReason::Unreadable);
    }
    let outer = parent.as_ref().and_then(|parent| parent.work_tree());
    if listing.entries.is_empty() && outer.is_some_and(|tree| tree.is_submodule(&path)) {
        context.skip(root, &path, SkipReason::Submodule);
    }
    let folder = Arc::new(Folder::enter(context, root, path.clone(), parent.as_deref(), &listing, state));

    let mut files = Vec::new();
    for (name, kind) in listing.entries {
        path.push(&name);
        if named.is_empty() || !named.contains(&path) {
            match kind {
                Kind::Folder => spawn_folder(context, named, scope, &folder, &path),
                Kind::File | Kind::Symlink | Kind::Special => {
                    match folder.judge_file(context, &path, name.as_encoded_bytes()) {
                        Verdict::Read(state) => match kind {
                            Kind::Symlink => context.skip(root, &path, SkipReason::Symlink),
                            Kind::Special => context.skip(root, &path, SkipReason::SpecialFile),
                            Kind::File | Kind::Folder => files.push((name, state.ignored)),
                        },
                        Verdict::LeaveOut(by) => context.leave_out(by),
                        Verdict::Pass => {}
                    }
                }
            }
        }
        path.pop();
    }
    while files.len() > BATCH {
        let batch = files.split_off(files.len() - BATCH);
        let folder = Arc::clone(&folder);
        scope.spawn(move |_| read::files(context, &folder, batch));
    }
    read::files(context, &folder, files);
}

fn spawn_folder<'s>(
    context: &'s Context<'_>,
    named: &'s HashSet<PathBuf>,
    scope: &Scope<'s>,
    folder: &Arc<Folder>,
    path: &Path,
) {
    match folder.judge_folder(context, path) {
        Verdict::Read(state) => {
            let next = Visit { root: folder.root, path: path.to_path_buf(), parent: Some(Arc::clone(folder)), state };
            scope.spawn(move |scope| visit(context, named, scope, next));
        }
        Verdict::LeaveOut(by) => context.leave_out(by),
        Verdict::Pass => {}
    }
}
