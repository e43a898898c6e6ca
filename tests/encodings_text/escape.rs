//! Backslash escapes of many languages.

use super::{Case, keys, new, nothing_decoded, written};
use crate::support::expand;
use crate::support::library::{detect, values};

/// A way to write a character in a string, with a file in which it means that, and what stands around the value.
type Spelling = (&'static str, &'static str, &'static str, fn(char) -> String);

const SPELLINGS: [Spelling; 16] = [
    ("a.json", "{\"api_key\": \"", "\"}\n", |char| format!("\\u{:04x}", char as u32)),
    ("A.java", "String api_key = \"", "\";\n", |char| format!("\\uu{:04X}", char as u32)),
    ("a.js", "const api_key = '", "';\n", |char| format!("\\x{:02x}", char as u32)),
    ("a.c", "const char *api_key = \"", "\";\n", |char| format!("\\x{:02X}", char as u32)),
    ("a.rs", "let api_key = \"", "\";\n", |char| format!("\\u{{{:x}}}", char as u32)),
    ("a.php", "$api_key = \"", "\";\n", |char| format!("\\u{{{:X}}}", char as u32)),
    ("a.pl", "my $api_key = \"", "\";\n", |char| format!("\\x{{{:x}}}", char as u32)),
    ("a.py", "api_key = '", "'\n", |char| format!("\\U{:08x}", char as u32)),
    ("a.go", "var api_key = \"", "\"\n", |char| format!("\\{:03o}", char as u32)),
    ("a.sh", "api_key=$'", "'\n", |char| format!("\\{:03o}", char as u32)),
    ("a.yaml", "api_key: \"", "\"\n", |char| format!("\\x{:02x}", char as u32)),
    ("a.properties", "api_key=", "\n", |char| format!("\\u{:04X}", char as u32)),
    ("a.ps1", "$api_key = \"", "\"\n", |char| format!("`u{{{:x}}}", char as u32)),
    ("a.css", "a { content: \"", "\" }\n", |char| format!("\\{:06x}", char as u32)),
    ("b.css", "a { content: \"", "\" }\n", |char| format!("\\{:x} ", char as u32)),
    ("a.log", "{\"m\":\"{\\\"api_key\\\":\\\"", "\\\"}\"}\n", |char| format!("\\\\u{:04x}", char as u32)),
];

#[test]
fn keys_are_found_in_every_spelling() {
    let detector = new();
    for (index, (path, before, behind, write)) in SPELLINGS.into_iter().enumerate() {
        for (kind, key) in keys(0xe5c0 + index as u64).iter().enumerate() {
            let places: [fn(usize, char) -> bool; 6] = [
                |_, _| true,
                |at, _| at < 3,
                |_, char| char == '-',
                |at, _| at == 30,
                |at, _| at > 2 && at % 7 == 3,
                |at, _| at > 10 && at % 50 == 0,
            ];
            for places in places {
                let text = written(key, places, write);
                let encoding: &[&str] = if path == "a.log" { &["escape", "escape"] } else { &["escape"] };
                let found = Case { path, before, written: &text, behind, key, encoding }.found(&detector);
                // A declaration of a style is no setting.
                if !path.ends_with(".css") {
                    let setting = found.keys[0].setting.as_deref().unwrap_or_default();
                    assert_eq!(setting.trim_start_matches('$'), "api_key", "{kind} {path} {text}");
                }
            }
        }
    }
}

#[test]
fn any_single_character_may_be_escaped() {
    let detector = new();
    for (index, (path, before, behind, write)) in SPELLINGS.into_iter().enumerate() {
        for (kind, key) in keys(0xe5d0 + index as u64).iter().enumerate() {
            // A key without a marker whose first two letters are escaped alone hides from the prefilter.
            // Each spelling has its share of the places, every place several spellings.
            for at in (index % 5 + if kind == 0 { 0 } else { 2 }..key.len()).step_by(5) {
                let text = written(key, |place, _| place == at, write);
                let whole = format!("{before}{text}{behind}");
                assert!(detector.passes(whole.as_bytes()), "{whole}");
                let matches = detect(&detector, path, whole.as_bytes());
                assert_eq!(values(&matches), [key.as_str()], "{whole}");
                let span = matches.keys[0].place.span;
                assert_eq!(
                    (span.start as usize, span.end as usize),
                    (before.len(), before.len() + text.len()),
                    "{whole}"
                );
            }
        }
    }
}

#[test]
fn names_octal_digits_and_hyphens_of_their_own_are_read() {
    let detector = new();
    let [modern, router, legacy] = keys(0xe5e1);
    for (path, before, behind, hyphen) in [
        ("a.py", "k = \"", "\"\n", "\\N{HYPHEN-MINUS}"),
        ("a.sh", "k=$'", "'\n", "\\55"),
        ("a.md", "the key is ", " here\n", "\\-"),
        ("a.rtf", "{\\rtf1 k=", " }\n", "\\'2d"),
        ("b.rtf", "{\\rtf1 k=", " }\n", "\\_"),
    ] {
        for key in [&modern, &router, &legacy] {
            // Only hyphens: Python's name of any other character, too, would be a test of the list of names.
            let text = key.replacen('-', hyphen, 1);
            let case = Case { path, before, written: &text, behind, key, encoding: &["escape"] };
            case.found(&detector);
        }
    }
    let key = expand("sk-{48}", 0xe5e2);
    let name = |char: char| match char {
        'a'..='z' => format!("\\N{{LATIN SMALL LETTER {}}}", char.to_ascii_uppercase()),
        'A'..='Z' => format!("\\N{{LATIN CAPITAL LETTER {char}}}"),
        _ => char.to_string(),
    };
    let text = written(&key, |at, _| at > 2, name);
    Case { path: "a.py", before: "k = \"", written: &text, behind: "\"\n", key: &key, encoding: &["escape"] }
        .found(&detector);
}

#[test]
fn keys_beside_escapes_are_read_as_they_stand() {
    let detector = new();
    let escapes = [
        "\\n",
        "\\t",
        "\\r",
        "\\\\n",
        "\\\"",
        "\\u0020",
        "\\u0022",
        "\\u003d",
        "\\x20",
        "\\x22",
        "\\040",
        "\\U00000022",
        "\\u{22}",
        "\\0",
        "`n",
        "%20",
        "%22",
        "%3D",
        "=3D",
        "&#34;",
        "&#34",
        "&quot;",
        "\\u001b[0m",
        "\\033[1;31m",
    ];
    for (index, escape) in escapes.into_iter().enumerate() {
        for key in keys(0xe5f0 + index as u64) {
            let (before, behind) = (format!("x=\"a {escape}"), format!("{escape} b\"\n"));
            Case { path: "a.js", before: &before, written: &key, behind: &behind, key: &key, encoding: &[] }
                .found(&detector);
        }
    }
}

#[test]
fn names_in_a_text_in_a_text_are_used() {
    let detector = new();
    let key = expand("sk-{48}", 0xe5f8);
    let inner =
        serde_json::json!({ "openai": { "api_key": key, "base_url": "https://api.nekoapi.com/v1" } }).to_string();
    for depth in 1..=3 {
        let text = (0..depth).fold(inner.clone(), |text, _| serde_json::json!({ "message": text }).to_string());
        let matches = detect(&detector, "a.json", text.as_bytes());
        assert_eq!(values(&matches), [key.as_str()], "{depth}");
        assert_eq!(matches.keys[0].setting.as_deref(), Some("api_key"), "{depth}");
        assert_eq!(matches.endpoints.iter().map(|one| one.host.as_str()).collect::<Vec<_>>(), ["api.nekoapi.com"]);
    }
}

#[test]
fn what_only_looks_like_an_escape_is_none() {
    let detector = new();
    let key = expand("sk-{48}", 0xe5f9);
    for (path, text) in [
        // A path of Windows in front of a key is no part of it.
        ("a.txt", format!("C:\\secrets\\x\\{key} and C:\\2024\\{key}.txt\n")),
        ("a.js", "const re = /^https:\\/\\/api\\.openai\\.com\\/v1/;\n".to_owned()),
        ("b.js", "const re = /sk-[A-Za-z0-9\\-_]{20,}|sk\\-[\\w\\-]{48}/;\n".to_owned()),
        (
            "a.json",
            "{\"u\":\"https://api.openai.com/v1?a=1\\u0026b=2\",\"t\":\"\\u4e2d\\u6587\\u4e2d\\u6587\"}\n".to_owned(),
        ),
        ("a.properties", "openai.base-url=https\\://api.openai.com/v1\n".to_owned()),
        ("a.php", "$u = '{\"u\":\"https:\\/\\/api.openai.com\\/v1\"}';\n".to_owned()),
    ] {
        nothing_decoded(&detector, path, &text);
    }
}
