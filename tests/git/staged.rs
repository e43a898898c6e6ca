//! `--staged`: what would be committed, as git's own hooks see it.

use std::fs;

use super::run_git::{Repo, key, line, places, plain};

#[test]
fn the_index_is_read_and_not_the_work_tree() {
    let Some(repo) = Repo::new() else { return };
    repo.write("kept.txt", "nothing\n").write(".gitignore", "dist/\n*.log\n").commit("first");
    repo.write("cleaned.env", line(1)).write("dist/app.js", line(2)).git(&["add", "-f", "."]);
    // What follows is not staged.
    repo.write("cleaned.env", "OPENAI_API_KEY=\n").write("kept.txt", line(3)).write("new.txt", line(4));
    fs::remove_file(repo.top.join("dist/app.js")).unwrap();
    let report = repo.report(&["--staged"]);
    assert_eq!(plain(&places(&report)), [("cleaned.env", "staged"), ("dist/app.js", "staged")]);
    assert_eq!(report["scan"]["mode"], "staged");
    assert_eq!(report["scan"]["files"], 2);
    assert_eq!(report["scan"]["bytes"], 2 * line(1).len());

    // Once committed it is no more staged, whatever the ignore file says now.
    repo.git(&["commit", "-q", "-m", "second"]);
    let nothing = repo.keyscan(&["--staged"]);
    assert_eq!(nothing.code, 0, "{}", nothing.errors());
    assert!(nothing.text().contains("0 files"), "{}", nothing.text());
    repo.write("kept.log", line(5)).git(&["add", "-f", "kept.log"]);
    repo.write(".gitignore", "*\n");
    assert_eq!(plain(&places(&repo.report(&["--staged"]))), [("kept.log", "staged")]);
}

#[test]
fn paths_globs_and_ignore_files_choose_what_is_read() {
    let Some(repo) = Repo::new() else { return };
    for (seed, path) in ["a/one.env", "a/two.env", "b/one.env", "b/deep/three.env"].into_iter().enumerate() {
        repo.write(path, line(seed as u64));
    }
    repo.git(&["add", "-A"]);
    fs::remove_dir_all(repo.top.join("a")).unwrap();
    let read = |arguments: &[&str]| {
        let report = repo.report(&[&["--staged"], arguments].concat());
        let paths: Vec<String> = places(&report).into_iter().map(|(path, _)| path).collect();
        (paths, report["scan"]["excluded"].as_u64().unwrap())
    };
    let all = ["a/one.env", "a/two.env", "b/deep/three.env", "b/one.env"];
    assert_eq!(read(&[]).0, all);
    assert_eq!(read(&["."]).0, all);
    assert_eq!(read(&["a"]).0, all[..2], "a folder that is only in the index");
    assert_eq!(read(&["a/two.env", "b/deep"]).0, [all[1], all[2]]);
    assert_eq!(read(&["--exclude", "one.env"]), (vec![all[1].to_owned(), all[2].to_owned()], 2));
    assert_eq!(read(&["--include", "b/deep"]).0, [all[2]]);
    repo.write("b/.keyscanignore", "deep/\n");
    assert_eq!(read(&["b"]), (vec![all[3].to_owned()], 1));

    // The policy of the repository holds for what is no longer there, too.
    repo.write(".keyscan.toml", "");
    let policy = repo.keyscan(&["--staged", "-v", "a/one.env"]);
    assert!(policy.errors().contains(".keyscan.toml"), "{}", policy.errors());

    let missing = repo.keyscan(&["--staged", "b/four.env"]);
    assert_eq!(missing.code, 2);
    assert!(missing.errors().contains("no such file or folder: b/four.env"), "{}", missing.errors());
    let large = repo.keyscan(&["--staged", "--max-file-size", "10", "-f", "json", "a"]).json();
    assert_eq!(large["scan"]["skipped"][0]["path"], "a/one.env");
    assert_eq!(large["scan"]["skipped"][0]["reason"], "too-large");
}

