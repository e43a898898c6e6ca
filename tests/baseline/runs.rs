//! Runs of the program with a baseline, and what they write.

use std::fs;

use serde_json::Value;

use super::key;
use crate::support::{Run, Tree, expand, findings, keyscan};

const FILE: &str = ".keyscan-baseline.json";
const RELAY: &str = "OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\n";

fn line(seed: u64) -> String {
    format!("OPENAI_API_KEY={}\n", key(seed))
}

/// A tree of committed files with a key each, and the baseline for them.
fn known() -> Tree {
    let tree = Tree::new();
    for at in 0..3 {
        tree.write(&format!("s{at}/.env"), line(at));
    }
    written(&run(&tree, &["--write-baseline"]), "3 added, 0 kept, 0 pruned");
    tree
}

fn run(tree: &Tree, args: &[&str]) -> Run {
    keyscan(tree.path(), &[&["--assume-committed", "-f", "json"], args].concat())
}

fn written(run: &Run, how: &str) {
    assert_eq!(run.code, 0, "{}", run.errors());
    assert!(run.errors().contains(how), "{}", run.errors());
}

fn refused(run: &Run, why: &str) {
    assert_eq!(run.code, 2, "{}{}", run.text(), run.errors());
    assert!(run.errors().contains(why), "{}", run.errors());
}

fn text(tree: &Tree) -> String {
    fs::read_to_string(tree.at(FILE)).unwrap()
}

fn paths(run: &Run) -> Vec<String> {
    let places = |finding: &Value| finding["occurrences"].as_array().unwrap().clone();
    let report = run.json();
    findings(&report).iter().flat_map(places).map(|place| place["path"].as_str().unwrap().to_owned()).collect()
}

/// A zip archive with one member that has a password.
fn encrypted() -> Vec<u8> {
    let facts = [&[20, 0, 1][..], &[0; 11], &[4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0]].concat();
    let member = [&b"PK\x03\x04"[..], &facts, b"aXXXX"].concat();
    let listed = [&b"PK\x01\x02\x14\x00"[..], &facts, &[0; 14], b"a"].concat();
    let (size, start) = (u8::try_from(listed.len()).unwrap(), u8::try_from(member.len()).unwrap());
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &[size, 0, 0, 0, start, 0, 0, 0, 0, 0]].concat();
    [member, listed, end].concat()
}

#[test]
fn what_is_known_waits_and_what_is_new_does_not() {
    let tree = known();
    let quiet = run(&tree, &[]);
    assert_eq!((quiet.code, findings(&quiet.json()).len()), (0, 0), "{}", quiet.text());
    assert_eq!(quiet.json()["scan"]["suppressed"], 3);
    // The file that lets them wait is no finding itself, and holds nothing of a key.
    assert!(!text(&tree).contains("sk-"), "{}", text(&tree));

    tree.write("s9/.env", line(1));
    tree.write("s2/.env", format!("\n{}\n{}", line(2), line(7)));
    tree.write("s0/.env", format!("{}{RELAY}", line(0)));
    let new = run(&tree, &[]);
    assert_eq!(new.code, 1);
    let mut found = paths(&new);
    found.sort();
    found.dedup();
    for path in ["s0/.env", "s2/.env", "s9/.env"] {
        assert!(found.contains(&path.to_owned()), "{path}: {found:?}");
    }
    let without = run(&tree, &["--no-baseline"]);
    assert!(paths(&without).len() > paths(&new).len());
    assert_eq!(paths(&run(&tree, &["--baseline", FILE])), paths(&new));
}

