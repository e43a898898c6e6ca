//! Which trees lead to the blobs that are looked for.
//!
//! Every tree is decoded once anyway, while the objects are swept. What it names is kept in short form, so that later only
//! the few trees that matter are read again, and not all trees of the history.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use gix_hash::{ObjectId, oid};
use gix_object::TreeRefIter;
use rayon::prelude::*;

use crate::source::git::trees::DEPTH;

/// Entries of trees that are kept together, eight bytes each. Of a repository with more all trees are read again.
const MOST: usize = 16 * 1024 * 1024;

/// Most trees that are walked again. Trees can name each other so that there are billions of ways.
const MOST_STEPS: usize = 100_000;

/// Bits of the filter in front of the maps, a power of two.
const FILTER: usize = 1 << 20;

/// Ids are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NoHash(u64);

impl Hasher for NoHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, short: u64) {
        // The map looks at the first bits and at the last, of which one is no hash.
        self.0 = short.rotate_right(1);
    }
}

/// Ids in short form.
pub(super) type ShortSet = HashSet<u64, BuildHasherDefault<NoHash>>;
pub(super) type ShortMap<V> = HashMap<u64, V, BuildHasherDefault<NoHash>>;

/// What trees name, in short form, see [`short`]. Two ids that begin alike cost a tree read in vain.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The blobs.
    blobs: Vec<u64>,
    /// Each tree, and how many entries it has.
    trees: Vec<(u64, u32)>,
    /// The entries, tree by tree.
    entries: Vec<u64>,
}

/// How many entries may still be kept, by all threads together.
#[derive(Debug)]
pub(super) struct Room(AtomicUsize);

impl Room {
    /// All of it.
    pub(super) const fn new() -> Self {
        Self(AtomicUsize::new(MOST))
    }

    /// Whether there was enough for everything.
    pub(super) fn sufficed(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn take(&self, count: usize) -> bool {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(count)));
        taken.is_ok_and(|left| left > count)
    }
}

impl Named {
    /// Keeps what a tree names, and says whether all of it could be read. Commits in trees are other repositories'.
    pub(super) fn take_tree(&mut self, id: &ObjectId, bytes: &[u8], room: &Room) -> bool {
        let before = self.entries.len();
        let mut whole = true;
        for entry in TreeRefIter::from_bytes(bytes, id.kind()) {
            match entry {
                Ok(entry) if entry.mode.is_commit() => {}
                Ok(entry) => self.entries.push(short(entry.oid, entry.mode.is_tree())),
                Err(_) => whole = false,
            }
        }
        let count = self.entries.len() - before;
        match u32::try_from(count) {
            Ok(length) if room.take(count + 1) => self.trees.push((short(id, true), length)),
            _ => self.entries.truncate(before),
        }
        whole
    }

    /// Keeps the name of a blob.
    pub(super) fn take_blob(&mut self, id: &ObjectId, room: &Room) {
        if room.take(1) {
            self.blobs.push(short(id, false));
        }
    }

    /// The trees that name something that is not there, or is something else, with what they name.
    pub(super) fn missing(&self) -> Vec<(u64, u64)> {
        let have: ShortSet = self.blobs.iter().copied().chain(self.trees.iter().map(|(tree, _)| *tree)).collect();
        if self.entries.par_iter().all(|entry| have.contains(entry)) {
            return Vec::new();
        }
        let mut missing = Vec::new();
        let mut rest = self.entries.as_slice();
        for &(tree, length) in &self.trees {
            let (entries, after) = rest.split_at(length as usize);
            rest = after;
            missing.extend(entries.iter().filter(|entry| !have.contains(entry)).map(|&entry| (tree, entry)));
        }
        missing.sort_unstable_by_key(|&(tree, entry)| (entry, tree));
        missing.dedup_by_key(|&mut (_, entry)| entry);
        missing
    }

    /// Whether a tree is there.
    pub(super) fn trees(&self) -> ShortSet {
        self.trees.iter().map(|(tree, _)| *tree).collect()
    }

    /// Takes over what another thread has kept.
    pub(super) fn add(&mut self, other: Self) {
        self.blobs.extend(other.blobs);
        self.trees.extend(other.trees);
        self.entries.extend(other.entries);
    }

