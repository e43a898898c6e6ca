//! Matches to findings. Pure: no I/O, and the same findings for any order of the input.
//!
//! For each blob, [`pair`] says which endpoint receives which key, [`environment`] what the file is for. [`judge`] and
//! [`endpoint`] then say which rules hold at each place, [`leaks`] whether the key has got out there, [`severity`] moves
//! them by environment and exposure.
//! `key_findings`, `endpoint_findings`, `server_findings`, `pool_findings` and `account_findings` bring the places of one subject together over the whole run: [`history`] folds
//! what the history repeats, [`answers`] says what its issuer and the own account say of a key, [`probed`] what hosts say of themselves, [`sharing`] says who holds the same key, [`masked`] finds its masked forms. [`decide`] takes
//! away what inline comments allow and picks the rule that names the finding; [`message`] says it in a sentence, [`advice`] what to do. Values
//! of keys end here: a finding holds fingerprints and redacted forms.

mod account_findings;
mod advice;
mod answers;
mod decide;
mod endpoint;
mod endpoint_findings;
mod environment;
mod file_kind;
mod fingerprint;
mod history;
mod issuer;
mod judge;
mod key_findings;
mod leaks;
mod masked;
mod message;
mod own;
mod pair;
mod placed;
mod policy;
mod pool_findings;
mod probed;
mod server_findings;
mod services;
mod severity;
mod shared;
mod sharing;
mod stage;
mod world_readable;

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::{
    BlobMatches, Environment, Finding, Matches, Occurrence, Online, Origin, Place, Related, RelatedRole, Repository,
    Risk, RuleId, Scope, ScopeId, ScopeKind, Severity, Used,
};
use crate::rules::Rules;
use crate::rules::schema::RuleText;

pub use fingerprint::{FingerprintKeyError, Fingerprinter};
pub use policy::{
    Baseline, EndpointPolicy, HostPattern, HostPatternError, Known, OwnKeys, PathPatternError, PathPatterns, Policy,
    RuleSelection, Verdict,
};
pub use probed::in_use;

use endpoint_findings::EndpointPlaces;
use key_findings::KeyPlaces;
use pair::{Choice, EndpointRef, Pairing};
use placed::Settled;
use pool_findings::PoolPlaces;
use server_findings::ServerPlaces;
use severity::{Life, Surroundings};

/// Most findings of one run.
pub const MAX_FINDINGS: usize = 200_000;

/// Most services that one map is followed into.
const MOST_USERS: usize = 64;

/// What a run has to say.
#[derive(Clone, Debug, Default)]
pub struct Assessment {
    /// Worst first; equals by rule, root, path, line, column and id.
    pub findings: Vec<Finding>,
    /// The places that an inline comment, the policy or the baseline lets pass, as findings of their own in the same order.
    pub suppressed: Vec<Finding>,
    /// Whether there were more than [`MAX_FINDINGS`] of either; the mildest were left out.
    pub limited: bool,
}

/// Turns the matches of all blobs into findings. The blobs' origins refer to `repositories`.
#[must_use]
pub fn assess(
    blobs: Vec<BlobMatches>,
    repositories: &[Repository],
    rules: &Rules,
    policy: &Policy,
    fingerprinter: &Fingerprinter,
) -> Assessment {
    assess_with(blobs, repositories, rules, policy, fingerprinter, &Online::default())
}

/// The same, with what was learnt by asking.
#[must_use]
pub fn assess_with(
    blobs: Vec<BlobMatches>,
    repositories: &[Repository],
    rules: &Rules,
    policy: &Policy,
    fingerprinter: &Fingerprinter,
    online: &Online,
) -> Assessment {
    let setup = Setup { repositories, rules, policy, fingerprinter, online };
    let mut blobs = in_order(blobs);
    probed::apply(&mut blobs, online, policy);
    let pairing = Pairing::new(rules);
    let mut keys = KeyPlaces::default();
    let mut endpoints = EndpointPlaces::default();
    let mut servers = ServerPlaces::default();
    let mut pools = PoolPlaces::default();
    let sites: Vec<Site<'_>> = blobs.iter().map(|blob| Site::of(blob, policy)).collect();
    let choices = pairing.pair(&blobs, &|blob| sites[blob].environment);
    let bound: HashSet<EndpointRef> = choices.iter().flatten().filter_map(Choice::endpoint).collect();
    for (blob, choices) in choices.into_iter().enumerate() {
        let site = sites[blob];
        let host = |endpoint: EndpointRef| sites[endpoint.blob].matches.endpoints[endpoint.index].host.as_str();
        let hosts: Vec<Option<&str>> = choices.iter().map(|choice| choice.endpoint().map(host)).collect();
        let users = site.used_by();
        for (key, choice) in site.matches.keys.iter().zip(choices) {
            let users = key.place.home.and_then(|home| users.get(&home.scope));
            keys.add(blob, key, choice, users.cloned().unwrap_or_default());
        }
        for (index, endpoint) in site.matches.endpoints.iter().enumerate() {
            endpoints.add(site, endpoint, bound.contains(&EndpointRef { blob, index }), &setup);
        }
        site.matches.servers.iter().for_each(|server| servers.add(site, server, &setup));
        pools.add(site, &hosts, &setup);
    }
    let mut settled = keys.findings(&sites, &pools, &setup);
    settled.extend(endpoints.findings(&setup));
    settled.extend(servers.findings(&setup));
    settled.extend(pools.findings(&setup));
    let Settled { mut findings, mut suppressed, .. } = settled;
    let limited = findings.len().max(suppressed.len()) > MAX_FINDINGS;
    for findings in [&mut findings, &mut suppressed] {
        // In place: no two have the same id.
        findings.sort_unstable_by(report_order);
        findings.truncate(MAX_FINDINGS);
    }
    Assessment { findings, suppressed, limited }
}

