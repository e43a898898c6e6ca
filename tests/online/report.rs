//! What becomes of a report: severities, signals, sentences, fields. Nothing of it depends on the order of answers.

use keyscan::model::{Report, Severity, SignalId};
use keyscan::online::Options;
use keyscan::report::{self, Format};
use keyscan::rules::Rules;
use serde_json::Value;

use super::server::{Asked, Reply, Server};
use super::{options, scan, valid};
use crate::support::{Tree, modern};

const DEAD: &str =
    r#"{"error":{"message":"Incorrect","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;

fn severities(folder: &Tree, server: &Server) -> Vec<Severity> {
    let report = scan(folder.path(), Options { verify: true, ..options(server) });
    report.findings.iter().map(|finding| finding.severity).collect()
}

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    report::write(report, &Rules::builtin(), format, &report::Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_live_key_weighs_a_step_more_and_a_dead_one_a_step_less() {
    let live = Server::start(|_| Reply::list());
    let dead = Server::start(|_| Reply::json(401, DEAD));
    let unknown = Server::start(|_| Reply::json(500, "{}"));
    let key = modern("sk-proj-", 74, 1);
    let tree = Tree::one("main.py", format!("key = '{key}'\n"));
    assert_eq!(severities(&tree, &unknown), [Severity::High]);
    assert_eq!(severities(&tree, &live), [Severity::Critical]);
    assert_eq!(severities(&tree, &dead), [Severity::Medium]);

    // One step up, however many reasons there are; and none where the scale ends.
    let tree = Tree::one("production/main.py", format!("key = '{key}'\n"));
    assert_eq!(severities(&tree, &live), [Severity::Critical]);
    assert_eq!(severities(&tree, &dead), [Severity::High]);
}

#[test]
fn a_key_in_its_place_weighs_what_it_weighs() {
    let live = Server::start(|_| Reply::list());
    let dead = Server::start(|_| Reply::json(401, DEAD));
    let tree = Tree::one(".env", format!("OPENAI_API_KEY={}\n", modern("sk-proj-", 74, 1)));
    tree.write(".gitignore", ".env\n");
    tree.write("readme", "");
    if !tree.track() {
        return;
    }
    std::process::Command::new("git").args(["rm", "-q", "--cached", ".env"]).current_dir(tree.path()).status().unwrap();
    assert_eq!(severities(&tree, &live), [Severity::Info]);
    assert_eq!(severities(&tree, &dead), [Severity::Info]);
}

#[test]
fn the_report_says_what_the_issuer_said() {
    let server = Server::start(|_| {
        let organization = vec![("openai-organization", "org-Ab3dEf6hIj9kLm2nOp5qRs8t".to_owned())];
        Reply::Http(200, organization, r#"{"object":"list","data":[]}"#.to_owned())
    });
    let key = modern("sk-proj-", 74, 1);
    let tree = Tree::one("main.py", format!("key = '{key}'\n"));
    let report = scan(tree.path(), Options { verify: true, ..options(&server) });
    let finding = &report.findings[0];
    assert!(finding.message.ends_with("; it is live."), "{}", finding.message);
    let signal = finding.signals.iter().find(|signal| signal.id == SignalId::Live).expect("it has the signal");
    assert_eq!(signal.detail, "the issuer accepts it, organization org-Ab…8t");
    let json: Value = serde_json::from_str(&written(&report, Format::Json)).unwrap();
    let verification = &json["findings"][0]["key"]["verification"];
    assert_eq!(
        *verification,
        serde_json::json!({"verdict": "live", "reason": "accepted", "organization": "org-Ab…8t", "project": null})
    );
    valid(&json);
    for &format in Format::ALL {
        let text = written(&report, format);
        assert!(!text.contains(&key[20..]), "{format:?}");
        assert!(!text.contains("Ab3dEf6hIj9kLm2nOp5qRs8t"), "{format:?}");
    }
}

#[test]
fn the_advice_for_a_dead_key_asks_nobody_to_revoke_it() {
    let server = Server::start(|_| Reply::json(401, DEAD));
    let tree = Tree::one("main.py", format!("key = '{}'\n", modern("sk-proj-", 74, 1)));
    let report = scan(tree.path(), Options { verify: true, ..options(&server) });
    let finding = &report.findings[0];
    assert!(finding.message.ends_with("; it does not work any more."), "{}", finding.message);
    assert!(finding.advice[0].contains("nothing to revoke"), "{:?}", finding.advice);
    assert!(!finding.advice.iter().any(|line| line.starts_with("Revoke")), "{:?}", finding.advice);
}

#[test]
fn equal_answers_give_equal_reports_and_unknown_ones_the_report_of_before() {
    let tree = Tree::new();
    for seed in 0..20 {
        tree.write(&format!("{seed}.py"), format!("key = '{}'\n", modern("sk-proj-", 74, seed)));
    }
    let by_key = |asked: &Asked| {
        let last = asked.header("authorization").unwrap().as_bytes()[20];
        if last.is_multiple_of(2) { Reply::list() } else { Reply::json(401, DEAD) }
    };
    let server = Server::start(by_key);
    let of = |online: Options| written(&scan(tree.path(), online), Format::Json);
    let first = of(Options { verify: true, ..options(&server) });
    assert_eq!(first, of(Options { verify: true, ..options(&server) }));
    let faulty = Server::start(|_| Reply::json(503, ""));
    let mut unknown: Value = serde_json::from_str(&of(Options { verify: true, ..options(&faulty) })).unwrap();
    let offline: Value = serde_json::from_str(&of(Options::default())).unwrap();
    for finding in unknown["findings"].as_array_mut().unwrap() {
        let verification = finding["key"].as_object_mut().unwrap().remove("verification").unwrap();
        assert_eq!(verification["verdict"], "unknown");
        finding["signals"].as_array_mut().unwrap().retain(|signal| signal["id"] != "not-verified");
    }
    assert_eq!(unknown, offline);
}
