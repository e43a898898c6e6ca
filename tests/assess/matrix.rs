//! Key × receiver, every cell, and what a key's place says by itself.

use keyscan::model::{
    Confidence, EndpointKind, EndpointMatch, Exposure, Finding, KeyMatch, Proof, RuleId, Severity, SignalId, Subject,
};

use super::*;

const ISSUER_PROVEN: usize = 0;
const SOFTWARE: usize = 1;
const NAMED_RELAY: usize = 2;
const NO_ISSUER: usize = 3;

fn key_of_row(row: usize) -> KeyMatch {
    let setting = Some("API_KEY");
    match row {
        ISSUER_PROVEN => openai_key(1, setting),
        SOFTWARE => key_of("soft-s", Proof::RelaySoftware, 1, setting),
        NAMED_RELAY => key_of("pool-p", Proof::NamedRelay, 1, setting),
        _ => KeyMatch { confidence: Confidence::High, ..open_key(1, setting) },
    }
}

fn receivers() -> Vec<(&'static str, Option<EndpointMatch>)> {
    let of = |kind| Some(endpoint(kind, "host.example", 2, Some("BASE_URL")));
    vec![
        ("none", None),
        ("issuer", Some(entry("openai", 2, Some("BASE_URL")))),
        ("self-hosted", of(EndpointKind::SelfHosted)),
        ("allowed relay", Some(endpoint(EndpointKind::Relay, "allowed.example", 2, Some("BASE_URL")))),
        ("gateway", of(EndpointKind::Gateway)),
        ("provider", Some(entry("vendor-a-api", 2, Some("BASE_URL")))),
        ("aggregator", of(EndpointKind::Aggregator)),
        ("azure", Some(entry("azure-openai", 2, Some("BASE_URL")))),
        ("proxy", of(EndpointKind::Proxy)),
        ("unknown", of(EndpointKind::Unknown)),
        ("relay", of(EndpointKind::Relay)),
    ]
}

fn judged(row: usize, receiver: &Option<EndpointMatch>, exposure: Exposure) -> Finding {
    let blob = blob("app/.env", exposure, vec![key_of_row(row)], receiver.iter().cloned().collect());
    let all = run_with(vec![blob], &allowing(&["allowed.example"])).findings;
    key_finding(&all).clone()
}

/// In an ignored file the place weighs nothing, so that the cell itself shows.
#[test]
fn every_cell_in_an_ignored_file() {
    use RuleId::{KeyToThirdParty as Third, RelayKey as Relay, StoredKey as Stored};
    use Severity::{Critical, High, Info, Medium};
    let (sure, fair) = (Confidence::High, Confidence::Medium);
    let none = (Stored, Info, sure);
    let pool = (Relay, High, sure);
    // Columns: issuer proven, software, named relay, no issuer.
    let table = [
        ("none", [none, (Relay, Medium, sure), pool, none]),
        ("issuer", [none, none, pool, none]),
        ("self-hosted", [none, none, pool, none]),
        ("allowed relay", [none, none, pool, none]),
        ("gateway", [(Third, Medium, sure), none, pool, none]),
        ("provider", [(Third, High, sure), none, pool, none]),
        ("aggregator", [(Third, High, sure), none, pool, none]),
        ("azure", [(Third, High, sure), none, pool, none]),
        ("proxy", [(Third, High, fair), (Relay, High, fair), pool, none]),
        ("unknown", [(Third, High, fair), (Relay, High, fair), pool, none]),
        ("relay", [(Third, Critical, sure), (Relay, High, sure), pool, (Relay, High, sure)]),
    ];
    for ((name, receiver), (wanted_name, cells)) in receivers().iter().zip(table) {
        assert_eq!(*name, wanted_name);
        for (row, wanted) in cells.into_iter().enumerate() {
            let found = judged(row, receiver, Exposure::Ignored);
            assert_eq!((found.rule, found.severity, found.confidence), wanted, "row {row}, {name}");
        }
    }
}

