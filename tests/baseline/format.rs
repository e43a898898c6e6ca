//! The file itself: what is read, what is refused and how, what is written.

use std::path::Path;

use jiff::civil::Date;
use keyscan::config::Baseline;
use serde_json::{Value, json};

use super::key;

const ENTRY: &str = r#"{"id": "0123456789abcdef", "rule": "exposed-key", "severity": "high", "path": "a/.env"}"#;

fn file(entries: &[&str]) -> String {
    let entries: String = entries.iter().map(|entry| format!("    {entry},\n")).collect();
    format!(
        "{{\n  \"version\": 1,\n  \"fingerprint_scheme\": \"sha256\",\n  \"entries\": [\n{entries}    null\n  ]\n}}\n"
    )
}

fn parse(text: impl AsRef<[u8]>) -> Result<Baseline, String> {
    Baseline::parse(Path::new("b.json"), text.as_ref()).map_err(|error| error.to_string())
}

/// The last day of the year 2025.
const DAY: Date = Date::constant(2025, 12, 31);

#[test]
fn what_is_written_is_read_and_written_again_alike() {
    let one = ENTRY
        .replace("0123", "f123")
        .replace('}', r#", "reason": "sold\"soon\"", "expires": "2026-01-31", "history": true}"#);
    let two = ENTRY.replace(".env", "b\\\\\\u0007ä.env");
    let read = parse(file(&[&one, ENTRY, &two])).unwrap();
    assert_eq!(read.len(), 3);
    let text = read.text();
    assert_eq!(parse(&text).unwrap().text(), text);
    for layout in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        text.replace(['\n', ' '], ""),
        text.replace(",\n\n", ",\n").replace(", ", ",\n  "),
        file(&[&one, ENTRY, &two]).replace(",\n    null", ""),
    ] {
        let again = parse(&layout).unwrap();
        assert_eq!((again.len(), again.on(DAY)), (3, read.on(DAY)), "{layout}");
    }
    assert!(parse(file(&[])).unwrap().is_empty());
}

#[test]
fn what_is_written_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../schema/baseline.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let full = ENTRY.replace('}', r#", "reason": "x", "expires": "2026-01-31", "history": true}"#);
    let read = parse(file(&[&full])).unwrap();
    let good: Value = serde_json::from_str(&read.text()).unwrap();
    assert!(schema.is_valid(&good), "{good}");
    for (pointer, value) in [
        ("/version", json!(2)),
        ("/entries/0/id", json!("x")),
        ("/entries/0/severity", json!("bad")),
        ("/entries/0/line", json!(3)),
        ("/entries/0/expires", json!("soon")),
    ] {
        let mut bad = good.clone();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[field] = value;
        assert!(!schema.is_valid(&bad), "{pointer}");
        assert!(parse(bad.to_string()).is_err(), "{pointer}");
    }
}

#[test]
fn mistakes_are_named_with_their_place_and_not_quoted() {
    let secret = key(1);
    let whole = file(&[ENTRY]);
    let with = |what: &str, instead: &str| whole.replace(what, instead);
    for (text, expected) in [
        (String::new(), "b.json:1:1: the file ends in the middle"),
        (whole[..whole.len() / 2].to_owned(), "b.json:5:"),
        (format!("{whole}x"), "b.json:9:1: not valid JSON"),
        (with("1,", "2,"), "b.json:1:1: this release does not know the `version`"),
        (with("\"version\": 1,", ""), "`version` is missing"),
        (with("sha256", &secret), "b.json:3:26: `fingerprint_scheme` must be sha256"),
        (with("    null", "    {}"), "b.json:6:6: `id` is missing"),
        (with("    null", "    7"), "b.json:6:5: a value of another type"),
        (with("{\"id\"", "null,\n{\"id\""), "b.json:5:"),
        (with("\"rule\"", &format!("\"{secret}\"")), "b.json:5:32: unknown field; there is `id`, `rule`"),
        (with("\"version\"", &format!("\"{secret}\": 3, \"version\"")), "unknown field; there is `version`"),
        (with("0123456789abcdef", &secret), "b.json:5:13: `id` must be the 16 hex digits"),
        (with("exposed-key", &secret), "b.json:5:41: `rule` must be a rule"),
        (with("\"high\"", &format!("\"{secret}\"")), "`severity` must be one of critical"),
        (with("\"high\"", "3"), "b.json:5:67: a value of another type"),
        (with("a/.env", ""), "`path` must be a path"),
        (with("a/.env\"", "a\", \"path\": \"b\""), "`path` is given twice"),
        (with("a/.env\"", "ä\", \"expires\": \"2026-02-30\""), "b.json:5:100: `expires` must be a day, YYYY-MM-DD"),
        (with("a/.env\"", "a\", \"expires\": \"2026-2-3\""), "`expires` must be a day"),
        (with("a/.env\"", &format!("a\", \"reason\": \"{}\"", "x".repeat(1001))), "`reason` must be at most"),
        (file(&[ENTRY, ENTRY]), "b.json:6:5: another entry has the same `id` and `path`"),
        (with("    {", "<<<<<<< HEAD\n    {"), "b.json:5:1: a merge conflict"),
        (with("    null", "=======\n    null"), "b.json:6:1: a merge conflict"),
        ("[".repeat(1_000_000), "b.json:1:"),
        (format!("{{\"entries\": {}", "[".repeat(1_000_000)), "b.json:1:"),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(error.contains(expected), "{error}\nfor {}", &text[..text.len().min(400)]);
        assert!(!error.contains(&secret[8..20]) && error.lines().count() == 1, "{error}");
    }
    let broken = [whole.as_bytes(), b"\n \xff"].concat();
    assert_eq!(parse(broken).unwrap_err(), "b.json:10:2: the file is not UTF-8 text from here on");
}

#[test]
fn there_may_be_many_entries_and_not_too_many() {
    let entries = |count: usize| {
        let entries: Vec<String> = (0..count).map(|at| ENTRY.replace("a/.env", &format!("p{at}"))).collect();
        file(&entries.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(parse(entries(20_000)).unwrap().len(), 20_000);
    assert!(parse(entries(200_001)).unwrap_err().contains("200,000 entries"));
}

#[test]
fn an_entry_ends_behind_its_last_day() {
    let baseline = parse(file(&[&ENTRY.replace('}', ", \"expires\": \"2025-12-31\"}")])).unwrap();
    assert!(baseline.has_dates());
    let on = |day: Date| (baseline.on(day) != keyscan::assess::Baseline::default(), baseline.expired(day).count());
    assert_eq!(on(DAY), (true, 0));
    assert_eq!(on(DAY.tomorrow().unwrap()), (false, 1));
    assert_eq!(baseline.expired(DAY.tomorrow().unwrap()).next(), Some((5, DAY)));
}
