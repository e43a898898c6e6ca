//! What git says about a file, read from its index and ignore files.

use super::*;

/// Runs git away from the user's and the machine's settings; `None` where it cannot do that or is not there.
fn git(tree: &Path, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git")
        .current_dir(tree)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", tree)
        .args(arguments)
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn git_decides_how_far_a_file_has_got_out() {
    let tree = folder(&[
        (".gitignore", "*.log\nbuild/\n.env\n"),
        (".git/info/exclude", "*.private\n"),
        (".hidden/a.rs", "x"),
        ("src/main.rs", "x"),
        ("src/new.rs", "x"),
        ("src/kept.log", "x"),
        ("src/trace.log", "x"),
        ("src/.gitignore", "!wanted.log\n/only-here\n"),
        ("src/wanted.log", "x"),
        ("src/only-here", "x"),
        ("src/deep/only-here", "x"),
        ("notes.private", "x"),
        (".env", "x"),
        ("service/.env", "x"),
        ("build/forced.rs", "x"),
        ("build/other.rs", "x"),
        ("build/.env", "x"),
        ("build/deep/forced.rs", "x"),
        ("build/elsewhere/other.rs", "x"),
        ("empty.json", ""),
    ]);
    init(tree.path(), &["src/main.rs", "src/kept.log", "build/forced.rs", "build/deep/forced.rs", "gone.rs"]);
    let (blobs, outcome) = scan(&at(tree.path()));
    use Exposure::{Ignored, Tracked, Untracked};
    let expected = [
        (".env", Ignored),
        (".gitignore", Untracked),
        (".hidden/a.rs", Untracked),
        ("build/deep/forced.rs", Tracked),
        ("build/forced.rs", Tracked),
        ("service/.env", Ignored),
        ("src/.gitignore", Untracked),
        ("src/deep/only-here", Untracked),
        ("src/kept.log", Tracked),
        ("src/main.rs", Tracked),
        ("src/new.rs", Untracked),
        ("src/wanted.log", Untracked),
    ];
    assert_eq!(exposures(&blobs), expected);
    assert_eq!(outcome.skipped, []);
    assert_eq!(outcome.files, 13, "the empty file is read, and nothing in it handed on");

    let all = scan(&Options { no_ignore: true, ..at(tree.path()) }).0;
    assert_eq!(all.len(), 18);
    assert!(exposures(&all).contains(&("build/elsewhere/other.rs", Ignored)));
    assert!(exposures(&all).contains(&("notes.private", Ignored)));

    // The rules above a root hold in it; an ignored folder that is named is read.
    assert_eq!(names(&scan(&at(&tree.path().join("src/deep"))).0), ["src/deep/only-here"]);
    assert_eq!(scan(&at(&tree.path().join("src"))).0.len(), 6);
    let named = scan(&at(&tree.path().join("build"))).0;
    let expected = [
        ("build/.env", Ignored),
        ("build/deep/forced.rs", Tracked),
        ("build/elsewhere/other.rs", Ignored),
        ("build/forced.rs", Tracked),
        ("build/other.rs", Ignored),
    ];
    assert_eq!(exposures(&named), expected);
}

#[test]
fn agrees_with_git_about_ignored_files() {
    let tree = folder(&[
        (".gitignore", "*.o\n!keep.o\n/root-only\nout*/\n**/cache/**\n\\#odd\ntrailing \na/**/z\n[ab].txt\n*.rs~\n"),
        ("x.o", "x"),
        ("keep.o", "x"),
        ("root-only", "x"),
        ("sub/root-only", "x"),
        ("output/keep.o", "x"),
        ("sub/outer/y", "x"),
        ("sub/cache/deep/y", "x"),
        ("#odd", "x"),
        ("trailing", "x"),
        ("a/z", "x"),
        ("a/b/c/z", "x"),
        ("a.txt", "x"),
        ("c.txt", "x"),
        ("sub/b.txt", "x"),
        ("sub/.gitignore", "!b.txt\n*\n!*.txt\n!.gitignore\n"),
        ("sub/free.txt", "x"),
        ("sub/dir/free.txt", "x"),
        ("ü.rs", "x"),
    ]);
    if git(tree.path(), &["init", "-q"]).is_none() {
        println!("skipped: no git to compare with");
        return;
    }
    git(tree.path(), &["add", "-f", "x.o", "keep.o"]).unwrap();
    let listed = git(tree.path(), &["-c", "core.quotePath=false", "ls-files", "-co", "--exclude-standard"]).unwrap();
    let mut expected: Vec<&str> = listed.lines().collect();
    expected.sort_unstable();
    let (blobs, _) = scan(&at(tree.path()));
    assert_eq!(names(&blobs), expected);
    let tracked: Vec<&str> =
        exposures(&blobs).into_iter().filter(|(_, e)| *e == Exposure::Tracked).map(|(path, _)| path).collect();
    assert_eq!(tracked, ["keep.o", "x.o"]);
}

#[test]
fn outside_git_gitignore_is_only_a_file() {
    let tree = folder(&[(".gitignore", "*\n"), ("a.rs", "x"), ("node_modules/b.js", "x"), (".hg/c", "x")]);
    let (blobs, _) = scan(&at(tree.path()));
    let outside = Exposure::OutsideGit;
    assert_eq!(exposures(&blobs), [(".gitignore", outside), ("a.rs", outside), ("node_modules/b.js", outside)]);
    let (blobs, _) = scan(&Options { assume_committed: true, ..at(tree.path()) });
    assert!(blobs.iter().all(|blob| blob.exposure == Exposure::Tracked));
}

#[test]
fn a_nested_repository_is_its_own() {
    let tree = folder(&[
        (".gitignore", "*.log\nvendored/\n"),
        ("vendored/f.rs", "x"),
        ("inner/a.log", "x"),
        ("inner/b.rs", "x"),
        ("inner/sub/c.rs", "x"),
        ("outer.rs", "x"),
        ("package.json", "{}"),
        ("inner/lib/Cargo.toml", "x"),
        ("inner/lib/src/d.rs", "x"),
        ("fake/.git/readme", "no repository"),
        ("fake/e.rs", "x"),
    ]);
    init(tree.path(), &["outer.rs", "fake/e.rs"]);
    init(&tree.path().join("inner"), &["b.rs", "sub/c.rs"]);
    init(&tree.path().join("vendored"), &[]);
    let (blobs, outcome) = scan(&at(tree.path()));
    let of = |path: &str| blobs.iter().find(|blob| blob.path == path).unwrap();
    assert_eq!(of("inner/a.log").exposure, Exposure::Untracked);
    assert_eq!(of("inner/b.rs").exposure, Exposure::Tracked);
    assert_eq!(of("outer.rs").exposure, Exposure::Tracked);
    assert_eq!(of("fake/e.rs").exposure, Exposure::Tracked);
    assert_eq!(of("outer.rs").service.as_deref(), Some("."));
    assert_eq!(of("inner/sub/c.rs").service.as_deref(), Some("inner"));
    assert_eq!(of("inner/lib/src/d.rs").service.as_deref(), Some("inner/lib"));
    assert_eq!((outcome.roots.len(), outcome.skipped.len()), (1, 0));

    assert!(!names(&blobs).contains(&"vendored/f.rs"));
    let all = scan(&Options { no_ignore: true, ..at(tree.path()) }).0;
    assert!(exposures(&all).contains(&("vendored/f.rs", Exposure::Untracked)), "the outer rules end there");

    let (inner, _) = scan(&at(&tree.path().join("inner/sub")));
    assert_eq!(exposures(&inner), [("sub/c.rs", Exposure::Tracked)], "paths begin at the inner top");
    assert_eq!(inner[0].service, None);
}

#[test]
fn linked_work_trees_and_submodules_name_their_git_directory() {
    let tree = folder(&[
        ("main/x.rs", "x"),
        ("main/.git/worktrees/w/HEAD", "x"),
        ("main/.git/worktrees/w/commondir", "../..\n"),
        ("main/.git/shallow", "x"),
        ("linked/a.rs", "x"),
        ("linked/b.private", "x"),
        ("main/.git/info/exclude", "*.private\n"),
        ("main/absent/", ""),
        ("main/.gitignore", "module/\n.gitignore\n"),
        ("main/module/m.rs", "x"),
        ("main/module/untracked.rs", "x"),
        ("main/module/.git", "gitdir: ../.git/modules/module\n"),
        ("main/.git/modules/module/HEAD", "x"),
        ("lost/.git", "gitdir: /nowhere/at/all\n"),
        ("lost/a.rs", "x"),
    ]);
    let main = tree.path().join("main");
    init(&main, &["x.rs", "absent@", "module@", "not-there@"]);
    index(&main.join(".git/worktrees/w/index"), &["a.rs"], hash::Kind::Sha1);
    index(&main.join(".git/modules/module/index"), &["m.rs"], hash::Kind::Sha256);
    let git_file = format!("gitdir: {}\n", main.join(".git/worktrees/w").display());
    write(tree.path(), &[("linked/.git", &git_file)]);

    let (blobs, outcome) = scan(&at(&tree.path().join("linked")));
    assert_eq!(exposures(&blobs), [("a.rs", Exposure::Tracked)]);
    assert!(outcome.roots[0].shallow);
    assert_eq!(outcome.roots[0].name, "linked");

    let (blobs, outcome) = scan(&at(&main));
    let expected =
        [("module/m.rs", Exposure::Tracked), ("module/untracked.rs", Exposure::Untracked), ("x.rs", Exposure::Tracked)];
    assert_eq!(exposures(&blobs), expected, "a tracked submodule is read, even in an ignored folder");
    assert_eq!(skipped(&outcome), [("absent", SkipReason::Submodule)]);

    let (blobs, outcome) = scan(&at(&tree.path().join("lost")));
    assert_eq!(exposures(&blobs), [("a.rs", Exposure::Untracked)]);
    assert_eq!(skipped(&outcome), [(".git/index", SkipReason::Unreadable)]);
}

#[test]
fn a_damaged_index_is_listed_and_does_no_harm() {
    let tree = folder(&[("a.rs", "x"), ("b.rs", "x")]);
    init(tree.path(), &["a.rs"]);
    let path = tree.path().join(".git/index");
    let whole = fs::read(&path).unwrap();
    let mut seed = 7u64;
    for round in 0..400 {
        let mut bytes = whole.clone();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(seed >> 33).unwrap() % bytes.len();
        match round % 3 {
            0 => bytes.truncate(place),
            1 => bytes[place] ^= 1 << (round % 8),
            _ => {
                // Without its checksum the damage reaches the decoder.
                bytes[place] = u8::try_from(seed >> 56).unwrap();
                let end = bytes.len() - 20;
                bytes[end..].fill(0);
            }
        }
        fs::write(&path, &bytes).unwrap();
        let (blobs, outcome) = scan(&Options { threads: 1, ..at(tree.path()) });
        assert_eq!(names(&blobs), ["a.rs", "b.rs"]);
        assert!(outcome.skipped.iter().all(|skipped| skipped.path.text == ".git/index"));
        assert!(round % 3 != 1 || outcome.skipped.len() == 1, "a flipped bit at {place} went unnoticed");
    }
}

#[test]
fn reads_the_indexes_that_git_writes() {
    let kinds: [(&str, &[&str], &[&str]); 5] = [
        ("plain", &["init", "-q"], &["status"]),
        ("sha256", &["init", "-q", "--object-format=sha256"], &["status"]),
        ("version 4", &["init", "-q"], &["update-index", "--index-version", "4"]),
        ("split", &["init", "-q"], &["update-index", "--split-index"]),
        ("skip-worktree", &["init", "-q"], &["update-index", "--skip-worktree", "a/b.rs"]),
    ];
    for (kind, init, change) in kinds {
        let tree = folder(&[("a/b.rs", "x"), ("a/c.rs", "x"), ("d.rs", "x"), ("later.rs", "x")]);
        if git(tree.path(), init).is_none() {
            println!("skipped: no git for {kind}");
            continue;
        }
        git(tree.path(), &["add", "a", "d.rs"]).unwrap();
        git(tree.path(), change).unwrap();
        git(tree.path(), &["add", "-N", "later.rs"]).unwrap();
        write(tree.path(), &[("a/new.rs", "x")]);
        let (blobs, outcome) = scan(&at(tree.path()));
        use Exposure::{Tracked, Untracked};
        let expected = [
            ("a/b.rs", Tracked),
            ("a/c.rs", Tracked),
            ("a/new.rs", Untracked),
            ("d.rs", Tracked),
            ("later.rs", Tracked),
        ];
        assert_eq!(exposures(&blobs), expected, "{kind}");
        assert_eq!(outcome.skipped, [], "{kind}");
    }
}

#[test]
fn a_git_directory_is_read_only_when_named() {
    let tree = folder(&[
        (".git/config", "[core]"),
        (".git/logs/HEAD", "x"),
        (".gitignore", "*.rs\nHEAD\n.gitignore\n"),
        ("a.rs", "x"),
    ]);
    init(tree.path(), &[]);
    assert!(scan(&at(tree.path())).0.is_empty());
    let (blobs, _) = scan(&at(&tree.path().join(".git/logs")));
    assert_eq!(exposures(&blobs), [(".git/logs/HEAD", Exposure::GitMetadata)]);
    let (blobs, _) = scan(&at(&tree.path().join(".git/config")));
    assert_eq!(exposures(&blobs), [(".git/config", Exposure::GitMetadata)]);
}
