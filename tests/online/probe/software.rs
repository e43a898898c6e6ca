//! Every tell of the rules against a server that answers so; and servers that are none of these.

use keyscan::model::{ProbeReason, SoftwareClass};
use keyscan::rules::Rules;
use keyscan::rules::schema::Tell;

use super::*;

fn reply(tell: &Tell) -> Reply {
    let headers = tell.example.headers.iter();
    let headers = headers.map(|[name, value]| (&*name.to_string().leak(), value.to_string())).collect();
    Reply::Http(tell.example.status, headers, tell.example.body.to_string())
}

#[test]
fn every_tell_gives_its_software_away() {
    for tell in Rules::builtin().tells() {
        let (answer, path) = (reply(&tell), tell.path.clone());
        let server = Server::start(move |asked| match &path {
            Some(path) if asked.path() != path => nothing_here(),
            _ => answer.clone(),
        });
        let facts = probe(&options(&server), &format!("{HOST}/v1"));
        assert_eq!(facts.reason, ProbeReason::Recognised, "{}", tell.id);
        let software = facts.software.unwrap();
        let wanted = tell.software.as_ref().or(tell.server.as_ref()).unwrap();
        assert_eq!(software.id, *wanted, "{}", tell.id);
        let versioned =
            tell.example.headers.iter().any(|[name, _]| tell.version_header.as_deref() == Some(&*name.to_lowercase()));
        assert_eq!(software.version.is_some(), tell.version.is_some() || versioned, "{}", tell.id);
    }
}

#[test]
fn the_software_that_people_meet_is_there_with_its_class() {
    use SoftwareClass::{Gateway, InferenceServer, RelaySoftware};
    let tells = Rules::builtin().tells();
    for (id, class) in [
        ("one-api", RelaySoftware),
        ("new-api", RelaySoftware),
        ("one-hub", RelaySoftware),
        ("veloera", RelaySoftware),
        ("sub2api", RelaySoftware),
        ("claude-relay-service", RelaySoftware),
        ("cliproxyapi", RelaySoftware),
        ("gpt4free", RelaySoftware),
        ("chat2api", RelaySoftware),
        ("litellm", Gateway),
        ("portkey-gateway", Gateway),
        ("sh-ollama", InferenceServer),
        ("sh-vllm", InferenceServer),
        ("sh-sglang", InferenceServer),
        ("sh-llamacpp", InferenceServer),
    ] {
        let tell = tells.iter().find(|tell| tell.software.as_ref().or(tell.server.as_ref()).is_some_and(|of| of == id));
        let tell = tell.unwrap_or_else(|| panic!("{id} has no tell")).clone();
        let path = tell.path.clone().unwrap();
        let server = Server::start(move |asked| if asked.path() == path { reply(&tell) } else { nothing_here() });
        assert_eq!(probe(&options(&server), HOST).software.unwrap().class, class, "{id}");
    }
}

#[test]
fn a_path_tells_more_than_a_header_on_every_answer() {
    // A fork that keeps the header of what it was made from.
    let server = Server::start(|asked| {
        let header = vec![("x-oneapi-request-id", "20260101".to_owned())];
        match asked.path() {
            "/v1/models" => Reply::Http(401, header, r#"{"error":{"message":"no","type":"veloera_error"}}"#.to_owned()),
            _ => Reply::Http(404, header, "{}".to_owned()),
        }
    });
    assert_eq!(probe(&options(&server), HOST).software.unwrap().id, "veloera");
}

#[test]
fn a_relay_is_not_taken_for_what_it_passes_on() {
    let header = || vec![("x-oneapi-request-id", "20260101".to_owned())];
    let vllm = r#"{"object":"list","data":[{"id":"m","object":"model","owned_by":"vllm"}]}"#;
    let server = Server::start(move |asked| match asked.path() {
        "/v1/models" => Reply::Http(200, header(), vllm.to_owned()),
        _ => Reply::Http(404, header(), String::new()),
    });
    let software = probe(&options(&server), HOST).software.unwrap();
    assert_eq!((software.name.as_str(), software.class), ("One API or a fork", SoftwareClass::RelaySoftware));
}

#[test]
fn what_no_software_says_is_nobodys() {
    let spa = "<!doctype html><html><head><title>Acme</title></head><body><div id=root></div></body></html>";
    let openai = r#"{"error":{"message":"You didn't provide an API key.","type":"invalid_request_error","param":null,"code":null}}"#;
    let list = r#"{"object":"list","data":[{"id":"gpt-4o","object":"model","created":1,"owned_by":"openai"}]}"#;
    for (body, status, wanted) in [
        (spa, 200, ProbeReason::NotRecognised),
        ("", 204, ProbeReason::NotRecognised),
        ("OK", 200, ProbeReason::NotRecognised),
        ("{}", 200, ProbeReason::NotRecognised),
        (r#"{"status":"ok"}"#, 200, ProbeReason::NotRecognised),
        (r#"{"success":true,"message":"","data":{"version":"1","system_name":"x"}}"#, 200, ProbeReason::NotRecognised),
        (r#"{"error":"unauthorized"}"#, 401, ProbeReason::NotRecognised),
        (r#"{"message":"Is it true that Ollama is running?"}"#, 200, ProbeReason::NotRecognised),
        ("Someone said: Ollama is running", 200, ProbeReason::NotRecognised),
        ("[]", 200, ProbeReason::NotRecognised),
        (
            r#"{"error":{"message":"Unrecognized request URL","type":"invalid_request_error"}}"#,
            404,
            ProbeReason::NotRecognised,
        ),
        (r#"{"error":{"message":"No key","type":"invalid_request_error"}}"#, 401, ProbeReason::NotRecognised),
        (r#"{"error":{"message":"x","type":"OAuthException","code":190}}"#, 401, ProbeReason::NotRecognised),
        (openai, 404, ProbeReason::NotRecognised),
        (list, 500, ProbeReason::NotRecognised),
        ("<!-- <title>Sub2API - AI API Gateway</title> --><title>x</title>", 200, ProbeReason::NotRecognised),
        (openai, 401, ProbeReason::CompatibleApi),
        (list, 200, ProbeReason::CompatibleApi),
    ] {
        let server = Server::start(move |_| Reply::json(status, body));
        assert_eq!(reason(&options(&server), HOST), wanted, "{body}");
    }
}

#[test]
fn a_version_is_repeated_only_if_it_looks_like_one() {
    let long = "1".repeat(41);
    let key = crate::support::modern("sk-proj-", 74, 1);
    for (said, shown) in [
        ("1.1.280", Some("1.1.280")),
        ("v0.9.3-rc.1+x", Some("v0.9.3-rc.1+x")),
        ("", None),
        ("\u{1b}[31mred", None),
        ("1 2", None),
        ("<script>", None),
        (&long, None),
        (&key, None),
    ] {
        let body = serde_json::json!({"service": "claude-relay-service", "version": said}).to_string();
        let server = Server::start(
            move |asked| if asked.path() == "/health" { Reply::json(200, &body) } else { nothing_here() },
        );
        assert_eq!(probe(&options(&server), HOST).software.unwrap().version.as_deref(), shown, "{said}");
    }
}
