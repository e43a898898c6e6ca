//! What the items of a list are: settings in one scalar, settings as maps of name and value, options of a command.

use super::nodes::{NodeId, Nodes};

/// Longer words are no names of settings.
const LONGEST_NAME: usize = 64;

/// Names of the name in a map of name and value.
const NAMES: [&str; 7] = ["name", "key", "variable", "Name", "Key", "ParameterKey", "envVar"];

/// Names of the value.
const VALUES: [&str; 4] = ["value", "Value", "ParameterValue", "val"];

/// What may stand beside a value without making a record of it.
const BESIDE: [&str; 22] = [
    "default",
    "description",
    "disabled",
    "displayName",
    "enabled",
    "encrypted",
    "expand",
    "fromDatabase",
    "fromService",
    "generateValue",
    "group",
    "hidden",
    "options",
    "previewValue",
    "readonly",
    "required",
    "scope",
    "secret",
    "sensitive",
    "sync",
    "type",
    "valueFrom",
];

/// Where the value begins in a text such as `NAME=value`, and the name.
pub(super) fn assignment(text: &str) -> Option<(&str, usize)> {
    let equals = memchr::memchr(b'=', text.as_bytes())?;
    let name = text[..equals].trim_start_matches('-');
    let value = &text[equals + 1..];
    // `abc==` is no name but the end of something encoded.
    let given = !value.trim_start_matches('=').is_empty();
    (given && is_name(name)).then_some((name, equals + 1))
}

/// The assignments in a text that is made of nothing else: `A=1 B=2`. Offsets of the words, and the words.
pub(super) fn assignments(text: &str) -> Option<Vec<(usize, &str)>> {
    let begin = text.as_ptr() as usize;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let several = words.len() > 1 && words.iter().all(|word| assignment(word).is_some() && !word.contains(['"', '\'']));
    several.then(|| words.into_iter().map(|word| (word.as_ptr() as usize - begin, word)).collect())
}

/// The name of an option: `--api-key`.
pub(super) fn option(text: &str) -> Option<&str> {
    let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-'))?;
    is_name(name).then_some(name)
}

/// The name and the value of a map that is one setting: `{name: A, value: b}`.
pub(super) fn setting(nodes: &Nodes<'_>, map: NodeId) -> Option<(NodeId, Option<NodeId>)> {
    let entries = nodes.entries(map);
    if !(2..=6).contains(&entries.len()) {
        return None;
    }
    let (mut name, mut value, mut from) = (None, None, false);
    for &(key, content) in entries {
        match nodes.scalar(key)? {
            key if name.is_none() && NAMES.contains(&key) => name = Some(content),
            key if value.is_none() && VALUES.contains(&key) => value = Some(content),
            key if BESIDE.contains(&key) => from |= nodes.is_map(content),
            _ => return None,
        }
    }
    let name = name.filter(|&name| nodes.scalar(name).is_some_and(is_name))?;
    (from || value.is_some()).then_some((name, value))
}

/// The value in a map that is the value of the setting it is called by: `NAME: {value: b, description: c}`.
pub(super) fn described(nodes: &Nodes<'_>, map: NodeId) -> Option<NodeId> {
    let mut value = None;
    for &(key, content) in nodes.entries(map) {
        match nodes.scalar(key)? {
            "value" => value = Some(content).filter(|&content| nodes.scalar(content).is_some()),
            key if BESIDE.contains(&key) => {}
            _ => return None,
        }
    }
    value
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let rest = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/');
    starts && name.len() <= LONGEST_NAME && name.chars().all(rest)
}
