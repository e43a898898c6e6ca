//! What becomes of a report: kinds, rules, sentences, fields, and which endpoints of a tree are asked at all.

use keyscan::assess::{EndpointPolicy, Fingerprinter, HostPattern, Policy};
use keyscan::model::{Confidence, EndpointKind, Finding, PolicyFacts, Report, RuleId, Severity, SignalId, Subject};
use keyscan::report::Format;
use keyscan::{report, scan, source};
use serde_json::Value;

use super::*;
use crate::online::valid;
use crate::support::{Tree, modern};

const CLIENT: &str = "from openai import OpenAI\nclient = OpenAI(base_url='http://api.nobody-knows.dev/v1')\n";

/// Scans a folder, and asks.
fn scan(tree: &Tree, online: Options, policy: Policy) -> Report {
    let input =
        source::Options { paths: vec![tree.path().to_owned()], assume_committed: true, ..source::Options::default() };
    let options = scan::Options {
        input: scan::Input::Tree(Box::new(input)),
        policy,
        fingerprinter: Fingerprinter::plain(),
        policy_facts: PolicyFacts::default(),
        min_severity: Severity::Info,
        show_suppressed: true,
        online,
    };
    scan::run(&options, &Rules::builtin(), &source::Progress::default()).unwrap()
}

fn plain(tree: &Tree, online: Options) -> Report {
    scan(tree, online, Policy::default())
}

fn has(finding: &Finding, id: SignalId) -> bool {
    finding.signals.iter().any(|signal| signal.id == id)
}

fn endpoint(report: &Report) -> &Finding {
    let about = |finding: &&Finding| matches!(finding.subject, Subject::Endpoint(_));
    report.findings.iter().find(about).expect("there is a finding about an endpoint")
}