/// What a whole run shares.
struct Setup<'a> {
    repositories: &'a [Repository],
    rules: &'a Rules,
    policy: &'a Policy,
    fingerprinter: &'a Fingerprinter,
    online: &'a Online,
}

/// A blob while its matches are judged.
#[derive(Clone, Copy)]
struct Site<'a> {
    origin: &'a Origin,
    matches: &'a Matches,
    /// What the file's path says, or the policy.
    environment: Option<Environment>,
}

impl<'a> Site<'a> {
    fn of(blob: &'a BlobMatches, policy: &Policy) -> Self {
        let told = policy.environment_of(&blob.origin.path.text);
        let environment = told.or_else(|| environment::of_origin(&blob.origin)).or(policy.environment);
        Self { origin: &blob.origin, matches: &blob.matches, environment }
    }

    /// What is known of a place besides what stands there.
    fn surroundings(&self, place: &Place) -> Surroundings {
        let inside = self.scopes_around(place).find_map(|scope| scope.environment);
        Surroundings {
            environment: environment::inside(self.environment, inside),
            exposure: self.origin.exposure,
            life: Life::Unknown,
        }
    }

    /// The compose service, the workload or else the package that a place belongs to.
    fn service(&self, place: &Place) -> Option<String> {
        let package = self.origin.service.as_deref();
        let services = self.scopes_around(place).filter(|scope| scope.kind == ScopeKind::Service);
        match services.map(|scope| scope.name.as_str()).find(|name| !name.is_empty()) {
            Some(name) => Some(self.run(name)),
            None => services::unit(&self.origin.path.text).map(|name| self.run(name)).or(package.map(str::to_owned)),
        }
    }

    /// What a service of this name that the file's package runs is called.
    fn run(&self, name: &str) -> String {
        match self.origin.service.as_deref() {
            Some(package) if package != "." => format!("{package}/{name}"),
            _ => name.to_owned(),
        }
    }

    /// The services that use a map which stands for itself, by the scope of that map: an anchor, a section of a file that
    /// others extend. What takes over more than that map is another instance of the same: a template with its image.
    fn used_by(&self) -> HashMap<ScopeId, BTreeSet<String>> {
        let mut users: HashMap<ScopeId, BTreeSet<String>> = HashMap::new();
        if self.matches.keys.is_empty() {
            return users;
        }
        for one in &self.matches.scopes.uses {
            let Used::Scope(taken) = one.used else { continue };
            let named = |scope: &&Scope| scope.kind == ScopeKind::Service && !scope.name.is_empty();
            if let Some(service) = self.around(Some(one.scope)).find(named) {
                let users = users.entry(taken).or_default();
                if users.len() < MOST_USERS {
                    users.insert(self.run(&service.name));
                }
            }
        }
        users
    }

    /// The scopes around a place, innermost first.
    fn scopes_around(&self, place: &Place) -> impl Iterator<Item = &'a Scope> {
        self.around(place.home.map(|home| home.scope))
    }

    fn around(&self, scope: Option<ScopeId>) -> impl Iterator<Item = &'a Scope> {
        let scopes = &self.matches.scopes.scopes;
        std::iter::successors(scope.and_then(|scope| scopes.get(scope)), |scope| scopes.get(scope.parent?))
    }

    /// A place of this blob, as mild as can be until it is judged.
    fn occurrence(&self, place: &Place, setting: Option<&str>, encoding: &[String]) -> Occurrence {
        let provenance = self.origin.provenance.as_ref();
        Occurrence {
            root: self.origin.root,
            path: self.origin.path.clone(),
            shown: self.origin.shown.clone(),
            position: place.position,
            line_hash: place.line_hash.clone(),
            severity: Severity::Info,
            // Until it is judged.
            rule: RuleId::StoredKey,
            says: None,
            setting: setting.map(str::to_owned),
            role: None,
            service: self.service(place),
            environment: self.surroundings(place).environment,
            exposure: self.origin.exposure,
            receiver: None,
            commit: provenance.and_then(|seen| seen.commit.clone()),
            author: provenance.and_then(|seen| seen.author.clone()),
            encoding: encoding.to_vec(),
            part: place.part.clone(),
            suppression: None,
        }
    }

    fn related(&self, place: &Place, role: RelatedRole) -> Related {
        Related {
            root: self.origin.root,
            path: self.origin.path.clone(),
            shown: self.origin.shown.clone(),
            position: place.position,
            role,
        }
    }
}

