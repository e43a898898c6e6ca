//! Which endpoints may be asked what they run, and what their answers are worth.
//!
//! What a host says of itself is its own word. It can make an endpoint worse: a stranger that says it runs relay software is a
//! relay. It makes nothing milder: whoever wants to be taken for somebody's own gateway could say so.

use std::collections::BTreeSet;

use crate::model::{
    BlobMatches, Confidence, EndpointFacts, EndpointKind, EndpointMatch, Environment, Exposure, Online, ProbeFacts,
    Role, Signal, SignalId, SoftwareClass,
};

use super::policy::{Policy, Verdict};
use super::{Setup, Site};

/// The URLs of the endpoints that may be asked what they run: in no catalogue or self-hosted, and in use where they stand.
/// Of manuals, examples, tests and the past nobody knows whether they are there at all.
#[must_use]
pub fn in_use(blobs: &[BlobMatches], policy: &Policy) -> BTreeSet<String> {
    let mut urls = BTreeSet::new();
    // A policy may come with the tree: it can take endpoints out and never adds any.
    let usual = Policy::default();
    for blob in blobs.iter().filter(|blob| blob.origin.exposure != Exposure::History) {
        let sites = [Site::of(blob, policy), Site::of(blob, &usual)];
        let candidates = blob.matches.endpoints.iter().filter(|endpoint| is_open(endpoint)).filter(|endpoint| {
            let idle = [Environment::Documentation, Environment::Example, Environment::Test];
            let environment = |site: &Site<'_>| site.surroundings(&endpoint.place).environment;
            !sites.iter().filter_map(environment).any(|environment| idle.contains(&environment))
        });
        urls.extend(candidates.map(|endpoint| endpoint.url.clone()));
    }
    urls
}

/// Whether an endpoint leaves open what it is, and is more than a mention.
fn is_open(endpoint: &EndpointMatch) -> bool {
    let open = matches!(endpoint.kind, EndpointKind::Unknown | EndpointKind::SelfHosted);
    open && endpoint.entry.is_none() && endpoint.role == Role::Configured
}

/// Puts what was learnt to the endpoints, wherever they stand.
pub(super) fn apply(blobs: &mut [BlobMatches], online: &Online, policy: &Policy) {
    if online.endpoints.is_empty() {
        return;
    }
    for blob in blobs {
        let site = Site::of(blob, policy);
        let verdicts: Vec<Verdict> =
            blob.matches.endpoints.iter().map(|endpoint| verdict(site, endpoint, policy)).collect();
        for (endpoint, verdict) in blob.matches.endpoints.iter_mut().zip(verdicts) {
            let Some(facts) = facts(endpoint, online) else { continue };
            endpoint.signals.push(signal(facts));
            let Some(software) = &facts.software else { continue };
            endpoint.service = Some(software.name.clone());
            let stranger = endpoint.kind == EndpointKind::Unknown && verdict != Verdict::Allowed;
            if stranger && software.class == SoftwareClass::RelaySoftware {
                endpoint.kind = EndpointKind::Relay;
            }
        }
    }
}

fn verdict(site: Site<'_>, endpoint: &EndpointMatch, policy: &Policy) -> Verdict {
    policy.verdict(&endpoint.host, &endpoint.url, site.surroundings(&endpoint.place).environment)
}

/// Whether only its own word makes an endpoint a relay.
pub(super) fn is_told(endpoint: &EndpointMatch) -> bool {
    let told = endpoint.signals.iter().any(|signal| signal.id == SignalId::RunsSoftware);
    endpoint.kind == EndpointKind::Relay && told
}

/// How sure an endpoint's kind is. The doubt about its own word is one about that alone: how it is reached, and that nobody
/// knows it, is as certain as before.
pub(super) fn kind_confidence(endpoint: &EndpointMatch) -> Confidence {
    if is_told(endpoint) { endpoint.confidence.min(Confidence::Medium) } else { endpoint.confidence }
}

/// What was learnt of an endpoint. One of a catalogue has not been asked, whatever its address.
fn facts<'o>(endpoint: &EndpointMatch, online: &'o Online) -> Option<&'o ProbeFacts> {
    online.endpoints.get(&endpoint.url).filter(|_| endpoint.entry.is_none())
}

fn signal(facts: &ProbeFacts) -> Signal {
    let id = if facts.software.is_some() { SignalId::RunsSoftware } else { SignalId::SoftwareUnknown };
    Signal::new(id, facts.text())
}

/// What was learnt of a key's receiver, for the key.
pub(super) fn of_receiver(endpoint: &EndpointMatch, setup: &Setup<'_>) -> Option<Signal> {
    let facts = facts(endpoint, setup.online)?;
    let Signal { id, detail } = signal(facts);
    Some(Signal::new(id, format!("{}: {detail}", endpoint.host)))
}

impl EndpointFacts {
    /// What a match says about its endpoint.
    pub(super) fn of(endpoint: &EndpointMatch, setup: &Setup<'_>) -> Self {
        Self {
            host: endpoint.host.clone(),
            url: endpoint.url.clone(),
            kind: endpoint.kind,
            service: endpoint.service.clone(),
            probe: facts(endpoint, setup.online).cloned().map(Box::new),
        }
    }
}
