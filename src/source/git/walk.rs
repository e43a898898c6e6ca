//! Which commits a range holds, and in what order.
//!
//! Newest first, each commit hands down from which ends it can be reached; a commit seen before its place, because a
//! clock was wrong, hands down again what is new. The walk ends when nothing that is left can belong to the range.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use gix_hash::ObjectId;

use super::commit::{self, Commit};
use super::compare::Problem;
use super::objects::{ReadError, Reader};

/// Reachable from the end that is left out.
pub(super) const LEFT: u8 = 1;
/// Reachable from the end that is read.
pub(super) const RIGHT: u8 = 2;

/// How many commits, and seconds, the walk goes on behind its end, for clocks that went wrong.
const SLOP: usize = 64;
const SLOP_SECONDS: i64 = 24 * 60 * 60;

/// Which commits are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Those reachable from either end but not both; else those reachable from the right one alone.
    pub(super) either: bool,
    /// Those of this time, in seconds, and later.
    pub(super) since: i64,
}

impl Wanted {
    fn by_reach(self, reach: u8) -> bool {
        reach == RIGHT || (self.either && reach == LEFT)
    }
}

/// The commits of a range.
#[derive(Default)]
pub(super) struct Walked {
    /// Oldest first: parents before their children, otherwise by time and id.
    pub(super) commits: Vec<Commit>,
    /// A wanted commit has parents that a shallow clone left out.
    pub(super) cut_off: bool,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
}

/// What is known of a commit.
#[derive(Default)]
struct Known {
    reach: u8,
    /// Whether its parents have not been told yet.
    waits: bool,
    /// The commit, if it could be read.
    commit: Option<Commit>,
}

/// A walk under way.
struct Walk<'a, 'r> {
    reader: &'a mut Reader<'r>,
    buffer: Vec<u8>,
    wanted: Wanted,
    /// Commits whose parents are not there.
    shallow: &'a HashSet<ObjectId>,
    known: HashMap<ObjectId, Known>,
    /// Those that wait, newest first.
    queue: BinaryHeap<(i64, Reverse<ObjectId>)>,
    /// How many of those that wait are wanted.
    open: usize,
    failed: Vec<(ObjectId, ReadError)>,
}

/// Walks from the ends of a range, each with what it hands down. The parents of `shallow` commits are not there.
pub(super) fn walk(
    reader: &mut Reader<'_>,
    ends: &[(ObjectId, u8)],
    wanted: Wanted,
    shallow: &HashSet<ObjectId>,
) -> Walked {
    let mut walk = Walk {
        reader,
        buffer: Vec::new(),
        wanted,
        shallow,
        known: HashMap::new(),
        queue: BinaryHeap::new(),
        open: 0,
        failed: Vec::new(),
    };
    for &(id, reach) in ends {
        walk.hand_down(vec![(id, reach)]);
    }
    walk.run();
    walk.finish()
}

impl Walk<'_, '_> {
    fn run(&mut self) {
        let mut oldest = i64::MAX;
        let mut beyond = 0;
        while let Some((time, Reverse(id))) = self.queue.pop() {
            let Some(known) = self.known.get_mut(&id) else { continue };
            known.waits = false;
            let reach = known.reach;
            if self.wanted.by_reach(reach) {
                self.open -= 1;
                oldest = oldest.min(time.max(self.wanted.since));
            }
            let parents = self.parents(&id, reach);
            self.hand_down(parents);

            let nothing_left = self.open == 0 && (oldest == i64::MAX || time < oldest.saturating_sub(SLOP_SECONDS));
            let too_old = time < self.wanted.since.saturating_sub(SLOP_SECONDS);
            beyond = if nothing_left || too_old { beyond + 1 } else { 0 };
            if beyond > SLOP {
                break;
            }
        }
    }

    /// The parents of a commit, each with what they are told.
    fn parents(&self, id: &ObjectId, reach: u8) -> Vec<(ObjectId, u8)> {
        let commit = self.known.get(id).and_then(|known| known.commit.as_ref());
        let parents = commit.filter(|_| !self.shallow.contains(id)).map(|commit| commit.parents.as_slice());
        parents.unwrap_or_default().iter().map(|parent| (*parent, reach)).collect()
    }

    /// Tells commits from where they can be reached, and the parents of those that have told theirs already.
    fn hand_down(&mut self, mut told: Vec<(ObjectId, u8)>) {
        while let Some((id, reach)) = told.pop() {
            let Some(known) = self.known.get_mut(&id) else {
                self.meet(id, reach);
                continue;
            };
            let before = known.reach;
            known.reach |= reach;
            let now = known.reach;
            if now == before {
                continue;
            }
            if known.waits {
                self.open += usize::from(self.wanted.by_reach(now));
                self.open -= usize::from(self.wanted.by_reach(before));
            } else {
                told.extend(self.parents(&id, now));
            }
        }
    }

    /// Takes in a commit that is seen for the first time.
    fn meet(&mut self, id: ObjectId, reach: u8) {
        let commit = match commit::read_commit(self.reader, id, &mut self.buffer) {
            Ok(commit) => Some(commit),
            Err(error) => {
                self.failed.push((id, error));
                None
            }
        };
        if let Some(commit) = &commit {
            self.queue.push((commit.time, Reverse(id)));
            self.open += usize::from(self.wanted.by_reach(reach));
        }
        self.known.insert(id, Known { reach, waits: commit.is_some(), commit });
    }

    fn finish(self) -> Walked {
        let wanted = self.wanted;
        let reach = |id: &ObjectId| self.known.get(id).map_or(0, |known| known.reach);
        let failed = self.failed.iter().filter(|(id, _)| wanted.by_reach(reach(id)));
        let mut problems: Vec<Problem> = failed.map(|&(id, error)| (id, error.into())).collect();
        problems.sort_unstable();
        let found = self.known.into_values().filter(|known| !known.waits && wanted.by_reach(known.reach));
        let found: Vec<Commit> =
            found.filter_map(|known| known.commit).filter(|commit| commit.time >= wanted.since).collect();
        let cut_off = found.iter().any(|commit| self.shallow.contains(&commit.id));
        Walked { commits: oldest_first(found), cut_off, problems }
    }
}

/// Parents before their children, otherwise by time and id.
fn oldest_first(mut commits: Vec<Commit>) -> Vec<Commit> {
    commits.sort_by_key(|commit| (commit.time, commit.id));
    let place: HashMap<ObjectId, usize> = commits.iter().enumerate().map(|(at, commit)| (commit.id, at)).collect();
    let parents = |at: usize| -> Vec<usize> {
        commits[at].parents.iter().filter_map(|parent| place.get(parent).copied()).collect()
    };
    let parents: Vec<Vec<usize>> = (0..commits.len()).map(parents).collect();
    // They are sorted by their ranks.
    let order = commit::parents_first(&parents, |at| at);
    let mut commits: Vec<Option<Commit>> = commits.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| commits[at].take()).collect()
}
