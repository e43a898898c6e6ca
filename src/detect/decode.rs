//! What stands in a blob in other ways than as it is: its views, the views of those, and what of all that counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::model::{Blob, Confidence, Limit};

use super::Detector;
use super::assemble::{Decoded, Found};
use super::keys::{FoundBy, Key};
use super::layout::Layout;
use super::notes::Note;
use super::reading::Stretches;
use super::views::View;

/// Reads the views of a blob and adds what counts to what was found in the blob as it is. Says which limit left something
/// out.
pub(super) fn undo<'r>(
    detector: &Detector<'r>,
    blob: &Blob<'_>,
    found: &mut Found<'r>,
    stretches: Stretches,
) -> Option<Limit> {
    // Who wants nothing undone misses nothing.
    if stretches.is_empty() || detector.limits.decode_depth == 0 {
        return None;
    }
    let limits = &detector.limits;
    let mut undoing = Undoing { detector, blob, left: limits.decode_size, beyond: None, opaque: Vec::new() };
    undoing.views(found, stretches, None, limits.decode_depth);
    let Undoing { beyond, mut opaque, .. } = undoing;
    opaque.sort_unstable_by_key(|range| range.start);
    settle(found, &Ranges(opaque));
    beyond
}

/// A blob whose views are being read.
struct Undoing<'a, 'r> {
    detector: &'a Detector<'r>,
    blob: &'a Blob<'a>,
    /// Bytes of views that may still be read.
    left: u64,
    /// The limit that something lies behind.
    beyond: Option<Limit>,
    /// Ranges of the blob in which what is written means nothing.
    opaque: Vec<Range<usize>>,
}

impl<'r> Undoing<'_, 'r> {
    /// Reads the views of the blob, or of one of its views, and the views in them.
    fn views(&mut self, found: &mut Found<'r>, stretches: Stretches, outer: Option<&Rc<View>>, depth: u32) {
        for (encoding, mut stretches) in stretches {
            let core = &self.blob.core;
            match outer {
                // A stretch of a view that holds nothing decoded was read as one of the text itself.
                Some(outer) => stretches.retain(|stretch| outer.is_decoded(&stretch.range)),
                None => stretches.retain(|stretch| stretch.range.start < core.end && core.start < stretch.range.end),
            }
            if stretches.is_empty() {
                continue;
            }
            let size = View::size_of(&stretches) as u64;
            if depth == 0 || size > self.left {
                let limit = if depth == 0 { Limit::DecodeDepth } else { Limit::DecodedSize };
                self.beyond = self.beyond.max(Some(limit));
                continue;
            }
            self.left -= size;
            let text = outer.map_or(self.blob.bytes, |outer| outer.bytes());
            let view = Rc::new(View::new(text, encoding, stretches, outer.cloned()));
            self.read(found, &view, depth - 1);
        }
    }

    fn read(&mut self, found: &mut Found<'r>, view: &Rc<View>, depth: u32) {
        let text = view.blob(self.blob);
        let (mut inner, stretches) = self.detector.read(&text, &Layout::unknown(&text));
        inner.keys.retain(|key| view.is_decoded(&(key.start..key.end)));
        inner.addresses.retain(|address| view.is_decoded(&(address.start..address.end)));
        inner.notes.retain(|note| view.is_decoded(&note.range));
        let notes = inner.notes.into_iter().map(|note| Note { range: view.source_of(note.range.clone()), ..note });
        found.notes.extend(notes);
        self.opaque.extend(view.opaque());
        found.decoded.push(Decoded { keys: inner.keys, addresses: inner.addresses, view: Rc::clone(view) });
        self.views(found, stretches, Some(view), depth);
    }
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
/// What is written inside an encoded value is none.
fn settle(found: &mut Found<'_>, opaque: &Ranges) {
    found.keys.retain(|key| !opaque.hold(key.start));
    found.addresses.retain(|address| !opaque.hold(address.start));

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
