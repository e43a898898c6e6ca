//! Own networks are asked only where that is wanted, and some addresses never, however they are written and whatever a name
//! stands for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A server of the own machine, and options that ask such if `private` says so.
fn own(private: bool) -> (Server, Options) {
    let server = Server::start(only_at("/api/status", new_api()));
    let options = Options { probe_private: private, ..options(&server) };
    (server, options)
}

#[test]
fn the_own_machine_is_not_asked_in_any_spelling() {
    let (server, options) = own(false);
    let port = server.port;
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "１２７.0.0.1",
        "127。0。0。1",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.1.1",
        "[fd00::1]",
        "[fe80::1]",
        "ollama",
        "litellm.default.svc.cluster.local",
        "gateway.internal",
        "nas.local",
    ] {
        assert_eq!(reason(&options, &format!("http://{host}:{port}/v1")), ProbeReason::Private, "{host}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn the_own_machine_is_asked_where_that_is_wanted() {
    let (server, options) = own(true);
    for host in ["127.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]"] {
        let facts = probe(&options, &format!("http://{host}:{}/v1", server.port));
        assert_eq!(facts.software.map(|software| software.id).as_deref(), Some("new-api"), "{host}");
    }
    let names = Names::for_tests(|_| vec![address("127.0.0.1")], 1);
    let options = Options { names, ..options };
    let facts = probe(&options, &format!("http://ollama:{}/v1", server.port));
    assert_eq!(facts.reason, ProbeReason::Recognised);
}

#[test]
fn what_hands_out_credentials_is_never_asked() {
    let (server, options) = own(true);
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[fd00:ec2::254]",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "169.254.0.23",
        "169.254.42.42",
        "100.96.0.96",
        "[fd00:42::42]",
        "metadata.tencentyun.com",
        "metadata.google.internal",
        "metadata",
        "metadata.google.internal.",
        "METADATA.google.internal",
    ] {
        assert_eq!(reason(&options, &format!("http://{host}/latest/meta-data/")), ProbeReason::Forbidden, "{host}");
    }
    for told in
        ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "224.0.0.1", "192.0.2.1"]
    {
        let names = Names::for_tests(move |_| vec![address(told)], server.port);
        assert_eq!(reason(&Options { names, ..options.clone() }, HOST), ProbeReason::Forbidden, "{told}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_name_with_an_address_of_an_own_network_is_not_asked() {
    let (server, options) = own(false);
    for told in [
        &["127.0.0.1"][..],
        &["10.1.2.3"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["fd12::1"],
        &["100.64.1.1"],
        // One of them is enough, wherever it stands.
        &[PUBLIC, "127.0.0.1"],
        &["127.0.0.1", PUBLIC],
        &[PUBLIC, "fe80::1", PUBLIC],
    ] {
        let names = Names::for_tests(move |_| told.iter().map(|told| address(told)).collect(), server.port);
        assert_eq!(reason(&Options { names, ..options.clone() }, HOST), ProbeReason::Private, "{told:?}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_name_that_changes_its_address_is_looked_up_once() {
    let outside = Server::start(|_| nothing_here());
    let times = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&times);
    let rebind = move |_: &str| match count.fetch_add(1, Ordering::SeqCst) {
        0 => vec![address(PUBLIC)],
        _ => vec![address("127.0.0.1")],
    };
    let options = Options { names: Names::for_tests(rebind, outside.port), ..options(&outside) };
    assert_eq!(reason(&options, &format!("{HOST}/v1")), ProbeReason::NotRecognised);
    assert_eq!(times.load(Ordering::SeqCst), 1);
    assert!(outside.asked().len() >= 5, "every request went to the address that was judged");
}

#[test]
fn a_name_without_an_address_is_not_asked() {
    let (server, options) = own(true);
    let options = Options { names: Names::for_tests(|_| Vec::new(), server.port), ..options };
    assert_eq!(reason(&options, HOST), ProbeReason::Dns);
    assert!(server.asked().is_empty());
}

#[test]
fn what_manuals_write_is_not_asked() {
    let (server, options) = own(true);
    for url in [
        "http://api.example.com/v1",
        "http://relay.example/v1",
        "http://x.invalid/",
        "http://relay.test/v1",
        "http://example.org",
    ] {
        assert_eq!(reason(&options, url), ProbeReason::Forbidden, "{url}");
    }
    for url in [
        "https://${HOST}/v1",
        "https://{{ host }}/v1",
        "ftp://api.nobody-knows.dev/",
        "file:///etc/passwd",
        "http://",
        "http://[key].dev/",
    ] {
        assert_eq!(reason(&options, url), ProbeReason::BadUrl, "{url}");
    }
    assert!(server.asked().is_empty());
}
