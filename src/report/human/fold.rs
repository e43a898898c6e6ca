//! Which findings get a block of their own.
//!
//! Two kinds do not. An endpoint that a shown key is sent to is told in the key's block already. And a table of presets
//! names hosts by the hundred, none of them in use: such places become one line per file, and a finding that has no other
//! place is told by these lines alone.

use std::collections::{BTreeMap, HashMap};

use crate::model::{BlobPath, EndpointKind, Finding, Position, RelatedRole, Report, Role, Severity, Subject};
use crate::report::places::is_listed;

use super::link::is_file;

/// What a reader sees of the findings.
pub(super) struct Shown<'a> {
    /// Findings with a block of their own, in report order, each with the endpoint findings told in it.
    pub(super) blocks: Vec<(&'a Finding, Vec<&'a Finding>)>,
    /// How many findings are told in another one's block.
    pub(super) folded: usize,
    /// How many findings are told by the lists alone.
    pub(super) only_listed: usize,
    /// Files that list or mention hosts.
    pub(super) listed: Listed<'a>,
}

/// Files that list or mention hosts, by severity of the places, root and path.
pub(super) type Listed<'a> = BTreeMap<Severity, BTreeMap<(usize, &'a str), ListedFile<'a>>>;

/// The hosts that one file lists or mentions.
pub(super) struct ListedFile<'a> {
    /// Where the first of them stands.
    pub(super) first: Position,
    /// Whether raw bytes in the path are `%XX`.
    pub(super) percent: bool,
    /// Whether there is a file to open.
    pub(super) is_file: bool,
    /// Whether one of them is listed, and not only mentioned.
    pub(super) listed: bool,
    /// How many hosts of each kind.
    pub(super) kinds: BTreeMap<EndpointKind, u64>,
    /// The hosts, in report order.
    pub(super) hosts: Vec<&'a str>,
}

type Place<'a> = (usize, &'a BlobPath, Position);

/// Sorts the findings that are not below the minimum into blocks and lists.
pub(super) fn shown(report: &Report) -> Shown<'_> {
    let findings: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.severity >= report.min_severity).collect();
    let pairs = pairs(&findings);
    let mut told: HashMap<usize, Vec<&Finding>> = HashMap::new();
    let (mut folded, mut only_listed) = (0, 0);
    let mut own = Vec::new();
    let mut listed = Listed::new();
    for (index, &finding) in findings.iter().enumerate() {
        list(finding, report.min_severity, &mut listed);
        if finding.occurrences.iter().all(is_listed) {
            only_listed += 1;
            continue;
        }
        if let Some(keys) = covering_keys(finding, &findings, &pairs) {
            folded += 1;
            keys.into_iter().for_each(|key| told.entry(key).or_default().push(finding));
        } else {
            own.push((index, finding));
        }
    }
    let blocks = own.into_iter().map(|(index, finding)| (finding, told.remove(&index).unwrap_or_default()));
    Shown { blocks: blocks.collect(), folded, only_listed, listed }
}

/// For each place of an endpoint that a key is paired with: the keys, as indices into the findings.
fn pairs<'a>(findings: &[&'a Finding]) -> HashMap<Place<'a>, Vec<usize>> {
    let mut pairs: HashMap<Place<'_>, Vec<usize>> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if matches!(finding.subject, Subject::Key(_)) {
            for place in finding.related.iter().filter(|place| place.role == RelatedRole::Endpoint) {
                pairs.entry((place.root, &place.path, place.position)).or_default().push(index);
            }
        }
    }
    pairs
}

/// The keys whose pairs hold every place at which an endpoint is in use. A milder key does not cover it: its block
/// stands too far down.
fn covering_keys(
    finding: &Finding,
    findings: &[&Finding],
    pairs: &HashMap<Place<'_>, Vec<usize>>,
) -> Option<Vec<usize>> {
    if !matches!(finding.subject, Subject::Endpoint(_)) {
        return None;
    }
    let mut keys = Vec::new();
    for place in finding.occurrences.iter().filter(|place| !is_listed(place)) {
        let here = pairs.get(&(place.root, &place.path, place.position))?;
        let key = *here.iter().find(|&&key| findings[key].severity >= finding.severity)?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Some(keys)
}

/// Notes the places that only name an endpoint with the files that they stand in.
fn list<'a>(finding: &'a Finding, minimum: Severity, listed: &mut Listed<'a>) {
    let Subject::Endpoint(endpoint) = &finding.subject else { return };
    for place in finding.occurrences.iter().filter(|place| is_listed(place) && place.severity >= minimum) {
        let files = listed.entry(place.severity).or_default();
        let file = files.entry((place.root, &place.shown)).or_insert_with(|| ListedFile {
            first: place.position,
            percent: place.path.percent,
            is_file: is_file(place),
            listed: false,
            kinds: BTreeMap::new(),
            hosts: Vec::new(),
        });
        file.first = file.first.min(place.position);
        file.listed |= place.role == Some(Role::Listed);
        // Places of one finding are sorted by path: a repeated host of a file is the last one noted.
        if file.hosts.last() != Some(&endpoint.host.as_str()) {
            file.hosts.push(&endpoint.host);
            *file.kinds.entry(endpoint.kind).or_default() += 1;
        }
    }
}
