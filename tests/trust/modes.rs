//! Every way to name what is scanned, and every kind of repository.

use super::team::*;
use crate::git::run_git::{Repo, line};
use crate::support::{Tree, keyscan_with};

/// A change with a key behind each trick that is told by its path.
fn stranger(repo: &Repo) {
    repo.write(".keyscanignore", "/vendor/\n*.env\n");
    repo.write("new/a.env", line(2));
    repo.write("b.env", format!("{} # keyscan:allow mine\n", line(3).trim_end()));
}

fn is_caught(repo: &Repo, arguments: &[&str], paths: &[&str]) -> serde_json::Value {
    let run = strict(repo, arguments);
    assert_eq!(run.code, 1, "{arguments:?}: {}", run.errors());
    let report = run.json();
    for path in paths {
        // Which rule it is depends on the endpoints that are read beside it.
        let loud = ["high", "critical"];
        assert!(told_of(&report, path).iter().any(|(_, how)| loud.contains(&how.as_str())), "{arguments:?} {path}");
    }
    the_teams_word_counts(&report);
    report
}

#[test]
fn what_is_staged_and_what_is_named() {
    let Some(repo) = team() else { return };
    stranger(&repo);
    repo.git(&["add", "-A", "-f"]);
    assert_eq!(strict(&repo, &["--staged"]).code, 0, "a plain scan obeys");
    is_caught(&repo, &["--staged", "--trust", "HEAD"], &["new/a.env", "b.env"]);
    is_caught(&repo, &["--staged", "--untrusted"], &["new/a.env", "b.env"]);
    let report = is_caught(&repo, &["--trust", "HEAD", "new/a.env", "b.env", "app"], &["new/a.env", "b.env"]);
    assert!(aside_kinds(&report).contains(&("b.env".to_owned(), "inline-allow".to_owned())));
    repo.write("list", "new/a.env\nb.env\nvendor/fixture.env\napp/other.env\n");
    let report = is_caught(&repo, &["--trust", "HEAD", "--files-from", "list"], &["new/a.env", "b.env"]);
    assert_eq!(report["scan"]["excluded"], 1, "the fixture that the team ignores");

    // From a folder further down, and by an absolute path.
    let folder = repo.at("new");
    is_caught(&folder, &["--trust", "main", ".."], &["new/a.env", "b.env"]);
    is_caught(&folder, &["--trust", "main"], &["new/a.env"]);
    let top = folder.top.parent().unwrap().display().to_string();
    is_caught(&folder, &["--trust", "main", &top], &["new/a.env", "b.env"]);
}

#[test]
fn standard_input_has_no_path() {
    let Some(repo) = team() else { return };
    let input = |arguments: &[&str], text: &str| {
        let all = ["--fail-on", "medium", "--format", "json", "--stdin-filename", "app/other.env", "-"];
        keyscan_with(&repo.top, &[&all, arguments].concat(), text.as_bytes())
    };
    assert_eq!(input(&[], ALLOWED_LINE).code, 0);
    for word in [&["--trust", "main"][..], &["--untrusted"]] {
        let run = input(word, ALLOWED_LINE);
        assert_eq!(run.code, 1, "{word:?}: {}", run.errors());
        assert_eq!(aside_kinds(&run.json()), [("app/other.env".to_owned(), "inline-allow".to_owned())]);
    }
    assert_eq!(input(&["--trust", "main"], &base_url(GATEWAY)).code, 0, "the commit's config holds");
    assert_eq!(input(&["--untrusted"], &base_url(GATEWAY)).code, 1);
}

#[test]
fn a_linked_work_tree_is_the_same_repository() {
    let Some(repo) = team() else { return };
    let folder = Tree::new();
    let linked = folder.path().canonicalize().unwrap().join("linked");
    repo.git(&["worktree", "add", "-q", "-b", "linked", linked.to_str().unwrap(), "main"]);
    let repo = repo.at(linked);
    stranger(&repo);
    repo.commit_at("bad", 2_000);
    for mode in [&[][..], &["--range", "main.."], &["--history"]] {
        is_caught(&repo, &[mode, &["--trust", "main"]].concat(), &["new/a.env", "b.env"]);
    }
}

#[test]
fn longer_ids_and_packed_objects() {
    let Some(repo) = Repo::with(&["--object-format=sha256"]) else { return };
    write_base(&repo);
    repo.commit_at("base", 1_000);
    repo.git(&["checkout", "-q", "-b", "stranger"]);
    stranger(&repo);
    repo.commit_at("bad", 2_000);
    is_caught(&repo, &["--trust", "main"], &["new/a.env", "b.env"]);
    repo.git(&["gc", "-q"]);
    let report = is_caught(&repo, &["--trust", "main", "--range", "main.."], &["new/a.env", "b.env"]);
    assert_eq!(report["scan"]["policy"]["trusted"].as_str().unwrap().len(), 64);
}

