//! Repositories in other shapes: bare, linked, one in another, with other ids.

use std::fs;

use crate::git::forge::Repo;
use crate::git::scene::{Expect, Place, Scene, scenes};

/// A repository that came with a submodule whose key was deleted; returns both and the submodule's commit.
fn with_submodule<'f>(scene: &'f Scene) -> (Repo<'f>, Repo<'f>, String) {
    let library = scene.forge.open(scene.forge.out().join("library"));
    fs::create_dir(&library.top).expect("a folder can be made");
    library.git(&["init", "-q", "-b", "main"]);
    library.save("lib.txt", "hello\n");
    let commit = library.save("conf/lib.env", scene.line());
    library.remove("conf/lib.env");
    let repo = scene.repo();
    repo.git(&["submodule", "--quiet", "add", "../../out/library", "vendor/library"]);
    repo.commit("a submodule");
    (repo, library, commit)
}

/// A repository with a linked work tree beside it, at a commit of its own.
fn with_linked<'f>(scene: &'f Scene) -> (Repo<'f>, Repo<'f>) {
    let repo = scene.repo();
    let linked = scene.forge.work().join("linked");
    repo.git(&["worktree", "add", "-q", "--detach", "../linked"]);
    (repo, scene.forge.open(linked))
}

scenes! {
    fn bare_repository(scene) {
        let repo = scene.repo();
        let commit = repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
        let bare = scene.forge.open(scene.forge.work().join("bare.git"));
        Expect::gone(&bare).at(scene.history(&bare, "conf/app.env", &commit))
    }

    fn bare_repository_with_the_key_at_its_head(scene) {
        // Without a work tree HEAD is the tree.
        let repo = scene.repo();
        let commit = repo.save("conf/app.env", scene.line());
        repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
        let bare = scene.forge.open(scene.forge.work().join("bare.git"));
        Expect::exposed(&bare).at(Place::new("tracked").path("conf/app.env").commit(&commit))
    }

    fn bare_repository_below_the_root(scene) {
        let repo = scene.repo();
        let commit = repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        let top = scene.forge.work().join("mirrors");
        repo.git(&["clone", "-q", "--mirror", ".", "../mirrors/app.git"]);
        Expect::gone(&repo).root(top).at(Place::new("history").path("*conf/app.env").commit(&commit))
    }

    fn git_directory_as_root(scene) {
        let repo = scene.repo();
        let commit = repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        Expect::gone(&repo)
            .root(repo.at(".git"))
            .at(Place::new("history").path("*conf/app.env").commit(&commit))
            .more_places()
    }

    fn ids_of_sha256(scene) {
        let repo = scene.forge.repo_with("app", &["--object-format=sha256"]);
        repo.save("start.txt", "hello\n");
        let commit = repo.save("conf/app.env", scene.line());
        assert_eq!(commit.len(), 64);
        repo.remove("conf/app.env");
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn ids_of_sha256_packed(scene) {
        let repo = scene.forge.repo_with("app", &["--object-format=sha256"]);
        let commit = repo.save("conf/app.env", scene.line());
        repo.save("conf/app.env", "MODE=fast\n");
        repo.git(&["stash", "-q", "-u"]);
        repo.git(&["gc", "-q", "--prune=now"]);
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn git_directory_elsewhere(scene) {
        let repo = scene.forge.repo_with("app", &["--separate-git-dir", "../../out/app.git"]);
        assert!(repo.at(".git").is_file());
        let commit = repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn submodule_checked_out(scene) {
        let (repo, library, commit) = with_submodule(scene);
        let place = scene.history(&library, "conf/lib.env", &commit).path("vendor/library/conf/lib.env");
        Expect::gone(&repo).at(place)
    }

    fn submodule_not_checked_out_any_more(scene) {
        // Its objects are still there.
        let (repo, _, commit) = with_submodule(scene);
        repo.git(&["submodule", "--quiet", "deinit", "-f", "vendor/library"]);
        assert!(repo.at(".git/modules/vendor/library/HEAD").is_file() && !repo.at("vendor/library/.git").exists());
        Expect::gone(&repo).at(Place::new("history").path("*conf/lib.env").commit(&commit)).skipped("submodule")
    }

    fn submodule_removed_from_the_tree(scene) {
        let (repo, _, commit) = with_submodule(scene);
        repo.git(&["rm", "-q", "-f", "vendor/library"]);
        repo.commit("no submodule");
        Expect::gone(&repo).at(Place::new("history").path("*conf/lib.env").commit(&commit))
    }

    fn submodule_as_root(scene) {
        let (repo, library, commit) = with_submodule(scene);
        Expect::gone(&repo)
            .root(repo.at("vendor/library"))
            .at(scene.history(&library, "conf/lib.env", &commit))
    }

    fn linked_work_tree_as_root(scene) {
        let (repo, linked) = with_linked(scene);
        let commit = repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        Expect::gone(&linked).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn head_of_a_linked_work_tree(scene) {
        // Only the linked work tree's own HEAD leads there; it is scanned through the main one.
        let (repo, linked) = with_linked(scene);
        let commit = linked.save("conf/app.env", scene.line());
        linked.remove("conf/app.env");
        fs::remove_dir_all(repo.at(".git/worktrees/linked/logs")).unwrap();
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn index_of_a_linked_work_tree(scene) {
        let (repo, linked) = with_linked(scene);
        linked.write("conf/app.env", scene.line());
        linked.git(&["add", "-A"]);
        fs::remove_file(linked.at("conf/app.env")).unwrap();
        assert_eq!(repo.git(&["ls-files", "conf"]), "");
        Expect::exposed(&linked).at(Place::new("staged").path("conf/app.env").no_commit())
    }

    fn index_of_a_linked_work_tree_seen_from_the_main_one(scene) {
        let (repo, linked) = with_linked(scene);
        linked.write("conf/app.env", scene.line());
        linked.git(&["add", "-A"]);
        Expect::exposed(&repo).at(Place::new("staged").path("conf/app.env").no_commit())
    }

    fn reference_of_a_linked_work_tree(scene) {
        let (repo, linked) = with_linked(scene);
        let commit = linked.save("conf/app.env", scene.line());
        linked.git(&["update-ref", "refs/worktree/mine", &commit]);
        linked.git(&["reset", "-q", "--hard", "HEAD~1"]);
        fs::remove_dir_all(repo.at(".git/worktrees/linked/logs")).unwrap();
        let _ = fs::remove_file(repo.at(".git/worktrees/linked/ORIG_HEAD"));
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn settings_of_a_linked_work_tree(scene) {
        // Git's own files lie outside of the root; reports name them as if they lay in it.
        let (repo, linked) = with_linked(scene);
        repo.git(&["config", "http.extraHeader", &format!("Authorization: Bearer {}", scene.key)]);
        Expect::leaked(&linked).signal("git-config").at(Place::new("git-metadata").path(".git/config").no_commit())
    }

    fn object_of_a_linked_work_tree_that_no_commit_holds(scene) {
        let (repo, linked) = with_linked(scene);
        repo.write("lost.env", scene.line());
        let id = repo.git(&["hash-object", "-w", "lost.env"]);
        fs::remove_file(repo.at("lost.env")).unwrap();
        let path = format!(".git/objects/{}/{}", &id[..2], id[2..].trim());
        Expect::gone(&linked).signal("unreachable").at(Place::new("history").path(&path).no_commit())
    }

    fn key_that_came_with_an_address_of_other_files(scene) {
        // Nobody knows whether the deleted file was ever used with the address that another one sets today.
        let repo = scene.repo();
        let commit = repo.save("old.env", scene.line());
        repo.remove("old.env");
        repo.save("app.py", "client = OpenAI(base_url=\"https://api.chatanywhere.tech/v1\")\n");
        Expect::gone(&repo).without("possible-endpoint").at(scene.history(&repo, "old.env", &commit))
    }

    fn both_work_trees_below_one_root(scene) {
        // One repository: its history counts once.
        let (repo, _) = with_linked(scene);
        let commit = repo.save("conf/app.env", scene.line());
        repo.remove("conf/app.env");
        let place = Place::new("history").path("*conf/app.env").commit(&commit);
        Expect::gone(&repo).root(scene.forge.work()).without("shared-key").at(place)
    }

    fn repository_in_a_repository(scene) {
        let repo = scene.repo();
        let inner = scene.forge.repo("app/inner");
        let commit = inner.save("conf/app.env", scene.line());
        inner.remove("conf/app.env");
        let place = scene.history(&inner, "conf/app.env", &commit).path("inner/conf/app.env");
        Expect::gone(&repo).at(place)
    }
}