    /// Marks the trees that name one of these blobs, and those that name such a tree.
    pub(super) fn leading_to(self, blobs: &[ObjectId]) -> Graph {
        let mut graph = Graph {
            blobs: blobs.iter().enumerate().map(|(at, id)| (short(id, false), at)).collect(),
            trees: ShortMap::default(),
            entries: self.entries,
            filter: vec![0; FILTER / 64],
        };
        graph.blobs.keys().for_each(|&id| set(&mut graph.filter, id));
        // From the trees that name a blob upwards, each tree once.
        let mut ranges = Vec::with_capacity(self.trees.len());
        let mut start = 0;
        for &(_, length) in &self.trees {
            ranges.push(start..start + length as usize);
            start += length as usize;
        }
        let entries = &graph.entries;
        let mut above: Vec<(u64, usize)> = ranges
            .par_iter()
            .enumerate()
            .flat_map_iter(|(at, range)| {
                entries[range.clone()].iter().filter(|&&entry| is_tree(entry)).map(move |&entry| (entry, at))
            })
            .collect();
        above.par_sort_unstable();
        let names_a_blob = |range: &Range<usize>| entries[range.clone()].iter().any(|&entry| graph.has(entry));
        let mut open: Vec<usize> = (0..ranges.len()).into_par_iter().filter(|&at| names_a_blob(&ranges[at])).collect();
        while let Some(at) = open.pop() {
            let tree = self.trees[at].0;
            if graph.trees.insert(tree, ranges[at].clone()).is_none() {
                set(&mut graph.filter, tree);
                let first = above.partition_point(|&(below, _)| below < tree);
                open.extend(above[first..].iter().take_while(|&&(below, _)| below == tree).map(|&(_, at)| at));
            }
        }
        graph
    }
}

/// The trees that lead to the blobs looked for.
#[derive(Debug)]
pub(super) struct Graph {
    /// The blobs, and where they stand in the list.
    blobs: ShortMap<usize>,
    /// The trees, and where their entries are.
    trees: ShortMap<Range<usize>>,
    entries: Vec<u64>,
    /// A bit for the last digits of each id: of most ids it tells that they are none of these.
    filter: Vec<u64>,
}

impl Graph {
    /// Calls `found` for every blob below a tree with the step of `ways` that it stands behind. Trees that were walked
    /// before, and have a step already, are passed over.
    pub(super) fn walk(&self, root: ObjectId, ways: &mut Ways, found: &mut dyn FnMut(usize, usize)) {
        let mut open = vec![(short(&root, true), usize::MAX, 0)];
        while let Some((tree, above, depth)) = open.pop() {
            let Some(entries) = self.trees.get(&tree).filter(|_| ways.enter(tree)) else { continue };
            let step = ways.steps.len();
            ways.steps.push(Step { tree, above, root: (above == usize::MAX).then_some(root) });
            for &entry in self.entries[entries.clone()].iter().filter(|&&entry| self.has(entry)) {
                match self.blobs.get(&entry) {
                    Some(&blob) => found(blob, step),
                    None if depth < DEPTH => open.push((entry, step, depth + 1)),
                    None => {}
                }
            }
        }
    }

    /// Whether something is one of the blobs, or leads to one.
    pub(super) fn has(&self, id: u64) -> bool {
        let bit = (id >> 1) as usize % FILTER;
        let maybe = self.filter[bit / 64] & (1 << (bit % 64)) != 0;
        maybe && (self.blobs.contains_key(&id) || self.trees.contains_key(&id))
    }
}

/// The trees walked, each with the one above it, so that all blobs of a folder share the way to it.
#[derive(Debug, Default)]
pub(super) struct Ways {
    visited: ShortSet,
    /// Whether a tree is walked again where it is named again, as long as there is room.
    again: bool,
    steps: Vec<Step>,
}

/// A tree on the way to a blob.
#[derive(Debug)]
struct Step {
    tree: u64,
    /// The step before, unless it is the first.
    above: usize,
    /// The whole id, of the first.
    root: Option<ObjectId>,
}

impl Ways {
    /// Ways on which a tree may be met several times.
    pub(super) fn through_everything() -> Self {
        Self { again: true, ..Self::default() }
    }

    fn enter(&mut self, tree: u64) -> bool {
        self.visited.insert(tree) || (self.again && self.steps.len() < MOST_STEPS)
    }

    /// The steps that lead to one, outermost first: each with its number, and the short id of its tree.
    pub(super) fn to(&self, step: usize) -> Vec<(usize, u64)> {
        let mut way = Vec::new();
        let mut at = step;
        while let Some(step) = self.steps.get(at) {
            way.push((at, step.tree));
            at = step.above;
        }
        way.reverse();
        way
    }

    /// The root that a step is.
    pub(super) fn root(&self, step: usize) -> Option<ObjectId> {
        self.steps.get(step)?.root
    }
}

fn set(filter: &mut [u64], id: u64) {
    let bit = (id >> 1) as usize % FILTER;
    filter[bit / 64] |= 1 << (bit % 64);
}

/// The short form of an id: its first 63 bits, and one that tells trees from blobs.
pub(super) fn short(id: &oid, is_tree: bool) -> u64 {
    let first = id.as_bytes().first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    first & !1 | u64::from(is_tree)
}

const fn is_tree(short: u64) -> bool {
    short & 1 == 1
}

/// The hex digits that all ids of a short form begin with.
pub(super) fn prefix_of(short: u64) -> String {
    format!("{short:016x}")[..15].to_owned()
}
