//! A team's repository: a gateway, a comment, an ignore file and whatever else lets their own places pass.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::git::run_git::{Repo, line};
use crate::support::catalogue::known_relays;
use crate::support::{Run, findings, occurrences};

/// The team's own gateway, which their config allows.
pub const GATEWAY: &str = "llm.team-x.io";

/// A vendor that the team's own rules know.
pub const VENDOR: &str = "llm.team-z.io";

/// A line with an endpoint of another team, which a comment allows.
pub const ALLOWED_LINE: &str =
    "OPENAI_BASE_URL=https://llm.team-y.io/v1  # keyscan:allow[unknown-endpoint] the other team's\n";

/// A line that points a client at a host.
pub fn base_url(host: &str) -> String {
    format!("OPENAI_BASE_URL=https://{host}/v1\n")
}

/// A relay of the catalogue.
pub fn relay() -> String {
    known_relays().into_iter().next().unwrap()
}

/// The team's config, with more hosts that it allows.
pub fn config(hosts: &[&str]) -> String {
    let hosts: Vec<String> = [&[GATEWAY], hosts].concat().iter().map(|host| format!("\"{host}\"")).collect();
    format!(
        "[endpoints]\nallow = [{}]\n[rules]\nfiles = [\"ci/rules.toml\"]\n[gate]\nfail-on = \"medium\"\n",
        hosts.join(", ")
    )
}

/// A file of rules that calls these hosts vendors.
pub fn rules(hosts: &[&str]) -> String {
    let entry = |host: &&str| {
        let (id, url) = (host.replace('.', "-"), format!("OPENAI_BASE_URL=https://{host}/v1"));
        format!(
            "[[endpoint]]\nid = \"{id}\"\nname = \"{host}\"\nkind = \"provider\"\nconfidence = \"high\"\n\
             hosts = [\"{host}\"]\nsources = [\"the contract\"]\nexamples = [\"{url}\"]\n\
             non-examples = [\"OPENAI_BASE_URL=https://{host}.evil.example/v1\"]\n\n"
        )
    };
    hosts.iter().map(entry).collect()
}

/// The team's repository on the branch `main`, and a branch of a stranger checked out. `None` where there is no git.
pub fn team() -> Option<Repo> {
    let repo = Repo::new()?;
    write_base(&repo);
    repo.commit_at("base", 1_000);
    repo.git(&["checkout", "-q", "-b", "stranger"]);
    Some(repo)
}

/// The files of the team.
pub fn write_base(repo: &Repo) {
    repo.write(".keyscan.toml", config(&[])).write("ci/rules.toml", rules(&[VENDOR]));
    repo.write(".keyscanignore", "/vendor/\n");
    repo.write("app/.env", base_url(GATEWAY));
    repo.write("app/other.env", ALLOWED_LINE);
    repo.write("app/vendor.env", base_url(VENDOR));
    repo.write("vendor/fixture.env", line(1));
    repo.write("old/.env", line(8));
    write_baseline(repo);
}

/// Lets everything wait that is there.
pub fn write_baseline(repo: &Repo) {
    let run = repo.keyscan(&["--write-baseline"]);
    assert_eq!(run.code, 0, "{}", run.errors());
}

/// Runs with the gate that is in force, and shows everything.
pub fn strict(repo: &Repo, arguments: &[&str]) -> Run {
    repo.keyscan(&[&["--format", "json", "--min-severity", "info"], arguments].concat())
}

/// Rule, severity and path of every place that counts.
pub fn told(report: &Value) -> BTreeSet<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = findings(report).iter().flat_map(|finding| {
        let rule = text(&finding["rule"]);
        occurrences(finding).iter().map(move |place| (rule.clone(), text(&place["severity"]), text(&place["path"])))
    });
    all.collect()
}

/// What is told of a path.
pub fn told_of(report: &Value, path: &str) -> Vec<(String, String)> {
    told(report).into_iter().filter(|(.., at)| at == path).map(|(rule, severity, _)| (rule, severity)).collect()
}

/// Path, kind and count of what was set aside.
pub fn set_aside(report: &Value) -> Vec<(String, String, u64)> {
    let all = report["scan"]["policy"]["set_aside"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|aside| (text(&aside["path"]), text(&aside["kind"]), aside["count"].as_u64().unwrap())).collect()
}

/// The same as plain text and without the counts.
pub fn aside_kinds(report: &Value) -> Vec<(String, String)> {
    set_aside(report).into_iter().map(|(path, kind, _)| (path, kind)).collect()
}

/// Asserts that what the team wrote before the change still lets its own places pass.
pub fn the_teams_word_counts(report: &Value) {
    for path in ["app/.env", "app/other.env", "app/vendor.env", "vendor/fixture.env", "old/.env"] {
        let loud: Vec<_> = told_of(report, path).into_iter().filter(|(_, severity)| severity != "info").collect();
        assert!(loud.is_empty(), "{path}: {loud:?}");
    }
}
