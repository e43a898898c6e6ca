//! What people see at a terminal and in a log: the last line, links, colours, and what -v and -vv add.

use std::process::Command;

use super::{RELAY, UNKNOWN};
use crate::support::{Tree, expand, keyscan, keyscan_with, modern};

/// The last line of a run's text.
fn verdict(tree: &Tree, args: &[&str]) -> (i32, String) {
    let run = keyscan(tree.path(), args);
    (run.code, run.text().lines().last().unwrap_or_default().to_owned())
}

#[test]
fn the_last_line_says_how_the_run_ends_and_why() {
    let says = |tree: &Tree, args: &[&str], code: i32, line: &str| {
        assert_eq!(verdict(tree, args), (code, line.to_owned()), "{args:?}");
    };
    let tree = Tree::one("app/.env", RELAY);
    says(&tree, &[], 1, "Exit 1: 1 finding reaches the gate (high or critical).");
    says(&tree, &["--exit-zero"], 0, "Exit 0 by --exit-zero: 1 finding reaches the gate (high or critical).");
    says(&tree, &["--fail-on", "critical"], 0, "Exit 0: nothing reaches the gate (critical).");
    says(&tree, &["--fail-on", "never"], 0, "Exit 0: --fail-on never lets everything pass.");
    says(&Tree::new(), &[], 0, "Exit 0: nothing reaches the gate (high or critical).");
    tree.write("b/.env", UNKNOWN);
    says(&tree, &[], 1, "Exit 1: 1 of 2 findings reaches the gate (high or critical).");
    says(
        &tree,
        &["--fail-on", "low", "--fail-on-confidence", "low"],
        1,
        "Exit 1: 2 findings reach the gate (low or above, any confidence).",
    );
    let large = Tree::one("large.txt", "x".repeat(5000));
    let unread = "1 file was not scanned to the end (--allow-incomplete";
    says(&large, &["--max-file-size", "4K"], 3, &format!("Exit 3: {unread} accepts that)."));
    says(
        &large,
        &["--max-file-size", "4K", "--allow-incomplete"],
        0,
        &format!("Exit 0: nothing reaches the gate (high or critical); {unread})."),
    );
}

#[test]
fn what_is_too_unsure_for_the_gate_is_said() {
    // Another host of a relay's domain: most likely that relay.
    let tree = Tree::one("a/.env", RELAY.replace("api.", "elsewhere."));
    let line =
        "Exit 0: 1 finding is too unsure for the gate (high or critical, high confidence, --fail-on-confidence).";
    assert_eq!(verdict(&tree, &["--fail-on-confidence", "high"]), (0, line.to_owned()));
    assert_eq!(verdict(&tree, &[]).0, 1);
}

#[test]
fn the_verdict_goes_where_somebody_reads_it() {
    let tree = Tree::one("a.env", RELAY);
    let run = keyscan(tree.path(), &["-f", "json=out.json"]);
    assert_eq!(
        (run.text().as_str(), run.errors().trim_end()),
        ("", "Exit 1: 1 finding reaches the gate (high or critical).")
    );
    // A program that reads the report needs no more than the code.
    assert_eq!(keyscan(tree.path(), &["-f", "json"]).errors(), "");
    for args in [&["-q"][..], &["-q", "-f", "json=out.json"]] {
        let run = keyscan(tree.path(), args);
        assert!(!run.text().contains("Exit ") && run.errors().is_empty(), "{args:?}");
    }
}

/// Runs keyscan with variables; standard output is no terminal.
fn bytes(tree: &Tree, args: &[&str], variables: &[(&str, &str)]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
    command.args(args).current_dir(tree.path()).env_clear().envs(variables.iter().copied());
    command.output().unwrap().stdout
}

#[test]
fn colours_are_forced_and_refused_by_variables() {
    let tree = Tree::one("a.env", RELAY);
    let coloured = |variables: &[(&str, &str)]| bytes(&tree, &[], variables).contains(&0x1b);
    assert!(coloured(&[("FORCE_COLOR", "1")]));
    assert!(coloured(&[("FORCE_COLOR", "3"), ("TERM", "dumb")]));
    assert!(!coloured(&[("FORCE_COLOR", "0")]));
    assert!(!coloured(&[("FORCE_COLOR", "")]));
    assert!(!coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!bytes(&tree, &["--color", "never"], &[("FORCE_COLOR", "1")]).contains(&0x1b));
}

