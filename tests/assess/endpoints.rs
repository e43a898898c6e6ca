//! Findings about endpoints: which rule, one per host, signals.

use keyscan::model::{
    Confidence, EndpointKind, EndpointMatch, Exposure, Finding, Role, RuleId, Severity, SignalId, Subject,
};

use super::*;

fn of_endpoints(endpoints: Vec<EndpointMatch>) -> Vec<Finding> {
    findings(Vec::new(), endpoints)
}

fn with(kind: EndpointKind, signals: &[SignalId]) -> EndpointMatch {
    EndpointMatch { signals: signals.iter().map(|id| signal(*id)).collect(), ..endpoint(kind, "host.example", 1, None) }
}

#[test]
fn facts_are_no_findings() {
    use EndpointKind::{Aggregator, Official, Provider, SelfHosted};
    for kind in [Official, Provider, Aggregator, SelfHosted] {
        assert_eq!(of_endpoints(vec![with(kind, &[])]), Vec::new(), "{kind:?}");
    }
    for kind in [EndpointKind::Unknown, EndpointKind::Proxy] {
        assert_eq!(of_endpoints(vec![EndpointMatch { llm: false, ..with(kind, &[]) }]), Vec::new(), "{kind:?}");
    }
    assert_eq!(
        of_endpoints(vec![EndpointMatch { role: Role::Listed, ..with(EndpointKind::Unknown, &[]) }]),
        Vec::new()
    );
}

#[test]
fn insecure_ways_outrank_what_stands_behind() {
    use EndpointKind::{Gateway, Official, Proxy, Relay, SelfHosted, Unknown};
    use SignalId::{IpLiteral, LookAlike, PlainHttp, UserInfo};
    let table = [
        (Unknown, IpLiteral, RuleId::InsecureEndpoint, Severity::High),
        (Unknown, LookAlike, RuleId::InsecureEndpoint, Severity::High),
        (Unknown, UserInfo, RuleId::InsecureEndpoint, Severity::High),
        (Official, UserInfo, RuleId::InsecureEndpoint, Severity::High),
        (Official, PlainHttp, RuleId::InsecureEndpoint, Severity::Medium),
        (Unknown, PlainHttp, RuleId::InsecureEndpoint, Severity::Medium),
        (Proxy, PlainHttp, RuleId::InsecureEndpoint, Severity::Medium),
        (Gateway, PlainHttp, RuleId::InsecureEndpoint, Severity::Medium),
        (Relay, PlainHttp, RuleId::RelayEndpoint, Severity::High),
        // Equal severities: the order of the table of rules.
        (Relay, UserInfo, RuleId::InsecureEndpoint, Severity::High),
    ];
    for (kind, id, rule, severity) in table {
        let found = of_endpoints(vec![with(kind, &[id])]);
        assert_eq!((found[0].rule, found[0].severity), (rule, severity), "{kind:?} {id:?}");
        assert!(has(&found[0], id), "{kind:?} {id:?}");
    }
    let both = of_endpoints(vec![with(Relay, &[UserInfo])]);
    assert!(has(&both[0], SignalId::RelayEndpoint));
    let relay = of_endpoints(vec![with(Relay, &[PlainHttp])]);
    assert!(has(&relay[0], SignalId::InsecureEndpoint));
    assert_eq!(of_endpoints(vec![with(SelfHosted, &[PlainHttp])]), Vec::new());
}

#[test]
fn plain_http_is_worse_with_a_key() {
    let all = findings(vec![openai_key(2, None)], vec![with(EndpointKind::Official, &[SignalId::PlainHttp])]);
    let found = all.iter().find(|finding| finding.rule == RuleId::InsecureEndpoint).unwrap();
    assert_eq!(found.severity, Severity::High);
}

#[test]
fn one_finding_per_host_decided_by_its_worst_place() {
    let at = |line, role| EndpointMatch { role, ..endpoint(EndpointKind::Relay, "host.example", line, None) };
    let other = endpoint(EndpointKind::Relay, "host.example:8443", 9, None);
    let all = of_endpoints(vec![at(1, Role::Mentioned), at(2, Role::Configured), at(3, Role::Listed), other]);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].severity, Severity::High);
    let lines: Vec<(u64, Severity, Option<Role>)> = all[0]
        .occurrences
        .iter()
        .map(|occurrence| (occurrence.position.line, occurrence.severity, occurrence.role))
        .collect();
    assert_eq!(
        lines,
        [
            (1, Severity::Info, Some(Role::Mentioned)),
            (2, Severity::High, Some(Role::Configured)),
            (3, Severity::Low, Some(Role::Listed)),
        ]
    );
    assert!(matches!(&all[1].subject, Subject::Endpoint(facts) if facts.host == "host.example:8443"));
    assert_ne!(all[0].id, all[1].id);
}

#[test]
fn confidence_is_the_catalogues() {
    let low = EndpointMatch { confidence: Confidence::Low, ..with(EndpointKind::Relay, &[]) };
    let all = of_endpoints(vec![low]);
    assert_eq!(all[0].confidence, Confidence::Low);
    assert!(all[0].message.contains("a possible relay, named in one public list"));
}

#[test]
fn allowed_hosts_are_no_finding() {
    let hosts = ["ours.example", "a.corp.example", "corp.example", "ours.example:8443"];
    let endpoints = hosts
        .iter()
        .zip(1..)
        .map(|(host, line)| EndpointMatch {
            signals: vec![signal(SignalId::UserInfo)],
            ..endpoint(EndpointKind::Relay, host, line, None)
        })
        .collect();
    let blobs = vec![blob("app.py", Exposure::Tracked, Vec::new(), endpoints)];
    let result = run_with(blobs, &allowing(&["ours.example:443", "*.corp.example"]));
    let left: Vec<&str> = result
        .findings
        .iter()
        .filter_map(|finding| match &finding.subject {
            Subject::Endpoint(facts) => Some(facts.host.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(left, ["corp.example", "ours.example:8443"]);
    assert_eq!(passed(&result), 2);
}
