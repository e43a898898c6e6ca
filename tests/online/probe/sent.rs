//! What is sent, and what never is.

use std::sync::Mutex;

use keyscan::rules::Rules;

use super::*;
use crate::support::modern;

#[test]
fn a_request_is_a_plain_get_for_a_known_path() {
    let key = modern("sk-proj-", 74, 1);
    let server = Server::start(|_| nothing_here());
    let url = format!("http://user:{key}@api.nobody-knows.dev/v1/chat/{key}?api_key={key}&x=1#{key}");
    assert_eq!(reason(&options(&server), &url), ProbeReason::NotRecognised);
    let tells = Rules::builtin().tells();
    let paths: Vec<&str> = tells.iter().filter_map(|tell| tell.path.as_deref()).collect();
    let asked = server.asked();
    assert!(asked.len() >= 5, "{}", asked.len());
    for asked in &asked {
        let (method, path) = asked.line.strip_suffix(" HTTP/1.1").unwrap().split_once(' ').unwrap();
        assert!(method == "GET" && paths.contains(&path), "{}", asked.line);
        assert_eq!(asked.header("host"), Some("api.nobody-knows.dev"));
        assert_eq!(asked.header("user-agent"), Some(concat!("keyscan/", env!("CARGO_PKG_VERSION"))));
        for (name, _) in &asked.headers {
            assert!(["host", "user-agent", "accept"].contains(&name.as_str()), "{name} is sent");
        }
        let raw = String::from_utf8_lossy(&asked.raw);
        assert!(!raw.contains(&key[8..30]), "{raw}");
    }
    let mut lines: Vec<&String> = asked.iter().map(|asked| &asked.line).collect();
    lines.dedup();
    assert_eq!(lines.len(), asked.len(), "no path is asked for twice");
}

#[test]
fn the_base_of_an_api_is_tried_and_the_root() {
    let server = Server::start(only_at("/tools/llm/api/status", new_api()));
    assert_eq!(
        probe(&options(&server), &format!("{HOST}/tools/llm/v1/chat/completions")).software.unwrap().id,
        "new-api"
    );
    let server = Server::start(only_at("/api/status", new_api()));
    assert_eq!(probe(&options(&server), &format!("{HOST}/openai/v1")).software.unwrap().id, "new-api");
    assert!(server.asked().iter().any(|asked| asked.path() == "/openai/api/status"));
}

#[test]
fn a_base_that_looks_like_a_key_stays_here() {
    let key = modern("sk-proj-", 74, 1);
    let server = Server::start(|_| nothing_here());
    probe(&options(&server), &format!("{HOST}/a/{key}/v1"));
    probe(&options(&server), &format!("{HOST}/a/[key]/b"));
    assert!(server.asked().iter().any(|asked| asked.path() == "/a/api/status"));
    for asked in server.asked() {
        let path = asked.path();
        assert!(!path.contains("sk-") && !path.contains("key") && !path.contains("/b/"), "{path}");
    }
}

#[test]
fn nothing_of_a_base_goes_along_that_could_be_a_secret() {
    let server = Server::start(|_| nothing_here());
    for secret in
        ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "s3cr3t_t0ken", "xoxb-1234567890-abcdef", "kZtRwQpLmNbVcXyHgFdSaJuI"]
    {
        probe(&options(&server), &format!("{HOST}/llm/{secret}/v1"));
        probe(&options(&server), &format!("{HOST}/{secret}/llm/v1"));
    }
    assert!(server.asked().iter().any(|asked| asked.path() == "/llm/api/status"));
    for asked in server.asked() {
        let path = asked.path().strip_prefix("/llm").unwrap_or(asked.path()).to_owned();
        assert!(Rules::builtin().tells().iter().any(|tell| tell.path.as_deref() == Some(path.as_str())), "{path}");
    }
}

#[test]
fn an_endpoint_is_asked_once_however_often_it_is_written() {
    let server = Server::start(only_at("/api/status", new_api()));
    let urls = ["/v1", "/v1/", "/v1/chat/completions", "", "/", "/v1/models?x=1"].map(|path| format!("{HOST}{path}"));
    let urls: Vec<&str> = urls.iter().map(String::as_str).chain(["http://API.nobody-knows.dev:80/v1"]).collect();
    let online = ask_all(&options(&server), &urls);
    assert_eq!(online.endpoints.len(), urls.len());
    assert!(
        online.endpoints.values().all(|facts| facts.software.as_ref().is_some_and(|software| software.id == "new-api"))
    );
    assert_eq!(server.asked().len(), 1);
    let counts = online.probes.unwrap();
    assert_eq!((counts.endpoints, counts.told, counts.left_out), (1, 1, 0));
}

#[test]
fn what_will_be_asked_is_said_before_the_first_request() {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let server = Server::start(|_| {
        SAID.lock().unwrap().push("a request".to_owned());
        new_api()
    });
    let announce = |line: &str| SAID.lock().unwrap().push(line.to_owned());
    let options = Options { announce, ..options(&server) };
    ask_all(
        &options,
        &[HOST, "http://b.nobody-knows.dev/v1", "http://127.0.0.1:9/", "http://user:secret@api.nobody-knows.dev/x"],
    );
    let said = SAID.lock().unwrap().clone();
    assert_eq!(
        said[0],
        "2 hosts will be asked, without a key, which software they run: api.nobody-knows.dev, b.nobody-knows.dev"
    );
    assert!(said.len() >= 3 && said[1..].iter().all(|line| line == "a request"), "{said:?}");
}

#[test]
fn there_are_no_more_than_a_hundred() {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let server = Server::start(|_| new_api());
    let options = Options { announce: |line| SAID.lock().unwrap().push(line.to_owned()), ..options(&server) };
    let urls: Vec<String> = (0..104).map(|number| format!("http://h{number:03}.nobody-knows.dev/v1")).collect();
    let online = ask_all(&options, &urls.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(server.asked().len(), 100);
    let counts = online.probes.unwrap();
    assert_eq!((counts.endpoints, counts.told, counts.left_out), (100, 100, 4));
    assert_eq!(online.endpoints.values().filter(|facts| facts.reason == ProbeReason::Limit).count(), 4);
    assert_eq!(
        online.endpoints["http://h103.nobody-knows.dev/v1"].reason,
        ProbeReason::Limit,
        "those that come first are asked"
    );
    assert!(
        SAID.lock().unwrap()[0].ends_with(" and 90 more; 4 more endpoints are left out"),
        "{:?}",
        SAID.lock().unwrap()
    );
}
