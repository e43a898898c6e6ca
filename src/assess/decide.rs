//! From the rules that hold at each place of a subject to the one that names its finding.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AllowScope, Confidence, Occurrence, Origin, RuleId, Severity, Signal};

use super::judge::Held;

/// One place of a subject and what holds there, moves included.
pub(super) trait Placed {
    /// Where the blob comes from.
    fn origin(&self) -> &Origin;
    /// The place as reports show it.
    fn occurrence(&mut self) -> &mut Occurrence;
    /// The rules that hold there; never empty.
    fn held(&self) -> &[Held];
    /// The same, to take away what is allowed.
    fn held_mut(&mut self) -> &mut Vec<Held>;
}

/// Takes away what inline comments let pass, and the places at which nothing is left. Returns how many these are.
pub(super) fn suppress<P: Placed>(places: &mut Vec<P>) -> u64 {
    let before = places.len();
    places.retain_mut(|place| {
        if let Some(allow) = place.occurrence().allow.take() {
            match allow.scope {
                AllowScope::All => place.held_mut().clear(),
                AllowScope::Rules(rules) => place.held_mut().retain(|held| !rules.contains(&held.rule)),
            }
        }
        let worst = place.held().iter().map(|held| held.severity).max();
        if let Some(worst) = worst {
            place.occurrence().severity = worst;
        }
        worst.is_some()
    });
    (before - places.len()) as u64
}

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
pub(super) fn decide<P: Placed>(places: &[P]) -> Option<Decision> {
    let all = || places.iter().enumerate().flat_map(|(at, place)| place.held().iter().map(move |held| (at, *held)));
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