#[test]
fn writing_again_changes_nothing_and_takes_out_what_is_gone() {
    let tree = known();
    let first = text(&tree);
    written(&run(&tree, &["--write-baseline"]), "0 added, 3 kept, 0 pruned");
    assert_eq!(text(&tree), first);
    // What was said by hand stays, with its day.
    let said = first.replacen("\"}", "\", \"reason\": \"sold in June\", \"expires\": \"9999-01-01\"}", 1);
    tree.write(FILE, &said);
    written(&run(&tree, &["--write-baseline", "--min-severity", "critical"]), "0 added, 3 kept, 0 pruned");
    assert_eq!(text(&tree), said);

    fs::remove_file(tree.at("s1/.env")).unwrap();
    tree.write("s4/.env", line(4));
    written(&run(&tree, &["--write-baseline"]), "1 added, 2 kept, 1 pruned");
    assert_eq!(run(&tree, &[]).code, 0);
}

#[test]
fn what_a_run_could_not_see_stays() {
    for narrow in [
        &["s0"][..],
        &["--exclude", "s1/"],
        &["--include", "s0/**"],
        &["--files-from", "list"],
        &["--only", "relay-endpoint"],
        &["--except", "exposed-key"],
        &["--max-file-size", "100M"],
        &["s0/.env"],
    ] {
        let tree = known();
        if !tree.track() {
            return;
        }
        tree.write("list", "s0/.env\n");
        fs::remove_file(tree.at("s1/.env")).unwrap();
        let done = run(&tree, &[&["--write-baseline"], narrow].concat());
        written(&done, "0 added, 3 kept, 0 pruned");
        assert!(done.errors().contains("did not look everywhere"), "{narrow:?}: {}", done.errors());
    }
    // Outside git a folder is a tree of its own, and a baseline above it belongs to another one.
    let tree = known();
    written(&run(&tree, &["--write-baseline", "--baseline", FILE, "s0"]), "3 kept, 0 pruned");
    let tree = known();
    fs::remove_file(tree.at("s1/.env")).unwrap();
    tree.write("a.zip", encrypted());
    let done = run(&tree, &["--write-baseline"]);
    assert_eq!(done.code, 3, "{}", done.errors());
    assert!(done.errors().contains("3 kept, 0 pruned"), "{}", done.errors());
    assert_eq!(run(&tree, &["--write-baseline", "--allow-incomplete"]).code, 0);
}

#[test]
fn what_something_else_lets_pass_is_not_written() {
    let tree = Tree::one("a.env", line(1).replace('\n', " # keyscan:allow[exposed-key] ours\n"));
    tree.write("b.env", line(2));
    written(&run(&tree, &["--write-baseline"]), "1 added");
    assert!(text(&tree).contains("b.env") && !text(&tree).contains("a.env"));
    // Facts are not written either: nothing has to let them pass.
    let tree = Tree::one("a.env", "OPENAI_BASE_URL=https://api.openai.com/v1\n");
    written(&run(&tree, &["--write-baseline"]), "0 added");
}

#[test]
fn an_entry_that_has_ended_is_named_and_covers_nothing() {
    let tree = known();
    tree.write(FILE, text(&tree).replacen("\"}", "\", \"expires\": \"2001-09-09\"}", 1));
    let done = run(&tree, &[]);
    assert_eq!((done.code, findings(&done.json()).len()), (1, 1));
    let entry = text(&tree).lines().position(|line| line.contains("expires")).unwrap() + 1;
    assert!(done.errors().contains(&format!("{FILE}:{entry}: this entry ended on 2001-09-09")), "{}", done.errors());
    // Writing does not give it more time.
    let first = text(&tree);
    written(&run(&tree, &["--write-baseline"]), "0 added, 3 kept, 0 pruned");
    assert_eq!(text(&tree), first);
}

#[test]
fn a_baseline_that_is_not_understood_stops_the_run() {
    let tree = known();
    let good = text(&tree);
    for (bad, why) in [
        (good.replace("\"severity\"", "\"weight\""), "unknown field"),
        (good[..good.len() - 20].to_owned(), "the file ends"),
        (good.replacen("    {", "<<<<<<< HEAD\n    {", 1), ": a merge conflict"),
    ] {
        tree.write(FILE, &bad);
        refused(&run(&tree, &[]), why);
        // Nor is it overwritten: what it says would be lost.
        refused(&run(&tree, &["--write-baseline"]), why);
        assert_eq!(text(&tree), bad);
    }
    assert_eq!(run(&tree, &["--no-baseline", "--exit-zero"]).code, 0);
    assert_eq!(run(&tree, &["--no-config", "--exit-zero"]).code, 2);
}

