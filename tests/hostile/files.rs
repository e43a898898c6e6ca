//! Files that are no plain files, and files that change while they are read: nothing waits, nothing panics, and what was not
//! read is told.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Tree, expand, keyscan};

fn secret(seed: u64) -> String {
    format!("OPENAI_API_KEY={}\n", expand("sk-proj-{74}T3{}BlbkFJ{74}", seed))
}

/// Exit code and report of a scan with a few threads.
fn scan(folder: &Path, args: &[&str]) -> (i32, Value) {
    let run = keyscan(folder, &[&["-f", "json", "-j", "4", "--no-config"], args].concat());
    assert!(matches!(run.code, 0 | 1 | 3), "{args:?}: exit {}: {}", run.code, run.errors());
    (run.code, run.json())
}

fn skipped(report: &Value) -> Vec<(&str, &str)> {
    let skipped = report["scan"]["skipped"].as_array().unwrap();
    skipped.iter().map(|one| (one["path"].as_str().unwrap(), one["reason"].as_str().unwrap())).collect()
}

#[test]
fn devices_and_pipes_are_refused_wherever_they_are_named() {
    let tree = Tree::one("a.env", secret(1));
    let fifo = Command::new("mkfifo").arg(tree.at("fifo")).status().is_ok_and(|status| status.success());
    let named: &[&str] = if fifo { &["/dev/zero", "/dev/null", "fifo"] } else { &["/dev/zero", "/dev/null"] };
    for path in named.iter().filter(|path| tree.path().join(path).exists()) {
        // Somebody wanted it read: that fails the run, and what else was named is scanned all the same.
        let run = keyscan(tree.path(), &["-f", "json", "--no-config", path, "a.env"]);
        let report = run.json();
        assert_eq!((run.code, skipped(&report).len(), skipped(&report)[0].1), (2, 1, "special-file"), "{path}");
        assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{path}");
        assert!(run.errors().contains(&format!("a pipe: {path}\nhint: ")), "{}", run.errors());
        // A policy, a baseline or a list that never ends is no policy, baseline or list.
        for flag in ["--config", "--baseline", "--fingerprint-key"] {
            let run = keyscan(tree.path(), &[flag, path, "a.env"]);
            assert_eq!(run.code, 2, "{flag} {path}: {}", run.errors());
        }
    }
    // One that merely lies in the tree was not meant.
    let (code, report) = scan(tree.path(), &["."]);
    assert_eq!((code, skipped(&report).len()), (0, usize::from(fifo)));
    let run = keyscan(tree.path(), &["--files-from", "/dev/zero"]);
    assert_eq!(run.code, 2, "{}", run.errors());
}

#[test]
fn files_of_the_kernel_end() {
    // They say that they have 0 or 4096 bytes, and hold anything, or wait for ever.
    let tree = Tree::new();
    for path in [
        "/proc/self/mem",
        "/proc/self/environ",
        "/proc/self/pagemap",
        "/proc/self/status",
        "/proc/kmsg",
        "/proc/kallsyms",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys/kernel/notes",
    ] {
        if fs::symlink_metadata(path).is_err() {
            println!("skipped: no {path} here");
            continue;
        }
        let (code, report) = scan(tree.path(), &[path]);
        let incomplete = !report["scan"]["complete"].as_bool().unwrap();
        assert_eq!(code == 3, incomplete, "{path}");
        assert!(report["scan"]["bytes"].as_u64().unwrap() <= 64 * 1024 * 1024, "{path}");
    }
}

#[test]
fn what_may_not_be_read_is_told() {
    let tree = Tree::one("a.env", "x=1\n");
    tree.write("closed.env", secret(1));
    tree.write("shut/b.env", secret(2));
    tree.write("unlisted/c.env", secret(3));
    let modes = [("closed.env", 0o000), ("shut", 0o000), ("unlisted", 0o300)];
    let set = |path: &str, mode| fs::set_permissions(tree.at(path), fs::Permissions::from_mode(mode)).unwrap();
    modes.iter().for_each(|(path, mode)| set(path, *mode));
    let may = File::open(tree.at("closed.env")).is_ok();
    let (code, report) = scan(tree.path(), &["."]);
    modes.iter().for_each(|(path, _)| set(path, 0o700));
    if may {
        println!("skipped: this user may read everything");
        return;
    }
    assert_eq!(code, 3);
    assert_eq!(skipped(&report), [("closed.env", "unreadable"), ("shut", "unreadable"), ("unlisted", "unreadable")]);
}

#[test]
fn folders_that_lead_into_themselves_and_into_the_deep_end() {
    let tree = Tree::one("a/b/c.env", secret(1));
    symlink("..", tree.at("a/b/up")).unwrap();
    symlink("/", tree.at("a/root")).unwrap();
    // 5000 folders, deeper than a path may be long: built from below, by moving what there is into what lies above it.
    let part = "d/".repeat(1000);
    fs::create_dir_all(tree.at("d0").join(&part)).unwrap();
    for step in 0..4 {
        let above = tree.at(&format!("d{}", step + 1));
        fs::create_dir_all(above.join(&part)).unwrap();
        fs::rename(tree.at(&format!("d{step}")), above.join(&part).join("d")).unwrap();
    }
    let (code, report) = scan(tree.path(), &["."]);
    assert_eq!(code, 3, "what the system no longer finds is told");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let skipped = skipped(&report);
    assert!(skipped.contains(&("a/b/up", "symlink")) && skipped.contains(&("a/root", "symlink")));
    assert!(skipped.iter().all(|(_, reason)| matches!(*reason, "symlink" | "unreadable")));
}

