//! What asks somebody, against servers on this machine: what is sent, what an answer means, and what becomes of a report.
//!
//! The hosts of the issuers cannot be reached from here: every test names a port of this machine in their place.

mod account;
mod binary;
mod failures;
mod probe;
mod report;
mod sent;
mod server;
mod sockets;
mod verdicts;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use keyscan::assess::{Fingerprinter, Policy};
use keyscan::model::{Online, PolicyFacts, Report, Secret, Severity, Verification};
use keyscan::online::{AdminKey, Bounds, Candidate, Hosts, Options, ask};
use keyscan::rules::Rules;
use keyscan::{scan, source};

use server::Server;

/// Bounds within which a test does not have to wait long for what never comes.
fn bounds() -> Bounds {
    Bounds { connect: Duration::from_secs(2), request: Duration::from_secs(2), ..Bounds::default() }
}

/// Options that ask a server of the test, whatever host is meant.
fn options(server: &Server) -> Options {
    Options { hosts: Hosts::for_tests(server.port), bounds: bounds(), ..Options::default() }
}

/// Asks whether a key works, with nothing around it.
fn verify(server: &Server, key: &str, format: &str, issuer: &str) -> Verification {
    verify_with(&Options { verify: true, ..options(server) }, key, format, issuer)
}

fn verify_with(options: &Options, key: &str, format: &str, issuer: &str) -> Verification {
    let secret = Secret::new(key.as_bytes());
    let fingerprint = Fingerprinter::plain().fingerprint(&secret, false).unwrap();
    let candidate = Candidate { fingerprint: fingerprint.clone(), secret: &secret, format, issuer };
    let online = ask(options, &[candidate], &BTreeSet::new(), &Rules::builtin(), str::to_owned).unwrap();
    online.keys[&fingerprint].verification.clone().unwrap()
}

/// Asks whether the own account holds keys, each with its format.
fn own_account(options: Options, admin: &str, keys: &[(&str, &str)]) -> Online {
    let secrets: Vec<Secret> = keys.iter().map(|(key, _)| Secret::new(key.as_bytes())).collect();
    let candidates: Vec<Candidate<'_>> = secrets
        .iter()
        .zip(keys)
        .map(|(secret, (_, format))| Candidate {
            fingerprint: Fingerprinter::plain().fingerprint(secret, false).unwrap(),
            secret,
            format,
            issuer: "openai",
        })
        .collect();
    let options = Options { own_account: Some(AdminKey::new(admin.as_bytes()).unwrap()), ..options };
    ask(&options, &candidates, &BTreeSet::new(), &Rules::builtin(), str::to_owned).unwrap()
}

/// Scans a folder, and asks as the options say.
fn scan(folder: &Path, online: Options) -> Report {
    // Outside git as if committed: what counts here is not where a file lies.
    let tree = source::Options { paths: vec![folder.to_owned()], assume_committed: true, ..source::Options::default() };
    let options = scan::Options {
        input: scan::Input::Tree(Box::new(tree)),
        policy: Policy::default(),
        fingerprinter: Fingerprinter::plain(),
        policy_facts: PolicyFacts::default(),
        min_severity: Severity::Info,
        show_suppressed: false,
        online,
    };
    scan::run(&options, &Rules::builtin(), &source::Progress::default()).unwrap()
}

/// A report as its schema describes it.
fn valid(report: &serde_json::Value) {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let faults: Vec<String> = validator.iter_errors(report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}
