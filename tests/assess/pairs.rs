//! Which endpoint receives a key: families, numbers, distance, vendors.

use keyscan::model::{EndpointKind, Evidence, Proof, RelatedRole, Role, SignalId, Subject};

use super::*;

/// The host that receives a key with this setting, of endpoints given as (host, line, setting); the key stands in line 10.
fn received(setting: Option<&str>, endpoints: &[(&str, u64, Option<&str>)]) -> Option<String> {
    let endpoints =
        endpoints.iter().map(|(host, line, setting)| endpoint(EndpointKind::Relay, host, *line, *setting)).collect();
    let all = findings(vec![openai_key(10, setting)], endpoints);
    receiver(key_finding(&all)).map(str::to_owned)
}

#[test]
fn families_pair_and_strangers_do_not() {
    let table: &[(Option<&str>, Option<&str>, bool)] = &[
        (Some("OPENAI_API_KEY"), Some("OPENAI_BASE_URL"), true),
        (Some("OPENAI_API_KEY"), Some("OPENAI_API_BASE"), true),
        (Some("OPENAI_API_KEY"), Some("OPENAI_API_BASE_URL"), true),
        (Some("OPENAI_API_KEY"), Some("OPENAI_PROXY_URL"), true),
        (Some("OPENAI_API_KEY"), Some("OPENAI_REVERSE_PROXY"), true),
        (Some("OPENAI_KEY"), Some("OPENAI_HOST"), true),
        (Some("OPENAI_SECRET"), Some("OPENAI_ENDPOINT"), true),
        (Some("openai_api_key"), Some("openai_api_base"), true),
        (Some("openAIApiKey"), Some("openAIBaseUrl"), true),
        (Some("openaiApiKey"), Some("OPENAI_BASE_URL"), true),
        (Some("openai.api_key"), Some("openai.base_url"), true),
        (Some("spring.ai.openai.api-key"), Some("spring.ai.openai.base-url"), true),
        (Some("SPRING_AI_OPENAI_API_KEY"), Some("spring.ai.openai.base-url"), true),
        (Some("open_ai_api_key"), Some("open_ai_api_base"), true),
        (Some("OPENAI__APIKEY"), Some("OpenAI:Endpoint"), true),
        (Some("OPENAIAPIKEY"), Some("OPENAIBASEURL"), true),
        (Some("RAG_OPENAI_API_KEY"), Some("RAG_OPENAI_API_BASE_URL"), true),
        (Some("NEXT_PUBLIC_OPENAI_API_KEY"), Some("OPENAI_BASE_URL"), true),
        (Some("VITE_OPENAI_API_KEY"), Some("VITE_OPENAI_BASE_URL"), true),
        (Some("VENDOR_A_API_KEY"), Some("ALPHA_BASE_URL"), true),
        (Some("ONEAPI_KEY"), Some("ONEAPI_URL"), true),
        (Some("AZURE_OPENAI_API_KEY"), Some("AZURE_OPENAI_ENDPOINT"), true),
        (Some("AZURE_API_KEY"), Some("AZURE_OPENAI_ENDPOINT"), true),
        (Some("CLAUDE_API_KEY"), Some("ANTHROPIC_BASE_URL"), true),
        (Some("ANTHROPIC_AUTH_TOKEN"), Some("ANTHROPIC_BASE_URL"), true),
        (Some("OPENAI_API_KEY"), Some("ANTHROPIC_BASE_URL"), false),
        (Some("AZURE_OPENAI_API_KEY"), Some("OPENAI_BASE_URL"), false),
        (Some("OPENAI_API_KEY"), Some("AZURE_OPENAI_ENDPOINT"), false),
        (Some("OPENAI_API_KEY"), Some("azure.endpoint"), false),
        (Some("OPENAI_API_KEY"), Some("anthropicClient.baseURL"), false),
        (Some("OPENAI_API_KEY"), Some("OLLAMA_BASE_URL"), false),
        (Some("ANTHROPIC_API_KEY"), Some("CHATGPT_BASE_URL"), false),
        (Some("TEAM_VENDOR_A_API_KEY"), Some("VENDOR_B_PROXY_BASE_URL"), false),
        (Some("VENDOR_A_API_KEY"), Some("VENDOR_B_BASE_URL"), false),
        // Names of no vendor, and several of one, exclude nothing.
        (Some("OPENAI_API_KEY"), Some("RAG_OPENAI_BASE_URL"), true),
        (Some("OPENAI_API_KEY"), Some("ONEAPI_URL"), true),
        (Some("OPENAI_API_KEY"), Some("HELICONE_BASE_URL"), true),
        (Some("AZURE_STORAGE_KEY"), Some("AZURE_OPENAI_ENDPOINT"), true),
        (Some("TEAM_KEY"), Some("ANTHROPIC_BASE_URL"), true),
        (Some("a"), Some("b"), true),
        // Neutral names go with every family.
        (Some("OPENAI_API_KEY"), Some("base_url"), true),
        (Some("OPENAI_API_KEY"), Some("baseURL"), true),
        (Some("OPENAI_API_KEY"), None, true),
        (Some("apiKey"), Some("OPENAI_BASE_URL"), true),
        (Some("API_KEY"), Some("BASE_URL"), true),
        (Some("Authorization"), None, true),
        (None, None, true),
        (Some("LLM_API_KEY"), Some("OPENAI_BASE_URL"), true),
        // Numbers and words that tell sets of settings apart.
        (Some("OPENAI_API_KEY_1"), Some("OPENAI_BASE_URL_1"), true),
        (Some("OPENAI_API_KEY2"), Some("OPENAI_BASE_URL2"), true),
        (Some("OPENAI_API_KEY_2"), Some("OPENAI_BASE_URL"), true),
        (Some("OPENAI_API_KEY"), Some("OPENAI_BASE_URL_2"), false),
        (Some("OPENAI_API_KEY_1"), Some("OPENAI_BASE_URL_2"), false),
        (Some("OPENAI_API_KEY_BACKUP"), Some("OPENAI_BASE_URL_BACKUP"), true),
        (Some("OPENAI_API_KEY"), Some("OPENAI_BASE_URL_BACKUP"), false),
        (Some("API_KEY_1"), Some("BASE_URL_2"), false),
        // A stage says where a setting is used; a lone key may be used there.
        (Some("OPENAI_API_KEY"), Some("OPENAI_BASE_URL_PROD"), true),
        (Some("API_KEY"), Some("BASE_URL_PROD"), true),
        (Some("OPENAI_API_KEY_PROD"), Some("OPENAI_BASE_URL"), true),
        (Some("OPENAI_API_KEY_DEV"), Some("OPENAI_BASE_URL_PROD"), false),
    ];
    for (key, endpoint, wanted) in table {
        assert_eq!(received(*key, &[("host.example", 11, *endpoint)]).is_some(), *wanted, "{key:?} {endpoint:?}");
    }
}