#[test]
fn links_are_for_terminals_or_on_request_and_never_in_files() {
    let tree = Tree::one("my app/a.env", RELAY);
    let linked = |args: &[&str], variables: &[(&str, &str)]| {
        String::from_utf8(bytes(&tree, args, variables)).unwrap().contains("\u{1b}]8;;")
    };
    assert!(!linked(&[], &[("TERM_PROGRAM", "WezTerm"), ("VTE_VERSION", "7003")]), "a pipe is no terminal");
    assert!(linked(&["--hyperlink", "always"], &[]));
    assert!(!linked(&["--hyperlink", "never"], &[("FORCE_HYPERLINK", "1")]));
    assert!(!linked(&["--hyperlink", "always", "-f", "json"], &[]));
    keyscan(tree.path(), &["--hyperlink", "always", "-o", "out.txt"]);
    assert!(!std::fs::read_to_string(tree.at("out.txt")).unwrap().contains('\u{1b}'));

    let text = String::from_utf8(bytes(&tree, &["--hyperlink", "always"], &[])).unwrap();
    let folder = tree.path().canonicalize().unwrap().display().to_string();
    let start = text.find("]8;;file://").unwrap();
    let link = text[start..].split('\u{1b}').next().unwrap();
    if cfg!(unix) {
        assert!(link.ends_with(&format!("{folder}/my%20app/a.env")), "{link}");
    }
}

/// `dropped:` lines of a run.
fn dropped(tree: &Tree, args: &[&str]) -> Vec<String> {
    let run = keyscan(tree.path(), &[&["-vv"], args].concat());
    run.errors().lines().filter(|line| line.starts_with("dropped: ")).map(str::to_owned).collect()
}

#[test]
fn a_dropped_candidate_has_its_place_and_its_reason() {
    let random = expand("{40}", 11);
    let made_up = "sk-zyxwvutsrqponmlkjihgfedcba98765zyxwvutsrqponmlkj";
    for (file, content, place, reason) in [
        ("a.env", "OPENAI_API_KEY=sk-your-api-key-here\n".to_owned(), "1:16", "not the form of any known key"),
        ("a.env", "\nOPENAI_API_KEY=sk-proj-xxxxxxxxxxxxxxxxxxxxxxxx\n".to_owned(), "2:16", "partly blotted out"),
        ("a.env", format!("OPENAI_API_KEY={made_up}\n"), "1:16", "not random enough"),
        ("a.env", "OPENAI_API_KEY=${FROM_ELSEWHERE}\n".to_owned(), "1:16", "kept elsewhere"),
        (
            "a.md",
            format!("the ticket sess-{random} is closed\n{}{UNKNOWN}", "and so on\n".repeat(500)),
            "1:12",
            "needs an LLM setting",
        ),
        ("a.env", "OPENAI_BASE_URL=https://api.example.com/v1\n".to_owned(), "1:17", "placeholder for a host"),
        ("a.env", "TICKETS=https://gw.team-x.io/v1\nOPENAI_ORGANIZATION=x\n".to_owned(), "1:9", "nothing says"),
        ("a.env", "OPENAI_BASE_URL=not_yet\n".to_owned(), "1:17", "no host name"),
    ] {
        let tree = Tree::one(file, &content);
        let lines = dropped(&tree, &[]);
        let start = format!("dropped: {file}:{place}  ");
        assert!(
            lines.iter().any(|line| line.starts_with(&start) && line.contains(reason)),
            "{content}: {reason}: {lines:?}"
        );
        for secret in [&random[4..], &made_up[10..]] {
            assert!(!lines.concat().contains(secret), "{lines:?}");
        }
    }
}

#[test]
fn what_is_found_is_not_dropped_and_nothing_is_said_unasked() {
    let tree = Tree::one("a.env", format!("OPENAI_API_KEY={}\n{RELAY}", modern("sk-proj-", 74, 5)));
    assert_eq!(dropped(&tree, &[]), ["dropped: no candidate"]);
    let run = keyscan(tree.path(), &["-v"]);
    assert!(!run.errors().contains("dropped"), "{}", run.errors());
}

