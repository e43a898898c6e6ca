//! Values that are put together from constants of the same file: `KEY = A + B`, `KEY=$A$B`, `` `${A}${B}` ``.
//!
//! Only where each constant is one literal that is defined once near by. The value stands where the expression stands.

use std::collections::HashMap;
use std::ops::Range;

use super::super::pieces::{is_content, run_at};
use super::super::{Builder, Seen, Stretch};
use super::format::{self, Part};
use super::joint::is_quote;
use super::list;
use crate::detect::bytes::{is_key_byte, run_after, run_before};
use crate::detect::worth::begins_key;

/// How far from a piece of a key the other pieces and the expression may stand.
const NEAR: usize = 4096;

/// How many pieces of keys that constants hold are followed in one text.
const MOST: usize = 200;

/// The most parts of one expression.
const MOST_PARTS: usize = 16;

/// The most names in front of a constant: `self.config.A` has two.
const MOST_OWNERS: usize = 8;

/// The longest name.
const LONGEST_NAME: usize = 64;

/// The values of constants; none where a name has more than one.
type Constants<'b> = HashMap<&'b [u8], Option<Range<usize>>>;

/// The expressions that say a whole key, outside of `taken`.
pub(super) fn stretches(seen: &Seen<'_>, taken: &[Stretch]) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut places: Vec<usize> = seen.prefixes.iter().chain(seen.markers).copied().collect();
    places.sort_unstable();
    let mut regions: Vec<Range<usize>> = Vec::new();
    let mut read_to = 0;
    let held = places.into_iter().filter(|&at| {
        // Once for each run: one of 64 KiB may be nothing but beginnings of keys.
        if at < read_to {
            return false;
        }
        let run = run_at(bytes, at, read_to, is_content);
        read_to = run.end.max(at + 1);
        is_held(bytes, run.start)
    });
    for at in held.take(MOST) {
        let region = at.saturating_sub(NEAR)..bytes.len().min(at + NEAR);
        match regions.last_mut() {
            Some(last) if region.start <= last.end => last.end = region.end,
            _ => regions.push(region),
        }
    }
    let mut found = Vec::new();
    for region in regions {
        let constants = constants(bytes, region.clone());
        if !constants.is_empty() {
            expressions(bytes, region, &constants, &mut found);
        }
    }
    found.retain(|stretch| !taken.iter().any(|other| meet(&other.range, &stretch.range)));
    found
}

fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Whether the literal that begins at `start` is assigned to something.
fn is_held(bytes: &[u8], start: usize) -> bool {
    let before = bytes[..start].last();
    // Content without quotes begins with the name: `A=sk-…`.
    before.is_some_and(|&byte| is_quote(byte) || byte == b' ')
        || bytes[start..].iter().take(LONGEST_NAME).any(|&byte| byte == b'=')
}

/// The constants that are defined in a region.
fn constants(bytes: &[u8], region: Range<usize>) -> Constants<'_> {
    let mut constants = Constants::new();
    for equals in memchr::memchr_iter(b'=', &bytes[region.clone()]).map(|at| region.start + at) {
        let Some((name, value)) = constant(bytes, equals) else { continue };
        let known = constants.entry(name).or_insert_with(|| Some(value.clone()));
        if known.as_ref().is_some_and(|known| bytes[known.clone()] != bytes[value]) {
            *known = None;
        }
    }
    constants
}

/// The constant that the `=` at `equals` defines.
pub(super) fn constant(bytes: &[u8], equals: usize) -> Option<(&[u8], Range<usize>)> {
    let behind = equals + 1;
    let value = behind + run_after(bytes, behind, 8, |byte| matches!(byte, b' ' | b'\t'));
    let open = value + run_after(bytes, value, 2, |byte| byte.is_ascii_alphabetic() || byte == b'@');
    let range = match bytes.get(open) {
        Some(&quote) if is_quote(quote) => {
            let range = open + 1..open + 1 + run_after(bytes, open + 1, NEAR, is_content);
            (bytes.get(range.end) == Some(&quote)).then_some(range)
        }
        // A shell's or a makefile's.
        _ => {
            let range = value..value + run_after(bytes, value, NEAR, is_key_byte);
            let ends = bytes.get(range.end).is_none_or(|&byte| byte.is_ascii_whitespace() || byte == b';');
            ends.then_some(range)
        }
    };
    let range = range.filter(|range| !range.is_empty())?;
    let before = &bytes[equals.saturating_sub(2 * LONGEST_NAME)..equals];
    let mut before = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    before = before.strip_suffix(b":").unwrap_or(before);
    before = before.strip_suffix(b"[]").unwrap_or(before).trim_ascii_end();
    let mut name = word_before(before);
    // `NAME: &'static str =`, `name: string =`.
    let typed = before[..before.len() - name.len()].trim_ascii_end();
    let typed = typed.strip_suffix(b"static").unwrap_or(typed);
    let typed = &typed[..typed.len() - run_before(typed, typed.len(), 4, |byte| matches!(byte, b'&' | b'\'' | b' '))];
    if let Some(left) = typed.strip_suffix(b":") {
        name = word_before(left.trim_ascii_end());
    }
    (name.first().is_some_and(|first| !first.is_ascii_digit())).then_some((name, range))
}

