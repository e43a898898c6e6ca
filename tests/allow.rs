//! Inline comments: each lets its own line pass and no other, in files as people write them.

use serde_json::Value;

use crate::support::{Tree, expand, findings, keyscan};

fn key(seed: u64) -> String {
    expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x616c_6c00 + seed)
}

/// The lines on which a file's keys are reported, and the reasons of those that are not.
fn lines(path: &str, text: &str) -> (Vec<u64>, Vec<String>) {
    let tree = Tree::one(path, text);
    let run = keyscan(tree.path(), &["--assume-committed", "-f", "json", "--show-suppressed", "--exit-zero"]);
    let report = run.json();
    let places = |list: &Value| -> Vec<Value> {
        let findings = list.as_array().unwrap().iter().filter(|finding| finding.get("key").is_some());
        findings.flat_map(|finding| finding["occurrences"].as_array().unwrap().clone()).collect()
    };
    let mut kept: Vec<u64> = places(&report["findings"]).iter().map(|place| place["line"].as_u64().unwrap()).collect();
    kept.sort_unstable();
    let reason = |place: &Value| place["suppression"]["reason"].as_str().unwrap().to_owned();
    (kept, places(&report["suppressed"]).iter().map(reason).collect())
}

/// Files with a key on lines that a comment covers, and keys on the lines around them. `K` stands for keys, each another.
const FILES: &[(&str, &str, &[u64])] = &[
    ("a.env", "A_KEY=K\nB_KEY=K # keyscan:allow why\nC_KEY=K\n", &[1, 3]),
    ("a.py", "a = \"K\"\n# keyscan:allow-next-line why\nb = \"K\"\nc = \"K\"\n", &[1, 4]),
    ("a.js", "const a = 'K';\nconst b = 'K'; // keyscan:allow why\nconst c = 'K';\n", &[1, 3]),
    ("a.tsx", "const a = (\n  <A a=\"K\" />\n  {/* keyscan:allow-next-line why */}\n  <A a=\"K\" />\n)\n", &[2]),
    ("a.yaml", "a: K\nb: K  # keyscan:allow why\nc: |  # keyscan:allow-next-line why\n  K\nd: K\n", &[1, 5]),
    ("a.toml", "a = \"K\"\nb = \"K\" # keyscan:allow why\n", &[1]),
    ("a.ini", "[a]\na = K\n; keyscan:allow-next-line why\nb = K\n", &[2]),
    ("a.sql", "-- keyscan:allow-next-line why\nINSERT INTO t VALUES ('K');\nINSERT INTO t VALUES ('K');\n", &[3]),
    ("Dockerfile", "FROM a\n# keyscan:allow-next-line why\nENV A_KEY=K\nENV B_KEY=K\n", &[4]),
    (
        "a.bat",
        "REM keyscan:allow-next-line why\nset A_KEY=K\n:: keyscan:allow-next-line why\nset B_KEY=K\nset C_KEY=K\n",
        &[5],
    ),
    ("a.ps1", "$a = 'K' <# keyscan:allow why #>\n$b = 'K'\n", &[2]),
    ("a.md", "<!-- keyscan:allow-next-line why -->\n    export A_KEY=K\n    export B_KEY=K\n", &[3]),
    ("a.html", "<script>\nlet a = 'K' <!-- keyscan:allow why -->\nlet b = 'K'\n</script>\n", &[3]),
    ("a.lua", "a = 'K' --[[ keyscan:allow why ]]\nb = 'K'\n", &[2]),
    ("a.hs", "{- keyscan:allow-next-line why -}\na = \"K\"\nb = \"K\"\n", &[3]),
    ("a.ml", "let a = \"K\" (* keyscan:allow why *)\nlet b = \"K\"\n", &[2]),
    ("a.vim", "let a = 'K' \" keyscan:allow why\nlet b = 'K'\n", &[2]),
    ("a.vb", "a = \"K\" ' keyscan:allow why\nb = \"K\"\n", &[2]),
    ("a.tex", "\\a{K} % keyscan:allow why\n\\b{K}\n", &[2]),
    ("a.j2", "A_KEY=K {# keyscan:allow why #}\nB_KEY=K\n", &[2]),
    ("a.tpl", "a: K {{/* keyscan:allow why */}}\nb: K\n", &[2]),
    ("a.f90", "a = 'K' ! keyscan:allow why\nb = 'K'\n", &[2]),
    ("a.rb", "=begin keyscan:allow-next-line why\nA_KEY=K\n=end\nb = 'K'\n", &[4]),
    ("a.c", "/*\n * keyscan:allow-next-line why */\nchar *a = \"K\";\nchar *b = \"K\";\n", &[4]),
    ("a.m4", "dnl keyscan:allow-next-line why\ndefine(`A_KEY', `K')\ndefine(`B_KEY', `K')\n", &[3]),
    ("a.json", "{\"//\": \"keyscan:allow why\", \"a\": \"K\"}\n", &[1]),
    // Two keys on the line: the comment is for the line.
    ("b.js", "f('K', 'K') // keyscan:allow why\ng('K')\n", &[2]),
    // Where the same key stands again it is covered no more.
    ("c.env", "A_KEY=K # keyscan:allow why\r\nA_KEY=K\r\n", &[2]),
];

