//! Which places of a finding matter.

use crate::model::{Finding, Occurrence, Role};

/// The places at which the subject is in use, and not only named.
pub(super) fn in_use(finding: &Finding) -> Vec<&Occurrence> {
    finding.occurrences.iter().filter(|place| !is_listed(place)).collect()
}

/// Whether a place only names an endpoint, and no client is set to use it there.
pub(super) fn is_listed(place: &Occurrence) -> bool {
    matches!(place.role, Some(Role::Listed | Role::Mentioned))
}
