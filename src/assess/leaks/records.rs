//! What is written down without anybody thinking of keys: logs and dumps, histories of shells, transcripts.

use crate::model::{Confidence, SignalId};

use super::file::{FilePath, fits};
use super::{Leak, transcripts};

/// Names of logs and dumps, and what they are.
const LOGS: &[(&str, &str)] = &[
    ("*.log", "a log"),
    // Behind rotation: `app.log.1`, `app.log-20240131`, `app.log.old`.
    ("*.log.*", "a log"),
    ("*.log-*", "a log"),
    ("*.log_*", "a log"),
    // npm, Yarn, pnpm and Lerna beside the project: their own documentation.
    ("npm-debug.log*", "a log"),
    ("yarn-*.log*", "a log"),
    // nohup(1); Tomcat's standard output.
    ("nohup.out", "what a command printed"),
    ("catalina.out", "what a server printed"),
    // Requests with their headers, as browsers and proxies save them.
    ("*.har", "a record of HTTP requests"),
    ("*.saz", "a record of HTTP requests"),
    ("*.pcap", "a record of network traffic"),
    ("*.pcapng", "a record of network traffic"),
    // core(5), Windows, the JVM, Cygwin, macOS, V8.
    ("*.dmp", "a crash dump"),
    ("*.mdmp", "a crash dump"),
    ("*.core", "a crash dump"),
    ("*.hprof", "a heap dump"),
    ("*.stackdump", "a crash dump"),
    ("*.crash", "a crash dump"),
    ("*.heapsnapshot", "a heap dump"),
];

/// Files that are called like logs and are code, or settings of logging: `app.log.py`, `log4j.log.xml`.
const NO_LOGS: &[&str] = &[
    "c",
    "cc",
    "cfg",
    "conf",
    "cpp",
    "cs",
    "css",
    "go",
    "h",
    "ini",
    "java",
    "js",
    "jsx",
    "kt",
    "md",
    "mjs",
    "php",
    "properties",
    "py",
    "rb",
    "rs",
    "scala",
    "scss",
    "sh",
    "svelte",
    "swift",
    "toml",
    "ts",
    "tsx",
    "vue",
    "xml",
    "yaml",
    "yml",
];

/// Extensions of texts that a folder of logs holds.
const IN_LOGS: &[&str] = &["err", "jsonl", "ndjson", "out", "txt"];

/// The same of texts that such a folder may hold for other reasons.
const MAYBE_IN_LOGS: &[&str] = &["csv", "json", "tsv"];

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
];

/// What a name says about a key in the file.
pub(super) fn leak(file: &FilePath) -> Option<Leak> {
    transcripts::kept_by(file).map(transcript).or_else(|| history(file)).or_else(|| log(file))
}

fn transcript(by: &str) -> Leak {
    Leak::certain(SignalId::Transcript, by, "is in a record that an assistant or an editor keeps")
}

fn history(file: &FilePath) -> Option<Leak> {
    let name = file.name();
    let by = match HISTORIES.iter().find(|(pattern, _)| fits(name, pattern)) {
        Some((_, by)) => (*by).to_owned(),
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

fn log(file: &FilePath) -> Option<Leak> {
    let (what, sure) = by_name(file).or_else(|| by_folder(file))?;
    let says = if what == "a log" { "is in a log" } else { "is in what a program or a machine recorded" };
    Some(Leak { signal: SignalId::InLog, detail: what.to_owned(), says, sure })
}

fn by_name(file: &FilePath) -> Option<(&'static str, Confidence)> {
    let name = file.name();
    // `core.1234`
    let number = name.strip_prefix("core.");
    if number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(("a crash dump", Confidence::High));
    }
    if name.starts_with("changelog") || NO_LOGS.contains(&file.extension()) {
        return None;
    }
    LOGS.iter().find(|(pattern, _)| fits(name, pattern)).map(|(_, what)| (*what, Confidence::High))
}

fn by_folder(file: &FilePath) -> Option<(&'static str, Confidence)> {
    let folders = file.folders();
    if !folders.iter().any(|folder| matches!(*folder, "log" | "logs")) {
        return None;
    }
    let stem = file.name().split('.').next().unwrap_or_default();
    // Packages that are called so have settings and documents of their own.
    let own = ["package", "tsconfig", "config", "settings", "requirements", "readme", "license", "cmakelists"];
    if own.iter().any(|word| stem.contains(word)) {
        return None;
    }
    match file.extension() {
        extension if IN_LOGS.contains(&extension) => Some(("a folder of logs", Confidence::High)),
        extension if MAYBE_IN_LOGS.contains(&extension) => Some(("a folder of logs", Confidence::Medium)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(path: &str) -> Option<SignalId> {
        leak(&FilePath::new(path)).map(|leak| leak.signal)
    }

    #[test]
    fn logs_are_told_from_code_about_logs() {
        for path in [
            "app.log",
            "a/App.LOG",
            "app.log.1",
            "app.log-20240131",
            "app.log.old",
            "nohup.out",
            "npm-debug.log",
            "npm-debug.log.4012",
            "yarn-error.log",
            "trace.har",
            "logs/run.txt",
            "var/log/app/2024/stdout.out",
            "logs/requests.jsonl",
            "logs/requests.json",
            "core.4711",
            "heap.hprof",
            "x.zip!logs/a.txt",
        ] {
            assert_eq!(signal(path), Some(SignalId::InLog), "{path}");
        }
        for path in [
            "log.py",
            "src/log/log.go",
            "changelog",
            "CHANGELOG.md",
            "changelog.log",
            "logging.yaml",
            "blog/post.txt",
            "catalog",
            "dialog.txt",
            "app.log.py",
            "log/config.json",
            "src/logs/package.json",
            "logs/README.txt",
            "log/settings.yaml",
            "log/mod.rs",
            "core.py",
            "core.rs",
            "core",
            "logs",
            "src/core.ts",
            "nohup.out.md",
        ] {
            assert_eq!(signal(path), None, "{path}");
        }
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
        ] {
            assert_eq!(signal(path), Some(SignalId::ShellHistory), "{path}");
        }
        for path in ["history.py", "src/history.txt", "history", "HISTORY.md", "bash_history.rs", "a/page.history"] {
            assert_eq!(signal(path), None, "{path}");
        }
    }
}
