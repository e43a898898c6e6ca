//! Logs, dumps, and what programs recorded: by name, and by folders that hold such files.

use crate::model::Confidence::{self, High, Medium};
use crate::model::SignalId;

use super::Leak;
use super::file::{FilePath, fits};

/// Names of logs and dumps, what they are, and how sure that is.
const LOGS: &[(&str, &str, Confidence)] = &[
    ("*.log", "a log", High),
    // nohup(1), script(1); Tomcat's standard output, jobs of Slurm, what a shell's `>` and `2>` are often sent to.
    ("nohup.out", "what a command printed", High),
    ("typescript", "what a terminal showed", Medium),
    ("catalina.out", "what a server printed", High),
    ("slurm-*.out", "what a job printed", High),
    ("a.out", "", Medium),
    ("*.out", "what a command printed", Medium),
    ("*.err", "what a command printed", Medium),
    // PowerShell's Start-Transcript.
    ("powershell_transcript.*", "what a terminal showed", High),
    // pm2.keymetrics.io: processes with their environment, as `pm2 save` and its daemon write them.
    ("dump.pm2*", "what PM2 remembers of its processes", High),
    // Requests with their headers, as browsers and proxies save them.
    ("*.har", "a record of HTTP requests", High),
    ("*.saz", "a record of HTTP requests", High),
    ("*.mitm", "a record of HTTP requests", High),
    ("*.pcap", "a record of network traffic", High),
    ("*.pcapng", "a record of network traffic", High),
    // core(5), Windows, the JVM, Cygwin, macOS, V8.
    ("*.dmp", "a crash dump", High),
    ("*.mdmp", "a crash dump", High),
    ("*.core", "a crash dump", High),
    ("*.hprof", "a heap dump", High),
    ("*.stackdump", "a crash dump", High),
    ("*.crash", "a crash dump", High),
    ("*.heapsnapshot", "a heap dump", High),
];

/// Folders that only programs write to, with the files that they put there.
const FOLDERS: &[(&str, &str, &str)] = &[
    // VCR and what was made after it: requests with their headers, to be played back.
    ("cassettes", "*.yaml", "a record of HTTP requests"),
    ("cassettes", "*.yml", "a record of HTTP requests"),
    ("cassettes", "*.json", "a record of HTTP requests"),
    // Reports of test runs, with what the tests printed: Maven, Allure, Playwright.
    ("surefire-reports", "*.xml", "a report of tests"),
    ("surefire-reports", "*.txt", "a report of tests"),
    ("failsafe-reports", "*.xml", "a report of tests"),
    ("allure-results", "*", "a report of tests"),
    ("playwright-report", "*", "a report of tests"),
    ("test-results", "*.json", "a report of tests"),
    ("test-results", "*.xml", "a report of tests"),
    ("test-results", "*.txt", "a report of tests"),
];

/// Packages in which programs hand out what they recorded: GitHub's logs of a run, Playwright's trace.
const PACKAGES: &[(&str, &str, &str)] = &[
    ("logs_*.zip", "*.txt", "a log"),
    ("trace.zip", "*trace.*", "a record of HTTP requests"),
    ("trace.zip", "*.trace", "a record of HTTP requests"),
];

/// What stands behind `.log` where a log was put aside: an age, a kind, or (as glog has it) a level.
const ASIDE: &[&str] =
    &["old", "bak", "prev", "previous", "last", "orig", "save", "gz", "txt", "jsonl", "ndjson", "out", "err"];
const LEVELS: &[&str] = &["debug.", "info.", "warning.", "error.", "fatal."];

/// Extensions of texts that a folder of logs holds.
const IN_LOGS: &[&str] = &["err", "jsonl", "ndjson", "out", "txt"];

/// The same of texts that such a folder may hold for other reasons.
const MAYBE_IN_LOGS: &[&str] = &["csv", "json", "tsv"];

/// Folders whose direct members are parts of a program, so that one that is called `logs` is about logs.
const PARTS: &[&str] = &[
    "apps",
    "charts",
    "cmd",
    "components",
    "controllers",
    "helm",
    "internal",
    "k8s",
    "lib",
    "libs",
    "modules",
    "packages",
    "pkg",
    "plugins",
    "routes",
    "services",
    "src",
    "stacks",
    "terraform",
];

/// Words in the names of files that such parts have.
const OWN: &[&str] = &[
    "package",
    "tsconfig",
    "config",
    "settings",
    "default",
    "values",
    "secret",
    "credential",
    "keys",
    "requirements",
    "readme",
    "license",
    "cmakelists",
];

/// What a path says about a key in the file.
pub(super) fn leak(file: &FilePath) -> Option<Leak> {
    let (what, sure) = by_name(file).or_else(|| by_package(file)).or_else(|| by_folder(file))?;
    let says = if what == "a log" { "is in a log" } else { "is in what a program or a machine recorded" };
    (!what.is_empty()).then(|| Leak { signal: SignalId::InLog, detail: what.to_owned(), says, sure })
}

