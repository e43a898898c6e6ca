//! `keyscan rules` and `keyscan explain`: what they print, and that the manual tells the truth.

use std::fs;

use keyscan::model::{RuleId, SignalId};
use keyscan::rules::Rules;
use keyscan::rules::schema::{CatalogueKind, RuleText};
use serde_json::Value;

use super::refused;
use crate::support::{Run, Tree, expand, findings, keyscan};

fn run(args: &[&str]) -> Run {
    keyscan(Tree::new().path(), args)
}

fn shown(args: &[&str]) -> String {
    let run = run(args);
    assert_eq!((run.code, run.errors().as_str()), (0, ""), "{args:?}");
    run.text()
}

#[test]
fn every_rule_and_signal_has_its_page() {
    let list = shown(&["explain"]);
    for &signal in SignalId::ALL {
        let id = signal.as_str();
        assert!(list.contains(id), "{id}");
        let page = shown(&["explain", id]);
        assert!(page.starts_with(&format!("{id}: ")), "{page}");
        assert!(page.lines().all(|line| line.chars().count() <= 80 || !line.trim().contains(' ')), "{page}");
        let is_rule = RuleId::from_word(id).is_some();
        for part in ["Why it is a risk", "How bad it is", "Found", "Not found", "What to do", "How to allow it"] {
            assert_eq!(page.contains(&format!("\n{part}\n")), is_rule, "{id}: {part}");
        }
        assert!(!page.contains("\\u{") && !page.contains("{rule}"), "{page}");
    }
    let page = shown(&["explain", "Relay-Endpoint"]);
    for text in [
        "data-leak  Somebody else reads",
        "high       the host",
        "production: one step up",
        "keyscan:allow[relay-endpoint]",
        "keyscan --write-baseline",
        "CWE-201",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
}

#[test]
fn what_is_not_known_has_its_nearest() {
    refused(&run(&["explain", "gone-from-tre"]), "did you mean `gone-from-tree`?");
    refused(&run(&["explain", "zzzzzzzzzzzzzz"]), "`keyscan explain` lists all");
    refused(&run(&["rules", "show", "openai-projekt"]), "did you mean `openai-project`?");
    refused(&run(&["rules", "list", "hosts"]), "endpoints");
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 4);
    for args in
        [&["rules", "show", &key][..], &["rules", "check", &key], &["rules", "list", &key], &["completions", &key]]
    {
        let run = run(args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(!run.errors().contains(&key[20..]) && !run.text().contains(&key[20..]), "{}", run.errors());
    }
}

#[test]
fn lists_hold_every_entry() {
    let rules = Rules::builtin();
    let all = shown(&["rules"]);
    assert_eq!(all, shown(&["rules", "list"]));
    let json: Value = serde_json::from_str(&shown(&["rules", "list", "--format", "json"])).unwrap();
    assert_eq!(json["rules_digest"], rules.digest().as_str());
    for (kind, ids) in [
        ("rules", RuleId::ALL.iter().map(|rule| rule.as_str().to_owned()).collect::<Vec<_>>()),
        ("keys", rules.keys().map(|key| key.id.to_string()).collect()),
        ("issuers", rules.issuers().map(|issuer| issuer.id.to_string()).collect()),
        ("endpoints", rules.endpoints().map(|endpoint| endpoint.id.to_string()).collect()),
        ("settings", rules.settings().map(|setting| setting.name.to_string()).collect()),
        ("software", rules.software().map(|software| software.id.to_string()).collect()),
    ] {
        let text = shown(&["rules", "list", kind]);
        assert_eq!(text.lines().count(), ids.len(), "{kind}");
        assert!(text.lines().zip(&ids).all(|(line, id)| line.trim_start().starts_with(id.as_str())), "{kind}");
        let field = if kind == "settings" { "name" } else { "id" };
        let entries = json[kind].as_array().unwrap();
        assert!(
            entries.iter().map(|entry| entry[field].as_str().unwrap()).eq(ids.iter().map(String::as_str)),
            "{kind}"
        );
        let alone: Value = serde_json::from_str(&shown(&["rules", "list", kind, "-f", "json"])).unwrap();
        assert_eq!(alone[kind], json[kind]);
        assert_eq!(alone.as_object().unwrap().len(), 4);
    }
    assert!(json["endpoints"].as_array().unwrap().iter().all(|entry| entry["examples"][0].is_string()));
}

#[test]
fn an_entry_is_shown_in_full() {
    let of = |id: &str| shown(&["rules", "show", id]);
    let openai = of("openai");
    assert!(
        openai.contains("endpoint  (rules/endpoints-official.toml:") && openai.contains("issuer  (rules/issuers.toml:")
    );
    for (asked, texts) in [
        ("relay-endpoint", &["rule  (rules/rules.toml:", "severity       high"][..]),
        ("gone-from-tree", &["signal  (rules/rules.toml:"]),
        ("openai-project", &["key  (rules/keys.toml:", "confidence     high", "prefix         sk-proj-", "source "]),
        ("api.openai.com", &["endpoint  (", "id             openai\n", "sources "]),
        ("https://user@API.OpenAI.com:443/v1?x", &["api.openai.com belongs to this entry.", "id             openai\n"]),
        ("new-node.api2d.net", &["its domain belongs to this relay", "id             api2d\n"]),
        ("OPENAI_API_KEY", &["setting  (rules/settings.toml:", "name           OPENAI_API_KEY\n"]),
        ("openai.organization-key", &[]),
    ] {
        if texts.is_empty() {
            assert_eq!(run(&["rules", "show", asked]).code, 2, "{asked}");
            continue;
        }
        let page = of(asked);
        texts.iter().for_each(|text| assert!(page.contains(text), "{text} is not in {page}"));
    }
    assert_eq!(of("OPENAI_API_KEY").matches("setting  (").count(), 1, "a name written in full is one entry");
}

const OWN: &str = r#"
[[issuer]]
id = "acme"
name = "Acme"
kind = "vendor"
advice = ["Revoke the key at acme.test."]

[[key]]
id = "acme-live"
name = "Acme live key"
issuer = "acme"
anchor = "prefix"
proves = "issuer"
prefix = "acme_live_"
body = "[A-Za-z0-9]{20,40}"
judge = "random"
confidence = "high"
sample = "acme_live_{32}"
examples = ["TOKEN=<key>"]
non-examples = ["TOKEN=acme_live_x"]
source = "made up"
"#;

#[test]
fn own_rule_files_are_checked() {
    let tree = Tree::one("good.toml", OWN);
    let check = |files: &[&str]| keyscan(tree.path(), &[&["rules", "check"], files].concat());
    let good = check(&["good.toml"]);
    assert_eq!((good.code, good.errors().as_str()), (0, ""));
    assert_eq!(good.text(), "good.toml: 1 key format, 1 issuer; 2 examples hold\n");

    tree.write(
        "wrong.toml",
        OWN.replace("[\"TOKEN=<key>\"]", "[\n  \"TOKEN=<key>\",\n  \"nothing\",\n]").replace("acme_live_x", "<key>"),
    );
    let wrong = check(&["wrong.toml"]);
    assert_eq!(wrong.code, 2);
    assert_eq!(
        wrong.text(),
        "wrong.toml:21:3: key `acme-live`: the key is not found in this example\n\
         wrong.toml:23:17: key `acme-live`: a key of this format is found in this counter-example\n"
    );
    assert!(wrong.errors().contains("2 examples do not hold"));

    let twice = check(&["good.toml", "wrong.toml"]);
    assert_eq!(twice.code, 2);
    assert!(
        twice.text().contains("wrong.toml:3:6: this issuer `acme` is there already, at good.toml:3:6"),
        "{}",
        twice.text()
    );
    tree.write("typo.toml", OWN.replace("judge", "juge"));
    assert_eq!(check(&["typo.toml"]).text(), "typo.toml:16:1: unknown field `juge` (did you mean `judge`?)\n");

    fs::write(tree.at("bytes.toml"), b"\n\nx = \"\xff\"\n").unwrap();
    refused(&check(&["bytes.toml"]), "bytes.toml:3: this is not UTF-8 text");
    refused(&check(&["gone.toml"]), "gone.toml");
    refused(&check(&["."]), "not a regular file");
    fs::write(tree.at("large.toml"), " ".repeat((1 << 20) + 1)).unwrap();
    refused(&check(&["large.toml"]), "larger than 1 MiB");
    refused(&check(&[]), "FILE");
}

/// Where the examples of a rule lie, where that matters, and what stands beside them.
fn place(rule: RuleId) -> Option<&'static str> {
    match rule {
        // The first and the last ask an account, the second a policy, the third a `.gitignore`.
        RuleId::ForeignKey | RuleId::DisallowedEndpoint | RuleId::NoSpendLimit | RuleId::StoredKey => None,
        // One text shows what several services hold.
        RuleId::SharedKey => None,
        RuleId::LeakedKey => Some("public/app.js"),
        RuleId::ExposedKey => Some("app.py"),
        RuleId::RelayServer => Some("nginx.conf"),
        _ => Some("deploy/service.env"),
    }
}

