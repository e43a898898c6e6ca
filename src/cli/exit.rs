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
        let reached = report.findings.iter().any(|finding| self.counts(finding));
        match (reached, report.scan.complete()) {
            (true, _) if self.exit_zero => Exit::Clean,
            (true, _) => Exit::Findings,
            (false, false) if self.allow_incomplete => Exit::Clean,
            (false, false) => Exit::Incomplete,
            (false, true) => Exit::Clean,
        }
    }

    /// Whether a finding reaches the gate.
    pub(super) fn counts(&self, finding: &Finding) -> bool {
        self.severity.is_some_and(|severity| finding.severity >= severity) && finding.confidence >= self.confidence
    }
}
