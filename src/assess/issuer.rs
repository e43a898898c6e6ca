//! Who issued a key, as far as its place and its receiver tell.

use crate::model::{EndpointKind, EndpointMatch, KeyMatch, Proof, Signal, SignalId};
use crate::rules::Rules;

use super::judge::Column;
use super::pair::Pair;
use super::policy::Verdict;
use super::severity::Surroundings;
use super::{Setup, leaks};

/// Who issued a key, as far as anything at this place tells, and the column of the matrix its receiver stands in.
pub(super) fn and_column(
    key: &KeyMatch,
    endpoint: Option<(&EndpointMatch, Pair)>,
    surroundings: Surroundings,
    setup: &Setup<'_>,
) -> (Option<String>, Column, Vec<Signal>) {
    let mut issuer = key.issuer.clone();
    let mut signals = Vec::new();
    let mut column = Column::Own;
    let mut from_endpoint = false;
    if let Some((endpoint, pair)) = endpoint {
        let owner = endpoint.entry.as_deref().and_then(|entry| setup.rules.issuer_of_endpoint(entry));
        let owner = owner.map(|owner| owner.id.as_ref());
        let vendor =
            matches!(endpoint.kind, EndpointKind::Official | EndpointKind::Provider | EndpointKind::Aggregator);
        // A setting's own name outweighs an address that merely stands in the same file, but not the address that goes
        // with that very setting.
        let open = key.proof == Proof::None || (key.proof == Proof::Setting && pair.by_name);
        if let Some(owner) = owner.filter(|owner| vendor && open && issuer.as_deref() != Some(owner)) {
            issuer = Some(owner.to_owned());
            from_endpoint = true;
            signals.push(Signal::new(SignalId::IssuerFromEndpoint, endpoint.host.clone()));
        }
        let own = owner.is_some() && owner == issuer.as_deref();
        let verdict = setup.policy.verdict(&endpoint.host, &endpoint.url, surroundings.environment);
        column = match Column::of(endpoint.kind) {
            _ if verdict == Verdict::Allowed => Column::Trusted,
            // A relay that a setting is named after is still a relay, and its software on the own network the team's.
            Column::Gateway | Column::Vendor | Column::Stranger if own => Column::Own,
            other => other,
        };
    }
    let told = key.signals.iter().any(|signal| signal.id == SignalId::IssuerFromSetting);
    if key.proof == Proof::Setting && issuer.is_some() && !from_endpoint && !told {
        signals.push(Signal::new(SignalId::IssuerFromSetting, key.setting.clone().unwrap_or_default()));
    }
    let outdated = |id: SignalId| match id {
        SignalId::PossibleIssuer => issuer.is_some(),
        SignalId::IssuerFromSetting => from_endpoint,
        // Said where they are judged.
        _ => leaks::judges(id),
    };
    signals.extend(key.signals.iter().filter(|signal| !outdated(signal.id)).cloned());
    (issuer, column, signals)
}

/// What people call an issuer.
pub(super) fn name<'a>(id: &'a str, rules: &'a Rules) -> &'a str {
    rules.issuer(id).map_or(id, |issuer| &issuer.name)
}
