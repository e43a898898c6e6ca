//! Where the hook goes: to the place that git looks at, and to nobody else's.

use std::fs;

use super::{files, init, init_with, refused};
use crate::git::run_git::Repo;
use crate::support::Tree;

/// A hook that a team wrote.
const FOREIGN: &str = "#!/bin/sh\nnpm test\n";

#[cfg(unix)]
#[test]
fn it_is_a_program() {
    use std::os::unix::fs::PermissionsExt;

    let Some(repo) = Repo::new() else { return };
    let hook = repo.top.join(".git/hooks/pre-commit");
    let mode = || fs::metadata(&hook).unwrap().permissions().mode() & 0o777;
    assert_eq!(init(&repo, &["--hook"]).code, 0);
    assert_eq!(mode(), 0o755);
    // Git passes over a hook that cannot be run, so that is not as it should be.
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&init(&repo, &["--hook"]), &["--force"]);
    assert_eq!(init(&repo, &["--hook", "--force"]).code, 0);
    assert_eq!(mode(), 0o755);
}

#[test]
fn a_hook_of_somebody_else_is_never_replaced() {
    let Some(repo) = Repo::new() else { return };
    repo.write(".git/hooks/pre-commit", FOREIGN);
    let hook = || fs::read_to_string(repo.top.join(".git/hooks/pre-commit")).unwrap();
    for (arguments, code) in [(&["--hook"][..], 2), (&["--hook", "--force"], 2), (&["--hook", "--yes"], 2), (&[], 0)] {
        let run = init(&repo, arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.errors());
        assert!(run.text().contains("\nkeyscan --staged || exit $?\n"), "{}", run.text());
        assert_eq!(hook(), FOREIGN);
    }
    // Once the line is there all is well.
    repo.write(".git/hooks/pre-commit", FOREIGN.replace("npm", "keyscan --staged || exit $?\nnpm"));
    let run = init(&repo, &["--hook"]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert!(run.text().contains("names keyscan already"), "{}", run.text());
    // One that an earlier version wrote is replaced like any file.
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\n# Written by `keyscan init`: old\nkeyscan\n");
    refused(&init(&repo, &["--hook"]), &[".git/hooks/pre-commit is there already"]);
    assert_eq!(init(&repo, &["--hook", "--force"]).code, 0);
    assert!(hook().contains("keyscan --staged"));
}

#[test]
fn it_goes_where_git_looks_for_it() {
    let Some(repo) = Repo::new() else { return };
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    let run = init(&repo, &["--hook"]);
    assert!(run.text().contains("wrote tools/hooks/pre-commit"), "{}", run.text());
    assert_eq!(files(&repo.top), ["tools/hooks/pre-commit"]);

    // What holds for all repositories of a user is not one repository's to change.
    let Some(repo) = Repo::new() else { return };
    let home = Tree::one("hooks/other", "");
    for (setting, said) in [
        ("~/hooks", "hooks/pre-commit"),
        ("../elsewhere", "pre-commit"),
        ("a/../../elsewhere", "pre-commit"),
        ("", "leads out"),
        ("/dev/null", "turns all hooks off"),
    ] {
        home.write(".gitconfig", format!("[core]\n\thooksPath = \"{setting}\"\n"));
        let run = init_with(&repo, &["--hook"], &[("HOME", home.path().to_str().unwrap())]);
        assert_eq!(run.code, 2, "{setting}: {}", run.text());
        assert!(run.text().contains("core.hooksPath") && run.text().contains(said), "{setting}: {}", run.text());
        assert_eq!(files(&repo.top), [""; 0], "{setting}");
    }
    assert_eq!(files(home.path()), [".gitconfig", "hooks/other"]);
    // The repository's own word is the last.
    repo.git(&["config", "core.hooksPath", ".git/hooks"]);
    let run = init_with(&repo, &["--hook"], &[("HOME", home.path().to_str().unwrap())]);
    assert_eq!(run.code, 0, "{}", run.text());
    assert_eq!(files(&repo.top), [".git/hooks/pre-commit"]);
}

#[test]
fn all_work_trees_share_it() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", "a\n").commit("first");
    repo.git(&["worktree", "add", "-q", "linked"]);
    let linked = repo.at("linked");
    let run = init(&linked, &[]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert!(linked.top.join(".keyscan.toml").is_file());
    // A work tree may have a folder of its own for them.
    linked.git(&["config", "extensions.worktreeConfig", "true"]);
    linked.git(&["config", "--worktree", "core.hooksPath", "own"]);
    assert_eq!(init(&linked, &["--hook"]).code, 0);
    assert!(linked.top.join("own/pre-commit").is_file());
    linked.git(&["config", "extensions.worktreeConfig", "false"]);
    assert!(init(&linked, &["--hook"]).text().contains(".git/hooks/pre-commit is as it should be already"));
    let repo = linked.at("..");
    assert!(repo.top.join(".git/hooks/pre-commit").is_file());
    assert!(!repo.top.join(".keyscan.toml").exists());
}

#[test]
fn programs_that_look_after_hooks_keep_theirs() {
    for (file, lines) in [
        (".pre-commit-config.yaml", "  - repo: local\n"),
        ("lefthook.yml", "pre-commit:\n  jobs:\n"),
        (".config/lefthook.yml", "pre-commit:\n  jobs:\n"),
        (".husky/pre-commit", "keyscan --staged"),
    ] {
        let Some(repo) = Repo::new() else { return };
        repo.write(file, "a: 1\n");
        let run = init(&repo, &["--hook"]);
        assert_eq!(run.code, 0, "{file}: {}", run.errors());
        assert!(run.text().contains(&format!("Add to {file}")) && run.text().contains(lines), "{}", run.text());
        assert_eq!(files(&repo.top), [file], "no hook beside it");
        repo.write(file, "run: keyscan --staged\n");
        assert!(init(&repo, &["--hook"]).text().contains("names keyscan already"));
    }
}
