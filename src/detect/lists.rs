//! Which endpoints are alternatives: members of a table, a list or a switch that names several services, of which a
//! client uses one or none. The last step of an endpoint's role, because it takes all endpoints of a blob together.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{EndpointKind, Role};
use crate::rules::normalise;

use super::address::{Address, Held};
use super::text::FileKind;

/// How many services named side by side are a list of alternatives.
const LIST: usize = 3;

/// How far apart, in bytes, the members of one list may stand.
const LIST_GAP: usize = 2500;

/// Turns `configured` into `listed` where an address is one of several alternatives. `active_list` says that the blob is
/// of a schema whose lists hold clients that are all in use.
pub(super) fn settle(addresses: &mut [Address<'_>], kind: FileKind, active_list: bool) {
    if active_list {
        return;
    }
    let mut groups = neighbours(addresses);
    groups.extend(rows(addresses));
    if !kind.compose {
        groups.extend(ready_made(addresses));
    }
    for group in groups {
        let services: BTreeSet<&str> = group.iter().map(|&index| service(&addresses[index])).collect();
        if services.len() >= LIST {
            group.into_iter().for_each(|index| list(&mut addresses[index]));
        }
    }
    if kind.sql {
        // The rows of a dump are data. One that holds a key as well is a client.
        addresses.iter_mut().filter(|address| address.held == Held::Element).for_each(list);
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
