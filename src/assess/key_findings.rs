//! One finding per key over the whole run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ptr;
use std::sync::Arc;

use crate::model::{
    BlobPath, Confidence, EndpointFacts, Finding, KeyFacts, KeyMatch, Occurrence, Position, Proof, Receiver, Related,
    RelatedRole, RuleId, Secret, Severity, Signal, SignalId, Subject,
};

use super::account_findings::AccountPlaces;
use super::decide::Decision;
use super::fingerprint::{self, SubjectId};
use super::issuer;
use super::judge::{self, Held, Receiving};
use super::leaks::{self, Leak};
use super::masked::{self, Forms};
use super::message::{self, KeyScene};
use super::pair::Choice;
use super::placed::{Placed, Settled};
use super::pool_findings::{Members, PoolPlaces};
use super::severity::Surroundings;
use super::sharing::Families;
use super::{Policy, Setup, Site, advice, answers, history, own, probed, risks, sharing, world_readable};

/// How many members of a pool the finding of one of them names.
const MOST_MEMBERS: usize = 8;

/// Where keys stand. A place is judged when its key's turn comes: what is known of a judged one takes far more memory than
/// where it is, and most keys stand at one place.
#[derive(Default)]
pub(super) struct KeyPlaces<'a>(Vec<Seen<'a>>);

/// A key at a place that is not judged yet.
struct Seen<'a> {
    key: &'a KeyMatch,
    /// Index of its site.
    site: usize,
    /// What the files say about its receiver.
    choice: Choice,
    /// The services that take the map in which it stands.
    used_by: BTreeSet<String>,
}

