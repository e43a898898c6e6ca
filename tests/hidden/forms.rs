//! Encodings inside text.

use super::{Hidden, check, keys};
use crate::support::formats::{base64, base64url};
use keyscan::rules::sample::B64;

/// A way to hide a key: a name, a file, and the text with the line in which the encoded key begins.
type Form = (&'static str, &'static str, fn(&str) -> (String, usize));

fn padded(text: &[u8]) -> String {
    let encoded = base64(text, B64);
    let padding = (4 - encoded.len() % 4) % 4;
    encoded + &"=".repeat(padding)
}

fn each(key: &str, write: impl Fn(u8) -> String) -> String {
    key.bytes().map(write).collect()
}

fn wrapped(text: &str, width: usize, joint: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join(joint)
}

fn hex(text: &str) -> String {
    each(text, |byte| format!("{byte:02x}"))
}

/// Two halves of a key, cut behind its prefix's first part or in its middle.
fn halves(key: &str) -> (&str, &str) {
    key.split_at(key.len() / 2)
}

const FORMS: &[Form] = &[
    ("json: a hyphen by number", "a.json", |key| {
        (format!("{{\n  \"apiKey\": \"{}\"\n}}\n", key.replace('-', "\\u002d")), 2)
    }),
    ("json: all by number", "a.json", |key| {
        (format!("{{\n\"apiKey\": \"{}\"}}", each(key, |byte| format!("\\u{byte:04x}"))), 2)
    }),
    ("json: all by number in capitals", "a.json", |key| {
        (format!("{{\n\"apiKey\": \"{}\"}}", each(key, |byte| format!("\\u{byte:04X}"))), 2)
    }),
    ("json in json", "a.jsonl", |key| {
        (format!("{{\"a\":1}}\n{{\"body\":\"{{\\\"api_key\\\":\\\"{key}\\\"}}\"}}\n"), 2)
    }),
    ("json in json in json", "a.jsonl", |key| {
        (
            format!(
                "{{\"m\":\"{{\\\"body\\\":\\\"{{\\\\\\\"api_key\\\\\\\":\\\\\\\"{}\\\\\\\"}}\\\"}}\"}}\n",
                key.replace('-', "\\\\\\\\u002d")
            ),
            1,
        )
    }),
    ("a line break by escape in front", "a.js", |key| {
        (format!("x()\nconst env = \"A=1\\nOPENAI_API_KEY={key}\\nB=2\";\n"), 2)
    }),
    ("c: hexadecimal", "a.c", |key| {
        (format!("int a;\nchar *k = \"{}\";\n", each(key, |byte| format!("\\x{byte:02x}"))), 2)
    }),
    ("c: octal", "a.c", |key| (format!("char *k = \"{}\";\n", each(key, |byte| format!("\\{byte:03o}"))), 1)),
    ("python: a hyphen", "a.py", |key| (format!("import os\nkey = \"{}\"\n", key.replace('-', "\\x2d")), 2)),
    ("js: braces", "a.js", |key| (format!("const key = '{}'\n", key.replace('-', "\\u{2d}")), 1)),
    ("yaml: a hyphen", "a.yaml", |key| (format!("a: 1\nkey: \"{}\"\n", key.replace('-', "\\x2D")), 2)),
    ("percent: a hyphen", "a.txt", |key| (format!("\n\nGET /v1?api_key={}&x=1\n", key.replace('-', "%2D")), 3)),
    ("percent: all", "a.txt", |key| {
        (format!("u=https://x.example/cb?k={}\n", each(key, |byte| format!("%{byte:02X}"))), 1)
    }),
    ("percent: all, small", "a.txt", |key| (format!("k={}\n", each(key, |byte| format!("%{byte:02x}"))), 1)),
    ("percent: twice", "a.txt", |key| (format!("k={}\n", key.replace('-', "%252D")), 1)),
    ("html: a hyphen", "a.html", |key| (format!("<p>\n<code>{}</code>\n", key.replace('-', "&#45;")), 2)),
    ("html: a hyphen in hexadecimal", "a.html", |key| {
        (format!("<input value=\"{}\">\n", key.replace('-', "&#x2D;")), 1)
    }),
    ("html: all", "a.html", |key| (format!("<b>{}</b>", each(key, |byte| format!("&#{byte};"))), 1)),
    ("html: quotes around", "a.html", |key| {
        (format!("<div data-c=\"{{&quot;apiKey&quot;:&quot;{key}&quot;}}\">\n"), 1)
    }),
    ("base64", "a.txt", |key| (format!("\ntoken {}\n", padded(key.as_bytes())), 2)),
    ("base64 in a Secret", "a.yaml", |key| (format!("kind: Secret\ndata:\n  key: {}\n", padded(key.as_bytes())), 3)),
    ("base64: an environment file", "a.yaml", |key| {
        let file = format!("# settings of the service\nA=1\nOPENAI_API_KEY={key}\nB=2\n");
        (format!("kind: Secret\ndata:\n  .env: {}\n", padded(file.as_bytes())), 3)
    }),
    ("base64: basic authentication", "a.sh", |key| {
        (format!("curl -H 'Authorization: Basic {}' https://x.example\n", padded(format!("user:{key}").as_bytes())), 1)
    }),
    ("base64: a data URL", "a.html", |key| {
        (format!("<a href=\"data:text/plain;base64,{}\">\n", padded(format!("key={key}").as_bytes())), 1)
    }),
    ("base64 twice", "a.yaml", |key| {
        (format!("kind: Secret\ndata:\n  k: {}\n", padded(padded(key.as_bytes()).as_bytes())), 3)
    }),
    ("base64 for URLs", "a.txt", |key| (format!("t={}\n", base64url(format!("{{\"k\":\"{key}\"}}").as_bytes())), 1)),
    ("base64 in lines of 76", "a.txt", |key| {
        (format!("begin\n{}\n", wrapped(&padded(format!("OPENAI_API_KEY={key}").as_bytes()), 76, "\n")), 2)
    }),
    ("base64 of UTF-16", "a.ps1", |key| {
        let wide: Vec<u8> = format!("$k='{key}'").encode_utf16().flat_map(u16::to_le_bytes).collect();
        (format!("powershell -EncodedCommand {}\n", padded(&wide)), 1)
    }),
    ("hexadecimal digits", "a.txt", |key| (format!("\nblob {}\n", hex(key)), 2)),
    ("hexadecimal digits in capitals", "a.sql", |key| {
        (format!("INSERT INTO t VALUES (X'{}');\n", hex(key).to_uppercase()), 1)
    }),
    ("hexadecimal bytes", "a.c", |key| {
        let bytes: Vec<String> = key.bytes().map(|byte| format!("0x{byte:02x}")).collect();
        (format!("char k[] = {{{}}};\n", bytes.join(", ")), 1)
    }),
    ("character codes", "a.js", |key| {
        let codes: Vec<String> = key.bytes().map(|byte| byte.to_string()).collect();
        (format!("f();\nconst k = String.fromCharCode({});\n", codes.join(",")), 2)
    }),
    ("quoted-printable", "a.eml", |key| {
        let text = format!("the key is {} and so on", key.replace('-', "=2D"));
        let head = "From: a@example.com\nTo: b@example.com\nSubject: key\nMIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n";
        (format!("{head}{}\n", wrapped(&text, 75, "=\n")), 8)
    }),
    ("colours around", "a.log", |key| (format!("start\n\x1b[32mkey\x1b[0m: \x1b[1;31m{key}\x1b[0m\n"), 2)),
    ("colours inside", "a.log", |key| {
        let (one, other) = halves(key);
        (format!("key: {one}\x1b[01;31m\x1b[K{other}\x1b[m\n"), 1)
    }),
    ("lines of 64", "a.txt", |key| (format!("key:\n{}\nend of key\n", wrapped(key, 64, "\n")), 2)),
    ("lines of 76", "a.txt", |key| {
        let text = format!("my key is {key}");
        (format!("hello\n{}\n", wrapped(&text, 76, "\n")), 2)
    }),
    ("yaml: folded", "a.yaml", |key| (format!("a: 1\nkey: \"{}\"\n", wrapped(key, 60, "\\\n  ")), 2)),
    ("shell: continued", "a.sh", |key| {
        let (one, other) = halves(key);
        (format!("#!/bin/sh\nexport OPENAI_API_KEY={one}\\\n{other}\n"), 2)
    }),
    ("dockerfile: continued", "Dockerfile", |key| {
        let (one, other) = halves(key);
        (format!("FROM alpine\nENV OPENAI_API_KEY={one}\\\n{other}\n"), 2)
    }),
    ("plus", "a.js", |key| {
        let (one, other) = halves(key);
        (format!("const apiKey = \"{one}\" + \"{other}\";\n"), 1)
    }),
    ("plus over lines", "A.java", |key| {
        let (one, other) = halves(key);
        (format!("class A {{\n  String key = \"{one}\"\n      + \"{other}\";\n}}\n"), 2)
    }),
    ("plus behind the prefix", "a.py", |key| (format!("key = \"sk-\" + \"{}\"\n", &key[3..]), 1)),
    ("adjacent literals", "a.py", |key| {
        let (one, other) = halves(key);
        (format!("api_key = (\n    \"{one}\"\n    \"{other}\"\n)\n"), 2)
    }),
    ("adjacent literals in c", "a.c", |key| {
        let (one, other) = halves(key);
        (format!("const char *key = \"{one}\" \"{other}\";\n"), 1)
    }),
    ("dots", "a.php", |key| {
        let (one, other) = halves(key);
        (format!("<?php\n$key = '{one}' . '{other}';\n"), 2)
    }),
    ("a template's piece", "a.js", |key| (format!("const k = `${{\"sk-\"}}{}`;\n", &key[3..]), 1)),
    ("join", "a.js", |key| {
        let (one, other) = halves(key);
        (format!("const k = [\"{one}\", \"{other}\"].join(\"\");\n"), 1)
    }),
    ("join in python", "a.py", |key| {
        let (one, other) = halves(key);
        (format!("k = \"\".join([\"{one}\", \"{other}\"])\n"), 1)
    }),
    ("concat", "a.js", |key| {
        let (one, other) = halves(key);
        (format!("const k = \"{one}\".concat(\"{other}\");\n"), 1)
    }),
    ("backwards", "a.py", |key| (format!("k = \"{}\"[::-1]\n", key.chars().rev().collect::<String>()), 1)),
    ("a byte order mark", "a.env", |key| (format!("\u{feff}OPENAI_API_KEY={key}\n"), 1)),
    ("percent in json's escapes", "a.json", |key| {
        (format!("{{\"u\":\"https:\\/\\/x.example\\/?key={}\"}}", key.replace('-', "\\u00252D")), 1)
    }),
    ("html in base64", "a.txt", |key| {
        (format!("OPENAI_API_KEY={}\n", padded(format!("<b>{}</b>", key.replace('-', "&#45;")).as_bytes())), 1)
    }),
    ("a source map", "a.js.map", |key| {
        (
            format!(
                "{{\"version\":3,\"sources\":[\"a.ts\"],\"sourcesContent\":[\"const key = \\\"{key}\\\";\\n\"],\"mappings\":\"AAAA\"}}"
            ),
            1,
        )
    }),
];

