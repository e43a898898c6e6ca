//! Hexadecimal digits.

use super::{hosts, keys, only, seen};
use crate::support::formats::base64;
use crate::support::{expand, modern};
use keyscan::rules::sample::B64;

fn digits(text: &[u8]) -> String {
    text.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each byte with `before` in front, `between` between two, `width` of them on a line.
fn apart(text: &[u8], before: &str, between: &str, width: usize) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{before}{byte:02x}")).collect::<Vec<_>>().join(between);
    text.chunks(width).map(line).collect::<Vec<_>>().join(&format!("{between}\n  "))
}

#[test]
fn a_key_in_one_run_of_digits_stands_where_the_run_stands() {
    for key in keys(0x41) {
        let hex = digits(key.as_bytes());
        let mixed: String = hex
            .chars()
            .enumerate()
            .map(|(at, digit)| if at % 3 == 0 { digit.to_ascii_uppercase() } else { digit })
            .collect();
        for hex in [hex.clone(), hex.to_uppercase(), mixed] {
            for (path, before, behind) in [
                ("a.py", "import a\nOPENAI_API_KEY = bytes.fromhex(\"", "\")\n"),
                ("a.sql", "INSERT INTO t (openai_key) VALUES (X'", "');\n"),
                ("a.txt", "OPENAI_API_KEY: ", "\n"),
            ] {
                let found = only(path, format!("{before}{hex}{behind}").as_bytes(), &key, &["hex"]);
                let column = before.rsplit('\n').next().unwrap().len() as u64 + 1;
                let wanted = (before.matches('\n').count() as u64 + 1, column, column + hex.len() as u64);
                assert_eq!((found.line, found.column, found.end_column), wanted, "{path} {key}");
            }
            let row = format!("COPY settings (name, value) FROM stdin;\nOPENAI_API_KEY\t\\\\x{hex}\tf\n\\.\n");
            let found = only("dump.sql", row.as_bytes(), &key, &["hex"]);
            assert_eq!((found.line, found.column, found.end_column), (2, 16, 19 + hex.len() as u64));
            let prefixed = only("a.sql", format!("SET openai_key = 0x{hex};").as_bytes(), &key, &["hex"]);
            assert_eq!(prefixed.column, "SET openai_key = ".len() as u64 + 1);
        }
    }
}

#[test]
fn names_and_addresses_beside_a_key_are_read_too() {
    let key = expand("sk-{48}", 0x42);
    let env = format!("# settings\nOPENAI_BASE_URL=https://api.nekoapi.com/v1\nOPENAI_API_KEY={key}\n");
    let file = format!("insert into files values (X'{}');\n", digits(env.as_bytes()));
    let found = only("dump.sql", file.as_bytes(), &key, &["hex"]);
    assert_eq!(found.setting.as_deref(), Some("OPENAI_API_KEY"));
    assert_eq!(hosts("dump.sql", file.as_bytes()), ["api.nekoapi.com"]);
    let url = format!("OPENAI_BASE_URL = unhex(\"{}\")\n", digits(b"https://api.nekoapi.com/v1"));
    assert_eq!(hosts("a.py", url.as_bytes()), ["api.nekoapi.com"]);
}

#[test]
fn bytes_may_stand_each_for_itself() {
    for key in keys(0x43) {
        for width in [8, 12, 16, 400] {
            for (before, between) in [("0x", ", "), ("0x", ","), ("", " "), ("", ":"), ("", ","), ("0x", " ")] {
                for upper in [false, true] {
                    let text = apart(key.as_bytes(), before, between, width);
                    let text = if upper { text.to_uppercase().replace("0X", "0x") } else { text };
                    let file = format!("// OpenAI\nstatic const char openai_api_key[] = {{\n  {text}\n}};\n");
                    let found = only("a.c", file.as_bytes(), &key, &["hex"]);
                    assert_eq!((found.line, found.column), (3, 3), "{text}");
                    assert_eq!(found.end_line, 3 + key.len().div_ceil(width) as u64 - 1);
                }
            }
        }
    }
}

