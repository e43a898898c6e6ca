//! Whether a key has got out where it stands: places that count as leaks, and places that only look like them.

use keyscan::model::{Part, Provenance, Reach, RuleId, Severity};
use serde_json::Value;

use super::*;
use crate::support::library::{detect, detector};
use crate::support::{self, Tree, expand};

const KEY: &str = "sk-proj-{74}T3{}BlbkFJ{74}";

/// A file, its text with `«K»` for a key, the signal that says how the key has got out, and how sure that is.
type Case = (&'static str, &'static str, &'static str, Confidence);

pub(super) const SURE: Confidence = Confidence::High;
pub(super) const FAIR: Confidence = Confidence::Medium;

const LEAKED: &[Case] = &[
    // Settings that build tools compile in.
    (".env", "VITE_OPENAI_API_KEY=«K»\n", "client-side", SURE),
    (".env.production", "NEXT_PUBLIC_OPENAI_KEY=\"«K»\"\n", "client-side", SURE),
    ("web/.env", "REACT_APP_OPENAI_API_KEY=«K»\n", "client-side", SURE),
    ("app/.env", "EXPO_PUBLIC_OPENAI_API_KEY=«K»\n", "client-side", SURE),
    ("docker-compose.yml", "services:\n  web:\n    environment:\n      VUE_APP_AI_KEY: «K»\n", "client-side", SURE),
    ("compose.yaml", "services:\n  web:\n    environment:\n      - NUXT_PUBLIC_AI_KEY=«K»\n", "client-side", SURE),
    (".github/workflows/a.yml", "jobs:\n  b:\n    env:\n      VITE_OPENAI_API_KEY: «K»\n", "client-side", SURE),
    ("Dockerfile", "FROM node\nENV GATSBY_OPENAI_KEY=«K»\n", "client-side", SURE),
    (".env", "PUBLIC_OPENAI_API_KEY=«K»\n", "client-side", FAIR),
    // Code that says itself that it runs in browsers.
    ("src/ai.ts", "new OpenAI({ apiKey: '«K»', dangerouslyAllowBrowser: true })", "client-side", SURE),
    (
        "src/a.jsx",
        "const k = '«K»';\nnew OpenAI({apiKey: k,\n  dangerouslyAllowBrowser : true\n})",
        "client-side",
        SURE,
    ),
    ("x/y.js", "var o=new A({apiKey:\"«K»\",dangerouslyAllowBrowser:!0});", "client-side", SURE),
    ("index.html", "<html><script>\nconst apiKey = '«K»';\n</script></html>", "client-side", SURE),
    // Files that browsers receive.
    ("public/app.js", "const apiKey = '«K»'", "client-side", SURE),
    ("wwwroot/js/site.js", "const apiKey = '«K»'", "client-side", SURE),
    ("static/chat.js", "const apiKey = '«K»'", "client-side", SURE),
    ("assets/app.min.js", "a=\"«K»\"", "client-side", SURE),
    (".next/static/chunks/1.js", "a=\"«K»\"", "client-side", SURE),
    ("dist/assets/index-1a2b.js", "const a=\"«K»\"", "client-side", FAIR),
    ("lib/app.js.map", "{\"sourcesContent\": [\"const apiKey = '«K»'\"]}", "client-side", FAIR),
    // Logs and records.
    ("app.log", "2026-01-01 sent with «K»\n", "in-log", SURE),
    ("var/app.log.1", "Authorization: Bearer «K»\n", "in-log", SURE),
    ("nohup.out", "key «K»\n", "in-log", SURE),
    ("trace.har", "{\"name\": \"Authorization\", \"value\": \"Bearer «K»\"}", "in-log", SURE),
    ("logs/out.txt", "using «K»\n", "in-log", SURE),
    ("home/.bash_history", "export OPENAI_API_KEY=«K»\n", "shell-history", SURE),
    ("fish_history", "- cmd: export OPENAI_API_KEY=«K»\n  when: 1\n", "shell-history", SURE),
    ("PSReadLine/ConsoleHost_history.txt", "$env:OPENAI_API_KEY=\"«K»\"\n", "shell-history", SURE),
    (".claude/projects/a/b.jsonl", "{\"type\":\"user\",\"text\":\"my key is «K»\"}\n", "transcript", SURE),
    (".codex/sessions/2026/a.jsonl", "{\"payload\":\"OPENAI_API_KEY=«K»\"}\n", "transcript", SURE),
    (".aider.chat.history.md", "> export OPENAI_API_KEY=«K»\n", "transcript", SURE),
    // Parts of URLs.
    ("a.py", "get('https://api.x.example/v1/models?api_key=«K»')", "in-url", SURE),
    (
        "README.md",
        "https://chat.x.example/#/?settings={\"key\":\"«K»\",\"url\":\"https://y.example\"}\n",
        "in-url",
        SURE,
    ),
    ("a.txt", "https://chat.x.example/#/?settings=%7B%22key%22:%22«K»%22%7D\n", "in-url", SURE),
    ("a.sh", "git clone https://x:«K»@git.x.example/a.git\n", "in-url", SURE),
    // Outputs of notebooks.
    (
        "a.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"outputs\": [{\"text\": [\"key «K»\\n\"]}], \"source\": [\"f()\"]}]}",
        "notebook-output",
        SURE,
    ),
    // Git's own texts, given by name as a hook does.
    (".git/COMMIT_EDITMSG", "Use «K»\n", "commit-message", SURE),
    (".git/config", "[remote \"origin\"]\n\turl = git@x.example:«K»/a.git\n", "git-config", SURE),
];

const NOT_LEAKED: &[(&str, &str)] = &[
    (".env", "OPENAI_API_KEY=«K»\n"),
    (".env", "INVITE_OPENAI_KEY=«K»\n"),
    ("a.py", "PUBLIC_KEY = '«K»'\n"),
    ("src/app.ts", "const apiKey = '«K»'"),
    ("src/app.ts", "new OpenAI({ apiKey: '«K»', dangerouslyAllowBrowser: false })"),
    ("src/app.ts", "// never set dangerouslyAllowBrowser: true\nnew OpenAI({ apiKey: '«K»' })"),
    ("public/index.php", "<?php $key = '«K»';"),
    ("src/main/java/com/x/public/Keys.java", "class Keys { String apiKey = \"«K»\"; }"),
    ("src/static/Keys.cs", "class Keys { string ApiKey = \"«K»\"; }"),
    ("server/dist/main.js", "const apiKey = '«K»'"),
    ("dist/main.js", "const express = require(\"express\");\nconst apiKey = '«K»'"),
    ("dist/main.js", "\"use strict\";\nObject.defineProperty(exports, \"__esModule\", {});\nconst apiKey = '«K»'"),
    ("build/webpack.config.js", "module.exports = { apiKey: '«K»' }"),
    ("log.py", "key = '«K»'"),
    ("changelog", "key «K»"),
    ("logging.yaml", "openai_api_key: «K»"),
    ("blog/post.md", "key «K»"),
    ("src/log/log.go", "var apiKey = \"«K»\""),
    ("history.py", "key = '«K»'"),
    (".claude/settings.json", "{\"env\": {\"OPENAI_API_KEY\": \"«K»\"}}"),
    (".codex/config.toml", "api_key = \"«K»\""),
    ("a.sh", "curl 'https://api.x.example/?a=b' -H 'Authorization: Bearer «K»'\n"),
    ("a.json", "{\"url\": \"https://api.x.example/?a=1\", \"key\": \"«K»\"}"),
    ("a.txt", "https://api.x.example/v1 «K»\n"),
    (
        "a.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"outputs\": [{\"text\": [\"ok\\n\"]}], \"source\": [\"api_key='«K»'\"]}]}",
    ),
    ("page.html", "<script src=\"a.js\"></script><p>«K»</p>"),
    ("app/config", "url = «K»\n"),
];

/// What is said of the keys in a file.
fn of_file(path: &str, text: &str, exposure: Exposure) -> Vec<Finding> {
    let matches = detect(&detector(), path, text.as_bytes());
    let origin = Origin::new(0, BlobPath { text: path.to_owned(), percent: false }, exposure);
    let mut all = run(vec![BlobMatches { origin, matches }]).findings;
    all.retain(|finding| matches!(finding.subject, keyscan::model::Subject::Key(_)));
    all
}

pub(super) fn of_text(path: &str, text: &str) -> Finding {
    let text = text.replace("«K»", &expand(KEY, 7));
    let found = of_file(path, &text, Exposure::Tracked);
    assert_eq!(found.len(), 1, "{path}: {text}");
    found.into_iter().next().unwrap()
}

pub(super) fn is_leaked(finding: &Finding) -> bool {
    finding.rule == RuleId::LeakedKey || has(finding, SignalId::LeakedKey)
}

#[test]
fn places_where_a_key_has_got_out() {
    for (path, text, signal, sure) in LEAKED {
        let found = of_text(path, text);
        let told = (found.rule, found.severity, found.confidence);
        assert_eq!(told, (RuleId::LeakedKey, Severity::Critical, *sure), "{path}: {text}");
        assert!(has(&found, SignalId::from_word(signal).unwrap()), "{path}: {:?}", found.signals);
        assert!(has(&found, SignalId::ExposedKey), "{path}: the place itself is still told");
    }
}

#[test]
fn places_that_only_look_like_it() {
    for (path, text) in NOT_LEAKED {
        let found = of_text(path, text);
        assert!(!is_leaked(&found), "{path}: {text}: {:?}", found.signals);
        let told = ["client-side", "in-log", "in-url", "notebook-output", "transcript", "shell-history", "git-config"];
        assert!(
            !told.iter().any(|word| has(&found, SignalId::from_word(word).unwrap())),
            "{path}: {:?}",
            found.signals
        );
    }
}

#[test]
fn every_exposure_leaks_alike() {
    for exposure in [Exposure::Ignored, Exposure::OutsideGit, Exposure::Stdin, Exposure::Staged, Exposure::History] {
        let found = run(vec![blob("app.log", exposure, vec![openai_key(1, None)], Vec::new())]).findings;
        assert_eq!((found[0].rule, found[0].severity), (RuleId::LeakedKey, Severity::Critical), "{exposure:?}");
    }
}

#[test]
fn parts_of_the_history_say_what_they_are() {
    let told = |part| {
        let mut blob = blob("a", Exposure::History, vec![openai_key(1, None)], Vec::new());
        let provenance = Provenance { order: 0, commit: None, author: None, part, reach: Reach::Reference };
        blob.origin.provenance = Some(provenance);
        key_finding(&run(vec![blob]).findings).clone()
    };
    for (part, signal, says) in [
        (Part::CommitMessage, SignalId::CommitMessage, "is in the message of a commit."),
        (Part::TagMessage, SignalId::TagMessage, "is in the message of a tag."),
        (Part::Note, SignalId::GitNote, "is in a note on a commit."),
    ] {
        let found = told(part);
        assert_eq!((found.rule, has(&found, signal)), (RuleId::LeakedKey, true), "{part:?}");
        assert!(found.message.ends_with(says), "{}", found.message);
    }
    let found = told(Part::File);
    assert!(has(&found, SignalId::GoneFromTree), "no tracked file holds it: {:?}", found.signals);
}

#[test]
fn files_of_git_itself() {
    let told = |path: &str| {
        let blob = blob(path, Exposure::GitMetadata, vec![openai_key(1, None)], Vec::new());
        key_finding(&run(vec![blob]).findings).clone()
    };
    for (path, signal) in [
        (".git/config", SignalId::GitConfig),
        (".git/worktrees/a/config.worktree", SignalId::GitConfig),
        (".git/modules/a/config", SignalId::GitConfig),
        (".git/FETCH_HEAD", SignalId::GitConfig),
        ("bare.git/config", SignalId::GitConfig),
        (".git/logs/HEAD", SignalId::Reflog),
        (".git/logs/refs/heads/main", SignalId::Reflog),
        (".git/COMMIT_EDITMSG", SignalId::CommitMessage),
        (".git/MERGE_MSG", SignalId::CommitMessage),
        (".git/TAG_EDITMSG", SignalId::TagMessage),
    ] {
        let found = told(path);
        assert_eq!((found.rule, has(&found, signal)), (RuleId::LeakedKey, true), "{path}: {:?}", found.signals);
    }
    assert_eq!(told(".git/hooks/pre-push").rule, RuleId::ExposedKey);
    let submodules = blob(".gitmodules", Exposure::Tracked, vec![openai_key(1, None)], Vec::new());
    assert_eq!(run(vec![submodules]).findings[0].rule, RuleId::ExposedKey);
}

#[test]
fn keys_for_browsers_and_keys_that_are_none() {
    let client = |key: KeyMatch| run(vec![blob("public/a.js", Exposure::Tracked, vec![key], Vec::new())]).findings;
    let ephemeral = KeyMatch { format: "openai-client-secret".to_owned(), ..openai_key(1, None) };
    assert!(!is_leaked(&client(ephemeral.clone())[0]), "made to be seen there");
    let logged = run(vec![blob("a.log", Exposure::Tracked, vec![ephemeral], Vec::new())]).findings;
    assert!(is_leaked(&logged[0]), "but not in a log");
    let fragment = KeyMatch { format: "openai-fragment".to_owned(), issuer: None, ..openai_key(1, None) };
    let found = &client(fragment)[0];
    assert_eq!((found.severity, is_leaked(found)), (Severity::Low, false));
    let published = KeyMatch { signals: vec![signal(SignalId::PublishedExample)], ..openai_key(1, None) };
    assert_eq!(client(published)[0].severity, Severity::Low);
    let weak = KeyMatch { weak: true, ..openai_key(1, None) };
    assert_ne!(client(weak)[0].rule, RuleId::LeakedKey, "a value that anybody can guess");
    let open = &client(KeyMatch { confidence: Confidence::Low, ..open_key(1, None) })[0];
    assert_eq!((open.rule, open.confidence), (RuleId::LeakedKey, Confidence::Low), "as sure as that it is a key");
}

#[test]
fn what_tests_build_is_sent_to_nobody() {
    let found = |path| run(vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], Vec::new())]).findings;
    assert!(!is_leaked(&found("tests/dist/app.js")[0]));
    assert!(is_leaked(&found("tests/public/app.js")[0]), "but a folder that is handed out is one");
    assert!(is_leaked(&found("tests/data/app.log")[0]), "and a real key in a log has been in it");
}