#[test]
fn ids_of_another_scheme_are_refused() {
    let tree = known();
    let secret = Tree::one("fp", "0123456789abcdef0123456789abcdef");
    let file = secret.at("fp").display().to_string();
    refused(&run(&tree, &["--fingerprint-key", &file]), "--fingerprint-key");
    let other = ["--fingerprint-key", &file, "--baseline", "other.json"];
    written(&run(&tree, &[&other[..], &["--write-baseline"]].concat()), "3 added");
    assert_eq!(run(&tree, &other).code, 0);
    refused(&run(&tree, &["--baseline", "other.json"]), "--fingerprint-key");
}

#[test]
fn a_baseline_belongs_to_one_repository() {
    let (one, two) = (known(), Tree::one("s0/.env", line(0)));
    let (a, b) = (one.path().display().to_string(), two.path().display().to_string());
    refused(&run(&one, &[&a, &b]), "one repository");
    assert_eq!(run(&one, &[&a, &b, "--no-baseline"]).code, 1);
    refused(&run(&two, &[&b, "s0", &a, "--write-baseline"]), "one repository");
    refused(&run(&one, &["-", "--write-baseline"]), "standard input");
    refused(&run(&one, &["--baseline", "none.json"]), "none.json: cannot be read");
    assert_eq!(run(&one, &["--no-baseline", "--write-baseline"]).code, 2);
    // One that lies above the tree is none of its business.
    let inner = one.at("s0").display().to_string();
    assert_eq!(run(&one, &[&inner]).code, 1);
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let (tree, other) = (known(), known());
    fs::rename(tree.at(FILE), other.at("moved.json")).unwrap();
    symlink(other.at("moved.json"), tree.at(FILE)).unwrap();
    refused(&run(&tree, &[]), "not a regular file in its own folder");
    refused(&run(&tree, &["--write-baseline"]), "not a regular file in its own folder");
    fs::remove_file(other.at("moved.json")).unwrap();
    refused(&run(&tree, &["--write-baseline"]), "");
    assert!(!other.at("moved.json").exists());
}

#[test]
fn suppressed_places_are_listed_on_request() {
    let tree = known();
    tree.write("a.env", line(9).replace('\n', " # keyscan:allow our test account\n"));
    tree.write(FILE, text(&tree).replacen("\"}", "\", \"reason\": \"moves in June\"}", 1));
    let human = keyscan(tree.path(), &["--assume-committed", "--show-suppressed"]).text();
    for part in [
        "Let pass: 4 places.",
        "by baseline: moves in June",
        "by inline comment: our test account",
        "(1 by inline comment, 3 by baseline)",
    ] {
        assert!(human.contains(part), "{part}\n{human}");
    }
    tree.write("b.env", expand("OPENAI_API_KEY=sk-proj-{74}T3{}BlbkFJ{74}\n", 77));
    let sarif = |args: &[&str]| keyscan(tree.path(), &[&["--assume-committed", "-f", "sarif"], args].concat()).json();
    let plain = sarif(&[]);
    let results = |log: &Value| log["runs"][0]["results"].as_array().unwrap().clone();
    assert_eq!(results(&plain).len(), 1);
    assert!(results(&plain)[0].get("suppressions").is_none());
    let mut kinds = Vec::new();
    for result in results(&sarif(&["--show-suppressed"])) {
        let list = result["suppressions"].as_array().expect("all results have the field or none");
        assert!(list.iter().all(|one| one["status"] == "accepted"));
        kinds.extend(
            list.iter().map(|one| {
                format!("{} {}", one["kind"].as_str().unwrap(), one["justification"].as_str().unwrap_or("-"))
            }),
        );
    }
    kinds.sort();
    assert_eq!(kinds, ["external -", "external -", "external moves in June", "inSource our test account"]);
}
