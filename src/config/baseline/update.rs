//! What becomes of a baseline when a run has looked again.

use std::collections::BTreeMap;

use crate::model::{Exposure, Report, RuleId, Severity, SuppressionKind};

use super::{Baseline, Entry};

/// How much a run has seen of the repository that a baseline belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Not all of it: what it did not see may still be there.
    Part,
    /// All files, and nothing of the history.
    Files,
    /// All files and the whole history.
    History,
}

/// What a run has seen of a finding at one path.
#[derive(Clone, Copy)]
struct Seen {
    rule: RuleId,
    severity: Severity,
    history: bool,
}

/// How many entries became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Were not there before.
    pub added: usize,
    /// Stay, some of them with another severity.
    pub kept: usize,
    /// Of those that stay: this run could not see whether they are gone.
    pub unseen: usize,
    /// Are gone, and so is what they stood for.
    pub pruned: usize,
}

impl Baseline {
    /// The baseline after a run: an entry for whatever it reports and for what the old one let wait, facts left out. An
    /// entry that nothing stands for any more goes if the run would have seen it; one that stays keeps reason and day.
    #[must_use]
    pub fn updated(&self, report: &Report, sight: Sight) -> (Self, Change) {
        let mut seen = seen(report);
        let mut change = Change::default();
        let mut entries = Vec::with_capacity(self.entries.len() + seen.len());
        for entry in &self.entries {
            let now = seen.remove(&(entry.id.as_str(), entry.path.as_str()));
            // What stands in the history is seen by a scan of the history alone.
            let sees_all = sight == Sight::History || sight == Sight::Files && !entry.history;
            match now {
                None if sees_all => change.pruned += 1,
                None => {
                    change.kept += 1;
                    change.unseen += 1;
                    entries.push(entry.clone());
                }
                Some(now) => {
                    change.kept += 1;
                    entries.push(entry.seen_again(now, sees_all));
                }
            }
        }
        change.added = seen.len();
        entries.extend(seen.into_iter().map(|((id, path), Seen { rule, severity, history })| Entry {
            id: id.to_owned(),
            rule,
            severity,
            path: path.to_owned(),
            reason: None,
            expires: None,
            history,
            line: 0,
        }));
        entries.sort_by(|left, right| (&left.id, &left.path).cmp(&(&right.id, &right.path)));
        (Self { scheme: self.scheme.clone(), check: self.check.clone(), entries }, change)
    }
}

impl Entry {
    /// The entry after a run that saw it; `all` says that nothing else of it is left to see.
    fn seen_again(&self, now: Seen, all: bool) -> Self {
        let severity = if all { now.severity } else { now.severity.max(self.severity) };
        // That another rule of the same kind is told first now is no reason to touch the line.
        let same = severity == self.severity && self.rule.is_about_receiver() == now.rule.is_about_receiver();
        let rule = if same { self.rule } else { now.rule };
        Self { severity, rule, history: now.history || self.history && !all, ..self.clone() }
    }
}

/// The worst of each finding at each path, of what is reported and what the baseline lets wait.
fn seen(report: &Report) -> BTreeMap<(&str, &str), Seen> {
    let mut seen: BTreeMap<(&str, &str), Seen> = BTreeMap::new();
    let waiting = |kind: Option<SuppressionKind>| kind.is_none_or(|kind| kind == SuppressionKind::Baseline);
    for finding in report.findings.iter().chain(&report.suppressed) {
        for place in &finding.occurrences {
            let kind = place.suppression.as_ref().map(|suppression| suppression.kind);
            if place.severity == Severity::Info || !waiting(kind) {
                continue;
            }
            let history = matches!(place.exposure, Exposure::History | Exposure::GitMetadata);
            let one = Seen { rule: place.rule, severity: place.severity, history };
            let known = seen.entry((finding.id.as_str(), place.path.text.as_str())).or_insert(one);
            known.history |= history;
            if (place.severity, one.rule.is_about_receiver()) > (known.severity, known.rule.is_about_receiver()) {
                (known.rule, known.severity) = (one.rule, one.severity);
            }
        }
    }
    seen
}
