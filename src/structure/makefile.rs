//! Makefiles and justfiles: variables of the file, and recipes of commands.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::Unread;
use super::shell;
use super::tree::Tree;

/// Larger files are not taken on.
const LARGEST: usize = 4 << 20;

/// Reads a Makefile into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let text = &with_braces(bytes);
    let mut recipe: Option<ScopeId> = None;
    let mut targets = HashMap::new();
    let mut at = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    while at < text.len() {
        let mut end = line_end(text, at);
        while text[at..end].trim_ascii_end().ends_with(b"\\") && end < text.len() {
            end = line_end(text, end + 1);
        }
        let indented = matches!(text[at], b' ' | b'\t');
        match recipe.filter(|_| indented) {
            Some(recipe) => {
                // `@` and `-` in front say how to run it.
                let marks = text[at..end].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'@' | b'-' | b'+'));
                let start = at + marks.count();
                shell::read_commands(text, start..end, recipe, tree);
                tree.close(recipe, end);
            }
            None => {
                if let Some(section) = line(text, at..end, scope, &mut targets, tree) {
                    recipe = Some(section);
                }
            }
        }
        at = end + 1;
    }
    Ok(())
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |found| at + found)
}

/// `$(NAME)` and `{{NAME}}` written as shells write variables, so that both are found alike. The length stays.
fn with_braces(bytes: &[u8]) -> Vec<u8> {
    let mut text = bytes.to_vec();
    let name = |at: usize| {
        let letters = bytes[at..].iter().take(100);
        at + letters.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
    };
    for at in memchr::memchr_iter(b'$', bytes) {
        let end = name((at + 2).min(bytes.len()));
        if bytes.get(at + 1) == Some(&b'(') && end > at + 2 && bytes.get(end) == Some(&b')') {
            text[at + 1] = b'{';
            text[end] = b'}';
        }
    }
    text
}

/// A line that is no command. Returns the section of the recipe that it begins.
fn line(
    bytes: &[u8],
    range: Range<usize>,
    scope: ScopeId,
    targets: &mut HashMap<String, ScopeId>,
    tree: &mut Tree,
) -> Option<ScopeId> {
    let Range { start, end } = range;
    let text = bytes[start..end].trim_ascii();
    let start = start + bytes[start..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if text.is_empty() || text.starts_with(b"#") {
        return None;
    }
    for lead in [&b"include "[..], b"-include ", b"sinclude "] {
        for file in text.strip_prefix(lead).into_iter().flat_map(|files| files.split(u8::is_ascii_whitespace)) {
            tree.uses(scope, Used::File(String::from_utf8_lossy(file).into_owned()));
        }
    }
    let colon = memchr::memchr(b':', text);
    let equals = memchr::memchr(b'=', text);
    match (colon, equals) {
        (Some(colon), equals) if colon > 0 && equals.is_none_or(|equals| equals > colon + 1) => {
            // `::=`, `:::=`.
            let behind = text[colon..].iter().take_while(|byte| **byte == b':').count();
            if text.get(colon + behind) == Some(&b'=') {
                setting(bytes, start, colon + behind, text.len(), scope, tree);
                return None;
            }
            let name = text[..colon].split(u8::is_ascii_whitespace).next().unwrap_or_default();
            let name = String::from_utf8_lossy(name).into_owned();
            if name.starts_with('.') {
                // `.PHONY` and its like run nothing.
                return None;
            }
            // What is said of a target in several places is one thing.
            let section = match targets.get(&name) {
                Some(&section) => section,
                None => {
                    let section = tree.open(scope, ScopeKind::Section, &name, start..start + text.len());
                    targets.insert(name, section);
                    section
                }
            };
            if let Some(equals) = equals {
                // A variable of this target alone.
                if section != scope {
                    tree.set_unit(section, true);
                }
                setting(bytes, start + colon + 1, equals - colon - 1, text.len() - colon - 1, section, tree);
            }
            Some(section)
        }
        (_, Some(equals)) => {
            setting(bytes, start, equals, text.len(), scope, tree);
            None
        }
        _ => None,
    }
}

/// `export NAME ?= value`, whose sign stands at `equals`; both count from `start`.
fn setting(bytes: &[u8], start: usize, equals: usize, length: usize, scope: ScopeId, tree: &mut Tree) {
    let name = bytes[start..start + equals].trim_ascii_end();
    let name = String::from_utf8_lossy(name).into_owned();
    let name = name.trim_end_matches([':', '?', '+', '!', ' ']);
    let name = name.rsplit([' ', '\t']).next().unwrap_or(name);
    if name.is_empty() || !name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.')) {
        return;
    }
    let value = &bytes[start + equals + 1..start + length];
    let from = start + equals + 1 + value.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let comment = memchr::memmem::find(value, b" #").unwrap_or(value.len());
    let to = (start + equals + 1 + value[..comment].trim_ascii_end().len()).max(from);
    shell::variables(bytes, from..to, &[], scope, tree);
    tree.value(bytes, scope, name, shell::bare(bytes, from..to));
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        super::super::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn variables_and_recipes() {
        let text = "include .env\nURL ?= https://a.example # c\nexport KEY := key-one\nNEXT = $(Base)/v1\n.PHONY: run\nrun: build\n\t@curl $(URL) \\\n\t  -H \"Authorization: Bearer $$KEY\"\nprod: URL = https://b.example\n\tMODE=x ./run\n";
        let wanted = "file uses Base reads .env\n  URL = https://a.example\n  KEY = key-one\n  NEXT = ${Base}/v1\n  section run\n    call curl (unit) uses KEY uses URL\n      url = ${URL}\n      Authorization = Bearer $$KEY\n  section prod (unit)\n    URL = https://b.example\n";
        let shown = outline("Makefile", text).replace("$(Base)", "${Base}").replace("$(URL)", "${URL}");
        assert!(shown.starts_with(wanted), "{shown}");
        let text = "export KEY := \"key-one\"\n\nrun arg:\n    curl -H 'A: b' https://a.example\n";
        let wanted =
            "file\n  KEY = key-one\n  section run\n    call curl (unit)\n      A = b\n      url = https://a.example\n";
        assert_eq!(outline("justfile", text), wanted);
    }
}
