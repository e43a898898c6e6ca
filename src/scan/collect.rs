//! Gathers what the threads find, file by file.
//!
//! Threads meet here only for blobs that hold something, which is rare. A large file arrives as several windows, in
//! any order; the limits are applied to its matches in the order of the bytes, so that they cut at the same place for
//! any number of threads.

use std::sync::{Mutex, PoisonError};

use super::kept::{Gathered, Kept, MATCHES_PER_RUN};
use super::own_report;
use crate::model::{Blob, BlobMatches, DroppedAt, EndpointMatch, KeyMatch, Matches, Origin, Place};
use crate::rules::Rules;

/// How many matches of one file are kept. Beyond it nobody reads them, and memory has to have a bound.
pub(super) const MATCHES_PER_FILE: usize = 10_000;

/// What has been found so far.
#[derive(Debug)]
pub(super) struct Collector {
    files: Mutex<Kept>,
    /// What was looked at and dropped, where somebody asked for it.
    dropped: Mutex<Vec<DroppedAt>>,
}

/// What a run has found.
#[derive(Debug)]
pub(super) struct Collected {
    /// By origin and then by place.
    pub(super) blobs: Vec<BlobMatches>,
    /// The files among them that are keyscan's own reports.
    pub(super) reports: Vec<Origin>,
    /// Whether there was more than a run keeps.
    pub(super) limited: bool,
}

impl Default for Collector {
    fn default() -> Self {
        Self::keeping(MATCHES_PER_RUN)
    }
}

impl Collector {
    /// Keeps so many matches of a sort.
    fn keeping(most: usize) -> Self {
        Self { files: Mutex::new(Kept::new(most, 2 * MATCHES_PER_FILE)), dropped: Mutex::default() }
    }

    /// Takes over the matches of one blob.
    pub(super) fn add(&self, blob: &Blob<'_>, mut found: Matches) {
        let dropped = std::mem::take(&mut found.dropped);
        if !dropped.is_empty() {
            let at = |dropped| DroppedAt { root: blob.origin.root, shown: blob.origin.shown.clone(), dropped };
            self.dropped.lock().unwrap_or_else(PoisonError::into_inner).extend(dropped.into_iter().map(at));
        }
        if !found.endpoints.is_empty() && found.keys.is_empty() && own_report::is_policy(blob) {
            found.endpoints.clear();
        }
        let report = own_report::begins(blob);
        if found.is_empty() && !found.limited && found.undecoded.is_none() && !report {
            return;
        }
        found.keys.iter_mut().for_each(shrink);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let Gathered { matches: file, report: known, .. } = files.file(&blob.origin, &mut found);
        *known |= report;
        take(&mut file.keys, found.keys);
        take(&mut file.endpoints, found.endpoints);
        take(&mut file.servers, found.servers);
        take(&mut file.lists, found.lists);
        take(&mut file.accounts, found.accounts);
        take(&mut file.masked, found.masked);
        file.gateway |= found.gateway;
        file.limited |= found.limited;
        file.undecoded = file.undecoded.max(found.undecoded);
        file.unparsed |= found.unparsed;
        file.script = file.script.max(found.script);
        // Only of files read as a whole the structure is known.
        if !found.scopes.scopes.is_empty() {
            found.scopes.scopes.shrink_to_fit();
            found.scopes.uses.shrink_to_fit();
            file.scopes = found.scopes;
        }
        // Sorting at a multiple of the limit keeps the cost of a long file linear.
        if file.keys.len() > 2 * MATCHES_PER_FILE
            || file.endpoints.len() > 3 * MATCHES_PER_FILE
            || file.servers.len() > 3 * MATCHES_PER_FILE
            || file.masked.len() > 3 * MATCHES_PER_FILE
        {
            cut(file);
        }
        files.drop_surplus();
    }

    /// What was dropped, sorted, each thing once.
    pub(super) fn take_dropped(&self) -> Vec<DroppedAt> {
        let mut dropped = std::mem::take(&mut *self.dropped.lock().unwrap_or_else(PoisonError::into_inner));
        dropped.sort();
        dropped.dedup();
        dropped
    }

    /// Everything that is kept. With `spare` nothing is kept of keyscan's own reports that a report writes.
    pub(super) fn finish(self, rules: &Rules, spare: bool) -> Collected {
        let files = self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut reports = Vec::new();
        let (files, limited) = files.into_files();
        let blobs = files.into_iter().map(|Gathered { origin, mut matches, report, .. }| {
            cut(&mut matches);
            if report && matches.keys.is_empty() {
                reports.push(origin.clone());
                if spare {
                    matches.endpoints.retain(|endpoint| !own_report::writes(endpoint, rules));
                    matches.masked.clear();
                }
            }
            BlobMatches { origin, matches }
        });
        Collected { blobs: blobs.collect(), reports, limited }
    }
}

/// Moves what was found. Most files hold one thing, so room for more would be most of what there is.
fn take<T>(kept: &mut Vec<T>, mut found: Vec<T>) {
    if kept.is_empty() {
        found.shrink_to_fit();
        *kept = found;
    } else {
        kept.extend(found);
    }
}

/// Gives back the room that the texts of a key were put together in. Of a run's keys it would be as much as they are.
fn shrink(key: &mut KeyMatch) {
    let KeyMatch { place, format, issuer, setting, signals, encoding, .. } = key;
    let texts = [Some(format), issuer.as_mut(), setting.as_mut(), place.line_hash.as_mut(), place.part.as_mut()];
    texts.into_iter().flatten().for_each(String::shrink_to_fit);
    signals.shrink_to_fit();
    encoding.shrink_to_fit();
}

