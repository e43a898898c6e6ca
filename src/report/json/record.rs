//! The shapes around the findings: the document, the records of a stream, and what was read. Fields are written in the
//! order in which they stand here.
//!
//! Absent facts are explicit nulls. Some fields are left out instead: what only an online run has, `key` where the subject is no key,
//! `path_encoding` where a path is plain UTF-8, and, in `related` and `skipped`, `repository` where there is one root.

use serde::{Serialize, Serializer};

use crate::model::{self, BlobPath, Finding, Report, Severity, SkipEffect};
use crate::report::names::unique_names;

use super::finding::{FindingBody, Project};

/// Version of the report's shape.
const SCHEMA_VERSION: u32 = 1;

/// What all records of one report need to know.
pub(super) struct Context {
    /// Names of the roots; none where there is only one, because its paths need no name.
    names: Vec<String>,
    several: bool,
    min_severity: Severity,
}

impl Context {
    pub(super) fn new(report: &Report) -> Self {
        let names = unique_names(&report.scan.roots);
        Self { several: names.len() > 1, names, min_severity: report.min_severity }
    }

    /// The findings that are not below the minimum.
    pub(super) fn shown<'a>(&self, findings: &'a [Finding]) -> impl Iterator<Item = &'a Finding> + use<'a> {
        let minimum = self.min_severity;
        findings.iter().filter(move |finding| finding.severity >= minimum)
    }

    /// The name of a root, where there are several.
    pub(super) fn repository(&self, root: usize) -> Option<&str> {
        self.names.get(root).filter(|_| self.several).map(String::as_str)
    }
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    scan: Scan<'a>,
    summary: Summary,
    findings: Findings<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<Findings<'a>>,
}

impl<'a> Document<'a> {
    pub(super) fn new(report: &'a Report, context: &'a Context) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::new(report),
            scan: Scan::new(report, context),
            summary: Summary::new(report),
            findings: Findings { findings: &report.findings, context },
            suppressed: report.show_suppressed.then_some(Findings { findings: &report.suppressed, context }),
        }
    }
}

/// The findings, shaped one by one while they are written: a report may hold many.
struct Findings<'a> {
    findings: &'a [Finding],
    context: &'a Context,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self.context.shown(self.findings);
        serializer.collect_seq(shown.map(|finding| FindingBody::new(finding, self.context)))
    }
}

#[derive(Serialize)]
pub(super) struct FindingRecord<'a> {
    schema_version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    finding: FindingBody<'a>,
}

impl<'a> FindingRecord<'a> {
    /// A record of type `finding`, or of type `suppressed`, which counts for nothing.
    pub(super) fn new(kind: &'static str, finding: &'a Finding, context: &'a Context) -> Self {
        Self { schema_version: SCHEMA_VERSION, kind, finding: FindingBody::new(finding, context) }
    }
}

/// Says that a root was read to its end; with the digest of the rules it tells a later run what need not be repeated.
#[derive(Serialize)]
pub(super) struct TargetRecord<'a> {
    schema_version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    root: Root<'a>,
    complete: bool,
    version: &'a str,
    rules_digest: &'a str,
}

impl<'a> TargetRecord<'a> {
    pub(super) fn new(report: &'a Report, root: usize, context: &'a Context) -> Self {
        let skipped = report.scan.skipped.iter().filter(|skipped| skipped.root == root);
        Self {
            schema_version: SCHEMA_VERSION,
            kind: "target_done",
            root: Root::new(report, root, context),
            complete: skipped.into_iter().all(|skipped| skipped.reason.effect() == SkipEffect::Note),
            version: &report.tool.version,
            rules_digest: &report.tool.rules_digest,
        }
    }
}

/// The last record of a stream; a stream without it was cut off.
#[derive(Serialize)]
pub(super) struct SummaryRecord<'a> {
    schema_version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    tool: Tool<'a>,
    scan: Scan<'a>,
    summary: Summary,
}

impl<'a> SummaryRecord<'a> {
    pub(super) fn new(report: &'a Report, context: &'a Context) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            kind: "summary",
            tool: Tool::new(report),
            scan: Scan::new(report, context),
            summary: Summary::new(report),
        }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
    catalogue: &'a str,
    rules_digest: &'a str,
}

impl<'a> Tool<'a> {
    fn new(report: &'a Report) -> Self {
        let tool = &report.tool;
        Self { name: "keyscan", version: &tool.version, catalogue: &tool.catalogue, rules_digest: &tool.rules_digest }
    }
}

#[derive(Serialize)]
struct Scan<'a> {
    mode: &'static str,
    roots: Vec<Root<'a>>,
    complete: bool,
    files: u64,
    bytes: u64,
    blobs: u64,
    commits: u64,
    excluded: u64,
    suppressed: u64,
    skipped: Vec<Skipped<'a>>,
    policy: Policy<'a>,
    fingerprint_scheme: &'static str,
    fingerprint_check: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Account<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probes: Option<Probes>,
}

