//! A stranger's change brings something bad along, and each trick that would hide it.

use serde_json::Value;

use super::team::*;
use crate::git::run_git::{Repo, line};

/// What a stranger does.
struct Trick {
    name: &'static str,
    /// The file with what is bad, and its content without the trick.
    bad: (&'static str, String),
    /// Files that are written for the trick; the bad one may be among them.
    writes: Vec<(&'static str, String)>,
    /// Whether a baseline is written last.
    baseline: bool,
    /// What of it is set aside; nothing where the trick does not work anyway.
    aside: Vec<(&'static str, &'static str)>,
    /// Whether a plain scan falls for it.
    works: bool,
}

fn trick(name: &'static str, bad: (&'static str, String), writes: Vec<(&'static str, String)>) -> Trick {
    Trick { name, bad, writes, baseline: false, aside: Vec::new(), works: true }
}

impl Trick {
    fn aside(mut self, path: &'static str, kind: &'static str) -> Self {
        self.aside.push((path, kind));
        self
    }

    fn baseline(self) -> Self {
        Self { baseline: true, ..self }.aside(".keyscan-baseline.json", "baseline")
    }

    fn futile(self) -> Self {
        Self { works: false, ..self }
    }
}

fn report_head(host: &str) -> String {
    format!(
        "{{\"schema_version\":1,\"tool\":{{\"name\":\"keyscan\",\"version\":\"0\"}},\n\"endpoint\":\"https://{host}/v1\"}}"
    )
}

fn tricks() -> Vec<Trick> {
    let relay = relay();
    let bad = |path| (path, base_url(&relay));
    let allow = config(&[&relay]);
    let with = |more: &str| vec![(".keyscan.toml", format!("{}{more}\n", config(&[])))];
    let unknown = "llm.team-evil.io";
    let comment = |word: &str| format!("{} # {word} fine\n", base_url(&relay).trim_end());
    let hidden = |path| (path, line(7));
    let mut tricks = vec![
        trick("a config that allows the relay", bad("evil.env"), vec![(".keyscan.toml", allow.clone())])
            .aside(".keyscan.toml", "config"),
        trick("a config without the rule", hidden("evil.env"), with("[severity]\nexposed-key = \"off\""))
            .aside(".keyscan.toml", "config"),
        trick(
            "a config without a gate",
            hidden("evil.env"),
            vec![(".keyscan.toml", config(&[]).replace("\"medium\"", "\"never\""))],
        )
        .aside(".keyscan.toml", "config"),
        trick("a config with a store", hidden("store/evil.env"), with("[keys]\nstores = [\"/store/\"]"))
            .aside(".keyscan.toml", "config"),
        trick("a config with tests", ("new/evil.env", base_url(unknown)), with("[paths]\ntest = [\"/new/\"]"))
            .aside(".keyscan.toml", "config"),
        trick("a baseline entry", hidden("evil.env"), Vec::new()).baseline(),
        trick("a file of rules", ("evil.env", base_url(unknown)), vec![("ci/rules.toml", rules(&[VENDOR, unknown]))])
            .aside("ci/rules.toml", "rules"),
        trick(
            "another file of rules",
            ("evil.env", base_url(unknown)),
            vec![
                (".keyscan.toml", config(&[]).replace("rules.toml\"", "rules.toml\", \"ci/more.toml\"")),
                ("ci/more.toml", rules(&[unknown])),
            ],
        )
        .aside(".keyscan.toml", "config"),
        trick("a line of the ignore file", hidden("evil.env"), vec![(".keyscanignore", "/vendor/\nevil.env\n".into())])
            .aside(".keyscanignore", "ignore-file"),
        trick("an ignore file in a folder", hidden("new/evil.env"), vec![("new/.keyscanignore", "*\n".into())])
            .aside("new/.keyscanignore", "ignore-file"),
        trick(
            "an ignore file in a folder of the team",
            hidden("app/evil.env"),
            vec![("app/.keyscanignore", "evil.env\n".into())],
        )
        .aside("app/.keyscanignore", "ignore-file"),
        trick("a comment", bad("evil.env"), vec![("evil.env", comment("keyscan:allow"))])
            .aside("evil.env", "inline-allow"),
        trick(
            "a comment on the line above",
            bad("evil.env"),
            vec![("evil.env", format!("# keyscan:allow-next-line\n{}", base_url(&relay)))],
        )
        .aside("evil.env", "inline-allow"),
        trick(
            "a comment of the team in another file",
            ("evil.env", ALLOWED_LINE.replace("keyscan:", "")),
            vec![("evil.env", ALLOWED_LINE.to_owned())],
        )
        .aside("evil.env", "inline-allow"),
        trick(
            "another host in front of the team's comment",
            ("app/other.env", ALLOWED_LINE.replace("team-y", "team-evil").replace("keyscan:", "")),
            vec![("app/other.env", ALLOWED_LINE.replace("team-y", "team-evil"))],
        )
        .aside("app/other.env", "inline-allow"),
        trick(
            "a file like a report",
            ("evil.json", format!("{{\"endpoint\":\"https://{relay}/v1\"}}")),
            vec![("evil.json", report_head(&relay))],
        )
        .aside("evil.json", "report-head"),
        trick("a line of git's ignore file", hidden("evil.env"), vec![(".gitignore", "evil.env\n".into())]).futile(),
        trick("a config in a folder", bad("new/evil.env"), vec![("new/.keyscan.toml", allow.clone())]).futile(),
    ];
    if !cfg!(any(windows, target_os = "macos")) {
        tricks.push(trick("a config in other letters", bad("evil.env"), vec![(".Keyscan.toml", allow)]).futile());
    }
    tricks
}

/// The report of a run that must fail for what is in the tree.
fn caught(repo: &Repo, arguments: &[&str], what: &str) -> Value {
    let run = strict(repo, arguments);
    assert_eq!(run.code, 1, "{what} {arguments:?}: {}", run.errors());
    run.json()
}

#[test]
fn without_a_stranger_the_team_passes() {
    let Some(repo) = team() else { return };
    let main = repo.head();
    for arguments in [&[][..], &["--trust", "main"], &["--trust", &main[..10]], &["--trust", "HEAD"]] {
        let run = strict(&repo, arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.errors(), run.text());
        let report = run.json();
        let policy = &report["scan"]["policy"];
        assert_eq!(report["scan"]["suppressed"], 3, "the gateway, the comment, the baseline");
        assert_eq!(report["scan"]["excluded"], 1, "the ignore file");
        if arguments.is_empty() {
            assert!(policy["trusted"].is_null());
        } else {
            assert_eq!(policy["trusted"], main.as_str());
            assert_eq!(policy["config"], format!("{}:.keyscan.toml", arguments[1]));
            assert_eq!(policy["baseline"], format!("{}:.keyscan-baseline.json", arguments[1]));
        }
        assert_eq!(set_aside(&report), []);
    }
    // Nobody's word counts: everything is told, and everything is set aside.
    let report = caught(&repo, &["--untrusted"], "");
    let aside = set_aside(&report);
    let plain: Vec<_> = aside.iter().map(|(path, kind, count)| (path.as_str(), kind.as_str(), *count)).collect();
    let wanted = [
        (".keyscan-baseline.json", "baseline", 1),
        (".keyscan.toml", "config", 1),
        (".keyscanignore", "ignore-file", 1),
        ("app/other.env", "inline-allow", 1),
    ];
    assert_eq!(plain, wanted);
    assert_eq!((&report["scan"]["suppressed"], &report["scan"]["excluded"]), (&0.into(), &0.into()));
    for (path, rule) in
        [("app/.env", "unknown-endpoint"), ("app/other.env", "unknown-endpoint"), ("vendor/fixture.env", "exposed-key")]
    {
        assert!(told_of(&report, path).iter().any(|(told, _)| told == rule), "{path}");
    }
}

#[test]
fn each_trick_is_futile() {
    for Trick { name, bad: (path, content), writes, baseline, aside, works } in tricks() {
        let Some(repo) = team() else { return };
        repo.write(path, content).commit_at("bad", 2_000);
        let honest = strict(&repo, &[]);
        assert_eq!(honest.code, 1, "{name}: what is bad must be seen to begin with");
        let wanted = told_of(&honest.json(), path);
        for (path, content) in &writes {
            repo.write(path, content);
        }
        if baseline {
            write_baseline(&repo);
        }
        repo.commit_at("trick", 3_000);
        let fooled = strict(&repo, &[]).code;
        assert_eq!(fooled, if works { 0 } else { 1 }, "{name}: a plain scan");

        let aside: Vec<(String, String)> =
            aside.into_iter().map(|(path, kind)| (path.to_owned(), kind.to_owned())).collect();
        let modes = [&[][..], &["--range", "main..HEAD"], &["--since", "main"], &["--history"]];
        for mode in modes {
            let report = caught(&repo, &[mode, &["--trust", "main"]].concat(), name);
            // In the history the version without the trick is a place, too.
            let told = told_of(&report, path);
            assert!(wanted.iter().all(|one| told.contains(one)), "{name} {mode:?}: {told:?}, not {wanted:?}");
            assert_eq!(aside_kinds(&report), aside, "{name} {mode:?}");
            the_teams_word_counts(&without(&report, path));
        }
        let report = caught(&repo, &["--untrusted"], name);
        let told = told_of(&report, path);
        assert!(wanted.iter().all(|one| told.contains(one)), "{name}: {told:?}");
        // Which files of rules a config names is not known where it is not read.
        for one in aside.into_iter().filter(|(_, kind)| kind != "rules") {
            assert!(aside_kinds(&report).contains(&one), "{name}: {one:?}");
        }
    }
}

/// A report without the places at a path: where a stranger has changed a file of the team, that is told.
fn without(report: &Value, path: &str) -> Value {
    let mut report = report.clone();
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["occurrences"].as_array_mut().unwrap().retain(|place| place["path"] != path);
    }
    report
}

/// Writes everything that a stranger can think of; says what is bad and what is set aside.
fn everything(repo: &Repo) -> (Vec<String>, Vec<(String, String)>) {
    let relay = relay();
    let lax = "[keys]\nstores = [\"/store/\"]\n[severity]\nunknown-endpoint = \"off\"\n[output]\nmin-severity = \"critical\"\n";
    let never = config(&[&relay]).replace("\"medium\"", "\"never\"");
    repo.write(".keyscan.toml", format!("{never}{lax}"));
    repo.write("ci/rules.toml", rules(&[VENDOR, "llm.team-f.io"]));
    repo.write("f.env", base_url("llm.team-f.io"));
    repo.write("store/g.env", line(4));
    repo.write(".keyscanignore", "/vendor/\nhidden/\n");
    repo.write("new/.keyscanignore", "*\n!.keyscanignore\n");
    repo.write(".gitignore", "hidden/\nnew/\n");
    repo.write("hidden/a.env", line(2));
    repo.write("new/b.env", line(3));
    repo.write("c.env", format!("{} # keyscan:allow fine\n", base_url(&relay).trim_end()));
    repo.write("d.env", base_url(&relay));
    repo.write("e.json", report_head(&relay));
    repo.write("app/other.env", format!("{ALLOWED_LINE}{}", ALLOWED_LINE.replace("team-y", "team-evil")));
    repo.write("h.env", line(5));
    write_baseline(repo);
    let bad =
        ["hidden/a.env", "new/b.env", "c.env", "d.env", "e.json", "app/other.env", "f.env", "store/g.env", "h.env"];
    let aside = [
        (".keyscan-baseline.json", "baseline"),
        (".keyscan.toml", "config"),
        (".keyscanignore", "ignore-file"),
        ("app/other.env", "inline-allow"),
        ("c.env", "inline-allow"),
        ("ci/rules.toml", "rules"),
        ("e.json", "report-head"),
        ("new/.keyscanignore", "ignore-file"),
    ];
    let text = |text: &str| text.to_owned();
    (bad.map(text).to_vec(), aside.map(|(path, kind)| (text(path), text(kind))).to_vec())
}

#[test]
fn all_tricks_together_are_futile_in_a_merge_as_hosters_make_it() {
    let Some(repo) = team() else { return };
    let (bad, aside) = everything(&repo);
    repo.commit_at("everything", 2_000);
    // The base has gone on meanwhile, and what is checked out is a merge of both that no branch holds.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("readme.txt", "more\n").commit_at("main goes on", 2_500);
    repo.git(&["checkout", "-q", "--detach", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge stranger into main", "stranger"]);
    assert_eq!(strict(&repo, &[]).code, 0, "a plain scan falls for all of it");

    let trees = [&["--trust", "HEAD^1"][..], &["--trust", "main"]];
    let ranges = [&["--range", "HEAD^1..HEAD", "--trust", "HEAD^1"][..], &["--range", "main..HEAD", "--trust", "main"]];
    for arguments in trees.into_iter().chain(ranges) {
        let report = caught(&repo, arguments, "");
        assert_eq!(report["scan"]["policy"]["trusted"], repo.git(&["rev-parse", "main"]).trim());
        for path in &bad {
            let loud = told_of(&report, path).iter().any(|(_, severity)| severity != "info" && severity != "low");
            assert!(loud, "{arguments:?} {path}");
        }
        assert_eq!(aside_kinds(&report), aside, "{arguments:?}");
        the_teams_word_counts(&without(&report, "app/other.env"));
        // Of the two comments in the team's file the team's own counts.
        let other = told(&report).into_iter().filter(|(.., path)| path == "app/other.env").count();
        assert_eq!(other, 1, "{arguments:?}");
    }
}

#[test]
fn people_are_told_what_was_set_aside() {
    let Some(repo) = team() else { return };
    everything(&repo);
    repo.commit_at("everything", 2_000);
    let short = &repo.git(&["rev-parse", "main"])[..10];
    let text = repo.keyscan(&["--trust", "main"]).text();
    let line = "Set aside: 1 config file, 1 baseline, 1 rule file, 2 ignore files, 2 inline comments, 1 report head";
    let told = text.replace('\n', " ");
    assert!(told.contains(&format!("{line} (commit {short} does not say so).")), "{text}");
    assert!(!text.contains("new/.keyscanignore"), "{text}");
    let text = repo.keyscan(&["--trust", "main", "-v"]).text();
    for line in ["  .keyscan.toml  1 config file", "  new/.keyscanignore  1 ignore file", "  c.env  1 inline comment"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let log = repo.keyscan(&["--trust", "main", "--format", "sarif"]).json();
    let invocation = &log["runs"][0]["invocations"][0];
    let notes = invocation["toolConfigurationNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 8);
    let known = log["runs"][0]["tool"]["driver"]["notifications"].as_array().unwrap();
    for note in notes {
        let descriptor = &note["descriptor"];
        assert_eq!(known[descriptor["index"].as_u64().unwrap() as usize]["id"], descriptor["id"]);
        assert_eq!(note["level"], "note");
        assert!(note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string());
    }
}

#[test]
fn a_file_with_the_name_of_the_report_is_read() {
    let Some(repo) = team() else { return };
    repo.write("out.json", format!("{{\"OPENAI_API_KEY\": \"{}\"}}", line(5).trim_end().split_once('=').unwrap().1));
    repo.commit_at("a report, they say", 2_000);
    let run = |arguments: &[&str]| {
        let run = repo.keyscan(&[&["--format", "json=out.json"], arguments].concat());
        let report: Value = serde_json::from_slice(&std::fs::read(repo.top.join("out.json")).unwrap()).unwrap();
        repo.git(&["checkout", "-q", "--", "out.json"]);
        (run.code, told_of(&report, "out.json").len())
    };
    assert_eq!(run(&[]), (0, 0), "a plain scan leaves out what it writes");
    for arguments in [&["--trust", "main"][..], &["--trust", "main", "--range", "main.."], &["--untrusted"]] {
        assert_eq!(run(arguments), (1, 1), "{arguments:?}");
    }
    // What an earlier run left there and nobody has committed is left out as ever.
    repo.git(&["rm", "-q", "--cached", "out.json"]);
    repo.git(&["commit", "-q", "-m", "no report any more"]);
    assert_eq!(repo.keyscan(&["--format", "json=out.json", "--trust", "main"]).code, 0);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_config_leads_nowhere() {
    let Some(repo) = team() else { return };
    repo.write("evil.env", base_url(&relay()));
    repo.write("lax/lax.toml", config(&[&relay()]));
    std::fs::remove_file(repo.top.join(".keyscan.toml")).unwrap();
    std::os::unix::fs::symlink("lax/lax.toml", repo.top.join(".keyscan.toml")).unwrap();
    repo.commit_at("link", 2_000);
    assert_eq!(strict(&repo, &[]).code, 0, "a plain scan follows it");
    let report = caught(&repo, &["--trust", "main"], "link");
    assert_eq!(aside_kinds(&report), [(".keyscan.toml".to_owned(), "config".to_owned())]);
    the_teams_word_counts(&report);
    assert!(!told_of(&report, "evil.env").is_empty());
    caught(&repo, &["--untrusted"], "link");
}
