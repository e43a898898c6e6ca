//! Repositories that do not hold all of their own history: cut off, thinned out, borrowed. What is missing is said, and
//! nothing is fetched.

use std::fs;
use std::path::PathBuf;

use crate::git::forge::Repo;
use crate::git::scene::{Expect, Place, Scene, scenes};

/// Another repository with a key that was deleted, then clean commits; returns it and the key's commit.
fn origin<'f>(scene: &'f Scene, folder: PathBuf) -> (Repo<'f>, String) {
    fs::create_dir_all(&folder).expect("folders can be made");
    let origin = scene.forge.open(folder);
    origin.git(&["init", "-q", "-b", "main"]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let commit = origin.save("conf/app.env", scene.line());
    origin.remove("conf/app.env");
    origin.save("a.txt", "a\n");
    origin.save("a.txt", "b\n");
    (origin, commit)
}

fn clone<'f>(scene: &'f Scene, from: &Repo<'_>, args: &[&str]) -> Repo<'f> {
    let address = format!("file://{}", from.top.display());
    from.git(&[&["clone", "-q"], args, &[&address, "../../work/clone"]].concat());
    scene.forge.open(scene.forge.work().join("clone"))
}

scenes! {
    fn shallow_clone(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        let repo = clone(scene, &origin, &["--depth", "2"]);
        assert!(repo.at(".git/shallow").is_file());
        Expect::nothing(&repo).skipped("shallow-history").code(3)
    }

    fn shallow_clone_may_be_allowed(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        let repo = clone(scene, &origin, &["--depth", "2"]);
        Expect::nothing(&repo).skipped("shallow-history").arg("--allow-incomplete")
    }

    fn shallow_clone_with_a_key_in_what_is_there(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        let commit = origin.save("conf/app.env", scene.line());
        origin.remove("conf/app.env");
        let repo = clone(scene, &origin, &["--depth", "2"]);
        Expect::gone(&repo)
            .skipped("shallow-history")
            .at(Place::new("history").path("conf/app.env").commit(&commit))
    }

    fn partial_clone(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        let repo = clone(scene, &origin, &["--filter=blob:none"]);
        fs::rename(&origin.top, scene.forge.out().join("away")).unwrap();
        let missing = repo.git(&["rev-list", "--objects", "--all", "--missing=print"]);
        assert!(missing.lines().any(|line| line.starts_with('?')), "the script is wrong: nothing is missing");
        let before = objects(&repo);
        let run = scene.run(&repo.top, &["--history"]);
        assert!(run.code == 3 && objects(&repo) == before, "something was fetched or written");
        Expect::nothing(&repo).skipped("missing-object").code(3)
    }

    fn partial_clone_with_a_key_in_what_is_there(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        origin.save("conf/app.env", scene.line());
        let repo = clone(scene, &origin, &["--filter=blob:none"]);
        fs::rename(&origin.top, scene.forge.out().join("away")).unwrap();
        Expect::exposed(&repo)
            .skipped("missing-object")
            .at(Place::new("tracked").path("conf/app.env").any_commit())
            .more_places()
    }

    fn alternates_outside_are_not_followed(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        let repo = shared(scene, &origin);
        Expect::nothing(&repo).skipped("missing-object").code(3)
    }

    fn alternates_outside_are_followed_if_asked(scene) {
        let (origin, commit) = origin(scene, scene.forge.out().join("origin"));
        let repo = shared(scene, &origin);
        Expect::gone(&repo)
            .arg("--follow-alternates")
            .at(scene.history(&repo, "conf/app.env", &commit))
    }

    fn own_objects_beside_alternates_that_are_not_followed(scene) {
        let (origin, _) = origin(scene, scene.forge.out().join("origin"));
        let repo = shared(scene, &origin);
        let commit = repo.save("more/app.env", format!("MODE=own\n{}", scene.line()));
        repo.remove("more/app.env");
        Expect::gone(&repo)
            .skipped("missing-object")
            .at(scene.history(&repo, "more/app.env", &commit))
    }

    fn alternates_inside_the_root_are_followed(scene) {
        let (origin, commit) = origin(scene, scene.forge.work().join("origin"));
        origin.git(&["clone", "-q", "--shared", ".", "../clone"]);
        Expect::gone(&origin)
            .root(scene.forge.work())
            .at(Place::new("history").path("*conf/app.env").commit(&commit))
            .more_places()
    }

    fn relative_alternates(scene) {
        let (origin, commit) = origin(scene, scene.forge.work().join("origin"));
        origin.git(&["clone", "-q", "--shared", ".", "../clone"]);
        let clone = scene.forge.open(scene.forge.work().join("clone"));
        clone.write(".git/objects/info/alternates", "# a comment\n../../../origin/.git/objects\n");
        Expect::gone(&clone)
            .arg("--follow-alternates")
            .at(scene.history(&clone, "conf/app.env", &commit))
    }
}

/// A clone that borrows all objects.
fn shared<'f>(scene: &'f Scene, from: &Repo<'_>) -> Repo<'f> {
    from.git(&["clone", "-q", "--shared", ".", "../../work/clone"]);
    let repo = scene.forge.open(scene.forge.work().join("clone"));
    assert!(repo.at(".git/objects/info/alternates").is_file());
    repo
}

/// The names of all files among a repository's objects.
fn objects(repo: &Repo<'_>) -> Vec<PathBuf> {
    let mut folders = vec![repo.at(".git/objects")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    files.sort_unstable();
    files
}
