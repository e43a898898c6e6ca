//! What one run has to say.

use super::{AccountFacts, BlobPath, Finding, Limit, ProbeCounts, Severity};

/// The tool that made a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolFacts {
    /// Version of keyscan.
    pub version: String,
    /// Date of the endpoint catalogue, `YYYY-MM-DD`.
    pub catalogue: String,
    /// Hex SHA-256 over the rules in force.
    pub rules_digest: String,
}

/// One root of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootInfo {
    /// The path as given.
    pub path: String,
    /// A short name: the last path component of the resolved root.
    pub name: String,
    /// The commit checked out, where known.
    pub commit: Option<String>,
    /// The repository's first commit, where known.
    pub root_commit: Option<String>,
    /// Whether the history is cut off.
    pub shallow: bool,
}

/// A git repository that a run has met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// What people call it: the name of its top folder, keys redacted.
    pub name: String,
    /// What tells it from others. Repositories that share one of these are clones or forks of one another: the id of
    /// the first commit, the address it was cloned from, or where there is neither its own place.
    pub identity: Vec<String>,
    /// Id of the first commit, where it was looked for and can be told.
    pub root_commit: Option<String>,
}

/// Why something was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// The system refused to open or read it.
    Unreadable,
    /// Over `--max-file-size`.
    TooLarge,
    /// More than is read, and no limit of a name.
    Limit,
    /// Behind this limit.
    Beyond(Limit),
    /// It changed while it was read.
    Changed,
    /// A device, socket, FIFO or other thing that is no regular file.
    SpecialFile,
    /// A symbolic link.
    Symlink,
    /// A Git LFS pointer: the content is elsewhere.
    LfsPointer,
    /// A submodule that is not checked out, or that commits bring in: what it holds lies in another repository.
    Submodule,
    /// It breaks the rules of its format: only its text was looked at.
    Unparsed,
    /// An object of a repository that cannot be decoded.
    DamagedObject,
    /// An object that a repository names and does not hold.
    MissingObject,
    /// The history of a repository is cut off.
    ShallowHistory,
    /// An archive, or members of one, with a password.
    Encrypted,
    /// An archive, or a member of one, that cannot be unpacked.
    Damaged,
    /// A member of an archive that is packed in a way that is not known.
    Unsupported,
    /// An archive where none was to be opened.
    NotOpened,
    /// Encoded text where none was to be decoded.
    NotDecoded,
    /// What could not be unpacked of an archive that was neither committed nor asked for, or that breaks off behind members
    /// that were read.
    Unopened,
}

impl SkipReason {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too-large",
            Self::Limit | Self::Beyond(_) => "limit",
            Self::Changed => "changed",
            Self::SpecialFile => "special-file",
            Self::Symlink => "symlink",
            Self::LfsPointer => "lfs-pointer",
            Self::Submodule => "submodule",
            Self::Unparsed => "unparsed",
            Self::DamagedObject => "damaged-object",
            Self::MissingObject => "missing-object",
            Self::ShallowHistory => "shallow-history",
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged",
            Self::Unsupported => "unsupported",
            Self::NotOpened => "not-opened",
            Self::NotDecoded => "not-decoded",
            Self::Unopened => "unopened",
        }
    }

    /// Which limit it lies behind, where that is known.
    #[must_use]
    pub const fn limit(self) -> Option<Limit> {
        match self {
            Self::Beyond(limit) => Some(limit),
            _ => None,
        }
    }

    /// What it means for the scan.
    #[must_use]
    pub const fn effect(self) -> SkipEffect {
        match self {
            Self::Unreadable
            | Self::TooLarge
            | Self::Limit
            | Self::Beyond(_)
            | Self::Changed
            | Self::DamagedObject
            | Self::MissingObject
            | Self::ShallowHistory
            | Self::Encrypted
            | Self::Damaged
            | Self::Unsupported => SkipEffect::Incomplete,
            Self::SpecialFile
            | Self::Symlink
            | Self::LfsPointer
            | Self::Submodule
            | Self::Unparsed
            | Self::NotOpened
            | Self::NotDecoded
            | Self::Unopened => SkipEffect::Note,
        }
    }
}

/// What a skip means for the scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipEffect {
    /// Something that should have been read was not: exit 3 unless the gate fired.
    Incomplete,
    /// Nothing was missed that could have been read.
    Note,
}

impl SkipEffect {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Note => "note",
        }
    }
}

/// Something that was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Index into the scan's roots.
    pub root: usize,
    /// Path for reports.
    pub path: BlobPath,
    /// Path for human text.
    pub shown: String,
    /// Why.
    pub reason: SkipReason,
}

