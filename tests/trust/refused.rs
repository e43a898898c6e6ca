//! What cannot be trusted is refused before anything is read.

use super::team::*;
use crate::git::run_git::{Repo, line};
use crate::support::{Tree, keyscan};

/// A run that is refused and says why.
fn refused(repo: &Repo, arguments: &[&str], reasons: &[&str]) {
    let run = strict(repo, arguments);
    assert_eq!((run.code, run.text().as_str()), (2, ""), "{arguments:?}: {}", run.errors());
    for reason in reasons {
        assert!(run.errors().contains(reason), "{arguments:?}: {}", run.errors());
    }
}

#[test]
fn revisions_that_lead_to_no_commit() {
    let Some(repo) = team() else { return };
    let blob = repo.git(&["rev-parse", "HEAD:app/.env"]);
    for (revision, reason) in [
        ("nowhere", "there is nothing of that name"),
        ("", "--trust names no commit"),
        ("  ", "--trust names no commit"),
        ("HEAD~7", "it goes back further"),
        (blob.trim(), "it is no commit"),
        (&"0".repeat(40), "missing"),
        ("main:app", "it is written in a way"),
        ("main..HEAD", "cannot use the revision"),
    ] {
        for mode in [&[][..], &["--staged"], &["--range", "main.."], &["--history"], &["app/.env"]] {
            refused(&repo, &[mode, &["--trust", revision]].concat(), &[reason]);
        }
    }
    refused(&repo, &["--trust", "main", "--untrusted"], &["cannot be used with"]);
    refused(&repo, &["--trust", "main", "--write-baseline"], &["cannot be used with"]);
    refused(&repo, &["--untrusted", "--write-baseline"], &["cannot be used with"]);
}

#[test]
fn outside_of_git_there_is_no_commit() {
    let tree = Tree::one("a.env", line(1));
    tree.write(".keyscanignore", "*\n");
    tree.write("sub/b.env", format!("{} # keyscan:allow mine\n", line(2).trim_end()));
    let run = keyscan(tree.path(), &["--trust", "main", "."]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("not in a git repository") && run.errors().contains("--untrusted"));
    let run = keyscan(tree.path(), &["--assume-committed", "--untrusted", "--format", "json", "."]);
    assert_eq!(run.code, 1, "{}", run.errors());
    let report = run.json();
    let aside = set_aside(&report);
    let plain: Vec<_> = aside.iter().map(|(path, kind, count)| (path.as_str(), kind.as_str(), *count)).collect();
    assert_eq!(plain, [(".keyscanignore", "ignore-file", 1), ("sub/b.env", "inline-allow", 1)]);
    assert_eq!(keyscan(tree.path(), &["--assume-committed", "."]).code, 0, "a plain scan obeys");
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let Some(repo) = team() else { return };
    let base = repo.head();
    repo.write("evil.env", format!("{} # keyscan:allow\n", line(1).trim_end())).commit_at("bad", 2_000);
    let url = format!("file://{}", repo.top.display());
    repo.git(&["clone", "-q", "--depth", "1", "-b", "stranger", &url, "clone"]);
    let clone = repo.at("clone");
    for revision in [base.as_str(), "HEAD~1", "origin/main"] {
        refused(&clone, &["--trust", revision], &["fetch-depth: 0"]);
    }
    clone.git(&["fetch", "-q", "--unshallow"]);
    assert_eq!(strict(&clone, &["--trust", &base]).code, 1);
}

