//! The command line as scripts and pipelines see it: exit codes, streams, files, refusals.

mod files;
mod manual;
mod mistakes;
mod people;
mod shell;
mod step_summary;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{Run, Tree, expand, findings, fingerprint, keyscan, keyscan_with, occurrences};

/// A relay that every catalogue has: a finding of severity high and confidence high.
const RELAY: &str = "OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\n";
/// A finding of severity medium.
const UNKNOWN: &str = "OPENAI_BASE_URL=https://gw.team-x.io/v1\n";

fn paths(report: &serde_json::Value) -> Vec<String> {
    let mut paths: Vec<_> =
        findings(report).iter().flat_map(occurrences).map(|place| place["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// A refusal: exit 2, nothing on standard output, a reason that names what is wrong, and no more than a few lines.
fn refused(run: &Run, reason: &str) {
    assert_eq!(run.code, 2, "{}", run.errors());
    assert_eq!(run.text(), "");
    assert!(run.errors().contains(reason), "{reason} is not in: {}", run.errors());
    assert!(run.errors().lines().count() <= 8, "{}", run.errors());
}

#[test]
fn an_empty_folder_is_clean() {
    let run = keyscan(Tree::new().path(), &[]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert_eq!(run.errors(), "");
}

#[test]
fn the_gate_decides_between_0_and_1() {
    let tree = Tree::one("app/.env", RELAY);
    let code = |args: &[&str]| keyscan(tree.path(), args).code;
    assert_eq!(code(&[]), 1);
    assert_eq!(code(&["--fail-on", "high"]), 1);
    assert_eq!(code(&["--fail-on", "critical"]), 0);
    assert_eq!(code(&["--fail-on", "never"]), 0);
    assert_eq!(code(&["--exit-zero"]), 0);

    let tree = Tree::one("app/.env", UNKNOWN);
    let code = |args: &[&str]| keyscan(tree.path(), args).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--fail-on", "medium"]), 1);
    assert_eq!(code(&["--fail-on", "info"]), 1);
}

#[test]
fn findings_below_the_confidence_do_not_count() {
    let tree = Tree::one("app/.env", RELAY);
    let report = keyscan(tree.path(), &["-f", "json"]).json();
    let confidence = findings(&report)[0]["confidence"].as_str().unwrap().to_owned();
    let code = |wanted: &str| keyscan(tree.path(), &["--fail-on-confidence", wanted]).code;
    assert_eq!(code("low"), 1);
    assert_eq!(code(&confidence), 1);
    if confidence != "high" {
        assert_eq!(code("high"), 0);
    }
}

#[test]
fn what_fails_the_run_is_shown_or_said_to_be_hidden() {
    let tree = Tree::one("app/.env", UNKNOWN);
    let run = keyscan(tree.path(), &["--fail-on", "medium", "--min-severity", "critical"]);
    assert_eq!(run.code, 1);
    assert!(run.errors().contains("--min-severity hides 1"), "{}", run.errors());
}

#[test]
fn a_missing_path_exits_2_and_is_named() {
    let tree = Tree::one("here.txt", "");
    refused(&keyscan(tree.path(), &["no/such/place"]), "no/such/place");
    refused(&keyscan(tree.path(), &["here.txt", "gone.txt"]), "gone.txt");
}

#[test]
fn a_path_with_a_key_or_an_escape_is_not_printed_as_it_is() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 3);
    let run = keyscan(Tree::new().path(), &[&format!("\u{1b}[31m{key}")]);
    refused(&run, "no such");
    assert!(!run.errors().contains('\u{1b}') && !run.errors().contains(&key[20..]), "{}", run.errors());
}

#[test]
fn a_key_on_the_command_line_is_not_printed_back() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 4);
    let flag = format!("--{key}");
    for args in [&["--fail-on", &key][..], &["-f", &key], &[&flag], &["explain", &key], &["--config", &key]] {
        let run = keyscan(Tree::new().path(), args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(!run.errors().contains(&key[20..]), "{}", run.errors());
    }
}

#[test]
fn wrong_usage_exits_2() {
    let tree = Tree::one("a.env", RELAY);
    let run = |args: &[&str]| keyscan(tree.path(), args);
    refused(&run(&["--no-such-flag"]), "--no-such-flag");
    refused(&run(&["--fail-on", "awful"]), "awful");
    refused(&run(&["--format", "xml"]), "human, json, jsonl, sarif");
    refused(&run(&["--max-file-size", "much"]), "10M");
    refused(&run(&["-j", "0"]), "--threads");
    refused(&run(&["-q", "-v"]), "--quiet");
    refused(&run(&["-0"]), "--files-from");
    refused(&run(&["--no-config", "--config", "a.toml"]), "--no-config");
    refused(&run(&["--config", "gone.toml"]), "gone.toml");
    refused(&run(&["--stdin-filename", "a.py"]), "--stdin-filename");
    refused(&run(&["-", "a.env"]), "standard input");
    refused(&run(&["-", "--files-from", "-"]), "standard input");
    refused(&run(&["--files-from", "gone.txt"]), "gone.txt");
    refused(&run(&["-f", "human", "-f", "json"]), "standard output");
    refused(&run(&["-f", "sarif=a", "-f", "json=a"]), "two reports");
    refused(&run(&["-f", "json=a.json", "-o", "b.json"]), "--output");
    refused(&run(&["-o", "no/folder/a.json"]), "no/folder");
    refused(&run(&["-o", "."]), "folder");
    refused(&run(&["explain", "no-such-rule"]), "no-such-rule");
    fs::write(tree.at("short.key"), "not enough").unwrap();
    refused(&run(&["--fingerprint-key", "short.key"]), "32 bytes");
    refused(&run(&["--fingerprint-key", "gone.key"]), "gone.key");
}

#[test]
fn a_wrong_policy_is_refused_with_its_place() {
    let tree = Tree::one("bad.toml", "\n[nonsense]\nx = 1\n");
    refused(&keyscan(tree.path(), &["--config", "bad.toml"]), "bad.toml:2");
}

#[test]
fn the_environment_twins_work_and_flags_win() {
    let tree = Tree::one("a.env", RELAY);
    let run = |name: &str, value: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
        let output = command.args(args).current_dir(tree.path()).env_clear().env(name, value).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(run("KEYSCAN_FORMAT", "json", &[]).1.starts_with('{'));
    assert!(run("KEYSCAN_FORMAT", "json", &["-f", "sarif"]).1.contains("2.1.0"));
    assert!(!run("KEYSCAN_FORMAT", "", &[]).1.starts_with('{'));
    assert_eq!(run("KEYSCAN_FORMAT", "xml", &[]).0, Some(2));
    assert_eq!(run("KEYSCAN_CONFIG", "gone.toml", &[]).0, Some(2));
    assert_eq!(run("KEYSCAN_CONFIG", "gone.toml", &["--no-config"]).0, Some(1));
}

#[test]
fn standard_input_may_hold_any_bytes() {
    let scan = |before: &[u8], behind: &[u8]| {
        let input = [before, RELAY.as_bytes(), behind].concat();
        let args = ["-", "--stdin-filename", "x.env", "-f", "json", "--min-severity", "info"];
        let run = keyscan_with(Tree::new().path(), &args, &input);
        let report = run.json();
        assert_eq!(report["scan"]["mode"], "stdin");
        assert_eq!(report["scan"]["bytes"], input.len());
        let place = occurrences(&findings(&report)[0])[0].clone();
        assert_eq!((place["path"].as_str(), place["exposure"].as_str()), (Some("x.env"), Some("stdin")));
        (run.code, place["line"].as_u64().unwrap())
    };
    assert_eq!(scan(b"\xff\xc3\x28\n", b"\xf0\x9f"), (1, 2));
    assert_eq!(scan(b"a\0b\n\n\xff", b"\0\0").1, 3);

    assert_eq!(keyscan_with(Tree::new().path(), &["-"], b"").code, 0);
}

#[test]
fn several_roots_are_one_run() {
    let tree = Tree::one("one/a.env", RELAY);
    tree.write("two/b.env", RELAY);
    let report = keyscan(tree.path(), &["-f", "json", "one", "two"]).json();
    assert_eq!(report["scan"]["roots"].as_array().map(Vec::len), Some(2));
    assert_eq!(findings(&report).len(), 1, "one host, one finding");
    assert_eq!(occurrences(&findings(&report)[0]).len(), 2);
    // The same folder twice, or one inside another, is read once.
    let report = keyscan(tree.path(), &["-f", "json", ".", "one", "one"]).json();
    assert_eq!(occurrences(&findings(&report)[0]).len(), 2);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let tree = Tree::new();
    for n in 0..2000 {
        tree.write(&format!("s{n}/a.env"), RELAY.replace("https://api", &format!("https://u{n}")));
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_keyscan"))
        .args(["-f", "jsonl", "."])
        .current_dir(tree.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with('{'), "{line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_makes_the_scan_incomplete() {
    use std::os::unix::fs::PermissionsExt;

    let tree = Tree::one("closed.env", RELAY);
    fs::set_permissions(tree.at("closed.env"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(tree.at("closed.env")).is_ok() {
        println!("skipped: this user (root) can read every file");
        return;
    }
    let run = keyscan(tree.path(), &["-f", "json"]);
    assert_eq!(run.code, 3, "{}", run.errors());
    incomplete(&run, "closed.env", "unreadable");
    assert_eq!(keyscan(tree.path(), &["--allow-incomplete"]).code, 0);
}

#[test]
fn a_file_over_the_limit_makes_the_scan_incomplete() {
    let tree = Tree::one("large.txt", "x".repeat(5000));
    let args = ["--max-file-size", "4K", "-f", "json"];
    let run = keyscan(tree.path(), &args);
    assert_eq!(run.code, 3, "{}", run.errors());
    incomplete(&run, "large.txt", "too-large");
    assert_eq!(keyscan(tree.path(), &["--max-file-size", "5000"]).code, 0);
    assert_eq!(keyscan(tree.path(), &[&args[..], &["--allow-incomplete"]].concat()).code, 0);
    assert_eq!(keyscan(tree.path(), &[&args[..], &["--exit-zero"]].concat()).code, 3, "--exit-zero changes only 1");

    // Findings are worse news than an incomplete scan.
    tree.write("a.env", RELAY);
    assert_eq!(keyscan(tree.path(), &args).code, 1);
    assert_eq!(keyscan(tree.path(), &[&args[..], &["--allow-incomplete"]].concat()).code, 1);
    assert_eq!(keyscan(tree.path(), &[&args[..], &["--exit-zero"]].concat()).code, 0);
}

fn incomplete(run: &Run, path: &str, reason: &str) {
    let report = run.json();
    assert_eq!(report["scan"]["complete"], false);
    let skipped = &report["scan"]["skipped"][0];
    assert_eq!((skipped["path"].as_str(), skipped["reason"].as_str()), (Some(path), Some(reason)));
    assert_eq!(skipped["effect"], "incomplete");
    assert!(run.errors().contains("--allow-incomplete"), "{}", run.errors());
}

#[test]
fn colour_is_for_terminals_or_on_request() {
    let tree = Tree::one("a.env", RELAY);
    let coloured = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
        command.args(args).current_dir(tree.path()).env_clear().envs(env.iter().copied());
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!coloured(&[], &[]), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]), "what was typed wins");
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "always", "-f", "json"], &[]), "machine formats have no colour");
}

