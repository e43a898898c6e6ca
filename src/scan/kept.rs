//! What a run holds of what it finds: a bound that the number of files does not move.
//!
//! A tree of a million files that each hold a key is cheap to make, and each place costs some kilobytes until it stands in a
//! report. Beyond the bound the files that come first by their origin are kept, whatever the order in which threads bring
//! them; what has been dropped once stays out, so that a run does not hold more for being longer. Keys, endpoints and mere
//! facts are counted apart: pages of links must hide no key.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::model::{EndpointMatch, Matches, Origin};

/// How many keys of all files together are kept, as many endpoints that may become findings, and as many facts: what a run
/// reports at most. A key that becomes a finding of its own costs some 2.7 kB.
pub(super) const MATCHES_PER_RUN: usize = 200_000;

/// Keys with what is like them, endpoints that may become findings, facts.
const SORTS: usize = 3;

/// What has been found in one file.
#[derive(Debug)]
pub(super) struct Gathered {
    /// The file.
    pub(super) origin: Origin,
    /// What was found there.
    pub(super) matches: Matches,
    /// Whether it begins like a report of keyscan.
    pub(super) report: bool,
    /// How much of each sort has been brought, whatever was kept of it.
    brought: [usize; SORTS],
}

/// The files that hold something.
#[derive(Debug)]
pub(super) struct Kept {
    files: Vec<Gathered>,
    /// Where each file stands, by the hash of its origin: the origins themselves are large.
    index: HashMap<u64, usize>,
    hasher: RandomState,
    bounds: [Bound; SORTS],
    most_per_file: usize,
}

/// How much of one sort is held.
#[derive(Debug, Default)]
struct Bound {
    held: usize,
    most: usize,
    /// The first file of which nothing is kept.
    end: Option<Origin>,
}

impl Kept {
    /// Keeps so many keys and so many endpoints, of which one file may bring `most_per_file` of each.
    pub(super) fn new(most: usize, most_per_file: usize) -> Self {
        Self {
            files: Vec::new(),
            index: HashMap::new(),
            hasher: RandomState::new(),
            bounds: [(); SORTS].map(|()| Bound { most, ..Bound::default() }),
            most_per_file,
        }
    }

    /// The file of this origin, once more of it is brought; takes from `found` what is not to be kept.
    pub(super) fn file(&mut self, origin: &Origin, found: &mut Matches) -> &mut Gathered {
        let mut brought = [0; SORTS];
        for (sort, bound) in self.bounds.iter().enumerate() {
            if bound.end.as_ref().is_some_and(|end| origin >= end) {
                clear(found, sort);
            }
            brought[sort] = count(found, sort);
        }
        let at = self.place(origin);
        let file = &mut self.files[at];
        for (sort, bound) in self.bounds.iter_mut().enumerate() {
            let before = file.brought[sort];
            file.brought[sort] = (before + brought[sort]).min(self.most_per_file);
            bound.held += file.brought[sort] - before;
        }
        file
    }

    /// Where a file stands, or from now on does.
    fn place(&mut self, origin: &Origin) -> usize {
        let known = self.index.entry(self.hasher.hash_one(origin)).or_insert(self.files.len());
        // Two files of one hash are not to be had on purpose; they would become two entries.
        if self.files.get(*known).is_none_or(|file| file.origin != *origin) {
            *known = self.files.len();
            let matches = Matches::default();
            self.files.push(Gathered { origin: origin.clone(), matches, report: false, brought: [0; SORTS] });
        }
        *known
    }

    /// Drops what is beyond the bounds. A quarter more may be held for a while, so that dropping costs next to nothing.
    pub(super) fn drop_surplus(&mut self) {
        if self.bounds.iter().any(|bound| bound.held > bound.most + bound.most / 4) {
            self.bring_down();
        }
    }

    fn bring_down(&mut self) {
        // Made anew below, and no use beside the sorted files.
        self.index = HashMap::new();
        self.files.sort_unstable_by(|one, other| one.origin.cmp(&other.origin));
        for (sort, bound) in self.bounds.iter_mut().enumerate() {
            if bound.held <= bound.most {
                continue;
            }
            let mut held = 0;
            for file in &mut self.files {
                if held + file.brought[sort] <= bound.most && bound.end.as_ref().is_none_or(|end| file.origin < *end) {
                    held += file.brought[sort];
                    continue;
                }
                if bound.end.as_ref().is_none_or(|end| file.origin < *end) {
                    bound.end = Some(file.origin.clone());
                }
                clear(&mut file.matches, sort);
                file.brought[sort] = 0;
            }
            bound.held = held;
        }
        let says_something = |file: &Gathered| {
            let matches = &file.matches;
            !matches.is_empty() || matches.limited || matches.undecoded.is_some() || file.report
        };
        self.files.retain(says_something);
        let places = self.files.iter().enumerate();
        self.index = places.map(|(at, file)| (self.hasher.hash_one(&file.origin), at)).collect();
    }

    /// Everything that is kept, sorted by origin, and whether something has been dropped.
    pub(super) fn into_files(mut self) -> (Vec<Gathered>, bool) {
        self.bring_down();
        let limited = self.bounds.iter().any(|bound| bound.end.is_some());
        (self.files, limited)
    }
}

/// How much of one sort there is.
fn count(matches: &Matches, sort: usize) -> usize {
    let facts = || matches.endpoints.iter().filter(|endpoint| endpoint.is_fact()).count();
    match sort {
        0 => matches.keys.len() + matches.servers.len() + matches.accounts.len(),
        1 => matches.endpoints.len() - facts() + matches.masked.len(),
        _ => facts(),
    }
}

fn clear(matches: &mut Matches, sort: usize) {
    match sort {
        0 => {
            matches.keys = Vec::new();
            matches.servers = Vec::new();
            matches.accounts = Vec::new();
        }
        1 => {
            matches.endpoints.retain(EndpointMatch::is_fact);
            matches.masked = Vec::new();
        }
        _ => matches.endpoints.retain(|endpoint| !endpoint.is_fact()),
    }
    matches.endpoints.shrink_to_fit();
}