/// The blobs by origin and the matches of each by place, so that the order of the input tells nothing. Blobs of one
/// origin, such as the windows of a large file, become one.
fn in_order(mut blobs: Vec<BlobMatches>) -> Vec<BlobMatches> {
    blobs.sort_by(|left, right| left.origin.cmp(&right.origin));
    blobs.dedup_by(|blob, last| {
        let same = last.origin == blob.origin;
        if same {
            last.matches.keys.append(&mut blob.matches.keys);
            last.matches.endpoints.append(&mut blob.matches.endpoints);
            last.matches.servers.append(&mut blob.matches.servers);
            last.matches.lists.append(&mut blob.matches.lists);
            last.matches.accounts.append(&mut blob.matches.accounts);
            last.matches.masked.append(&mut blob.matches.masked);
            last.matches.gateway |= blob.matches.gateway;
            last.matches.script = last.matches.script.max(blob.matches.script);
            last.matches.limited |= blob.matches.limited;
            last.matches.undecoded = last.matches.undecoded.max(blob.matches.undecoded);
            last.matches.unparsed |= blob.matches.unparsed;
        }
        same
    });
    for blob in &mut blobs {
        blob.matches.keys.sort_by(|left, right| {
            let order = left.place.span.cmp(&right.place.span).then_with(|| left.secret.cmp(&right.secret));
            let order = order.then_with(|| left.encoding.len().cmp(&right.encoding.len()));
            let order = order.then_with(|| (&left.encoding, &left.format).cmp(&(&right.encoding, &right.format)));
            let order = order.then_with(|| (left.proof, &left.issuer).cmp(&(right.proof, &right.issuer)));
            let order = order.then_with(|| (right.confidence, &left.setting).cmp(&(left.confidence, &right.setting)));
            order.then_with(|| left.signals.cmp(&right.signals))
        });
        blob.matches.endpoints.sort_by(|left, right| {
            let order = left.place.span.cmp(&right.place.span).then_with(|| left.host.cmp(&right.host));
            let order = order.then_with(|| left.encoding.len().cmp(&right.encoding.len()));
            let order = order.then_with(|| (&left.encoding, &left.url).cmp(&(&right.encoding, &right.url)));
            let order = order.then_with(|| (left.kind, &left.entry).cmp(&(right.kind, &right.entry)));
            let order = order.then_with(|| (right.role, right.confidence).cmp(&(left.role, left.confidence)));
            let order = order.then_with(|| (right.llm, &left.setting).cmp(&(left.llm, &right.setting)));
            order.then_with(|| left.signals.cmp(&right.signals))
        });
    }
    blobs
}

/// Occurrences by root, path and position.
fn by_place(left: &Occurrence, right: &Occurrence) -> Ordering {
    (left.root, &left.path, left.position, &left.commit).cmp(&(right.root, &right.path, right.position, &right.commit))
}

/// The order of a report.
fn report_order(left: &Finding, right: &Finding) -> Ordering {
    fn start(finding: &Finding) -> (usize, &str, u64, u64) {
        let first = &finding.occurrences[0];
        (first.root, &first.path.text, first.position.line, first.position.column)
    }
    (Reverse(left.severity), left.rule)
        .cmp(&(Reverse(right.severity), right.rule))
        .then_with(|| start(left).cmp(&start(right)))
        .then_with(|| left.id.cmp(&right.id))
}

/// What belongs to a finding besides its own places, each once.
fn related<'a>(all: impl Iterator<Item = &'a Related>) -> Vec<Related> {
    let distinct: BTreeSet<&Related> = all.collect();
    distinct.into_iter().cloned().collect()
}

/// The risks that a rule carries.
fn risks(text: &RuleText) -> Vec<Risk> {
    let all = [Risk::Throttled, Risk::Abused, Risk::DataLeak];
    all.into_iter().filter(|risk| text.risks.iter().any(|word| word == risk.as_str())).collect()
}
