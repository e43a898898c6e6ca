//! The last line of a run for people: which exit code it ends with, and why.

use keyscan::model::{Confidence, Report, Severity, SkipEffect};

use super::exit::{Exit, Gate};

/// How a run ends, in one line.
pub(super) fn line(gate: &Gate, report: &Report) -> String {
    let exit = gate.judge(report);
    let reached = report.findings.iter().filter(|finding| gate.counts(finding)).count();
    let mut line = match exit {
        Exit::Findings => format!("Exit 1: {}", reaching(gate, reached, report.findings.len())),
        Exit::Incomplete => format!("Exit 3: {} (--allow-incomplete accepts that)", unread(report)),
        Exit::Clean if reached > 0 => {
            format!("Exit 0 by --exit-zero: {}", reaching(gate, reached, report.findings.len()))
        }
        Exit::Clean | Exit::Failed => format!("Exit 0: {}", passing(gate, report)),
    };
    if exit == Exit::Clean && !report.scan.complete() && gate.allow_incomplete {
        line = format!("{line}; {} (--allow-incomplete)", unread(report));
    }
    line.push('.');
    line
}

/// What reaches the gate.
fn reaching(gate: &Gate, reached: usize, all: usize) -> String {
    let of = if reached == all { String::new() } else { format!(" of {all}") };
    let (finding, reach) =
        (if all == 1 { "finding" } else { "findings" }, if reached == 1 { "reaches" } else { "reach" });
    format!("{reached}{of} {finding} {reach} the gate ({})", set_to(gate))
}

/// Why nothing fails the run.
fn passing(gate: &Gate, report: &Report) -> String {
    let Some(severity) = gate.severity else { return "--fail-on never lets everything pass".to_owned() };
    match report.findings.iter().filter(|finding| finding.severity >= severity).count() {
        0 => format!("nothing reaches the gate ({})", set_to(gate)),
        1 => format!("1 finding is too unsure for the gate ({}, --fail-on-confidence)", set_to(gate)),
        many => format!("{many} findings are too unsure for the gate ({}, --fail-on-confidence)", set_to(gate)),
    }
}

/// The gate as it is set; the confidence only where it is not what everybody has.
fn set_to(gate: &Gate) -> String {
    let severity = match gate.severity {
        None => "never".to_owned(),
        Some(Severity::Critical) => "critical".to_owned(),
        Some(Severity::High) => "high or critical".to_owned(),
        Some(Severity::Info) => "any severity".to_owned(),
        Some(severity) => format!("{} or above", severity.as_str()),
    };
    match gate.confidence {
        Confidence::Low => format!("{severity}, any confidence"),
        Confidence::Medium => severity,
        Confidence::High => format!("{severity}, high confidence"),
    }
}

fn unread(report: &Report) -> String {
    let skipped = report.scan.skipped.iter();
    match skipped.filter(|skipped| skipped.reason.effect() == SkipEffect::Incomplete).count() {
        1 => "1 file was not scanned to the end".to_owned(),
        many => format!("{many} files were not scanned to the end"),
    }
}