#[test]
fn links_folders_and_large_files_are_no_policy() {
    let Some(repo) = team() else { return };
    let lax = config(&[]);
    let id = repo.git(&["hash-object", "-w", ".keyscan.toml"]);
    let set = |mode: &str, id: &str| {
        repo.git(&["rm", "-q", "--cached", "-r", "--ignore-unmatch", ".keyscan.toml"]);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{},.keyscan.toml", id.trim())]);
        repo.git(&["commit", "-q", "--no-verify", "-m", mode]);
    };
    let head = repo.head();
    for (mode, id) in [("120000", id.as_str()), ("160000", head.as_str())] {
        set(mode, id);
        refused(&repo, &["--trust", "HEAD"], &["HEAD:.keyscan.toml: not a regular file in that commit"]);
        assert_eq!(strict(&repo, &["--trust", "HEAD~1", "app"]).code, if mode == "120000" { 0 } else { 2 });
    }
    repo.git(&["reset", "-q", "--hard", "main"]);
    std::fs::remove_file(repo.top.join(".keyscan.toml")).unwrap();
    repo.write(".keyscan.toml/inner", &lax).commit_at("folder", 3_000);
    refused(&repo, &["--trust", "HEAD"], &["HEAD:.keyscan.toml: not a regular file in that commit"]);
    std::fs::remove_dir_all(repo.top.join(".keyscan.toml")).unwrap();
    repo.write(".keyscan.toml", format!("{lax}{}", "# long\n".repeat(200_000))).commit_at("large", 4_000);
    refused(&repo, &["--trust", "HEAD"], &["HEAD:.keyscan.toml: too large"]);
    repo.write(".keyscan.toml", "[endpoints]\n\nalow = []\n").commit_at("misspelt", 5_000);
    refused(&repo, &["--trust", "HEAD"], &["HEAD:.keyscan.toml:3:1: "]);
    // The tree's own mistakes are nobody's business.
    assert_eq!(strict(&repo, &["--trust", "main"]).code, 0);
    assert_eq!(
        strict(&repo, &["--trust", "HEAD", "--no-config", "--fail-on", "medium"]).code,
        1,
        "the gateway is allowed nowhere"
    );
}

#[test]
fn a_commit_speaks_for_one_repository() {
    let (Some(one), Some(two)) = (team(), team()) else { return };
    let other = two.top.display().to_string();
    refused(&one, &["--trust", "main", ".", &other], &["different repositories"]);
    refused(&one, &["--trust", "main", "--range", "main..", ".", &other], &["different repositories"]);
}

#[test]
fn a_bare_repository_among_the_files_is_a_strangers() {
    let Some(repo) = team() else { return };
    repo.git(&["init", "-q", "--bare", "new"]);
    repo.git(&["push", "-q", "new", "HEAD:refs/heads/main"]);
    refused(&repo, &["--range", "main..main", "--trust", "main", "new"], &["among the files of another one"]);
}

#[test]
fn a_config_that_is_named_is_read_from_the_commit_where_it_lies_in_the_tree() {
    let Some(repo) = team() else { return };
    let beside = |hosts: &[&str]| config(hosts).replace("ci/", "");
    let (lax, strict_config) = (beside(&[&relay()]), beside(&[]));
    repo.git(&["checkout", "-q", "main"]);
    repo.write("ci/team.toml", &strict_config).commit_at("config of the pipeline", 2_000);
    repo.git(&["checkout", "-q", "-B", "stranger"]);
    repo.write("ci/team.toml", &lax).write("ci/new.toml", &lax).write("evil.env", base_url(&relay()));
    repo.commit_at("lax", 3_000);
    assert_eq!(strict(&repo, &["-c", "ci/team.toml"]).code, 0, "a plain scan obeys");
    let top = repo.top.display().to_string();
    for path in ["ci/team.toml", "./ci/../ci/team.toml", &format!("{top}/ci/team.toml")] {
        let run = strict(&repo, &["--trust", "main", "-c", path]);
        assert_eq!(run.code, 1, "{path}: {}", run.errors());
        let report = run.json();
        assert_eq!(report["scan"]["policy"]["config"], "main:ci/team.toml");
        assert_eq!(aside_kinds(&report), [("ci/team.toml".to_owned(), "config".to_owned())]);
        the_teams_word_counts(&report);
        refused(&repo, &["--untrusted", "-c", path], &["lies in the scanned tree", "--trust REV"]);
    }
    let variable = |arguments: &[&str]| repo.keyscan_with(arguments, &[("KEYSCAN_CONFIG", "ci/team.toml")]).code;
    assert_eq!((variable(&[]), variable(&["--trust", "main"]), variable(&["--untrusted"])), (0, 1, 2));
    refused(&repo, &["--trust", "main", "-c", "ci/new.toml"], &["main:ci/new.toml: there is no such file"]);

    // A file from outside is the caller's.
    let outside = Tree::one("lax.toml", &lax);
    outside.write("rules.toml", rules(&[VENDOR]));
    let file = outside.at("lax.toml").display().to_string();
    for word in [&["--trust", "main"][..], &["--untrusted"]] {
        let run = strict(&repo, &[word, &["-c", &file, "evil.env"]].concat());
        assert_eq!(run.code, 0, "{word:?}: {}", run.errors());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(repo.top.join("ci/team.toml"), outside.at("link.toml")).unwrap();
        let link = outside.at("link.toml").display().to_string();
        refused(&repo, &["--trust", "main", "-c", &link], &["a link leads into the scanned tree"]);
        refused(&repo, &["--untrusted", "-c", &link], &["lies in the scanned tree"]);
        // A stranger's link in the way leads nowhere, wherever it points.
        std::fs::remove_dir_all(repo.top.join("ci")).unwrap();
        symlink(outside.path(), repo.top.join("ci")).unwrap();
        std::fs::copy(outside.at("lax.toml"), outside.at("team.toml")).unwrap();
        assert_eq!(strict(&repo, &["--trust", "main", "-c", "ci/team.toml"]).code, 1);
        refused(&repo, &["--untrusted", "-c", "ci/team.toml"], &["lies in the scanned tree"]);
    }
}

