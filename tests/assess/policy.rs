//! What the policy does to findings: endpoints per environment, stores, paths, severities, the choice of rules, the baseline.

use keyscan::assess::{Baseline, EndpointPolicy, HostPattern, Known, PathPatterns, RuleSelection, Verdict};
use keyscan::model::{Allow, AllowScope, EndpointKind, Environment, RuleId, Severity, SuppressionKind};

use super::*;

fn hosts(patterns: &[&str]) -> Vec<HostPattern> {
    patterns.iter().map(|pattern| HostPattern::parse(pattern).unwrap()).collect()
}

fn key_and(kind: EndpointKind, host: &str, path: &str) -> Vec<BlobMatches> {
    vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], vec![endpoint(kind, host, 2, None)])]
}

/// The rule and severity of each finding, worst first.
fn rules_of(assessment: &Assessment) -> Vec<(RuleId, Severity)> {
    assessment.findings.iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn denied_hosts_outweigh_allowed_ones_and_environments_outweigh_the_rest() {
    let production = EndpointPolicy {
        only: hosts(&["api.openai.com"]),
        allow: hosts(&["eu.corp.example"]),
        ..EndpointPolicy::default()
    };
    let policy = Policy {
        endpoints: EndpointPolicy {
            allow: hosts(&["*.corp.example", "gw.partner.example"]),
            deny: hosts(&["old.corp.example"]),
            only: Vec::new(),
        },
        by_environment: [(Environment::Production, production)].into(),
        ..Policy::default()
    };
    let of = |host: &str, environment| policy.verdict(host, &format!("https://{host}/v1"), environment);
    let production = Some(Environment::Production);
    for (host, everywhere, in_production) in [
        ("a.corp.example", Verdict::Allowed, Verdict::NotListed),
        ("eu.corp.example", Verdict::Allowed, Verdict::Allowed),
        ("old.corp.example", Verdict::Denied, Verdict::Denied),
        ("api.openai.com", Verdict::Silent, Verdict::Allowed),
        ("gw.partner.example", Verdict::Allowed, Verdict::NotListed),
        ("host.example", Verdict::Silent, Verdict::NotListed),
    ] {
        assert_eq!(of(host, None), everywhere, "{host}");
        assert_eq!(of(host, Some(Environment::Staging)), everywhere, "{host}");
        assert_eq!(of(host, production), in_production, "{host}");
    }
}

#[test]
fn a_denied_endpoint_is_a_finding_even_if_it_is_an_official_one() {
    let policy = Policy {
        endpoints: EndpointPolicy { deny: hosts(&["api.vendor-a.example"]), ..EndpointPolicy::default() },
        ..Policy::default()
    };
    let mut one = entry("vendor-a-api", 2, None);
    let with = |one: &EndpointMatch, path: &str| {
        rules_of(&run_with(vec![blob(path, Exposure::Tracked, Vec::new(), vec![one.clone()])], &policy))
    };
    assert_eq!(with(&one, "a.py"), [(RuleId::DisallowedEndpoint, Severity::High)]);
    assert_eq!(with(&one, "deploy/production/a.yaml"), [(RuleId::DisallowedEndpoint, Severity::Critical)]);
    let told = run_with(vec![blob("a.py", Exposure::Tracked, Vec::new(), vec![one.clone()])], &policy);
    assert_eq!(
        told.findings[0].message,
        "LLM requests go to api.vendor-a.example, another vendor's API (Vendor A); the policy denies it."
    );
    one.role = Role::Listed;
    assert_eq!(with(&one, "a.py"), [(RuleId::DisallowedEndpoint, Severity::Low)]);
    one.role = Role::Mentioned;
    assert_eq!(with(&one, "a.py"), [(RuleId::DisallowedEndpoint, Severity::Info)]);
}

#[test]
fn what_production_may_use_says_nothing_of_other_hosts_and_places() {
    let only = EndpointPolicy { only: hosts(&["api.vendor-a.example"]), ..EndpointPolicy::default() };
    let policy = Policy { by_environment: [(Environment::Production, only)].into(), ..Policy::default() };
    let with = |one: EndpointMatch, path: &str| {
        rules_of(&run_with(vec![blob(path, Exposure::Tracked, Vec::new(), vec![one])], &policy))
    };
    let other = entry("vendor-b-api", 2, None);
    assert_eq!(with(other.clone(), "prod/a.env"), [(RuleId::DisallowedEndpoint, Severity::Critical)]);
    let told = run_with(vec![blob("prod/a.env", Exposure::Tracked, Vec::new(), vec![other.clone()])], &policy);
    assert_eq!(
        told.findings[0].message,
        "LLM requests go to api.vendor-b.example, another vendor's API (Vendor B); the policy does not name it among those \
         for production."
    );
    assert_eq!(with(other.clone(), "dev/a.env"), []);
    assert_eq!(with(EndpointMatch { role: Role::Listed, ..other }, "prod/a.env"), []);
    assert_eq!(with(entry("vendor-a-api", 2, None), "prod/a.env"), []);
    // A host that serves no models, such as a database.
    let general = EndpointMatch { llm: false, ..endpoint(EndpointKind::SelfHosted, "db:5432", 2, None) };
    assert_eq!(with(general, "prod/a.env"), []);
    let own = endpoint(EndpointKind::SelfHosted, "ollama:11434", 2, None);
    assert_eq!(with(own, "prod/a.env"), [(RuleId::DisallowedEndpoint, Severity::Critical)]);
}

#[test]
fn an_endpoint_allowed_elsewhere_does_not_make_a_key_trusted_in_production() {
    let only = EndpointPolicy { only: hosts(&["api.openai.com"]), ..EndpointPolicy::default() };
    let policy = Policy { by_environment: [(Environment::Production, only)].into(), ..allowing(&["relay.example"]) };
    let of_key = |path: &str| {
        let run = run_with(key_and(EndpointKind::Relay, "relay.example", path), &policy);
        key_finding(&run.findings).rule
    };
    assert_eq!(of_key("a.env"), RuleId::ExposedKey);
    assert_eq!(of_key("production/a.env"), RuleId::KeyToThirdParty);
}

#[test]
fn a_key_in_an_approved_store_is_stored() {
    let policy = Policy { stores: PathPatterns::new(&["/secrets/"]).unwrap(), ..Policy::default() };
    let with = |path: &str| {
        rules_of(&run_with(vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], Vec::new())], &policy))
    };
    assert_eq!(with("secrets/app.enc"), [(RuleId::StoredKey, Severity::Info)]);
    let blobs = vec![blob("secrets/app.enc", Exposure::Tracked, vec![openai_key(1, None)], Vec::new())];
    assert_eq!(
        run_with(blobs, &policy).findings[0].message,
        "The OpenAI project key sk-proj-aB3d…x9QA is in a store that the policy approves."
    );
    assert_eq!(with("src/secrets/app.enc"), [(RuleId::ExposedKey, Severity::High)]);
    // Who receives it is another matter.
    let relay = run_with(key_and(EndpointKind::Relay, "relay.example", "secrets/app.enc"), &policy);
    assert_eq!(key_finding(&relay.findings).rule, RuleId::KeyToThirdParty);
}

