//! Objects and packs that are broken: they are listed, and everything else is found.

use std::fs;
use std::path::PathBuf;

use crate::git::forge::Repo;
use crate::git::pack::{loose, zlib, zlib_bomb};
use crate::git::scene::{Expect, Place, Scene, scenes};

use super::gone;

/// Text that cannot be made smaller.
fn noise(seed: u64, length: usize) -> String {
    // A template makes 4,096 bytes at most.
    let parts = (0..length.div_ceil(4000)).map(|part| crate::support::expand("{4000}", seed + 1000 * part as u64));
    parts.collect::<String>()[..length].to_owned()
}

/// The only file of this kind among the packs.
fn only(repo: &Repo<'_>, ending: &str) -> PathBuf {
    let files = fs::read_dir(repo.at(".git/objects/pack")).expect("there is a folder of packs").flatten();
    let mut files = files.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == ending));
    let file = files.next().expect("there is one");
    assert!(files.next().is_none(), "there are two");
    file
}

/// Git's files are read-only.
fn overwrite(path: &PathBuf, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("a file can be written");
}

/// One pack: eight files of noise, and a file with the key, which went again. Returns where in the pack each object
/// begins and how long it is there.
fn packed<'f>(scene: &'f Scene) -> (Repo<'f>, Expect, Vec<(String, usize, usize)>) {
    let repo = scene.repo();
    for number in 0..8 {
        repo.write(&format!("noise{number}.txt"), noise(number, 3000));
    }
    repo.commit("noise");
    let commit = repo.save("conf/app.env", scene.line());
    repo.remove("conf/app.env");
    let expect = Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit));
    repo.git(&["repack", "-adfq"]);
    let index = only(&repo, "idx");
    let listed = repo.git(&["verify-pack", "-v", &index.display().to_string()]);
    let object = |line: &str| {
        let mut fields = line.split_whitespace();
        let id = fields.next().filter(|id| id.len() == 40)?.to_owned();
        let mut numbers = fields.skip(2).map(|field| field.parse::<usize>().ok());
        let (length, start) = (numbers.next()??, numbers.next()??);
        Some((id, start, length))
    };
    let objects = listed.lines().filter_map(object).collect();
    (repo, expect, objects)
}

/// Where an object lies in the pack.
fn place(objects: &[(String, usize, usize)], id: &str) -> (usize, usize) {
    let found = objects.iter().find(|(known, ..)| known == id);
    found.map(|(_, start, length)| (*start, *length)).expect("the pack holds it")
}

/// Flips one bit in the middle of an object of the pack.
fn flip(repo: &Repo<'_>, (start, length): (usize, usize)) {
    let pack = only(repo, "pack");
    let mut bytes = fs::read(&pack).expect("a pack can be read");
    bytes[start + length / 2] ^= 0x10;
    overwrite(&pack, &bytes);
}

