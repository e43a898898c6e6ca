//! `.keyscan.toml` as its author sees it: what it changes, what wins over it, and how mistakes are told.

mod check;
mod keys;
mod property;

use std::path::Path;

use keyscan::config::schema;
use serde_json::Value;

use crate::support::{Run, Tree, expand, findings, keyscan, keyscan_with};

/// A finding of severity high and confidence high.
const RELAY: &str = "OPENAI_BASE_URL=https://api.chatanywhere.tech/v1\n";
/// A finding of severity medium.
const UNKNOWN: &str = "OPENAI_BASE_URL=https://gw.team-x.io/v1\n";

/// A tree with a config and a file of settings.
fn tree(config: &str, settings: &str) -> Tree {
    let tree = Tree::one(".keyscan.toml", config);
    tree.write("app/.env", settings);
    tree
}

fn code(tree: &Tree, args: &[&str]) -> i32 {
    let run = keyscan(tree.path(), args);
    assert!(run.code != 2, "{}", run.errors());
    run.code
}

/// The rule and severity of each finding.
fn rules(tree: &Tree, args: &[&str]) -> Vec<(String, String)> {
    let report = keyscan(tree.path(), &[args, &["-f", "json", "--min-severity", "info"]].concat()).json();
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings(&report).iter().map(|finding| (word(finding, "rule"), word(finding, "severity"))).collect()
}

fn names(tree: &Tree, args: &[&str]) -> Vec<String> {
    rules(tree, args).into_iter().map(|(rule, _)| rule).collect()
}

#[test]
fn the_gate_of_the_file_holds_until_a_flag_says_otherwise() {
    let gate = tree("gate.fail-on = \"critical\"\n", RELAY);
    assert_eq!(code(&gate, &[]), 0);
    assert_eq!(code(&gate, &["--fail-on", "high"]), 1);
    assert_eq!(code(&gate, &["--no-config"]), 1);
    let medium = tree("[gate]\nfail-on = \"medium\"\n", UNKNOWN);
    assert_eq!(code(&medium, &[]), 1);
    assert_eq!(code(&medium, &["--fail-on", "never"]), 0);
    assert_eq!(code(&tree("gate.fail-on = \"never\"\n", RELAY), &[]), 0);

    // That a host in no catalogue is a third party is of medium confidence.
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 10);
    let sure = tree("gate.fail-on-confidence = \"high\"\n", &format!("{UNKNOWN}OPENAI_API_KEY={key}\n"));
    assert_eq!((code(&sure, &[]), code(&sure, &["--fail-on-confidence", "medium"])), (0, 1));
    assert_eq!(code(&sure, &["--no-config"]), 1);
}

#[test]
fn an_incomplete_scan_may_pass_if_the_file_says_so() {
    let whole = tree("[gate]\nallow-incomplete = true\n", &"x".repeat(2000));
    let small = ["--max-file-size", "100"];
    assert_eq!(code(&whole, &small), 0);
    assert_eq!(code(&whole, &[&small[..], &["--allow-incomplete=false"]].concat()), 3);
    assert_eq!(code(&whole, &[&small[..], &["--no-config"]].concat()), 3);
    assert_eq!(code(&whole, &[&small[..], &["--no-config", "--allow-incomplete"]].concat()), 0);
}

#[test]
fn the_output_of_the_file_holds_until_somebody_says_otherwise() {
    let json = tree("[output]\nformat = [\"json\"]\nmin-severity = \"critical\"\n", RELAY);
    let report = keyscan(json.path(), &[]).json();
    assert!(findings(&report).is_empty(), "{report}");
    assert_eq!(findings(&keyscan(json.path(), &["--min-severity", "high"]).json()).len(), 1);
    let text = keyscan(json.path(), &["-f", "human"]).text();
    assert!(!text.is_empty() && !text.starts_with('{'), "{text}");
    let file = json.at("report.json");
    assert_eq!(keyscan(json.path(), &["-o", file.to_str().unwrap()]).text(), "");
    assert!(file.is_file());
}