#[test]
fn quiet_says_nothing_when_there_is_nothing_to_say() {
    let run = keyscan(Tree::one("a.txt", "hello").path(), &["-q"]);
    assert_eq!((run.code, run.text().as_str(), run.errors().as_str()), (0, "", ""));
}

#[test]
fn verbose_names_the_policy() {
    let tree = Tree::one("a.env", RELAY);
    assert!(keyscan(tree.path(), &["-v"]).errors().contains("policy: none"));
    tree.write("own.toml", "[endpoints]\nallow = [\"api.chatanywhere.tech\"]\n");
    let run = keyscan(tree.path(), &["-v", "--config", "own.toml"]);
    assert!(run.errors().contains("own.toml"), "{}", run.errors());
}

#[test]
fn help_names_the_exit_codes_and_every_rule_has_a_page() {
    let run = keyscan(Tree::new().path(), &["--help"]);
    assert_eq!(run.code, 0);
    for text in ["Exit codes", "Input:", "Policy:", "Gate:", "Output:", "--files-from", "explain"] {
        assert!(run.text().contains(text), "{text}");
    }
    assert_eq!(
        keyscan(Tree::new().path(), &["--version"]).text(),
        concat!("keyscan ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let rules = keyscan(Tree::new().path(), &["rules"]);
    assert_eq!(rules.code, 0);
    for rule in keyscan::model::RuleId::ALL {
        assert!(rules.text().contains(rule.as_str()), "{}", rule.as_str());
        let page = keyscan(Tree::new().path(), &["explain", rule.as_str()]);
        assert_eq!(page.code, 0);
        assert!(page.text().starts_with(rule.as_str()) && page.text().contains("What to do"), "{}", page.text());
    }
}

#[test]
fn the_fingerprints_in_the_readme_are_those_that_reports_carry() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `sk-"));
    let vectors: Vec<(String, String)> = rows
        .filter_map(|row| {
            format!("`sk-{row}").rsplit_once(" | ").map(|(key, hash)| (code(key).concat(), code(hash).concat()))
        })
        .collect();
    assert_eq!(vectors.len(), 3);
    for (key, hash) in vectors {
        assert_eq!(fingerprint(&key), hash);
        let tree = Tree::one("app/.env", format!("LLM_API_KEY={key}\n"));
        let report = keyscan(tree.path(), &["-f", "json", "--min-severity", "info"]).json();
        assert_eq!(findings(&report)[0]["key"]["fingerprint"], hash.as_str());
    }
}