#[test]
fn every_kind_of_entry_is_read_as_what_it_is() {
    let Some(repo) = Repo::new() else { return };
    repo.write("both.env", "base\n").write("gone/deep/x.txt", "x\n").write("sub/a.txt", "x\n").commit("base");
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.write("both.env", line(1)).commit("theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("both.env", "ours\n").commit("ours");
    assert!(!repo.try_git(&["merge", "other"]).ok, "the merge has a conflict");
    assert_eq!(plain(&places(&repo.report(&["--staged"]))), [("both.env", "staged")], "the other side of a conflict");
    repo.git(&["merge", "--abort"]);

    // What is only promised has no content yet; a submodule's content is its own.
    repo.write("promised.env", line(2)).git(&["add", "-N", "promised.env"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},module", repo.head())]);
    let report = repo.report(&["--staged"]);
    assert_eq!(report["scan"]["files"], 0, "{report}");

    // The text of a link, and a file that is not checked out.
    let id = repo.git(&["rev-parse", "other:both.env"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("120000,{},link", id.trim())]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},sub/b.env", id.trim())]);
    repo.git(&["update-index", "--skip-worktree", "sub/b.env"]);
    assert_eq!(plain(&places(&repo.report(&["--staged"]))), [("link", "staged"), ("sub/b.env", "staged")]);
}

#[test]
fn folders_that_stand_as_a_whole_are_read_where_they_differ() {
    let Some(repo) = Repo::new() else { return };
    for folder in ["in", "out/deep", "out/other"] {
        repo.write(&format!("{folder}/a.txt"), folder);
    }
    repo.commit("first");
    repo.git(&["checkout", "-q", "-b", "next"]);
    repo.write("out/deep/new.env", line(1)).commit("second");
    let cone = repo.try_git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    if !cone.ok || !repo.git(&["ls-files", "--sparse"]).lines().any(|line| line == "out/") {
        println!("skipped: this git has no sparse index");
        return;
    }
    assert_eq!(repo.report(&["--staged"])["scan"]["files"], 0);
    repo.git(&["reset", "-q", "--soft", "main"]);
    assert!(repo.git(&["ls-files", "--sparse"]).lines().any(|line| line == "out/"));
    assert_eq!(plain(&places(&repo.report(&["--staged"]))), [("out/deep/new.env", "staged")]);
}

#[test]
fn an_index_without_remembered_trees_says_the_same() {
    let Some(repo) = Repo::new() else { return };
    for at in 0..40 {
        repo.write(&format!("d{}/e{}/f{at}.txt", at % 3, at % 5), format!("{at}\n"));
    }
    repo.write("d0.txt", "between\n").write("d0-x/a", "between\n").commit("first");
    repo.write("d1/e2/f7.txt", line(1)).write("d0.txt", line(2)).write("d0/z/new.env", line(3));
    repo.git(&["add", "-A"]);
    let with = repo.report(&["--staged"]);
    assert_eq!(with["scan"]["files"], 3);
    // An index that is read in anew from a list remembers nothing.
    let list = repo.git(&["ls-files", "-s"]);
    let other = repo.top.join(".git/other-index");
    fs::write(repo.top.join("list"), list).unwrap();
    let script = "GIT_INDEX_FILE=.git/other-index git update-index --index-info < list";
    if !std::process::Command::new("sh").args(["-c", script]).current_dir(&repo.top).status().is_ok_and(|s| s.success())
    {
        println!("skipped: no shell");
        return;
    }
    assert!(!fs::read(&other).unwrap().windows(4).any(|bytes| bytes == b"TREE"));
    let without = repo.report_with(&["--staged"], &[("GIT_INDEX_FILE", ".git/other-index")]);
    assert_eq!(with["findings"], without["findings"]);
    assert_eq!(without["scan"]["files"], 3);
}

#[test]
fn ids_of_either_length_are_read() {
    let Some(repo) = Repo::with(&["--object-format=sha256"]) else { return };
    repo.write("a/one.txt", "one\n").commit("first");
    repo.write("a/two.env", line(1)).git(&["add", "."]);
    let report = repo.report(&["--staged"]);
    assert_eq!(plain(&places(&report)), [("a/two.env", "staged")]);
    assert_eq!(report["scan"]["files"], 1);
    repo.commit("second");
    assert_eq!(plain(&places(&repo.report(&["--range", "HEAD~1..HEAD"]))), [("a/two.env", "tracked")]);
}

#[test]
fn what_is_missing_or_damaged_is_named() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.env", line(1)).write("b.env", line(2)).write("c.env", line(3)).git(&["add", "."]);
    let object = |path: &str| {
        let id = repo.git(&["rev-parse", &format!(":{path}")]);
        repo.top.join(".git/objects").join(&id[..2]).join(id[2..].trim())
    };
    fs::remove_file(object("a.env")).unwrap();
    let damaged = object("b.env");
    fs::remove_file(&damaged).unwrap();
    fs::write(&damaged, b"no object").unwrap();
    let run = repo.keyscan(&["--staged", "-f", "json", "--fail-on", "never"]);
    assert_eq!(run.code, 3, "{}", run.errors());
    let report = run.json();
    let skipped: Vec<(&str, &str)> = report["scan"]["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|skipped| (skipped["path"].as_str().unwrap(), skipped["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(skipped, [("a.env", "missing-object"), ("b.env", "damaged-object")]);
    assert_eq!(plain(&places(&report)), [("c.env", "staged")]);

    fs::write(repo.top.join(".git/index"), b"DIRC nonsense").unwrap();
    let run = repo.keyscan(&["--staged", "-f", "json"]);
    assert_eq!(run.code, 3);
    assert_eq!(run.json()["scan"]["skipped"][0]["path"], ".git/index");
}

#[test]
fn an_index_made_to_end_the_program_is_only_unreadable() {
    let Some(repo) = Repo::new() else { return };
    repo.write("key.env", line(1));
    let head = [b"DIRC".as_slice(), &2_u32.to_be_bytes(), &0_u32.to_be_bytes()].concat();
    let trees = b"\0-1 1\n".repeat(200_000);
    let cache = [[1; 1 + 76 + 40 + 1].as_slice(), b"\0\x05", &b"\x00\x01d\0".repeat(200_000), b"\0"].concat();
    for (signature, extension) in [(b"TREE", &trees), (b"UNTR", &cache)] {
        let length = u32::try_from(extension.len()).unwrap().to_be_bytes();
        let index = [head.as_slice(), signature, &length, extension, &[0; 20]].concat();
        fs::write(repo.top.join(".git/index"), index).unwrap();
        for arguments in [&["--staged"][..], &["."], &["--history"]] {
            let run = repo.keyscan(&[&["-f", "json", "--fail-on", "never"], arguments].concat());
            assert_eq!(run.code, 3, "{arguments:?}: {}", run.errors());
            assert_eq!(run.json()["scan"]["skipped"][0]["path"], ".git/index");
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let Some(repo) = Repo::new() else { return };
    let refused = |arguments: &[&str], reason: &str| {
        let run = repo.keyscan(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.errors());
        assert!(run.errors().contains(reason), "{arguments:?}: {}", run.errors());
        assert_eq!(run.text(), "");
    };
    refused(&["--staged", "-"], "--staged reads a repository, not standard input");
    refused(&["--history", "-"], "--history reads a repository, not standard input");
    refused(&["--staged", "--files-from", "list"], "--staged and --files-from contradict each other");
    refused(&["--range", "a..b", "--no-ignore"], "--range and --no-ignore contradict each other");
    refused(&["--since", "a", "--assume-committed"], "--since and --assume-committed contradict each other");
    refused(&["--staged", "--history"], "cannot be used with");
    refused(&["--staged", ".."], "not in a git repository: ..");
    let run = repo.keyscan_with(&["--staged"], &[("GIT_DIR", "nowhere")]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("GIT_DIR names no git repository: nowhere"), "{}", run.errors());
    let bare = repo.at(".git");
    let run = bare.keyscan(&["--staged"]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("not in a git work tree: ."), "{}", run.errors());
}

#[test]
fn several_repositories_and_their_services() {
    let Some(repo) = Repo::new() else { return };
    repo.git(&["init", "-q", "one"]);
    repo.git(&["init", "-q", "two"]);
    repo.write("one/api/package.json", "{}").write("one/api/src/.env", line(1)).write("two/.env", line(2));
    let repo = repo.at("one");
    repo.git(&["add", "-A", "-f"]);
    let repo = repo.at("../two");
    repo.git(&["add", "-A", "-f"]);
    let repo = repo.at("..");
    let report = repo.report(&["--staged", "one", "two"]);
    assert_eq!(plain(&places(&report)), [(".env", "staged"), ("api/src/.env", "staged")]);
    let text = report.to_string();
    assert!(text.contains("\"service\":\"api\""), "{text}");
    let roots: Vec<&str> =
        report["scan"]["roots"].as_array().unwrap().iter().map(|r| r["path"].as_str().unwrap()).collect();
    assert_eq!(roots, ["one", "two"]);
}

/// A commit that the hook must stop because of one key.
#[cfg(unix)]
#[track_caller]
fn blocked(repo: &Repo, arguments: &[&str], seed: u64) {
    let before = repo.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).text;
    let done = repo.try_git(arguments);
    let said = format!("{}{}", done.text, done.errors);
    assert!(!done.ok, "git {arguments:?} went through: {said}");
    let end = &key(seed)[key(seed).len() - 4..];
    assert!(said.contains("exposed-key") && said.contains(&format!("…{end}")), "{said}");
    assert!(!said.contains(&key(seed)), "the whole key was printed");
    assert_eq!(before, repo.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).text);
}

#[cfg(unix)]
#[test]
fn a_hook_stops_every_way_to_commit_a_key() {
    let Some(repo) = Repo::new() else { return };
    repo.hook();
    // The first commit of all: there is no HEAD to compare with.
    repo.write("first.env", line(1)).git(&["add", "."]);
    blocked(&repo, &["commit", "-m", "first"], 1);
    repo.write("first.env", "nothing\n").write("second.env", "nothing\n").git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "first"]);

    // Git makes an index for this one commit.
    repo.write("first.env", line(2));
    blocked(&repo, &["commit", "-a", "-m", "all"], 2);
    blocked(&repo, &["commit", "-m", "one path", "--", "first.env"], 2);
    // A key that lies only in the work tree is not committed, and stops nothing.
    repo.write("second.env", "something\n");
    repo.git(&["commit", "-q", "-m", "the other path", "--", "second.env"]);
    // Nor does one that is staged when only another path is committed.
    repo.git(&["add", "first.env"]);
    repo.write("second.env", "something else\n");
    repo.git(&["commit", "-q", "-m", "again the other path", "--", "second.env"]);
    blocked(&repo, &["commit", "-m", "what was staged"], 2);
    // The work tree may say something else.
    repo.write("first.env", "nothing\n");
    blocked(&repo, &["commit", "-m", "staged, cleaned behind it"], 2);
    repo.git(&["add", "first.env"]);

    repo.write("third.env", line(3)).git(&["add", "third.env"]);
    blocked(&repo, &["commit", "--amend", "--no-edit"], 3);
    repo.git(&["rm", "-q", "-f", "third.env"]);
    repo.write(".gitignore", "dist/\n").write("dist/bundle.js", line(4));
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "-m", "ignored"]);
    repo.git(&["add", "-f", "dist/bundle.js"]);
    blocked(&repo, &["commit", "-m", "forced"], 4);

    // From a folder below the top the hook still runs at the top.
    let below = repo.at("dist");
    blocked(&below, &["commit", "-m", "from below"], 4);
}

