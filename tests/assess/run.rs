//! The run as a whole: grouping, suppression, order.

use keyscan::assess::{Assessment, MAX_FINDINGS};
use keyscan::model::{Allow, AllowScope, EndpointKind, Exposure, Proof, Role, RuleId, Severity, SignalId, Subject};

use super::*;

fn allow(scope: AllowScope) -> Option<Allow> {
    Some(Allow { scope, reason: String::new(), lines: None })
}

fn allowed_key(line: u64, scope: AllowScope) -> KeyMatch {
    let mut key = openai_key(line, None);
    key.place.allow = allow(scope).map(Box::new);
    key
}

#[test]
fn a_key_is_one_finding_over_all_files() {
    let result = run(vec![
        blob("b.py", Exposure::Tracked, vec![openai_key(7, None), openai_key(3, None)], Vec::new()),
        blob("a.py", Exposure::Tracked, vec![openai_key(5, None), open_key(6, None)], Vec::new()),
    ]);
    assert_eq!(result.findings.len(), 2);
    let found = result.findings.iter().find(|finding| finding.occurrences.len() == 3).unwrap();
    let places: Vec<(&str, u64)> =
        found.occurrences.iter().map(|place| (place.path.text.as_str(), place.position.line)).collect();
    assert_eq!(places, [("a.py", 5), ("b.py", 3), ("b.py", 7)]);
}

#[test]
fn one_place_seen_twice_is_one_place() {
    let decoded = KeyMatch { encoding: vec!["base64".to_owned()], ..openai_key(1, None) };
    let relay = || endpoint(EndpointKind::Relay, "host.example", 2, None);
    let window = blob("a.py", Exposure::Tracked, vec![openai_key(1, None)], vec![relay()]);
    let result = run(vec![blob("a.py", Exposure::Tracked, vec![decoded, openai_key(1, None)], vec![relay()]), window]);
    assert_eq!(result.findings.len(), 2);
    for finding in &result.findings {
        assert_eq!(finding.occurrences.len(), 1);
        assert!(finding.occurrences[0].encoding.is_empty());
    }
    assert_eq!(key_finding(&result.findings).related.len(), 1);
}

#[test]
fn the_receiver_of_a_finding_is_that_of_the_first_of_its_worst_places() {
    let result = run(vec![
        blob("a.py", Exposure::Tracked, vec![openai_key(1, None)], Vec::new()),
        blob("b.py", Exposure::Tracked, vec![openai_key(1, None)], vec![entry("openai", 2, None)]),
        blob(
            "c.py",
            Exposure::Tracked,
            vec![openai_key(1, None)],
            vec![endpoint(EndpointKind::Relay, "c.example", 2, None)],
        ),
    ]);
    let found = key_finding(&result.findings);
    // Where the key goes elsewhere is no news: the finding is about the relay.
    assert_eq!(receiver(found), Some("c.example"));
    assert_eq!((found.rule, found.severity), (RuleId::KeyToThirdParty, Severity::Critical));
    assert!(found.message.contains("c.example"));
    assert!(has(found, SignalId::DefaultEndpoint));
}

#[test]
fn places_that_disagree_prove_no_issuer() {
    let with = |path, id| blob(path, Exposure::Tracked, vec![open_key(1, None)], vec![entry(id, 2, None)]);
    let issuer = |result: &Assessment| match &key_finding(&result.findings).subject {
        Subject::Key(key) => key.issuer.clone(),
        _ => None,
    };
    let both = run(vec![with("a.py", "vendor-a-api"), with("b.py", "vendor-b-api")]);
    assert_eq!(issuer(&both), None);
    let bare = blob("b.py", Exposure::Tracked, vec![open_key(1, None)], Vec::new());
    assert_eq!(issuer(&run(vec![with("a.py", "vendor-a-api"), bare])).as_deref(), Some("vendor-a"));
}

#[test]
fn candidates_are_named_until_the_issuer_is_known() {
    let mut key = open_key(1, None);
    key.signals = vec![Signal::new(SignalId::PossibleIssuer, "Vendor A, Vendor B")];
    assert!(has(&findings(vec![key.clone()], Vec::new())[0], SignalId::PossibleIssuer));
    let known = findings(vec![key], vec![entry("vendor-a-api", 2, None)]);
    assert!(!has(key_finding(&known), SignalId::PossibleIssuer));
}

#[test]
fn inline_comments_take_places_away() {
    let bare = blob("b.py", Exposure::Tracked, vec![openai_key(1, None)], Vec::new());
    let all = run(vec![blob("a.py", Exposure::Tracked, vec![allowed_key(1, AllowScope::All)], Vec::new())]);
    assert_eq!((all.findings.len(), passed(&all)), (0, 1));
    let one = run(vec![blob("a.py", Exposure::Tracked, vec![allowed_key(1, AllowScope::All)], Vec::new()), bare]);
    assert_eq!((one.findings.len(), passed(&one)), (1, 1));
    assert_eq!(one.findings[0].occurrences.len(), 1);
    assert_eq!(one.findings[0].occurrences[0].path.text, "b.py");
}

#[test]
fn a_comment_that_names_rules_takes_away_those_only() {
    let relay = || vec![endpoint(EndpointKind::Relay, "host.example", 2, None)];
    let with = |rules: &[RuleId]| {
        let key = allowed_key(1, AllowScope::Rules(rules.to_vec()));
        run(vec![blob("a.py", Exposure::Tracked, vec![key], relay())])
    };
    let other = with(&[RuleId::RelayKey]);
    assert_eq!((key_finding(&other.findings).rule, passed(&other)), (RuleId::KeyToThirdParty, 0));
    let one = with(&[RuleId::KeyToThirdParty]);
    assert_eq!((key_finding(&one.findings).rule, passed(&one)), (RuleId::ExposedKey, 0));
    assert_eq!(key_finding(&one.findings).severity, Severity::High);
    assert_eq!(key_finding(&one.findings).occurrences[0].suppression, None);
    let both = with(&[RuleId::ExposedKey, RuleId::KeyToThirdParty]);
    assert_eq!((both.findings.len(), passed(&both)), (1, 1));
    assert_eq!(both.findings[0].rule, RuleId::RelayEndpoint);
}

