//! Keys and addresses in base64: told by the place of the whole encoded value, and nothing told where there are none.

use serde_json::Value;

use super::utf16::wide;
use super::{DETECTOR, hosts, keys, only};
use crate::support::formats::{base64, base64url};
use crate::support::prng::SplitMix64;
use crate::support::{Tree, findings, fingerprint, occurrences, report};
use crate::support::{expand, modern};
use keyscan::model::Limit;
use keyscan::rules::sample::B64;

/// With padding.
fn padded(text: &str) -> String {
    let encoded = base64(text.as_bytes(), B64);
    let padding = (4 - encoded.len() % 4) % 4;
    encoded + &"=".repeat(padding)
}

/// So many bytes of no text.
fn noise(count: usize) -> Vec<u8> {
    let mut random = SplitMix64::new(0xef);
    (0..count).map(|_| random.next() as u8).collect()
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

#[test]
fn every_key_is_found_at_every_offset() {
    for (which, key) in keys(0xe9).iter().enumerate() {
        for before in 0..9 {
            for behind in 0..3 {
                let text = format!("{}\nOPENAI_API_KEY={key}\n{}", &"#\n#\n#\n#\n#"[..before], &"X=1"[..behind]);
                for encoded in [padded(&text), base64(text.as_bytes(), B64), base64url(text.as_bytes())] {
                    let found = only("a.txt", format!("a b\nsecret: {encoded}\n").as_bytes(), key, &["base64"]);
                    let wanted = (2, 9, 9 + encoded.len() as u64);
                    assert_eq!((found.line, found.column, found.end_column), wanted, "{which} {before} {behind}");
                    assert_eq!(found.setting.as_deref(), Some("OPENAI_API_KEY"), "{text}");
                }
            }
        }
    }
}

#[test]
fn credentials_and_files_of_every_kind_are_read() {
    for key in keys(0xea) {
        let basic =
            |user: &str, password: &str| format!("Authorization: Basic {}\r\n", padded(&format!("{user}:{password}")));
        let docker =
            format!("{{\"auths\": {{\"r.acme.io\": {{\"auth\": \"{}\"}}}}}}\n", padded(&format!("openai:{key}")));
        let settings = format!("{{\"a\": 1,\n \"openai\": {{\"apiKey\": \"{key}\"}}}}");
        let header = base64url(br#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = base64url(format!("{{\"sub\":\"1\",\"openai_key\":\"{key}\"}}").as_bytes());
        for (path, file) in [
            ("a.http", basic("user", &key)),
            ("a.http", basic(&key, "")),
            ("a.http", format!("{}X-OpenAI: 1\r\n", basic("", &key))),
            ("config.json", docker),
            ("a.html", format!("<a href=\"data:text/plain;base64,{}\">", padded(&format!("OPENAI_API_KEY={key}")))),
            ("a.js", format!("fetch('data:application/json;base64,{}')", padded(&settings))),
            ("a.txt", format!("token = {header}.{claims}.{}\n", expand("{43}", 3))),
            ("a.url", format!("https://acme.io/?c={}%3D%3D&d=1", base64(settings.as_bytes(), B64))),
            ("a.py", format!("OPENAI_API_KEY = b64decode('{}')\n", padded(&key))),
        ] {
            only(path, file.as_bytes(), &key, &["base64"]);
        }
    }
}

#[test]
fn base64_of_base64_is_undone() {
    for key in keys(0xeb) {
        for text in [key.clone(), format!("OPENAI_API_KEY={key}\n")] {
            let (twice, thrice) = (padded(&padded(&text)), padded(&padded(&padded(&text))));
            only("a.txt", format!("openai_key: {twice}\n").as_bytes(), &key, &["base64", "base64"]);
            only("a.txt", format!("openai_key: {thrice}\n").as_bytes(), &key, &["base64", "base64", "base64"]);
        }
        for front in ["a", "ab", "abc"] {
            let inner = padded(&format!("{front}: {}\n", padded(&key)));
            only("a.txt", format!("openai_key={inner}\n").as_bytes(), &key, &["base64", "base64"]);
        }
    }
}

#[test]
fn scripts_of_powershell_are_read() {
    for key in keys(0xec) {
        for front in ["", ";", "cd", "ls;"] {
            let script = wide(&format!("{front}$env:OPENAI_API_KEY='{key}'"), 2, false, false);
            let file = format!("powershell -EncodedCommand {}\n", base64(&script, B64));
            let found = only("a.ps1", file.as_bytes(), &key, &["base64", "utf-16"]);
            assert_eq!((found.line, found.column), (1, 28));
        }
    }
}

#[test]
fn packed_settings_are_unpacked() {
    use std::io::Write;
    for key in keys(0xed) {
        let images = "a/b:1 ".repeat(50);
        let chart = format!("{{\"config\":{{\"openaiApiKey\":\"{key}\",\"image\":\"{images}\"}}}}");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(chart.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let release = padded(&base64(&gzip, B64));
        let secret = format!("kind: Secret\nmetadata:\n  name: sh.helm.release.v1.a.v1\ndata:\n  release: {release}\n");
        let found = only("release.yaml", secret.as_bytes(), &key, &["base64", "base64"]);
        assert_eq!((found.line, found.column), (5, 12));
        only("a.py", format!("openai = '{}'\n", base64(&gzip, B64)).as_bytes(), &key, &["base64"]);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(chart.as_bytes()).unwrap();
        // Nothing but the name of the setting tells.
        let zlib = base64(&zlib.finish().unwrap(), B64);
        only("a.py", format!("openai_api_key = '{zlib}'\n").as_bytes(), &key, &["base64"]);
    }
}

#[test]
fn a_key_in_a_large_file_in_base64_is_found() {
    let key = expand("sk-or-v1-{64:hex}", 0xee);
    let noise = noise(1_000_000);
    for front in [0, 1, 2] {
        let file = [&noise[..900_000 + front], format!("\0OPENROUTER_API_KEY={key}\0").as_bytes(), &noise].concat();
        for width in [usize::MAX, 76] {
            let encoded = base64(&file, B64).into_bytes();
            let text = encoded.chunks(width.min(encoded.len())).collect::<Vec<_>>().join(&b'\n');
            let found = only("a.txt", &text, &key, &["base64"]);
            let digits = (900_000 + front + 20) * 4 / 3;
            let line = if width == 76 { digits / 76 } else { 0 };
            assert!(found.line.abs_diff(line as u64 + 1) <= 1, "{found:?} {line}");
        }
    }
}

#[test]
fn a_file_that_is_cut_into_lines_is_one_value() {
    let key = expand("sk-{48}", 0xf0);
    let encoded = padded(&format!("OPENAI_BASE_URL=https://api.nekoapi.com/v1\nOPENAI_API_KEY={key}\n"));
    for width in [32, 50, 64, 76] {
        let lines: Vec<&str> = encoded.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
        for (path, before, joint, behind) in [
            ("a.yaml", "env: |\n  ", "\n  ", "\nb: 1\n"),
            ("a.json", "{\"env\": \"", "\\n", "\\n\"}"),
            ("a.json", "{\"env\": \"", "\\r\\n", "\"}"),
            ("a.sh", "E=\"", "\\\n", "\"\n"),
            ("a.txt", "", "\r\n", "\r\n"),
        ] {
            let file = format!("{before}{}{behind}", lines.join(joint));
            only(path, file.as_bytes(), &key, &["base64"]);
            assert_eq!(hosts(path, file.as_bytes()), ["api.nekoapi.com"], "{file}");
        }
    }
}

#[test]
fn pictures_and_fonts_are_not_looked_at() {
    let noise = noise(60_000);
    for (kind, head) in [("image/png", &b"\x89PNG\r\n\x1a\n"[..]), ("font/woff2", b"wOF2"), ("image/gif", b"GIF89a")] {
        let file = format!("a{{b:url(data:{kind};base64,{})}}", base64(&[head, &noise].concat(), B64));
        assert!(!DETECTOR.passes(file.as_bytes()), "{kind}");
    }
}

#[test]
fn json_in_base64_twice_is_read_without_a_name() {
    for key in keys(0xf1) {
        for front in ["{\"api_key\": \"", "{\"a\": 1, \"openai\": {\"key\": \"", "{\"k\":\""] {
            let inner = padded(&format!("{front}{key}\"}}"));
            only("a.txt", format!("v={}\n", padded(&inner)).as_bytes(), &key, &["base64", "base64"]);
        }
    }
}

#[test]
fn addresses_in_utf16_are_read_in_the_value_of_a_setting() {
    let url = base64(&wide("https://api.nekoapi.com/v1", 2, false, false), B64);
    let file = format!("OPENAI_BASE_URL={url}\n");
    assert_eq!(hosts(".env", file.as_bytes()), ["api.nekoapi.com"]);
}

#[test]
fn what_is_packed_and_too_large_is_listed() {
    use std::io::Write;
    let key = expand("sk-or-v1-{64:hex}", 0xf2);
    let pack = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(text.as_bytes()).unwrap();
        base64(&gzip.finish().unwrap(), B64)
    };
    let words: String = (0..450_000_u32).map(|at| format!("{:x} ", at.wrapping_mul(2_654_435_761))).collect();
    assert!(words.len() > 3_000_000);
    let text = format!("{words}\nOPENAI_API_KEY={key}\n");
    only("a.txt", format!("x={}\n", pack(&text)).as_bytes(), &key, &["base64"]);
    // Of a bomb it is not known what it holds.
    let bomb = format!("{}\nOPENAI_API_KEY={key}\n", "a".repeat(20_000_000));
    let file = format!("x={}\n", pack(&bomb));
    let matches = crate::support::library::detect(&DETECTOR, "a.txt", file.as_bytes());
    assert_eq!(matches.keys.len(), 0);
    assert_eq!(matches.undecoded, Some(Limit::DecodedSize));
    // What was packed as a whole has nothing behind it.
    let file = format!("x={}\n", pack(&"a".repeat(50_000)));
    assert_eq!(crate::support::library::detect(&DETECTOR, "a.txt", file.as_bytes()).undecoded, None);
}

#[test]
fn zlib_is_read_beside_other_things() {
    use std::io::Write;
    for key in keys(0xf3) {
        for level in [1, 6, 9] {
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
            zlib.write_all(format!("OPENAI_API_KEY={key}\n").as_bytes()).unwrap();
            let packed = base64(&zlib.finish().unwrap(), B64);
            let file = format!("client = OpenAI()\nx = decompress(b64decode('{packed}'))\n");
            only("a.py", file.as_bytes(), &key, &["base64"]);
        }
    }
}
