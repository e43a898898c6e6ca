//! From matches to findings, without a detector: every match is made by hand, and no value is shaped like a key.

mod advice;
mod endpoints;
mod fingerprints;
mod holders;
mod leak_cases;
mod leaks;
mod matrix;
mod messages;
mod moves;
mod pairs;
mod policy;
mod receivers;
mod run;
mod sharing;

use std::sync::LazyLock;

use keyscan::assess::{Assessment, EndpointPolicy, Fingerprinter, HostPattern, Policy, assess};
use keyscan::model::{
    BlobMatches, BlobPath, Confidence, EndpointKind, EndpointMatch, Exposure, Finding, KeyMatch, Matches, Origin,
    Place, Position, Proof, Redacted, Role, Secret, Signal, SignalId, Span,
};
use keyscan::rules::Rules;

/// Issuers and endpoints of our own, so that these tests do not hang on the catalogue.
const RULES: &str = r#"
[[issuer]]
id = "vendor-a"
name = "Vendor A"
kind = "vendor"
words = ["vendora", "alpha"]
endpoints = ["vendor-a-api"]
advice = ["Revoke it at Vendor A."]

[[issuer]]
id = "vendor-b"
name = "Vendor B"
kind = "vendor"
words = ["vendorb"]
endpoints = ["vendor-b-api"]
advice = ["Revoke it at Vendor B."]

[[issuer]]
id = "soft-s"
name = "Soft S"
kind = "software"
advice = ["Ask whoever runs it."]

[[issuer]]
id = "relay-r"
name = "Relay R"
kind = "relay"
endpoints = ["relay-r-api"]
advice = ["Abandon it."]

[[issuer]]
id = "pool-p"
name = "Pool P"
kind = "pool"
advice = ["Abandon it."]

[[endpoint]]
id = "vendor-a-api"
name = "Vendor A"
kind = "provider"
confidence = "high"
hosts = ["api.vendor-a.example"]
examples = ["VENDOR_A_BASE_URL=https://api.vendor-a.example"]
non-examples = ["vendor-a.example"]

[[endpoint]]
id = "vendor-b-api"
name = "Vendor B"
kind = "provider"
confidence = "high"
hosts = ["api.vendor-b.example"]
examples = ["VENDOR_B_BASE_URL=https://api.vendor-b.example"]
non-examples = ["vendor-b.example"]

[[endpoint]]
id = "relay-r-api"
name = "Relay R"
kind = "relay"
confidence = "high"
hosts = ["api.relay-r.example"]
examples = ["OPENAI_BASE_URL=https://api.relay-r.example/v1"]
non-examples = ["relay-r.example"]
"#;

fn rules() -> &'static Rules {
    static EXTENDED: LazyLock<Rules> = LazyLock::new(|| Rules::with_extra(&[("test.toml", RULES)]).unwrap());
    &EXTENDED
}

/// How many places something lets pass.
fn passed(assessment: &Assessment) -> usize {
    assessment.suppressed.iter().map(|finding| finding.occurrences.len()).sum()
}

fn run_with(blobs: Vec<BlobMatches>, policy: &Policy) -> Assessment {
    assess(blobs, &[], rules(), policy, &Fingerprinter::plain())
}

fn run(blobs: Vec<BlobMatches>) -> Assessment {
    run_with(blobs, &Policy::default())
}

/// The findings of one tracked file with no special name.
fn findings(keys: Vec<KeyMatch>, endpoints: Vec<EndpointMatch>) -> Vec<Finding> {
    run(vec![blob("src/app.py", Exposure::Tracked, keys, endpoints)]).findings
}

fn allowing(patterns: &[&str]) -> Policy {
    let allow = patterns.iter().map(|pattern| HostPattern::parse(pattern).unwrap()).collect();
    let endpoints = EndpointPolicy { allow, ..EndpointPolicy::default() };
    Policy { endpoints, ..Policy::default() }
}

