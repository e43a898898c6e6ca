//! Java properties and their relatives: `gradle.properties`, `local.properties`, Xcode's `.xcconfig`.
//!
//! Names with dots are paths through maps, as Spring and Quarkus read them. A document of a Spring file that is only
//! for a profile stands for itself; so does what Quarkus marks with `%profile.`.

use std::ops::Range;

use crate::model::{Environment, ScopeId, ScopeKind, Used};

use super::lines::{end_of_line, lines, references, start, text, trimmed, unquoted};
use super::tree::Tree;

/// Most parts of a name.
const MOST_PARTS: usize = 24;

/// Properties that say for which profile a document is.
const PROFILES: [&str; 3] =
    ["spring.config.activate.on-profile", "spring.profiles", "spring.config.activate.onProfile"];

/// Reads the properties of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut from = start(bytes);
    for end in documents(bytes) {
        document(bytes, from..end, scope, tree);
        from = end;
    }
}

/// Where the documents end: in front of `#---` and `!---`.
fn documents(bytes: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    for row in lines(bytes, 0..bytes.len()) {
        let line = &bytes[row.clone()];
        if line.len() <= 200 && matches!(line.trim_ascii_end(), b"#---" | b"!---") {
            ends.push(row.start);
        }
    }
    ends.push(bytes.len());
    ends
}

fn document(bytes: &[u8], range: Range<usize>, file: ScopeId, tree: &mut Tree) {
    let properties = read_lines(bytes, range.clone());
    let profile = properties.iter().find(|property| PROFILES.contains(&property.name.as_str()));
    let mut scope = file;
    if let Some(profile) = profile {
        let name = text(bytes, profile.value.clone());
        scope = tree.open(file, ScopeKind::Section, &name, range.clone());
        tree.set_unit(scope, true);
        set_environment(scope, &name, tree);
        tree.close(scope, range.end);
    }
    for Property { name, value } in properties {
        add(bytes, scope, &name, value, tree);
    }
}

fn set_environment(scope: ScopeId, words: &str, tree: &mut Tree) {
    let words = words.to_lowercase();
    let words = words.split(|char: char| !char.is_alphanumeric());
    if let Some(environment) = words.filter_map(Environment::of_word).next() {
        tree.set_environment(scope, environment);
    }
}

/// Adds a value by its name in parts.
fn add(bytes: &[u8], document: ScopeId, name: &str, value: Range<usize>, tree: &mut Tree) {
    let mut scope = document;
    let mut name = name;
    if let Some((profile, rest)) = name.strip_prefix('%').and_then(|name| name.split_once('.')) {
        scope = tree.child(document, profile);
        tree.set_kind(scope, ScopeKind::Section);
        tree.set_unit(scope, true);
        set_environment(scope, profile, tree);
        name = rest;
    }
    let mut parts = parts(name);
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        scope = step(scope, part, tree);
    }
    let last = match last.split_once('[') {
        // `keys[0]`, but also conditions such as `KEY[sdk=iphoneos*]`.
        Some((list, _)) => list,
        None => last,
    };
    for name in references(&bytes[value.clone()], b"${", b'}').take(50) {
        tree.uses(scope, Used::Name(name.to_owned()));
    }
    tree.value(bytes, scope, last, value);
}

/// The map of one part of a name; `models[0]` is an element of `models`.
fn step(scope: ScopeId, part: &str, tree: &mut Tree) -> ScopeId {
    match part.split_once('[') {
        Some((list, index)) => {
            let list = tree.child(scope, list);
            let item = tree.child(list, index.trim_end_matches(']'));
            tree.set_kind(item, ScopeKind::Item);
            tree.set_unit(item, true);
            item
        }
        None => tree.child(scope, part.trim_matches('"')),
    }
}

