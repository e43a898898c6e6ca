//! The findings that a team has seen and lets wait.

use std::collections::BTreeMap;

use crate::model::{RuleId, Severity};

/// What is known already: by subject and path, so that neither moved lines nor other severities of other places matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<String, BTreeMap<String, Known>>);

/// One entry of a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The worst severity that was seen there.
    pub severity: Severity,
    /// The rule that weighed most there.
    pub rule: RuleId,
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

    /// The entry that covers an occurrence. One that weighs more than what was seen is new, and so is one elsewhere, and
    /// that a third party receives a key of which only the place was known.
    #[must_use]
    pub fn covers(&self, id: &str, path: &str, severity: Severity, rule: RuleId) -> Option<&Known> {
        let is_known = |known: &&Known| {
            severity <= known.severity && (known.rule.is_about_receiver() || !rule.is_about_receiver())
        };
        self.0.get(id)?.get(path).filter(is_known)
    }
}
