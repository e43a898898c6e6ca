//! Repositories that are kept otherwise than git mostly keeps them: settings spelled in other ways, names as links or in
//! tables, objects of a push under way.

use std::fs;

use super::run_git::{Repo, line, places, plain};

/// Rewrites the configuration of a repository of SHA-256 ids with one deleted key, and says where `--history` finds it.
fn sha256_with(config: impl FnOnce(&str) -> Option<String>, git_reads_it: bool) {
    let Some(repo) = Repo::with(&["--object-format=sha256"]) else { return };
    repo.write("gone.env", line(1)).commit("first");
    fs::remove_file(repo.top.join("gone.env")).unwrap();
    repo.commit("second");
    let file = repo.top.join(".git/config");
    match config(&fs::read_to_string(&file).unwrap()) {
        Some(text) => fs::write(&file, text).unwrap(),
        None => fs::remove_file(&file).unwrap(),
    }
    assert_eq!(repo.try_git(&["cat-file", "-e", "HEAD~1:gone.env"]).ok, git_reads_it);
    for _ in 0..2 {
        let report = repo.report(&["--history"]);
        assert_eq!(plain(&places(&report)), [("gone.env", "history")]);
        assert_eq!(report["scan"]["commits"], 2);
        let range = repo.report(&["--range", "HEAD~1..HEAD"]);
        assert_eq!(range["scan"]["commits"], 1);
        if !git_reads_it {
            return;
        }
        // The same with packs.
        repo.git(&["gc", "-q"]);
    }
}

#[test]
fn a_hash_is_known_however_its_setting_is_spelled() {
    let version = "[core] repositoryformatversion = 1\n";
    sha256_with(|text| Some(text.to_owned()), true);
    sha256_with(|_| Some(format!("{version}[extensions] objectformat = sha256\n")), true);
    sha256_with(|_| Some(format!("\u{feff}{version}[Extensions]\r\n\tobjectFormat = sha\\\r\n256 ; so\r\n")), true);
    sha256_with(|_| Some(format!("{version}[extensions]objectformat=\"sha256\" # [x]\n")), true);
}

#[test]
fn a_lost_configuration_hides_no_history() {
    sha256_with(|_| None, false);
    sha256_with(|_| Some(String::new()), false);
    sha256_with(|text| Some(text.replace("sha256", "sha1")), false);
    sha256_with(|text| Some(format!("{}\n{text}", "# ".repeat(600_000))), true);
}

#[test]
fn the_hash_of_borrowed_objects_is_told_by_names() {
    let Some(repo) = Repo::with(&["--object-format=sha256"]) else { return };
    repo.write("gone.env", line(2)).commit("first");
    fs::remove_file(repo.top.join("gone.env")).unwrap();
    repo.commit("second");
    repo.git(&["clone", "-q", "--shared", ".", "copy"]);
    fs::remove_file(repo.top.join("copy/.git/config")).unwrap();
    let copy = repo.at("copy");
    let report = copy.report(&["--history", "--follow-alternates"]);
    assert_eq!(plain(&places(&report)), [("gone.env", "history")]);
}

#[test]
fn a_remote_that_is_no_promisor_leaves_nothing_out() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", "text\n").commit("first");
    let code = || repo.keyscan(&["--history"]).code;
    repo.git(&["config", "remote.o.promisor", "false"]);
    assert_eq!(code(), 0);
    repo.git(&["config", "remote.o.promisor", "true"]);
    assert_eq!(code(), 3);
}

#[test]
fn references_in_tables_are_not_taken_for_none() {
    let Some(repo) = Repo::with(&["--ref-format=reftable"]) else { return };
    let first = repo.write("kept.env", line(3)).commit("first");
    let second = repo.write("next.env", line(4)).commit("second");
    repo.write("staged.env", line(5)).git(&["add", "."]);
    for arguments in [
        ["--staged", "--no-progress"],
        ["--range", "HEAD~1..HEAD"],
        ["--range", &format!("{first}..main")],
        ["--range", &format!("{}..{second}", &first[..12])],
        ["--since", "2020-01-01"],
        ["--since", "HEAD~1"],
    ] {
        let run = repo.keyscan(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.text());
        let errors = run.errors();
        assert!(errors.contains("keeps its references in a format that keyscan does not read (reftable)"), "{errors}");
    }
    // Whole ids need no names: hooks of a server give them.
    let report = repo.report(&["--range", &format!("{first}..{second}")]);
    assert_eq!(plain(&places(&report)), [("next.env", "tracked")]);
    // Nothing false is said of the commit checked out.
    assert_eq!(repo.report(&[])["scan"]["roots"][0]["commit"], serde_json::Value::Null);
}

