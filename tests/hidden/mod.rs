//! Keys written in every way that hides them from a plain search: each is found with its exact value, in its line, and
//! nothing else is.

mod containers;
mod forms;

use serde_json::Value;

use crate::support::{Tree, expand, findings, fingerprint, modern, occurrences, report};

/// What a report says of the keys in a tree: the shown form, the paths, the lines and the encodings.
fn told(report: &Value) -> Vec<String> {
    let keys = findings(report).iter().filter(|finding| !finding["key"].is_null());
    let places = keys.flat_map(|finding| {
        occurrences(finding).iter().map(|place| {
            format!(
                "{} {} {}:{} {}",
                finding["rule"], finding["key"]["redacted"], place["path"], place["line"], place["encoding"]
            )
        })
    });
    places.collect()
}

/// The places of a key; none where it is not found.
fn places<'r>(report: &'r Value, key: &str) -> Vec<&'r Value> {
    let wanted = fingerprint(key);
    let of_key = findings(report).iter().filter(|finding| finding["key"]["fingerprint"] == *wanted);
    of_key.flat_map(occurrences).collect()
}

/// Fingerprints of keys that nobody planted.
fn invented(report: &Value, keys: &[&str]) -> usize {
    let planted: Vec<String> = keys.iter().map(|key| fingerprint(key)).collect();
    let found = findings(report).iter().filter_map(|finding| finding["key"]["fingerprint"].as_str());
    found.filter(|found| !planted.iter().any(|planted| planted == found)).count()
}

/// Keys of several shapes: with the marker, in long and short halves, and without it.
fn keys(seed: u64) -> [String; 4] {
    [
        modern("sk-proj-", 74, seed),
        modern("sk-svcacct-", 58, seed + 1),
        expand("sk-{20}T3{}BlbkFJ{20}", seed + 2),
        expand("sk-or-v1-{64:hex}", seed + 3),
    ]
}

/// Where a key with its encoding is hidden: the file, what stands in front of it, and behind it.
struct Hidden {
    name: &'static str,
    file: &'static str,
    text: Vec<u8>,
    line: usize,
}

fn check(hidden: &Hidden, key: &str, failures: &mut Vec<String>) {
    let tree = Tree::one(hidden.file, &hidden.text);
    let report = report(tree.path());
    let found = places(&report, key);
    let line = found.first().map(|place| place["line"].as_u64().unwrap_or_default() as usize);
    let name = hidden.name;
    if line != Some(hidden.line) || found.len() != 1 {
        failures.push(format!("{name} {}: {} places, line {line:?} of {}", &key[..9], found.len(), hidden.line));
    }
    if invented(&report, &[key]) > 0 {
        failures.push(format!("{name} {}: something else is told: {:?}", &key[..9], told(&report)));
    }
}