fn filled(text: &str, rules: &Rules) -> String {
    let host = |kind: CatalogueKind| {
        let entry = rules.endpoints().find(|entry| entry.kind == kind && !entry.dead && entry.hosts.len() == 1);
        entry.map(|entry| entry.hosts[0].trim_start_matches("*.").to_owned()).unwrap()
    };
    let mut text =
        text.replace("<relay>", &host(CatalogueKind::Relay)).replace("<gateway>", &host(CatalogueKind::Gateway));
    text = text.replace("<platform>", &host(CatalogueKind::PlatformProxy));
    let mut seed = 1;
    while text.contains("<key>") {
        text = text.replacen("<key>", &expand("sk-proj-{74:url}T3{}BlbkFJ{74:url}", seed), 1);
        seed += 1;
    }
    text
}

#[test]
fn the_examples_of_the_manual_are_true() {
    let rules = Rules::builtin();
    let texts: Vec<RuleText> = rules.sources().flat_map(|source| source.rules.rule).collect();
    for text in &texts {
        let rule = RuleId::from_word(&text.id).unwrap();
        assert!(!text.severities.is_empty(), "{}", text.id);
        assert!(text.severities.iter().any(|row| row.starts_with(&format!("{}: ", text.severity))), "{}", text.id);
        let Some(path) = place(rule) else { continue };
        // A key of a relay needs one; the key of the examples is everybody's.
        let relay_key = rule == RuleId::RelayKey;
        for (examples, wanted) in [(&text.examples, true), (&text.non_examples, false)] {
            for example in examples.iter() {
                let example =
                    if relay_key { example.replace("<key>", &expand("sk-{48}", 9)) } else { example.to_string() };
                let tree = Tree::one(path, filled(&example, &rules));
                let run = keyscan(
                    tree.path(),
                    &["-f", "json", "--min-severity", "info", "--exit-zero", "--assume-committed"],
                );
                let report = run.json();
                let holds = findings(&report).iter().any(|finding| {
                    let signals = finding["signals"].as_array().unwrap();
                    finding["rule"] == text.id.as_ref() || signals.iter().any(|signal| signal["id"] == text.id.as_ref())
                });
                assert_eq!(holds, wanted, "{}: {example}", text.id);
            }
        }
    }
}