/// How much was left out, by what asked for it. A folder that is left out as a whole counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// By a `.keyscanignore`.
    pub ignore_files: u64,
    /// By `--exclude`.
    pub globs: u64,
    /// Reports of keyscan.
    pub reports: u64,
    /// Files that `--include` does not name.
    pub not_included: u64,
    /// Untracked files that git ignores and that are no config files.
    pub ignored_files: u64,
    /// Folders without tracked files that git ignores.
    pub ignored_folders: u64,
}

impl LeftOut {
    /// What the user or the repository asked keyscan to leave out.
    #[must_use]
    pub const fn excluded(&self) -> u64 {
        self.ignore_files + self.globs + self.reports
    }
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanFacts {
    /// `tree`, `staged`, `range`, `history` or `stdin`.
    pub mode: &'static str,
    /// The roots, in the order of their paths.
    pub roots: Vec<RootInfo>,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Blobs that were looked at again behind the prefilter.
    pub blobs: u64,
    /// Commits read, in history modes.
    pub commits: u64,
    /// Files left out by `.keyscanignore` or `--exclude`, or because they are reports of keyscan.
    pub excluded: u64,
    /// What was left out, in detail.
    pub left_out: LeftOut,
    /// Occurrences that an inline comment, the baseline or the policy lets pass.
    pub suppressed: u64,
    /// Everything that was not read, sorted.
    pub skipped: Vec<Skipped>,
    /// By what the findings were judged.
    pub policy: PolicyFacts,
    /// `sha256` or `hmac-sha256`.
    pub fingerprint_scheme: &'static str,
    /// With a fingerprint key: 16 hex digits that tell two keys apart.
    pub fingerprint_check: Option<String>,
    /// The own account, where it was listed.
    pub account: Option<AccountFacts>,
    /// What endpoints were asked, where they were.
    pub probes: Option<ProbeCounts>,
}

/// By what the findings of a run were judged, besides the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyFacts {
    /// The policy file in force.
    pub config: Option<String>,
    /// The baseline in force.
    pub baseline: Option<String>,
    /// The commit that policy, baseline, ignore files and inline comments were taken from, where they were not taken from
    /// the scanned tree.
    pub trusted: Option<String>,
    /// What of the scanned tree was not obeyed, sorted.
    pub set_aside: Vec<SetAside>,
}

/// Something in the scanned tree that would have let findings pass, and was not obeyed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetAside {
    /// Index into the scan's roots.
    pub root: usize,
    /// Path for reports.
    pub path: BlobPath,
    /// Path for human text.
    pub shown: String,
    /// What it is.
    pub kind: SetAsideKind,
    /// How many of them there are in the file: of inline comments those that would have counted, else 1.
    pub count: u64,
}

/// What a [`SetAside`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetAsideKind {
    /// A policy file.
    Config,
    /// A baseline.
    Baseline,
    /// A file of rules.
    Rules,
    /// A `.keyscanignore`.
    IgnoreFile,
    /// Inline comments.
    InlineAllow,
    /// The head of a report of keyscan.
    ReportHead,
}

impl SetAsideKind {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Baseline => "baseline",
            Self::Rules => "rules",
            Self::IgnoreFile => "ignore-file",
            Self::InlineAllow => "inline-allow",
            Self::ReportHead => "report-head",
        }
    }
}

impl ScanFacts {
    /// Whether everything that should have been read was read.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.skipped.iter().all(|skipped| skipped.reason.effect() == SkipEffect::Note)
    }
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings of severity `critical`.
    pub critical: u64,
    /// Findings of severity `high`.
    pub high: u64,
    /// Findings of severity `medium`.
    pub medium: u64,
    /// Findings of severity `low`.
    pub low: u64,
    /// Findings of severity `info`.
    pub info: u64,
}

impl Summary {
    /// Counts findings.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let mut summary = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Critical => summary.critical += 1,
                Severity::High => summary.high += 1,
                Severity::Medium => summary.medium += 1,
                Severity::Low => summary.low += 1,
                Severity::Info => summary.info += 1,
            }
        }
        summary
    }
}

/// What one run has to say: the whole input of every report format.
#[derive(Clone, Debug)]
pub struct Report {
    /// The tool.
    pub tool: ToolFacts,
    /// What was read.
    pub scan: ScanFacts,
    /// Counts before `--min-severity`, after suppression.
    pub summary: Summary,
    /// All findings, in report order, including those below `min_severity`.
    pub findings: Vec<Finding>,
    /// The places that something lets pass, as findings of their own, in report order. Each occurrence says what it is.
    pub suppressed: Vec<Finding>,
    /// Whether reports show them.
    pub show_suppressed: bool,
    /// Findings (and, in line-based formats, occurrences) below this are not shown.
    pub min_severity: Severity,
}
