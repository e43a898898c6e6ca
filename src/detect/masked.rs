//! Keys with a masked middle: `sk-abc…wxyz`, `sk-proj-abcd****wxyz`, as error texts and dashboards show them.
//!
//! They are no keys and no findings. Their ends may tell which of the run's keys somebody was shown there.

use crate::model::{Blob, Masked, Place, Secret, Span};

use super::bytes::{is_key_byte, run_after, starts_token};
use super::position::Cursor;

/// The fewest characters in front of the mask, behind the prefix, that may tell a key.
const SHORTEST_HEAD: usize = 3;
/// The fewest behind the mask.
const SHORTEST_TAIL: usize = 4;
/// Longer runs are no key and no mask.
const LONGEST: usize = 300;
/// How many of a blob are kept.
const MOST: usize = 1000;

/// What masks are made of: the character, and how many of them in a row are no chance.
const MASKS: [(&[u8], usize); 5] =
    [(b"*", 2), (b".", 2), ("…".as_bytes(), 1), ("•".as_bytes(), 2), ("●".as_bytes(), 2)];
/// How many `x` in a row are no chance.
const CROSSES: usize = 4;

/// One that was seen: where it begins and ends, and where its mask does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    start: usize,
    mask: (usize, usize),
    end: usize,
}

/// Reads a masked key at the beginning of a prefix; `prefixes` are all that there are.
pub(super) fn read(bytes: &[u8], start: usize, prefixes: &[&str]) -> Option<Seen> {
    if !starts_token(bytes, start) {
        return None;
    }
    let fitting = prefixes.iter().filter(|prefix| bytes[start..].starts_with(prefix.as_bytes()));
    let prefix = start + fitting.map(|prefix| prefix.len()).max()?;
    let head_end = start + run_after(bytes, start, LONGEST, is_key_byte);
    let mask = match mask_at(bytes, head_end) {
        0 => crosses(bytes, prefix, head_end)?,
        length => (head_end, head_end + length),
    };
    let end = mask.1 + run_after(bytes, mask.1, LONGEST, is_key_byte);
    // A second mask would leave a middle that belongs to neither end.
    let telling = mask.0 >= prefix + SHORTEST_HEAD || end - mask.1 >= SHORTEST_TAIL;
    (mask.0 >= prefix && telling && mask_at(bytes, end) == 0).then_some(Seen { start, mask, end })
}

/// Length of the mask at a place. Stars and dots may follow one another.
fn mask_at(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at - start < LONGEST {
        let run = |(sign, fewest): (&[u8], usize)| {
            let count = bytes[at..].chunks(sign.len()).take(LONGEST).take_while(|chunk| *chunk == sign).count();
            if count >= fewest { count * sign.len() } else { 0 }
        };
        match MASKS.into_iter().map(run).max() {
            Some(length) if length > 0 => at += length,
            _ => break,
        }
    }
    at - start
}

/// The longest row of one kind of `x` between two places.
fn crosses(bytes: &[u8], from: usize, to: usize) -> Option<(usize, usize)> {
    let mut longest: Option<(usize, usize)> = None;
    let mut at = from;
    while at < to {
        let run = run_after(&bytes[..to], at, to - at, |byte| byte == bytes[at]);
        let longer = longest.is_none_or(|(start, end)| run > end - start);
        if matches!(bytes[at], b'x' | b'X') && run >= CROSSES && longer {
            longest = Some((at, at + run));
        }
        at += run;
    }
    longest
}

/// The matches of what was seen, in the order of the bytes.
pub(super) fn matches(blob: &Blob<'_>, mut seen: Vec<Seen>) -> Vec<Masked> {
    seen.retain(|seen| blob.core.contains(&seen.start));
    seen.sort_by_key(|seen| seen.start);
    seen.dedup_by_key(|seen| seen.start);
    seen.truncate(MOST);
    let mut cursor = Cursor::new(blob);
    let place = |seen: &Seen, cursor: &mut Cursor<'_>| Place {
        span: Span { start: blob.offset + seen.start as u64, end: blob.offset + seen.end as u64 },
        position: cursor.position(seen.start, seen.end),
        line_hash: None,
        allow: None,
        home: None,
        part: None,
    };
    let masked = seen.iter().map(|seen| Masked {
        place: place(seen, &mut cursor),
        head: Secret::new(&blob.bytes[seen.start..seen.mask.0]),
        tail: Secret::new(&blob.bytes[seen.mask.1..seen.end]),
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> Option<(&str, &str)> {
        let start = text.find("sk-")?;
        let seen = read(text.as_bytes(), start, &["sk-", "sk-proj-"])?;
        Some((&text[seen.start..seen.mask.0], &text[seen.mask.1..seen.end]))
    }

    #[test]
    fn all_ways_to_mask_a_key() {
        for (text, wanted) in [
            ("key: sk-abc…wxyz.", ("sk-abc", "wxyz")),
            ("sk-abc...wxyz", ("sk-abc", "wxyz")),
            ("\"sk-proj-abcd****wxyz\"", ("sk-proj-abcd", "wxyz")),
            ("provided: sk-proj-****...****wxyz. You can", ("sk-proj-", "wxyz")),
            ("sk-…wxyz", ("sk-", "wxyz")),
            ("sk-abc•••", ("sk-abc", "")),
            ("sk-abcxxxxxxwxyz", ("sk-abc", "wxyz")),
            ("sk-proj-abXXXXXXXXwxyz", ("sk-proj-ab", "wxyz")),
            ("sk-abc...", ("sk-abc", "")),
        ] {
            assert_eq!(ends(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_shows_too_little_or_is_whole_is_none() {
        for text in [
            "sk-ab…xyz",
            "sk-...",
            "sk-proj-ab***",
            "sk-abc*wxyz",
            "sk-abc.wxyz",
            "task-abc...wxyz",
            "sk-abcdefghijklmnop",
            "sk-ab**cd**wxyz",
            "sk-",
        ] {
            assert_eq!(ends(text), None, "{text}");
        }
    }
}
