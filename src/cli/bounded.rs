//! Files that the command line names beside what is scanned: read whole, but never without a bound.

use std::fs::{self, File, FileType};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};

use super::error::hinted;

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accept {
    /// A regular file.
    Regular,
    /// A regular file, or a pipe: `<(…)` in a shell is one.
    RegularOrPipe,
}

/// Reads a file of at most `limit` bytes. Errors say what is wrong, not with which file.
pub(super) fn file(path: &Path, accept: Accept, limit: u64) -> Result<Vec<u8>> {
    // Asked before opening too: opening a pipe waits for somebody to write.
    check(fs::metadata(path)?.file_type(), accept)?;
    let file = File::open(path)?;
    check(file.metadata()?.file_type(), accept)?;
    stream(file, limit)
}

/// Reads a stream of at most `limit` bytes to its end.
pub(super) fn stream(reader: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).context("cannot be read")?;
    if bytes.len() as u64 > limit {
        return Err(hinted(format!("larger than {} MiB", limit >> 20), "name a smaller file"));
    }
    Ok(bytes)
}

fn check(kind: FileType, accept: Accept) -> Result<()> {
    if kind.is_file() || accept == Accept::RegularOrPipe && is_pipe(kind) {
        return Ok(());
    }
    Err(hinted("not a regular file", "name a file with its content"))
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
const fn is_pipe(_: FileType) -> bool {
    false
}
