//! GitLab's report of a secret detection, in version 15 of its schema, which GitLab checks before it takes a report.
//!
//! One vulnerability per place. Nothing of the source text is written, though the schema has a field for it: it is meant
//! for the raw line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::model::{Fingerprint, Report, Severity, SkipEffect, SkipReason};
use crate::rules::Rules;

use super::lines::{Line, lines};
use super::markdown;
use super::names::unique_names;
use super::sanitize::sanitize;
use super::{Options, words};

/// The version of the schema that the report follows.
const VERSION: &str = "15.0.7";
/// How many unread files are named one by one.
const MAX_NAMED: usize = 1000;
/// Longest name of a vulnerability, in characters.
const MAX_NAME: usize = 255;
/// Longest solution, in characters.
const MAX_SOLUTION: usize = 7000;
/// What stands for a commit that is not known.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Writes one document.
pub(super) fn write(report: &Report, rules: &Rules, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let names = unique_names(&report.scan.roots);
    let time = options.timestamp();
    let tool =
        || Tool { id: "keyscan", name: "keyscan", version: &report.tool.version, vendor: Named { name: "keyscan" } };
    let document = Document {
        version: VERSION,
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            kind: "secret_detection",
            start_time: &time,
            end_time: &time,
            // What could not be read is no success: it may hold keys.
            status: if report.scan.complete() { "success" } else { "failure" },
            messages: messages(report),
        },
        vulnerabilities: Vulnerabilities { report, rules, names: &names },
    };
    super::json::write_pretty(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Scan<'a>,
    vulnerabilities: Vulnerabilities<'a>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: &'a str,
    end_time: &'a str,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    version: &'a str,
    vendor: Named,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

/// The vulnerabilities, shaped one by one while they are written: a report may hold many.
struct Vulnerabilities<'a> {
    report: &'a Report,
    rules: &'a Rules,
    names: &'a [String],
}

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = lines(self.report, self.names);
        serializer.collect_seq(lines.map(|line| Vulnerability::new(&line, self.report, self.rules)))
    }
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    /// What all findings of a rule share.
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
    identifiers: [Identifier; 2],
    location: Location<'a>,
    details: BTreeMap<&'static str, Detail>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    start_line: u64,
    end_line: u64,
    commit: Commit<'a>,
}

#[derive(Serialize)]
struct Commit<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    sha: &'a str,
}

/// A named text beside the description.
#[derive(Serialize)]
struct Detail {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

impl<'a> Vulnerability<'a> {
    fn new(line: &Line<'a>, report: &'a Report, rules: &Rules) -> Self {
        let Line { finding, place, .. } = *line;
        let text = rules.text(finding.rule);
        let advice = finding.advice.iter().enumerate();
        let advice: Vec<String> =
            advice.map(|(index, advice)| format!("{}. {}", index + 1, markdown::text(advice))).collect();
        let solution = cut(&advice.join("\n"), MAX_SOLUTION);
        let commit =
            place.commit.as_deref().or(report.scan.roots.get(place.root).and_then(|root| root.commit.as_deref()));
        Self {
            id: id(line),
            name: cut(&text.title, MAX_NAME),
            description: markdown::text(line.message()),
            severity: severity(line.severity()),
            solution: (!solution.is_empty()).then_some(solution),
            identifiers: [
                Identifier {
                    kind: "keyscan_rule",
                    name: format!("keyscan {}", finding.rule.as_str()),
                    value: finding.rule.as_str().to_owned(),
                    url: None,
                },
                Identifier {
                    kind: "cwe",
                    name: format!("CWE-{}", text.cwe),
                    value: text.cwe.to_string(),
                    url: Some(format!("https://cwe.mitre.org/data/definitions/{}.html", text.cwe)),
                },
            ],
            location: Location {
                file: &place.path.text,
                start_line: place.position.line,
                end_line: place.position.end_line,
                commit: Commit {
                    author: place.author.as_ref().map(|author| sanitize(author).into_owned()),
                    sha: commit.filter(|sha| !sha.is_empty()).unwrap_or(NO_COMMIT),
                },
            },
            details: details(line, rules),
        }
    }
}

/// What is known of the place, as a person looks it up.
fn details(line: &Line<'_>, rules: &Rules) -> BTreeMap<&'static str, Detail> {
    let Line { finding, place, .. } = *line;
    let key = line.key();
    let all = [
        ("confidence", "Confidence", Some(finding.confidence.as_str().to_owned())),
        ("repository", "Repository", line.repository.map(str::to_owned)),
        ("key", "Key", key.map(|key| format!("{} ({})", key.redacted, words::key(key, rules)))),
        ("fingerprint", "Fingerprint", key.and_then(|key| key.fingerprint.as_ref()).map(Fingerprint::to_string)),
        (
            "endpoint",
            "Endpoint",
            line.endpoint().map(|(endpoint, _)| format!("{} ({})", endpoint.host, words::endpoint(endpoint))),
        ),
        ("evidence", "Evidence", line.endpoint().and_then(|(_, how)| how).map(|how| words::evidence(how).to_owned())),
        ("setting", "Setting", place.setting.clone()),
        ("service", "Service", place.service.clone()),
        ("environment", "Environment", place.environment.map(|environment| environment.as_str().to_owned())),
        ("exposure", "Exposure", Some(place.exposure.as_str().to_owned())),
        ("finding", "Finding", Some(finding.id.clone())),
    ];
    let known = all.into_iter().filter_map(|(field, name, value)| {
        let value = sanitize(&value?).into_owned();
        (!value.is_empty()).then_some((field, Detail { name, kind: "text", value }))
    });
    known.collect()
}

/// The same place of the same finding has the same id in every run; line and severity are no part of it.
///
/// A UUID laid out as one of version 5, which is made of a name, with SHA-256 in the place of SHA-1.
fn id(line: &Line<'_>) -> String {
    let ordinal = line.ordinal.to_string();
    let repository = line.repository.unwrap_or_default();
    let parts = ["keyscan/gitlab/v1", repository, &line.place.path.text, &line.finding.id, &ordinal];
    let mut bytes: [u8; 32] = Sha256::digest(parts.join("\0").as_bytes()).into();
    bytes[6] = bytes[6] & 0x0F | 0x50;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// One message per file that makes the scan incomplete, one per reason for what could not have been read at all.
fn messages(report: &Report) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut incomplete = 0;
    let mut notes: BTreeMap<SkipReason, u64> = BTreeMap::new();
    for skipped in &report.scan.skipped {
        if skipped.reason.effect() == SkipEffect::Note {
            *notes.entry(skipped.reason).or_default() += 1;
            continue;
        }
        incomplete += 1;
        if incomplete <= MAX_NAMED {
            let value =
                format!("{} was not scanned: {}.", sanitize(&skipped.path.text), words::explain(skipped.reason));
            messages.push(Message { level: "warn", value });
        }
    }
    if incomplete > MAX_NAMED {
        let others = words::grouped((incomplete - MAX_NAMED) as u64);
        messages.push(Message { level: "warn", value: format!("{others} more files were not scanned.") });
    }
    messages.extend(notes.into_iter().map(|(reason, count)| Message {
        level: "info",
        value: format!("Not scanned, {}: {}.", words::count(count, "time"), words::explain(reason)),
    }));
    messages
}

/// GitLab's words.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}
