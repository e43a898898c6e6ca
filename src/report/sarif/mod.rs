//! SARIF 2.1.0, for GitHub code scanning and whatever else reads it.
//!
//! One result per place, because consumers look at a result's first location only; places below the minimum severity
//! are left out, and so are suppressed ones unless they are asked for, since GitHub shows them as open alerts. No snippet
//! is written: a line may hold more than the one key that is redacted.
//!
//! *Identity.* GitHub recognises an alert by `primaryLocationLineHash`, other consumers by `fingerprints`, which name
//! this one result: rule, path, finding, and the how-manieth place of that finding in the file. The fingerprint of the
//! key would join all places of a shared key into one, so it stands in `properties`.

mod descriptor;
mod location;
mod message;
mod model;
mod notification;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::model::{self as facts, Finding, Fingerprint, Occurrence, Report, Severity, Subject, SuppressionKind};
use crate::rules::Rules;

use self::descriptor::{Descriptors, level};
use self::model::{
    AutomationDetails, ComponentRef, Driver, DriverProperties, EndpointProperties, Invocation, KeyProperties, Log,
    Outcome, OutcomeProperties, Run, Suppression, Text, Tool, UriBase,
};
use self::notification::Notifications;
use super::names::unique_names;
use super::sanitize::sanitize;

/// GitHub keeps this many results of an upload.
const MAX_RESULTS: usize = 5000;

/// Writes one log with one run.
pub(super) fn write(report: &Report, rules: &Rules, out: &mut dyn Write) -> io::Result<()> {
    super::json::write_pretty(&log(report, rules), out)
}

fn log(report: &Report, rules: &Rules) -> Log {
    let mut notifications = Notifications::of_skipped(&report.scan);
    let mut room = Room::new(report);
    if room.cut > 0 {
        notifications.push_cut(room.cut);
    }
    notifications.push_set_aside(&report.scan);
    let names = unique_names(&report.scan.roots);
    let mut descriptors = Descriptors::new(rules);
    let mut results = Vec::new();
    // A place that something lets pass is a place of the same finding.
    let mut ordinals = HashMap::new();
    for finding in written(report) {
        for (index, place) in finding.occurrences.iter().enumerate() {
            let ordinal = ordinals.entry((&finding.id, place.root, &place.path)).or_insert(0_u64);
            *ordinal += 1;
            if room.take(place.severity) {
                let repository = names.get(place.root).filter(|_| names.len() > 1);
                let identity = identity(finding, place, repository.map_or("", String::as_str), *ordinal);
                results.push(outcome(report, finding, index, identity, &mut descriptors));
            }
        }
    }

    let (rules, taxonomies) = descriptors.finish();
    let version = &report.tool.version;
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "keyscan",
                    full_name: format!("keyscan {version}"),
                    semantic_version: version.clone(),
                    information_uri: Some(env!("CARGO_PKG_REPOSITORY")).filter(|uri| !uri.is_empty()),
                    rules,
                    notifications: notifications.descriptors,
                    supported_taxonomies: taxonomies
                        .iter()
                        .enumerate()
                        .map(|(index, taxonomy)| ComponentRef { name: taxonomy.name, index })
                        .collect(),
                    properties: DriverProperties {
                        catalogue: report.tool.catalogue.clone(),
                        rules_digest: report.tool.rules_digest.clone(),
                    },
                },
            },
            taxonomies,
            // Everything before the last slash is the category by which GitHub tells uploads apart.
            automation_details: AutomationDetails { id: format!("keyscan/{}/", report.scan.mode) },
            original_uri_base_ids: uri_bases(report, &names),
            column_kind: "utf16CodeUnits",
            redaction_tokens: &["…", "[key]"],
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: notifications.list,
                tool_configuration_notifications: notifications.configuration,
            }],
            results,
        }],
    }
}

fn uri_bases(report: &Report, names: &[String]) -> BTreeMap<String, UriBase> {
    let several = names.len() > 1;
    let bases = names.iter().enumerate().map(|(root, name)| {
        let text = if several {
            format!("The work tree that holds the root '{}'.", message::argument(name))
        } else {
            "The scanned work tree.".to_owned()
        };
        (location::uri_base_id(&report.scan, root), UriBase { description: Text::plain(text) })
    });
    bases.collect()
}

