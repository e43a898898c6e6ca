//! The places of a subject, whatever its kind, and what becomes of them: the ones that something lets pass stand apart.

use std::cmp::Reverse;

use crate::model::{
    Allow, AllowScope, Finding, NoEffect, Occurrence, Origin, RuleId, Signal, SignalId, Suppression, SuppressionKind,
};

use super::Policy;
use super::decide::{self, Decision};
use super::judge::Held;
use super::shared::Shared;

/// One place of a subject and what holds there, moves included.
pub(super) struct Placed<'a, W> {
    /// The place as reports show it.
    pub occurrence: Occurrence,
    /// Where the blob comes from.
    pub origin: &'a Origin,
    /// The rules that hold there.
    pub held: Vec<Held>,
    /// The inline comment that covers the line.
    pub allow: Option<&'a Allow>,
    /// What stands there.
    pub what: W,
}

/// The findings about subjects of one kind.
#[derive(Default)]
pub(super) struct Settled {
    /// Those that are reported.
    pub findings: Vec<Finding>,
    /// Of the same and other subjects the places that something lets pass.
    pub suppressed: Vec<Finding>,
    shared: Shared,
}

impl Settled {
    /// Decides what the finding of a subject is, and which of its places something lets pass. Both become findings of the
    /// same id; `make` puts them together.
    pub(super) fn add<'a, W>(
        &mut self,
        id: &str,
        mut places: Vec<Placed<'a, W>>,
        policy: &Policy,
        make: impl Fn(Decision, Vec<Placed<'a, W>>) -> Finding,
    ) {
        places.retain_mut(|place| {
            place.held.retain(|held| policy.rules.wants(held.rule));
            !place.held.is_empty()
        });
        // Most pass nowhere, and one key may have very many: they stay where they are.
        let passes = |place: &mut Placed<'a, W>| {
            place.occurrence.suppression = place.suppression(id, policy).map(Box::new);
            place.occurrence.suppression.is_some()
        };
        let suppressed = places.extract_if(.., passes).collect();
        for (places, findings) in [(places, &mut self.findings), (suppressed, &mut self.suppressed)] {
            if let Some(mut decision) = decide::decide(&places) {
                decision.others.extend(ineffective(&places, policy));
                findings.push(self.shared.finding(make(decision, places)));
            }
        }
    }

    /// Adds the findings about subjects of another kind.
    pub(super) fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.suppressed.extend(other.suppressed);
    }
}

impl<W> Placed<'_, W> {
    /// What lets the place pass, if anything does. What an inline comment names and does not let all of it pass is taken
    /// away from what holds.
    fn suppression(&mut self, id: &str, policy: &Policy) -> Option<Suppression> {
        self.weigh();
        if let Some(allow) = self.allow.filter(|_| self.no_effect(policy).is_none()) {
            let covers = |held: &Held| match &allow.scope {
                AllowScope::All => true,
                AllowScope::Rules(rules) => rules.contains(&held.rule),
                AllowScope::Nothing(_) => false,
            };
            if self.held.iter().all(covers) {
                return Some(Suppression { kind: SuppressionKind::Inline, reason: allow.reason.clone() });
            }
            self.held.retain(|held| !covers(held));
            self.weigh();
        }
        // Decided where the place was judged: only there the policy's words are understood.
        if self.occurrence.suppression.is_some() {
            return self.occurrence.suppression.take().map(|suppression| *suppression);
        }
        let Occurrence { path, severity, rule, .. } = &self.occurrence;
        let known = policy.baseline.covers(id, &path.text, *severity, *rule)?;
        let reason = known.reason.clone().unwrap_or_default();
        Some(Suppression { kind: SuppressionKind::Baseline, reason })
    }

    /// Why the comment that was to let the place pass does not.
    fn no_effect(&self, policy: &Policy) -> Option<NoEffect> {
        let allow = self.allow?;
        match allow.scope {
            AllowScope::Nothing(why) => Some(why),
            _ => (policy.require_reason && allow.reason.is_empty()).then_some(NoEffect::NoReason),
        }
    }

    /// The place weighs as much as the worst that holds there.
    fn weigh(&mut self) {
        if let Some(worst) = self.worst() {
            (self.occurrence.severity, self.occurrence.rule) = (worst.severity, worst.rule);
        }
    }

    /// What weighs most there; of equals the first of the table.
    pub(super) fn worst(&self) -> Option<Held> {
        self.held.iter().copied().max_by_key(|held| (held.severity, Reverse(held.rule), held.confidence))
    }

    /// Whether a rule holds there.
    pub(super) fn holds(&self, rule: RuleId) -> bool {
        self.held.iter().any(|held| held.rule == rule)
    }
}

/// The comments without effect: the first of the places in report order, and how many more there are. Whoever wrote one
/// has to learn why it does nothing.
fn ineffective<W>(places: &[Placed<'_, W>], policy: &Policy) -> Option<Signal> {
    let failed = places.iter().filter(|place| place.occurrence.suppression.is_none());
    let failed = failed.filter_map(|place| Some((&place.occurrence, place.no_effect(policy)?)));
    let mut failed: Vec<_> = failed.collect();
    failed.sort_by_key(|(place, _)| (place.root, &place.path, place.position, &place.commit));
    let (place, why) = failed.first()?;
    let more = match failed.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let at = format!("{}:{}", place.path.text, place.position.line);
    Some(Signal::new(SignalId::IneffectiveAllow, format!("{at}: {}{more}", reason(*why))))
}

fn reason(why: NoEffect) -> &'static str {
    match why {
        NoEffect::NotAComment => "keyscan:allow is not the first word of a comment",
        NoEffect::UnknownRule => "the brackets behind keyscan:allow name a rule that does not exist",
        NoEffect::LongLine => "a line of more than 4096 bytes cannot be allowed, use the baseline",
        NoEffect::NoReason => "the policy asks for a reason behind keyscan:allow",
        NoEffect::NotTrusted => "the trusted revision does not have this keyscan:allow",
    }
}
