//! What only the text around a key tells of how it gets out: it is part of a URL, of the output of a notebook, of a script
//! in a page, of settings that a build hands out, or of code that says itself that it runs in browsers. And of a script:
//! that it runs on servers alone.

mod pages;
mod ranges;
mod scripts;
mod settings;
mod url;

use memchr::memmem;

use crate::model::SignalId;

use super::keys::Key;
use super::text::Text;

use pages::Page;
use ranges::Held;
use settings::Settings;

pub(super) use scripts::script;

/// How many clients are looked at for whether they may run in browsers.
const MOST_CLIENTS: usize = 64;

/// Adds to each key the signals of the text around it. `path` is the file's.
pub(super) fn mark(keys: &mut [Key<'_>], bytes: &[u8], text: &Text<'_>, path: &str) {
    if keys.is_empty() {
        return;
    }
    let browser = if text.kind.elements { allows_browsers(bytes, text) } else { None };
    let browser = browser.or_else(|| scripts::browser(path, bytes));
    let page = Page::new(bytes, path);
    let settings = Settings::new(bytes, path);
    let outputs = if text.kind.notebook { Held::new(bytes, "outputs") } else { Held::default() };
    for key in keys {
        let at = key.start;
        if let Some(part) = url::part(bytes, at, key.end) {
            key.signals.push((SignalId::InUrl, part.to_owned()));
        }
        if outputs.holds(at) {
            key.signals.push((SignalId::NotebookOutput, "the output of a cell".to_owned()));
        }
        let client = browser.or_else(|| page.part(bytes, at)).or_else(|| settings.part(bytes, at));
        if let Some(what) = client {
            key.signals.push((SignalId::ClientSide, what.to_owned()));
        }
        if settings::is_allowed_command(bytes, path, at) {
            key.signals.push((SignalId::Transcript, "a command that Claude Code was allowed to run".to_owned()));
        }
    }
}

/// Whether code makes a client that may run in browsers, and the word that says so: the SDKs refuse to without one, and
/// the API of Anthropic without the other.
fn allows_browsers(bytes: &[u8], text: &Text<'_>) -> Option<&'static str> {
    const WORDS: [(&[u8], &str); 2] = [
        (b"dangerouslyAllowBrowser", "dangerouslyAllowBrowser is set"),
        (b"anthropic-dangerous-direct-browser-access", "anthropic-dangerous-direct-browser-access is set"),
    ];
    let is_set = |word: &[u8]| {
        memmem::find_iter(bytes, word).take(MOST_CLIENTS).any(|at| {
            let value = bytes[at + word.len()..].trim_ascii_start();
            let value = unquoted(value).trim_ascii_start();
            let value = value.strip_prefix(b":").or_else(|| value.strip_prefix(b"=")).map(<[u8]>::trim_ascii_start);
            let value = value.map(unquoted);
            let set = value.is_some_and(|value| value.starts_with(b"true") || value.starts_with(b"!0"));
            // The SDK's own message says how to set it, in every bundle that holds the SDK.
            let before = &bytes[at.saturating_sub(600)..at];
            set && memmem::find(before, b"browser-like environment").is_none() && !text.in_comment(at)
        })
    };
    WORDS.iter().find(|(word, _)| is_set(word)).map(|(_, what)| *what)
}

/// A text without the quote that it may begin with.
fn unquoted(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\"").or_else(|| text.strip_prefix(b"'")).unwrap_or(text)
}
