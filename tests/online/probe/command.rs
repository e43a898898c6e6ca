//! The program itself: `--probe`, `--probe-private` and `keyscan probe`, against servers of this machine.

use serde_json::Value;

use super::*;
use crate::support::{Tree, keyscan, modern};

fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}/v1", server.port)
}

#[test]
fn an_endpoint_is_asked_from_the_command_line() {
    let server = Server::start(only_at("/api/status", new_api()));
    let tree = Tree::new();
    let run = keyscan(tree.path(), &["probe", "--probe-private", &url(&server)]);
    assert_eq!(run.code, 0, "{}", run.errors());
    assert_eq!(run.text(), format!("{}: New API v0.9.3, relay software\n", url(&server)));
    assert_eq!(run.errors(), "1 host will be asked, without a key, which software it runs: 127.0.0.1\n");
    let run = keyscan(tree.path(), &["probe", "--probe-private", "-f", "json", &url(&server), &url(&server)]);
    let entry = serde_json::json!({
        "url": url(&server), "software": "new-api", "name": "New API", "version": "v0.9.3", "kind": "relay-software",
        "reason": "recognised",
    });
    assert_eq!(run.json(), serde_json::json!({"schema_version": 1, "probes": [entry]}));
    assert_eq!(run.code, 0);
}

#[test]
fn the_exit_code_tells_what_came_of_it() {
    let known = Server::start(only_at("/api/status", new_api()));
    let silent = Server::start(|_| nothing_here());
    let tree = Tree::new();
    let run = |args: &[&str]| keyscan(tree.path(), &[&["probe"], args].concat());
    for (args, code) in [
        (&["--probe-private", &url(&known)][..], 0),
        (&["--probe-private", &url(&silent)], 3),
        (&["--probe-private", &url(&known), &url(&silent)], 3),
        (&[&url(&known)], 2),
        (&["--probe-private", &url(&silent), "ftp://nowhere.dev/"], 2),
        (&["--probe-private", "http://169.254.169.254/"], 2),
        (&["http://2130706433/v1"], 2),
        (&[], 2),
    ] {
        let run = run(args);
        assert_eq!(run.code, code, "{args:?}: {} {}", run.text(), run.errors());
    }
    let asked = known.asked().len();
    let refused = run(&[&url(&known)]);
    assert!(refused.text().contains("--probe-private") && known.asked().len() == asked, "{}", refused.text());
}

#[test]
fn neither_password_nor_key_of_an_address_is_repeated() {
    let server = Server::start(|_| nothing_here());
    let key = modern("sk-proj-", 74, 1);
    let url = format!("http://me:{key}@127.0.0.1:{}/v1/{key}?key={key}#{key}", server.port);
    for format in ["human", "json"] {
        let run = keyscan(Tree::new().path(), &["probe", "--probe-private", "-f", format, &url]);
        let all = run.text() + &run.errors();
        assert!(!all.contains(&key[8..30]) && !all.contains("me:"), "{all}");
    }
    assert!(server.asked().iter().all(|asked| !String::from_utf8_lossy(&asked.raw).contains(&key[8..30])));
}

#[test]
fn nothing_of_an_address_that_is_none_is_repeated_but_its_host() {
    for url in ["https:/user:hunter2@h/", "user:hunter2@h/?u=http://x", "//user:hunter2@h/", "http://u:hunter2?x@h/"] {
        let run = keyscan(Tree::new().path(), &["probe", url]);
        let all = run.text() + &run.errors();
        assert!(run.code == 2 && !all.contains("hunter2"), "{all}");
    }
    let run = keyscan(Tree::new().path(), &["probe", &format!("ftp://h/{}", "long/".repeat(4000))]);
    assert!(run.code == 2 && run.text().len() < 400, "{}", run.text().len());
}

#[test]
fn a_wrong_proxy_is_refused_before_anything_is_scanned() {
    let tree = Tree::one(".env", "A=b\n");
    for proxy in ["http://[", "http://", "http://127.0.0.1:99999", "nonsense"] {
        let run = keyscan(tree.path(), &["--verify", "--online-proxy", proxy]);
        assert!(run.code == 2 && run.errors().contains("the proxy is no"), "{proxy}: {}", run.errors());
    }
}

#[test]
fn rules_that_only_an_issuer_knows_need_their_option() {
    let tree = Tree::one("notes.md", "nothing\n");
    for only in ["foreign-key", "no-spend-limit"] {
        let run = keyscan(tree.path(), &["--only", only]);
        assert!(run.code == 2 && run.errors().contains("no rule is left"), "{only}: {}", run.errors());
    }
    let run = keyscan(tree.path(), &["--only", "foreign-key", "--verify"]);
    assert_eq!(run.code, 2, "half of it");
}

#[test]
fn a_scan_asks_the_own_machine_only_where_that_is_wanted() {
    let server = Server::start(only_at("/api/status", new_api()));
    let tree =
        Tree::one(".env", format!("OPENAI_BASE_URL={}\nOPENAI_API_KEY={}\n", url(&server), modern("sk-proj-", 74, 1)));
    let reason = |report: &Value| report["findings"][0]["endpoint"]["probe"]["reason"].clone();
    let run = keyscan(tree.path(), &["--probe", "-f", "json", "--min-severity", "info"]);
    assert_eq!((reason(&run.json()), run.errors().as_str()), ("private".into(), ""));
    assert!(server.asked().is_empty());
    let run = keyscan(tree.path(), &["--probe", "--probe-private", "-f", "json", "--min-severity", "info"]);
    assert_eq!(reason(&run.json()), "recognised");
    assert_eq!(run.json()["findings"][0]["endpoint"]["kind"], "self-hosted", "one's own stays one's own");
    let key = modern("sk-proj-", 74, 1);
    assert!(server.asked().iter().all(|asked| !String::from_utf8_lossy(&asked.raw).contains(&key[8..30])));

    let run = keyscan(tree.path(), &["--probe-private"]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("--probe"), "{}", run.errors());
}

#[test]
fn no_policy_file_can_make_it_ask() {
    let tree = Tree::one(".env", "OPENAI_BASE_URL=http://127.0.0.1:9/v1\n");
    for setting in ["probe = true", "[online]\nprobe = true", "[scan]\nprobe = true", "probe_private = true"] {
        tree.write(".keyscan.toml", setting);
        assert_eq!(keyscan(tree.path(), &[]).code, 2, "{setting}");
    }
}

#[test]
fn a_proxy_is_asked_for_public_hosts_alone() {
    let proxy = Server::start(|asked| match asked.line.as_str() {
        "GET http://93.184.215.14/api/status HTTP/1.1" => new_api(),
        _ => nothing_here(),
    });
    let own = Server::start(only_at("/api/status", new_api()));
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let tree = Tree::new();
    let public = format!("http://{PUBLIC}/v1");
    let run = keyscan(tree.path(), &["probe", "--online-proxy", &address, &public]);
    assert_eq!(run.text(), format!("{public}: New API v0.9.3, relay software\n"), "{}", run.errors());
    let asked = proxy.asked().len();
    let run = keyscan(tree.path(), &["probe", "--probe-private", "--online-proxy", &address, &url(&own)]);
    assert_eq!((run.code, proxy.asked().len()), (0, asked));
    let run = keyscan(tree.path(), &["probe", "--online-proxy", "socks5://127.0.0.1:1", &public]);
    assert_eq!(run.code, 2);
}