#[test]
fn family_outweighs_distance_and_distance_decides_between_equals() {
    let own = Some("OPENAI_BASE_URL");
    assert_eq!(received(Some("OPENAI_API_KEY"), &[("near", 11, None), ("far", 90, own)]).as_deref(), Some("far"));
    assert_eq!(received(Some("OPENAI_API_KEY"), &[("near", 12, own), ("far", 14, own)]).as_deref(), Some("near"));
    assert_eq!(received(Some("OPENAI_API_KEY"), &[("far", 1, own), ("near", 12, own)]).as_deref(), Some("near"));
    assert_eq!(received(None, &[("behind", 12, None), ("before", 8, None)]).as_deref(), Some("before"));
    assert_eq!(received(None, &[("before", 7, None), ("behind", 12, None)]).as_deref(), Some("behind"));
    let numbered = [("shared", 11, own), ("one", 30, Some("OPENAI_BASE_URL_1"))];
    assert_eq!(received(Some("OPENAI_API_KEY_1"), &numbered).as_deref(), Some("one"));
    assert_eq!(received(Some("OPENAI_API_KEY_2"), &numbered).as_deref(), Some("shared"));
}

#[test]
fn the_better_kinship_wins_whatever_stands_nearer() {
    // Best first, for `TEAM_OPENAI_KEY`; each pair of neighbours, the better one far away.
    let order = [
        "TEAM_OPENAI_BASE_URL",
        "OPENAI_BASE_URL",
        "base_url",
        "OTHER_OPENAI_BASE_URL",
        "GATEWAY_URL",
        "ANTHROPIC_BASE_URL",
    ];
    for names in order.windows(2) {
        let urls = [("near", 11, Some(names[1])), ("far", 90, Some(names[0]))];
        assert_eq!(received(Some("TEAM_OPENAI_KEY"), &urls).as_deref(), Some("far"), "{names:?}");
    }
    // Equal receivers tie two settings; different ones do not part them.
    let urls = [("near", 11, Some("other.BaseURL")), ("far", 90, Some("cfg.BaseURL"))];
    assert_eq!(received(Some("cfg.APIKey"), &urls).as_deref(), Some("far"));
    assert_eq!(received(Some("config.APIKey"), &urls).as_deref(), Some("near"));
}

