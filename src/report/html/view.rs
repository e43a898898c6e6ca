//! The report from its three sides: findings, files, endpoints, and which of them belong together.
//!
//! Nothing is decided here: findings keep their order, a file or endpoint stands where the worst of what is said about it
//! stands.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::{
    EndpointFacts, EndpointKind, Environment, Exposure, Finding, Occurrence, Receiver, Report, RuleId, Severity,
    Subject,
};
use crate::report::names::unique_names;
use crate::report::places::is_listed;
use crate::rules::Rules;

/// What a page shows.
pub(super) struct View<'a> {
    pub(super) report: &'a Report,
    pub(super) rules: &'a Rules,
    /// Findings at or above the minimum, in report order. Elsewhere they are known by their index.
    pub(super) findings: Vec<&'a Finding>,
    /// A name for each root, where there are several.
    pub(super) repositories: Vec<String>,
    /// The files, worst first.
    pub(super) files: Vec<File<'a>>,
    /// The endpoints, worst first.
    pub(super) endpoints: Vec<Endpoint<'a>>,
    hosts: HashMap<&'a str, usize>,
}

/// One file with what stands in it.
pub(super) struct File<'a> {
    pub(super) root: usize,
    pub(super) path: &'a str,
    /// The services that it belongs to.
    pub(super) services: Vec<&'a str>,
    pub(super) environment: Option<Environment>,
    pub(super) severity: Severity,
    /// The ways in which it has got out.
    pub(super) exposures: Vec<Exposure>,
    /// The findings, in report order.
    pub(super) findings: Vec<usize>,
    /// The endpoints that its keys go to, or that stand in it.
    pub(super) endpoints: Vec<usize>,
}

/// One endpoint with what goes there.
pub(super) struct Endpoint<'a> {
    pub(super) facts: &'a EndpointFacts,
    /// The worst that is said about it; nothing where it only receives keys that are not at fault there.
    pub(super) severity: Option<Severity>,
    /// Whether a client is set to use it somewhere, and it is not only named.
    pub(super) in_use: bool,
    /// The findings about it, and those about keys that go there.
    pub(super) findings: Vec<usize>,
    /// How many of the findings are about keys.
    pub(super) keys: usize,
    /// The files in which it is set.
    pub(super) files: Vec<usize>,
}

impl<'a> View<'a> {
    pub(super) fn new(report: &'a Report, rules: &'a Rules) -> Self {
        let findings: Vec<&Finding> =
            report.findings.iter().filter(|finding| finding.severity >= report.min_severity).collect();
        let repositories = if report.scan.roots.len() > 1 { unique_names(&report.scan.roots) } else { Vec::new() };
        let mut view = Self {
            report,
            rules,
            findings,
            repositories,
            files: Vec::new(),
            endpoints: Vec::new(),
            hosts: HashMap::new(),
        };
        view.gather();
        view
    }

    /// The endpoint of this host.
    pub(super) fn endpoint(&self, host: &str) -> Option<usize> {
        self.hosts.get(host).copied()
    }

    /// Name of a root, where there are several.
    pub(super) fn repository(&self, root: usize) -> Option<&str> {
        self.repositories.get(root).map(String::as_str)
    }

    /// Collects files and endpoints in the order in which findings name them, then puts the worst first.
    fn gather(&mut self) {
        let mut files: HashMap<(usize, &'a str), usize> = HashMap::new();
        for (index, &finding) in self.findings.iter().enumerate() {
            for place in &finding.occurrences {
                let number = self.files.len();
                let at = *files.entry((place.root, path(place))).or_insert(number);
                if at == number {
                    self.files.push(File::new(place));
                }
                let facts = endpoint(finding, place);
                let to = facts.map(|facts| {
                    let number = self.endpoints.len();
                    let to = *self.hosts.entry(&facts.host).or_insert(number);
                    if to == number {
                        self.endpoints.push(Endpoint::new(facts));
                    }
                    to
                });
                self.files[at].add(index, place, to);
                if let Some(to) = to {
                    self.endpoints[to].add(index, finding, place, at);
                }
            }
        }
        self.sort();
    }

    fn sort(&mut self) {
        let new_files = order(&mut self.files, |file| Reverse(file.severity));
        let new_endpoints = order(&mut self.endpoints, |endpoint| (Reverse(endpoint.severity), !endpoint.in_use));
        self.hosts.values_mut().for_each(|index| *index = new_endpoints[*index]);
        for file in &mut self.files {
            file.endpoints.iter_mut().for_each(|index| *index = new_endpoints[*index]);
            file.endpoints.sort_unstable();
        }
        for endpoint in &mut self.endpoints {
            endpoint.files.iter_mut().for_each(|index| *index = new_files[*index]);
            endpoint.files.sort_unstable();
        }
    }
}

/// Sorts in place, equals in the order they have, and tells where each one has gone.
fn order<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) -> Vec<usize> {
    let mut sorted: Vec<(usize, T)> = std::mem::take(items).into_iter().enumerate().collect();
    sorted.sort_by_key(|(_, item)| key(item));
    let mut new = vec![0; sorted.len()];
    for (at, (old, item)) in sorted.into_iter().enumerate() {
        new[old] = at;
        items.push(item);
    }
    new
}

