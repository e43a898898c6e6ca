//! From a path to bytes: the config file, and the files that it names. Nothing outside of the config's folder is read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::ConfigError;

/// Largest config file that is read, in MiB.
const CONFIG_MIB: u64 = 1;
/// Largest file named by a config that is read, in MiB.
const OTHER_MIB: u64 = 16;

/// Reads a config file.
pub(super) fn config(path: &Path) -> Result<Vec<u8>, ConfigError> {
    bounded(path, folder(path), "config file", CONFIG_MIB)
}

/// Where a file lies that a config names.
#[must_use]
pub fn beside(config: &Path, name: &str) -> PathBuf {
    config.parent().unwrap_or(Path::new("")).join(name)
}

/// Reads a file that a config names, such as one of rules. `name` is as in the config.
///
/// # Errors
/// If it is no regular file of at most 16 MiB, or lies outside of the config's folder: a link may lead there.
pub fn read_beside(config: &Path, name: &str, what: &'static str) -> Result<Vec<u8>, ConfigError> {
    let path = beside(config, name);
    let below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !below {
        return Err(ConfigError::NotAFile { path });
    }
    bounded(&path, folder(config), what, OTHER_MIB)
}

/// Opens a regular file that lies in or below a folder; nothing where it is something else or lies elsewhere.
pub(super) fn open(path: &Path, folder: &Path) -> io::Result<Option<File>> {
    // A link inside the folder is one of a mounted config map; elsewhere it would make keyscan read outside the tree.
    let real = path.canonicalize()?;
    // Asked before opening too: opening a FIFO would wait for ever.
    if !real.starts_with(folder.canonicalize()?) || !fs::metadata(&real)?.is_file() {
        return Ok(None);
    }
    let file = File::open(&real)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

fn bounded(path: &Path, folder: &Path, what: &'static str, mib: u64) -> Result<Vec<u8>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let not_a_file = || ConfigError::NotAFile { path: path.to_owned() };
    let file = open(path, folder).map_err(unreadable)?.ok_or_else(not_a_file)?;
    stream(file, mib << 20).map_err(unreadable)?.ok_or_else(|| ConfigError::TooLarge {
        path: path.to_owned(),
        what,
        mib,
    })
}

/// The bytes of a stream; none where it is larger than `most`.
fn stream(reader: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// The folder of a file, `.` for a bare name.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