#[test]
fn a_bare_repository_has_no_tree_of_its_own() {
    let Some(repo) = team() else { return };
    stranger(&repo);
    repo.commit_at("bad", 2_000);
    let folder = Tree::new();
    let bare = folder.path().canonicalize().unwrap().join("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let bare = repo.at(bare);
    is_caught(&bare, &["--trust", "main", "--range", "main..stranger"], &["new/a.env", "b.env"]);
}

#[test]
fn borrowed_objects_are_followed_where_that_is_asked_for() {
    let Some(repo) = team() else { return };
    stranger(&repo);
    repo.commit_at("bad", 2_000);
    let folder = Tree::new();
    let clone = folder.path().canonicalize().unwrap().join("clone");
    repo.git(&["clone", "-q", "--shared", "-b", "stranger", ".", clone.to_str().unwrap()]);
    let clone = repo.at(clone);
    let run = strict(&clone, &["--trust", "origin/main"]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("--follow-alternates"), "{}", run.errors());
    is_caught(&clone, &["--trust", "origin/main", "--follow-alternates"], &["new/a.env", "b.env"]);
}

#[test]
fn a_commit_does_not_speak_for_repositories_inside() {
    let Some(repo) = team() else { return };
    let Some(library) = Repo::new() else { return };
    library.write(".keyscanignore", "c.env\n").write("c.env", line(4));
    library.write("d.env", format!("{} # keyscan:allow mine\n", line(5).trim_end()));
    library.commit_at("library", 1_000);
    let url = library.top.display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "lib"]);
    repo.commit_at("submodule", 2_000);
    // Nothing in it is vouched for, not even where the commit names the very same version of it.
    for revision in ["main", "HEAD"] {
        let report = is_caught(&repo, &["--trust", revision], &["lib/c.env", "lib/d.env"]);
        let aside: Vec<_> = aside_kinds(&report).into_iter().map(|(path, _)| path).collect();
        assert_eq!(aside, ["lib/.keyscanignore", "lib/d.env"], "{revision}");
        is_caught(
            &repo,
            &["--trust", revision, "--no-baseline", ".", "lib", "--exclude", "/old/"],
            &["lib/c.env", "lib/d.env"],
        );
    }
    // What the team says of the whole folder holds.
    repo.write(".keyscanignore", "/vendor/\n/lib/\n").commit_at("ignored", 3_000);
    assert_eq!(strict(&repo, &["--trust", "HEAD"]).code, 0);
    is_caught(&repo, &["--trust", "HEAD~1"], &["lib/c.env"]);
}

#[test]
fn files_that_are_not_here_vouch_for_nothing() {
    let Some(repo) = team() else { return };
    repo.write(".keyscanignore", "/vendor/\n/more/\n").write("app/other.env", format!("# more\n{ALLOWED_LINE}"));
    repo.commit_at("change", 2_000);
    let blob = |path: &str| repo.git(&["rev-parse", &format!("main:{path}")]).trim().to_owned();
    let [ignore, comment, config] = [".keyscanignore", "app/other.env", ".keyscan.toml"].map(blob);
    let object = |id: &str| repo.top.join(".git/objects").join(&id[..2]).join(&id[2..]);
    // As in a partial clone, of which the other versions were never fetched.
    std::fs::remove_file(object(&ignore)).unwrap();
    std::fs::remove_file(object(&comment)).unwrap();
    let run = strict(&repo, &["--trust", "main"]);
    assert_eq!(run.code, 1, "{}", run.errors());
    let report = run.json();
    assert!(!told_of(&report, "vendor/fixture.env").is_empty() && !told_of(&report, "app/other.env").is_empty());
    let skipped = report["scan"]["skipped"].as_array().unwrap().iter();
    let missing =
        skipped.filter(|skipped| skipped["reason"] == "missing-object").map(|skipped| skipped["path"].clone());
    assert_eq!(missing.collect::<Vec<_>>(), [".keyscanignore", "app/other.env"]);
    std::fs::remove_file(object(&config)).unwrap();
    let run = strict(&repo, &["--trust", "main"]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("main:.keyscan.toml: an object of it is not in this clone"), "{}", run.errors());
}

#[test]
fn long_files_and_archives() {
    let Some(repo) = team() else { return };
    // Of a file that is read in windows the team's comment counts as well.
    let long = |line: &str| format!("{}{line}{}", "# nothing\n".repeat(900_000), "# nothing\n".repeat(900_000));
    repo.git(&["checkout", "-q", "main"]);
    repo.write("app/long.env", long(ALLOWED_LINE)).commit_at("long", 2_000);
    repo.git(&["checkout", "-q", "-B", "stranger"]);
    assert_eq!(strict(&repo, &["--trust", "main"]).code, 0);
    repo.write("app/long.env", long(&ALLOWED_LINE.replace("team-y", "team-evil"))).commit_at("bad", 3_000);
    let run = strict(&repo, &["--trust", "main"]);
    assert_eq!(run.code, 1, "{}", run.errors());
    assert_eq!(aside_kinds(&run.json()), [("app/long.env".to_owned(), "inline-allow".to_owned())]);
}
