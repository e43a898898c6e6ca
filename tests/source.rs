//! The source stage on real trees: what is read, how it counts, and that no cut loses or moves anything.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use gix_index::{File, State, entry, hash};
use keyscan::model::{Blob, Exposure, SkipReason};
use keyscan::source::{Options, Outcome, Progress, SourceError, stdin, tree};
use tempfile::TempDir;

/// What the tests look for: twelve bytes that no other file holds.
const NEEDLE: &[u8] = b"needle-12345";

/// One blob as the tests see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    path: String,
    shown: String,
    exposure: Exposure,
    service: Option<String>,
    root: usize,
    offset: u64,
    core: (u64, u64),
    /// Line, column and UTF-16 column of each needle that starts in the core, with its offset.
    needles: Vec<(u64, u64, u64, u64)>,
}

fn gate(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, NEEDLE).is_some()
}

fn everything(_: &[u8]) -> bool {
    true
}

fn seen(blob: &Blob<'_>) -> Seen {
    let needles = memchr::memmem::find_iter(blob.bytes, NEEDLE)
        .filter(|at| blob.core.contains(at))
        .map(|at| {
            let (mut line, mut column, mut column_utf16) =
                (blob.start.line, blob.start.column, blob.start.column_utf16);
            for character in String::from_utf8_lossy(&blob.bytes[..at]).chars() {
                if character == '\n' {
                    (line, column, column_utf16) = (line + 1, 1, 1);
                } else {
                    column += 1;
                    column_utf16 += character.len_utf16() as u64;
                }
            }
            (blob.offset + at as u64, line, column, column_utf16)
        })
        .collect();
    Seen {
        path: blob.origin.path.text.clone(),
        shown: blob.origin.shown.clone(),
        exposure: blob.origin.exposure,
        service: blob.origin.service.clone(),
        root: blob.origin.root,
        offset: blob.offset,
        core: (blob.offset + blob.core.start as u64, blob.offset + blob.core.end as u64),
        needles,
    }
}

fn try_scan(options: &Options, gate: fn(&[u8]) -> bool) -> Result<(Vec<Seen>, Outcome), SourceError> {
    let blobs = Mutex::new(Vec::new());
    let sink = |blob: &Blob<'_>| blobs.lock().unwrap().push(seen(blob));
    let redact = |text: &str| text.replace("secret", "[key]");
    let outcome = tree(options, &gate, &redact, &sink, &Progress::default())?;
    let mut blobs = blobs.into_inner().unwrap();
    blobs.sort();
    assert_eq!(outcome.blobs, blobs.len() as u64);
    Ok((blobs, outcome))
}

fn scan(options: &Options) -> (Vec<Seen>, Outcome) {
    try_scan(options, everything).unwrap()
}

fn at(path: &Path) -> Options {
    Options { paths: vec![path.to_path_buf()], ..Options::default() }
}

/// Paths with how far they have got out.
fn exposures(blobs: &[Seen]) -> Vec<(&str, Exposure)> {
    blobs.iter().map(|blob| (blob.path.as_str(), blob.exposure)).collect()
}

fn names(blobs: &[Seen]) -> Vec<&str> {
    blobs.iter().map(|blob| blob.path.as_str()).collect()
}

fn skipped(outcome: &Outcome) -> Vec<(&str, SkipReason)> {
    outcome.skipped.iter().map(|skipped| (skipped.path.text.as_str(), skipped.reason)).collect()
}

/// Writes files into a new tree; a name that ends in `/` is an empty folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), files);
    tree
}

