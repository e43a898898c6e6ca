//! Errors as people read them: what went wrong in one line, what to do about it in the next.

use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::panic::PanicHookInfo;

use anyhow::Error;
use keyscan::config::ConfigError;
use keyscan::detect::redact_text;
use keyscan::report::sanitize;

/// An error with a line on what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Hinted {
    message: String,
    hint: String,
}

/// An error with a line on what to do.
pub(super) fn hinted(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Hinted { message: message.into(), hint: hint.into() }.into()
}

/// Everything that is wrong with a file, a line for each mistake.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
struct Listed(Vec<String>);

/// Everything that is wrong with a file, a line for each mistake.
pub(super) fn listed(lines: Vec<String>) -> Error {
    Listed(lines).into()
}

/// An error with its causes, and with its hint where it has one.
pub(super) fn text(error: &Error) -> String {
    let system = || error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    // A file that cannot be read has no lines.
    let config = error.downcast_ref().filter(|_| system().is_none()).map(ConfigError::lines);
    if let Some(lines) = config.or_else(|| error.downcast_ref().map(|Listed(lines)| lines.clone())) {
        return lines.iter().map(|line| format!("error: {}", harmless(line))).collect::<Vec<_>>().join("\n");
    }
    let mut text = format!("error: {}", harmless(&reasons(error)));
    let own = error.chain().find_map(|cause| cause.downcast_ref::<Hinted>()).map(|hinted| hinted.hint.as_str());
    let hint = own.or_else(|| mend(system()?.kind()));
    if let Some(hint) = hint {
        let _ = write!(text, "\nhint: {}", harmless(hint));
    }
    text
}

/// An error and its causes in one line. What the system says is put into words of ours: its own come with numbers and
/// differ from machine to machine.
pub(super) fn reasons(error: &Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let said = cause.to_string();
        match cause.downcast_ref::<io::Error>() {
            Some(system) => {
                let kind = system.kind();
                // Some errors name the kind of their cause already.
                let told = text.len() - text.strip_suffix(&kind.to_string()).map_or(text.len(), str::len);
                text.truncate(text.len() - told);
                let gap = if text.is_empty() || text.ends_with(": ") { "" } else { ": " };
                text = format!("{text}{gap}{}", of_kind(kind));
            }
            None if text.is_empty() => text = said,
            None => text = format!("{text}: {said}"),
        }
    }
    text
}

/// What to do about what went wrong at the system.
fn mend(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "check the spelling; paths begin at the working directory",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "let this user have it, or name another place",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room, or name another place"
        }
        ErrorKind::IsADirectory => "name a file in it",
        _ => return None,
    })
}

/// What went wrong at the system, in words.
fn of_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "it is not there",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "permission denied",
        ErrorKind::AlreadyExists => "it is there already",
        ErrorKind::IsADirectory => "it is a folder",
        ErrorKind::NotADirectory => "a part of its path is no folder",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full",
        ErrorKind::FileTooLarge => "the file would be larger than the system allows",
        ErrorKind::InvalidFilename => "this is no name for a file",
        ErrorKind::BrokenPipe => "nobody reads the other end",
        ErrorKind::InvalidInput => "this is no path",
        _ => "the system refuses it",
    }
}

/// What clap says about wrong usage. It quotes what was typed.
pub(super) fn usage_text(refusal: &clap::Error) -> String {
    let text = refusal.render().to_string();
    text.trim_end().lines().map(harmless).collect::<Vec<_>>().join("\n")
}

/// What a panic says: where, never what. Its own message may quote what was being read.
pub(super) fn panic_text(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), |place| format!("{}:{}", place.file(), place.line()));
    format!("error: keyscan has a fault (at {place})\nhint: report it, with the kind of file that was being read")
}

/// Text that may name files of strangers: without keys, and without characters that a terminal obeys.
pub(super) fn harmless(text: &str) -> String {
    sanitize(&redact_text(text)).into_owned()
}
