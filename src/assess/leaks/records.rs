//! What is written down without anybody thinking of keys: histories of shells, transcripts, and logs.

use crate::model::SignalId;

use super::file::{FilePath, fits};
use super::{Leak, logs, transcripts};

/// Histories that do not end with `history`, by the program that writes them.
const HISTORIES: &[(&str, &str)] = &[
    // zsh, as many configurations name it; bash of macOS and zsh of macOS for each session.
    (".histfile", "zsh"),
    (".zhistory", "zsh"),
    ("*.historynew", "a shell"),
    // fish: `fish_history`, or `fish/<name>_history`.
    ("fish_history", "fish"),
    // PowerShell's PSReadLine: one file for each host.
    ("consolehost_history.txt", "PowerShell"),
    ("visual studio code host_history.txt", "PowerShell"),
    // R, Octave, the JavaScript shells, Julia.
    (".rhistory", "R"),
    (".octave_hist", "Octave"),
    (".node_repl_history", "Node.js"),
    (".dbshell", "the MongoDB shell"),
    ("repl_history.jl", "Julia"),
    // Searches and commands typed in less.
    (".lesshst", "less"),
];

/// Histories that other files are called like, by the folder of the program that writes them. Sources: each program's
/// documentation of its history.
const HISTORIES_BELOW: &[(&str, &str, &str)] = &[
    ("nushell", "history.txt", "Nushell"),
    ("nushell", "history.sqlite3*", "Nushell"),
    ("xonsh", "xonsh-*.json", "xonsh"),
    ("xonsh", "xonsh-history.sqlite*", "xonsh"),
    ("atuin", "history.db*", "Atuin"),
    (".ipython", "history.sqlite*", "IPython"),
];

/// What a name says about a key in the file.
pub(super) fn leak(file: &FilePath) -> Option<Leak> {
    transcripts::kept_by(file).map(transcript).or_else(|| history(file)).or_else(|| logs::leak(file))
}

fn transcript(by: &str) -> Leak {
    Leak::certain(SignalId::Transcript, by, "is in a record that an assistant or an editor keeps")
}

fn history(file: &FilePath) -> Option<Leak> {
    let name = file.name();
    let named = HISTORIES.iter().find(|(pattern, _)| fits(name, pattern)).map(|(_, by)| *by);
    let below = || HISTORIES_BELOW.iter().find(|(folder, pattern, _)| fits(name, pattern) && file.is_below(folder));
    let by = match named.or_else(|| below().map(|(_, _, by)| *by)) {
        Some(by) => by.to_owned(),
        // `.bash_history`, `.python_history`, `.psql_history`, `.irb-history`, `.history`.
        None if name.starts_with('.') && name.ends_with("history") => {
            let by = name.trim_start_matches('.').trim_end_matches("history").trim_end_matches(['_', '-']);
            if by.is_empty() { "a shell".to_owned() } else { by.to_owned() }
        }
        None if name.ends_with(".history") && file.folders().iter().any(|folder| folder.ends_with("_sessions")) => {
            "a shell".to_owned()
        }
        None => return None,
    };
    Some(Leak::certain(SignalId::ShellHistory, format!("the history of {by}"), "is in the history of a shell"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(path: &str) -> Option<SignalId> {
        leak(&FilePath::new(path)).map(|leak| leak.signal)
    }

    #[test]
    fn histories_of_shells() {
        for path in [
            ".bash_history",
            "home/a/.zsh_history",
            ".history",
            ".zhistory",
            "fish/fish_history",
            ".python_history",
            ".node_repl_history",
            ".psql_history",
            ".mysql_history",
            "PSReadLine/ConsoleHost_history.txt",
            ".irb_history",
            ".irb-history",
            ".Rhistory",
            ".bash_sessions/A.history",
            ".config/nushell/history.txt",
            ".local/share/xonsh/history_json/xonsh-1.json",
            ".local/share/atuin/history.db",
            ".ipython/profile_default/history.sqlite",
            ".lesshst",
        ] {
            assert_eq!(signal(path), Some(SignalId::ShellHistory), "{path}");
        }
        for path in [
            "history.py",
            "src/history.txt",
            "history",
            "HISTORY.md",
            "bash_history.rs",
            "a/page.history",
            "app/history.db",
        ] {
            assert_eq!(signal(path), None, "{path}");
        }
    }
}