#[test]
fn many_possible_hosts_are_cut_short() {
    let of = |count: u64| {
        let urls = (0..count)
            .map(|at| endpoint(EndpointKind::Relay, &format!("h{at}.example"), at + 1, Some(&format!("FOO{at}X_URL"))));
        let all = findings(vec![openai_key(count + 1, Some("OPENAI_API_KEY"))], urls.collect());
        let found = key_finding(&all);
        assert_eq!(receiver(found), None);
        signal_detail(found, SignalId::PossibleEndpoint).unwrap().to_owned()
    };
    assert_eq!(of(3), "h0.example, h1.example, h2.example");
    assert_eq!(of(4), "h0.example, h1.example, h2.example and others");
    assert_eq!(of(50), of(4));
}

/// The rows find what looking at every endpoint would find.
#[test]
fn the_nearest_is_the_nearest_of_all() {
    let mut state = 7_u64;
    let mut next = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    for _ in 0..200 {
        let lines = 1 + next(30);
        let mut somewhere = || place(1 + next(lines), 1 + next(60), 1 + next(39));
        let keys: Vec<KeyMatch> = (0..6)
            .map(|number: u8| KeyMatch {
                place: somewhere(),
                secret: Secret::new(&[number; 20]),
                ..openai_key(1, Some("OPENAI_API_KEY"))
            })
            .collect();
        let urls: Vec<EndpointMatch> = (0..8)
            .map(|number| EndpointMatch {
                place: somewhere(),
                ..endpoint(EndpointKind::Relay, &format!("h{number}.example"), 1, Some("OPENAI_BASE_URL"))
            })
            .collect();
        for finding in findings(keys, urls.clone()) {
            let Subject::Key(_) = finding.subject else { continue };
            let at = finding.occurrences[0].position;
            let start = (at.line - 1) * 100 + at.column - 1;
            let end = start + at.end_column - at.column;
            let distance = |url: &EndpointMatch| {
                let span = url.place.span;
                let after = span.start > start;
                let bytes = if after { span.start.saturating_sub(end) } else { start.saturating_sub(span.end) };
                let lines = url.place.position.line.abs_diff(at.line);
                (lines, if lines == 0 { bytes } else { 0 }, after, bytes, span)
            };
            let nearest = urls.iter().min_by_key(|url| (distance(url), &url.host)).unwrap();
            assert_eq!(receiver(&finding), Some(nearest.host.as_str()));
        }
    }
}

#[test]
fn on_one_line_the_nearest_bytes_decide() {
    let at = |host: &str, column| EndpointMatch {
        place: place(1, column, 10),
        ..endpoint(EndpointKind::Relay, host, 1, None)
    };
    let key = KeyMatch { place: place(1, 40, 10), ..openai_key(1, None) };
    let all = findings(vec![key], vec![at("left", 10), at("right", 52)]);
    let found = key_finding(&all).receiver.clone().unwrap();
    assert_eq!((found.endpoint.host.as_str(), found.evidence), ("right", Evidence::SameCall));
}

#[test]
fn evidence_and_the_related_place() {
    let all = findings(vec![openai_key(1, None)], vec![endpoint(EndpointKind::Relay, "host.example", 2, None)]);
    let found = key_finding(&all);
    assert_eq!(found.receiver.as_ref().unwrap().evidence, Evidence::SameFile);
    assert_eq!(found.occurrences[0].receiver, found.receiver);
    assert_eq!((found.related[0].role, found.related[0].position.line), (RelatedRole::Endpoint, 2));
    assert!(!has(found, SignalId::DefaultEndpoint));
}

