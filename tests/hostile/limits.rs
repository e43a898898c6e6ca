//! Limits: set on the command line before the policy file before the default, and told where something lies behind one.

use crate::git::run_git::Repo;
use crate::support::formats::base64;
use crate::support::{Run, Tree, expand, keyscan, keyscan_with};
use keyscan::rules::sample::B64;
use serde_json::{Value, json};

/// A key behind so many layers of base64, each of which begins with an address that tells it.
fn wrapped(layers: usize) -> String {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x51);
    (0..layers).fold(format!("OPENAI_API_KEY={key}\n"), |text, _| {
        base64(format!("https://api.openai.com/v1\n{text}\n").as_bytes(), B64)
    })
}

/// Exit code, number of findings, and the limits that something lies behind.
fn seen(run: &Run) -> (i32, usize, Vec<String>) {
    let report = run.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let skipped = report["scan"]["skipped"].as_array().unwrap();
    assert!(skipped.iter().all(|skipped| skipped["reason"] == "limit" && skipped["effect"] == "incomplete"));
    (run.code, report["findings"].as_array().unwrap().len(), skipped.iter().map(|one| text(&one["limit"])).collect())
}

#[test]
fn encodings_are_undone_as_deep_as_the_limit_says() {
    let tree = Tree::one("a.txt", wrapped(2));
    let scan = |args: &[&str]| seen(&keyscan(tree.path(), &[&["-f", "json"], args].concat()));
    assert_eq!(scan(&[]), (1, 1, vec![]));
    assert_eq!(scan(&["--max-decode-depth", "2"]), (1, 1, vec![]));
    assert_eq!(scan(&["--max-decode-depth", "1"]), (3, 0, vec!["max-decode-depth".to_owned()]));
    assert_eq!(scan(&["--max-decode-depth", "1", "--allow-incomplete"]).0, 0);
    // Who wants nothing undone misses nothing, and is told how much that is.
    let unwanted = keyscan(tree.path(), &["-f", "json", "--max-decode-depth", "0"]);
    assert_eq!(unwanted.code, 0);
    let skipped = &unwanted.json()["scan"]["skipped"];
    assert_eq!(skipped, &json!([{"path": "a.txt", "reason": "not-decoded", "effect": "note"}]));
    let told = keyscan(tree.path(), &["--max-decode-depth", "0"]).text();
    assert!(told.contains("Left out: 1 undecoded file."), "{told}");
    assert_eq!(scan(&["--max-decoded-size", "100"]), (3, 0, vec!["max-decoded-size".to_owned()]));

    // Flags go before the file, and the file before the default.
    tree.write(".keyscan.toml", "[limits]\nmax-decode-depth = 1\n");
    assert_eq!(scan(&[]).0, 3);
    assert_eq!(scan(&["--no-config"]).0, 1);
    assert_eq!(scan(&["--max-decode-depth", "3"]).0, 1);
    let stdin =
        |args: &[&str]| seen(&keyscan_with(tree.path(), &[&["-f", "json", "-"], args].concat(), wrapped(2).as_bytes()));
    assert_eq!(stdin(&[]), (3, 0, vec!["max-decode-depth".to_owned()]));
    assert_eq!(stdin(&["--max-decode-depth", "2"]), (1, 1, vec![]));
}

#[test]
fn whoever_wants_no_archive_opened_misses_nothing() {
    use std::io::Write;

    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x52);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(format!("OPENAI_API_KEY={key}\n").as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let tree = Tree::one("a.env.gz", &gz);
    tree.write("b.env.gz", &gz);
    tree.write("mail.eml", "From: a@b.example\nSubject: nothing\n\nNo archive.\n");
    let scan = |args: &[&str]| keyscan(tree.path(), &[&["-f", "json"], args].concat());
    assert_eq!(scan(&[]).json()["scan"]["skipped"], json!([]));
    assert_eq!(scan(&[]).json()["findings"][0]["occurrences"].as_array().unwrap().len(), 2);
    let none = scan(&["--max-archive-depth", "0"]);
    let note = |path: &str| json!({"path": path, "reason": "not-opened", "effect": "note"});
    assert_eq!((none.code, &none.json()["scan"]["skipped"]), (0, &json!([note("a.env.gz"), note("b.env.gz")])));
    let told = keyscan(tree.path(), &["--max-archive-depth", "0"]).text();
    assert!(told.contains("Left out: 2 closed archives."), "{told}");
    // One that was named is as unwanted as any other.
    assert_eq!(keyscan(tree.path(), &["--max-archive-depth", "0", "a.env.gz"]).code, 0);
    let stdin = keyscan_with(tree.path(), &["--max-archive-depth", "0", "-f", "json", "-"], &gz);
    assert_eq!((stdin.code, &stdin.json()["scan"]["skipped"]), (0, &json!([note("-")])));
}

