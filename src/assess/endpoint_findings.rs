//! One finding per host over the whole run.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Allow, AllowScope, EndpointFacts, EndpointMatch, Finding, Occurrence, Origin, Role, Signal, Subject,
};

use super::decide::{self, Decision, Placed};
use super::fingerprint::{self, SubjectId};
use super::judge::Held;
use super::{Setup, Site, advice, endpoint, history, message, risks};

/// The places of each host at which something is wrong.
#[derive(Default)]
pub(super) struct EndpointPlaces<'a>(BTreeMap<&'a str, Vec<EndpointPlace<'a>>>);

struct EndpointPlace<'a> {
    origin: &'a Origin,
    occurrence: Occurrence,
    held: Vec<Held>,
    endpoint: &'a EndpointMatch,
}

impl Placed for EndpointPlace<'_> {
    fn origin(&self) -> &Origin {
        self.origin
    }
    fn occurrence(&mut self) -> &mut Occurrence {
        &mut self.occurrence
    }
    fn held(&self) -> &[Held] {
        &self.held
    }
    fn held_mut(&mut self) -> &mut Vec<Held> {
        &mut self.held
    }
}

impl<'a> EndpointPlaces<'a> {
    /// Judges an endpoint at its place. `bound` says whether a key is sent there.
    pub(super) fn add(&mut self, site: Site<'a>, endpoint: &'a EndpointMatch, bound: bool, setup: &Setup<'_>) {
        // Of several alternatives the one that a key is sent to is in use.
        let role = if bound { Role::Configured } else { endpoint.role };
        let mut held = endpoint::judge(endpoint, role, bound);
        if held.is_empty() {
            return;
        }
        let surroundings = site.surroundings(&endpoint.place);
        for held in &mut held {
            held.severity = surroundings.of_endpoint(*held);
        }
        let mut occurrence = site.occurrence(&endpoint.place, endpoint.setting.as_deref(), &endpoint.encoding);
        occurrence.role = Some(role);
        if setup.policy.allows(&endpoint.host, &endpoint.url) {
            occurrence.allow = Some(Allow { scope: AllowScope::All, reason: "allowed by the policy".to_owned() });
        }
        self.0.entry(&endpoint.host).or_default().push(EndpointPlace {
            origin: site.origin,
            occurrence,
            held,
            endpoint,
        });
    }

    /// The findings, and how many places the policy and inline comments let pass.
    pub(super) fn findings(self, setup: &Setup<'_>) -> (Vec<Finding>, u64) {
        let mut suppressed = 0;
        let mut findings = Vec::new();
        for (host, mut places) in self.0 {
            places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
            places.dedup_by(|later, earlier| super::by_place(&later.occurrence, &earlier.occurrence).is_eq());
            history::fold(&mut places);
            suppressed += decide::suppress(&mut places);
            if let Some(decision) = decide::decide(&places) {
                findings.push(finding(host, decision, places, setup));
            }
        }
        (findings, suppressed)
    }
}

fn finding(host: &str, decision: Decision, places: Vec<EndpointPlace<'_>>, setup: &Setup<'_>) -> Finding {
    let lead = places[decision.lead].endpoint;
    let role = places[decision.lead].occurrence.role.unwrap_or(lead.role);
    let seen = places.iter().flat_map(|place| place.endpoint.signals.iter().cloned());
    let signals: BTreeSet<Signal> = seen.chain(decision.others).collect();
    let text = setup.rules.text(decision.rule);
    Finding {
        id: fingerprint::finding_id(SubjectId::Endpoint(host)),
        rule: decision.rule,
        severity: decision.severity,
        confidence: decision.confidence,
        reaches: decision.reaches,
        message: message::endpoint(lead, role, decision.rule, decision.confidence, places.len()),
        advice: advice::of_rule(text),
        risks: risks(text),
        subject: Subject::Endpoint(EndpointFacts::of(lead)),
        receiver: None,
        signals: signals.into_iter().collect(),
        related: Vec::new(),
        occurrences: places.into_iter().map(|place| place.occurrence).collect(),
    }
}
