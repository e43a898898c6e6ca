//! What lets a finding pass: the exact lines, for the formats that offer them.

use crate::model::{EndpointFacts, EndpointKind, Environment, Exposure, Finding, Occurrence, RuleId, Subject};

use super::places::in_use;
use super::words;

/// The lines that let a finding pass.
///
/// None for a relay in production: there is no good reason to let that pass with a copied line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Allow {
    /// The comment, and on which lines it has to stand.
    pub(super) comment: Option<(String, String)>,
    /// The line of `[endpoints]` in `.keyscan.toml`.
    pub(super) config: Option<String>,
}

impl Allow {
    /// What lets this finding pass.
    pub(super) fn of(finding: &Finding) -> Self {
        if is_forbidden(finding) {
            Self::default()
        } else {
            Self { comment: comment(finding), config: config(finding) }
        }
    }
}

/// Whether the finding is about a relay in production.
fn is_forbidden(finding: &Finding) -> bool {
    let relay = |endpoint: &EndpointFacts| endpoint.kind == EndpointKind::Relay;
    let own_relay = match &finding.subject {
        Subject::Key(_) => finding.rule == RuleId::RelayKey,
        Subject::Endpoint(endpoint) | Subject::Server(endpoint) => relay(endpoint),
        Subject::Setting(_) => false,
    };
    finding.occurrences.iter().any(|place| {
        place.environment == Some(Environment::Production)
            && (own_relay || place.receiver.as_ref().is_some_and(|to| relay(&to.endpoint)))
    })
}

/// The comment that lets it pass, where one can be written.
fn comment(finding: &Finding) -> Option<(String, String)> {
    let places = in_use(finding);
    let lines = places.iter().filter(|place| takes_comment(place)).count();
    let which = match lines as u64 {
        0 => return None,
        1 if places.len() == 1 => "on that line".to_owned(),
        1 => "on the line of the one place that can be edited".to_owned(),
        many if lines == places.len() => format!("on each of these {} lines", words::grouped(many)),
        many => format!("on the lines of the {} places that can be edited", words::grouped(many)),
    };
    Some((format!("keyscan:allow[{}] <reason>", rules_held(finding)), which))
}

/// The line that allows its hosts, where that changes the finding: a key that is out stays out wherever it is sent.
fn config(finding: &Finding) -> Option<String> {
    let hosts: Vec<&str> = match &finding.subject {
        Subject::Endpoint(endpoint) => vec![&endpoint.host],
        Subject::Key(_) if finding.rule == RuleId::KeyToThirdParty => {
            words::receivers(finding).iter().map(|(endpoint, _)| endpoint.host.as_str()).collect()
        }
        Subject::Key(_) | Subject::Server(_) | Subject::Setting(_) => Vec::new(),
    };
    let hosts: Vec<String> =
        hosts.into_iter().filter(|host| is_plain(host)).map(|host| format!("\"{host}\"")).collect();
    if hosts.is_empty() { None } else { Some(format!("allow = [{}]", hosts.join(", "))) }
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
fn rules_held(finding: &Finding) -> String {
    let others = finding.signals.iter().filter_map(|signal| RuleId::from_word(signal.id.as_str()));
    // What is merely stored stops nobody, and a pool is a finding of its own.
    let others = others.filter(|rule| !matches!(rule, RuleId::StoredKey | RuleId::KeyPool));
    let names: Vec<&str> = std::iter::once(finding.rule).chain(others).map(RuleId::as_str).collect();
    names.join(",")
}

/// Whether a host is written in full, and can stand between TOML's quotes as it is. One with a key taken out of it would
/// allow nothing.
fn is_plain(host: &str) -> bool {
    !host.is_empty()
        && !host.contains("[key]")
        && !host.contains(|character: char| character.is_control() || matches!(character, '"' | '\\'))
}
