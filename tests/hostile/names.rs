//! Names that are commands to a terminal, a browser, a spreadsheet or a reader's eye, wherever a name can stand: no output
//! passes them on as they are.

use std::ffi::OsStr;
use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use keyscan::report::Format;
use zip::write::SimpleFileOptions;

use crate::git::run_git::Repo;
use crate::support::{Tree, expand, keyscan, keyscan_with};

/// What nobody may see as it is, in one name.
const NASTY: &str =
    "\u{1b}[31m\u{1b}]8;;https://x.example\u{7}a\u{1b}\\\u{9b}2J\u{202e}gpj\u{2066}\u{200b}\u{feff}\u{7f}\u{e0041}";

/// Names for files.
const NAMES: [&[u8]; 22] = [
    b"line\nbreak\r.env",
    b"tab\tand\x0bmore.env",
    b"\x1b]0;title\x07.env",
    b"\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\.env",
    "exe\u{202e}vne.\u{2066}a\u{2069}.env".as_bytes(),
    "zero\u{200b}width\u{feff}\u{ad}.env".as_bytes(),
    b"not\xff\xfeutf8\xc3.env",
    b"-rf",
    b"--output=x.env",
    b"!.env",
    b"a!b!c.env",
    b"%0A%1b[31m.env",
    b"https:__api.example.com_v1.env",
    b"\",\"x\":[{\"a\"}].env",
    b"<script>alert(1)<!--]]>.env",
    b"=cmd|'x'!A0,;\".env",
    b"|`a`|[b](c) **d** @everyone.env",
    b"::error file=x::y##vso[a].env",
    b"$(touch x)`touch y`;touch z.env",
    b"con.aux:stream.env",
    b" ",
    "\u{e0041}\u{e0042}\u{180e}\u{3164}.env".as_bytes(),
];

/// Characters that steer whoever reads them.
fn steers(character: char) -> bool {
    character.is_control() && character != '\n'
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Panics where an output holds what steers a reader. Lines of CSV end in CR LF.
fn harmless(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what} is not UTF-8"));
    let text = text.replace("\r\n", "\n");
    let found = text.char_indices().find(|(_, character)| steers(*character));
    if let Some((at, character)) = found {
        let around: String = text[..at].chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect();
        panic!("{what} passes on {character:?} behind {around:?}");
    }
}

/// A file that names itself in every place of a report: settings, hosts, reasons, titles of tables.
fn content(seed: u64) -> String {
    let key = || expand("sk-proj-{74}T3{}BlbkFJ{74}", seed);
    let escaped: String = NASTY.chars().map(|character| format!("\\u{{{:x}}}", u32::from(character))).collect();
    format!(
        "OPENAI_API_KEY={}\nOPENAI_BASE_URL=https://gw{NASTY}.example.com/v1/{NASTY}/x  # keyscan:allow[nothing] {NASTY}\n\
         OPENAI_API_BASE=https://xn--80ak6aa92e.com/v1 # keyscan:allow why {NASTY}\n\
         OPENAI_API_BASE=https://аррӏе.com/v1\n[{NASTY}]\n{NASTY}_OPENAI_API_KEY={}\n\"{NASTY}\": \"{}\"\n\
         \"a{escaped}\": {{\"api_key\": \"{}\"}}\n",
        key(),
        expand("sk-{48}", seed + 1),
        expand("sk-or-v1-{64:hex}", seed + 2),
        expand("gsk_{52}", seed + 3),
    )
}

fn repository() -> Option<Repo> {
    let repo = Repo::new()?;
    for (index, name) in NAMES.iter().enumerate() {
        // What the file system refuses is no danger there.
        let _ = fs::write(repo.top.join(OsStr::from_bytes(name)), content(index as u64));
    }
    let text = content(90).replace('"', "'");
    repo.write(
        "config.json",
        format!("{{\"a\\u001b[1m\\u202e{}\": {{\"openai_api_key\": \"{}\"}}}}", "x", expand("sk-{48}", 91)),
    )
    .write("config.yaml", format!("\"{NASTY}\":\n  OPENAI_API_KEY: {}\n", expand("sk-{48}", 92)))
    .write("config.toml", format!("[\"a\\u001b[1m\\u202e\"]\nopenai_api_key = \"{}\"\n", expand("sk-{48}", 93)))
    .write("app.py", format!("client = OpenAI(api_key='{}')\n{text}", expand("sk-{48}", 94)))
    .write(&format!("svc{}/Dockerfile", "\u{202e}\u{1b}[1m"), "FROM a\n")
    .write(&format!("svc{}/.env", "\u{202e}\u{1b}[1m"), content(95));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (index, name) in NAMES.iter().enumerate() {
        zip.start_file(String::from_utf8_lossy(name), SimpleFileOptions::default()).unwrap();
        zip.write_all(content(200 + index as u64).as_bytes()).unwrap();
    }
    repo.write("archive.zip", zip.finish().unwrap().into_inner());
    repo.write("broken\u{1b}[1m\u{202e}.zip", b"PK\x03\x04broken");
    std::os::unix::fs::symlink("nowhere", repo.top.join("link\u{1b}[1m\u{202e}")).unwrap();
    Some(repo)
}

