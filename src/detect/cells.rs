//! Which cell of a notebook a match stands in: its line is that of the file, which people never see.

use std::ops::Range;

use crate::model::{Blob, Matches, Place};
use crate::structure;

use super::text::FileKind;

/// The parts of a notebook.
pub(super) struct Cells(Vec<(Range<usize>, String)>);

impl Cells {
    /// None where the blob is no notebook, or a window of one.
    pub(super) fn of(blob: &Blob<'_>) -> Option<Self> {
        let whole = blob.offset == 0 && blob.core == (0..blob.bytes.len());
        let notebook = whole && FileKind::of(&blob.origin.path.text, blob.binary).notebook;
        notebook.then(|| Self(structure::notebook_parts(blob.bytes)))
    }

    /// Says of each match which part it is in.
    pub(super) fn name(&self, matches: &mut Matches) {
        let keys = matches.keys.iter_mut().map(|key| &mut key.place);
        let endpoints = matches.endpoints.iter_mut().map(|endpoint| &mut endpoint.place);
        let servers = matches.servers.iter_mut().map(|server| &mut server.place);
        for place in keys.chain(endpoints).chain(servers) {
            place.part = self.around(place);
        }
    }

    /// The innermost part around a place: a cell holds its source and its outputs, and nothing deeper is named.
    fn around(&self, place: &Place) -> Option<String> {
        let at = usize::try_from(place.span.start).ok()?;
        let after = self.0.partition_point(|(range, _)| range.start <= at);
        let holds = |(range, _): &&(Range<usize>, String)| range.contains(&at);
        let nearest = self.0[..after].iter().rev();
        nearest.take(MOST_PARTS).find(holds).map(|(_, part)| part.clone())
    }
}

/// How many parts in front of a place are looked at: a cell with more outputs than that is not named for what stands
/// behind them all.
const MOST_PARTS: usize = 1000;