fn write(tree: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = tree.join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

/// Makes a folder a work tree whose index holds these paths; one that ends in `@` is a submodule.
fn init(top: &Path, tracked: &[&str]) {
    write(top, &[(".git/HEAD", "ref: refs/heads/main\n"), (".git/refs/", ""), (".git/objects/", "")]);
    index(&top.join(".git/index"), tracked, hash::Kind::Sha1);
}

fn index(path: &Path, tracked: &[&str], kind: hash::Kind) {
    let mut state = State::new(kind);
    for name in tracked {
        let (name, mode) = match name.strip_suffix('@') {
            Some(name) => (name, entry::Mode::COMMIT),
            None => (*name, entry::Mode::FILE),
        };
        let stat = entry::Stat::default();
        state.dangerously_push_entry(stat, kind.null(), entry::Flags::empty(), mode, name.into());
    }
    state.sort_entries();
    File::from_state(state, path).write(gix_index::write::Options::default()).unwrap();
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
    let git = |tree: &Path, arguments: &[&str]| {
        std::process::Command::new("git")
            .current_dir(tree)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", tree)
            .args(arguments)
            .output()
            .ok()
            .filter(|output| output.status.success())
            .map(|output| String::from_utf8(output.stdout).unwrap())
    };
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
        (".gitignore", "*.log\n"),
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
        ("main/module/m.rs", "x"),
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
    assert_eq!(exposures(&blobs), [("module/m.rs", Exposure::Tracked), ("x.rs", Exposure::Tracked)]);
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
fn what_is_left_out_is_counted() {
    let files = [
        (".keyscanignore", "*.snap\n/fixtures/\n"),
        ("a.rs", "x"),
        ("a.snap", "x"),
        ("deep/.keyscanignore", "!b.snap\n"),
        ("deep/b.snap", "x"),
        ("fixtures/one", "x"),
        ("fixtures/two", "x"),
        ("docs/a.md", "x"),
    ];
    let tree = folder(&files);
    init(tree.path(), &["a.snap", "fixtures/one"]);
    let (blobs, outcome) = scan(&at(tree.path()));
    assert_eq!(names(&blobs), [".keyscanignore", "a.rs", "deep/.keyscanignore", "deep/b.snap", "docs/a.md"]);
    assert_eq!(outcome.excluded, 2, "one file, and one folder as a whole");

    let options = Options { exclude: vec!["docs".into(), "/deep/*.snap".into()], ..at(tree.path()) };
    let (blobs, outcome) = scan(&options);
    assert_eq!(names(&blobs), [".keyscanignore", "a.rs", "deep/.keyscanignore"]);
    assert_eq!(outcome.excluded, 4);

    let options = Options { include: vec!["*.rs".into(), "docs/".into()], ..at(tree.path()) };
    assert_eq!(names(&scan(&options).0), ["a.rs", "docs/a.md"]);

    // A named file is read; a listed one obeys what was left out, but not git.
    assert_eq!(names(&scan(&at(&tree.path().join("fixtures/one"))).0), ["fixtures/one"]);
    assert_eq!(names(&scan(&at(&tree.path().join("fixtures"))).0), ["fixtures/one", "fixtures/two"]);
    write(tree.path(), &[(".gitignore", "*.rs\n")]);
    let listed = ["a.rs", "a.snap", "fixtures/one", "deep/b.snap"].map(|name| tree.path().join(name));
    let (blobs, outcome) = scan(&Options { files_from: Some(listed.to_vec()), ..Options::default() });
    assert_eq!(names(&blobs), ["a.rs", "deep/b.snap"]);
    assert_eq!((outcome.excluded, outcome.roots.len()), (2, 1));

    let wrong = Options { exclude: vec!["{secret".into()], ..at(tree.path()) };
    assert_eq!(try_scan(&wrong, everything).unwrap_err().to_string(), "not a valid glob: {[key]");
}

#[test]
fn roots_are_read_once_and_the_first_one_counts() {
    let tree = folder(&[("a/b/c.rs", "x"), ("a/d.rs", "x"), ("e.rs", "x")]);
    let path = |name: &str| tree.path().join(name);
    let scan_all = |names: &[&str]| {
        let (blobs, outcome) =
            scan(&Options { paths: names.iter().map(|name| path(name)).collect(), ..Options::default() });
        let found = blobs.into_iter().map(|blob| (blob.root, blob.path)).collect::<Vec<_>>();
        (found, outcome.roots.into_iter().map(|root| root.name).collect::<Vec<_>>())
    };
    let found =
        |items: &[(usize, &str)]| items.iter().map(|(root, path)| (*root, (*path).to_owned())).collect::<Vec<_>>();
    let top = tree.path().file_name().unwrap().to_str().unwrap().to_owned();

    let (blobs, roots) = scan_all(&["", "a/b", "a", "a/b/c.rs", "./."]);
    assert_eq!(blobs, found(&[(0, "a/b/c.rs"), (0, "a/d.rs"), (0, "e.rs")]));
    assert_eq!(roots, [top.clone()]);

    let (mut blobs, roots) = scan_all(&["a/b", "e.rs", "a", ""]);
    blobs.sort();
    assert_eq!(blobs, found(&[(0, "c.rs"), (1, "d.rs"), (2, "e.rs")]));
    assert_eq!(roots, ["b".to_owned(), "a".to_owned(), top.clone()]);

    init(tree.path(), &[]);
    let (blobs, roots) = scan_all(&["a/b/c.rs", "e.rs"]);
    assert_eq!(blobs, found(&[(0, "a/b/c.rs"), (0, "e.rs")]));
    assert_eq!(roots, [top]);
}

#[test]
fn a_missing_path_stops_everything() {
    let tree = folder(&[("a.rs", "x")]);
    let paths = vec![tree.path().to_path_buf(), tree.path().join("secret-file")];
    let error = try_scan(&Options { paths, ..Options::default() }, |_| panic!("nothing may be read")).unwrap_err();
    assert!(matches!(&error, SourceError::Missing { path } if path.ends_with("/[key]-file")), "{error}");
}

#[test]
fn names_decide_only_over_small_files() {
    let tree =
        folder(&[("a.yaml", "x"), ("a.rs", "x"), ("Dockerfile", "x"), ("empty.env", ""), ("b.json", "needle-12345")]);
    fs::write(tree.path().join("large.json"), vec![b' '; 1024 * 1024 + 1]).unwrap();
    fs::write(tree.path().join("middle.json"), vec![b' '; 1024 * 1024]).unwrap();
    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    assert_eq!(names(&blobs), ["Dockerfile", "a.yaml", "b.json", "middle.json"]);
    assert_eq!((outcome.files, outcome.bytes), (7, 3 + 12 + 2 * 1024 * 1024 + 1));
}

#[test]
fn limits_and_pointers_are_listed() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let tree = folder(&[("model.bin", pointer), ("big.rs", "0123456789")]);
    let (blobs, outcome) = scan(&Options { max_file_size: Some(9), ..at(&tree.path().join("big.rs")) });
    assert!(blobs.is_empty());
    assert_eq!(skipped(&outcome), [("big.rs", SkipReason::TooLarge)]);
    assert_eq!((outcome.files, outcome.bytes), (0, 0));
    let (_, outcome) = scan(&Options { max_file_size: Some(1000), ..at(tree.path()) });
    assert_eq!(skipped(&outcome), [("model.bin", SkipReason::LfsPointer)]);
}

#[test]
fn no_needle_is_lost_at_the_edge_of_a_piece() {
    const PIECE: usize = 64 * 1024;
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("file.bin");
    for length in [PIECE - 3, PIECE, PIECE + 7, 3 * PIECE + 100] {
        for edge in [PIECE, 2 * PIECE, length] {
            for place in edge.saturating_sub(14)..=edge + 2 {
                if place + NEEDLE.len() > length {
                    continue;
                }
                let mut bytes = vec![b'.'; length];
                bytes[place..place + NEEDLE.len()].copy_from_slice(NEEDLE);
                fs::write(&path, &bytes).unwrap();
                let (blobs, _) = try_scan(&Options { threads: 1, ..at(tree.path()) }, gate).unwrap();
                assert_eq!(blobs.len(), 1, "{length} {place}");
                assert_eq!(blobs[0].needles[0].0, place as u64);
                assert_eq!(blobs[0].core, (0, length as u64));
            }
        }
    }
}

/// Text with characters of all lengths, one long line among short ones, and needles where windows are cut.
fn large_text(length: usize, needles: &[usize]) -> Vec<u8> {
    let line = "aé漢𝄞 x\n".repeat(50) + &"長い行🦀".repeat(40_000) + "\n";
    let mut bytes: Vec<u8> = line.bytes().cycle().take(length).collect();
    for &place in needles {
        // No half character in front of a needle or behind it, so that every way of counting agrees.
        let mut begin = place;
        while bytes[begin] & 0xC0 == 0x80 {
            begin -= 1;
        }
        let mut end = place + NEEDLE.len();
        while end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
            end += 1;
        }
        bytes[begin..end].fill(b'-');
        bytes[place..place + NEEDLE.len()].copy_from_slice(NEEDLE);
    }
    let mut end = bytes.len();
    while std::str::from_utf8(&bytes[..end]).is_err() {
        end -= 1;
    }
    bytes.truncate(end);
    bytes
}

