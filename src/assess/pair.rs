//! Which endpoint receives a key.
//!
//! The rule is a simple one: within one file, by the families of the two settings and then by the nearest line. It knows
//! nothing of calls, maps or sections. [`pair`] is the only way in, so that a reading of the file's structure can take its
//! place without the rest of `assess` knowing.

use crate::model::{EndpointKind, EndpointMatch, Evidence, KeyMatch, Matches, Proof, Role};
use crate::rules::Rules;

use super::setting::{Family, Kinship};

/// The endpoint that receives a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Index into the blob's endpoints.
    pub endpoint: usize,
    /// Why the two belong together.
    pub evidence: Evidence,
    /// Whether the names of both settings say so.
    pub by_name: bool,
}

/// An endpoint that can receive keys, with what the choice looks at.
struct Candidate<'a> {
    index: usize,
    endpoint: &'a EndpointMatch,
    family: Family,
    /// Id of the issuer whose own endpoint it is.
    issuer: Option<&'a str>,
    /// Whether a key of that issuer stands in the same file.
    claimed: bool,
}

/// The receiver of each key of a blob, in the order of its keys.
pub(super) fn pair(matches: &Matches, rules: &Rules) -> Vec<Option<Pair>> {
    if matches.keys.is_empty() {
        return Vec::new();
    }
    let candidates: Vec<Candidate<'_>> = matches
        .endpoints
        .iter()
        .enumerate()
        .filter(|(_, endpoint)| receives(endpoint))
        .map(|(index, endpoint)| {
            let issuer = endpoint.entry.as_deref().and_then(|entry| rules.issuer_of_endpoint(entry));
            let issuer = issuer.map(|issuer| issuer.id.as_ref());
            Candidate {
                index,
                endpoint,
                family: Family::of(endpoint.setting.as_deref(), rules),
                issuer,
                claimed: issuer.is_some() && matches.keys.iter().any(|key| key.issuer.as_deref() == issuer),
            }
        })
        .collect();
    matches.keys.iter().map(|key| receiver(key, &candidates, rules)).collect()
}

/// Whether an endpoint can receive keys: a client is set to use it, and it serves models. A host that no catalogue
/// knows, one on a public platform or one of the team's own serves anything, so something has to say that it is models.
fn receives(endpoint: &EndpointMatch) -> bool {
    let general = matches!(endpoint.kind, EndpointKind::Unknown | EndpointKind::Proxy | EndpointKind::SelfHosted);
    endpoint.role == Role::Configured && (endpoint.llm || !general)
}

fn receiver(key: &KeyMatch, candidates: &[Candidate<'_>], rules: &Rules) -> Option<Pair> {
    if candidates.is_empty() {
        return None;
    }
    let family = Family::of(key.setting.as_deref(), rules);
    let issuer = key.issuer.as_deref();
    let possible = candidates.iter().filter_map(|candidate| {
        let kinship = family.kinship(&candidate.family)?;
        let own = issuer.is_some() && candidate.issuer == issuer;
        // Another vendor's address with that vendor's key in the same file is that key's, unless a name says otherwise.
        let taken = candidate.claimed && !own && key.proof != Proof::None && kinship == Kinship::Neutral;
        (!taken).then_some((kinship, own, candidate))
    });
    let (kinship, _, candidate) =
        possible.min_by_key(|(kinship, own, candidate)| (*kinship, !own, distance(key, candidate.endpoint)))?;
    let same_line = lines_apart(key, candidate.endpoint) == 0;
    Some(Pair {
        endpoint: candidate.index,
        evidence: if same_line { Evidence::SameCall } else { Evidence::SameFile },
        by_name: kinship != Kinship::Neutral,
    })
}

/// Nearest first: by lines; on one line by bytes; of two equally near the one that stands before the key.
fn distance(key: &KeyMatch, endpoint: &EndpointMatch) -> (u64, u64, bool, u64) {
    let (key_span, span) = (key.place.span, endpoint.place.span);
    let after = span.start > key_span.start;
    let bytes = if after { span.start.saturating_sub(key_span.end) } else { key_span.start.saturating_sub(span.end) };
    let lines = lines_apart(key, endpoint);
    (lines, if lines == 0 { bytes } else { 0 }, after, bytes)
}

fn lines_apart(key: &KeyMatch, endpoint: &EndpointMatch) -> u64 {
    let (key, endpoint) = (key.place.position, endpoint.place.position);
    if endpoint.line > key.end_line { endpoint.line - key.end_line } else { key.line.saturating_sub(endpoint.end_line) }
}
