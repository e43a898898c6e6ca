//! Runs cases and says, of all of them at once, what is not as wanted.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::case::{Case, File, Place, Want};
use crate::support::{Tree, findings, fingerprint, occurrences, report};

/// Where the cases lie.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairing/cases")
}

/// The cases of every group, or of one, in order.
pub fn cases(groups: impl Fn(&str) -> bool) -> Vec<Case> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for group in std::fs::read_dir(folder()).expect("there are cases") {
        let group = group.expect("a group can be seen");
        if groups(&group.file_name().to_string_lossy()) {
            let files = std::fs::read_dir(group.path()).expect("a group is a folder");
            paths.extend(files.map(|file| file.expect("a case can be seen").path()));
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

/// Runs all cases, and fails with a table of what is not as wanted.
pub fn run(cases: &[Case]) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut failures: Vec<(usize, Failure)> = std::thread::scope(|scope| {
        let worker = || {
            let mut failures = Vec::new();
            loop {
                let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(case) = cases.get(index) else { return failures };
                failures.extend(check(case).into_iter().map(|failure| (index, failure)));
            }
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    failures.sort_by_key(|(index, failure)| (*index, failure.key.clone()));
    let mut table = String::new();
    for (index, failure) in &failures {
        let Failure { key, wanted, got } = failure;
        writeln!(table, "{:<40} {key:<8} wanted {wanted:<44} got {got}", cases[*index].name).expect("text can be made");
    }
    let mut failed: Vec<usize> = failures.iter().map(|(index, _)| *index).collect();
    failed.dedup();
    assert!(failures.is_empty(), "{} of {} cases are not as wanted:\n{table}", failed.len(), cases.len());
}

/// What is not as wanted.
struct Failure {
    key: String,
    wanted: String,
    got: String,
}

/// A place of a key in the report.
struct Seen<'r> {
    finding: &'r Value,
    occurrence: &'r Value,
}

impl Seen<'_> {
    fn place(&self) -> String {
        let Self { occurrence, .. } = self;
        format!("{}:{}:{}", occurrence["path"].as_str().unwrap_or("?"), occurrence["line"], occurrence["column"])
    }

    fn is_of(&self, place: &Place) -> bool {
        self.finding["key"]["fingerprint"].as_str() == Some(&fingerprint(&place.secret))
    }

    fn is_at(&self, file: &File, place: &Place) -> bool {
        let Self { occurrence, .. } = self;
        occurrence["path"].as_str() == Some(&file.path)
            && occurrence["line"].as_u64() == Some(place.line)
            && occurrence["column"].as_u64() == Some(place.columns.0)
            && (place.encoded || occurrence["end_column"].as_u64() == Some(place.columns.1))
    }

    fn receiver(&self) -> String {
        let endpoint = &self.occurrence["endpoint"];
        match (endpoint["host"].as_str(), endpoint["evidence"].as_str()) {
            (Some(host), evidence) => format!("{host} {}", evidence.unwrap_or("?")),
            _ if self.is_possible() => "possible".to_owned(),
            _ => "none".to_owned(),
        }
    }

    fn is_possible(&self) -> bool {
        let signals = self.finding["signals"].as_array();
        signals.is_some_and(|signals| signals.iter().any(|signal| signal["id"] == "possible-endpoint"))
    }

    fn suits(&self, want: &Want) -> bool {
        let endpoint = &self.occurrence["endpoint"];
        match want {
            Want::None => endpoint["host"].is_null() && !self.is_possible(),
            Want::Possible => endpoint["host"].is_null() && self.is_possible(),
            Want::Host(host, evidence) => {
                endpoint["host"].as_str() == Some(host)
                    && (evidence.is_empty() || evidence.iter().any(|word| endpoint["evidence"] == word.as_str()))
            }
        }
    }
}

impl std::fmt::Display for Want {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Possible => f.write_str("possible"),
            Self::Host(host, evidence) => write!(f, "{host} {}", evidence.join("|")),
        }
    }
}

fn check(case: &Case) -> Vec<Failure> {
    let tree = Tree::new();
    for file in &case.files {
        tree.write(&file.path, &file.bytes);
    }
    let report = report(tree.path());
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for finding in findings(&report).iter().filter(|finding| !finding["key"].is_null()) {
        seen.extend(occurrences(finding).iter().map(|occurrence| Seen { finding, occurrence }));
    }
    let mut failures = Vec::new();
    let mut fail = |key: &str, wanted: String, got: String| {
        failures.push(Failure { key: key.to_owned(), wanted, got });
    };
    for (file, place, want) in case.expected() {
        let at = format!("{}:{}:{}", file.path, place.line, place.columns.0);
        let Some(index) = seen.iter().position(|one| one.is_of(place) && one.is_at(file, place)) else {
            let others: Vec<String> = seen.iter().filter(|one| one.is_of(place)).map(Seen::place).collect();
            fail(&place.key, format!("found at {at}"), format!("[{}]", others.join(", ")));
            continue;
        };
        let one = seen.swap_remove(index);
        if !one.suits(want) {
            fail(&place.key, want.to_string(), one.receiver());
        }
        let issuer = one.finding["key"]["issuer"].as_str();
        if place.issuer.as_deref().is_some_and(|wanted| Some(wanted) != issuer) {
            fail(&place.key, format!("issuer {:?}", place.issuer), format!("issuer {issuer:?}"));
        }
    }
    for one in seen {
        fail("-", "no other place of a key".to_owned(), format!("{} -> {}", one.place(), one.receiver()));
    }
    for wanted in &case.findings {
        let secret = case.secret(&wanted.subject).map(fingerprint);
        let subject = |finding: &Value| match &secret {
            Some(fingerprint) => finding["key"]["fingerprint"].as_str() == Some(fingerprint),
            None => finding["key"].is_null() && finding["endpoint"]["host"].as_str() == Some(&wanted.subject),
        };
        let of_subject: Vec<&Value> = findings(&report).iter().filter(|finding| subject(finding)).collect();
        let is_there = of_subject
            .iter()
            .any(|finding| finding["rule"] == wanted.rule.as_str() && finding["severity"] == wanted.severity.as_str());
        if !is_there {
            let got: Vec<String> =
                of_subject.iter().map(|finding| format!("{} {}", finding["rule"], finding["severity"])).collect();
            fail(&wanted.subject, format!("{} {}", wanted.rule, wanted.severity), format!("[{}]", got.join(", ")));
        }
    }
    failures
}
