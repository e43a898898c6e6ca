//! Pieces of a text that say something together, and what is worth putting together.

use std::ops::Range;

use super::super::bytes::{is_key_byte, run_after, run_before};
use super::super::marker::MARKER;
use super::super::worth::begins_key;
use super::{Builder, Seen, Stretch, continued, escape, joined, wrapped};

/// The longest text that is put together.
pub(super) const LONGEST: usize = 64 * 1024;

/// Prefixes that are looked at in a joined text: those of keys that come in pieces.
const BEGINNING: &[u8] = b"sk-";

/// The shortest value without a prefix that is put together.
const SHORTEST: usize = 12;

/// Whether a byte can stand in a piece of a key or an address.
pub(super) const fn is_content(byte: u8) -> bool {
    is_key_byte(byte) || matches!(byte, b'.' | b':' | b'/' | b'%' | b'@' | b'?' | b'=' | b'&' | b'~' | b'+')
}

/// The run of content that holds `at`, from `floor` on.
pub(super) fn run_at(bytes: &[u8], at: usize, floor: usize, class: fn(u8) -> bool) -> Range<usize> {
    let start = at - run_before(bytes, at, (at - floor.min(at)).min(LONGEST), class);
    start..at + run_after(bytes, at, LONGEST, class)
}

/// What a place in a text gives reason to look for, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// A prefix, the marker, or something in another encoding.
    Key,
    /// The value of a setting.
    Setting,
    /// `://`.
    Address,
}

/// A place in a text where something may begin or go on in pieces, and why.
pub(super) type Place = (usize, Reason);

/// The places of a text, in order.
pub(super) fn places(seen: &Seen<'_>) -> Vec<Place> {
    let keys = seen.prefixes.iter().chain(seen.markers).copied().chain(seen.leads.iter().map(|(at, _)| *at));
    let mut places: Vec<Place> = keys.map(|at| (at, Reason::Key)).collect();
    places.extend(memchr::memmem::find_iter(seen.bytes, b"://").map(|at| (at, Reason::Address)));
    let values = || seen.named.iter().filter_map(|name| name.value.as_ref());
    places.extend(values().map(|value| (value.start, Reason::Setting)));
    places.extend(values().filter_map(|value| Some((first_argument(seen.bytes, value.start)?, Reason::Setting))));
    places.sort_unstable();
    places.dedup_by_key(|(at, _)| *at);
    places
}

/// The inside of the first literal that is not empty in the call that a value is: `"".join(["…"`.
fn first_argument(bytes: &[u8], value: usize) -> Option<usize> {
    const FAR: usize = 40;
    let call = &bytes[value..bytes.len().min(value + FAR)];
    let open = call.iter().position(|byte| matches!(byte, b'(' | b'['))?;
    let quote = open + call[open..].iter().position(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let between = |byte: &u8| byte.is_ascii_alphanumeric() || b"([{ ,._:".contains(byte);
    let sound = call[open..quote].iter().all(between) && call.get(quote + 1).is_some_and(|&byte| is_content(byte));
    sound.then_some(value + quote + 1)
}

/// The best reason to look at what begins with the first of some places and ends at `end`.
pub(super) fn best(places: &[(usize, Reason)], end: usize) -> Reason {
    let inside = places.iter().take_while(|(at, _)| *at < end).map(|(_, reason)| *reason);
    inside.min().unwrap_or(Reason::Address)
}

/// Pieces in order.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) ranges: Vec<Range<usize>>,
}

impl Pieces {
    /// What they say together, and where in it one follows another.
    pub(super) fn text(&self, bytes: &[u8]) -> (Vec<u8>, Vec<usize>) {
        self.text_with(bytes, b"")
    }

    /// The same with something between them.
    pub(super) fn text_with(&self, bytes: &[u8], between: &[u8]) -> (Vec<u8>, Vec<usize>) {
        let mut text = Vec::new();
        let mut cuts = Vec::with_capacity(self.ranges.len());
        for range in &self.ranges {
            if !cuts.is_empty() {
                text.extend_from_slice(between);
            }
            cuts.push(text.len());
            text.extend_from_slice(&bytes[range.clone()]);
        }
        (text, cuts.into_iter().skip(1).collect())
    }

