//! References, logs and settings that lead nowhere, in circles, or are not what they should be.

use crate::git::scene::{Place, scenes};

use super::gone;

scenes! {
    everywhere

    fn settings_that_do_not_parse(scene) {
        let repo = scene.repo();
        let text = format!("[core\n\tbare = maybe]]\n[remote \"o\"]\n\turl = https://ada:{}@git.example/x\n\0[[", scene.key);
        repo.write(".git/config", text);
        crate::git::scene::Expect::leaked(&repo)
            .signal("git-config")
            .at(Place::new("git-metadata").path(".git/config").no_commit())
            .perhaps_incomplete()
    }

    fn history_behind_settings_that_do_not_parse(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/config", b"[core\n\trepositoryformatversion = 7\n[[[\0\0\xff");
        expect.perhaps_incomplete()
    }

    fn settings_of_a_format_to_come(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/config", "[core]\n\trepositoryformatversion = 99\n[extensions]\n\tunheardOf = true\n");
        expect.perhaps_incomplete()
    }

    fn no_settings_at_all(scene) {
        let (repo, expect) = gone(scene);
        std::fs::remove_file(repo.at(".git/config")).unwrap();
        expect
    }

    fn reference_to_itself(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/refs/heads/loop", "ref: refs/heads/loop\n");
        repo.write(".git/refs/heads/a", "ref: refs/heads/b\n");
        repo.write(".git/refs/heads/b", "ref: refs/heads/a\n");
        expect.perhaps_incomplete()
    }

    fn head_that_leads_to_itself(scene) {
        // Nothing is known of the tree then; the file of the key is not in the index.
        let (repo, expect) = gone(scene);
        repo.write(".git/HEAD", "ref: HEAD\n");
        expect.perhaps_incomplete()
    }

    fn head_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/HEAD", b"\xff\0\0ref: ../../../../etc/passwd\n".repeat(100));
        expect.perhaps_incomplete()
    }

    fn head_that_leads_outside(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/HEAD", "ref: refs/../../../../../../../../etc/passwd\n");
        repo.write(".git/refs/heads/out", "ref: ../../../../../../../etc/passwd\n");
        repo.write(".git/refs/heads/absolute", "ref: /etc/passwd\n");
        expect.perhaps_incomplete()
    }

    fn packed_references_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/packed-refs", b"# pack-refs with: sorted\n^^^\nzzzz refs/heads/x\n\0\xff\n".repeat(200));
        expect.perhaps_incomplete()
    }

    fn one_bad_line_among_packed_references(scene) {
        // The lines around it count: the key is on a branch that they alone name.
        let repo = scene.repo();
        repo.git(&["checkout", "-q", "-b", "other"]);
        let commit = repo.save("conf/app.env", scene.line());
        repo.git(&["checkout", "-q", "main"]);
        std::fs::remove_dir_all(repo.at(".git/logs")).unwrap();
        repo.git(&["pack-refs", "--all", "--prune"]);
        let text = std::fs::read_to_string(repo.at(".git/packed-refs")).unwrap();
        repo.write(".git/packed-refs", format!("{text}zzzz refs/heads/bad\n"));
        crate::git::scene::Expect::gone(&repo)
            .at(Place::new("history").path("conf/app.env").commit(&commit))
            .perhaps_incomplete()
    }

    fn index_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/index", b"DIRC\0\0\0\x02\x7f\xff\xff\xffnoise");
        expect.incomplete()
    }

    fn reflog_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/logs/HEAD", b"\0\xff nothing\n\n\n zzzz yyyy\n".repeat(1000));
        repo.write(".git/logs/refs/stash", format!("{} {} x <x> 1 +0000\tx\n", "1".repeat(40), "2".repeat(40)));
        expect.perhaps_incomplete()
    }

    fn reflog_of_one_long_line(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/logs/HEAD", "a".repeat(40 << 20));
        expect.perhaps_incomplete()
    }

    fn ten_thousand_references(scene) {
        let (repo, expect) = gone(scene);
        let id = repo.id("HEAD");
        let mut text = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
        for number in 0..10_000 {
            text.push_str(&format!("{id} refs/tags/v{number:05}\n"));
        }
        repo.write(".git/packed-refs", text);
        for number in 0..1_000 {
            repo.write(&format!(".git/refs/heads/deep/{}/b{number}", number % 10), format!("{id}\n"));
        }
        expect
    }

    fn names_of_references_that_git_refuses(scene) {
        let (repo, expect) = gone(scene);
        let id = repo.id("HEAD");
        for name in ["a..b", "x.lock", "-dash", "with space", "tilde~", "@{now}", "\u{1b}[31m"] {
            repo.write(&format!(".git/refs/heads/{name}"), format!("{id}\n"));
        }
        expect.perhaps_incomplete()
    }

    fn shallow_file_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/shallow", b"zzzz\n\0\xff\n");
        expect.incomplete()
    }

    fn alternates_in_a_circle(scene) {
        let (repo, expect) = gone(scene);
        let objects = repo.at(".git/objects");
        repo.write(".git/objects/info/alternates", format!(".\n../objects\n{}\n", objects.display()));
        expect.arg("--follow-alternates").perhaps_incomplete()
    }

    fn alternates_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.write(".git/objects/info/alternates", b"/\n/dev/zero\n\"\\\n\0\xff\n/proc/self/fd\n".repeat(50));
        expect.arg("--follow-alternates").perhaps_incomplete()
    }

    fn mailmap_of_noise(scene) {
        let (repo, expect) = gone(scene);
        repo.save(".mailmap", b"<<<>>> \0\xff <\nA <a <b>\n<ada@corp.example>\n".repeat(1000));
        expect.perhaps_incomplete()
    }
}
