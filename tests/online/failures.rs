//! What may go wrong on the way: the verdict is unknown, with the reason in a word, and nothing hangs.

use keyscan::model::{KeyVerdict, OnlineReason, Verification};
use keyscan::online::{Bounds, Hosts, Options};

use super::server::{Reply, Server};
use super::{bounds, options, verify, verify_with};
use crate::support::modern;

fn key() -> String {
    modern("sk-proj-", 74, 5)
}

/// The reason why nobody could tell, for a reply.
fn reason(reply: Reply) -> OnlineReason {
    let server = Server::start(move |_| reply.clone());
    let said = verify(&server, &key(), "openai-project", "openai");
    assert_eq!(said.verdict, KeyVerdict::Unknown);
    said.reason
}

#[test]
fn answers_that_are_none_of_the_api() {
    let html = "<!DOCTYPE html><title>Log in to the hotel's network</title>".to_owned();
    for reply in [
        Reply::Http(200, vec![("content-type", "text/html".to_owned())], html),
        Reply::Http(200, vec![("content-type", "application/json".to_owned())], String::new()),
        Reply::json(200, r#"{"data":"no list"}"#),
        Reply::json(200, r#"[{"data":[]}]"#),
        Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n\xff\xfe\x00\x01\x02\x03\x04\x05\x06\x07".to_vec()),
        Reply::Endless("<html>"),
    ] {
        let shown = format!("{reply:?}");
        assert_eq!(reason(reply), OnlineReason::NotTheApi, "{shown}");
    }
    for status in [500, 502, 503, 529] {
        assert_eq!(reason(Reply::json(status, "{}")), OnlineReason::ServerError);
    }
}

#[test]
fn heads_that_are_none_are_no_answer() {
    for raw in [
        b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        b"\xff\xff\xff\xff".to_vec(),
        Vec::new(),
        [b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(100_000), b"\r\n{}".to_vec()].concat(),
        [b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'y'; 4_000_000], b"\r\n\r\n{}".to_vec()].concat(),
    ] {
        let server = Server::start(move |_| Reply::Raw(raw.clone()));
        let said = verify(&server, &key(), "openai-project", "openai");
        assert_eq!(said, Verification::unknown(OnlineReason::NotTheApi));
        assert_eq!(server.asked().len(), 1, "what was sent once is not sent again");
    }
}

#[test]
fn a_header_that_is_no_text_names_nobody() {
    let list = br#"{"object":"list","data":[]}"#;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nopenai-organization: \u{0}", list.len());
    let raw = [head.trim_end_matches('\0').as_bytes(), b"org-\xff\xfe\r\n\r\n", list].concat();
    let server = Server::start(move |_| Reply::Raw(raw.clone()));
    let said = verify(&server, &key(), "openai-project", "openai");
    assert_eq!(said, Verification::new(KeyVerdict::Live, OnlineReason::Accepted));
}

#[test]
fn a_list_without_an_end_is_read_in_part() {
    let server = Server::start(|_| Reply::Endless(r#"{"object":"list","data":["#));
    assert_eq!(verify(&server, &key(), "openai-project", "openai").verdict, KeyVerdict::Live);
}

#[test]
fn nobody_waits_for_ever() {
    assert_eq!(reason(Reply::Silence), OnlineReason::Timeout);
    assert_eq!(reason(Reply::Dripping), OnlineReason::Timeout);
    // The run's own end, before that of the request.
    let server = Server::start(|_| Reply::Silence);
    let short = Bounds { run: std::time::Duration::from_millis(300), ..bounds() };
    let options = Options { verify: true, bounds: short, ..options(&server) };
    assert_eq!(verify_with(&options, &key(), "openai-project", "openai").reason, OnlineReason::Limit);
}

#[test]
fn a_port_that_nobody_listens_at_is_tried_and_told() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let options = Options { verify: true, hosts: Hosts::for_tests(port), bounds: bounds(), ..Options::default() };
    let said = verify_with(&options, &key(), "openai-project", "openai");
    assert_eq!(said, Verification::unknown(OnlineReason::Connect));
}

#[test]
fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let elsewhere = Server::start(|_| Reply::list());
    for status in [301, 302, 303, 307, 308] {
        let target = format!("http://127.0.0.1:{}/v1/models", elsewhere.port);
        let server = Server::start(move |_| Reply::Http(status, vec![("location", target.clone())], String::new()));
        let said = verify(&server, &key(), "openai-project", "openai");
        assert_eq!(said, Verification::unknown(OnlineReason::Redirect));
        assert_eq!(server.asked().len(), 1);
    }
    assert!(elsewhere.asked().is_empty());
}
