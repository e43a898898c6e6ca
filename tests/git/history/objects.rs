//! What no branch holds: stashes, commits that were taken back, objects that nothing names.

use std::fs;

use crate::git::forge::Repo;
use crate::git::scene::{Expect, Place, scenes};

/// Throws away what remembers where references pointed to.
fn forget(repo: &Repo<'_>) {
    repo.git(&["reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"]);
    fs::remove_dir_all(repo.at(".git/logs")).expect("there are reflogs");
    let _ = fs::remove_file(repo.at(".git/ORIG_HEAD"));
}

/// Where a loose object lies, as reports write it.
fn place_of(id: &str) -> String {
    format!(".git/objects/{}/{}", &id[..2], &id[2..])
}

scenes! {
    fn stash_of_a_tracked_change(scene) {
        let repo = scene.repo();
        repo.save("app.env", "MODE=fast\n");
        repo.write("app.env", scene.line());
        repo.git(&["stash", "-q"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &repo.id("stash@{0}")))
    }

    fn stash_of_what_was_only_staged(scene) {
        let repo = scene.repo();
        repo.save("app.env", "MODE=fast\n");
        repo.write("app.env", scene.line());
        repo.git(&["add", "app.env"]);
        repo.write("app.env", "MODE=fast\n");
        repo.git(&["stash", "-q"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &repo.id("stash@{0}^2")))
    }

    fn stash_of_an_untracked_file(scene) {
        let repo = scene.repo();
        repo.write("app.env", scene.line());
        repo.git(&["stash", "-q", "-u"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &repo.id("stash@{0}^3")))
    }

    fn an_older_stash(scene) {
        let repo = scene.repo();
        repo.save("app.env", "MODE=fast\n");
        repo.write("app.env", scene.line());
        repo.git(&["stash", "-q"]);
        repo.write("app.env", "MODE=slow\n");
        repo.git(&["stash", "-q"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &repo.id("stash@{1}")))
    }

    fn commit_taken_back(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn commit_taken_back_and_forgotten(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        forget(&repo);
        Expect::gone(&repo).signal("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn two_commits_forgotten(scene) {
        // The later of the two is the tip; the earlier one brought the key in.
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.save("app.env", format!("MODE=fast\n{}", scene.line()));
        repo.git(&["reset", "-q", "--hard", "HEAD~2"]);
        forget(&repo);
        Expect::gone(&repo).signal("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn commit_amended(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.write("app.env", "MODE=fast\n");
        repo.git(&["commit", "-q", "-a", "--amend", "-m", "better"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn blob_without_a_commit(scene) {
        let repo = scene.repo();
        let id = repo.object("blob", scene.line());
        assert!(repo.loose(&id).is_file());
        Expect::gone(&repo).signal("unreachable").at(Place::new("history").path(&place_of(&id)).no_commit())
    }

    fn blob_of_a_tree_without_a_commit(scene) {
        let repo = scene.repo();
        let id = repo.object("blob", scene.line());
        repo.tree(&[("100644", "app.env", &id)]);
        Expect::gone(&repo).signal("unreachable").at(Place::new("history").path(&place_of(&id)).no_commit())
    }

    fn blob_without_a_commit_in_a_pack(scene) {
        let repo = scene.repo();
        let id = repo.object("blob", scene.line());
        repo.git_fed(&["pack-objects", "-q", ".git/objects/pack/pack"], format!("{id}\n").as_bytes());
        repo.git(&["prune-packed", "-q"]);
        assert!(!repo.loose(&id).exists());
        Expect::gone(&repo).signal("unreachable").at(Place::new("history").path(&place_of(&id)).no_commit())
    }

    fn in_the_index_only(scene) {
        let repo = scene.repo();
        repo.write("app.env", scene.line());
        repo.git(&["add", "app.env"]);
        fs::remove_file(repo.at("app.env")).unwrap();
        Expect::exposed(&repo).at(Place::new("staged").path("app.env").no_commit())
    }

    fn in_the_index_of_a_repository_without_a_commit(scene) {
        let repo = scene.forge.repo("app");
        repo.write("app.env", scene.line());
        repo.git(&["add", "app.env"]);
        fs::remove_file(repo.at("app.env")).unwrap();
        Expect::exposed(&repo).at(Place::new("staged").path("app.env").no_commit())
    }

    fn staged_and_then_cleaned_in_the_work_tree(scene) {
        let repo = scene.repo();
        repo.write("app.env", scene.line());
        repo.git(&["add", "app.env"]);
        repo.write("app.env", "MODE=fast\n");
        Expect::exposed(&repo).at(Place::new("staged").path("app.env").no_commit())
    }

    fn one_side_of_a_conflict(scene) {
        let repo = scene.repo();
        repo.save("app.env", "MODE=fast\n");
        repo.git(&["checkout", "-q", "-b", "other"]);
        let commit = repo.save("app.env", scene.line());
        repo.git(&["checkout", "-q", "main"]);
        repo.save("app.env", "MODE=slow\n");
        assert!(!repo.try_git(&["merge", "-q", "other"], b"").status.success());
        repo.write("app.env", "MODE=slow\n");
        assert_eq!(repo.git(&["ls-files", "-u"]).lines().count(), 3);
        // Git has also stored the file with both sides in it.
        Expect::exposed(&repo).at(Place::new("staged").path("app.env").commit(&commit)).more_places()
    }

    fn empty_repository(scene) {
        let repo = scene.forge.repo("app");
        Expect::nothing(&repo)
    }
}
