//! Keys and addresses in pieces: literals that a statement puts together, continued and wrapped lines, text backwards.

mod addresses;
mod appended;
mod calls;
mod constants;
mod continued;
mod hostile;
mod nothing;
mod operators;
mod reversed;
mod strings;
mod wrapped;

use keyscan::model::{KeyMatch, Matches};

use crate::support::library::{detect, detector};
use crate::support::{expand, modern};

/// A key with the marker.
fn marked(seed: u64) -> String {
    modern("sk-proj-", 74, seed)
}

/// A key that its prefix and its length tell.
fn long_prefix(seed: u64) -> String {
    expand("sk-or-v1-{64:hex}", seed)
}

/// A key that only its beginning and its randomness tell.
fn legacy(seed: u64) -> String {
    expand("sk-{48}", seed)
}

/// What the detector finds in a file.
fn found(path: &str, text: &str) -> Matches {
    detect(&detector(), path, text.as_bytes())
}

/// Keys as what a report says of them.
fn told(keys: &[KeyMatch]) -> Vec<String> {
    let tell = |key: &KeyMatch| {
        let position = key.place.position;
        let value = String::from_utf8_lossy(key.secret.expose()).into_owned();
        let setting = key.setting.as_deref().unwrap_or("-");
        let encoding = key.encoding.join(",");
        let (line, column, end_line, end_column) =
            (position.line, position.column, position.end_line, position.end_column);
        format!("{value} {line}:{column}-{end_line}:{end_column} {setting} {encoding}")
    };
    keys.iter().map(tell).collect()
}

/// A text with pieces in the places of `¤`, and the place from the first to the last as [`told`] writes it.
fn filled(template: &str, pieces: &[&str]) -> (String, String) {
    assert_eq!(template.matches('¤').count(), pieces.len(), "{template}");
    let mut text = String::new();
    let mut ends = Vec::new();
    let mut rest = template;
    for piece in pieces {
        let (before, behind) = rest.split_once('¤').unwrap();
        text += before;
        ends.push(text.len());
        text += piece;
        ends.push(text.len());
        rest = behind;
    }
    text += rest;
    let place = |at: usize| {
        let line = text[..at].matches('\n').count() + 1;
        let column = text[..at].rsplit('\n').next().unwrap().chars().count() + 1;
        format!("{line}:{column}")
    };
    let whole = format!("{}-{}", place(ends[0]), place(*ends.last().unwrap()));
    (text, whole)
}

/// A key in pieces that end at `cuts`.
fn cut<'k>(key: &'k str, cuts: &[usize]) -> Vec<&'k str> {
    let mut ends = vec![0];
    ends.extend(cuts);
    ends.push(key.len());
    ends.windows(2).map(|ends| &key[ends[0]..ends[1]]).collect()
}

/// Where to cut a key into as many pieces as a template has places.
fn cuts(template: &str, key: &str, first: usize) -> Vec<usize> {
    let places = template.matches('¤').count();
    (0..places - 1).map(|index| first + index * (key.len() - first) / places).collect()
}

/// Asserts that a key in pieces is the one key in a file, from its first piece to its last, under the name of its setting.
fn assert_found(path: &str, template: &str, key: &str, cuts: &[usize], setting: &str, encoding: &str) {
    let (text, place) = filled(template, &cut(key, cuts));
    let wanted = format!("{key} {place} {setting} {encoding}");
    assert_eq!(told(&found(path, &text).keys), [wanted], "{path}: {text}");
    assert!(detector().passes(text.as_bytes()), "{path}: {text}");
}