/// In a tracked file the key is exposed besides; the worse of the two names the finding, the other is a signal.
#[test]
fn every_cell_in_a_tracked_file() {
    use RuleId::{ExposedKey as Exposed, KeyToThirdParty as Third, RelayKey as Relay};
    use Severity::{Critical, High};
    let none = (Exposed, High);
    let table = [
        ("none", [none, none, (Relay, High), none]),
        ("issuer", [none, none, (Relay, High), none]),
        ("self-hosted", [none, none, (Relay, High), none]),
        ("allowed relay", [none, none, (Relay, High), none]),
        ("gateway", [none, none, (Relay, High), none]),
        ("provider", [(Third, High), none, (Relay, High), none]),
        ("aggregator", [(Third, High), none, (Relay, High), none]),
        ("azure", [(Third, High), none, (Relay, High), none]),
        ("proxy", [(Third, High), (Relay, High), (Relay, High), none]),
        ("unknown", [(Third, High), (Relay, High), (Relay, High), none]),
        ("relay", [(Third, Critical), (Relay, High), (Relay, High), (Relay, High)]),
    ];
    for ((name, receiver), (_, cells)) in receivers().iter().zip(table) {
        for (row, wanted) in cells.into_iter().enumerate() {
            let found = judged(row, receiver, Exposure::Tracked);
            assert_eq!((found.rule, found.severity), wanted, "row {row}, {name}");
            if found.rule != Exposed {
                assert!(has(&found, SignalId::ExposedKey), "row {row}, {name}");
            }
        }
    }
    let gateway = judged(ISSUER_PROVEN, &receivers()[4].1, Exposure::Tracked);
    assert!(has(&gateway, SignalId::KeyToThirdParty));
    let software = judged(SOFTWARE, &None, Exposure::Tracked);
    assert!(has(&software, SignalId::RelayKey));
}

#[test]
fn relay_software_keys_of_the_own_gateway_say_so() {
    for (name, wanted) in [("self-hosted", true), ("allowed relay", true), ("gateway", false), ("relay", false)] {
        let receiver = receivers().into_iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!(has(&judged(SOFTWARE, &receiver, Exposure::Ignored), SignalId::OwnGateway), wanted, "{name}");
        assert!(!has(&judged(ISSUER_PROVEN, &receiver, Exposure::Ignored), SignalId::OwnGateway));
    }
}

#[test]
fn the_endpoint_tells_the_issuer_of_an_open_key() {
    let issuer = |finding: &Finding| match &finding.subject {
        Subject::Key(key) => key.issuer.clone(),
        _ => None,
    };
    let told = judged(NO_ISSUER, &Some(entry("vendor-a-api", 2, Some("BASE_URL"))), Exposure::Tracked);
    assert_eq!(issuer(&told).as_deref(), Some("vendor-a"));
    assert!(has(&told, SignalId::IssuerFromEndpoint));
    assert!(told.advice.iter().any(|advice| advice == "Revoke it at Vendor A."));
    let relay = judged(NO_ISSUER, &Some(entry("relay-r-api", 2, Some("BASE_URL"))), Exposure::Tracked);
    assert_eq!(issuer(&relay), None);
    let proven = judged(ISSUER_PROVEN, &Some(entry("vendor-a-api", 2, Some("BASE_URL"))), Exposure::Tracked);
    assert_eq!(issuer(&proven).as_deref(), Some("openai"));
    assert!(!has(&proven, SignalId::IssuerFromEndpoint));
}

#[test]
fn an_issuer_told_by_a_setting_gives_way_to_the_endpoint_of_that_setting_only() {
    let key = || key_of("vendor-a", Proof::Setting, 1, Some("VENDOR_A_API_KEY"));
    let named = findings(vec![key()], vec![entry("vendor-b-api", 2, Some("VENDOR_A_BASE_URL"))]);
    assert!(matches!(&key_finding(&named).subject, Subject::Key(key) if key.issuer.as_deref() == Some("vendor-b")));
    assert!(!has(key_finding(&named), SignalId::IssuerFromSetting));
    let neutral = findings(vec![key()], vec![entry("vendor-b-api", 2, Some("base_url"))]);
    assert!(matches!(&key_finding(&neutral).subject, Subject::Key(key) if key.issuer.as_deref() == Some("vendor-a")));
    assert!(has(key_finding(&neutral), SignalId::IssuerFromSetting));
    // A name proves no issuer, so it makes no third party of whoever receives the key.
    assert_eq!(key_finding(&neutral).rule, RuleId::ExposedKey);
}

