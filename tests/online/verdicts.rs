//! What an answer says of a key: every row of the table in the rules, and what no row says.

use keyscan::model::{KeyVerdict, OnlineReason, Verification};
use keyscan::rules::Rules;

use super::server::{Reply, Server};
use super::verify;
use crate::support::{expand, modern};

/// A key of a format of the rules.
fn key_of(format: &str) -> String {
    let sample = Rules::builtin().key(format).unwrap().sample.to_string();
    expand(&sample, 11)
}

#[test]
fn every_row_of_the_table_means_what_it_says() {
    let (checks, answers) = Rules::builtin().checks();
    for check in &checks {
        let rows: Vec<_> = answers.iter().filter(|row| row.of == check.answers).collect();
        assert!(!rows.is_empty(), "{} has no answers", check.id);
        for row in rows {
            let reply = Reply::json(row.status, &row.example);
            let server = Server::start(move |_| reply.clone());
            for format in check.formats.iter() {
                let said = verify(&server, &key_of(format), format, &check.issuer);
                let reason = OnlineReason::from_word(&row.reason).expect("the reason is a word of the report");
                let wanted = serde_json::to_value(row.verdict).unwrap();
                assert_eq!((said.verdict.as_str(), said.reason), (wanted.as_str().unwrap(), reason), "{}", row.example);
                if check.formats.len() > 1 {
                    break;
                }
            }
        }
    }
    assert!(answers.iter().all(|row| checks.iter().any(|check| check.answers == row.of)));
}

#[test]
fn the_table_holds_for_every_format_of_a_check() {
    let (checks, _) = Rules::builtin().checks();
    let server = Server::start(|_| Reply::list());
    for check in &checks {
        for format in check.formats.iter() {
            let said = verify(&server, &key_of(format), format, &check.issuer);
            assert_eq!(said, Verification::new(KeyVerdict::Live, OnlineReason::Accepted), "{format}");
        }
    }
}

/// What OpenAI may answer besides, each with its verdict: status and error have to be read together.
#[test]
fn the_same_status_means_several_things() {
    let error = |message: &str, kind: &str, code: &str| {
        format!(r#"{{"error":{{"message":"{message}","type":"{kind}","param":null,"code":{code}}}}}"#)
    };
    let scopes = "You have insufficient permissions. Missing scopes: api.model.read. Check that you have the role.";
    for (status, body, verdict, reason) in [
        (401, error(scopes, "invalid_request_error", "null"), KeyVerdict::LiveRestricted, OnlineReason::MissingScopes),
        (403, error(scopes, "invalid_request_error", "null"), KeyVerdict::LiveRestricted, OnlineReason::MissingScopes),
        (401, error("Who knows", "invalid_request_error", "null"), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (403, error("Who knows", "invalid_request_error", "null"), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (403, error("Who knows", "x", "\"invalid_api_key\""), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (429, error("Slow down", "requests", "null"), KeyVerdict::Live, OnlineReason::RateLimited),
        (429, error("Paid", "insufficient_quota", "null"), KeyVerdict::LiveNoFunds, OnlineReason::NoQuota),
        (429, error("x", "x", "\"rate_limit_exceeded\""), KeyVerdict::Live, OnlineReason::RateLimited),
        (429, error("Slow down", "tokens", "null"), KeyVerdict::Live, OnlineReason::RateLimited),
        (429, error("Too many requests from your IP", "x", "null"), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (429, error("Rate limited", "x", "1015"), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (429, error("x", "x", "\"invalid_api_key\""), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (429, r#"{"error":{"message":"Too many"}}"#.to_owned(), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (400, error("Bad", "invalid_request_error", "null"), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (404, error("Gone", "invalid_request_error", "null"), KeyVerdict::Unknown, OnlineReason::Unexpected),
        (401, "no".to_owned(), KeyVerdict::Unknown, OnlineReason::NotTheApi),
        (401, r#"{"error":"invalid_api_key"}"#.to_owned(), KeyVerdict::Unknown, OnlineReason::NotTheApi),
        (429, "<html>slow down</html>".to_owned(), KeyVerdict::Unknown, OnlineReason::NotTheApi),
        (200, r#"{"object":"list"}"#.to_owned(), KeyVerdict::Unknown, OnlineReason::NotTheApi),
        (204, String::new(), KeyVerdict::Unknown, OnlineReason::NotTheApi),
    ] {
        let reply = Reply::json(status, &body);
        let server = Server::start(move |_| reply.clone());
        let said = verify(&server, &modern("sk-proj-", 74, 3), "openai-project", "openai");
        assert_eq!((said.verdict, said.reason), (verdict, reason), "{status} {body}");
    }
}

#[test]
fn the_account_of_a_live_key_is_named_in_part() {
    let named = |organization: &'static str, body: &'static str, status: u16| {
        let server = Server::start(move |_| {
            let headers = vec![
                ("openai-organization", organization.to_owned()),
                ("openai-project", "proj_Ab3dEf6hIj9kLm2nOp5qRs8t".to_owned()),
            ];
            Reply::Http(status, headers, body.to_owned())
        });
        let said = verify(&server, &modern("sk-proj-", 74, 3), "openai-project", "openai");
        (said.organization, said.project)
    };
    let list = r#"{"object":"list","data":[]}"#;
    assert_eq!(
        named("org-Ab3dEf6hIj9kLm2nOp5qRs8t", list, 200),
        (Some("org-Ab…8t".to_owned()), Some("proj_Ab…8t".to_owned()))
    );
    assert_eq!(named("acme", list, 200).0, Some("…".to_owned()));
    assert_eq!(named("org-\u{1b}[31mred", list, 200).0, None);
    assert_eq!(named("org-x y", list, 200).0, None);
    assert_eq!(named("org-Ab3dEf6hIj9kLm2nOp5qRs8t", "<html>", 200), (None, None));
}
