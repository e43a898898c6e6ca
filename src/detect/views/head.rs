//! The beginning of an encoded text, whatever it is encoded with: enough of it to tell whether the rest is worth a look.

use super::super::bytes::{is_key_byte, run_after};
use super::unit::Unit;
use super::{HEAD, ansi, escape, html, invisible, percent, quoted_printable};

/// How often what was decoded is decoded again.
const DEPTH: usize = 3;

/// What stands at `at`, decoded into `room`, up to a blank or a quote.
pub(super) fn read<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let mut length = decode(bytes, at, room, any);
    for _ in 1..DEPTH {
        let once = *room;
        let again = decode(&once[..length], 0, room, any);
        if room[..again] == once[..length] {
            break;
        }
        length = again;
    }
    &room[..length]
}

/// What is worth a look at the beginning of an encoded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// The prefix of most keys, with its hyphen.
    Key,
    /// The scheme of an address.
    Address,
}

/// As many bytes as three characters take that are encoded twice.
const SHORT: usize = 48;

/// What the text at `at` begins with.
pub(super) fn begins(bytes: &[u8], at: usize) -> Option<Begins> {
    let mut room = [0; HEAD];
    let text = read(&bytes[..bytes.len().min(at + SHORT)], at, &mut room);
    let is = |start: &[u8]| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start));
    if text.starts_with(b"sk-") { Some(Begins::Key) } else { is(b"htt").then_some(Begins::Address) }
}

/// Where the scheme of an address begins whose slashes stand around `at`, in plain letters: in front of what says the colon.
pub(super) fn scheme_before(bytes: &[u8], at: usize) -> Option<usize> {
    const REACH: usize = 32;
    let front = &bytes[at.saturating_sub(REACH)..at];
    let length =
        front.len() - memchr::memmem::rfind(front, b"http").or_else(|| memchr::memmem::rfind(front, b"HTTP"))?;
    Some(at - length)
}

/// The token at `at`, decoded into `room`, where its first escape stands in what may be a key.
pub(in crate::detect) fn encoded_key<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> Option<&'b [u8]> {
    let end = at + run_after(bytes, at, HEAD, is_key_byte);
    (end < bytes.len() && any(bytes, end).is_some()).then(|| read(bytes, at, room))
}

/// Decodes what stands at `at` with one encoding, or several.
pub(super) fn decode(
    bytes: &[u8],
    mut at: usize,
    room: &mut [u8; HEAD],
    unit: impl Fn(&[u8], usize) -> Option<Unit>,
) -> usize {
    let mut length = 0;
    while at < bytes.len() {
        let byte = [bytes[at]];
        let unit = unit(bytes, at);
        let (text, source) = match &unit {
            Some(unit) => (unit.text(), unit.source),
            None if matches!(byte[0], 0..=b' ' | b'"' | b'\'' | b'`' | b'<') => break,
            None => (&byte[..], 1),
        };
        let Some(free) = room.get_mut(length..length + text.len()) else { break };
        free.copy_from_slice(text);
        length += text.len();
        at += source;
    }
    length
}

/// The host at `at` with what follows, decoded into `room`, where a reference or a colour stands in it.
pub(in crate::detect) fn encoded_host<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> Option<&'b [u8]> {
    let end = at + run_after(bytes, at, HEAD, |byte| is_key_byte(byte) || byte == b'.');
    let goes_on = matches!(bytes.get(end), Some(b'&' | 0x1b)) && any(bytes, end).is_some();
    goes_on.then(|| read(bytes, at, room))
}

/// What a text says with all of its single characters decoded, and where each byte of that comes from; none where nothing
/// is encoded. The last place is the end of the text.
pub(in crate::detect) fn spelt(bytes: &[u8]) -> Option<(Vec<u8>, Vec<usize>)> {
    let (mut text, mut places) = (Vec::new(), Vec::new());
    let (mut at, mut decoded) = (0, false);
    while at < bytes.len() {
        let own = [bytes[at]];
        let unit = any(bytes, at);
        let (said, source) = unit.as_ref().map_or((&own[..], 1), |unit| (unit.text(), unit.source.max(1)));
        decoded |= unit.is_some();
        text.extend_from_slice(said);
        places.resize(text.len(), at);
        at += source;
    }
    places.push(bytes.len());
    decoded.then_some((text, places))
}

/// What stands at `at` in any of the encodings of single characters.
fn any(bytes: &[u8], at: usize) -> Option<Unit> {
    match bytes[at] {
        b'%' => percent::unit(bytes, at),
        // How JSON and PHP may write it, which addresses are read with.
        b'\\' if bytes.get(at + 1) == Some(&b'/') => Some(Unit::byte(b'/', 2)),
        b'<' => html::tags(bytes, at),
        b'\\' => ansi::unit(bytes, at).or_else(|| escape::any(bytes, at)),
        b'`' => escape::unit(bytes, at),
        b'&' => html::unit(bytes, at),
        b'=' => quoted_printable::unit(bytes, at),
        0x1b | b'^' => ansi::unit(bytes, at),
        0xc2 | 0xe2 | 0xef => ansi::unit(bytes, at).or_else(|| invisible::unit(bytes, at)),
        _ => None,
    }
}
