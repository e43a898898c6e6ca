//! Addresses whose characters are written in other ways.

use super::{new, written};
use crate::support::library::detect;

const RELAY: &str = "https://api.nekoapi.com/v1";

#[test]
fn a_relay_is_found_however_its_address_is_written() {
    let detector = new();
    type Write = fn(char) -> String;
    let hex: Write = |char| format!("\\x{:02x}", char as u32);
    let unicode: Write = |char| format!("\\u{:04x}", char as u32);
    let capital: Write = |char| format!("\\u{:04X}", char as u32);
    let octal: Write = |char| format!("\\{:03o}", char as u32);
    let percent: Write = |char| format!("%{:02X}", char as u32);
    let decimal: Write = |char| format!("&#{};", char as u32);
    let reference: Write = |char| format!("&#x{:x};", char as u32);
    let all: fn(usize, char) -> bool = |_, _| true;
    let slashes: fn(usize, char) -> bool = |_, char| char == '/';
    let signs: fn(usize, char) -> bool = |_, char| ":/.".contains(char);
    let dots: fn(usize, char) -> bool = |at, char| char == '.' && at > 8;
    for (index, (encoding, write, places)) in [
        ("escape", hex, all),
        ("escape", unicode, all),
        ("escape", octal, all),
        ("escape", unicode, slashes),
        ("escape", capital, slashes),
        ("escape", hex, signs),
        ("percent", percent, all),
        ("html", decimal, all),
        ("html", reference, all),
        ("html", decimal, slashes),
        ("html", reference, signs),
        ("html", decimal, dots),
    ]
    .into_iter()
    .enumerate()
    {
        let address = written(RELAY, places, write);
        let before = "<x>\nbase_url = \"";
        let text = format!("{before}{address}\"\n");
        assert!(detector.passes(text.as_bytes()), "{index} {text}");
        let matches = detect(&detector, "a.js", text.as_bytes());
        let [found] = matches.endpoints.as_slice() else { panic!("{index} {text}") };
        assert_eq!(found.url, RELAY, "{index} {text}");
        assert_eq!(found.encoding, [encoding], "{index} {text}");
        let span = found.place.span;
        assert_eq!((span.start as usize, span.end as usize), (before.len(), before.len() + address.len()), "{text}");
        assert_eq!((found.place.position.line, found.place.position.column), (2, 13), "{text}");
    }
}

#[test]
fn a_text_in_a_text_doubles_its_backslashes() {
    let detector = new();
    let inner = format!("{{\"base_url\":\"{}\"}}", RELAY.replace('/', "\\/"));
    let text = serde_json::json!({ "log": inner }).to_string();
    assert!(detector.passes(text.as_bytes()));
    let matches = detect(&detector, "a.json", text.as_bytes());
    assert_eq!(matches.endpoints.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), [RELAY]);
}