#[test]
fn a_proven_key_without_an_endpoint_goes_to_the_default() {
    let all = findings(vec![openai_key(1, None), open_key(2, None)], Vec::new());
    let default: Vec<bool> = all.iter().map(|finding| has(finding, SignalId::DefaultEndpoint)).collect();
    let proven: Vec<bool> =
        all.iter().map(|finding| matches!(&finding.subject, Subject::Key(key) if key.issuer.is_some())).collect();
    assert_eq!(default, proven);
    assert!(default.contains(&true) && default.contains(&false));
    assert!(all.iter().all(|finding| finding.receiver.is_none() && finding.related.is_empty()));
}

#[test]
fn only_endpoints_that_a_client_is_set_to_use_receive() {
    let with = |change: fn(&mut EndpointMatch), kind| {
        let mut one = endpoint(kind, "host.example", 2, None);
        change(&mut one);
        let all = findings(vec![openai_key(1, None)], vec![one]);
        receiver(key_finding(&all)).is_some()
    };
    assert!(with(|_| (), EndpointKind::Unknown));
    assert!(!with(|one| one.role = Role::Listed, EndpointKind::Relay));
    assert!(!with(|one| one.role = Role::Mentioned, EndpointKind::Relay));
    for (kind, wanted) in [
        (EndpointKind::Unknown, false),
        (EndpointKind::Proxy, false),
        (EndpointKind::SelfHosted, false),
        (EndpointKind::Relay, true),
        (EndpointKind::Gateway, true),
        (EndpointKind::Provider, true),
    ] {
        assert_eq!(with(|one| one.llm = false, kind), wanted, "{kind:?}");
    }
}

#[test]
fn the_own_vendor_beats_a_nearer_stranger_of_equal_kinship() {
    let key = || vec![key_of("vendor-a", Proof::Structure, 10, Some("api_key"))];
    let near = || endpoint(EndpointKind::Relay, "near.example", 11, Some("base_url"));
    let all = findings(key(), vec![near(), entry("vendor-a-api", 40, Some("base_url"))]);
    assert_eq!(receiver(key_finding(&all)), Some("api.vendor-a.example"));
    // A name says more than a vendor.
    let named = vec![key_of("vendor-a", Proof::Structure, 10, Some("OPENAI_API_KEY"))];
    let relay = endpoint(EndpointKind::Relay, "near.example", 11, Some("OPENAI_BASE_URL"));
    let all = findings(named, vec![relay, entry("vendor-a-api", 40, Some("base_url"))]);
    assert_eq!(receiver(key_finding(&all)), Some("near.example"));
}

#[test]
fn two_vendors_in_one_file_do_not_cross() {
    let keys = vec![
        key_of("vendor-a", Proof::Structure, 10, Some("VENDOR_A_API_KEY")),
        key_of("vendor-b", Proof::Structure, 11, Some("VENDOR_B_API_KEY")),
    ];
    let urls = vec![
        endpoint(EndpointKind::Relay, "b.example", 12, Some("VENDOR_B_BASE_URL")),
        endpoint(EndpointKind::Relay, "a.example", 13, Some("VENDOR_A_BASE_URL")),
    ];
    for finding in findings(keys, urls) {
        if let Subject::Key(key) = &finding.subject {
            let wanted = if key.issuer.as_deref() == Some("vendor-a") { "a.example" } else { "b.example" };
            assert_eq!(receiver(&finding), Some(wanted));
        }
    }
}

#[test]
fn a_vendors_address_stays_with_that_vendors_key() {
    let keys = vec![openai_key(10, Some("apiKey")), key_of("vendor-a", Proof::Structure, 20, Some("apiKey"))];
    let all = findings(keys, vec![entry("vendor-a-api", 12, Some("baseUrl"))]);
    assert_eq!(all.len(), 2);
    for finding in all {
        let Subject::Key(key) = &finding.subject else { panic!("a provider is no finding") };
        let wanted = (key.issuer.as_deref() == Some("vendor-a")).then_some("api.vendor-a.example");
        assert_eq!(receiver(&finding), wanted);
    }
}

#[test]
fn files_do_not_share_endpoints() {
    let all = run(vec![
        blob("a.py", Exposure::Tracked, vec![openai_key(1, None)], Vec::new()),
        blob("b.py", Exposure::Tracked, Vec::new(), vec![endpoint(EndpointKind::Relay, "host.example", 1, None)]),
    ]);
    assert_eq!(receiver(key_finding(&all.findings)), None);
}
