//! Literals that a statement puts together: by operators, by standing behind each other, by calls, as the parts of a
//! template.
//!
//! No language is parsed. From a place that may be in a key or an address the [`chain`] of literals around it is followed,
//! as far as nothing but a [`joint`] stands between two of them.

mod appended;
mod chain;
mod constants;
mod format;
mod joint;
mod list;
mod words;

use std::ops::Range;

use super::complete::{is_unmistakable, is_whole};
use super::pieces::{Pieces, Place, Reason, authority_end, best, is_content, is_strict, is_telling, run_at};
use super::{Builder, HEAD, Seen, Stretch};
use crate::detect::bytes::is_key_byte;
use crate::detect::marker::MARKER;

use chain::Chain;
use format::Part;
use joint::{Kind, is_quote};

/// Literals of the prefilter.
pub(super) const LITERALS: &[&[u8]] = &[];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(_bytes: &[u8], _at: usize) -> bool {
    true
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(_bytes: &[u8], _at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    &room[..0]
}

/// Where the piece behind the one that ends at `end` begins.
pub(super) fn next_piece(bytes: &[u8], end: usize) -> Option<usize> {
    joint::read(bytes, end, true).map(|joint| joint.next)
}

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>, places: &[Place]) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let mut found: Vec<Stretch> = Vec::new();
    let (mut read_to, mut listed_to) = (0, 0);
    for (index, &(at, _)) in places.iter().enumerate() {
        if at < read_to {
            continue;
        }
        let run = run_at(bytes, at, read_to, is_content);
        // Nearly every value stands alone, and is no literal that could be the argument of a format.
        let literal = run.start > 0 && is_quote(bytes[run.start - 1]);
        let alone =
            || joint::read(bytes, run.end, true).is_none() && joint::before(bytes, run.start, read_to, true).is_none();
        if !literal && alone() {
            read_to = run.end.max(at + 1);
            continue;
        }
        let chain = Chain::around(bytes, run.clone(), read_to, false);
        read_to = chain.end().max(at + 1);
        let reason = best(&places[index..], read_to);
        let mut stretch = None;
        if at >= listed_to {
            let taken = found.last().map_or(0, |last| last.range.end);
            // What was walked for one place is not walked again for the next.
            let chain = Chain::around(bytes, run, taken.max(listed_to), true);
            listed_to = chain.end();
            stretch = listed(bytes, &chain, reason).filter(|stretch| stretch.range.start >= taken);
        }
        if stretch.is_none() && !chain.kinds.is_empty() {
            stretch = joined(seen, &chain, reason);
        }
        if let Some(stretch) = stretch {
            read_to = stretch.range.end;
            found.push(stretch);
        }
    }
    for more in [words::stretches(seen), appended::stretches(seen)] {
        // What is a whole key goes before what is a part of one.
        let whole: Vec<Stretch> = more.iter().filter(|more| is_whole(&more.text)).cloned().collect();
        found.retain(|one| !super::overlaps(&whole, one));
        let free: Vec<Stretch> = more.into_iter().filter(|one| !super::overlaps(&found, one)).collect();
        found.extend(free);
        found.sort_by_key(|stretch| stretch.range.start);
    }
    found.extend(constants::stretches(seen, &found));
    found.sort_by_key(|stretch| stretch.range.start);
    found
}

/// The stretch of a chain without commas.
fn joined(seen: &Seen<'_>, chain: &Chain, reason: Reason) -> Option<Stretch> {
    let bytes = seen.bytes;
    let (text, cuts) = chain.pieces.text(bytes);
    // Elsewhere two literals side by side are two values: only a key around its marker is more than chance.
    let apart = chain.kinds.contains(&Kind::Adjacent) && !seen.adjacent;
    // What stands in backticks there is no literal at all, but code in prose.
    let prose = || chain.pieces.ranges.first().is_some_and(|first| bytes[..first.start].ends_with(b"`"));
    if apart && (memchr::memmem::find(&text, MARKER).is_none() || prose()) {
        return None;
    }
    let slashes = memchr::memmem::find(&text, b"://");
    let loosely = |kind: &Kind| matches!(kind, Kind::Adjacent | Kind::Glued);
    if chain.kinds.iter().any(loosely) {
        let sound = match slashes {
            // `("https://one.host" "https://two.host")`, `href="https://one.host"class="x"`.
            Some(slashes) => cuts.iter().zip(&chain.kinds).all(|(&cut, kind)| {
                let in_authority = cut > slashes && cut <= authority_end(&text, slashes);
                !in_authority || !loosely(kind) || !is_key_byte(text[cut - 1]) || text[cut] == b'.'
            }),
            None => {
                let tokens = text.split(|&byte| !is_key_byte(byte));
                let mut keys = tokens.filter_map(|token| memchr::memmem::find(token, b"sk-").map(|at| &token[at..]));
                reason == Reason::Setting && chain.kinds.iter().all(|kind| *kind == Kind::Glued)
                    || is_unmistakable(&text)
                    || keys.any(is_unmistakable)
            }
        };
        if !sound {
            return None;
        }
    }
    is_telling(&text, &cuts, reason).then(|| chain.pieces.stretch(bytes, is_strict(&text, reason)))?
}

