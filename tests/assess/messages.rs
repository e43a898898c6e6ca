//! The sentences, word for word.

use keyscan::model::{Confidence, EndpointKind, EndpointMatch, Exposure, KeyMatch, Proof, Risk, Role, SignalId};

use super::*;

fn named(kind: EndpointKind) -> EndpointMatch {
    EndpointMatch { service: Some("Example".to_owned()), ..endpoint(kind, "api.x.example", 2, None) }
}

fn of_key(key: KeyMatch, endpoints: Vec<EndpointMatch>, path: &str, exposure: Exposure) -> String {
    key_finding(&run(vec![blob(path, exposure, vec![key], endpoints)]).findings).message.clone()
}

#[test]
fn keys() {
    let proven = || openai_key(1, None);
    let stored = |key, endpoints| of_key(key, endpoints, "a/.env", Exposure::Ignored);
    assert_eq!(
        stored(proven(), vec![named(EndpointKind::Relay)]),
        "The OpenAI project key sk-proj-aB3d…x9QA is sent to api.x.example, a relay (Example)."
    );
    assert_eq!(
        stored(proven(), vec![named(EndpointKind::Gateway)]),
        "The OpenAI project key sk-proj-aB3d…x9QA is sent to api.x.example, a gateway that sees every request (Example)."
    );
    assert_eq!(
        stored(proven(), vec![EndpointMatch { service: None, ..named(EndpointKind::Unknown) }]),
        "The OpenAI project key sk-proj-aB3d…x9QA is sent to api.x.example, a host in no catalogue."
    );
    assert_eq!(
        stored(proven(), Vec::new()),
        "The OpenAI project key sk-proj-aB3d…x9QA is stored in a git-ignored file."
    );
    assert_eq!(
        of_key(proven(), Vec::new(), "a.py", Exposure::Tracked),
        "The OpenAI project key sk-proj-aB3d…x9QA is in a file that git tracks."
    );
    assert_eq!(
        stored(open_key(1, None), vec![named(EndpointKind::Relay)]),
        "A key of unknown issuer, sk-Zz9f…0a1b, is sent to api.x.example, a relay (Example)."
    );
    assert_eq!(
        of_key(open_key(1, None), vec![entry("vendor-a-api", 2, None)], "a.py", Exposure::Tracked),
        "The Vendor A key sk-Zz9f…0a1b is in a file that git tracks."
    );
    let low = KeyMatch { confidence: Confidence::Low, ..open_key(1, None) };
    assert_eq!(
        of_key(low, Vec::new(), "a.py", Exposure::Tracked),
        "A possible key of unknown issuer, sk-Zz9f…0a1b, is in a file that git tracks."
    );
    assert_eq!(
        stored(key_of("relay-r", Proof::NamedRelay, 1, None), Vec::new()),
        "The Relay R key sk-proj-aB3d…x9QA was issued by Relay R, a relay."
    );
    assert_eq!(
        stored(key_of("soft-s", Proof::RelaySoftware, 1, None), vec![named(EndpointKind::Relay)]),
        "The Soft S key sk-proj-aB3d…x9QA has the structure of keys that relay software (Soft S) makes and is sent to \
         api.x.example, a relay (Example)."
    );
}

#[test]
fn the_number_of_places_is_told() {
    let found = findings(vec![openai_key(1, None), openai_key(2, None)], Vec::new());
    assert_eq!(
        found[0].message,
        "The OpenAI project key sk-proj-aB3d…x9QA is in a file that git tracks (and in 1 other place)."
    );
}

#[test]
fn endpoints() {
    let message = |endpoint: EndpointMatch| findings(Vec::new(), vec![endpoint])[0].message.clone();
    assert_eq!(message(named(EndpointKind::Relay)), "LLM requests go to api.x.example, a relay (Example).");
    let low = EndpointMatch { confidence: Confidence::Low, ..named(EndpointKind::Relay) };
    assert_eq!(message(low), "LLM requests go to api.x.example, a possible relay, named in one public list (Example).");
    let listed = EndpointMatch { role: Role::Listed, ..named(EndpointKind::Relay) };
    assert_eq!(message(listed), "An address of api.x.example, a relay (Example), is listed among others.");
    let http = |kind| EndpointMatch { signals: vec![signal(SignalId::PlainHttp)], ..named(kind) };
    assert_eq!(
        message(http(EndpointKind::Official)),
        "Requests travel unencrypted to api.x.example, an official API (Example)."
    );
    let user = EndpointMatch { signals: vec![signal(SignalId::UserInfo)], ..named(EndpointKind::Unknown) };
    assert_eq!(message(user), "The URL of api.x.example carries a user name or password.");
}

#[test]
fn advice_and_risks_come_from_the_rules() {
    let all = findings(vec![key_of("vendor-a", Proof::Structure, 1, None)], vec![named(EndpointKind::Relay)]);
    let found = key_finding(&all);
    let text = rules().text(found.rule);
    // How to get rid of the key its issuer says in the rule's place; the rest is as the rule has it, in its order.
    let wanted: Vec<&str> = text.advice.iter().skip(1).map(AsRef::as_ref).collect();
    assert_eq!(found.advice[0], "Revoke it at Vendor A.");
    let rest: Vec<&str> = found.advice[1..].iter().map(String::as_str).filter(|line| wanted.contains(line)).collect();
    assert_eq!(rest, wanted);
    let risks: Vec<&str> = found.risks.iter().copied().map(Risk::as_str).collect();
    assert_eq!(risks.len(), text.risks.len());
    assert!(risks.iter().all(|risk| text.risks.iter().any(|word| word == risk)));
    // What is stored where it belongs need not be revoked.
    let stored =
        run(vec![blob(".env", Exposure::Ignored, vec![key_of("vendor-a", Proof::Structure, 1, None)], vec![])]);
    assert!(!stored.findings[0].advice.iter().any(|advice| advice.contains("Vendor A")));
}
