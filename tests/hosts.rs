//! Hosts in odd spelling: what a client makes of an authority is the host, and the text around a URL is none of it.

use keyscan::model::{Confidence, EndpointKind, Role, SignalId};

use crate::support::library::{detect, detector};
use crate::support::{Tree, keyscan};

/// A URL in the places where people write the address that a client calls.
fn places(url: &str) -> [(&'static str, String); 5] {
    let python = format!(
        "import os\nfrom openai import OpenAI\nc = OpenAI(api_key=os.environ[\"OPENAI_API_KEY\"], base_url=\"{url}\")\n"
    );
    let typescript = format!(
        "import OpenAI from 'openai';\nconst c = new OpenAI({{ apiKey: process.env.OPENAI_API_KEY, baseURL: '{url}' }});\n"
    );
    [
        (".env", format!("OPENAI_BASE_URL={url}\n")),
        ("a.py", python),
        ("a.ts", typescript),
        ("a.yaml", format!("openai:\n  api_key: ${{OPENAI_API_KEY}}\n  base_url: {url}\n")),
        ("a.json", format!("{{\"openai\": {{\"apiKey\": \"${{K}}\", \"baseUrl\": \"{url}\"}}}}\n")),
    ]
}

/// What the detector says of the only endpoint of a text: host, kind, role, confidence, signals, URL.
type Seen = (String, EndpointKind, Role, Confidence, Vec<SignalId>, String);

fn endpoints(path: &str, text: &str) -> Vec<Seen> {
    let seen = detect(&detector(), path, text.as_bytes()).endpoints;
    seen.into_iter()
        .map(|at| {
            let signals = at.signals.iter().map(|signal| signal.id).collect();
            (at.host, at.kind, at.role, at.confidence, signals, at.url)
        })
        .collect()
}

const LOOK_ALIKE: &[SignalId] = &[SignalId::LookAlike];
const USER: &[SignalId] = &[SignalId::LookAlike, SignalId::UserInfo];

#[test]
fn a_host_is_what_a_client_makes_of_it() {
    use EndpointKind::{Official, Relay, Unknown};
    let stranger = "api.openai.com.evilcorp.io";
    let cases: &[(&str, &str, EndpointKind, &[SignalId])] = &[
        // Dots of other scripts, invisible characters, percent and string escapes.
        ("https://api.openai.com。evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com．evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com｡evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com。evilcorp。io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com\u{200b}.evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com\u{ad}.evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com\u{2060}.evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com.\u{feff}evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com%2eevilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com%E3%80%82evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        (r"https://api.openai.com\u3002evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        (r"https://api.openai.com\x2eevilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        (r"https://api.openai.com\t.evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com\t.evilcorp.io/v1", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com。evilcorp.io:8443/v1", "api.openai.com.evilcorp.io:8443", Unknown, LOOK_ALIKE),
        ("https://api.openai.com。evilcorp.io", stranger, Unknown, LOOK_ALIKE),
        ("https://api.openai.com。io/v1", "api.openai.com.io", Unknown, LOOK_ALIKE),
        ("https://api.openai.com!x.evilcorp.io/v1", "api.openai.com!x.evilcorp.io", Unknown, LOOK_ALIKE),
        // User info that looks like the host.
        (r"https://api.openai.com\@evilcorp.io/v1", "evilcorp.io", Unknown, USER),
        (r"https://api.openai.com\\@evilcorp.io/v1", "evilcorp.io", Unknown, USER),
        (r"https://api.openai.com\x@evilcorp.io/v1", "evilcorp.io", Unknown, USER),
        (r"https://api.openai.com:443\@evilcorp.io/v1", "evilcorp.io", Unknown, USER),
        ("https://api.openai.com%40evilcorp.io/v1", "evilcorp.io", Unknown, USER),
        ("https://api.openai.com@evilcorp.io/v1", "evilcorp.io", Unknown, USER),
        ("https://api.openai.com@x@evilcorp。io/v1", "evilcorp.io", Unknown, &[SignalId::UserInfo]),
        // Names that need mapping before the catalogue knows them.
        ("https://api。chatanywhere.tech/v1", "api.chatanywhere.tech", Relay, &[]),
        ("https://ＡＰＩ.chatanywhere.tech/v1", "api.chatanywhere.tech", Relay, &[]),
        ("https://api.chat\u{200d}anywhere.tech/v1", "api.chatanywhere.tech", Relay, &[]),
        ("https://evilcorp。io", "evilcorp.io", Unknown, &[]),
        ("https://ａｐｉ．ｏｐｅｎａｉ．ｃｏｍ/v1", "api.openai.com", Official, &[]),
        ("https://api.openai.com。/v1", "api.openai.com", Official, &[]),
    ];
    let mut wrong = Vec::new();
    for &(url, host, kind, signals) in cases {
        for (path, text) in places(url) {
            let seen: Vec<_> = endpoints(path, &text)
                .into_iter()
                .map(|(host, kind, role, _, signals, url)| (host, kind, role, signals, url.ends_with("/v1")))
                .collect();
            let wanted = (host.to_owned(), kind, Role::Configured, signals.to_vec(), url.ends_with("/v1"));
            if seen != [wanted] {
                wrong.push(format!("{path}: {url:?}: {seen:?}"));
            }
            // A version of the history is read again for them too.
            if kind != Official && !detector().may_hold(text.as_bytes()) {
                wrong.push(format!("{path}: {url:?}: not read in the history"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn letters_of_another_script_are_a_host_of_their_own_in_a_whole_value() {
    for (url, host, signals) in [
        ("https://api.о\u{70}enai.com/v1", "api.оpenai.com", LOOK_ALIKE),
        ("https://api.op\u{435}nai.com/v1", "api.opеnai.com", LOOK_ALIKE),
        ("https://api.openai.com中.evilcorp.io/v1", "api.openai.com中.evilcorp.io", LOOK_ALIKE),
        ("https://api.openai.com。中国/v1", "api.openai.com.中国", LOOK_ALIKE),
        ("https://中转.evilcorp.io/v1", "中转.evilcorp.io", &[]),
    ] {
        for (path, text) in places(url) {
            let seen: Vec<_> = endpoints(path, &text).into_iter().map(|at| (at.0, at.1, at.3, at.4)).collect();
            let wanted = (host.to_owned(), EndpointKind::Unknown, Confidence::Medium, signals.to_vec());
            assert_eq!(seen, [wanted], "{path}: {url}");
        }
    }
}

#[test]
fn the_text_around_a_url_is_no_part_of_its_host() {
    for tail in [
        "。",
        "。然后",
        "。\n",
        "。Use it",
        "。AI 模型",
        "。Node.js 用户",
        "，然后",
        "，support@openai.com",
        "、",
        "；",
        "）。",
        "」",
        "》",
        "…then",
        "！",
        "？",
        "：",
        "获取",
        "换成自己的",
        "\u{200b}",
        "\u{200b} 然后",
        "\u{a0}then",
        ".",
        "!",
        ")",
        "](x)",
        "**",
        "\\n",
        "\\nsupport@openai.com 然后",
        "\\",
        "\\\"",
        "\\r\\n",
        "\\t",
        "&quot;",
        "，https://a.b",
        "\n.evilcorp.io",
    ] {
        for lead in ["接口：", "见", "see ", "[a](", "<"] {
            let text = format!("# openai\n\n{lead}https://api.openai.com{tail}\n");
            let seen = endpoints("README.md", &text);
            let strange: Vec<_> = seen.iter().filter(|at| at.0 != "api.openai.com" || !at.4.is_empty()).collect();
            assert!(strange.is_empty(), "{text:?}: {strange:?}");
        }
        // As a value, with the quotes of a string around it.
        let value = tail.trim_end_matches(['\n', '\\']).replace('\n', " ");
        if !value.contains(['"', '@', ':']) {
            let text = format!("from openai import OpenAI\nOpenAI(base_url=\"https://api.openai.com{value}\")\n");
            let strange: Vec<_> = endpoints("a.py", &text).into_iter().filter(|at| at.0 != "api.openai.com").collect();
            assert!(strange.is_empty(), "{text:?}: {strange:?}");
        }
    }
    for text in [
        "url = f\"https://{host}。evilcorp.io/v1\"",
        "url = \"https://%s。evilcorp.io/v1\" % host",
        "url = \"https://${X}/v1\"",
        "url = \"https://api.openai.com%s\" % path",
    ] {
        let text = format!("import openai\nopenai.base_{text}\n");
        assert!(endpoints("a.py", &text).is_empty(), "{text}");
    }
}

#[test]
fn a_host_without_a_scheme_is_read_alike() {
    let host = "api.openai.com。evilcorp.io";
    for (path, text) in [
        (".env", format!("OPENAI_API_HOST={host}\n")),
        ("a.yaml", format!("env:\n  OPENAI_API_HOST: {host}\n")),
        ("a.py", format!("import openai\nOPENAI_HOST = \"{host}\"\n")),
    ] {
        let seen: Vec<_> = endpoints(path, &text).into_iter().map(|at| (at.0, at.1)).collect();
        assert_eq!(seen, [("api.openai.com.evilcorp.io".to_owned(), EndpointKind::Unknown)], "{path}");
    }
    let seen = endpoints("a.txt", &format!("POST /v1/chat/completions HTTP/1.1\nHost: {host}\n"));
    assert!(seen.iter().all(|at| at.1 != EndpointKind::Official), "{seen:?}");
}

#[test]
fn no_policy_allows_a_host_by_its_first_part() {
    let tree = Tree::new();
    tree.write("k.toml", "[endpoints]\nallow = [\"gw.acmecorp.io\"]\n");
    let code = |url: &str| {
        for (path, text) in places(url) {
            tree.write(path, text);
        }
        let run = keyscan(tree.path(), &["--config", "k.toml", "--fail-on", "low", "--format", "json", "."]);
        let places: usize = run.json()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["occurrences"].as_array().unwrap().len())
            .sum();
        (run.code, places)
    };
    for url in ["https://gw.acmecorp.io/v1", "https://gw。acmecorp.io/v1", "https://gw.acme\u{200b}corp.io/v1"] {
        assert_eq!(code(url), (0, 0), "{url:?}");
    }
    for url in [
        "https://gw.acmecorp.io。evilcorp.io/v1",
        "https://gw.acmecorp.io\u{200b}.evilcorp.io/v1",
        "https://gw.acmecorp.io%2eevilcorp.io/v1",
        r"https://gw.acmecorp.io\@evilcorp.io/v1",
        "https://gw.acmecorp.io．evilcorp.io",
    ] {
        assert_eq!(code(url), (1, 5), "{url:?}");
    }
}
