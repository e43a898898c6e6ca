//! `keyscan config check`: what holds, and who says so.

use serde_json::{Value, json};

use super::{RELAY, refused, tree};
use crate::support::{Tree, expand, keyscan};

fn field(answer: &Value, name: &str) -> Value {
    answer["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone()
}

#[test]
fn every_field_names_its_source() {
    let config =
        "[endpoints]\nallow = [\"gw.team-x.io\"]\n[gate]\nfail-on = \"low\"\n[severity]\nexposed-key = \"off\"\n";
    let tree = tree(config, RELAY);
    let args = ["config", "check", "-f", "json", "--fail-on-confidence", "low", "--except", "shared-key"];
    let run = keyscan(tree.path(), &args);
    assert_eq!(run.code, 0, "{}", run.errors());
    let answer = run.json();
    assert_eq!(answer["schema_version"], 1);
    assert!(answer["config"].as_str().unwrap().ends_with(".keyscan.toml"));
    for (name, value, source, line, by) in [
        ("endpoints.allow", json!(["gw.team-x.io"]), "file", json!(2), json!(null)),
        ("endpoints.only", json!(null), "default", json!(null), json!(null)),
        ("endpoints.staging.deny", json!([]), "default", json!(null), json!(null)),
        ("gate.fail-on", json!("low"), "file", json!(4), json!(null)),
        ("gate.fail-on-confidence", json!("low"), "flag", json!(null), json!("--fail-on-confidence")),
        ("gate.allow-incomplete", json!(false), "default", json!(null), json!(null)),
        ("severity.exposed-key", json!("off"), "file", json!(6), json!(null)),
        ("rules.except", json!(["shared-key", "exposed-key"]), "flag", json!(null), json!("--except")),
        ("output.format", json!(["json"]), "flag", json!(null), json!("--format")),
        ("output.min-severity", json!("low"), "default", json!(null), json!(null)),
    ] {
        let wanted = json!({"name": name, "value": value, "source": source, "line": line, "by": by});
        assert_eq!(field(&answer, name), wanted);
    }

    let text = keyscan(tree.path(), &["config", "check"]).text();
    let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(row("endpoints.allow")), ["endpoints.allow", ".keyscan.toml:2", "gw.team-x.io"]);
    assert_eq!(words(row("gate.fail-on-confidence")), ["gate.fail-on-confidence", "default", "medium"]);
    assert!(!text.contains("endpoints.staging"), "{text}");
}

#[test]
fn without_a_file_the_defaults_hold() {
    let run = keyscan(Tree::new().path(), &["config", "check"]);
    assert_eq!(run.code, 0);
    assert!(run.text().starts_with("Policy file: none (.keyscan.toml at the top of the repository would be read)"));
    let answer = keyscan(Tree::new().path(), &["config", "check", "-f", "json"]).json();
    assert_eq!(answer["config"], Value::Null);
    assert!(answer["fields"].as_array().unwrap().iter().all(|field| field["source"] != "file"));
    refused(&keyscan(Tree::new().path(), &["config", "check", "gone"]), &["no such file or folder: gone"]);
}

#[test]
fn a_mistake_exits_2_and_an_allowed_relay_is_noted() {
    let wrong = tree("[gate]\nfail = 1\n", "");
    refused(&keyscan(wrong.path(), &["config", "check"]), &[".keyscan.toml:2:1: "]);
    refused(&keyscan(Tree::new().path(), &["config", "check", "-c", "gone.toml"]), &["gone.toml: cannot be read"]);
    refused(&keyscan(Tree::new().path(), &["config"]), &["Usage"]);
    let relay = tree("[endpoints]\nallow = [\"api.chatanywhere.tech\"]\ndeny = [\"free.v36.cm\"]\n", "");
    let text = keyscan(relay.path(), &["config", "check"]).text();
    let notes: Vec<&str> = text.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(notes.len(), 1, "{text}");
    assert!(notes[0].contains("line 2") && notes[0].contains("a relay"), "{text}");
}

#[test]
fn no_key_and_no_escape_reaches_the_answer() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 21);
    let tree = tree(&format!("keys.stores = [\"{key}/\", \"a\\u001bc/\"]\n"), "");
    for args in [&["config", "check"][..], &["config", "check", "-f", "json"], &["-v"]] {
        let run = keyscan(tree.path(), args);
        assert_eq!(run.code, 0, "{}", run.errors());
        let said = run.text() + &run.errors();
        assert!(!said.contains(&key[10..30]) && !said.contains('\u{1b}'), "{said}");
    }
}
