//! Git's own files beside the objects: settings with the addresses of remotes, logs of references, messages in the making,
//! hooks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::{Blob, Exposure, Origin, SkipReason};
use crate::source::context::Context;
use crate::source::folder::Folder;
use crate::source::git::objects::is_real_folder;
use crate::source::git::references::References;
use crate::source::git::repositories::Located;
use crate::source::read;

/// What is read elsewhere or holds no text: objects, the index, other repositories and work trees.
const PASSED: &[&str] = &["objects", "index", "modules", "worktrees", "annex", "fsmonitor--daemon"];

/// Deepest folder of git's own files, and of repositories inside repositories.
const DEPTH: usize = 32;

/// Reads git's own files of a repository and all its work trees.
pub(super) fn read(context: &Context<'_>, index: usize, located: &Located, references: &References) {
    // The walk has read a bare repository's files already.
    if located.is_bare() {
        return;
    }
    for folder in references.folders() {
        // Only what lies in the repository is its own; a gitfile may name any folder of the machine.
        if folder.join("HEAD").symlink_metadata().is_ok() {
            files(context, index, located, &folder, 0);
        }
    }
}

/// Hands on the names of branches, tags and all other references, if they hold something: anybody can be told them.
pub(super) fn names(context: &Context<'_>, index: usize, located: &Located, references: &References) {
    let mut text = Vec::new();
    for name in references.all().into_keys() {
        text.extend_from_slice(&name);
        text.push(b'\n');
    }
    if (context.probe)(&text) {
        let (path, shown) = context.texts(located.root, &located.git_dir.join("refs"));
        let origin =
            Origin { shown, repository: Some(index), ..Origin::new(located.root, path, Exposure::GitMetadata) };
        context.emit(&Blob::whole(origin, &text));
    }
}

fn files(context: &Context<'_>, index: usize, located: &Located, folder: &Path, depth: usize) {
    let Ok(entries) = fs::read_dir(folder) else {
        return context.skip(located.root, folder, SkipReason::Unreadable);
    };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let passed = depth == 0 && PASSED.iter().any(|passed| name == *passed);
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => context.skip(located.root, &entry.path(), SkipReason::Symlink),
            _ if passed => {}
            Ok(kind) if kind.is_dir() && depth < DEPTH => {
                files(context, index, located, &entry.path(), depth + 1);
            }
            Ok(kind) if kind.is_file() && !name.as_encoded_bytes().ends_with(b".sample") => names.push(name),
            Ok(kind) if kind.is_file() => {}
            Ok(kind) if kind.is_dir() => context.skip(located.root, &entry.path(), SkipReason::Limit),
            Ok(_) => context.skip(located.root, &entry.path(), SkipReason::SpecialFile),
            Err(_) => context.skip(located.root, &entry.path(), SkipReason::Unreadable),
        }
    }
    let folder = Folder::of_git(located.root, folder.to_path_buf(), index);
    read::files(context, &folder.into(), names.into_iter().map(|name| (name, false)).collect());
}

/// The repositories that lie in a repository: its submodules, checked out or not.
pub(super) fn modules(located: &Located, references: &References) -> Vec<Located> {
    let mut found = Vec::new();
    // A linked work tree has submodules of its own.
    let folders = references.folders().into_iter().map(|folder| folder.join("modules"));
    let mut open: Vec<_> =
        folders.filter(|folder| is_real_folder(folder)).map(|folder| (folder, PathBuf::new(), 0)).collect();
    while let Some((folder, name, depth)) = open.pop() {
        let mut names: Vec<_> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.file_name())
            .collect();
        names.sort_unstable();
        for part in names {
            let (inner, name) = (folder.join(&part), name.join(&part));
            if inner.join("HEAD").symlink_metadata().is_ok() && inner.join("objects").is_dir() {
                // A submodule is named after the path it was added at.
                found.push(Located {
                    root: located.root,
                    is_guess: true,
                    is_top: false,
                    top: located.top.join(&name),
                    git_dir: inner.clone(),
                    common_dir: inner.canonicalize().unwrap_or(inner),
                    root_commit: None,
                });
            } else if depth < DEPTH {
                open.push((inner, name, depth + 1));
            }
        }
    }
    found
}
