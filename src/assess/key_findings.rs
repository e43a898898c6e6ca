//! One finding per key over the whole run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{
    Confidence, EndpointFacts, EndpointKind, EndpointMatch, Finding, KeyFacts, KeyMatch, Occurrence, Proof, Receiver,
    Related, RelatedRole, RuleId, Secret, Severity, Signal, SignalId, Subject,
};
use crate::rules::Rules;

use super::account_findings::AccountPlaces;
use super::decide::Decision;
use super::fingerprint::{self, SubjectId};
use super::judge::{self, Column, Held, Receiving};
use super::leaks::{self, Leak};
use super::message::{self, KeyScene};
use super::pair::{Choice, Pair};
use super::placed::{Placed, Settled};
use super::policy::Verdict;
use super::pool_findings::PoolPlaces;
use super::severity::Surroundings;
use super::sharing::Families;
use super::{Policy, Setup, Site, advice, answers, history, masked, own, probed, risks, sharing, world_readable};

/// How many members of a pool the finding of one of them names.
const MOST_MEMBERS: usize = 8;

/// The places of each key, by value. Ordered by value, so that nothing depends on the order of the input.
#[derive(Default)]
pub(super) struct KeyPlaces<'a>(BTreeMap<&'a Secret, Vec<KeyPlace<'a>>>);

/// One place of a key.
pub(super) type KeyPlace<'a> = Placed<'a, KeyAt<'a>>;

/// What is known of a key at one place.
pub(super) struct KeyAt<'a> {
    /// What stands there.
    pub key: &'a KeyMatch,
    surroundings: Surroundings,
    /// The issuer, where structure, setting or endpoint tell it.
    issuer: Option<String>,
    /// How sure the receiver's kind is.
    receiver_confidence: Confidence,
    /// What was seen there.
    pub signals: Vec<Signal>,
    /// How the key has got out here, surest first.
    leaks: Vec<Leak>,
    /// The services that take the map in which it stands.
    pub used_by: BTreeSet<String>,
    related: Vec<Related>,
}

impl KeyPlace<'_> {
    /// Adds a rule that holds here, with a severity before the moves.
    pub(super) fn hold(&mut self, rule: RuleId, severity: Severity, confidence: Confidence, policy: &Policy) {
        let held = Held { rule, severity: policy.severity(rule, severity), confidence };
        self.held.push(Held { severity: self.weighed(held), ..held });
    }

    /// The severity of a rule here, moves included.
    pub(super) fn weighed(&self, held: Held) -> Severity {
        weighed(held, self.what.key, self.what.surroundings)
    }
}

/// The severity of what holds for a key, moves included.
fn weighed(held: Held, key: &KeyMatch, surroundings: Surroundings) -> Severity {
    let severity = surroundings.of_key(held, key);
    // A value copied from a manual or a test suite: everybody has it, and nobody's account stands behind it. Of a piece
    // of a key too little is known.
    if is_published(key) || key.format == judge::FRAGMENT { severity.min(Severity::Low) } else { severity }
}

/// Whether a value is known from a manual or a test suite.
pub(super) fn is_published(key: &KeyMatch) -> bool {
    key.signals.iter().any(|signal| signal.id == SignalId::PublishedExample)
}

