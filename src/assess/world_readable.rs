//! Files outside git that everybody on the machine can read.

use crate::model::{RuleId, Severity, Signal, SignalId};

use super::judge::Held;
use super::key_findings::KeyPlace;

/// Raises what a place says by itself, where others can read the file.
pub(super) fn mark(places: &mut [KeyPlace<'_>]) {
    for place in places.iter_mut().filter(|place| place.origin.world_readable) {
        let least = place.weighed(Held {
            rule: RuleId::ExposedKey,
            severity: Severity::Medium,
            confidence: place.what.key.confidence,
        });
        let by_place = |rule: RuleId| matches!(rule, RuleId::StoredKey | RuleId::ExposedKey);
        for held in place.held.iter_mut().filter(|held| by_place(held.rule)) {
            held.severity = held.severity.max(least);
        }
        place.what.signals.push(Signal::new(SignalId::WorldReadable, "everybody on the machine can read the file"));
    }
}
