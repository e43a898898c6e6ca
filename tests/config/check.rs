//! `keyscan config check`: what holds, and who says so.

use keyscan::model::RuleId;
use serde_json::{Value, json};

use super::{RELAY, code, refused, tree};
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

#[test]
fn files_that_the_policy_names_have_to_be_there() {
    for (config, name, place) in [
        ("[suppress]\nbaseline = \"b.json\"\n", "b.json", ".keyscan.toml:2:12: b.json"),
        ("[rules]\nfiles = [\"r.toml\"]\n", "r.toml", ".keyscan.toml:2:10: r.toml"),
    ] {
        let tree = tree(config, "");
        let check = |says: &str| {
            for args in [&["config", "check"][..], &["."]] {
                let run = keyscan(tree.path(), args);
                refused(&run, &[place, says]);
                assert!(!run.errors().contains("entity"), "{}", run.errors());
            }
        };
        check("it is not there");
        std::fs::create_dir(tree.at(name)).unwrap();
        check("not a regular file");
    }
    // What is not needed need not be there.
    let tree = tree("[suppress]\nbaseline = \"b.json\"\n", "");
    for flag in ["--no-baseline", "--write-baseline"] {
        assert_eq!(keyscan(tree.path(), &["config", "check", flag]).code, 0, "{flag}");
    }
    assert_eq!(keyscan(tree.path(), &["--write-baseline", "."]).code, 0);
    assert_eq!(keyscan(tree.path(), &["config", "check"]).code, 0);

    tree.write("b.json", "{\"version\": 1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    refused(&keyscan(tree.path(), &["config", "check"]), &["b.json:1:1", "UTF-16", "UTF-8"]);
    tree.write(".keyscan.toml", "[gate]\n".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    refused(&keyscan(tree.path(), &["config", "check"]), &[".keyscan.toml:1:1", "UTF-16", "UTF-8"]);
}

#[test]
fn a_policy_that_turns_every_rule_off_is_refused() {
    let words: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
    let except = format!(
        "[rules]\nexcept = [{}]\n",
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
    );
    let off: String = words.iter().map(|word| format!("{word} = 'off'\n")).collect();
    let last = RuleId::ALL.len() + 1;
    for (config, place) in
        [(except, ".keyscan.toml:2:".to_owned()), (format!("[severity]\n{off}"), format!(".keyscan.toml:{last}:"))]
    {
        let tree = tree(&config, RELAY);
        for args in [&["config", "check"][..], &["."]] {
            refused(&keyscan(tree.path(), args), &[&place, "every rule is turned off"]);
        }
    }
    // What only the own account tells is a rule to look at where that is asked.
    let online = tree("[rules]\nonly = ['foreign-key']\n", RELAY);
    refused(&keyscan(online.path(), &["."]), &["no rule is left", "--own-account"]);
    let tree = tree("", RELAY);
    let all: Vec<&str> = words.iter().flat_map(|word| ["--except", word]).collect();
    for args in [all.as_slice(), &["--only", "exposed-key", "--except", "exposed-key"], &["--only", "foreign-key"]] {
        refused(&keyscan(tree.path(), args), &["no rule is left", "--except"]);
        refused(&keyscan(tree.path(), &[&["config", "check"], args].concat()), &["no rule is left"]);
    }
    assert_eq!(code(&tree, &["--only", "exposed-key,relay-endpoint", "--except", "exposed-key"]), 1);
}
