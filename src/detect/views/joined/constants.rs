//! Values that are put together from constants of the same file: `KEY = A + B`, `KEY=$A$B`, `${A}${B}`.

use super::super::{Seen, Stretch};

/// The expressions that say a whole key, outside of `taken`.
pub(super) fn stretches(_seen: &Seen<'_>, _taken: &[Stretch]) -> Vec<Stretch> {
    Vec::new()
}
