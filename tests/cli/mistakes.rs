//! Every mistake that a user can make: the error names the path, the line where there is one, and the mend.

use std::fs;
use std::process::{Command, Stdio};

use super::{RELAY, refused};
use crate::support::{Run, Tree, keyscan, keyscan_with};

/// Words with which a mend begins.
const VERBS: [&str; 21] = [
    "add", "check", "correct", "create", "drop", "fetch", "give", "leave", "let", "make", "name", "report", "run",
    "scan", "set", "take", "unset", "use", "write", "pass", "read",
];

/// A refusal with its mend: nothing of Rust's, of a library's or of the system's own words, no key, no folder of ours.
fn mended(run: &Run, error: &str, hint: &str) {
    refused(run, error);
    let errors = run.errors();
    assert!(errors.starts_with("error: "), "{errors}");
    for raw in ["os error", "Os {", "Error(", "Some(", "entity not found", "No such file or directory", "src/"] {
        assert!(!errors.contains(raw), "{raw}: {errors}");
    }
    let mend =
        errors.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap_or_else(|| panic!("no mend: {errors}"));
    assert!(mend.contains(hint), "{hint} is not in: {mend}");
    let verb = mend.split([' ', ':']).next().unwrap_or_default();
    assert!(VERBS.contains(&verb), "{mend}");
}

#[test]
fn paths_that_cannot_be_read() {
    let tree = Tree::one("a.env", RELAY);
    tree.write("list", "gone.env\n");
    let run = |args: &[&str]| keyscan(tree.path(), args);
    fs::create_dir(tree.at("folder")).unwrap();
    mended(&run(&["no/such"]), "no such file or folder: no/such", "spelling");
    mended(&run(&["--files-from", "gone"]), "the list gone: it is not there", "spelling");
    mended(&run(&["--files-from", "folder"]), "the list folder: not a regular file", "name a file");
    mended(&run(&["--files-from", "list"]), "gone.env", "take it off the list");
    mended(&run(&["--fingerprint-key", "gone"]), "fingerprint key gone", "spelling");
    mended(&run(&["--config", "gone.toml"]), "gone.toml", "spelling");
    fs::write(tree.at("short"), "x").unwrap();
    mended(&run(&["--fingerprint-key", "short"]), "short: a fingerprint key needs at least 32 bytes", "/dev/urandom");
}

#[test]
fn globs_that_are_none() {
    let tree = Tree::one("a.env", RELAY);
    for glob in ["[", "a[.py", ""] {
        for flag in ["--exclude", "--include"] {
            mended(&keyscan(tree.path(), &[flag, glob]), &format!("not a valid glob: '{glob}'"), ".gitignore");
        }
    }
}

#[test]
fn repositories_and_revisions_that_are_not_there() {
    let tree = Tree::one("a.env", "x");
    let run = |args: &[&str]| keyscan(tree.path(), args);
    mended(&run(&["--staged"]), "not in a git repository: .", "name a folder");
    mended(&run(&["--range", "a..b"]), "not in a git repository: .", "name a folder");
    mended(&run(&["--since", "v1"]), "not in a git repository: .", "name a folder");
    assert!(run(&["--history"]).errors().contains("--history met no commit"));
    if !tree.track() {
        return;
    }
    let git = |args: &[&str]| {
        let names = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let mut command = Command::new("git");
        command.args(names).args(args).current_dir(tree.path());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap()
    };
    assert!(git(&["commit", "-qm", "one"]).status.success());
    mended(&run(&["--range", "abc"]), "not a range of commits: 'abc'", "main..HEAD");
    mended(&run(&["--range", "gone..HEAD"]), "the revision 'gone'", "name a commit");
    mended(&run(&["--since", "gone"]), "the revision 'gone'", "2026-01-31");
    assert!(!run(&["--history"]).errors().contains("met no commit"));

    // A clone without its history, asked for what it does not have.
    let first = String::from_utf8(git(&["rev-parse", "HEAD"]).stdout).unwrap();
    assert!(git(&["commit", "-q", "--allow-empty", "-m", "two"]).status.success());
    let from = format!("file://{}", tree.path().display());
    assert!(git(&["clone", "-q", "--depth", "1", &from, "shallow"]).status.success());
    let shallow = keyscan(&tree.at("shallow"), &["--range", &format!("{}..HEAD", first.trim())]);
    refused(&shallow, "fetch-depth: 0");
}

#[test]
fn outputs_that_cannot_be_written() {
    let tree = Tree::one("a.env", RELAY);
    let run = |args: &[&str]| keyscan(tree.path(), args);
    mended(&run(&["-o", "no/such/a.json"]), "there is no folder no/such", "mkdir -p no/such");
    mended(&run(&["-o", "."]), "it is a folder", "name a file");
    mended(&run(&["-f", "json", "-f", "sarif"]), "standard output", "--format sarif=FILE");
    mended(&run(&["-f", "json=a", "-o", "b"]), "--output", "leave one");
}