#[test]
fn a_baseline_that_is_named_is_read_from_the_commit_where_it_lies_in_the_tree() {
    let Some(repo) = team() else { return };
    repo.write("evil.env", line(2));
    write_baseline(&repo);
    let head = repo.commit_at("a baseline with a new entry", 2_000);
    assert_eq!(strict(&repo, &[]).code, 0, "a plain scan obeys");
    let name = ".keyscan-baseline.json";
    let run = strict(&repo, &["--trust", "main", "--baseline", name]);
    assert_eq!(run.code, 1, "{}", run.errors());
    let report = run.json();
    assert_eq!(report["scan"]["policy"]["baseline"], "main:.keyscan-baseline.json");
    assert_eq!(aside_kinds(&report), [(name.to_owned(), "baseline".to_owned())]);
    the_teams_word_counts(&report);
    assert_eq!(strict(&repo, &["--trust", &head]).code, 0);
    refused(&repo, &["--untrusted", "--baseline", name], &["lies in the scanned tree"]);
    refused(&repo, &["--trust", "main", "--baseline", "new.json"], &["main:new.json: there is no such file"]);
    let outside = Tree::one("known.json", std::fs::read(repo.top.join(name)).unwrap());
    let file = outside.at("known.json").display().to_string();
    assert_eq!(strict(&repo, &["--trust", "main", "--baseline", &file]).code, 0);
    assert_eq!(strict(&repo, &["--untrusted", "--baseline", &file, "old", "evil.env"]).code, 0);

    // What is wrong with it is named with its place in the commit; the tree's own mistakes are nobody's business.
    repo.write(name, "{\n  \"version\": 1,\n<<<<<<< HEAD\n").commit_at("conflict", 3_000);
    refused(&repo, &["--trust", "HEAD"], &["HEAD:.keyscan-baseline.json:3:1: "]);
    assert_eq!(strict(&repo, &["--trust", "main"]).code, 1);
    repo.write(name, std::fs::read(outside.at("known.json")).unwrap());
    repo.write(".keyscan.toml", format!("{}[suppress]\nbaseline = \"ci/known.json\"\n", config(&[])));
    repo.write("ci/known.json", std::fs::read(outside.at("known.json")).unwrap()).commit_at("elsewhere", 4_000);
    repo.write("ci/known.json", "{}");
    let report = strict(&repo, &["--trust", "HEAD"]).json();
    assert_eq!(report["scan"]["policy"]["baseline"], "HEAD:ci/known.json");
    assert_eq!(aside_kinds(&report), [("ci/known.json".to_owned(), "baseline".to_owned())]);
    std::fs::remove_file(repo.top.join("ci/rules.toml")).unwrap();
    repo.commit_at("no rules", 5_000);
    refused(&repo, &["--trust", "HEAD"], &["HEAD:ci/rules.toml: there is no such file"]);
}
