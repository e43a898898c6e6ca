//! What is read of what was asked for.

use super::*;

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
    assert_eq!(outcome.left_out.excluded(), 2, "one file, and one folder as a whole");

    let options = Options { exclude: vec!["docs".into(), "/deep/*.snap".into()], ..at(tree.path()) };
    let (blobs, outcome) = scan(&options);
    assert_eq!(names(&blobs), [".keyscanignore", "a.rs", "deep/.keyscanignore"]);
    assert_eq!(outcome.left_out.excluded(), 4);

    let options = Options { include: vec!["*.rs".into(), "docs/".into()], ..at(tree.path()) };
    assert_eq!(names(&scan(&options).0), ["a.rs", "docs/a.md"]);

    // A named file is read; a listed one obeys what was left out, but not git.
    assert_eq!(names(&scan(&at(&tree.path().join("fixtures/one"))).0), ["fixtures/one"]);
    assert_eq!(names(&scan(&at(&tree.path().join("fixtures"))).0), ["fixtures/one", "fixtures/two"]);
    write(tree.path(), &[(".gitignore", "*.rs\n")]);
    let listed = ["a.rs", "a.snap", "fixtures/one", "deep/b.snap"].map(|name| tree.path().join(name));
    let (blobs, outcome) = scan(&Options { files_from: Some(listed.to_vec()), ..Options::default() });
    assert_eq!(names(&blobs), ["a.rs", "deep/b.snap"]);
    assert_eq!((outcome.left_out.excluded(), outcome.roots.len()), (2, 1));

    let wrong = Options { exclude: vec!["{secret".into()], ..at(tree.path()) };
    assert_eq!(try_scan(&wrong, everything).unwrap_err().to_string(), "not a valid glob: '{[key]'");
}

#[test]
fn roots_are_read_once_and_the_outermost_one_counts() {
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
    assert_eq!(roots, std::slice::from_ref(&top));

    let (blobs, roots) = scan_all(&["a/b", "e.rs", "a", ""]);
    assert_eq!(blobs, found(&[(0, "a/b/c.rs"), (0, "a/d.rs"), (0, "e.rs")]));
    assert_eq!(roots, std::slice::from_ref(&top));

    let (mut blobs, roots) = scan_all(&["e.rs", "a/b"]);
    blobs.sort();
    assert_eq!(blobs, found(&[(0, "c.rs"), (1, "e.rs")]));
    assert_eq!(roots, ["b".to_owned(), top.clone()]);

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
