//! Errors as people read them: what went wrong in one line, what to do about it in the next.

use std::fmt::Write as _;
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
    let config = error.downcast_ref().map(ConfigError::lines);
    if let Some(lines) = config.or_else(|| error.downcast_ref().map(|Listed(lines)| lines.clone())) {
        return lines.iter().map(|line| format!("error: {}", harmless(line))).collect::<Vec<_>>().join("\n");
    }
    let mut text = format!("error: {}", harmless(&format!("{error:#}")));
    if let Some(Hinted { hint, .. }) = error.downcast_ref() {
        let _ = write!(text, "\nhint: {}", harmless(hint));
    }
    text
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
    format!(
        "error: keyscan has a fault (at {place})\nhint: please report it, with the kind of file that was being read"
    )
}

/// Text that may name files of strangers: without keys, and without characters that a terminal obeys.
pub(super) fn harmless(text: &str) -> String {
    sanitize(&redact_text(text)).into_owned()
}