/// Lines of a dump, as `hexdump -C` and `xxd` write them.
fn dump(text: &[u8], hexdump: bool) -> String {
    let mut dump = String::new();
    for (index, line) in text.chunks(16).enumerate() {
        let ascii: String = line
            .iter()
            .map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' })
            .collect();
        let halves: Vec<String> = line
            .chunks(if hexdump { 8 } else { 2 })
            .map(|part| if hexdump { apart(part, "", " ", 8) } else { digits(part) })
            .collect();
        dump += &if hexdump {
            format!("{:08x}  {:<48}  |{ascii}|\n", index * 16, halves.join("  "))
        } else {
            format!("{:08x}: {:<39}  {ascii}\n", index * 16, halves.join(" "))
        };
    }
    dump
}

#[test]
fn dumps_of_files_are_read_without_addresses_and_text() {
    for key in keys(0x44) {
        for front in 0..20 {
            let text = format!("{}\nOPENAI_API_KEY={key}\nA=1\n", "#".repeat(front));
            for hexdump in [false, true] {
                let dump = dump(text.as_bytes(), hexdump);
                let found = only("a.txt", dump.as_bytes(), &key, &["hex"]);
                assert_eq!(found.line, (text.find(&key).unwrap() / 16) as u64 + 1, "{dump}");
            }
            let plain: Vec<String> = text.as_bytes().chunks(30).map(digits).collect();
            only("a.txt", plain.join("\n").as_bytes(), &key, &["hex"]);
        }
    }
}

#[test]
fn other_digits_are_nothing() {
    let key = modern("sk-proj-", 74, 0x45);
    let short = digits(&key.as_bytes()[..14]);
    let table = (0..2000_u32).map(|at| format!("0x{:02x}, ", at.wrapping_mul(2_654_435_761) >> 24)).collect::<String>();
    for text in
        [short, format!("736b2d{}", "20".repeat(80)), digits(b"sk-spinner-container"), table, "736b2d".to_owned()]
    {
        assert_eq!(super::detect(&super::DETECTOR, "a.c", text.as_bytes()).keys.len(), 0, "{text}");
    }
    // A dump of which a line is missing says nothing across the gap.
    let dump = dump(format!("OPENAI_API_KEY={key}").as_bytes(), true);
    let cut: Vec<&str> = dump.lines().enumerate().filter(|(line, _)| *line != 4).map(|(_, line)| line).collect();
    assert!(seen("a.txt", cut.join("\n").as_bytes()).iter().all(|found| found.value != key));
}

#[test]
fn exports_of_the_registry_hold_utf16() {
    for key in keys(0x4a) {
        let wide: Vec<u8> = key.bytes().chain([0]).flat_map(|byte| [byte, 0]).collect();
        let commas = |width: usize| {
            let lines = wide.chunks(width).map(|line| apart(line, "", ",", width));
            lines.collect::<Vec<_>>().join(",\\\r\n  ")
        };
        for value in [commas(4000), commas(25)] {
            let head = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Environment]\r\n";
            let file = format!("{head}\"OPENAI_API_KEY\"=hex(2):{value}\r\n\"B\"=\"c\"\r\n");
            let found = only("a.reg", file.as_bytes(), &key, &["hex"]);
            assert_eq!((found.line, found.column), (4, 25), "{file}");
        }
        only("a.sql", format!("SET openai_api_key = 0x{};\n", digits(&wide)).as_bytes(), &key, &["hex"]);
        let twice = base64(key.as_bytes(), B64);
        only("a.txt", format!("OPENAI_API_KEY={}\n", digits(twice.as_bytes())).as_bytes(), &key, &["hex", "base64"]);
    }
}

#[test]
fn dumps_may_have_octal_addresses() {
    for key in keys(0x4b) {
        let line = |(at, line): (usize, &[u8])| format!("{:07o} {}\n", at * 16, apart(line, "", " ", 16));
        let dump: String = key.as_bytes().chunks(16).enumerate().map(line).collect();
        only("a.txt", format!("$ od -tx1 k\n{dump}{:07o}\n", key.len()).as_bytes(), &key, &["hex"]);
        // A line is missing.
        let lines: Vec<&str> = dump.lines().collect();
        let torn = format!("{}\n{}\n", lines[0], lines[2..].join("\n"));
        let found = super::detect(&super::DETECTOR, "a.txt", torn.as_bytes()).keys;
        assert!(found.iter().all(|found| found.secret.expose() != key.as_bytes()), "{torn}");
    }
}
