//! Keys and addresses in base64: told by the place of the whole encoded value, and nothing told where there are none.

use serde_json::Value;

use crate::support::formats::{base64, base64url};
use crate::support::{Tree, findings, fingerprint, occurrences, report};
use crate::support::{expand, modern};
use keyscan::rules::sample::B64;

/// With padding.
fn padded(text: &str) -> String {
    let encoded = base64(text.as_bytes(), B64);
    let padding = (4 - encoded.len() % 4) % 4;
    encoded + &"=".repeat(padding)
}

/// The one place of a key in a report.
fn place<'r>(report: &'r Value, key: &str) -> &'r Value {
    let finding = findings(report).iter().find(|finding| finding["key"]["fingerprint"] == *fingerprint(key));
    let places = occurrences(finding.expect("the key is found"));
    assert_eq!(places.len(), 1, "{places:?}");
    &places[0]
}

#[test]
fn a_key_is_found_at_the_whole_encoded_value() {
    let key = modern("sk-proj-", 74, 0xe1);
    for (index, before, behind) in [
        (0, "", ""),
        (1, "", "\n"),
        (2, "x", ""),
        (3, "ab", "\nc"),
        (4, "{\"k\":\"", "\"}"),
        (5, "a:", ""),
        (6, "", "é"),
    ] {
        let text = format!("{before}{}{key}{behind}", if before.ends_with(['x', 'b']) { " " } else { "" });
        for (encoded, form) in [
            (padded(&text), "padded"),
            (base64(text.as_bytes(), B64), "unpadded"),
            (base64url(text.as_bytes()), "for URLs"),
        ] {
            for (path, lead, tail) in [
                ("a.yaml", "data:\n  token: ", "\n"),
                ("setup.sh", "umask 077\necho ", " | base64 -d > key\n"),
                ("main.go", "package a\n\nvar k = \"", "\"\n"),
                ("a.txt", "é: ", ""),
            ] {
                let tree = Tree::one(path, format!("{lead}{encoded}{tail}"));
                let report = report(tree.path());
                let place = place(&report, &key);
                let last = lead.rsplit('\n').next().unwrap();
                let column = last.chars().count() + 1;
                let wanted = (lead.matches('\n').count() + 1, column, column + encoded.len());
                let got = ["line", "column", "end_column"].map(|name| place[name].as_u64().unwrap() as usize);
                assert_eq!(got, [wanted.0, wanted.1, wanted.2], "{index} {form} {path}");
                assert_eq!(place["encoding"], serde_json::json!(["base64"]));
            }
        }
    }
}

#[test]
fn lines_are_joined() {
    let key = modern("sk-proj-", 74, 0xe2);
    let encoded = padded(&key);
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
    for (lead, joint) in [("data:\n  key: |\n    ", "\n    "), ("data:\n  key: >-\n    ", "\r\n    "), ("", "\n")] {
        let tree = Tree::one("a.yaml", format!("{lead}{}\n", lines.join(joint)));
        let report = report(tree.path());
        let place = place(&report, &key);
        let first = lead.matches('\n').count() + 1;
        assert_eq!(place["line"], first);
        assert_eq!(place["end_line"], first + lines.len() - 1);
    }
}

#[test]
fn values_of_a_secret_pair_as_others_do() {
    let (one, two) = (modern("sk-proj-", 74, 0xe3), expand("sk-{48}", 0xe4));
    let secret = |name: &str, key: &str, url: &str| {
        let (key, url) = (padded(key), padded(url));
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ndata:\n  api-key: {key}\n  base-url: {url}\n")
    };
    let text = [
        secret("openai", &one, "https://api.nekoapi.com/v1"),
        secret("relay", &two, "https://api.zukijourney.com/v1\n"),
    ];
    let tree = Tree::one("deploy/secrets.yaml", text.join("---\n"));
    let report = report(tree.path());
    for (key, host) in [(&one, "api.nekoapi.com"), (&two, "api.zukijourney.com")] {
        let endpoint = &place(&report, key)["endpoint"];
        assert_eq!((&endpoint["host"], &endpoint["evidence"]), (&host.into(), &"same-map".into()));
    }
    let relay = findings(&report).iter().find(|finding| finding["key"].is_null()).unwrap();
    assert_eq!(occurrences(relay)[0]["encoding"], serde_json::json!(["base64"]));
}

#[test]
fn a_whole_file_in_one_value_is_read_as_such() {
    let (one, two) = (modern("sk-proj-", 74, 0xe5), modern("sk-svcacct-", 58, 0xe6));
    let env =
        format!("OPENAI_API_KEY={one}\nOTHER_OPENAI_KEY={two}\nOPENAI_BASE_URL=https://api.nekoapi.com/v1\n# {one}\n");
    let tree = Tree::one("secret.yaml", format!("kind: Secret\ndata:\n  .env: {}\n", padded(&env)));
    let first = report(tree.path());
    for key in [&one, &two] {
        let place = place(&first, key);
        assert_eq!((&place["line"], &place["column"]), (&3.into(), &9.into()));
        assert_eq!(place["endpoint"]["host"], "api.nekoapi.com");
    }
    let json = format!("{{\"auths\":{{\"r.acme.io\":{{\"auth\":\"{one}\"}}}}}}");
    let tree = Tree::one("secret.yaml", format!("kind: Secret\ndata:\n  .dockerconfigjson: {}\n", padded(&json)));
    assert_eq!(place(&report(tree.path()), &one)["line"], 3);
}

#[test]
fn other_base64_is_nothing() {
    let random = expand("{3000}", 0xe7) + &expand("{3000}", 0xe8);
    let jwt = format!(
        "{}.{}.{}",
        base64url(br#"{"alg":"HS256","typ":"JWT"}"#),
        base64url(br#"{"iss":"https://accounts.acme.io","sub":"1234567890","name":"Jo"}"#),
        &random[..43]
    );
    let map = r#"{"version":3,"sources":["src/a.ts"],"sourcesContent":["const u = \"https://example.com/v1\";\nfetch(u);"],"mappings":"AAAA,IAAM"}"#;
    for (path, text) in [
        ("a.env", format!("SESSION={jwt}\n")),
        ("a.yaml", format!("kind: Secret\ndata:\n  token: {jwt}\n  tls.crt: {}\n", base64(random.as_bytes(), B64))),
        ("a.html", format!("<img src=\"data:image/png;base64,iVBORw0KGgo{random}==\">\n")),
        (
            "package-lock.json",
            format!("{{\"packages\": {{\"a\": {{\"integrity\": \"sha512-{}==\"}}}}}}\n", &random[..86]),
        ),
        ("a.min.js", format!("a();\n//# sourceMappingURL=data:application/json;base64,{}\n", padded(map))),
        ("b.yaml", format!("kind: Secret\ndata:\n  OPENAI_API_KEY: {}\n", padded("your-openai-api-key-goes-here"))),
        ("c.yaml", format!("kind: Secret\ndata:\n  OPENAI_API_KEY: {}\n", padded("${OPENAI_API_KEY_OF_PRODUCTION}"))),
    ] {
        let tree = Tree::one(path, &text);
        assert_eq!(findings(&report(tree.path())), &[] as &[Value], "{path}");
    }
}
