//! Servers that lead elsewhere, never end, or answer what is no answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn redirect(status: u16, to: &str) -> Reply {
    Reply::Http(status, vec![("location", to.to_owned())], String::new())
}

#[test]
fn no_answer_leads_into_an_own_network_or_out_of_tls() {
    let inside = Server::start(|_| new_api());
    let port = inside.port;
    for to in [
        format!("http://127.0.0.1:{port}/api/status"),
        format!("http://127.1:{port}/api/status"),
        format!("http://2130706433:{port}/"),
        format!("http://localhost:{port}/api/status"),
        format!("http://[::ffff:127.0.0.1]:{port}/api/status"),
        format!("//127.0.0.1:{port}/api/status"),
        format!("http://inside.nobody-knows.dev:{port}/api/status"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://inside.nobody-knows.dev/api/status".to_owned(),
        "http://user:pass@10.0.0.1/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        for private in [false, true] {
            let goal = to.clone();
            let outside = Server::start(move |_| redirect(302, &goal));
            let look_up = |host: &str| vec![address(if host.starts_with("inside.") { "127.0.0.1" } else { PUBLIC })];
            let names = Names::for_tests(look_up, outside.port);
            // With --probe-private, too: only the endpoint itself may be one's own.
            let options = Options { names, probe_private: private, ..options(&outside) };
            assert_eq!(reason(&options, HOST), ProbeReason::Redirect, "{to} {private}");
            assert!(!outside.asked().is_empty());
        }
    }
    assert!(inside.asked().is_empty());
}

#[test]
fn answers_are_followed_a_few_steps_on_the_same_host() {
    let server = Server::start(|asked| match asked.path() {
        "/api/status" => redirect(301, "/en/api/status/?next=/x#y"),
        "/en/api/status/" => redirect(307, "../status"),
        "/en/api/status" => new_api(),
        _ => nothing_here(),
    });
    assert_eq!(probe(&options(&server), HOST).software.unwrap().id, "new-api");
    let lines: Vec<String> = server.asked().iter().map(|asked| asked.path().to_owned()).collect();
    assert_eq!(lines, ["/api/status", "/en/api/status", "/en/api/status/"], "nothing but paths goes along");

    let times = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&times);
    let server = Server::start(move |_| redirect(302, &format!("/{}", count.fetch_add(1, Ordering::SeqCst))));
    assert_eq!(reason(&options(&server), HOST), ProbeReason::Redirect);
    assert!(times.load(Ordering::SeqCst) < 60);
}

/// Whoever is asked may know a key of ours: it must not make one travel.
#[test]
fn no_answer_makes_a_key_or_anything_like_it_travel() {
    let key = crate::support::modern("sk-proj-", 74, 1);
    let short = crate::support::expand("sk-{32}", 2).to_lowercase();
    for to in [
        format!("http://other.dev/{key}"),
        format!("http://{short}.other.dev/"),
        format!("http://{short}.nobody-knows.dev/"),
        format!("http://{short}@other.dev/api/status"),
        "http://other.dev/api/status".to_owned(),
        "http://www.api.nobody-knows.dev/api/status".to_owned(),
        format!("/{key}"),
        format!("/{short}/x"),
        "/s3cr3t_t0ken/x".to_owned(),
    ] {
        let goal = to.clone();
        let server = Server::start(move |_| redirect(302, &goal));
        let names = Names::for_tests(
            |host| {
                assert_eq!(host, "api.nobody-knows.dev", "no other name is looked up");
                vec![address(PUBLIC)]
            },
            server.port,
        );
        assert_eq!(reason(&Options { names, ..options(&server) }, HOST), ProbeReason::Redirect, "{to}");
        for asked in server.asked() {
            assert_eq!(asked.header("host"), Some("api.nobody-knows.dev"), "{to}");
            let raw = String::from_utf8_lossy(&asked.raw).into_owned();
            assert!(!raw.contains("sk-") && !raw.contains("t0ken"), "{raw}");
        }
    }
}

/// What stands beside an API on its host, or on a host that it leads to, says nothing of it.
#[test]
fn what_something_else_runs_is_not_said_of_an_endpoint() {
    let server = Server::start(|asked| match asked.path() {
        "/llm/v1/models" => Reply::list(),
        "/api/status" => new_api(),
        _ => nothing_here(),
    });
    assert_eq!(reason(&options(&server), &format!("{HOST}/llm/v1")), ProbeReason::CompatibleApi);
    assert!(server.asked().iter().all(|asked| asked.path().starts_with("/llm/")));
}

/// A test must not reach anybody, whatever it asks about.
#[test]
fn names_of_a_test_lead_to_this_machine_alone() {
    let server = Server::start(only_at("/api/status", new_api()));
    for told in [&[PUBLIC][..], &[PUBLIC, "10.1.2.3"], &["10.1.2.3", "192.168.0.1"], &["fd00::1"]] {
        let names = Names::for_tests(move |_| told.iter().map(|told| address(told)).collect(), server.port);
        let options = Options { names, probe_private: true, ..options(&server) };
        let asked = server.asked().len();
        assert_eq!(probe(&options, HOST).reason, ProbeReason::Recognised, "{told:?}");
        assert_eq!(server.asked().len(), asked + 1);
    }
    let options = Options { probe_private: true, ..options(&server) };
    for literal in [PUBLIC, "10.1.2.3", "[fd00::1]", "[64:ff9b::10.1.2.3]"] {
        assert_eq!(reason(&options, &format!("http://{literal}/v1")), ProbeReason::Connect, "{literal}");
    }
}

