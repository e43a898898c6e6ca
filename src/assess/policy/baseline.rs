//! The findings that a team has seen and lets wait.

use std::collections::BTreeMap;

use crate::model::Severity;

/// What is known already: by subject and path, so that neither moved lines nor other severities of other places matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<String, BTreeMap<String, Known>>);

/// One entry of a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The worst severity that was seen there.
    pub severity: Severity,
    /// Why it may wait, if somebody has said so.
    pub reason: Option<String>,
}

impl Baseline {
    /// Adds an entry: the id of a finding, and a path as reports show it. Of two for the same the worse one counts.
    pub fn insert(&mut self, id: String, path: String, known: Known) {
        let paths = self.0.entry(id).or_default();
        match paths.get(&path) {
            Some(other) if other.severity >= known.severity => {}
            _ => {
                paths.insert(path, known);
            }
        }
    }

    /// The entry that covers an occurrence. One that weighs more than what was seen is new, and so is one elsewhere.
    #[must_use]
    pub fn covers(&self, id: &str, path: &str, severity: Severity) -> Option<&Known> {
        self.0.get(id)?.get(path).filter(|known| severity <= known.severity)
    }
}