/// Line and columns of every needle, counted the plain way.
fn positions(bytes: &[u8]) -> Vec<(u64, u64, u64, u64)> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut found = Vec::new();
    let mut before = 0;
    for (number, line) in text.split('\n').enumerate() {
        for at in memchr::memmem::find_iter(line.as_bytes(), NEEDLE) {
            let head = &line[..at];
            let columns = (head.chars().count() as u64 + 1, head.encode_utf16().count() as u64 + 1);
            found.push(((before + at) as u64, number as u64 + 1, columns.0, columns.1));
        }
        before += line.len() + 1;
    }
    found
}

#[test]
fn windows_of_a_large_file_keep_every_needle_and_its_place() {
    const PIECE: usize = 64 * 1024;
    let length = 21 * 1024 * 1024 + 12_345;
    let mut places: Vec<usize> = vec![0, 100, 5 * PIECE - 6, 9 * PIECE, 64 * PIECE - 11, 64 * PIECE + 1, length - 40];
    places.extend((100..230).map(|piece| piece * PIECE + 77)); // More neighbours than one window may have.
    places.extend([240 * PIECE - 12, 244 * PIECE - 1, 248 * PIECE - 11, 252 * PIECE]);
    let bytes = large_text(length, &places);
    let tree = tempfile::tempdir().unwrap();
    fs::write(tree.path().join("large.log"), &bytes).unwrap();
    let expected = positions(&bytes);
    assert_eq!(expected.len(), places.len());

    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    let found: Vec<_> = blobs.iter().flat_map(|blob| blob.needles.clone()).collect();
    assert_eq!(found, expected);
    assert_eq!((outcome.files, outcome.bytes), (1, bytes.len() as u64));
    assert!(blobs.len() > 5);
    for blob in &blobs {
        assert!(blob.core.1 - blob.core.0 <= 4 * 1024 * 1024);
        assert!(blob.offset == 0 || blob.core.0 - blob.offset >= PIECE as u64, "{blob:?}");
    }
    for threads in [1, 5] {
        assert_eq!(try_scan(&Options { threads, ..at(tree.path()) }, gate).unwrap().0, blobs);
    }
    assert!(try_scan(&at(tree.path()), |_| false).unwrap().0.is_empty());
}