#[test]
fn rules_and_severities_follow_the_file_and_then_the_flags() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 11);
    let settings = format!("{UNKNOWN}OPENAI_API_KEY={key}\n");
    let plain = tree("", &settings);
    let all = names(&plain, &[]);
    assert_eq!(all, ["key-to-third-party", "unknown-endpoint"]);

    let off = tree("[severity]\nunknown-endpoint = \"off\"\nkey-to-third-party = \"off\"\n", &settings);
    assert_eq!(names(&off, &[]), ["stored-key"]);
    // What is asked for by name is looked at.
    assert_eq!(names(&off, &["--only", "unknown-endpoint"]), ["unknown-endpoint"]);
    assert!(names(&off, &["--except", "stored-key"]).is_empty());
    let worse = tree("severity.unknown-endpoint = \"critical\"\n", UNKNOWN);
    assert_eq!(rules(&worse, &[]), [("unknown-endpoint".to_owned(), "critical".to_owned())]);

    let only = tree("rules.only = [\"unknown-endpoint\"]\n", &settings);
    assert_eq!(names(&only, &[]), ["unknown-endpoint"]);
    assert_eq!(names(&only, &["--only", "key-to-third-party"]), ["key-to-third-party"]);
    refused(&keyscan(only.path(), &["--except", "unknown-endpoint"]), &["no rule is left"]);
}

#[test]
fn environments_stores_and_paths_come_from_the_file() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 12);
    let config = "[endpoints]\nallow = [\"gw.team-x.io\"]\n[endpoints.production]\nonly = [\"api.openai.com\"]\n\
                  [keys]\nstores = [\"/vault/\"]\n[paths]\nproduction = [\"eu/\"]\n";
    let tree = tree(config, UNKNOWN);
    tree.write("vault/notes.md", format!("{key}\n"));
    tree.write("notes.md", format!("{}\n", expand("sk-proj-{74}T3{}BlbkFJ{74}", 13)));
    assert_eq!(names(&tree, &[]), ["exposed-key", "stored-key"]);
    tree.write("eu/.env", UNKNOWN);
    let found = rules(&tree, &[]);
    assert!(found.contains(&("disallowed-endpoint".to_owned(), "critical".to_owned())), "{found:?}");
    // A store approves of where a key lies, and a config of no host in another file.
    assert!(names(&tree, &["--no-config"]).iter().filter(|rule| *rule == "exposed-key").count() == 2);
}

#[test]
fn own_rules_come_from_files_beside_the_config() {
    let own = "[[endpoint]]\nid = \"team-x\"\nname = \"Team X\"\nkind = \"gateway\"\nconfidence = \"high\"\n\
               hosts = [\"gw.team-x.io\"]\nexamples = [\"OPENAI_BASE_URL=https://gw.team-x.io/v1\"]\n\
               non-examples = [\"see https://team-x.io\"]\nsources = [\"our own\"]\n";
    let tree = tree("rules.files = [\"security/own.toml\"]\n", UNKNOWN);
    tree.write("security/own.toml", own);
    assert_eq!(names(&tree, &[]), ["gateway-endpoint"]);
    assert_eq!(names(&tree, &["--no-config"]), ["unknown-endpoint"]);
    // Relative to the config, wherever keyscan is started.
    let config = tree.at(".keyscan.toml");
    let run = keyscan(&tree.at("app"), &["-c", config.to_str().unwrap(), "-f", "json", "."]);
    assert_eq!(findings(&run.json())[0]["rule"], "gateway-endpoint");

    tree.write("security/own.toml", own.replace("gateway", "gatewy"));
    refused(&keyscan(tree.path(), &[]), &["own.toml:4:"]);
    tree.write("security/own.toml", b"\xff");
    refused(&keyscan(tree.path(), &[]), &["own.toml"]);
    std::fs::remove_file(tree.at("security/own.toml")).unwrap();
    refused(&keyscan(tree.path(), &[]), &["own.toml: cannot be read"]);
}

#[cfg(unix)]
#[test]
fn own_rules_are_not_read_through_a_link_out_of_the_folder() {
    let outside = Tree::one("own.toml", "");
    let tree = tree("rules.files = [\"own.toml\"]\n", "");
    std::os::unix::fs::symlink(outside.at("own.toml"), tree.at("own.toml")).unwrap();
    refused(&keyscan(tree.path(), &[]), &["own.toml: not a regular file in its own folder"]);
}

#[test]
fn hosts_of_a_policy_are_no_findings_and_keys_in_it_are() {
    let config = "endpoints.deny = [\"api.chatanywhere.tech\"]\nendpoints.allow = [\"api.openai.com\"]\n";
    let tree = Tree::one(".keyscan.toml", config);
    assert!(names(&tree, &[]).is_empty());
    tree.write("other.toml", config);
    assert_eq!(names(&tree, &[]), ["disallowed-endpoint"], "only a policy file is one");
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 14);
    let tree = Tree::one(".keyscan.toml", format!("{config}# {key}\n"));
    assert_eq!(names(&tree, &[])[0], "stored-key", "a key is one wherever it stands");
}