#[test]
fn a_catalogued_host_is_not_asked_by_way_of_another() {
    let server = Server::start(|asked| match asked.header("host") {
        Some("api.nobody-knows.dev") => redirect(302, "http://api.openai.com/api/status"),
        _ => new_api(),
    });
    assert_eq!(reason(&options(&server), HOST), ProbeReason::Redirect);
    assert!(server.asked().iter().all(|asked| asked.header("host") == Some("api.nobody-knows.dev")));
}

#[test]
fn whatever_comes_ends_and_says_why() {
    let many = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".repeat(100_000), b"\r\n{}".to_vec()].concat();
    let wide = [b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'y'; 4_000_000], b"\r\n\r\n{}".to_vec()].concat();
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let bomb =
        [b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 20\r\n\r\n".to_vec(), vec![0x1f; 20]].concat();
    let foreign = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nlocation: \xff\xfe\r\n\r\n\xff\xfe\x00\x01".to_vec();
    for (reply, reasons) in [
        (Reply::Silence, &[ProbeReason::Timeout][..]),
        (Reply::Dripping, &[ProbeReason::Timeout]),
        (Reply::Endless("{"), &[ProbeReason::NotRecognised]),
        (Reply::Endless("<html>"), &[ProbeReason::NotRecognised]),
        (Reply::Raw(many), &[ProbeReason::NotHttp]),
        (Reply::Raw(wide), &[ProbeReason::NotHttp]),
        (Reply::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), &[ProbeReason::NotHttp]),
        (Reply::Raw(b"\xff\xff\xff\xff".to_vec()), &[ProbeReason::NotHttp]),
        (Reply::Raw(Vec::new()), &[ProbeReason::NotHttp]),
        (Reply::Raw(bomb), &[ProbeReason::NotRecognised]),
        (Reply::Raw(foreign), &[ProbeReason::NotRecognised]),
        (Reply::json(200, &deep), &[ProbeReason::NotRecognised]),
        (Reply::json(500, "{}"), &[ProbeReason::NotRecognised]),
    ] {
        let shown = format!("{reply:?}").chars().take(80).collect::<String>();
        let server = Server::start(move |_| reply.clone());
        let said = reason(&options(&server), HOST);
        assert!(reasons.contains(&said), "{shown}: {said:?}");
    }
}

#[test]
fn what_an_endless_answer_says_first_still_counts_and_the_rest_is_left() {
    let server = Server::start(|asked| match asked.path() {
        "/" => Reply::Endless("<title>Sub2API - AI API Gateway</title>"),
        _ => nothing_here(),
    });
    assert_eq!(probe(&options(&server), HOST).software.unwrap().id, "sub2api");
}

#[test]
fn what_was_said_before_somebody_fell_silent_counts() {
    let server = Server::start(|asked| match asked.path() {
        "/api/status" => Reply::Http(404, vec![("x-new-api-version", "v0.9.3".to_owned())], String::new()),
        _ => Reply::Silence,
    });
    assert_eq!(probe(&options(&server), HOST).software.unwrap().named(), "New API v0.9.3");
}

#[test]
fn an_endpoint_and_a_run_have_an_end() {
    let slow = |server: &Server, endpoint: u64, run: u64| {
        let bounds = Bounds {
            probe: Duration::from_secs(30),
            endpoint: Duration::from_millis(endpoint),
            run: Duration::from_millis(run),
            ..bounds()
        };
        reason(&Options { bounds, ..options(server) }, HOST)
    };
    let server = Server::start(|_| Reply::Silence);
    assert_eq!(slow(&server, 300, 60_000), ProbeReason::Timeout);
    assert_eq!(slow(&server, 60_000, 300), ProbeReason::Limit);
}

/// Those that wait for their turn lose nothing of their time.
#[test]
fn slow_endpoints_take_no_time_from_others() {
    let server = Server::start(|asked| match asked.header("host") {
        Some(host) if host.starts_with("a-slow") => Reply::Silence,
        _ => only_at("/api/status", new_api())(asked),
    });
    let bounds = Bounds {
        probe: Duration::from_millis(700),
        endpoint: Duration::from_secs(1),
        endpoints_at_once: 1,
        ..options(&server).bounds
    };
    let options = Options { bounds, ..options(&server) };
    let urls = ["http://a-slow1.nobody-knows.dev", "http://a-slow2.nobody-knows.dev", "http://b.nobody-knows.dev"];
    let told = ask_all(&options, &urls).endpoints;
    assert_eq!(urls.map(|url| told[url].reason), [ProbeReason::Timeout, ProbeReason::Timeout, ProbeReason::Recognised]);
}

#[test]
fn a_port_that_nobody_listens_at_is_told() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let options = Options { probe: true, probe_private: true, bounds: bounds(), ..Options::default() };
    assert_eq!(reason(&options, &format!("http://127.0.0.1:{port}/v1")), ProbeReason::Connect);
}
