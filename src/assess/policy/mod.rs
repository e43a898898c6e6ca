//! What the team allows, and what it knows of its own tree.

mod baseline;
mod hosts;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Environment, Fingerprint, RuleId, Severity};

pub use baseline::{Baseline, Known};
pub use hosts::{HostPattern, HostPatternError};
pub use paths::{PathPatternError, PathPatterns};

/// What the team allows.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Which endpoints may receive keys and requests.
    pub endpoints: EndpointPolicy,
    /// What else holds in an environment.
    pub by_environment: BTreeMap<Environment, EndpointPolicy>,
    /// What places are for whose path does not say.
    pub environment: Option<Environment>,
    /// What paths are for, whatever their names say; the first that matches counts.
    pub paths: Vec<(Environment, PathPatterns)>,
    /// The keys that belong to the team.
    pub own: OwnKeys,
    /// Where keys may lie.
    pub stores: PathPatterns,
    /// Severities that take the place of the table's, before the moves.
    pub severities: BTreeMap<RuleId, Severity>,
    /// Which rules are looked at.
    pub rules: RuleSelection,
    /// Whether an inline comment without a reason lets nothing pass.
    pub require_reason: bool,
    /// What may wait.
    pub baseline: Baseline,
}

/// Which endpoints may receive keys and requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointPolicy {
    /// These may.
    pub allow: Vec<HostPattern>,
    /// These may not, whatever else allows them.
    pub deny: Vec<HostPattern>,
    /// If there are any: these may, and no others.
    pub only: Vec<HostPattern>,
}

/// What the policy says of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may receive keys and requests.
    Allowed,
    /// It is denied by name.
    Denied,
    /// It is none of those that may be used in this environment.
    NotListed,
    /// Nothing.
    Silent,
}

/// The keys that belong to the team. Empty sets say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnKeys {
    /// Keys by their fingerprints, under the scheme of the run.
    pub fingerprints: BTreeSet<Fingerprint>,
    /// OpenAI organisations, `org-…`.
    pub organizations: BTreeSet<String>,
    /// OpenAI projects, `proj_…`.
    pub projects: BTreeSet<String>,
}

/// Which rules are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSelection {
    /// If there are any: these and no others.
    pub only: BTreeSet<RuleId>,
    /// Not these.
    pub except: BTreeSet<RuleId>,
}

impl RuleSelection {
    /// Whether a rule is looked at.
    #[must_use]
    pub fn wants(&self, rule: RuleId) -> bool {
        (self.only.is_empty() || self.only.contains(&rule)) && !self.except.contains(&rule)
    }

    /// Whether no rule is left that a run could find anything by. Of some rules only the issuer knows: whether keys work, or what the own
    /// account holds.
    #[must_use]
    pub fn wants_nothing(&self, verifies: bool, lists_account: bool) -> bool {
        let can_hold = |rule: RuleId| match rule {
            RuleId::ForeignKey => verifies && lists_account,
            RuleId::NoSpendLimit => lists_account,
            _ => true,
        };
        !RuleId::ALL.iter().any(|&rule| can_hold(rule) && self.wants(rule))
    }
}

impl EndpointPolicy {
    fn is_one_of(patterns: &[HostPattern], host: &str, url: &str) -> bool {
        patterns.iter().any(|pattern| pattern.matches(host, url))
    }
}

impl Policy {
    /// What holds for an endpoint in an environment: `host` as in the report (with the port if not the scheme's own),
    /// `url` for the scheme.
    #[must_use]
    pub fn verdict(&self, host: &str, url: &str, environment: Option<Environment>) -> Verdict {
        let here = environment.and_then(|environment| self.by_environment.get(&environment));
        let is_one_of = |patterns: &[HostPattern]| EndpointPolicy::is_one_of(patterns, host, url);
        if is_one_of(&self.endpoints.deny) || here.is_some_and(|here| is_one_of(&here.deny)) {
            return Verdict::Denied;
        }
        // What is said of the environment outweighs what is said of all.
        let only = here.map(|here| &here.only).filter(|only| !only.is_empty()).or(Some(&self.endpoints.only));
        match only.filter(|only| !only.is_empty()) {
            Some(only) if is_one_of(only) => Verdict::Allowed,
            _ if here.is_some_and(|here| is_one_of(&here.allow)) => Verdict::Allowed,
            Some(_) => Verdict::NotListed,
            None if is_one_of(&self.endpoints.allow) => Verdict::Allowed,
            None => Verdict::Silent,
        }
    }

    /// What a path is for, if the policy says so.
    #[must_use]
    pub fn environment_of(&self, path: &str) -> Option<Environment> {
        self.paths.iter().find(|(_, patterns)| patterns.matches(path)).map(|&(environment, _)| environment)
    }

    /// The severity of a rule before the moves, where `table` is what the manual's table says.
    #[must_use]
    pub fn severity(&self, rule: RuleId, table: Severity) -> Severity {
        self.severities.get(&rule).copied().unwrap_or(table)
    }
}
