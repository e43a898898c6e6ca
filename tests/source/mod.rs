//! The source stage on real trees: what is read, how it counts, and that no cut loses or moves anything.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests; a skipped one says so.

mod archives;
mod git;
mod selection;
#[cfg(unix)]
mod unix;
mod windows;

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use gix_index::{File, State, entry, hash};
use keyscan::model::{Blob, Exposure, SkipReason};
use keyscan::source::{Options, Outcome, Progress, SourceError, stdin, tree};
use tempfile::TempDir;

/// What the tests look for: twelve bytes that no other file holds.
const NEEDLE: &[u8] = b"needle-12345";

/// One blob as the tests see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    path: String,
    shown: String,
    exposure: Exposure,
    service: Option<String>,
    root: usize,
    offset: u64,
    core: (u64, u64),
    /// Line, column and UTF-16 column of each needle that starts in the core, with its offset.
    needles: Vec<(u64, u64, u64, u64)>,
}

fn gate(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, NEEDLE).is_some()
}

fn everything(_: &[u8]) -> bool {
    true
}

fn seen(blob: &Blob<'_>) -> Seen {
    let (mut line, mut column, mut column_utf16) = (blob.start.line, blob.start.column, blob.start.column_utf16);
    let mut counted = 0;
    let mut needles = Vec::new();
    for at in memchr::memmem::find_iter(blob.bytes, NEEDLE).filter(|at| blob.core.contains(at)) {
        for character in String::from_utf8_lossy(&blob.bytes[counted..at]).chars() {
            if character == '\n' {
                (line, column, column_utf16) = (line + 1, 1, 1);
            } else {
                column += 1;
                column_utf16 += character.len_utf16() as u64;
            }
        }
        counted = at;
        needles.push((blob.offset + at as u64, line, column, column_utf16));
    }
    Seen {
        path: blob.origin.path.text.clone(),
        shown: blob.origin.shown.clone(),
        exposure: blob.origin.exposure,
        service: blob.origin.service.clone(),
        root: blob.origin.root,
        offset: blob.offset,
        core: (blob.offset + blob.core.start as u64, blob.offset + blob.core.end as u64),
        needles,
    }
}

fn try_scan(options: &Options, gate: fn(&[u8]) -> bool) -> Result<(Vec<Seen>, Outcome), SourceError> {
    let blobs = Mutex::new(Vec::new());
    let sink = |blob: &Blob<'_>| blobs.lock().unwrap().push(seen(blob));
    let redact = |text: &str| text.replace("secret", "[key]");
    let outcome = tree(options, &gate, &gate, &redact, &sink, &Progress::default())?;
    let mut blobs = blobs.into_inner().unwrap();
    blobs.sort();
    assert_eq!(outcome.blobs, blobs.len() as u64);
    Ok((blobs, outcome))
}

fn scan(options: &Options) -> (Vec<Seen>, Outcome) {
    try_scan(options, everything).unwrap()
}

fn at(path: &Path) -> Options {
    Options { paths: vec![path.to_path_buf()], ..Options::default() }
}

/// Paths with how far they have got out.
fn exposures(blobs: &[Seen]) -> Vec<(&str, Exposure)> {
    blobs.iter().map(|blob| (blob.path.as_str(), blob.exposure)).collect()
}

fn names(blobs: &[Seen]) -> Vec<&str> {
    blobs.iter().map(|blob| blob.path.as_str()).collect()
}

fn skipped(outcome: &Outcome) -> Vec<(&str, SkipReason)> {
    outcome.skipped.iter().map(|skipped| (skipped.path.text.as_str(), skipped.reason)).collect()
}

/// Writes files into a new tree; a name that ends in `/` is an empty folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), files);
    tree
}

fn write(tree: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = tree.join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

/// Makes a folder a work tree whose index holds these paths; one that ends in `@` is a submodule.
fn init(top: &Path, tracked: &[&str]) {
    write(top, &[(".git/HEAD", "ref: refs/heads/main\n"), (".git/refs/", ""), (".git/objects/", "")]);
    index(&top.join(".git/index"), tracked, hash::Kind::Sha1);
}

fn index(path: &Path, tracked: &[&str], kind: hash::Kind) {
    let mut state = State::new(kind);
    for name in tracked {
        let (name, mode) = match name.strip_suffix('@') {
            Some(name) => (name, entry::Mode::COMMIT),
            None => (*name, entry::Mode::FILE),
        };
        let stat = entry::Stat::default();
        state.dangerously_push_entry(stat, kind.null(), entry::Flags::empty(), mode, name.into());
    }
    state.sort_entries();
    File::from_state(state, path).write(gix_index::write::Options::default()).unwrap();
}
