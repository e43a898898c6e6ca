//! What to do about the errors of a scan: one line for each, beginning with a verb.

use anyhow::Error;
use keyscan::online::OnlineError;
use keyscan::scan::ScanError;
use keyscan::source::SourceError;

use super::error::hinted;

/// The error with its mend; `listed` says that files were named by a list.
pub(super) fn of_scan(error: ScanError, listed: bool) -> Error {
    let hint = match &error {
        ScanError::Source(source) => of_source(source, listed),
        ScanError::Online(online) => Some(of_online(*online)),
    };
    match hint {
        Some(hint) => hinted(error.to_string(), hint),
        None => error.into(),
    }
}

pub(super) const fn of_online(error: OnlineError) -> &'static str {
    match error {
        OnlineError::NotBuiltIn => {
            "leave out --verify, --own-account and --probe, or build it with the feature `online`"
        }
        OnlineError::Proxy => "write it as http://proxy.example:3128",
        OnlineError::NoClient => "leave out --verify, --own-account and --probe",
    }
}

fn of_source(error: &SourceError, listed: bool) -> Option<&'static str> {
    Some(match error {
        SourceError::Missing { .. } if listed => {
            "take it off the list, or out of the arguments; git diff --diff-filter=d lists no deleted files"
        }
        SourceError::Missing { .. } => "check the spelling; paths begin at the working directory",
        SourceError::Glob { .. } => "write it as in .gitignore: '*.log', 'build/', '/docs/**'; a lone [ is \\[",
        SourceError::NoRepository { .. } | SourceError::NoWorkTree { .. } => {
            "name a folder of a repository, or leave out --staged, --range and --since to scan the files"
        }
        SourceError::References { .. } => "scan the files, without --staged, --range and --since",
        SourceError::Variable { .. } => "unset GIT_DIR, or let it name a git directory",
        SourceError::NoRange { .. } => "name both ends: main..HEAD",
        // The reason says what to fetch.
        SourceError::Revision { why, .. } if why.contains("fetch") => return None,
        SourceError::Revision { why, .. } if why.contains("date") => {
            "name a commit, branch or tag that is here, or write a date as 2026-01-31"
        }
        SourceError::Revision { .. } => "name a commit, branch or tag that is here; git log --all shows them",
        SourceError::Threads { .. } => "give fewer with --threads",
    })
}
