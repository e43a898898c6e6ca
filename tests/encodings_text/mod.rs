//! Keys and addresses whose characters are written in other ways: escapes, percent, references, quoted-printable, colours,
//! characters that are not seen. Each is told by its exact value, at the exact place of what is written for it.

mod addresses;
mod escape;
mod hostile;
mod html;
mod invisible;
mod mail;
mod nested;
mod percent;
mod terminal;

use keyscan::detect::Detector;
use keyscan::model::{KeyMatch, Matches};

use crate::support::library::{detect, detector};
use crate::support::{expand, modern};

/// A key of each kind that is found by something else: the marker, a long prefix, a short one.
fn keys(seed: u64) -> [String; 3] {
    [modern("sk-proj-", 74, seed), expand("sk-or-v1-{64:hex}", seed), expand("sk-{48}", seed)]
}

/// `text` with each character at one of `places` written in another way.
fn written(text: &str, places: impl Fn(usize, char) -> bool, write: impl Fn(char) -> String) -> String {
    let chars = text.chars().enumerate();
    chars.map(|(at, char)| if places(at, char) { write(char) } else { char.to_string() }).collect()
}

/// A text in which one key stands, and how.
struct Case<'a> {
    path: &'a str,
    before: &'a str,
    written: &'a str,
    behind: &'a str,
    key: &'a str,
    encoding: &'a [&'a str],
}

impl Case<'_> {
    /// What is found in it, after it was seen that the key is there: once, with its value, in its place.
    fn found(&self, detector: &Detector<'_>) -> Matches {
        let Self { path, before, written, behind, key, encoding } = *self;
        let text = format!("{before}{written}{behind}");
        assert!(detector.passes(text.as_bytes()), "passes: {path} {text}");
        let matches = detect(detector, path, text.as_bytes());
        let [found] = matches.keys.as_slice() else {
            panic!("{} keys: {path} {text}", matches.keys.len());
        };
        assert_eq!(value(found), key, "{path} {text}");
        assert_eq!(found.encoding, encoding, "{path} {text}");
        let (span, place) = (found.place.span, found.place.position);
        let start = before.len();
        assert_eq!((span.start as usize, span.end as usize), (start, start + written.len()), "{path} {text}");
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() as u64 + 1;
        assert_eq!((place.line, place.column), (line, column), "{path} {text}");
        let whole = format!("{before}{written}");
        let last = whole.rsplit('\n').next().unwrap();
        let end = (whole.matches('\n').count() as u64 + 1, last.chars().count() as u64 + 1);
        assert_eq!((place.end_line, place.end_column), end, "{path} {text}");
        matches
    }

    /// The same, and the name of the key's setting.
    fn under(&self, detector: &Detector<'_>, setting: &str) {
        let found = self.found(detector);
        assert_eq!(found.keys[0].setting.as_deref(), Some(setting), "{} {}", self.path, self.written);
    }
}

fn value(key: &KeyMatch) -> &str {
    str::from_utf8(key.secret.expose()).unwrap()
}

/// Nothing is found that had to be decoded.
fn nothing_decoded(detector: &Detector<'_>, path: &str, text: &str) {
    let matches = detect(detector, path, text.as_bytes());
    let keys = matches.keys.iter().map(|key| (key.encoding.clone(), key.redacted.as_str().to_owned()));
    let addresses = matches.endpoints.iter().map(|one| (one.encoding.clone(), one.host.clone()));
    let decoded: Vec<_> = keys.chain(addresses).filter(|(encoding, _)| !encoding.is_empty()).collect();
    assert_eq!(decoded, [], "{path} {text}");
}

fn new() -> Detector<'static> {
    detector()
}
