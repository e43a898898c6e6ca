//! `--range` and `--since`: what commits bring in, and revisions as git writes them.

use std::fs;

use serde_json::Value;

use super::run_git::{Repo, line, places, plain};
use crate::support::{findings, occurrences};

/// Path, exposure, first digits of the commit and author of every place of a key, sorted.
fn told(report: &Value) -> Vec<(String, String, String, String)> {
    let places = findings(report).iter().filter(|finding| !finding["key"].is_null()).flat_map(occurrences);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told: Vec<_> = places
        .map(|place| (text(&place["path"]), text(&place["exposure"]), text(&place["commit"]), text(&place["author"])))
        .collect();
    told.sort();
    told
}

#[test]
fn each_commit_is_told_by_what_it_brings_in() {
    let Some(repo) = Repo::new() else { return };
    repo.write("before.env", line(1)).commit_at("before", 1_000);
    repo.git(&["tag", "start"]);
    let kept = repo.write("kept.env", line(2)).commit_at("kept", 2_000);
    let gone = repo.write("gone.env", line(3)).commit_at("gone", 3_000);
    let moved = repo.write("a/old.env", line(4)).commit_at("moved", 4_000);
    fs::remove_file(repo.top.join("gone.env")).unwrap();
    repo.git(&["mv", "a/old.env", "new.env"]);
    repo.write(".mailmap", "Ada Real <ada@example.com>\n");
    let last = repo.commit_at("last", 5_000);
    let said = repo.commit_at(&format!("subject\n\nthe key is {}", line(5)), 6_000);

    let report = repo.report(&["--range", "start..HEAD"]);
    let ada = "Ada Real".to_owned();
    let message = format!(".git/objects/{}/{}", &said[..2], &said[2..]);
    let mut expected = vec![
        (message, "history".to_owned(), said.clone(), ada.clone()),
        ("a/old.env".to_owned(), "history".to_owned(), moved, ada.clone()),
        ("gone.env".to_owned(), "history".to_owned(), gone, ada.clone()),
        ("kept.env".to_owned(), "tracked".to_owned(), kept, ada.clone()),
        ("new.env".to_owned(), "tracked".to_owned(), last, ada),
    ];
    expected.sort();
    assert_eq!(told(&report), expected);
    assert_eq!((&report["scan"]["mode"], &report["scan"]["commits"]), (&"range".into(), &5.into()));
    // Two files stand at two paths, each read once; the mailmap is one, too.
    assert_eq!(report["scan"]["files"], 4);
    let human = repo.keyscan(&["--range", "start..HEAD"]);
    assert!(human.text().contains(&format!("message of commit {}:3", &said[..10])), "{}", human.text());

    // The same commits, however the ends are written.
    for arguments in [
        ["--range", "start.."],
        ["--range", "HEAD~5..@"],
        ["--range", "start^{}..main"],
        ["--range", "start^{commit}..refs/heads/main"],
        ["--range", "main@{5}..HEAD@{0}"],
        ["--since", "start"],
        ["--since", "@{5}"],
        ["--since", "@1600002000"],
        ["--since", "2020-09-13T13:00:00Z"],
    ] {
        assert_eq!(told(&repo.report(&arguments)), expected, "{arguments:?}");
    }
    let id = repo.git(&["rev-parse", "start"]);
    assert_eq!(told(&repo.report(&["--since", id.trim()])), expected);
    assert_eq!(told(&repo.report(&["--since", &id[..8]])), expected);
    assert_eq!(repo.report(&["--since", "2 weeks ago"])["scan"]["commits"], 0);
    let everything = repo.report(&["--range", &format!("{}..HEAD", "0".repeat(40))]);
    assert_eq!((everything["scan"]["commits"].as_u64(), told(&everything).len()), (Some(6), 6));
    assert_eq!(repo.report(&["--range", "HEAD..start"])["scan"]["commits"], 0);
    // Paths choose files.
    assert_eq!(told(&repo.report(&["--range", "start..", "a"])).len(), 2, "the folder, and the message");
    let one = repo.report(&["-j", "1", "--range", "start.."]);
    assert_eq!(one["findings"], report["findings"]);
}

#[test]
fn merges_are_compared_with_every_parent() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", "a\n").commit_at("base", 1_000);
    for (at, name) in ["one", "two", "three"].into_iter().enumerate() {
        repo.git(&["checkout", "-q", "-b", name, "main"]);
        repo.write(&format!("{name}.env"), line(at as u64)).commit_at(name, 2_000 + at as i64);
    }
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "one", "two", "three"]);
    let evil = repo.write("evil.env", line(9)).commit_at("octopus", 3_000);
    assert_eq!(repo.git(&["rev-list", "--parents", "-1", "HEAD"]).split(' ').count(), 5);

    let report = repo.report(&["--range", "main~1..main"]);
    let paths: Vec<String> = told(&report).into_iter().map(|(path, ..)| path).collect();
    assert_eq!(paths, ["evil.env", "one.env", "three.env", "two.env"]);
    // From the last branch on, the others are new, and so is what the merge slipped in.
    let told_from = |range: &str| told(&repo.report(&["--range", range]));
    assert_eq!(told_from("three..main").len(), 3);
    let merge = told_from("main^2..main^4");
    assert_eq!(merge.iter().map(|place| place.0.as_str()).collect::<Vec<_>>(), ["three.env"]);
    let both = told_from("one...two");
    assert_eq!(both.iter().map(|place| place.0.as_str()).collect::<Vec<_>>(), ["one.env", "two.env"]);
    assert_eq!(told_from("one..two").len(), 1);
    let merged = told_from("main~1..main").into_iter().find(|place| place.0 == "evil.env").unwrap();
    assert_eq!(merged.2, evil);
}

