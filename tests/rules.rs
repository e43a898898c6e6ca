//! Rules as data: every entry holds what its examples say, and a file that is wrong is refused with its place.

use std::path::Path;

use keyscan::detect::Detector;
use keyscan::examples;
use keyscan::model::RuleId;
use keyscan::rules::schema::{CatalogueKind, Certainty};
use keyscan::rules::{HostMatch, Rules};

use crate::support::catalogue::{endpoints, placeholder_values, rule_files};
use crate::support::expand;
use crate::support::library::detect;
use crate::support::template::MARKER;

/// A host that an entry's host or pattern has to match.
fn filled(host: &str) -> String {
    match host.strip_prefix("*.") {
        Some(suffix) => format!("some-name.{suffix}"),
        None => host.replace('*', "some-name"),
    }
}

#[test]
fn every_host_leads_to_its_entry() {
    let (rules, entries) = (Rules::builtin(), endpoints());
    assert!(entries.len() >= 694, "{} entries", entries.len());
    assert!(entries.iter().map(|entry| entry.hosts.len()).sum::<usize>() >= 1036);
    for entry in &entries {
        for host in entry.hosts.iter() {
            let hit = rules.host(filled(host).as_bytes()).unwrap_or_else(|| panic!("{host} is not found"));
            assert_eq!(hit.entry.id, entry.id, "{host}");
            let how = if host.starts_with("*.") { HostMatch::Suffix } else { HostMatch::Exact };
            assert_eq!(hit.how, how, "{host}");
        }
    }
}

#[test]
fn hosts_match_on_label_boundaries() {
    let rules = Rules::builtin();
    for host in [
        "api.openai.com.evil.example",
        "xapi.openai.com",
        "api-openai.com",
        "openai.com",
        "com",
        "",
        ".",
        "workers.dev",
        ".workers.dev",
        "myworkers.dev",
        "-aiplatform.googleapis.com",
        "a.b-aiplatform.googleapis.com",
        "bedrock-mantle..api.aws",
        "bedrock-mantle.a.b.api.aws",
    ] {
        assert!(rules.host(host.as_bytes()).is_none(), "{host}");
    }
    let id = |host: &str| rules.host(host.as_bytes()).map(|hit| hit.entry.id.to_string());
    assert_eq!(id("us.api.openai.com").as_deref(), Some("openai-regional"));
    assert_eq!(id("jp.api.openai.com").as_deref(), Some("openai-regional"));
    assert_eq!(id("mtls.api.openai.com").as_deref(), Some("openai-mtls"));
    assert_eq!(id("bedrock-mantle.ap-south-1.api.aws").as_deref(), Some("aws-bedrock-mantle"));
    assert_eq!(id("europe-west4-aiplatform.googleapis.com").as_deref(), Some("google-vertex"));
    assert_eq!(id("closeai.deno.dev").as_deref(), Some("closeai-deno"));
    assert_eq!(id("other.deno.dev").as_deref(), Some("pp-deno-dev"));
    assert_eq!(id("a.b.workers.dev").as_deref(), Some("pp-workers-dev"));
}

#[test]
fn a_relay_owns_its_domain_but_no_shared_one() {
    let rules = Rules::builtin();
    let id = |host: &str| rules.relay_domain(host.as_bytes()).map(|entry| entry.id.to_string());
    assert_eq!(id("new-node.api2d.net").as_deref(), Some("api2d"));
    assert_eq!(id("new-node.azapi.com.cn").as_deref(), Some("azapi"));
    for host in ["a.com.cn", "a.eu.org", "b.qzz.io", "c.pp.ua", "d.dpdns.org", "e.workers.dev", "f.zeabur.app", "g.com"]
    {
        assert_eq!(id(host), None, "{host}");
    }
    for entry in endpoints() {
        let is_relay = entry.kind == CatalogueKind::Relay;
        for host in entry.hosts.iter().filter(|_| !is_relay) {
            assert_eq!(id(&format!("new-node.{}", filled(host))), None, "{host} is no relay's");
        }
    }
}

