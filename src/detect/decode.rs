//! What stands in a blob in other ways than as it is: its views, the views of those, and what of all that counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::model::{Blob, Confidence, Limit};
use crate::rules::schema::Judge;

use super::Detector;
use super::assemble::{Decoded, Found};
use super::keys::{FoundBy, Key};
use super::layout::Layout;
use super::notes::Note;
use super::reading::Stretches;
use super::views::{Encoding, View};

/// Reads the views of a blob and adds what counts to what was found in the blob as it is. Says which limit left something
/// out.
pub(super) fn undo<'r>(
    detector: &Detector<'r>,
    blob: &Blob<'_>,
    found: &mut Found<'r>,
    stretches: Stretches,
) -> Option<Limit> {
    let limits = &detector.limits;
    if stretches.is_empty() {
        return None;
    }
    // Who wants nothing undone misses nothing; it is told, and no more.
    if limits.decode_depth == 0 {
        return Some(Limit::DecodeDepth);
    }
    let mut undoing = Undoing { detector, blob, left: limits.decode_size, beyond: None };
    undoing.views(found, stretches, None, limits.decode_depth);
    settle(found);
    undoing.beyond
}

/// A blob whose views are being read.
struct Undoing<'a, 'r> {
    detector: &'a Detector<'r>,
    blob: &'a Blob<'a>,
    /// Bytes of views that may still be read.
    left: u64,
    /// The limit that something lies behind.
    beyond: Option<Limit>,
}

impl<'r> Undoing<'_, 'r> {
    /// Reads the views of the blob, or of one of its views, by its place among all, and the views in them.
    fn views(&mut self, found: &mut Found<'r>, stretches: Stretches, outer: Option<usize>, depth: u32) {
        let outer = outer.map(|index| (index, Rc::clone(&found.decoded[index].view)));
        for (encoding, mut stretches) in stretches {
            let core = &self.blob.core;
            match &outer {
                // A stretch of a view that holds nothing decoded was read as one of the text itself.
                Some((_, outer)) => stretches.retain(|stretch| outer.is_decoded(&stretch.range)),
                None => stretches.retain(|stretch| stretch.range.start < core.end && core.start < stretch.range.end),
            }
            if stretches.is_empty() {
                continue;
            }
            if stretches.iter().any(|stretch| stretch.cut) {
                self.beyond = self.beyond.max(Some(Limit::DecodedSize));
                stretches.retain(|stretch| !stretch.text.is_empty());
                if stretches.is_empty() {
                    continue;
                }
            }
            if depth == 0 {
                self.beyond = self.beyond.max(Some(Limit::DecodeDepth));
                continue;
            }
            let (room, size) = View::fitting(&stretches, self.left);
            if room < stretches.len() {
                self.beyond = self.beyond.max(Some(Limit::DecodedSize));
            }
            stretches.truncate(room);
            self.left -= size;
            if stretches.is_empty() {
                continue;
            }
            let text = outer.as_ref().map_or(self.blob.bytes, |(_, outer)| outer.bytes());
            let view = View::new(text, encoding, stretches, outer.as_ref().map(|(_, outer)| Rc::clone(outer)));
            drop_inside(found, outer.as_ref().map(|(index, _)| *index), &view);
            self.read(found, Rc::new(view), outer.as_ref().map(|(index, _)| *index), depth - 1);
        }
    }

    fn read(&mut self, found: &mut Found<'r>, view: Rc<View>, outer: Option<usize>, depth: u32) {
        let text = view.blob(self.blob);
        let (mut inner, stretches) = self.detector.read(&text, &Layout::unknown(&text));
        // What is complete as it is written goes on in nothing, unless the whole is surer than its beginning.
        let is_whole = |at: usize, key: &Key<'_>| {
            let first = found.keys.partition_point(|key| key.start < at);
            let written = found.keys.get(first).filter(|written| written.start == at);
            written.is_some_and(|written| self.is_complete(written) && rank(written) <= rank(key))
        };
        inner.keys.retain(|key| {
            let range = key.start..key.end;
            view.is_decoded(&range)
                && view.is_of_one_piece(&range)
                && (!view.is_strict(&range) || self.is_complete(key) && !is_whole(view.source_of(range).start, key))
        });
        // In mails the name of a setting is only one once the `=` behind it is decoded.
        let named = |start: usize| {
            let mail = view.encodings().last() == Some(&Encoding::QuotedPrintable);
            mail && start > 0 && view.bytes()[start - 1] == b'=' && view.is_decoded(&(start - 1..start))
        };
        inner.addresses.retain(|address| {
            let range = address.start..address.end;
            (view.is_decoded(&range) || named(address.start)) && !view.is_strict(&range)
        });
        let pieces: Vec<&Range<usize>> = inner.keys.iter().flat_map(|key| view.elsewhere(key.start)).collect();
        if !pieces.is_empty() {
            let keys = outer.map_or(&mut found.keys, |index| &mut found.decoded[index].keys);
            keys.retain(|key| self.is_complete(key) || !pieces.iter().any(|piece| piece.contains(&key.start)));
        }
        inner.notes.retain(|note| view.is_decoded(&note.range));
        let notes = inner.notes.into_iter().map(|note| Note { range: view.source_of(note.range.clone()), ..note });
        found.notes.extend(notes);
        found.decoded.push(Decoded { keys: inner.keys, addresses: inner.addresses, view });
        self.views(found, stretches, Some(found.decoded.len() - 1), depth);
    }

    /// Whether nothing of a key can be missing: its halves are equal, or it is as long as keys of its format are.
    fn is_complete(&self, key: &Key<'_>) -> bool {
        match key.found_by {
            FoundBy::Marker => key.confidence == Confidence::High,
            FoundBy::Fragment => false,
            FoundBy::Prefix | FoundBy::Setting => self.detector.rules.key(key.format).is_some_and(|format| {
                let body = (key.end - key.start).saturating_sub(key.prefix);
                format.typical.contains(&body) || format.typical.is_empty() && format.judge == Judge::Structure
            }),
        }
    }
}