#[test]
fn the_policy_says_what_a_path_is_for() {
    let paths = vec![
        (Environment::Test, PathPatterns::new(&["deploy/canary/"]).unwrap()),
        (Environment::Production, PathPatterns::new(&["deploy/", "docs/live.md"]).unwrap()),
    ];
    let policy = Policy { paths, ..Policy::default() };
    let environment = |path: &str| {
        let blobs = vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], Vec::new())];
        run_with(blobs, &policy).findings[0].occurrences[0].environment
    };
    assert_eq!(environment("deploy/a.env"), Some(Environment::Production));
    assert_eq!(environment("deploy/canary/a.env"), Some(Environment::Test));
    assert_eq!(environment("docs/live.md"), Some(Environment::Production));
    assert_eq!(environment("docs/other.md"), Some(Environment::Documentation));
    assert_eq!(environment("src/a.py"), None);
}

#[test]
fn severities_of_the_policy_take_the_place_of_the_tables() {
    let policy = Policy { severities: [(RuleId::ExposedKey, Severity::Low)].into(), ..Policy::default() };
    let with = |path: &str| {
        rules_of(&run_with(vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], Vec::new())], &policy))
    };
    assert_eq!(with("src/a.py"), [(RuleId::ExposedKey, Severity::Low)]);
    // The moves come on top.
    assert_eq!(with("prod/a.py"), [(RuleId::ExposedKey, Severity::Medium)]);
}

