//! From the rules that hold at each place of a subject to the one that names its finding.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Confidence, RuleId, Severity, Signal};

use super::placed::Placed;

/// Which rule names a finding.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    /// The rule of the highest severity; of several the first of the table.
    pub rule: RuleId,
    /// That severity.
    pub severity: Severity,
    /// The best confidence of this rule at that severity.
    pub confidence: Confidence,
    /// Index of the first place where the three hold: what the message is about.
    pub lead: usize,
    /// Every severity that is reached, with the confidence.
    pub reaches: Vec<(Severity, Confidence)>,
    /// The other rules that hold, as signals.
    pub others: Vec<Signal>,
}

/// Weighs the places of one subject.
pub(super) fn decide<W>(places: &[Placed<'_, W>]) -> Option<Decision> {
    let all = || places.iter().enumerate().flat_map(|(at, place)| place.held.iter().map(move |held| (at, *held)));
    // Of equals the last one is taken, so the index counts backwards.
    let (lead, best) =
        all().max_by_key(|(at, held)| (held.severity, Reverse(held.rule), held.confidence, Reverse(*at)))?;
    let mut counts: BTreeMap<RuleId, usize> = BTreeMap::new();
    for (_, held) in all().filter(|(_, held)| held.rule != best.rule) {
        *counts.entry(held.rule).or_default() += 1;
    }
    let reaches: BTreeSet<(Severity, Confidence)> = all().map(|(_, held)| (held.severity, held.confidence)).collect();
    let reaches = reaches.into_iter().collect();
    let others = counts.into_iter().map(|(rule, count)| Signal::new(rule.into(), places_text(count))).collect();
    Some(Decision { rule: best.rule, severity: best.severity, confidence: best.confidence, lead, reaches, others })
}

fn places_text(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
