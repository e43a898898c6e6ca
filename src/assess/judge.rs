//! What holds for a key at one place: the matrix of key × receiver, and how far its file has got out.

use crate::model::{Confidence, EndpointKind, Exposure, KeyMatch, Proof, RuleId, Severity};

use super::file_kind;

/// A rule that holds at one place, before the moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Which rule.
    pub rule: RuleId,
    /// How bad, at this place.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
}

/// Format of a marker without a key that can be parsed around it: too little to be sure of anything.
pub(super) const FRAGMENT: &str = "openai-fragment";

/// A row of the matrix: what is known about who issued the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    /// An issuer, by the key's structure.
    Proven,
    /// Relay software, whoever runs it.
    Software,
    /// A named relay or pool.
    Relay,
    /// No issuer; or one that a name suggests, which no key has to keep to.
    Open,
}

/// A column of the matrix: who receives the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Its issuer, or nobody known.
    Own,
    /// The team itself, or somebody the policy allows.
    Trusted,
    /// A gateway.
    Gateway,
    /// Another vendor's provider, aggregator or official endpoint.
    Vendor,
    /// A proxy on a public platform, or a host in no catalogue.
    Stranger,
    /// A relay.
    Relay,
}

/// Who receives a key, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Receiving {
    /// The column of the matrix.
    pub column: Column,
    /// How sure the receiver's kind is.
    pub kind: Confidence,
    /// How sure it is that the key goes there.
    pub pair: Confidence,
}

impl Column {
    /// The column of a receiver of this kind that is not the key's issuer.
    pub(super) const fn of(kind: EndpointKind) -> Self {
        match kind {
            EndpointKind::SelfHosted => Self::Trusted,
            EndpointKind::Gateway => Self::Gateway,
            EndpointKind::Official | EndpointKind::Provider | EndpointKind::Aggregator => Self::Vendor,
            EndpointKind::Proxy | EndpointKind::Unknown => Self::Stranger,
            EndpointKind::Relay => Self::Relay,
        }
    }
}

/// Whether a key was issued by relay software and goes to a gateway that the team runs or allows.
pub(super) fn own_gateway(key: &KeyMatch, column: Column) -> bool {
    row(key.proof) == Row::Software && column == Column::Trusted
}

/// The rules that hold for a key: its place, and the matrix cell if that says more.
///
/// *Both hold at once*: a key that a gateway sees (medium) and that is committed (high) is an exposed key that a gateway
/// sees. Which of the two names the finding is decided by severity, like everywhere else.
pub(super) fn judge(key: &KeyMatch, receiver: Receiving, exposure: Exposure, path: &str) -> Vec<Held> {
    with_place(key, receiver, by_place(exposure, path))
}

/// The same in a store that the policy approves.
pub(super) fn judge_stored(key: &KeyMatch, receiver: Receiving) -> Vec<Held> {
    with_place(key, receiver, (RuleId::StoredKey, Severity::Info))
}

fn with_place(key: &KeyMatch, receiver: Receiving, (rule, severity): (RuleId, Severity)) -> Vec<Held> {
    if key.format == FRAGMENT {
        return vec![Held { rule, severity: severity.min(Severity::Low), confidence: Confidence::Low }];
    }
    let mut held = vec![Held { rule, severity, confidence: key.confidence }];
    if let Some((rule, severity, cap)) = cell(row(key.proof), receiver.column, receiver.kind) {
        // A relay's own key is one wherever it goes; everything else hangs on the pair.
        let pair = if row(key.proof) == Row::Relay { Confidence::High } else { receiver.pair };
        held.push(Held { rule, severity, confidence: key.confidence.min(cap).min(pair) });
    }
    held
}

const fn row(proof: Proof) -> Row {
    match proof {
        Proof::Structure => Row::Proven,
        Proof::RelaySoftware => Row::Software,
        Proof::NamedRelay => Row::Relay,
        Proof::Setting | Proof::None => Row::Open,
    }
}

/// One cell of the matrix: the rule that holds besides the key's place, its severity, and the highest confidence that
/// the pair allows. `None` is the table's "exposed / stored".
fn cell(row: Row, column: Column, endpoint: Confidence) -> Option<(RuleId, Severity, Confidence)> {
    use Severity::{Critical, High, Medium};
    let sure = Confidence::High;
    // That the host is not the issuer's is certain even where its being a relay is not.
    let third_party = endpoint.max(Confidence::Medium);
    match (row, column) {
        (Row::Proven, Column::Gateway) => Some((RuleId::KeyToThirdParty, Medium, sure)),
        (Row::Proven, Column::Vendor) => Some((RuleId::KeyToThirdParty, High, sure)),
        (Row::Proven, Column::Stranger) => Some((RuleId::KeyToThirdParty, High, Confidence::Medium)),
        (Row::Proven, Column::Relay) => Some((RuleId::KeyToThirdParty, Critical, third_party)),
        (Row::Software, Column::Own) => Some((RuleId::RelayKey, Medium, sure)),
        (Row::Software, Column::Stranger) => Some((RuleId::RelayKey, High, Confidence::Medium)),
        (Row::Software, Column::Relay) => Some((RuleId::RelayKey, High, third_party)),
        (Row::Relay, _) => Some((RuleId::RelayKey, High, sure)),
        // Here the receiver is all there is to say that the key is a relay's.
        (Row::Open, Column::Relay) => Some((RuleId::RelayKey, High, endpoint)),
        (Row::Proven, Column::Own | Column::Trusted)
        | (Row::Software, Column::Trusted | Column::Gateway | Column::Vendor)
        | (Row::Open, _) => None,
    }
}

/// What a key's place says by itself.
fn by_place(exposure: Exposure, path: &str) -> (RuleId, Severity) {
    match exposure {
        Exposure::Tracked | Exposure::Untracked | Exposure::Staged | Exposure::History | Exposure::GitMetadata => {
            (RuleId::ExposedKey, Severity::High)
        }
        Exposure::Ignored => (RuleId::StoredKey, Severity::Info),
        Exposure::OutsideGit | Exposure::Stdin if file_kind::is_config(path) => (RuleId::StoredKey, Severity::Low),
        Exposure::OutsideGit | Exposure::Stdin => (RuleId::ExposedKey, Severity::High),
    }
}