#[cfg(unix)]
#[test]
fn a_name_may_be_a_link() {
    let Some(repo) = Repo::new() else { return };
    repo.write("kept.env", line(6)).commit("first");
    let second = repo.write("next.env", line(7)).commit("second");
    let link = |text: &str, name: &str| {
        let path = repo.top.join(".git").join(name);
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(text, path).unwrap();
    };
    link("refs/heads/main", "HEAD");
    link("refs/heads/main", "refs/heads/other");
    repo.write("staged.env", line(8)).git(&["add", "."]);
    for packed in [false, true] {
        assert_eq!(repo.head(), second, "the script is wrong");
        assert_eq!(plain(&places(&repo.report(&["--staged"]))), [("staged.env", "staged")]);
        assert_eq!(plain(&places(&repo.report(&["--range", "HEAD~1..other"]))), [("next.env", "tracked")]);
        assert_eq!(repo.report(&[])["scan"]["roots"][0]["commit"], second.as_str());
        if !packed {
            repo.git(&["pack-refs", "--all"]);
        }
    }

    // Nor does it matter that the link leads to no file.
    repo.git(&["clone", "-q", "--bare", ".", "bare"]);
    link("refs/heads/main", "../bare/HEAD");
    assert!(!repo.top.join("bare/refs/heads/main").exists(), "the script is wrong");
    let bare = repo.report(&["bare"]);
    assert_eq!(bare["scan"]["roots"][0]["commit"], second.as_str());

    // Where else a link leads to is nobody's name, whatever stands there.
    fs::write(repo.top.join("id"), format!("{second}\n")).unwrap();
    let outside = repo.top.join("id");
    for text in ["../../../id", "../refs/heads/main", "refs/../../id", outside.to_str().unwrap()] {
        link(text, "refs/heads/link");
        assert_eq!(repo.keyscan(&["--range", "HEAD~1..link"]).code, 2, "{text}");
    }
}

#[test]
fn a_branch_that_was_set_back_holds_its_old_commits_no_longer() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", "text\n").commit("first");
    repo.write("gone.env", line(9)).commit("second");
    repo.git(&["pack-refs", "--all"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.git(&["reflog", "expire", "--expire=all", "--all"]);
    fs::remove_file(repo.top.join(".git/ORIG_HEAD")).unwrap();
    assert!(
        repo.git(&["fsck", "--unreachable", "--no-progress"]).contains("unreachable commit"),
        "the script is wrong"
    );
    let report = repo.report(&["--history"]);
    assert_eq!(plain(&places(&report)), [("gone.env", "history")]);
    assert!(report.to_string().contains("no reference leads to it"), "{report}");
}

#[cfg(unix)]
#[test]
fn a_push_is_read_before_it_is_accepted() {
    use std::os::unix::fs::PermissionsExt;

    let Some(repo) = Repo::new() else { return };
    repo.git(&["init", "-q", "--bare", "-b", "main", "server"]);
    repo.git(&["remote", "add", "server", "server"]);
    repo.git(&["-C", "server", "config", "receive.unpackLimit", "2"]);
    fs::write(repo.top.join(".git/info/exclude"), "/server/\n").unwrap();
    repo.write("a.txt", "text\n").git(&["add", "a.txt"]);
    repo.git(&["commit", "-q", "-m", "first"]);
    repo.git(&["push", "-q", "server", "main"]);
    let script = format!(
        "#!/bin/sh\nread old new name\nexec '{}' --range \"$old..$new\" --no-progress --format json\n",
        env!("CARGO_BIN_EXE_keyscan")
    );
    let hook = repo.top.join("server/hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();

    // Few objects are unpacked, many stay in their pack.
    for (unpack_limit, seed) in [("1", 10), ("1000", 11)] {
        repo.git(&["-C", "server", "config", "receive.unpackLimit", unpack_limit]);
        let name = format!("new{seed}.env");
        repo.write(&name, "OPENAI_API_KEY=\n").git(&["add", &name]);
        repo.git(&["commit", "-q", "-m", "harmless"]);
        let done = repo.try_git(&["push", "server", "main"]);
        assert!(done.ok && done.errors.contains("\"findings\""), "{}", done.errors);
        repo.write(&name, line(seed)).git(&["add", &name]);
        repo.git(&["commit", "-q", "-m", "a key"]);
        for branch in ["main", "main:fresh"] {
            let done = repo.try_git(&["push", "server", branch]);
            assert!(!done.ok && done.errors.contains(&format!("\"path\": \"{name}\"")), "{}", done.errors);
            assert!(done.errors.contains("pre-receive hook declined"), "{}", done.errors);
        }
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
}

#[test]
fn objects_in_a_folder_that_is_not_read_are_named() {
    let Some(repo) = Repo::new() else { return };
    let first = repo.write("a.txt", "text\n").commit("first");
    let absent = "1".repeat(first.len());
    let range = format!("{first}..{absent}");
    let variable = "GIT_OBJECT_DIRECTORY";
    for (folder, named) in
        [("elsewhere", true), ("absent", true), (".git/objects", false), (".git/objects/part", false)]
    {
        if folder != "absent" {
            fs::create_dir_all(repo.top.join(folder)).unwrap();
        }
        let run = repo.keyscan_with(&["--range", &range], &[(variable, folder)]);
        assert_eq!(run.code, 2, "{}", run.text());
        assert_eq!(run.errors().contains(variable), named, "{folder}: {}", run.errors());
    }
    assert!(!repo.keyscan(&["--range", &range]).errors().contains(variable));
}