fn kind(finding: &Finding) -> EndpointKind {
    let Subject::Endpoint(facts) = &finding.subject else { panic!("it is about an endpoint") };
    facts.kind
}

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    let options = report::Options { verbose: 1, ..report::Options::default() };
    report::write(report, &Rules::builtin(), format, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_stranger_that_runs_relay_software_is_a_relay() {
    let server = Server::start(only_at("/api/status", new_api()));
    let report = plain(&Tree::one("main.py", CLIENT), options(&server));
    let finding = endpoint(&report);
    assert_eq!(
        (finding.rule, finding.severity, finding.confidence),
        (RuleId::RelayEndpoint, Severity::High, Confidence::Medium)
    );
    assert_eq!(kind(finding), EndpointKind::Relay);
    assert_eq!(
        finding.message,
        "LLM requests go to api.nobody-knows.dev, a host in no catalogue that says it runs relay software (New API)."
    );
    let signal = finding.signals.iter().find(|signal| signal.id == SignalId::RunsSoftware).unwrap();
    assert_eq!(signal.detail, "New API v0.9.3, relay software");
}

#[test]
fn a_key_that_goes_there_goes_to_a_relay() {
    let server = Server::start(only_at("/api/status", new_api()));
    let tree = Tree::one("main.py", format!("{CLIENT}key = '{}'\n", modern("sk-proj-", 74, 1)));
    let offline = plain(&tree, Options::default());
    let online = plain(&tree, options(&server));
    let about_key =
        |report: &Report| report.findings.iter().find(|one| matches!(one.subject, Subject::Key(_))).unwrap().clone();
    assert_eq!((about_key(&offline).rule, about_key(&offline).severity), (RuleId::KeyToThirdParty, Severity::High));
    let finding = about_key(&online);
    assert_eq!(
        (finding.rule, finding.severity, finding.confidence),
        (RuleId::KeyToThirdParty, Severity::Critical, Confidence::Medium)
    );
    assert!(has(&finding, SignalId::RunsSoftware));
    let key = modern("sk-proj-", 74, 1);
    assert!(server.asked().iter().all(|asked| !String::from_utf8_lossy(&asked.raw).contains(&key[8..30])));
}

#[test]
fn what_a_stranger_says_makes_nothing_milder() {
    for (path, body) in [("/health/liveliness", "\"I'm alive!\""), ("/", "Ollama is running")] {
        let server = Server::start(only_at(path, Reply::json(200, body)));
        let tree = Tree::one("main.py", format!("{CLIENT}key = '{}'\n", modern("sk-proj-", 74, 1)));
        let (offline, online) = (plain(&tree, Options::default()), plain(&tree, options(&server)));
        let judged = |report: &Report| -> Vec<(RuleId, Severity, Confidence)> {
            report.findings.iter().map(|one| (one.rule, one.severity, one.confidence)).collect()
        };
        assert_eq!(judged(&online), judged(&offline), "{body}");
        assert!(online.findings.iter().all(|finding| has(finding, SignalId::RunsSoftware)));
        assert_eq!(kind(endpoint(&online)), EndpointKind::Unknown);
    }
}

#[test]
fn what_the_policy_allows_stays_allowed() {
    let server = Server::start(only_at("/api/status", new_api()));
    let allow = vec![HostPattern::parse("api.nobody-knows.dev").unwrap()];
    let policy = Policy { endpoints: EndpointPolicy { allow, ..EndpointPolicy::default() }, ..Policy::default() };
    let tree = Tree::one("main.py", format!("{CLIENT}key = '{}'\n", modern("sk-proj-", 74, 1)));
    let report = scan(&tree, options(&server), policy);
    assert!(report.findings.iter().all(|finding| finding.rule == RuleId::ExposedKey), "{:?}", report.findings);
    assert!(report.findings.iter().any(|finding| has(finding, SignalId::RunsSoftware)));
}

#[test]
fn only_what_is_in_use_and_in_no_catalogue_is_asked() {
    let server = Server::start(|_| new_api());
    let tree = Tree::new();
    let relay = crate::support::catalogue::known_relays().into_iter().find(|host| !host.contains('*')).unwrap();
    for (path, text) in [
        ("official.env", "OPENAI_BASE_URL=https://api.openai.com/v1\n".to_owned()),
        ("vendor.env", "OPENAI_BASE_URL=https://api.deepseek.com/v1\n".to_owned()),
        ("relay.env", format!("OPENAI_BASE_URL=http://{relay}/v1\n")),
        ("platform.env", "OPENAI_BASE_URL=http://x-openai.workers.dev/v1\n".to_owned()),
        ("placeholder.env", "OPENAI_BASE_URL=http://your-domain.com/v1\n".to_owned()),
        ("template.env", "OPENAI_BASE_URL=http://${LLM_HOST}/v1\n".to_owned()),
        ("README.md", "Set `OPENAI_BASE_URL=http://readme.nobody-knows.dev/v1`, or see http://prose.nobody-knows.dev/v1/chat/completions.\n".to_owned()),
        (".env.example", "OPENAI_BASE_URL=http://example.nobody-knows.dev/v1\n".to_owned()),
        ("tests/conf.env", "OPENAI_BASE_URL=http://tests.nobody-knows.dev/v1\n".to_owned()),
        ("own.env", format!("OPENAI_BASE_URL=http://127.0.0.1:{}/v1\n", server.port)),
        ("service.env", "OPENAI_BASE_URL=http://litellm:4000/v1\n".to_owned()),
        ("in-use.env", "OPENAI_BASE_URL=http://used.nobody-knows.dev/v1\n".to_owned()),
    ] {
        tree.write(path, text);
    }
    let report = plain(&tree, options(&server));
    assert!(report.findings.len() > 3);
    let hosts: Vec<String> = server.asked().iter().map(|asked| asked.header("host").unwrap().to_owned()).collect();
    assert_eq!(hosts, ["used.nobody-knows.dev"]);
    let counts = report.scan.probes.unwrap();
    assert_eq!((counts.endpoints, counts.told), (1, 1));
}

#[test]
fn nothing_is_asked_unless_that_is_wanted() {
    let server = Server::start(|_| new_api());
    let tree = Tree::one("main.py", CLIENT);
    let report = plain(&tree, Options { probe: false, probe_private: true, ..options(&server) });
    assert!(server.asked().is_empty());
    assert_eq!(report.scan.probes, None);
    assert!(!has(endpoint(&report), SignalId::RunsSoftware) && kind(endpoint(&report)) == EndpointKind::Unknown);
}

#[test]
fn every_format_says_what_was_learnt() {
    let server = Server::start(only_at("/api/status", new_api()));
    let report = plain(&Tree::one("main.py", CLIENT), options(&server));
    let json: Value = serde_json::from_str(&written(&report, Format::Json)).unwrap();
    valid(&json);
    assert_eq!(
        json["findings"][0]["endpoint"]["probe"],
        serde_json::json!({"software": "new-api", "version": "v0.9.3", "kind": "relay-software", "reason": "recognised"})
    );
    assert_eq!(json["scan"]["probes"], serde_json::json!({"endpoints": 1, "told": 1, "left_out": 0}));
    for &format in Format::ALL {
        let text = written(&report, format);
        let told = text.contains("New API") || text.contains("runs-software");
        assert!(told, "{format:?}: {text}");
    }
    for format in [Format::Human, Format::Markdown, Format::Html] {
        assert!(written(&report, format).contains("Endpoints asked what they run: 1, 1 told."), "{format:?}");
    }
}

#[test]
fn the_own_account_is_told_in_pages_and_comments_too() {
    let server = Server::start(|_| Reply::json(403, "{}"));
    let own_account = keyscan::online::AdminKey::new(modern("sk-admin-", 58, 7).as_bytes()).ok();
    let hosts = keyscan::online::Hosts::for_tests(server.port);
    let report = plain(&Tree::new(), Options { own_account, hosts, bounds: bounds(), ..Options::default() });
    for format in [Format::Human, Format::Markdown, Format::Html] {
        assert!(written(&report, format).contains("Own account: could not be listed"), "{format:?}");
    }
}

#[test]
fn equal_answers_give_equal_reports_and_none_the_report_of_before() {
    let tree = Tree::new();
    for number in 0..12 {
        tree.write(&format!("{number}.env"), format!("OPENAI_BASE_URL=http://h{number}.nobody-knows.dev/v1\n"));
    }
    let server = Server::start(|asked| {
        let even = asked.header("host").is_some_and(|host| host[1..].starts_with(['0', '2', '4', '6', '8']));
        if even && asked.path() == "/api/status" { new_api() } else { nothing_here() }
    });
    let of = |online: Options| written(&plain(&tree, online), Format::Json);
    let first = of(options(&server));
    assert_eq!(first, of(options(&server)));
    assert!(first.contains("relay-endpoint") && first.contains("unknown-endpoint"));

    let silent = Server::start(|_| Reply::Raw(Vec::new()));
    let mut unknown: Value = serde_json::from_str(&of(options(&silent))).unwrap();
    valid(&unknown);
    let offline: Value = serde_json::from_str(&of(Options::default())).unwrap();
    for finding in unknown["findings"].as_array_mut().unwrap() {
        let probe = finding["endpoint"].as_object_mut().unwrap().remove("probe").unwrap();
        assert_eq!(probe["software"], Value::Null);
        finding["signals"].as_array_mut().unwrap().retain(|signal| signal["id"] != "software-unknown");
    }
    unknown["scan"].as_object_mut().unwrap().remove("probes");
    assert_eq!(unknown, offline);
}

/// Everything that a gate could be set to and that a report reaches.
fn gates(report: &Report) -> std::collections::BTreeSet<(String, Severity, Confidence)> {
    let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    let sure = [Confidence::Low, Confidence::Medium, Confidence::High];
    let every = || severities.into_iter().flat_map(|severity| sure.map(|sure| (severity, sure)));
    let reached = |finding: &Finding| {
        let reaches = finding.reaches.clone();
        let reached = every().filter(move |gate| reaches.iter().any(|at| at.0 >= gate.0 && at.1 >= gate.1));
        let id = finding.id.clone();
        reached.map(move |(severity, sure)| (id.clone(), severity, sure)).collect::<Vec<_>>()
    };
    report.findings.iter().flat_map(reached).collect()
}

/// What a stranger says can make a finding worse, and never milder.
#[test]
fn no_answer_takes_a_finding_out_of_a_gate() {
    let tells = Rules::builtin().tells();
    let told = |id: &str| {
        let tell = tells.iter().find(|tell| tell.id == id).unwrap();
        (tell.path.clone().unwrap().to_string(), Reply::json(tell.example.status, &tell.example.body))
    };
    let answers = [
        told("new-api-status"),
        told("litellm-alive"),
        told("ollama-root"),
        ("/v1/models".to_owned(), Reply::list()),
        ("/none".to_owned(), nothing_here()),
    ];
    let keys = [
        String::new(),
        modern("sk-proj-", 74, 1),
        crate::support::expand("sk-{48}", 2),
        crate::support::expand("cr_{64:hex}", 3),
        crate::support::expand("{32:hex}", 4),
    ];
    for url in ["http://gw.nobody-knows.dev/v1", "http://u:pw@gw.nobody-knows.dev/v1", "http://93.184.215.14/v1"] {
        for key in &keys {
            for (path, line) in
                [("config/production.env", ""), (".env", ""), ("main.py", "from openai import OpenAI\n")]
            {
                let text = match line {
                    "" => format!("OPENAI_BASE_URL={url}\nOPENAI_API_KEY={key}\n"),
                    line => format!("{line}client = OpenAI(base_url='{url}', api_key='{key}')\n"),
                };
                let tree = Tree::one(path, text);
                let before = gates(&plain(&tree, Options::default()));
                assert!(!before.is_empty(), "{url} {path}");
                for (at, reply) in &answers {
                    let (at, reply) = (at.clone(), reply.clone());
                    let server =
                        Server::start(move |asked| if asked.path() == at { reply.clone() } else { nothing_here() });
                    let after = gates(&plain(&tree, options(&server)));
                    let lost: Vec<_> = before.difference(&after).collect();
                    assert!(lost.is_empty(), "{url} {path}: {lost:?}");
                }
            }
        }
    }
}

/// A policy that comes with a tree cannot widen what is asked.
#[test]
fn manuals_and_examples_are_not_asked_whatever_the_tree_says() {
    let server = Server::start(|_| nothing_here());
    let tree = Tree::one("main.py", CLIENT);
    tree.write(".env.example", "OPENAI_BASE_URL=http://example-of.nobody-knows.dev/v1\n");
    tree.write("README.md", "```\nOPENAI_BASE_URL=http://manual-of.nobody-knows.dev/v1\n```\n");
    let everything = keyscan::assess::PathPatterns::new(&["**"]).unwrap();
    let paths = vec![(keyscan::model::Environment::Production, everything)];
    let policy = Policy { paths, ..Policy::default() };
    scan(&tree, options(&server), policy);
    let hosts: BTreeSet<String> =
        server.asked().iter().filter_map(|asked| asked.header("host").map(str::to_owned)).collect();
    assert_eq!(hosts.into_iter().collect::<Vec<_>>(), ["api.nobody-knows.dev"]);
}
