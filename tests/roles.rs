//! Endpoints: what part they play where they stand, how they are written, of what kind they are.

use std::collections::BTreeMap;

use keyscan::rules::schema::CatalogueKind;
use serde_json::Value;

use crate::support::addresses::{CONFIGURED, MENTIONED};
use crate::support::catalogue::{all_relays, endpoints, known_relays};
use crate::support::{Tree, findings, keyscan, occurrences, report, tables};

/// What the report says of a host, by path: role, severity of the occurrence, rule, kind.
fn places(report: &Value) -> BTreeMap<(String, String), (String, String, String, String)> {
    let mut places = BTreeMap::new();
    // A line that passes requests on to a relay is a server besides.
    for finding in findings(report).iter().filter(|finding| finding["rule"] != "relay-server") {
        let text = |value: &Value| value.as_str().unwrap_or("null").to_owned();
        for at in occurrences(finding) {
            places.insert(
                (text(&at["path"]), text(&finding["endpoint"]["host"])),
                (text(&at["role"]), text(&at["severity"]), text(&finding["rule"]), text(&finding["endpoint"]["kind"])),
            );
        }
    }
    places
}

/// Writes each shape with a relay of its own and compares role and severity.
fn assert_roles(cases: &[(&str, &str)], role: &str, severity: &str) {
    let relays = known_relays();
    let tree = Tree::new();
    let mut wanted = BTreeMap::new();
    for (index, (file, text)) in cases.iter().enumerate() {
        let host = &relays[index % relays.len()];
        let path = format!("c{index}/{file}");
        tree.write(&path, text.replace("HOST", host));
        wanted.insert((path, host.clone()), text);
    }
    let report = report(tree.path());
    let mut places = places(&report);
    let mut wrong = Vec::new();
    for (place, text) in wanted {
        match places.remove(&place) {
            None => wrong.push(format!("{}: no finding  in {text:?}", place.0)),
            Some((got, level, rule, kind)) => {
                if (got.as_str(), level.as_str(), rule.as_str(), kind.as_str())
                    != (role, severity, "relay-endpoint", "relay")
                {
                    wrong.push(format!("{}: {rule} {kind} {got} {level}  in {text:?}", place.0));
                }
            }
        }
    }
    wrong.extend(places.iter().map(|(place, what)| format!("{}: invented {} {what:?}", place.0, place.1)));
    assert!(
        wrong.is_empty(),
        "{} of {} wrong, expected {role} {severity}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn addresses_that_clients_use_are_configured() {
    assert!(CONFIGURED.len() >= 40);
    assert_roles(CONFIGURED, "configured", "high");
}

#[test]
fn prose_comments_and_links_are_mentioned() {
    assert_roles(MENTIONED, "mentioned", "info");
}

#[test]
fn tables_of_alternatives_are_listed() {
    let relays = all_relays();
    assert!(relays.len() >= 300);
    let mut wrong = Vec::new();
    for count in [3, 5, 40, 300] {
        let tree = Tree::new();
        let mut wanted = Vec::new();
        let hosts = &relays[relays.len() - count..];
        for (name, text) in tables::tables(hosts) {
            wanted.push(format!("{name}/{}", tables::file(name)));
            tree.write(wanted.last().unwrap(), text);
        }
        let report = report(tree.path());
        let places = places(&report);
        for path in &wanted {
            let bad: Vec<String> = hosts
                .iter()
                .filter_map(|host| match places.get(&(path.clone(), host.clone())) {
                    None => Some(format!("{host} missing")),
                    Some((role, level, ..)) if role == "listed" && level == "low" => None,
                    Some((role, level, rule, _)) => Some(format!("{host} {rule} {role} {level}")),
                })
                .collect();
            if !bad.is_empty() {
                wrong.push(format!("{path} with {count} hosts: {} wrong, such as {}", bad.len(), bad[0]));
            }
        }
        let other: Vec<_> = places.keys().filter(|(_, host)| !hosts.contains(host)).collect();
        if !other.is_empty() {
            wrong.push(format!("{count}: invented {other:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// DESIGN 2: listed hosts of one file are shown to people as one line with a count.
#[test]
fn a_table_of_hundreds_is_a_few_lines_for_people() {
    let relays = all_relays();
    let tree = Tree::new();
    for (name, text) in tables::tables(&relays[..300]).into_iter().take(1) {
        tree.write(tables::file(name), text);
    }
    let run = keyscan(tree.path(), &["--format", "human", "."]);
    assert_eq!(run.code, 0, "listed endpoints do not reach the gate: {}", run.text());
    assert!(run.text().contains("300") && run.text().lines().count() < 40, "{}", run.text());
}

#[test]
fn however_a_host_is_written() {
    let cases = [
        ("https://HOST:8443/v1", "HOST:8443"),
        ("https://HOST:443/v1", "HOST"),
        ("https://HOST/v1/chat/completions", "HOST"),
        ("https://HOST./v1", "HOST"),
        ("HTTPS://UPPER/v1", "HOST"),
        ("HOST", "HOST"),
        ("HOST/v1", "HOST"),
        ("https:\\/\\/HOST\\/v1", "HOST"),
        ("wss://HOST/v1/realtime", "HOST"),
        ("https://HOST/v1?team=a#b", "HOST"),
        ("https://team:hunter2hunter2@HOST/v1", "HOST"),
        ("  https://HOST/v1  ", "HOST"),
    ];
    let relays = known_relays();
    let tree = Tree::new();
    for (index, (value, _)) in cases.iter().enumerate() {
        let host = &relays[index];
        let value = value.replace("UPPER", &host.to_uppercase()).replace("HOST", host);
        tree.write(&format!("h{index}/config.json"), format!("{{\"OPENAI_BASE_URL\": \"{value}\"}}\n"));
    }
    let report = report(tree.path());
    let places = places(&report);
    let mut wrong = Vec::new();
    for (index, (value, host)) in cases.iter().enumerate() {
        let host = host.replace("HOST", &relays[index]);
        let got = places.get(&(format!("h{index}/config.json"), host.clone()));
        if !got.is_some_and(|(role, level, _, kind)| role == "configured" && level == "high" && kind == "relay") {
            wrong.push(format!("{value}: expected {host} configured high, got {got:?}"));
        }
    }
    assert!(!report.to_string().contains("hunter2"), "user info is not shown");
    assert!(wrong.is_empty(), "{}\n{:?}", wrong.join("\n"), places.keys().collect::<Vec<_>>());
}

#[test]
fn every_catalogued_host_is_of_its_kind() {
    let tree = Tree::new();
    let mut wanted = BTreeMap::new();
    for (index, endpoint) in endpoints().iter().enumerate() {
        for (at, host) in endpoint.hosts.iter().enumerate() {
            let host = host.replace('*', "acme7");
            let path = format!("e{index}-{at}/.env");
            let api = endpoint.path.as_deref().unwrap_or("/v1");
            tree.write(&path, format!("OPENAI_BASE_URL=https://{host}{api}\n"));
            let rule = match endpoint.kind {
                CatalogueKind::Relay => Some("relay-endpoint"),
                CatalogueKind::Gateway => Some("gateway-endpoint"),
                CatalogueKind::PlatformProxy => Some("proxy-endpoint"),
                _ => None,
            };
            // API Management is the customer's own gateway and official only under its OpenAI path.
            if !host.ends_with(".azure-api.net") {
                wanted.insert(path, (host, rule));
            }
        }
    }
    assert!(wanted.len() > 1_000);
    let report = report(tree.path());
    let mut said: BTreeMap<String, (String, String)> = BTreeMap::new();
    for ((path, host), (_, _, rule, _)) in places(&report) {
        said.insert(path, (host, rule));
    }
    let mut wrong = Vec::new();
    for (path, (host, rule)) in &wanted {
        let got = said.get(path);
        if got.map(|(host, rule)| (host.as_str(), rule.as_str())) != rule.map(|rule| (host.as_str(), rule)) {
            wrong.push(format!("{host}: expected {rule:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn look_alikes_are_not_official() {
    for host in [
        "api.openai.com.evil-host.net",
        "api-openai.com",
        "api.openai.com-proxy.net",
        "openai.azure.com.evil-host.net",
        "xapi.openai.com.co",
    ] {
        let tree = Tree::one(".env", format!("OPENAI_BASE_URL=https://{host}/v1\n"));
        let report = report(tree.path());
        let [finding] = findings(&report) else { panic!("{host}: {:#}", report["findings"]) };
        assert_eq!(finding["endpoint"]["host"], host);
        assert_ne!(finding["endpoint"]["kind"], "official", "{host}");
        assert!(["medium", "high", "critical"].contains(&finding["severity"].as_str().unwrap()), "{host} {finding:#}");
    }
    let tree = Tree::one(".env", "OPENAI_BASE_URL=https://api.openai.com.evil.example/v1\n");
    let text = report(tree.path())["findings"].to_string();
    assert!(!text.contains("\"official\""), "{text}");
}

#[test]
fn an_unknown_host_counts_only_where_a_setting_of_an_llm_names_it() {
    let tree = Tree::new();
    for (file, text) in [
        ("a/.env", "OPENAI_BASE_URL=https://llm.acme-a.net/v1\n"),
        ("b/client.py", "client = OpenAI(base_url=\"https://llm.acme-b.net/v1\")\n"),
        ("c/.env", "OPENAI_API_BASE=llm.acme-c.net\n"),
        ("d/config.toml", "[model_providers.x]\nbase_url = \"https://llm.acme-d.net/v1\"\nwire_api = \"responses\"\n"),
        ("no1/.env", "BASE_URL=https://www.acme-shop.net\nDOCS_URL=https://docs.acme-shop.net/v1\n"),
        (
            "no2/package.json",
            "{\"name\": \"openai-tool\", \"homepage\": \"https://acme-shop.net\", \"bugs\": \"https://git.acme-shop.net/i\"}\n",
        ),
        ("no3/weather.js", "const r = await fetch(\"https://api.acme-weather.net/v1/forecast\");\n"),
        ("no4/README.md", "We call OpenAI. See https://acme-blog.net/v1/openai for more.\n"),
        ("no5/main.go", "// https://acme-code.net/openai\nconst site = \"https://acme-code.net/v2\"\n"),
        (
            "no6/compose.yaml",
            "services:\n  db:\n    environment:\n      DATABASE_URL: postgres://u@db.acme-shop.net/x\n      API_BASE: https://rest.acme-shop.net\n",
        ),
    ] {
        tree.write(file, text);
    }
    let report = report(tree.path());
    let said: Vec<_> =
        places(&report).into_iter().map(|((_, host), (role, level, rule, _))| (host, role, level, rule)).collect();
    let expected: Vec<_> = ["a", "b", "c", "d"]
        .iter()
        .map(|name| (format!("llm.acme-{name}.net"), "configured".into(), "medium".into(), "unknown-endpoint".into()))
        .collect();
    assert_eq!(said, expected);
}

/// Words that people also use in templates are ordinary names as long as the rest of the host is real.
#[test]
fn ordinary_words_in_a_host_make_no_template() {
    let hosts = [
        "my-gpt.vercel.app",
        "test-llm.fast-token.net",
        "custom.quick-gpt.top",
        "host-7.gpu-farm.io",
        "company-llm.net",
        "llm.acme-intern.net",
        "api.bar-ai.com",
        "sample-inference.run.app",
        "mock-1.llm-shop.cc",
        "some-proxy.workers.dev",
    ];
    let tree = Tree::new();
    for host in hosts {
        tree.write(&format!("{host}/.env"), format!("OPENAI_BASE_URL=https://{host}/v1\n"));
    }
    let report = report(tree.path());
    let places = places(&report);
    let missing: Vec<_> =
        hosts.iter().filter(|host| !places.contains_key(&(format!("{host}/.env"), (**host).to_owned()))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_platform_counts_only_with_a_setting_or_a_path_of_an_llm() {
    let tree = Tree::new();
    for (file, text) in [
        ("a/.env", "OPENAI_BASE_URL=https://gpt-acme.vercel.app\n"),
        ("b/ask.js", "await fetch(\"https://acme.team.workers.dev/v1/chat/completions\", { method: \"POST\" });\n"),
        ("c/ask.sh", "curl https://acme-llm.fly.dev/v1/chat/completions -d @body.json\n"),
        ("no1/README.md", "A demo runs on https://acme-demo.vercel.app and https://acme.workers.dev/about.\n"),
        ("no2/app.js", "const api = \"https://acme-back-end.onrender.com/api/users\";\n"),
        ("no3/rates.js", "fetch(\"https://latest.currency-api.pages.dev/v1/currencies/eur.json\");\n"),
        ("no4/.env", "NEXT_PUBLIC_SITE_URL=https://acme-site.vercel.app\n"),
    ] {
        tree.write(file, text);
    }
    let report = report(tree.path());
    let said: Vec<_> = places(&report)
        .into_iter()
        .map(|((path, _), (role, level, rule, kind))| (path, role, level, rule, kind))
        .collect();
    let expected: Vec<_> = ["a/.env", "b/ask.js", "c/ask.sh"]
        .iter()
        .map(|path| {
            (
                (*path).to_owned(),
                "configured".to_owned(),
                "medium".to_owned(),
                "proxy-endpoint".to_owned(),
                "proxy".to_owned(),
            )
        })
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn vendors_and_aggregators_are_facts_and_no_findings() {
    let tree = Tree::new();
    for (index, host) in [
        "api.openai.com",
        "eu.api.openai.com",
        "api.deepseek.com",
        "api.anthropic.com",
        "openrouter.ai",
        "acme.openai.azure.com",
    ]
    .iter()
    .enumerate()
    {
        tree.write(&format!("v{index}/.env"), format!("OPENAI_BASE_URL=https://{host}/v1\n"));
        tree.write(&format!("v{index}/a.py"), format!("r = requests.post(\"https://{host}/v1/chat/completions\")\n"));
    }
    assert_eq!(findings(&report(tree.path())), &[] as &[Value]);
}