#[test]
fn one_place_may_leak_in_several_ways() {
    let text = "GET https://api.x.example/v1?key=«K»\n";
    let found = of_text("logs/access.log", text);
    assert!(has(&found, SignalId::InLog) && has(&found, SignalId::InUrl), "{:?}", found.signals);
    assert!(found.message.contains("is in a log"), "{}", found.message);
}

#[test]
fn advice_says_that_deleting_is_not_enough() {
    let found = of_text("app.log", "key «K»");
    assert!(found.advice[0].starts_with("Revoke"), "{:?}", found.advice);
    assert!(found.advice.iter().any(|line| line.contains("not enough")), "{:?}", found.advice);
}

#[test]
fn sentences() {
    for (path, text, says) in [
        ("a.log", "key «K»", "is in a log."),
        ("public/a.js", "k='«K»'", "is in a file that browsers or apps receive."),
        ("dist/a.js", "k='«K»'", "is in a file of the kind that browsers receive."),
        (".env", "VITE_OPENAI_KEY=«K»", "is in a setting that is compiled into what browsers receive."),
        (".bash_history", "export OPENAI_API_KEY=«K»", "is in the history of a shell."),
        (".codex/history.jsonl", "\"«K»\"", "is in a record that an assistant or an editor keeps."),
        ("a.py", "'https://x.example/?key=«K»'", "is part of a URL, which servers, browsers and logs keep."),
        (".git/config", "url = x:«K»/", "is in git's own settings: the address of a remote, or a header."),
    ] {
        let found = of_text(path, text);
        assert!(found.message.ends_with(says), "{path}: {}", found.message);
    }
}

