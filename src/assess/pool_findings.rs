//! One finding per file and setting that holds several keys of one issuer.
//!
//! Three forms: a value or list in which only separators stand between the keys, names that differ in their number
//! alone, and, in a gateway's own config, one name again and again. Each key stays a finding of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ptr;

use crate::model::{
    Confidence, EndpointMatch, Finding, KeyMatch, Matches, Proof, Related, RelatedRole, RuleId, Secret, Severity, Span,
    Subject,
};
use crate::rules::normalise;

use super::decide::Decision;
use super::fingerprint::{self, SubjectId};
use super::judge::Held;
use super::placed::{Placed, Settled};
use super::{Setup, Site, advice, history, message, risks};

/// Two keys for one resource, so that one can be renewed while the other is in use, are no pool.
const ROTATED_IN_PAIRS: &str = "azure-openai";

/// The places of each pool: by path, then by setting.
#[derive(Default)]
pub(super) struct PoolPlaces<'a>(BTreeMap<(&'a str, String), Vec<PoolPlace<'a>>>);

type PoolPlace<'a> = Placed<'a, Pool<'a>>;

/// The members of a pool.
struct Pool<'a> {
    keys: Vec<&'a KeyMatch>,
    related: Vec<Related>,
}

/// What the keys of pools are members of. Two matches are never the same place, so the match itself tells.
pub(super) type Members<'p> = HashMap<*const KeyMatch, Vec<Member<'p>>>;

/// A key as the member of a pool.
pub(super) struct Member<'p> {
    /// The setting of the pool, empty where it has none.
    pub setting: &'p str,
    /// The places of all members.
    pub pool: &'p [Related],
    /// Which of them is the key's.
    pub index: usize,
}

impl<'a> PoolPlaces<'a> {
    /// Looks for the pools of a blob; `receivers` are the hosts that its keys go to, in the order of the keys.
    pub(super) fn add(&mut self, site: Site<'a>, receivers: &[Option<&str>], setup: &Setup<'_>) {
        let receivers: BTreeMap<Span, Option<&str>> =
            site.matches.keys.iter().map(|key| key.place.span).zip(receivers.iter().copied()).collect();
        for (setting, keys) in pools(site.matches) {
            // Keys of several services share nothing but the list or the name.
            let hosts: BTreeSet<&str> =
                keys.iter().filter_map(|key| receivers.get(&key.place.span).copied()?).collect();
            if hosts.len() > 1 {
                continue;
            }
            let base = match keys.len() {
                _ if site.matches.gateway => Severity::Info,
                2 => Severity::Medium,
                _ => Severity::High,
            };
            let base = setup.policy.severity(RuleId::KeyPool, base);
            let mut confidence = keys.iter().map(|key| key.confidence).min().unwrap_or(Confidence::Low);
            if keys.iter().any(|key| key.proof == Proof::None) {
                confidence = confidence.min(Confidence::Medium);
            }
            let mut held = Held { rule: RuleId::KeyPool, severity: base, confidence };
            // What a gateway keeps in its own config is a fact wherever it runs.
            held.severity = if site.matches.gateway { base } else { site.surroundings(&keys[0].place).of_pool(held) };
            let first = &keys[0];
            let occurrence = site.occurrence(
                &first.place,
                Some(&setting).filter(|name| !name.is_empty()).map(String::as_str),
                &first.encoding,
            );
            let related = keys.iter().map(|key| site.related(&key.place, RelatedRole::PoolMember)).collect();
            let places = self.0.entry((&site.origin.path.text, setting)).or_default();
            places.push(Placed {
                occurrence,
                origin: site.origin,
                held: vec![held],
                allow: first.place.allow.as_deref(),
                what: Pool { keys, related },
            });
        }
    }

    /// Of which pools each key is a member, in the order of their paths.
    pub(super) fn members(&self) -> Members<'_> {
        let mut members = Members::new();
        for ((_, setting), places) in &self.0 {
            for place in places {
                for (index, key) in place.what.keys.iter().enumerate() {
                    let member = Member { setting, pool: &place.what.related, index };
                    members.entry(ptr::from_ref(*key)).or_default().push(member);
                }
            }
        }
        members
    }

    /// The findings.
    pub(super) fn findings(self, setup: &Setup<'_>) -> Settled {
        let mut settled = Settled::default();
        for ((path, setting), mut places) in self.0 {
            places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
            history::fold(&mut places);
            let id = fingerprint::finding_id(SubjectId::Setting { path, setting: &setting });
            settled.add(&id, places, setup.policy, |decision, places| finding(&id, &setting, decision, places, setup));
        }
        settled
    }
}

fn finding(id: &str, setting: &str, decision: Decision, places: Vec<PoolPlace<'_>>, setup: &Setup<'_>) -> Finding {
    let keys = &places[decision.lead].what.keys;
    let issuer = keys[0].issuer.as_deref().and_then(|id| setup.rules.issuer(id));
    let text = setup.rules.text(decision.rule);
    Finding {
        id: id.to_owned(),
        rule: decision.rule,
        severity: decision.severity,
        confidence: decision.confidence,
        reaches: decision.reaches.into(),
        message: message::pool(setting, keys.len(), issuer.map(|issuer| &*issuer.name)),
        advice: advice::of_rule(text).into(),
        risks: risks(text).into(),
        subject: Subject::Setting(setting.to_owned()),
        receiver: None,
        signals: Vec::new().into(),
        related: super::related(places.iter().flat_map(|place| &place.what.related)),
        occurrences: places.into_iter().map(|place| place.occurrence).collect(),
    }
}

