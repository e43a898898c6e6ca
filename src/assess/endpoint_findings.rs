//! One finding per host over the whole run.

use std::collections::BTreeSet;

use crate::model::{
    Confidence, EndpointFacts, EndpointMatch, Finding, Role, RuleId, Signal, Subject, Suppression, SuppressionKind,
};

use super::decide::Decision;
use super::fingerprint::{self, SubjectId};
use super::judge::Held;
use super::message::EndpointScene;
use super::placed::{Placed, Settled};
use super::policy::Verdict;
use super::{Setup, Site, advice, endpoint, history, message, risks};

/// The endpoints at which something is wrong. They are put together as places host by host: as such they take far more memory.
#[derive(Default)]
pub(super) struct EndpointPlaces<'a>(Vec<Seen<'a>>);

/// An endpoint where it stands.
struct Seen<'a> {
    endpoint: &'a EndpointMatch,
    site: Site<'a>,
    /// Whether a key is sent there.
    bound: bool,
}

type EndpointPlace<'a> = Placed<'a, EndpointAt<'a>>;

/// What is known of an endpoint at one place.
struct EndpointAt<'a> {
    endpoint: &'a EndpointMatch,
    /// What the policy says of it there.
    verdict: Verdict,
}

impl<'a> EndpointPlaces<'a> {
    /// Takes note of an endpoint if a rule holds there. `bound` says whether a key is sent there.
    pub(super) fn add(&mut self, site: Site<'a>, endpoint: &'a EndpointMatch, bound: bool, setup: &Setup<'_>) {
        let seen = Seen { endpoint, site, bound };
        if !seen.judge(setup).1.is_empty() {
            self.0.push(seen);
        }
    }

    /// The findings.
    pub(super) fn findings(self, setup: &Setup<'_>) -> Settled {
        let Self(mut seen) = self;
        seen.sort_by(|left, right| left.endpoint.host.cmp(&right.endpoint.host));
        let mut settled = Settled::default();
        for group in seen.chunk_by(|left, right| left.endpoint.host == right.endpoint.host) {
            let mut places: Vec<EndpointPlace<'a>> = group.iter().map(|seen| seen.place(setup)).collect();
            places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
            places.dedup_by(|later, earlier| super::by_place(&later.occurrence, &earlier.occurrence).is_eq());
            history::fold(&mut places);
            let id = fingerprint::finding_id(SubjectId::Endpoint(&group[0].endpoint.host));
            settled.add(&id, places, setup.policy, |decision, places| finding(&id, decision, places, setup));
        }
        settled
    }
}

impl<'a> Seen<'a> {
    /// Of several alternatives the one that a key is sent to is in use.
    fn role(&self) -> Role {
        if self.bound { Role::Configured } else { self.endpoint.role }
    }

    /// What the policy says of it here, and what holds.
    fn judge(&self, setup: &Setup<'_>) -> (Verdict, Vec<Held>) {
        let Self { endpoint, site, bound } = *self;
        let surroundings = site.surroundings(&endpoint.place);
        let verdict = setup.policy.verdict(&endpoint.host, &endpoint.url, surroundings.environment);
        let mut held = endpoint::judge(endpoint, self.role(), bound, verdict);
        for held in &mut held {
            held.severity = setup.policy.severity(held.rule, held.severity);
            held.severity = surroundings.of_endpoint(*held);
        }
        (verdict, held)
    }

    fn place(&self, setup: &Setup<'_>) -> EndpointPlace<'a> {
        let Self { endpoint, site, .. } = *self;
        let (verdict, held) = self.judge(setup);
        let mut occurrence = site.occurrence(&endpoint.place, endpoint.setting.as_deref(), &endpoint.encoding);
        occurrence.role = Some(self.role());
        occurrence.suppression = (verdict == Verdict::Allowed).then(|| {
            Box::new(Suppression {
                kind: SuppressionKind::Policy,
                reason: "the policy allows this endpoint".to_owned(),
            })
        });
        let allow = endpoint.place.allow.as_deref();
        Placed { occurrence, origin: site.origin, held, allow, what: EndpointAt { endpoint, verdict } }
    }
}

fn finding(id: &str, decision: Decision, mut places: Vec<EndpointPlace<'_>>, setup: &Setup<'_>) -> Finding {
    let lead = places[decision.lead].what.endpoint;
    let alike = places.iter().filter(|place| place.holds(decision.rule)).count();
    let whole = EndpointScene {
        places: places.len(),
        alike,
        ..scene(&places[decision.lead], decision.rule, decision.confidence)
    };
    let message = message::endpoint(&whole);
    let lead_role = places[decision.lead].occurrence.role;
    for place in &mut places {
        // A host that one file calls is only named in another.
        let other_role = place.occurrence.role != lead_role;
        if let Some(worst) = place.worst().filter(|worst| other_role || worst.rule != decision.rule) {
            place.occurrence.says = Some(message::endpoint(&scene(place, worst.rule, worst.confidence)));
        }
    }
    let seen = places.iter().flat_map(|place| place.what.endpoint.signals.iter().cloned());
    let signals: BTreeSet<Signal> = seen.chain(decision.others).collect();
    let text = setup.rules.text(decision.rule);
    let advice = advice::of_endpoint(text, lead);
    Finding {
        id: id.to_owned(),
        rule: decision.rule,
        severity: decision.severity,
        confidence: decision.confidence,
        reaches: decision.reaches.into(),
        message,
        advice: advice.into(),
        risks: risks(text).into(),
        subject: Subject::Endpoint(EndpointFacts::of(lead, setup)),
        receiver: None,
        signals: signals.into_iter().collect(),
        related: Vec::new(),
        occurrences: places.into_iter().map(|place| place.occurrence).collect(),
    }
}

/// What there is to say of one place.
fn scene<'s>(place: &'s EndpointPlace<'_>, rule: RuleId, confidence: Confidence) -> EndpointScene<'s> {
    let lead = place.what.endpoint;
    EndpointScene {
        lead,
        role: place.occurrence.role.unwrap_or(lead.role),
        verdict: place.what.verdict,
        environment: place.occurrence.environment,
        rule,
        confidence,
        places: 1,
        alike: 1,
    }
}