/// Exit 2, nothing on standard output, each text in the errors.
fn refused(run: &Run, texts: &[&str]) {
    assert_eq!((run.code, run.text().as_str()), (2, ""), "{}", run.errors());
    for text in texts {
        assert!(run.errors().contains(text), "{text} is not in: {}", run.errors());
    }
}

#[test]
fn every_mistake_has_a_line_of_its_own() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 15);
    let config = format!("[gate]\nfail_on = \"high\"\n[keys]\nown = [\"{key}\"]\nstore = [\"{key}\"]\n[{key}]\n");
    let run = keyscan(tree(&config, "").path(), &[]);
    refused(
        &run,
        &[
            ".keyscan.toml:2:1: unknown field in [gate]; did you mean `fail-on`?",
            ".keyscan.toml:4:8: bad value in `keys.own`: this looks like a key: take it out",
            ".keyscan.toml:5:1: unknown field in [keys]; did you mean `stores`?",
            ".keyscan.toml:6:2: unknown field at the top",
        ],
    );
    assert_eq!(run.errors().lines().count(), 4);
    assert!(run.errors().lines().all(|line| line.starts_with("error: ") && !line.contains(&key[10..20])));
}

#[test]
fn a_config_is_named_by_flag_or_variable_and_found_at_the_top_alone() {
    let tree = tree("gate.fail-on = \"never\"\n", RELAY);
    tree.write("app/.keyscan.toml", "nonsense");
    tree.write("strict.toml", "gate.fail-on = \"high\"\n");
    assert_eq!(code(&tree, &[]), 0, "what lies deeper is not read");
    assert_eq!(code(&tree, &["-c", "strict.toml"]), 1);
    let run = |variable: &str, args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keyscan"));
        command.args(args).current_dir(tree.path()).env_clear().env("KEYSCAN_CONFIG", variable);
        command.output().unwrap().status.code().unwrap()
    };
    assert_eq!((run("strict.toml", &[]), run("", &[])), (1, 0));
    assert_eq!((run("strict.toml", &["-c", ".keyscan.toml"]), run("gone.toml", &["--no-config"])), (0, 1));
    assert_eq!(run("gone.toml", &[]), 2);
    // Standard input is judged by the policy of the folder where keyscan is started.
    assert_eq!(keyscan_with(tree.path(), &["-"], RELAY.as_bytes()).code, 0);
}

#[test]
fn the_schema_is_the_one_that_is_published_and_takes_what_keyscan_takes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/config.schema.json");
    let published = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert_eq!(published, schema(), "run: keyscan config schema > schema/config.schema.json");
    assert_eq!(keyscan(Tree::new().path(), &["config", "schema"]).text(), schema());

    let schema: Value = serde_json::from_str(&published).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json = |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    assert!(validator.is_valid(&json(property::WHOLE)));
    for wrong in [
        "x = 1",
        "[endpoints]\nalow = []",
        "[endpoints]\nallow = [\"a/b\"]",
        "[endpoints.prod]\nonly = []",
        "[endpoints]\nonly = []",
        "[keys]\nown = [\"abc\"]",
        "[keys]\nstores = [\"!a\"]",
        "[rules]\nonly = [\"exposed\"]",
        "[rules]\nfiles = [\"/a\"]",
        "[severity]\nexposed-key = \"never\"",
        "[gate]\nfail-on = true",
        "[output]\nformat = [\"human\", \"json\"]",
    ] {
        assert!(!validator.is_valid(&json(wrong)), "{wrong}");
        assert!(keyscan::config::Config::parse(Path::new("c"), wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn the_file_that_init_writes_is_right_when_all_of_it_is_in_force() {
    let tree = Tree::new();
    assert_eq!(keyscan(tree.path(), &["init", "--config", "--yes"]).code, 0);
    let written = std::fs::read_to_string(tree.at(".keyscan.toml")).unwrap();
    let in_force = |line: &str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned();
    let text: String = written.lines().map(|line| in_force(line) + "\n").collect();
    let config = keyscan::config::Config::parse(Path::new("c"), text.as_bytes()).unwrap();
    assert!(config.given().len() > 10, "{text}");
}
