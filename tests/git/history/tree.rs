//! The history and the work tree together: what is still there, and what is gone.

use crate::git::scene::{Expect, Place, scenes};

scenes! {
    fn tracked_env_file(scene) {
        let repo = scene.repo();
        let commit = repo.save(".env", scene.line());
        Expect::exposed(&repo).at(Place::new("tracked").path(".env").commit(&commit))
    }

    fn untracked_file(scene) {
        let repo = scene.repo();
        repo.write(".env", scene.line());
        Expect::exposed(&repo).at(Place::new("untracked").path(".env").no_commit())
    }

    fn ignored_file(scene) {
        let repo = scene.repo();
        repo.save(".gitignore", ".env\n");
        repo.write(".env", scene.line());
        Expect::stored(&repo).at(Place::new("ignored").path(".env").no_commit())
    }

    fn still_in_the_tree(scene) {
        // The versions before are the same place: one occurrence, and the commit that began it.
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.save("app.env", format!("MODE=fast\n{}", scene.line()));
        repo.save("app.env", format!("MODE=slow\n{}", scene.line()));
        Expect::exposed(&repo).at(Place::new("tracked").path("app.env").commit(&commit))
    }

    fn still_in_the_tree_at_another_path(scene) {
        let repo = scene.repo();
        let commit = repo.save("old.env", scene.line());
        repo.git(&["mv", "old.env", "new.env"]);
        repo.commit("rename");
        Expect::exposed(&repo)
            .at(scene.history(&repo, "old.env", &commit))
            .at(Place::new("tracked").path("new.env").any_commit())
    }

    fn renamed_and_deleted(scene) {
        let repo = scene.repo();
        let commit = repo.save("old.env", scene.line());
        repo.git(&["mv", "old.env", "new.env"]);
        repo.commit("rename");
        repo.remove("new.env");
        Expect::gone(&repo).at(scene.history(&repo, "old.env", &commit)).more_places()
    }

    fn moved_to_an_ignored_file(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.write(".gitignore", ".env\n");
        repo.remove("app.env");
        repo.write(".env", scene.line());
        Expect::gone(&repo)
            .at(scene.history(&repo, "app.env", &commit))
            .at(Place::new("ignored").path(".env").no_commit())
    }

    fn deleted_in_the_work_tree_but_not_committed(scene) {
        // Git still tracks it.
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        std::fs::remove_file(repo.at("app.env")).unwrap();
        Expect::exposed(&repo).at(Place::new("tracked").path("app.env").commit(&commit))
    }

    fn removed_from_the_index_but_not_committed(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.git(&["rm", "-q", "app.env"]);
        Expect::exposed(&repo).at(Place::new("tracked").path("app.env").commit(&commit))
    }

    fn force_added_in_an_ignored_folder(scene) {
        let repo = scene.repo();
        repo.save(".gitignore", "out/\n");
        repo.write("out/app.env", scene.line());
        repo.git(&["add", "-f", "out/app.env"]);
        let commit = repo.commit("force");
        Expect::exposed(&repo).at(Place::new("tracked").path("out/app.env").commit(&commit))
    }

    fn part_of_the_repository_as_root(scene) {
        // The history is that of the whole repository; paths begin at its top.
        let repo = scene.repo();
        let commit = repo.save("sub/app.env", scene.line());
        repo.save("sub/other.txt", "x\n");
        repo.remove("sub/app.env");
        Expect::gone(&repo).root(repo.at("sub")).at(scene.history(&repo, "sub/app.env", &commit))
    }

    fn folder_above_the_repository_as_root(scene) {
        let repo = scene.repo();
        let commit = repo.save("sub/app.env", scene.line());
        repo.remove("sub/app.env");
        let place = scene.history(&repo, "sub/app.env", &commit).path("app/sub/app.env");
        Expect::gone(&repo).root(scene.forge.work()).at(place)
    }
}
