//! What chats, documents and web pages put into a key that is copied from them: characters that are not seen, hyphens that
//! do not break, letters of another width.

use super::super::bytes::is_key_byte;
use super::super::marker::MARKER;
use super::unit::{Unit, tokens};
use super::{Seen, Stretch};

/// Literals of the prefilter: the prefix in front of a hyphen of another kind.
pub(super) const LITERALS: &[&[u8]] = &[b"sk\xe2", b"sk\xef"];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    unit(bytes, at + 2).is_some()
}

/// The stretches that are worth decoding: runs of what keys consist of, in which one begins or is known by its middle.
/// Nothing else may change: a dash in a sentence is one.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let at = memchr::memchr3_iter(0xe2, 0xef, 0xc2, bytes);
    let mut stretches = tokens(bytes, at, |byte| !is_key_byte(byte), unit);
    let holds = |text: &[u8], literal: &[u8]| memchr::memmem::find(text, literal).is_some();
    stretches.retain(|stretch| holds(&stretch.text, b"sk-") || holds(&stretch.text, MARKER));
    stretches
}

/// What a key says at `at` where it was typeset.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    let unit = match bytes[at..] {
        // A soft hyphen; a space without width, a joiner and a word joiner; a byte order mark.
        [0xc2, 0xad, ..] => Unit::nothing(2),
        [0xe2, 0x80, 0x8b..=0x8d, ..] | [0xe2, 0x81, 0xa0, ..] | [0xef, 0xbb, 0xbf, ..] => Unit::nothing(3),
        // Hyphens, dashes and the minus sign.
        [0xe2, 0x80, 0x90..=0x93, ..] | [0xe2, 0x88, 0x92, ..] | [0xef, 0xb9, 0xa3, ..] => Unit::byte(b'-', 3),
        // Letters, digits, `-` and `_` of full width.
        [0xef, high @ (0xbc | 0xbd), low @ 0x80..=0xbf, ..] => {
            let byte = (high - 0xbc) * 0x40 + (low - 0x80) + 0x20;
            if !is_key_byte(byte) {
                return None;
            }
            Unit::byte(byte, 3)
        }
        _ => return None,
    };
    Some(unit)
}