impl<'a> File<'a> {
    fn new(place: &'a Occurrence) -> Self {
        Self {
            root: place.root,
            path: path(place),
            services: Vec::new(),
            environment: place.environment,
            severity: place.severity,
            exposures: Vec::new(),
            findings: Vec::new(),
            endpoints: Vec::new(),
        }
    }

    fn add(&mut self, finding: usize, place: &'a Occurrence, endpoint: Option<usize>) {
        self.severity = self.severity.max(place.severity);
        self.environment = self.environment.or(place.environment);
        if let Some(service) = place.service.as_deref().filter(|service| !self.services.contains(service)) {
            self.services.push(service);
        }
        if !self.exposures.contains(&place.exposure) {
            self.exposures.push(place.exposure);
        }
        if self.findings.last() != Some(&finding) {
            self.findings.push(finding);
        }
        if let Some(endpoint) = endpoint.filter(|endpoint| !self.endpoints.contains(endpoint)) {
            self.endpoints.push(endpoint);
        }
    }
}

impl<'a> Endpoint<'a> {
    fn new(facts: &'a EndpointFacts) -> Self {
        Self { facts, severity: None, in_use: false, findings: Vec::new(), keys: 0, files: Vec::new() }
    }

    fn add(&mut self, index: usize, finding: &Finding, place: &Occurrence, file: usize) {
        if blames(finding, self.facts) {
            self.severity = self.severity.max(Some(place.severity));
        }
        self.in_use |= !is_listed(place);
        if self.findings.last() != Some(&index) {
            self.findings.push(index);
            self.keys += usize::from(matches!(finding.subject, Subject::Key(_)));
        }
        // Places of one finding are sorted by path, so that only the last file can come again at once; from finding to
        // finding the list is searched by its order.
        if let Err(at) = self.files.binary_search(&file) {
            self.files.insert(at, file);
        }
    }
}

/// Whether a finding is about where its endpoint belongs to, and not only about the key that goes there.
fn blames(finding: &Finding, endpoint: &EndpointFacts) -> bool {
    match finding.subject {
        Subject::Endpoint(_) | Subject::Server(_) => true,
        Subject::Key(_) | Subject::Setting(_) | Subject::Account(_) => {
            matches!(finding.rule, RuleId::KeyToThirdParty | RuleId::RelayKey)
                && !matches!(endpoint.kind, EndpointKind::Official | EndpointKind::SelfHosted)
        }
    }
}

/// Where a place is, for somebody who reads the page elsewhere: from the top of its repository. Messages of commits and
/// tags have no path of their own.
pub(super) fn path(place: &Occurrence) -> &str {
    if place.exposure == Exposure::History && place.shown.starts_with("message of ") {
        &place.shown
    } else {
        &place.path.text
    }
}

/// The endpoint of a place: what the finding is about, or who receives the key there.
pub(super) fn endpoint<'a>(finding: &'a Finding, place: &'a Occurrence) -> Option<&'a EndpointFacts> {
    match &finding.subject {
        Subject::Endpoint(endpoint) | Subject::Server(endpoint) => Some(endpoint),
        Subject::Key(_) | Subject::Setting(_) | Subject::Account(_) => {
            place.receiver.as_deref().map(|Receiver { endpoint, .. }| endpoint)
        }
    }
}
