//! Links, pipes, permissions and names that are no text.

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