#[cfg(unix)]
#[test]
fn a_hook_stops_keys_in_linked_work_trees_and_submodules() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", "a\n").commit("first");
    repo.hook();
    repo.git(&["worktree", "add", "-q", "linked", "-b", "branch"]);
    let repo = repo.at("linked");
    repo.write("key.env", line(1)).git(&["add", "."]);
    blocked(&repo, &["commit", "-m", "linked"], 1);
    repo.write("key.env", line(2));
    blocked(&repo, &["commit", "-a", "-m", "linked, all"], 2);
    repo.write("key.env", "clean\n");
    repo.git(&["commit", "-q", "-a", "-m", "clean"]);
    // The other work tree has an index of its own.
    let repo = repo.at("..");
    assert_eq!(repo.report(&["--staged"])["scan"]["files"], 0);

    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "./.git", "module"]);
    let hook = fs::read(repo.top.join(".git/hooks/pre-commit")).unwrap();
    let hooks = repo.top.join(".git/modules/module/hooks");
    fs::create_dir_all(&hooks).unwrap();
    fs::copy(repo.top.join(".git/hooks/pre-commit"), hooks.join("pre-commit")).unwrap();
    assert!(!hook.is_empty());
    let module = repo.at("module");
    module.write("key.env", line(3)).git(&["add", "."]);
    blocked(&module, &["commit", "-m", "module"], 3);
}
