//! The summary of a step of GitHub Actions, and what else the environment of a CI job says.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::Tree;

use super::RELAY;

fn run(tree: &Tree, variables: &[(&str, &str)], args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
    command.args(args).current_dir(tree.path()).env_clear().envs(variables.iter().copied()).output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_github_format_adds_markdown_to_the_summary() {
    let tree = Tree::one("src/a.env", RELAY);
    let elsewhere = Tree::one("summary.md", "# An earlier line");
    let summary = elsewhere.at("summary.md");
    let named = [("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];

    let output = run(&tree, &named, &["-f", "github"]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let first = fs::read_to_string(&summary).unwrap();
    assert!(first.starts_with("# An earlier line\n\n## keyscan: 1 finding\n"), "{first}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("\n::error file=src/a.env,"));

    // Several jobs write into one, also where annotations go to a file.
    run(&tree, &named, &["-f", "github=annotations.txt", "-f", "json"]);
    let second = fs::read_to_string(&summary).unwrap();
    assert!(second.starts_with(&first) && second.matches("## keyscan: 1 finding\n").count() == 2, "{second}");

    // Other formats leave it alone, and nothing is empty but unset.
    run(&tree, &named, &["-f", "markdown"]);
    assert_eq!(fs::read_to_string(&summary).unwrap(), second);
    assert_eq!(run(&tree, &[("GITHUB_STEP_SUMMARY", "")], &["-f", "github"]).status.code(), Some(1));

    // A runner makes the file; where it is missing it is made, too.
    let new = elsewhere.at("new.md");
    run(&tree, &[("GITHUB_STEP_SUMMARY", new.to_str().unwrap())], &["-f", "github"]);
    assert!(fs::read_to_string(&new).unwrap().starts_with("## keyscan: 1 finding\n"));
}

#[test]
fn a_summary_that_would_be_too_long_is_left_as_it_is() {
    let tree = Tree::one("src/a.env", RELAY);
    let elsewhere = Tree::one("summary.md", "x".repeat(1024 * 1024 - 100));
    let summary = elsewhere.at("summary.md");
    let output = run(&tree, &[("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())], &["-f", "github"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("summary is full"), "{}", errors(&output));
    assert_eq!(summary.metadata().unwrap().len(), 1024 * 1024 - 100);
}

#[test]
fn a_summary_in_the_tree_is_not_scanned() {
    let tree = Tree::one("src/a.env", RELAY);
    tree.write("summary.md", RELAY);
    let named = [("GITHUB_STEP_SUMMARY", "summary.md")];
    let report: Value =
        serde_json::from_slice(&run(&tree, &named, &["-f", "github=a.txt", "-f", "json"]).stdout).unwrap();
    assert_eq!(report["findings"][0]["occurrences"].as_array().unwrap().len(), 1);
}

#[test]
fn only_a_regular_file_is_written_to() {
    let tree = Tree::one("src/a.env", RELAY);
    let refused = |path: &str| {
        let output = run(&tree, &[("GITHUB_STEP_SUMMARY", path)], &["-f", "github"]);
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(errors(&output).contains("GITHUB_STEP_SUMMARY"), "{}", errors(&output));
        assert!(output.stdout.is_empty(), "refused before anything is read");
    };
    refused("src");
    refused("no/such/folder/summary.md");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let elsewhere = Tree::one("precious", "kept");
        symlink(elsewhere.at("precious"), tree.at("summary.md")).unwrap();
        symlink(elsewhere.path(), tree.at("folder")).unwrap();
        refused("summary.md");
        refused("folder/summary.md");
        refused("/dev/null");
        assert_eq!(fs::read_to_string(elsewhere.at("precious")).unwrap(), "kept");
        assert!(!elsewhere.at("summary.md").exists());
    }
}

/// No clock: the time is what the environment says.
#[test]
fn the_time_of_a_report_comes_from_the_environment() {
    let tree = Tree::one("src/a.env", RELAY);
    let time = |variables: &[(&str, &str)]| {
        let report: Value = serde_json::from_slice(&run(&tree, variables, &["-f", "gitlab"]).stdout).unwrap();
        report["scan"]["end_time"].as_str().unwrap().to_owned()
    };
    let (epoch, job, pipeline) = ("SOURCE_DATE_EPOCH", "CI_JOB_STARTED_AT", "CI_PIPELINE_CREATED_AT");
    assert_eq!(time(&[]), "1970-01-01T00:00:00");
    assert_eq!(time(&[(pipeline, "2026-01-31T16:00:00Z")]), "2026-01-31T16:00:00");
    assert_eq!(time(&[(pipeline, "2026-01-31T16:00:00Z"), (job, "2026-01-31T18:47:55+01:00")]), "2026-01-31T17:47:55");
    assert_eq!(time(&[(epoch, "1769878075"), (job, "2026-02-01T00:00:00Z")]), "2026-01-31T16:47:55");
    for nonsense in ["yesterday", "-1e9", "99999999999999999999", "\u{202e}"] {
        assert_eq!(time(&[(epoch, nonsense), (job, nonsense)]), "1970-01-01T00:00:00", "{nonsense}");
    }
}
