//! The summary of a step of GitHub Actions: a Markdown report behind what others have written there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use keyscan::report::Format;

use super::args::from_environment;
use super::output::Target;
use super::resolve::Output;

/// Where the runner names the file.
const VARIABLE: &str = "GITHUB_STEP_SUMMARY";
/// How much one step may write, in bytes; GitHub shows nothing of a longer file.
const MAX_BYTES: u64 = 1024 * 1024;

/// The file of the summary, where the `github` format is asked for and the runner names one.
pub(super) fn target(outputs: &[Output]) -> Option<Target> {
    let wanted = outputs.iter().any(|output| output.format == Format::Github);
    let file = from_environment(VARIABLE).filter(|_| wanted)?;
    Some(Target::File(file.into()))
}

/// Fails early where the report could not be written; `roots` are the folders scanned, without links.
pub(super) fn check(target: &Target, roots: &[PathBuf]) -> Result<()> {
    target.check(roots).context(VARIABLE)?;
    match target {
        Target::File(file) => regular(file).with_context(|| cannot(file)),
        Target::Stdout => Ok(()),
    }
}

/// Puts a report at the end of the file. False where the summary would become too long to be shown.
pub(super) fn append(file: &Path, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<bool> {
    let cannot = || cannot(file);
    let mut text = Vec::new();
    report(&mut text)?;
    let mut summary = open(file).with_context(cannot)?;
    let before = summary.metadata().with_context(cannot)?.len();
    // What others wrote need not end with a line end, and a title begins a line.
    if before > 0 {
        text.splice(..0, *b"\n\n");
    }
    if before + text.len() as u64 > MAX_BYTES {
        return Ok(false);
    }
    // In one piece, because others may write too.
    summary.write_all(&text).with_context(cannot)?;
    Ok(true)
}

/// Opens a regular file for writing at its end; nothing that is there is lost.
fn open(path: &Path) -> Result<File> {
    regular(path)?;
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    if !file.metadata()?.is_file() {
        bail!("not a regular file");
    }
    Ok(file)
}

/// Refuses what is no regular file. Opening a pipe would wait for somebody to read, and a link may lead anywhere.
fn regular(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => bail!("not a regular file"),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn cannot(file: &Path) -> String {
    format!("cannot write to {}, which {VARIABLE} names", file.display())
}
