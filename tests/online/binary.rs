//! The program itself: what it says, what it refuses, and that without a network it ends as it would have offline.
//!
//! A proxy on this machine stands between it and every host, so that nothing can leave.

use std::process::Command;

use serde_json::Value;

use super::server::{Reply, Server};
use crate::support::{Run, Tree, expand, findings, keyscan, modern};

fn tree() -> (Tree, String) {
    let key = modern("sk-proj-", 74, 1);
    (Tree::one("main.py", format!("key = '{key}'\n")), key)
}

/// Runs keyscan with the admin key in its variable.
fn with_admin(tree: &Tree, args: &[&str], admin: &str) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_keyscan"))
        .args(args)
        .current_dir(tree.path())
        .env_clear()
        .env("KEYSCAN_ADMIN_KEY", admin)
        .output()
        .expect("the binary starts");
    Run { code: output.status.code().unwrap_or(-1), stdout: output.stdout, stderr: output.stderr }
}

/// The report without what only an online run has.
fn offline_part(mut report: Value) -> Value {
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["key"].as_object_mut().unwrap().remove("verification");
        finding["signals"].as_array_mut().unwrap().retain(|signal| signal["id"] != "not-verified");
    }
    report["scan"].as_object_mut().unwrap().remove("account");
    report
}

#[test]
fn a_proxy_sees_the_host_and_no_key() {
    let (tree, key) = tree();
    let proxy = Server::start(|_| Reply::Tunnel);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let run = keyscan(tree.path(), &["--verify", "--online-proxy", &address, "-f", "json", "--quiet"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.errors(), "1 key will be sent to api.openai.com over TLS to ask whether it works\n");
    let report = run.json();
    let verification = &findings(&report)[0]["key"]["verification"];
    assert_eq!(
        (&verification["verdict"], &verification["reason"]),
        (&"unknown".into(), &"tls".into()),
        "{verification}"
    );
    let asked = proxy.asked();
    assert!(!asked.is_empty());
    for asked in asked {
        assert_eq!(asked.line, "CONNECT api.openai.com:443 HTTP/1.1");
        assert!(!String::from_utf8_lossy(&asked.raw).contains(&key[8..30]));
    }
}

#[test]
fn without_a_network_the_report_is_that_of_an_offline_run() {
    let (tree, _) = tree();
    let admin = modern("sk-admin-", 58, 2);
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let proxy = format!("http://127.0.0.1:{port}");
    let offline = keyscan(tree.path(), &["-f", "json"]);
    for flags in [&["--verify"][..], &["--own-account"], &["--verify", "--own-account"]] {
        let args = [flags, &["--online-proxy", &proxy, "-f", "json"]].concat();
        let run = with_admin(&tree, &args, &admin);
        assert_eq!(run.code, offline.code, "{}", run.errors());
        assert_eq!(offline_part(run.json()), offline.json());
        assert!(!run.errors().contains(&admin[10..]) && !run.text().contains(&admin[10..]));
    }
}

#[test]
fn variables_name_no_proxy_unless_they_are_asked() {
    let (tree, _) = tree();
    let proxy = Server::start(|_| Reply::json(502, ""));
    let run = Command::new(env!("CARGO_BIN_EXE_keyscan"))
        .args(["--verify", "--online-proxy", "env"])
        .current_dir(tree.path())
        .env_clear()
        .env("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy.port))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(proxy.asked().iter().all(|asked| asked.line.starts_with("CONNECT api.openai.com:443 ")));
    assert!(!proxy.asked().is_empty());
    let run = keyscan(tree.path(), &["--verify", "--online-proxy", "env"]);
    assert_eq!(run.code, 2);
    assert!(run.errors().contains("no variable names a proxy"), "{}", run.errors());
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_read() {
    let (tree, key) = tree();
    let admin = modern("sk-admin-", 58, 2);
    tree.write("wrong.txt", &key);
    for (args, said) in [
        (&["--own-account"][..], "there is none"),
        (&["--own-account", "--admin-key-file", "wrong.txt"], "an admin key is one line"),
        (&["--own-account", "--admin-key-file", "absent.txt"], "it is not there"),
        (&["--admin-key-file", "wrong.txt"], "--own-account"),
        (&["--online-proxy", "http://127.0.0.1:1"], "nobody is asked anything"),
        (&["--verify", "--online-proxy", "socks5://127.0.0.1:1"], "the proxy is no http"),
        (&["--own-account", &admin], "there is none"),
    ] {
        let run = keyscan(tree.path(), args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.errors());
        assert!(run.errors().contains(said), "{}", run.errors());
        assert!(!run.errors().contains(&key[20..]) && !run.errors().contains(&admin[20..]), "{}", run.errors());
        assert_eq!(run.text(), "");
    }
}

#[test]
fn no_policy_file_can_make_it_ask() {
    let (tree, _) = tree();
    for setting in ["verify = true", "own_account = true", "[online]\nverify = true", "[scan]\nverify = true"] {
        tree.write(".keyscan.toml", setting);
        let run = keyscan(tree.path(), &["-f", "json"]);
        assert_eq!(run.code, 2, "{setting}: {}", run.errors());
    }
}

/// No socket without a flag, as the system sees it.
#[test]
fn a_scan_without_a_flag_opens_no_socket() {
    let (tree, _) = tree();
    tree.write("groq.env", format!("GROQ_API_KEY={}\nHTTPS_PROXY=http://127.0.0.1:9\n", expand("gsk_{52}", 1)));
    let trace = tempfile::NamedTempFile::new().unwrap();
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=%network", "-o"])
        .arg(trace.path())
        .args([env!("CARGO_BIN_EXE_keyscan"), "--exit-zero"])
        .current_dir(tree.path())
        .env_clear()
        .output();
    match traced {
        Ok(run) if run.status.success() => {
            assert!(String::from_utf8_lossy(&run.stdout).contains("main.py"), "the key was found");
            let calls = std::fs::read_to_string(trace.path()).unwrap();
            let calls: Vec<&str> = calls.lines().filter(|line| !line.contains("AF_UNIX")).collect();
            assert!(calls.iter().all(|call| !call.contains("socket(") && !call.contains("connect(")), "{calls:?}");
        }
        _ => println!("skipped: strace does not work here"),
    }
}
