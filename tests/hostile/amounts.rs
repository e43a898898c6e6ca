//! Amounts: more keys, names, lines and layers than anybody reads. What is kept is cut at the limits, what is cut is told, and
//! memory and the stack have bounds.

use std::fmt::Write;
use std::io::Write as _;

use serde_json::Value;

use crate::support::{Tree, expand, keyscan};
use keyscan::rules::sample::ALNUM;

/// So many keys of one shape, each another.
fn keys(count: usize) -> impl Iterator<Item = String> {
    let base = expand("sk-proj-{74}T3{}BlbkFJ{74}", 0xa0);
    (0..count).map(move |number| {
        let mut key = base.clone().into_bytes();
        let (mut left, mut at) = (number, 20);
        while left > 0 {
            let old = ALNUM.iter().position(|&byte| byte == key[at]).unwrap();
            key[at] = ALNUM[(old + left % 62) % 62];
            (left, at) = (left / 62, at + 5);
        }
        String::from_utf8(key).unwrap()
    })
}

fn scan(tree: &Tree) -> (i32, Value) {
    let run = keyscan(tree.path(), &["-f", "json", "--no-config", "."]);
    (run.code, run.json())
}

/// Findings, and the limits that something lies behind.
fn seen(report: &Value) -> (usize, Vec<&str>) {
    let skipped = report["scan"]["skipped"].as_array().unwrap();
    (report["findings"].as_array().unwrap().len(), skipped.iter().filter_map(|one| one["limit"].as_str()).collect())
}

#[test]
fn more_keys_than_a_file_may_have_are_told() {
    let lines: String = keys(12_000).fold(String::new(), |text, key| text + "K=" + &key + "\n");
    let (code, report) = scan(&Tree::one("a.env", lines));
    assert_eq!(code, 3, "everything kept is a stored key outside git, and more than that was there");
    assert_eq!(seen(&report), (10_000, vec!["matches"]));
    let first = keys(1).next().unwrap();
    let wanted = crate::support::fingerprint(&first);
    assert!(
        report["findings"].as_array().unwrap().iter().any(|one| one["key"]["fingerprint"] == *wanted),
        "the first stay"
    );
}

#[test]
fn more_keys_than_a_line_may_have_are_told() {
    let line: String = keys(11_000).fold(String::new(), |text, key| text + &key + " ");
    let (_, report) = scan(&Tree::one("a.txt", line));
    let (findings, limits) = seen(&report);
    assert!(findings >= 10_000 && limits == ["matches"], "{findings} {limits:?}");
}

#[test]
fn keys_of_many_files_are_all_there() {
    let tree = Tree::new();
    for (number, key) in keys(3000).enumerate() {
        tree.write(&format!("{}/{number}.env", number / 100), format!("OPENAI_API_KEY={key}\n"));
    }
    let (_, report) = scan(&tree);
    assert_eq!(seen(&report), (3000, vec![]));
}

/// A bzip2 stream.
fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut stream = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    stream.write_all(content).unwrap();
    stream.finish().unwrap()
}

#[test]
fn streams_without_number_are_no_free_work() {
    let key = keys(1).next().unwrap();
    let packed = |streams: usize, between: &[u8]| {
        let all = [bzip2(between).repeat(streams), bzip2(format!("OPENAI_API_KEY={key}\n").as_bytes())];
        scan(&Tree::one("a.env.bz2", all.concat()))
    };
    // Few are read to the last, whether they hold something or not.
    for between in [&b"\n"[..], b""] {
        let (_, report) = packed(900, between);
        assert_eq!(seen(&report), (1, vec![]));
        let (code, report) = packed(1100, between);
        assert_eq!((code, seen(&report)), (3, (0, vec!["max-archive-ratio"])));
    }
}