fn word_before(text: &[u8]) -> &[u8] {
    &text[text.len() - run_before(text, text.len(), LONGEST_NAME, is_word)..]
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A part of an expression.
struct Operand {
    end: usize,
    /// What it says.
    value: Range<usize>,
    /// Whether it is a constant.
    named: bool,
    /// Whether it stands in a template or a shell's word, where the next part follows without an operator.
    inside: bool,
}

/// Adds the expressions in a region that say a whole key.
fn expressions(bytes: &[u8], region: Range<usize>, constants: &Constants<'_>, found: &mut Vec<Stretch>) {
    let mut at = region.start;
    while at < region.end {
        let begins = at == 0 || !is_word(bytes[at - 1]) || !is_word(bytes[at]);
        let Some(first) = begins.then(|| operand(bytes, at, constants)).flatten() else {
            at += 1;
            continue;
        };
        // What stands in front in a template is a part of it.
        let lead = if first.inside { run_before(bytes, at, NEAR, is_key_byte) } else { 0 };
        let start = at - lead;
        let mut parts = vec![first];
        let mut commas = 0;
        while let Some((next, comma)) = parts.last().and_then(|last| next_operand(bytes, last, constants)) {
            parts.push(next);
            commas += usize::from(comma);
            if parts.len() == MOST_PARTS {
                break;
            }
        }
        if lead > 0 {
            parts.insert(0, Operand { end: at, value: start..at, named: false, inside: true });
        }
        if !parts.iter().any(|part| part.named) {
            at += 1;
            continue;
        }
        let end = parts.last().map_or(start, |last| last.end);
        at = end.max(at + 1);
        if let Some((start, text)) = said(bytes, start..end, &parts, commas > 0)
            && begins_key(&text, 0)
        {
            let mut builder = Builder::new(start).strict();
            builder.say(&text, end - start);
            for part in parts.iter().filter(|part| part.named) {
                builder.elsewhere(part.value.clone());
            }
            found.extend(builder.finish());
        }
    }
}

/// What an expression says, and where it begins with the call around it.
fn said(bytes: &[u8], range: Range<usize>, parts: &[Operand], list: bool) -> Option<(usize, Vec<u8>)> {
    let values = || parts.iter().map(|part| &bytes[part.value.clone()]);
    if let Some(format) = format::before(bytes, range.start, parts.len()) {
        let mut values = values();
        let texts = format.parts.iter().map(|part| match part {
            Part::Text(text) => &bytes[text.clone()],
            Part::Argument => values.next().unwrap_or_default(),
        });
        return Some((format.start, texts.collect::<Vec<_>>().concat()));
    }
    if parts.len() < 2 {
        return None;
    }
    let call = list::begins(bytes, range.start);
    let between = call.map(|call| call.between).or_else(|| list::ends(bytes, range.end));
    if list && between.is_none() {
        return None;
    }
    let between = if list { between.unwrap_or_default() } else { b"" };
    Some((call.map_or(range.start, |call| call.start), values().collect::<Vec<_>>().join(between)))
}

/// The part at `at`: a constant in any spelling, or a literal.
fn operand(bytes: &[u8], at: usize, constants: &Constants<'_>) -> Option<Operand> {
    const OPENERS: [(&[u8], &[u8]); 7] =
        [(b"${", b"}"), (b"#{", b"}"), (b"$(", b")"), (b"\\(", b")"), (b"{", b"}"), (b"%", b"%"), (b"$", b"")];
    let rest = &bytes[at..];
    if let Some(&quote) = rest.first().filter(|byte| is_quote(**byte)) {
        let value = at + 1..at + 1 + run_after(bytes, at + 1, NEAR, is_content);
        let closed = bytes.get(value.end) == Some(&quote);
        return closed.then(|| Operand { end: value.end + 1, value, named: false, inside: false });
    }
    let opener = OPENERS.iter().find(|(open, _)| rest.starts_with(open));
    let (open, close) = opener.copied().unwrap_or_default();
    let mut start = at + open.len();
    let mut end = start + run_after(bytes, start, LONGEST_NAME, is_word);
    // `self.A`, `Config.A`; behind a `$` the dot is an operator.
    let mut owners = 0;
    while open != b"$" && bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(|&byte| is_word(byte)) {
        owners += 1;
        if owners > MOST_OWNERS {
            return None;
        }
        start = end + 1;
        end = start + run_after(bytes, start, LONGEST_NAME, is_word);
    }
    let value = constants.get(&bytes[start..end])?.clone()?;
    let closed = bytes[end..].starts_with(close);
    closed.then(|| Operand { end: end + close.len(), value, named: true, inside: !open.is_empty() })
}

/// The part behind another one, and whether a comma stands between them.
fn next_operand(bytes: &[u8], last: &Operand, constants: &Constants<'_>) -> Option<(Operand, bool)> {
    const OPERATORS: [&[u8]; 10] = [b"<>", b"||", b"++", b"..", b"+", b".", b"&", b"^", b"~", b","];
    let at = last.end;
    if last.inside {
        if let Some(next) = operand(bytes, at, constants).filter(|next| next.inside) {
            return Some((next, false));
        }
        let text = at..at + run_after(bytes, at, NEAR, is_key_byte);
        if !text.is_empty() {
            return Some((Operand { end: text.end, value: text, named: false, inside: true }, false));
        }
    }
    let at = at + run_after(bytes, at, 80, |byte| byte.is_ascii_whitespace());
    let operator = OPERATORS.iter().find(|operator| bytes[at..].starts_with(operator))?;
    let next = at + operator.len();
    let next = next + run_after(bytes, next, 80, |byte| byte.is_ascii_whitespace());
    let operand = operand(bytes, next.min(bytes.len()), constants)?;
    Some((operand, *operator == b","))
}
