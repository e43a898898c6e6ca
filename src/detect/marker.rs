//! Keys that OpenAI issues, found by what stands in the middle of each: the base64 form of the word `OpenAI`.
//!
//! The marker is certain, everything around it is not: text may be glued to either side, lengths have changed over the
//! years. So the token is expanded outwards over the key alphabet, every `sk-` on the left is tried as its beginning,
//! and the reading in which the halves around the marker agree best wins. No fixed length is a condition.

use crate::model::{Confidence, DropReason};
use crate::rules::schema::{Anchor, KeyFormat};

use super::bytes::{is_key_byte, run_after, run_before};
use super::judge;

/// The marker, in two pieces so that no scanner takes this file for a find.
pub(super) const MARKER: &[u8] = concat!("T3Blbk", "FJ").as_bytes();

/// How far a token is followed to either side of the marker. The longest half seen is 74, with a name of 42 in front.
const REACH: usize = 200;

/// The shortest half that is still taken for a part of a key.
const SHORTEST_HALF: usize = 16;

/// Half of the keys whose alphabet has no `-` and `_`.
const PLAIN_HALF: usize = 20;

/// How the key around a marker reads.
pub(super) struct MarkerKey<'r> {
    /// Offset of `sk-`.
    pub(super) start: usize,
    /// Offset behind the last byte.
    pub(super) end: usize,
    /// Length of the family prefix, `sk-proj-` or `sk-<name>-`.
    pub(super) prefix: usize,
    /// The family; none for a marker around which no key can be parsed.
    pub(super) format: Option<&'r KeyFormat>,
    /// How sure it is.
    pub(super) confidence: Confidence,
    /// Whether the halves differ: cut, glued or edited.
    pub(super) damaged: bool,
}

/// One way to read what stands left of the marker.
struct Reading<'r> {
    start: usize,
    prefix: usize,
    format: &'r KeyFormat,
    half: usize,
    right: usize,
}

impl Reading<'_> {
    /// How well the halves agree; more is better.
    fn score(&self) -> u8 {
        let typical = self.format.typical.contains(&self.half);
        match (self.half == self.right, self.right > self.half, typical) {
            (true, _, true) => 5,
            (true, _, false) => 4,
            (false, true, true) => 3,
            (false, false, _) if self.right >= SHORTEST_HALF => 2,
            (false, true, false) => 1,
            _ => 0,
        }
    }
}

/// Reads the key around the marker at `at`, if anything there can be a part of a key.
pub(super) fn read<'r>(bytes: &[u8], at: usize, families: &[&'r KeyFormat]) -> Result<MarkerKey<'r>, DropReason> {
    let behind = at + MARKER.len();
    let left = run_before(bytes, at, REACH, is_key_byte);
    let token_start = at - left;
    let token = &bytes[token_start..at];
    let right = run_after(bytes, behind, REACH, is_key_byte);
    let right_plain = run_after(bytes, behind, REACH, |byte| byte.is_ascii_alphanumeric());

    let best = memchr::memmem::find_iter(token, b"sk-")
        .flat_map(|offset| readings(&token[offset..], token_start + offset, families, right, right_plain))
        // The right-most of equals: a key glued to another one ends where the next `sk-` begins.
        .max_by_key(|reading| (reading.score(), reading.start, reading.format.prefix.len()));
    match best {
        Some(reading) if reading.half >= SHORTEST_HALF && reading.right >= SHORTEST_HALF => accept(bytes, at, &reading),
        _ => fragment(bytes, at, left.min(right), token_start, behind + right),
    }
}