impl<'a> KeyPlaces<'a> {
    /// Judges a key at its place.
    pub(super) fn add(
        &mut self,
        site: Site<'a>,
        key: &'a KeyMatch,
        choice: Choice,
        used_by: BTreeSet<String>,
        sites: &[Site<'a>],
        setup: &Setup<'_>,
    ) {
        let endpoint = match choice {
            Choice::Pair(pair) => Some((&sites[pair.endpoint.blob].matches.endpoints[pair.endpoint.index], pair)),
            Choice::Possible(_) | Choice::None => None,
        };
        let surroundings = Surroundings { life: answers::life(key, setup), ..site.surroundings(&key.place) };
        let (issuer, column, mut signals) = issuer_and_column(key, endpoint, surroundings, setup);
        match (choice, issuer.as_deref()) {
            (Choice::Possible(hosts), _) => signals.push(Signal::new(SignalId::PossibleEndpoint, hosts)),
            (Choice::None, Some(issuer)) if key.proof == Proof::Structure => {
                let name = issuer_name(issuer, setup.rules);
                signals.push(Signal::new(SignalId::DefaultEndpoint, format!("{name}'s own API is assumed")));
            }
            _ => {}
        }
        if judge::own_gateway(key, column) {
            let host = endpoint.map_or_else(String::new, |(endpoint, _)| endpoint.host.clone());
            signals.push(Signal::new(SignalId::OwnGateway, host));
        }
        signals.extend(endpoint.and_then(|(endpoint, _)| probed::of_receiver(endpoint, setup)));
        signals.extend(own::accounts(site, key, issuer.as_deref(), setup.policy));
        let receiver_confidence = endpoint.map_or(Confidence::High, |(endpoint, _)| probed::kind_confidence(endpoint));
        let pair = endpoint.map_or(Confidence::High, |(_, pair)| pair.confidence());
        let receiving = Receiving { column, kind: receiver_confidence, pair };
        let origin = site.origin;
        let mut held = if setup.policy.stores.matches(&origin.path.text) {
            judge::judge_stored(key, receiving)
        } else {
            judge::judge(key, receiving, origin.exposure, &origin.path.text)
        };
        let leaks = leaks::leaks(origin, site.matches.script, surroundings.environment, key, setup.rules);
        if let Some(surest) = leaks.first() {
            let confidence = key.confidence.min(surest.sure);
            held.push(Held { rule: RuleId::LeakedKey, severity: leaks::severity(key), confidence });
            signals.extend(leaks.iter().map(|leak| Signal::new(leak.signal, leak.detail.clone())));
        }
        for held in &mut held {
            held.severity = setup.policy.severity(held.rule, held.severity);
            held.severity = weighed(*held, key, surroundings);
        }
        // What stands in front of the key in the address of a remote is the name of a user, and no setting.
        let remote = leaks.iter().any(|leak| leak.signal == SignalId::GitConfig)
            && leaks.iter().any(|leak| leak.signal == SignalId::InUrl);
        let setting = key.setting.as_deref().filter(|_| !remote);
        let mut occurrence = site.occurrence(&key.place, setting, &key.encoding);
        occurrence.receiver = endpoint
            .map(|(endpoint, pair)| Receiver { endpoint: EndpointFacts::of(endpoint, setup), evidence: pair.evidence });
        let related =
            endpoint.map(|(endpoint, pair)| sites[pair.endpoint.blob].related(&endpoint.place, RelatedRole::Endpoint));
        let related = related.into_iter().collect();
        let what = KeyAt { key, surroundings, issuer, receiver_confidence, signals, leaks, used_by, related };
        let place = Placed { occurrence, origin, held, allow: key.place.allow.as_deref(), what };
        // Most keys stand at one place.
        self.0.entry(&key.secret).or_insert_with(|| Vec::with_capacity(1)).push(place);
    }

    /// Tells each member of a pool of the others.
    pub(super) fn pooled(&mut self, pools: &PoolPlaces<'a>) {
        for (setting, keys, related) in pools.members() {
            let setting = if setting.is_empty() { "a list" } else { setting };
            let detail = format!("one of {} keys in {setting}", keys.len());
            for (member, key) in keys.iter().enumerate() {
                let places = self.0.get_mut(&key.secret).into_iter().flatten();
                for place in places.filter(|place| std::ptr::eq(place.what.key, *key)) {
                    let others = related.iter().enumerate().filter(|(other, _)| *other != member);
                    place.what.related.extend(others.map(|(_, other)| other.clone()).take(MOST_MEMBERS));
                    place.what.signals.push(Signal::new(SignalId::KeyPool, detail.clone()));
                }
            }
        }
    }

    /// Tells the keys of which masked forms were seen.
    pub(super) fn masked(&mut self, sites: &[Site<'a>]) {
        let whole = self.0.iter().filter(|(_, places)| {
            places.iter().all(|place| !place.what.key.weak && place.what.key.format != judge::FRAGMENT)
        });
        for (secret, forms) in masked::forms(whole.map(|(secret, _)| *secret).collect(), sites) {
            for place in self.0.get_mut(secret).into_iter().flatten() {
                place.what.signals.push(forms.signal());
                place.what.related.extend(forms.places.iter().cloned());
            }
        }
    }

    /// The findings.
    pub(super) fn findings(self, setup: &Setup<'_>) -> Settled {
        let mut settled = Settled::default();
        let mut keys: Vec<(KeyFacts, Vec<KeyPlace<'_>>)> = Vec::with_capacity(self.0.len());
        let mut accounts = AccountPlaces::default();
        let families = Families::of(setup.repositories);
        for (secret, mut places) in self.0 {
            // The sites came in the order of their origins; a key seen twice at one place counts once.
            places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
            places.dedup_by(|later, earlier| super::by_place(&later.occurrence, &earlier.occurrence).is_eq());
            history::fold(&mut places);
            history::mark_gone(&mut places, setup.policy);
            sharing::mark(&mut places, &families, setup.policy);
            world_readable::mark(&mut places);
            let facts = facts(secret, &places, setup);
            own::mark(secret, &facts, &mut places, setup);
            answers::mark(&facts, &mut places, setup);
            accounts.add(&facts, &places, setup);
            keys.push((facts, places));
        }
        // Weak keys are numbered by their places, and before any is suppressed: a comment at one renames no other.
        keys.sort_by(|(_, left), (_, right)| super::by_place(&left[0].occurrence, &right[0].occurrence));
        let mut ids = KeyIds::default();
        for (facts, places) in keys {
            let id = ids.of(&facts, &places[0].occurrence);
            let make = |decision, places| finding(&id, &facts, decision, places, setup);
            settled.add(&id, places, setup.policy, make);
        }
        settled.extend(accounts.findings(setup));
        settled
    }
}

/// The ids of the findings of a run, no two of which are the same.
#[derive(Default)]
struct KeyIds {
    /// How many weak keys there are of each path and setting.
    weak: HashMap<(String, String), u64>,
}

impl KeyIds {
    /// The id of a key whose first place is this.
    fn of(&mut self, facts: &KeyFacts, first: &Occurrence) -> String {
        if let Some(fingerprint) = &facts.fingerprint {
            return fingerprint::finding_id(SubjectId::Key(fingerprint));
        }
        let (path, setting) = (&first.path.text, first.setting.as_deref().unwrap_or_default());
        let count = self.weak.entry((path.clone(), setting.to_owned())).or_default();
        *count += 1;
        fingerprint::finding_id(SubjectId::WeakKey { path, setting, ordinal: *count })
    }
}

/// Who issued a key, as far as anything at this place tells, and the column of the matrix its receiver stands in.
fn issuer_and_column(
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

/// What there is to say of one place.
fn scene<'s>(place: &'s KeyPlace<'_>, facts: &'s KeyFacts, rule: RuleId, confidence: Confidence) -> KeyScene<'s> {
    let at = &place.occurrence;
    KeyScene {
        key: facts,
        proof: place.what.key.proof,
        rule,
        confidence,
        receiver: at.receiver.as_ref().map(|receiver| (&receiver.endpoint, place.what.receiver_confidence)),
        exposure: at.exposure,
        leak: place.what.leaks.first().map(|leak| leak.says),
        places: 1,
        alike: 1,
        tracked: history::is_in_tree(at.exposure),
        signals: &place.what.signals,
    }
}

/// What is known of a key from all its places.
fn facts(secret: &Secret, places: &[KeyPlace<'_>], setup: &Setup<'_>) -> KeyFacts {
    let weak = places.iter().any(|place| place.what.key.weak);
    let fingerprint = setup.fingerprinter.fingerprint(secret, weak);
    let structural = |place: &&KeyPlace<'_>| !matches!(place.what.key.proof, Proof::Setting | Proof::None);
    let first = places.iter().find(structural).unwrap_or(&places[0]);
    let issuer = if structural(&first) {
        first.what.issuer.clone()
    } else {
        // Several names at several places prove none of them.
        let told: BTreeSet<&String> = places.iter().filter_map(|place| place.what.issuer.as_ref()).collect();
        told.first().filter(|_| told.len() == 1).map(|&issuer| issuer.clone())
    };
    let asked = fingerprint.as_ref().and_then(|fingerprint| setup.online.keys.get(fingerprint));
    KeyFacts {
        issuer,
        format: first.what.key.format.clone(),
        length: fingerprint.as_ref().map(|_| secret.expose().len() as u64),
        verification: asked.and_then(|asked| asked.verification.clone()),
        holding: asked.and_then(|asked| asked.holding.clone()),
        fingerprint,
        redacted: first.what.key.redacted.clone(),
    }
}

fn finding(
    id: &str,
    facts: &KeyFacts,
    decision: Decision,
    mut places: Vec<KeyPlace<'_>>,
    setup: &Setup<'_>,
) -> Finding {
    let host = |place: &KeyPlace<'_>| place.occurrence.receiver.as_ref().map(|receiver| receiver.endpoint.host.clone());
    let lead = &places[decision.lead];
    let lead_host = host(lead);
    let whole = KeyScene {
        places: places.len(),
        alike: places.iter().filter(|place| host(place) == lead_host).count(),
        tracked: places.iter().any(|place| history::is_in_tree(place.occurrence.exposure)),
        ..scene(lead, facts, decision.rule, decision.confidence)
    };
    let message = message::key(&whole, setup.rules);
    for place in &mut places {
        let Some(worst) = place.worst() else { continue };
        if worst.rule != decision.rule || (worst.rule.is_about_receiver() && host(place) != lead_host) {
            place.occurrence.says = Some(message::key(&scene(place, facts, worst.rule, worst.confidence), setup.rules));
        }
    }
    let mut signals: BTreeSet<Signal> = places.iter().flat_map(|place| place.what.signals.iter().cloned()).collect();
    signals.retain(|signal| signal.id != SignalId::PossibleIssuer || facts.issuer.is_none());
    signals.extend(decision.others);
    let issuer = facts.issuer.as_deref().and_then(|id| setup.rules.issuer(id));
    // A key that is stored where it belongs needs no revoking.
    let advice = match decision.rule {
        RuleId::StoredKey => advice::of_rule(setup.rules.text(decision.rule)),
        rule => advice::of_key(rule, &places, &signals, issuer, setup.rules),
    };
    Finding {
        id: id.to_owned(),
        rule: decision.rule,
        severity: decision.severity,
        confidence: decision.confidence,
        reaches: decision.reaches,
        message,
        advice,
        risks: risks(setup.rules.text(decision.rule)),
        // Of the first place that weighs as much as the finding, if any of these has one.
        receiver: places[decision.lead].occurrence.receiver.clone().or_else(|| {
            let worst = places.iter().filter(|place| place.occurrence.severity == decision.severity);
            worst.chain(&places).find_map(|place| place.occurrence.receiver.clone())
        }),
        signals: signals.into_iter().collect(),
        related: super::related(places.iter().flat_map(|place| &place.what.related)),
        occurrences: places.into_iter().map(|place| place.occurrence).collect(),
        subject: Subject::Key(facts.clone()),
    }
}

fn issuer_name<'a>(id: &'a str, rules: &'a Rules) -> &'a str {
    rules.issuer(id).map_or(id, |issuer| &issuer.name)
}