fn blob(path: &str, exposure: Exposure, keys: Vec<KeyMatch>, endpoints: Vec<EndpointMatch>) -> BlobMatches {
    let origin = Origin::new(0, BlobPath { text: path.to_owned(), percent: false }, exposure);
    BlobMatches { origin, matches: Matches { keys, endpoints, ..Matches::default() } }
}

/// A place in a file of lines of 100 bytes.
fn place(line: u64, column: u64, length: u64) -> Place {
    let start = (line - 1) * 100 + column - 1;
    let position = Position {
        line,
        column,
        end_line: line,
        end_column: column + length,
        column_utf16: column,
        end_column_utf16: column + length,
    };
    Place { span: Span { start, end: start + length }, position, line_hash: None, allow: None, home: None, part: None }
}

/// An OpenAI project key, proven by its structure.
fn openai_key(line: u64, setting: Option<&str>) -> KeyMatch {
    KeyMatch {
        place: place(line, 20, 30),
        secret: Secret::new(b"openai-value"),
        redacted: Redacted::from_redacted("sk-proj-aB3d…x9QA".to_owned()),
        format: "openai-project".to_owned(),
        issuer: Some("openai".to_owned()),
        proof: Proof::Structure,
        confidence: Confidence::High,
        setting: setting.map(str::to_owned),
        weak: false,
        signals: Vec::new(),
        encoding: Vec::new(),
    }
}

/// A key whose shape proves no issuer.
fn open_key(line: u64, setting: Option<&str>) -> KeyMatch {
    KeyMatch {
        secret: Secret::new(b"open-value"),
        redacted: Redacted::from_redacted("sk-Zz9f…0a1b".to_owned()),
        format: "test-open".to_owned(),
        issuer: None,
        proof: Proof::None,
        confidence: Confidence::Medium,
        ..openai_key(line, setting)
    }
}

/// A key of another issuer with its own value.
fn key_of(issuer: &str, proof: Proof, line: u64, setting: Option<&str>) -> KeyMatch {
    KeyMatch {
        secret: Secret::new(format!("{issuer}-value").as_bytes()),
        format: "test-other".to_owned(),
        issuer: Some(issuer.to_owned()),
        proof,
        ..openai_key(line, setting)
    }
}

/// A configured endpoint that serves models.
fn endpoint(kind: EndpointKind, host: &str, line: u64, setting: Option<&str>) -> EndpointMatch {
    EndpointMatch {
        place: place(line, 20, 25),
        host: host.to_owned(),
        url: format!("https://{host}/v1"),
        kind,
        service: None,
        entry: None,
        confidence: Confidence::High,
        role: Role::Configured,
        llm: true,
        setting: setting.map(str::to_owned),
        signals: Vec::new(),
        encoding: Vec::new(),
    }
}

/// The same of a catalogue entry.
fn entry(id: &str, line: u64, setting: Option<&str>) -> EndpointMatch {
    let known = rules().endpoint(id).unwrap();
    let kind = match id {
        "openai" | "azure-openai" => EndpointKind::Official,
        "relay-r-api" => EndpointKind::Relay,
        _ => EndpointKind::Provider,
    };
    let host = known.hosts[0].replace('*', "ours");
    let service = Some(known.name.to_string());
    EndpointMatch { entry: Some(id.to_owned()), service, ..endpoint(kind, &host, line, setting) }
}

fn key_finding(findings: &[Finding]) -> &Finding {
    findings.iter().find(|finding| matches!(finding.subject, keyscan::model::Subject::Key(_))).unwrap()
}

fn receiver(finding: &Finding) -> Option<&str> {
    finding.receiver.as_ref().map(|receiver| receiver.endpoint.host.as_str())
}

fn has(finding: &Finding, id: SignalId) -> bool {
    finding.signals.iter().any(|signal| signal.id == id)
}

fn signal_detail(finding: &Finding, id: SignalId) -> Option<&str> {
    finding.signals.iter().find(|signal| signal.id == id).map(|signal| signal.detail.as_str())
}

fn signal(id: SignalId) -> Signal {
    Signal::new(id, "")
}
