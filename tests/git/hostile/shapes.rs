//! Histories of shapes that cost whoever walks them carelessly.

use crate::git::forge::{Repo, raw};
use crate::git::pack::Pack;
use crate::git::scene::{Expect, Place, Scene, scenes};

use super::gone;

/// One entry of a tree.
fn entry(mode: &str, name: &[u8], id: &str) -> Vec<u8> {
    [mode.as_bytes(), b" ", name, b"\0", &raw(id)].concat()
}

/// The text of a commit.
fn commit(tree: &str, parents: &[String]) -> String {
    let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    let person = "Ada Writer <ada@corp.example> 1767312000 +0000";
    format!("tree {tree}\n{parents}author {person}\ncommitter {person}\n\nwork\n")
}

/// Puts a commit on a branch of its own.
fn branch(repo: &Repo<'_>, commit: &str) {
    repo.write(".git/refs/heads/odd", format!("{commit}\n"));
}

/// A commit of a tree in which the key's file has an odd name.
fn named(scene: &Scene, mode: &str, name: &[u8]) -> Expect {
    let repo = scene.repo();
    let mut pack = Pack::default();
    let blob = pack.add("blob", scene.line());
    let tree = pack.add("tree", entry(mode, name, &blob));
    let commit = pack.add("commit", commit(&tree, &[]));
    pack.write(&repo);
    branch(&repo, &commit);
    Expect::gone(&repo).at(Place::new("history").any_commit()).perhaps_incomplete()
}

