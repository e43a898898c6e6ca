//! Keys and addresses written backwards: `"…".split("").reverse().join("")`, `"…"[::-1]`, `strrev("…")`.

use super::super::bytes::{is_key_byte, run_after, run_before};
use super::complete::is_whole;
use super::{Builder, Encoding, HEAD, Lead, Seen, Stretch};

/// Literals of the prefilter: the marker, the prefix of marker-less keys that is told most surely, and the beginnings of
/// addresses, backwards.
pub(super) const LITERALS: &[&[u8]] = &[concat!("JFkb", "lB3T").as_bytes(), b"-1v-ro-ks", b"//:sptth", b"//:ptth"];

/// The prefix of keys backwards.
const BEGINNING: &[u8] = b"-ks";

/// The longest key, and the longest address.
const LONGEST: usize = 512;

/// Shorter words are no keys.
const SHORTEST: usize = 24;

/// Whether the literal at `at` is where it has to be: in a word that could be a key, or behind one that could be a host.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    if bytes[at] == b'/' {
        return host_before(bytes, at).contains(&b'.');
    }
    run_before(bytes, at, SHORTEST, is_key_byte) + run_after(bytes, at, SHORTEST, is_key_byte) >= SHORTEST
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let class = if bytes[at] == b'/' { in_address } else { is_key_byte };
    let end = at + run_after(bytes, at, LONGEST, class);
    let length = run_before(bytes, end, HEAD, class);
    let text = &mut room[..length];
    text.copy_from_slice(&bytes[end - length..end]);
    text.reverse();
    text
}

/// Whether a byte can stand in an address without a query.
const fn in_address(byte: u8) -> bool {
    is_key_byte(byte) || matches!(byte, b'.' | b':' | b'/' | b'%' | b'@' | b'~')
}

/// The host in front of its `//:`, backwards.
fn host_before(bytes: &[u8], at: usize) -> &[u8] {
    let length = run_before(bytes, at, 254, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    &bytes[at - length..at]
}

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    // Whatever key it is, it ends with the prefix of all.
    let ends = memchr::memmem::find_iter(bytes, BEGINNING);
    let ends = ends.filter(|at| !bytes.get(at + BEGINNING.len()).is_some_and(|&byte| is_key_byte(byte)));
    let leads = seen.leads.iter().filter(|(_, lead)| *lead == Lead::Of(Encoding::Reversed)).map(|(at, _)| *at);
    let mut places: Vec<usize> = ends.chain(leads.filter(|&at| bytes[at] == b'/')).collect();
    places.sort_unstable();
    let mut found: Vec<Stretch> = Vec::new();
    let mut read_to = 0;
    for at in places {
        if at < read_to {
            continue;
        }
        let address = bytes[at] == b'/';
        let class = if address { in_address } else { is_key_byte };
        let end = at + run_after(bytes, at, LONGEST, class);
        let start = end - run_before(bytes, end, LONGEST.min(end - read_to), class);
        let mut text = bytes[start..end].to_vec();
        text.reverse();
        if end - start == LONGEST || !(address || is_whole_key(&text)) {
            continue;
        }
        read_to = end;
        // The order of the bytes is not that of the text: all of them say all of it.
        let mut builder = Builder::new(start);
        builder = if address { builder } else { builder.strict() };
        builder.say(&text, end - start);
        found.extend(builder.finish());
    }
    found
}

/// Whether a word is a key from its first letter to its last.
fn is_whole_key(word: &[u8]) -> bool {
    // A key without the marker and with the short prefix is judged where it is read.
    let plain = || word.starts_with(b"sk-") && word.len() >= 32 && word.iter().any(u8::is_ascii_digit);
    is_whole(word) || plain()
}
