//! `keyscan init`: what it writes, and what it leaves alone.

mod hook;
mod templates;

use std::fs;
use std::path::Path;

use crate::git::run_git::Repo;
use crate::support::{Run, Tree, keyscan};

/// A file of this repository.
fn template(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/init/files").join(name)).unwrap()
}

/// Runs `keyscan init` in a repository, away from the settings of this machine. Nobody sits at a terminal.
fn init(repo: &Repo, arguments: &[&str]) -> Run {
    init_with(repo, arguments, &[])
}

fn init_with(repo: &Repo, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let usual = [("GIT_CONFIG_NOSYSTEM", "1")];
    repo.keyscan_with(&[&["init"], arguments].concat(), &[&usual[..], variables].concat())
}

/// Everything below a folder, without what git made.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && !entry.is_symlink() {
                folders.push(entry);
            } else {
                found.push(entry.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.retain(|name| !name.starts_with(".git/") || name.contains("hooks/") && !name.ends_with(".sample"));
    found.sort();
    found
}

#[track_caller]
fn refused(run: &Run, reasons: &[&str]) {
    assert_eq!(run.code, 2, "{}{}", run.text(), run.errors());
    for reason in reasons {
        assert!(run.errors().contains(reason), "{reason} is not in: {}", run.errors());
    }
}

#[test]
fn it_writes_what_fits_the_place_and_says_so() {
    let tree = Tree::new();
    let run = keyscan(tree.path(), &["init"]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert_eq!(files(tree.path()), [".keyscan.toml"], "there is no git here");
    assert!(run.text().contains("wrote .keyscan.toml") && run.text().contains("Next: "), "{}", run.text());

    let Some(repo) = Repo::new() else { return };
    assert_eq!(init(&repo, &[]).code, 0);
    assert_eq!(files(&repo.top), [".git/hooks/pre-commit", ".keyscan.toml"]);

    let Some(repo) = Repo::new() else { return };
    repo.git(&["remote", "add", "origin", "git@github.com:team/app.git"]);
    repo.write("deep/down/a.txt", "a\n");
    let run = init(&repo, &["deep/down"]);
    let all = [".git/hooks/pre-commit", ".github/workflows/keyscan.yml", ".keyscan.toml"];
    assert_eq!(run.text().matches("wrote ").count(), 3, "{}", run.text());
    assert_eq!(files(&repo.top), [&all[..], &["deep/down/a.txt"]].concat(), "it all belongs to the top");
    // Again: nothing is left to do, and nothing is said about a next step.
    let run = init(&repo, &[]);
    assert_eq!((run.code, run.text().matches("is as it should be already").count()), (0, 3), "{}", run.text());
    assert!(!run.text().contains("Next: "));

    let Some(repo) = Repo::new() else { return };
    repo.write(".gitlab-ci.yml", "stages: [test]\n");
    let run = init(&repo, &[]);
    assert!(run.text().contains("Add to .gitlab-ci.yml:\n\nkeyscan:\n"), "{}", run.text());
    assert_eq!(fs::read_to_string(repo.top.join(".gitlab-ci.yml")).unwrap(), "stages: [test]\n");
    repo.write(".gitlab-ci.yml", run.text().split_once(".gitlab-ci.yml:\n\n").unwrap().1);
    assert!(init(&repo, &["--ci", "gitlab"]).text().contains("names keyscan already"));

    refused(&keyscan(tree.path(), &["init", "--hook"]), &["in no git work tree"]);
    refused(&keyscan(tree.path(), &["init", "nowhere"]), &["no such folder: nowhere"]);
    refused(&keyscan(tree.path(), &["init", "--ci", "jenkins"]), &["github"]);
    refused(&keyscan(tree.path(), &["init", "--yes", "--force"]), &["--force"]);
}

#[test]
fn what_is_there_already_stays_until_somebody_says_otherwise() {
    let Some(repo) = Repo::new() else { return };
    let own = "[endpoints]\nallow = [\"llm.example.com\"]\n";
    repo.write(".keyscan.toml", own).write(".github/workflows/keyscan.yml", "on: push\n");
    let text = |path: &str| fs::read_to_string(repo.top.join(path)).unwrap();

    // One file in the way, and none is written.
    refused(
        &init(&repo, &["--config", "--hook"]),
        &[".keyscan.toml is there already", "--force", "nothing was written"],
    );
    assert_eq!(files(&repo.top), [".github/workflows/keyscan.yml", ".keyscan.toml"]);
    refused(&init(&repo, &["--ci", "github"]), &[".github/workflows/keyscan.yml is there already"]);

    // Without a flag, and with --yes, what is missing is written and the rest is left.
    let run = init(&repo, &[]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert_eq!(run.text().matches("was left as it is; --force replaces it").count(), 2, "{}", run.text());
    assert_eq!(init(&repo, &["--config", "--yes"]).code, 0);
    assert_eq!(
        (text(".keyscan.toml"), text(".github/workflows/keyscan.yml")),
        (own.to_owned(), "on: push\n".to_owned())
    );
    assert!(repo.top.join(".git/hooks/pre-commit").exists());

    let run = init(&repo, &["--force"]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert_eq!(text(".keyscan.toml"), template("keyscan.toml"));
    assert!(text(".github/workflows/keyscan.yml").starts_with("# Written by"));
    assert_eq!(files(&repo.top).len(), 3, "no file of a work in progress is left");
}

#[cfg(unix)]
#[test]
fn no_link_leads_it_away() {
    use std::os::unix::fs::symlink;

    let Some(repo) = Repo::new() else { return };
    let outside = Tree::one("kept.txt", "kept\n");
    fs::remove_dir_all(repo.top.join(".git/hooks")).unwrap();
    symlink(outside.path(), repo.top.join(".git/hooks")).unwrap();
    refused(&init(&repo, &["--hook"]), &[".git/hooks is a symbolic link that leads out of the repository"]);
    symlink(outside.path(), repo.top.join(".github")).unwrap();
    refused(&init(&repo, &["--ci", "github", "--force"]), &[".github is a symbolic link"]);
    for target in ["kept.txt", "new.txt"] {
        let _ = fs::remove_file(repo.top.join(".keyscan.toml"));
        symlink(outside.at(target), repo.top.join(".keyscan.toml")).unwrap();
        refused(&init(&repo, &["--config", "--force"]), &[".keyscan.toml: it is a symbolic link"]);
    }
    refused(&init(&repo, &["--force"]), &["symbolic link"]);
    assert_eq!(files(outside.path()), ["kept.txt"]);
    assert_eq!(fs::read_to_string(outside.at("kept.txt")).unwrap(), "kept\n");

    // A link that stays inside is the repository's own affair.
    fs::remove_file(repo.top.join(".git/hooks")).unwrap();
    fs::create_dir(repo.top.join(".git/shared")).unwrap();
    symlink("shared", repo.top.join(".git/hooks")).unwrap();
    assert_eq!(init(&repo, &["--hook"]).code, 0);
    assert!(repo.top.join(".git/shared/pre-commit").is_file());

    // Nor does a link in the place of a whole repository.
    let other = Repo::new().unwrap();
    fs::remove_dir_all(repo.top.join(".git")).unwrap();
    symlink(other.top.join(".git"), repo.top.join(".git")).unwrap();
    let run = init(&repo, &["--hook"]);
    assert_eq!(run.code, 2);
    assert!(run.text().contains(".git is a symbolic link"), "{}", run.text());
    assert!(!other.top.join(".git/hooks/pre-commit").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_cannot_speak_to_the_terminal() {
    let tree = Tree::one("\u{1b}[31mred/a.txt", "a");
    let run = keyscan(tree.path(), &["init", "\u{1b}[31mred"]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert!(run.text().contains("\\u{1b}[31mred/.keyscan.toml"), "{}", run.text());
    assert!(!run.text().contains('\u{1b}'));
}