/// Commits with a name, on a branch and with a message that nobody expects.
fn commit(repo: &Repo) {
    repo.git(&["add", "-A", "-f"]);
    let done = Command::new("git")
        .args(["commit", "-q", "--no-verify", "-m", &format!("message {NASTY} {}", expand("sk-{48}", 300))])
        .current_dir(&repo.top)
        .env("HOME", &repo.top)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", format!("Ada {NASTY}"))
        .env("GIT_AUTHOR_EMAIL", "ada@example.com")
        .env("GIT_COMMITTER_NAME", format!("Carl {NASTY}"))
        .env("GIT_COMMITTER_EMAIL", "carl@example.com")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    repo.git(&["branch", "feature/exe\u{202e}gpj\u{200b}"]);
    repo.git(&["tag", "-m", &format!("tag {NASTY} {}", expand("sk-{48}", 301)), "v\u{202e}1"]);
}

#[test]
fn no_report_passes_on_what_steers_a_reader() {
    let Some(repo) = repository() else { return };
    commit(&repo);
    let reports = Tree::new();
    // People's text goes to standard output, the other nine to files.
    let files: Vec<_> =
        Format::ALL.iter().filter(|format| **format != Format::Human).map(|format| format.as_str()).collect();
    assert_eq!(files.len(), 9);
    let outputs: Vec<String> =
        files.iter().map(|format| format!("-f{format}={}", reports.at(format).to_str().unwrap())).collect();
    for mode in [&["."][..], &["--history"], &["--range", "feature/exe\u{202e}gpj\u{200b}..HEAD"], &["--untrusted"]] {
        for verbose in [&[][..], &["-v", "--show-suppressed"], &["-vv", "--hyperlink", "never"]] {
            let mut args = [mode, &["-fhuman", "--min-severity", "info"], verbose].concat();
            args.extend(outputs.iter().map(String::as_str));
            let run = keyscan(&repo.top, &args);
            assert!(run.code == 1 || run.code == 0 && mode[0] == "--range", "{args:?}: {}", run.errors());
            harmless(&format!("{mode:?} {verbose:?}, stdout"), &run.stdout);
            harmless(&format!("{mode:?} {verbose:?}, stderr"), &run.stderr);
            for format in &files {
                harmless(&format!("{mode:?} {verbose:?} {format}"), &fs::read(reports.at(format)).unwrap());
            }
        }
    }
}

#[test]
fn no_error_passes_on_what_steers_a_reader() {
    let tree = Tree::new();
    fs::write(
        tree.at("config.toml"),
        format!("[{NASTY}]\n{NASTY} = \"{NASTY}\"\n[endpoints]\nallow = [\"{NASTY}\"]\n"),
    )
    .unwrap();
    fs::write(
        tree.at("quoted.toml"),
        "[\"\\u001b[1m\\u202e\"]\n[endpoints]\n\"\\u001b\" = 1\nallow = [\"\\u202e.example\"]\n",
    )
    .unwrap();
    fs::write(tree.at("rules.toml"), format!("[[key]]\nid = \"{NASTY}\"\n\"{NASTY}\" = 1\n")).unwrap();
    fs::write(tree.at("baseline.json"), format!("{{\"version\": 1, \"{NASTY}\": [\"{NASTY}\"]}}")).unwrap();
    fs::write(tree.at("list"), format!("{NASTY}\nnowhere{NASTY}\n")).unwrap();
    fs::write(tree.at(&format!("named{}.toml", "\u{1b}[1m\u{202e}")), "x").unwrap();
    let named = format!("named{}.toml", "\u{1b}[1m\u{202e}");
    let long = "\u{202e}".repeat(300);
    for args in [
        &[NASTY][..],
        &["nowhere", NASTY],
        &[&long],
        &["--no-such-flag", NASTY],
        &[&format!("--{NASTY}")],
        &["-c", NASTY],
        &["-c", "config.toml"],
        &["-c", "quoted.toml"],
        &["-c", &named],
        &["-v", "-c", &named],
        &["config", "check", "-c", "config.toml"],
        &["config", "check", "-c", &named],
        &["--baseline", NASTY],
        &["--baseline", "baseline.json"],
        &["--fingerprint-key", NASTY],
        &["--files-from", NASTY],
        &["--files-from", "list"],
        &["--fail-on", NASTY],
        &["--only", NASTY],
        &["--environment", NASTY],
        &["--exclude", &format!("[{NASTY}")],
        &["-f", NASTY],
        &["-f", &format!("json={NASTY}/x")],
        &["-o", &format!("{NASTY}/x")],
        &["--range", NASTY],
        &["--range", &format!("{NASTY}..HEAD")],
        &["--since", NASTY],
        &["--trust", NASTY],
        &["--max-archive-size", NASTY],
        &["explain", NASTY],
        &["rules", "show", NASTY],
        &["rules", "list", NASTY],
        &["rules", "check", "rules.toml"],
        &["rules", "check", NASTY],
        &["init", "--config", NASTY],
        &["completions", NASTY],
        &["-", "--stdin-filename", NASTY, "-f", "human"],
        &["-", "--stdin-filename", NASTY, "-f", "github", "-vv"],
        &["-v", "--exclude", NASTY, "."],
    ] {
        let run = keyscan_with(tree.path(), args, content(400).as_bytes());
        harmless(&format!("{args:?}, stdout"), &run.stdout);
        harmless(&format!("{args:?}, stderr"), &run.stderr);
        assert!((0..=3).contains(&run.code), "{args:?}: {}", run.code);
    }
}
