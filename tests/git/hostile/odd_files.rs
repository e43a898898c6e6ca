//! Parts of a repository that are no regular files, or that lead outside: nobody waits at a pipe, and nothing outside
//! of the tree is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::git::forge::Repo;
use crate::git::scene::{Expect, Place, Scene, scenes};

use super::gone;

/// Puts a named pipe at a path, in the place of what is there.
fn pipe(path: &Path) {
    clear(path);
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.is_ok_and(|status| status.success()), "a named pipe can be made");
}

/// Puts a link at a path, in the place of what is there.
fn link(target: impl AsRef<Path>, path: &Path) {
    clear(path);
    symlink(target, path).expect("a link can be made");
}

fn clear(path: &Path) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
    if path.is_dir() && !path.is_symlink() {
        fs::remove_dir_all(path).expect("a folder can be removed");
    } else {
        let _ = fs::remove_file(path);
    }
}

/// A repository outside of the tree with the key in its history, and a harmless one inside.
fn outside<'f>(scene: &'f Scene) -> (Repo<'f>, Repo<'f>) {
    let outside = scene.forge.open(scene.forge.out().join("outside"));
    fs::create_dir(&outside.top).expect("a folder can be made");
    outside.git(&["init", "-q", "-b", "main"]);
    outside.save("conf/app.env", scene.line());
    outside.write("secret.env", scene.line());
    (scene.repo(), outside)
}

/// The index of the only pack.
fn pack_index(repo: &Repo<'_>) -> std::path::PathBuf {
    let mut files = fs::read_dir(repo.at(".git/objects/pack")).expect("there is a folder of packs").flatten();
    let found = files.find(|entry| entry.path().extension().is_some_and(|end| end == "idx"));
    found.expect("there is a pack").path()
}

/// What of the repository is packed is harmless; the key came and went later.
fn packed_before(scene: &Scene) -> Repo<'_> {
    let repo = scene.repo();
    repo.git(&["repack", "-adq"]);
    repo.save("conf/app.env", scene.line());
    repo.remove("conf/app.env");
    repo
}

/// The key is found, whatever is known about it otherwise.
fn found(repo: &Repo<'_>) -> Expect {
    Expect::gone(repo).any_rule().at(Place::new("history").any_commit()).more_places()
}

