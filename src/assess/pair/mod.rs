//! Which endpoint receives a key.
//!
//! For a key, the scopes around it are asked one by one, from the innermost outwards ([`ask`]): the first one in which an
//! endpoint can be seen that goes with the key pairs the two. [`field`] knows what can be seen where, [`homes`] where a
//! value is used, [`seen_as`] what it is called from there; [`rows`] chooses among what is there, by the families of the
//! settings ([`setting`]) and then by the nearest line ([`nearest`]). A file of which no structure is known is one scope.
//! [`project`] looks into other files of the project, for keys whose own file holds no endpoint for them.

mod ask;
mod field;
mod homes;
mod nearest;
mod project;
mod rows;
mod seen_as;
mod setting;

use std::collections::HashMap;

use crate::model::{BlobMatches, Confidence, EndpointKind, EndpointMatch, Environment, Evidence, Role};
use crate::rules::Rules;

use field::Field;
use setting::Names;

/// An endpoint of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EndpointRef {
    /// Index of its blob.
    pub blob: usize,
    /// Index among the blob's endpoints.
    pub index: usize,
}

/// The endpoint that receives a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The endpoint.
    pub endpoint: EndpointRef,
    /// Why the two belong together.
    pub evidence: Evidence,
    /// Whether the names of both settings say so.
    pub by_name: bool,
    /// Whether there was no other host to choose from.
    pub only: bool,
}

impl Pair {
    /// How sure it is that the two belong together.
    pub(super) fn confidence(self) -> Confidence {
        match self.evidence {
            Evidence::SameProject | Evidence::Default => Confidence::Medium,
            Evidence::SameFile if !self.by_name && !self.only => Confidence::Medium,
            _ => Confidence::High,
        }
    }
}

/// What a file says about the receiver of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// This one.
    Pair(Pair),
    /// Perhaps one of these hosts, named for people.
    Possible(String),
    /// Nothing.
    None,
}

impl Choice {
    /// The endpoint chosen.
    pub(super) fn endpoint(&self) -> Option<EndpointRef> {
        match self {
            Self::Pair(pair) => Some(pair.endpoint),
            Self::Possible(_) | Self::None => None,
        }
    }
}

/// What the endpoints of each vendor are called, ready for every blob of a run.
pub(super) struct Pairing<'r> {
    names: Names<'r>,
    /// Id of a catalogue entry to that of the issuer whose own it is.
    owners: HashMap<&'r str, &'r str>,
}

impl<'r> Pairing<'r> {
    /// Reads the rules.
    pub(super) fn new(rules: &'r Rules) -> Self {
        let mut owners = HashMap::new();
        for issuer in rules.issuers() {
            for endpoint in &*issuer.endpoints {
                owners.entry(endpoint.as_ref()).or_insert(issuer.id.as_ref());
            }
        }
        Self { names: Names::new(rules), owners }
    }

    /// The receiver of each key of each blob, in the order of its keys. The matches of a blob stand in the order of their
    /// places.
    pub(super) fn pair(
        &self,
        blobs: &[BlobMatches],
        environment: &dyn Fn(usize) -> Option<Environment>,
    ) -> Vec<Vec<Choice>> {
        let inside = blobs.iter().enumerate().map(|(blob, BlobMatches { matches, .. })| {
            if matches.keys.is_empty() || !matches.endpoints.iter().any(|one| receives(one) || receives_its_own(one)) {
                return vec![Choice::None; matches.keys.len()];
            }
            Field::new(matches).choices(self, |index| EndpointRef { blob, index })
        });
        let mut choices: Vec<Vec<Choice>> = inside.collect();
        project::complete(blobs, environment, self, &mut choices);
        choices
    }
}

/// Whether an endpoint can receive keys: a client is set to use it, and it serves models. A host that no catalogue
/// knows, one on a public platform or one of the team's own serves anything, so something has to say that it is models.
fn receives(endpoint: &EndpointMatch) -> bool {
    endpoint.role == Role::Configured && serves_models(endpoint)
}

/// Whether an endpoint is one of several and receives the key that stands with it.
fn receives_its_own(endpoint: &EndpointMatch) -> bool {
    endpoint.role == Role::Listed && serves_models(endpoint)
}

fn serves_models(endpoint: &EndpointMatch) -> bool {
    let general = matches!(endpoint.kind, EndpointKind::Unknown | EndpointKind::Proxy | EndpointKind::SelfHosted);
    endpoint.llm || !general
}
