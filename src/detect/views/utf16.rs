//! UTF-16 inside other bytes: strings of programs, of hives of the registry, of files that two tools have written to.
//!
//! Only characters of one byte, each beside a NUL, are read, in either order: where such a string begins and ends is then
//! the same for both. A whole text in UTF-16 is no stretch of anything, but read as what it says.

use super::super::bytes::is_key_byte;
use super::{Builder, Encoding, HEAD, Lead, Seen, Stretch};

/// Literals of the prefilter: the beginnings of keys, of addresses, and of the names of settings.
pub(super) const LITERALS: &[&[u8]] = &[b"s\0k", b":\0/", b"O\0P\0E\0N", b"o\0p\0e\0n", b"O\0p\0e\0n", b"s\0\0\0k"];

/// The longest stretch to either side of a lead, in bytes.
const REACH: usize = 32 * 1024;

/// Fewer characters hold nothing.
const SHORTEST: usize = 16;

/// Whether the literal at `at` is where it has to be: in a string of some length.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    let width = width(bytes, at);
    let goes_on =
        |text: &[u8]| text.iter().enumerate().all(|(index, byte)| bytes.get(at + index * width) == Some(byte));
    let said = match bytes[at] {
        b's' => goes_on(b"sk-"),
        b':' => goes_on(b"://"),
        _ => goes_on(b"OPENAI") || goes_on(b"openai") || goes_on(b"OpenAI"),
    };
    said && characters(&bytes[at..], width).take(SHORTEST - 4).count() == SHORTEST - 4
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let mut length = 0;
    for (character, place) in characters(&bytes[at..], width(bytes, at)).zip(room.iter_mut()) {
        *place = character;
        length += 1;
    }
    &room[..length]
}

/// The stretches that are worth decoding: the strings around leads.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut found: Vec<Stretch> = Vec::new();
    let mut read_to = 0;
    for &(at, lead) in seen.leads {
        // A string in units of four bytes has no stretch: only whole texts are written so.
        if lead != Lead::Of(Encoding::Utf16) || at < read_to || width(bytes, at) != 2 {
            continue;
        }
        let floor = read_to.max(at.saturating_sub(REACH));
        let before = bytes[floor..at].rchunks_exact(2).take_while(|unit| is_text(unit[0]) && unit[1] == 0).count();
        let start = at - 2 * before;
        let mut builder = Builder::new(start);
        // The length that stands in front of a string, or behind it that of the next one, is no part of it.
        if start > 0 && is_key_byte(bytes[start - 1]) {
            builder.say(b"\n", 0);
        }
        let text: Vec<u8> = characters(&bytes[start..], 2).take(before + REACH / 2).collect();
        for run in text.chunk_by(|one, other| one.is_ascii() == other.is_ascii()) {
            let said: String = run.iter().copied().map(char::from).collect();
            builder.groups(said.as_bytes(), 2 * run.len(), said.len() / run.len(), 2);
        }
        // Where the NUL stands in front of each character there is none behind the last one.
        let end = start + 2 * text.len();
        let nul_in_front = start.checked_sub(1).is_some_and(|before| bytes[before] == 0);
        if nul_in_front && bytes.get(end).is_some_and(|byte| byte.is_ascii() && is_text(*byte)) {
            builder.copy(&bytes[end..=end]);
        } else if bytes.get(end).copied().is_some_and(is_key_byte) {
            builder.say(b"\n", 0);
        }
        read_to = start + builder.read();
        found.extend(builder.finish());
    }
    found
}

/// How many bytes a unit has, by what stands behind the first.
fn width(bytes: &[u8], at: usize) -> usize {
    if bytes[at..].starts_with(b"s\0\0\0") { 4 } else { 2 }
}

/// The characters of a string, each with the NULs behind it.
fn characters(bytes: &[u8], width: usize) -> impl Iterator<Item = u8> {
    let units = bytes.chunks_exact(width);
    units.map_while(|unit| (is_text(unit[0]) && unit[1..].iter().all(|&byte| byte == 0)).then_some(unit[0]))
}

/// Whether a byte is a character of text, in the first 256.
const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b | b' '..=b'~' | 0xa0..)
}
