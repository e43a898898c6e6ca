//! The pipeline: `source` → `detect` → `assess`, one line per stage; between the last two `online`, where an option asks for it. What comes out is a [`Report`], ready for
//! [`crate::report::write`].

mod asked;
mod collect;
mod kept;
mod own_report;
mod trust;

use std::collections::HashSet;
use std::io;

use crate::assess::{self, Assessment, Fingerprinter, Policy};
use crate::detect::{self, Detector};
use crate::model::{
    Blob, BlobMatches, BlobPath, DroppedAt, EndpointMatch, Exposure, Limit, Limits, Online, Origin, PolicyFacts,
    Report, Role, ScanFacts, Severity, SkipReason, Skipped, Summary, ToolFacts,
};
use crate::online::{self, OnlineError};
use crate::rules::Rules;
use crate::source::{self, Outcome, Progress, SourceError, Trust};
use collect::{Collected, Collector};

/// What to scan.
#[derive(Clone, Debug)]
pub enum Input {
    /// Folders and files.
    Tree(Box<source::Options>),
    /// Standard input, under the name that reports give it.
    Stdin {
        /// Its extension tells how to read the bytes.
        name: Option<String>,
        /// Whatever comes behind so many bytes is not read.
        max_file_size: Option<u64>,
        /// How much work the bytes may ask for.
        limits: Limits,
        /// Whose inline comments count. No commit speaks for a stream.
        trust: Trust,
    },
}

impl Input {
    /// Whose word counts on what may pass.
    #[must_use]
    pub const fn trust(&self) -> &Trust {
        match self {
            Self::Tree(options) => &options.trust,
            Self::Stdin { trust, .. } => trust,
        }
    }

    /// How much work the input may ask for.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        match self {
            Self::Tree(options) => &options.limits,
            Self::Stdin { limits, .. } => limits,
        }
    }
}

/// A scan: what to read and how to judge it.
#[derive(Debug)]
pub struct Options {
    /// What to scan.
    pub input: Input,
    /// The team's policy.
    pub policy: Policy,
    /// How keys become fingerprints.
    pub fingerprinter: Fingerprinter,
    /// Where the policy comes from, for reports.
    pub policy_facts: PolicyFacts,
    /// Reports leave out findings below this.
    pub min_severity: Severity,
    /// Reports show what is suppressed.
    pub show_suppressed: bool,
    /// Who is asked about the keys that were found. Nobody, by default.
    pub online: online::Options,
}

/// Why a scan did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The input could not be opened or listed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nobody could be asked, though an option says so.
    #[error(transparent)]
    Online(#[from] OnlineError),
}

/// Reads the input and says what was found.
///
/// The report does not depend on the number of threads. `progress` counts what has been read so far, for a caller
/// that watches from another thread.
///
/// # Errors
/// When the input itself is missing or cannot be listed. A file that cannot be read is no error: it is listed in
/// [`ScanFacts::skipped`].
pub fn run(options: &Options, rules: &Rules, progress: &Progress) -> Result<Report, ScanError> {
    run_with(Detector::new(rules), options, rules, progress).map(|(report, _)| report)
}

