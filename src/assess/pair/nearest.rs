//! The nearest of many places, found without looking at each.

use crate::model::{KeyMatch, Place};

/// What decides which of two endpoints is nearer: lines; on one line bytes; then the one before the key; bytes.
pub(super) type Distance = (u64, u64, bool, u64);

/// The distance of an endpoint from a key.
pub(super) fn distance(key: &Place, endpoint: &Place) -> Distance {
    let after = endpoint.span.start > key.span.start;
    let bytes = if after {
        endpoint.span.start.saturating_sub(key.span.end)
    } else {
        key.span.start.saturating_sub(endpoint.span.end)
    };
    let lines = lines_apart(key, endpoint);
    (lines, if lines == 0 { bytes } else { 0 }, after, bytes)
}

fn lines_apart(key: &Place, endpoint: &Place) -> u64 {
    let (key, endpoint) = (key.position, endpoint.position);
    if endpoint.line > key.end_line { endpoint.line - key.end_line } else { key.line.saturating_sub(endpoint.end_line) }
}

/// Whether an endpoint is so much nearer than another that its being meant is no guess.
pub(super) fn is_clearly_nearer(one: Distance, other: Distance) -> bool {
    if other.0 == 0 { other.1 >= 3 * one.1 + 200 } else { other.0 >= 3 * one.0 + 3 }
}

/// An endpoint's place and host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    /// Index among all endpoints; of two at the same distance the lower one is nearer.
    pub index: usize,
    /// Where.
    pub place: &'a Place,
    /// Its host.
    pub host: &'a str,
}

/// Endpoints in the order in which they begin.
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    spots: Vec<Spot<'a>>,
    /// For each spot: of it and all before it the one that ends last, and the last of those with another host.
    latest: Vec<(usize, Option<usize>)>,
    /// For each spot: the next one with another host.
    next_other: Vec<usize>,
    /// The first spots of the first few hosts.
    hosts: Vec<Spot<'a>>,
}

/// Most hosts that a row remembers.
pub(super) const MOST_HOSTS: usize = 4;

impl<'a> Row<'a> {
    /// Adds a spot that begins no earlier than the last one.
    pub(super) fn push(&mut self, spot: Spot<'a>) {
        let at = self.spots.len();
        let end = |at: usize| self.spots.get(at).map_or(spot, |spot| *spot).place.span.end;
        let host = |at: usize| self.spots.get(at).map_or(spot, |spot| *spot).host;
        let latest = match self.latest.last() {
            None => (at, None),
            Some(&(best, other)) if end(at) > end(best) => {
                (at, if host(best) == spot.host { other } else { Some(best) })
            }
            Some(&(best, other)) if host(best) == spot.host || other.is_some_and(|other| end(other) >= end(at)) => {
                (best, other)
            }
            Some(&(best, _)) => (best, Some(at)),
        };
        self.latest.push(latest);
        if self.hosts.len() < MOST_HOSTS && self.hosts.iter().all(|known| known.host != spot.host) {
            self.hosts.push(spot);
        }
        self.spots.push(spot);
    }

    /// To be called behind the last [`Self::push`].
    pub(super) fn finish(&mut self) {
        let count = self.spots.len();
        self.next_other = vec![count; count];
        for at in (1..count).rev() {
            let same = self.spots[at - 1].host == self.spots[at].host;
            self.next_other[at - 1] = if same { self.next_other[at] } else { at };
        }
    }

    /// The first spots of the first [`MOST_HOSTS`] hosts.
    pub(super) fn hosts(&self) -> &[Spot<'a>] {
        &self.hosts
    }

    /// The spot nearest to a key, if wanted only of those with another host.
    pub(super) fn nearest(&self, key: &KeyMatch, not: Option<&str>) -> Option<(Distance, Spot<'a>)> {
        let start = key.place.span.start;
        let behind = self.spots.partition_point(|spot| spot.place.span.start <= start);
        let is_wanted = |at: usize| not != Some(self.spots[at].host);
        let before = self.latest[..behind].last().and_then(|&(best, other)| {
            // All that reach up to the key are equally near, and the first of them is taken.
            let touching = self.latest[..behind].partition_point(|&(best, _)| self.spots[best].place.span.end < start);
            let best = if touching < behind { touching } else { best };
            if is_wanted(best) { Some(best) } else { other }
        });
        let after = (behind < self.spots.len())
            .then(|| if is_wanted(behind) { behind } else { self.next_other[behind] })
            .filter(|&after| after < self.spots.len());
        [before, after]
            .into_iter()
            .flatten()
            .map(|at| (distance(&key.place, self.spots[at].place), self.spots[at]))
            .min_by_key(|(distance, spot)| (*distance, spot.index))
    }
}
