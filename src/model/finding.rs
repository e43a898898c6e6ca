//! What `assess` says: one finding per subject, with every place it was seen at.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    BlobPath, Confidence, EndpointKind, Environment, Evidence, Exposure, Fingerprint, Holding, Position, ProbeFacts,
    ProjectFacts, Redacted, Role, RuleId, Severity, Signal, Verification,
};

/// The guide's three risks of shared keys and relays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Others use up the quota; the service slows down or stops.
    Throttled,
    /// Others spend the credit or do harm in the owner's name.
    Abused,
    /// Somebody else reads the requests and answers.
    DataLeak,
}

impl Risk {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Abused => "abused",
            Self::DataLeak => "data-leak",
        }
    }
}

/// One thing to do, in the order that helps.
pub type Advice = String;

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A key.
    Key(KeyFacts),
    /// An endpoint.
    Endpoint(EndpointFacts),
    /// A place that passes traffic on to an endpoint, or software that does.
    Server(EndpointFacts),
    /// A setting: its name as written, empty where the values have none.
    Setting(String),
    /// A project of the own account.
    Account(ProjectFacts),
}

/// A key without its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyFacts {
    /// Id of the issuer, where it is proven.
    pub issuer: Option<String>,
    /// Id of the key format.
    pub format: String,
    /// Identity across machines; absent for weak values.
    pub fingerprint: Option<Fingerprint>,
    /// What may be shown.
    pub redacted: Redacted,
    /// Length of the whole key in bytes; absent for weak values.
    pub length: Option<u64>,
    /// What its issuer says of it, where it was asked.
    pub verification: Option<Box<Verification>>,
    /// Whether the own account holds it, where that was asked.
    pub holding: Option<Holding>,
}

/// An endpoint as the catalogue knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointFacts {
    /// Lower-case host, with the port if it is not the scheme's own.
    pub host: String,
    /// The URL as first seen, without user info, query and fragment.
    pub url: String,
    /// What stands behind it.
    pub kind: EndpointKind,
    /// Name of the service, or of the software that it says it runs.
    pub service: Option<String>,
    /// What it says of itself, where it was asked.
    pub probe: Option<Box<ProbeFacts>>,
}

/// Who receives a key at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receiver {
    /// The endpoint.
    pub endpoint: EndpointFacts,
    /// Why the two belong together.
    pub evidence: Evidence,
}

/// One place of a finding's subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Index into the scan's roots.
    pub root: usize,
    /// Path for reports.
    pub path: BlobPath,
    /// Path for human text.
    pub shown: String,
    /// Lines and columns.
    pub position: Position,
    /// GitHub's hash of the line.
    pub line_hash: Option<String>,
    /// Severity of this place.
    pub severity: Severity,
    /// The rule that weighs most at this place.
    pub rule: RuleId,
    /// The sentence for people about this place alone, where that of the finding does not hold here: the key is sent
    /// elsewhere, or nowhere; the host is written in another way.
    pub says: Option<String>,
    /// The setting the value is assigned to, keys redacted.
    pub setting: Option<String>,
    /// For endpoints: what it does here.
    pub role: Option<Role>,
    /// The service the file belongs to.
    pub service: Option<String>,
    /// What the file is for.
    pub environment: Option<Environment>,
    /// How far the file has got out.
    pub exposure: Exposure,
    /// For keys: who receives it here.
    pub receiver: Option<Arc<Receiver>>,
    /// Commit id, in history modes.
    pub commit: Option<String>,
    /// Author's name without e-mail, in history modes.
    pub author: Option<String>,
    /// Encodings undone to see it.
    pub encoding: Vec<String>,
    /// Which part of its file people would look at: `cell 3, output 1` of a notebook.
    pub part: Option<String>,
    /// What lets it pass, of an occurrence that is suppressed.
    pub suppression: Option<Box<Suppression>>,
}

/// What lets an occurrence pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// A comment on its line, or on the line above.
    Inline,
    /// The policy.
    Policy,
    /// The baseline.
    Baseline,
}

impl SuppressionKind {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Policy => "policy",
            Self::Baseline => "baseline",
        }
    }
}

/// Why an occurrence is suppressed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppression {
    /// What lets it pass.
    pub kind: SuppressionKind,
    /// The reason that was given, keys redacted; may be empty.
    pub reason: String,
}

/// What another place has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelatedRole {
    /// The endpoint of a pair.
    Endpoint,
    /// The same key.
    SameKey,
    /// A member of the same pool.
    PoolMember,
}

impl RelatedRole {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::SameKey => "same-key",
            Self::PoolMember => "pool-member",
        }
    }
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Index into the scan's roots.
    pub root: usize,
    /// Path for reports.
    pub path: BlobPath,
    /// Path for human text.
    pub shown: String,
    /// Lines and columns.
    pub position: Position,
    /// What it has to do with the finding.
    pub role: RelatedRole,
}

/// One subject with all its places.
///
/// A run may have many findings, nearly all of which say the same. Lists that many of them share are held once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// First 16 hex digits of the subject's hash.
    pub id: String,
    /// The rule with the highest severity among those that hold.
    pub rule: RuleId,
    /// The highest severity of the occurrences.
    pub severity: Severity,
    /// How sure keyscan is.
    pub confidence: Confidence,
    /// Every severity that some rule reaches here, with that rule's confidence: what a gate looks at. A surer rule may be
    /// milder than the one that names the finding.
    pub reaches: Arc<[(Severity, Confidence)]>,
    /// One sentence for people.
    pub message: String,
    /// What to do, in the order that helps.
    pub advice: Arc<[Advice]>,
    /// Which of the guide's risks it carries.
    pub risks: Arc<[Risk]>,
    /// What it is about.
    pub subject: Subject,
    /// For keys: the receiver of the first occurrence that has one.
    pub receiver: Option<Arc<Receiver>>,
    /// Facts seen on the way, sorted.
    pub signals: Arc<[Signal]>,
    /// Every place, sorted by path and position; never empty. A report keeps those that are suppressed apart.
    pub occurrences: Vec<Occurrence>,
    /// Other places that belong to it, sorted.
    pub related: Vec<Related>,
}
