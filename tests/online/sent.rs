//! What is sent, and what never is.

use std::sync::Mutex;

use keyscan::online::Options;

use super::server::{Reply, Server};
use super::{options, scan, verify};
use crate::support::{Tree, expand, modern};

#[test]
fn a_key_travels_in_one_header_of_one_request() {
    let server = Server::start(|_| Reply::list());
    for (key, format, issuer, host, path, header, value) in [
        (
            modern("sk-proj-", 74, 1),
            "openai-project",
            "openai",
            "api.openai.com",
            "/v1/models",
            "authorization",
            "Bearer ",
        ),
        (
            modern("sk-admin-", 58, 2),
            "openai-admin",
            "openai",
            "api.openai.com",
            "/v1/organization/admin_api_keys?limit=1",
            "authorization",
            "Bearer ",
        ),
        (
            expand("sk-ant-api03-{93:url}AA", 3),
            "anthropic-api",
            "anthropic",
            "api.anthropic.com",
            "/v1/models?limit=1",
            "x-api-key",
            "",
        ),
        (
            expand("sk-or-v1-{64:hex}", 4),
            "openrouter",
            "openrouter",
            "openrouter.ai",
            "/api/v1/key",
            "authorization",
            "Bearer ",
        ),
        (expand("gsk_{52}", 5), "groq", "groq", "api.groq.com", "/openai/v1/models", "authorization", "Bearer "),
    ] {
        let before = server.asked().len();
        verify(&server, &key, format, issuer);
        let all = server.asked();
        assert_eq!(all.len(), before + 1, "{format}");
        let asked =
            all.iter().find(|asked| asked.header(header) == Some(&format!("{value}{key}"))).expect("it was sent");
        assert_eq!(asked.line, format!("GET {path} HTTP/1.1"));
        assert_eq!(asked.header("host"), Some(host));
        let raw = String::from_utf8_lossy(&asked.raw).into_owned();
        assert_eq!(raw.matches(&key).count(), 1, "{format}");
        let mut names: Vec<&str> = asked.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| !["host", "accept", "user-agent", "anthropic-version", header].contains(name));
        assert!(names.is_empty(), "{names:?}");
        assert!(asked.header("user-agent").unwrap().starts_with("keyscan/"));
    }
}

/// Every key that may not be sent, in a tree that would lead it elsewhere if it could.
#[test]
fn what_is_not_proven_whole_and_secret_stays_here() {
    let server = Server::start(|_| Reply::list());
    let stays = [
        ("relay.env", format!("OPENAI_API_KEY={}\n", expand("sk-{16}{32:oneapi}", 1))),
        ("open.env", format!("OPENAI_API_KEY={}\n", expand("sk-{48}", 2))),
        ("weak.env", "OPENAI_API_KEY=sk-1234\n".to_owned()),
        ("refresh.env", format!("OPENAI_REFRESH={}\n", expand("rt_{43:url}.{43:url}", 3))),
        ("session.env", format!("OPENAI_SESSION={}\n", expand("sess-{40}", 4))),
        ("secret.env", format!("OPENAI_WEBHOOK_SECRET={}\n", expand("whsec_{43:b64}=", 5))),
        ("damaged.env", format!("OPENAI_API_KEY={}\n", expand("sk-proj-{74:url}T3{}BlbkFJ{40:url}", 6))),
        ("fragment.env", format!("OPENAI_API_KEY={}\n", expand("{20}T3{}BlbkFJ{20}", 7))),
        ("masked.env", "OPENAI_API_KEY=sk-proj-abcd********************wxyz\n".to_owned()),
        ("api2d.env", format!("OPENAI_API_KEY={}\n", expand("fk123456-{32}", 8))),
    ];
    let tree = Tree::new();
    for (path, content) in &stays {
        tree.write(path, content);
    }
    tree.write(".keyscan.toml", "[endpoints]\nallow = ['api.example.com']\n");
    let report = scan(tree.path(), Options { verify: true, ..options(&server) });
    assert!(report.findings.len() > 3, "the keys were found");
    let asked: Vec<String> = server.asked().iter().map(|asked| asked.line.clone()).collect();
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn a_key_is_sent_once_wherever_it_stands_and_to_no_address_of_the_tree() {
    let server = Server::start(|_| Reply::list());
    let elsewhere = Server::start(|_| Reply::list());
    let key = modern("sk-proj-", 74, 9);
    let tree = Tree::new();
    let own = format!("OPENAI_BASE_URL=http://127.0.0.1:{}/v1\nHTTPS_PROXY=http://127.0.0.1:{0}\n", elsewhere.port);
    for path in ["a/.env", "b/.env", "c/config.py"] {
        tree.write(path, format!("{own}OPENAI_API_KEY={key}\n"));
    }
    scan(tree.path(), Options { verify: true, ..options(&server) });
    assert_eq!(server.asked().len(), 1);
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    let server = Server::start(|_| Reply::list());
    let tree = Tree::one(".env", format!("OPENAI_API_KEY={}\n", modern("sk-proj-", 74, 1)));
    let report = scan(tree.path(), options(&server));
    assert_eq!(report.findings.len(), 1);
    assert!(server.asked().is_empty());
}

#[test]
fn what_will_be_sent_is_said_before_the_first_request() {
    static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let server = Server::start(|_| {
        SAID.lock().unwrap().push("a request".to_owned());
        Reply::list()
    });
    let tree = Tree::new();
    for seed in 0..2 {
        tree.write(&format!("{seed}.env"), format!("OPENAI_API_KEY={}\n", modern("sk-proj-", 74, seed)));
    }
    tree.write("groq.env", format!("GROQ_API_KEY={}\n", expand("gsk_{52}", 1)));
    let announce = |line: &str| SAID.lock().unwrap().push(line.to_owned());
    scan(tree.path(), Options { verify: true, announce, ..options(&server) });
    let said = SAID.lock().unwrap().clone();
    assert_eq!(
        said,
        [
            "1 key will be sent to api.groq.com over TLS to ask whether it works",
            "2 keys will be sent to api.openai.com over TLS to ask whether they work",
            "a request",
            "a request",
            "a request",
        ]
    );
}
