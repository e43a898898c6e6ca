//! Lists of words without quotes that a call puts together: Ruby's `%w[… …].join`.

use std::ops::Range;

use super::super::pieces::Pieces;
use super::super::{Builder, Seen, Stretch};
use super::list;
use crate::detect::bytes::{is_key_byte, run_after};

/// The most words of one list.
const MOST: usize = 16;

/// Length of `%w[`.
const OPENER: usize = 3;

/// The longest word.
const LONGEST: usize = 400;

/// The lists whose first word begins a key.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let opens = |at: usize| {
        let [.., b'%', b'w' | b'W', b'[' | b'(' | b'{'] = bytes[..at] else { return false };
        true
    };
    let lists = seen.prefixes.iter().filter(|&&at| opens(at));
    lists.filter_map(|&at| stretch(bytes, at)).collect()
}

fn stretch(bytes: &[u8], start: usize) -> Option<Stretch> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = start;
    while ranges.len() < MOST {
        let word = at..at + run_after(bytes, at, LONGEST, is_key_byte);
        at = word.end + run_after(bytes, word.end, LONGEST, |byte| byte.is_ascii_whitespace());
        if word.is_empty() {
            return None;
        }
        let last = at == word.end;
        ranges.push(word);
        if last {
            break;
        }
    }
    let end = ranges.last()?.end;
    let whole = ranges.len() > 1 && list::ends(bytes, end) == Some(b"");
    if !whole {
        return None;
    }
    // It begins as a literal would, so that the value stands behind the name.
    let open = start - OPENER;
    let mut builder = Builder::new(open).strict();
    builder.say(b"\"", OPENER);
    Pieces { ranges }.build(bytes, &mut builder, open);
    builder.finish()
}
