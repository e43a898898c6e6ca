//! The words of keyscan as plain data: what the stages hand to each other.
//!
//! Nothing here reads a file, knows a format or decides anything; `source`, `detect`, `assess` and `report` all
//! depend on this module and never on each other. The one type with a guard is [`Secret`].

mod blob;
mod dropped;
mod endpoint;
mod finding;
mod key;
mod limits;
mod line_hash;
mod matches;
mod online;
mod origin;
mod position;
mod probe;
mod report;
mod rule;
mod scope;
mod secret;
mod severity;

pub use blob::{Blob, HEAD, Start};
pub use dropped::{DropReason, Dropped, DroppedAt};
pub use endpoint::{EndpointKind, Evidence, Role};
pub use finding::{
    Advice, EndpointFacts, Finding, KeyFacts, Occurrence, Receiver, Related, RelatedRole, Risk, Subject, Suppression,
    SuppressionKind,
};
pub use key::{Fingerprint, Redacted};
pub use limits::{Limit, Limits};
pub use line_hash::line_hashes;
pub use matches::{
    Account, AccountKind, Allow, AllowScope, BlobMatches, EndpointMatch, KeyMatch, LineDigest, Masked, Matches,
    NoEffect, Place, Proof, Script, ServerMatch,
};
pub use online::{
    AccountFacts, Holding, KeyVerdict, Listing, Online, OnlineKey, OnlineReason, OwnKeyFacts, ProjectFacts,
    Verification, shortened_id,
};
pub use origin::{BlobPath, Environment, Exposure, Origin, Part, Provenance, Reach};
pub use position::{Position, Span};
pub use probe::{ProbeCounts, ProbeFacts, ProbeReason, Running, SoftwareClass};
pub use report::{
    LeftOut, PolicyFacts, Report, Repository, RootInfo, ScanFacts, SetAside, SetAsideKind, SkipEffect, SkipReason,
    Skipped, Summary, ToolFacts,
};
pub use rule::{RuleId, Signal, SignalId};
pub use scope::{Home, Scope, ScopeId, ScopeKind, Scopes, Use, Used, scope_name};
pub use secret::Secret;
pub use severity::{Confidence, Severity};