#[test]
fn dropped_candidates_go_with_every_format_and_into_no_report() {
    let tree = Tree::one("a.env", "OPENAI_API_KEY=sk-your-api-key-here\n");
    for format in ["human", "json", "jsonl", "sarif"] {
        let (plain, noted) =
            (keyscan(tree.path(), &["-v", "-f", format]), keyscan(tree.path(), &["-vv", "-f", format]));
        assert!(noted.errors().contains("dropped: a.env:1:16  "), "{format}: {}", noted.errors());
        assert_eq!((plain.code, plain.text()), (noted.code, noted.text()), "{format}");
    }
    let input =
        keyscan_with(tree.path(), &["-vv", "-", "--stdin-filename", "x.env"], b"OPENAI_API_KEY=sk-your-api-key-here\n");
    assert!(input.errors().contains("dropped: x.env:1:16  "), "{}", input.errors());
}

#[test]
fn dropped_candidates_are_few_and_the_same_for_any_number_of_threads() {
    let tree = Tree::new();
    for number in 0..40 {
        let line = "OPENAI_API_KEY=sk-your-api-key-here\n";
        tree.write(&format!("f{number:02}.env"), line.repeat(if number == 7 { 3000 } else { 2 }));
    }
    let one = dropped(&tree, &["-j", "1"]);
    assert_eq!(one, dropped(&tree, &["-j", "8"]));
    assert_eq!(one.len(), 39 * 2 + keyscan::detect::MOST_DROPPED);
    assert!(one[14].starts_with("dropped: f07.env:1:16"), "{}", one[14]);
    assert!(one.iter().any(|line| line.starts_with("dropped: f07.env:200:16")));
}

#[test]
fn a_name_with_escapes_is_harmless_in_every_line() {
    if cfg!(windows) {
        return;
    }
    let tree = Tree::one("a\u{1b}[31m\n\u{202e}.env", format!("{RELAY}OPENAI_API_KEY=sk-your-api-key-here\n"));
    let run = keyscan(tree.path(), &["-vv", "--hyperlink", "always"]);
    let text = run.text();
    assert!(!run.errors().contains('\u{1b}') && !run.errors().contains('\u{202e}'), "{}", run.errors());
    assert!(!text.contains("\u{1b}[") && !text.contains('\u{202e}'), "{text}");
    assert!(
        text.contains("a%1B%5B31m%0A%E2%80%AE.env") && text.contains("a\\u{1b}[31m\\u{a}\\u{202e}.env:1:17"),
        "{text}"
    );
}

#[test]
fn verbose_says_what_was_left_out_and_by_which_rule() {
    let tree = Tree::one("a.txt", "x");
    for path in ["b.lock", "docs/a.md", "docs/b.md", "out/c.txt", "out/d.txt", "e.tmp"] {
        tree.write(path, "x");
    }
    tree.write(".gitignore", "out/\n*.tmp\n");
    tree.write(".keyscanignore", "docs/\n");
    let run = |args: &[&str]| keyscan(tree.path(), args).text();
    if Command::new("git").args(["init", "-q"]).current_dir(tree.path()).output().is_err() {
        println!("skipped: no git program here");
        return;
    }
    let text = run(&["-v", "--exclude", "*.lock"]);
    let left_out =
        "Left out: 1 file by .keyscanignore, 1 file by --exclude, 1 file that git ignores, 1 folder that git\nignores.";
    assert!(text.contains(left_out), "{text}");
    assert!(text.contains("Policy: no policy file, no baseline."), "{text}");
    assert!(run(&["--exclude", "*.lock"]).contains("Left out: 2 files excluded.\n"));
    assert!(run(&["-v", "--include", "*.txt"]).contains("not named by --include"));
}

/// What the README shows is what is printed, but for the key.
#[test]
fn the_sample_in_the_readme_is_real() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let shown = readme.split("```\n").find(|block| block.starts_with("CRITICAL")).unwrap();
    let key = modern("sk-proj-", 74, 15);
    let tree =
        Tree::one("chat/.env", format!("OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\nOPENAI_API_KEY={key}\n"));
    tree.write("batch/deploy/production/settings.yaml", format!("openai:\n  api_key: {key}\n"));
    let client = "from openai import OpenAI\nclient = OpenAI(base_url=\"https://llm.team-x.io/v1\")\n";
    tree.write("batch/run.py", client);
    if !tree.track() {
        return;
    }
    let without_key = |text: &str| {
        let start = text.find("sk-proj-").unwrap();
        let redacted = text[start..].split(' ').next().unwrap();
        text.replace(redacted, "KEY")
    };
    assert_eq!(without_key(&keyscan(tree.path(), &[]).text()), without_key(shown));
}
