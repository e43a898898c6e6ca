//! Which endpoints are alternatives: members of a table, a list or a switch that names several services, of which a
//! client uses one or none. The last step of an endpoint's role, because it takes all endpoints of a blob together.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{EndpointKind, Role, ScopeId};
use crate::rules::normalise;

use super::address::{Address, Held};
use super::layout::Layout;
use super::scope::Evidence;
use super::setting::{About, Vocabulary};
use super::text::FileKind;

/// How many services named side by side are a list of alternatives.
const LIST: usize = 3;

/// Most services with an account for each; a file that names more of them, and of each the variable for its key, is a
/// table for everybody.
const MOST_CLIENTS: usize = 16;

/// How far apart, in bytes, the members of one list may stand.
const LIST_GAP: usize = 2500;

/// Turns `configured` into `listed` where an address is one of several alternatives. `active_list` says that the blob is
/// of a schema whose lists hold clients that are all in use, `clients` which addresses are
/// part of one.
pub(super) fn settle(addresses: &mut [Address<'_>], kind: FileKind, active_list: bool, clients: &Clients) {
    if active_list {
        return;
    }
    let list = |addresses: &mut [Address<'_>], index: usize| {
        if !clients.holds(addresses[index].start) {
            list(&mut addresses[index]);
        }
    };
    let mut groups = neighbours(addresses);
    groups.extend(rows(addresses));
    if !kind.compose {
        groups.extend(ready_made(addresses));
    }
    for group in groups {
        let services: BTreeSet<&str> = group.iter().map(|&index| service(&addresses[index])).collect();
        if services.len() >= LIST {
            group.into_iter().for_each(|index| list(addresses, index));
        }
    }
    if kind.sql {
        // The rows of a dump are data. One that holds a key as well is a client.
        let rows = (0..addresses.len()).filter(|&index| addresses[index].held == Held::Element);
        rows.collect::<Vec<_>>().into_iter().for_each(|index| list(addresses, index));
    }
}

/// The addresses that belong to one client, whatever stands around it: where each of them begins.
pub(super) struct Clients(HashSet<usize>);

impl Clients {
    /// Asks the structure, if there are several services at all.
    pub(super) fn new(
        addresses: &[Address<'_>],
        layout: &Layout<'_>,
        keys: &Evidence,
        vocabulary: &Vocabulary<'_>,
        kind: FileKind,
    ) -> Self {
        let members: Vec<&Address<'_>> = addresses.iter().filter(|address| counts(address)).collect();
        let services: BTreeSet<&str> = members.iter().map(|address| service(address)).collect();
        if services.len() < LIST && !kind.sql {
            return Self(HashSet::new());
        }
        // Of each scope the parts in which addresses stand.
        let mut parts: HashMap<ScopeId, HashSet<(bool, usize)>> = HashMap::new();
        let around: Vec<Vec<ScopeId>> = members.iter().map(|address| layout.scopes_at(address.start)).collect();
        for (address, around) in members.iter().zip(&around) {
            let mut part = (false, address.start);
            for &scope in around {
                parts.entry(scope).or_default().insert(part);
                part = (true, scope);
            }
        }
        let one_of_many = |around: &[ScopeId]| around.iter().any(|scope| parts[scope].len() >= LIST);
        let is_client = |address: &Address<'_>, around: &[ScopeId]| {
            let at = address.start;
            let named = || {
                let name = address.setting.as_deref().unwrap_or_default();
                layout.facts_at(vocabulary, at, name).about == About::Llm
            };
            // `OPENAI_API_BASE_URLS=a;b;c` beside the list of their keys.
            let several = || {
                let name = crate::rules::normalise(address.setting.as_deref().unwrap_or_default());
                kind.config && name.ends_with("urls") && layout.facts_at(vocabulary, at, &name).about == About::Llm
            };
            layout.holds_with(keys, at)
                || (keys.near(at, LIST_GAP) && several())
                || (kind.config && services.len() <= MOST_CLIENTS && layout.refers_to_key(at))
                || (kind.config && !around.is_empty() && !one_of_many(around) && named())
        };
        let clients = members.iter().zip(&around).filter(|(address, around)| is_client(address, around));
        Self(clients.map(|(address, _)| address.start).collect())
    }

    fn holds(&self, start: usize) -> bool {
        self.0.contains(&start)
    }
}

fn list(address: &mut Address<'_>) {
    if address.role == Role::Configured || address.held == Held::Loose {
        address.role = Role::Listed;
    }
}

fn service<'a>(address: &'a Address<'_>) -> &'a str {
    address.entry.map_or(address.host.as_str(), |entry| &entry.id)
}

/// Whether an address can be a member of a list.
fn counts(address: &Address<'_>) -> bool {
    address.kind != EndpointKind::SelfHosted && (address.role != Role::Mentioned || address.held == Held::Loose)
}

/// Indices of the addresses that no telling name holds.
fn elements<'a>(addresses: &'a [Address<'_>]) -> impl Iterator<Item = usize> + 'a {
    let element = |address: &Address<'_>| matches!(address.held, Held::Element | Held::Loose) && counts(address);
    (0..addresses.len()).filter(move |&index| element(&addresses[index]))
}

/// Elements that stand close together.
fn neighbours(addresses: &[Address<'_>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in elements(addresses) {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|&last| gap(&addresses[last], &addresses[index]) <= LIST_GAP) => {
                group.push(index);
            }
            _ => groups.push(vec![index]),
        }
    }
    groups
}

fn gap(before: &Address<'_>, behind: &Address<'_>) -> usize {
    behind.start.saturating_sub(before.end)
}

/// Elements under the same neutral name, however far apart: the rows of one table.
fn rows(addresses: &[Address<'_>]) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for index in elements(addresses) {
        if let Some(name) = &addresses[index].setting {
            rows.entry(normalise(name)).or_default().push(index);
        }
    }
    rows.into_values().collect()
}

/// The same telling name again and again: a table of ready-made settings.
fn ready_made(addresses: &[Address<'_>]) -> Vec<Vec<usize>> {
    let mut settings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, address) in addresses.iter().enumerate() {
        if let Held::By(name) = &address.held
            && counts(address)
        {
            settings.entry(name).or_default().push(index);
        }
    }
    settings.into_values().collect()
}

/// Whether a blob is of a schema that keeps its active clients in a list, so that a list is no choice of alternatives.
pub(super) fn names_active_clients(bytes: &[u8]) -> bool {
    [&b"litellm_params"[..], b"mcpServers", b"model_list:"]
        .iter()
        .any(|word| memchr::memmem::find(bytes, word).is_some())
}
