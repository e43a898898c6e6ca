//! A blob with what its runs say in their places.

use std::ops::Range;

use super::super::assemble::{Decoded, Found};
use super::super::notes::Note;
use super::run::Run;
use crate::model::Blob;

/// How much around a run is read with it. Whatever judges a match looks no further.
const AROUND: usize = 16 * 1024;

/// A blob, or of a long one what stands around its runs, with what they say in their places.
pub(in crate::detect) struct View {
    bytes: Vec<u8>,
    /// Where each run's text stands in the view, and the run in the blob.
    parts: Vec<(Range<usize>, Range<usize>)>,
}

impl View {
    /// The view of the runs that the blob answers for; none where it has none.
    pub(in crate::detect) fn new(blob: &Blob<'_>, mut runs: Vec<Run>) -> Option<Self> {
        runs.retain(|run| blob.core.contains(&run.range.start));
        let first = runs.first()?;
        let mut view = Self { bytes: Vec::new(), parts: Vec::with_capacity(runs.len()) };
        let mut done = first.range.start.saturating_sub(AROUND);
        for (index, run) in runs.iter().enumerate() {
            if run.range.start - done > 2 * AROUND {
                view.bytes.extend_from_slice(&blob.bytes[done..done + AROUND]);
                view.bytes.push(b'\n');
                done = run.range.start - AROUND;
            }
            view.bytes.extend_from_slice(&blob.bytes[done..run.range.start]);
            let start = view.bytes.len();
            view.bytes.extend_from_slice(run.text.trim_ascii());
            view.parts.push((start..view.bytes.len(), runs[index].range.clone()));
            done = run.range.end;
        }
        view.bytes.extend_from_slice(&blob.bytes[done..blob.bytes.len().min(done + AROUND)]);
        Some(view)
    }

    /// The view as a blob of the same origin.
    pub(in crate::detect) fn blob(&self, blob: &Blob<'_>) -> Blob<'_> {
        Blob { binary: blob.binary, ..Blob::whole(blob.origin.clone(), &self.bytes) }
    }

    /// What a range of the view says.
    pub(in crate::detect) fn text(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// The run whose text holds a place of the view.
    pub(in crate::detect) fn run(&self, at: usize) -> Option<Range<usize>> {
        let after = self.parts.partition_point(|(part, _)| part.start <= at);
        let (part, run) = &self.parts[after.checked_sub(1)?];
        part.contains(&at).then(|| run.clone())
    }

    /// Adds what was found in the runs to what was found in the blob as it is, in which a run is nothing by itself.
    pub(in crate::detect) fn merge<'r>(self, found: &mut Found<'r>, mut inner: Found<'r>) {
        let encoded = |at: usize| {
            let after = self.parts.partition_point(|(_, run)| run.start <= at);
            after > 0 && self.parts[after - 1].1.contains(&at)
        };
        found.keys.retain(|key| !encoded(key.start));
        found.addresses.retain(|address| !encoded(address.start));
        inner.keys.retain(|key| self.run(key.start).is_some());
        inner.addresses.retain(|address| self.run(address.start).is_some());
        found.notes.retain(|note| !encoded(note.range.start));
        found.notes.extend(
            inner.notes.into_iter().filter_map(|note| Some(Note { range: self.run(note.range.start)?, ..note })),
        );
        found.decoded = Some(Decoded { keys: inner.keys, addresses: inner.addresses, view: self });
    }
}