/// What else is known when keys are judged.
struct Around<'s, 'a> {
    sites: &'s [Site<'a>],
    members: Members<'s>,
    forms: BTreeMap<&'a Secret, Forms>,
    families: Families<'s>,
    setup: &'s Setup<'s>,
}

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
    /// Takes note of a key at its place.
    pub(super) fn add(&mut self, site: usize, key: &'a KeyMatch, choice: Choice, used_by: BTreeSet<String>) {
        self.0.push(Seen { key, site, choice, used_by });
    }

    /// The findings.
    pub(super) fn findings(self, sites: &[Site<'a>], pools: &PoolPlaces<'a>, setup: &Setup<'_>) -> Settled {
        let Self(mut seen) = self;
        // By value, so that nothing depends on the order of the input. The places of one come in the order of their origins.
        seen.sort_by(|left, right| left.key.secret.cmp(&right.key.secret));
        let groups = || seen.chunk_by(|left, right| left.key.secret == right.key.secret);
        let whole = groups()
            .filter(|places| places.iter().all(|seen| !seen.key.weak && seen.key.format != judge::FRAGMENT))
            .map(|places| &places[0].key.secret);
        let around = Around {
            forms: masked::forms(whole.collect(), sites),
            families: Families::of(setup.repositories),
            members: pools.members(),
            sites,
            setup,
        };
        let mut settled = Settled::default();
        let mut accounts = AccountPlaces::default();
        let mut weak: Vec<(SortedBy, &[Seen<'a>])> = Vec::new();
        for group in groups() {
            let (facts, places) = around.judge(group);
            match &facts.fingerprint {
                Some(fingerprint) => {
                    accounts.add(&facts, &places, setup);
                    let id = fingerprint::finding_id(SubjectId::Key(fingerprint));
                    settle(&mut settled, &id, &facts, places, setup);
                }
                None => weak.push((SortedBy::of(&places[0].occurrence), group)),
            }
        }
        // Weak keys are numbered by their places, and before any is suppressed: a comment at one renames no other.
        weak.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut ids = WeakIds::default();
        for (_, group) in weak {
            let (facts, places) = around.judge(group);
            let id = ids.of(&places[0].occurrence);
            settle(&mut settled, &id, &facts, places, setup);
        }
        settled.extend(accounts.findings(setup));
        settled
    }
}

/// The findings of a key with these places.
fn settle(settled: &mut Settled, id: &str, facts: &KeyFacts, places: Vec<KeyPlace<'_>>, setup: &Setup<'_>) {
    settled.add(id, places, setup.policy, |decision, places| finding(id, facts, decision, places, setup));
}

/// What the places of keys are sorted by, as [`super::by_place`] does.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SortedBy(usize, BlobPath, Position, Option<String>);

impl SortedBy {
    fn of(place: &Occurrence) -> Self {
        Self(place.root, place.path.clone(), place.position, place.commit.clone())
    }
}

impl<'a> Around<'_, 'a> {
    /// What is known of a key, and its places in their order. They come in the order of their origins.
    fn judge(&self, group: &[Seen<'a>]) -> (KeyFacts, Vec<KeyPlace<'a>>) {
        let setup = self.setup;
        let secret = &group[0].key.secret;
        let mut places: Vec<KeyPlace<'a>> = group.iter().map(|seen| self.place(seen)).collect();
        if let Some(forms) = self.forms.get(secret) {
            for place in &mut places {
                place.what.signals.push(forms.signal());
                place.what.related.extend(forms.places.iter().cloned());
            }
        }
        // A key seen twice at one place counts once.
        places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
        places.dedup_by(|later, earlier| super::by_place(&later.occurrence, &earlier.occurrence).is_eq());
        history::fold(&mut places);
        history::mark_gone(&mut places, setup.policy);
        sharing::mark(&mut places, &self.families, setup.policy);
        world_readable::mark(&mut places);
        let facts = facts(secret, &places, setup);
        own::mark(secret, &facts, &mut places, setup);
        answers::mark(&facts, &mut places, setup);
        (facts, places)
    }

    /// Judges a key at its place.
    fn place(&self, seen: &Seen<'a>) -> KeyPlace<'a> {
        let Self { sites, setup, .. } = *self;
        let Seen { key, choice, .. } = seen;
        let (site, key) = (sites[seen.site], *key);
        let endpoint = match choice {
            Choice::Pair(pair) => Some((&sites[pair.endpoint.blob].matches.endpoints[pair.endpoint.index], *pair)),
            Choice::Possible(_) | Choice::None => None,
        };
        let surroundings = Surroundings { life: answers::life(key, setup), ..site.surroundings(&key.place) };
        let (issuer, column, mut signals) = issuer::and_column(key, endpoint, surroundings, setup);
        match (choice, issuer.as_deref()) {
            (Choice::Possible(hosts), _) => signals.push(Signal::new(SignalId::PossibleEndpoint, hosts.as_str())),
            (Choice::None, Some(issuer)) if key.proof == Proof::Structure => {
                let name = issuer::name(issuer, setup.rules);
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
            .map(|(endpoint, pair)| Receiver { endpoint: EndpointFacts::of(endpoint, setup), evidence: pair.evidence })
            .map(Arc::new);
        let related =
            endpoint.map(|(endpoint, pair)| sites[pair.endpoint.blob].related(&endpoint.place, RelatedRole::Endpoint));
        let related = related.into_iter().collect();
        let used_by = seen.used_by.clone();
        let what = KeyAt { key, surroundings, issuer, receiver_confidence, signals, leaks, used_by, related };
        let mut place = Placed { occurrence, origin, held, allow: key.place.allow.as_deref(), what };
        self.pooled(&mut place);
        place
    }

    /// Tells a member of a pool of the others.
    fn pooled(&self, place: &mut KeyPlace<'_>) {
        for member in self.members.get(&ptr::from_ref(place.what.key)).into_iter().flatten() {
            let setting = if member.setting.is_empty() { "a list" } else { member.setting };
            let others = member.pool.iter().enumerate().filter(|(other, _)| *other != member.index);
            place.what.related.extend(others.map(|(_, other)| other.clone()).take(MOST_MEMBERS));
            let detail = format!("one of {} keys in {setting}", member.pool.len());
            place.what.signals.push(Signal::new(SignalId::KeyPool, detail));
        }
    }
}

/// The ids of weak keys, no two of which are the same.
#[derive(Default)]
struct WeakIds {
    /// How many there are of each path and setting.
    known: HashMap<(String, String), u64>,
}

impl WeakIds {
    /// The id of a key whose first place is this.
    fn of(&mut self, first: &Occurrence) -> String {
        let (path, setting) = (&first.path.text, first.setting.as_deref().unwrap_or_default());
        let count = self.known.entry((path.clone(), setting.to_owned())).or_default();
        *count += 1;
        fingerprint::finding_id(SubjectId::WeakKey { path, setting, ordinal: *count })
    }
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
        verification: asked.and_then(|asked| asked.verification.clone()).map(Box::new),
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
        reaches: decision.reaches.into(),
        message,
        advice: advice.into(),
        risks: risks(setup.rules.text(decision.rule)).into(),
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
