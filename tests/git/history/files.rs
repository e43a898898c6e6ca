//! What a file of the history can be and be called.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::git::scene::{Expect, Place, Scene, scenes};

/// A deleted file of this name, in the words of git and in those of reports.
#[cfg(unix)]
fn odd_name(scene: &Scene, name: &[u8], shown: &str) -> Expect {
    use std::os::unix::ffi::OsStrExt;
    let repo = scene.repo();
    let path = repo.top.join("conf").join(std::ffi::OsStr::from_bytes(name));
    std::fs::create_dir(repo.at("conf")).unwrap();
    std::fs::write(&path, scene.line()).unwrap();
    let commit = repo.commit("work");
    std::fs::remove_file(&path).unwrap();
    repo.commit("clean up");
    let names = repo.git(&["ls-tree", "-r", "-z", "--name-only", &commit]);
    assert!(names.starts_with("conf/"), "the script is wrong");
    Expect::gone(&repo).at(Place::new("history").path(&format!("conf/{shown}")).commit(&commit))
}

/// A zip with one member.
fn zip(name: &str, content: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).expect("a member can begin");
    zip.write_all(content.as_bytes()).expect("a member can be written");
    zip.finish().expect("the archive ends").into_inner()
}

scenes! {
    fn name_with_a_line_break(scene) {
        odd_name(scene, b"a\nb.env", "a\nb.env")
    }

    fn name_with_a_tab_and_a_quote(scene) {
        odd_name(scene, b"a\t\"b'.env", "a\t\"b'.env")
    }

    fn name_with_an_emoji(scene) {
        odd_name(scene, "\u{1f511} schl\u{fc}ssel.env".as_bytes(), "\u{1f511} schl\u{fc}ssel.env")
    }

    #[cfg(target_os = "linux")]
    fn name_that_is_no_utf8(scene) {
        odd_name(scene, b"a\xff%.env", "a%FF%25.env")
    }

    fn name_with_terminal_codes(scene) {
        let expect = odd_name(scene, b"a\x1b[31m\xe2\x80\xaeb.env", "a\u{1b}[31m\u{202e}b.env");
        let human = scene.run(&scene.forge.work().join("app"), &["--history", "--exit-zero"]);
        assert_eq!(human.code, 0);
        let human = std::fs::read_to_string(scene.forge.out().join("report.human")).unwrap();
        assert!(!human.contains(['\u{1b}', '\u{202e}']), "terminal codes pass through");
        expect
    }

    fn name_that_holds_a_key(scene) {
        odd_name(scene, format!("{}.env", scene.key).as_bytes(), "[key].env")
    }

    fn target_of_a_link(scene) {
        let repo = scene.repo();
        std::os::unix::fs::symlink(&scene.key, repo.at("link")).unwrap();
        let commit = repo.commit("work");
        repo.remove("link");
        Expect::gone(&repo).at(scene.history(&repo, "link", &commit))
    }

    fn mode_changed(scene) {
        let repo = scene.repo();
        let commit = repo.save("run.sh", format!("#!/bin/sh\nexport {}", scene.line()));
        repo.git(&["update-index", "--chmod=+x", "run.sh"]);
        repo.git(&["commit", "-q", "-m", "executable"]);
        repo.remove("run.sh");
        Expect::gone(&repo).at(scene.history(&repo, "run.sh", &commit))
    }

    fn file_becomes_a_folder(scene) {
        let repo = scene.repo();
        let commit = repo.save("conf", scene.line());
        std::fs::remove_file(repo.at("conf")).unwrap();
        repo.save("conf/app.env", "MODE=fast\n");
        Expect::gone(&repo).at(scene.history(&repo, "conf", &commit))
    }

    fn line_ends_of_windows(scene) {
        let repo = scene.repo();
        let commit = repo.save("app.env", format!("MODE=fast\r\n{}\r\n", scene.line().trim_end()));
        repo.remove("app.env");
        Expect::gone(&repo).at(scene.history(&repo, "app.env", &commit))
    }

    fn key_far_down_a_large_file(scene) {
        // Beyond what is looked at in one piece.
        let repo = scene.repo();
        let mut text = "the quick brown fox jumps over the lazy dog\n".repeat(450_000);
        text.push_str(&scene.line());
        let commit = repo.save("app.txt", text);
        repo.remove("app.txt");
        Expect::gone(&repo).at(scene.history(&repo, "app.txt", &commit))
    }

    fn zip_deleted_from_the_history(scene) {
        let repo = scene.repo();
        let commit = repo.save("backup/x.zip", zip("conf/.env", &scene.line()));
        repo.remove("backup/x.zip");
        Expect::gone(&repo).at(Place::new("history").path("backup/x.zip!conf/.env").commit(&commit))
    }

    fn folder_of_many_names(scene) {
        let repo = scene.repo();
        for number in 0..400 {
            repo.write(&format!("data/{number:03}.txt"), format!("{number}\n"));
        }
        let commit = repo.save("data/app.env", scene.line());
        repo.remove("data/app.env");
        Expect::gone(&repo).at(scene.history(&repo, "data/app.env", &commit))
    }
}
