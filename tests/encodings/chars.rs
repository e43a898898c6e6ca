//! Lists of character codes.

use super::{hosts, keys, only};
use crate::support::expand;

fn list(text: &str, between: &str) -> String {
    text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(between)
}

#[test]
fn a_list_of_codes_is_read_in_every_language() {
    for key in keys(0x51) {
        let called = |name: &str, between: &str| {
            key.bytes().map(|byte| format!("{name}({byte})")).collect::<Vec<_>>().join(between)
        };
        let octal = |lead: &str| key.bytes().map(|byte| format!("{lead}{byte:o}")).collect::<Vec<_>>().join(", ");
        for (path, before, codes, behind) in [
            ("a.js", "const OPENAI_API_KEY = String.fromCharCode(", list(&key, ", "), ");"),
            ("a.js", "const OPENAI_API_KEY = String.fromCharCode(...[", list(&key, ","), "]);"),
            ("a.py", "OPENAI_API_KEY = bytes([", list(&key, ", "), "])"),
            ("a.go", "openaiKey := []byte{", list(&key, ", "), "}"),
            ("a.log", "openai key: [", list(&key, " "), "]"),
            ("a.json", "{\"openai_api_key\": {\"type\": \"Buffer\", \"data\": [", list(&key, ","), "]}}"),
            ("a.php", "$openai_api_key = ", called("chr", "."), ";"),
            ("a.py", "OPENAI_API_KEY = ", called("chr", " + "), ""),
            ("a.sql", "SET openai_api_key = ", called("CHAR", "||"), ";"),
            ("a.vbs", "openai_api_key = ", called("Chr", " & "), ""),
            ("a.vbs", "openai_api_key = ", called("ChrW", " & _\n  "), ""),
            ("a.js", "const OPENAI_API_KEY = ", called("String.fromCharCode", "+"), ";"),
            ("a.c", "char openai_key[] = {", octal("0"), "};"),
            ("a.py", "OPENAI_API_KEY = bytes([", octal("0o"), "])"),
        ] {
            let found = only(path, format!("x\n{before}{codes}{behind}\n").as_bytes(), &key, &["chars"]);
            let last = codes.rsplit('\n').next().unwrap();
            assert_eq!((found.line, found.column), (2, before.len() as u64 + 1), "{path} {before}");
            let end = if last == codes { found.column } else { 1 } + last.len() as u64;
            assert_eq!(found.end_column, end, "{path} {before}");
        }
        let lines = format!("{{\"data\": [\n    {}\n]}}", list(&key, ",\n    "));
        let found = only("a.json", lines.as_bytes(), &key, &["chars"]);
        assert_eq!((found.line, found.end_line), (2, 1 + key.len() as u64));
    }
}

#[test]
fn names_and_addresses_in_a_list_are_read_too() {
    let key = expand("sk-{48}", 0x52);
    let env = format!("OPENAI_BASE_URL=https://api.nekoapi.com/v1\nOPENAI_API_KEY={key}\n");
    let file = format!("write([{}]);\n", list(&env, ", "));
    let found = only("a.js", file.as_bytes(), &key, &["chars"]);
    assert_eq!(found.setting.as_deref(), Some("OPENAI_API_KEY"));
    assert_eq!(hosts("a.js", file.as_bytes()), ["api.nekoapi.com"]);
    let url = format!("OPENAI_BASE_URL = bytes([{}])\n", list("https://api.nekoapi.com/v1", ", "));
    assert_eq!(hosts("a.py", url.as_bytes()), ["api.nekoapi.com"]);
}

#[test]
fn other_lists_are_nothing() {
    let key = &keys(0x53)[0];
    let mixed: Vec<String> =
        key.bytes().enumerate().map(|(at, byte)| format!("{byte}{}", if at % 2 == 0 { "," } else { ";" })).collect();
    for text in [
        "[115, 107, 45]".to_owned(),
        format!("[115, 107, 45, {}]", "32, ".repeat(90)),
        mixed.concat(),
        list("sk-spinner-container", ", "),
        list(key, ", ").replace("115, 107, 45", "115, 107, 300, 45"),
    ] {
        assert_eq!(super::detect(&super::DETECTOR, "a.js", text.as_bytes()).keys.len(), 0, "{text}");
    }
}

/// Each character written so, with something between two.
fn framed(text: &str, between: &str, write: impl Fn(char) -> String) -> String {
    text.chars().map(write).collect::<Vec<_>>().join(between)
}

#[test]
fn characters_that_stand_alone_are_put_together() {
    for key in keys(0x54) {
        let quoted = |between: &str| framed(&key, between, |char| format!("'{char}'"));
        let bytes = framed(&key, ", ", |char| format!("b'{char}'"));
        let cast = |between: &str| framed(&key, between, |char| format!("[char]{}", u32::from(char)));
        for (path, before, chars, behind) in [
            ("a.c", "static const char k[] = {", quoted(", "), ", '\\0'};"),
            ("a.c", "char k[]={", quoted(","), "};"),
            ("A.java", "char[] key = new char[] {", quoted(",\n    "), "};"),
            ("a.go", "k := string([]rune{", quoted(", "), "})"),
            ("a.rs", "const K: &[u8] = &[", bytes, "];"),
            ("a.ps1", "$env:OPENAI_API_KEY = ", cast("+"), ""),
            ("a.ps1", "$env:OPENAI_API_KEY = -join (", cast(", "), ")"),
        ] {
            let found = only(path, format!("x\n{before}{chars}{behind}\n").as_bytes(), &key, &["chars"]);
            assert_eq!((found.line, found.column), (2, before.len() as u64 + 1), "{path} {before}");
        }
    }
}

#[test]
fn decimal_escapes_are_told_from_octal_ones() {
    for key in keys(0x55) {
        let lua = |text: &str| framed(text, "", |char| format!("\\{:03}", u32::from(char)));
        let file = format!("x = 1\nopenai_key = \"{}\"\n", lua(&key));
        let found = only("a.lua", file.as_bytes(), &key, &["escape"]);
        assert_eq!((found.line, found.column), (2, 15));
    }
}

#[test]
fn other_characters_are_nothing() {
    let key = &keys(0x56)[3];
    let quoted = framed(key, ", ", |char| format!("'{char}'"));
    for text in [
        "['r', 's', 'k', '-', 'x']".to_owned(),
        framed("rsk-abcdefghijklmnopqrstuvwxyz", ", ", |char| format!("'{char}'")),
        framed("sk-spinner-container", ", ", |char| format!("'{char}'")),
        framed(key, ": ", |char| format!("'{char}'")),
        framed(key, ", ", |char| format!("'{char}{char}'")),
        quoted.replacen("', '", "', x, '", 12),
        framed(key, "-", |char| format!("[char]{}", u32::from(char))),
    ] {
        let text = format!("openai = {text}\n");
        assert_eq!(super::detect(&super::DETECTOR, "a.js", text.as_bytes()).keys.len(), 0, "{text}");
    }
}