scenes! {
    everywhere

    fn git_is_a_pipe(scene) {
        let top = scene.forge.work().join("app");
        fs::create_dir(&top).unwrap();
        fs::write(top.join("app.py"), format!("api_key = \"{}\"\n", scene.key)).unwrap();
        pipe(&top.join(".git"));
        let repo = scene.forge.open(top);
        Expect::exposed(&repo).any_rule().at(Place::new("outside-git").path("app.py")).perhaps_incomplete()
    }

    fn git_is_a_device(scene) {
        let top = scene.forge.work().join("app");
        fs::create_dir(&top).unwrap();
        fs::write(top.join("app.py"), format!("api_key = \"{}\"\n", scene.key)).unwrap();
        link("/dev/zero", &top.join(".git"));
        let repo = scene.forge.open(top);
        Expect::exposed(&repo).any_rule().at(Place::new("outside-git").path("app.py")).perhaps_incomplete()
    }

    fn head_is_a_pipe(scene) {
        let (repo, _) = gone(scene);
        pipe(&repo.at(".git/HEAD"));
        found(&repo).incomplete()
    }

    fn logs_are_links(scene) {
        // What they lead to is not read, and that is said.
        let (repo, expect) = gone(scene);
        let (_, outside) = outside(scene);
        link(outside.at("secret.env"), &repo.at(".git/COMMIT_EDITMSG"));
        expect.skipped("symlink")
    }

    fn settings_are_a_pipe(scene) {
        let (repo, expect) = gone(scene);
        pipe(&repo.at(".git/config"));
        expect.perhaps_incomplete()
    }

    fn index_is_a_pipe(scene) {
        let (repo, expect) = gone(scene);
        pipe(&repo.at(".git/index"));
        expect.incomplete()
    }

    fn packed_references_are_a_pipe(scene) {
        let (repo, expect) = gone(scene);
        pipe(&repo.at(".git/packed-refs"));
        expect.perhaps_incomplete()
    }

    fn references_and_logs_are_pipes(scene) {
        let (repo, expect) = gone(scene);
        for path in ["refs/heads/x", "refs/tags/x", "refs/stash", "logs/HEAD", "logs/refs/heads/x", "logs/refs/stash"] {
            pipe(&repo.at(".git").join(path));
        }
        expect.perhaps_incomplete()
    }

    fn small_files_are_pipes(scene) {
        let (repo, _) = gone(scene);
        for path in ["shallow", "info/exclude", "info/grafts", "info/attributes", "objects/info/alternates", "objects/info/commit-graph", "ORIG_HEAD", "FETCH_HEAD", "COMMIT_EDITMSG", "description", "config.worktree", "logs/HEAD", "sharedindex.0000"] {
            pipe(&repo.at(".git").join(path));
        }
        found(&repo).arg("--follow-alternates").perhaps_incomplete()
    }

    fn common_folder_is_a_pipe(scene) {
        let (repo, _) = gone(scene);
        pipe(&repo.at(".git/commondir"));
        found(&repo).perhaps_incomplete()
    }

    fn loose_object_is_a_pipe(scene) {
        let (repo, expect) = gone(scene);
        pipe(&repo.loose(&"1".repeat(40)));
        expect.perhaps_incomplete()
    }

    fn loose_object_is_a_device(scene) {
        let (repo, expect) = gone(scene);
        link("/dev/zero", &repo.loose(&"1".repeat(40)));
        expect.perhaps_incomplete()
    }

    fn pack_is_a_pipe(scene) {
        let repo = packed_before(scene);
        pipe(&pack_index(&repo).with_extension("pack"));
        found(&repo).incomplete()
    }

    fn index_of_a_pack_is_a_pipe(scene) {
        let repo = packed_before(scene);
        pipe(&pack_index(&repo));
        found(&repo).incomplete()
    }

    fn index_of_a_pack_is_a_device(scene) {
        let repo = packed_before(scene);
        link("/dev/zero", &pack_index(&repo));
        found(&repo).incomplete()
    }

    fn index_over_packs_is_a_pipe(scene) {
        let repo = packed_before(scene);
        pipe(&repo.at(".git/objects/pack/multi-pack-index"));
        found(&repo).perhaps_incomplete()
    }

    fn pack_leads_outside(scene) {
        let (repo, outside) = outside(scene);
        outside.git(&["repack", "-adq"]);
        let index = pack_index(&outside);
        for ending in ["idx", "pack"] {
            let target = index.with_extension(ending);
            let name = target.file_name().unwrap().to_string_lossy().into_owned();
            link(&target, &repo.at(".git/objects/pack").join(name));
        }
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn loose_object_leads_outside(scene) {
        let (repo, outside) = outside(scene);
        let id = outside.id("HEAD:conf/app.env");
        link(outside.loose(&id), &repo.loose(&id));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn folder_of_objects_leads_outside(scene) {
        let (repo, outside) = outside(scene);
        link(outside.at(".git/objects"), &repo.at(".git/objects"));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn folder_of_loose_objects_leads_outside(scene) {
        let (repo, outside) = outside(scene);
        let folder = &outside.id("HEAD:conf/app.env")[..2];
        link(outside.at(".git/objects").join(folder), &repo.at(".git/objects").join(folder));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn settings_lead_outside(scene) {
        let (repo, outside) = outside(scene);
        link(outside.at("secret.env"), &repo.at(".git/config"));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn logs_lead_outside(scene) {
        let (repo, outside) = outside(scene);
        link(outside.at("secret.env"), &repo.at(".git/logs/HEAD"));
        link(outside.at("conf"), &repo.at(".git/logs/refs"));
        link(outside.at("secret.env"), &repo.at(".git/COMMIT_EDITMSG"));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn common_folder_leads_outside(scene) {
        // Only a file `.git` may name a git directory elsewhere; this one is a folder.
        let (repo, outside) = outside(scene);
        repo.write(".git/commondir", format!("{}\n", outside.at(".git").display()));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn modules_lead_outside(scene) {
        let (repo, outside) = outside(scene);
        link(&outside.top, &repo.at(".git/modules"));
        fs::rename(outside.at(".git"), outside.at("inner")).unwrap();
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn work_trees_lead_outside(scene) {
        let (repo, outside) = outside(scene);
        link(outside.at(".git"), &repo.at(".git/worktrees/x"));
        Expect::nothing(&repo).perhaps_incomplete()
    }

    fn git_file_names_the_root_of_the_machine(scene) {
        let top = scene.forge.work().join("app");
        fs::create_dir(&top).unwrap();
        fs::write(top.join("app.py"), format!("api_key = \"{}\"\n", scene.key)).unwrap();
        fs::write(top.join(".git"), "gitdir: /\n").unwrap();
        let repo = scene.forge.open(top);
        Expect::exposed(&repo).any_rule().at(Place::new("untracked").path("app.py")).perhaps_incomplete()
    }

    fn git_file_names_itself(scene) {
        let top = scene.forge.work().join("app");
        fs::create_dir(&top).unwrap();
        fs::write(top.join("app.py"), format!("api_key = \"{}\"\n", scene.key)).unwrap();
        fs::write(top.join(".git"), "gitdir: .git\n").unwrap();
        let repo = scene.forge.open(top);
        Expect::exposed(&repo).any_rule().at(Place::new("untracked").path("app.py")).perhaps_incomplete()
    }

    fn git_file_names_a_pipe(scene) {
        let top = scene.forge.work().join("app");
        fs::create_dir(&top).unwrap();
        fs::write(top.join("app.py"), format!("api_key = \"{}\"\n", scene.key)).unwrap();
        pipe(&scene.forge.out().join("pipe"));
        fs::write(top.join(".git"), "gitdir: ../../out/pipe\n").unwrap();
        let repo = scene.forge.open(top);
        Expect::exposed(&repo).any_rule().at(Place::new("untracked").path("app.py")).perhaps_incomplete()
    }
}
