//! Messages of commits and tags, notes, and git's own files.

use crate::model::{Exposure, Origin, Part, SignalId};

use super::Leak;
use super::file::FilePath;

/// Files in which git keeps the message that is being written, as gitrepository-layout(5) and `git help tag` name them.
const MESSAGES: [(&str, Part); 5] = [
    ("commit_editmsg", Part::CommitMessage),
    ("merge_msg", Part::CommitMessage),
    ("squash_msg", Part::CommitMessage),
    ("tag_editmsg", Part::TagMessage),
    ("notes_editmsg", Part::Note),
];

/// Files of git's settings that hold addresses of remotes and headers of requests.
const SETTINGS: [&str; 3] = ["config", "config.worktree", "fetch_head"];

/// What a place in a repository that is no file of a commit says about a key in it.
pub(super) fn leak(origin: &Origin, file: &FilePath) -> Option<Leak> {
    let part = origin.provenance.as_ref().map_or(Part::File, |provenance| provenance.part);
    let part = match part {
        Part::File => MESSAGES.iter().find(|(name, _)| *name == file.name()).map_or(Part::File, |(_, part)| *part),
        part => part,
    };
    match part {
        Part::CommitMessage => {
            Some(Leak::certain(SignalId::CommitMessage, "the message of a commit", "is in the message of a commit"))
        }
        Part::TagMessage => {
            Some(Leak::certain(SignalId::TagMessage, "the message of a tag", "is in the message of a tag"))
        }
        Part::Note => Some(Leak::certain(SignalId::GitNote, "a note on a commit", "is in a note on a commit")),
        Part::File => own_file(origin, file),
    }
}

fn own_file(origin: &Origin, file: &FilePath) -> Option<Leak> {
    let folders = file.folders();
    // Of a bare repository the folder itself is git's.
    let inside = origin.exposure == Exposure::GitMetadata || folders.iter().any(|folder| folder.ends_with(".git"));
    if !inside {
        return None;
    }
    if folders.contains(&"logs") {
        return Some(Leak::certain(SignalId::Reflog, "a reflog", "is in git's log of where its references pointed to"));
    }
    SETTINGS.contains(&file.name()).then(|| {
        let detail = format!("git's own {}", if file.name() == "fetch_head" { "FETCH_HEAD" } else { file.name() });
        Leak::certain(SignalId::GitConfig, detail, "is in git's own settings: the address of a remote, or a header")
    })
}