scenes! {
    everywhere

    fn tree_of_a_million_entries(scene) {
        let repo = scene.repo();
        let mut pack = Pack::default();
        let (blob, other) = (pack.add("blob", scene.line()), pack.add("blob", "harmless\n"));
        let mut content = Vec::new();
        for number in 0..1_000_000 {
            content.extend(entry("100644", format!("f{number:06}").as_bytes(), &other));
        }
        content.extend(entry("100644", b"g.env", &blob));
        let tree = pack.add("tree", content);
        let commit = pack.add("commit", commit(&tree, &[]));
        pack.write(&repo);
        branch(&repo, &commit);
        Expect::gone(&repo).at(scene.history(&repo, "g.env", &commit))
    }

    fn billion_laughs(scene) {
        // Thirty levels, each of which names the next one ten times.
        let repo = scene.repo();
        let mut pack = Pack::default();
        let blob = pack.add("blob", scene.line());
        let mut tree = pack.add("tree", entry("100644", b"app.env", &blob));
        for _ in 0..30 {
            let names = b"abcdefghij".iter().flat_map(|name| entry("40000", &[*name], &tree));
            let content: Vec<u8> = names.collect();
            tree = pack.add("tree", content);
        }
        let commit = pack.add("commit", commit(&tree, &[]));
        pack.write(&repo);
        branch(&repo, &commit);
        let path = format!("{}app.env", "a/".repeat(30));
        Expect::gone(&repo).at(scene.history(&repo, &path, &commit))
    }

    fn billion_laughs_without_a_key(scene) {
        let repo = scene.repo();
        let mut pack = Pack::default();
        let mut tree = pack.add("tree", "");
        for _ in 0..30 {
            let content: Vec<u8> = b"abcdefghij".iter().flat_map(|name| entry("40000", &[*name], &tree)).collect();
            tree = pack.add("tree", content);
        }
        let commit = pack.add("commit", commit(&tree, &[]));
        pack.write(&repo);
        branch(&repo, &commit);
        Expect::nothing(&repo)
    }

    fn folders_in_folders(scene) {
        // Twenty thousand of them.
        let repo = scene.repo();
        let mut pack = Pack::default();
        let blob = pack.add("blob", scene.line());
        let mut tree = pack.add("tree", entry("100644", b"app.env", &blob));
        for _ in 0..20_000 {
            tree = pack.add("tree", entry("40000", b"d", &tree));
        }
        let commit = pack.add("commit", commit(&tree, &[]));
        pack.write(&repo);
        branch(&repo, &commit);
        Expect::gone(&repo).at(Place::new("history").any_commit()).perhaps_incomplete()
    }

    fn name_of_a_parent_folder(scene) {
        named(scene, "100644", b"../../../app.env")
    }

    fn name_of_two_dots(scene) {
        named(scene, "100644", b"..")
    }

    fn name_of_git_itself(scene) {
        named(scene, "100644", b".git")
    }

    fn no_name(scene) {
        named(scene, "100644", b"")
    }

    fn absolute_name(scene) {
        named(scene, "100644", b"/etc/app.env")
    }

    fn name_of_a_mebibyte(scene) {
        named(scene, "100644", &b"n".repeat(1 << 20))
    }

    fn mode_that_is_none(scene) {
        named(scene, "177777", b"app.env")
    }

    fn same_name_twice(scene) {
        let repo = scene.repo();
        let mut pack = Pack::default();
        let (blob, other) = (pack.add("blob", scene.line()), pack.add("blob", "harmless\n"));
        let content = [entry("100644", b"app.env", &other), entry("100644", b"app.env", &blob)].concat();
        let tree = pack.add("tree", content);
        let commit = pack.add("commit", commit(&tree, &[]));
        pack.write(&repo);
        branch(&repo, &commit);
        Expect::gone(&repo).at(Place::new("history").path("app.env").commit(&commit)).perhaps_incomplete()
    }

    fn ten_thousand_parents(scene) {
        let (repo, expect) = gone(scene);
        let mut pack = Pack::default();
        let tree = repo.id("HEAD^{tree}");
        let parents: Vec<String> = (0..10_000).map(|number| pack.add("commit", format!("{}{number}\n", commit(&tree, &[])))).collect();
        let many = pack.add("commit", commit(&tree, &parents));
        pack.write(&repo);
        branch(&repo, &many);
        expect
    }

    fn ten_thousand_parents_that_are_missing(scene) {
        let (repo, expect) = gone(scene);
        let parents: Vec<String> = (0..10_000).map(|number| format!("{number:040x}")).collect();
        let many = repo.object("commit", commit(&repo.id("HEAD^{tree}"), &parents));
        branch(&repo, &many);
        expect.incomplete()
    }

    fn ten_thousand_commits_in_a_row(scene) {
        let repo = scene.repo();
        let mut pack = Pack::default();
        let blob = pack.add("blob", scene.line());
        let (tree, empty) = (pack.add("tree", entry("100644", b"app.env", &blob)), pack.add("tree", ""));
        let first = pack.add("commit", commit(&tree, &[]));
        let mut tip = first.clone();
        for _ in 0..10_000 {
            tip = pack.add("commit", commit(&empty, &[tip]));
        }
        pack.write(&repo);
        branch(&repo, &tip);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &first))
    }

    fn braided_history(scene) {
        // Each of two hundred pairs has both of the pair before as parents: 2^200 ways to the first commit.
        let repo = scene.repo();
        let mut pack = Pack::default();
        let blob = pack.add("blob", scene.line());
        let (tree, empty) = (pack.add("tree", entry("100644", b"app.env", &blob)), pack.add("tree", ""));
        let first = pack.add("commit", commit(&tree, &[]));
        let mut pair = vec![first.clone()];
        for _ in 0..200 {
            pair = ["a", "b"].map(|side| pack.add("commit", format!("{}{side}\n", commit(&empty, &pair)))).to_vec();
        }
        let tip = pack.add("commit", commit(&empty, &pair));
        pack.write(&repo);
        branch(&repo, &tip);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &first))
    }

    fn commit_that_is_its_own_parent(scene) {
        // Its id is not that of its text, as in a store that somebody edited.
        let (repo, expect) = gone(scene);
        let id = "1".repeat(40);
        let text = commit(&repo.id("HEAD^{tree}"), std::slice::from_ref(&id));
        let whole = format!("commit {}\0{text}", text.len());
        crate::git::pack::loose(&repo, &id, &crate::git::pack::zlib(whole.as_bytes()));
        branch(&repo, &id);
        expect.perhaps_incomplete()
    }

    fn tree_that_holds_itself(scene) {
        let (repo, expect) = gone(scene);
        let id = "1".repeat(40);
        let text = entry("40000", b"again", &id);
        let whole = [format!("tree {}\0", text.len()).as_bytes(), &text].concat();
        crate::git::pack::loose(&repo, &id, &crate::git::pack::zlib(&whole));
        let commit = repo.object("commit", commit(&id, &[]));
        branch(&repo, &commit);
        expect.perhaps_incomplete()
    }

    fn ten_thousand_tags_of_tags(scene) {
        let repo = scene.repo();
        let mut pack = Pack::default();
        let tag = |object: &str, kind: &str, text: &str| {
            format!("object {object}\ntype {kind}\ntag v\ntagger Ada Writer <a@b> 1767312000 +0000\n\n{text}\n")
        };
        let mut tip = pack.add("tag", tag(&repo.id("HEAD"), "commit", &scene.line()));
        for _ in 0..10_000 {
            tip = pack.add("tag", tag(&tip, "tag", "outer"));
        }
        pack.write(&repo);
        repo.write(".git/refs/tags/v", format!("{tip}\n"));
        Expect::leaked(&repo).signal("tag-message").at(Place::new("history")).perhaps_incomplete()
    }

    fn commit_with_an_endless_header(scene) {
        let (repo, expect) = gone(scene);
        let tree = repo.id("HEAD^{tree}");
        let header = "x".repeat(8 << 20);
        let person = "Ada Writer <ada@corp.example> 1767312000 +0000";
        let text = format!("tree {tree}\nauthor {person}\ncommitter {person}\nodd {header}\n more\n\nwork\n");
        let id = repo.object("commit", text);
        branch(&repo, &id);
        expect.perhaps_incomplete()
    }

    fn dates_that_are_none(scene) {
        let (repo, expect) = gone(scene);
        let tree = repo.id("HEAD^{tree}");
        for (index, date) in ["99999999999999999999 +9999", "-1 -0000", "", "x y", "0 +99999999"].iter().enumerate() {
            let text = format!("tree {tree}\nauthor A <a> {date}\ncommitter A <a> {date}\n\nwork\n");
            let id = repo.object("commit", text);
            repo.write(&format!(".git/refs/heads/odd{index}"), format!("{id}\n"));
        }
        expect.perhaps_incomplete()
    }
}