/// Settings whose key is found under another name than theirs, or under none: constructors that only wrap a value, names
/// that stand in quotes of their own in front of it.
const NAME_ONLY: &[&str] = &[":key", "ApiKeyCredential", "AzureOpenAI:ApiKey", "AzureOpenAI:Endpoint", "OpenAI:ApiKey"];

/// Settings for hosts without a scheme under which nothing is found that stands in a file alone: the prefilter has no
/// literal for them. Beside a key, a client or an address the file is read for those.
const NEVER_ALONE: &[&str] = &[
    "ANTHROPIC_FOUNDRY_RESOURCE",
    "ANTHROPIC_HOST",
    "anthropicApiHost",
    "AZURE_OPENAI_API_INSTANCE_NAME",
    "azureOpenAIApiInstanceName",
    "OLLAMA_HOST",
    "OpenAIServiceOptions.ResourceName",
    "quarkus.langchain4j.azure-openai.domain-name",
    "quarkus.langchain4j.azure-openai.resource-name",
    "VENICE_HOST",
    "x-portkey-provider",
    "XAI_HOST",
];

#[test]
fn examples_of_the_release_hold() {
    let rules = Rules::builtin();
    let (mut examples, mut failures) = (0, Vec::new());
    for source in rules.sources() {
        let outcome = examples::check(&rules, &source);
        examples += outcome.examples;
        failures.extend(outcome.failures);
    }
    failures.retain(|failure| {
        let entry = failure.entry.as_str();
        let excused = NAME_ONLY.contains(&entry) || NEVER_ALONE.contains(&entry) && failure.says.contains("passes by");
        failure.table != "setting" || !excused
    });
    let lines: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} faults:\n{}", lines.len(), lines.join("\n"));
    assert!(examples >= 3000, "{examples}");
}

#[test]
fn placeholders_words_and_texts_are_complete() {
    let rules = Rules::builtin();
    let values = placeholder_values();
    assert!(values.len() >= 600);
    assert!(values.iter().all(|value| rules.is_placeholder(value)));
    assert!(!rules.is_placeholder(&expand("sk-{48}", 1).to_lowercase()));
    assert!(rules.words().count() >= 400 && rules.words().any(|word| word == "placeholder"));
    let published: Vec<_> = rule_files().into_iter().filter_map(|file| file.placeholder).collect();
    assert!(published.iter().any(|table| table.published.iter().all(|hash| rules.is_published(hash))));
    assert!(!rules.is_published(&"0".repeat(64)));
    for &rule in RuleId::ALL {
        let text = rules.text(rule);
        assert_eq!(text.id, rule.as_str());
        assert!(!text.why.contains('\n') && text.summary.ends_with('.'), "{}", rule.as_str());
    }
}

#[test]
fn entries_without_a_source_are_not_sure() {
    for entry in endpoints() {
        let sourced = entry.sources.iter().any(|source| source.contains(": ") || source.starts_with("https://"));
        let own = !matches!(entry.kind, CatalogueKind::Relay | CatalogueKind::Aggregator | CatalogueKind::Gateway);
        assert!(sourced || own || entry.confidence == Certainty::Low, "{}", entry.id);
    }
}

#[test]
fn no_rule_file_holds_a_key() {
    let rules = Rules::builtin();
    let detector = Detector::new(&rules);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for entry in folder.read_dir().expect("there are rules") {
        let path = entry.expect("the folder can be read").path();
        let bytes = std::fs::read(&path).expect("a rule file can be read");
        assert!(memchr::memmem::find(&bytes, MARKER.as_bytes()).is_none(), "{}", path.display());
        let matches = detect(&detector, "rules/file.toml", &bytes);
        let lines: Vec<_> = matches.keys.iter().map(|key| key.place.position.line).collect();
        assert!(lines.is_empty(), "{}: keys in lines {lines:?}", path.display());
    }
}