/// The stretch of a chain with commas, where a call puts its members together. It begins with the call, so that the value
/// stands behind the name as one literal would.
fn listed(bytes: &[u8], chain: &Chain, reason: Reason) -> Option<Stretch> {
    // The end of a literal that is more than content, such as a format, is no piece.
    let is_literal = |range: &Range<usize>| range.start > 0 && is_quote(bytes[range.start - 1]);
    let skipped = chain.pieces.ranges.iter().position(is_literal)?;
    // Neither is the separator in front of them: `join("-", "…", "…")`.
    let parts = |next: &Range<usize>| list::begins(bytes, next.start - 1).is_some_and(|call| call.between == b"-");
    let separated = bytes[chain.pieces.ranges[skipped].clone()] == *b"-"
        && chain.pieces.ranges.get(skipped + 1).is_some_and(|next| is_literal(next) && parts(next));
    let skipped = skipped + usize::from(separated);
    let pieces = &Pieces { ranges: chain.pieces.ranges[skipped..].to_vec() };
    let kinds = &chain.kinds[skipped..];
    let first = pieces.ranges.first()?;
    let open = first.start - 1;
    if let Some(stretch) = filled(bytes, pieces, open, reason) {
        return Some(stretch);
    }
    let comma = kinds.iter().position(|kind| *kind == Kind::Comma)?;
    let begins = list::begins(bytes, open);
    // `"…".concat("…", "…")`: the call begins behind the first.
    let called = || comma > 0 && list::begins(bytes, pieces.ranges[comma].start - 1).is_some();
    let put = begins.map(|call| call.between).or_else(|| called().then_some(&b""[..]));
    let between = put.or_else(|| list::ends(bytes, chain.end()))?;
    let (text, cuts) = pieces.text_with(bytes, between);
    // A hyphen between words joins anything: only the whole of a key tells that it is one.
    let key = || text.split(|&byte| !is_key_byte(byte)).any(is_unmistakable);
    if !is_telling(&text, &cuts, reason) || !between.is_empty() && !key() {
        return None;
    }
    let start = begins.map(|call| call.start).or_else(|| list::call_of_slice(bytes, open)).unwrap_or(first.start);
    let mut builder = builder(start, &text, reason);
    if start < first.start {
        builder.say(b"\"", first.start - start);
    }
    pieces.build_with(bytes, &mut builder, start, between);
    builder.finish()
}

/// The stretch of a format with its arguments. The format may be the first of the pieces, or stand in front of them.
fn filled(bytes: &[u8], pieces: &Pieces, open: usize, reason: Reason) -> Option<Stretch> {
    let ranges = &pieces.ranges;
    let own = || {
        let arguments = ranges.get(1..).filter(|arguments| !arguments.is_empty())?;
        Some((format::before(bytes, arguments[0].start - 1, arguments.len())?, arguments))
    };
    let (format, arguments) =
        format::before(bytes, open, ranges.len()).map(|format| (format, ranges.as_slice())).or_else(own)?;
    let mut text = Vec::new();
    let mut cuts = Vec::new();
    let mut rest = arguments.iter();
    for part in &format.parts {
        cuts.push(text.len());
        let range = match part {
            Part::Text(range) => range,
            Part::Argument => rest.next()?,
        };
        text.extend_from_slice(&bytes[range.clone()]);
    }
    cuts.retain(|&cut| cut > 0);
    if !is_telling(&text, &cuts, reason) {
        return None;
    }
    let mut builder = builder(format.start, &text, reason);
    builder.say(b"\"", arguments[0].start - format.start);
    let mut rest = arguments.iter();
    for part in &format.parts {
        match part {
            Part::Text(range) => builder.say(&bytes[range.clone()], 0),
            Part::Argument => {
                let range = rest.next()?;
                builder.skip(range.start - format.start - builder.read());
                builder.copy(&bytes[range.clone()]);
            }
        }
    }
    builder.finish()
}

/// The beginning of a stretch that says `text`: keys are whole or none, addresses are what the program makes of them.
fn builder(start: usize, text: &[u8], reason: Reason) -> Builder {
    let builder = Builder::new(start);
    if is_strict(text, reason) { builder.strict() } else { builder }
}
