//! What lets a finding pass: the exact lines, for the formats that offer them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    BlobPath, EndpointFacts, EndpointKind, Environment, Exposure, Finding, Occurrence, RuleId, Subject,
};

use super::places::in_use;
use super::words;

/// How many lines of an endpoint are named.
const MAX_NAMED: usize = 2;

/// The lines that let a finding pass, and the endpoint findings that are told with it.
///
/// None for a relay in production: there is no good reason to let that pass with a copied line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allow {
    /// The comments, and on which lines each has to stand. All of them are needed.
    pub(super) comments: Vec<(String, String)>,
    /// The line of `[endpoints]` in `.keyscan.toml` that does instead.
    pub(super) config: Option<Config>,
}

/// A line of `[endpoints]` in `.keyscan.toml`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Config {
    pub(super) line: String,
    /// The comment that is needed besides, and on which lines.
    pub(super) and: Option<(String, String)>,
}

impl Allow {
    /// What lets this finding pass together with those that are told in its block.
    pub(super) fn of(finding: &Finding, folded: &[&Finding]) -> Self {
        if is_forbidden(finding) || folded.iter().any(|folded| is_forbidden(folded)) {
            return Self::default();
        }
        Self { comments: comments(finding, folded), config: config(finding, folded) }
    }

    /// Whether the same is to be written, wherever the lines are that set the endpoint.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let words = |allow: &Self| allow.comments.iter().map(|(comment, _)| comment.clone()).collect::<Vec<_>>();
        words(self) == words(other) && self.comments.first() == other.comments.first() && self.config == other.config
    }
}

/// Whether the finding is about a relay in production.
fn is_forbidden(finding: &Finding) -> bool {
    let relay = |endpoint: &EndpointFacts| endpoint.kind == EndpointKind::Relay;
    let own_relay = match &finding.subject {
        Subject::Key(_) => finding.rule == RuleId::RelayKey,
        Subject::Endpoint(endpoint) | Subject::Server(endpoint) => relay(endpoint),
        Subject::Setting(_) | Subject::Account(_) => false,
    };
    finding.occurrences.iter().any(|place| {
        place.environment == Some(Environment::Production)
            && (own_relay || place.receiver.as_ref().is_some_and(|to| relay(&to.endpoint)))
    })
}

/// The comments that let it pass, where one can be written on every line that needs one.
fn comments(finding: &Finding, folded: &[&Finding]) -> Vec<(String, String)> {
    let all = || std::iter::once(finding).chain(folded.iter().copied());
    if !all().all(|finding| in_use(finding).into_iter().all(takes_comment)) {
        return Vec::new();
    }
    let own = lines(finding);
    let mut rules = rules_held(finding);
    let mut elsewhere: BTreeMap<Vec<RuleId>, Lines<'_>> = BTreeMap::new();
    for folded in folded {
        let (held, places) = (rules_held(folded), lines(folded));
        // What stands on a line of the key has one comment with it.
        if places.keys().any(|line| own.contains_key(line)) {
            rules.extend(&held);
        }
        let rest = places.into_iter().filter(|(line, _)| !own.contains_key(line));
        let rest: Vec<_> = rest.collect();
        if !rest.is_empty() {
            elsewhere.entry(held).or_default().extend(rest);
        }
    }
    let mut comments = vec![(comment(&rules), on_own(&own))];
    comments.extend(elsewhere.into_iter().map(|(rules, lines)| (comment(&rules), at(&lines))));
    comments
}

/// The lines of a finding, by root, path and number, with the path for people.
type Lines<'a> = BTreeMap<(usize, &'a BlobPath, u64), &'a str>;

fn lines(finding: &Finding) -> Lines<'_> {
    let places = in_use(finding).into_iter();
    places.map(|place| ((place.root, &place.path, place.position.line), place.shown.as_str())).collect()
}

fn comment(rules: &[RuleId]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for rule in rules {
        if !names.contains(&rule.as_str()) {
            names.push(rule.as_str());
        }
    }
    format!("keyscan:allow[{}] <reason>", names.join(","))
}

