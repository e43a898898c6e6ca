//! Whether a key has got out where it stands: the kinds of places whose readers nobody counts.
//!
//! ```text
//! git        messages, notes, git's own settings and logs
//! records    what machines and people write down without thinking of it: shell histories, transcripts, and logs
//! logs       logs, dumps and recorded requests
//! served     what browsers and apps receive, by where the file lies and what it is called
//! apps       files that a build puts into an app, wherever they lie
//! settings   what is compiled into such files, by the name of the setting
//! ```
//!
//! *Why by path*: nothing else tells a log from any other text. The lists say what a place is called by the programs that
//! make it; a name that many things have (`dist`, `assets`) makes a leak of medium confidence at most. What only the text
//! around a key tells (a URL, the output of a notebook, a call that allows browsers) was seen when the key was found.

mod apps;
mod file;
mod git;
mod logs;
mod records;
mod served;
mod settings;
mod transcripts;

use crate::model::{Confidence, Environment, KeyMatch, Origin, Script, Severity, Signal, SignalId};
use crate::rules::Rules;

use file::FilePath;

use super::judge::FRAGMENT;

/// A way in which a key has got out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leak {
    /// Which, for the report.
    pub signal: SignalId,
    /// What was seen there.
    pub detail: String,
    /// The end of the sentence about a key that has got out so.
    pub says: &'static str,
    /// How sure that is.
    pub sure: Confidence,
}

impl Leak {
    fn certain(signal: SignalId, detail: impl Into<String>, says: &'static str) -> Self {
        Self { signal, detail: detail.into(), says, sure: Confidence::High }
    }

    fn likely(signal: SignalId, detail: impl Into<String>, says: &'static str) -> Self {
        Self { signal, detail: detail.into(), says, sure: Confidence::Medium }
    }
}

/// Facts that were seen when a key was found and that count as leaks. Each is a leak or says nothing.
const SEEN: [(SignalId, &str); 4] = [
    (SignalId::ClientSide, "is in code that browsers receive"),
    (SignalId::Transcript, "is in a record that an assistant or an editor keeps"),
    (SignalId::NotebookOutput, "is in what the code of a notebook printed"),
    (SignalId::InUrl, "is part of a URL, which servers, browsers and logs keep"),
];

/// What was seen that makes a leak likely only, and what it is: an extension may be nobody's but its author's, and a page
/// may be one that nobody serves.
const SEEN_LIKELY: [(&str, &str); 2] = [
    ("code of a browser extension", "is in code of the kind that browsers receive"),
    ("an attribute in a page", "is in a page of the kind that browsers receive"),
];

/// Whether a signal of a key is judged here.
pub(super) fn judges(signal: SignalId) -> bool {
    SEEN.iter().any(|(seen, _)| *seen == signal)
}

/// The ways in which a key has got out at its place, surest first. `script` is what the file says of where it runs.
pub(super) fn leaks(
    origin: &Origin,
    script: Script,
    environment: Option<Environment>,
    key: &KeyMatch,
    rules: &Rules,
) -> Vec<Leak> {
    if key.format == FRAGMENT {
        return Vec::new();
    }
    let file = FilePath::new(&origin.whole_path());
    let mut leaks: Vec<Leak> = Vec::new();
    leaks.extend(git::leak(origin, &file).or_else(|| records::leak(&file)));
    leaks.extend(settings::leak(key.setting.as_deref()));
    leaks.extend(served::leak(&file, script));
    let seen = |signal: &Signal| {
        let (id, says) = SEEN.into_iter().find(|(seen, _)| *seen == signal.id)?;
        let likely = SEEN_LIKELY.iter().find(|(detail, _)| *detail == signal.detail);
        Some(likely.map_or_else(
            || Leak::certain(id, signal.detail.clone(), says),
            |(detail, says)| Leak::likely(id, *detail, says),
        ))
    };
    leaks.extend(key.signals.iter().filter_map(seen));
    let public = rules.key(&key.format).is_some_and(|format| format.public);
    leaks.retain(|leak| {
        // Keys that are made for browsers belong there; and what tests build and print, nobody receives.
        let client = leak.signal == SignalId::ClientSide;
        let guessed = leak.sure < Confidence::High && (client || leak.signal == SignalId::InLog);
        !((client && public) || (guessed && environment == Some(Environment::Test)))
    });
    // The file tells what the setting and the call told already.
    let mut known: Vec<SignalId> = Vec::new();
    leaks.sort_by_key(|leak| std::cmp::Reverse(leak.sure));
    leaks.retain(|leak| !known.contains(&leak.signal) && (known.push(leak.signal), true).1);
    leaks
}

/// How bad a leak is. A value that anybody can guess has little to lose.
pub(super) fn severity(key: &KeyMatch) -> Severity {
    if key.weak { Severity::Low } else { Severity::Critical }
}