#[test]
fn keys_are_found_in_every_encoding() {
    let mut failures = Vec::new();
    for (seed, &(name, file, write)) in FORMS.iter().enumerate() {
        for key in keys(0x6000 + 16 * seed as u64) {
            let (text, line) = write(&key);
            check(&Hidden { name, file, text: text.into_bytes(), line }, &key, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), 4 * FORMS.len(), failures.join("\n"));
}

/// Texts of other character sets than UTF-8.
#[test]
fn keys_are_found_in_every_character_set() {
    let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    let mut failures = Vec::new();
    for key in keys(0x7000) {
        let text = format!("# größe\r\nOPENAI_API_KEY={key}\r\n");
        let mark = format!("\u{feff}{text}");
        for (name, text) in [
            ("UTF-16 LE with a mark", wide(&mark, u16::to_le_bytes)),
            ("UTF-16 BE with a mark", wide(&mark, u16::to_be_bytes)),
            ("UTF-16 LE", wide(&text, u16::to_le_bytes)),
            ("UTF-16 BE", wide(&text, u16::to_be_bytes)),
            ("Latin-1", text.chars().map(|char| char as u8).collect()),
            ("GBK", [b"# \xc3\xdc\xd4\xbf\r\nOPENAI_API_KEY=", key.as_bytes(), b"\xa1\xa3\r\n"].concat()),
        ] {
            check(&Hidden { name, file: "a.env", text, line: 2 }, &key, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{} of 24:\n{}", failures.len(), failures.join("\n"));
}
