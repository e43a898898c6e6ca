//! All the ways in which git packs objects.

use std::fs;

use crate::git::forge::Repo;
use crate::git::pack::{Entry, Pack, copy, delta, id_of};
use crate::git::scene::{Expect, Scene, scenes};

/// A repository whose key came in and went with one commit of many; returns that commit. The file changes by small
/// steps, so that packs hold it as a chain of differences.
fn many(scene: &Scene, repo: &Repo<'_>) -> String {
    let line = |number: usize| format!("SETTING_{number}={}\n", number.wrapping_mul(2_654_435_761) % 1_000_003);
    let mut lines: Vec<String> = (0..300).map(line).collect();
    let mut found = String::new();
    for version in 0..40 {
        lines[version * 7] = format!("CHANGED={version}\n");
        let mut text = lines.concat();
        if version == 17 {
            text.push_str(&scene.line());
        }
        let commit = repo.save("conf/app.env", text);
        if version == 17 {
            found = commit;
        }
    }
    found
}

fn packs(repo: &Repo<'_>, ending: &str) -> usize {
    let names = fs::read_dir(repo.at(".git/objects/pack")).expect("there is a folder of packs");
    names.flatten().filter(|entry| entry.file_name().to_string_lossy().ends_with(ending)).count()
}

/// No object is loose any more.
fn all_packed(repo: &Repo<'_>) {
    let count = repo.git(&["count-objects", "-v"]);
    assert!(count.starts_with("count: 0\n"), "the script is wrong: {count}");
}

scenes! {
    fn everything_packed(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["gc", "-q", "--aggressive", "--prune=now"]);
        all_packed(&repo);
        let deltas = repo.git(&["cat-file", "--batch-all-objects", "--batch-check=%(deltabase)"]);
        assert!(deltas.lines().filter(|base| base.bytes().any(|byte| byte != b'0')).count() > 20);
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn several_packs(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["repack", "-dq"]);
        repo.save("later.txt", "x\n");
        repo.git(&["repack", "-dq"]);
        assert_eq!(packs(&repo, ".pack"), 2);
        repo.save("loose.txt", "x\n");
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn same_object_in_two_packs_and_loose(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        let blob = repo.id("HEAD:app.env");
        repo.remove("app.env");
        repo.git(&["repack", "-q"]);
        let name = repo.git_fed(&["pack-objects", "-q", ".git/objects/pack/pack"], format!("{blob}\n").as_bytes());
        assert!(!name.is_empty() && packs(&repo, ".pack") == 2 && repo.loose(&blob).is_file());
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn index_over_several_packs(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["repack", "-dq"]);
        repo.save("later.txt", "x\n");
        repo.git(&["repack", "-dq"]);
        repo.git(&["multi-pack-index", "write", "--bitmap"]);
        assert!(repo.at(".git/objects/pack/multi-pack-index").is_file());
        all_packed(&repo);
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn bitmaps_and_reverse_indexes(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["-c", "pack.writeReverseIndex=true", "repack", "-adbq"]);
        repo.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
        assert_eq!((packs(&repo, ".bitmap"), packs(&repo, ".rev")), (1, 1));
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn kept_pack(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["repack", "-adq"]);
        let pack = fs::read_dir(repo.at(".git/objects/pack")).unwrap().flatten().map(|entry| entry.path());
        let pack = pack.into_iter().find(|path| path.extension().is_some_and(|end| end == "pack")).unwrap();
        fs::write(pack.with_extension("keep"), "").unwrap();
        repo.save("later.txt", "x\n");
        repo.git(&["repack", "-adq"]);
        assert_eq!(packs(&repo, ".pack"), 2);
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn index_of_the_first_version(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["-c", "pack.indexVersion=1", "repack", "-adq"]);
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn bases_named_by_their_ids(scene) {
        let repo = scene.repo();
        let commit = many(scene, &repo);
        repo.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
        all_packed(&repo);
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn pack_of_what_is_forgotten(scene) {
        let repo = scene.repo();
        repo.save("app.env", "MODE=fast\n");
        let commit = repo.save("app.env", scene.line());
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        fs::remove_dir_all(repo.at(".git/logs")).unwrap();
        fs::remove_file(repo.at(".git/ORIG_HEAD")).unwrap();
        repo.git(&["gc", "-q", "--cruft", "--prune=never"]);
        assert_eq!(packs(&repo, ".mtimes"), 1);
        Expect::gone(&repo).signal("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn key_made_by_a_difference_alone(scene) {
        // The base holds the key in pieces, one a line; the difference copies them together.
        let repo = scene.repo();
        let pieces: Vec<&str> = (0..scene.key.len()).step_by(21).map(|at| scene.key.get(at..at + 21).unwrap_or(&scene.key[at..])).collect();
        let base = format!("OPENAI_API_KEY=\n{}\n", pieces.join("\n"));
        let mut steps = copy(0, 15);
        let mut at = 16;
        for piece in &pieces {
            let length = u32::try_from(piece.len()).unwrap();
            steps.extend(copy(at, length));
            at += length + 1;
        }
        let mut pack = Pack::default();
        let text = scene.line().trim_end().to_owned();
        let (base_id, id) = (pack.add("blob", base.clone()), id_of("blob", text.as_bytes()));
        pack.claim(&id, Entry::Of(base_id, delta(base.len() as u64, text.len() as u64, &steps)));
        pack.write(&repo);
        let commit = repo.commit_of(&repo.tree(&[("100644", "app.env", &id)]), &[]);
        repo.git(&["update-ref", "refs/heads/made", &commit]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }
}