/// How many endpoints were asked what they run; absent where that was not wanted.
#[derive(Serialize)]
struct Probes {
    endpoints: u64,
    told: u64,
    left_out: u64,
}

impl Probes {
    const fn new(counts: &model::ProbeCounts) -> Self {
        let model::ProbeCounts { endpoints, told, left_out } = *counts;
        Self { endpoints, told, left_out }
    }
}

/// The own account; absent where it was not listed.
#[derive(Serialize)]
struct Account<'a> {
    listing: &'static str,
    reason: Option<&'static str>,
    projects: u64,
    keys: u64,
    without_limit: Vec<Project<'a>>,
}

impl<'a> Account<'a> {
    fn new(account: &'a model::AccountFacts) -> Self {
        Self {
            listing: account.listing.as_str(),
            reason: account.listing.reason().map(model::OnlineReason::as_str),
            projects: account.projects,
            keys: account.keys,
            without_limit: account.unlimited.iter().map(Project::new).collect(),
        }
    }
}

impl<'a> Scan<'a> {
    fn new(report: &'a Report, context: &'a Context) -> Self {
        let scan = &report.scan;
        Self {
            mode: scan.mode,
            roots: (0..scan.roots.len()).map(|root| Root::new(report, root, context)).collect(),
            complete: scan.complete(),
            files: scan.files,
            bytes: scan.bytes,
            blobs: scan.blobs,
            commits: scan.commits,
            excluded: scan.excluded,
            suppressed: scan.suppressed,
            skipped: scan.skipped.iter().map(|skipped| Skipped::new(skipped, context)).collect(),
            policy: Policy::new(&scan.policy, context),
            fingerprint_scheme: scan.fingerprint_scheme,
            fingerprint_check: scan.fingerprint_check.as_deref(),
            account: scan.account.as_ref().map(Account::new),
            probes: scan.probes.as_ref().map(Probes::new),
        }
    }
}

#[derive(Serialize)]
struct Policy<'a> {
    config: Option<&'a str>,
    baseline: Option<&'a str>,
    trusted: Option<&'a str>,
    set_aside: Vec<SetAside<'a>>,
}

impl<'a> Policy<'a> {
    fn new(policy: &'a model::PolicyFacts, context: &'a Context) -> Self {
        Self {
            config: policy.config.as_deref(),
            baseline: policy.baseline.as_deref(),
            trusted: policy.trusted.as_deref(),
            set_aside: policy.set_aside.iter().map(|aside| SetAside::new(aside, context)).collect(),
        }
    }
}

#[derive(Serialize)]
struct SetAside<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    #[serde(flatten)]
    path: Path<'a>,
    kind: &'static str,
    count: u64,
}

impl<'a> SetAside<'a> {
    fn new(aside: &'a model::SetAside, context: &'a Context) -> Self {
        Self {
            repository: context.repository(aside.root),
            path: Path::new(&aside.path),
            kind: aside.kind.as_str(),
            count: aside.count,
        }
    }
}

#[derive(Serialize)]
struct Root<'a> {
    path: &'a str,
    name: &'a str,
    commit: Option<&'a str>,
    root_commit: Option<&'a str>,
    shallow: bool,
}

impl<'a> Root<'a> {
    fn new(report: &'a Report, index: usize, context: &'a Context) -> Self {
        let root = &report.scan.roots[index];
        Self {
            path: &root.path,
            name: &context.names[index],
            commit: root.commit.as_deref(),
            root_commit: root.root_commit.as_deref(),
            shallow: root.shallow,
        }
    }
}

#[derive(Serialize)]
struct Skipped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    #[serde(flatten)]
    path: Path<'a>,
    reason: &'static str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
}

impl<'a> Skipped<'a> {
    fn new(skipped: &'a model::Skipped, context: &'a Context) -> Self {
        Self {
            repository: context.repository(skipped.root),
            path: Path::new(&skipped.path),
            reason: skipped.reason.as_str(),
            effect: skipped.reason.effect().as_str(),
            limit: skipped.reason.limit().map(model::Limit::as_str),
        }
    }
}

/// Two fields of whatever has a path.
#[derive(Serialize)]
pub(super) struct Path<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_encoding: Option<&'static str>,
}

impl<'a> Path<'a> {
    pub(super) fn new(path: &'a BlobPath) -> Self {
        Self { path: &path.text, path_encoding: path.percent.then_some("percent") }
    }
}

#[derive(Serialize)]
struct Summary {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    info: u64,
}

impl Summary {
    fn new(report: &Report) -> Self {
        let model::Summary { critical, high, medium, low, info } = report.summary;
        Self { critical, high, medium, low, info }
    }
}