#[test]
fn azure_is_official_for_its_own_keys_only() {
    let azure = || vec![entry("azure-openai", 2, Some("AZURE_OPENAI_ENDPOINT"))];
    let own = findings(vec![key_of("azure-openai", Proof::Structure, 1, Some("AZURE_OPENAI_API_KEY"))], azure());
    assert_eq!(key_finding(&own).rule, RuleId::ExposedKey);
    let other = findings(vec![openai_key(1, Some("AZURE_OPENAI_API_KEY"))], azure());
    assert_eq!(key_finding(&other).rule, RuleId::KeyToThirdParty);
    assert_eq!(key_finding(&other).severity, Severity::High);
    let away = findings(
        vec![key_of("azure-openai", Proof::Structure, 1, Some("api_key"))],
        vec![entry("openai", 2, Some("base_url"))],
    );
    assert_eq!(key_finding(&away).rule, RuleId::KeyToThirdParty);
}

#[test]
fn the_place_alone() {
    use Exposure::{Ignored, OutsideGit, Staged, Stdin, Tracked, Untracked};
    let table = [
        (".env", Tracked, RuleId::ExposedKey, Severity::High),
        (".env", Untracked, RuleId::ExposedKey, Severity::High),
        (".env", Staged, RuleId::ExposedKey, Severity::High),
        ("main.py", Ignored, RuleId::StoredKey, Severity::Info),
        (".env", OutsideGit, RuleId::StoredKey, Severity::Low),
        ("config/app.yaml", OutsideGit, RuleId::StoredKey, Severity::Low),
        ("main.py", OutsideGit, RuleId::ExposedKey, Severity::High),
        ("notes.md", OutsideGit, RuleId::ExposedKey, Severity::High),
        ("nb.ipynb", OutsideGit, RuleId::ExposedKey, Severity::High),
        ("app.yaml", Stdin, RuleId::StoredKey, Severity::Low),
        ("app.py", Stdin, RuleId::ExposedKey, Severity::High),
        ("-", Stdin, RuleId::ExposedKey, Severity::High),
    ];
    for (path, exposure, rule, severity) in table {
        let found = run(vec![blob(path, exposure, vec![openai_key(1, None)], Vec::new())]).findings;
        assert_eq!((found[0].rule, found[0].severity), (rule, severity), "{path} {exposure:?}");
    }
}

#[test]
fn a_marker_without_a_key_weighs_little_whoever_is_near() {
    let fragment = KeyMatch {
        format: "openai-fragment".to_owned(),
        confidence: Confidence::Low,
        ..openai_key(1, Some("API_KEY"))
    };
    let relay = endpoint(EndpointKind::Relay, "host.example", 2, Some("BASE_URL"));
    let found = findings(vec![fragment], vec![relay]);
    let found = key_finding(&found);
    assert_eq!((found.rule, found.severity, found.confidence), (RuleId::ExposedKey, Severity::Low, Confidence::Low));
}

#[test]
fn a_doubtful_relay_leaves_the_third_party_certain_and_the_relay_key_doubtful() {
    let relay =
        |confidence| EndpointMatch { confidence, ..endpoint(EndpointKind::Relay, "host.example", 2, Some("BASE_URL")) };
    let third = findings(vec![openai_key(1, Some("API_KEY"))], vec![relay(Confidence::Low)]);
    assert_eq!(key_finding(&third).confidence, Confidence::Medium);
    assert!(key_finding(&third).message.contains("a possible relay"));
    let open = run(vec![blob("x/.env", Exposure::Ignored, vec![open_key(1, None)], vec![relay(Confidence::Low)])]);
    assert_eq!(key_finding(&open.findings).rule, RuleId::RelayKey);
    assert_eq!(key_finding(&open.findings).confidence, Confidence::Low);
}

#[test]
fn a_relay_stays_a_relay_for_keys_of_a_setting_named_after_it() {
    let key = key_of("relay-r", Proof::Setting, 1, Some("RELAY_R_API_KEY"));
    let all = findings(vec![key], vec![entry("relay-r-api", 2, Some("RELAY_R_BASE_URL"))]);
    assert_eq!((key_finding(&all).rule, key_finding(&all).severity), (RuleId::RelayKey, Severity::High));
}

#[test]
fn relay_software_on_the_own_network_is_the_own_gateway() {
    let key = key_of("one-api", Proof::RelaySoftware, 1, Some("API_KEY"));
    let own = EndpointMatch {
        entry: Some("sh-one-api".to_owned()),
        ..endpoint(EndpointKind::SelfHosted, "one-api:3000", 2, Some("BASE_URL"))
    };
    let found = run(vec![blob("a/.env", Exposure::Ignored, vec![key], vec![own])]).findings;
    assert_eq!(key_finding(&found).rule, RuleId::StoredKey);
    assert!(has(key_finding(&found), SignalId::OwnGateway));
}