#[test]
fn endpoints_are_suppressed_alike_and_facts_do_not_count() {
    let with = |kind| {
        let mut one = endpoint(kind, "host.example", 2, None);
        one.place.allow = allow(AllowScope::All).map(Box::new);
        let result = run(vec![blob("a.py", Exposure::Tracked, Vec::new(), vec![one])]);
        (result.findings.len(), passed(&result))
    };
    assert_eq!(with(EndpointKind::Relay), (0, 1));
    assert_eq!(with(EndpointKind::Provider), (0, 0));
}

#[test]
fn a_suppressed_place_no_longer_weighs() {
    let mut bad = allowed_key(1, AllowScope::All);
    bad.setting = Some("OPENAI_API_KEY".to_owned());
    let result = run(vec![
        blob("a.py", Exposure::Tracked, vec![bad], vec![endpoint(EndpointKind::Relay, "host.example", 2, None)]),
        blob("b/.env", Exposure::Ignored, vec![openai_key(1, None)], Vec::new()),
    ]);
    let found = key_finding(&result.findings);
    assert_eq!((found.rule, found.severity), (RuleId::StoredKey, Severity::Info));
    assert!(found.receiver.is_none() && found.related.is_empty());
}

/// Blobs with everything in them that an order could show through; each file comes in two windows.
fn many() -> Vec<BlobMatches> {
    let kinds = [EndpointKind::Relay, EndpointKind::Gateway, EndpointKind::Unknown, EndpointKind::Proxy];
    (0..40)
        .flat_map(|number: u64| {
            let keys = vec![
                openai_key(number % 7 + 1, Some("OPENAI_API_KEY")),
                open_key(number % 5 + 2, Some("api_key")),
                key_of(&format!("vendor-{number}"), Proof::Structure, 9, None),
                KeyMatch { weak: true, secret: Secret::new(&[number as u8 % 3]), ..open_key(12, Some("KEY")) },
            ];
            let endpoints = (0..4)
                .map(|at| EndpointMatch {
                    role: if number.is_multiple_of(3) { Role::Listed } else { Role::Configured },
                    confidence: if number.is_multiple_of(2) { Confidence::Low } else { Confidence::High },
                    service: Some(format!("Service {}", number % 2)),
                    ..endpoint(kinds[at], &format!("host-{}.example", number % 6), at as u64 * 3 + 1, None)
                })
                .collect();
            let exposure = if number.is_multiple_of(4) { Exposure::Ignored } else { Exposure::Tracked };
            let mut one = blob(&format!("dir{}/file{number}.py", number % 3), exposure, keys, endpoints);
            one.origin.root = (number % 2) as usize;
            let relay = endpoint(EndpointKind::Relay, "window.example", 20, Some("OPENAI_BASE_URL"));
            let window = BlobMatches {
                origin: one.origin.clone(),
                matches: Matches { endpoints: vec![relay], ..Matches::default() },
            };
            [one, window]
        })
        .collect()
}

#[test]
fn the_order_of_the_input_tells_nothing() {
    let wanted = run(many());
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    for _ in 0..20 {
        let mut blobs = many();
        for at in (1..blobs.len()).rev() {
            blobs.swap(at, next(at + 1));
        }
        for blob in &mut blobs {
            for at in (1..blob.matches.keys.len()).rev() {
                blob.matches.keys.swap(at, next(at + 1));
            }
            for at in (1..blob.matches.endpoints.len()).rev() {
                blob.matches.endpoints.swap(at, next(at + 1));
            }
        }
        let result = run(blobs);
        assert_eq!(result.findings, wanted.findings);
        assert_eq!(passed(&result), passed(&wanted));
    }
}

#[test]
fn findings_are_in_report_order() {
    let result = run(many());
    assert!(result.findings.len() > 40 && !result.limited);
    let order = |finding: &keyscan::model::Finding| {
        let first = &finding.occurrences[0];
        (
            std::cmp::Reverse(finding.severity),
            finding.rule,
            first.root,
            first.path.text.clone(),
            first.position.line,
            first.position.column,
            finding.id.clone(),
        )
    };
    assert!(result.findings.iter().map(order).is_sorted());
    for finding in &result.findings {
        let worst = finding.occurrences.iter().map(|place| place.severity).max();
        assert_eq!(worst, Some(finding.severity));
        assert!(finding.signals.is_sorted() && finding.related.is_sorted());
        assert!(!has(finding, finding.rule.into()));
    }
}

#[test]
fn the_mildest_findings_fall_to_the_limit() {
    let endpoints = |role, count: usize, name: &str| {
        (0..count)
            .map(|number| EndpointMatch {
                role,
                ..endpoint(EndpointKind::Relay, &format!("{name}{number}.example"), number as u64 + 1, None)
            })
            .collect()
    };
    let result = run(vec![
        blob("a.py", Exposure::Tracked, Vec::new(), endpoints(Role::Listed, MAX_FINDINGS, "listed")),
        blob("z.py", Exposure::Tracked, Vec::new(), endpoints(Role::Configured, 3, "configured")),
    ]);
    assert!(result.limited);
    assert_eq!(result.findings.len(), MAX_FINDINGS);
    assert!(result.findings[..3].iter().all(|finding| finding.severity == Severity::High));
}
