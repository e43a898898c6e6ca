//! Where reports go: standard output, or a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result};

use super::error::hinted;
use super::interrupt;

/// A place for one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Stdout,
    File(PathBuf),
}

impl Target {
    /// Fails early where the report could not be written: nobody wants to learn that after the scan.
    ///
    /// Symbolic links that lie in a scanned tree (`roots`, without links) are refused, as the file itself or as a folder
    /// above it: whoever wrote that tree would choose which file of the user is overwritten.
    pub(super) fn check(&self, roots: &[PathBuf]) -> Result<()> {
        let Self::File(path) = self else { return Ok(()) };
        let shown = path.display();
        for part in path.ancestors().filter(|part| is_symlink(part)) {
            let inside =
                fs::canonicalize(folder(part)).is_ok_and(|real| roots.iter().any(|root| real.starts_with(root)));
            if inside || part == path && !is_device_path(path) {
                let message = format!("cannot write to {shown}: {} is a symbolic link", part.display());
                return Err(hinted(message, "name the file that it leads to, or one outside the scanned folders"));
            }
        }
        if path.is_dir() {
            return Err(hinted(format!("cannot write to {shown}: it is a folder"), "name a file in it"));
        }
        if !folder(path).is_dir() {
            let message = format!("cannot write to {shown}: there is no folder {}", folder(path).display());
            return Err(hinted(message, format!("create it: mkdir -p {}", folder(path).display())));
        }
        Ok(())
    }

    /// The file without links on the way to it.
    pub(super) fn real_path(&self) -> Option<PathBuf> {
        let Self::File(path) = self else { return None };
        Some(folder(path).canonicalize().ok()?.join(path.file_name()?))
    }

    /// Writes a report. A reader that closed the pipe has seen enough: that is no error.
    pub(super) fn write(&self, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        match self {
            Self::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                match report(&mut out).and_then(|()| out.flush()) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                        // What is still in the buffer has no reader; dropping the writer would try again.
                        let _ = out.into_parts();
                        Ok(())
                    }
                    result => result.context("cannot write to standard output"),
                }
            }
            Self::File(path) => {
                write_file(path, report).with_context(|| format!("cannot write the report to {}", path.display()))
            }
        }
    }
}

/// Writes a file that appears whole or not at all.
pub(super) fn write_file(path: &Path, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Devices and pipes (`/dev/null`, a FIFO) cannot be replaced by a file; they are written as they are.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        return report(&mut out).and_then(|()| out.flush());
    }
    let temporary = Temporary::beside(path)?;
    let mut out = BufWriter::new(&temporary.file);
    report(&mut out)?;
    out.flush()?;
    drop(out);
    fs::rename(&temporary.path, path)
}

/// A file beside the place of another, removed unless it was renamed.
pub(super) struct Temporary {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl Temporary {
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().ok_or(ErrorKind::InvalidInput)?);
        name.push(format!(".{}.tmp", process::id()));
        let path = path.with_file_name(name);
        let file = interrupt::create(&path)?;
        Ok(Self { path, file })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Gone already after a rename; a failure to remove changes nothing about the error that led here.
        let _ = fs::remove_file(&self.path);
        interrupt::finished();
    }
}

fn is_symlink(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// `/dev/stdout` and the like are links that the system itself keeps.
fn is_device_path(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc/self/fd")
}

/// The folder that holds a path, `.` for a bare name.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
