//! Environment and exposure: one step up, one step down.

use keyscan::assess::Policy;
use keyscan::model::{Confidence, EndpointKind, Environment, Exposure, KeyMatch, Proof, Role, RuleId, Severity};

use super::*;

fn severity_of_key(path: &str, exposure: Exposure, key: KeyMatch) -> Severity {
    run(vec![blob(path, exposure, vec![key], Vec::new())]).findings[0].severity
}

fn severity_of(path: &str, exposure: Exposure, kind: EndpointKind, role: Role) -> Severity {
    let mut one = endpoint(kind, "host.example", 1, None);
    one.role = role;
    run(vec![blob(path, exposure, Vec::new(), vec![one])]).findings[0].severity
}

#[test]
fn production_raises_a_step_but_not_what_is_stored() {
    assert_eq!(severity_of_key("deploy/prod/app.py", Exposure::Tracked, openai_key(1, None)), Severity::Critical);
    assert_eq!(severity_of_key("deploy/prod/.env", Exposure::Ignored, openai_key(1, None)), Severity::Info);
    assert_eq!(severity_of_key("deploy/prod/.env", Exposure::OutsideGit, openai_key(1, None)), Severity::Low);
    let software = key_of("soft-s", Proof::RelaySoftware, 1, None);
    assert_eq!(severity_of_key("deploy/prod/.env", Exposure::Ignored, software), Severity::High);
}

#[test]
fn the_top_of_the_scale_is_the_top() {
    let relay = endpoint(EndpointKind::Relay, "host.example", 2, None);
    let all = run(vec![blob("prod/.env", Exposure::Tracked, vec![openai_key(1, None)], vec![relay])]).findings;
    assert_eq!(key_finding(&all).severity, Severity::Critical);
}

#[test]
fn proven_keys_keep_their_severity_among_tests() {
    for path in ["tests/app.py", "examples/app.py", "docs/app.py", "README.md", "tests/prod/app.py"] {
        assert_eq!(severity_of_key(path, Exposure::Tracked, openai_key(1, None)), Severity::High, "{path}");
        let software = key_of("soft-s", Proof::RelaySoftware, 1, None);
        assert_eq!(severity_of_key(path, Exposure::Tracked, software), Severity::High, "{path}");
        assert_eq!(severity_of_key(path, Exposure::Tracked, open_key(1, None)), Severity::Medium, "{path}");
        let low = KeyMatch { confidence: Confidence::Low, ..open_key(1, None) };
        assert_eq!(severity_of_key(path, Exposure::Tracked, low), Severity::Medium, "{path}");
        let edited = KeyMatch { confidence: Confidence::Medium, ..openai_key(1, None) };
        assert_eq!(severity_of_key(path, Exposure::Tracked, edited), Severity::Medium, "{path}");
    }
}

#[test]
fn a_proven_key_keeps_its_severity_where_only_the_pair_is_doubtful() {
    let proxy = endpoint(EndpointKind::Proxy, "host.example", 2, None);
    let all = run(vec![blob("tests/.env", Exposure::Ignored, vec![openai_key(1, None)], vec![proxy])]).findings;
    assert_eq!((key_finding(&all).rule, key_finding(&all).severity), (RuleId::KeyToThirdParty, Severity::High));
    assert_eq!(key_finding(&all).confidence, Confidence::Medium);
}

#[test]
fn endpoints_by_role_environment_and_exposure() {
    use EndpointKind::{Gateway, Proxy, Relay, Unknown};
    use Exposure::{Ignored, OutsideGit, Tracked};
    use Role::{Configured, Listed, Mentioned};
    use Severity::{Critical, High, Info, Low, Medium};
    let table = [
        ("app.py", Tracked, Relay, Configured, High),
        ("app.py", Tracked, Relay, Listed, Low),
        ("app.py", Tracked, Relay, Mentioned, Info),
        ("app.py", Tracked, Proxy, Configured, Medium),
        ("app.py", Tracked, Proxy, Listed, Low),
        ("app.py", Tracked, Gateway, Configured, Low),
        ("app.py", Tracked, Gateway, Mentioned, Info),
        ("app.py", Tracked, Unknown, Configured, Medium),
        ("prod/app.py", Tracked, Relay, Configured, Critical),
        ("prod/app.py", Tracked, Proxy, Configured, High),
        ("prod/app.py", Tracked, Gateway, Configured, Medium),
        ("prod/app.py", Tracked, Unknown, Configured, Medium),
        ("staging/app.py", Tracked, Relay, Configured, High),
        ("tests/app.py", Tracked, Relay, Configured, Medium),
        ("tests/prod/app.py", Tracked, Relay, Configured, Medium),
        ("README.md", Tracked, Relay, Listed, Info),
        ("README.md", Tracked, Relay, Mentioned, Info),
        (".env", Ignored, Relay, Configured, Medium),
        (".env", Ignored, Gateway, Configured, Info),
        (".env.production", Ignored, Relay, Configured, Critical),
        ("tests/.env", Ignored, Relay, Configured, Medium),
        (".env", OutsideGit, Relay, Configured, High),
    ];
    for (path, exposure, kind, role, wanted) in table {
        assert_eq!(severity_of(path, exposure, kind, role), wanted, "{path} {exposure:?} {kind:?} {role:?}");
    }
}

#[test]
fn the_environment_given_holds_where_paths_do_not_say() {
    let policy = Policy { environment: Some(Environment::Production), ..Policy::default() };
    for (path, environment, severity) in [
        ("app.py", Environment::Production, Severity::Critical),
        ("tests/app.py", Environment::Test, Severity::High),
        ("staging/app.py", Environment::Staging, Severity::High),
    ] {
        let all =
            run_with(vec![blob(path, Exposure::Tracked, vec![openai_key(1, None)], Vec::new())], &policy).findings;
        assert_eq!((all[0].occurrences[0].environment, all[0].severity), (Some(environment), severity), "{path}");
    }
}

#[test]
fn each_place_has_its_own_severity_and_the_finding_the_highest() {
    let all = run(vec![
        blob("app.py", Exposure::Tracked, vec![openai_key(1, None)], Vec::new()),
        blob("b/.env", Exposure::Ignored, vec![openai_key(1, None)], Vec::new()),
        blob("prod/app.py", Exposure::Tracked, vec![openai_key(1, None)], Vec::new()),
    ])
    .findings;
    assert_eq!(all.len(), 1);
    let severities: Vec<Severity> = all[0].occurrences.iter().map(|occurrence| occurrence.severity).collect();
    assert_eq!(severities, [Severity::High, Severity::Info, Severity::Critical]);
    assert_eq!(all[0].severity, Severity::Critical);
    assert!(has(&all[0], keyscan::model::SignalId::StoredKey));
}