/// Sorts the matches of a file and keeps the first of them. Keys go before endpoints, and endpoints that are facts of
/// pairs have a budget of their own: a page of links must hide nothing.
fn cut(file: &mut Matches) {
    let place = |place: &Place| (place.span, place.position);
    file.keys.sort_by_cached_key(|key: &KeyMatch| place(&key.place));
    file.endpoints.sort_by_cached_key(|endpoint: &EndpointMatch| place(&endpoint.place));
    file.servers.sort_by_cached_key(|server| place(&server.place));
    file.limited |= file.servers.len() > MATCHES_PER_FILE || file.accounts.len() > MATCHES_PER_FILE;
    file.servers.truncate(MATCHES_PER_FILE);
    file.lists.sort_unstable();
    file.lists.truncate(MATCHES_PER_FILE);
    file.accounts.sort_by_key(|account| account.span);
    file.accounts.truncate(MATCHES_PER_FILE);
    file.masked.sort_by_cached_key(|masked| place(&masked.place));
    file.masked.truncate(MATCHES_PER_FILE);
    let mut room = MATCHES_PER_FILE.saturating_sub(file.keys.len());
    let findings = file.endpoints.iter().filter(|endpoint| !endpoint.is_fact()).count();
    let facts = file.endpoints.len() - findings;
    file.limited |= file.keys.len() > MATCHES_PER_FILE || findings > room;
    // A fact may be what a key is bound to.
    file.limited |= !file.keys.is_empty() && facts > MATCHES_PER_FILE;
    file.keys.truncate(MATCHES_PER_FILE);
    let mut room_for_facts = MATCHES_PER_FILE;
    file.endpoints.retain(|endpoint| {
        let room = if endpoint.is_fact() { &mut room_for_facts } else { &mut room };
        let kept = *room > 0;
        *room = room.saturating_sub(1);
        kept
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BlobPath, Confidence, Exposure, Position, Proof, Redacted, Secret, Span};

    fn blob(path: &str) -> Blob<'static> {
        Blob::whole(origin(path), b"")
    }

    fn origin(path: &str) -> Origin {
        Origin::new(0, BlobPath { text: path.to_owned(), percent: false }, Exposure::OutsideGit)
    }

    fn key(start: u64) -> KeyMatch {
        let position =
            Position { line: start, column: 1, end_line: start, end_column: 2, column_utf16: 1, end_column_utf16: 2 };
        KeyMatch {
            place: Place {
                span: Span { start, end: start + 1 },
                position,
                line_hash: None,
                allow: None,
                home: None,
                part: None,
            },
            secret: Secret::new(b"x"),
            redacted: Redacted::from_redacted("x".to_owned()),
            format: "any".to_owned(),
            issuer: None,
            proof: Proof::None,
            confidence: Confidence::Low,
            setting: None,
            weak: true,
            signals: Vec::new(),
            encoding: Vec::new(),
        }
    }

    #[test]
    fn windows_of_a_file_become_one_in_the_order_of_its_bytes() {
        let collector = Collector::default();
        for start in [30, 10, 20] {
            collector.add(&blob("b"), Matches { keys: vec![key(start)], ..Matches::default() });
        }
        collector.add(&blob("a"), Matches { keys: vec![key(5)], ..Matches::default() });
        collector.add(&blob("empty"), Matches::default());

        let blobs = collector.finish(&Rules::builtin(), true).blobs;
        let starts = |blob: &BlobMatches| blob.matches.keys.iter().map(|key| key.place.span.start).collect::<Vec<_>>();
        assert_eq!(blobs.iter().map(|blob| blob.path().text.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(starts(&blobs[1]), [10, 20, 30]);
    }

    #[test]
    fn the_limit_keeps_the_first_matches_whatever_the_order_of_arrival() {
        let all = 3 * MATCHES_PER_FILE as u64;
        let first_kept = |order: &mut dyn Iterator<Item = u64>| {
            let collector = Collector::default();
            for start in order {
                collector.add(&blob("a"), Matches { keys: vec![key(start)], ..Matches::default() });
            }
            let matches = collector.finish(&Rules::builtin(), true).blobs.remove(0).matches;
            assert!(matches.limited);
            matches.keys.iter().map(|key| key.place.span.start).collect::<Vec<_>>()
        };
        let forwards = first_kept(&mut (0..all));
        assert_eq!(forwards, (0..MATCHES_PER_FILE as u64).collect::<Vec<_>>());
        assert_eq!(forwards, first_kept(&mut (0..all).rev()));
    }

    #[test]
    fn a_run_keeps_the_first_files_whatever_the_order_of_arrival() {
        let kept_of = |order: &mut dyn Iterator<Item = u64>| {
            let collector = Collector::keeping(10);
            for file in order {
                let keys = vec![key(1), key(2), key(3)];
                collector.add(&blob(&format!("{file:03}")), Matches { keys, ..Matches::default() });
            }
            let Collected { blobs, limited, .. } = collector.finish(&Rules::builtin(), true);
            assert!(limited);
            blobs.iter().map(|blob| (blob.path().text.clone(), blob.matches.keys.len())).collect::<Vec<_>>()
        };
        let first = kept_of(&mut (0..100));
        assert_eq!(first, [("000".to_owned(), 3), ("001".to_owned(), 3), ("002".to_owned(), 3)]);
        assert_eq!(first, kept_of(&mut (0..100).rev()));
        assert_eq!(first, kept_of(&mut (0..100).map(|file| file * 37 % 100)));
    }

    #[test]
    fn what_a_run_may_hold_is_not_limited() {
        let collector = Collector::keeping(10);
        for file in 0..10 {
            collector.add(&blob(&format!("{file}")), Matches { keys: vec![key(1)], ..Matches::default() });
        }
        let Collected { blobs, limited, .. } = collector.finish(&Rules::builtin(), true);
        assert_eq!((blobs.len(), limited), (10, false));
    }
}