/// Drops what was found in the blob, or in one of its views, where all of a stretch is one encoded value: what is written
/// there means nothing by itself.
fn drop_inside(found: &mut Found<'_>, outer: Option<usize>, view: &View) {
    let ranges = Ranges(view.opaque().collect());
    let (keys, addresses) = match outer {
        None => {
            found.notes.retain(|note| !ranges.hold(note.range.start));
            (&mut found.keys, &mut found.addresses)
        }
        Some(index) => {
            let decoded = &mut found.decoded[index];
            (&mut decoded.keys, &mut decoded.addresses)
        }
    };
    keys.retain(|key| !ranges.hold(key.start));
    addresses.retain(|address| !ranges.hold(address.start));
}

/// Ranges in the order of their beginnings.
struct Ranges(Vec<Range<usize>>);

impl Ranges {
    fn hold(&self, at: usize) -> bool {
        let after = self.0.partition_point(|range| range.start <= at);
        after > 0 && self.0[after - 1].contains(&at)
    }
}

/// Where readings of the same bytes differ, one stands: the surest, of several the longest, of equals the one as written.
fn settle(found: &mut Found<'_>) {
    // What only goes on behind an address in another reading, such as the next field of a form, makes it no other one.
    let written: HashMap<usize, &str> = found.addresses.iter().map(|one| (one.start, one.url.as_str())).collect();
    for Decoded { addresses, view, .. } in &mut found.decoded {
        addresses.retain(|one| {
            let same = written.get(&view.source_of(one.start..one.end).start);
            let more = same.and_then(|written| one.url.strip_prefix(written));
            more.is_none_or(|more| !(more.is_empty() || more.starts_with('&')))
        });
    }
    let mut keys = Readings::default();
    keys.add(None, &found.keys, |key| (rank(key), key.start..key.end));
    let mut addresses = Readings::default();
    addresses.add(None, &found.addresses, |address| (0, address.start..address.end));
    for (view, decoded) in found.decoded.iter().enumerate() {
        let place = |range| decoded.view.source_of(range);
        keys.add(Some(view), &decoded.keys, |key| (rank(key), place(key.start..key.end)));
        addresses.add(Some(view), &decoded.addresses, |address| (0, place(address.start..address.end)));
    }
    let (keys, addresses) = (keys.settle(), addresses.settle());
    keys.retain(None, &mut found.keys);
    addresses.retain(None, &mut found.addresses);
    for (view, decoded) in found.decoded.iter_mut().enumerate() {
        keys.retain(Some(view), &mut decoded.keys);
        addresses.retain(Some(view), &mut decoded.addresses);
    }
}

/// How sure the reading of a key is; less is surer.
fn rank(key: &Key<'_>) -> u8 {
    match (key.found_by, key.confidence) {
        (FoundBy::Fragment, _) => 2,
        (_, Confidence::High) => 0,
        _ => 1,
    }
}

/// Readings of a blob, each with the view that it is from; none for the blob as it is.
#[derive(Default)]
struct Readings(Vec<Reading>);

struct Reading {
    rank: u8,
    range: Range<usize>,
    view: Option<usize>,
    index: usize,
}

impl Readings {
    fn add<T>(&mut self, view: Option<usize>, found: &[T], read: impl Fn(&T) -> (u8, Range<usize>)) {
        let readings = found.iter().enumerate().map(|(index, one)| {
            let (rank, range) = read(one);
            Reading { rank, range, view, index }
        });
        self.0.extend(readings);
    }

    fn settle(mut self) -> Standing {
        self.0.sort_by_key(|one| (one.rank, Reverse(one.range.len()), one.view, one.index));
        let mut taken = BTreeMap::<(usize, Option<usize>), usize>::new();
        let mut standing = HashSet::new();
        for Reading { range, view, index, .. } in self.0 {
            // Readings of one view are no two of the same bytes, though they may share the bytes of a group.
            let near = taken.range(..(range.end, None)).rev().take(NEAR);
            let free = near.into_iter().all(|(&(_, other), &end)| other == view || end <= range.start);
            if free {
                taken.insert((range.start, view), range.end);
                standing.insert((view, index));
            }
        }
        Standing(standing)
    }
}

/// How many readings in front of one are held against it: those that stand overlap by a group at most.
const NEAR: usize = 4;

/// The readings that stand.
struct Standing(HashSet<(Option<usize>, usize)>);

impl Standing {
    fn retain<T>(&self, view: Option<usize>, found: &mut Vec<T>) {
        let mut index = 0..;
        found.retain(|_| index.next().is_some_and(|index| self.0.contains(&(view, index))));
    }
}