#[test]
fn standard_input_is_a_file_without_a_place() {
    let read = |bytes: &[u8], name: Option<&str>, limit: Option<u64>| {
        let blobs = Mutex::new(Vec::new());
        let sink = |blob: &Blob<'_>| blobs.lock().unwrap().push(seen(blob));
        let outcome = stdin(bytes, name, limit, &gate, &|text: &str| text.to_owned(), &sink);
        assert_eq!(outcome.blobs, blobs.lock().unwrap().len() as u64);
        (blobs.into_inner().unwrap(), outcome)
    };
    let (blobs, outcome) = read(b"a\xff\0\nx needle-12345", None, None);
    assert_eq!((blobs[0].path.as_str(), blobs[0].exposure), ("-", Exposure::Stdin));
    assert_eq!(blobs[0].needles, [(6, 2, 3, 3)]);
    assert_eq!((outcome.files, outcome.bytes), (1, 18));
    assert!(read(b"nothing", Some("a.rs"), None).0.is_empty());
    assert_eq!(names(&read(b"nothing", Some("./deploy/.env"), None).0), ["deploy/.env"]);
    assert!(read(b"", Some(".env"), None).0.is_empty());
    let (blobs, outcome) = read(b"needle-12345 and more", None, Some(15));
    assert_eq!((blobs.len(), skipped(&outcome)), (1, vec![("-", SkipReason::TooLarge)]));

    let core = 4 * 1024 * 1024;
    let places: Vec<usize> =
        [core - 12, 2 * core - 5, 3 * core, 4 * core - 11, 4 * core + 1, 17 * 1024 * 1024].to_vec();
    let bytes = large_text(17 * 1024 * 1024 + 99, &places);
    let (blobs, outcome) = read(&bytes, None, None);
    let found: Vec<_> = blobs.iter().flat_map(|blob| blob.needles.clone()).collect();
    assert_eq!(found, positions(&bytes));
    assert_eq!(outcome.bytes, bytes.len() as u64);
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let tree = tempfile::tempdir().unwrap();
    for number in 0..900 {
        let name = format!("d{}/e{}/f{number}.txt", number % 7, number % 31);
        let text = if number % 3 == 0 { "x needle-12345" } else { "x" };
        write(tree.path(), &[(&name, text)]);
    }
    for number in 0..700 {
        write(tree.path(), &[(&format!("many/{number}.txt"), "needle-12345")]);
    }
    let first = try_scan(&Options { threads: 1, ..at(tree.path()) }, gate).unwrap();
    assert_eq!((first.0.len(), first.1.files), (1000, 1600));
    for threads in [2, 3, 16] {
        assert_eq!(try_scan(&Options { threads, ..at(tree.path()) }, gate).unwrap(), first);
    }
}