#[test]
fn clocks_that_went_wrong_hide_no_commit() {
    let Some(repo) = Repo::new() else { return };
    repo.commit_at("base", 9_000_000);
    repo.git(&["branch", "from"]);
    let mut keys = Vec::new();
    for at in 0..6_u64 {
        repo.write(&format!("{at}.env"), line(at));
        repo.commit_at("jumps", if at % 2 == 0 { 1_000 } else { 8_000_000 + at as i64 * 1_000_000 });
        keys.push((format!("{at}.env"), "tracked".to_owned()));
    }
    let report = repo.report(&["--range", "from..main"]);
    assert_eq!(places(&report), keys);
    assert_eq!(report["scan"]["commits"], 6);
    // What the left end holds is left out although its commits are newer.
    assert_eq!(repo.report(&["--range", "main..from"])["scan"]["commits"], 0);
}

#[test]
fn names_go_before_the_beginnings_of_ids() {
    let Some(repo) = Repo::new() else { return };
    let first = repo.commit_at("first", 1_000);
    repo.write("a.env", line(1)).commit_at("second", 2_000);
    // Branches called like the first commit's id, and like something that git describes.
    for name in [first[..6].to_owned(), format!("{}-branch", &first[..4]), format!("v1-0-g{}", &first[..7])] {
        repo.git(&["branch", &name, "main"]);
        let report = repo.report(&["--range", &format!("{name}..main")]);
        assert_eq!(report["scan"]["commits"], 0, "{name}");
    }
    // A tag goes before a branch; an annotated one leads to its commit.
    repo.git(&["tag", "-a", "-m", "tagged", "both", "main~1"]);
    repo.git(&["branch", "both", "main"]);
    assert_eq!(repo.report(&["--since", "both"])["scan"]["commits"], 1);
    assert_eq!(repo.report(&["--since", "heads/both"])["scan"]["commits"], 0);
    repo.git(&["pack-refs", "--all"]);
    assert_eq!(repo.report(&["--since", "both"])["scan"]["commits"], 1);
    repo.git(&["update-ref", "refs/remotes/origin/main", "main~1"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    assert_eq!(repo.report(&["--range", "origin/main..main"])["scan"]["commits"], 1);
    assert_eq!(repo.report(&["--range", "origin..main"])["scan"]["commits"], 1);
}

#[test]
fn bad_revisions_are_named_and_nothing_is_read() {
    let Some(repo) = Repo::new() else { return };
    let refused = |arguments: &[&str], reasons: &[&str]| {
        let run = repo.keyscan(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.errors());
        for reason in reasons {
            assert!(run.errors().contains(reason), "{arguments:?}: {}", run.errors());
        }
        assert_eq!(run.text(), "");
    };
    refused(&["--range", "HEAD..HEAD"], &["'HEAD'", "nothing of that name"]);
    repo.write("a.txt", "a\n").commit("first");
    refused(&["--range", "mian..HEAD"], &["'mian'", "nothing of that name"]);
    refused(&["--range", "HEAD~4..HEAD"], &["'HEAD~4'", "goes back further"]);
    refused(&["--range", "HEAD:a.txt..HEAD"], &["does not read"]);
    refused(&["--range", "HEAD^{tree}..HEAD"], &["'HEAD^{tree}'", "no commit"]);
    refused(&["--range", "HEAD@{upstream}..HEAD"], &["does not read"]);
    refused(&["--range", "HEAD@{yesterday}..HEAD"], &["does not read"]);
    refused(&["--range", ":/first..HEAD"], &["does not read"]);
    refused(&["--range", "HEAD"], &["not a range of commits: 'HEAD'", "A..B"]);
    refused(&["--since", "mian"], &["'mian'", "neither a revision nor a date"]);
    refused(&["--range", "HEAD..HEAD", "no/such/path"], &["no such file or folder: no/such/path"]);
    let blob = repo.git(&["rev-parse", "HEAD:a.txt"]);
    refused(&["--since", blob.trim()], &["no commit"]);
    // What was typed is shown without keys, and without what a terminal would obey.
    let typed = format!("{}\u{1b}[31m..HEAD", super::run_git::key(7));
    let run = repo.keyscan(&["--range", &typed]);
    assert_eq!(run.code, 2);
    assert!(!run.errors().contains(&super::run_git::key(7)) && !run.errors().contains('\u{1b}'), "{}", run.errors());
}

#[test]
fn the_end_of_a_shallow_clone_is_no_beginning() {
    let Some(repo) = Repo::new() else { return };
    let mut ids = Vec::new();
    for at in 0..5_u64 {
        ids.push(repo.write(&format!("{at}.env"), line(at)).commit_at("one of five", 1_000 + at as i64 * 1_000_000));
    }
    let from = format!("file://{}", repo.top.display());
    repo.git(&["clone", "-q", "--depth", "3", &from, "shallow"]);
    let clone = repo.at("shallow");
    let inside = clone.report(&["--range", "HEAD~1..HEAD"]);
    assert_eq!(plain(&places(&inside)), [("4.env", "tracked")]);
    assert_eq!(inside["scan"]["roots"][0]["shallow"], true);
    assert_eq!(clone.report(&["--since", "@1603000000"])["scan"]["commits"], 2);
    let all = "0".repeat(40);
    for range in
        [format!("{}..HEAD", ids[0]), "HEAD~3..HEAD".to_owned(), "gone..HEAD".to_owned(), format!("{all}..HEAD")]
    {
        let run = clone.keyscan(&["--range", &range]);
        assert_eq!(run.code, 2, "{range}: {}", run.text());
        assert!(run.errors().contains("fetch-depth: 0"), "{}", run.errors());
    }
    assert_eq!(clone.keyscan(&["--since", "1970-01-01"]).code, 2);
}

#[test]
fn submodules_that_commits_add_or_move_are_noted() {
    let Some(repo) = Repo::new() else { return };
    let link = |path: &str, id: &str| {
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},{path}")]);
    };
    let noted = |arguments: &[&str]| -> Vec<String> {
        let report = repo.report(arguments);
        let skipped = report["scan"]["skipped"].as_array().unwrap().iter();
        let skipped = skipped.map(|skip| {
            assert_eq!((&skip["reason"], &skip["effect"]), (&"submodule".into(), &"note".into()));
            skip["path"].as_str().unwrap().to_owned()
        });
        skipped.collect()
    };
    let (first, second) = ("1".repeat(40), "2".repeat(40));
    link("kept", &first);
    link("vendor/lib", &first);
    repo.write("a.txt", "a\n").git(&["add", "a.txt"]);
    assert_eq!(noted(&["--staged"]), ["kept", "vendor/lib"]);
    repo.git(&["commit", "-q", "-m", "first"]);
    assert!(noted(&["--staged"]).is_empty());

    link("vendor/lib", &second);
    link("new", &first);
    assert_eq!(noted(&["--staged"]), ["new", "vendor/lib"]);
    repo.git(&["commit", "-q", "-m", "second"]);
    link("vendor/lib", &first);
    repo.git(&["commit", "-q", "-m", "third"]);
    assert_eq!(noted(&["--range", "HEAD~2..HEAD"]), ["new", "vendor/lib"], "each path once");
    assert_eq!(noted(&["--range", "HEAD~1..HEAD"]), ["vendor/lib"]);
    assert_eq!(noted(&["--since", "HEAD~2", "--exclude", "vendor/"]), ["new"]);
    // Nothing is missed that could have been read.
    assert_eq!(repo.keyscan(&["--range", "HEAD~2..HEAD"]).code, 0);
}

#[test]
fn bare_repositories_have_ranges_too() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", "a\n").commit("first");
    repo.write("b/key.env", line(1)).commit("second");
    repo.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    let bare = repo.at("bare.git");
    bare.git(&["gc", "-q"]);
    assert_eq!(plain(&places(&bare.report(&["--range", "HEAD~1.."]))), [("b/key.env", "tracked")]);
    // The same repository by git's own variable, from elsewhere.
    let elsewhere = bare.at("..");
    let report = elsewhere.report_with(&["--range", "main~1..main"], &[("GIT_DIR", "bare.git")]);
    assert_eq!(plain(&places(&report)), [("b/key.env", "tracked")]);
}

#[test]
fn trees_that_share_their_branches_end() {
    let Some(repo) = Repo::new() else { return };
    // Ten folders that each hold the next level ten times: ten billion paths.
    let id = repo.write("key.env", line(1)).git(&["hash-object", "-w", "key.env"]).trim().to_owned();
    let make = |entries: &str| {
        repo.write("entries", entries);
        let script = format!("git mktree < '{}'", repo.top.join("entries").display());
        let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(&repo.top).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let mut tree = make(&format!("100644 blob {id}\tkey.env\n"));
    for _ in 0..10 {
        let entries: String = (0..10).map(|at| format!("040000 tree {tree}\td{at}\n")).collect();
        tree = make(&entries);
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", &tree]);
    let report = repo.report(&["--range", &format!("{}..{}", "0".repeat(40), commit.trim())]);
    assert_eq!(findings(&report).len(), 1);
    assert_eq!(report["scan"]["files"], 1);
}
