//! One finding per file and upstream that it passes traffic on to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{EndpointFacts, Finding, RuleId, ServerMatch, Severity, Signal, SignalId, Subject};

use super::decide::Decision;
use super::fingerprint::{self, SubjectId};
use super::judge::Held;
use super::placed::{Placed, Settled};
use super::{Setup, Site, advice, history, message, risks};

/// The places of each server: by path, then by upstream.
#[derive(Default)]
pub(super) struct ServerPlaces<'a>(BTreeMap<(&'a str, &'a str), Vec<ServerPlace<'a>>>);

type ServerPlace<'a> = Placed<'a, &'a ServerMatch>;

impl<'a> ServerPlaces<'a> {
    /// Judges a server at its place.
    pub(super) fn add(&mut self, site: Site<'a>, server: &'a ServerMatch, setup: &Setup<'_>) {
        let severity = setup.policy.severity(RuleId::RelayServer, severity(server));
        let mut held = Held { rule: RuleId::RelayServer, severity, confidence: server.confidence };
        held.severity = site.surroundings(&server.place).of_server(held);
        let occurrence = site.occurrence(&server.place, server.setting.as_deref(), &[]);
        let places = self.0.entry((&site.origin.path.text, &server.upstream)).or_default();
        places.push(Placed {
            occurrence,
            origin: site.origin,
            held: vec![held],
            allow: server.place.allow.as_deref(),
            what: server,
        });
    }

    /// The findings.
    pub(super) fn findings(self, setup: &Setup<'_>) -> Settled {
        let mut settled = Settled::default();
        for ((path, upstream), mut places) in self.0 {
            places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
            places.dedup_by(|later, earlier| super::by_place(&later.occurrence, &earlier.occurrence).is_eq());
            history::fold(&mut places);
            let id = fingerprint::finding_id(SubjectId::Server { path, upstream });
            settled.add(&id, places, setup.policy, |decision, places| finding(&id, decision, places, setup));
        }
        settled
    }
}

/// How bad a server is by itself. Whoever adds a key has to know who asks; who turns accounts into an API breaks the
/// vendor's terms whoever asks.
fn severity(server: &ServerMatch) -> Severity {
    let has = |id: SignalId| server.signals.iter().any(|signal| signal.id == id);
    if has(SignalId::AccountBridge) {
        Severity::High
    } else if has(SignalId::Pooling) || (has(SignalId::KeyInjecting) && !server.guarded) {
        Severity::Medium
    } else {
        Severity::Low
    }
}

fn finding(id: &str, decision: Decision, places: Vec<ServerPlace<'_>>, setup: &Setup<'_>) -> Finding {
    let lead = places[decision.lead].what;
    let signals: BTreeSet<Signal> = places.iter().flat_map(|place| place.what.signals.iter().cloned()).collect();
    let text = setup.rules.text(decision.rule);
    Finding {
        id: id.to_owned(),
        rule: decision.rule,
        severity: decision.severity,
        confidence: decision.confidence,
        reaches: decision.reaches.into(),
        message: message::server(lead, places.len()),
        advice: advice::of_server(text, lead).into(),
        risks: risks(text).into(),
        subject: Subject::Server(EndpointFacts {
            host: lead.upstream.clone(),
            url: lead.url.clone(),
            kind: lead.kind,
            service: lead.service.clone(),
            probe: None,
        }),
        receiver: None,
        signals: signals.into_iter().collect(),
        related: Vec::new(),
        occurrences: places.into_iter().map(|place| place.occurrence).collect(),
    }
}