fn on_own(lines: &Lines<'_>) -> String {
    match lines.len() as u64 {
        1 => "on that line".to_owned(),
        many => format!("on each of these {} lines", words::grouped(many)),
    }
}

fn at(lines: &Lines<'_>) -> String {
    if lines.len() > MAX_NAMED {
        return format!("on each of the {} lines that set the endpoint", words::grouped(lines.len() as u64));
    }
    let places: Vec<String> = lines.iter().map(|((_, _, line), shown)| format!("{shown}:{line}")).collect();
    format!("at {}", places.join(", "))
}

/// The line that allows its hosts, with what is needed besides: a key that is out stays out wherever it is sent.
fn config(finding: &Finding, folded: &[&Finding]) -> Option<Config> {
    let is_key = matches!(finding.subject, Subject::Key(_));
    let hosts: BTreeSet<&str> = match &finding.subject {
        Subject::Endpoint(endpoint) => BTreeSet::from([endpoint.host.as_str()]),
        Subject::Key(_) if finding.rule == RuleId::KeyToThirdParty => {
            let receivers = words::receivers(finding);
            let others = receivers.into_iter().filter(|(endpoint, _)| endpoint.kind != EndpointKind::Official);
            others.map(|(endpoint, _)| endpoint.host.as_str()).collect()
        }
        Subject::Key(_) | Subject::Server(_) | Subject::Setting(_) | Subject::Account(_) => BTreeSet::new(),
    };
    // A host that is denied, or spoken to in the clear, is no better for being allowed.
    let endpoints = folded.iter().copied().chain((!is_key).then_some(finding));
    let mended = endpoints.flat_map(rules_held).all(is_about_whose);
    if hosts.is_empty() || !mended || !hosts.iter().all(|host| is_plain(host)) {
        return None;
    }
    let rest: Vec<RuleId> = rules_held(finding).into_iter().filter(|rule| is_key && !is_about_whose(*rule)).collect();
    let and = (!rest.is_empty()).then(|| (comment(&rest), on_own(&lines(finding))));
    // What is needed besides has to be possible.
    if and.is_some() && !in_use(finding).into_iter().all(takes_comment) {
        return None;
    }
    let hosts: Vec<String> = hosts.into_iter().map(|host| format!("\"{host}\"")).collect();
    Some(Config { line: format!("allow = [{}]", hosts.join(", ")), and })
}

/// Whether a rule is only about whose host it is: none holds of one that is allowed.
const fn is_about_whose(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::KeyToThirdParty
            | RuleId::RelayEndpoint
            | RuleId::ProxyEndpoint
            | RuleId::UnknownEndpoint
            | RuleId::GatewayEndpoint
    )
}

/// Whether somebody can write a comment there: into a file that is there to be edited, of a kind that has comments.
fn takes_comment(place: &Occurrence) -> bool {
    let editable = match place.exposure {
        Exposure::Tracked | Exposure::Untracked | Exposure::Staged | Exposure::Ignored | Exposure::OutsideGit => true,
        Exposure::History | Exposure::GitMetadata | Exposure::Stdin => false,
    };
    let name = place.path.text.rsplit('/').next().unwrap_or_default();
    let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
    let without = ["json", "jsonl", "ndjson", "ipynb"].iter().any(|known| kind.eq_ignore_ascii_case(known));
    // `a.zip!conf/x.env` is a member of an archive.
    editable && !without && !place.path.text.contains('!')
}

/// The rules that a comment has to name for the finding to pass: its own, and those that would name it then.
fn rules_held(finding: &Finding) -> Vec<RuleId> {
    let others = finding.signals.iter().filter_map(|signal| RuleId::from_word(signal.id.as_str()));
    // What is merely stored stops nobody, and a pool is a finding of its own.
    let others = others.filter(|rule| !matches!(rule, RuleId::StoredKey | RuleId::KeyPool));
    std::iter::once(finding.rule).chain(others).collect()
}

/// Whether a host is written in full, and can stand between TOML's quotes as it is. One with a key taken out of it would
/// allow nothing.
fn is_plain(host: &str) -> bool {
    !host.is_empty()
        && !host.contains("[key]")
        && !host.contains(|character: char| character.is_control() || matches!(character, '"' | '\\'))
}
