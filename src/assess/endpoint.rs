//! What holds for an endpoint at one place, before the moves.
//!
//! Official endpoints, providers, aggregators and self-hosted ones are facts and not findings, as long as they are
//! reached in a way that does not give requests away.

use crate::model::{Confidence, EndpointKind, EndpointMatch, Role, RuleId, Severity, Signal, SignalId};

use super::judge::Held;
use super::policy::Verdict;
use super::probed;

/// The rules that hold for an endpoint that does this. `bound` says whether a key is sent there.
pub(super) fn judge(endpoint: &EndpointMatch, role: Role, bound: bool, verdict: Verdict) -> Vec<Held> {
    let by_role = |severity: Severity| match role {
        Role::Configured => severity,
        Role::Listed => Severity::Low,
        Role::Mentioned => Severity::Info,
    };
    let mut held = Vec::new();
    let is_forbidden = match verdict {
        Verdict::Denied => true,
        // Only what is used can be the wrong one; and no more than others the policy means hosts that serve no models.
        Verdict::NotListed => role == Role::Configured && (endpoint.llm || bound || !is_general(endpoint.kind)),
        Verdict::Allowed | Verdict::Silent => false,
    };
    if is_forbidden {
        // What the policy says of a host is certain, whatever the catalogue knows of it.
        let severity = by_role(Severity::High);
        held.push(Held { rule: RuleId::DisallowedEndpoint, severity, confidence: Confidence::High });
    }
    let by_kind = match endpoint.kind {
        EndpointKind::Relay => Some((RuleId::RelayEndpoint, Severity::High)),
        EndpointKind::Proxy if endpoint.llm => Some((RuleId::ProxyEndpoint, Severity::Medium)),
        EndpointKind::Gateway => Some((RuleId::GatewayEndpoint, Severity::Low)),
        EndpointKind::Unknown if endpoint.llm && role == Role::Configured => {
            Some((RuleId::UnknownEndpoint, Severity::Medium))
        }
        _ => None,
    };
    if let Some((rule, severity)) = by_kind {
        held.push(Held { rule, severity: by_role(severity), confidence: probed::kind_confidence(endpoint) });
    }
    if probed::is_told(endpoint) && endpoint.llm && role == Role::Configured {
        // It is in no catalogue all the same, and of that its own word makes nothing less sure.
        held.push(Held {
            rule: RuleId::UnknownEndpoint,
            severity: by_role(Severity::Medium),
            confidence: endpoint.confidence,
        });
    }
    if let Some(severity) = insecure(endpoint, bound) {
        // How the host is reached is written there; only what stands behind it may be in doubt.
        let confidence = endpoint.confidence.max(Confidence::Medium);
        held.push(Held { rule: RuleId::InsecureEndpoint, severity: by_role(severity), confidence });
    }
    held
}

/// How bad the way is in which an endpoint is reached. A host that nothing says to serve models, and one of the team's
/// own network, are no business of this tool.
fn insecure(endpoint: &EndpointMatch, bound: bool) -> Option<Severity> {
    let general = is_general(endpoint.kind) && endpoint.kind != EndpointKind::SelfHosted;
    let look_alike = has(endpoint, SignalId::LookAlike);
    if endpoint.kind == EndpointKind::SelfHosted || (general && !endpoint.llm && !bound && !look_alike) {
        None
    } else if look_alike || has(endpoint, SignalId::IpLiteral) || has(endpoint, SignalId::UserInfo) {
        Some(Severity::High)
    } else if has(endpoint, SignalId::PlainHttp) {
        Some(if bound { Severity::High } else { Severity::Medium })
    } else {
        None
    }
}

/// Whether a host of this kind may serve anything.
const fn is_general(kind: EndpointKind) -> bool {
    matches!(kind, EndpointKind::Unknown | EndpointKind::Proxy | EndpointKind::SelfHosted)
}

/// Whether something was seen at an endpoint.
pub(super) fn has(endpoint: &EndpointMatch, id: SignalId) -> bool {
    endpoint.signals.iter().any(|signal: &Signal| signal.id == id)
}