#[test]
fn a_relative_root_shows_as_typed() {
    let here = std::env::current_dir().unwrap();
    let (blobs, outcome) = try_scan(&at(Path::new("src/source")), everything).unwrap();
    assert!(blobs.iter().any(|blob| blob.shown == "src/source/mod.rs"), "{here:?}");
    assert_eq!((outcome.roots[0].path.as_str(), outcome.roots[0].name.as_str()), ("src/source", "source"));
    let (blobs, _) = try_scan(&at(&here.join("src/source/mod.rs")), everything).unwrap();
    assert_eq!((blobs[0].path.as_str(), blobs[0].shown.as_str()), ("src/source/mod.rs", "src/source/mod.rs"));
    assert_eq!(blobs[0].service.as_deref(), Some("."));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_and_special_files_are_listed_and_never_opened() {
        let outside = folder(&[("target.rs", "x"), ("ignore", "*\n")]);
        let tree = folder(&[("a/b.rs", "x"), ("c/", ""), (".gitignore", "ignored-link\n")]);
        init(tree.path(), &["a/b.rs"]);
        let path = |name: &str| tree.path().join(name);
        symlink(tree.path(), path("a/loop")).unwrap();
        symlink(outside.path(), path("out")).unwrap();
        symlink(outside.path().join("target.rs"), path("file-link")).unwrap();
        symlink("nowhere", path("ignored-link")).unwrap();
        symlink(outside.path().join("ignore"), path("c/.gitignore")).unwrap();
        fs::write(path("c/d.rs"), "x").unwrap();
        let fifo = std::process::Command::new("mkfifo").arg(path("fifo")).status().is_ok_and(|s| s.success());
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();

        let (blobs, outcome) = scan(&at(tree.path()));
        assert_eq!(names(&blobs), [".gitignore", "a/b.rs", "c/d.rs"]);
        let mut expected = vec![
            ("a/loop", SkipReason::Symlink),
            ("c/.gitignore", SkipReason::Symlink),
            ("file-link", SkipReason::Symlink),
            ("out", SkipReason::Symlink),
            ("socket", SkipReason::SpecialFile),
        ];
        if fifo {
            expected.insert(2, ("fifo", SkipReason::SpecialFile));
            let (_, outcome) = scan(&at(&path("fifo")));
            assert_eq!(skipped(&outcome), [("fifo", SkipReason::SpecialFile)]);
        } else {
            println!("skipped: no mkfifo");
        }
        expected.sort();
        assert_eq!(skipped(&outcome), expected);

        // Who names a link means what it leads to; a list does not.
        assert_eq!(names(&scan(&at(&path("file-link"))).0), ["target.rs"]);
        assert_eq!(names(&scan(&at(&path("out"))).0), ["ignore", "target.rs"]);
        let listed = Options { files_from: Some(vec![path("file-link")]), ..Options::default() };
        assert_eq!(skipped(&scan(&listed).1), [("file-link", SkipReason::Symlink)]);
    }

    #[test]
    fn a_tracked_path_through_a_link_is_not_read() {
        let outside = folder(&[("b.rs", "x")]);
        let tree = folder(&[(".gitignore", "ignored/\n"), ("ignored/", "")]);
        init(tree.path(), &["ignored/link/b.rs", "ignored/a.rs"]);
        symlink(outside.path(), tree.path().join("ignored/link")).unwrap();
        let (blobs, _) = scan(&at(tree.path()));
        assert_eq!(names(&blobs), [".gitignore"]);
    }

    #[test]
    fn names_that_are_no_text() {
        let tree = tempfile::tempdir().unwrap();
        let name = |bytes: &'static [u8]| tree.path().join(OsStr::from_bytes(bytes));
        for bytes in [b"a%\xff.rs".as_slice(), b"b%.rs", b"c\n\x1b[31m.rs", b"secret.rs", b".env\xff"] {
            fs::write(name(bytes), "x").unwrap();
        }
        let (blobs, _) = scan(&at(tree.path()));
        assert_eq!(names(&blobs), [".env%FF", "[key].rs", "a%25%FF.rs", "b%.rs", "c\n\u{1b}[31m.rs"]);
    }

    #[test]
    fn unreadable_things_are_listed() {
        let tree = folder(&[("a.rs", "x"), ("closed.rs", "x"), ("shut/b.rs", "x")]);
        for name in ["closed.rs", "shut"] {
            fs::set_permissions(tree.path().join(name), fs::Permissions::from_mode(0o000)).unwrap();
        }
        if fs::File::open(tree.path().join("closed.rs")).is_ok() {
            println!("skipped: this user may read everything");
        } else {
            let (blobs, outcome) = scan(&at(tree.path()));
            assert_eq!(names(&blobs), ["a.rs"]);
            assert_eq!(skipped(&outcome), [("closed.rs", SkipReason::Unreadable), ("shut", SkipReason::Unreadable)]);
        }
        fs::set_permissions(tree.path().join("shut"), fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn depth_costs_nothing_until_the_system_refuses() {
        let tree = tempfile::tempdir().unwrap();
        // Deeper than a path may be long: built from below, by moving what there is one folder down.
        let name = "d".repeat(200);
        let half: std::path::PathBuf = std::iter::repeat_n(name.as_str(), 15).collect();
        fs::create_dir_all(tree.path().join("x").join(&half)).unwrap();
        fs::write(tree.path().join("x").join(&half).join("deep.rs"), "x").unwrap();
        fs::create_dir_all(tree.path().join("y").join(&half)).unwrap();
        fs::rename(tree.path().join("x"), tree.path().join("y").join(&half).join("x")).unwrap();
        let (blobs, outcome) = scan(&at(tree.path()));
        assert!(blobs.is_empty());
        assert_eq!(outcome.skipped.len(), 1);
        assert_eq!(outcome.skipped[0].reason, SkipReason::Unreadable);
    }
}