scenes! {
    everywhere

    fn bit_flipped_in_a_blob(scene) {
        let (repo, expect, objects) = packed(scene);
        flip(&repo, place(&objects, &repo.id("HEAD:noise3.txt")));
        expect.skipped("damaged-object")
    }

    fn bit_flipped_and_no_key(scene) {
        let repo = scene.repo();
        repo.save("noise.txt", noise(1, 3000));
        repo.git(&["repack", "-adfq"]);
        let pack = only(&repo, "pack");
        let mut bytes = fs::read(&pack).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        overwrite(&pack, &bytes);
        Expect::nothing(&repo).skipped("damaged-object").code(3)
    }

    fn bit_flipped_in_a_base_of_others(scene) {
        // The versions built on it cannot be read either.
        let (repo, expect) = gone(scene);
        let text = noise(1, 4000);
        for version in 0..5 {
            repo.save("noise.txt", format!("{}{version}{}", &text[..2000 - version], &text[2000..]));
        }
        repo.git(&["repack", "-adfq"]);
        let listed = repo.git(&["verify-pack", "-v", &only(&repo, "idx").display().to_string()]);
        let is_base = |line: &&str| line.contains(" blob ") && line.split_whitespace().count() == 5 && line.contains(" 40");
        let base: Vec<_> = listed.lines().find(is_base).expect("there is a base").split_whitespace().collect();
        flip(&repo, (base[4].parse().unwrap(), base[3].parse().unwrap()));
        expect.skipped("damaged-object")
    }

    fn bit_flipped_in_a_tree(scene) {
        let (repo, _, objects) = packed(scene);
        flip(&repo, place(&objects, &repo.id("HEAD^{tree}")));
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn bit_flipped_in_a_commit(scene) {
        let (repo, _, objects) = packed(scene);
        flip(&repo, place(&objects, &repo.id("HEAD~1")));
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn pack_cut_off(scene) {
        let (repo, _, objects) = packed(scene);
        let (start, length) = place(&objects, &repo.id("HEAD~1:conf/app.env"));
        let pack = only(&repo, "pack");
        let bytes = fs::read(&pack).unwrap();
        let later = objects.iter().filter(|(_, other, _)| *other > start).count();
        assert!(later > 0, "the script is wrong: nothing stands behind the key");
        overwrite(&pack, &bytes[..start + length]);
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn pack_missing(scene) {
        let repo = scene.repo();
        repo.git(&["repack", "-adfq"]);
        repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        fs::remove_file(only(&repo, "pack")).unwrap();
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn index_of_a_pack_missing(scene) {
        let repo = scene.repo();
        repo.git(&["repack", "-adfq"]);
        repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        fs::remove_file(only(&repo, "idx")).unwrap();
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn index_of_a_pack_is_garbage(scene) {
        let repo = scene.repo();
        repo.git(&["repack", "-adfq"]);
        repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        overwrite(&only(&repo, "idx"), &noise(1, 2000).into_bytes());
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn index_of_a_pack_that_lies_about_places(scene) {
        let repo = scene.repo();
        repo.git(&["repack", "-adfq"]);
        repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        let index = only(&repo, "idx");
        let mut bytes = fs::read(&index).unwrap();
        // The table of places stands before the two checksums.
        let end = bytes.len() - 40;
        bytes[end - 12..end].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
        overwrite(&index, &bytes);
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn index_of_a_pack_that_lies_about_its_length(scene) {
        let repo = scene.repo();
        repo.git(&["repack", "-adfq"]);
        repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        let index = only(&repo, "idx");
        let mut bytes = fs::read(&index).unwrap();
        bytes[8 + 255 * 4..8 + 256 * 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
        overwrite(&index, &bytes);
        Expect::gone(&repo).any_rule().incomplete().at(Place::new("history").any_commit())
    }

    fn loose_object_of_noise(scene) {
        let (repo, expect) = gone(scene);
        loose(&repo, &"1".repeat(40), noise(1, 500).as_bytes());
        expect.skipped("damaged-object")
    }

    fn loose_object_of_no_bytes(scene) {
        let (repo, expect) = gone(scene);
        loose(&repo, &"1".repeat(40), b"");
        expect.skipped("damaged-object")
    }

    fn loose_object_of_no_bytes_and_no_key(scene) {
        let repo = scene.repo();
        loose(&repo, &"1".repeat(40), b"");
        Expect::nothing(&repo).skipped("damaged-object").code(3)
    }

    fn loose_object_cut_off(scene) {
        let (repo, expect) = gone(scene);
        let id = repo.object("blob", noise(1, 5000));
        let bytes = fs::read(repo.loose(&id)).unwrap();
        overwrite(&repo.loose(&id), &bytes[..bytes.len() / 2]);
        expect.skipped("damaged-object")
    }

    fn loose_object_of_no_type(scene) {
        let (repo, expect) = gone(scene);
        loose(&repo, &"1".repeat(40), &zlib(b"blub 4\0text"));
        expect.skipped("damaged-object")
    }

    fn loose_object_longer_than_it_says(scene) {
        // A gibibyte behind ten bytes.
        let (repo, expect) = gone(scene);
        loose(&repo, &"1".repeat(40), &zlib_bomb(b"blob 10\0", b'a', 1 << 30));
        expect.skipped("damaged-object")
    }

    fn loose_object_shorter_than_it_says(scene) {
        let (repo, expect) = gone(scene);
        for (index, size) in ["9223372036854775808", "18446744073709551615", "99999999999999999999999", "100000000000"]
            .iter()
            .enumerate()
        {
            loose(&repo, &index.to_string().repeat(40), &zlib(format!("blob {size}\0text").as_bytes()));
        }
        expect.incomplete()
    }

    fn loose_object_that_is_as_large_as_it_says(scene) {
        let (repo, expect) = gone(scene);
        let size = 256 << 20;
        loose(&repo, &"1".repeat(40), &zlib_bomb(format!("blob {size}\0").as_bytes(), b'a', size));
        expect.perhaps_incomplete()
    }

    fn commits_and_trees_and_tags_of_noise(scene) {
        let (repo, expect) = gone(scene);
        for kind in ["commit", "tree", "tag"] {
            repo.object(kind, noise(1, 400));
            repo.object(kind, "");
        }
        repo.object("tree", "100644 name\0short");
        expect.incomplete()
    }

    fn reference_to_a_damaged_commit(scene) {
        let (repo, expect) = gone(scene);
        let id = repo.object("commit", noise(1, 400));
        repo.write(".git/refs/heads/broken", format!("{id}\n"));
        expect.incomplete()
    }

    fn parent_that_is_missing(scene) {
        let (repo, expect) = gone(scene);
        let commit = repo.commit_of(&repo.id("HEAD^{tree}"), &[&"1".repeat(40)]);
        repo.write(".git/refs/heads/broken", format!("{commit}\n"));
        expect.skipped("missing-object")
    }

    fn tree_that_is_missing(scene) {
        let (repo, expect) = gone(scene);
        let commit = repo.commit_of(&"1".repeat(40), &[]);
        repo.write(".git/refs/heads/broken", format!("{commit}\n"));
        expect.skipped("missing-object")
    }

    fn blob_that_is_missing(scene) {
        let (repo, expect) = gone(scene);
        let tree = repo.tree(&[("100644", "lost.txt", &"1".repeat(40))]);
        let commit = repo.commit_of(&tree, &[]);
        repo.write(".git/refs/heads/broken", format!("{commit}\n"));
        expect.skipped("missing-object")
    }

    fn reference_to_nothing(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/refs/heads/broken", format!("{}\n", "1".repeat(40)));
        expect.skipped("missing-object")
    }

    fn blob_and_tree_that_say_the_other(scene) {
        // A commit whose tree is a blob, a tree that names a blob as a folder, a parent that is a tree.
        let (repo, expect) = gone(scene);
        let (blob, tree) = (repo.id("HEAD:start.txt"), repo.id("HEAD^{tree}"));
        let odd = repo.tree(&[("40000", "folder", &blob), ("100644", "file", &tree)]);
        let commits = [repo.commit_of(&blob, &[]), repo.commit_of(&odd, &[&tree])];
        for (index, commit) in commits.iter().enumerate() {
            repo.write(&format!(".git/refs/heads/odd{index}"), format!("{commit}\n"));
        }
        expect.incomplete()
    }
}