fn outcome(
    report: &Report,
    finding: &Finding,
    index: usize,
    identity: String,
    descriptors: &mut Descriptors<'_>,
) -> Outcome {
    let place = &finding.occurrences[index];
    let (rule_id, rule_index) = descriptors.get(finding.rule, place.severity);
    let related = location::related(&report.scan, finding, index);
    let (message, template) = message::message(descriptors.title(place.rule), finding, place, related.len());
    if let Some(id) = &message.id {
        descriptors.add_template(rule_index, id, template);
    }
    let line_hash = place.line_hash.clone().map(|hash| ("primaryLocationLineHash", hash));
    Outcome {
        rule_id,
        rule_index,
        level: level(place.severity),
        message,
        locations: [location::location(&report.scan, place.root, &place.path, Some(&place.position))],
        related_locations: related,
        partial_fingerprints: line_hash.into_iter().collect(),
        fingerprints: BTreeMap::from([("keyscanResult/v1", identity)]),
        suppressions: report.show_suppressed.then(|| place.suppression.iter().map(|by| suppression(by)).collect()),
        properties: properties(finding, place),
    }
}

/// The findings, and what something lets pass if that is asked for.
fn written(report: &Report) -> impl Iterator<Item = &Finding> {
    let suppressed = if report.show_suppressed { report.suppressed.as_slice() } else { &[] };
    report.findings.iter().chain(suppressed)
}

fn suppression(by: &facts::Suppression) -> Suppression {
    Suppression {
        kind: match by.kind {
            SuppressionKind::Inline => "inSource",
            SuppressionKind::Policy | SuppressionKind::Baseline => "external",
        },
        status: "accepted",
        justification: Some(by.reason.as_str())
            .filter(|reason| !reason.is_empty())
            .map(|reason| sanitize(reason).into_owned()),
    }
}

/// The stable id of one result; line numbers and severity are no part of it.
fn identity(finding: &Finding, place: &Occurrence, repository: &str, ordinal: u64) -> String {
    let ordinal = ordinal.to_string();
    let parts = ["keyscan/result/v1", finding.rule.as_str(), repository, &place.path.text, &finding.id, &ordinal];
    let digest = Sha256::digest(parts.join("\0").as_bytes());
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn properties(finding: &Finding, place: &Occurrence) -> OutcomeProperties {
    let (key, endpoint, evidence) = match &finding.subject {
        Subject::Key(key) => {
            (Some(key), place.receiver.as_ref().map(|to| &to.endpoint), place.receiver.as_ref().map(|to| to.evidence))
        }
        Subject::Endpoint(endpoint) | Subject::Server(endpoint) => (None, Some(endpoint), None),
        Subject::Setting(_) | Subject::Account(_) => (None, None, None),
    };
    OutcomeProperties {
        finding_id: finding.id.clone(),
        severity: place.severity.as_str(),
        confidence: finding.confidence.as_str(),
        precision: finding.confidence.as_str(),
        risks: finding.risks.iter().map(|risk| risk.as_str()).collect(),
        signals: finding.signals.iter().map(|signal| signal.id.as_str()).collect(),
        key: key.map(|key| KeyProperties {
            issuer: key.issuer.clone(),
            format: key.format.clone(),
            redacted: key.redacted.to_string(),
            fingerprint: key.fingerprint.as_ref().map(Fingerprint::to_string),
        }),
        endpoint: endpoint.map(|endpoint| EndpointProperties {
            host: endpoint.host.clone(),
            kind: endpoint.kind.as_str(),
            service: endpoint.service.clone(),
            evidence: evidence.map(|evidence| evidence.as_str()),
        }),
        setting: place.setting.clone(),
        role: place.role.map(|role| role.as_str()),
        service: place.service.clone(),
        environment: place.environment.map(|environment| environment.as_str()),
        exposure: place.exposure.as_str(),
        commit: place.commit.clone(),
        author: place.author.clone(),
        encoding: place.encoding.clone(),
        part: place.part.clone(),
    }
}

/// How many results of each severity still fit: the worst first, and of one severity the first ones.
struct Room {
    left: [usize; Severity::ALL.len()],
    /// Results that do not fit.
    cut: usize,
}

impl Room {
    fn new(report: &Report) -> Self {
        let mut left = [0_usize; Severity::ALL.len()];
        for place in written(report).flat_map(|finding| &finding.occurrences) {
            if place.severity >= report.min_severity {
                left[place.severity as usize] += 1;
            }
        }
        let (mut room, mut cut) = (MAX_RESULTS, 0_usize);
        for count in left.iter_mut().rev() {
            cut += count.saturating_sub(room);
            *count = (*count).min(room);
            room -= *count;
        }
        Self { left, cut }
    }

    /// Whether the next result of a severity is written.
    fn take(&mut self, severity: Severity) -> bool {
        let left = &mut self.left[severity as usize];
        let fits = *left > 0;
        *left = left.saturating_sub(1);
        fits
    }
}
