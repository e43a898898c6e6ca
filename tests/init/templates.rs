//! The files themselves. What they do in pipelines is tested in `ci`, what the hook does in `hooks`.

use super::template;
use crate::support::{Tree, keyscan};

/// The policy file with every setting in force.
fn in_force() -> String {
    let text = template("keyscan.toml");
    text.lines().map(|line| format!("{}\n", setting(line).unwrap_or(line))).collect()
}

/// A setting that is commented out, as the file's head says: no blank behind the sign.
fn setting(line: &str) -> Option<&str> {
    line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c == '[' || c.is_alphabetic()))
}

#[test]
fn the_policy_file_changes_nothing_until_somebody_does() {
    let text = template("keyscan.toml");
    let table: toml::Table = text.parse().unwrap();
    assert!(table.is_empty(), "{table:?}");
    let tree = Tree::one(".keyscan.toml", &text);
    tree.write("a.env", "OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\n");
    let with = keyscan(tree.path(), &["-f", "json", "--config", ".keyscan.toml", "a.env"]);
    let without = keyscan(tree.path(), &["-f", "json", "--no-config", "a.env"]);
    assert_eq!((with.code, without.code), (1, 1), "{}", with.errors());
    assert_eq!(with.json()["findings"], without.json()["findings"]);
    // It is no finding itself, either.
    let report = crate::support::report(tree.path());
    assert!(!report["findings"].to_string().contains(".keyscan.toml"), "{report}");
}

#[test]
fn the_policy_file_shows_every_table() {
    let table: toml::Table = in_force().parse().unwrap();
    let names: Vec<&str> = table.keys().map(String::as_str).collect();
    assert_eq!(names, ["endpoints", "gate", "keys", "limits", "output", "paths", "rules", "severity", "suppress"]);
    let fields = |table: &toml::Value| table.as_table().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&table["endpoints"]), ["allow", "deny", "production"]);
    assert_eq!(fields(&table["endpoints"]["production"]), ["only"]);
    assert_eq!(fields(&table["keys"]), ["organizations", "own", "projects", "stores"]);
    for rule in fields(&table["severity"]) {
        assert!(keyscan::model::RuleId::ALL.iter().any(|known| known.as_str() == rule), "{rule}");
    }
}

#[test]
fn pipelines_install_the_version_that_wrote_them() {
    let tree = Tree::new();
    assert_eq!(keyscan(tree.path(), &["init", "--ci", "github"]).code, 0);
    let workflow = std::fs::read_to_string(tree.at(".github/workflows/keyscan.yml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(workflow, template("github.yml").replace("{version}", version));
    let job = keyscan(tree.path(), &["init", "--ci", "gitlab"]).text();
    assert!(job.ends_with(&template("gitlab.yml").replace("{version}", version)), "{job}");
    for text in [workflow, job] {
        assert!(text.contains(&format!("--version {version} keyscan")) && !text.contains("{version}"), "{text}");
    }
}
