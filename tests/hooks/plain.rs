//! The hook that `keyscan init` writes.

use std::fs;

use super::{every_way_to_commit, repository};

#[test]
fn it_stops_every_way_to_commit_a_key() {
    let Some(repo) = repository() else { return };
    let run = repo.keyscan(&["init", "--hook"]);
    assert_eq!(run.code, 0, "{}", run.errors());
    // Git has a hook of its own for merges that nobody has to finish.
    let hooks = repo.top.join(".git/hooks");
    fs::copy(hooks.join("pre-commit"), hooks.join("pre-merge-commit")).unwrap();
    every_way_to_commit(repo);
}

#[test]
fn without_keyscan_nothing_is_committed() {
    let Some(mut repo) = repository() else { return };
    repo.keyscan(&["init", "--hook"]);
    repo.write("a.txt", "a\n").git(&["add", "."]);
    repo.variables = vec![("HOME", repo.top.clone().into_os_string())];
    let done = repo.try_git(&["commit", "-m", "nobody looked"]);
    if done.ok {
        println!("skipped: keyscan is installed on this machine");
        return;
    }
    assert!(done.errors.contains("keyscan is not installed here"), "{}", done.errors);
    assert!(!done.errors.contains("no-verify"));
}
