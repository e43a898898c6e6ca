//! Character references of HTML and XML.

use super::{HEAD, Seen, Stretch};

/// Literals of the prefilter.
pub(super) const LITERALS: &[&[u8]] = &[];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(_bytes: &[u8], _at: usize) -> bool {
    true
}

/// The beginning of what the text says in which a literal stands at `at`.
pub(super) fn head<'b>(_bytes: &[u8], _at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    &room[..0]
}

/// The stretches that are worth decoding.
pub(super) fn stretches(_seen: &Seen<'_>) -> Vec<Stretch> {
    Vec::new()
}
