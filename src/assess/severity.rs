//! The moves: what the environment and the exposure of a place add to a rule's severity or take from it.

use crate::model::{Confidence, Environment, Exposure, KeyMatch, Proof, RuleId, Severity};

use super::environment;
use super::judge::Held;

/// What the moves look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    /// What the file is for.
    pub environment: Option<Environment>,
    /// How far it has got out.
    pub exposure: Exposure,
    /// Of a key: whether it works.
    pub life: Life,
}

/// Whether a key works, as far as its issuer was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Life {
    /// Nobody asked, or nobody could tell.
    #[default]
    Unknown,
    /// It does.
    Live,
    /// It does not.
    Dead,
}

impl Surroundings {
    /// The severity of a key's rule at this place.
    pub(super) fn of_key(self, held: Held, key: &KeyMatch) -> Severity {
        // A real key is out wherever it is committed; only what may be a made-up value weighs less among tests.
        let structural = matches!(key.proof, Proof::Structure | Proof::RelaySoftware | Proof::NamedRelay);
        let proven = structural && key.confidence == Confidence::High;
        let doubtful = held.confidence < Confidence::High && !proven;
        // Who holds a key matters less where nobody else gets it from.
        let private = held.rule == RuleId::SharedKey && self.is_private();
        let up = self.raises(held.rule) || self.is_alarming(held.rule);
        let down = private || (doubtful && self.is_harmless());
        let severity = moved(held.severity, up, down);
        // What was done with a dead key while it worked is done.
        if self.life == Life::Dead && !down && severity > Severity::Low { severity.lowered() } else { severity }
    }

    /// Whether it makes matters worse that the key works. Where a key belongs it should, and a foreign key is one because
    /// it does.
    fn is_alarming(self, rule: RuleId) -> bool {
        self.life == Life::Live && !matches!(rule, RuleId::StoredKey | RuleId::ForeignKey)
    }

    /// The severity of an endpoint's rule at this place.
    pub(super) fn of_endpoint(self, held: Held) -> Severity {
        self.of_use(self.of_pool(held))
    }

    /// The severity of a rule about several keys at this place.
    pub(super) fn of_pool(self, held: Held) -> Severity {
        moved(held.severity, self.raises(held.rule), self.is_private() || self.is_harmless())
    }

    /// The severity of a server's rule at this place. Who uses it is not told by where its config lies.
    pub(super) fn of_server(self, held: Held) -> Severity {
        self.of_use(moved(held.severity, self.raises(held.rule), self.is_harmless()))
    }

    /// What the history holds is used no more.
    fn of_use(self, severity: Severity) -> Severity {
        if self.exposure == Exposure::History { severity.min(Severity::Low) } else { severity }
    }

    fn is_private(self) -> bool {
        self.exposure == Exposure::Ignored && !self.is_production()
    }

    fn is_production(self) -> bool {
        self.environment == Some(Environment::Production)
    }

    fn is_harmless(self) -> bool {
        self.environment.is_some_and(environment::lowers)
    }

    fn raises(self, rule: RuleId) -> bool {
        self.is_production() && !matches!(rule, RuleId::StoredKey | RuleId::UnknownEndpoint | RuleId::RelayServer)
    }
}

/// At most one step up and one down; the scale ends where it ends.
const fn moved(severity: Severity, up: bool, down: bool) -> Severity {
    let severity = if up { severity.raised() } else { severity };
    if down { severity.lowered() } else { severity }
}