/// The ways to read `token`, which begins with `sk-` and ends in front of the marker.
fn readings<'r>(
    token: &[u8],
    start: usize,
    families: &[&'r KeyFormat],
    right: usize,
    right_plain: usize,
) -> Vec<Reading<'r>> {
    let mut found = Vec::new();
    let (mut named_family, mut family_prefix) = (false, 0);
    let mut add = |format: &'r KeyFormat, prefix: usize| {
        let half = &token[prefix..];
        // The keys with short halves have letters and digits alone; `-` and `_` behind them belong to the text.
        let plain = half.len() <= PLAIN_HALF && half.iter().all(u8::is_ascii_alphanumeric);
        let right = if plain { right_plain } else { right };
        found.push(Reading { start, prefix, format, half: half.len(), right });
    };
    for format in families.iter().filter(|format| format.anchor == Anchor::Marker) {
        if !token.starts_with(format.prefix.as_bytes()) {
            continue;
        }
        // `sk-proj-` is a family's own prefix and not the beginning of a body or of an account's name. The longest
        // prefixes come first.
        if named_family && format.prefix.len() < family_prefix {
            break;
        }
        (named_family, family_prefix) = (format.prefix.len() > b"sk-".len(), format.prefix.len());
        if format.body.is_empty() {
            add(format, format.prefix.len());
        } else if let Some(name) = name_before_plain_half(&token[format.prefix.len()..]) {
            add(format, format.prefix.len() + name);
        }
    }
    found
}

/// Length of a service account's name with its last hyphen, when a plain half follows it.
fn name_before_plain_half(rest: &[u8]) -> Option<usize> {
    let name_end = rest.len().checked_sub(PLAIN_HALF)?;
    let (name, half) = rest.split_at(name_end);
    let (last, letters) = name.split_last()?;
    let sound = *last == b'-'
        && !letters.is_empty()
        && letters.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && half.iter().all(u8::is_ascii_alphanumeric);
    sound.then_some(name_end)
}

/// The key of the best reading, unless one of its halves is made up.
fn accept<'r>(bytes: &[u8], at: usize, reading: &Reading<'r>) -> Result<MarkerKey<'r>, DropReason> {
    let behind = at + MARKER.len();
    let equal = reading.half == reading.right;
    // Text glued behind the key is cut off where the halves are equal; a short right half is all there is.
    let right_half = reading.right.min(reading.half);
    let random =
        judge::marker_half(&bytes[at - reading.half..at]) && judge::marker_half(&bytes[behind..behind + right_half]);
    let key = random.then_some(MarkerKey {
        start: reading.start,
        end: behind + right_half,
        prefix: reading.prefix,
        format: Some(reading.format),
        confidence: if equal { Confidence::High } else { Confidence::Medium },
        damaged: !equal,
    });
    key.ok_or(DropReason::NotRandom)
}

/// A marker without a key that can be parsed: worth a low word if it can be a piece of one.
fn fragment<'r>(
    bytes: &[u8],
    at: usize,
    shorter_half: usize,
    start: usize,
    end: usize,
) -> Result<MarkerKey<'r>, DropReason> {
    let whole = &bytes[start..end];
    let in_base64_text = [start.checked_sub(1).map(|index| bytes[index]), bytes.get(end).copied()]
        .into_iter()
        .flatten()
        .any(|byte| matches!(byte, b'+' | b'/' | b'='));
    // The cheap questions first: a file can be made of markers.
    let piece = shorter_half >= SHORTEST_HALF && whole.len() <= REACH && !in_base64_text;
    let random = || judge::marker_half(&bytes[start..at]) && judge::marker_half(&bytes[at + MARKER.len()..end]);
    let key = (piece && random() && !decodes_to_text(&bytes[at - (at - start) / 4 * 4..at])).then_some(MarkerKey {
        start,
        end,
        prefix: 0,
        format: None,
        confidence: Confidence::Low,
        damaged: true,
    });
    key.ok_or(DropReason::NoKeyAround)
}

/// Whether base64 text decodes to printable characters: any text with the word `OpenAI` in it holds the marker.
fn decodes_to_text(base64: &[u8]) -> bool {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        _ => None,
    };
    base64.chunks_exact(4).all(|quad| {
        let Some(bits) = quad.iter().try_fold(0u32, |bits, &byte| Some(bits << 6 | u32::from(value(byte)?))) else {
            return false;
        };
        bits.to_be_bytes()[1..]
            .iter()
            .all(|&byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || byte >= 0x80)
    })
}