#[test]
fn a_comment_lets_its_line_pass_in_every_syntax_and_no_other() {
    for &(path, template, expected) in FILES {
        let mut parts = template.split('K').peekable();
        let mut text = String::new();
        let mut seed = 0;
        while let Some(part) = parts.next() {
            text.push_str(part);
            // A `K` in a name is none of them.
            let next = parts.peek().and_then(|next| next.chars().next());
            if next == Some('E') {
                text.push('K');
            } else if parts.peek().is_some() {
                seed += 1;
                text.push_str(&key(seed));
            }
        }
        let (kept, reasons) = lines(path, &text);
        assert_eq!(kept, expected, "{path}: {template}");
        assert!(reasons.iter().all(|reason| reason == "why"), "{path}: {reasons:?}");
        assert_eq!(reasons.is_empty(), path == "a.json", "{path}");
    }
}

#[test]
fn a_comment_without_effect_says_why() {
    let why = |text: String| {
        let tree = Tree::one("a.env", text);
        let report = keyscan(tree.path(), &["--assume-committed", "-f", "json", "--exit-zero"]).json();
        let signals = findings(&report)[0]["signals"].as_array().unwrap().clone();
        signals.into_iter().find(|signal| signal["id"] == "ineffective-allow").map(|signal| signal["detail"].clone())
    };
    for (comment, reason) in [
        ("# noqa keyscan:allow", "a.env:1: keyscan:allow is not the first word of a comment"),
        ("# keyscan:allow[exposed]", "a.env:1: the brackets behind keyscan:allow name a rule that does not exist"),
    ] {
        let text = format!("OPENAI_API_KEY={} {comment}\n", key(1));
        assert_eq!(why(text).as_ref().and_then(Value::as_str), Some(reason));
    }
    let long = format!("OPENAI_API_KEY={} # keyscan:allow {}\n", key(1), "x".repeat(5000));
    assert!(why(long).unwrap().as_str().unwrap().contains("4096 bytes"));
    // A comment for another rule is none without effect, and so is another tool's.
    for comment in ["# keyscan:allow[relay-endpoint] x", "# gitleaks:allow", "# nosec", "# pragma: allowlist secret"] {
        assert_eq!(why(format!("OPENAI_API_KEY={} {comment}\n", key(1))), None, "{comment}");
    }
}

#[test]
fn a_reason_holds_no_key() {
    let text = format!("OPENAI_API_KEY={} # keyscan:allow was {}\n", key(1), key(2));
    let tree = Tree::one("a.env", text);
    for format in ["human", "json", "jsonl", "sarif"] {
        let run = keyscan(tree.path(), &["--assume-committed", "-f", format, "--show-suppressed", "--write-baseline"]);
        assert_eq!(run.code, 0, "{}", run.errors());
        assert!(run.text().contains("was [key]") && !run.text().contains(&key(2)[..40]), "{format}: {}", run.text());
    }
}
