//! What the exit code says, decided in one place.

use std::process::ExitCode;

use keyscan::model::{Confidence, Finding, Report, Severity};

/// The exit codes. A run that could not look never exits like one that looked and found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Nothing reached the gate, and everything was read.
    Clean = 0,
    /// Something reached the gate.
    Findings = 1,
    /// The run did not happen as asked: usage, config, a missing path, an output that cannot be written.
    Failed = 2,
    /// Nothing reached the gate, but something was not read.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// When a report fails the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    /// Lowest severity that counts; `None`: no finding does.
    pub(super) severity: Option<Severity>,
    /// Lowest confidence that counts.
    pub(super) confidence: Confidence,
    /// Exit 0 where the code would be 1.
    pub(super) exit_zero: bool,
    /// Exit 0 where the code would be 3.
    pub(super) allow_incomplete: bool,
}

impl Gate {
    /// The exit code that a report earns, whatever of it is shown.
    pub(super) fn judge(&self, report: &Report) -> Exit {
        match report.findings.iter().any(|finding| self.counts(finding)) {
            true if self.exit_zero => Exit::Clean,
            true => Exit::Findings,
            false => self.judge_reading(report),
        }
    }

    /// The exit code that a report earns for what was read, whatever was found.
    pub(super) fn judge_reading(&self, report: &Report) -> Exit {
        match report.scan.complete() {
            false if !self.allow_incomplete => Exit::Incomplete,
            _ => Exit::Clean,
        }
    }

    /// Whether a finding reaches the gate.
    pub(super) fn counts(&self, finding: &Finding) -> bool {
        let Some(severity) = self.severity else { return false };
        finding.reaches.iter().any(|&(reached, sure)| reached >= severity && sure >= self.confidence)
    }
}

#[cfg(test)]
mod tests {
    use keyscan::model::{
        BlobPath, EndpointFacts, EndpointKind, LeftOut, PolicyFacts, RuleId, ScanFacts, SkipReason, Skipped, Subject,
        Summary, ToolFacts,
    };

    use super::*;

    fn report(findings: &[(Severity, Confidence)], complete: bool) -> Report {
        let finding = |&(severity, confidence): &(Severity, Confidence)| Finding {
            id: String::new(),
            rule: RuleId::RelayEndpoint,
            severity,
            confidence,
            reaches: [(severity, confidence)].into(),
            message: String::new(),
            advice: [].into(),
            risks: [].into(),
            subject: Subject::Endpoint(EndpointFacts {
                host: String::new(),
                url: String::new(),
                kind: EndpointKind::Relay,
                service: None,
                probe: None,
            }),
            receiver: None,
            signals: [].into(),
            occurrences: Vec::new(),
            related: Vec::new(),
        };
        let path = BlobPath { text: String::new(), percent: false };
        let unread = Skipped { root: 0, path, shown: String::new(), reason: SkipReason::Unreadable };
        Report {
            tool: ToolFacts { version: String::new(), catalogue: String::new(), rules_digest: String::new() },
            scan: ScanFacts {
                mode: "tree",
                roots: Vec::new(),
                files: 0,
                bytes: 0,
                blobs: 0,
                commits: 0,
                excluded: 0,
                left_out: LeftOut::default(),
                suppressed: 0,
                skipped: if complete { Vec::new() } else { vec![unread] },
                policy: PolicyFacts::default(),
                fingerprint_scheme: "sha256",
                fingerprint_check: None,
                account: None,
                probes: None,
            },
            summary: Summary::default(),
            findings: findings.iter().map(finding).collect(),
            suppressed: Vec::new(),
            show_suppressed: false,
            // Shown or not shown makes no difference to the gate.
            min_severity: Severity::Critical,
        }
    }

    const GATE: Gate = Gate {
        severity: Some(Severity::High),
        confidence: Confidence::Medium,
        exit_zero: false,
        allow_incomplete: false,
    };

    #[test]
    fn severity_and_confidence_both_have_to_reach_the_gate() {
        let judge = |severity, confidence| GATE.judge(&report(&[(severity, confidence)], true));
        assert_eq!(judge(Severity::High, Confidence::Medium), Exit::Findings);
        assert_eq!(judge(Severity::Critical, Confidence::High), Exit::Findings);
        assert_eq!(judge(Severity::Critical, Confidence::Low), Exit::Clean);
        assert_eq!(judge(Severity::Medium, Confidence::High), Exit::Clean);
        // Two findings, each lacking one of the two, make no third that has both.
        let halves = [(Severity::Critical, Confidence::Low), (Severity::Low, Confidence::High)];
        assert_eq!(GATE.judge(&report(&halves, true)), Exit::Clean);
    }

    #[test]
    fn findings_go_before_an_incomplete_scan_and_each_flag_changes_one_code() {
        let high = [(Severity::High, Confidence::High)];
        let zero = Gate { exit_zero: true, ..GATE };
        let allow = Gate { allow_incomplete: true, ..GATE };
        let never = Gate { severity: None, ..GATE };
        for (gate, findings, complete, exit) in [
            (GATE, &high[..], false, Exit::Findings),
            (GATE, &[], false, Exit::Incomplete),
            (GATE, &[], true, Exit::Clean),
            (zero, &high, true, Exit::Clean),
            (zero, &[], false, Exit::Incomplete),
            (allow, &high, false, Exit::Findings),
            (allow, &[], false, Exit::Clean),
            (never, &high, true, Exit::Clean),
            (never, &high, false, Exit::Incomplete),
        ] {
            assert_eq!(gate.judge(&report(findings, complete)), exit, "{gate:?} {findings:?} {complete}");
        }
    }
}