#[test]
fn brackets_as_deep_as_one_likes_hide_nothing() {
    let key = keys(1).next().unwrap();
    let depth = 100_000;
    for (name, opened, closed) in [
        ("a.json", "[", "]"),
        ("b.json", "{\"a\":", "}"),
        ("a.yaml", "[", "]"),
        ("b.yaml", "{a: ", "}"),
        ("c.yaml", "- ", ""),
        ("a.toml", "[", "]"),
        ("a.xml", "<a>", "</a>"),
        ("a.html", "<a>", "</a>"),
        ("a.py", "(", ")"),
        ("b.py", "[", "]"),
        ("a.ts", "{", "}"),
        ("a.js", "`${", "}`"),
        ("a.tsx", "<a>", "</a>"),
        ("a.sh", "$(", ")"),
        ("b.sh", "\"$(", ")\""),
        ("a.ps1", "@{a=", "}"),
        ("a.tf", "a {\n", "}\n"),
        ("b.tf", "\"${", "}\""),
        ("nginx.conf", "a {\n", "}\n"),
        ("Caddyfile", "a {\n", "}\n"),
        ("a.clj", "(", ")"),
        ("a.lisp", "'(", ")"),
        ("a.md", "> ", ""),
        ("a.sql", "(", ")"),
        ("Makefile", "$(", ")"),
        ("Dockerfile", "RUN (", ")"),
        ("a.ini", "[a]\n", ""),
        ("a.properties", "a.", ""),
        ("a.csv", "\"", "\""),
        ("a.ipynb", "{\"cells\":[", "]}"),
    ] {
        let text = format!(
            "{}\nOPENAI_API_KEY={key}\n{}\nOPENAI_BASE_URL=https://api.openai.com/v1\n",
            opened.repeat(depth),
            closed.repeat(depth)
        );
        let tree = Tree::one(name, text);
        let run = keyscan(tree.path(), &["-f", "json", "--no-config", "."]);
        assert!(matches!(run.code, 0 | 1 | 3), "{name} {opened}: exit {}: {}", run.code, run.errors());
        assert_eq!(run.json()["findings"].as_array().unwrap().len(), 1, "{name} {opened}");
    }
}

#[test]
fn text_made_of_what_is_looked_for_hides_nothing() {
    let key = keys(1).next().unwrap();
    let marker = concat!("T3Blbk", "FJ");
    for (name, piece) in [
        ("a.env", "sk-"),
        ("a.txt", marker),
        ("a.env", "://"),
        ("a.env", "https://"),
        ("a.env", "OPENAI_"),
        ("a.env", "OPENAI_API_KEY="),
        ("a.env", "="),
        ("a.py", "\"'"),
        ("a.py", ","),
        ("a.env", "\n"),
        ("a.py", "# keyscan:allow "),
        ("a.txt", "aHR0cHM6Ly9hcGkub3BlbmFpLmNvbS92 "),
        ("a.js", "\\"),
        ("a.js", "\\u0073"),
        ("a.txt", "%73"),
        ("a.html", "&#x73;"),
        ("a.txt", "a."),
        ("a.py", "'+'"),
        ("a.txt", "=\n"),
        ("a.txt", "\u{1b}[0m"),
    ] {
        let tree = Tree::one(name, format!("{}\nOPENAI_API_KEY={key}\n", piece.repeat(60_000 / piece.len())));
        let run = keyscan(tree.path(), &["-f", "json", "--no-config", "."]);
        assert!(matches!(run.code, 0 | 1 | 3), "{name} {piece:?}: exit {}: {}", run.code, run.errors());
        let report = run.json();
        assert!(seen(&report).0 >= 1, "{name} {piece:?}");
    }
}

#[test]
fn settings_and_hosts_without_number() {
    let mut text = String::new();
    for number in 0..20_000 {
        writeln!(text, "SERVICE_{number}_OPENAI_BASE_URL=https://a{number}.team-x.io/v1").unwrap();
    }
    let host = "a.".repeat(10_000);
    writeln!(text, "OPENAI_API_BASE=https://{host}team-x.io/v1").unwrap();
    let (_, report) = scan(&Tree::one("a.env", text));
    let (findings, limits) = seen(&report);
    assert!(findings == 10_000 && limits == ["matches"], "{findings} {limits:?}");
}