/// The parts of a name between its dots; dots in quotes and in brackets separate nothing.
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut quoted = false;
    let mut bracket = false;
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'[' => bracket = true,
            b']' => bracket = false,
            b'.' if !quoted && !bracket && parts.len() < MOST_PARTS => {
                parts.push(&name[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&name[from..]);
    parts.retain(|part| !part.is_empty());
    parts
}

struct Property {
    name: String,
    value: Range<usize>,
}

/// The properties of a document, one for each line, a line that goes on behind a backslash being one.
fn read_lines(bytes: &[u8], range: Range<usize>) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let mut end = end_of_line(bytes, at).min(range.end);
        let comment = matches!(bytes[at..end].trim_ascii_start(), [b'#' | b'!', ..] | [b'/', b'/', ..]);
        let mut line_start = at;
        while !comment && goes_on(&bytes[line_start..end]) && end + 1 < range.end {
            line_start = end + 1;
            end = end_of_line(bytes, line_start).min(range.end);
        }
        if !comment {
            properties.extend(property(bytes, trimmed(bytes, at..end)));
        }
        at = end + 1;
    }
    properties
}

/// Whether a line ends in an odd number of backslashes.
fn goes_on(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn property(bytes: &[u8], line: Range<usize>) -> Option<Property> {
    let content = &bytes[line.clone()];
    let mut quoted = false;
    let mut bracket = false;
    let mut escaped = false;
    let end = content.iter().position(|&byte| {
        let plain = !escaped;
        escaped = byte == b'\\' && plain;
        match byte {
            b'"' => quoted = !quoted,
            b'[' => bracket = true,
            b']' => bracket = false,
            _ => {}
        }
        plain && !quoted && !bracket && (matches!(byte, b'=' | b':') || byte.is_ascii_whitespace())
    })?;
    let name = text(bytes, line.start..line.start + end).replace('\\', "");
    let rest = trimmed(bytes, line.start + end..line.end);
    let assigns = usize::from(matches!(bytes[rest.clone()].first(), Some(b'=' | b':')));
    let value = trimmed(bytes, rest.start + assigns..rest.end);
    // A sentence is no property, and neither is anything without a name.
    let sentence = assigns == 0 && value.len() > 4 && bytes[value.clone()].contains(&b' ');
    (!name.is_empty() && !sentence).then(|| Property { name, value: unquoted(bytes, value) })
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        super::super::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn names_with_dots_are_paths() {
        let text = "\u{feff}# note\r\nspring.ai.openai.api-key=K1\r\nspring.ai.openai.base-url : https\\://h\r\nA_B c\r\nspring.ai.chat=${openaiKey:d}\r\n! x=y\r\nlong = a,\\\r\n    b\r\n";
        let wanted = "file\n  A_B = c\n  long = a,\\\r\n    b\n  map spring\n    map ai uses openaiKey\n      chat = ${openaiKey:d}\n      map openai\n        api-key = K1\n        base-url = https\\://h\n";
        assert_eq!(outline("application.properties", text), wanted);
    }

    #[test]
    fn profiles_stand_for_themselves() {
        let text = "a.k=1\n#---\nspring.config.activate.on-profile=prod\na.k=2\n#---\nb=3\n";
        let wanted = "file\n  b = 3\n  map a\n    k = 1\n  section prod (unit) @production\n    map spring\n      map config\n        map activate\n          on-profile = prod\n    map a\n      k = 2\n";
        assert_eq!(outline("application.properties", text), wanted);
        let text = "%prod.quarkus.openai.\"m.x\".base-url=u\nquarkus.list[0].key=k\nquarkus.list[1].key=l\nquarkus.keys[0]=x\n";
        let wanted = "file\n  section prod (unit) @production\n    map quarkus\n      map openai\n        map m.x\n          base-url = u\n  map quarkus\n    keys = x\n    map list\n      item 0 (unit)\n        key = k\n      item 1 (unit)\n        key = l\n";
        assert_eq!(outline("application.properties", text), wanted);
    }

    #[test]
    fn settings_of_xcode() {
        let text = "// note\nAPI_KEY = \"K1\"\nAPI_HOST[sdk=iphone*] = https:/$()/h\n#include \"x\"\n";
        assert_eq!(
            outline("a.xcconfig", text),
            "file uses API_HOST uses API_KEY\n  API_KEY = K1\n  API_HOST = https:/$()/h\n"
                .replace(" uses API_HOST uses API_KEY", "")
        );
    }
}
