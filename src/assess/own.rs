//! Whether a key is the team's: by its fingerprint, and by the account that settings beside it name.

use std::collections::BTreeSet;

use crate::model::{Account, AccountKind, KeyFacts, KeyMatch, Proof, ScopeId, Secret, Signal, SignalId, shortened_id};

use super::fingerprint::Fingerprinter;
use super::key_findings::{self, KeyPlace};
use super::{Policy, Setup, Site, judge};

/// The issuer that has organizations and projects, and of whose keys the policy lists the team's own.
const ISSUER: &str = "openai";

/// Says of a key at all its places whether the policy lists it.
///
/// A key can be listed by its plain fingerprint whatever the scheme of the run, so that `--fingerprint-key` turns no own
/// key into a stranger's.
pub(super) fn mark(secret: &Secret, facts: &KeyFacts, places: &mut [KeyPlace<'_>], setup: &Setup<'_>) {
    let own = &setup.policy.own.fingerprints;
    let Some(fingerprint) = facts.fingerprint.as_ref().filter(|_| !own.is_empty()) else { return };
    let weak = places.iter().any(|place| place.what.key.weak);
    let plain = Fingerprinter::plain().fingerprint(secret, weak);
    let signal = if own.contains(fingerprint) || plain.is_some_and(|plain| own.contains(&plain)) {
        Signal::new(SignalId::OwnKey, "")
    } else if facts.issuer.as_deref() == Some(ISSUER) && places.iter().any(|place| is_proven(place.what.key)) {
        let count = own.len();
        Signal::new(
            SignalId::NotListedKey,
            format!("the policy lists {count} {}", if count == 1 { "key" } else { "keys" }),
        )
    } else {
        return;
    };
    for place in places {
        place.what.signals.push(signal.clone());
    }
}

/// Whether a value is for certain a whole key that somebody has.
fn is_proven(key: &KeyMatch) -> bool {
    key.proof == Proof::Structure && key.format != judge::FRAGMENT && !key_findings::is_published(key)
}

/// What the accounts named beside a key say, as far as the policy names the team's own.
pub(super) fn accounts(site: Site<'_>, key: &KeyMatch, issuer: Option<&str>, policy: &Policy) -> Vec<Signal> {
    if issuer != Some(ISSUER) {
        return Vec::new();
    }
    let kinds = [(AccountKind::Organization, &policy.own.organizations), (AccountKind::Project, &policy.own.projects)];
    let judged = kinds.into_iter().filter(|(_, own)| !own.is_empty()).filter_map(|(kind, own)| {
        let id = beside(site, key, kind)?;
        let signal = if own.contains(id) { SignalId::OwnOrganization } else { SignalId::OtherOrganization };
        Some(Signal::new(signal, shortened_id(id)))
    });
    judged.collect()
}

/// The account of the nearest scope around a key that names one; none where it names several.
fn beside<'a>(site: Site<'a>, key: &KeyMatch, kind: AccountKind) -> Option<&'a str> {
    let all: Vec<&Account> = site.matches.accounts.iter().filter(|account| account.kind == kind).collect();
    if all.is_empty() {
        return None;
    }
    let only = |accounts: &mut dyn Iterator<Item = &&'a Account>| {
        let ids: BTreeSet<&str> = accounts.map(|account| account.id.as_str()).collect();
        (ids.len() == 1).then(|| ids.first().copied()).flatten()
    };
    // Of a file without structure all of it is one scope.
    let Some(home) = key.place.home else { return only(&mut all.iter()) };
    let scopes = &site.matches.scopes.scopes;
    let mut level = Some(home.scope);
    while let Some(scope) = level {
        let reaches = |account: &&&Account| account.home.is_some_and(|home| belongs(site, home.scope, scope));
        if all.iter().any(|account| reaches(&account)) {
            return only(&mut all.iter().filter(reaches));
        }
        level = scopes.get(scope).and_then(|scope| scope.parent);
    }
    None
}

/// Whether what stands in `inner` belongs to `outer`: it lies in it, and in no unit of its own on the way.
fn belongs(site: Site<'_>, inner: ScopeId, outer: ScopeId) -> bool {
    let scopes = &site.matches.scopes.scopes;
    let mut at = inner;
    while at != outer {
        let Some(scope) = scopes.get(at).filter(|scope| !scope.unit) else { return false };
        let Some(parent) = scope.parent else { return false };
        at = parent;
    }
    true
}
