//! The real pre-commit, with the lines that `keyscan init` shows and with the hooks of this repository.
//!
//! It is looked for as `$KEYSCAN_TEST_PRE_COMMIT`, then on the search path.

use std::ffi::OsString;
use std::fs;
use std::process::{Command, Output};

use super::{RELAY, every_way_to_commit, repository};
use crate::git::run_git::{Repo, key, line};
use crate::support::Tree;

/// The program, or `None` with a line that says so.
fn program() -> Option<OsString> {
    let named = std::env::var_os("KEYSCAN_TEST_PRE_COMMIT").filter(|name| !name.is_empty());
    let program = named.unwrap_or_else(|| "pre-commit".into());
    let runs = Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !runs {
        println!("skipped: no pre-commit program here");
    }
    runs.then_some(program)
}

/// Runs it in a repository.
fn pre_commit(program: &OsString, repo: &Repo, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&repo.top).env_clear().env("HOME", repo.tree.path());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.envs(repo.variables.iter().map(|(name, value)| (name, value))).output().unwrap()
}

/// A repository with a config of its own; the cache goes away with `cache`.
fn set_up(program: &OsString, config: &str, cache: &Tree) -> Option<Repo> {
    let mut repo = repository()?;
    repo.variables.push(("PRE_COMMIT_HOME", cache.path().into()));
    repo.write(".pre-commit-config.yaml", config);
    for hook in ["pre-commit", "pre-merge-commit"] {
        let output = pre_commit(program, &repo, &["install", "--hook-type", hook]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    Some(repo)
}

#[test]
fn the_lines_that_init_shows_stop_every_way_to_commit_a_key() {
    let Some(program) = program() else { return };
    let cache = Tree::new();
    let Some(repo) = set_up(&program, "repos: []\n", &cache) else { return };
    let shown = repo.keyscan(&["init", "--hook"]).text();
    let (said, lines) = shown.split_once("below repos:\n\n").unwrap();
    assert!(said.contains("Add to .pre-commit-config.yaml"), "{said}");
    assert!(!repo.top.join(".keyscan.toml").exists());
    let hook = fs::read_to_string(repo.top.join(".git/hooks/pre-commit")).unwrap();
    assert!(hook.contains("pre-commit.com"), "the hook is still pre-commit's: {hook}");
    repo.write(".pre-commit-config.yaml", format!("repos:\n{lines}"));
    every_way_to_commit(repo);
}

#[test]
fn the_hooks_of_this_repository_read_what_they_say() {
    let Some(program) = program() else { return };
    // A clone of what is here now, committed or not: pre-commit takes hooks from a commit.
    let cache = Tree::new();
    let Some(tool) = Repo::new() else { return };
    let hooks = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml")).unwrap();
    tool.write(".pre-commit-hooks.yaml", hooks);
    let revision = tool.commit("hooks");
    let source = tool.top.display();
    let config = format!(
        "repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n      - id: keyscan-system\n      - id: keyscan-tree-system\n"
    );
    let Some(repo) = set_up(&program, &config, &cache) else { return };
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "config"]);
    repo.write("a.env", format!("{RELAY}{}", line(1))).git(&["add", "."]);
    super::blocked(&repo, &["commit", "-m", "a"], 1);
    repo.git(&["commit", "-q", "--no-verify", "-m", "an old fault"]);

    // Nothing is staged: only the hook for all files sees what lies there.
    let run = |arguments: &[&str]| {
        let output = pre_commit(&program, &repo, arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!text.contains(&key(1)), "the whole key was printed");
        (output.status.success(), text)
    };
    let (passed, text) = run(&["run", "--all-files", "--verbose"]);
    assert!(passed && text.contains("0 files"), "{text}");
    let (passed, text) = run(&["run", "--all-files", "--hook-stage", "manual"]);
    assert!(!passed && text.contains("a.env:2:") && !text.contains("--staged"), "{text}");
}

#[test]
fn the_line_of_the_readme_reads_what_is_pushed() {
    let Some(program) = program() else { return };
    let cache = Tree::new();
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let entry = readme.lines().find(|line| line.contains("PRE_COMMIT_FROM_REF")).unwrap().trim();
    let config = format!(
        "repos:\n  - repo: local\n    hooks:\n      - id: push\n        name: push\n        language: system\n        always_run: true\n        pass_filenames: false\n        {entry}\n        stages: [pre-push]\n"
    );
    let Some(repo) = set_up(&program, &config, &cache) else { return };
    assert!(pre_commit(&program, &repo, &["install", "--hook-type", "pre-push"]).status.success());
    repo.git(&["init", "-q", "--bare", "../remote.git"]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "clean"]);
    repo.git(&["push", "-q", "origin", "main"]);
    // Committed and taken out again: only the commits know of it.
    repo.write("a.env", line(1)).git(&["add", "."]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "in"]);
    repo.write("a.env", "A=1\n").git(&["commit", "-q", "--no-verify", "-a", "-m", "out"]);
    let done = repo.try_git(&["push", "origin", "main"]);
    let said = format!("{}{}", done.text, done.errors);
    assert!(!done.ok && said.contains("a.env:1:16") && !said.contains(&key(1)), "{said}");
    // Where the other side knows nothing yet, the files are read.
    repo.git(&["init", "-q", "--bare", "../empty.git"]);
    repo.write("b.env", line(2)).git(&["add", "."]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "new"]);
    let done = repo.try_git(&["push", "../empty.git", "main"]);
    let said = format!("{}{}", done.text, done.errors);
    assert!(!done.ok && said.contains("b.env:1:16") && !said.contains(&key(2)), "{said}");
}