/// The same, and which candidates were looked at and dropped: the first [`detect::MOST_DROPPED`] of each blob, in the order
/// of their places. They are no part of the report.
///
/// # Errors
/// Those of [`run`].
pub fn run_noting(
    options: &Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<(Report, Vec<DroppedAt>), ScanError> {
    run_with(Detector::new(rules).with_notes(), options, rules, progress)
}

fn run_with(
    detector: Detector<'_>,
    options: &Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<(Report, Vec<DroppedAt>), ScanError> {
    let collector = Collector::default();

    let detector = detector.with_limits(*options.input.limits());
    let mut outcome = read(&options.input, &detector, &collector, progress)?;
    let dropped = collector.take_dropped();
    let trust = options.input.trust();
    let Collected { mut blobs, reports: own_reports, limited: surplus } = collector.finish(rules, trust.is_tree());
    if trust.is_tree() {
        outcome.left_out.reports += own_reports.len() as u64;
    } else {
        outcome.set_aside.extend(trust::report_heads(own_reports));
    }
    let judged = trust::judge(&mut blobs, trust, &outcome.repositories);
    outcome.set_aside.extend(judged.set_aside);
    outcome.skipped.extend(judged.skipped);
    let limited = cut_short(&blobs, options.input.limits());
    let holds_keys: HashSet<usize> =
        blobs.iter().filter(|blob| !blob.matches.keys.is_empty()).filter_map(|blob| blob.origin.repository).collect();
    let wanted = |repository: usize| holds_keys.contains(&repository);
    let follow_alternates = matches!(&options.input, Input::Tree(options) if options.follow_alternates);
    let redact = |text: &str| detect::redact_text(text);
    let repositories = source::identify(&outcome.repositories, &wanted, follow_alternates, &redact);
    for (located, repository) in outcome.repositories.iter().zip(&repositories) {
        if let Some(root) = outcome.roots.get_mut(located.root()).filter(|_| located.is_top()) {
            root.root_commit.clone_from(&repository.root_commit);
        }
    }
    let online = if options.online.asks() {
        let candidates = asked::candidates(&blobs, &options.fingerprinter);
        let endpoints = assess::in_use(&blobs, &options.policy);
        online::ask(&options.online, &candidates, &endpoints, rules, detect::redact_text)?
    } else {
        Online::default()
    };
    let mut assessment =
        assess::assess_with(blobs, &repositories, rules, &options.policy, &options.fingerprinter, &online);
    assessment.limited |= surplus;

    Ok((report(options, rules, outcome, limited, assessment, online), dropped))
}

/// source → detect: every blob that passes the prefilter is looked at, and only its matches are kept.
fn read(
    input: &Input,
    detector: &Detector,
    collector: &Collector,
    progress: &Progress,
) -> Result<Outcome, SourceError> {
    let gate = |bytes: &[u8]| detector.passes(bytes);
    let probe = |bytes: &[u8]| detector.may_hold(bytes) && holds_something(detector, bytes);
    let sink = |blob: &Blob<'_>| collector.add(blob, detector.detect(blob));
    let redact = |text: &str| detect::redact_text(text);
    match input {
        Input::Tree(options) => source::tree(options, &gate, &probe, &redact, &sink, progress),
        Input::Stdin { name, max_file_size, limits, .. } => {
            let stream = io::stdin().lock();
            Ok(source::stdin(stream, name.as_deref(), *max_file_size, *limits, &gate, &redact, &sink))
        }
    }
}

/// Whether a text that nobody knows the name of holds a key, or an endpoint that is in use and no mere fact.
fn holds_something(detector: &Detector<'_>, bytes: &[u8]) -> bool {
    let origin = Origin::new(0, BlobPath { text: String::new(), percent: false }, Exposure::History);
    let found = detector.detect(&Blob::whole(origin, bytes));
    let in_use = |endpoint: &EndpointMatch| endpoint.role == Role::Configured && !endpoint.is_fact();
    !found.keys.is_empty() || !found.servers.is_empty() || found.endpoints.iter().any(in_use)
}

/// The files of which only the first matches were kept, and those of which only the text was read.
fn cut_short(blobs: &[BlobMatches], limits: &Limits) -> Vec<Skipped> {
    let reason = |limit| match limit {
        Limit::DecodeDepth if limits.decode_depth == 0 => SkipReason::NotDecoded,
        limit => SkipReason::Beyond(limit),
    };
    let skipped = blobs.iter().flat_map(|BlobMatches { origin, matches }| {
        let limit = matches.limited.then_some(Limit::Matches).into_iter().chain(matches.undecoded);
        let unparsed = matches.unparsed.then_some(SkipReason::Unparsed);
        limit.map(reason).chain(unparsed).map(|reason| Skipped {
            root: origin.root,
            path: origin.path.clone(),
            shown: origin.shown.clone(),
            reason,
        })
    });
    skipped.collect()
}

/// Puts together what the stages have said.
fn report(
    options: &Options,
    rules: &Rules,
    outcome: Outcome,
    limited: Vec<Skipped>,
    assessment: Assessment,
    online: Online,
) -> Report {
    let mut skipped = outcome.skipped;
    skipped.extend(limited);
    if assessment.limited {
        let path = BlobPath { text: ".".to_owned(), percent: false };
        skipped.push(Skipped { root: 0, path, shown: ".".to_owned(), reason: SkipReason::Beyond(Limit::Findings) });
    }
    skipped.sort();
    let mut set_aside = outcome.set_aside;
    set_aside.sort();
    Report {
        tool: ToolFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue: rules.catalogue().to_owned(),
            rules_digest: rules.digest(),
        },
        scan: ScanFacts {
            mode: match &options.input {
                Input::Tree(options) => options.mode.as_str(),
                Input::Stdin { .. } => "stdin",
            },
            roots: outcome.roots,
            files: outcome.files,
            bytes: outcome.bytes,
            blobs: outcome.blobs,
            commits: outcome.commits,
            excluded: outcome.left_out.excluded(),
            left_out: outcome.left_out,
            suppressed: assessment.suppressed.iter().map(|finding| finding.occurrences.len() as u64).sum(),
            skipped,
            policy: PolicyFacts { set_aside, ..options.policy_facts.clone() },
            fingerprint_scheme: options.fingerprinter.scheme(),
            fingerprint_check: options.fingerprinter.check(),
            account: online.account,
            probes: online.probes,
        },
        summary: Summary::of(&assessment.findings),
        findings: assessment.findings,
        suppressed: assessment.suppressed,
        show_suppressed: options.show_suppressed,
        min_severity: options.min_severity,
    }
}
