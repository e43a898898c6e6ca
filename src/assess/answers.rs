//! What was learnt of a key by asking: signals of it, and the rule that only the own account can prove.

use crate::model::{
    Confidence, Holding, KeyFacts, KeyMatch, KeyVerdict, Listing, OwnKeyFacts, RuleId, Severity, Signal, SignalId,
    Verification, shortened_id,
};

use super::Setup;
use super::key_findings::KeyPlace;
use super::severity::Life;

/// The formats of keys that an account lists wherever they were made: those of a project and of its service accounts.
const LISTED: [&str; 3] = ["openai-project", "openai-service-account", "openai-service-account-named"];

/// Whether a key works, as far as its issuer was asked.
pub(super) fn life(key: &KeyMatch, setup: &Setup<'_>) -> Life {
    if setup.online.keys.is_empty() {
        return Life::Unknown;
    }
    let fingerprint = setup.fingerprinter.fingerprint(&key.secret, key.weak);
    let asked = fingerprint.and_then(|fingerprint| setup.online.keys.get(&fingerprint));
    match asked.and_then(|asked| asked.verification.as_ref()).map(|verification| verification.verdict) {
        Some(verdict) if verdict.is_live() => Life::Live,
        Some(KeyVerdict::Dead) => Life::Dead,
        _ => Life::Unknown,
    }
}

/// Says of a key at all its places what was learnt.
pub(super) fn mark(facts: &KeyFacts, places: &mut [KeyPlace<'_>], setup: &Setup<'_>) {
    let mut signals: Vec<Signal> = facts.verification.as_deref().map(verified).into_iter().collect();
    signals.extend(facts.holding.iter().flat_map(|holding| held(holding, setup)));
    let foreign = is_foreign(facts, setup);
    for place in places {
        place.what.signals.extend(signals.iter().cloned());
        if foreign {
            place.hold(RuleId::ForeignKey, Severity::High, Confidence::High, setup.policy);
        }
    }
}

/// Whether a key works and is for certain none of the own account's.
fn is_foreign(facts: &KeyFacts, setup: &Setup<'_>) -> bool {
    let live = facts.verification.as_ref().is_some_and(|verification| verification.verdict.is_live());
    let complete = setup.online.account.as_ref().is_some_and(|account| account.listing == Listing::Complete);
    let missing = facts.holding == Some(Holding::NotInAccount);
    live && complete && missing && LISTED.contains(&facts.format.as_str())
}

fn verified(verification: &Verification) -> Signal {
    let id = match verification.verdict {
        KeyVerdict::Live => SignalId::Live,
        KeyVerdict::LiveRestricted => SignalId::LiveRestricted,
        KeyVerdict::LiveNoFunds => SignalId::LiveNoFunds,
        KeyVerdict::Dead => SignalId::Dead,
        KeyVerdict::BlockedHere => SignalId::BlockedHere,
        KeyVerdict::Unknown => SignalId::NotVerified,
    };
    let mut detail = verification.reason.text().to_owned();
    for (what, id) in [("organization", &verification.organization), ("project", &verification.project)] {
        if let Some(id) = id {
            detail = format!("{detail}, {what} {id}");
        }
    }
    Signal::new(id, detail)
}

fn held(holding: &Holding, setup: &Setup<'_>) -> Vec<Signal> {
    match holding {
        Holding::Ours(own) => {
            let orphaned = own.orphaned.then(|| Signal::new(SignalId::Orphaned, "nobody looks after it any more"));
            std::iter::once(Signal::new(SignalId::InOwnAccount, described(own))).chain(orphaned).collect()
        }
        Holding::PossiblyOurs => {
            vec![Signal::new(SignalId::PossiblyInOwnAccount, "what is listed does not tell which key it is")]
        }
        Holding::NotInAccount => {
            let account = setup.online.account.as_ref();
            let keys = account.map_or(0, |account| account.keys);
            let keys = if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") };
            let detail = match account.map(|account| account.listing) {
                Some(Listing::Complete) => format!("none of {keys}, and all were listed"),
                _ => format!("none of {keys}, and not all were listed"),
            };
            vec![Signal::new(SignalId::NotInAccount, detail)]
        }
    }
}

/// A key as the own account has it.
fn described(own: &OwnKeyFacts) -> String {
    let project = match &own.project {
        Some(project) if project.name.is_empty() => format!("project {}", shortened_id(&project.id)),
        Some(project) => format!("project {} ({})", project.name, shortened_id(&project.id)),
        None => "a key of the organization".to_owned(),
    };
    let owner = own.owner.as_ref().map(|owner| format!(", owner {owner}")).unwrap_or_default();
    let used = own.last_used.as_ref().map_or(", not used yet".to_owned(), |day| format!(", last used {day}"));
    format!("{project}{owner}{used}")
}
