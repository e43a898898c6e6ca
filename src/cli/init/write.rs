//! Files that appear whole or not at all, at places that no link leads away from.

use std::fs::{self, Metadata, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::super::error::hinted;
use super::super::output::Temporary;
use super::{LARGEST, shown};

/// A file below a folder that nothing may lead out of.
pub(super) struct Place {
    /// The folder, without links.
    base: PathBuf,
    /// The file below it.
    below: PathBuf,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Absent,
    /// A file with the very content; if it is to be a program, one that can be run.
    Same,
    /// Another file.
    Other,
}

impl Place {
    pub(super) fn below(base: &Path, below: impl Into<PathBuf>) -> Self {
        Self { base: base.to_path_buf(), below: below.into() }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.base.join(&self.below)
    }

    /// Its path as the user would write it.
    pub(super) fn shown(&self) -> String {
        shown(&self.path())
    }

    /// What stands here. Fails where no file can be written that is one of this folder's own.
    pub(super) fn state(&self, content: &str, is_program: bool) -> Result<State> {
        let Some(folder) = self.folder(false)? else { return Ok(State::Absent) };
        let path = self.file_in(&folder);
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(State::Absent),
            Err(error) => Err(error).with_context(|| format!("cannot look at {}", self.shown())),
            Ok(found) if found.is_symlink() => Err(self.refusal("it is a symbolic link")),
            Ok(found) if !found.is_file() => Err(self.refusal("it is no file")),
            Ok(found) => {
                let same = found.len() <= LARGEST && fs::read(&path).is_ok_and(|bytes| bytes == content.as_bytes());
                let runs = !is_program || can_run(&found);
                Ok(if same && runs { State::Same } else { State::Other })
            }
        }
    }

    /// Writes the file, with the folders that it needs.
    pub(super) fn write(&self, content: &str, is_program: bool, replace: bool) -> Result<()> {
        let folder = self.folder(true)?.context("a folder that was made is there")?;
        let path = self.file_in(&folder);
        put(&path, content, is_program, replace).with_context(|| format!("cannot write {}", self.shown()))
    }

    fn file_in(&self, folder: &Path) -> PathBuf {
        folder.join(self.below.file_name().unwrap_or_default())
    }

    /// The folder of the file without links, made if it is to be; `None` where it is not there.
    fn folder(&self, make: bool) -> Result<Option<PathBuf>> {
        let mut folder = self.base.clone();
        for part in self.below.parent().into_iter().flat_map(Path::components) {
            let Component::Normal(name) = part else { return Err(self.refusal("its path leads elsewhere")) };
            let next = folder.join(name);
            match fs::symlink_metadata(&next) {
                Err(error) if error.kind() == ErrorKind::NotFound && !make => return Ok(None),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    fs::create_dir(&next).with_context(|| format!("cannot create {}", shown(&next)))?;
                }
                Err(error) => return Err(error).with_context(|| format!("cannot look at {}", shown(&next))),
                Ok(found) if found.is_symlink() => {
                    let real = next.canonicalize().ok().filter(|real| real.starts_with(&self.base) && real.is_dir());
                    folder = real.ok_or_else(|| {
                        self.refusal(&format!("{} is a symbolic link that leads out of the repository", shown(&next)))
                    })?;
                    continue;
                }
                Ok(found) if !found.is_dir() => return Err(self.refusal(&format!("{} is no folder", shown(&next)))),
                Ok(_) => {}
            }
            folder = next;
        }
        Ok(Some(folder))
    }

    fn refusal(&self, reason: &str) -> anyhow::Error {
        hinted(format!("cannot write {}: {reason}", self.shown()), "move it away first; nothing was written")
    }
}

fn put(path: &Path, content: &str, is_program: bool, replace: bool) -> io::Result<()> {
    let mut temporary = Temporary::beside(path)?;
    temporary.file.write_all(content.as_bytes())?;
    if is_program && let Some(permissions) = program() {
        temporary.file.set_permissions(permissions)?;
    }
    temporary.file.sync_all()?;
    if !replace {
        // A second name for the file, which unlike `rename` replaces nothing that has come up since we looked.
        match fs::hard_link(&temporary.path, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            Ok(()) => return Ok(()),
            // Not every file system knows second names.
            Err(_) => {}
        }
    }
    fs::rename(&temporary.path, path)
}

#[cfg(unix)]
fn program() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

#[cfg(not(unix))]
const fn program() -> Option<Permissions> {
    None
}

/// Whether the owner may run a file: git passes over hooks that nobody can run.
#[cfg(unix)]
fn can_run(file: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
const fn can_run(_: &Metadata) -> bool {
    true
}