fn by_name(file: &FilePath) -> Option<(&'static str, Confidence)> {
    let name = file.name();
    // `core.1234`
    let number = name.strip_prefix("core.");
    if number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(("a crash dump", High));
    }
    if name.starts_with("changelog") {
        return None;
    }
    put_aside(name)
        .map(|sure| ("a log", sure))
        .or_else(|| LOGS.iter().find(|(pattern, ..)| fits(name, pattern)).map(|(_, what, sure)| (*what, *sure)))
}

/// Whether a name is that of a log which was put aside: `app.log.1`, `app.log-20240131`, `app.log.old`. What else stands
/// behind `.log` makes a template or a setting of it: `app.log.j2`.
fn put_aside(name: &str) -> Option<Confidence> {
    let (stem, end) = name.split_once(".log")?;
    let end = end.strip_prefix(['.', '-', '_']).filter(|_| !stem.is_empty())?;
    let dated = end.starts_with(|first: char| first.is_ascii_digit());
    let aside =
        ASIDE.iter().any(|word| end == *word || end.strip_prefix(word).is_some_and(|rest| rest.starts_with('.')));
    if (dated && !is_code(end)) || aside || LEVELS.iter().any(|level| end.starts_with(level)) {
        return Some(High);
    }
    // One object of JSON for each line, or the settings of a library for logs.
    (end == "json").then_some(Medium)
}

fn is_code(name: &str) -> bool {
    [".py", ".js", ".ts", ".md", ".sh", ".rb", ".go", ".yml", ".yaml", ".j2"].iter().any(|end| name.ends_with(end))
}

fn by_package(file: &FilePath) -> Option<(&'static str, Confidence)> {
    let inside = file.containers().last().map(|path| path.rsplit('/').next().unwrap_or(path));
    let package = |(package, member, _): &&(&str, &str, &str)| {
        inside.is_some_and(|name| fits(name, package)) && fits(file.name(), member)
    };
    let folder = |(folder, name, _): &&(&str, &str, &str)| file.is_below(folder) && fits(file.name(), name);
    let found = PACKAGES.iter().find(package).or_else(|| FOLDERS.iter().find(folder))?;
    Some((found.2, High))
}

fn by_folder(file: &FilePath) -> Option<(&'static str, Confidence)> {
    let folders = file.folders();
    let at = folders.iter().rposition(|folder| matches!(*folder, "log" | "logs"))?;
    let extension = file.extension();
    let dated = extension.len() >= 8 && extension.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    // `syslog`, `messages`, `auth.1`: there, names need not end with anything.
    let numbered = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit());
    let system = file.is_below("var/log") && (extension.is_empty() || numbered) && !file.name().starts_with('.');
    if dated || system {
        return Some(("a folder of logs", High));
    }
    let stem = file.name().split('.').next().unwrap_or_default();
    let documents = folders.iter().any(|folder| matches!(*folder, "doc" | "docs" | "documentation"));
    if documents || OWN.iter().any(|word| stem.contains(word)) {
        return None;
    }
    let part = at.checked_sub(1).is_some_and(|before| PARTS.contains(&folders[before]));
    match extension {
        extension if IN_LOGS.contains(&extension) => Some(("a folder of logs", if part { Medium } else { High })),
        extension if MAYBE_IN_LOGS.contains(&extension) && !part => Some(("a folder of logs", Medium)),
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
            "app.log.json",
            "app.log.2026-01-02.gz",
            "server.host.log.INFO.20260102-030405.1",
            "logs/app.2026-01-02",
            "var/log/syslog",
            "var/log/messages",
            "var/log/syslog.1",
            "slurm-123.out",
            "train.out",
            "job.err",
            "logs_123.zip!build/3_Run tests.txt",
            "test-results/chat/trace.zip!trace.network",
            "dump.mitm",
            ".pm2/dump.pm2",
            "tests/cassettes/a.yaml",
            "PowerShell_transcript.PC.abc.20260102.txt",
            "target/surefire-reports/TEST-x.xml",
            "allure-results/1-result.json",
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
            "a.out",
            "cloudwatch.log.tf",
            "app.log.j2",
            "vector.log.env",
            "logrotate.log-config",
            "app.log.1.py",
            "logs/.env",
            "var/log/.env",
            "logs/docker-compose.yml",
            "packages/logs/config/default.json",
            "services/log/keys.json",
            "apps/logs/secrets.json",
            "docs/logs/notes.txt",
            "charts/logs/values.json",
            "logs_123.zip!a.py",
            "cassettes/a.py",
        ] {
            assert_eq!(signal(path), None, "{path}");
        }
    }
}
