//! What people type beside files: messages, notes, tags, and what git writes down about remotes.

use crate::git::scene::{Expect, Place, scenes};

/// Git keeps the last message that was typed.
fn draft() -> Place {
    Place::new("git-metadata").path(".git/COMMIT_EDITMSG").no_commit()
}

scenes! {
    fn commit_message(scene) {
        let repo = scene.repo();
        let commit = repo.commit(&format!("Set up\n\nThe key is {} for now.\n", scene.key));
        // The log of HEAD repeats only the first line.
        Expect::leaked(&repo).signal("commit-message").at(Place::new("history").commit(&commit)).at(draft())
    }

    fn subject_of_a_commit(scene) {
        let repo = scene.repo();
        let commit = repo.commit(&format!("Use {}", scene.key));
        Expect::leaked(&repo)
            .signal("commit-message")
            .signal("reflog")
            .at(Place::new("history").commit(&commit))
            .at(Place::new("git-metadata").path(".git/logs/HEAD"))
            .at(Place::new("git-metadata").path(".git/logs/refs/heads/main"))
            .at(draft())
    }

    fn message_of_a_signed_commit_in_another_encoding(scene) {
        let repo = scene.repo();
        let mut text = format!("tree {}\n", repo.id("HEAD^{tree}")).into_bytes();
        text.extend_from_slice(b"author Ada Writer <ada@corp.example> 1767312000 +0000\n");
        text.extend_from_slice(b"committer Rob <rob@corp.example> 1767312000 +0000\n");
        text.extend_from_slice(b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEzBAAB\n -----END PGP SIGNATURE-----\n");
        text.extend_from_slice(b"encoding ISO-8859-1\n\nGr\xfc\xdfe\n\n");
        text.extend_from_slice(format!("der Schl\u{fc}ssel: {}\n", scene.key).as_bytes());
        let commit = repo.object("commit", text);
        repo.git(&["update-ref", "refs/heads/signed", &commit]);
        Expect::leaked(&repo).signal("commit-message").at(Place::new("history").commit(&commit))
    }

    fn very_long_message(scene) {
        let repo = scene.repo();
        let mut text = "Merge all of it, line by line, as it was before.\n".repeat(100_000);
        text.push_str(&scene.line());
        repo.git_fed(&["commit", "-q", "--allow-empty", "-F", "-"], text.as_bytes());
        Expect::leaked(&repo).signal("commit-message").at(Place::new("history").commit(&repo.id("HEAD"))).at(draft())
    }

    fn message_of_a_forgotten_commit(scene) {
        let repo = scene.repo();
        let commit = repo.commit(&format!("Set up\n\nThe key is {}\n", scene.key));
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        std::fs::remove_dir_all(repo.at(".git/logs")).unwrap();
        std::fs::remove_file(repo.at(".git/ORIG_HEAD")).unwrap();
        Expect::leaked(&repo)
            .signal("commit-message")
            .signal("unreachable")
            .at(Place::new("history").commit(&commit))
            .at(draft())
    }

    fn annotated_tag(scene) {
        let repo = scene.repo();
        repo.git(&["tag", "-a", "v1", "-m", &format!("First\n\nmade with {}\n", scene.key)]);
        Expect::leaked(&repo).signal("tag-message").at(Place::new("history"))
    }

    fn tag_of_a_tag(scene) {
        let repo = scene.repo();
        repo.git(&["tag", "-a", "inner", "-m", &format!("made with {}\n", scene.key)]);
        repo.git(&["tag", "-a", "outer", "-m", "outer", "inner"]);
        repo.git(&["tag", "-d", "inner"]);
        Expect::leaked(&repo).signal("tag-message").at(Place::new("history"))
    }

    fn tag_of_a_blob(scene) {
        let repo = scene.repo();
        let blob = repo.object("blob", scene.line());
        repo.git(&["tag", "-a", "secret", "-m", "the settings", &blob]);
        let path = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
        Expect::gone(&repo).at(Place::new("history").path(&path).no_commit())
    }

    fn deleted_tag(scene) {
        let repo = scene.repo();
        repo.git(&["tag", "-a", "v1", "-m", &format!("made with {}\n", scene.key)]);
        repo.git(&["tag", "-d", "v1"]);
        Expect::leaked(&repo).signal("tag-message").signal("unreachable").at(Place::new("history"))
    }

    fn note(scene) {
        let repo = scene.repo();
        repo.git(&["notes", "add", "-m", &format!("tried with {}", scene.key)]);
        Expect::leaked(&repo).signal("git-note").at(Place::new("history"))
    }

    fn note_of_another_kind(scene) {
        let repo = scene.repo();
        repo.git(&["notes", "--ref", "review", "add", "-m", &format!("tried with {}", scene.key)]);
        Expect::leaked(&repo).signal("git-note").at(Place::new("history"))
    }

    fn address_of_a_remote(scene) {
        let repo = scene.repo();
        repo.git(&["remote", "add", "origin", &format!("https://ada:{}@git.corp.example/app.git", scene.key)]);
        Expect::leaked(&repo).signal("git-config").at(Place::new("git-metadata").path(".git/config").no_commit())
    }

    fn extra_header(scene) {
        let repo = scene.repo();
        let name = "http.https://git.corp.example/.extraHeader";
        repo.git(&["config", name, &format!("Authorization: Bearer {}", scene.key)]);
        Expect::leaked(&repo).signal("git-config").at(Place::new("git-metadata").path(".git/config").no_commit())
    }

    fn settings_of_one_work_tree(scene) {
        let repo = scene.repo();
        repo.git(&["config", "extensions.worktreeConfig", "true"]);
        repo.git(&["config", "--worktree", "http.extraHeader", &format!("Authorization: Bearer {}", scene.key)]);
        Expect::leaked(&repo)
            .signal("git-config")
            .at(Place::new("git-metadata").path(".git/config.worktree").no_commit())
    }

    fn log_of_a_reference(scene) {
        let repo = scene.repo();
        repo.git(&["update-ref", "--create-reflog", "-m", &format!("import {}", scene.key), "refs/heads/x", "HEAD"]);
        Expect::leaked(&repo)
            .signal("reflog")
            .at(Place::new("git-metadata").path(".git/logs/refs/heads/x").no_commit())
    }

    fn message_that_waits(scene) {
        // What the next commit would say, as an editor that was closed has left it.
        let repo = scene.repo();
        repo.write(".git/COMMIT_EDITMSG", format!("Set up\n\n{}", scene.line()));
        Expect::leaked(&repo).at(draft())
    }

    fn commit_message_with_line_ends_of_windows(scene) {
        let repo = scene.repo();
        let text = format!("Set up\r\n\r\n{}\r\n", scene.line().trim_end());
        repo.git_fed(&["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"], text.as_bytes());
        Expect::leaked(&repo).signal("commit-message").at(Place::new("history").commit(&repo.id("HEAD"))).at(draft())
    }
}
