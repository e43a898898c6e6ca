//! Literals one behind the other, with what puts them together.

use std::ops::Range;

use super::super::pieces::{LONGEST, Pieces, is_content, run_at};
use super::joint::{self, Kind};

/// Literals and, for each but the first, how it is put together with the one in front.
pub(super) struct Chain {
    pub(super) pieces: Pieces,
    pub(super) kinds: Vec<Kind>,
}

impl Chain {
    /// The chain that the literal with the content `run` is a part of, from `floor` on.
    pub(super) fn around(bytes: &[u8], run: Range<usize>, floor: usize, lists: bool) -> Self {
        let mut ranges = vec![run.clone()];
        let mut first = run.start;
        while let Some(end) = joint::before(bytes, first, floor, lists).filter(|_| run.end - first < LONGEST) {
            let piece = run_at(bytes, end, floor, is_content);
            first = piece.start;
            ranges.push(piece.start..end);
        }
        ranges.reverse();
        let mut kinds: Vec<Kind> = ranges[..ranges.len() - 1]
            .iter()
            .filter_map(|piece| joint::read(bytes, piece.end, lists).map(|joint| joint.kind))
            .collect();
        let mut end = run.end;
        while let Some(joint) = joint::read(bytes, end, lists).filter(|_| end - run.start < LONGEST) {
            let piece = run_at(bytes, joint.next, joint.next, is_content);
            end = piece.end;
            ranges.push(piece);
            kinds.push(joint.kind);
        }
        Self { pieces: Pieces { ranges }, kinds }
    }

    /// Offset behind the last literal.
    pub(super) fn end(&self) -> usize {
        self.pieces.ranges.last().map_or(0, |last| last.end)
    }
}