#[test]
fn what_is_cut_at_a_limit_gives_no_cut_key() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x53);
    let text = format!("# nothing\nOPENAI_API_KEY={key}\nafter=1\n");
    let packed = |method: &str| -> Vec<u8> {
        use std::io::Write;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        match method {
            "gz" => {
                gz.write_all(text.as_bytes()).unwrap();
                gz.finish().unwrap()
            }
            "zip" => {
                let stored =
                    zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
                zip.start_file("a", stored).unwrap();
                zip.write_all(text.as_bytes()).unwrap();
                zip.finish().unwrap().into_inner()
            }
            _ => {
                let mut tar = tar::Builder::new(Vec::new());
                let mut header = tar::Header::new_gnu();
                header.set_size(text.len() as u64);
                header.set_cksum();
                tar.append_data(&mut header, "a", text.as_bytes()).unwrap();
                tar.into_inner().unwrap()
            }
        }
    };
    let tree = Tree::new();
    for (kind, bytes, from) in [
        ("text", text.clone().into_bytes(), 60),
        ("gz", packed("gz"), 60),
        ("zip", packed("zip"), 100),
        ("tar", packed("tar"), 580),
    ] {
        let all = keyscan_with(tree.path(), &["-f", "json", "-"], &bytes);
        assert_eq!(all.code, 1, "{kind}");
        for cut in [from, from + 20, from + 80] {
            let run = keyscan_with(tree.path(), &["-f", "json", "--max-file-size", &cut.to_string(), "-"], &bytes);
            let report = run.json();
            assert_eq!((run.code, report["findings"].as_array().unwrap().len()), (3, 0), "{kind} {cut}");
            assert!(report["scan"]["skipped"].as_array().unwrap().iter().any(|one| one["reason"] == "too-large"));
            // So does a file that breaks off on its own, and is no text.
            if kind != "text" {
                tree.write(&format!("cut.{kind}"), &bytes[..cut]);
                assert_eq!(keyscan(tree.path(), &["-f", "json"]).json()["findings"], json!([]), "{kind} {cut}");
            }
        }
    }
    // A line that is whole is read.
    let run = keyscan_with(
        tree.path(),
        &["-f", "json", "--max-file-size", &(text.len() - 3).to_string(), "-"],
        text.as_bytes(),
    );
    assert_eq!(run.code, 1);
    // And a member that is larger than it may be.
    tree.write("a.gz", packed("gz"));
    let run = keyscan(tree.path(), &["-f", "json", "--max-member-size", "60", "a.gz"]);
    assert_eq!((run.code, run.json()["findings"].as_array().unwrap().len()), (3, 0));
}

#[test]
fn what_a_stranger_writes_lowers_nothing() {
    let Some(repo) = Repo::new() else { return };
    repo.write("a.txt", wrapped(2)).write(".keyscan.toml", "[limits]\nmax-decode-depth = 1\n").commit("ours");
    repo.write(".keyscan.toml", "[limits]\nmax-decode-depth = 0\n");
    let code = |args: &[&str]| keyscan(&repo.top, args).code;
    assert_eq!(code(&["--trust", "HEAD"]), 3, "what the commit says");
    assert_eq!(code(&["--untrusted"]), 1, "the default");
    assert_eq!(code(&[]), 0, "what the tree says");
}

#[test]
fn deeper_encodings_than_the_limit_are_told() {
    let tree = Tree::one("a.txt", wrapped(4));
    let run = keyscan(tree.path(), &[]);
    assert_eq!(run.code, 3);
    assert!(run.text().contains("a.txt  encoded more times than --max-decode-depth"), "{}", run.text());
    assert_eq!(keyscan(tree.path(), &["--max-decode-depth", "4"]).code, 1);
    for (format, says) in [
        ("sarif", "encoded more times than --max-decode-depth allows"),
        ("html", "encoded more times than --max-decode-depth"),
        ("jsonl", "\"limit\":\"max-decode-depth\""),
    ] {
        let run = keyscan(tree.path(), &["-f", format]);
        assert_eq!(run.code, 3);
        assert!(run.text().contains(says), "{format}: {}", run.text());
    }
}

#[test]
fn the_size_of_files_may_stand_in_the_policy_file() {
    let tree = Tree::one("large.txt", "x".repeat(5000));
    tree.write(".keyscan.toml", "[limits]\nmax-file-size = \"4K\"\n");
    let run = keyscan(tree.path(), &["-f", "json"]);
    assert_eq!((run.code, &run.json()["scan"]["skipped"][0]["reason"]), (3, &json!("too-large")));
    assert_eq!(keyscan(tree.path(), &["--max-file-size", "5K"]).code, 0);
    assert_eq!(keyscan_with(tree.path(), &["-"], "x".repeat(5000).as_bytes()).code, 3);
}

#[test]
fn what_no_limit_can_be_is_refused() {
    let tree = Tree::one("a.txt", "x");
    for (flag, wrong) in [
        ("--max-archive-size", "64X"),
        ("--max-member-size", "-1"),
        ("--max-decoded-size", ""),
        ("--max-archive-ratio", "0"),
        ("--max-archive-members", "many"),
        ("--max-archive-depth", "17"),
        ("--max-decode-depth", "1.5"),
        ("--max-archive-size", "16777215T"),
    ] {
        let run = keyscan(tree.path(), &[&format!("{flag}={wrong}")]);
        assert_eq!(run.code, 2, "{flag} {wrong}");
        assert!(run.errors().contains(flag), "{}", run.errors());
    }
    assert_eq!(keyscan(tree.path(), &["--max-archive-size", "2T", "--max-archive-depth", "16"]).code, 0);
}

#[test]
fn the_check_of_the_policy_shows_the_limits_in_force() {
    let tree = Tree::one(".keyscan.toml", "[limits]\nmax-archive-size = 1048576\nmax-archive-ratio = 1_000\n");
    let text = keyscan(tree.path(), &["config", "check", "--max-member-size", "1536K", "--max-file-size", "3M"]).text();
    let rows: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).filter(|row: &Vec<&str>| row.len() == 3).collect();
    for row in [
        ["limits.max-file-size", "--max-file-size", "3M"],
        ["limits.max-archive-size", ".keyscan.toml:2", "1M"],
        ["limits.max-archive-ratio", ".keyscan.toml:3", "1000"],
        ["limits.max-archive-members", "default", "1000000"],
        ["limits.max-member-size", "--max-member-size", "1536K"],
        ["limits.max-decode-depth", "default", "3"],
    ] {
        assert!(rows.contains(&row.to_vec()), "{row:?} in {text}");
    }
}