#[test]
fn long_names_and_many_of_them() {
    let tree = Tree::new();
    let name = format!("{}.env", "n".repeat(251));
    fs::write(tree.at(&name), secret(1)).unwrap();
    fs::create_dir(tree.at("many")).unwrap();
    for number in 0..20_000 {
        File::create(tree.at("many").join(format!("{number}.txt"))).unwrap();
    }
    let (code, report) = scan(tree.path(), &["."]);
    assert_eq!((code, report["scan"]["files"].as_u64()), (0, Some(20_001)));
    assert_eq!(report["findings"][0]["occurrences"][0]["path"], name.as_str());
}

#[test]
fn a_hole_in_a_file_holds_nothing_and_moves_no_line() {
    let tree = Tree::new();
    let mut file = File::create(tree.at("sparse.env")).unwrap();
    file.write_all(secret(1).as_bytes()).unwrap();
    file.seek(SeekFrom::Start(64 * 1024 * 1024)).unwrap();
    file.write_all(format!("\n\n{}", secret(2)).as_bytes()).unwrap();
    drop(file);
    let (code, report) = scan(tree.path(), &["."]);
    assert_eq!(code, 0);
    let lines: Vec<u64> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["occurrences"][0]["line"].as_u64().unwrap())
        .collect();
    assert!(lines.len() == 2 && lines.contains(&1) && lines.contains(&4), "{lines:?}");
    assert_eq!(report["scan"]["bytes"].as_u64().unwrap(), 64 * 1024 * 1024 + 2 + secret(2).len() as u64);
}

#[test]
fn holes_are_told_like_the_zeros_that_they_are() {
    const PIECE: u64 = 64 * 1024;
    // At the edges of the pieces that are read, and across one.
    let places = [3 * PIECE, 100 * PIECE - 60, 200 * PIECE - 1, 300 * PIECE + 1, 500 * PIECE - 512, 600 * PIECE];
    let run = |fill: bool| {
        let tree = Tree::new();
        let file = File::create(tree.at("a.env")).unwrap();
        if fill {
            file.write_all_at(&vec![0; 601 * PIECE as usize], 0).unwrap();
        }
        for (place, seed) in places.iter().zip(1..) {
            file.write_all_at(format!("\n\n{}", secret(seed)).as_bytes(), *place).unwrap();
        }
        file.set_len(601 * PIECE).unwrap();
        let (_, mut report) = scan(tree.path(), &["."]);
        assert_eq!(report["findings"].as_array().unwrap().len(), places.len());
        (report["findings"].take(), report["scan"]["bytes"].take(), report["scan"]["skipped"].take())
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn a_file_that_changes_while_it_is_read() {
    // Small, whole, and read in windows.
    for size in [20_000, 2 << 20, 24 << 20] {
        let tree = Tree::new();
        let path = tree.at("a.log");
        let content = secret(5) + &"a line of text that says nothing to anybody\n".repeat(size / 44);
        fs::write(&path, &content).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
                let mut round = 0_u64;
                while !done.load(Ordering::Relaxed) {
                    // Grows, shrinks, vanishes to nothing, and is another file.
                    match round % 4 {
                        0 => file.set_len(content.len() as u64 * 2).unwrap(),
                        1 => file.set_len(content.len() as u64 / 3).unwrap(),
                        2 => file.set_len(0).unwrap(),
                        _ => file.write_all_at(content.as_bytes(), 7).unwrap(),
                    }
                    round += 1;
                }
            });
            let mut changed = 0;
            for round in 0..60 {
                // Whether it changes under a reader's hands is chance, and nobody has to notice a small file's change.
                if round >= 4 && (changed > 0 || size < 1 << 20) {
                    break;
                }
                let run = keyscan(tree.path(), &["-f", "json", "-j", "2", "."]);
                assert!(matches!(run.code, 0 | 1 | 3), "{size}: exit {}: {}", run.code, run.errors());
                let report = run.json();
                let reasons: Vec<&str> = skipped(&report).into_iter().map(|(_, reason)| reason).collect();
                changed += usize::from(reasons.contains(&"changed"));
                assert!(
                    reasons.iter().all(|reason| matches!(*reason, "changed" | "unreadable" | "limit" | "unparsed")),
                    "{reasons:?}"
                );
            }
            done.store(true, Ordering::Relaxed);
            assert!(changed > 0 || size < 1 << 20, "{size}: nobody noticed");
        });
    }
}

#[test]
fn files_that_come_and_go_while_a_folder_is_walked() {
    let tree = Tree::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                let folder = tree.at(&format!("f{}", number % 7));
                let _ = fs::create_dir(&folder);
                let _ = fs::write(folder.join("a.env"), secret(number));
                let _ = fs::rename(&folder, tree.at("moved"));
                let _ = fs::remove_dir_all(tree.at("moved"));
                let _ = symlink("/dev/zero", tree.at("b.env"));
                let _ = fs::remove_file(tree.at("b.env"));
                number += 1;
            }
        });
        for _ in 0..10 {
            let run = keyscan(tree.path(), &["-f", "json", "."]);
            assert!(matches!(run.code, 0 | 1 | 3), "exit {}: {}", run.code, run.errors());
        }
        done.store(true, Ordering::Relaxed);
    });
}
