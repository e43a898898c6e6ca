//! Files of elements: HTML, Vue, Svelte. Each script is a thing in itself, and so is each element with attributes.

use std::ops::Range;

use memchr::{memchr, memmem};

use crate::model::{ScopeId, ScopeKind, Used};

use super::super::format::Language;
use super::super::lines;
use super::super::tree::Tree;
use super::lexer;

/// So many attributes of an element are read.
const MOST_ATTRIBUTES: usize = 100;

/// Longer names are none.
const LONGEST_NAME: usize = 100;

/// A name and its value.
type Attribute = (Range<usize>, Range<usize>);

/// Reads a file of elements into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut at = 0;
    let mut form = scope;
    while let Some(found) = memchr(b'<', &bytes[at..]).map(|found| at + found) {
        let start = found + 1;
        let rest = &bytes[start..];
        if rest.starts_with(b"!--") {
            at = start + memmem::find(rest, b"-->").unwrap_or(rest.len());
            continue;
        }
        if rest.len() > 5 && rest[..5].eq_ignore_ascii_case(b"/form") {
            tree.close(form, start);
            form = scope;
        }
        let length = rest.iter().take_while(|byte| is_name(**byte)).take(LONGEST_NAME).count();
        if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
            at = start;
            continue;
        }
        let name = String::from_utf8_lossy(&rest[..length]).into_owned();
        let (attributes, end) = attributes(bytes, start + length);
        at = end.max(start);
        match name.to_ascii_lowercase().as_str() {
            tag @ ("script" | "style") => {
                let close = if tag == "script" { &b"</script"[..] } else { b"</style" };
                let end = at + memmem::find(&bytes[at..], close).unwrap_or(bytes.len() - at);
                if tag == "script" && end > at {
                    script(bytes, at..end, scope, tree);
                }
                at = end;
                continue;
            }
            "form" => form = tree.open(scope, ScopeKind::Section, "form", found..end),
            _ => {}
        }
        element(bytes, &name, &attributes, found..end, form, tree);
    }
    tree.close(form, bytes.len());
}

fn script(bytes: &[u8], range: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let section = tree.open(scope, ScopeKind::Section, "script", range.clone());
    let mut tokens = Vec::new();
    lexer::lex(Language::JavaScript, bytes, range, &mut tokens);
    super::read_tokens(Language::JavaScript, bytes, &tokens, section, tree);
}

/// The attributes with values from `at` on, and where the tag ends.
fn attributes(bytes: &[u8], mut at: usize) -> (Vec<Attribute>, usize) {
    let mut found = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return (found, at + 1),
            b'<' => return (found, at),
            _ if is_name(byte) || matches!(byte, b'@' | b'#') => {
                let start = at;
                at += 1 + bytes[at + 1..].iter().take_while(|byte| is_name(**byte)).count();
                let name = start..at;
                if bytes.get(at) != Some(&b'=') {
                    continue;
                }
                let (value, end) = value(bytes, at + 1);
                at = end.max(at + 1);
                if found.len() < MOST_ATTRIBUTES {
                    found.push((name, value));
                }
            }
            _ => at += 1,
        }
    }
    (found, bytes.len())
}

/// The value of an attribute without its marks, and where it ends.
fn value(bytes: &[u8], at: usize) -> (Range<usize>, usize) {
    let close = match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => *quote,
        Some(b'{') => b'}',
        _ => {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'>').count();
            return (at..at + length, at + length);
        }
    };
    let end = memchr(close, &bytes[at + 1..]).map_or(bytes.len(), |end| at + 1 + end);
    (at + 1..end, (end + 1).min(bytes.len()))
}

fn element(bytes: &[u8], name: &str, attributes: &[Attribute], span: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    if attributes.is_empty() {
        return;
    }
    let text = |range: &Range<usize>| str::from_utf8(&bytes[range.clone()]).unwrap_or_default();
    let value_of = |wanted: &str| attributes.iter().find(|(name, _)| text(name) == wanted).map(|(_, value)| value);
    // A field of a form: its name and its value.
    if let (Some(field), Some(value)) = (value_of("name").or_else(|| value_of("id")), value_of("value")) {
        return tree.value(bytes, scope, text(field), value.clone());
    }
    let call = tree.open(scope, ScopeKind::Call, name, span);
    if call != scope {
        tree.set_unit(call, true);
    }
    for (name, value) in attributes {
        let plain = text(name).trim_start_matches([':', '@', '#']);
        let bound = plain.len() < name.len() || bytes.get(value.start.wrapping_sub(1)) == Some(&b'{');
        let inner = if bound { lines::unquoted(bytes, value.clone()) } else { value.clone() };
        if bound && inner == *value && is_word(&bytes[value.clone()]) {
            tree.uses(call, Used::Name(text(value).to_owned()));
        } else {
            tree.value(bytes, call, plain, inner);
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'.')
}

fn is_word(text: &[u8]) -> bool {
    (2..=80).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
}
