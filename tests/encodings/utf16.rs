//! Texts in UTF-16 and UTF-32, and UTF-16 in other bytes.

use serde_json::json;

use super::{DETECTOR, hosts, keys, only, seen};
use crate::support::{Tree, expand, findings, modern, occurrences, place, report};

/// A text in units of so many bytes.
pub fn wide(text: &str, width: usize, big: bool, mark: bool) -> Vec<u8> {
    let units: Vec<u32> = match width {
        2 => text.encode_utf16().map(u32::from).collect(),
        _ => text.chars().map(u32::from).collect(),
    };
    let units = mark.then_some(0xfeff).into_iter().chain(units);
    let bytes = units.flat_map(|unit| {
        let mut unit = unit.to_le_bytes()[..width].to_vec();
        if big {
            unit.reverse();
        }
        unit
    });
    bytes.collect()
}

#[test]
fn a_text_in_utf_16_has_the_lines_and_columns_of_the_text() {
    for key in keys(0x61) {
        let env = format!("# für alle 😀\r\nA=1\r\nOPENAI_API_KEY={key}\r\nB=ü\r\n");
        let reg = format!(
            "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Environment]\r\n\"OPENAI_API_KEY\"=\"{key}\"\r\n"
        );
        let yaml = format!("services:\n  é: {{environment: {{OPENAI_API_KEY: {key}}}}}\n");
        for (path, text) in [(".env", env), ("a.reg", reg), ("compose.yaml", yaml)] {
            for (width, word) in [(2, "utf-16"), (4, "utf-32")] {
                for (big, mark) in [(false, false), (false, true), (true, false), (true, true)] {
                    let found = only(path, &wide(&text, width, big, mark), &key, &[word]);
                    assert_eq!(
                        (found.line, found.column, found.end_column),
                        place(&text, &key),
                        "{path} {width} {big}"
                    );
                    assert_eq!(found.setting.as_deref(), Some("OPENAI_API_KEY"), "{path}");
                }
            }
        }
    }
}

#[test]
fn comments_and_structure_of_such_a_text_count() {
    let (one, two) = (modern("sk-proj-", 74, 0x62), modern("sk-proj-", 74, 0x63));
    let text = format!("A={one} # keyscan:allow test\r\nB={two}\r\n");
    let tree = Tree::one("a.env", wide(&text, 2, false, true));
    let allowed = report(tree.path());
    assert_eq!((findings(&allowed).len(), &allowed["scan"]["suppressed"]), (1, &json!(1)));

    let service = |name: &str, key: &str, host: &str| {
        format!("  {name}:\n    environment:\n      OPENAI_API_KEY: {key}\n      OPENAI_BASE_URL: https://{host}/v1\n")
    };
    let text =
        format!("services:\n{}{}", service("a", &one, "api.nekoapi.com"), service("b", &two, "api.zukijourney.com"));
    let tree = Tree::one("compose.yaml", wide(&text, 2, false, true));
    let paired = report(tree.path());
    for (line, host) in [(4, "api.nekoapi.com"), (8, "api.zukijourney.com")] {
        let mut places = findings(&paired).iter().filter(|one| !one["key"].is_null()).flat_map(occurrences);
        let place = places.find(|place| place["line"] == line).unwrap();
        assert_eq!(place["endpoint"]["host"], host);
        assert_eq!(place["encoding"], json!(["utf-16"]));
    }
}

#[test]
fn an_address_or_a_name_alone_lets_a_text_pass() {
    for text in [
        "set OPENAI_BASE_URL=https://llm.unseen.dev/v1",
        "$base = 'https://api.nekoapi.com/v1'",
        "{\"openai\": {\"openai_api_key\": \"x\"}}",
    ] {
        for big in [false, true] {
            assert!(DETECTOR.passes(&wide(text, 2, big, true)), "{text}");
        }
    }
    let text = "set OPENAI_BASE_URL=https://api.nekoapi.com/v1\r\n";
    assert_eq!(hosts("a.cmd", &wide(text, 2, false, true)), ["api.nekoapi.com"]);
    assert!(!DETECTOR.passes(&wide("see https://example.com and a task-list", 2, false, true)));
}

#[test]
fn windows_of_a_large_text_have_its_lines() {
    let key = modern("sk-proj-", 74, 0x64);
    let line = "INFO: everything is as it should be, nothing to see here\r\n";
    let lines = 150_000;
    let text = format!("{}OPENAI_API_KEY={key}\r\n{}", line.repeat(lines), line.repeat(1000));
    for (big, mark) in [(false, true), (true, false)] {
        let tree = Tree::one("a.log", wide(&text, 2, big, mark));
        let report = report(tree.path());
        let place = &occurrences(&findings(&report)[0])[0];
        assert_eq!((&place["line"], &place["column"]), (&json!(lines + 1), &json!(16)));
        assert_eq!(place["encoding"], json!(["utf-16"]));
    }
}

#[test]
fn strings_of_programs_and_mixed_files_are_read() {
    for key in keys(0x65) {
        for big in [false, true] {
            for offset in 0..4 {
                let string =
                    |text: &str| [&[(text.len() * 2 + 1) as u8][..], &wide(text, 2, big, false), &[0]].concat();
                let program = [
                    b"MZ\x90\0\x03\0\0\0".as_slice(),
                    &[0xcc; 64][..60 + offset],
                    &string("Hello, world"),
                    &string(&format!("OPENAI_API_KEY={key}")),
                    &string("OPENAI"),
                    b"\0\0\x7f\x01plain strings\0",
                ];
                let found = only("app.exe", &program.concat(), &key, &["utf-16"]);
                assert_eq!(found.line, 1);
            }
        }
        // A shell added a line of its own to a file of another tool.
        let plain = format!("OPENAI_BASE_URL=https://api.nekoapi.com/v1\r\n{}\r\n", "A=1\r\n".repeat(20));
        let added = wide(&format!("OPENAI_API_KEY={key}\r\n"), 2, false, false);
        only("a.env", &[plain.as_bytes(), &added].concat(), &key, &["utf-16"]);
        let other_way = [wide(&plain, 2, false, true), format!("OPENAI_API_KEY={key}\r\n").into_bytes()].concat();
        only("a.env", &other_way, &key, &[]);
    }
}

#[test]
fn a_mark_in_front_of_plain_text_hides_nothing() {
    let key = expand("sk-or-v1-{64:hex}", 0x66);
    for mark in [&b"\xff\xfe"[..], b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"] {
        let file = [mark, format!("OPENROUTER_API_KEY={key}\n").as_bytes()].concat();
        assert_eq!(seen(".env", &file)[0].value, key);
    }
}