/// A tree through the program: a front end with its build, a log and a notebook; the server's own files, also those that a compiler
/// put where front ends are built, are not leaked.
#[test]
fn a_tree_through_the_program() {
    let tree = Tree::new();
    let key = |seed| expand(KEY, seed);
    tree.write("web/.env", format!("VITE_OPENAI_API_KEY={}\n", key(1)));
    tree.write("web/public/chat.js", format!("const apiKey = '{}';\n", key(2)));
    tree.write("run.log", format!("Authorization: Bearer {}\n", key(3)));
    tree.write(
        "a.ipynb",
        format!(
            "{{\"cells\": [{{\"cell_type\": \"code\", \"outputs\": [{{\"text\": [\"{}\"]}}], \"source\": [\"f()\"]}}]}}",
            key(4)
        ),
    );
    tree.write("server/app.py", format!("client = OpenAI(api_key='{}')\n", key(5)));
    tree.write("server/.env", format!("OPENAI_API_KEY={}\n", key(6)));
    tree.write("dist/app.js", format!("const apiKey = '{}';\n", key(7)));
    tree.write("dist/main.js", format!("const express = require('express');\nconst apiKey = '{}';\n", key(8)));
    tree.write("dist/config.js", format!("export const config = {{ apiKey: '{}' }};\n", key(9)));
    let report = support::report(tree.path());
    let mut told: Vec<(String, String)> = Vec::new();
    for finding in support::findings(&report) {
        let path = finding["occurrences"][0]["path"].as_str().unwrap().to_owned();
        told.push((path, format!("{} {}", finding["rule"].as_str().unwrap(), signals(finding))));
    }
    told.sort();
    let wanted = [
        ("a.ipynb", "leaked-key notebook-output"),
        ("dist/app.js", "leaked-key client-side"),
        ("dist/config.js", "exposed-key"),
        ("dist/main.js", "exposed-key"),
        ("run.log", "leaked-key in-log"),
        ("server/.env", "stored-key"),
        ("server/app.py", "exposed-key"),
        ("web/.env", "leaked-key client-side"),
        ("web/public/chat.js", "leaked-key client-side"),
    ];
    let told: Vec<(&str, &str)> = told.iter().map(|(path, said)| (path.as_str(), said.trim())).collect();
    assert_eq!(told, wanted);
}

/// The signals of a finding that tell how a key has got out.
fn signals(finding: &Value) -> String {
    let ids = finding["signals"].as_array().unwrap().iter().map(|signal| signal["id"].as_str().unwrap());
    let ways = ["client-side", "in-log", "in-url", "notebook-output", "transcript", "shell-history"];
    ids.filter(|id| ways.contains(id)).collect::<Vec<_>>().join(" ")
}
