//! Keys, addresses and names in encodings of bytes: exact value, place and encoding, and nothing told where there are none.

mod base64;
mod chars;
mod charsets;
mod hex;
mod random;
pub mod utf16;

use std::sync::LazyLock;

use keyscan::detect::Detector;
use keyscan::model::KeyMatch;

use crate::support::library::{detect, detector};
use crate::support::{expand, modern};

/// One detector for all.
static DETECTOR: LazyLock<Detector<'static>> = LazyLock::new(detector);

/// Keys of several kinds: with the marker, and without.
pub fn keys(seed: u64) -> Vec<String> {
    vec![
        modern("sk-proj-", 74, seed),
        modern("sk-svcacct-", 58, seed),
        expand("sk-{20}T3{}BlbkFJ{20}", seed),
        expand("sk-or-v1-{64:hex}", seed),
        expand("sk-{48}", seed),
    ]
}

/// A key as it was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub value: String,
    pub line: u64,
    pub column: u64,
    pub end_line: u64,
    pub end_column: u64,
    pub encoding: Vec<String>,
    pub setting: Option<String>,
}

/// The keys in a file, in the order of the bytes.
pub fn seen(path: &str, bytes: &[u8]) -> Vec<Seen> {
    assert!(DETECTOR.passes(bytes), "{path}: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)]));
    let seen = |key: &KeyMatch| Seen {
        value: str::from_utf8(key.secret.expose()).unwrap().to_owned(),
        line: key.place.position.line,
        column: key.place.position.column,
        end_line: key.place.position.end_line,
        end_column: key.place.position.end_column,
        encoding: key.encoding.clone(),
        setting: key.setting.clone(),
    };
    detect(&DETECTOR, path, bytes).keys.iter().map(seen).collect()
}

/// The hosts in a file.
pub fn hosts(path: &str, bytes: &[u8]) -> Vec<String> {
    let matches = detect(&DETECTOR, path, bytes);
    matches.endpoints.into_iter().map(|endpoint| endpoint.host).collect()
}

/// The one key in a file, which is written in these encodings.
pub fn only(path: &str, bytes: &[u8], key: &str, encodings: &[&str]) -> Seen {
    let mut found = seen(path, bytes);
    let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned();
    assert_eq!(found.len(), 1, "{path} {encodings:?} {key}: {found:?}\n{}", shown());
    let found = found.remove(0);
    assert_eq!(found.value, key, "{path} {encodings:?}");
    // Backslashes around it may be undone first.
    let around: Vec<&str> = found.encoding.iter().map(String::as_str).collect();
    let around = around.strip_suffix(encodings).filter(|around| around.is_empty() || !encodings.is_empty());
    assert!(matches!(around, Some([] | ["continued" | "escape"])), "{path} {:?}", found.encoding);
    found
}