#[test]
fn rules_that_are_not_looked_at_leave_no_trace() {
    let with = |only: &[RuleId], except: &[RuleId]| {
        let rules = RuleSelection { only: only.iter().copied().collect(), except: except.iter().copied().collect() };
        let policy = Policy { rules, ..Policy::default() };
        let run = run_with(key_and(EndpointKind::Relay, "relay.example", "a.env"), &policy);
        assert!(run.suppressed.is_empty());
        run.findings.iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(with(&[], &[]), [RuleId::KeyToThirdParty, RuleId::RelayEndpoint]);
    assert_eq!(with(&[RuleId::RelayEndpoint], &[]), [RuleId::RelayEndpoint]);
    assert_eq!(with(&[], &[RuleId::KeyToThirdParty]), [RuleId::ExposedKey, RuleId::RelayEndpoint]);
    assert_eq!(with(&[RuleId::SharedKey], &[]), []);
}

#[test]
fn the_baseline_covers_a_subject_at_a_path_up_to_a_severity() {
    let blobs = |path: &str| vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], Vec::new())];
    let id = run(blobs("a.py")).findings[0].id.clone();
    let policy = |severity| {
        let mut baseline = Baseline::default();
        baseline.insert(
            id.clone(),
            "a.py".to_owned(),
            Known { severity, rule: RuleId::ExposedKey, reason: Some("known".to_owned()) },
        );
        Policy { baseline, ..Policy::default() }
    };
    let known = run_with(blobs("a.py"), &policy(Severity::High));
    assert_eq!((known.findings.len(), passed(&known)), (0, 1));
    let suppression = known.suppressed[0].occurrences[0].suppression.clone().unwrap();
    assert_eq!((suppression.kind, suppression.reason.as_str()), (SuppressionKind::Baseline, "known"));
    assert_eq!(known.suppressed[0].id, id);
    assert_eq!(run_with(blobs("a.py"), &policy(Severity::Medium)).findings.len(), 1);
    assert_eq!(run_with(blobs("b.py"), &policy(Severity::Critical)).findings.len(), 1);
    // The place was known, and not that somebody else receives the key.
    let sent = key_and(EndpointKind::Relay, "relay.example", "a.py");
    assert_eq!(key_finding(&run_with(sent, &policy(Severity::Critical)).findings).rule, RuleId::KeyToThirdParty);
    // A second place is new, and the first one stays known.
    let both = run_with([blobs("a.py"), blobs("b.py")].concat(), &policy(Severity::High));
    let places: Vec<_> = both.findings[0].occurrences.iter().map(|place| place.path.text.as_str()).collect();
    assert_eq!((places, passed(&both)), (vec!["b.py"], 1));
}

#[test]
fn a_comment_without_a_reason_counts_only_where_none_is_asked_for() {
    let with = |reason: &str, require_reason| {
        let mut key = openai_key(1, None);
        key.place.allow = Some(Box::new(Allow { scope: AllowScope::All, reason: reason.to_owned(), lines: None }));
        let policy = Policy { require_reason, ..Policy::default() };
        run_with(vec![blob("a.py", Exposure::Tracked, vec![key], Vec::new())], &policy).findings.len()
    };
    assert_eq!((with("", false), with("", true), with("test account", true)), (0, 1, 0));
}
