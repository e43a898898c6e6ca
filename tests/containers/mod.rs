//! Files that hold text in a form of their own: what stands in them is found, named and paired as in any other file.

mod binaries;
mod json;
mod mail;
mod notebooks;
mod office;
mod sqlite;

use keyscan::source::{self, Options, Progress};
use serde_json::Value;

use crate::support::{Tree, findings, fingerprint, occurrences, report};

/// A place of a key, as a report tells it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    path: String,
    line: u64,
    setting: Option<String>,
    receiver: Option<String>,
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The places of a key that is found with its exact value; none where it is not.
fn places(report: &Value, key: &str) -> Vec<Seen> {
    let wanted = fingerprint(key);
    let of_key = findings(report).iter().filter(|finding| finding["key"]["fingerprint"] == wanted.as_str());
    let mut places: Vec<Seen> = of_key
        .flat_map(occurrences)
        .map(|place| Seen {
            path: text(&place["path"]).unwrap(),
            line: place["line"].as_u64().unwrap(),
            setting: text(&place["setting"]),
            receiver: text(&place["endpoint"]["host"]),
        })
        .collect();
    places.sort();
    places
}

/// How many different keys a report has.
fn keys(report: &Value) -> usize {
    let prints = findings(report).iter().filter_map(|finding| finding["key"]["fingerprint"].as_str());
    prints.collect::<std::collections::BTreeSet<_>>().len()
}

/// What was not read, as path and reason.
fn skipped(report: &Value) -> Vec<(String, String)> {
    let skipped = report["scan"]["skipped"].as_array().unwrap();
    skipped.iter().map(|one| (text(&one["path"]).unwrap(), text(&one["reason"]).unwrap())).collect()
}

/// A host of the catalogue that is a relay for certain.
fn relay() -> String {
    crate::support::catalogue::known_relays().into_iter().find(|host| !host.contains('*')).unwrap()
}

fn scan(path: &str, content: impl AsRef<[u8]>) -> Value {
    report(Tree::one(path, content).path())
}

/// Opens all that a tree holds, without looking for anything in it; says how many files that were.
fn files_of(tree: &Tree) -> u64 {
    let options = Options { paths: vec![tree.path().to_owned()], ..Options::default() };
    let outcome = source::tree(&options, &|_| true, &|_| true, &str::to_owned, &|_| {}, &Progress::default());
    outcome.unwrap().files
}

fn place(path: &str, line: u64, setting: Option<&str>, receiver: Option<&str>) -> Seen {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Seen { path: path.to_owned(), line, setting: owned(setting), receiver: owned(receiver) }
}