    /// The stretch from the first to the last; what is between them is left out.
    pub(super) fn stretch(&self, bytes: &[u8], strict: bool) -> Option<Stretch> {
        let first = self.ranges.first()?.start;
        let builder = Builder::new(first);
        let mut builder = if strict { builder.strict() } else { builder };
        self.build(bytes, &mut builder, first);
        builder.finish()
    }

    /// Adds the pieces to a stretch that begins at `start`.
    pub(super) fn build(&self, bytes: &[u8], builder: &mut Builder, start: usize) {
        self.build_with(bytes, builder, start, b"");
    }

    /// The same with something between them.
    pub(super) fn build_with(&self, bytes: &[u8], builder: &mut Builder, start: usize, between: &[u8]) {
        for (index, range) in self.ranges.iter().enumerate() {
            builder.say(if index == 0 { b"" } else { between }, range.start - start - builder.read());
            builder.copy(&bytes[range.clone()]);
        }
    }
}

/// Whether a text that has been put together at `cuts` may say more than its pieces do.
pub(super) fn is_telling(text: &[u8], cuts: &[usize], reason: Reason) -> bool {
    if let Some(slashes) = memchr::memmem::find(text, b"://") {
        // Only what decides the host, and the path right behind it.
        let end = authority_end(text, slashes);
        return cuts.iter().any(|&cut| cut + 5 >= slashes && cut <= end) && !text[slashes + 3..end].contains(&b':')
            || is_telling_key(text, cuts, reason);
    }
    is_telling_key(text, cuts, reason)
}

/// Whether only complete keys count in a text that was put together: not where it is an address, or the host of a setting.
pub(super) fn is_strict(text: &[u8], reason: Reason) -> bool {
    let host = || reason == Reason::Setting && text.contains(&b'.') && memchr::memmem::find(text, BEGINNING).is_none();
    memchr::memmem::find(text, b"://").is_none() && !host()
}

/// Where the authority ends behind the `://` at `slashes`.
pub(super) fn authority_end(text: &[u8], slashes: usize) -> usize {
    let start = slashes + 3;
    start + run_after(text, start, text.len(), |byte| !matches!(byte, b'/' | b'?' | b'#'))
}

fn is_telling_key(text: &[u8], cuts: &[usize], reason: Reason) -> bool {
    let in_value = |at: usize| text.get(at).is_some_and(|&byte| is_key_byte(byte) || byte == b'.');
    let inside = |cut: &usize| *cut > 0 && in_value(*cut) && in_value(cut - 1);
    if !cuts.iter().any(inside) {
        return false;
    }
    let begins = || memchr::memmem::find_iter(text, BEGINNING).any(|at| begins_key(text, at));
    match reason {
        Reason::Key => {
            begins() || memchr::memmem::find(text, MARKER).is_some() || text.len() >= 2 * SHORTEST && has_digit(text)
        }
        Reason::Address => begins(),
        Reason::Setting => text.len() >= SHORTEST && (has_digit(text) || text.contains(&b'.')),
    }
}

fn has_digit(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit)
}

/// Whether the beginning of a key from `start` to `end`, too short to be one, goes on in another literal or line. In
/// place, without allocation.
pub(in crate::detect) fn key_goes_on(bytes: &[u8], start: usize, end: usize) -> bool {
    const MOST_PIECES: usize = 8;
    /// Shorter keys come in no pieces.
    const SHORTEST_KEY: usize = 32;
    let (mut length, mut digit, mut end) = (end - start, false, end);
    for _ in 0..MOST_PIECES {
        let next = joined::next_piece(bytes, end);
        let next = next.or_else(|| continued::next_line(bytes, end)).or_else(|| wrapped::next_line(bytes, end));
        let next = next.or_else(|| escape::next_piece(bytes, end));
        let Some(next) = next.filter(|next| *next < bytes.len()) else { break };
        let run = run_after(bytes, next, 2 * SHORTEST_KEY, is_key_byte);
        length += run;
        digit |= has_digit(&bytes[next..next + run]);
        end = next + run;
        if length >= SHORTEST_KEY && digit {
            return true;
        }
        if run == 0 {
            break;
        }
    }
    false
}