/// The pools of a blob: the setting's name as written, and its distinct keys of one issuer in the order of the bytes.
fn pools(matches: &Matches) -> Vec<(String, Vec<&KeyMatch>)> {
    let mut found: Vec<(String, Vec<&KeyMatch>)> = Vec::new();
    let mut taken: BTreeSet<Span> = BTreeSet::new();
    let keys: Vec<&KeyMatch> = matches.keys.iter().filter(|key| key.format != super::judge::FRAGMENT).collect();
    for list in joined(&matches.lists) {
        let first = keys.partition_point(|key| key.place.span.start < list.start);
        let members = keys[first..].iter().take_while(|key| key.place.span.end <= list.end).copied();
        let members: Vec<&KeyMatch> = members.collect();
        // The later ones stand too far from the name to be told theirs.
        let Some(name) = members.iter().find_map(|key| key.setting.clone()) else { continue };
        taken.extend(members.iter().map(|key| key.place.span));
        found.extend(by_issuer(members).into_iter().map(|keys| (name.clone(), keys)));
    }
    let mut series: BTreeMap<String, Vec<(&KeyMatch, Option<u32>)>> = BTreeMap::new();
    for key in keys.iter().filter(|key| !taken.contains(&key.place.span)) {
        let Some((stem, number)) = key.setting.as_deref().map(numbered) else { continue };
        series.entry(stem).or_default().push((key, number));
    }
    for members in series.into_values() {
        let numbers: BTreeSet<Option<u32>> = members.iter().map(|(_, number)| *number).collect();
        let repeated = matches.gateway && numbers.len() == 1;
        if !repeated && (numbers.len() < 2 || endpoints_of_their_own(&numbers, &matches.endpoints)) {
            continue;
        }
        // One key for each number: the same names again belong to another service.
        let mut seen = BTreeSet::new();
        let members = members.into_iter().filter(|(_, number)| repeated || seen.insert(*number)).map(|(key, _)| key);
        for keys in by_issuer(members.collect()) {
            let rotated = |key: &KeyMatch| {
                key.issuer.as_deref() == Some(ROTATED_IN_PAIRS) || key.format.starts_with(ROTATED_IN_PAIRS)
            };
            let in_pairs = keys.len() == 2 && rotated(keys[0]);
            let proven = keys.iter().all(|key| key.proof == Proof::Structure);
            if !in_pairs && (proven || !repeated) {
                found.push((keys[0].setting.clone().unwrap_or_default(), keys));
            }
        }
    }
    found
}

/// Lists that overlap, as those of a large file's windows do, are one.
fn joined(lists: &[Span]) -> Vec<Span> {
    let mut lists = lists.to_vec();
    lists.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for list in lists {
        match joined.last_mut() {
            Some(last) if list.start < last.end => last.end = last.end.max(list.end),
            _ => joined.push(list),
        }
    }
    joined
}

/// The groups of at least two distinct keys of one issuer, or of the same format where none is known.
fn by_issuer(members: Vec<&KeyMatch>) -> Vec<Vec<&KeyMatch>> {
    let mut groups: BTreeMap<&str, (BTreeSet<&Secret>, Vec<&KeyMatch>)> = BTreeMap::new();
    for key in members {
        let issuer = key.issuer.as_deref().unwrap_or(&key.format);
        let (secrets, group) = groups.entry(issuer).or_default();
        if secrets.insert(&key.secret) {
            group.push(key);
        }
    }
    groups.into_values().map(|(_, keys)| keys).filter(|keys| keys.len() >= 2).collect()
}

/// A name without its number, normalised, and the number: `OPENAI_API_KEY_2`, `apiKey2`, `OPENAI_KEY_2_TOKEN`.
fn numbered(name: &str) -> (String, Option<u32>) {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    let stem = &name[..name.len() - digits];
    // `KEY_V2` is the next version of a key.
    let version = stem.ends_with("_v") || stem.ends_with("_V") || stem.ends_with("-v");
    let number = name[stem.len()..].parse().ok().filter(|_| !version);
    (normalise(if number.is_some() { stem } else { name }), number)
}

/// Whether the numbers stand for services, each with its own endpoint: `KEY_1` with `BASE_URL_1`, `KEY_2` with `BASE_URL_2`.
fn endpoints_of_their_own(numbers: &BTreeSet<Option<u32>>, endpoints: &[EndpointMatch]) -> bool {
    let named =
        endpoints.iter().filter_map(|endpoint| Some((numbered(endpoint.setting.as_deref()?).1?, &endpoint.host)));
    let hosts: BTreeMap<u32, &String> = named.filter(|(number, _)| numbers.contains(&Some(*number))).collect();
    hosts.len() >= 2 && hosts.values().collect::<BTreeSet<_>>().len() >= 2
}
