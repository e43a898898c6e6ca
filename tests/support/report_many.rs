//! A report of any size.

use keyscan::model::*;

use super::sample::{clean, endpoint, key, place, receiver, related, with_findings};

/// As many findings as asked for, as a large organisation might have them: keys in many services, most of them sent to a
/// few hosts, pools, and hosts that only a list names.
pub(super) fn many(number: usize) -> Report {
    const KINDS: [EndpointKind; 8] = [
        EndpointKind::Relay,
        EndpointKind::Official,
        EndpointKind::Gateway,
        EndpointKind::Proxy,
        EndpointKind::Unknown,
        EndpointKind::SelfHosted,
        EndpointKind::Aggregator,
        EndpointKind::Provider,
    ];
    const NAMES: [&str; 5] = ["billing", "search-api", "チャット", "ingest", "web"];
    let mut findings: Vec<Finding> = (0..number)
        .map(|at| {
            let service = format!("services/{}-{}", NAMES[at % 5], at / 40);
            let kind = KINDS[at * at % 8];
            let to = receiver(&format!("api{}.{}.example", at % 37, kind.as_str()), kind, "", Evidence::SameFile);
            if at % 6 == 5 {
                let path = format!("{service}/presets/providers-{}.ts", at % 7);
                return endpoint(&format!("h{at}.list.example"), EndpointKind::Relay, "")
                    .rule(RuleId::RelayEndpoint, Severity::Low)
                    .at(place(&path, at as u64, 5).role(Role::Listed).severity(Severity::Low))
                    .done("A preset table names a relay.");
            }
            let (rule, severity) = match at % 5 {
                0 => (RuleId::KeyToThirdParty, Severity::Critical),
                1 => (RuleId::ExposedKey, Severity::High),
                2 => (RuleId::SharedKey, Severity::High),
                3 => (RuleId::RelayKey, Severity::Medium),
                _ => (RuleId::StoredKey, Severity::Low),
            };
            let mut builder = key(Some("openai"), "sample-project", &format!("sk-proj-k{at:04}…x9QA"), Some('c'))
                .rule(rule, severity)
                .signal(SignalId::ExposedKey, "tracked by git")
                .at(place(&format!("{service}/.env"), 3, 16)
                    .service(&service)
                    .to(to)
                    .environment(if at % 3 == 0 { Environment::Production } else { Environment::Development })
                    .setting("OPENAI_API_KEY"))
                .related(related(&format!("{service}/.env"), 4, 17, RelatedRole::Endpoint, 0));
            for copy in 0..at % 3 {
                let file = format!("{service}/src/client{copy}_{at}.py");
                builder = builder.at(place(&file, 12, 30).service(&service).setting("api_key"));
            }
            builder
                .done("An OpenAI key is sent to an endpoint that is not OpenAI's, and stands in files that git tracks.")
        })
        .collect();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.rule));
    with_findings(clean(), findings)
}
