//! Percent-encoding in queries, forms, cookies and links.

use super::{Case, keys, new, nothing_decoded, written};
use crate::support::expand;
use crate::support::library::{detect, values};

fn upper(char: char) -> String {
    format!("%{:02X}", char as u32)
}

/// How a character is written, and the encodings that are undone.
type Spelling = (fn(char) -> String, &'static [&'static str]);

#[test]
fn keys_are_found_in_part_and_as_a_whole() {
    let detector = new();
    let spellings: [Spelling; 4] = [
        (upper, &["percent"]),
        (|char| format!("%{:02x}", char as u32), &["percent"]),
        (|char| format!("%25{:02X}", char as u32), &["percent", "percent"]),
        (|char| format!("%u{:04X}", char as u32), &["percent"]),
    ];
    for (index, (write, encoding)) in spellings.into_iter().enumerate() {
        for key in keys(0xbe00 + index as u64) {
            let places: [fn(usize, char) -> bool; 5] = [
                |_, _| true,
                |_, char| char == '-' || char == '_',
                |at, _| at < 3,
                |at, _| at == 40,
                |at, _| at > 1 && at % 3 == 2,
            ];
            for places in places {
                let text = written(&key, places, write);
                let case = Case {
                    path: "a.log",
                    before: "POST /login?next=%2Fhome&api_key=",
                    written: &text,
                    behind: "&model=gpt HTTP/1.1\n",
                    key: &key,
                    encoding,
                };
                case.under(&detector, "api_key");
            }
        }
    }
}

#[test]
fn any_single_character_may_be_encoded() {
    let detector = new();
    for (kind, key) in keys(0xbe10).iter().enumerate() {
        for at in if kind == 0 { 0 } else { 2 }..key.len() {
            let text = written(key, |place, _| place == at, upper);
            Case { path: "a.js", before: "x('?k=", written: &text, behind: "')", key, encoding: &["percent"] }
                .found(&detector);
        }
    }
}

#[test]
fn fields_of_a_form_name_key_and_receiver() {
    let detector = new();
    let key = expand("sk-{48}", 0xbe20);
    let relay = "https%3A%2F%2Fapi.nekoapi.com%2Fv1";
    for (text, setting) in [
        (format!("api_key={}&base_url={relay}&x=1", key.replace('-', "%2D")), "api_key"),
        (
            format!("?settings=%7B%22apiKey%22%3A%22{}%22%2C%22url%22%3A%22{relay}%22%7D", key.replace('-', "%2D")),
            "apiKey",
        ),
        (
            format!(
                "Cookie: s=%7B%22openaiKey%22%3A%22{}%22%2C%22u%22%3A%22{relay}%22%7D; a=b",
                key.replace('-', "%2d")
            ),
            "openaiKey",
        ),
    ] {
        let matches = detect(&detector, "a.har.log", text.as_bytes());
        assert_eq!(values(&matches), [key.as_str()], "{text}");
        assert_eq!(matches.keys[0].setting.as_deref(), Some(setting), "{text}");
        let urls: Vec<_> = matches.endpoints.iter().map(|one| one.url.as_str()).collect();
        assert_eq!(urls, ["https://api.nekoapi.com/v1"], "{text}");
    }
}

#[test]
fn an_encoded_quote_ends_an_address() {
    let detector = new();
    let key = expand("sk-{48}", 0xbe21);
    let text = format!("javascript:(function(){{f(%22{key}%22,%22https://api.nekoapi.com/v1%22)}})()\n");
    let matches = detect(&detector, "a.html", text.as_bytes());
    assert_eq!(values(&matches), [key.as_str()]);
    assert_eq!(matches.endpoints[0].url, "https://api.nekoapi.com/v1");
}

#[test]
fn what_is_read_without_decoding_stays_so() {
    let detector = new();
    for text in [
        "u=https%3A%2F%2Fapi.openai.com%2Fv1&x=1",
        "u=https%3A%2F%2Fapi.openai.com%2Fv1%3Fa%3D1%26b%3D2",
        "printf(\"sk-%2d-%2d-%s %2d%2d%2d%2d\", a, b);",
        "[a](https://a.dev/a%20b%2Dc%2Dd/%E4%B8%AD%E6%96%87)",
    ] {
        nothing_decoded(&detector, "a.c", text);
    }
}
