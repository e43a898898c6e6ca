//! Addresses in pieces, and keys with the receiver that stands beside them.

use super::{filled, found, marked};
use crate::support::library::detector;
use crate::support::{Tree, findings, fingerprint, occurrences, report};

/// The addresses that a file holds, with their encoding.
fn hosts(path: &str, text: &str) -> Vec<String> {
    let tell = |one: &keyscan::model::EndpointMatch| format!("{} {}", one.url, one.encoding.join(","));
    found(path, text).endpoints.iter().map(tell).collect()
}

#[test]
fn the_host_is_that_of_the_whole() {
    for (path, text, wanted) in [
        ("a.py", "base_url = \"https://\" + \"api.nekoapi\" + \".com/v1\"\n", "https://api.nekoapi.com/v1 joined"),
        ("b.py", "OPENAI_BASE_URL = \"htt\" + \"ps://api.nekoapi.com/v1\"\n", "https://api.nekoapi.com/v1 joined"),
        (
            "c.py",
            "OPENAI_BASE_URL = (\"https://\"\n    \"api.nekoapi.\"\n    \"com/v1\")\n",
            "https://api.nekoapi.com/v1 joined",
        ),
        (
            "a.js",
            "const baseURL = ['https://', 'api.nekoapi.com', '/v1'].join('');\n",
            "https://api.nekoapi.com/v1 joined",
        ),
        ("b.js", "const OPENAI_BASE_URL = `https://${'api.nekoapi'}.com/v1`;\n", "https://api.nekoapi.com/v1 joined"),
        ("b.sh", "export OPENAI_BASE_URL=\"https://\"\"api.nekoapi.com/v1\"\n", "https://api.nekoapi.com/v1 joined"),
        ("a.go", "cfg.BaseURL = \"https://api.nekoapi.com\" + \"/v1\"\n", "https://api.nekoapi.com/v1 joined"),
    ] {
        assert_eq!(hosts(path, text), [wanted], "{text}");
    }
}

#[test]
fn what_looks_official_in_front_of_more_is_not() {
    let evil = "ilmware";
    for text in [
        format!("client = OpenAI(base_url=\"https://api.openai.com\" + \".{evil}.dev/v1\")\n"),
        format!("OPENAI_BASE_URL = \"https://api.openai.com\" \".{evil}.dev/v1\"\n"),
        format!("OPENAI_BASE_URL = \"https://api.openai.com\" + \"@{evil}.dev/v1\"\n"),
    ] {
        let found = found("a.py", &text);
        let hosts: Vec<&str> = found.endpoints.iter().map(|one| one.host.as_str()).collect();
        assert!(hosts.len() == 1 && hosts[0].ends_with(&format!("{evil}.dev")), "{text} {hosts:?}");
    }
}

#[test]
fn addresses_that_stand_beside_each_other_stay_apart() {
    for (path, text) in [
        ("a.sh", "URLS=(\"https://api.openai.com\" \"https://api.nekoapi.com\")\n"),
        ("a.js", "const urls = [\"https://api.openai.com\", \"https://api.nekoapi.com\"];\n"),
        ("a.html", "<a href=\"https://api.openai.com\"class=\"x\">\n"),
        ("b.sh", "curl \"https://api.openai.com\" \"v1\"\n"),
        ("c.sh", "curl https://api.openai.com/v1/models \\\n  -H \"a: b\"\n"),
        ("b.js", "f(\"https://api.openai.com\", \".example.dev\");\n"),
        ("c.js", "const u = \"https://api.openai.com/\" + \"evil.dev\";\n"),
        ("a.txt", "see https://api.nekoapi\n.com/v1 and\nhttps://api.openai.com\n.evil.dev\n"),
    ] {
        let hosts = hosts(path, text);
        assert!(hosts.iter().all(|host| !host.contains("joined") && !host.contains("continued")), "{text} {hosts:?}");
    }
}

#[test]
fn hosts_of_settings_are_put_together() {
    let text = "OPENAI_API_HOST = \"api.neko\" + \"api.com\"\n";
    assert_eq!(hosts("a.py", text), ["https://api.nekoapi.com joined"]);
}

#[test]
fn a_key_in_pieces_has_its_receiver_and_service() {
    let key = marked(0x600);
    for (path, template) in [
        ("a.py", "client = OpenAI(\n    api_key=\"¤\" + \"¤\",\n    base_url=\"https://api.nekoapi.com/v1\",\n)\n"),
        (".env.sh", "export OPENAI_API_KEY=\"¤\"\"¤\"\nexport OPENAI_BASE_URL=https://api.nekoapi.com/v1\n"),
        (
            "b.js",
            "new OpenAI({ apiKey: [\"¤\", \"¤\"].join(\"\"), baseURL: \"https://\" + \"api.nekoapi.com/v1\" });\n",
        ),
    ] {
        let (text, _) = filled(template, &[&key[..50], &key[50..]]);
        assert!(detector().passes(text.as_bytes()));
        let tree = Tree::one(path, &text);
        let report = report(tree.path());
        let finding = findings(&report).iter().find(|finding| finding["key"]["fingerprint"] == *fingerprint(&key));
        let finding = finding.unwrap_or_else(|| panic!("{text}"));
        let places = occurrences(finding);
        assert_eq!((places.len(), finding["rule"].as_str()), (1, Some("key-to-third-party")), "{text}");
        assert_eq!(places[0]["endpoint"]["host"], "api.nekoapi.com", "{text}");
        assert_eq!(places[0]["encoding"], serde_json::json!(["joined"]));
        assert!(places[0]["setting"].as_str().is_some_and(|name| name.to_lowercase().contains("key")), "{text}");
    }
}
