//! keyscan before each commit, as the real git and the real pre-commit run it.

mod plain;
mod pre_commit;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::git::run_git::{Repo, key, line};

/// A relay that every catalogue has.
const RELAY: &str = "OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\n";

/// The search path with the binary under test in front.
fn search_path() -> OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_keyscan")).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).unwrap()
}

/// A commit that must be stopped because of one key; says what was printed.
#[track_caller]
fn blocked(repo: &Repo, arguments: &[&str], seed: u64) -> String {
    let head = || repo.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).text;
    let before = head();
    let done = repo.try_git(arguments);
    let said = format!("{}{}", done.text, done.errors);
    assert!(!done.ok, "git {arguments:?} went through: {said}");
    assert_eq!(before, head());
    assert!(said.contains(&format!("…{}", &key(seed)[key(seed).len() - 4..])), "{said}");
    assert!(!said.contains(&key(seed)), "the whole key was printed");
    assert!(!said.contains("no-verify"), "{said}");
    said
}

/// Everything that people do between two commits. `repo` has a hook and no commit of its own yet.
fn every_way_to_commit(repo: Repo) {
    // The first commit of all: there is nothing to compare with.
    repo.write("app/.env", format!("{RELAY}{}", line(1))).git(&["add", "."]);
    let said = blocked(&repo, &["commit", "-m", "first"], 1);
    for part in ["CRITICAL", "key-to-third-party", "app/.env:2:", "api.chatanywhere.tech", "do now", "keyscan:allow["] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    repo.write("app/.env", "DEBUG=1\n").write("other.env", "A=1\n").git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "first"]);

    // What is staged counts, whatever the file says by now, and the file stays as it is.
    repo.write("app/.env", line(2)).git(&["add", "."]);
    repo.write("app/.env", "DEBUG=2\n");
    blocked(&repo, &["commit", "-m", "cleaned behind the index"], 2);
    assert_eq!(fs::read_to_string(repo.top.join("app/.env")).unwrap(), "DEBUG=2\n");
    repo.git(&["add", "."]);
    repo.write("app/.env", line(3));
    repo.git(&["commit", "-q", "-m", "the key is not staged"]);
    assert_eq!(fs::read_to_string(repo.top.join("app/.env")).unwrap(), line(3));

    // Git makes an index for these two.
    blocked(&repo, &["commit", "-a", "-m", "all"], 3);
    blocked(&repo, &["commit", "-m", "one path", "--", "app/.env"], 3);
    repo.git(&["add", "app/.env"]);
    repo.write("other.env", "A=2\n");
    repo.git(&["commit", "-q", "-m", "another path", "--", "other.env"]);
    repo.git(&["restore", "--staged", "--worktree", "app/.env"]);

    // A key that is there already is no news when its file goes away.
    repo.write("old.env", line(4)).git(&["add", "."]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "an old fault"]);
    repo.git(&["rm", "-q", "old.env"]);
    repo.git(&["commit", "-q", "-m", "deleted"]);
    repo.git(&["mv", "other.env", "renamed.env"]);
    repo.git(&["commit", "-q", "-m", "renamed"]);
    repo.git(&["mv", "renamed.env", "again.env"]);
    repo.write("again.env", format!("A=2\n{}", line(5))).git(&["add", "."]);
    blocked(&repo, &["commit", "-m", "renamed and changed"], 5);
    repo.git(&["reset", "-q", "--hard"]);

    merges(&repo);
    linked(repo);
}

/// Merges that stop for somebody to finish them, and merges that do not.
fn merges(repo: &Repo) {
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("renamed.env", "A=3\n").git(&["commit", "-q", "-a", "-m", "side"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("renamed.env", "A=4\n").git(&["commit", "-q", "-a", "-m", "ours"]);
    assert!(!repo.try_git(&["merge", "side"]).ok, "the merge has a conflict");
    repo.write("renamed.env", line(6)).git(&["add", "."]);
    blocked(repo, &["commit", "--no-edit"], 6);
    repo.write("renamed.env", "A=5\n").git(&["add", "."]);
    repo.git(&["commit", "-q", "--no-edit"]);

    repo.git(&["checkout", "-q", "-b", "foreign"]);
    repo.write("foreign.env", line(7)).git(&["add", "."]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "made where no hook runs"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("here.env", "A=1\n").git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "so that there is something to merge"]);
    blocked(repo, &["merge", "--no-edit", "foreign"], 7);
    repo.git(&["merge", "--abort"]);
}

/// Another work tree of the repository.
fn linked(repo: Repo) {
    repo.git(&["worktree", "add", "-q", "../linked", "-b", "linked"]);
    let repo = repo.at("../linked");
    repo.write("key.env", line(8)).git(&["add", "."]);
    blocked(&repo, &["commit", "-m", "linked"], 8);
    repo.write("key.env", line(9));
    blocked(&repo, &["commit", "-a", "-m", "linked, all"], 9);
    repo.write("key.env", "clean\n");
    repo.git(&["commit", "-q", "-a", "-m", "clean"]);
}

/// An empty repository `app` that finds keyscan; `None`, with a line that says so, where there is no git.
fn repository() -> Option<Repo> {
    let outer = Repo::new()?;
    outer.git(&["init", "-q", "-b", "main", "app"]);
    let mut repo = outer.at("app");
    repo.variables.push(("PATH", search_path()));
    Some(repo)
}