#[test]
fn modes_that_contradict_each_other() {
    let tree = Tree::one("a.env", RELAY);
    let run = |args: &[&str]| keyscan(tree.path(), args);
    mended(&run(&["--staged", "--files-from", "x"]), "--staged and --files-from", "name the files");
    mended(&run(&["--range", "a..b", "--no-ignore"]), "--range and --no-ignore", "leave it out");
    mended(&run(&["--since", "a", "--assume-committed"]), "--since and --assume-committed", "leave it out");
    mended(&run(&["--staged", "-"]), "standard input", "leave one");
    mended(&run(&["-", "a.env"]), "standard input", "./-");
    mended(&run(&["--stdin-filename", "x"]), "--stdin-filename", "add -");
    refused(&run(&["--staged", "--history"]), "--history");
    refused(&run(&["-j", "0"]), "1 to 1024");
    refused(&run(&["-j", "many"]), "1 to 1024");
    // What one repository allows must not hold for the other.
    tree.write("p/.keyscan.toml", "");
    tree.write("q/.keyscan.toml", "");
    mended(&run(&["p", "q"]), "different policies", "name one with --config");
}

#[test]
fn variables_that_are_wrong_are_named() {
    let tree = Tree::one("a.env", RELAY);
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
    command.current_dir(tree.path()).env_clear().env("KEYSCAN_FORMAT", "xml");
    let output = command.output().unwrap();
    let run = Run { code: output.status.code().unwrap(), stdout: output.stdout, stderr: output.stderr };
    mended(&run, "KEYSCAN_FORMAT: no such format", "correct the variable");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let tree = Tree::one("a.env", RELAY);
    let full = || fs::OpenOptions::new().write(true).open("/dev/full");
    if full().is_err() {
        println!("skipped: there is no /dev/full here");
        return;
    }
    for args in [&["-f", "human"][..], &["-f", "json"], &["-f", "sarif"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
        command.args(args).current_dir(tree.path()).env_clear().stdout(full().unwrap());
        let output = command.output().unwrap();
        let run = Run { code: output.status.code().unwrap(), stdout: Vec::new(), stderr: output.stderr };
        mended(&run, "cannot write to standard output: the disk is full", "make room");
    }
    mended(&keyscan(tree.path(), &["-o", "/dev/full"]), "/dev/full: the disk is full", "make room");
    assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_closed_output_is_no_error() {
    let tree = Tree::one("a.env", RELAY);
    for format in ["human", "json"] {
        let script = format!("exec '{}' -f {format} >&-", env!("CARGO_BIN_EXE_keyscan"));
        let output = Command::new("sh").args(["-c", &script]).current_dir(tree.path()).env_clear().output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let tree = Tree::one("a.env", RELAY);
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        // It waits for its input, so it is interrupted in the middle of its work.
        let mut child = Command::new(env!("CARGO_BIN_EXE_keyscan"))
            .args(["-f", "json=out.json", "-"])
            .current_dir(tree.path())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id();
        let signals = |process: &str, set: &str| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            let found = status.lines().find_map(|line| line.strip_prefix(set)?.strip_prefix(':')).unwrap_or_default();
            u64::from_str_radix(found.trim(), 16).unwrap_or_default()
        };
        let handled = || signals(&id.to_string(), "SigCgt") >> (number - 1) & 1 == 1;
        if !fs::exists("/proc/self/status").unwrap_or_default() {
            println!("skipped: nobody tells here when a program is ready for signals");
            child.kill().unwrap();
            child.wait().unwrap();
            return;
        }
        // Signals that the caller ignores stay ignored: all of them under `nohup`, the interrupt in a shell's background.
        if signals("self", "SigIgn") & (1 | 1 << (number - 1)) != 0 {
            println!("skipped: this run is to survive such signals");
            child.kill().unwrap();
            child.wait().unwrap();
            return;
        }
        while !handled() {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::yield_now();
        }
        let sent = Command::new("kill").args([format!("-{signal}"), id.to_string()]).status();
        if sent.is_err() {
            println!("skipped: no kill program here");
            child.kill().unwrap();
            child.wait().unwrap();
            return;
        }
        // Its input stays open, so that nothing but the signal can end it.
        let input = child.stdin.take();
        child.wait().unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()), "{signal}");
        assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1, "{signal}");
    }
}

#[test]
fn an_error_in_a_config_has_its_line_and_column() {
    let tree = Tree::one("a.env", RELAY);
    for (content, place) in
        [("\n[endpoint]\n", "c.toml:2:2"), ("[endpoints]\nallow = 1\n", "c.toml:2:9"), ("[endpoints\n", "c.toml:1:11")]
    {
        fs::write(tree.at("c.toml"), content).unwrap();
        refused(&keyscan(tree.path(), &["--config", "c.toml"]), place);
    }
}

#[test]
fn standard_input_that_ends_early_is_read_as_far_as_it_goes() {
    let run =
        keyscan_with(Tree::new().path(), &["-", "--stdin-filename", "a.env"], &RELAY.as_bytes()[..RELAY.len() - 1]);
    assert_eq!(run.code, 1, "{}", run.errors());
}
