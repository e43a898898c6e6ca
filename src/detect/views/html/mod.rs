//! Character references of HTML and XML: `&#45;`, `&#x2d;`, `&lowbar;`, and tags inside of a key.

mod tags;

use super::unit::{Unit, tokens};
use super::{HEAD, Seen, Stretch, head};

/// Literals of the prefilter: the end of the prefix in front of a hyphen, the ends of the first reference of a key and of
/// an address that are written in references as a whole, in decimal and hexadecimal, and that of its slashes.
pub(super) const LITERALS: &[&[u8]] =
    &[b"sk&", b"115;&", b"104;&", b"73;&", b"68;&", b"47;&", b"2f;&", b"2F;&", b"sol;&"];

/// The references that stand for what keys, addresses and the text around them consist of.
const NAMES: [(&[u8], char); 24] = [
    (b"dash", '\u{2010}'),
    (b"hyphen", '\u{2010}'),
    (b"ndash", '\u{2013}'),
    (b"minus", '\u{2212}'),
    (b"lowbar", '_'),
    (b"UnderBar", '_'),
    (b"period", '.'),
    (b"colon", ':'),
    (b"sol", '/'),
    (b"bsol", '\\'),
    (b"commat", '@'),
    (b"equals", '='),
    (b"percnt", '%'),
    (b"num", '#'),
    (b"amp", '&'),
    (b"quot", '"'),
    (b"apos", '\''),
    (b"lt", '<'),
    (b"gt", '>'),
    (b"nbsp", '\u{a0}'),
    (b"Tab", '\t'),
    (b"NewLine", '\n'),
    (b"lbrace", '{'),
    (b"rbrace", '}'),
];

/// The references that say nothing that is seen.
const UNSEEN: [&[u8]; 5] = [b"shy", b"zwj", b"zwnj", b"NoBreak", b"ZeroWidthSpace"];

/// The longest name in either list.
const LONGEST_NAME: usize = 14;

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    start(bytes, at).is_some_and(|start| head::begins(bytes, start).is_some())
}

/// The beginning of what the references say of which the literal at `at` is a part.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    head::read(bytes, start(bytes, at).unwrap_or(at), room)
}

/// Where the reference begins in which the literal at `at` stands.
fn start(bytes: &[u8], at: usize) -> Option<usize> {
    const SLASHES: [&[u8]; 4] = [b"47;", b"2f;", b"2F;", b"sol;"];
    let rest = &bytes[at..];
    if rest.starts_with(b"sk&") {
        return Some(at);
    }
    if SLASHES.iter().any(|slash| rest.starts_with(slash)) {
        return head::scheme_before(bytes, at);
    }
    let lead = bytes[at.saturating_sub(10)..at].iter().rposition(|&byte| byte == b'&')?;
    Some(at.saturating_sub(10) + lead)
}

/// The stretches that are worth decoding: what stands without blanks, quotes and tags around a reference.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let ends = |byte| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>');
    let mut stretches = tokens(seen.bytes, memchr::memchr_iter(b'&', seen.bytes), ends, unit);
    // A token with references ends where a tag begins: where both are in a key, what is told by the tags is read.
    let tagged = tags::stretches(seen.bytes);
    stretches.retain(|one| !super::overlaps(&tagged, one));
    stretches.extend(tagged);
    stretches.sort_unstable_by_key(|stretch| stretch.range.start);
    stretches
}

/// What the reference at `at` says.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let rest = &bytes[at..];
    match *rest {
        [b'&', b'#', b'x' | b'X', ..] => numeric(rest, 3, 16),
        [b'&', b'#', ..] => numeric(rest, 2, 10),
        [b'&', first, ..] if first.is_ascii_alphabetic() => named(rest),
        _ => None,
    }
}

/// The tags at `at` that may stand inside of a key.
pub(super) fn tags(bytes: &[u8], at: usize) -> Option<Unit> {
    tags::tags(bytes, at).map(|end| Unit::nothing(end - at))
}

/// Whether the name of a reference stands there, with its semicolon.
pub(super) fn is_name(text: &[u8]) -> bool {
    name(text).is_some()
}

fn name(text: &[u8]) -> Option<&[u8]> {
    let length = memchr::memchr(b';', &text[..text.len().min(LONGEST_NAME + 1)])?;
    let name = &text[..length];
    (NAMES.iter().any(|(listed, _)| *listed == name) || UNSEEN.contains(&name)).then_some(name)
}

fn named(rest: &[u8]) -> Option<Unit> {
    let Some(name) = name(&rest[1..]) else {
        // Those that were there before HTML had semicolons, in front of what cannot go on a name.
        let old = [(&b"&quot"[..], b'"'), (b"&lt", b'<'), (b"&gt", b'>')];
        let (name, byte) = old.into_iter().find(|(name, _)| rest.starts_with(name))?;
        let ends = !rest.get(name.len()).is_some_and(|&next| next.is_ascii_alphanumeric() || next == b'=');
        return ends.then(|| Unit::byte(byte, name.len()));
    };
    let source = name.len() + 2;
    if UNSEEN.contains(&name) {
        return Some(Unit::nothing(source));
    }
    // An ampersand in front of what is no reference is one of an address: it is read as it is written.
    let behind = &rest[source..];
    if name == b"amp" && !(behind.starts_with(b"#") || is_name(behind)) {
        return None;
    }
    let (_, char) = NAMES.iter().find(|(listed, _)| *listed == name)?;
    Some(said(*char, source))
}

/// `&#45;`, `&#0045`, `&#x2d;`.
fn numeric(rest: &[u8], lead: usize, radix: u32) -> Option<Unit> {
    let digits = rest[lead..].iter().take(10).map_while(|&digit| char::from(digit).to_digit(radix));
    let (length, code) =
        digits.fold((0, 0_u32), |(length, code), digit| (length + 1, code.saturating_mul(radix).saturating_add(digit)));
    if length == 0 {
        return None;
    }
    let semicolon = usize::from(rest.get(lead + length) == Some(&b';'));
    char::from_u32(code).map(|char| said(char, lead + length + semicolon))
}

/// A character; the hyphens that are referred to in a key are the plain one.
fn said(char: char, source: usize) -> Unit {
    let mut buffer = [0; 4];
    match super::invisible::unit(char.encode_utf8(&mut buffer).as_bytes(), 0) {
        Some(unit) => unit.by(source),
        None => Unit::char(char, source),
    }
}
