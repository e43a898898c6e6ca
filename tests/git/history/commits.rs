//! Which commit is named: the one that brought the key in, on whatever line of the history it is.

use std::fs;

use crate::git::forge::Repo;
use crate::git::scene::{Expect, Place, Scene, scenes};

/// A commit that only what the caller does afterwards keeps alive: on no branch, in no reflog.
fn aside(scene: &Scene, repo: &Repo<'_>) -> String {
    repo.git(&["checkout", "-q", "--detach"]);
    let commit = repo.save("app.env", scene.line());
    repo.git(&["checkout", "-q", "main"]);
    fs::remove_dir_all(repo.at(".git/logs")).expect("there are reflogs");
    commit
}

/// A branch off the first commit with one more file.
fn branch(repo: &Repo<'_>, name: &str, content: &str) -> String {
    repo.git(&["checkout", "-q", "-b", name, "main"]);
    let commit = repo.save(&format!("{name}.env"), content);
    repo.git(&["checkout", "-q", "main"]);
    commit
}

scenes! {
    fn deleted_file(scene) {
        let repo = scene.repo();
        let commit = repo.save("conf/app.env", format!("MODE=fast\n{}", scene.line()));
        repo.remove("conf/app.env");
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn line_deleted_from_a_file(scene) {
        let repo = scene.repo();
        let commit = repo.save("conf/app.env", format!("MODE=fast\n{}", scene.line()));
        repo.save("conf/app.env", "MODE=fast\n");
        Expect::gone(&repo).at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn first_commit_of_all(scene) {
        let repo = scene.forge.repo("app");
        let commit = repo.save("app.env", scene.line());
        repo.remove("app.env");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn other_branch(scene) {
        let repo = scene.repo();
        let commit = branch(&repo, "feature", &scene.line());
        Expect::gone(&repo).at(scene.history(&repo, "feature.env", &commit))
    }

    fn orphan_branch(scene) {
        let repo = scene.repo();
        repo.git(&["checkout", "-q", "--orphan", "pages"]);
        let commit = repo.save("app.env", scene.line());
        repo.git(&["checkout", "-q", "main"]);
        assert_eq!(repo.git(&["rev-list", "--count", "pages"]), "1");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn commit_of_a_tag_alone(scene) {
        let repo = scene.repo();
        let commit = aside(scene, &repo);
        repo.git(&["tag", "v1", &commit]);
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn commit_of_an_annotated_tag_alone(scene) {
        let repo = scene.repo();
        let commit = aside(scene, &repo);
        repo.git(&["tag", "-a", "-m", "first", "v1", &commit]);
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn remote_tracking_reference(scene) {
        let repo = scene.repo();
        let commit = aside(scene, &repo);
        repo.git(&["update-ref", "refs/remotes/origin/feature", &commit]);
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn pull_reference(scene) {
        let repo = scene.repo();
        let commit = aside(scene, &repo);
        repo.git(&["update-ref", "refs/pull/1/head", &commit]);
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn packed_references_alone(scene) {
        let repo = scene.repo();
        let commit = branch(&repo, "feature", &scene.line());
        fs::remove_dir_all(repo.at(".git/logs")).unwrap();
        repo.git(&["pack-refs", "--all", "--prune"]);
        assert!(!repo.at(".git/refs/heads/feature").exists() && !repo.at(".git/refs/heads/main").exists());
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "feature.env", &commit))
    }

    fn detached_head_alone(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.remove("app.env");
        repo.git(&["checkout", "-q", "--detach"]);
        repo.git(&["branch", "-q", "-D", "main"]);
        fs::remove_dir_all(repo.at(".git/logs")).unwrap();
        Expect::gone(&repo).without("unreachable").at(scene.history(&repo, "app.env", &commit))
    }

    fn evil_merge(scene) {
        // The merge itself brings in what none of its parents has.
        let repo = scene.repo();
        branch(&repo, "feature", "MODE=fast\n");
        repo.save("main.txt", "x\n");
        repo.git(&["merge", "-q", "--no-commit", "--no-ff", "feature"]);
        let commit = repo.save("app.env", scene.line());
        assert_eq!(repo.git(&["rev-parse", "HEAD^@"]).lines().count(), 2);
        repo.remove("app.env");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn side_of_a_merge(scene) {
        let repo = scene.repo();
        let commit = branch(&repo, "feature", &scene.line());
        repo.save("main.txt", "x\n");
        repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "feature"]);
        repo.remove("feature.env");
        Expect::gone(&repo).at(scene.history(&repo, "feature.env", &commit))
    }

    fn octopus_merge(scene) {
        let repo = scene.repo();
        branch(&repo, "a", "A=1\n");
        branch(&repo, "b", "B=1\n");
        let commit = branch(&repo, "c", &scene.line());
        repo.save("main.txt", "x\n");
        repo.git(&["merge", "-q", "-m", "octopus", "a", "b", "c"]);
        assert_eq!(repo.git(&["rev-parse", "HEAD^@"]).lines().count(), 4);
        repo.remove("c.env");
        Expect::gone(&repo).at(scene.history(&repo, "c.env", &commit))
    }

    fn same_file_on_two_branches(scene) {
        let repo = scene.repo();
        repo.git(&["checkout", "-q", "-b", "first"]);
        let commit = repo.save("app.env", scene.line());
        repo.git(&["checkout", "-q", "-b", "second", "main"]);
        repo.save("app.env", scene.line());
        repo.git(&["checkout", "-q", "main"]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn file_of_many_commits(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        for version in 0..6 {
            repo.save("app.env", format!("{}VERSION={version}\n", scene.line()));
        }
        repo.save("app.env", "VERSION=7\n");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn removed_and_brought_back(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.remove("app.env");
        repo.save("app.env", scene.line());
        repo.remove("app.env");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn clock_that_goes_backwards(scene) {
        // Parents come before children, whatever their dates say.
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        let old = ["commit", "-q", "--allow-empty", "-m", "work", "--date", "@1000000000 +0000"];
        repo.write("app.env", format!("{}VERSION=2\n", scene.line()));
        repo.git(&["add", "-A"]);
        let output = scene.forge.command(&repo.top).env("GIT_COMMITTER_DATE", "@1000000000 +0000").args(old).output();
        assert!(output.is_ok_and(|output| output.status.success()));
        repo.remove("app.env");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn mailmap(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        repo.remove("app.env");
        repo.save(".mailmap", "Ada Lovelace <ada@home.example> <ada@corp.example>\n");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit).author("Ada Lovelace"))
    }

    fn author_whose_name_is_a_key(scene) {
        let repo = scene.repo();
        repo.write("app.env", scene.line());
        repo.git(&["add", "-A"]);
        let author = format!("{} <x@corp.example>", scene.key);
        repo.git(&["commit", "-q", "-m", "work", "--author", &author]);
        let commit = repo.id("HEAD");
        repo.remove("app.env");
        let place = scene.history(&repo, "app.env", &commit).any_commit();
        Expect::gone(&repo).at(place).more_places()
    }

    fn message_in_another_encoding(scene) {
        // What stands before the tree's files must not confuse whoever reads the commit.
        let repo = scene.repo();
        let blob = repo.object("blob", scene.line());
        let tree = repo.tree(&[("100644", "app.env", &blob)]);
        let mut text = format!("tree {tree}\nauthor Ada Writer <ada@corp.example> 1767312000 +0000\n").into_bytes();
        text.extend_from_slice(b"committer Rob <rob@corp.example> 1767312000 +0000\nencoding ISO-8859-1\n");
        text.extend_from_slice(b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEzBAAB\n -----END PGP SIGNATURE-----\n");
        text.extend_from_slice(b"\nGr\xfc\xdfe\n");
        let commit = repo.object("commit", text);
        repo.git(&["update-ref", "refs/heads/signed", &commit]);
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn replaced_commit(scene) {
        // Replacements are not applied: both sides are read as they are.
        let repo = scene.repo();
        let commit = repo.save("app.env", scene.line());
        let clean = repo.commit_of(&repo.id("HEAD~1^{tree}"), &[&repo.id("HEAD~1")]);
        repo.git(&["replace", &commit, &clean]);
        repo.git(&["rm", "-q", "--cached", "app.env"]);
        fs::remove_file(repo.at("app.env")).unwrap();
        repo.commit("clean up");
        Expect::gone(&repo).at(Place::new("history").path("app.env").commit(&commit))
    }

    fn replacement_blob(scene) {
        let repo = scene.repo();
        let blob = repo.object("blob", scene.line());
        repo.git(&["replace", &repo.id("HEAD:start.txt"), &blob]);
        let path = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
        Expect::gone(&repo).at(Place::new("history").path(&path).no_commit())
    }

    fn grafted_history(scene) {
        let repo = scene.repo();
        repo.save("app.env", "MODE=fast\n");
        let commit = repo.save("app.env", scene.line());
        let tip = repo.remove("app.env");
        let place = scene.history(&repo, "app.env", &commit);
        repo.write(".git/info/grafts", format!("{tip}\n"));
        Expect::gone(&repo).at(place)
    }
}
